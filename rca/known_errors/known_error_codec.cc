#include <charconv>

#include "rca/known_errors/pack_reader.h"

namespace loglode::rca {
namespace {

// Each field is its length in digits, a colon and its bytes; a list is its count and its fields.
void put(std::string& out, std::string_view text) { (out += std::to_string(text.size()) += ':') += text; }
void put(std::string& out, const std::vector<std::string>& texts) {
  put(out, std::to_string(texts.size()));
  for (const std::string& text : texts) put(out, text);
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_{bytes} {}
  [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool is_good() const noexcept { return good_; }

  void take(std::string& out) {
    const std::size_t colon = rest_.find(':');
    std::size_t size = 0;
    good_ = good_ && colon != std::string_view::npos && read(rest_.substr(0, colon), size) && size <= rest_.size() - colon - 1;
    if (!good_) return;
    out = rest_.substr(colon + 1, size);
    rest_.remove_prefix(colon + 1 + size);
  }
  void take(std::vector<std::string>& out) {
    out.resize(take_number(rest_.size()));
    for (std::string& text : out) take(text);
  }
  /// At most `max`.
  std::size_t take_number(std::size_t max) {
    std::string digits;
    std::size_t number = 0;
    take(digits);
    good_ = good_ && read(digits, number) && number <= max;
    return good_ ? number : 0;
  }

 private:
  static bool read(std::string_view digits, std::size_t& out) {
    return std::from_chars(digits.data(), digits.data() + digits.size(), out).ec == std::errc{};
  }
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string encode_known_errors(const std::vector<KnownError>& errors) {
  std::string out;
  for (const KnownError& error : errors) {
    for (const std::string* text :
         {&error.id, &error.title, &error.product, &error.meaning, &error.action, &error.risk_why, &error.verify, &error.file})
      put(out, *text);
    for (const auto* texts :
         {&error.match.rules, &error.match.patterns, &error.match.services, &error.checks, &error.references, &error.examples})
      put(out, *texts);
    put(out, std::to_string(static_cast<unsigned>(error.action_kind)));
    put(out, std::to_string(static_cast<unsigned>(error.risk)));
    put(out, std::to_string(error.line));
  }
  return out;
}

Result<std::vector<KnownError>> decode_known_errors(std::string_view bytes) {
  std::vector<KnownError> out;
  FieldReader reader{bytes};
  while (!reader.is_at_end() && reader.is_good()) {
    KnownError& error = out.emplace_back();
    for (std::string* text :
         {&error.id, &error.title, &error.product, &error.meaning, &error.action, &error.risk_why, &error.verify, &error.file})
      reader.take(*text);
    for (auto* texts :
         {&error.match.rules, &error.match.patterns, &error.match.services, &error.checks, &error.references, &error.examples})
      reader.take(*texts);
    error.action_kind = static_cast<ActionKind>(reader.take_number(2));
    error.risk = static_cast<RiskLevel>(reader.take_number(2));
    error.line = static_cast<int>(reader.take_number(1'000'000));
  }
  if (!reader.is_good()) return fail(std::make_error_code(std::errc::invalid_argument), "these are not the known errors of this program");
  return out;
}

}  // namespace loglode::rca
