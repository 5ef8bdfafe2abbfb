// Lines marked "captured" come from the real logger (pino 10.4, winston 3.19, bunyan 2.0, zap 1.28, logrus 1.10, zerolog 1.35, slog of
// Go 1.26, python-json-logger 4.2, structlog 26.1), paths in stack traces shortened; the others are written by hand after the layout that
// the logger documents. Then what no logger should write but some do.
#include "parse/json/json_format.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/parse/json/parsed.h"

using namespace loglode;
using Catch::Contains;

namespace {

struct Expected {
  std::string time, severity, message, service, trace, host;
};

void expect(std::string_view text, const Expected& want) {
  INFO(text);
  const Parsed got{JsonFormat{}, text};
  REQUIRE(got.good);
  CHECK(got.time() == want.time);
  CHECK(severity_name(got.record.severity) == want.severity);
  CHECK(got.record.message == want.message);
  CHECK(got.record.service == want.service);
  CHECK(got.record.trace_id == want.trace);
  CHECK(got.record.host == want.host);
}

std::string message_of(std::string_view text) {
  INFO(text);
  const Parsed got{JsonFormat{}, text};
  REQUIRE(got.good);
  return std::string{got.record.message};
}

}  // namespace

TEST_CASE("json: loggers of Node, Go and Python are read as they write", "[parse][json]") {
  // captured: pino
  expect(
      R"({"level":30,"time":1795479978181,"pid":24594,"hostname":"vm","orderId":7,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","msg":"order placed"})",
      {"2026-11-24T00:26:18.181000000Z", "info", "order placed", "", "4bf92f3577b34da6a3ce929d0e0e4736", "vm"});
  expect(
      R"({"level":50,"time":1795479978184,"pid":24594,"hostname":"vm","name":"cart","err":{"type":"Error","message":"boom \"x\"","stack":"Error: boom \"x\"\n    at x.js:3"},"msg":"checkout failed"})",
      {"2026-11-24T00:26:18.184000000Z", "error", "checkout failed", "cart", "", "vm"});
  // captured: bunyan
  expect(
      R"({"name":"orders","hostname":"vm","pid":24594,"level":40,"err":{},"msg":"disk is slow","time":"2026-11-24T00:26:18.184Z","v":0})",
      {"2026-11-24T00:26:18.184000000Z", "warn", "disk is slow", "orders", "", "vm"});
  // captured: winston, plain and with colorize()
  expect(R"({"level":"error","message":"payment declined","service":"pay","timestamp":"2026-11-24T00:26:18.205Z"})",
         {"2026-11-24T00:26:18.205000000Z", "error", "payment declined", "pay", "", ""});
  expect(R"({"level":"\u001b[33mwarn\u001b[39m","message":"payment é\n\"late\"","timestamp":"2026-11-24T00:26:18.206Z"})",
         {"2026-11-24T00:26:18.206000000Z", "warn", "payment é\n\"late\"", "", "", ""});
  // captured: zap, logrus, zerolog (RFC 3339, without a message, milliseconds), slog
  expect(
      R"({"level":"error","ts":1795480087.012652,"logger":"api","caller":"go/main.go:17","msg":"lookup failed","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","error":"no such host","stacktrace":"main.main\n\t/x/main.go:17"})",
      {"2026-11-24T00:28:07.012652000Z", "error", "lookup failed", "", "4bf92f3577b34da6a3ce929d0e0e4736", ""});
  expect(R"({"level":"warning","msg":"stock is low","service":"cart","time":"2026-11-24T00:28:07Z"})",
         {"2026-11-24T00:28:07.000000000Z", "warn", "stock is low", "cart", "", ""});
  expect(R"({"level":"error","error":"connection refused","time":"2026-11-24T00:28:07Z","message":"dial"})",
         {"2026-11-24T00:28:07.000000000Z", "error", "dial", "", "", ""});
  expect(R"({"level":"error","error":"connection refused","time":"2026-11-24T00:28:07Z"})",
         {"2026-11-24T00:28:07.000000000Z", "error", "connection refused", "", "", ""});
  expect(R"({"level":"debug","service":"mail","time":1795480087012,"message":"sent"})",
         {"2026-11-24T00:28:07.012000000Z", "debug", "sent", "mail", "", ""});
  expect(
      R"({"time":"2026-11-24T00:28:07.012784372Z","level":"WARN","source":{"function":"main.main","file":"/x/main.go","line":28},"msg":"queue is long","service":"mail","length":81})",
      {"2026-11-24T00:28:07.012784372Z", "warn", "queue is long", "mail", "", ""});
  expect(R"({"time":"2026-11-24T00:28:07.01279509Z","level":"INFO+2","msg":"noticed"})",
         {"2026-11-24T00:28:07.012795090Z", "info", "noticed", "", "", ""});
  // captured: python-json-logger, structlog
  expect(
      R"({"asctime": "2026-11-24 00:26:18,294", "levelname": "WARNING", "name": "app.db", "message": "slow query 250 ms", "service": "billing"})",
      {"2026-11-24T00:26:18.294000000Z", "warn", "slow query 250 ms", "billing", "", ""});
  expect(R"({"user": 3, "error": "card", "event": "payment_failed", "level": "error", "timestamp": "2026-11-24T00:26:18.294440Z"})",
         {"2026-11-24T00:26:18.294440000Z", "error", "payment_failed", "", "", ""});
}

TEST_CASE("json: documented layouts of JVM, .NET and standards", "[parse][json]") {
  // Serilog CLEF: no @l is Information; a template is filled
  expect(
      R"({"@t":"2023-11-14T22:13:20.0010000Z","@mt":"Order {OrderId} took {Elapsed:0.0} ms {{x}}","OrderId":17,"Elapsed":34.5,"@tr":"4bf92f3577b34da6a3ce929d0e0e4736"})",
      {"2023-11-14T22:13:20.001000000Z", "info", "Order 17 took 34.5 ms {{x}}", "", "4bf92f3577b34da6a3ce929d0e0e4736", ""});
  expect(R"({"@t":"2023-11-14T22:13:20Z","@m":"failed","@l":"Error","@x":"System.Exception: x\n at y"})",
         {"2023-11-14T22:13:20.000000000Z", "error", "failed", "", "", ""});
  // log4j2 JsonLayout
  expect(
      R"({"instant":{"epochSecond":1700000000,"nanoOfSecond":1002003},"thread":"main","level":"WARN","loggerName":"a.B","message":"late","endOfBatch":false})",
      {"2023-11-14T22:13:20.001002003Z", "warn", "late", "", "", ""});
  // ECS, dotted and nested
  expect(
      R"({"@timestamp":"2023-11-14T22:13:20.001Z","log.level":"ERROR","message":"m","service.name":"s","trace.id":"ab12","host.name":"h"})",
      {"2023-11-14T22:13:20.001000000Z", "error", "m", "s", "ab12", "h"});
  expect(
      R"({"@timestamp":"2023-11-14T22:13:20.001Z","log":{"level":"error"},"message":"m","service":{"name":"s"},"trace":{"id":"ab12"},"host":{"name":"h"}})",
      {"2023-11-14T22:13:20.001000000Z", "error", "m", "s", "ab12", "h"});
  // logstash-logback-encoder
  expect(
      R"({"@timestamp":"2023-11-14T22:13:20.001+01:00","@version":"1","message":"m","logger_name":"a.B","thread_name":"main","level":"INFO","level_value":20000})",
      {"2023-11-14T21:13:20.001000000Z", "info", "m", "", "", ""});
  // OpenTelemetry
  expect(
      R"({"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"timeUnixNano":"1700000000001002003","severityNumber":17,"severityText":"","body":{"stringValue":"boom"},"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"})",
      {"2023-11-14T22:13:20.001002003Z", "error", "boom", "cart", "5b8efff798038103d269b633813fc60c", ""});
}

TEST_CASE("json: clouds, servers and collectors", "[parse][json]") {
  // Google Cloud
  expect(
      R"({"severity":"ERROR","timestamp":"2023-11-14T22:13:20Z","jsonPayload":{"message":"no"},"resource":{"labels":{"container_name":"web","pod_name":"web-1"}},"logging.googleapis.com/trace":"projects/p/traces/abc123"})",
      {"2023-11-14T22:13:20.000000000Z", "error", "no", "web", "abc123", "web-1"});
  expect(R"({"severity":"NOTICE","timestampSeconds":1700000000,"timestampNanos":5,"textPayload":"t"})",
         {"2023-11-14T22:13:20.000000005Z", "info", "t", "", "", ""});
  // AWS Lambda
  expect(R"({"timestamp":"2023-11-14T22:13:20.001Z","level":"INFO","requestId":"79b4f56e-95b1-4643-9700-2807f4e68189","message":"hi"})",
         {"2023-11-14T22:13:20.001000000Z", "info", "hi", "", "79b4f56e-95b1-4643-9700-2807f4e68189", ""});
  // Azure
  expect(
      R"({"time":"2023-11-14T22:13:20.001Z","level":"Warning","category":"AppServiceConsoleLogs","resultDescription":"slow","properties":{"x":1}})",
      {"2023-11-14T22:13:20.001000000Z", "warn", "slow", "", "", ""});
  // journald
  expect(
      R"({"__REALTIME_TIMESTAMP":"1700000000001002","PRIORITY":"3","MESSAGE":[104,105],"SYSLOG_IDENTIFIER":"sshd","_SYSTEMD_UNIT":"ssh.service","_HOSTNAME":"h","_PID":"7"})",
      {"2023-11-14T22:13:20.001002000Z", "error", "hi", "sshd", "", "h"});
  // PostgreSQL
  expect(
      R"({"timestamp":"2023-11-14 22:13:20.123 UTC","pid":1,"user":"u","dbname":"d","error_severity":"LOG","message":"checkpoint starting"})",
      {"2023-11-14T22:13:20.123000000Z", "info", "checkpoint starting", "", "", ""});
  // MongoDB
  expect(
      R"({"t":{"$date":"2023-11-14T22:13:20.001+00:00"},"s":"W","c":"NETWORK","id":1,"ctx":"conn1","msg":"Slow query","attr":{"error":"x"}})",
      {"2023-11-14T22:13:20.001000000Z", "warn", "Slow query", "", "", ""});
  // Caddy and Traefik without a message
  expect(R"({"level":"info","ts":1700000000.5,"request":{"method":"GET","uri":"/a"},"status":502})",
         {"2023-11-14T22:13:20.500000000Z", "info", "GET /a 502", "", "", ""});
  expect(R"({"RequestMethod":"GET","RequestPath":"/b","DownstreamStatus":200,"level":"info","time":"2023-11-14T22:13:20Z"})",
         {"2023-11-14T22:13:20.000000000Z", "info", "GET /b 200", "", "", ""});
  // GELF
  expect(R"({"version":"1.1","host":"h","short_message":"s","full_message":"f","timestamp":1700000000.25,"level":4,"_user":1})",
         {"2023-11-14T22:13:20.250000000Z", "warn", "s", "", "", "h"});
  // Fluent Bit
  expect(
      R"({"date":1700000000.5,"log":"plain line","stream":"stderr","kubernetes":{"pod_name":"web-1","container_name":"web","labels":{"app":"shop"}}})",
      {"2023-11-14T22:13:20.500000000Z", "unspecified", "plain line", "shop", "", "web-1"});
  // MySQL, Monolog
  expect(R"({"prio":2,"err_code":10,"subsystem":"Server","msg":"m","time":"2023-11-14T22:13:20.000001Z","label":"Warning"})",
         {"2023-11-14T22:13:20.000001000Z", "warn", "m", "", "", ""});
  expect(R"({"message":"m","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2023-11-14T22:13:20+00:00"})",
         {"2023-11-14T22:13:20.000000000Z", "error", "m", "", "", ""});
}

TEST_CASE("json: what an envelope carries wins over the envelope", "[parse][json]") {
  expect(
      R"({"log":"{\"level\":\"error\",\"msg\":\"a\\\"b\",\"time\":\"2023-11-14T22:13:21Z\"}\n","stream":"stdout","time":"2023-11-14T22:13:20Z"})",
      {"2023-11-14T22:13:21.000000000Z", "error", "a\"b", "", "", ""});
  expect(R"({"log":"plain\n","stream":"stdout","time":"2023-11-14T22:13:20Z"})",
         {"2023-11-14T22:13:20.000000000Z", "unspecified", "plain", "", "", ""});
  expect(R"({"@timestamp":"2023-11-14T22:13:20Z","message":"{\"message\":\"{\\\"msg\\\":\\\"deep\\\"}\"}"})",
         {"2023-11-14T22:13:20.000000000Z", "unspecified", "deep", "", "", ""});
  const InnerTextReader reads_level = [](std::string_view text, Record& record, Batch&, const ParseContext&) {
    record.severity = Severity::error;
    record.message = text.substr(6);
  };
  const Parsed docker{JsonFormat{reads_level}, R"({"log":"ERROR boom\n","stream":"stdout","time":"2023-11-14T22:13:20Z"})"};
  CHECK(docker.record.severity == Severity::error);
  CHECK(docker.record.message == "boom");
  CHECK(docker.time() == "2023-11-14T22:13:20.000000000Z");
  const Parsed bare{JsonFormat{reads_level}, R"({"level":"info","msg":"ERROR boom"})"};
  CHECK(bare.record.message == "ERROR boom");  // not an envelope: the logger has said it all
}

TEST_CASE("json: lines wrapped one by one are one record", "[parse][json]") {
  const Parsed got{
      JsonFormat{},
      "{\"log\":\"boom\\n\",\"stream\":\"stderr\",\"time\":\"2023-11-14T22:13:20Z\"}\n{\"log\":\"  at x\\n\",\"stream\":\"stderr\","
      "\"time\":\"2023-11-14T22:13:20.1Z\"}",
      true};
  REQUIRE(got.good);
  CHECK(got.record.message == "boom");
  CHECK(got.time() == "2023-11-14T22:13:20.000000000Z");
  CHECK(got.attribute("error.stack_trace") == "boom\n  at x");
  CHECK_FALSE(Parsed(JsonFormat{}, "{\"msg\":\"a\"}\n{\"msg\":\"b\"}").good);
  CHECK_FALSE(Parsed(JsonFormat{}, "{\"log\":\"a\",\"stream\":\"stdout\"}\n{\"log\":\"b\"").good);
}

TEST_CASE("json: preference, not order, decides between names", "[parse][json]") {
  CHECK(message_of(R"({"event":"e","msg":"b","message":"a"})") == "a");
  CHECK(message_of(R"({"message":"first","message":"second"})") == "first");
  CHECK(message_of(R"({"Message":"upper"})") == "upper");
  CHECK(message_of(R"({"fields":{"message":"inner"},"message":"outer"})") == "outer");
  CHECK(message_of(R"({"a":{"message":"no"}})") == R"({"a":{"message":"no"}})");
  CHECK(message_of(R"({"message":null,"msg":"b"})") == "b");
  CHECK(Parsed(JsonFormat{}, R"({"time":"garbage","ts":1700000000})").time() == "2023-11-14T22:13:20.000000000Z");
}

TEST_CASE("json: any value may stand anywhere", "[parse][json]") {
  CHECK(message_of(R"({"message":{"a":[1]}})") == R"({"a":[1]})");
  CHECK(message_of(R"({"message":[1,2]})") == "[1,2]");
  CHECK(message_of(R"({"message":42,"level":null,"time":{},"service":7})") == "42");
  CHECK(message_of(R"({"message":true})") == "true");
  CHECK(message_of("{}") == "{}");
  CHECK(message_of("\xEF\xBB\xBF {\"msg\":\"m\"}") == "m");
  CHECK(message_of("{\n  \"msg\" : \"pretty\" ,\n  \"n\" : [ 1 , 2 ]\n}\n") == "pretty");
  CHECK(message_of(R"({"m\u0073g":"escaped key"})") == "escaped key");
  CHECK(message_of(R"({"msg":"\ud83d\ude00 \u00e9 \t \/"})") == "\xF0\x9F\x98\x80 \xC3\xA9 \t /");
  CHECK(message_of(R"({"msg":"cut \ud83d"})") == R"(cut \ud83d)");  // kept as it stands
  CHECK(message_of(R"({"msg":"a\u0000b"})") == std::string("a\0b", 3));
}

TEST_CASE("json: unknown fields become attributes with dotted keys when wanted", "[parse][json]") {
  const std::string_view text =
      R"({"msg":"m","http":{"status":{"x":5}},"a.b":[1,{"c":2}],"user":"q\"","logger":"l","error":"e","stream":"stdout"})";
  const Parsed got{JsonFormat{}, text, true};
  REQUIRE(got.good);
  CHECK(got.attribute("http.status.x") == "5");
  CHECK(got.attribute("a.b") == R"([1,{"c":2}])");
  CHECK(got.attribute("user") == "q\"");
  CHECK(got.attribute("log.logger") == "l");
  CHECK(got.attribute("error.message") == "e");
  CHECK(got.attribute("log.iostream") == "stdout");
  CHECK(Parsed(JsonFormat{}, text).batch.attributes.empty());
}

TEST_CASE("json: what is not exactly an object is refused and leaves no trace", "[parse][json]") {
  std::string deep = "{\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  const std::string bad[] = {"",
                             " ",
                             "[]",
                             "1",
                             "\"x\"",
                             "null",
                             "{",
                             "}",
                             "{]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{\"a\" 1}",
                             "{\"a\":1} x",
                             "{\"a\":1}{}",
                             "{\"a\":tru}",
                             "{\"a\":01}",
                             "{\"a\":1.}",
                             "{\"a\":\"x}",
                             "{\"a\":\"b\":1}",
                             "{\"u\":{\"b\" \"c\"}}",
                             "{\"u\":[1 2]}",
                             "{\"u\":[}}",
                             "{\"a\":\"\x01\"}",
                             "{'a':1}",
                             "{\"msg\":\"x\",\"new\":{\"k\":1},\"cut",
                             "x {\"a\":1}",
                             deep};
  for (const std::string& text : bad) {
    INFO(text.substr(0, 60));
    const Parsed got{JsonFormat{}, text, true};
    CHECK_FALSE(got.good);
    CHECK(got.batch.attributes.empty());
    CHECK(got.record.message.empty());
    CHECK(got.record.flags == 0);
  }
  std::string nested = "{\"a\":" + std::string(900, '[') + std::string(900, ']') + ",\"msg\":\"ok\"}";
  CHECK(message_of(nested) == "ok");
  std::string objects;
  for (int i = 0; i < 900; ++i) objects += "{\"log\":";
  CHECK(Parsed(JsonFormat{}, objects + "1" + std::string(900, '}'), true).good);
}

TEST_CASE("json: a record of a sample that was taken before says for how many it stands", "[parse][json]") {
  const auto weight_of = [](const std::string& value) {
    const std::string text = R"({"message":"m","loglode.sample_weight":)" + value + "}";
    INFO(text);
    const Parsed got{JsonFormat{}, text};
    REQUIRE(got.good);
    return got.record.weight;
  };
  CHECK(weight_of("20") == 20);
  CHECK(weight_of("\"20\"") == 20);
  CHECK(weight_of("4294967295") == 4'294'967'295);
  for (const char* const none : {"0", "-1", "1.5", "4294967296", "\"\"", "null", "true", "\"2 \"", "[2]"}) CHECK(weight_of(none) == 1);
}

TEST_CASE("json: bytes that are not UTF-8 are shown as U+FFFD and flagged", "[parse][json]") {
  const Parsed got{JsonFormat{}, "{\"msg\":\"caf\xE9 \xF0\x9F\x98 ok\",\"level\":\"warn\"}"};
  REQUIRE(got.good);
  CHECK(got.record.message == "caf\xEF\xBF\xBD \xEF\xBF\xBD ok");
  CHECK(got.record.has(RecordFlag::not_utf8));
  CHECK(got.record.severity == Severity::warn);
}

TEST_CASE("json: a record begins with a brace", "[parse][json]") {
  const JsonFormat json;
  CHECK(json.begins_record("{\"a\":1}"));
  CHECK(json.begins_record("\xEF\xBB\xBF  {"));
  CHECK_FALSE(json.begins_record(""));
  CHECK_FALSE(json.begins_record("  at x"));
  CHECK_FALSE(json.begins_record("[{"));
}

TEST_CASE("json: how long something took, by a field whose name or value has the unit", "[parse][json]") {
  const auto took = [](const std::string& field) {
    INFO(field);
    const Parsed got{JsonFormat{}, R"({"level":"info","time":"2026-11-24T00:28:07Z","msg":"request done",)" + field + "}"};
    REQUIRE(got.good);
    return got.record.took_us;
  };
  CHECK(took(R"("duration_ms":5000)") == 5'000'000);
  CHECK(took(R"("rows":3,"latencyMs":12.5)") == 12'500);
  CHECK(took(R"("elapsed_seconds":"0.25")") == 250'000);
  CHECK(took(R"("event.duration":1500000)") == 1'500);
  CHECK(took(R"("event":{"duration":1500000})") == 1'500);
  CHECK(took(R"("request_time":1.5)") == 1'500'000);  // nginx
  CHECK(took(R"("took":"350µs")") == 350);
  CHECK(took(R"("duration":"slow","response_time_ms":7)") == 7'000);
  CHECK(took(R"("duration":5000)") == kUntold);  // of no unit
  CHECK(took(R"("duration_ms":-5)") == kUntold);
  CHECK(took(R"("duration_ms":null)") == kUntold);
  CHECK(took(R"("timeout_ms":5000)") == kUntold);
}

TEST_CASE("json: an error in a field of its own is told by the message, and makes an ERROR where no level is stated", "[parse][json]") {
  struct Case {
    std::string_view text;
    Severity severity;
    std::string_view message;
  };
  const Case cases[] = {
      {R"({"msg":"done","error":"reset by peer"})", Severity::error, R"(done error="reset by peer")"},
      {R"({"msg":"done","err":"boom"})", Severity::error, R"(done error="boom")"},
      {R"({"msg":"done","err":{"message":"boom","stack":"Error: boom\n  at x"}})", Severity::error, R"(done error="boom")"},
      {R"({"msg":"done","error_message":"boom"})", Severity::error, R"(done error="boom")"},
      {R"({"msg":"done","exception":"com.x.Foo: bad"})", Severity::error, R"(done error="com.x.Foo: bad")"},
      {R"_({"msg":"done","stack":"Foo: bad\n    at a (b.js:1:2)"})_", Severity::error, R"(done error="Foo: bad")"},
      {R"_({"msg":"done","traceback":"Traceback (most recent call last):\n  File \"a\"\nKeyError: 'x'"})_", Severity::error,
       R"(done error="KeyError: 'x'")"},
      {R"({"msg":"failed: boom","error":"boom"})", Severity::error, "failed: boom"},
      {R"({"error":"boom","path":"/a"})", Severity::error, "boom"},
      // What the program says of its severity stays.
      {R"({"level":"info","msg":"done","status":500,"err":"boom"})", Severity::info, R"(done error="boom")"},
      {R"({"level":"info","err":"boom"})", Severity::info, R"(error="boom")"},
      {R"({"level":"warn","msg":"done","err":"boom"})", Severity::warn, "done"},
      {R"({"level":"error","msg":"done","err":"boom"})", Severity::error, "done"},
      {R"({"level":"debug","msg":"done","err":"boom"})", Severity::debug, "done"},
      {R"({"lvl":"E","msg":"done"})", Severity::error, "done"},
      {R"({"lvl":"I","msg":"done"})", Severity::info, "done"},
      {R"({"levelname":"W","msg":"done"})", Severity::warn, "done"},
      {R"({"level":"错误","msg":"done"})", Severity::error, "done"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Parsed got{JsonFormat{}, one.text};
    REQUIRE(got.good);
    CHECK(severity_name(got.record.severity) == severity_name(one.severity));
    CHECK(got.record.message == one.message);
  }
  for (const std::string_view key : {"error", "err", "exception", "stack", "error_message"})
    for (const std::string_view value :
         {"null", R"("")", "false", "true", "0", "17", R"("none")", R"("success")", R"("OK")", R"("0")", "{}", "[]"}) {
      const std::string text = R"({"msg":"done",")" + std::string{key} + "\":" + std::string{value} + R"(,"errors":0})";
      INFO(text);
      const Parsed got{JsonFormat{}, text};
      REQUIRE(got.good);
      CHECK(got.record.severity == Severity::unspecified);
      CHECK(got.record.message == "done");
    }
}
