#include "parse/framing/workload.h"

#include <algorithm>

namespace loglode {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_pod_byte(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.'; }

std::string_view without_suffix(std::string_view name, std::size_t length_min, std::size_t length_max, bool digits_only) noexcept {
  const std::size_t dash = name.find_last_of("-_");
  if (dash == std::string_view::npos || dash == 0) return name;
  const std::string_view suffix = name.substr(dash + 1);
  if (suffix.size() < length_min || suffix.size() > length_max) return name;
  const bool all = std::all_of(suffix.begin(), suffix.end(), [&](char c) { return is_digit(c) || (!digits_only && c >= 'a' && c <= 'z'); });
  return all ? name.substr(0, dash) : name;
}

bool has_digit(std::string_view text) noexcept { return std::any_of(text.begin(), text.end(), is_digit); }

/// checkout-7d9f8b6c5d-x2x4z, checkout-x2x4z (daemon set), checkout-0 (stateful set) -> checkout
std::string_view without_pod_hashes(std::string_view pod) noexcept {
  const std::string_view replica = without_suffix(pod, 1, 4, true);
  if (replica.size() != pod.size()) return replica;
  const std::string_view shorter = without_suffix(pod, 5, 5, false);
  if (shorter.size() == pod.size()) return pod;
  const std::string_view shortest = without_suffix(shorter, 6, 10, false);
  if (shortest.size() != shorter.size() && has_digit(shorter.substr(shortest.size()))) return shortest;
  return has_digit(pod.substr(shorter.size())) ? shorter : pod;
}

}  // namespace

bool is_pod_name(std::string_view word) noexcept {
  return word.size() > 2 && std::all_of(word.begin(), word.end(), is_pod_byte) && without_pod_hashes(word).size() != word.size();
}

Workload workload_of_compose(std::string_view container) noexcept { return {without_suffix(container, 1, 3, true), container, {}}; }

Workload workload_of_pod(std::string_view writer, char separator) noexcept {
  if (writer.starts_with("pod/")) writer.remove_prefix(4);
  const std::size_t end = std::min(writer.find(separator), writer.size());
  std::string_view pod = writer.substr(0, end);
  pod = pod.substr(0, pod.find('\x1b'));  // stern's colours
  return {without_pod_hashes(pod), pod, writer.substr(end)};
}

}  // namespace loglode
