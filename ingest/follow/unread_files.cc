#include "ingest/follow/unread_files.h"

#include <algorithm>
#include <utility>

namespace loglode::ingest {

namespace {
constexpr auto kBetweenLooks = std::chrono::milliseconds{20};  // at all files, while some hold something
}  // namespace

void UnreadFiles::find(const OpenFiles& open, bool kept_only) {
  files_.clear();
  kept_only_ = kept_only;
  for (const auto& file : open)
    if ((!kept_only || file->mark()->is_kept()) && file->has_news()) files_.push_back(file.get());
  due_ = Clock::now() + kBetweenLooks;
}

bool UnreadFiles::contains(const FollowedFile& file) const { return std::find(files_.begin(), files_.end(), &file) != files_.end(); }

FollowedFile* UnreadFiles::choose(const OpenFiles& open) {
  for (const StreamId stream : std::exchange(gone_, {})) progress_->forget(stream);
  std::vector<StreamId> unread, held;
  for (const FollowedFile* const file : files_) unread.push_back(file->id());
  for (const auto& file : open)
    if (file->holds_record() || (kept_only_ && !file->mark()->is_kept())) held.push_back(file->id());
  const std::vector<StreamProgress::Turn> turns = progress_->turns(source_, unread, held);
  FollowedFile* chosen = nullptr;
  Timestamp furthest_behind = Timestamp::max();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (!turns[i].may_be_read) continue;
    if (chosen != nullptr && std::pair{turns[i].place, files_[i]->latest_turn} >= std::pair{furthest_behind, chosen->latest_turn}) continue;
    chosen = files_[i];
    furthest_behind = turns[i].place;
  }
  all_wait_ = chosen == nullptr && !files_.empty();
  return chosen;
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
  gone_.push_back(file.id());
}

}  // namespace loglode::ingest
