#include "config/server_url.h"

#include <fmt/format.h>

#include "config/quantities.h"

namespace loglode::config {
namespace {

/// `es1:9200`, `[::1]:9200`, `es1`: what is wrong with it; empty: nothing.
std::string host_fault(std::string_view host) {
  constexpr std::uint64_t kPortMax = 65'535;
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
  if (bracket == std::string_view::npos) return "\"[\" without \"]\"";
  const std::size_t colon = host.find(':', bracket);
  if (colon == std::string_view::npos) return host.empty() ? "it has no host" : "";
  if (colon == 0) return "it has no host";
  const std::string_view port = host.substr(colon + 1);
  if (port.find(':') != std::string_view::npos) return "an IPv6 address stands in brackets: http://[::1]:9200";
  const auto number = read_count(port);
  return number && *number >= 1 && *number <= kPortMax ? "" : fmt::format("a port is a number from 1 to {}", kPortMax);
}

std::string_view without_port(std::string_view host) {
  return host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
}

void lower(std::string& text, std::size_t end) {
  for (std::size_t i = 0; i < end && i < text.size(); ++i)
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] + 32);
}

}  // namespace

ServerUrl read_server_url(std::string_view text, bool may_name_user) {
  ServerUrl out;
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  out.is_tls = scheme == 8;
  if (scheme == 0) out.fault = "it begins with http:// or https://";
  std::string_view rest = text.substr(scheme);
  if (out.fault.empty() && rest.find_first_of(" \t\r\n\"<>\\^`{|}") != std::string_view::npos)
    out.fault = "it holds a blank or a sign that no URL has";
  if (out.fault.empty() && rest.find_first_of("?#") != std::string_view::npos) out.fault = "it ends with its path: no ? and no #";
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t user = authority.rfind('@');
  const std::string_view host = authority.substr(user == std::string_view::npos ? 0 : user + 1);
  if (out.fault.empty() && (may_name_user || user == std::string_view::npos)) out.fault = host_fault(host);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  out.whole = std::string{text.substr(0, scheme)} + std::string{rest};
  lower(out.whole, scheme + host.size());
  out.host = without_port(host);
  lower(out.host, out.host.size());
  return out;
}

}  // namespace loglode::config
