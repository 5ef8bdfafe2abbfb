// Sources: nginx ngx_http_log_module (combined), Apache mod_log_config (common, combined, vhost_combined), HAProxy configuration manual
// 8.2.2 and 8.2.3 (TCP and HTTP log format), samples/formats/.
#include "parse/text/access_severity.h"
#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/stated_severity.h"
#include "parse/text/syslog_header.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

Severity status_severity(std::string_view status) noexcept {
  const Severity severity = severity_of_status(status);
  return severity == Severity::unspecified ? Severity::info : severity;
}

void add_request(std::string_view request, ParsedLine& parsed) {
  LineScanner scan{request};
  parsed.add("http.request.method", scan.take_word());
  scan.take_blanks();
  const std::string_view target = scan.take_word();
  parsed.add("url.original", target);
  parsed.add("url.path", target.substr(0, target.find('?')));
}

/// What stands behind the user agent: nginx' request and upstream times as `0.005`, `rt=0.005`, `uht="0.004"`.
void add_extensions(LineScanner& scan, ParsedLine& parsed) {
  constexpr std::string_view kDigitsAndPoint = "0123456789.";
  while (scan.take_blanks() > 0 && !scan.at_end()) {
    std::string_view word;
    if (scan.peek() == '"') {
      if (!scan.take_quoted(word)) return;
    } else {
      word = scan.take_word();
    }
    const bool named = word.substr(0, 3) == "rt=" || word.substr(0, 13) == "request_time=";
    if (named) word.remove_prefix(word.find('=') + 1);
    const bool is_time = word.find('.') != std::string_view::npos && word.find_first_not_of(kDigitsAndPoint) == std::string_view::npos;
    if (!is_time) continue;
    parsed.add("http.request.duration_s", word);
    return;
  }
}

/// [vhost:port] client identity user [time] "request" status bytes ["referrer" "user agent" …], also without quotes around the request
/// (a Tomcat pattern of many) and without what stands before the time (Django's server)
class AccessFormat final : public FixedFormat {
 public:
  AccessFormat() : FixedFormat("access") {}
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    const std::size_t open = line.substr(0, 1) == "[" ? 0 : line.find(" [");
    Timestamp time = kNoTime;
    if (open == std::string_view::npos) return false;
    const std::size_t begin = open + (open == 0 && line[0] == '[' ? 1 : 2);
    const std::size_t length = read_timestamp(line.substr(begin), TimeContext{Timestamp{}, nullptr}, time);
    return length != 0 && (begin > 1 || line.substr(begin + length, 3) == "] \"");
  }

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    std::string_view clients, stamp, request, text;
    if (!scan.take_until('[', clients) || clients.size() > 512) return false;
    if (!clients.empty() && (clients.size() < 5 || clients.back() != ' ')) return false;
    if (!is_digit(scan.peek()) || read_timestamp(scan.rest(), context.time, parsed.time) == 0 || !scan.take_until(']', stamp)) return false;
    scan.take_blanks();
    const std::size_t message_begin = scan.position();
    if (!take_request(scan, request)) return false;
    scan.take_blanks();
    const std::string_view status = scan.take_number();
    if (status.size() != 3 || !is_blank(scan.peek())) return false;
    scan.take_blanks();
    const std::string_view bytes = scan.take_word();
    if (bytes != "-" && !all_digits(bytes)) return false;
    parsed.message = line.substr(message_begin, scan.position() - message_begin);
    parsed.severity = status_severity(status);
    if (!context.keep_attributes) return true;

    add_clients(clients, parsed);
    add_request(request, parsed);
    parsed.add("http.response.status_code", status);
    parsed.add("http.response.body.bytes", bytes);
    scan.take_blanks();
    if (scan.take_quoted(text)) parsed.add("http.request.referrer", text);
    scan.take_blanks();
    if (scan.take_quoted(text)) parsed.add("user_agent.original", text);
    add_extensions(scan, parsed);
    return true;
  }

  static bool take_request(LineScanner& scan, std::string_view& request) {
    if (scan.peek() == '"') return scan.take_quoted(request);
    LineScanner words = scan;
    if (!is_http_method(words.take_word()) || words.take_blanks() == 0 || words.take_word().empty() || words.take_blanks() == 0)
      return false;
    if (words.take_word().substr(0, 5) != "HTTP/") return false;
    request = scan.rest().substr(0, words.position() - scan.position());
    scan = words;
    return true;
  }

  static void add_clients(std::string_view clients, ParsedLine& parsed) {
    LineScanner scan{clients};
    std::string_view first = scan.take_word();
    scan.take_blanks();
    const std::string_view second = scan.take_word();
    scan.take_blanks();
    const std::string_view third = scan.take_word();
    scan.take_blanks();
    const std::string_view fourth = scan.take_word();
    const bool with_vhost = !fourth.empty() && third == "-";
    if (with_vhost) parsed.add("url.domain", first);
    parsed.add("source.address", with_vhost ? second : first);
    parsed.add("user.name", with_vhost ? fourth : third);
  }
};

/// client:port [accept date] frontend backend/server timers [status] bytes … "request"
class HaproxyFormat final : public FixedFormat {
 public:
  HaproxyFormat() : FixedFormat("haproxy") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    if (read_traffic(line, context, parsed)) return true;
    parsed.reset();
    if (!read_syslog_header(line, context, parsed) || parsed.service.substr(0, 7) != "haproxy") return false;
    parsed.message = trim_blanks(parsed.message);
    if (parsed.severity == Severity::unspecified) parsed.severity = leading_severity(parsed.message);
    ParsedLine traffic = parsed;
    if (read_traffic(parsed.message, context, traffic)) parsed = traffic;
    return true;
  }

  static bool read_traffic(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
    LineScanner scan{line};
    std::string_view client, stamp;
    if (!scan.take_until('[', client) || client.size() < 4 || client.size() > 64 || client.back() != ' ') return false;
    client = trim_blanks(client);
    if (client.find(' ') != std::string_view::npos || client.rfind(':') == std::string_view::npos) return false;
    if (!is_digit(scan.peek()) || read_timestamp(scan.rest(), context.time, parsed.time) == 0 || !scan.take_until(']', stamp)) return false;
    scan.take_blanks();
    parsed.message = trim_blanks(scan.rest());
    parsed.add("source.address", client);
    parsed.add("haproxy.frontend", scan.take_word());
    scan.take_blanks();
    const std::string_view server = scan.take_word();
    parsed.add("haproxy.server", server);
    scan.take_blanks();
    const std::string_view timers = scan.take_word();
    if (server.find('/') == std::string_view::npos || timers.find('/') == std::string_view::npos) return false;
    parsed.add("haproxy.timers_ms", timers);
    scan.take_blanks();
    const std::string_view status = scan.take_word();
    const bool is_http = !line.empty() && line.back() == '"';
    parsed.severity = is_http ? status_severity(status) : Severity::info;
    if (is_http && context.keep_attributes) add_http(line, status, parsed);
    return true;
  }

  static void add_http(std::string_view line, std::string_view status, ParsedLine& parsed) {
    parsed.add("http.response.status_code", status);
    const std::size_t open = line.rfind(" \"");
    if (open != std::string_view::npos && line.size() > open + 3) add_request(line.substr(open + 2, line.size() - open - 3), parsed);
  }
};

/// [Mon Nov 23 23:57:55.804519 2026] [core:error] [pid 1:tid 2] [client 1.2.3.4:5] AH00128: …, and 2.2 without module and pid.
class ApacheErrorFormat final : public FixedFormat {
 public:
  ApacheErrorFormat() : FixedFormat("apache-error") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!scan.take('[') || !is_letter(scan.peek())) return false;
    const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
    if (length == 0) return false;
    scan.go_to(scan.position() + length);
    if (!scan.take(std::string_view{"] "})) return false;
    std::string_view level, group;
    if (!scan.take_group('[', ']', level)) return false;
    const std::size_t colon = level.rfind(':');
    if (colon != std::string_view::npos) parsed.add("log.logger", level.substr(0, colon)), level.remove_prefix(colon + 1);
    if (level.substr(0, 5) == "trace") level = level.substr(0, 5);  // trace1 to trace8
    parsed.severity = severity_from_syslog_word(level);
    if (parsed.severity == Severity::unspecified) return false;
    scan.take_blanks();
    if (scan.rest().substr(0, 5) == "[pid " && scan.take_group('[', ']', group))
      parsed.add("process.pid", group.substr(4, group.find(':') - 4));
    scan.take_blanks();
    if (colon != std::string_view::npos && scan.rest().substr(0, 8) == "[client " && scan.take_group('[', ']', group))
      parsed.add("source.address", group.substr(7));
    parsed.message = trim_blanks(scan.rest());
    return true;
  }
};

}  // namespace

void add_access_formats(FormatList& formats) {
  formats.push_back(std::make_unique<AccessFormat>());
  formats.push_back(std::make_unique<HaproxyFormat>());
  formats.push_back(std::make_unique<ApacheErrorFormat>());
}

}  // namespace loglode
