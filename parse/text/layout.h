// Headers that a pattern describes: `{time} {level} [{thread}] {logger}: {message}`. Compiled once, immutable, shared by all threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse/text/parsed_line.h"

namespace loglode {

/// A blank stands for one or more blanks, everything outside braces for itself. Fields:
///   time, clock (time of day), level (severity word), syslog (the same by syslog's scale), letter (severity letter), pid (digits), logger,
///   module (a logger that is one by its form), tag (a logger whose name may hold blanks), code (file and line), thread, host, service,
///   skip (text up to what follows), request (oslo's request ids), facility (syslog's), uptime (the kernel's seconds), message (the rest of
///   the line).
/// Behind {message} only ` ({logger})` is possible: Kafka's logger at the line's end.
class Layout {
 public:
  explicit Layout(std::string_view pattern);
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const;

 private:
  enum class Kind : unsigned char { literal, blanks, time, clock, uptime, level, syslog, letter, pid, text, message };
  enum class Role : unsigned char { none, logger, module, tag, code, thread, host, service, request, facility };
  struct Step {
    Kind kind = Kind::literal;
    Role role = Role::none;
    char stop = '\0';       // text: what ends it; blank: the next blank
    bool balanced = false;  // text between [ and ], which may hold such groups
    std::string literal;
  };
  static Step field(std::string_view name);
  static bool set_text(const Step& step, std::string_view text, ParsedLine& parsed);
  bool read_step(const Step& step, class LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const;

  std::vector<Step> steps_;
  bool logger_at_end_ = false;
};

/// Formats with one or more layouts; the first that fits reads the line.
class LayoutFormat final : public FixedFormat {
 public:
  LayoutFormat(std::string_view name, std::initializer_list<std::string_view> patterns);

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override;

  std::vector<Layout> layouts_;
};

}  // namespace loglode
