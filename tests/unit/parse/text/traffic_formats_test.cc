// Lines made after the vendors' documentation of each field; addresses and names are those set aside for examples.
#include "format_table.h"
#include "parse/text/access_severity.h"

using namespace loglode;

TEST_CASE("traffic: load balancers of three kinds, with and without an answer", "[parse][formats]") {
  CHECK(reads(
      "elb",
      R"(https 2026-03-01T08:00:00.500000Z app/front/0123456789abcdef 192.0.2.10:40000 10.1.0.4:8080 0.001 0.020 0.000 503 503 120 310 )"
      R"("POST https://shop.example:443/pay HTTP/1.1" "agent/1.0" ECDHE TLSv1.2 arn "Root=1-x")",
      {"2026-03-01T08:00:00.500",
       Severity::error,
       R"(503 503 120 310 "POST https://shop.example:443/pay HTTP/1.1")",
       "",
       "",
       "",
       "",
       {{"aws.elb.name", "app/front/0123456789abcdef"},
        {"source.address", "192.0.2.10:40000"},
        {"http.response.status_code", "503"},
        {"http.request.method", "POST"}}}));
  CHECK(reads(
      "elb",
      R"(2026-03-01T08:00:00.500000Z classic 192.0.2.10:40000 10.1.0.4:80 0.0001 0.002 0.0001 404 404 0 29 "GET http://a.example:80/ HTTP/1.1" "-" - -)",
      {"2026-03-01T08:00:00.5", Severity::info, R"(404 404 0 29 "GET http://a.example:80/ HTTP/1.1")", "", "", "", "", {}}));
  CHECK(reads(
      "elb",
      R"(h2 2026-03-01T08:00:00.500000Z app/front/0123456789abcdef 192.0.2.10:40000 - -1 -1 -1 502 - 120 310 "GET https://a.example:443/ HTTP/2.0" "-")",
      {"2026-03-01T08:00:00.5", Severity::error, R"(502 - 120 310 "GET https://a.example:443/ HTTP/2.0")", "", "", "", "", {}}));
  CHECK(reads("elb",
              "tls 2.0 2026-03-01T08:00:00 net/edge/0123456789abcdef 0123456789abcdef 192.0.2.10:40000 10.1.0.4:443 5 2 98 246 - arn",
              {"2026-03-01T08:00:00",
               Severity::info,
               "net/edge/0123456789abcdef 0123456789abcdef 192.0.2.10:40000 10.1.0.4:443 5 2 98 246 - arn",
               "",
               "",
               "",
               "",
               {}}));
  CHECK(is_refused("elb", R"(2026-03-01T08:00:00.500000Z shop started on port 80 in 3 s)"));
  CHECK(is_refused("elb", "http 2026-03-01T08:00:00Z"));
}

TEST_CASE("traffic: object storage says what failed by the status of the request", "[parse][formats]") {
  const std::string owner(64, 'a');
  CHECK(reads(
      "s3",
      owner +
          R"( photos [01/Mar/2026:08:00:00 +0000] 192.0.2.10 - 3E57427F33A59F07 REST.PUT.OBJECT cats/1.jpg "PUT /photos/cats/1.jpg HTTP/1.1" 500 InternalError 12 - 7 - "-" "cli" -)",
      {"2026-03-01T08:00:00",
       Severity::error,
       R"(REST.PUT.OBJECT cats/1.jpg "PUT /photos/cats/1.jpg HTTP/1.1" 500 InternalError)",
       "",
       "",
       "",
       "",
       {{"aws.s3.bucket", "photos"}, {"error.code", "InternalError"}, {"source.address", "192.0.2.10"}}}));
  CHECK(reads("s3",
              owner + R"( photos [01/Mar/2026:08:00:00 +0000] - svc 3E57427F33A59F07 S3.EXPIRE.OBJECT old.log - - - - 12 - - - - - -)",
              {"2026-03-01T08:00:00", Severity::info, "S3.EXPIRE.OBJECT old.log - - -", "", "", "", "", {}}));
  CHECK(is_refused("s3", R"(192.0.2.10 - - [01/Mar/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5)"));
}

TEST_CASE("traffic: proxies", "[parse][formats]") {
  CHECK(reads("squid", "1772352000.250     12 192.0.2.10 TCP_MISS/504 1200 GET http://a.example/x - HIER_DIRECT/198.51.100.7 text/html",
              {"2026-03-01T08:00:00.25",
               Severity::error,
               "TCP_MISS/504 1200 GET http://a.example/x - HIER_DIRECT/198.51.100.7 text/html",
               "",
               "",
               "",
               "",
               {{"url.original", "http://a.example/x"}}}));
  CHECK(reads("squid", "1772352000.250      0 192.0.2.10 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -",
              {"2026-03-01T08:00:00.25",
               Severity::info,
               "NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -",
               "",
               "",
               "",
               "",
               {}}));
  CHECK(is_refused("squid", "1772352000.250 12 apples sold"));
  CHECK(reads(
      "envoy",
      R"([2026-03-01T08:00:00.123Z] "GET /cart HTTP/2" 503 UF,URX upstream_reset_before_response_started{connection_failure} - "-" 0 91 3 - "-" "curl" "id" "cart:80" "10.0.0.9:80")",
      {"2026-03-01T08:00:00.123",
       Severity::error,
       R"("GET /cart HTTP/2" 503 UF,URX)",
       "",
       "",
       "",
       "",
       {{"envoy.response_flags", "UF,URX"}}}));
  CHECK(reads("envoy", R"([2026-03-01T08:00:00.123Z] "- - -" 0 - - - "-" 10 20 5 - "-" "-" "-" "-" "10.0.0.9:5432")",
              {"2026-03-01T08:00:00.123", Severity::info, R"("- - -" 0 -)", "", "", "", "", {}}));
  CHECK(
      reads("uwsgi",
            "[pid: 7|app: 0|req: 12/40] 192.0.2.10 () {40 vars in 800 bytes} [Sun Mar  1 08:00:00 2026] GET /slow => generated 21 bytes in "
            "900 msecs (HTTP/1.1 502) 2 headers in 70 bytes (1 switches on core 0)",
            {"2026-03-01T08:00:00",
             Severity::error,
             "GET /slow => generated 21 bytes in 900 msecs (HTTP/1.1 502)",
             "",
             "",
             "",
             "",
             {{"process.pid", "7"}}}));
  CHECK(is_refused("uwsgi", "[pid: 7] worker ready"));
}

TEST_CASE("traffic: the common format without quotes, and without a client", "[parse][formats]") {
  CHECK(reads("access", "192.0.2.10 - - [01/Mar/2026:08:00:00 +0000] GET /health HTTP/1.1 503 - agent",
              {"2026-03-01T08:00:00", Severity::error, "GET /health HTTP/1.1 503 -", "", "", "", "", {{"http.request.method", "GET"}}}));
  CHECK(reads("access", R"([01/Mar/2026 08:00:00] "GET /admin/ HTTP/1.1" 500 145)",
              {"2026-03-01T08:00:00", Severity::error, R"("GET /admin/ HTTP/1.1" 500 145)", "", "", "", "", {}}));
  CHECK(is_refused("access", "192.0.2.10 - - [01/Mar/2026:08:00:00 +0000] GET me a coffee"));
  CHECK(is_refused("access", "[01/Mar/2026 08:00:00] INFO started"));
}

TEST_CASE("traffic: a server's failure is an error in any line that holds request and status", "[parse][formats]") {
  for (const std::string_view failed : {R"("GET / HTTP/1.1" 502 12)", "GET /x HTTP/1.0 503", R"(10.0.0.1 "POST /pay HTTP/2" 500)",
                                        R"(x|"https://a.example/p" 504 12 "-")", R"("/p?q=1" 599 -)"}) {
    INFO(failed);
    CHECK(access_severity(failed) == Severity::error);
  }
  for (const std::string_view fine :
       {R"("GET / HTTP/1.1" 200 502)", "GET /x HTTP/1.0 5030", "upstream answered HTTP/1.1 503", R"("GET / HTTP/1.1" - 500)", "took 500 ms",
        R"(opened "/var/lib/x" 500 times)", R"("GET /500 HTTP/1.1")", "", R"(")", "HTTP/"}) {
    INFO(fine);
    CHECK(access_severity(fine) == Severity::unspecified);
  }
}
