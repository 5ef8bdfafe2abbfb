// Snapshots from a seed, what the store should hold after them (slow and obvious), and folders to keep it in.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "state/sqlite.h"
#include "state/state_store.h"
#include "tests/unit/core/summary_samples.h"

namespace loglode::test {

/// In memory where the system offers it: a process that is killed loses nothing there either, and thousands of synced writes are quick.
class StateFolder {
 public:
  StateFolder() {
    const std::filesystem::path base = ::access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (base / "loglode-state-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  ~StateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string file(const std::string& name = "state.db") const { return (path_ / name).string(); }
  /// Name and bytes of everything in it but the lock.
  [[nodiscard]] std::map<std::string, std::string> bytes() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator{path_})
      if (entry.path().filename() != "state.lock") all[entry.path().filename()] = read(entry.path());
    return all;
  }
  void fill(const std::map<std::string, std::string>& all) const {
    for (const auto& entry : std::filesystem::directory_iterator{path_}) std::filesystem::remove_all(entry.path());
    for (const auto& [name, bytes] : all) write(name, bytes);
  }
  void write(const std::string& name, const std::string& bytes) const { std::ofstream{path_ / name, std::ios::binary} << bytes; }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  std::filesystem::path path_;
};

inline StateStore open_state(const StateFolder& folder, StateLimits limits = {}, StateAccess access = StateAccess::read_write) {
  auto store = StateStore::open(folder.path(), access, limits);
  INFO((store ? std::string{} : store.error().message));
  REQUIRE(store.has_value());
  return std::move(*store);
}

inline StateContents contents_of(const StateStore& store) {
  auto contents = store.load();
  INFO((contents ? std::string{} : contents.error().message));
  REQUIRE(contents.has_value());
  return std::move(*contents);
}

inline StateContents contents_of(const StateFolder& folder) { return contents_of(open_state(folder)); }

/// All that was stored, in lines that compare and that a person can read; set_aside is no part of it.
inline std::string text_of(const StateContents& contents) {
  std::multiset<std::string> lines;
  const auto line = [&](const auto&... parts) {
    std::ostringstream out;
    ((out << parts << '|'), ...);
    lines.insert(out.str());
  };
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  const auto id = [](auto value) { return std::to_string(value.high) + '.' + std::to_string(value.low); };
  const auto time = [](Timestamp at) { return at.time_since_epoch().count(); };
  for (const StoredShape& one : contents.shapes) line("shape", id(one.id), one.bytes);
  for (const StoredStream& one : contents.streams)
    line("stream", one.identity.high, one.identity.low, one.path, one.reaches, one.finished, one.rolled_up, time(one.learned_at));
  for (const WindowSummary& one : contents.windows) line("window", encode(one));
  for (const StoredTotal& one : contents.totals)
    line("total", one.service, id(one.shape), number(one.severity), one.count, time(one.first), time(one.last));
  for (const TemplateNote& one : contents.notes) line("note", id(one.id), one.text, one.name, one.pinned, one.ignored, id(one.alias_of));
  for (const StoredTemplate& one : contents.templates) line("template", id(one.id), one.text, number(one.severity));
  std::size_t age = 0;
  for (const TemplateEvent& one : contents.events) line("event", age++, one.kind, id(one.from), id(one.into), one.text, time(one.at));
  for (const auto& [announcer, all] : contents.announced) {
    line("announcer", announcer, all.next_incident, all.last_revision, all.renewed, all.targets.has_value());
    if (all.targets)
      for (const std::string& target : *all.targets) line("target", announcer, target);
    for (const AnnouncedFinding& one : all.findings)
      line("announced", announcer, one.subject, time(one.start), time(one.end), one.total, one.announced, one.muted);
    for (const AnnouncedIncident& one : all.incidents) {
      line("incident", announcer, one.number, one.id, time(one.opened), time(one.last), one.findings, number(one.severity), one.closed,
           one.summary);
      for (const std::string& subject : one.subjects) line("subject", announcer, one.number, subject);
    }
    for (const PublishedDocument& one : all.documents)
      line("document", announcer, name_of(one.kind), one.id, one.hash, one.about, time(one.start), time(one.end), one.size, one.open_text,
           one.lasting, time(one.opened_at));
    for (const AnnouncedTemplate& one : all.templates) line("announced template", announcer, id(one.id), one.count);
  }
  for (const auto& [announcer, events] : contents.pending)
    for (const Event& one : events)
      line("pending", announcer, name_of(one.kind), one.key, one.json, name_of(one.change), one.revision, time(one.opened_at));
  for (const StoredBase& one : contents.bases) line("base", one.announcer, one.bytes);
  for (const StoredTold& one : contents.told) line("told", one.teller, one.bytes);
  for (const FormerId& one : contents.former_ids) line("former id", id(one.id), id(one.now));
  for (const ServiceWarmUp& one : contents.warm_ups) line("warm-up", one.service, time(one.since));
  std::string text;
  for (const std::string& one : lines) text += one + "\n";
  return text;
}

/// What the store should hold, without retention of windows.
class StateModel {
 public:
  explicit StateModel(std::size_t events_max = StateLimits{}.events_max) : events_max_(events_max) {}

  void apply(const Checkpoint& snapshot) {
    for (const ShapeId id : snapshot.shapes_gone) shapes_.erase(id);
    for (const StoredShape& one : snapshot.shapes) shapes_[one.id] = one;
    for (const StoredStream& one : snapshot.streams) streams_[{one.identity.high, one.identity.low}] = one;
    std::set<Key> now;
    for (const WindowSummary& one : snapshot.windows) {
      now.insert(key_of(one));
      const auto [found, is_new] = windows_.try_emplace(key_of(one), one);
      const auto rank = [](const WindowSummary& window) { return std::tuple{window.reaches, window.records, encode(window)}; };
      if (!is_new && rank(one) > rank(found->second)) found->second = one;
    }
    for (const StreamIdentity& whole : snapshot.whole_streams) {
      std::uint64_t reaches = 0;
      for (const WindowSummary& one : snapshot.windows)
        if (one.stream == whole) reaches = std::max(reaches, one.reaches);
      for (const StoredStream& one : snapshot.streams)
        if (one.identity == whole) reaches = std::max(reaches, one.reaches);
      std::erase_if(windows_, [&](const auto& row) {
        return row.second.stream == whole && row.second.reaches <= reaches && !now.contains(row.first);
      });
    }
    if (snapshot.has_templates) templates_ = snapshot.templates;
    for (const StoredAnnounced& one : snapshot.announced) announced_[one.announcer] = one;
    for (const StoredPending& one : snapshot.pending) pending_[one.announcer] = one;
    for (const StoredBase& one : snapshot.bases) bases_[one.announcer] = one;
    for (const TemplateEvent& one : snapshot.events) events_.insert(events_.begin(), one);
    if (events_.size() > events_max_) events_.resize(events_max_);
  }

  [[nodiscard]] StateContents contents() const {
    StateContents all;
    for (const auto& [id, one] : shapes_) all.shapes.push_back(one);
    for (const auto& [id, one] : streams_) all.streams.push_back(one);
    for (const auto& [key, one] : windows_) all.windows.push_back(one);
    all.templates = templates_;
    all.events = events_;
    for (const auto& [announcer, one] : announced_) all.announced.push_back(one);
    for (const auto& [announcer, one] : pending_) all.pending.push_back(one);
    for (const auto& [announcer, one] : bases_) all.bases.push_back(one);
    return all;
  }
  [[nodiscard]] std::string text() const { return text_of(contents()); }

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, bool, std::int64_t, Timestamp>;
  static Key key_of(const WindowSummary& window) {
    return {window.stream.high, window.stream.low, window.ordinal, window.width.count(), window.start};
  }
  std::size_t events_max_;
  std::map<ShapeId, StoredShape> shapes_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, StoredStream> streams_;
  std::map<Key, WindowSummary> windows_;
  std::vector<StoredTemplate> templates_;
  std::vector<TemplateEvent> events_;
  std::map<std::string, StoredAnnounced> announced_;
  std::map<std::string, StoredPending> pending_;
  std::map<std::string, StoredBase> bases_;
};

/// Snapshots 1, 2, 3 … of a run: keys come again, what is read reaches further each time.
class StateSamples {
 public:
  explicit StateSamples(std::uint64_t seed) : samples_{seed}, seed_{seed} {}

  Checkpoint next() {
    ++number_;
    Checkpoint snapshot;
    for (std::uint64_t i = below(4); i > 0; --i) snapshot.shapes.push_back({id<ShapeId>(), bytes(60)});
    for (std::uint64_t i = below(2); i > 0; --i) snapshot.shapes_gone.push_back(id<ShapeId>());
    for (std::uint64_t i = 1 + below(2); i > 0; --i) add_stream(snapshot);
    if (below(3) == 0) add_templates(snapshot);
    for (std::uint64_t i = below(3); i > 0; --i)
      snapshot.events.push_back({below(2) == 0 ? "merged" : "evicted", id<TemplateId>(), id<TemplateId>(), bytes(20), at(number_)});
    if (below(2) == 0) snapshot.announced.push_back({announcer(), announced()});
    if (below(2) == 0) {
      StoredPending& pending = snapshot.pending.emplace_back(StoredPending{announcer()});
      for (std::uint64_t i = below(3); i > 0; --i)
        pending.events.push_back({Document{static_cast<std::uint8_t>(1 + below(3))}, bytes(9), bytes(20),
                                  EventChange{static_cast<std::uint8_t>(below(4))}, below(99), below(2) == 0 ? kNoTime : at(below(9))});
    }
    if (below(2) == 0) snapshot.bases.push_back({announcer(), bytes(40)});
    return snapshot;
  }
  std::uint64_t below(std::uint64_t bound) { return samples_.below(bound); }

 private:
  static Timestamp at(std::uint64_t second) { return Timestamp{std::chrono::seconds{1'700'000'000 + second}}; }
  const char* announcer() { return below(2) == 0 ? "run" : "tail"; }
  /// Keys are few, so that rows of two checkpoints are the same, others or gone.
  Announced announced() {
    Announced all;
    all.next_incident = 1 + below(9);
    all.last_revision = below(1000);
    all.renewed = below(2) == 0;
    if (below(2) == 0) all.targets = std::vector<std::string>(below(2), "finding\nplace");
    for (std::uint64_t i = below(4); i > 0; --i)
      all.findings.push_back(
          {std::string(1, static_cast<char>(below(3))), at(below(5)), at(5 + below(5)), below(3), below(3), below(2) == 0});
    for (std::uint64_t number = below(4); number > 0; number -= 1 + below(number))
      all.incidents.push_back({number, bytes(16), std::vector<std::string>(below(2), bytes(3)), at(below(5)), at(number_), below(4),
                               IncidentSeverity{static_cast<std::uint8_t>(below(4))}, below(2) == 0, bytes(20)});
    for (std::uint64_t i = below(4); i > 0; --i)
      all.documents.push_back({i % 2 == 0 ? Document::finding : Document::incident, std::string(i, 'd'), below(9), below(9), kNoTime,
                               at(below(9)), below(9), bytes(20), below(2) == 0, below(2) == 0 ? kNoTime : at(below(9))});
    for (std::uint64_t i = below(4); i > 0; --i) all.templates.push_back({{i, below(2)}, below(50)});
    return all;
  }
  /// Some beyond the signed ones, some that are alike in one half.
  template <class Id>
  Id id() {
    const std::uint64_t high = (below(6) + 1) * 0x2222'2222'2222'2222ULL;
    return {high, below(2) * 0xF000'0000'0000'0001ULL};
  }
  std::string bytes(std::uint64_t bound) {
    std::string text(below(bound), '\0');
    for (char& c : text) c = static_cast<char>(below(256));
    return text;
  }

  void add_stream(Checkpoint& snapshot) {
    const StreamIdentity identity{~std::uint64_t{0} - below(3), seed_};
    for (const StoredStream& one : snapshot.streams)
      if (one.identity == identity) return;
    StoredStream stream{identity, "/var/log/\xff?#%.log", number_ * 1000 + 999, below(2) == 0, false, at(number_)};
    const Duration width = below(2) == 0 ? first_width() : wider(first_width());
    for (std::uint64_t i = below(5); i > 0; --i) {
      WindowSummary window = samples_.make(identity, at(0) + Duration{static_cast<std::int64_t>(below(400)) * 1'000'000}, width);
      window.reaches = number_ * 1000 + below(1000);
      snapshot.windows.push_back(std::move(window));
    }
    if (below(3) == 0) snapshot.whole_streams.push_back(identity);
    snapshot.streams.push_back(std::move(stream));
  }

  void add_templates(Checkpoint& snapshot) {
    snapshot.has_templates = true;
    std::set<TemplateId> ids;
    for (std::uint64_t i = below(6); i > 0; --i) ids.insert(id<TemplateId>());
    for (const TemplateId one : ids) snapshot.templates.push_back({one, "user <*> " + bytes(10), static_cast<SeverityClass>(below(3))});
  }

  SummarySamples samples_;
  std::uint64_t seed_, number_ = 0;
};

/// Runs `body` in a child and gives its exit code; -1 when a signal ended it.
inline int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// This process, a child, exits with 42 before its n-th change on disk.
inline void stop_before(int n) {
  static std::atomic<int> changes_left{0};
  changes_left = n;
  state::before_each_change = +[] {
    if (--changes_left == 0) ::_exit(42);
  };
}

/// A folder as a process leaves it that was killed after `count` snapshots: with its -wal and -shm.
inline std::map<std::string, std::string> crashed_folder(std::uint64_t seed, int count) {
  const StateFolder folder;
  REQUIRE(in_child([&] {
            auto store = StateStore::open(folder.path(), StateAccess::read_write);
            StateSamples samples{seed};
            for (int i = 0; i < count; ++i)
              if (!store || !store->write(samples.next())) return 1;
            ::_exit(0);  // nothing is closed
          }) == 0);
  auto all = folder.bytes();
  REQUIRE(all.contains("state.db-wal"));
  REQUIRE(all.contains("state.db-shm"));
  return all;
}

/// How often a test with seeds is repeated: more in `./check deep`.
inline std::uint64_t seeds(std::uint64_t normal) {
  const char* const times = std::getenv("LOGLODE_STATE_SEEDS");
  return times == nullptr ? normal : std::max<std::uint64_t>(normal, std::strtoull(times, nullptr, 10));
}

}  // namespace loglode::test
