// Where the files of a source may really be. Whoever may write to a followed folder can put a link there that leads to a file which he may
// not read himself; loglode often may. So a file is read only if it lies below the fixed part of the pattern that found it, or below a root
// that the configuration names. Owned by the FileSource, used by its thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "ingest/file_reader.h"

namespace loglode::ingest {

/// Of a pattern without alternatives (glob.h) the folder that stands before its first sign of a glob, of a path the folder that it is, or
/// is in: absolute, without a last slash, links as they are written.
[[nodiscard]] std::string fixed_part_of(const std::string& pattern);

class AllowedPlaces {
 public:
  /// `anywhere`: links may lead wherever the user may read, as he asked for it himself.
  AllowedPlaces(const std::vector<std::string>& patterns, const std::vector<std::string>& roots, bool anywhere);

  /// Finds out where the fixed parts and roots are now: they may be links themselves, or not be there yet.
  void look();
  /// Opens a regular file as open_input() does, if the file that is really opened is at an allowed place: a link that is exchanged
  /// meanwhile changes nothing. Errors: as open_input(); operation_not_permitted when the place is not allowed, with the key that allows
  /// it; too_many_files_open when only the descriptors are left that others need (base/descriptor_limit.h).
  [[nodiscard]] Result<OpenedFile> open(const std::string& path);

  /// Links that were refused and are still there, by their path: how each sentence says it. At most kRefusedMax are kept.
  [[nodiscard]] const std::map<std::string, std::string>& refused() const noexcept { return refused_; }
  /// Forgets what is refused no more because it is gone.
  void forget_gone();

  static constexpr std::size_t kRefusedMax = 1000;

 private:
  struct Place {
    std::string pattern;
    std::string written;            // its fixed part
    std::vector<std::string> real;  // where that is, and what belongs to its layout
  };
  [[nodiscard]] Result<OpenedFile> open_allowed(const std::string& path);
  [[nodiscard]] bool allows(const std::string& path, std::string_view real) const;

  std::vector<Place> places_;
  std::vector<std::string> roots_, real_roots_;
  std::map<std::string, std::string> refused_;
  bool anywhere_;
};

}  // namespace loglode::ingest
