#include "config/search_config_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/near_word.h"
#include "config/quantities.h"
#include "config/server_url.h"

namespace loglode::config {
namespace {

// --- addresses ---------------------------------------------------------------------------------------------------------------------------

void check_urls(const SearchConfig& search, ConfigReading& reading) {
  std::set<std::string> known;
  bool is_tls = false;
  for (const Text& url : search.urls) {
    const ServerUrl read = read_server_url(url.value);
    is_tls = is_tls || read.is_tls;
    if (!read.fault.empty())
      reading.problem(url.line, fmt::format("bad url {}: {}, for example https://es1:9200", quoted(url), read.fault));
    else if (url.value.find('@') != std::string::npos)
      reading.problem(url.line, "\"urls\" must not hold a user or password: use \"user\" and \"password\"");
    else if (!known.insert(read.whole).second)
      reading.problem(url.line, fmt::format("\"urls\" has {} twice", quoted(url)));
  }
  if (!search.proxy.empty())
    if (const ServerUrl proxy = read_server_url(search.proxy.value, true); !proxy.fault.empty())
      reading.problem(search.proxy.line, fmt::format("bad proxy {}: {}, for example http://proxy:3128", quoted(search.proxy), proxy.fault));
  const Text& any = !search.tls.ca.empty() ? search.tls.ca : search.tls.certificate;
  if (!any.empty() && !is_tls && !search.urls.empty()) reading.warn(any.line, "\"tls\" is not used: no url begins with https://");
}

// --- certificates ------------------------------------------------------------------------------------------------------------------------

constexpr std::string_view kCertificate = "a certificate", kKey = "a private key";

/// Whether the file is there, and holds a PEM block of the kind that `key` asks for.
void check_pem(const Text& path, std::string_view key, std::string_view wanted, ConfigReading& reading) {
  constexpr std::size_t kBytesMax = 4 * kMiB;  // of all CAs of a system: about 250 KiB
  if (path.empty()) return;
  const auto refuse = [&](const std::string& why) { reading.problem(path.line, fmt::format("tls.{} {}: {}", key, quoted(path), why)); };
  std::error_code none;
  if (std::filesystem::is_directory(path.value, none)) return refuse("is a folder: name a PEM file in it");
  errno = 0;
  std::ifstream file{path.value, std::ios::binary};
  if (!file.is_open())
    return refuse(errno == ENOENT ? "there is no such file" : fmt::format("cannot be read: {}", std::generic_category().message(errno)));
  std::string text(kBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const bool has_certificate = text.find("-----BEGIN CERTIFICATE-----") != std::string::npos ||
                               text.find("-----BEGIN TRUSTED CERTIFICATE-----") != std::string::npos;
  const bool has_key = text.find("PRIVATE KEY-----") != std::string::npos;
  if (wanted == kCertificate ? has_certificate : has_key) return;
  const std::string_view found = has_certificate ? kCertificate : kKey;
  refuse(has_certificate || has_key
             ? fmt::format("holds {}, not {}", found, wanted)
             : fmt::format("holds no PEM block of {} (\"-----BEGIN …\"): `openssl x509 -inform der`, `openssl pkcs12` or `openssl pkey` "
                           "make one of other formats",
                           wanted));
}

void check_tls(const SinkConfig& sink, ConfigReading& reading) {
  const SearchTls& tls = sink.search.tls;
  const std::size_t before = reading.problems.size();
  check_pem(tls.ca, "ca", kCertificate, reading);
  check_pem(tls.certificate, "certificate", kCertificate, reading);
  check_pem(tls.key, "key", kKey, reading);
  if (tls.certificate.empty() != tls.key.empty() && before == reading.problems.size())
    reading.problem(
        (tls.key.empty() ? tls.certificate : tls.key).line,
        fmt::format("sink {}: \"tls.certificate\" and \"tls.key\" belong together; both may name one file", in_quotes(sink.name)));
  if (tls.verify.value == SearchTls::Verify::none)
    reading.warn(tls.verify.line, fmt::format("sink {}: with \"verify: none\" anybody on the way can read the logs and the credentials",
                                              in_quotes(sink.name)));
}

// --- names -------------------------------------------------------------------------------------------------------------------------------

/// What a server refuses in an index's name; empty: nothing.
std::string name_fault(std::string_view name) {
  constexpr std::size_t kNameMax = 200;  // 255 bytes with what a server puts around it: .ds-…-2026.11.30-000001
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty()) return "it is empty";
  if (name.size() > kNameMax) return fmt::format("longer than {} bytes", kNameMax);
  if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return "upper case is refused by the server";
  if (!is_plain(name.front())) return "it begins with a letter or digit";
  if (std::any_of(name.begin(), name.end(), [&](char c) { return !is_plain(c) && c != '-' && c != '.' && c != '_'; }))
    return "lower-case letters, digits and . _ - only";
  return {};
}

/// The same of a data stream, which our templates must match: logs-loglode-NAMESPACE, logs-loglode.DATASET-NAMESPACE.
std::string stream_fault(std::string_view name) {
  constexpr std::string_view kPrefix = "logs-loglode";
  constexpr std::size_t kPartMax = 100;
  if (std::string fault = name_fault(name); !fault.empty()) return fault;
  const std::string ours = "logs-loglode-NAMESPACE or logs-loglode.DATASET-NAMESPACE, which our index template is for";
  if (!name.starts_with("logs-loglode-") && !name.starts_with("logs-loglode.")) return ours;
  std::string_view rest = name.substr(kPrefix.size());
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos) return ours;
  const std::string_view dataset = rest.substr(std::min<std::size_t>(1, dash), dash == 0 ? 0 : dash - 1), space = rest.substr(dash + 1);
  if (space.empty() || (dash != 0 && dataset.empty())) return "a part of it is empty: " + ours;
  return dataset.size() > kPartMax || space.size() > kPartMax ? fmt::format("dataset and namespace have at most {} bytes each", kPartMax)
                                                              : "";
}

/// Our template for shape otel has patterns of its own, which must match its streams and no other ones.
std::string shape_fault(const SearchConfig& search) {
  std::string_view dataset{search.data_stream.value};
  dataset = dataset.substr(0, dataset.find('-', sizeof "logs-loglode" - 1));
  const bool is_otel = dataset.ends_with(".otel");
  if (is_otel == search.is_otel.value) return {};
  return is_otel ? "streams of a dataset that ends with .otel are for \"shape: otel\""
                 : "with \"shape: otel\" it is logs-loglode.otel-NAMESPACE or logs-loglode.DATASET.otel-NAMESPACE";
}

void check_names(const SearchConfig& search, ConfigReading& reading) {
  if (const std::string fault = stream_fault(search.data_stream.value); !fault.empty())
    reading.problem(search.data_stream.line, fmt::format("bad data_stream {}: {}", quoted(search.data_stream), fault));
  else if (const std::string other = shape_fault(search); !other.empty())
    reading.problem(search.data_stream.line, fmt::format("bad data_stream {}: {}", quoted(search.data_stream), other));
  const std::string& prefix = search.events_prefix.value;
  if (const std::string fault = name_fault(prefix); !fault.empty())
    reading.problem(search.events_prefix.line, fmt::format("bad prefix {}: {}", quoted(search.events_prefix), fault));
  else if (prefix == "logs-loglode" || prefix.starts_with("logs-loglode-") || prefix.starts_with("logs-loglode."))
    reading.problem(search.events_prefix.line, fmt::format("bad prefix {}: indices of that name would be taken for data streams of records",
                                                           quoted(search.events_prefix)));
}

void check_route(const SearchConfig& search, ConfigReading& reading) {
  for (const Text* const from : {&search.route_dataset, &search.route_namespace})
    if (!from->empty() && !from->value.starts_with("field:") && !from->value.starts_with("fixed:"))
      reading.problem(from->line,
                      fmt::format("bad route {}: `field:NAME` or `fixed:NAME`, for example field:event.dataset", quoted(*from)));
}

void check_product(const SearchConfig& search, ConfigReading& reading) {
  const bool is_opensearch = search.product.value == SearchProduct::opensearch,
             is_elasticsearch = search.product.value == SearchProduct::elasticsearch;
  if (search.is_logsdb.value && is_opensearch)
    reading.problem(search.is_logsdb.line, "\"index_mode: logsdb\" is Elasticsearch's: OpenSearch has only \"standard\"");
  const SearchRetentionBy by = search.kept_by.value;
  if ((by == SearchRetentionBy::ism && is_elasticsearch) ||
      ((by == SearchRetentionBy::ilm || by == SearchRetentionBy::data_stream) && is_opensearch))
    reading.problem(search.kept_by.line, "\"retention.by\": ilm and data_stream are Elasticsearch's, ism is OpenSearch's");
}

}  // namespace

void check_search_config(const SinkConfig& sink, ConfigReading& reading) {
  const SearchConfig& search = sink.search;
  check_urls(search, reading);
  check_route(search, reading);
  check_product(search, reading);
  const int ways =
      static_cast<int>(!search.api_key.empty()) + static_cast<int>(!search.user.empty()) + static_cast<int>(!search.bearer.empty());
  if (ways > 1)
    reading.problem(sink.line, fmt::format("sink {}: one of \"api_key\", \"user\" with \"password\", and \"bearer\", not several",
                                           in_quotes(sink.name)));
  if (search.user.empty() != search.password.empty())
    reading.problem(sink.line, fmt::format("sink {}: \"user\" and \"password\" belong together", in_quotes(sink.name)));
  check_names(search, reading);
  check_tls(sink, reading);
  if (search.retry_first.value > search.retry_max.value)
    reading.problem(std::max(search.retry_first.line, search.retry_max.line),
                    fmt::format("sink {}: \"retry.first\" ({}) is longer than \"retry.max\" ({}): the first pause is the shortest",
                                in_quotes(sink.name), spelled(search.retry_first.value), spelled(search.retry_max.value)));
}

}  // namespace loglode::config
