// Logs that name their columns themselves.
// Sources: W3C "Extended Log File Format" (WD-logfile), IIS "W3C logging", Amazon CloudFront "Standard log file format", Zeek "Log
// formats", AWS "Flow log records" (versions 2 to 8, and the file's own header).
#include <algorithm>
#include <string>

#include "parse/text/format_families.h"
#include "parse/text/line_scanner.h"
#include "parse/text/named_columns.h"

namespace loglode {
namespace {

using Names = std::vector<std::string_view>;

Names words_of(std::string_view text, std::string_view separators) {
  Names words;
  while (words.size() <= NamedColumns::kColumnsMax) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

const NamedColumns* columns_of(const Batch& batch, NamedColumns::Style style) noexcept {
  const auto* columns = dynamic_cast<const NamedColumns*>(batch.columns.get());
  return columns != nullptr && columns->style() == style ? columns : nullptr;
}

/// A line that names columns, or says something else about those behind it.
void commit_directive(std::string_view line, Record& record, Batch& batch, const ParseContext& context) {
  ParsedLine parsed;
  parsed.message = trim_blanks(line);
  commit(parsed, record, batch, context);
}

/// 2026-11-24<sep>10:00:00
bool begins_with_date_and_time(std::string_view line) noexcept {
  LineScanner scan{line};
  return scan.take_number().size() == 4 && scan.take('-') && scan.take_number().size() == 2 && scan.take('-') &&
         scan.take_number().size() == 2 && scan.take_blanks() == 1 && scan.take_number().size() == 2 && scan.take(':');
}

/// #Fields: date time cs-method … and the rows below it; Zeek's #fields and its rows.
class W3cFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "w3c"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    if (line.substr(0, 1) == "#") return is_directive(line);
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    Timestamp time = kNoTime;
    return begins_with_date_and_time(line) || (word.size() >= 10 && word.size() <= 20 && read_timestamp_field(word, {}, time));
  }
  [[nodiscard]] bool has_column_headers() const noexcept override { return true; }
  [[nodiscard]] std::shared_ptr<const ColumnHeader> column_header(std::string_view line) const override { return fields_of(line); }

  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    const std::string_view line = first_line(text);
    if (line.substr(0, 1) == "#") {
      if (!is_directive(line)) return false;
      if (auto columns = fields_of(line)) batch.columns = std::move(columns);
      commit_directive(line, record, batch, context);
      return true;
    }
    const NamedColumns* columns = columns_of(batch, NamedColumns::Style::w3c);
    if (columns == nullptr && looks_like_cloudfront(line)) columns = &cloudfront_columns();
    ParsedLine parsed;
    if (columns == nullptr || !columns->read(line, context, batch, parsed)) return false;
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  static bool is_directive(std::string_view line) noexcept {
    constexpr std::string_view kDirectives[] = {"#Fields:",     "#Software:",    "#Version:",  "#Date:",  "#Remark:",   "#Start-Date:",
                                                "#End-Date:",   "#Time Format:", "#Log-type:", "#fields", "#separator", "#set_separator",
                                                "#empty_field", "#unset_field",  "#path",      "#open",   "#close",     "#types"};
    return std::any_of(std::begin(kDirectives), std::end(kDirectives),
                       [&](std::string_view known) { return line.substr(0, known.size()) == known; });
  }

  static std::shared_ptr<const NamedColumns> fields_of(std::string_view line) {
    constexpr std::string_view kW3c = "#Fields:", kZeek = "#fields\t";
    Names names;
    if (line.substr(0, kW3c.size()) == kW3c)
      names = words_of(line.substr(kW3c.size()), " \t,\r");
    else if (line.substr(0, kZeek.size()) == kZeek)
      names = words_of(line.substr(kZeek.size()), "\t\r");
    if (names.empty()) return nullptr;
    const bool commas = line.find(',') != std::string_view::npos;  // Exchange's are W3C in all but the separator
    return commas ? std::make_shared<const NamedColumns>(std::move(names), NamedColumns::Style::w3c, ',')
                  : std::make_shared<const NamedColumns>(std::move(names), NamedColumns::Style::w3c);
  }

  /// The order of the first columns never changed; parts of a file come without its first lines.
  static const NamedColumns& cloudfront_columns() {
    static const NamedColumns columns{{"date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem",
                                       "sc-status", "cs(Referer)", "cs(User-Agent)", "cs-uri-query"},
                                      NamedColumns::Style::w3c};
    return columns;
  }
  static bool looks_like_cloudfront(std::string_view line) noexcept {
    return line.size() > 40 && line[10] == '\t' && line[19] == '\t' && begins_with_date_and_time(line) &&
           std::count(line.begin(), line.end(), '\t') >= 11;
  }
};

/// version account-id interface-id srcaddr … action log-status
class VpcFlowFormat final : public LineFormat {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "vpc-flow"; }
  [[nodiscard]] bool begins_record(std::string_view line) const override {
    Timestamp time = kNoTime;
    return header_of(line) != nullptr || find_start(line, time);
  }
  [[nodiscard]] bool has_column_headers() const noexcept override { return true; }
  [[nodiscard]] std::shared_ptr<const ColumnHeader> column_header(std::string_view line) const override { return header_of(line); }

  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override {
    const std::string_view line = trim_blanks(first_line(text));
    if (auto columns = header_of(line)) {
      batch.columns = std::move(columns);
      commit_directive(line, record, batch, context);
      return true;
    }
    ParsedLine parsed;
    const NamedColumns* const columns = columns_of(batch, NamedColumns::Style::vpc_flow);
    if (columns == nullptr || !columns->read(line, context, batch, parsed)) {
      parsed.reset();
      if (!find_start(line, parsed.time)) return false;
      parsed.message = line;
      if (line.substr(0, 2) == "2 ") version_2().read(line, context, batch, parsed);
    }
    parsed.severity = Severity::info;
    commit(parsed, record, batch, context);
    return true;
  }

 private:
  static const NamedColumns& version_2() {
    static const NamedColumns columns{{"version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol",
                                       "packets", "bytes", "start", "end", "action", "log-status"},
                                      NamedColumns::Style::vpc_flow};
    return columns;
  }

  static bool is_field(std::string_view word) noexcept {
    constexpr std::string_view kFields[] = {"version",
                                            "account-id",
                                            "interface-id",
                                            "srcaddr",
                                            "dstaddr",
                                            "srcport",
                                            "dstport",
                                            "protocol",
                                            "packets",
                                            "bytes",
                                            "start",
                                            "end",
                                            "action",
                                            "log-status",
                                            "vpc-id",
                                            "subnet-id",
                                            "instance-id",
                                            "tcp-flags",
                                            "type",
                                            "pkt-srcaddr",
                                            "pkt-dstaddr",
                                            "region",
                                            "az-id",
                                            "sublocation-type",
                                            "sublocation-id",
                                            "pkt-src-aws-service",
                                            "pkt-dst-aws-service",
                                            "flow-direction",
                                            "traffic-path",
                                            "reject-reason"};
    return std::find(std::begin(kFields), std::end(kFields), word) != std::end(kFields) || word.substr(0, 4) == "ecs-" ||
           word.substr(0, 4) == "tgw-" || word.substr(0, 8) == "resource";
  }

  static std::shared_ptr<const NamedColumns> header_of(std::string_view line) {
    if (line.empty() || !(line[0] >= 'a' && line[0] <= 'z') || line.find("srcaddr") == std::string_view::npos) return nullptr;
    Names names = words_of(line, " \t\r");
    if (names.size() < 6 || !std::all_of(names.begin(), names.end(), is_field)) return nullptr;
    return std::make_shared<const NamedColumns>(std::move(names), NamedColumns::Style::vpc_flow);
  }

  /// Without a header the order is the account's own; the two seconds that enclose the flow stand side by side in every one of AWS's
  /// examples, and every row says whether it was logged.
  static bool find_start(std::string_view line, Timestamp& time) {
    if (line.size() < 40 || line.size() > 1024 || line.find(" eni-") == std::string_view::npos) return false;
    const Names words = words_of(line, " \t\r");
    const bool logged = std::any_of(words.begin(), words.end(), [](std::string_view word) {
      return word == "OK" || word == "NODATA" || word == "SKIPDATA" || word == "ACCEPT" || word == "REJECT";
    });
    for (std::size_t i = 0; logged && i + 1 < words.size(); ++i) {
      const bool pair = words[i].size() == 10 && words[i + 1].size() == 10 && all_digits(words[i]) && all_digits(words[i + 1]);
      if (pair && words[i] <= words[i + 1] && read_timestamp_field(words[i], {}, time)) return true;
    }
    return false;
  }
};

}  // namespace

void add_named_column_formats(FormatList& formats) {
  formats.push_back(std::make_unique<W3cFormat>());
  formats.push_back(std::make_unique<VpcFlowFormat>());
}

}  // namespace loglode
