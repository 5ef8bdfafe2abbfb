// Which workload a path belongs to: kubernetes and docker first, then the log's name, then its folder's.
#include <algorithm>
#include <cctype>
#include <vector>

#include "ingest/input_source.h"
#include "ingest/log_name.h"

namespace loglode {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kGenericNames[] = {
    "0",       "access",  "access-log", "access_log", "access.log", "all",       "combined", "console", "container", "ctr",    "current",
    "debug",   "default", "err",        "error",      "error-log",  "error_log", "errors",   "events",  "fatal",     "full",   "general",
    "info",    "json",    "log",        "logs",       "main",       "message",   "messages", "notice",  "out",       "output", "previous",
    "process", "server",  "slow",       "stderr",     "stdout",     "std",       "text",     "trace",   "warn",      "warning"};
constexpr std::string_view kGenericFolders[] = {
    "",    ".",    "..",       "archive", "archived", "containers", "current", "home", "log",      "logfiles", "logs", "mnt",    "old",
    "opt", "pods", "previous", "root",    "rotated",  "run",        "srv",     "tmp",  "userdata", "usr",      "var",  "volumes"};
constexpr std::string_view kPodAlphabet = "bcdfghjklmnpqrstvwxz2456789";  // of kubernetes' generated names

bool consists_of(std::string_view text, std::string_view alphabet) { return text.find_first_not_of(alphabet) == std::string_view::npos; }
bool is_hex(std::string_view text) { return consists_of(text, "0123456789abcdef"); }
bool is_number(std::string_view text) { return !text.empty() && consists_of(text, "0123456789"); }
bool is_container_id(std::string_view text) { return text.size() == 64 && is_hex(text); }
bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool is_one_of(std::string_view text, const auto& names) { return std::find(std::begin(names), std::end(names), text) != std::end(names); }

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('-') + 1); }  // all of it when there is no '-'

/// Takes `-part` off, unless nothing would be left.
bool take_off(std::string_view& name, std::string_view part) {
  if (name.size() <= part.size() + 1) return false;
  name.remove_suffix(part.size() + 1);
  return true;
}

bool is_pod_suffix(std::string_view part, bool strict) {
  if (part.size() != 5) return false;
  return consists_of(part, kPodAlphabet) || (!strict && has_digit(part) && consists_of(part, "abcdefghijklmnopqrstuvwxyz0123456789"));
}

bool is_replica_hash(std::string_view part, bool strict) {
  if (part.size() < (strict ? 8 : 6) || part.size() > 10) return false;
  const bool generated = consists_of(part, kPodAlphabet) || is_number(part);
  return generated ? has_digit(part) || strict : !strict && has_digit(part) && consists_of(part, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/// `checkout-5c95b49cff-tdsdz`: a deployment's pod. False when `pod` is not one.
bool take_off_deployment(std::string_view& pod, bool strict) {
  std::string_view name = pod;
  const std::string_view suffix = last_part(name);
  if (!is_pod_suffix(suffix, strict) || !take_off(name, suffix)) return false;
  const std::string_view hash = last_part(name);
  if (!is_replica_hash(hash, strict) || !take_off(name, hash)) return false;
  pod = name;
  return true;
}

/// The workload behind a pod's name: deployment, job of a cron job, daemon set, stateful set.
std::string workload_of_pod(std::string_view pod) {
  if (take_off_deployment(pod, false)) return std::string{pod};
  const std::string_view suffix = last_part(pod);
  if (is_pod_suffix(suffix, false) || (is_number(suffix) && suffix.size() <= 5)) take_off(pod, suffix);
  return std::string{pod};
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// `NAMESPACE_POD_UID`, a folder below /var/log/pods, with the container's folder in it.
std::string pod_folder(std::string_view folder, std::string_view container) {
  const auto parts = parts_of(folder, '_');
  if (parts.size() != 3 || parts[1].empty()) return {};
  const std::string_view uid = parts[2];
  // The kubelet's own pods have a hash for a uid, and are named after the node: kube-apiserver-NODE.
  const bool is_static = uid.size() == 32 && is_hex(uid);
  if (is_static && !container.empty() && parts[1].starts_with(std::string{container} + '-')) return std::string{container};
  return is_static || (uid.size() == 36 && consists_of(uid, "0123456789abcdef-")) ? workload_of_pod(parts[1]) : "";
}

/// `POD_NAMESPACE_CONTAINER-ID.log`, a file in /var/log/containers.
std::string container_file(std::string_view name) {
  name = name.substr(0, name.find(".log"));
  const auto parts = parts_of(name, '_');
  if (parts.size() != 3 || parts[0].empty() || !is_container_id(last_part(parts[2]))) return {};
  return workload_of_pod(parts[0]);
}

std::string from_orchestrator(const std::vector<std::string_view>& folders, std::string_view name) {
  if (std::string workload = container_file(name); !workload.empty()) return workload;
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (std::string workload = pod_folder(*folder, folder == folders.rbegin() ? "" : *std::prev(folder)); !workload.empty())
      return workload;
    // must-gather and other dumps: namespaces/NS/pods/POD/…
    if (folder != folders.rbegin() && *folder == "pods") return workload_of_pod(*std::prev(folder));
    if (is_container_id(*folder)) return std::string{folder->substr(0, 12)};  // docker, podman
  }
  const std::size_t id = name.find("-json.log");
  return id != std::string_view::npos && is_container_id(name.substr(0, id)) ? std::string{name.substr(0, 12)} : "";
}

std::string plain_name(std::string_view name) {
  const ingest::LogName parts = ingest::parse_log_name(name);
  std::string_view stem = ingest::stem_of(parts.log);
  take_off_deployment(stem, true);  // `kubectl logs` into a file named after the pod
  while (!stem.empty() && "-_."sv.find(stem.back()) != std::string_view::npos) stem.remove_suffix(1);
  while (!stem.empty() && "-_."sv.find(stem.front()) != std::string_view::npos) stem.remove_prefix(1);
  return std::string{stem};
}

}  // namespace

std::string service_from_path(const std::string& path) {
  const bool is_descriptor = path.starts_with("/dev/fd/") || path == "/dev/stdin" || path.starts_with("/proc/self/fd/");
  if (path == "-" || is_descriptor) return "stdin";
  std::vector<std::string_view> folders = parts_of(path, '/');
  const std::string_view name = folders.back();
  folders.pop_back();
  if (std::string workload = from_orchestrator(folders, name); !workload.empty()) return workload;
  std::string own = plain_name(name);
  if (!own.empty() && !is_one_of(lower(own), kGenericNames)) return own;
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    std::string parent = plain_name(*folder);
    if (!parent.empty() && !is_one_of(lower(parent), kGenericFolders) && !is_one_of(lower(parent), kGenericNames)) return parent;
  }
  return own.empty() ? std::string{name} : own;
}

}  // namespace loglode
