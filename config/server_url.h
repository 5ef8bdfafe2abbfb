// The address of a server as a configuration names it. Stateless.
#pragma once

#include <string>
#include <string_view>

namespace loglode::config {

struct ServerUrl {
  std::string whole;  // scheme and host in lower case, no slash at its end: as two are compared
  std::string host;   // without its port, an IPv6 address without its brackets
  bool is_tls = false;
  std::string fault;  // what is wrong with it; empty: nothing
};

/// `http://host:port/path` or `https://…`; `may_name_user`: whether a user may stand before the host (his name is not in the answer).
[[nodiscard]] ServerUrl read_server_url(std::string_view text, bool may_name_user = false);

}  // namespace loglode::config
