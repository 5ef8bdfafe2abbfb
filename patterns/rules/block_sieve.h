// Most texts hit nothing, and a scan of one short text costs more in its beginning than in its bytes. So many are laid side by side and
// scanned at once, in a looser form (block_form.h); only those where something ends are scanned by themselves, which decides.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/batch.h"
#include "patterns/rules/rule_scanner.h"

namespace loglode {

/// One worker's.
class BlockSieve {
 public:
  explicit BlockSieve(const RuleSet& rules);

  /// Looks at the messages of a batch. What it does not settle stays a suspect; of a stream whose records hit often it settles none for
  /// a while, since both scans of a message cost more than one.
  void sift(const Batch& batch, RuleScanner& scanner);
  /// False: no expression matches the message of `batch.records[record]`.
  [[nodiscard]] bool is_suspect(std::size_t record) const noexcept { return suspects_[record] != 0; }

 private:
  /// Batches of a stream that are passed over, and how many next time.
  struct Pause {
    std::uint8_t left = 0, next = 1;
  };
  static constexpr std::size_t kBlockBytes = 8192, kPauses = 256;

  [[nodiscard]] static bool takes(const Record& record) noexcept;
  void add(std::size_t record, std::string_view text);
  void settle(RuleScanner& scanner);
  void judge(Pause& pause) const noexcept;

  const hs_database_t* database_;
  std::vector<std::uint8_t> suspects_;  // by record
  std::unique_ptr<char[]> block_;
  std::size_t block_size_ = 0;
  std::vector<std::uint32_t> begins_, records_;  // of the texts in the block
  std::vector<std::uint32_t> ends_;              // of what was found in it
  std::size_t sifted_ = 0, suspected_ = 0;       // of this batch
  std::array<Pause, kPauses> pauses_{};          // by stream, several to one when there are many
};

}  // namespace loglode
