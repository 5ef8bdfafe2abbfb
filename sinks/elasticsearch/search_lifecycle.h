// What deletes old documents in the cluster: policies of ILM (Elasticsearch) or ISM (OpenSearch), or the data stream's own retention. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loglode {

enum class LifecycleBy : std::uint8_t { none, data_stream, ilm, ism };

/// `none`, `data_stream`, `ilm`, `ism`.
[[nodiscard]] constexpr std::string_view name_of(LifecycleBy by) noexcept {
  constexpr std::string_view kNames[] = {"none", "data_stream", "ilm", "ism"};
  return kNames[static_cast<std::size_t>(by)];
}

struct SearchRetention {
  std::chrono::hours records{0}, events{0};  // 0: for ever
  friend bool operator==(const SearchRetention&, const SearchRetention&) = default;
};

struct LifecyclePolicy {
  std::string path, body;  // body: JSON, with a hash of ours in it: policy_hash() finds it
};

/// The policies that delete what is older; none for the data stream's own retention. An index of records is rolled over when it is as old
/// as a tenth of their retention (1 to 30 days) or its primary shards have 50 GB. `prefix`: of the indices of events.
[[nodiscard]] std::vector<LifecyclePolicy> lifecycle_policies(LifecycleBy by, const SearchRetention& retention, std::string_view prefix);
/// The name of a policy: loglode-records, loglode-events, with another prefix than `loglode` loglode-events-PREFIX.
[[nodiscard]] std::string lifecycle_policy_name(bool of_events, std::string_view prefix);
/// The hash in a policy as the server gives it back, empty where it is not ours: a policy that says the same has the same.
[[nodiscard]] std::string policy_hash(std::string_view body);
/// As servers write it: `30d`, `36h`.
[[nodiscard]] std::string server_time(std::chrono::hours hours);

}  // namespace loglode
