// Logs that name their columns in a line of their own.
#include "format_table.h"

using namespace loglode;

namespace {

/// Reads the lines one after the other, as a worker reads a batch.
struct Reader {
  explicit Reader(const LineFormat& of) : format(of) {}

  const Record& read(std::string_view line) {
    INFO(line);
    record = {};
    record.raw = line;
    REQUIRE(format.parse(line, record, batch, test_context()));
    return record;
  }
  bool refuses(std::string_view line) {
    Record untouched;
    return !format.parse(line, untouched, batch, test_context()) && untouched.message.empty() && untouched.time == kNoTime;
  }
  void expect(std::string_view line, std::string_view time, Severity severity, std::string_view message) {
    read(line);
    INFO(line);
    CHECK(to_rfc3339(record.time).substr(0, time.size()) == time);
    CHECK(static_cast<int>(record.severity) == static_cast<int>(severity));
    CHECK(record.message == message);
  }
  std::string_view attribute(std::string_view key) const {
    for (const Attribute& attribute : batch.attributes_of(record))
      if (attribute.key == key) return attribute.value;
    return {};
  }

  const LineFormat& format;
  Batch batch;
  Record record;
};

std::unique_ptr<LineFormat> csv(std::vector<std::string_view> lines) { return detect_csv(lines); }

}  // namespace

TEST_CASE("named columns: a row is read by the header before it, also when that changes", "[parse][columns]") {
  Reader w3c(format_named("w3c"));
  CHECK(w3c.refuses("2026-03-01 08:00:00 192.0.2.1 GET /a 200"));  // no header yet
  w3c.read("#Software: Microsoft Internet Information Services 10.0");
  w3c.read("#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status time-taken");
  w3c.expect("2026-03-01 08:00:00 192.0.2.1 GET /a x=1 200 7", "2026-03-01T08:00:00", Severity::info, "GET /a?x=1 200");
  CHECK(w3c.attribute("source.address") == "192.0.2.1");
  CHECK(w3c.attribute("time-taken") == "7");
  w3c.expect("2026-03-01 08:00:01 192.0.2.1 POST /b - 503 900", "2026-03-01T08:00:01", Severity::error, "POST /b 503");
  w3c.read("#Fields: time sc-status cs-uri-stem cs-method date s-computername");
  w3c.expect("09:00:00 502 /c GET 2026-03-01 WEB7", "2026-03-01T09:00:00", Severity::error, "GET /c 502");
  CHECK(w3c.record.host == "WEB7");
  CHECK(w3c.refuses("09:00:00 502 /c"));
  CHECK(w3c.refuses("not at all a row of these six columns"));
  CHECK(w3c.refuses("# a comment of somebody else's"));
}

TEST_CASE("named columns: W3C's stamps are UTC whatever --tz says", "[parse][columns]") {
  ParseContext context = test_context();
  context.time.zone = find_zone("Asia/Tokyo").value();
  Batch batch;
  Record record;
  const LineFormat& w3c = format_named("w3c");
  REQUIRE(w3c.parse("#Fields: date time sc-status", record, batch, context));
  REQUIRE(w3c.parse("2026-03-01 08:00:00 200", record, batch, context));
  CHECK(to_rfc3339(record.time).substr(0, 19) == "2026-03-01T08:00:00");
}

TEST_CASE("named columns: tabs, commas, quotes and Zeek's spelling", "[parse][columns]") {
  Reader w3c(format_named("w3c"));
  w3c.read("#Fields: date time x-edge-location cs-method cs(Host) cs-uri-stem sc-status");
  w3c.expect("2026-03-01\t08:00:00\tFRA2 C1\tGET\ta.example\t/x\t504", "2026-03-01T08:00:00", Severity::error, "GET /x 504");
  CHECK(w3c.attribute("x-edge-location") == "FRA2 C1");
  w3c.read("#Fields: date-time,client-ip,event-id,message-subject");
  w3c.expect("2026-03-01T08:00:00.250Z,192.0.2.1,RECEIVE,\"a, \"\"b\"\"\"", "2026-03-01T08:00:00.25", Severity::unspecified,
             "192.0.2.1,RECEIVE,\"a, \"\"b\"\"\"");
  w3c.read("#Fields: date time cs(User-Agent) sc-status cs-method cs-uri-stem");
  w3c.expect("2026-03-01 08:00:00 \"a b c\" 200 GET /", "2026-03-01T08:00:00", Severity::info, "GET / 200");
  w3c.read("#fields\tts\tuid\tproto");
  w3c.expect("1772352000.250000\tCab\ttcp", "2026-03-01T08:00:00.25", Severity::unspecified, "Cab\ttcp");
  Reader headless(format_named("w3c"));
  headless.expect("2026-03-01\t08:00:00\tFRA2\t10\t192.0.2.1\tGET\ta.example\t/x\t500\t-\tcurl\t-\t-\tError", "2026-03-01T08:00:00",
                  Severity::error, "GET /x 500");
}

TEST_CASE("named columns: flows of a network, by their header or by their documented order", "[parse][columns]") {
  Reader flow(format_named("vpc-flow"));
  flow.expect("2 123456789012 eni-0a 192.0.2.1 192.0.2.2 443 50000 6 4 240 1772352000 1772352060 REJECT OK", "2026-03-01T08:00:00",
              Severity::info, "2 123456789012 eni-0a 192.0.2.1 192.0.2.2 443 50000 6 4 240 1772352000 1772352060 REJECT OK");
  CHECK(flow.attribute("source.address") == "192.0.2.1");
  flow.expect("5 52.95.0.1 eni-0a vpc-1 - 1772352000 1772352060 - NODATA", "2026-03-01T08:00:00", Severity::info,
              "5 52.95.0.1 eni-0a vpc-1 - 1772352000 1772352060 - NODATA");
  flow.read("interface-id srcaddr dstaddr start end action log-status");
  flow.expect("eni-0a 192.0.2.9 192.0.2.2 1772352000 1772352060 ACCEPT OK", "2026-03-01T08:00:00", Severity::info,
              "eni-0a 192.0.2.9 192.0.2.2 1772352000 1772352060 ACCEPT OK");
  CHECK(flow.attribute("source.address") == "192.0.2.9");
  CHECK(flow.refuses("two words"));
  CHECK(flow.refuses("srcaddr is not set in the configuration file of the agent"));
}

TEST_CASE("named columns: a file whose first line names its columns", "[parse][columns]") {
  const auto format =
      csv({"Timestamp;Log Level;Service;Computer;Message;TraceId", "2026-03-01 08:00:00;ERROR;pay;web7;\"no; \"\"never\"\"\";0badcafe"});
  REQUIRE(format != nullptr);
  CHECK(format->name() == "csv");
  Reader reader(*format);
  reader.expect("2026-03-01 08:00:00;ERROR;pay;web7;\"no; \"\"never\"\"\";0badcafe", "2026-03-01T08:00:00", Severity::error,
                "no; \"never\"");
  CHECK(reader.record.service == "pay");
  CHECK(reader.record.host == "web7");
  CHECK(reader.record.trace_id == "0badcafe");
  reader.expect("2026-03-01 08:00:00;WARN;pay;web7;\"first\nsecond\";", "2026-03-01T08:00:00", Severity::warn, "first");
  reader.expect("Timestamp;Log Level;Service;Computer;Message;TraceId", "", Severity::unspecified,
                "Timestamp;Log Level;Service;Computer;Message;TraceId");
  CHECK(reader.refuses("2026-03-01 08:00:00;ERROR"));
  CHECK(reader.refuses("never;ERROR;pay;web7;x;"));
}

TEST_CASE("named columns: what only looks like such a file is none", "[parse][columns]") {
  CHECK(csv({"time,level,message"}) == nullptr);                                // no row
  CHECK(csv({"time,level,message", "hello world", "hello again"}) == nullptr);  // rows that are none
  CHECK(csv({"name,colour,size", "a,b,1"}) == nullptr);                         // says neither when nor what
  CHECK(csv({"time,time,message", "2026-03-01 08:00:00,x,y"}) == nullptr);      // a name twice
  CHECK(csv({"2026-03-01 08:00:00,error,x", "2026-03-01 08:00:01,error,y"}) == nullptr);
  CHECK(csv({"starting up, please wait, the message follows", "2026-03-01 08:00:00,a,b"}) == nullptr);
  CHECK(csv({}) == nullptr);
}

TEST_CASE("named columns: hostile headers are bounded", "[parse][columns]") {
  Reader w3c(format_named("w3c"));
  std::string header = "#Fields:", row;
  for (int i = 0; i < 5000; ++i) header += " c" + std::to_string(i), row += "x ";
  w3c.read(header);
  w3c.read(row);
  CHECK(w3c.record.attributes_count <= 16);
  w3c.read("#Fields:");
  w3c.read("#Fields: ,,,,");
  w3c.read("#Fields: date time");
  CHECK(w3c.refuses(std::string(100'000, '"')));
}
