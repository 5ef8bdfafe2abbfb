#include "parse/text/layout.h"

#include <algorithm>

#include "core/assert.h"
#include "parse/text/line_scanner.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

constexpr std::size_t kTagBytesMax = 48;
constexpr std::size_t kUptimeDigitsMax = 9;  // of seconds: thirty years

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

/// Of a few digits.
std::int64_t value_of(std::string_view digits) noexcept {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool has_blank(std::string_view text) noexcept {
  return text.find(' ') != std::string_view::npos || text.find('\t') != std::string_view::npos;
}

bool is_facility(std::string_view text) noexcept {
  for (const std::string_view known :
       {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"}) {
    if (text == known || (text.substr(0, 5) == "local" && text.size() == 6 && is_digit(text[5]))) return true;
  }
  return false;
}

/// `[req-38101a0b… 113d… 54fa… - - -]`: the request is what ties lines of several services together.
void set_request(std::string_view text, ParsedLine& parsed) noexcept {
  LineScanner scan{text};
  const std::string_view request = scan.take_word();
  if (!request.empty() && request.find_first_not_of('-') != std::string_view::npos) parsed.trace_id = request;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool is_field_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && (is_letter(name[0]) || name[0] == '_' || name[0] == '@') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || std::string_view{"_-.@"}.find(c) != std::string_view::npos; });
}

}  // namespace

std::optional<Layout::Step> Layout::known_field(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    Kind kind;
    Role role;
  } kFields[] = {{"time", Kind::time, Role::none},      {"clock", Kind::clock, Role::none},   {"epoch", Kind::epoch, Role::none},
                 {"level", Kind::level, Role::none},    {"syslog", Kind::syslog, Role::none}, {"letter", Kind::letter, Role::none},
                 {"pid", Kind::number, Role::pid},      {"number", Kind::number, Role::none}, {"logger", Kind::text, Role::logger},
                 {"tag", Kind::text, Role::tag},        {"module", Kind::text, Role::module}, {"code", Kind::text, Role::code},
                 {"thread", Kind::text, Role::thread},  {"host", Kind::text, Role::host},     {"service", Kind::text, Role::service},
                 {"trace_id", Kind::text, Role::trace}, {"span_id", Kind::text, Role::span},  {"request", Kind::text, Role::request},
                 {"skip", Kind::text, Role::none},      {"uptime", Kind::uptime, Role::none}, {"facility", Kind::text, Role::facility},
                 {"message", Kind::message, Role::none}};
  for (const auto& known : kFields) {
    if (known.name == name) return Step{known.kind, known.role, Narrow::any, false, {}, std::string{name}};
  }
  return std::nullopt;
}

Layout::Layout(std::string_view pattern) {
  const Result<void> good = add_steps(pattern);
  LOGLODE_ASSERT(good && split_tail());
  find_ends();
}

Result<Layout> Layout::compile(std::string_view pattern, std::shared_ptr<const LayoutOptions> options) {
  LOGLODE_ASSERT(options != nullptr);
  if (pattern.size() > kPatternBytesMax)
    return invalid("the pattern has " + std::to_string(pattern.size()) + " characters; at most " + std::to_string(kPatternBytesMax) +
                   " are allowed: describe the header alone and let {message} take the rest");
  Layout layout;
  layout.options_ = std::move(options);
  for (const auto& done : {layout.add_steps(pattern), layout.check_fields(), layout.split_tail()})
    if (!done) return tl::unexpected<Error>(done.error());
  layout.find_ends();
  return layout;
}

Result<void> Layout::add_steps(std::string_view pattern) {
  const auto add_literal = [&](char c) {
    if (steps_.empty() || steps_.back().kind != Kind::literal) steps_.emplace_back();
    steps_.back().literal.push_back(c);
  };
  LineScanner scan{trim_blanks(pattern)};
  while (!scan.at_end()) {
    const char c = scan.peek();
    if ((c == '{' || c == '}') && scan.peek(1) == c) {
      add_literal(c);
      scan.go_to(scan.position() + 2);
    } else if (scan.take('{')) {
      std::string_view field;
      if (!scan.take_until('}', field)) return invalid("the pattern opens a { that no } closes; a brace that is text is written {{");
      if (Result<void> added = add_field(field); !added) return added;
    } else if (c == '}') {
      return invalid("the pattern has a } that closes nothing; a brace that is text is written }}");
    } else if (scan.take_blanks() > 0) {
      steps_.push_back(Step{Kind::blanks, Role::none, Narrow::any, false, {}, {}});
    } else {
      add_literal(c);
      scan.go_to(scan.position() + 1);
    }
  }
  return {};
}

Result<void> Layout::add_field(std::string_view field) {
  const std::size_t colon = field.find(':');
  const std::string_view name = field.substr(0, colon);
  std::optional<Step> step = known_field(name);
  if (!step && options_ == nullptr) return invalid("unknown field");
  if (!step) {
    if (!is_field_name(name))
      return invalid("'{" + std::string{field.substr(0, 80)} +
                     "}' is no field: a name has letters, digits, _ - . @ and at most 64 of them, as in {user.name} or {status:number}");
    step = Step{Kind::text, Role::attribute, Narrow::any, false, {}, std::string{name}};
  }
  if (colon != std::string_view::npos) {
    const std::string_view narrow = field.substr(colon + 1);
    if (narrow != "word" && narrow != "number")
      return invalid("'{" + std::string{field.substr(0, 80)} + "}': behind the colon stands `word` (no blanks) or `number` (digits)");
    step->narrow = narrow == "word" ? Narrow::word : Narrow::number;
  }
  const bool again = name != "skip" && std::any_of(steps_.begin(), steps_.end(), [&](const Step& other) { return other.name == name; });
  if (again && options_ != nullptr) return invalid("the pattern names {" + std::string{name} + "} twice; use {skip} for what is not kept");
  steps_.push_back(std::move(*step));
  return {};
}

/// For a user's pattern: what could not be read as it is meant.
Result<void> Layout::check_fields() const {
  const auto fields = std::count_if(steps_.begin(), steps_.end(), [](const Step& step) { return !step.name.empty(); });
  if (fields == 0) return invalid("the pattern has no field; write for instance '{time} {level} {message}'");
  if (static_cast<std::size_t>(fields) > kFieldsMax)
    return invalid("the pattern has " + std::to_string(fields) + " fields; at most " + std::to_string(kFieldsMax) + " are allowed");
  for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
    const bool open = has_end(steps_[i]) || steps_[i].kind == Kind::message;
    if (open && !steps_[i + 1].name.empty())
      return invalid("nothing stands between {" + steps_[i].name + "} and {" + steps_[i + 1].name +
                     "}, so that nobody can tell where the first one ends; put what separates them there");
  }
  return {};
}

/// What ends each text: all that stands up to the next field.
void Layout::find_ends() {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    if (!has_end(step)) continue;
    for (std::size_t next = i + 1; next < steps_.size() && next < i + 3; ++next) {
      if (steps_[next].kind == Kind::blanks && step.literal.empty())
        step.literal = " ";
      else if (steps_[next].kind == Kind::literal && step.literal.size() <= 1)
        step.literal += steps_[next].literal;
      else
        break;
      if (step.literal != " ") break;
    }
    step.balanced = step.literal[0] == ']' && i > 0 && steps_[i - 1].kind == Kind::literal && steps_[i - 1].literal.back() == '[';
  }
}

/// What stands behind {message} is read from the line's end, so that a message may hold what separates the others.
Result<void> Layout::split_tail() {
  const auto message = std::find_if(steps_.begin(), steps_.end(), [](const Step& step) { return step.kind == Kind::message; });
  if (message == steps_.end()) return {};
  for (auto step = message + 1; step != steps_.end(); ++step) {
    if (step->kind == Kind::message) return invalid("the pattern names {message} twice");
    if (step->kind == Kind::blanks) {
      end_ += ' ';
    } else if (step->kind == Kind::literal) {
      end_ += step->literal;
    } else {
      if (end_.empty())
        return invalid("nothing stands between {" + (step - 1)->name + "} and {" + step->name +
                       "}, so that nobody can tell where the first one ends; put what separates them there");
      tail_.push_back(Tail{std::exchange(end_, {}), std::move(*step)});
    }
  }
  steps_.erase(message + 1, steps_.end());
  return {};
}

bool Layout::set_text(const Step& step, std::string_view text, ParsedLine& parsed) const {
  text = trim_blanks(text);
  if (step.narrow == Narrow::number ? !all_digits(text) : step.narrow == Narrow::word && has_blank(text)) return false;
  if (text.empty()) return options_ != nullptr && step.role != Role::logger;  // a user's column may be empty
  switch (step.role) {
    case Role::logger:
    case Role::module:
      if (has_blank(text) || (step.role == Role::module && !is_logger_name(text))) return false;
      parsed.add("log.logger", text);
      return true;
    case Role::tag:
      if (text.size() > kTagBytesMax) return false;
      parsed.add("log.logger", text);
      return true;
    case Role::code:
      if (options_ == nullptr && !is_code_position(text)) return false;
      parsed.add("log.origin", text);
      return true;
    case Role::thread:
      parsed.add("process.thread.name", text);
      return true;
    case Role::host:
      parsed.host = text;
      return !has_blank(text);
    case Role::service:
      parsed.service = text;
      return !has_blank(text);
    case Role::trace:
      if (text != "-") parsed.trace_id = text;
      return true;
    case Role::span:
      if (text != "-") parsed.span_id = text;
      return true;
    case Role::request:
      set_request(text, parsed);
      return true;
    case Role::facility:
      return is_facility(text);
    case Role::attribute:
      parsed.add(step.name, text);
      return true;
    case Role::pid:
    case Role::none:
      return true;
  }
  return true;
}

bool Layout::read_text(const Step& step, LineScanner& scan, ParsedLine& parsed) const {
  std::string_view text;
  if (step.literal.empty()) {
    text = scan.rest();
    scan.go_to(scan.position() + text.size());
  } else if (step.literal == " ") {
    text = scan.take_word();
  } else if (step.balanced) {  // what it opened with has been taken as a literal
    scan.go_to(scan.position() - 1);
    if (!scan.take_group('[', ']', text)) return false;
    scan.go_to(scan.position() - 1);
  } else {
    const std::size_t end = scan.rest().find(step.literal);
    if (end == std::string_view::npos) return false;
    text = scan.rest().substr(0, end);
    scan.go_to(scan.position() + end);
  }
  return set_text(step, text, parsed);
}

bool Layout::read_level(const Step& step, LineScanner& scan, ParsedLine& parsed) const {
  scan.take_blanks();
  if (options_ == nullptr) {
    parsed.severity = step.kind == Kind::syslog ? severity_from_syslog_word(scan.take_letters()) : severity_from_word(scan.take_letters());
    return parsed.severity != Severity::unspecified;
  }
  // One word that nobody knows costs the line its level, not its header.
  const std::size_t end = step.literal.empty() ? std::string_view::npos : scan.rest().find(step.literal);
  if (!step.literal.empty() && end == std::string_view::npos) return false;
  const std::string_view word = trim_blanks(scan.rest().substr(0, end));
  scan.go_to(end == std::string_view::npos ? scan.position() + scan.rest().size() : scan.position() + end);
  parsed.severity = step.kind == Kind::syslog ? severity_from_syslog_word(word) : severity_from_word(word, true);
  for (const auto& [own, severity] : options_->levels)
    if (equal_ignoring_case(own, word)) parsed.severity = severity;
  return true;
}

bool Layout::read_time(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const {
  const std::size_t length = options_ != nullptr && options_->time ? options_->time->read(scan.rest(), context.time, parsed.time)
                                                                   : read_timestamp(scan.rest(), context.time, parsed.time);
  scan.go_to(scan.position() + length);
  return length != 0;
}

bool Layout::read_step(const Step& step, LineScanner& scan, const ParseContext& context, ParsedLine& parsed) const {
  switch (step.kind) {
    case Kind::literal:
      if (step.literal[0] == ']' || step.literal[0] == ':') scan.take_blanks();  // [INFO ] and dmesg's `err   :` are padded
      return scan.take(std::string_view{step.literal});
    case Kind::blanks:
      return scan.take_blanks() > 0 || scan.at_end();
    case Kind::time:
      return read_time(scan, context, parsed);
    case Kind::clock: {
      const std::size_t length = read_time_of_day(scan.rest(), context.time, parsed.time);
      scan.go_to(scan.position() + length);
      return length != 0;
    }
    case Kind::epoch: {
      const std::string_view rest = scan.rest();
      const std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789."));
      scan.go_to(scan.position() + digits.size());
      return digits.size() >= 10 && digits.size() <= 30 && read_timestamp_field(digits, {}, parsed.time);
    }
    case Kind::uptime: {
      scan.take_blanks();
      const std::string_view seconds = scan.take_number();
      const bool point = scan.take('.');
      const std::string_view microseconds = scan.take_number();
      if (seconds.empty() || seconds.size() > kUptimeDigitsMax || !point || microseconds.size() != 6) return false;
      parsed.since_boot = std::chrono::seconds{value_of(seconds)} + std::chrono::microseconds{value_of(microseconds)};
      return true;
    }
    case Kind::level:
    case Kind::syslog:
      return read_level(step, scan, parsed);
    case Kind::letter: {
      parsed.severity = severity_from_word(scan.rest().substr(0, 1), true);
      scan.go_to(scan.position() + 1);
      return parsed.severity != Severity::unspecified;
    }
    case Kind::number: {
      scan.take_blanks();
      const std::string_view number = scan.take_number();
      if (step.role == Role::pid) parsed.add("process.pid", number);
      return !number.empty() && number.size() <= 19;
    }
    case Kind::text:
      return read_text(step, scan, parsed);
    case Kind::message:
      return read_tail(scan.rest(), context, parsed);
  }
  return false;
}

bool Layout::read_tail(std::string_view text, const ParseContext& context, ParsedLine& parsed) const {
  text = trim_blanks(text);
  if (!end_.empty()) {
    if (text.size() < end_.size() || text.substr(text.size() - end_.size()) != end_) return false;
    text.remove_suffix(end_.size());
  }
  for (auto part = tail_.rbegin(); part != tail_.rend(); ++part) {
    const std::size_t at = text.rfind(part->separator);
    if (at == std::string_view::npos) return false;
    LineScanner scan{text.substr(at + part->separator.size())};
    if (!read_step(part->field, scan, context, parsed)) return false;
    scan.take_blanks();
    if (!scan.at_end()) return false;
    text = text.substr(0, at);
  }
  parsed.message = trim_blanks(text);
  return true;
}

bool Layout::read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const {
  LineScanner scan{line};
  for (const Step& step : steps_) {
    if (!read_step(step, scan, context, parsed)) return false;
  }
  // A user's pattern without {message} describes the whole line, which then is its own message.
  if (steps_.back().kind == Kind::message) return true;
  parsed.message = trim_blanks(line);
  return scan.take_blanks(), scan.at_end();
}

LayoutFormat::LayoutFormat(std::string_view name, std::initializer_list<std::string_view> patterns) : FixedFormat(name) {
  for (const std::string_view pattern : patterns) layouts_.emplace_back(pattern);
}

LayoutFormat::LayoutFormat(std::string_view name, std::vector<Layout> layouts) : FixedFormat(name), layouts_(std::move(layouts)) {}

bool LayoutFormat::read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const {
  for (const Layout& layout : layouts_) {
    if (layout.read(line, context, parsed)) return true;
    parsed.reset();
  }
  return false;
}

}  // namespace loglode
