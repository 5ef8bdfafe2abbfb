#include <catch2/catch.hpp>

#include "ingest/input_source.h"
#include "ingest/log_name.h"

using namespace loglode;

TEST_CASE("service from the path: workload, container, name or folder", "[ingest]") {
  const std::string id(64, 'a');
  const std::string uid = "1b671a64-40d5-491e-99b0-da01ff1f3341";
  const auto expect = [](const std::string& path, const std::string& service) {
    INFO(path);
    CHECK(service_from_path(path) == service);
  };
  expect("-", "stdin");
  expect("/dev/fd/63", "stdin");

  // kubernetes: deployment, stateful set, daemon set, cron job, bare pod
  expect("/var/log/pods/shop_checkout-5c95b49cff-tdsdz_" + uid + "/app/0.log", "checkout");
  expect("/var/log/pods/shop_checkout-5c95b49cff-tdsdz_" + uid + "/app/0.log.20261122-120000.gz", "checkout");
  expect("dump/var/log/pods/shop_postgres-0_" + uid + "/postgres/1.log", "postgres");
  expect("/var/log/pods/kube-system_fluent-bit-x7k2p_" + uid + "/fluent-bit/0.log", "fluent-bit");
  expect("/var/log/pods/kube-system_kube-apiserver-worker-one_" + std::string(32, 'b') + "/kube-apiserver/0.log", "kube-apiserver");
  expect("/var/log/pods/batch_report-29374650-k8wqz_" + uid + "/report/0.log", "report");
  expect("/var/log/containers/ts-order-service-7d9f8b6c5d-abc1e_default_ts-order-service-" + id + ".log", "ts-order-service");
  expect("/var/log/containers/redis-0_shop_redis-" + id + ".log", "redis");
  expect("must-gather/namespaces/shop/pods/cart-5c95b49cff-tdsdz/cart/cart/logs/current.log", "cart");
  expect("cart-5c95b49cff-tdsdz.log", "cart");
  expect("logs/user-service-http2.log", "user-service-http2");

  // docker
  expect("/var/lib/docker/containers/" + id + "/" + id + "-json.log", "aaaaaaaaaaaa");
  expect(id + "-json.log", "aaaaaaaaaaaa");

  // the name, without date, number and extensions
  expect("app-2026-11-23.log.2.gz", "app");
  expect("app-20261122.log", "app");
  expect("app.log-20261122.gz", "app");
  expect("app.log.2026-11-22.1", "app");
  expect("catalina.2026-11-22.log", "catalina");
  expect("postgresql-2026-11-22_000000.log", "postgresql");
  expect("worker-3.log", "worker");
  expect("host-10.0.0.1.log", "host");
  expect("app.json.zst", "app");
  expect("dir/Payment.LOG2", "Payment.LOG2");
  expect("syslog", "syslog");
  expect("syslog.1", "syslog");
  expect("app.log.old", "app");
  expect("web.log.1795305600", "web");

  // generic names: the folder
  expect("/var/log/nginx/access.log.gz", "nginx");
  expect("samples/calm/nginx/error.log.1", "nginx");
  expect("httpd/access_log-20261122", "httpd");
  expect("checkout/logs/current", "checkout");
  expect("kafka/logs/server.log", "kafka");
  expect("checkout/0.log", "checkout");
  expect("checkout/20261122.log", "checkout");
  expect("nginx-2026-11-22/access.log", "nginx");
  expect("/var/log/messages", "messages");
  expect("/var/log/messages-20261122", "messages");
  expect("access.log", "access");
  expect("./error.log", "error");
  expect("0.log", "0.log");
}

TEST_CASE("log names: date, index, rotation number and compression are found", "[ingest]") {
  const auto expect = [](const char* name, const char* log, const char* date, int index = -1, int rotated = -1, bool old = false) {
    INFO(name);
    const ingest::LogName parts = ingest::parse_log_name(name);
    CHECK(parts.log == log);
    CHECK(parts.date == date);
    CHECK((parts.index ? static_cast<int>(*parts.index) : -1) == index);
    CHECK((parts.rotated ? static_cast<int>(*parts.rotated) : -1) == rotated);
    CHECK(parts.old == old);
  };
  expect("app.log", "app.log", "");
  expect("app.log.12.gz", "app.log", "", -1, 12);
  expect("app.log.10000", "app.log", "", -1, 10'000);
  expect("app-2026-11-23.log.2.gz", "app.log", "20261123", -1, 2);
  expect("app.log-20261122-0345", "app.log", "202611220345");
  expect("app.log.2026-11-22T03.zst", "app.log", "2026112203");
  expect("app.2026-11-22.0.log", "app.log", "20261122", 0);
  expect("app.log.2026-11-22.17", "app.log", "20261122", 17);
  expect("app-2026-11.log", "app.log", "202611");
  expect("app.log-1795305600", "app.log", "20261122000000");
  expect("app.log.old", "app.log", "", -1, -1, true);
  expect("20261122-app.log", "app.log", "20261122");
  expect("@400000006a1b2c3d00000001.s", "current", "400000006a1b2c3d00000001");
  // no dates
  expect("app-20261322.log", "app-20261322.log", "");
  expect("app-123456789012345.log", "app-123456789012345.log", "");
  expect("node-10.2.3.4.log", "node-10.2.3.4.log", "");
  expect("12345", "12345", "");
  expect("", "", "");
  expect(".", ".", "");
  expect(".1", ".1", "");
}

TEST_CASE("log names: configuration, code and documents in a folder are no logs, data of any name is", "[ingest]") {
  for (const char* name : {"truth.yaml", "a/README.md", "nginx.conf", "app.pid", "deploy.sh", "x.yaml.gz"})
    CHECK(ingest::is_no_log_by_name(name));
  for (const char* name : {"app.log", "app.log.1", "app.log.2.gz", "messages", "out.txt", "events.json", "rows.csv", "slow.sql", "yaml",
                           "catalina.out", "app.md.log"}) {
    INFO(name);
    CHECK_FALSE(ingest::is_no_log_by_name(name));
  }
}
