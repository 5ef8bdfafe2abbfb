#include "ingest/kafka/otlp_json.h"

#include <cmath>

namespace loglode::kafka {

namespace {
constexpr char kHex[] = "0123456789abcdef";
}

void OtlpJson::text(std::string_view value) {
  out_ += '"';
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (out_.size() >= bytes_max_) {
      // Not within a character, so that what is left is valid if it was.
      if ((static_cast<unsigned char>(value[at]) & 0xC0U) != 0x80U) {
        cut_ = true;
        break;
      }
    }
    const auto c = static_cast<unsigned char>(value[at]);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += value[at];
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c < 0x20) {
      out_ += "\\u00";
      out_ += kHex[c >> 4];
      out_ += kHex[c & 15];
    } else {
      out_ += value[at];
    }
  }
  out_ += '"';
}

void OtlpJson::number(double value) {
  if (!std::isfinite(value)) {
    raw("null");
    return;
  }
  std::array<char, 64> digits{};
  out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void OtlpJson::hex(std::string_view bytes) {
  out_ += '"';
  for (const char byte : bytes.substr(0, 4096)) {
    const auto c = static_cast<unsigned char>(byte);
    out_ += kHex[c >> 4];
    out_ += kHex[c & 15];
  }
  out_ += '"';
}

}  // namespace loglode::kafka
