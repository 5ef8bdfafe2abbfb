// The compiled databases on disk, so that a start does not wait for Hyperscan. Anything amiss with a cache file means no cache, never an
// error.
//
// A file is named by the hash of what it was made from: format, Hyperscan version, CPU features, and every pattern with its flags. It is
// read only when it belongs to this user and nobody else may write it: hs_deserialize_database trusts its input, and the checksum is
// against damage, not forgery.
#pragma once

#include <string>

#include "patterns/rules/compiled_rules.h"

namespace loglode {

class DatabaseCache {
 public:
  /// `rules`: with its expressions numbered. An empty folder keeps nothing.
  DatabaseCache(std::string folder, const RuleSet& rules);

  /// Fills in all, blocks and each expression's `prefilter`; false, and nothing changed, when there is no sound file.
  [[nodiscard]] bool load(RuleSet& rules) const;
  /// Replaces the file in one step; keeps the newest kCacheFilesMax of the folder. Silent when the folder cannot be written.
  void store(const RuleSet& rules) const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string folder_, path_, header_;
};

inline constexpr std::size_t kCacheFilesMax = 8;

}  // namespace loglode
