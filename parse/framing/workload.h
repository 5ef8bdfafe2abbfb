// Names of containers and pods without what tells instances apart. Pure functions, any thread.
#pragma once

#include <string_view>

namespace loglode {

struct Workload {
  std::string_view service;    // checkout
  std::string_view instance;   // checkout-7d9f8b6c5d-x2x4z
  std::string_view container;  // the rest of the writer's name; containers of one pod run several programs
};

/// `shop-checkout-1` -> shop-checkout
[[nodiscard]] Workload workload_of_compose(std::string_view container) noexcept;
/// `pod/checkout-7d9f8b6c5d-x2x4z/app` -> checkout, and `checkout-7d9f8b6c5d-x2x4z app` with a blank as separator.
[[nodiscard]] Workload workload_of_pod(std::string_view writer, char separator) noexcept;
/// Whether `word` ends as names of pods do: checkout-7d9f8b6c5d-x2x4z, agent-x2x4z, redis-0.
[[nodiscard]] bool is_pod_name(std::string_view word) noexcept;

}  // namespace loglode
