#include "patterns/rules/block_sieve.h"

#include <algorithm>
#include <cstring>

namespace loglode {

namespace {

constexpr std::size_t kTextBytesMax = 1024;  // of longer ones the beginning of a scan is a small part
constexpr std::size_t kEndsPerText = 4;      // with more of them than this the block is given up: its texts are all suspects
constexpr std::size_t kSuspectsShare = 3;    // of three texts one suspect: two scans of it cost what the block saves
constexpr std::uint8_t kPauseMax = 32;

}  // namespace

BlockSieve::BlockSieve(const RuleSet& rules) : database_(rules.blocks.get()), block_(std::make_unique<char[]>(kBlockBytes)) {}

/// A record from WARN on is likely to hit, a blank one is nobody's.
bool BlockSieve::takes(const Record& record) noexcept {
  return record.severity < Severity::warn && !record.has(RecordFlag::blank) && record.message.size() <= kTextBytesMax;
}

void BlockSieve::sift(const Batch& batch, RuleScanner& scanner) {
  suspects_.assign(batch.records.size(), 1);
  Pause& pause = pauses_[batch.stream ? static_cast<std::size_t>(batch.stream->info.id) % kPauses : 0];
  if (database_ == nullptr) return;
  if (pause.left != 0) {
    --pause.left;
    return;
  }
  sifted_ = suspected_ = 0;
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const Record& record = batch.records[i];
    if (!takes(record)) continue;
    if (block_size_ + record.message.size() + 1 > kBlockBytes) settle(scanner);
    add(i, record.message);
  }
  settle(scanner);
  judge(pause);
}

void BlockSieve::add(std::size_t record, std::string_view text) {
  begins_.push_back(static_cast<std::uint32_t>(block_size_));
  records_.push_back(static_cast<std::uint32_t>(record));
  if (!text.empty()) std::memcpy(block_.get() + block_size_, text.data(), text.size());
  block_size_ += text.size();
  block_[block_size_++] = '\n';
}

void BlockSieve::settle(RuleScanner& scanner) {
  sifted_ += records_.size();
  if (scanner.find_ends(database_, {block_.get(), block_size_}, kEndsPerText * records_.size(), ends_)) {
    for (const std::uint32_t record : records_) suspects_[record] = 0;
    for (const std::uint32_t end : ends_) {
      const auto behind = std::upper_bound(begins_.begin(), begins_.end(), end - 1);  // no match is empty: its last byte says whose it is
      std::uint8_t& suspect = suspects_[records_[static_cast<std::size_t>(behind - begins_.begin()) - 1]];
      suspected_ += suspect == 0 ? 1 : 0;
      suspect = 1;
    }
  } else {
    suspected_ += records_.size();
  }
  block_size_ = 0;
  begins_.clear();
  records_.clear();
}

void BlockSieve::judge(Pause& pause) const noexcept {
  if (suspected_ * kSuspectsShare <= sifted_) {
    pause.next = 1;
    return;
  }
  pause.left = pause.next;
  pause.next = static_cast<std::uint8_t>(std::min<int>(pause.next * 2, kPauseMax));
}

}  // namespace loglode
