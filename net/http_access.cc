#include "net/http_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace loglode {
namespace {

bool same_name(std::string_view a, std::string_view b) { return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0; }

bool is_address(const std::string& text) {
  in_addr v4{};
  in6_addr v6{};
  return ::inet_pton(AF_INET, text.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, text.c_str(), &v6) == 1;
}

/// `name`, `name:port`, `[v6]`, `[v6]:port`; empty when it is none of these.
std::string name_in(std::string_view host) {
  std::string_view name, rest;
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return {};
    name = host.substr(1, end - 1);
    rest = host.substr(end + 1);
  } else {
    name = host.substr(0, host.find(':'));
    rest = host.substr(name.size());
  }
  if (!rest.empty() && (rest.front() != ':' || rest.find_first_not_of("0123456789", 1) != std::string_view::npos)) return {};
  return std::string{name};
}

bool is_this_machine(std::string_view name) {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return false;
  const std::string_view full{buffer.data()};
  const std::string_view brief = full.substr(0, full.find('.'));
  return !full.empty() && (same_name(name, full) || same_name(name, brief));
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (::inet_pton(AF_INET6, address.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return same_name(address, "localhost");
}

bool is_our_host(std::string_view host_header, const std::string& address) {
  const std::string name = name_in(host_header);
  if (name.empty()) return false;
  if (same_name(name, address) || same_name(name, "localhost") || name == "127.0.0.1" || name == "::1") return true;
  return !is_loopback(address) && (is_address(name) || is_this_machine(name));
}

bool has_token(std::string_view authorization, std::string_view token) noexcept {
  constexpr std::string_view kBearer = "bearer ";
  if (token.empty() || authorization.size() < kBearer.size() || !same_name(authorization.substr(0, kBearer.size()), kBearer)) return false;
  const std::string_view given = authorization.substr(kBearer.size());
  unsigned differ = given.size() == token.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    differ |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(token[i % token.size()]));
  return differ == 0;
}

}  // namespace loglode
