#include "ingest/follow/follow_source.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "ingest/follow/discovery.h"
#include "ingest/follow/file_watch.h"
#include "ingest/follow/open_files.h"
#include "ingest/follow/unread_files.h"

namespace loglode {

namespace {

using namespace ingest;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenLooks = std::chrono::milliseconds{10};
constexpr int kIdleFactor = 12;  // where events tell what happens, a look is for what they cannot: new folders, memory-mapped writes
constexpr auto kBetweenReleases = std::chrono::milliseconds{50};
constexpr auto kReadAfterStop = std::chrono::milliseconds{500};
constexpr auto kReleasedAfterStop = std::chrono::milliseconds{200};  // what is held then, longer; there may be thousands of files

class FollowSource final : public FileSource {
 public:
  FollowSource(FollowConfig config, const FramerFactory& framers, RunCounters& counters)
      : config_{std::move(config)}, discovery_{config_,
                                               framers,
                                               counters,
                                               open_,
                                               watch_,
                                               [this](const FollowedFile& file) { remove(file); },
                                               [this] { return unread_.stopping(); }} {
    caught_up_ = discovery_.seen_until() != 0 ? discovery_.seen_until() : ::time(nullptr);
  }

  Result<Fill> fill(Batch& out, Deadline until) override {
    for (;;) {
      if (stopped_ && Clock::now() >= stopped_at_ + kReadAfterStop + kReleasedAfterStop) return ended();
      if (!stopped_ && Clock::now() >= next_look_) look();
      if (stopped_ && !std::exchange(looked_last_, true)) {
        discovery_.look_last();
        scan_due_ = true;
      }
      announcement_due_ = announcement_due_ || scan_due_;
      if (!cut_short() && announce(out)) return Fill::more;
      if (is_release_due() && release_held(out)) return Fill::more;
      if (scan_due_ && fill_from_files(out)) return Fill::more;
      if (std::exchange(turn_over_, false)) return Fill::more;
      scan_due_ = stopped_ || unread_.all_wait();
      if (release_held(out)) return Fill::more;
      if (cut_short()) return ended();
      if (unread_.all_wait()) {
        if (Clock::now() >= until) return Fill::more;
        unread_.wait(std::min<Deadline>(until, Clock::now() + kBetweenLooks));
        continue;
      }
      if (stopped_) return ended();
      if (!discovery_.waits_for_parts() && discovery_.has_looked()) caught_up_ = ::time(nullptr);
      if (Clock::now() >= until) return Fill::more;
      const FileWatch::News news = watch_.wait(std::min<Deadline>(until, wants_commit() ? Clock::now() + kBetweenLooks : next_look_));
      if (committed_.exchange(false)) unread_.look_again(), scan_due_ = true;
      scan_due_ = scan_due_ || news != FileWatch::News::none;
      if (news == FileWatch::News::names) next_look_ = discovery_.looked() + kBetweenLooks;
    }
  }

  void stop() noexcept override {
    stopped_ = true;
    stopped_at_ = Clock::now();
  }
  Result<void> commit(std::span<const StreamPosition> positions) override {
    for (const StreamPosition& position : positions) {
      const std::shared_ptr<SharedMark> mark = open_.mark_of(position.stream);
      if (!mark || mark->is_kept()) continue;
      mark->keep();
      --awaited_;
      committed_ = true;
    }
    return {};
  }
  [[nodiscard]] bool wants_commit() const noexcept override { return config_.has_state && awaited_ > 0; }

  bool keep_pace(StreamProgress& progress) override {
    unread_.keep_pace(progress, *this);
    return true;
  }

  FollowStatus status() const override {
    const std::scoped_lock lock{status_mutex_};
    return status_;
  }

  std::string bookmark(StreamId stream, std::uint64_t offset) const override {
    const std::shared_ptr<SharedMark> shared = open_.mark_of(stream);
    if (!shared) return {};
    Bookmark mark = shared->at(offset);
    mark.seen_at = caught_up_.load();
    return encode(mark);
  }

 private:
  Fill ended() {
    discovery_.end();
    return Fill::end;
  }

  void look() {
    discovery_.look();
    scan_due_ = true;
    next_look_ = discovery_.looked() + config_.poll * (discovery_.is_settled() && watch_.sees_all() ? kIdleFactor : 1);
    FollowStatus now = discovery_.status();
    const std::scoped_lock lock{status_mutex_};
    status_ = std::move(now);
  }

  /// Says where a new file begins, so that its identity is in the state before any record has it.
  bool announce(Batch& out) {
    if (!announcement_due_) return announce_own(out);
    FollowedFile* const file = next_in_round(announced_to_, [&](FollowedFile& each) {
      if (each.is_announced && !(config_.has_state && each.needs_announcement())) return false;
      return std::exchange(each.is_announced, true) || !each.mark()->is_kept();  // else it is an earlier run's
    });
    if (file != nullptr) {
      file->mark()->keep(false);
      ++awaited_;
      file->announce(out, config_.has_state);
      return true;
    }
    announcement_due_ = false;
    return announce_own(out);
  }

  /// After those of files, which it says to be empty as long as theirs may not be in the state.
  bool announce_own(Batch& out) {
    if (!config_.has_state || !discovery_.has_looked() || own_version_ == discovery_.own_version()) return false;
    if (!own_mark_) {
      own_mark_ = std::make_shared<SharedMark>(discovery_.own_mark());
      own_mark_->keep();
      own_stream_ = config_.next_stream();
      open_.add_mark(own_stream_, own_mark_);
    }
    own_version_ = discovery_.own_version();
    own_mark_->change([&](Bookmark& mark) { mark = discovery_.own_mark(); });
    StreamInfo info;
    info.id = own_stream_;
    info.path = config_.paths.empty() ? std::string{} : config_.paths.front();
    info.source = config_.name;
    info.identity = own_mark_->get().identity;
    out.stream = std::make_shared<const Stream>(Stream{std::move(info), nullptr});
    return true;
  }

  void find_unread() {
    unread_.find(open_, config_.has_state);
    for (const auto& file : open_)
      if (file->rotated_at && !unread_.contains(*file)) hold_rotated(*file);
  }

  bool fill_from_files(Batch& out) {
    if (stopped_ || unread_.is_due()) find_unread();
    while (FollowedFile* const chosen = cut_short() ? nullptr : unread_.choose(open_)) {
      FollowedFile& file = *chosen;
      any_may_hold_ = true;
      const std::uint64_t before = file.read_position();
      const Filled filled = file.fill(out);
      announcement_due_ = announcement_due_ || file.needs_announcement();  // it has come to the end of what was announced
      const std::uint64_t after = file.read_position();
      if (file.replaced() && out.records.empty()) {
        follow_new_content(file, out);
        if (!out.records.empty()) return true;
        out.clear();
        find_unread();
        continue;
      }
      if (filled == Filled::full || !out.records.empty()) unread_.was_served(file, after - std::min(before, after), !out.records.empty());
      if (filled == Filled::full && out.records.empty()) {  // a stop is asked for in between
        turn_over_ = true;
        out.clear();
        return false;
      }
      if (filled != Filled::full) {  // else it is followed by the next of the same file, where that is still the furthest behind
        unread_.was_read(file);
        if (filled == Filled::end) {
          finish(file);
        } else if (out.records.empty()) {
          hold_rotated(file);
        }
      }
      if (!out.records.empty()) return true;
      out.clear();
    }
    return false;
  }

  /// A stop reads on for a moment, so that what was just written is in, and leaves a backlog to the next run.
  [[nodiscard]] bool cut_short() const { return stopped_ && Clock::now() >= stopped_at_ + kReadAfterStop; }

  void hold_rotated(FollowedFile& file) {
    const auto now = Clock::now();
    const auto patience = file.may_hold() ? config_.rotated_line_patience() : config_.rotated_patience;
    if (file.rotated_at && now - *file.rotated_at > patience && now - file.last_bytes() > patience) file.close();
  }

  /// Its content is gone. The rest is in a copy, or nowhere.
  void follow_new_content(FollowedFile& file, Batch& out) {
    Bookmark mark = file.mark_here();
    auto copy = discovery_.find_copy_of(file, mark);
    out.clear();
    if (copy) {  // what was held back is read again from there
      remove(file);
      discovery_.follow_copy(std::move(*copy), mark);
    } else {
      if (!discovery_.is_in_an_archive(file, mark)) {  // else what was held back is read there, a line cut in two whole
        file.release(out, true);
        if (mark.offset != file.position()) mark.prints.end = 0;  // the bytes before it are gone
        mark.offset = file.position();
      }
      discovery_.keep_truncated(std::move(mark), file.size_seen());
      file.mark()->change([](Bookmark& shared) { shared.finished = true; });
      remove(file);
    }
    next_look_ = {};
    scan_due_ = true;
  }

  void finish(const FollowedFile& file) {
    file.mark()->change([](Bookmark& shared) { shared.finished = true; });
    discovery_.keep_finished(file);
    remove(file);
  }

  void remove(const FollowedFile& file) {
    unread_.forget(file);
    open_.remove(file);
  }

  /// While a backlog is read: what other files hold is of now.
  [[nodiscard]] bool is_release_due() {
    const auto now = Clock::now();
    if (stopped_ || now < next_release_) return false;
    next_release_ = now + kBetweenReleases;
    return true;
  }

  bool release_held(Batch& out) {
    if (!any_may_hold_) return false;
    const auto now = Clock::now();
    any_may_hold_ = false;
    return next_in_round(released_to_, [&](FollowedFile& file) {
             if (!file.may_hold()) return false;
             any_may_hold_ = true;
             const auto quiet = file.quiet(now);
             if (!stopped_ && quiet < (file.in_trace() ? config_.trace_patience : config_.record_patience)) return false;
             if (stopped_ && unread_.contains(file)) return false;      // what comes behind it may belong to it: the next run reads both
             if (!stopped_ && !file.has_failed() && file.has_news()) {  // it waits for its turn, or was written to a moment ago
               scan_due_ = true;
               return false;
             }
             file.release(out, quiet > config_.line_patience || is_over(file, quiet));
             if (out.records.empty()) out.clear();
             return !out.records.empty();
           }) != nullptr;
  }

  /// Its last line is all that there will be of it, or that anybody will read.
  [[nodiscard]] bool is_over(const FollowedFile& file, Clock::duration quiet) const {
    if (stopped_) return !discovery_.finds_again(file);
    return quiet > config_.rotated_line_patience() && discovery_.is_rotated({file.device(), file.inode()}, file.path());
  }

  /// The first open file that `is`, from where the latest such round came to; null after a whole one.
  template <class Is>
  FollowedFile* next_in_round(std::size_t& at, Is is) const {
    const OpenFiles::Files& files = open_.all();
    for (std::size_t looked = 0; looked < files.size(); ++looked) {
      if (at >= files.size()) at = 0;
      FollowedFile& file = *files[at++];
      if (is(file)) return &file;
    }
    return nullptr;
  }

  const FollowConfig config_;
  FileWatch watch_;
  OpenFiles open_;
  Discovery discovery_;
  UnreadFiles unread_;
  std::atomic<std::int64_t> awaited_{0};    // announced files that no commit has reached yet
  std::atomic<bool> committed_{false};      // one of them was, since that was asked last
  std::atomic<std::int64_t> caught_up_{0};  // wall clock: when all that was known had been read to its end
  std::shared_ptr<SharedMark> own_mark_;    // of own_mark()
  StreamId own_stream_{};
  std::optional<std::uint64_t> own_version_;  // announced
  Clock::time_point next_look_{}, next_release_{}, stopped_at_{};
  bool stopped_ = false, looked_last_ = false, turn_over_ = false;
  bool scan_due_ = true;  // files may hold more than was read
  // What is asked of every file only when something of one changed: there may be thousands, and this is asked twenty times a second.
  bool any_may_hold_ = true, announcement_due_ = true;
  std::size_t announced_to_ = 0, released_to_ = 0;  // of next_in_round()
  mutable std::mutex status_mutex_;
  FollowStatus status_;  // under status_mutex_
};

}  // namespace

std::unique_ptr<FileSource> make_follow_source(FollowConfig config, const FramerFactory& framers, RunCounters& counters) {
  return std::make_unique<FollowSource>(std::move(config), framers, counters);
}

}  // namespace loglode
