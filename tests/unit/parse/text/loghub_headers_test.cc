// The headers of public log sets, found without being told anything of them. Reads ../shared/data, which is not part of the repository.
#include "format_fixture.h"
#include "tests/unit/shared_data.h"

using namespace loglode;

namespace {

struct LogSet {
  const char* name;
  bool has_severity;
};
constexpr LogSet kSets[] = {{"Apache", true},     {"BGL", true},          {"HDFS", true},     {"Hadoop", true},
                            {"HealthApp", false}, {"Linux", false},       {"Mac", false},     {"OpenStack", true},
                            {"Proxifier", false}, {"Thunderbird", false}, {"Zookeeper", true}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

struct Shares {
  double time = 0, severity = 0, message = 0;
};

Shares measure(const LineFormat& format, const std::vector<std::string>& raw, const std::vector<std::string>& content) {
  Shares shares;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    Batch batch;
    Record record;
    if (!format.parse(raw[i], record, batch, test_context())) continue;
    shares.time += record.time != kNoTime;
    shares.severity += record.severity != Severity::unspecified;
    shares.message += trimmed(record.message) == trimmed(content[i]);
  }
  const auto lines = static_cast<double>(raw.size());
  return {shares.time / lines, shares.severity / lines, shares.message / lines};
}

const LineFormat* first_that_fits(const std::vector<std::string_view>& prefix) {
  for (const LineFormat* format : text_formats()) {
    const auto fitting = std::count_if(prefix.begin(), prefix.end(), [&](std::string_view line) {
      Batch batch;
      Record record;
      return format->parse(line, record, batch, test_context());
    });
    if (static_cast<std::size_t>(fitting) * 20 >= prefix.size() * 19) return format;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("headers of public log sets: time, severity and message come out of the prefix alone", "[parse][loghub][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  for (const LogSet& set : kSets) {
    INFO(set.name);
    const std::string base = (*folder / set.name / set.name).string() + "_2k";
    const auto raw = lines_of_file(base + ".raw.txt"), content = lines_of_file(base + ".content.txt");
    REQUIRE(raw.size() > 1000);
    REQUIRE(raw.size() == content.size());
    const std::vector<std::string_view> prefix(raw.begin(), raw.begin() + 200);
    const auto plan = detect_header(prefix);
    REQUIRE(plan);
    const LineFormat* const fixed = first_that_fits(prefix);
    for (const LineFormat* format : {static_cast<const LineFormat*>(plan.get()), fixed != nullptr ? fixed : plan.get()}) {
      INFO("read as " << format->name());
      const Shares shares = measure(*format, raw, content);
      CHECK(shares.time >= 0.99);
      if (set.has_severity) CHECK(shares.severity >= 0.99);
      // macOS' launchd names a job behind its pid, which only the fixed syslog format knows.
      CHECK(shares.message >= (format == plan.get() && std::string_view{set.name} == "Mac" ? 0.93 : 0.99));
    }
  }
}
