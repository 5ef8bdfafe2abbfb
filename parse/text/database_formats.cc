// Sources: PostgreSQL documentation 20.8 (log_line_prefix, csvlog), MySQL manual 5.4.2 and 5.4.5, MariaDB "Error Log" and "Slow Query Log",
// Redis log.c's documented levels, samples/formats/.
#include <algorithm>
#include <array>
#include <string>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

struct ServerLevel {
  std::string_view word;
  Severity severity;
  bool begins_record;  // false: belongs to the ERROR, WARNING or LOG line before it
};
constexpr ServerLevel kPostgresLevels[] = {
    {"LOG", Severity::info, true},       {"ERROR", Severity::error, true},   {"WARNING", Severity::warn, true},
    {"FATAL", Severity::fatal, true},    {"PANIC", Severity::fatal, true},   {"INFO", Severity::info, true},
    {"NOTICE", Severity::info2, true},   {"DETAIL", Severity::info, false},  {"HINT", Severity::info, false},
    {"QUERY", Severity::info, false},    {"CONTEXT", Severity::info, false}, {"STATEMENT", Severity::info, false},
    {"LOCATION", Severity::info, false}, {"DEBUG", Severity::debug, true},   {"DEBUG1", Severity::debug, true},
    {"DEBUG2", Severity::debug, true},   {"DEBUG3", Severity::debug, true},  {"DEBUG4", Severity::debug, true},
    {"DEBUG5", Severity::debug, true},
};

const ServerLevel* find_postgres_level(std::string_view word) noexcept {
  const auto* found =
      std::find_if(std::begin(kPostgresLevels), std::end(kPostgresLevels), [&](const ServerLevel& level) { return level.word == word; });
  return found == std::end(kPostgresLevels) ? nullptr : found;
}

/// log_line_prefix is free, but a severity word, a colon and two blanks always follow it.
class PostgresFormat final : public FixedFormat {
 public:
  PostgresFormat() : FixedFormat("postgresql") {}
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    const ParseContext any_year{TimeContext{Timestamp{}, nullptr}, false};
    ParsedLine parsed;
    const ServerLevel* const level = read_header(line, any_year, parsed);
    return level != nullptr && level->begins_record;
  }

 private:
  static constexpr std::size_t kPrefixBytesMax = 512, kStampBytesMax = 40;

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    return read_header(line, context, parsed) != nullptr;
  }

  /// The level, and what stands before it as the prefix.
  struct Header {
    const ServerLevel* level = nullptr;
    std::string_view prefix;
    std::size_t message = 0;
  };

  static const ServerLevel* read_header(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
    const Header header = find_level(line);
    if (header.level == nullptr || !read_time(header.prefix, context, parsed)) return nullptr;
    parsed.severity = header.level->severity;
    parsed.message = trim_blanks(line.substr(header.message));
    read_prefix(header.prefix, parsed);
    return header.level;
  }

  /// `LOG:  ` behind a blank or a sign; Amazon's documentation shows it behind its prefix with one blank as well.
  static Header find_level(std::string_view line) {
    const std::string_view head = line.substr(0, kPrefixBytesMax + kStampBytesMax);
    for (std::size_t colon = head.find(": "); colon != std::string_view::npos; colon = head.find(": ", colon + 1)) {
      std::size_t begin = colon;
      while (begin > 0 && ((head[begin - 1] >= 'A' && head[begin - 1] <= 'Z') || is_digit(head[begin - 1]))) --begin;
      if (begin == 0 || begin == colon) continue;
      const bool two_blanks = head.substr(colon + 1, 2) == "  ";
      if (std::string_view{two_blanks ? " \t:->])" : ":"}.find(head[begin - 1]) == std::string_view::npos) continue;
      if (!two_blanks && (begin < 2 || head[begin - 2] != ']')) continue;
      const ServerLevel* const level = find_postgres_level(head.substr(begin, colon - begin));
      if (level != nullptr) return {level, head.substr(0, begin), colon + 1};
    }
    return {};
  }

  /// Nearly always first, but log_line_prefix may put it anywhere, or leave it out.
  static bool read_time(std::string_view prefix, const ParseContext& context, ParsedLine& parsed) {
    if (read_timestamp(prefix, context.time, parsed.time) != 0) return true;
    for (std::size_t i = 1; i < prefix.size(); ++i) {
      const bool begins = is_digit(prefix[i]) && !is_digit(prefix[i - 1]) && !is_letter(prefix[i - 1]);
      if (begins && read_timestamp(prefix.substr(i), context.time, parsed.time) != 0) return true;
    }
    return prefix.find('=') != std::string_view::npos && prefix.find_first_of(" ,") != std::string_view::npos;
  }

  static void read_prefix(std::string_view prefix, ParsedLine& parsed) {
    LineScanner scan{prefix};
    while (scan.take_blanks(), !scan.at_end()) {
      std::string_view word = scan.take_word();
      if (word.size() > 2 && word.front() == '[' && all_digits(word.substr(1, word.find_first_of("]-", 1) - 1))) {
        parsed.add("process.pid", word.substr(1, word.find_first_of("]-", 1) - 1));
      } else if (const std::size_t at = word.find('@'); at != std::string_view::npos && at > 0) {
        parsed.add("user.name", word.substr(0, at));
        parsed.add("db.name", word.substr(at + 1));
      }
    }
  }
};

/// csvlog: a quoted field doubles its quotes and may hold line ends, so this format reads the record as a whole.
class PostgresCsvFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "postgresql-csv"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    Timestamp time = kNoTime;
    const std::size_t length = read_timestamp(line, TimeContext{Timestamp{}, nullptr}, time);
    return length >= 23 && length < line.size() && line[length] == ',' && std::count(line.begin(), line.end(), ',') >= 11;
  }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    std::array<std::string_view, 14> fields;
    if (!read_fields(text, fields)) return false;
    ParsedLine parsed;
    if (read_timestamp(fields[0], context.time, parsed.time) != fields[0].size()) return false;
    const ServerLevel* const level = find_postgres_level(fields[11]);
    if (level == nullptr) return false;
    parsed.severity = level->severity;
    parsed.message = trim_blanks(first_line(fields[13]));
    if (parsed.message.find("\"\"") != std::string_view::npos) parsed.message = single_quotes(parsed.message, batch);
    parsed.add("user.name", fields[1]);
    parsed.add("db.name", fields[2]);
    parsed.add("process.pid", fields[3]);
    parsed.add("source.address", fields[4]);
    parsed.add("error.code", fields[12]);
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  static bool read_fields(std::string_view text, std::array<std::string_view, 14>& fields) {
    LineScanner scan{text};
    for (std::string_view& field : fields) {
      if (scan.peek() == '"') {
        if (!scan.take_quoted(field, true) || !scan.take(',')) return false;
      } else if (!scan.take_until(',', field) || field.find('\n') != std::string_view::npos) {
        return false;
      }
    }
    return !fields[0].empty();
  }

  static std::string_view single_quotes(std::string_view text, Batch& batch) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      result.push_back(text[i]);
      if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') ++i;
    }
    return batch.keep(result);
  }
};

/// 2026-11-23 23:57:21 0 [Note] InnoDB: … and MySQL 8's … 0 [Warning] [MY-010116] [Server] …
class MysqlErrorFormat final : public FixedFormat {
 public:
  MysqlErrorFormat() : FixedFormat("mysql-error") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    const std::size_t length = read_timestamp(line, context.time, parsed.time);
    if (length == 0) return false;
    scan.go_to(length);
    if (scan.take_blanks() == 0) return false;
    parsed.add("process.thread.id", scan.take_number());
    scan.take_blanks();
    std::string_view level, code, subsystem;
    if (!scan.take_group('[', ']', level)) return false;
    parsed.severity = level == "System" ? Severity::info : severity_from_word(level);
    const bool own_word =
        level == "Note" || level == "System" || level == "Warning" || level == "ERROR";  // as no other program spells them
    if (!own_word) return false;
    scan.take_blanks();
    if (scan.rest().substr(0, 4) == "[MY-" && scan.take_group('[', ']', code)) {
      parsed.add("error.code", code);
      scan.take_blanks();
      if (scan.take_group('[', ']', subsystem)) parsed.add("log.logger", subsystem);
    }
    parsed.message = trim_blanks(scan.rest());
    return true;
  }
};

/// Entries of several lines: `# User@Host: …`, more `#` lines, `SET timestamp=…;`, the statement. The `# Time:` line in front of some of
/// them says nothing that `SET timestamp` does not say in every one, so a record begins with `# User@Host:`.
class MysqlSlowFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "mysql-slow"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override { return line.substr(0, 12) == "# User@Host:"; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    if (!begins_record(text) && text.substr(0, 7) != "# Time:") return false;
    ParsedLine parsed;
    std::string statement;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::string_view line = first_line(text.substr(begin));
      begin += line.size() + 1;
      if (!read_line(trim_blanks(line), context, parsed, statement)) break;
    }
    if (statement.empty()) return false;
    parsed.severity = Severity::warn;
    parsed.message = batch.keep(statement);
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  /// False at the first line behind the statement.
  static bool read_line(std::string_view line, const ParseContext& context, ParsedLine& parsed, std::string& statement) {
    constexpr std::string_view kTimestamp = "SET timestamp=";
    if (line.substr(0, 2) == "# ") {
      if (!statement.empty()) return false;
      read_comment(line.substr(2), parsed);
    } else if (line.substr(0, kTimestamp.size()) == kTimestamp && statement.empty()) {
      const std::string_view value = line.substr(kTimestamp.size());
      static_cast<void>(read_timestamp_field(value.substr(0, value.find(';')), context.time, parsed.time));
    } else if (line.substr(0, 4) != "use " && !line.empty()) {
      if (!statement.empty()) statement.push_back(' ');
      statement.append(line);
    }
    return true;
  }

  static void read_comment(std::string_view comment, ParsedLine& parsed) {
    LineScanner scan{comment};
    while (scan.take_blanks(), !scan.at_end()) {
      const std::string_view key = scan.take_word();
      scan.take_blanks();
      if (key == "Query_time:")
        parsed.add("mysql.slowlog.query_time_s", scan.take_word());
      else if (key == "Rows_examined:")
        parsed.add("mysql.slowlog.rows_examined", scan.take_word());
      else if (key == "User@Host:")
        parsed.add("user.name", scan.take_word());
    }
  }
};

/// 17587:M 23 Nov 2026 23:57:10.516 * message; before Redis 3 [17587] 23 Nov 23:57:10.516 * message, and the first ones without a pid.
/// What a signal handler has to say is stamped by `(epoch)`.
class RedisFormat final : public FixedFormat {
 public:
  RedisFormat() : FixedFormat("redis") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!take_process(scan, parsed)) return false;
    const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
    if (length == 0) return read_signal(scan, parsed);
    scan.go_to(scan.position() + length);
    if (!scan.take(' ')) return false;
    switch (scan.peek()) {
      case '.':
      case '-':
        parsed.severity = Severity::debug;
        break;
      case '*':
        parsed.severity = Severity::info;
        break;
      case '#':
        parsed.severity = Severity::warn;
        break;
      default:
        return false;
    }
    if (scan.peek(1) != ' ' && scan.peek(1) != '\0') return false;
    scan.go_to(scan.position() + 1);
    parsed.message = trim_blanks(scan.rest());
    return true;
  }

  /// `17587:M `, `[17587] `, or nothing at all.
  static bool take_process(LineScanner& scan, ParsedLine& parsed) {
    if (is_digit(scan.peek()) && (scan.peek(1) == ' ' || scan.peek(2) == ' ') && is_letter(scan.peek(scan.peek(1) == ' ' ? 2 : 3)))
      return true;
    const bool bracketed = scan.take('[');
    const std::string_view pid = scan.take_number();
    if (pid.empty() || (bracketed ? !scan.take(']') : !(scan.take(':') && is_letter(scan.peek())))) return false;
    if (!bracketed) parsed.add("redis.role", scan.take_letters());
    parsed.add("process.pid", pid);
    return scan.take(' ') || scan.peek() == '-';
  }

  /// 5092:signal-handler (1496141844) Received SIGINT scheduling shutdown...
  static bool read_signal(LineScanner& scan, ParsedLine& parsed) {
    std::string_view epoch;
    if (!scan.take(std::string_view{"-handler "}) || !scan.take_group('(', ')', epoch)) return false;
    parsed.message = trim_blanks(scan.rest());
    parsed.severity = Severity::warn;  // Redis logs it so itself a moment later
    return all_digits(epoch) && read_timestamp_field(epoch, {}, parsed.time);
  }
};

}  // namespace

void add_database_formats(FormatList& formats) {
  formats.push_back(std::make_unique<PostgresFormat>());
  formats.push_back(std::make_unique<PostgresCsvFormat>());
  formats.push_back(std::make_unique<MysqlErrorFormat>());
  formats.push_back(std::make_unique<MysqlSlowFormat>());
  formats.push_back(std::make_unique<RedisFormat>());
}

}  // namespace loglode
