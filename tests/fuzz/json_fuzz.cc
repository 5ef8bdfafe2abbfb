// Any bytes through the JSON formats: no crash, every view within the text or the batch's own memory (the sanitizer sees to the
// latter: all views are read), refusal leaves no trace, and nothing is accepted that nlohmann::json refuses. Documented differences:
// malformed escapes inside strings and lone surrogates are kept as they stand, bytes that are not UTF-8 are replaced, numbers too
// large for a double are numbers, several objects may stand in one envelope's record.
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/assert.h"
#include "parse/json/cri_format.h"
#include "parse/json/journald_format.h"
#include "parse/json/json_format.h"

namespace {

using namespace loglode;

std::size_t checksum(std::string_view view) {
  std::size_t sum = 0;
  for (const char c : view) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum;
}

std::size_t read_all_views(const Record& record, const Batch& batch) {
  std::size_t sum =
      checksum(record.message) ^ checksum(record.service) ^ checksum(record.host) ^ checksum(record.trace_id) ^ checksum(record.span_id);
  LOGLODE_ASSERT(record.attributes_begin + record.attributes_count <= batch.attributes.size());
  for (const Attribute& attribute : batch.attributes) sum ^= checksum(attribute.key) ^ checksum(attribute.value);
  return sum;
}

/// What nlohmann::json and we agree upon; the documented differences aside.
bool comparable(std::string_view text, const Record& record) {
  const std::size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
  // Objects of an array stand on lines of their own: `[{…},`, `{…}]`.
  if (first != std::string_view::npos && (text[first] == '[' || text[last] == ',' || text[last] == ']')) return false;
  return !record.has(RecordFlag::not_utf8) && text.find_first_of("\\eE") == std::string_view::npos &&
         text.find('\n') == std::string_view::npos && text.size() < 300;
}

void parse_with(const LineFormat& format, std::string_view text, bool keep_attributes, bool is_json) {
  Batch batch;
  char* bytes = batch.reserve(text.size());
  if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
  ParseContext context;
  context.keep_attributes = keep_attributes;
  Record record;
  const bool good = format.parse({bytes, text.size()}, record, batch, context);
  volatile std::size_t sum = read_all_views(record, batch);
  static_cast<void>(sum);
  LOGLODE_ASSERT(good || (batch.attributes.empty() && record.message.empty() && record.time == kNoTime && record.flags == 0));
  if (good && is_json && comparable(text, record)) LOGLODE_ASSERT(nlohmann::json::accept(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  static const JsonFormat json;
  static const CriFormat cri;
  static const JournaldFormat journald;
  for (const bool keep_attributes : {false, true}) {
    parse_with(json, text, keep_attributes, true);
    parse_with(cri, text, keep_attributes, false);
    parse_with(journald, text, keep_attributes, false);
  }
  return 0;
}
