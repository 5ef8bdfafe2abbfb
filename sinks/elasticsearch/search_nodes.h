// The nodes of a cluster as a client sees them: which one is asked next, and how long one is left alone that did not answer. The times are
// given, so that a test can make them. Used by one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace loglode {

/// Pauses that double from `first` to `max`, each between half of itself and all of it at random, so that clients that failed together do
/// not come back together ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
class BackOff {
 public:
  using Milliseconds = std::chrono::milliseconds;
  BackOff(Milliseconds first, Milliseconds max, std::uint64_t seed) : first_{first}, max_{max}, random_{seed} {}

  /// Before try `attempts` + 1. `attempts`: at least 1.
  [[nodiscard]] Milliseconds pause(unsigned attempts) {
    Milliseconds whole = first_;
    for (unsigned i = 1; i < attempts && whole < max_; ++i) whole *= 2;
    whole = std::min(whole, max_);
    return whole / 2 + Milliseconds{std::uniform_int_distribution<std::int64_t>{0, whole.count() / 2}(random_)};
  }

 private:
  const Milliseconds first_, max_;
  std::mt19937_64 random_;
};

class SearchNodes {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  SearchNodes(std::vector<std::string> urls, BackOff back_off) : back_off_{back_off} {
    for (std::string& url : urls) nodes_.push_back({std::move(url)});
  }

  /// The next node in turn that is not left alone; none: next_due() says when there is one.
  [[nodiscard]] std::optional<std::size_t> choose(TimePoint now) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::size_t node = (next_ + i) % nodes_.size();
      if (nodes_[node].due > now || (nodes_[node].failures > 0 && nodes_[node].tried)) continue;
      nodes_[node].tried = nodes_[node].failures > 0;
      next_ = node + 1;
      return node;
    }
    return std::nullopt;
  }
  /// When a node that is left alone may be asked again.
  [[nodiscard]] TimePoint next_due() const {
    TimePoint due = TimePoint::max();
    for (const Node& node : nodes_)
      if (!node.tried || node.failures == 0) due = std::min(due, node.due);
    return due;
  }
  void answered(std::size_t node) {
    nodes_[node].failures = 0;
    nodes_[node].tried = false;
    nodes_[node].due = {};
  }
  /// It did not answer, or said that it cannot: left alone for a while, `at_least` so long, then tried with one request.
  void failed(std::size_t node, TimePoint now, std::chrono::milliseconds at_least = {}) {
    Node& of = nodes_[node];
    if (of.due > now) return;  // one of several requests that failed together
    ++of.failures;
    of.tried = false;
    of.due = now + std::max(at_least, back_off_.pause(of.failures));
  }
  [[nodiscard]] const std::string& url(std::size_t node) const { return nodes_[node].url; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

 private:
  struct Node {
    std::string url;
    unsigned failures = 0;  // since it last answered
    bool tried = false;     // since it last failed: a request is on its way that shows whether it is back
    TimePoint due{};
  };
  std::vector<Node> nodes_;
  std::size_t next_ = 0;
  BackOff back_off_;
};

/// How many requests may be on their way: one more for each that went well, at most one a window's length; half as many when the server
/// says that it is too much (additive increase, multiplicative decrease: D.-M. Chiu, R. Jain, 1989). Where it says so of a part of a
/// request, as much less as that part is of the whole ("Data Center TCP", M. Alizadeh et al., 2010): one document of a hundred that has
/// to come again is no reason to be half as fast.
class SendWindow {
 public:
  explicit SendWindow(std::size_t max) : max_{static_cast<double>(max)}, size_{std::min(2.0, max_)} {}

  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(size_); }
  /// `too_much`: the share of a request that was, 0 to 1.
  void answered(double too_much) noexcept { size_ = std::clamp(size_ * (1 - too_much / 2) + (1 - too_much) / size_, 1.0, max_); }

 private:
  double max_, size_;
};

}  // namespace loglode
