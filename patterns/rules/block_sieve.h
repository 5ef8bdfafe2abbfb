// Most texts hit nothing, and a scan of one short text costs more in its beginning than in its bytes. So many are laid side by side and
// scanned at once, in a looser form (block_form.h). Where nothing ends in a text, it hits nothing; where something ends that cannot have
// begun in the text before, it hits that; only what is left is scanned by itself.
//
// And most texts are like one before but for their numbers. One that comes again so is looked at once more with a 0 for each digit
// (digit_blind.h): what is found then, if it does not depend on digits, is known of all texts that are the same so (known_texts.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/batch.h"
#include "patterns/rules/known_texts.h"
#include "patterns/rules/rule_scanner.h"
#include "patterns/rules/text_block.h"

namespace loglode {

/// One worker's.
class BlockSieve {
 public:
  explicit BlockSieve(const RuleSet& rules) : rules_(&rules) {}

  /// Looks at the messages of a batch. Of a stream whose messages it can often not settle it settles none for a while, since both scans of
  /// a message cost more than one.
  void sift(const Batch& batch, RuleScanner& scanner);
  /// The expressions that match the message of `batch.records[record]`, unconfirmed, each once; none: it is to be scanned alone.
  /// To be asked once for each record, in their order.
  [[nodiscard]] std::optional<std::span<const unsigned>> found_in(std::size_t record) noexcept {
    if (verdicts_[record] == Verdict::nothing) [[likely]]
      return std::span<const unsigned>{};
    if (verdicts_[record] == Verdict::scan_alone) return std::nullopt;
    return take_found(record);
  }

 private:
  /// Batches of a stream that are passed over, and how many next time.
  struct Pause {
    std::uint8_t left = 0, next = 1;
  };
  enum class Verdict : std::uint8_t { nothing, found, scan_alone };
  struct Found {
    std::uint32_t record = 0, expression = 0;
    friend auto operator<=>(const Found&, const Found&) = default;
  };
  static constexpr std::size_t kPauses = 256;

  [[nodiscard]] static bool takes(const Record& record) noexcept;
  void look_at(std::size_t record, std::string_view text, RuleScanner& scanner);
  /// True: nothing of the text needs a scan.
  [[nodiscard]] bool is_known(std::size_t record, std::string_view text, RuleScanner& scanner);
  void scan_block(RuleScanner& scanner);
  void note(MatchEnd end);
  void learn(RuleScanner& scanner);
  std::span<const unsigned> take_found(std::size_t record) noexcept;
  void judge(Pause& pause) const noexcept;

  const RuleSet* rules_;
  std::vector<Verdict> verdicts_;  // by record
  std::vector<Found> found_;       // of this batch, by record, then by expression
  std::size_t found_next_ = 0;
  std::vector<unsigned> found_here_;  // of the record asked for
  std::vector<Found> learned_;        // of texts in `blind_`
  TextBlock block_, blind_;           // `blind_`: what is to become known
  std::vector<MatchEnd> ends_;        // in the block that was scanned last
  KnownTexts known_;
  std::size_t sifted_ = 0, left_ = 0;    // of this batch: looked at, and to be scanned alone all the same
  std::array<Pause, kPauses> pauses_{};  // by stream, several to one when there are many
};

}  // namespace loglode
