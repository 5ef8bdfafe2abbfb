#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "rca/known_errors/known_errors.h"

namespace loglode::rca {
namespace {

constexpr std::string_view kPlaceholders[] = {"host",     "unit",      "port",   "service", "pod",   "namespace", "container", "node",
                                              "database", "table",     "index",  "topic",   "group", "queue",     "file",      "path",
                                              "device",   "interface", "domain", "ip",      "user",  "pid",       "deployment"};
constexpr std::size_t kValueBytesMax = 253;  // of a host's name

bool is_safe(std::string_view value) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-'; };
  return !value.empty() && value.size() <= kValueBytesMax && value.front() != '-' && std::all_of(value.begin(), value.end(), fits);
}

}  // namespace

std::span<const std::string_view> placeholder_names() noexcept { return kPlaceholders; }

std::string fill_command(std::string_view command, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  while (!command.empty()) {
    const std::size_t begin = std::min(command.find('{'), command.size());
    out += command.substr(0, begin);
    command.remove_prefix(begin);
    const std::size_t end = command.find('}');
    const std::string_view name = command.empty() || end == std::string_view::npos ? std::string_view{} : command.substr(1, end - 1);
    if (std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) != std::end(kPlaceholders)) {
      const auto value = values.find(name);
      out += value != values.end() && is_safe(value->second) ? value->second : "<" + std::string{name} + ">";
      command.remove_prefix(end + 1);
    } else if (!command.empty()) {
      out += command.front();
      command.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace loglode::rca
