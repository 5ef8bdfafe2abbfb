#include "perf/floor/bare_loop.h"

#define XXH_INLINE_ALL
#include <simdjson.h>
#include <xxhash.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

extern "C" int count_hit(unsigned, unsigned long long, unsigned long long, unsigned, void* hits) noexcept {
  ++*static_cast<std::uint64_t*>(hits);
  return 0;
}

class BareLoop {
 public:
  BareLoop(const hs_database_t* database, hs_scratch_t* scratch) : database_{database}, scratch_{scratch} {}

  // Five fields of one line, in the order in which they are written.
  std::string_view read_fields(const char* line, std::size_t size, std::size_t readable) {
    auto document = parser_.iterate(simdjson::padded_string_view(line, size, readable));
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return {};
    std::string_view message;
    for (const char* key : {"@timestamp", "level", "service", "trace_id", "message"}) {
      std::string_view value;
      if (object[key].get_string().get(value) != simdjson::SUCCESS) continue;
      ++times.fields;
      message = value;
    }
    return message;
  }

  void scan_rules(std::string_view message) {
    if (database_ != nullptr)
      static_cast<void>(hs_scan(database_, message.data(), static_cast<unsigned>(message.size()), 0, scratch_, count_hit, &times.hits));
  }

  void hash_tokens(std::string_view message) {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= message.size(); ++i) {
      if (i < message.size() && !kSeparator[static_cast<unsigned char>(message[i])]) continue;
      if (i > begin) hash = hash * 0x9E3779B97F4A7C15ULL + XXH3_64bits(message.data() + begin, i - begin);
      begin = i + 1;
    }
    times.hash ^= hash;
  }

  BareTimes times;

 private:
  static constexpr std::array<bool, 256> kSeparator = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view{" \t=:,;()[]{}\"'|<>"}) table[static_cast<unsigned char>(c)] = true;
    return table;
  }();

  const hs_database_t* database_;
  hs_scratch_t* scratch_;
  simdjson::ondemand::parser parser_;
};

template <class Each>
void for_each_line(const std::string& text, std::size_t size, Each each) {
  const char* const end = text.data() + size;
  for (const char* line = text.data(); line < end;) {
    const auto* newline = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    const char* stop = newline == nullptr ? end : newline;
    each(line, static_cast<std::size_t>(stop - line), text.size() - static_cast<std::size_t>(line - text.data()));
    line = stop + 1;
  }
}

}  // namespace

BareTimes run_bare_loop(const std::string& text, std::size_t size, const hs_database_t* database, hs_scratch_t* scratch) {
  BareLoop loop{database, scratch};
  std::vector<std::string> messages;
  auto start = Clock::now();
  for_each_line(text, size, [&](const char* line, std::size_t length, std::size_t readable) {
    ++loop.times.lines;
    loop.times.hash += loop.read_fields(line, length, readable).size();
  });
  loop.times.json = seconds_since(start);

  start = Clock::now();
  for_each_line(text, size, [&](const char* line, std::size_t length, std::size_t readable) {
    const std::string_view message = loop.read_fields(line, length, readable);
    loop.scan_rules(message);
    loop.hash_tokens(message);
  });
  loop.times.together = seconds_since(start);

  for_each_line(text, size, [&](const char* line, std::size_t length, std::size_t readable) {
    messages.emplace_back(loop.read_fields(line, length, readable));
  });
  start = Clock::now();
  for (const std::string& message : messages) loop.scan_rules(message);
  loop.times.rules = seconds_since(start);
  start = Clock::now();
  for (const std::string& message : messages) loop.hash_tokens(message);
  loop.times.tokens = seconds_since(start);
  return loop.times;
}

}  // namespace loglode
