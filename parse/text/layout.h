// Headers that a pattern describes: `{time} {level} [{thread}] {logger}: {message}`. Compiled once, immutable, shared by all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "parse/text/parsed_line.h"
#include "parse/time/time_layout.h"

namespace loglode {

/// What a user's own format says beyond its pattern. Names of fields that are not known become attributes.
struct LayoutOptions {
  std::optional<TimeLayout> time;                        // how {time} is written; empty: any spelling that logs use
  std::vector<std::pair<std::string, Severity>> levels;  // words of {level} that nobody else uses, case ignored
};

/// A blank stands for one or more blanks, `{{` and `}}` for braces, everything else outside braces for itself. Fields:
///   time, clock (time of day), epoch, level (severity word), syslog (the same by syslog's scale), letter (severity letter), pid, number
///   (digits), logger, module (a logger that is one by its form), tag (a logger whose name may hold blanks), code (file and line), thread,
///   host, service, trace_id, span_id, skip (text up to what follows), request (oslo's request ids), facility (syslog's), uptime (the
///   kernel's seconds), message (the rest of the line, up to what the pattern has behind it: that is read from the line's end).
/// With LayoutOptions every other name is an attribute, and `{name:word}` or `{name:number}` narrows what it may hold.
/// Reading takes time in proportion to the line, whatever the pattern: nothing is tried twice.
class Layout {
 public:
  static constexpr std::size_t kPatternBytesMax = 1024;
  static constexpr std::size_t kFieldsMax = 32;

  /// For patterns of our own, which are known to be good.
  explicit Layout(std::string_view pattern);
  /// For a user's. Errors (invalid_argument, a sentence that says what to do): too long, a brace that is not closed, an empty or repeated
  /// name, two fields with nothing between them, no field at all.
  static Result<Layout> compile(std::string_view pattern, std::shared_ptr<const LayoutOptions> options);
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const;

 private:
  enum class Kind : unsigned char { literal, blanks, time, clock, epoch, uptime, level, syslog, letter, number, text, message };
  enum class Role : unsigned char {
    none,
    pid,
    logger,
    module,
    tag,
    code,
    thread,
    host,
    service,
    trace,
    span,
    request,
    facility,
    attribute
  };
  enum class Narrow : unsigned char { any, word, number };
  struct Step {
    Kind kind = Kind::literal;
    Role role = Role::none;
    Narrow narrow = Narrow::any;
    bool balanced = false;  // text between [ and ], which may hold such groups
    std::string literal;    // literal: itself; text, level: what ends it, empty at the pattern's end
    std::string name;       // of a field
  };
  struct Tail {  // a field behind the message
    std::string separator;
    Step field;
  };

  Layout() = default;
  Result<void> add_steps(std::string_view pattern);
  Result<void> add_field(std::string_view field);
  Result<void> check_fields() const;
  void find_ends();
  Result<void> split_tail();
  static std::optional<Step> known_field(std::string_view name);
  static bool has_end(const Step& step) noexcept {
    return step.kind == Kind::text || step.kind == Kind::level || step.kind == Kind::syslog;
  }

  bool set_text(const Step& step, std::string_view text, ParsedLine& parsed) const;
  bool read_step(const Step& step, class LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const;
  bool read_text(const Step& step, class LineScanner& scan, ParsedLine& parsed) const;
  bool read_level(const Step& step, class LineScanner& scan, ParsedLine& parsed) const;
  bool read_time(class LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const;
  bool read_tail(std::string_view text, const ParseContext& context, ParsedLine& parsed) const;

  std::vector<Step> steps_;  // up to the message
  std::vector<Tail> tail_;
  std::string end_;  // stands behind the last field
  std::shared_ptr<const LayoutOptions> options_;
};

/// Formats with one or more layouts; the first that fits reads the line.
class LayoutFormat final : public FixedFormat {
 public:
  LayoutFormat(std::string_view name, std::initializer_list<std::string_view> patterns);
  LayoutFormat(std::string_view name, std::vector<Layout> layouts);

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override;

  std::vector<Layout> layouts_;
};

}  // namespace loglode
