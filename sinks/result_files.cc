#include "sinks/result_files.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <set>
#include <string_view>

#include "sinks/json_objects.h"

namespace loglode {

namespace {

template <class Range>
std::string lines_of(const Range& range) {
  std::string out;
  for (const auto& item : range) {
    out += to_line(to_json(item));
    out += '\n';
  }
  return out;
}

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

bool put(std::FILE* file, const std::string& text) { return std::fwrite(text.data(), 1, text.size(), file) == text.size(); }

/// `write` says whether it could.
template <class Write>
Result<void> write_with(const std::string& path, Write&& write) {
  errno = 0;
  std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "wb")};
  if (!file) return fail_errno("cannot write " + path);
  if (!write(file.get()) || std::fflush(file.get()) != 0) return fail_errno("cannot write all of " + path);
  if (std::fclose(file.release()) != 0) return fail_errno("cannot write all of " + path);
  return {};
}

}  // namespace

Result<void> write_file(const std::string& path, const std::string& text) {
  return write_with(path, [&](std::FILE* file) { return put(file, text); });
}

Result<void> write_templates(const std::string& path, const Judgement& judgement) {
  return write_with(path, [&](std::FILE* file) {
    for (const TemplateCount& row : judgement.templates)
      if (!put(file, to_line(to_json(row)) + "\n")) return false;
    return true;
  });
}

std::string findings_ndjson(const Judgement& judgement) { return lines_of(judgement.findings); }
std::string incidents_ndjson(const Judgement& judgement) { return lines_of(judgement.incidents); }

std::string rules_ndjson(const Judgement& judgement, const RuleCatalog& rules) {
  std::set<std::string_view> named;
  for (const Finding& finding : judgement.findings) named.insert(finding.rule_id);
  std::string out;
  for (const RuleInfo& rule : rules)
    if (named.count(rule.id) != 0) out += to_line(to_json(rule)) + "\n";
  return out;
}

std::string stats_ndjson(const Judgement& judgement, const RunStats& stats) { return to_line(to_json(stats, judgement)) + "\n"; }

}  // namespace loglode
