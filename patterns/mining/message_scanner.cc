#include "patterns/mining/message_scanner.h"

#include "patterns/mining/mixing.h"
#include "patterns/mining/scan_loop.h"

namespace loglode {

namespace {

constexpr std::uint64_t kSlotCode = 0x517cc1b727220a95, kMarkCode = 0x2545f4914f6cdd1d, kBlankCode = 0x8000000000000000;

/// Hashes what does not vary and notes what the slots hold.
class HashListener {
 public:
  HashListener(const char* base, ScannedMessage& out, SeverityClass severity) noexcept
      : base_{base}, out_{out}, hash_{kMixB + static_cast<std::uint64_t>(severity) * kMixA} {
    out_.slots = out_.named_slots = 0;
  }
  void constant(const char* text, std::size_t size, bool blank) noexcept { add(hash_padded(text, size), blank); }
  void mark(const char* text, bool blank) noexcept { add(kMarkCode + static_cast<unsigned char>(*text), blank); }
  void value(const char* text, std::size_t size, ValueType type, bool blank) noexcept { slot(text, size, type, blank); }
  void named(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (out_.slots < kSlotsMax) out_.named[out_.named_slots++] = {hash_padded(text, size), out_.slots};
    slot(text, size, type, blank);
  }
  [[nodiscard]] std::size_t tokens() const noexcept { return tokens_; }

  void finish() noexcept {
    out_.shape = mix(hash_ ^ tokens_, kMixD);
    if (out_.shape + 1 <= 1) out_.shape = 2;  // 0 and all ones have a meaning of their own
    for (std::size_t i = out_.slots; i < kSlotsMax && i % 4 != 0; ++i) out_.types[i] = 0;
  }

 private:
  void add(std::uint64_t code, bool blank) noexcept {
    hash_ = mix(hash_ ^ code ^ (blank ? kBlankCode : 0), kMixC);
    ++tokens_;
  }
  void slot(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (out_.slots < kSlotsMax) {
      out_.spans[out_.slots] = {static_cast<std::uint16_t>(text - base_), static_cast<std::uint16_t>(size)};
      out_.types[out_.slots++] = bit_of(type);
    }
    add(kSlotCode, blank);
  }

  const char* base_;
  ScannedMessage& out_;
  std::uint64_t hash_;
  std::size_t tokens_ = 0;
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
  HashListener listener{blocks_.bytes(), result_, severity};
  ScanLoop<HashListener>{blocks_, listener}.run();
  listener.finish();
  return result_;
}

void MessageScanner::read_elements(std::string_view message, std::vector<Element>& out) {
  blocks_.load(message);
  ElementListener listener{blocks_.bytes(), out};
  ScanLoop<ElementListener>{blocks_, listener}.run();
}

}  // namespace loglode
