#include "rca/model/audit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace loglode::rca {
namespace {

using Json = nlohmann::json;

constexpr int kLockTries = 100;
constexpr std::chrono::milliseconds kLockPause{20};

bool is_the_file_at(const OwnedFile& file, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(file.fd(), &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

/// A power cut may have left half a line: the next one begins on its own.
bool ends_with_newline(const OwnedFile& file) {
  struct stat status {};
  char last = '\n';
  if (::fstat(file.fd(), &status) != 0 || status.st_size == 0) return true;
  return ::pread(file.fd(), &last, 1, status.st_size - 1) != 1 || last == '\n';
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
std::uint64_t count_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

AuditedCall sent_call(const Json& json) {
  AuditedCall out;
  out.call = text_at(json, "call");
  out.attempt = count_at(json, "attempt");
  out.time = text_at(json, "time");
  out.provider = text_at(json, "provider");
  out.url = text_at(json, "url");
  out.model = text_at(json, "model");
  out.incident_id = text_at(json, "incident_id");
  out.prompt_sha256 = text_at(json, "prompt_sha256");
  out.prompt_bytes = count_at(json, "prompt_bytes");
  out.input_tokens_estimated = count_at(json, "input_tokens_estimated");
  out.system = text_at(json, "system");
  out.user = text_at(json, "user");
  if (const auto masked = json.find("masked"); masked != json.end() && masked->is_object())
    for (const auto& [what, count] : masked->items())
      if (count.is_number_unsigned()) out.masked[what] = count.get<std::uint64_t>();
  return out;
}

void end_call(const Json& json, AuditedCall& out) {
  out.ended = text_at(json, "time");
  out.status = text_at(json, "status");
  out.reason = text_at(json, "reason");
  out.request_id = text_at(json, "request_id");
  out.http_status = static_cast<std::int64_t>(count_at(json, "http_status"));
  out.input_tokens = count_at(json, "input_tokens");
  out.cached_input_tokens = count_at(json, "cached_input_tokens");
  out.output_tokens = count_at(json, "output_tokens");
  if (const auto cost = json.find("cost"); cost != json.end() && cost->is_number()) out.cost = cost->get<double>();
  out.answer = text_at(json, "answer");
}

/// False: it is no line of an audit.
bool take_line(const std::string& line, std::deque<AuditedCall>& calls) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || text_at(json, "schema") != "loglode.ai_audit/1") return false;
  const std::string event = text_at(json, "event"), call = text_at(json, "call");
  if (event == "sent") calls.push_back(sent_call(json));
  if (event != "ended") return event == "sent";
  const std::uint64_t attempt = count_at(json, "attempt");
  for (auto known = calls.rbegin(); known != calls.rend(); ++known) {
    if (known->call != call || known->attempt != attempt) continue;
    end_call(json, *known);
    break;
  }
  return true;
}

}  // namespace

Result<LockedAudit> LockedAudit::open(const std::string& path) {
  if (auto made = make_folders(folder_of(path), 0750); !made) return tl::unexpected<Error>(made.error());
  for (int tries = 0;; ++tries) {
    auto file = open_file(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (!file) return tl::unexpected<Error>(file.error());
    const auto locked = lock_writer(*file, path);
    // Between open and lock somebody may have put a shorter one in its place.
    if (locked && is_the_file_at(*file, path)) {
      if (::fchmod(file->fd(), 0600) != 0) return fail_on_file("cannot make " + path + " private");
      return LockedAudit{path, std::move(*file)};
    }
    if (tries >= kLockTries)
      return fail(std::make_error_code(std::errc::device_or_resource_busy), path + " is being written by another process");
    std::this_thread::sleep_for(kLockPause);
  }
}

Result<void> LockedAudit::append(std::string_view line) {
  const std::string whole = std::string{ends_with_newline(file_) ? "" : "\n"}.append(line) + '\n';
  if (auto written = append_whole(file_, whole, path_); !written) return written;
  if (auto synced = sync_file(file_, path_); !synced) return synced;
  return sync_folder_of(path_);
}

Result<void> LockedAudit::forget_before(Timestamp oldest) {
  const std::string limit = to_rfc3339(oldest);  // as texts they are in order of time
  const auto is_old = [&](const std::string& line) {
    const Json json = Json::parse(line, nullptr, false);
    const std::string time = json.is_object() ? text_at(json, "time") : std::string{};
    return !time.empty() && time < limit;
  };
  std::ifstream all{path_, std::ios::binary};
  std::string line;
  if (!std::getline(all, line) || !is_old(line)) return {};
  const std::string beside = path_ + ".new";
  auto kept = open_file(beside, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
  if (!kept) return tl::unexpected<Error>(kept.error());
  do {
    if (is_old(line)) continue;
    if (auto written = append_whole(*kept, line + '\n', beside); !written) return written;
  } while (std::getline(all, line));
  if (auto synced = sync_file(*kept, beside); !synced) return synced;
  if (auto locked = lock_writer(*kept, beside); !locked) return locked;
  if (::rename(beside.c_str(), path_.c_str()) != 0) return fail_on_file("cannot rename " + beside + " to " + path_);
  file_ = std::move(*kept);
  return sync_folder_of(path_);
}

Result<AuditReading> read_audit(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file.is_open()) return fail_on_file("cannot read " + path);
  AuditReading out;
  std::deque<AuditedCall> calls;
  for (std::string line; std::getline(file, line);) {
    if (!take_line(line, calls)) ++out.damaged_lines;
    if (calls.size() <= kAuditedCallsMax) continue;
    calls.pop_front();
    ++out.passed_over;
  }
  out.calls.assign(std::make_move_iterator(calls.begin()), std::make_move_iterator(calls.end()));
  return out;
}

}  // namespace loglode::rca
