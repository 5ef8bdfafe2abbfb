#include "sinks/seen_errors.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace loglode {

namespace {

constexpr std::uint64_t kLinesBetween = 5;     // of one report
constexpr std::size_t kSayingBytes = 16;       // of a text that is said again inside a longer one
constexpr std::uint64_t kReportLinesMax = 60;  // from its first line on

const Origin* origin_of(const Finding& finding) { return finding.evidence.empty() ? nullptr : &finding.evidence.front().origin; }

std::string_view text_of(const Finding& finding) {
  if (finding.evidence.empty() || finding.evidence.front().excerpt.empty()) return finding.template_text;
  return finding.evidence.front().excerpt;
}

/// A line that nobody writes but below another one.
bool goes_on(std::string_view text) {
  static constexpr std::array<std::string_view, 24> kBeginnings{"Caused by",
                                                                "at ",
                                                                "...",
                                                                "---[ end ",
                                                                "During handling of",
                                                                "The above exception",
                                                                "DETAIL:",
                                                                "HINT:",
                                                                "STATEMENT:",
                                                                "CONTEXT:",
                                                                "Suppressed:",
                                                                "File \"",
                                                                "RIP: ",
                                                                "Call Trace",
                                                                "Code: ",
                                                                "Oops: ",
                                                                "#PF: ",
                                                                "PGD ",
                                                                "CPU: ",
                                                                "Traceback ",
                                                                "Modules linked in",
                                                                "note: ",
                                                                "Backtrace",
                                                                "stack backtrace"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](std::string_view known) { return text.starts_with(known); });
}

bool says_again(std::string_view text, std::string_view other) {
  const std::string_view shorter = text.size() < other.size() ? text : other, longer = text.size() < other.size() ? other : text;
  return shorter.size() >= kSayingBytes && longer.find(shorter) != std::string_view::npos;
}

/// Whether `next`, which stands below `last` of a report that begins with `first`, is part of that.
bool is_part_of(const Finding& next, const Finding& last, const Finding& first) {
  const Origin *a = origin_of(last), *b = origin_of(next), *begin = origin_of(first);
  if (a == nullptr || b == nullptr || begin == nullptr || next.service != last.service || a->path != b->path) return false;
  if (b->line < a->line || b->line > a->line + a->line_count + kLinesBetween || b->line > begin->line + kReportLinesMax) return false;
  if (next.total != last.total) return false;  // one of them also comes alone
  const bool kernel_dies = text_of(first).starts_with("BUG: ") || text_of(first).starts_with("Oops");
  return goes_on(text_of(next)) || says_again(text_of(next), text_of(last)) || (kernel_dies && text_of(next).starts_with("Kernel panic"));
}

std::tuple<std::string_view, std::uint64_t, Timestamp> place_of(const Finding& finding) {
  const Origin* origin = origin_of(finding);
  return {origin == nullptr ? std::string_view{} : std::string_view{origin->path}, origin == nullptr ? 0 : origin->line, finding.start};
}

}  // namespace

bool is_seen_error(const Finding& finding) noexcept {
  return finding.kind == FindingKind::error_seen || (finding.kind == FindingKind::new_error && finding.incomparable);
}

std::vector<SeenError> seen_errors(const Judgement& judgement) {
  std::vector<const Finding*> all;
  for (const Finding& finding : judgement.findings)
    if (is_seen_error(finding)) all.push_back(&finding);
  std::stable_sort(all.begin(), all.end(), [](const Finding* a, const Finding* b) { return place_of(*a) < place_of(*b); });
  std::vector<SeenError> rows;
  const Finding* last = nullptr;
  for (const Finding* finding : all) {
    if (last != nullptr && is_part_of(*finding, *last, *rows.back().finding)) {
      ++rows.back().lines_below;
    } else {
      rows.push_back({finding, 0});
    }
    last = finding;
  }
  std::stable_sort(rows.begin(), rows.end(), [](const SeenError& a, const SeenError& b) {
    const auto rank = [](const SeenError& row) {
      return std::tuple{row.finding->severity < Severity::fatal, row.finding->start, place_of(*row.finding)};
    };
    return rank(a) < rank(b);
  });
  return rows;
}

}  // namespace loglode
