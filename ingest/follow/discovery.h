// Finds out what is where now: files that the patterns match, parts of followed logs that no pattern matches, files that an earlier run
// left and that have another name by now. What is to be read becomes an open file. Owned by the FollowSource, used by its thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/follow/allowed_places.h"
#include "ingest/follow/empty_files.h"
#include "ingest/follow/file_watch.h"
#include "ingest/follow/follow_source.h"
#include "ingest/follow/known_files.h"
#include "ingest/follow/late_writers.h"
#include "ingest/follow/lost_rests.h"
#include "ingest/follow/open_files.h"

namespace loglode::ingest {

class Discovery {
 public:
  using Clock = std::chrono::steady_clock;

  /// All references must outlive it.
  /// `forget_open` removes a file from the open ones; a look at thousands of files ends as soon as `stopping`.
  Discovery(const FollowConfig& config, const FramerFactory& framers, RunCounters& counters, OpenFiles& open, FileWatch& watch,
            std::function<void(const FollowedFile&)> forget_open, std::function<bool()> stopping);

  /// Opens what is new, and notes of open files where they are, or that they are nowhere.
  void look();
  [[nodiscard]] bool has_looked() const noexcept { return !first_look_; }
  [[nodiscard]] Clock::time_point looked() const noexcept { return looked_; }
  /// Parts may still be on their way to the names where they are looked for.
  [[nodiscard]] bool waits_for_parts() const noexcept { return parts_due_ > 0; }
  /// Of the source itself, so that there is one where there is no file yet.
  [[nodiscard]] Bookmark own_mark() const;
  /// Differs when own_mark() does.
  [[nodiscard]] std::uint64_t own_version() const noexcept { return empty_.version(); }
  /// When an earlier run had last read all it knew of, in seconds since the epoch; 0: there was none.
  [[nodiscard]] std::int64_t seen_until() const noexcept { return known_.seen_until(); }

  [[nodiscard]] FollowStatus status() const;
  /// The latest look, at a stop: opens what no later run finds.
  void look_last();
  /// Whether nobody writes to a file by the name that it has, or had last: no pattern matches it, another file has it, or it is that of a
  /// part beside its log.
  [[nodiscard]] bool is_rotated(const FileKey& key, const std::string& path) const;
  /// Whether the next run finds it, under any name.
  [[nodiscard]] bool finds_again(const FollowedFile& file) const;
  /// Says what of truncated and deleted files is lost; nothing more is looked for.
  void end() { lost_.tell(known_, counters_, true); }
  /// Nothing is pending that only another look decides: then it may wait for something to happen.
  [[nodiscard]] bool is_settled() const noexcept { return parts_due_ == 0 && undecided_ == 0 && looked_ - began_ > kSettlesAfter; }

  struct Copy {
    Copy(OpenedFile opened, std::string at) : file{std::move(opened)}, path{std::move(at)} {}
    OpenedFile file;
    std::string path;
  };
  /// The content of `file`, of which `mark` says how far it was read, is gone: another file that holds what was read, and maybe the rest.
  [[nodiscard]] std::optional<Copy> find_copy_of(const FollowedFile& file, const Bookmark& mark);
  /// The same of archives. They are found by the next looks, once the original is not open any more and keep_truncated() has its mark.
  [[nodiscard]] bool is_in_an_archive(const FollowedFile& file, const Bookmark& mark);
  /// `mark` is followed there. The original must not be open any more.
  void follow_copy(Copy copy, const Bookmark& mark);
  /// Nothing more will come of a content: it was truncated away and there is no copy (it may be on its way to another name), or `file` was
  /// read to its end.
  /// `size`: how long it was.
  void keep_truncated(Bookmark mark, std::uint64_t size);
  void keep_finished(const FollowedFile& file);

 private:
  void look_at(const std::string& path, bool from_end, std::set<FileKey>& at_a_path);
  [[nodiscard]] bool has_new_names();
  [[nodiscard]] bool note_rotated(const std::set<FileKey>& at_a_path);
  void go_on_where_left(const std::vector<std::string>& paths);
  void find_left_ones(const std::vector<std::string>& paths, bool first_of_all);
  void look_at_left(const std::string& path, OpenedFile opened, bool elsewhere);
  void remember_parts(const std::vector<std::string>& paths);
  void find_new_parts();
  void go_on_in_late_ones();
  void look_at_empty_ones(const std::vector<std::string>& paths);
  [[nodiscard]] std::vector<std::string> places_of_copies(const FollowedFile& file) const;
  void keep_if_late(const std::string& part, const OpenedFile& opened);
  void forget_gone();
  [[nodiscard]] std::vector<std::string> parts_of(const std::vector<std::string>& logs) const;
  void note_rolled_name(const FollowedFile& rotated);

  /// What an archive turned out to be.
  struct Found {
    std::optional<Bookmark> left{};  // it holds what was read of this one
    bool is_of_open = false;         // it holds what is being read
    bool is_copy = false;            // of a file that is still there
  };
  [[nodiscard]] Found what_it_holds(OpenedFile archive, const std::string& path, std::string_view first) const;

  void consider(const std::string& path, bool from_end);
  void decide(const std::string& path, OpenedFile opened, bool from_end);
  void consider_archive(const std::string& path, OpenedFile opened, Bookmark mark);
  void consider_left_archive(const std::string& path, OpenedFile opened);
  [[nodiscard]] bool has_identity(std::string_view first, const struct stat& status, const std::string& path) const;
  [[nodiscard]] bool finds_again(const struct stat& status, const std::string& path, const std::string& real_path) const;
  [[nodiscard]] Bookmark new_mark(const std::string& path, const struct stat& status) const;
  void give_identity(Bookmark& mark, const struct stat& status, std::string_view first);
  [[nodiscard]] FollowedFile* copied_from(const OpenedFile& candidate, std::string_view first, const std::string& path) const;
  [[nodiscard]] bool passes_over_copy(OpenedFile& copy, const FollowedFile& original, const std::string& path);
  [[nodiscard]] bool is_being_written(const std::string& path, const OpenedFile& opened) const;
  [[nodiscard]] bool is_of_another(const Bookmark& mark);
  [[nodiscard]] Result<OpenedFile> open_at(const std::string& path);

  void go_on_here(OpenedFile opened, Bookmark left, const std::string& path, const std::string& first);
  void go_on_in_copy(OpenedFile opened, const Bookmark& left, const std::string& path, bool takes_its_place = false);
  [[nodiscard]] std::unique_ptr<FollowedFile> make_file(OpenedFile opened, Bookmark mark, std::string first = {});
  void open(OpenedFile opened, Bookmark mark, const std::string& first);
  void hold_empty(const OpenedFile& opened, const std::string& path);
  void note_place(const std::string& real_path);
  void refuse(const std::string& path, const struct stat& status, const Fingerprint& stored, const std::string& why);

  const FollowConfig& config_;
  RunCounters& counters_;
  OpenFiles& open_;
  FileWatch& watch_;
  std::function<void(const FollowedFile&)> forget_open_;
  std::function<bool()> stopping_;
  std::string host_;
  FollowedFileConfig file_config_;
  AllowedPlaces places_;
  KnownFiles known_;
  LateWriters late_;
  EmptyFiles empty_;
  LostRests lost_;
  std::vector<std::string> matched_, unmatched_;  // paths, as of the latest look; patterns
  using FileTime = std::pair<std::int64_t, std::int64_t>;
  std::map<std::string, FileTime> folders_;  // of roots_: when names in them changed last
  std::set<std::string> roots_, told_;       // paths that were followed; paths that could not be opened
  std::set<std::string> rolled_;             // of roots_: logs whose parts differ from them in numbers alone, as was seen of one
  static constexpr int kLooksForParts = 4;   // after a rotation: what moved it may not be done with its work yet
  int parts_due_ = 0;                        // looks for new parts to come
  static constexpr auto kSettlesAfter = std::chrono::seconds{10};
  std::size_t undecided_ = 0;  // files that are not followed yet and may be
  Clock::time_point next_forgotten_{};
  std::set<std::string> gone_;  // of roots_, a while ago
  const Clock::time_point began_ = Clock::now();
  Clock::time_point looked_{}, next_left_{};
  bool first_look_ = true, left_ones_looked_for_ = false, ending_ = false;
};

}  // namespace loglode::ingest
