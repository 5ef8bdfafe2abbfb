// The JSON that OTLP records become, written piece by piece. Bounded: past the limit values are cut or left out, and it says so.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace loglode::kafka {

class OtlpJson {
 public:
  explicit OtlpJson(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  void begin() {
    out_.clear();
    cut_ = false;
  }
  void raw(std::string_view text) { out_ += text; }
  void raw(char c) { out_ += c; }
  void text(std::string_view value);
  void key(std::string_view name) {
    text(name);
    out_ += ':';
  }
  template <class Number>
  void number(Number value) {
    std::array<char, 32> digits{};
    out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  void number(double value);
  void hex(std::string_view bytes);
  /// A comma, unless this is the first of its object or array.
  void separate() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') out_ += ',';
  }
  /// Whether there is room for more; from then on what is left out is told.
  [[nodiscard]] bool room() {
    if (out_.size() < bytes_max_) return true;
    cut_ = true;
    return false;
  }

  [[nodiscard]] const std::string& str() const noexcept { return out_; }
  [[nodiscard]] bool cut() const noexcept { return cut_; }

 private:
  std::size_t bytes_max_;
  std::string out_;
  bool cut_ = false;
};

}  // namespace loglode::kafka
