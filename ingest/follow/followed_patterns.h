// What the patterns that somebody follows match, as sentences: at the start, when one that matched nothing does, and how many files there
// are. One thread; its owner's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace loglode::ingest {

class FollowedPatterns {
 public:
  FollowedPatterns(const std::vector<std::string>& patterns, std::vector<std::string> exclude);

  /// A sentence for each pattern, and for what it matches that is not followed.
  [[nodiscard]] std::vector<std::string> begin();
  /// The same for each that matched nothing until now.
  [[nodiscard]] std::vector<std::string> arrivals();
  /// How many files there are, for a status line; empty without patterns.
  [[nodiscard]] std::string text() const;

 private:
  struct Pattern {
    std::string pattern;
    bool waiting = false;
    std::size_t files = 0;
    std::string file;  // the first
  };
  void look();

  const std::vector<std::string> exclude_;
  std::vector<Pattern> patterns_;
  std::size_t all_ = 0;
};

}  // namespace loglode::ingest
