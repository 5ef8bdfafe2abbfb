#include "sinks/elasticsearch/refusal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace loglode {

namespace {

using Json = nlohmann::json;

struct Hint {
  std::string_view said, look_at;  // a part of what libcurl or OpenSSL says
};
// The first that fits counts.
constexpr std::array kFaultHints{
    Hint{"resolve host", "is the name in \"urls\" right, and does this machine's DNS know it?"},
    Hint{"resolve proxy", "is the name in \"proxy\" right, and does this machine's DNS know it?"},
    Hint{"CONNECT tunnel failed", "the proxy refuses: look at \"proxy\""},
    Hint{"wrong version number", "the server does not speak TLS at this port: write http:// in \"urls\", or its TLS port"},
    Hint{"packet length too long", "the server does not speak TLS at this port: write http:// in \"urls\", or its TLS port"},
    Hint{"record layer failure", "the server does not speak TLS at this port: write http:// in \"urls\", or its TLS port"},
    Hint{"certificate required", "the server asks for a certificate of ours: set \"tls.certificate\" and \"tls.key\""},
    Hint{"bad certificate", "the server refuses our certificate: look at \"tls.certificate\" and \"tls.key\""},
    Hint{"handshake failure", "the server refuses our TLS: does it ask for a certificate (\"tls.certificate\", \"tls.key\")?"},
    Hint{"does not match target host", "use the name of the certificate in \"urls\", or \"verify: certificate\" in \"tls\""},
    Hint{"subject name", "use the name of the certificate in \"urls\", or \"verify: certificate\" in \"tls\""},
    Hint{"certificate has expired", "the server needs a new certificate"},
    Hint{"certificate verify locations", "look at \"tls.ca\": it must be a PEM file that this user can read"},
    Hint{"set private key file", "look at \"tls.key\": it must be the key of \"tls.certificate\", without a passphrase"},
    Hint{"client certificate", "look at \"tls.certificate\": it must be a PEM file that this user can read"},
    Hint{"HTTP/0.9", "what listens there is no web server; does it speak TLS (https://)?"},
    Hint{"Empty reply", "does the server speak TLS at this port? Then write https:// in \"urls\""},
    Hint{"Connection reset", "does the server speak TLS at this port (https://)?"},
    Hint{"connect to server", "nothing listens there: is the server up, are host and port right?"},
    Hint{"Connection refused", "nothing listens there: is the server up, are host and port right?"},
    Hint{"No route to host", "is the address right, and does a firewall let it pass?"},
    Hint{"timed out", "is the address right, and does a firewall let it pass?"},
};

bool says(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [&](char a, char b) { return lower(a) == lower(b); }) !=
         text.end();
}

std::string_view hint_of(const HttpAnswer& answer) {
  for (const Hint& hint : kFaultHints)
    if (says(answer.fault, hint.said)) return hint.look_at;
  return answer.untrusted ? "nobody whom we trust signed its certificate: look at \"tls.ca\"" : "";
}

std::string word_at(const Json& body, const char* place) {
  const Json::json_pointer pointer{place};
  return body.is_object() && body.contains(pointer) && body[pointer].is_string() ? body[pointer].get<std::string>() : std::string{};
}

/// On one line, and no longer than a message may be.
std::string brief(std::string text) {
  constexpr std::size_t kBytesMax = 400;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (text.size() > kBytesMax) text.resize(kBytesMax);
  return text;
}

bool is_page(const HttpAnswer& answer) {
  const std::size_t begin = answer.body.find_first_not_of(" \t\r\n");
  return begin != std::string::npos && answer.body[begin] == '<';
}

/// The error's type, a word of the server's own.
std::string kind_of(const Json& body) {
  const std::string type = word_at(body, "/error/type");
  const bool is_word =
      type.size() <= 100 && std::all_of(type.begin(), type.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_word && !type.empty() ? " (" + type + ")" : "";
}

/// What a 403 says: Elasticsearch names the privileges that would do, OpenSearch the action.
std::string forbidden(const Json& body) {
  const std::string type = word_at(body, "/error/type");
  if (type != "security_exception")
    return type == "cluster_block_exception"
               ? "the index or cluster is blocked (read-only, or its disks are full): see GET _cluster/health and _cat/allocation"
               : "look at what the role of our key may do: docs/elasticsearch.md has the one that is needed";
  const std::string reason = word_at(body, "/error/reason");
  constexpr std::string_view kGranted = "granted by the ";
  std::string needed;
  if (const std::size_t at = reason.find(kGranted); at != std::string::npos) {
    const std::size_t begin = at + kGranted.size(), list = reason.find('[', begin), end = reason.find_first_of(",]", list);
    if (list != std::string::npos && end != std::string::npos)  // the least one stands first
      needed = fmt::format("; give our role the {} privilege {}", reason.compare(begin, 5, "index") == 0 ? "index" : "cluster",
                           reason.substr(list + 1, end - list - 1));
  }
  return fmt::format("{}{}; docs/elasticsearch.md has the role that is needed", brief(reason), needed);
}

std::string advice(const HttpAnswer& answer, const Json& body) {
  constexpr std::string_view kWrongPort = "HTTP request was sent to HTTPS port";
  switch (answer.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return fmt::format(
          "a redirect{}, which is not followed: a login page or proxy stands before the cluster; \"urls\" names the cluster itself",
          answer.location.empty() ? "" : " to " + brief(answer.location.substr(0, answer.location.find('?'))));
    case 401:
      if (says(answer.body, "expired")) return "the key has expired: make another one for \"api_key\"";
      if (says(answer.body, "invalidated")) return "the key was invalidated: make another one for \"api_key\"";
      return "it does not know us: look at \"api_key\", \"user\" and \"password\", or \"bearer\"";
    case 403:
      return body.is_object() ? forbidden(body) : "what refuses is no Elasticsearch: a proxy or firewall before it?";
    case 404:
      return body.is_object() ? "" : "it is not there: are host, port and path in \"urls\" right?";
    case 405:
      return "it does not take such requests: is it Elasticsearch or OpenSearch, and is the path in \"urls\" right?";
    case 407:
      return "the proxy wants to know who we are: look at \"proxy\"";
    case 413:
      return "the request is larger than the server, or a proxy before it, takes";
    case 429:
      return "it has too much to do";
    case 502:
    case 503:
    case 504:
      return is_page(answer) ? "a proxy before the cluster says so, which does not reach it" : "";
    default:
      return answer.body.find(kWrongPort) != std::string::npos ? "it speaks TLS at this port: write https:// in \"urls\"" : "";
  }
}

}  // namespace

std::string refusal_text(std::string_view url, const HttpAnswer& answer, std::string_view doing) {
  if (!answer.is_whole()) {
    const std::string_view hint = hint_of(answer);
    return fmt::format("{} does not answer {}: {}{}{}", url, doing, brief(answer.fault), hint.empty() ? "" : "; ", hint);
  }
  const Json body = Json::parse(answer.body, nullptr, false);
  const std::string said = advice(answer, body);
  return fmt::format("{} answers {}{} to {}{}{}", url, answer.status, kind_of(body), doing, said.empty() ? "" : ": ", said);
}

std::string no_template_fault(std::string_view url, const HttpAnswer& answer) {
  if (!answer.is_success() || answer.body.find("\"index_templates\"") != std::string::npos) return {};
  return fmt::format(
      "{} takes requests of Elasticsearch, and has no index templates: it is another product (VictoriaLogs?), which would not keep our ids "
      "nor "
      "say what became of each document; \"urls\" names Elasticsearch or OpenSearch",
      url);
}

std::string product_fault(std::string_view url, const HttpAnswer& answer, SearchSinkConfig::Product wanted) {
  if (!answer.is_whole()) return {};
  if (answer.product.empty()) {
    if (answer.status == 200 && is_page(answer))
      return fmt::format(
          "{} answers with a web page: it is neither Elasticsearch nor OpenSearch; are host, port and path in \"urls\" right?", url);
    return {};
  }
  const bool is_opensearch = answer.product.starts_with("OpenSearch");
  if (wanted == SearchSinkConfig::Product::any || is_opensearch == (wanted == SearchSinkConfig::Product::opensearch)) return {};
  return fmt::format("{} is {}, and the sink says product: {}; write product: {}, or auto", url,
                     is_opensearch ? "OpenSearch" : "Elasticsearch", is_opensearch ? "elasticsearch" : "opensearch",
                     is_opensearch ? "opensearch" : "elasticsearch");
}

}  // namespace loglode
