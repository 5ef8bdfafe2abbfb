#include "patterns/rules/block_sieve.h"

#include <algorithm>
#include <cstring>

#include "patterns/rules/digit_blind.h"

namespace loglode {

namespace {

constexpr std::size_t kTextBytesMax = 1024;  // of longer ones the beginning of a scan is a small part
constexpr std::size_t kEndsPerText = 8;      // with more of them than this the block is given up: its texts are scanned alone
constexpr std::size_t kLeftShare = 3;        // of three texts one left: two scans of it cost what the block saves
constexpr std::uint8_t kPauseMax = 32;

}  // namespace

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
  for (std::size_t i = 0; i < batch.records.size(); ++i)
    if (takes(batch.records[i])) look_at(i, batch.records[i].message, scanner);
  scan_block(scanner);
  learn(scanner);
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  judge(pause);
}

void BlockSieve::look_at(std::size_t record, std::string_view text, RuleScanner& scanner) {
  ++sifted_;
  if (rules_->blind != nullptr && is_known(record, text, scanner)) return;
  if (!block_.has_room_for(text.size())) scan_block(scanner);
  if (!text.empty()) std::memcpy(block_.next(), text.data(), text.size());
  block_.add(text.size(), record, {});
}

bool BlockSieve::is_known(std::size_t record, std::string_view text, RuleScanner& scanner) {
  if (!blind_.has_room_for(text.size())) learn(scanner);
  copy_digit_blind(text, blind_.next());
  const KnownTexts::Key key = known_.key_of({blind_.next(), text.size()});
  const KnownTexts::Known known = known_.look_up(key);
  if (known == KnownTexts::Known::met_once) {
    known_.let_digits_count(key);  // until it is known better
    blind_.add(text.size(), record, key);
  }
  if (known != KnownTexts::Known::settled) return false;
  verdicts_[record] = known_.found().empty() ? Verdict::nothing : Verdict::found;
  for (const unsigned expression : known_.found()) found_.push_back({static_cast<std::uint32_t>(record), expression});
  return true;
}

void BlockSieve::scan_block(RuleScanner& scanner) {
  if (scanner.find_ends(rules_->blocks.get(), block_.bytes(), kEndsPerText * block_.texts().size(), ends_)) {
    for (const TextBlock::Text& text : block_.texts()) verdicts_[text.record] = Verdict::nothing;
    for (const MatchEnd end : ends_) note(end);
  } else {
    left_ += block_.texts().size();
  }
  block_.clear();
}

void BlockSieve::note(MatchEnd end) {
  const TextBlock::Text& text = block_.text_at(end.at);
  Verdict& verdict = verdicts_[text.record];
  if (verdict == Verdict::scan_alone) return;
  if (rules_->sure_in_block[end.expression] && block_.has_one_line(text)) {
    verdict = Verdict::found;
    found_.push_back({text.record, end.expression});
  } else {
    verdict = Verdict::scan_alone;
    ++left_;
  }
}

/// Of the texts in `blind_`, all that does not depend on their digits. Their records have their verdicts by themselves.
void BlockSieve::learn(RuleScanner& scanner) {
  std::vector<TextBlock::Text>& texts = blind_.texts();
  if (!texts.empty() && scanner.find_ends(rules_->blind.get(), blind_.bytes(), kEndsPerText * texts.size(), ends_)) {
    learned_.clear();
    for (const MatchEnd end : ends_) {
      TextBlock::Text& text = blind_.text_at(end.at);
      text.unsure = text.unsure || !rules_->digit_blind[end.expression] || !blind_.has_one_line(text);
      learned_.push_back({text.record, end.expression});
    }
    std::sort(learned_.begin(), learned_.end());
    learned_.erase(std::unique(learned_.begin(), learned_.end()), learned_.end());
    auto next = learned_.cbegin();
    for (const TextBlock::Text& text : texts) {
      found_here_.clear();
      for (; next != learned_.cend() && next->record == text.record; ++next) found_here_.push_back(next->expression);
      if (!text.unsure) known_.settle(text.key, found_here_);
    }
  }
  blind_.clear();
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
