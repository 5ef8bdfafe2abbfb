#include "patterns/mining/message_scanner.h"

#include "patterns/mining/scan_loop.h"

namespace loglode {

namespace {

/// Writes down what does not vary and notes what the slots hold.
class MaskingListener {
 public:
  MaskingListener(const char* base, MaskedMessage& masked, ScannedMessage& out) noexcept : base_{base}, masked_{masked}, out_{out} {
    out_.slots = out_.named_slots = 0;
  }
  void constant(const char* text, std::size_t size, bool blank) noexcept { masked_.constant(text, size, blank); }
  void mark(const char* text, bool blank) noexcept { masked_.mark(*text, blank); }
  void value(const char* text, std::size_t size, ValueType type, bool blank) noexcept { slot(text, size, type, blank); }
  void named(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (out_.slots < kSlotsMax) out_.named[out_.named_slots++] = static_cast<std::uint8_t>(out_.slots);
    slot(text, size, type, blank);
  }
  [[nodiscard]] std::size_t tokens() const noexcept { return masked_.tokens(); }

  void finish() noexcept {
    for (std::size_t i = out_.slots; i < kSlotsMax && i % 4 != 0; ++i) out_.types[i] = 0;
  }

 private:
  void slot(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (out_.slots < kSlotsMax) {
      out_.spans[out_.slots] = {static_cast<std::uint16_t>(text - base_), static_cast<std::uint16_t>(size)};
      out_.types[out_.slots++] = bit_of(type);
    }
    masked_.slot(blank);
  }

  const char* base_;
  MaskedMessage& masked_;
  ScannedMessage& out_;
};

/// Keeps every token.
class ElementListener {
 public:
  ElementListener(const char* base, std::vector<Element>& out) noexcept : base_{base}, out_{out} { out_.clear(); }
  void constant(const char* text, std::size_t size, bool blank) { add(text, size, ElementKind::constant, ValueType::word, blank); }
  void value(const char* text, std::size_t size, ValueType type, bool blank) { add(text, size, ElementKind::value, type, blank); }
  void named(const char* text, std::size_t size, ValueType type, bool blank) { add(text, size, ElementKind::named, type, blank); }
  void mark(const char* text, bool blank) { add(text, 1, ElementKind::mark, ValueType::word, blank); }
  [[nodiscard]] std::size_t tokens() const noexcept { return out_.size(); }

 private:
  void add(const char* text, std::size_t size, ElementKind kind, ValueType type, bool blank) {
    out_.push_back({static_cast<std::uint16_t>(text - base_), static_cast<std::uint16_t>(size), kind, type, blank});
  }
  const char* base_;
  std::vector<Element>& out_;
};

}  // namespace

const ScannedMessage& MessageScanner::scan(std::string_view message, SeverityClass severity) noexcept {
  blocks_.load(message);
  masked_.begin(severity);
  result_.text = blocks_.bytes();
  MaskingListener listener{blocks_.bytes(), masked_, result_};
  ScanLoop<MaskingListener>{blocks_, listener}.run();
  listener.finish();
  result_.key = key_of(masked_.bytes(), *secret_);
  return result_;
}

void MessageScanner::read_elements(std::string_view message, std::vector<Element>& out) {
  blocks_.load(message);
  ElementListener listener{blocks_.bytes(), out};
  ScanLoop<ElementListener>{blocks_, listener}.run();
}

}  // namespace loglode
