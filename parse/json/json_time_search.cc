// Which key of a JSON record holds its time when none has a name that the table of names knows.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "parse/json/json_time.h"

namespace loglode {
namespace {

constexpr std::size_t kSearchedJsonBytes = 4096;

/// The words that a key is made of (`eventTimestamp`, `event_timestamp`, `@log-time`), lower-cased, the last of them first.
class KeyWords {
 public:
  explicit KeyWords(std::string_view key) {
    std::size_t end = key.size();
    while (end > 0 && count_ < kWordsMax) {
      while (end > 0 && !is_letter(key[end - 1])) --end;
      std::size_t begin = end;
      while (begin > 0 && is_letter(key[begin - 1])) {
        --begin;
        const bool capital = key[begin] < 'a';
        const bool behind_small = begin > 0 && key[begin - 1] >= 'a' && key[begin - 1] <= 'z';
        if (capital && behind_small) break;
      }
      if (begin != end) add(key.substr(begin, end - begin));
      end = begin;
    }
  }
  [[nodiscard]] bool ends_with(std::initializer_list<std::string_view> words) const {
    return count_ > 0 && std::find(words.begin(), words.end(), words_[0].view()) != words.end();
  }
  [[nodiscard]] bool has(std::initializer_list<std::string_view> beginnings) const {
    for (std::size_t i = 0; i < count_; ++i) {
      for (const std::string_view beginning : beginnings) {
        if (words_[i].view().starts_with(beginning)) return true;
      }
    }
    return false;
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  static constexpr std::size_t kWordsMax = 6, kWordBytesMax = 16;
  struct Word {
    std::array<char, kWordBytesMax> bytes;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), size}; }
  };
  static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  void add(std::string_view word) {
    Word& lowered = words_[count_++];
    lowered.size = std::min(word.size(), kWordBytesMax);
    std::transform(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(lowered.size), lowered.bytes.begin(),
                   [](char c) { return c < 'a' ? static_cast<char>(c + 32) : c; });
  }

  std::array<Word, kWordsMax> words_;
  std::size_t count_ = 0;
};

/// How well a key's name says that its value is the record's time; 0: it does not.
int rank_of(std::string_view key) {
  const KeyWords words{key};
  if (words.has({"expir", "until", "since", "before", "after", "elapsed", "duration", "response", "process", "run",
                 "up",    "wait",  "next",  "last",   "birth", "delay",   "exec",     "total",    "build",   "built",
                 "valid", "due",   "taken", "avg",    "max",   "min",     "boot",     "cpu",      "zone"}))
    return 0;
  const bool of_event = words.has({"log", "event", "record", "entry", "message", "action", "alert", "audit", "access", "request", "occur"});
  if (words.ends_with({"timestamp", "timestampms", "datetime", "stamp"})) return of_event ? 6 : 5;
  if (words.ends_with({"time", "ts", "when", "eventtime", "logtime", "timems", "timeutc"})) return of_event ? 4 : 3;
  if (words.ends_with({"date"})) return of_event ? 3 : 2;
  if (words.ends_with({"at", "on"}) && words.count() > 1) return 1;
  return 0;
}

/// One `"key": value` after the other, at any depth; values are taken as they stand.
class JsonPairs {
 public:
  explicit JsonPairs(std::string_view json) : json_(json) {}
  bool next(std::string_view& key, JsonValue& value) {
    std::string_view text;
    while (take_text(text)) {
      std::size_t at = skip_blanks(at_);
      if (at >= json_.size() || json_[at] != ':') continue;
      at = skip_blanks(at + 1);
      if (at >= json_.size()) return false;
      key = text, at_ = at;
      if (json_[at] == '"') {
        if (!take_text(text)) return false;
        value = JsonValue{text, JsonKind::string};
        return true;
      }
      if (json_[at] < '0' || json_[at] > '9') continue;
      const std::size_t end = json_.find_first_not_of("0123456789.eE+-", at);
      if (end == std::string_view::npos) return false;
      value = JsonValue{json_.substr(at, end - at), JsonKind::number};
      at_ = end;
      return true;
    }
    return false;
  }

 private:
  std::size_t skip_blanks(std::size_t at) const noexcept {
    while (at < json_.size() && static_cast<unsigned char>(json_[at]) <= ' ') ++at;
    return at;
  }
  bool take_text(std::string_view& text) {
    const std::size_t begin = json_.find('"', at_);
    if (begin == std::string_view::npos) return false;
    for (std::size_t end = begin + 1; end < json_.size(); ++end) {
      if (json_[end] == '\\') {
        ++end;
      } else if (json_[end] == '"') {
        text = json_.substr(begin + 1, end - begin - 1);
        at_ = end + 1;
        return true;
      }
    }
    return false;
  }

  std::string_view json_;
  std::size_t at_ = 0;
};

}  // namespace

bool find_json_time(std::string_view json, const TimeContext& context, Batch& batch, Timestamp& out) {
  JsonPairs pairs{json.substr(0, kSearchedJsonBytes)};
  std::string_view key;
  JsonValue value;
  int best = 0;
  while (pairs.next(key, value)) {
    const int rank = rank_of(key);
    Timestamp read = kNoTime;
    if (rank <= best || !read_json_time(value, context, batch, read)) continue;
    best = rank;
    out = read;
  }
  return best != 0;
}

}  // namespace loglode
