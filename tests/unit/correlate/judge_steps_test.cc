// What stands follows from the records alone: lived through, read in one go, or in any pieces with restarts between them.
#include "correlate/judge_steps.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "scene.h"

namespace loglode {

namespace {

struct Line {
  double time = 0, arrives = 0;
  std::string service, text, trace;
  Severity severity = Severity::info;
};

#ifdef LOGLODE_SANITIZED
constexpr unsigned kRounds = 1;  // ten times as slow, and it is memory that is looked at here
#else
constexpr unsigned kRounds = 3;
#endif

/// Some hours of three services: what they say all day, bursts of errors, silences, warnings that come and go, records that come late.
class World {
 public:
  World(unsigned seed, double hours) : dice_{seed}, end_{hours * 3600} {
    for (const char* service : {"web", "orders", "ledger"}) {
      say_all_day(service);
      fall_silent(service);
    }
    const unsigned troubles = 2 + below(5);
    for (unsigned i = 0; i < troubles; ++i) trouble(i);
    for (Line& line : lines_) {
      line.arrives = line.time + between(0, 0.5);
      if (below(200) == 0) line.arrives += between(1, 1500);
    }
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return a.arrives < b.arrives; });
  }

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] double between(double low, double high) { return low + (high - low) * static_cast<double>(dice_() % 10'000) / 1e4; }
  [[nodiscard]] unsigned below(unsigned bound) { return static_cast<unsigned>(dice_() % bound); }

 private:
  void add(double time, const std::string& service, Severity severity, const std::string& text, const std::string& trace = {}) {
    if (time < end_) lines_.push_back({time, time, service, text, trace, severity});
  }
  void say_all_day(const std::string& service) {
    const double pace = between(10, 40);
    for (double at = between(0, 20); at < end_; at += between(0.5, 1.5) * pace) add(at, service, Severity::info, "request served");
    for (double at = between(0, 60); at < end_; at += 60) add(at, service, Severity::info, "still here");
    for (double at = between(60, 3000); at < end_; at += between(300, 3000)) add(at, service, Severity::error, "client went away");
  }
  void fall_silent(const std::string& service) {
    if (below(2) == 0) return;
    const double from = between(0, end_), to = from + between(300, 3000);
    std::erase_if(lines_, [&](const Line& line) { return line.service == service && line.time > from && line.time < to; });
  }
  void trouble(unsigned number) {
    static constexpr const char* kServices[] = {"web", "orders", "ledger"};
    const std::string service = kServices[below(3)], other = kServices[below(3)];
    const double at = between(0, end_);
    const unsigned count = 1 + below(60);
    const bool warning = below(3) == 0;
    const std::string name(1, static_cast<char>('a' + number));
    for (unsigned i = 0; i < count; ++i)
      add(at + i * between(0.1, 20), service, warning ? Severity::warn : Severity::error, "valve " + name + " is stuck", "t" + name);
    if (below(2) == 0)
      for (unsigned i = 0; i < count; ++i) add(at + 3 + i * 4, other, Severity::error, "no answer from " + service, "t" + name);
  }

  std::mt19937 dice_;
  double end_;
  std::vector<Line> lines_;
};

/// Whoever was told: what stands at the end under each id.
using Told = std::map<std::string, std::string>;

class Reader {
 public:
  explicit Reader(const World& world) : world_{world} {}

  void read_to(std::size_t end) {
    for (; at_ < end; ++at_) read(world_.lines()[at_]);
  }
  void read(const Line& line) {
    scene_.file = line.service + ".log";
    scene_.line(line.time, line.service, line.severity, line.text, line.trace);
  }

  void look(bool thorough, Timestamp watermark = Timestamp::max()) {
    const TemplateCatalog catalog = scene_.catalog();
    std::vector<WindowSummary> windows = scene_.windows();
    std::erase_if(windows, [this](const WindowSummary& window) { return window.start < forgotten_; });
    JudgeConfig config;
    config.growing = true;
    const Judgement judgement = steps_.look(windows, catalog, Scene::rules(), config, thorough, watermark);
    forgotten_ = std::max(forgotten_, steps_.needs_from());
    tell(judgement);
    last_ = spelled_out(judgement);
  }

  void restart() {
    JudgeSteps again{StepConfig{}};
    again.begin_at(Standing{steps_.base()});
    steps_ = std::move(again);
  }

  [[nodiscard]] std::string told() const {
    std::string all;
    for (const auto& [id, text] : told_) all += id + ": " + text + '\n';
    return all;
  }
  [[nodiscard]] const std::string& last() const { return last_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_.steps_taken(); }
  [[nodiscard]] std::size_t count() const { return told_.size(); }

 private:
  void tell(const Judgement& judgement) {
    std::set<std::string> present;
    const auto put = [&](const std::string& id, const Judgement& one) {
      present.insert(id);
      told_[id] = spelled_out(one);
    };
    for (const Finding& finding : judgement.findings) {
      Judgement one;
      one.findings.push_back(finding);
      put(finding.finding_id, one);
    }
    for (const Incident& incident : judgement.incidents) {
      Judgement one;
      one.incidents.push_back(incident);
      put(incident.incident_id, one);
    }
    lasting_.insert(steps_.lasting().begin(), steps_.lasting().end());
    std::erase_if(told_, [&](const auto& each) { return !present.contains(each.first) && !lasting_.contains(each.first); });
  }

  const World& world_;
  std::size_t at_ = 0;  // of read_to()
  Scene scene_{std::chrono::seconds{10}};
  JudgeSteps steps_{StepConfig{}};
  Timestamp forgotten_ = Timestamp::min();
  Told told_;
  std::set<std::string> lasting_;
  std::string last_;
};

/// The lines of each service as a stream of its own, read in pieces: never one much further than the others, as StreamProgress has it.
class SideBySide {
 public:
  explicit SideBySide(World& world) : world_{world} {
    for (const Line& line : world.lines()) streams_[line.service].lines.push_back(line);
  }

  /// Some lines of a stream that is not far ahead. False: there are none.
  bool read_some(Reader& reader) {
    std::vector<Stream*> candidates;
    for (auto& [service, stream] : streams_)
      if (stream.next < stream.lines.size() && (stream.watermark == kNoTime || stream.watermark <= slowest() + std::chrono::hours{2}))
        candidates.push_back(&stream);
    if (candidates.empty()) return false;
    Stream& stream = *candidates[world_.below(static_cast<unsigned>(candidates.size()))];
    for (unsigned left = 1 + world_.below(400); left > 0 && stream.next < stream.lines.size(); --left) {
      const Line& line = stream.lines[stream.next++];
      stream.watermark = std::max(stream.watermark, at_second(line.time));
      reader.read(line);
    }
    return true;
  }

  /// Of those that have more.
  [[nodiscard]] Timestamp slowest() const {
    Timestamp slowest = Timestamp::max();
    for (const auto& [service, stream] : streams_)
      if (stream.next < stream.lines.size()) slowest = std::min(slowest, stream.watermark);
    return slowest;
  }

 private:
  struct Stream {
    std::vector<Line> lines;
    std::size_t next = 0;
    Timestamp watermark = kNoTime;
  };
  World& world_;
  std::map<std::string, Stream> streams_;
};

}  // namespace

TEST_CASE("steps: whoever looked whenever, the same records leave the same findings and incidents", "[correlate]") {
  std::size_t told = 0;
  for (unsigned seed = 1; seed <= 4 * kRounds; ++seed) {
    World world{seed, seed % 4 == 0 ? 9.0 : 3.0};
    const std::size_t all = world.lines().size();

    Reader at_once{world};
    at_once.read_to(all);
    at_once.look(true);

    Reader lived{world};
    for (std::size_t at = 0; at < all;) {
      at = std::min(all, at + 20);
      lived.read_to(at);
      lived.look(at % 3 == 0);
    }
    lived.look(true);

    Reader restarted{world};
    for (std::size_t at = 0; at < all;) {
      at = std::min<std::size_t>(all, at + 1 + world.below(600));
      restarted.read_to(at);
      restarted.look(world.below(2) == 0);
      if (world.below(3) == 0) restarted.restart();
    }
    restarted.look(true);

    for (Reader* each : {&at_once, &lived, &restarted}) each->look(true);  // which tells what stands now, not all that stood

    CAPTURE(seed);
    CHECK(lived.last() == at_once.last());
    CHECK(restarted.last() == at_once.last());
    CHECK(lived.told() == at_once.told());
    CHECK(restarted.told() == at_once.told());
    told += at_once.count();
  }
  CHECK(told > 8 * kRounds);
}

TEST_CASE("steps: streams that are read at different paces leave what they left when they were lived through", "[correlate]") {
  std::size_t told = 0;
  for (unsigned seed = 101; seed <= 100 + 4 * kRounds; ++seed) {
    World world{seed, seed % 4 == 0 ? 9.0 : 4.0};
    Reader lived{world};
    for (std::size_t at = 0; at < world.lines().size();) {
      at = std::min(world.lines().size(), at + 20);
      lived.read_to(at);
      lived.look(at % 3 == 0);
    }
    SideBySide streams{world};
    Reader apart{world};
    while (streams.read_some(apart)) {
      if (world.below(3) != 0) apart.look(world.below(2) == 0, streams.slowest());
      if (world.below(8) == 0) apart.restart();
    }
    for (Reader* each : {&lived, &apart})
      for (int i = 0; i < 2; ++i) each->look(true);
    CAPTURE(seed);
    CHECK(apart.last() == lived.last());
    CHECK(apart.told() == lived.told());
    told += lived.count();
  }
  CHECK(told > 8 * kRounds);
}

TEST_CASE("steps: while streams are behind, nothing is told of what only the others have said", "[correlate]") {
  Scene scene{std::chrono::seconds{10}};
  scene.file = "web.log";
  scene.lines(0, 3 * 3600.0, 10, "web", Severity::info, "request served");
  scene.lines(2 * 3600.0, 2 * 3600.0 + 60, 2, "web", Severity::error, "the ledger is gone");
  scene.file = "ledger.log";
  scene.lines(0, 3600.0, 10, "ledger", Severity::info, "entry written");
  JudgeConfig config;
  config.growing = true;
  const TemplateCatalog catalog = scene.catalog();
  const std::vector<WindowSummary> windows = scene.windows();
  const auto told = [&](Timestamp watermark) {
    JudgeSteps steps{StepConfig{}};
    const Judgement judgement = steps.look(windows, catalog, Scene::rules(), config, true, watermark);
    return judgement.findings.size();
  };
  CHECK(told(at_second(3600)) == 0);  // the ledger is not silent: nobody has read on
  CHECK(told(Timestamp::max()) > 0);
}

TEST_CASE("steps: a step in which nothing was said is not taken", "[correlate]") {
  Scene scene{std::chrono::seconds{10}};
  scene.lines(0, 1000, 10, "shop", Severity::info, "order placed");
  scene.lines(30 * 86'400.0, 30 * 86'400.0 + 1000, 10, "shop", Severity::info, "order placed");
  JudgeSteps steps{StepConfig{}};
  const TemplateCatalog catalog = scene.catalog();
  static_cast<void>(steps.look(scene.windows(), catalog, Scene::rules(), {}, true));
  CHECK(steps.steps_taken() <= 8);
}

TEST_CASE("steps: what stands for a while is not taken back when more was read, nor told under another id", "[correlate]") {
  Scene scene{std::chrono::seconds{10}};
  JudgeSteps steps{StepConfig{}};
  JudgeConfig config;
  config.growing = true;
  std::string incident, finding;
  for (int minute = 0; minute < 180; ++minute) {
    for (int i = 0; i < 6; ++i) scene.line(minute * 60 + i * 10, "shop", Severity::info, "order placed");
    if (minute >= 20 && minute < 23)
      for (int i = 0; i < 5; ++i) scene.line(minute * 60 + i * 7, "shop", Severity::error, "the ledger refused");
    const TemplateCatalog catalog = scene.catalog();
    const std::vector<WindowSummary> windows = scene.windows();
    const Judgement judgement = steps.look(windows, catalog, Scene::rules(), config, false);
    if (minute < 21 || minute > 90) continue;
    CAPTURE(minute);
    REQUIRE(judgement.incidents.size() == 1);
    const auto error = std::find_if(judgement.findings.begin(), judgement.findings.end(),
                                    [](const Finding& one) { return one.kind == FindingKind::new_error; });
    REQUIRE(error != judgement.findings.end());
    if (minute == 21) {
      incident = judgement.incidents.front().incident_id;
      finding = error->finding_id;
    }
    CHECK(judgement.incidents.front().incident_id == incident);
    CHECK(error->finding_id == finding);
  }
}

TEST_CASE("steps: what goes on for longer than is judged is one finding, not told in ever smaller pieces", "[correlate]") {
  Scene scene{std::chrono::seconds{10}};
  JudgeSteps steps{StepConfig{}};
  JudgeConfig config;
  config.growing = true;
  std::string id;
  Timestamp start = kNoTime;
  std::uint64_t total = 0;
  for (int minute = 0; minute < 160; ++minute) {
    for (int i = 0; i < 6; ++i) scene.line(minute * 60 + i * 10, "shop", Severity::info, "order placed");
    if (minute >= 20 && minute < 140) scene.line(minute * 60 + 5, "shop", Severity::error, "the ledger refused");
    if (minute < 21) continue;
    const TemplateCatalog catalog = scene.catalog();
    const std::vector<WindowSummary> windows = scene.windows();
    const Judgement judgement = steps.look(windows, catalog, Scene::rules(), config, false);
    CAPTURE(minute);
    std::vector<Finding> errors = judgement.findings;
    std::erase_if(errors, [](const Finding& one) { return one.kind != FindingKind::new_error; });
    REQUIRE(errors.size() == 1);
    if (id.empty()) {
      id = errors.front().finding_id;
      start = errors.front().start;
    }
    CHECK(errors.front().finding_id == id);
    CHECK(errors.front().start == start);
    CHECK(errors.front().total >= total);
    total = errors.front().total;
  }
}

}  // namespace loglode
