#include "parse/text/named_columns.h"

#include <algorithm>
#include <cstring>

#include "parse/text/access_severity.h"
#include "parse/text/line_scanner.h"

namespace loglode {
namespace {

/// Letters and digits alone, in small letters: `cs(User-Agent)`, `@timestamp`, `Log Level` and `log.level` are spelled in many ways.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name.substr(0, 64))
    if (is_letter(c) || is_digit(c)) plain.push_back(to_lower(c));
  return plain;
}

struct KnownName {
  std::string_view name;
  ColumnMeaning meaning;
};

constexpr KnownName kNames[] = {{"timestamp", ColumnMeaning::time},
                                {"datetime", ColumnMeaning::time},
                                {"dateandtime", ColumnMeaning::time},
                                {"ts", ColumnMeaning::time},
                                {"eventtime", ColumnMeaning::time},
                                {"logtime", ColumnMeaning::time},
                                {"eventtimestamp", ColumnMeaning::time},
                                {"logtimestamp", ColumnMeaning::time},
                                {"timegenerated", ColumnMeaning::time},
                                {"timecreated", ColumnMeaning::time},
                                {"createdat", ColumnMeaning::time},
                                {"loggedat", ColumnMeaning::time},
                                {"occurredat", ColumnMeaning::time},
                                {"timestamputc", ColumnMeaning::time},
                                {"timestampms", ColumnMeaning::time},
                                {"generatedtime", ColumnMeaning::time},
                                {"start", ColumnMeaning::time},
                                {"starttime", ColumnMeaning::time},
                                {"time", ColumnMeaning::time},
                                {"date", ColumnMeaning::date},
                                {"logdate", ColumnMeaning::date},
                                {"eventdate", ColumnMeaning::date},
                                {"level", ColumnMeaning::severity},
                                {"severity", ColumnMeaning::severity},
                                {"loglevel", ColumnMeaning::severity},
                                {"severitytext", ColumnMeaning::severity},
                                {"leveldisplayname", ColumnMeaning::severity},
                                {"priority", ColumnMeaning::severity},
                                {"message", ColumnMeaning::message},
                                {"msg", ColumnMeaning::message},
                                {"text", ColumnMeaning::message},
                                {"log", ColumnMeaning::message},
                                {"body", ColumnMeaning::message},
                                {"description", ColumnMeaning::message},
                                {"logmessage", ColumnMeaning::message},
                                {"eventmessage", ColumnMeaning::message},
                                {"content", ColumnMeaning::message},
                                {"renderedmessage", ColumnMeaning::message},
                                {"service", ColumnMeaning::service},
                                {"servicename", ColumnMeaning::service},
                                {"application", ColumnMeaning::service},
                                {"app", ColumnMeaning::service},
                                {"applicationname", ColumnMeaning::service},
                                {"appname", ColumnMeaning::service},
                                {"program", ColumnMeaning::service},
                                {"processname", ColumnMeaning::service},
                                {"component", ColumnMeaning::service},
                                {"container", ColumnMeaning::service},
                                {"containername", ColumnMeaning::service},
                                {"kubernetescontainername", ColumnMeaning::service},
                                {"logger", ColumnMeaning::logger},
                                {"loggername", ColumnMeaning::logger},
                                {"class", ColumnMeaning::logger},
                                {"category", ColumnMeaning::logger},
                                {"source", ColumnMeaning::logger},
                                {"module", ColumnMeaning::logger},
                                {"providername", ColumnMeaning::logger},
                                {"host", ColumnMeaning::host},
                                {"hostname", ColumnMeaning::host},
                                {"computer", ColumnMeaning::host},
                                {"computername", ColumnMeaning::host},
                                {"machine", ColumnMeaning::host},
                                {"machinename", ColumnMeaning::host},
                                {"server", ColumnMeaning::host},
                                {"servername", ColumnMeaning::host},
                                {"node", ColumnMeaning::host},
                                {"instance", ColumnMeaning::host},
                                {"pod", ColumnMeaning::host},
                                {"podname", ColumnMeaning::host},
                                {"scomputername", ColumnMeaning::host},
                                {"traceid", ColumnMeaning::trace},
                                {"correlationid", ColumnMeaning::trace},
                                {"requestid", ColumnMeaning::trace},
                                {"spanid", ColumnMeaning::span},
                                {"thread", ColumnMeaning::thread},
                                {"threadname", ColumnMeaning::thread},
                                {"pid", ColumnMeaning::pid},
                                {"processid", ColumnMeaning::pid},
                                {"scstatus", ColumnMeaning::status},
                                {"status", ColumnMeaning::status},
                                {"statuscode", ColumnMeaning::status},
                                {"httpstatus", ColumnMeaning::status},
                                {"responsecode", ColumnMeaning::status},
                                {"csmethod", ColumnMeaning::method},
                                {"method", ColumnMeaning::method},
                                {"httpmethod", ColumnMeaning::method},
                                {"requestmethod", ColumnMeaning::method},
                                {"csuristem", ColumnMeaning::target},
                                {"path", ColumnMeaning::target},
                                {"uri", ColumnMeaning::target},
                                {"url", ColumnMeaning::target},
                                {"requesturi", ColumnMeaning::target},
                                {"requestpath", ColumnMeaning::target},
                                {"csuriquery", ColumnMeaning::query}};

/// The ECS name of what W3C calls otherwise; others keep their own.
std::string_view attribute_name(std::string_view name) noexcept {
  constexpr std::pair<std::string_view, std::string_view> kEcs[] = {{"c-ip", "source.address"},
                                                                    {"s-ip", "destination.address"},
                                                                    {"s-port", "destination.port"},
                                                                    {"cs-username", "user.name"},
                                                                    {"sc-bytes", "http.response.bytes"},
                                                                    {"cs-bytes", "http.request.bytes"},
                                                                    {"cs(User-Agent)", "user_agent.original"},
                                                                    {"cs(Referer)", "http.request.referrer"},
                                                                    {"cs-host", "url.domain"},
                                                                    {"cs(Host)", "url.domain"},
                                                                    {"srcaddr", "source.address"},
                                                                    {"dstaddr", "destination.address"},
                                                                    {"srcport", "source.port"},
                                                                    {"dstport", "destination.port"}};
  for (const auto& [known, ecs] : kEcs)
    if (known == name) return ecs;
  return name;
}

bool is_empty(std::string_view value) noexcept { return value.empty() || value == "-"; }

}  // namespace

ColumnMeaning meaning_of_column(std::string_view name) {
  const std::string plain = plain_name(name);
  for (const KnownName& known : kNames)
    if (known.name == plain) return known.meaning;
  return ColumnMeaning::attribute;
}

NamedColumns::NamedColumns(std::vector<std::string_view> names, Style style, char delimiter) : style_(style), delimiter_(delimiter) {
  if (names.size() > kColumnsMax) names.resize(kColumnsMax);
  for (const std::string_view name : names) {
    const ColumnMeaning meaning = meaning_of_column(name);
    // The first column of a kind is the one that is meant: `status` may come again as the target's.
    meanings_.push_back(meaning != ColumnMeaning::attribute && meaning != ColumnMeaning::time && has(meaning) ? ColumnMeaning::attribute
                                                                                                              : meaning);
    names_.emplace_back(attribute_name(name));
  }
  for (std::size_t i = 0; has(ColumnMeaning::method) && i < meanings_.size(); ++i)
    if (names_[i] == "host") meanings_[i] = ColumnMeaning::attribute;  // of a request: whom it asked
  if (!has(ColumnMeaning::date)) return;
  for (std::size_t i = 0; i < meanings_.size(); ++i)
    if (meanings_[i] == ColumnMeaning::time && plain_name(names_[i]) == "time") meanings_[i] = ColumnMeaning::clock;
}

bool NamedColumns::has(ColumnMeaning meaning) const noexcept {
  return std::find(meanings_.begin(), meanings_.end(), meaning) != meanings_.end();
}

std::size_t NamedColumns::split(std::string_view row, Values& values) const noexcept {
  LineScanner scan{row};
  const char delimiter = delimiter_ == ' ' && row.find('\t') != std::string_view::npos ? '\t' : delimiter_;
  std::size_t count = 0;
  while (true) {
    if (delimiter == ' ' && (scan.take_blanks(), scan.at_end())) return count;
    std::string_view value;
    if (scan.peek() == '"' && scan.take_quoted(value, delimiter_ != ' ')) {
      if (!scan.at_end() && scan.peek() != delimiter && scan.peek() != '\r') scan.take_until(delimiter, value);
    } else {
      const std::size_t end = std::min(scan.rest().find(delimiter), scan.rest().size());
      value = scan.rest().substr(0, end);
      scan.go_to(scan.position() + end);
      if (scan.at_end() && !value.empty() && value.back() == '\r') value.remove_suffix(1);
    }
    if (count < values.size()) values[count] = value;
    ++count;
    if (!scan.take(delimiter)) return count;
  }
}

std::string_view NamedColumns::value_of(ColumnMeaning meaning, const Values& values) const noexcept {
  for (std::size_t i = 0; i < meanings_.size(); ++i)
    if (meanings_[i] == meaning && !is_empty(values[i])) return values[i];
  return {};
}

bool NamedColumns::read_time(const Values& values, const TimeContext& context, Timestamp& time) const {
  TimeContext zone = context;
  if (style_ != Style::csv) zone.zone = nullptr;  // W3C writes UTC whatever the machine's zone is
  const std::string_view date = value_of(ColumnMeaning::date, values), clock = value_of(ColumnMeaning::clock, values);
  std::array<char, 80> spelled{};
  if (!date.empty() && !clock.empty() && date.size() + clock.size() < spelled.size()) {
    std::memcpy(spelled.data(), date.data(), date.size());
    spelled[date.size()] = ' ';
    std::memcpy(spelled.data() + date.size() + 1, clock.data(), clock.size());
    return read_timestamp_field({spelled.data(), date.size() + 1 + clock.size()}, zone, time);
  }
  for (std::size_t i = 0; i < meanings_.size(); ++i) {
    const bool tells = meanings_[i] == ColumnMeaning::time || meanings_[i] == ColumnMeaning::date;
    if (tells && read_timestamp_field(values[i], zone, time)) return true;
  }
  return !has(ColumnMeaning::time) && !has(ColumnMeaning::date);
}

void NamedColumns::set_value(std::size_t column, std::string_view value, ParsedLine& parsed) const {
  switch (meanings_[column]) {
    case ColumnMeaning::severity:
      parsed.severity = severity_from_word(value, true);
      break;
    case ColumnMeaning::service:
      parsed.service = value;
      break;
    case ColumnMeaning::host:
      parsed.host = value;
      break;
    case ColumnMeaning::trace:
      parsed.trace_id = value;
      break;
    case ColumnMeaning::span:
      parsed.span_id = value;
      break;
    case ColumnMeaning::logger:
      parsed.add("log.logger", value);
      break;
    case ColumnMeaning::thread:
      parsed.add("process.thread.name", value);
      break;
    case ColumnMeaning::pid:
      parsed.add("process.pid", value);
      break;
    case ColumnMeaning::status:
      parsed.add("http.response.status_code", value);
      break;
    case ColumnMeaning::method:
      parsed.add("http.request.method", value);
      break;
    case ColumnMeaning::target:
      parsed.add("url.path", value);
      break;
    case ColumnMeaning::query:
      parsed.add("url.query", value);
      break;
    case ColumnMeaning::attribute:
      parsed.add(names_[column], value);
      break;
    case ColumnMeaning::time:
    case ColumnMeaning::date:
    case ColumnMeaning::clock:
    case ColumnMeaning::message:
      break;
  }
}

/// A request as access logs write it; without one all that stands behind the time.
std::string_view NamedColumns::message_of(std::string_view row, const Values& values, Batch& batch) const {
  if (const std::string_view message = value_of(ColumnMeaning::message, values); !message.empty()) return message;
  const std::string_view method = value_of(ColumnMeaning::method, values), target = value_of(ColumnMeaning::target, values);
  if (!method.empty() && !target.empty()) {
    std::string text{method};
    text.append(" ").append(target);
    if (const std::string_view query = value_of(ColumnMeaning::query, values); !query.empty()) text.append("?").append(query);
    if (const std::string_view status = value_of(ColumnMeaning::status, values); !status.empty()) text.append(" ").append(status);
    return batch.keep(text);
  }
  std::size_t first = 0;
  while (first < meanings_.size() &&
         (meanings_[first] == ColumnMeaning::time || meanings_[first] == ColumnMeaning::date || meanings_[first] == ColumnMeaning::clock))
    ++first;
  if (first == 0 || first >= meanings_.size() || values[first].data() == nullptr) return trim_blanks(row);
  const auto begin = static_cast<std::size_t>(values[first].data() - row.data());
  return trim_blanks(row.substr(begin - (begin > 0 && row[begin - 1] == '"' ? 1 : 0)));
}

bool NamedColumns::read(std::string_view row, const ParseContext& context, Batch& batch, ParsedLine& parsed) const {
  Values values;
  const std::size_t count = split(row, values);
  if (count < names_.size() || !read_time(values, context.time, parsed.time)) return false;
  for (std::size_t column = 0; column < names_.size(); ++column)
    if (!is_empty(values[column])) set_value(column, values[column], parsed);
  if (parsed.severity == Severity::unspecified && (has(ColumnMeaning::method) || has(ColumnMeaning::target)))
    parsed.severity = severity_of_status(value_of(ColumnMeaning::status, values));
  parsed.message = message_of(row, values, batch);
  return true;
}

}  // namespace loglode
