// What a server said of the documents that a sink sent it, and what is in the sink's way, for metrics and readiness. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loglode {

class SinkAnswers {
 public:
  struct Row {
    std::string_view verdict, reason;
    std::uint64_t count;
  };

  /// Both are static words. A document counts each time that the server says something of it.
  void count(std::string_view verdict, std::string_view reason, std::uint64_t documents = 1) {
    if (documents == 0) return;
    const std::scoped_lock lock{mutex_};
    counts_[{verdict, reason}] += documents;
  }
  [[nodiscard]] std::vector<Row> rows() const {
    const std::scoped_lock lock{mutex_};
    std::vector<Row> rows;
    for (const auto& [words, count] : counts_) rows.push_back({words.first, words.second, count});
    return rows;
  }
  /// Why nothing is sent, or what is sent again, for a person; empty: nothing is in the way.
  void set_trouble(std::string why) {
    const std::scoped_lock lock{mutex_};
    trouble_ = std::move(why);
  }
  [[nodiscard]] std::string trouble() const {
    const std::scoped_lock lock{mutex_};
    return trouble_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> counts_;
  std::string trouble_;
};

}  // namespace loglode
