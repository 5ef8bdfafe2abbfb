// Rules on logs of systems that were well: what error rules say of those is noise that somebody is woken up by.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "tests/unit/patterns/rules/loaded_builtin_packs.h"
#include "tests/unit/patterns/rules/rules_for_tests.h"
#include "tests/unit/shared_data.h"

namespace loglode {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinesMax = 400'000;  // of one kind
constexpr double kErrorLinesShareMax = 0.005;

/// The lines of a file, gzipped or not.
std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> out;
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file{gzopen(path.c_str(), "rb"), &gzclose};
  if (!file) return out;
  std::string rest, block(1 << 16, '\0');
  for (int got = 0; (got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()))) > 0;) {
    rest.append(block, 0, static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      out.push_back(rest.substr(begin, end - begin));
      begin = end + 1;
    }
    rest.erase(0, begin);
  }
  if (!rest.empty()) out.push_back(rest);
  return out;
}

std::vector<fs::path> files_below(const fs::path& folder, std::string_view beginning, std::string_view ending) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::recursive_directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->is_regular_file(error) && name.starts_with(beginning) && name.ends_with(ending)) out.push_back(entry->path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// How often each rule hits `lines`, records of unspecified severity; the share of lines that an error rule hits.
double share_of_error_lines(const LoadedRules& loaded, const std::string& kind, const std::vector<std::string>& lines) {
  Classified hits{loaded};
  std::map<std::string, std::pair<std::size_t, std::string>> hits_by_rule;  // with the first line
  std::size_t error_lines = 0;
  for (const std::string& line : lines) {
    hits.batch().records = {record_of(line)};
    REQUIRE(hits.stage().run(hits.batch()).has_value());
    bool error = false;
    for (const RuleHit hit : hits.batch().hits) {
      if (is_told_hit(hit.rule, loaded.catalog->size())) continue;
      const RuleInfo& rule = (*loaded.catalog)[static_cast<std::size_t>(hit.rule)];
      auto& [count, first] = hits_by_rule[std::string(name_of(rule.category)) + " " + rule.id];
      if (count++ == 0) first = line;
      error = error || rule.category == RuleCategory::error;
    }
    error_lines += error ? 1U : 0U;
  }
  const double share = lines.empty() ? 0 : static_cast<double>(error_lines) / static_cast<double>(lines.size());
  fmt::print("{}: {} lines, {} ({:.3f} %) hit by a rule of category error\n", kind, lines.size(), error_lines, 100 * share);
  for (const auto& [rule, count] : hits_by_rule) {
    fmt::print("  {:>8}  {:.3f} %  {:<40}  {}\n", count.first, 100.0 * static_cast<double>(count.first) / static_cast<double>(lines.size()),
               rule, count.second.substr(0, 150));
  }
  return share;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) out.push_back(entry->path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct CalmLogs {
  std::string name;
  std::vector<fs::path> files;
  char strip = '\0';  // what comes before this character is not part of the line …
  bool last = false;  // … before the last of them
};

void check_calm(const CalmLogs& logs) {
  INFO(logs.name);
  const LoadedRules& loaded = test::loaded_builtin_packs();
  REQUIRE(loaded.rules != nullptr);
  std::vector<std::string> lines;
  for (const fs::path& file : logs.files) {
    for (std::string& line : lines_of(file)) {
      if (lines.size() == kLinesMax) break;
      const std::size_t at = logs.strip == '\0' ? std::string::npos : logs.last ? line.rfind(logs.strip) : line.find(logs.strip);
      lines.push_back(at == std::string::npos ? std::move(line) : line.substr(at + 1));
    }
  }
  REQUIRE_FALSE(lines.empty());
  CHECK(share_of_error_lines(loaded, logs.name, lines) < kErrorLinesShareMax);
}

TEST_CASE("built-in packs: rules of category error are silent on calm samples", "[rules]") {
  const std::vector<fs::path> folders = folders_in(fs::path{LOGLODE_SOURCE_DIR} / "samples/calm");
  REQUIRE_FALSE(folders.empty());
  for (const fs::path& folder : folders) check_calm({"samples/" + folder.filename().string(), files_below(folder, "", ".gz")});
}

TEST_CASE("built-in packs: rules of category error are silent on calm public logs", "[rules][shared]") {
  if (const auto folder = test::shared_data("incidents/openstack-faultinj"))
    check_calm({"openstack", files_below(*folder, "", "_round2.log.gz"), '\t', false});
  if (const auto folder = test::shared_data("incidents/nezha-trainticket"))
    check_calm({"nezha", files_below(*folder, "baseline_", ".log.gz"), '\t', true});
}

}  // namespace
}  // namespace loglode
