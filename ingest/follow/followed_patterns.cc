#include "ingest/follow/followed_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/terminal_text.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::ingest {

FollowedPatterns::FollowedPatterns(const std::vector<std::string>& patterns, std::vector<std::string> exclude)
    : exclude_{std::move(exclude)} {
  for (const std::string& pattern : patterns) patterns_.emplace_back().pattern = pattern;
}

std::vector<std::string> FollowedPatterns::begin() {
  look();
  std::vector<std::string> sentences;
  for (Pattern& each : patterns_) {
    each.waiting = each.files == 0;
    const bool named = each.files == 1 && each.file == each.pattern;
    sentences.push_back(
        each.waiting ? each.pattern + ": nothing matches yet, waiting"
        : named      ? "following " + each.file
                     : fmt::format("following {} {} of {}", with_commas(each.files), each.files == 1 ? "file" : "files", each.pattern));
    for (std::string& unread : unread_matches({each.pattern}, exclude_)) sentences.push_back(std::move(unread));
  }
  return sentences;
}

std::vector<std::string> FollowedPatterns::arrivals() {
  look();
  std::vector<std::string> sentences;
  for (Pattern& each : patterns_)
    if (each.files > 0 && std::exchange(each.waiting, false)) sentences.push_back(each.pattern + ": found, following");
  return sentences;
}

std::string FollowedPatterns::text() const {
  if (patterns_.empty()) return {};
  const auto waiting = std::count_if(patterns_.begin(), patterns_.end(), [](const Pattern& each) { return each.files == 0; });
  const std::string files = fmt::format("{} {}", with_commas(all_), all_ == 1 ? "file" : "files");
  return waiting == 0 ? files : fmt::format("{} · {} of {} patterns match nothing", files, waiting, patterns_.size());
}

void FollowedPatterns::look() {
  std::set<std::string> all;
  for (Pattern& each : patterns_) {
    const std::vector<std::string> files = matching_files({each.pattern}, exclude_);
    each.files = files.size();
    each.file = files.empty() ? "" : files.front();
    all.insert(files.begin(), files.end());
  }
  all_ = all.size();
}

}  // namespace loglode::ingest
