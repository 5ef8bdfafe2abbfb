// What scans have said of texts, by what those are but for their digits (digit_blind.h). Bounded: what was not asked for lately goes.
// One worker's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace loglode {

class KnownTexts {
 public:
  KnownTexts();

  /// 128 bits under a key of this object: nobody who writes logs can make two texts that share one.
  struct Key {
    std::uint64_t high = 0, low = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  /// `text`: its digits are 0.
  [[nodiscard]] Key key_of(std::string_view text) const noexcept;

  enum class Known : std::uint8_t {
    nothing,       // met for the first time; from now on it is met_once
    met_once,      // worth finding out
    digits_count,  // to be scanned as it is, each time
    settled,       // found() is what it hits
  };
  [[nodiscard]] Known look_up(Key key) noexcept;
  /// Expressions, of the key that was settled when it was looked up last.
  [[nodiscard]] std::span<const unsigned> found() const noexcept { return lists_[looked_up_]; }
  void settle(Key key, std::span<const unsigned> found);
  void let_digits_count(Key key) noexcept { put(key, kDigitsCount); }

 private:
  static constexpr std::size_t kSets = 4096, kWays = 4, kListsMax = 1024;
  static constexpr std::uint32_t kDigitsCount = UINT32_MAX, kMetOnce = UINT32_MAX - 1, kFree = UINT32_MAX - 2;
  struct Slot {
    Key key;
    std::uint32_t list = kFree;  // of lists_, or one of those
  };
  using Set = std::array<Slot, kWays>;  // what is asked for goes forward, what comes takes the last place

  void put(Key key, std::uint32_t list) noexcept;
  /// kDigitsCount: there are too many.
  [[nodiscard]] std::uint32_t number_of(std::span<const unsigned> found);

  std::array<std::uint8_t, 192> secret_{};
  std::vector<Set> sets_;
  std::vector<std::vector<unsigned>> lists_;  // the first is empty
  std::map<std::vector<unsigned>, std::uint32_t> list_numbers_;
  std::uint32_t looked_up_ = 0;
};

}  // namespace loglode
