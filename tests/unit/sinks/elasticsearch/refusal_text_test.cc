#include "sinks/elasticsearch/refusal_text.h"

#include <catch2/catch.hpp>

using namespace loglode;

namespace {

HttpAnswer answer(int status, std::string body = {}) {
  HttpAnswer out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

std::string error_of(const std::string& type, const std::string& reason) {
  return R"({"error":{"type":")" + type + R"(","reason":")" + reason + R"("},"status":403})";
}

void expect_parts(const HttpAnswer& of, std::initializer_list<std::string_view> parts) {
  const std::string text = refusal_text("http://es1:9200", of, "a write to logs-loglode-default");
  INFO(text);
  CHECK(text.starts_with("http://es1:9200 "));
  CHECK(text.find("a write to logs-loglode-default") != std::string::npos);
  for (const std::string_view part : parts) CHECK(text.find(part) != std::string::npos);
}

void expect_fault(const std::string& fault, std::string_view look_at) {
  HttpAnswer out;
  out.fault = fault;
  expect_parts(out, {"does not answer", fault, look_at});
}

}  // namespace

TEST_CASE("a refused permission is told with the privilege that would do", "[sinks]") {
  expect_parts(
      answer(403, error_of("security_exception",
                           "action [indices:data/write/bulk[s]] is unauthorized for API key id [x] of user [bob] on indices "
                           "[logs-loglode-default], this action is granted by the index privileges [create_doc,create,index,all]")),
      {"answers 403 (security_exception)", "on indices [logs-loglode-default]", "give our role the index privilege create_doc;"});
  expect_parts(answer(403, error_of("security_exception",
                                    "action [indices:admin/index_template/put] is unauthorized for user [bob], this action is granted by "
                                    "the cluster privileges [manage_index_templates,manage,all]")),
               {"give our role the cluster privilege manage_index_templates;"});
  expect_parts(answer(403, error_of("security_exception", "no permissions for [indices:data/write/bulk[s]] and User [name=bob]")),
               {"no permissions for [indices:data/write/bulk[s]]", "docs/elasticsearch.md"});
  expect_parts(answer(403, error_of("cluster_block_exception", "quotes a document")), {"read-only"});
  expect_parts(answer(403, "<html>Forbidden</html>"), {"proxy or firewall"});
  CHECK(refusal_text("u", answer(400, error_of("mapper_parsing_exception", "hunter2")), "a write").find("hunter2") == std::string::npos);
}

TEST_CASE("what stands before a cluster, or instead of it, is named", "[sinks]") {
  HttpAnswer login = answer(302);
  login.location = "https://login.example.com/oauth2/auth?state=hunter2";
  expect_parts(login, {"answers 302", "a redirect to https://login.example.com/oauth2/auth, which is not followed", "login page or proxy"});
  CHECK(refusal_text("u", login, "x").find("hunter2") == std::string::npos);
  expect_parts(answer(401), {"api_key"});
  expect_parts(answer(401, error_of("security_exception", "unable to authenticate: api key is expired")), {"the key has expired"});
  expect_parts(answer(401, error_of("security_exception", "api key [x] has been invalidated")), {"the key was invalidated"});
  CHECK(no_template_fault("u", answer(200, R"({"index_templates":[]})")).empty());
  CHECK(no_template_fault("u", answer(404, "{}")).empty());
  CHECK(no_template_fault("u", answer(200, "{}")).find("VictoriaLogs") != std::string::npos);
  expect_parts(answer(404, "<html>"), {"host, port and path"});
  expect_parts(answer(407), {"\"proxy\""});
  expect_parts(answer(502, "<html>"), {"proxy before the cluster"});
  expect_parts(answer(400, "<html>The plain HTTP request was sent to HTTPS port</html>"), {"https://"});
}

TEST_CASE("why no answer came is told with what to look at", "[sinks]") {
  expect_fault("Could not resolve host: es1", "DNS");
  expect_fault("TLS connect error: error:0A00010B:SSL routines::wrong version number", "does not speak TLS");
  expect_fault("TLS connect error: error:0A0000C6:SSL routines::packet length too long", "does not speak TLS");
  expect_fault("Empty reply from server", "https://");
  expect_fault("Received HTTP/0.9 when not allowed", "https://");
  expect_fault("Failed to connect to es1 port 9200 after 0 ms: Couldn't connect to server", "nothing listens there");
  expect_fault("SSL: no alternative certificate subject name matches target host name 'es1'", "verify: certificate");
  expect_fault("OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0", "tls.certificate");
  expect_fault("SSL certificate problem: certificate has expired", "new certificate");
  HttpAnswer untrusted;
  untrusted.untrusted = true;
  untrusted.fault = "SSL certificate problem: self-signed certificate";
  expect_parts(untrusted, {"tls.ca"});
}

TEST_CASE("another product than the configuration names is found out by its header or its page", "[sinks]") {
  using Product = SearchSinkConfig::Product;
  HttpAnswer elastic = answer(200, "{}"), open = answer(404, "{}");
  elastic.product = "Elasticsearch";
  open.product = "OpenSearch OpenSearch/3.0.0";
  CHECK(product_fault("u", elastic, Product::any).empty());
  CHECK(product_fault("u", elastic, Product::elasticsearch).empty());
  CHECK(product_fault("u", open, Product::opensearch).empty());
  CHECK(product_fault("u", elastic, Product::opensearch) ==
        "u is Elasticsearch, and the sink says product: opensearch; write product: elasticsearch, or auto");
  CHECK(product_fault("u", open, Product::elasticsearch) ==
        "u is OpenSearch, and the sink says product: elasticsearch; write product: opensearch, or auto");
  CHECK(product_fault("u", answer(200, "\n<!DOCTYPE html><title>Welcome to nginx!</title>"), Product::any).find("web page") !=
        std::string::npos);
  CHECK(product_fault("u", answer(200, "{}"), Product::opensearch).empty());
}
