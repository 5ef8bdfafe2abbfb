#include "ingest/follow/unread_files.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace loglode::ingest {

namespace {
constexpr auto kBetweenLooks = std::chrono::milliseconds{20};  // at all files, while some hold something
constexpr int kLookShare = 10;                                 // a look that took long is followed by so many times as long without one
constexpr std::size_t kRoundShare =
    64;  // of the files one in so many is chosen by one question, so that thousands cost each no more than few
}  // namespace

void UnreadFiles::find(const OpenFiles& open, bool kept_only) {
  const auto begin = Clock::now();
  files_.clear();
  round_.clear();
  kept_only_ = kept_only;
  for (const auto& file : open)
    if ((!kept_only || file->mark()->is_kept()) && file->has_news()) files_.push_back(file.get());
  const auto now = Clock::now();
  due_ = now + std::max<Clock::duration>(kBetweenLooks, kLookShare * (now - begin));
}

bool UnreadFiles::contains(const FollowedFile& file) const { return std::find(files_.begin(), files_.end(), &file) != files_.end(); }

FollowedFile* UnreadFiles::choose(const OpenFiles& open) {
  for (const StreamId stream : std::exchange(gone_, {})) progress_->forget(stream);
  if (round_.empty()) begin_round(open);
  all_wait_ = round_.empty() && !files_.empty();
  if (round_.empty()) return nullptr;
  FollowedFile* const chosen = round_.back();
  round_.pop_back();
  return chosen;
}

/// Each of a round gives a batch at most before it is asked again where the files are.
void UnreadFiles::begin_round(const OpenFiles& open) {
  std::vector<StreamId> unread, held;
  for (const FollowedFile* const file : files_) unread.push_back(file->id());
  for (const auto& file : open)
    if (file->holds_record() || (kept_only_ && !file->mark()->is_kept())) held.push_back(file->id());
  const std::vector<StreamProgress::Turn> turns = progress_->turns(source_, unread, held);
  std::vector<std::tuple<Timestamp, std::uint64_t, std::size_t>> places;  // with the latest turn and the number
  for (std::size_t i = 0; i < turns.size(); ++i)
    if (turns[i].may_be_read) places.emplace_back(turns[i].place, files_[i]->latest_turn, i);
  const std::size_t size = std::min(places.size(), 1 + (open.all().size() / kRoundShare));
  const auto end = places.begin() + static_cast<std::ptrdiff_t>(size);
  std::partial_sort(places.begin(), end, places.end());
  for (auto place = end; place != places.begin();) round_.push_back(files_[std::get<2>(*--place)]);
}

void UnreadFiles::was_served(FollowedFile& file, std::uint64_t bytes, bool gave_records) {
  file.turn_bytes += bytes;
  file.gave_records = file.gave_records || gave_records;
  if (!file.gave_records) progress_->delivered(file.id(), 0, kNoTime);
  if (gave_records && file.turn_bytes < FollowedFile::kTurnBytes) return;
  file.latest_turn = ++turns_;
  file.turn_bytes = 0;
}

void UnreadFiles::forget(const FollowedFile& file) {
  std::erase(files_, &file);
  std::erase(round_, &file);
  gone_.push_back(file.id());
}

}  // namespace loglode::ingest
