// Any bytes through every text format, the detector and the inner header: views lie inside the text or the batch, a refusal leaves no
// trace, and reading twice gives the same.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "parse/text/text_formats.h"

using namespace loglode;

namespace {

// Texts of the batch are copies; they are checked by reading them, which the address sanitizer watches.
void check_view(std::string_view view) {
  volatile char sink = 0;
  for (const char c : view) sink = c;
  static_cast<void>(sink);
}

void check_record(const Record& record, const Batch& batch) {
  for (const std::string_view view : {record.message, record.service, record.host, record.trace_id, record.span_id}) check_view(view);
  LOGLODE_ASSERT(record.attributes_begin + record.attributes_count <= batch.attributes.size());
  for (const Attribute& attribute : batch.attributes_of(record)) {
    check_view(attribute.key);
    check_view(attribute.value);
  }
}

bool same(const Record& a, const Record& b) {
  return a.time == b.time && a.severity == b.severity && a.message == b.message && a.service == b.service && a.host == b.host &&
         a.trace_id == b.trace_id && a.span_id == b.span_id && a.attributes_count == b.attributes_count;
}

void check_format(const LineFormat& format, std::string_view text, const ParseContext& context) {
  Batch batch;
  Record record, again;
  const bool read = format.parse(text, record, batch, context);
  check_record(record, batch);
  if (!read) LOGLODE_ASSERT(same(record, Record{}) && batch.attributes.empty());
  LOGLODE_ASSERT(format.parse(text, again, batch, context) == read);
  LOGLODE_ASSERT(same(record, again));
  static_cast<void>(format.begins_record(text.substr(0, text.find('\n'))));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy, so that reading one byte past it is seen.
  const std::vector<char> copy(data, data + size);
  const std::string_view text{copy.data(), copy.size()};
  ParseContext context;
  context.time.reference = Timestamp{std::chrono::seconds{1120176000}};
  context.keep_attributes = true;
  for (const LineFormat* format : text_formats()) check_format(*format, text, context);
  check_format(fallback_format(), text, context);

  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size() && lines.size() < 200;) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (const auto plan = detect_header(lines)) {
    for (const std::string_view line : lines) check_format(*plan, line, context);
  }
  // A few lines may be all there is, or the stream may repeat one of them.
  const std::vector<std::string_view> repeated(20, lines.empty() ? std::string_view{} : lines.front());
  if (const auto plan = detect_header(repeated)) check_format(*plan, repeated.front(), context);

  Batch batch;
  Record record;
  parse_inner(text, record, batch, context);
  check_record(record, batch);
  return 0;
}
