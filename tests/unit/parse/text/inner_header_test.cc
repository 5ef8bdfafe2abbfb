#include <string>
#include <utility>

#include "format_fixture.h"
#include "parse/text/stated_severity.h"

using namespace loglode;

namespace {

Record read_inner(std::string_view text, Batch& batch, Record record = {}) {
  parse_inner(text, record, batch, test_context());
  return record;
}

}  // namespace

TEST_CASE("inner headers: what a message brings along fills what is missing, and goes from the message", "[parse][inner]") {
  struct Case {
    std::string_view text, message;
    Severity severity;
    std::string_view trace_id, span_id;
  };
  const Case cases[] = {
      {"17:12:55.137 INFO  s.s.SeatServiceImpl#139 TraceID: b13badfbb459aeb95064623d02caab5c SpanID: 96d0ebadbdcc1e08 [seat][free: 3]",
       "[seat][free: 3]", Severity::info, "b13badfbb459aeb95064623d02caab5c", "96d0ebadbdcc1e08"},
      {"2023-11-23 10:11:12,123 ERROR [main] org.shop.Orders: no stock", "no stock", Severity::error, "", ""},
      {"2023-11-23 10:11:12.123 [http-1] WARN  org.shop.Orders - slow", "slow", Severity::warn, "", ""},
      {"INFO: ready", "ready", Severity::info, "", ""},
      {"[error] open() failed", "open() failed", Severity::error, "", ""},
      {"main.go:14: panic trace_id=4bf92f3577b34da6a3ce929d0e0e4736", "main.go:14: panic trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
       Severity::unspecified, "4bf92f3577b34da6a3ce929d0e0e4736", ""},
      {"order placed [req-38101a0b-2096-447d-96ea-a692162415ae 113d -]", "order placed [req-38101a0b-2096-447d-96ea-a692162415ae 113d -]",
       Severity::unspecified, "req-38101a0b-2096-447d-96ea-a692162415ae", ""},
      {"handled request_id=\"abcd-1234\" in 5 ms", "handled request_id=\"abcd-1234\" in 5 ms", Severity::unspecified, "abcd-1234", ""},
      // Sentences stay whole.
      {"Error reading file", "Error reading file", Severity::unspecified, "", ""},
      {"error in module x", "error in module x", Severity::unspecified, "", ""},
      {"[instance: 7] Deleting", "[instance: 7] Deleting", Severity::unspecified, "", ""},
      {"10.0.0.1 - closed", "10.0.0.1 - closed", Severity::unspecified, "", ""},
      {"trace of the request: none", "trace of the request: none", Severity::unspecified, "", ""},
      {"", "", Severity::unspecified, "", ""},
      {"two\nlines", "two", Severity::unspecified, "", ""},
      {"\x1b[31mERROR\x1b[0m: no stock", "no stock", Severity::error, "", ""},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    Batch batch;
    const Record record = read_inner(one.text, batch);
    CHECK(record.message == one.message);
    CHECK(static_cast<int>(record.severity) == static_cast<int>(one.severity));
    CHECK(record.trace_id == one.trace_id);
    CHECK(record.span_id == one.span_id);
  }
}

TEST_CASE("inner headers: what the envelope said stays", "[parse][inner]") {
  Batch batch;
  Record outer;
  outer.time = Timestamp{std::chrono::seconds{1700000000}};
  outer.severity = Severity::fatal;
  outer.trace_id = "outer";
  const Record record =
      read_inner("2023-11-23 10:11:12 INFO [main] org.shop.Orders: trace_id=4bf92f3577b34da6a3ce929d0e0e4736 placed", batch, outer);
  CHECK(record.time == outer.time);
  CHECK(record.severity == Severity::fatal);
  CHECK(record.trace_id == "outer");
  CHECK(record.message == "placed");
}

TEST_CASE("fallback: any line is a record; time and severity are taken when they lead it", "[parse][inner]") {
  expect_record(fallback_format(), "2023-11-23T10:11:12Z ERROR no stock",
                {"2023-11-23T10:11:12", Severity::error, "no stock", "", "", "", "", {}});
  expect_record(fallback_format(), "panic: assignment to entry in nil map",
                {"", Severity::fatal, "panic: assignment to entry in nil map", "", "", "", "", {}});
  expect_record(fallback_format(), "2023/11/23 10:11:12 panic: no stock",
                {"2023-11-23T10:11:12", Severity::fatal, "panic: no stock", "", "", "", "", {}});
  expect_record(fallback_format(), "no stock", {"", Severity::unspecified, "no stock", "", "", "", "", {}});
  // In other scripts: a word that is set apart is a level, one that begins a sentence in small letters is none.
  for (const auto& [text, severity] :
       std::initializer_list<std::pair<std::string_view, Severity>>{{"错误 写入数据库", Severity::error},
                                                                    {"[错误] 写入", Severity::error},
                                                                    {"【エラー】書き込み", Severity::error},
                                                                    {"错误：写入", Severity::error},
                                                                    {"エラー: 書き込み", Severity::error},
                                                                    {"ОШИБКА: диск", Severity::error},
                                                                    {"[Ошибка] диск", Severity::error},
                                                                    {"ПРЕДУПРЕЖДЕНИЕ диск", Severity::warn},
                                                                    {"Ошибка диска", Severity::unspecified},
                                                                    {"ошибка при чтении", Severity::unspecified},
                                                                    {"错误码 0", Severity::unspecified}}) {
    INFO(text);
    Batch read;
    Record timed;
    const std::string line = "2023-11-23T10:11:12Z " + std::string{text};
    CHECK(fallback_format().parse(line, timed, read, test_context()));
    CHECK(static_cast<int>(timed.severity) == static_cast<int>(severity));
    CHECK(static_cast<int>(stated_severity(text)) == static_cast<int>(severity));
  }
  CHECK_FALSE(fallback_format().begins_record("\tat shop.Orders"));
  Batch batch;
  Record record;
  CHECK(fallback_format().parse("", record, batch, test_context()));
  CHECK(record.message.empty());
}
