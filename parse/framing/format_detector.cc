#include "parse/framing/format_detector.h"

#include <algorithm>

#include "core/limits.h"
#include "parse/framing/format_registry.h"
#include "parse/framing/line_rules.h"
#include "parse/framing/strict_line.h"
#include "parse/text/text_formats.h"

namespace loglode {

namespace {

constexpr double kSureShare = 0.8;      // a fixed format that fits so many lines needs no other opinion
constexpr double kLearnedGain = 0.1;    // what a learned header must fit more than the best fixed format
constexpr double kSmallestShare = 0.1;  // below, what fits does so by chance
constexpr double kEqualShare = 0.02;    // within this, the more specific format wins
constexpr std::size_t kOthersMax = 3;
constexpr std::size_t kSecondHeaderLinesMin = 5;
constexpr std::size_t kLineBytesTried = 8 * kKiB;  // of a line; more is not needed to know a format, JSON aside

/// Lines that may begin a record: not blank, not part of a trace, nor of what a dated line announces. An incident in the first lines must
/// not hide the header that its stream has.
std::vector<std::string_view> leading_lines(std::span<const std::string_view> lines) {
  LineRules rules;
  rules.strict_lines = rules.levels = rules.headed = std::any_of(lines.begin(), lines.end(), is_strict_line);
  RecordBounds bounds(rules);
  std::vector<std::string_view> leading;
  for (const std::string_view line : lines) {
    if (bounds.continues(line) || traces::is_blank_line(line) || traces::is_indented(line) || traces::is_crash(line)) continue;
    leading.push_back(line.starts_with('{') ? line : line.substr(0, kLineBytesTried));
  }
  return leading;
}

/// No single line of theirs can be read, so trying lines does not find them.
const LineFormat* block_format(BlockStyle style) {
  switch (style) {
    case BlockStyle::slow_query_log:
      return find_format("mysql-slow");
    case BlockStyle::journald_export:
      return find_format("journald");
    case BlockStyle::none:
      break;
  }
  return nullptr;
}

using Fits = std::vector<bool>;

std::size_t count(const Fits& fits) { return static_cast<std::size_t>(std::count(fits.begin(), fits.end(), true)); }

/// Which of the lines a format reads.
class Trial {
 public:
  Trial(const std::vector<std::string_view>& lines, const ParseContext& context) : context_(context) {
    for (const std::string_view line : lines) lines_.push_back(batch_.keep(line));
  }
  Fits fits(const LineFormat& format) {
    Fits fits(lines_.size());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      fits[i] = reads(format, lines_[i]);
      if (fits[i] || format.reads_one_line() || i + 1 == lines_.size() || !reads_with_next(format, i)) continue;
      fits[i] = fits[i + 1] = true;
      ++i;
    }
    return fits;
  }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_.size(); }
  /// Whether the first line that `format` reads has a time by it.
  bool reads_times(const LineFormat& format) {
    for (const std::string_view line : lines_) {
      Record record;
      record.raw = line;
      if (format.parse(line, record, batch_, context_)) return record.time != kNoTime;
    }
    return false;
  }

 private:
  bool reads(const LineFormat& format, std::string_view text) {
    Record record;
    record.raw = text;
    const bool fits = format.parse(text, record, batch_, context_);
    batch_.attributes.clear();
    return fits;
  }
  /// Headers of two lines: java.util.logging, Erlang's reports.
  bool reads_with_next(const LineFormat& format, std::size_t i) {
    if (!format.begins_record(lines_[i]) || format.begins_record(lines_[i + 1])) return false;
    return reads(format, batch_.keep(std::string{lines_[i]}.append("\n").append(lines_[i + 1])));
  }

  Batch batch_;
  std::vector<std::string_view> lines_;
  ParseContext context_;
};

struct Candidate {
  const LineFormat* format = nullptr;
  Fits fits;
  std::size_t count = 0;
};

std::vector<Candidate> try_all(Trial& trial) {
  std::vector<Candidate> candidates;
  for (const LineFormat* format : all_formats()) {
    Candidate candidate{format, trial.fits(*format), 0};
    candidate.count = count(candidate.fits);
    if (candidate.count != 0) candidates.push_back(std::move(candidate));
  }
  return candidates;
}

const Candidate* most_specific_of_the_best(const std::vector<Candidate>& candidates, std::size_t lines) {
  std::size_t most = 0;
  for (const Candidate& candidate : candidates) most = std::max(most, candidate.count);
  const double enough = static_cast<double>(most) - kEqualShare * static_cast<double>(lines);
  for (const Candidate& candidate : candidates)
    if (static_cast<double>(candidate.count) >= enough) return &candidate;
  return nullptr;
}

void remove_fitted(const Fits& fits, Fits& left) {
  for (std::size_t i = 0; i < left.size(); ++i)
    if (fits[i]) left[i] = false;
}

/// Formats for the lines that the chosen one does not fit: two lines at least, so that chance plays no part.
void add_others(const std::vector<Candidate>& candidates, Fits& left, std::vector<const LineFormat*>& formats) {
  while (formats.size() <= kOthersMax) {
    const Candidate* best = nullptr;
    std::size_t best_count = 1;
    for (const Candidate& candidate : candidates) {
      std::size_t fitted = 0;
      for (std::size_t i = 0; i < left.size(); ++i) fitted += left[i] && candidate.fits[i] ? 1 : 0;
      if (fitted > best_count) {
        best = &candidate;
        best_count = fitted;
      }
    }
    if (best == nullptr) return;
    formats.push_back(best->format);
    remove_fitted(best->fits, left);
  }
}

void adopt(std::unique_ptr<const LineFormat> learned, DetectedFormats& detected) {
  detected.formats.push_back(learned.get());
  detected.learned.push_back(std::move(learned));
}

/// A header learned from the lines that a fixed format fits also reads those of their kind that it does not: oslo's without a request,
/// with which tracebacks come, long after the prefix. Only where it fits as surely, and reads a time.
void add_second_opinion(std::span<const std::string_view> lines, Trial& trial, DetectedFormats& detected) {
  std::unique_ptr<const LineFormat> learned = detect_header(lines);
  if (learned == nullptr || !trial.reads_times(*learned)) return;
  const Fits fits = trial.fits(*learned);
  if (static_cast<double>(count(fits)) >= kSureShare * static_cast<double>(fits.size())) adopt(std::move(learned), detected);
}

/// A second program's header, when enough lines are left that no format fits.
void add_second_header(const std::vector<std::string_view>& leading, const Fits& left, const ParseContext& context,
                       DetectedFormats& detected) {
  std::vector<std::string_view> unread;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i]) unread.push_back(leading[i]);
  if (unread.size() < kSecondHeaderLinesMin || unread.size() * 20 < left.size()) return;
  std::unique_ptr<const LineFormat> learned = detect_header(unread);
  if (learned == nullptr) return;
  Trial trial(unread, context);
  if (!trial.reads_times(*learned)) return;
  if (static_cast<double>(count(trial.fits(*learned))) >= kSureShare * static_cast<double>(unread.size()))
    adopt(std::move(learned), detected);
}

/// The stream's own format: the best fixed one, or a learned header that fits more lines. What it fits is taken out of `left`.
double choose_own(std::span<const std::string_view> lines, Trial& trial, const Candidate* best, Fits& left, DetectedFormats& detected) {
  const auto all = static_cast<double>(trial.lines());
  const double share = best == nullptr ? 0 : static_cast<double>(best->count) / all;
  std::unique_ptr<const LineFormat> learned = share < kSureShare ? detect_header(lines) : nullptr;
  if (learned != nullptr) {
    const Fits fits = trial.fits(*learned);
    if (static_cast<double>(count(fits)) / all >= std::max(share + kLearnedGain, kSmallestShare)) {
      adopt(std::move(learned), detected);
      remove_fitted(fits, left);
      return 0;
    }
  }
  if (share < kSmallestShare) return 0;
  detected.formats.push_back(best->format);
  remove_fitted(best->fits, left);
  return share;
}

}  // namespace

DetectedFormats detect_formats(std::span<const std::string_view> lines, const ParseContext& context) {
  DetectedFormats detected;
  const BlockStyle style = find_block_style(lines);
  if (const LineFormat* format = block_format(style); format != nullptr) detected.formats.push_back(format);
  if (style == BlockStyle::journald_export) return detected;
  std::vector<std::string_view> strict;
  if (style == BlockStyle::slow_query_log) {  // an error log may go to the same stream
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(strict), is_strict_line);
    lines = strict;
  }
  if (std::unique_ptr<const LineFormat> csv = detect_csv(lines)) {
    adopt(std::move(csv), detected);
    return detected;
  }
  const std::vector<std::string_view> leading = leading_lines(lines);
  if (leading.empty()) return detected;
  Trial trial(leading, context);
  const std::vector<Candidate> candidates = try_all(trial);
  const Candidate* best = most_specific_of_the_best(candidates, trial.lines());
  Fits left(trial.lines(), true);
  const double share = choose_own(lines, trial, best, left, detected);
  add_others(candidates, left, detected.formats);
  if (share >= kSureShare && best->format->name() != "json") add_second_opinion(lines, trial, detected);
  add_second_header(leading, left, context, detected);
  return detected;
}

}  // namespace loglode
