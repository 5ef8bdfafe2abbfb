// Requests and flows as load balancers, proxies and clouds write them.
// Sources: AWS "Access logs for your Application Load Balancer", "… Classic Load Balancer", "… Network Load Balancer", Amazon S3 "Server
// access log format", Squid "logformat squid" (native), Envoy "Access logging: default format string" and Istio's, uWSGI's request log.
#include <algorithm>
#include <array>

#include "parse/text/access_severity.h"
#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/parsed_line.h"

namespace loglode {
namespace {

void add_request(std::string_view request, ParsedLine& parsed) {
  LineScanner scan{request};
  parsed.add("http.request.method", scan.take_word());
  scan.take_blanks();
  parsed.add("url.original", scan.take_word());
}

bool take_time(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
  const std::size_t length = read_timestamp(scan.rest(), context.time, parsed.time);
  scan.go_to(scan.position() + length);
  return length != 0 && (scan.take_blanks() > 0 || scan.peek() == ']');
}

bool is_status(std::string_view word) noexcept { return word == "-" || word == "000" || severity_of_status(word) != Severity::unspecified; }

/// [type] time balancer client:port target:port 3 times status status bytes bytes "request" "user agent" …
class ElbFormat final : public FixedFormat {
 public:
  ElbFormat() : FixedFormat("elb") {}

 private:
  static bool is_type(std::string_view word) noexcept {
    constexpr std::string_view kTypes[] = {"http", "https", "h2", "ws", "wss", "grpcs"};
    return std::find(std::begin(kTypes), std::end(kTypes), word) != std::end(kTypes);
  }

  static bool is_seconds(std::string_view word) noexcept {
    return !word.empty() && word.find_first_not_of("-.0123456789") == std::string_view::npos;
  }

  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (is_letter(scan.peek())) {
      const std::string_view type = scan.take_word();
      scan.take_blanks();
      if (type == "tls") return read_tls(scan, context, parsed);
      if (!is_type(type)) return false;
      parsed.add("network.protocol", type);
    }
    if (!take_time(scan, context, parsed)) return false;
    std::array<std::string_view, 6> words;  // balancer, client, target, three times
    for (std::string_view& word : words) word = scan.take_word(), scan.take_blanks();
    if (words[1].rfind(':') == std::string_view::npos || !std::all_of(words.begin() + 3, words.end(), is_seconds)) return false;
    const std::size_t begin = scan.position();
    const std::string_view status = scan.take_word();
    scan.take_blanks();
    const std::string_view target_status = scan.take_word();
    if (!is_status(status) || !is_status(target_status)) return false;
    std::string_view request;
    for (int bytes = 0; bytes < 2; ++bytes) scan.take_blanks(), scan.take_word();
    scan.take_blanks();
    if (!scan.take_quoted(request)) return false;
    parsed.message = line.substr(begin, scan.position() - begin);
    parsed.severity = status == "-" ? severity_of_status(target_status) : severity_of_status(status);
    if (parsed.severity == Severity::unspecified) parsed.severity = Severity::info;
    parsed.add("aws.elb.name", words[0]);
    parsed.add("source.address", words[1]);
    parsed.add("destination.address", words[2]);
    parsed.add("http.response.status_code", status);
    add_request(request, parsed);
    return true;
  }

  /// tls version time balancer listener client:port …
  static bool read_tls(LineScanner& scan, const ParseContext& context, ParsedLine& parsed) {
    const std::string_view version = scan.take_word();
    if (scan.take_blanks() == 0 || !take_time(scan, context, parsed)) return false;
    parsed.message = trim_blanks(scan.rest());
    parsed.severity = Severity::info;
    return !version.empty() && is_digit(version[0]) && parsed.message.substr(0, 4) == "net/";
  }
};

/// owner bucket [time] address requester request-id operation key "request" status error bytes …
class S3Format final : public FixedFormat {
 public:
  S3Format() : FixedFormat("s3") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    const std::string_view owner = scan.take_word();
    scan.take_blanks();
    const std::string_view bucket = scan.take_word();
    scan.take_blanks();
    if (owner.size() < 20 || bucket.empty() || !scan.take('[') || !take_time(scan, context, parsed) || !scan.take(']')) return false;
    scan.take_blanks();
    std::array<std::string_view, 3> who;  // address, requester, request
    for (std::string_view& word : who) word = scan.take_word(), scan.take_blanks();
    const std::size_t begin = scan.position();
    const std::string_view operation = scan.take_word();
    scan.take_blanks();
    scan.take_word();  // key
    scan.take_blanks();
    std::string_view request;
    if (operation.find('.') == std::string_view::npos || (!scan.take_quoted(request) && !scan.take('-'))) return false;
    scan.take_blanks();
    const std::string_view status = scan.take_word();
    scan.take_blanks();
    parsed.add("error.code", scan.take_word());
    parsed.message = line.substr(begin, scan.position() - begin);
    parsed.severity = status == "-" ? Severity::info : severity_of_status(status);
    parsed.add("aws.s3.bucket", bucket);
    parsed.add("source.address", who[0]);
    parsed.add("user.name", who[1]);
    parsed.add("http.response.status_code", status);
    add_request(request, parsed);
    return is_status(status);
  }
};

/// 1795515133.123    345 10.0.0.1 TCP_MISS/503 4567 GET http://shop.example/ - HIER_NONE/- text/html
class SquidFormat final : public FixedFormat {
 public:
  SquidFormat() : FixedFormat("squid") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    const std::string_view stamp = scan.take_word();
    if (stamp.size() < 12 || stamp.find('.') != 10 || !read_timestamp_field(stamp, context.time, parsed.time)) return false;
    scan.take_blanks();
    if (!all_digits(scan.take_word()) || scan.take_blanks() == 0) return false;
    parsed.add("source.address", scan.take_word());
    scan.take_blanks();
    const std::size_t begin = scan.position();
    const std::string_view result = scan.take_word();
    const std::size_t slash = result.find('/');
    if (slash == std::string_view::npos || !is_status(result.substr(slash + 1)) || result.find('_') > slash) return false;
    scan.take_blanks();
    if (!all_digits(scan.take_word())) return false;
    parsed.message = trim_blanks(line.substr(begin));
    parsed.severity = severity_of_status(result.substr(slash + 1));
    if (parsed.severity == Severity::unspecified) parsed.severity = Severity::info;
    parsed.add("http.response.status_code", result.substr(slash + 1));
    scan.take_blanks();
    add_request(scan.rest(), parsed);
    return true;
  }
};

/// [time] "METHOD path protocol" status flags … "user agent" "request id" "authority" "upstream"
class EnvoyFormat final : public FixedFormat {
 public:
  EnvoyFormat() : FixedFormat("envoy") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    if (!scan.take('[') || scan.peek(10) != 'T' || !take_time(scan, context, parsed) || !scan.take(std::string_view{"] \""})) return false;
    const std::size_t begin = scan.position() - 1;
    scan.go_to(begin);
    std::string_view request;
    if (!scan.take_quoted(request) || !scan.take(' ')) return false;
    const std::string_view status = scan.take_word();
    scan.take_blanks();
    const std::string_view flags = scan.take_word();
    if ((status != "0" && !is_status(status)) || flags.empty() || (is_digit(flags[0]) && flags.size() > 1)) return false;
    parsed.message = line.substr(begin, scan.position() - begin);
    parsed.severity = severity_of_status(status);
    if (parsed.severity == Severity::unspecified) parsed.severity = Severity::info;
    parsed.add("http.response.status_code", status);
    parsed.add("envoy.response_flags", flags);
    add_request(request, parsed);
    return true;
  }
};

/// [pid: 1|app: 0|req: 1/1] 127.0.0.1 () {28 vars in 303 bytes} [Tue Nov 24 10:00:00 2026] GET / => generated 11 bytes in 0 msecs (HTTP/1.1
/// 200) …
class UwsgiFormat final : public FixedFormat {
 public:
  UwsgiFormat() : FixedFormat("uwsgi") {}

 private:
  bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const override {
    LineScanner scan{line};
    std::string_view group, skipped;
    if (!scan.take(std::string_view{"[pid: "})) return false;
    parsed.add("process.pid", scan.take_number());
    if (!scan.take('|') || !scan.take_until(']', skipped)) return false;
    scan.take_blanks();
    parsed.add("source.address", scan.take_word());
    if (!scan.take_until('}', skipped) || scan.take_blanks() == 0 || !scan.take('[') || !take_time(scan, context, parsed) ||
        !scan.take(']'))
      return false;
    scan.take_blanks();
    const std::size_t begin = scan.position();
    add_request(scan.rest(), parsed);
    if (!scan.take_until('(', skipped) || !scan.take_until(')', group)) return false;
    const std::size_t blank = group.rfind(' ');
    if (group.substr(0, 5) != "HTTP/" || blank == std::string_view::npos) return false;
    parsed.message = line.substr(begin, scan.position() - begin);
    parsed.severity = severity_of_status(group.substr(blank + 1));
    parsed.add("http.response.status_code", group.substr(blank + 1));
    return true;
  }
};

}  // namespace

void add_traffic_formats(FormatList& formats) {
  formats.push_back(std::make_unique<ElbFormat>());
  formats.push_back(std::make_unique<S3Format>());
  formats.push_back(std::make_unique<SquidFormat>());
  formats.push_back(std::make_unique<EnvoyFormat>());
  formats.push_back(std::make_unique<UwsgiFormat>());
}

}  // namespace loglode
