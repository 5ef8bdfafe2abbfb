#include "parse/json/json_structure.h"

#include <array>
#include <bit>

#include "core/limits.h"

namespace loglode {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at, const char* end) noexcept {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

bool is_json_number(std::string_view token) noexcept {
  const char* at = token.data();
  const char* const end = at + token.size();
  if (at != end && *at == '-') ++at;
  if (at == end || !is_digit(*at)) return false;
  at = *at == '0' ? at + 1 : skip_digits(at, end);
  if (at != end && *at == '.') {
    const char* digits = at + 1;
    at = skip_digits(digits, end);
    if (at == digits) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    const char* digits = at + 1;
    if (digits != end && (*digits == '+' || *digits == '-')) ++digits;
    at = skip_digits(digits, end);
    if (at == digits) return false;
  }
  return at == end;
}

/// Which kind of container each open level is; one bit a level.
class OpenLevels {
 public:
  [[nodiscard]] bool empty() const noexcept { return depth_ == 0; }
  [[nodiscard]] bool full() const noexcept { return depth_ == kJsonDepthMax; }
  [[nodiscard]] bool in_object() const noexcept { return (bits_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0; }
  [[nodiscard]] char closer() const noexcept { return in_object() ? '}' : ']'; }
  void push(bool object) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    auto& word = bits_[depth_ / 64];
    word = object ? word | bit : word & ~bit;
    ++depth_;
  }
  void pop() noexcept { --depth_; }

 private:
  std::array<std::uint64_t, kJsonDepthMax / 64> bits_{};
  std::size_t depth_ = 0;
};

}  // namespace

JsonValue JsonCursor::take_number_or_literal() noexcept {
  if (at_end()) return {};
  const char* begin = text_ + *next_;
  const std::string_view token{begin, static_cast<std::size_t>(token_end() - begin)};
  JsonKind kind = JsonKind::malformed;
  if (token == "true" || token == "false") {
    kind = JsonKind::boolean;
  } else if (token == "null") {
    kind = JsonKind::null;
  } else if (is_json_number(token)) {
    kind = JsonKind::number;
  } else {
    return {};
  }
  ++next_;
  return {token, kind};
}

bool JsonCursor::skip_key() noexcept {
  std::string_view ignored;
  return take_key(ignored);
}

JsonValue JsonCursor::take_container() noexcept {
  const char* const begin = text_ + *next_;
  OpenLevels open;
  do {  // once for each value, with the cursor on it
    const char first = peek();
    if (first == '{' || first == '[') {
      if (open.full()) return {};
      open.push(first == '{');
      ++next_;
      if (peek() != open.closer()) {
        if (first == '{' && !skip_key()) return {};
        continue;
      }
    } else if (take_scalar().kind == JsonKind::malformed) {
      return {};
    }
    while (!open.empty() && take(open.closer())) open.pop();
    if (open.empty()) break;
    if (!take(',') || (open.in_object() && !skip_key())) return {};
  } while (true);
  const char* const end = text_ + next_[-1] + 1;
  return {{begin, static_cast<std::size_t>(end - begin)}, *begin == '{' ? JsonKind::object : JsonKind::array};
}

bool JsonStructure::grow(std::size_t bytes) {
  const std::size_t capacity = std::bit_ceil(bytes < 4 * kKiB ? 4 * kKiB : bytes);
  if (stage1_) return stage1_->set_capacity(capacity) == simdjson::SUCCESS;
  return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, simdjson::DEFAULT_MAX_DEPTH, stage1_) ==
         simdjson::SUCCESS;
}

JsonStructure::Fault JsonStructure::index(std::string_view text) {
  if (text.empty() || text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES / 2) return Fault::broken;
  if ((!stage1_ || text.size() > stage1_->capacity()) && !grow(text.size())) throw std::bad_alloc{};
  text_ = text;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  switch (stage1_->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      return Fault::none;
    case simdjson::UTF8_ERROR:
      return Fault::not_utf8;
    default:
      return Fault::broken;
  }
}

JsonCursor JsonStructure::cursor() const noexcept {
  const std::uint32_t* first = stage1_->structural_indexes.get();
  return {text_, first, first + stage1_->n_structural_indexes};
}

}  // namespace loglode
