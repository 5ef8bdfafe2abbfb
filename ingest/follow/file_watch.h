// Wakes who follows files when something happens in their folders: inotify where there is one, otherwise nothing but time. An event only
// says "look again", so one that was lost (an overflow, a network's file system) costs a moment and no data. One thread.
#pragma once

#include <set>
#include <string>

#include "core/pipeline_parts.h"
#include "ingest/file_reader.h"

namespace loglode::ingest {

class FileWatch {
 public:
  FileWatch();
  /// Watches a folder, from now on; what cannot be watched is polled.
  void add_folder(const std::string& folder);
  enum class News : std::uint8_t { none, content, names };  // `names`: files made, moved, removed, or events were lost
  /// Sleeps until something happened or `until`. Without events it is always none: then time alone says when to look.
  News wait(Deadline until);
  [[nodiscard]] bool has_events() const noexcept { return events_.number() >= 0; }
  /// Whether every folder that was to be watched is, and events come of all that happens there: not where other machines write, or the
  /// kernel has no more watches. Then what has to be noticed soon needs no look.
  [[nodiscard]] bool sees_all() const noexcept { return has_events() && unseen_.empty(); }

 private:
  News drain();

  FileDescriptor events_;
  std::set<std::string> folders_, unseen_;
};

}  // namespace loglode::ingest
