// The small sections of the configuration file, one function each.
#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/http_token.h"
#include "config/expansion.h"
#include "config/quantities.h"
#include "config/readers.h"

namespace loglode::config {
namespace {

constexpr std::string_view kPipelineKeys[] = {"threads", "memory", "line_bytes_max"};
constexpr std::string_view kRulesKeys[] = {"packs"};
constexpr std::string_view kKnownErrorKeys[] = {"packs", "owners"};
constexpr std::string_view kMiningKeys[] = {"templates_max"};
constexpr std::string_view kDetectKeys[] = {"bucket", "frequent", "notify", "mutes"};
constexpr std::string_view kFrequentKeys[] = {"count", "window"};
constexpr std::string_view kNotifyKeys[] = {"pages_per_day_max"};
constexpr std::string_view kDeadLetterKeys[] = {"path", "size_max", "when_full", "mask_dead_letters"};
constexpr std::string_view kHttpKeys[] = {"listen", "token"};
constexpr std::string_view kLogKeys[] = {"level", "format"};

constexpr std::uint64_t kThreadsMax = 64;  // as --threads of tail

struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool loopback = false;
};

/// `127.0.0.1:9600`, `[::1]:9600`, `localhost:9600`. A name that has to be looked up could lead anywhere.
std::optional<Address> read_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = read_count(text.substr(colon + 1));
  if (!port || *port > 65'535) return std::nullopt;
  Address out{std::string{text.substr(0, colon)}, static_cast<std::uint16_t>(*port)};
  in_addr v4{};
  in6_addr v6{};
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
    if (inet_pton(AF_INET6, out.host.c_str(), &v6) != 1) return std::nullopt;
    out.loopback = IN6_IS_ADDR_LOOPBACK(&v6);
  } else if (out.host == "localhost") {
    out.loopback = true;
  } else if (inet_pton(AF_INET, out.host.c_str(), &v4) == 1) {
    out.loopback = (ntohl(v4.s_addr) >> 24) == 127;
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace

void read_pipeline(const Section& root, PipelineConfig& config) {
  const auto section = root.section("pipeline", "pipeline", kPipelineKeys);
  if (!section) return;
  const Text threads = section->text("threads");
  if (!threads.empty() && threads.value != "auto") {
    const auto count = read_count(threads.value);
    if (!count || *count == 0 || *count > kThreadsMax)
      section->problem(threads.line, fmt::format("bad threads {}: auto, or a whole number from 1 to {}", quoted(threads), kThreadsMax));
    else
      config.pipeline.threads = {static_cast<unsigned>(*count), threads.line};
  }
  section->size("memory", config.pipeline.memory_bytes, {16 * kMiB, 1ull << 44});
  section->size("line_bytes_max", config.pipeline.line_bytes_max, {kKiB, 64 * kMiB});
  // Two batches of a source and one on its way out hold a longest line each, twice while it is parsed.
  if (config.pipeline.line_bytes_max.value > config.pipeline.memory_bytes.value / 8)
    section->problem(section->key_line("line_bytes_max"), "line_bytes_max must be at most an eighth of memory");
}

/// `packs`: ours, when it is written, and files.
void read_packs(const Section& section, bool& builtin, std::vector<Text>& packs) {
  if (!section.has("packs")) return;
  builtin = false;
  for (Text& pack : section.texts("packs")) {
    if (pack.value == "builtin") {
      if (builtin) section.problem(pack.line, "\"packs\" has builtin twice");
      builtin = true;
    } else {
      section.reading().resolve(pack);
      packs.push_back(std::move(pack));
    }
  }
}

void read_rules(const Section& root, PipelineConfig& config) {
  if (const auto section = root.section("rules", "rules", kRulesKeys)) read_packs(*section, config.rules.builtin, config.rules.packs);
}

void read_known_errors(const Section& root, PipelineConfig& config) {
  const auto section = root.section("known_errors", "known_errors", kKnownErrorKeys);
  if (!section) return;
  read_packs(*section, config.known_errors.builtin, config.known_errors.packs);
  config.known_errors.owners = section->path("owners");
}

void read_detect(const Section& root, PipelineConfig& config) {
  if (const auto mining = root.section("mining", "mining", kMiningKeys))
    mining->count("templates_max", config.templates_max, {100, 10'000'000});
  const auto section = root.section("detect", "detect", kDetectKeys);
  if (!section) return;
  const Milliseconds only = config.detect.bucket.value;
  section->duration("bucket", config.detect.bucket, {Milliseconds{1}, hours(24)});
  if (config.detect.bucket.value != only)
    section->problem(config.detect.bucket.line,
                     "bucket can only be 10s: what is rare, frequent, a drop or a silence was measured in windows of 10 s, and those of "
                     "another width could not be added to what the state and other members have");
  if (const auto frequent = section->section("frequent", "detect.frequent", kFrequentKeys)) {
    frequent->count("count", config.detect.frequent_count, {1, 1'000'000'000});
    frequent->duration("window", config.detect.frequent_window, {std::chrono::seconds{1}, hours(24)});
  }
  if (const auto notify = section->section("notify", "detect.notify", kNotifyKeys))
    notify->count("pages_per_day_max", config.detect.pages_per_day_max, {0, 100'000});
  if (config.detect.pages_per_day_max.line > 0)
    root.reading().warn(
        config.detect.pages_per_day_max.line,
        "pages_per_day_max has no effect yet: this version notifies nobody; \"notify\" in findings says who would be notified");
  config.detect.mutes = section->paths("mutes");
}

void read_dead_letters(const Section& root, PipelineConfig& config) {
  const auto section = root.section("dead_letters", "dead_letters", kDeadLetterKeys);
  if (section) {
    constexpr Word<bool> kBlock[] = {{"block", true}};  // what is not delivered and not kept would be lost
    Given<bool> block;
    config.dead_letters.path = section->path("path");
    section->size("size_max", config.dead_letters.bytes_max, {kMiB, 1ull << 50});
    section->choice("when_full", kBlock, block);
    section->flag("mask_dead_letters", config.dead_letters.mask);
  }
  if (config.dead_letters.path.empty() && !config.state.empty())
    config.dead_letters.path = {path_in(config.state.value, "dead-letters"), 0, path_in(config.state.shown, "dead-letters"),
                                config.state.hidden};
}

void read_http(const Section& root, PipelineConfig& config) {
  const auto section = root.section("http", "http", kHttpKeys);
  if (!section) return;
  config.http.token = section->text("token");
  if (!config.http.token.empty() && config.http.token.value.size() < kHttpTokenBytesLeast)
    section->problem(config.http.token.line, std::string{kShortHttpToken});
  if (!section->has("listen")) return;
  const Text listen = section->text_or_nothing("listen");
  config.http.line = listen.line;
  // "off" and "false" alike: YAML 1.1 has both.
  if (listen.empty() || listen.value == "off" || listen.value == "false") {
    config.http.on = false;
    return;
  }
  const auto address = read_address(listen.value);
  if (!address) {
    section->problem(listen.line,
                     fmt::format("bad listen {}: an address and a port like 127.0.0.1:9600 or [::1]:9600, or off", quoted(listen)));
    return;
  }
  config.http.host = address->host;
  config.http.port = address->port;
  if (!address->loopback && config.http.token.empty())
    section->problem(listen.line, fmt::format("listen {} can be reached from other machines: it needs a \"token\"", quoted(listen)));
}

void read_log(const Section& root, PipelineConfig& config) {
  using Level = LogConfig::Level;
  constexpr Word<Level> kLevels[] = {
      {"trace", Level::trace}, {"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn}, {"error", Level::error}};
  constexpr Word<LogConfig::Format> kFormats[] = {{"text", LogConfig::Format::text}, {"json", LogConfig::Format::json}};
  const auto section = root.section("log", "log", kLogKeys);
  if (!section) return;
  section->choice("level", kLevels, config.log.level);
  section->choice("format", kFormats, config.log.format);
}

}  // namespace loglode::config
