#include "patterns/rules/block_sieve.h"

#include <algorithm>
#include <cstring>

namespace loglode {

namespace {

constexpr std::size_t kTextBytesMax = 1024;  // of longer ones the beginning of a scan is a small part
constexpr std::size_t kEndsPerText = 8;      // with more of them than this the block is given up: its texts are scanned alone
constexpr std::size_t kLeftShare = 3;        // of three texts one left: two scans of it cost what the block saves
constexpr std::uint8_t kPauseMax = 32;

}  // namespace

BlockSieve::BlockSieve(const RuleSet& rules) : rules_(&rules), block_(std::make_unique<char[]>(kBlockBytes)) {}

bool BlockSieve::takes(const Record& record) noexcept { return !record.has(RecordFlag::blank) && record.message.size() <= kTextBytesMax; }

void BlockSieve::sift(const Batch& batch, RuleScanner& scanner) {
  verdicts_.assign(batch.records.size(), Verdict::scan_alone);
  found_.clear();
  found_next_ = 0;
  Pause& pause = pauses_[batch.stream ? static_cast<std::size_t>(batch.stream->info.id) % kPauses : 0];
  if (rules_->blocks == nullptr) return;
  if (pause.left != 0) {
    --pause.left;
    return;
  }
  sifted_ = left_ = 0;
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
  if (scanner.find_ends(rules_->blocks.get(), {block_.get(), block_size_}, kEndsPerText * records_.size(), ends_)) {
    for (const std::uint32_t record : records_) verdicts_[record] = Verdict::nothing;
    const auto first = static_cast<std::ptrdiff_t>(found_.size());
    for (const MatchEnd end : ends_) note(end);
    std::sort(found_.begin() + first, found_.end());
    found_.erase(std::unique(found_.begin() + first, found_.end()), found_.end());
  } else {
    left_ += records_.size();
  }
  block_size_ = 0;
  begins_.clear();
  records_.clear();
}

/// No match is empty: its last byte says whose it is.
void BlockSieve::note(MatchEnd end) {
  const auto behind = std::upper_bound(begins_.begin(), begins_.end(), end.at - 1);
  const auto text = static_cast<std::size_t>(behind - begins_.begin()) - 1;
  Verdict& verdict = verdicts_[records_[text]];
  if (verdict == Verdict::scan_alone) return;
  const std::size_t size = (text + 1 < begins_.size() ? begins_[text + 1] : block_size_) - begins_[text] - 1;
  if (rules_->sure_in_block[end.expression] && (size == 0 || std::memchr(block_.get() + begins_[text], '\n', size) == nullptr)) {
    verdict = Verdict::found;
    found_.push_back({records_[text], end.expression});
  } else {
    verdict = Verdict::scan_alone;
    ++left_;
  }
}

std::span<const unsigned> BlockSieve::take_found(std::size_t record) noexcept {
  found_here_.clear();
  while (found_next_ < found_.size() && found_[found_next_].record < record) ++found_next_;
  for (; found_next_ < found_.size() && found_[found_next_].record == record; ++found_next_)
    found_here_.push_back(found_[found_next_].expression);
  return found_here_;
}

void BlockSieve::judge(Pause& pause) const noexcept {
  if (left_ * kLeftShare <= sifted_) {
    pause.next = 1;
    return;
  }
  pause.left = pause.next;
  pause.next = static_cast<std::uint8_t>(std::min<int>(pause.next * 2, kPauseMax));
}

}  // namespace loglode
