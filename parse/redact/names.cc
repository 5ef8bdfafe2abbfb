#include "parse/redact/names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "parse/redact/detectors.h"
#include "parse/redact/name_words.h"
#include "parse/redact/utf8.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kFoldedMax = 96;  // bytes of a name that are compared
constexpr std::size_t kBlanksMax = 3;   // between the words of a name in prose
constexpr std::size_t kTailsMax = 3;

bool joins_name(char c) noexcept { return c == '_' || c == '-' || c == '.'; }

/// A name read backwards: folded letters, and where its words begin.
class FoldedName {
 public:
  FoldedName(std::string_view text, std::size_t end, std::size_t blanks_most) : text_{text}, token_{end} { read(end, blanks_most); }

  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data() + first_, end_ - first_}; }
  /// Where the last word without blanks begins in the text.
  [[nodiscard]] std::size_t token() const noexcept { return token_; }
  [[nodiscard]] bool begins_word(std::size_t at) const noexcept { return at == 0 || marks_[first_ + at] != Mark::none; }
  [[nodiscard]] bool is_joined(std::size_t at) const noexcept {
    return marks_[first_ + at] == Mark::joined || marks_[first_ + at] == Mark::blank;
  }
  [[nodiscard]] bool is_behind_blank(std::size_t at) const noexcept { return marks_[first_ + at] == Mark::blank; }
  [[nodiscard]] bool begins_token(std::size_t at) const noexcept { return at == 0 || first_ + at == token_first_; }
  [[nodiscard]] bool is_accented(std::size_t at) const noexcept { return accented_[first_ + at]; }
  void cut_end(std::size_t size) noexcept { end_ -= size; }

 private:
  enum class Mark : unsigned char { none, hump, joined, blank };  // what stands before a byte

  void read(std::size_t at, std::size_t blanks_most) {
    std::size_t blanks = 0, joints = 0;
    const std::size_t lowest = at > kLookBack ? at - kLookBack : 0;
    while (at > lowest && first_ > 4) {
      const char c = text_[at - 1];
      if (is_alnum(c) || is_wide(c)) {
        const std::size_t size = take_letter(at);
        if (size == 0) break;
        at -= size;
        joints = 0;
      } else if (joins_name(c)) {
        if (++joints > 2) break;
        mark(Mark::joined);
        --at;
      } else if (c == ' ' && first_ != kFoldedMax && joints == 0 && at - 1 > lowest && blanks < blanks_most && is_letter_end(at - 1)) {
        if (blanks++ == 0) leave_token(at);
        mark(Mark::blank);
        --at;
      } else {
        break;
      }
    }
    if (blanks == 0) leave_token(at);
  }

  [[nodiscard]] bool is_letter_end(std::size_t end) const noexcept { return is_alnum(text_[end - 1]) || is_wide(text_[end - 1]); }

  void leave_token(std::size_t at) noexcept {
    token_ = at;
    token_first_ = first_;
  }

  /// What was put last has `mark` before it.
  void mark(Mark mark) noexcept {
    if (first_ != kFoldedMax) marks_[first_] = mark;
  }

  /// Bytes taken; 0: no letter.
  std::size_t take_letter(std::size_t at) noexcept {
    const char c = text_[at - 1];
    if (!is_wide(c)) {
      mark_hump(c, at);
      put(lowered(c));
      return 1;
    }
    const CodePoint found = code_point_before(text_, at);
    if (!is_wide_letter(found.value)) return 0;
    put_wide(folded(found.value));
    return found.size;
  }

  void mark_hump(char c, std::size_t at) noexcept {
    if (first_ == kFoldedMax || marks_[first_] != Mark::none || at >= text_.size()) return;
    const char next = text_[at], behind = at + 1 < text_.size() ? text_[at + 1] : '\0';
    const bool hump =
        (is_upper(next) && (is_lower(c) || is_digit(c) || (is_upper(c) && is_lower(behind)))) || (is_digit(c) && is_alpha(next));
    if (hump) marks_[first_] = Mark::hump;
  }

  void put(char c) noexcept { bytes_[--first_] = c; }
  void put_wide(char32_t value) {
    if (value == 0) return;
    if (value < 0x80) {
      put(static_cast<char>(value));
      accented_[first_] = true;
      return;
    }
    std::string bytes;
    append_utf8(bytes, value);
    for (std::size_t i = bytes.size(); i-- > 0;) put(bytes[i]);
  }

  std::string_view text_;
  std::array<char, kFoldedMax> bytes_{};
  std::array<Mark, kFoldedMax> marks_{};
  std::array<bool, kFoldedMax> accented_{};
  std::size_t first_ = kFoldedMax, end_ = kFoldedMax, token_ = 0, token_first_ = kFoldedMax;
};

// --- tables ------------------------------------------------------------------------------------------------------------------------------

std::string fold_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint found = code_point_at(text, at);
    if (const char32_t value = folded(found.value); value != 0) append_utf8(out, value);
    at += found.size;
  }
  return out;
}

struct Word {
  std::string text;          // folded, in one piece
  std::uint64_t joints = 0;  // bit n: it may be written in two before byte n
  NameKind kind = NameKind::none;
  bool whole = false;
  bool ascii = false;  // in the table: then in the text as well, as the probes expect
};

Word make_word(const NameWord& source) {
  Word word;
  word.kind = source.kind;
  word.whole = source.whole;
  word.ascii = std::none_of(source.word.begin(), source.word.end(), is_wide);
  for (std::size_t begin = 0; begin <= source.word.size();) {
    const std::size_t end = std::min(source.word.find('+', begin), source.word.size());
    if (begin != 0) word.joints |= std::uint64_t{1} << word.text.size();
    word.text += fold_text(source.word.substr(begin, end - begin));
    begin = end + 1;
  }
  return word;
}

/// Words by their last byte, longest first: `next_token` is found before `token`.
using Buckets = std::array<std::vector<Word>, 256>;

const Buckets& words() {
  static const Buckets kBuckets = [] {
    Buckets buckets;
    for (const NameWord& source : kNameWords) {
      Word word = make_word(source);
      buckets[static_cast<unsigned char>(word.text.back())].push_back(std::move(word));
    }
    for (auto& bucket : buckets)
      std::stable_sort(bucket.begin(), bucket.end(), [](const Word& a, const Word& b) { return a.text.size() > b.text.size(); });
    return buckets;
  }();
  return kBuckets;
}

bool fits(const Word& word, const FoldedName& name) noexcept {
  const std::string_view text = name.text();
  if (!text.ends_with(word.text)) return false;
  const std::size_t begin = text.size() - word.text.size();
  bool blank = false;
  for (std::size_t i = 0; i < word.text.size(); ++i) {
    if (word.ascii && name.is_accented(begin + i)) return false;
    if (i == 0 || !name.is_joined(begin + i)) continue;
    if (((word.joints >> i) & 1) == 0) return false;
    blank = blank || name.is_behind_blank(begin + i);
  }
  return (!word.whole && !blank) || name.begins_word(begin);
}

/// Whether the name's end is one of kNameTails or a number; it is cut off then.
bool cut_tail(FoldedName& name) noexcept {
  constexpr std::size_t kDigitsMax = 4;
  const std::string_view text = name.text();
  std::size_t digits = 0;
  while (digits < text.size() && digits <= kDigitsMax && is_digit(text[text.size() - 1 - digits])) ++digits;
  if (digits > 0 && digits <= kDigitsMax) {
    name.cut_end(digits);
    return true;
  }
  for (const std::string_view tail : kNameTails) {
    if (tail.back() != text.back() || !text.ends_with(tail) || text.size() == tail.size() ||
        (!is_wide(tail[0]) && !name.begins_word(text.size() - tail.size())))
      continue;
    name.cut_end(tail.size());
    return true;
  }
  return false;
}

/// The same of one of kJudgements.
bool cut_judgement(FoldedName& name) noexcept {
  const std::string_view text = name.text();
  for (const std::string_view said : kJudgements) {
    if (said.back() != text.back() || !text.ends_with(said) || text.size() == said.size() ||
        (!is_wide(said[0]) && !name.is_behind_blank(text.size() - said.size())))
      continue;
    name.cut_end(said.size());
    return true;
  }
  return false;
}

const Word* find_word(FoldedName& name) {
  bool tail = false;  // a word was cut off, not digits alone
  for (std::size_t tails = 0; tails <= kTailsMax && !name.text().empty(); ++tails) {
    const std::string_view text = name.text();
    const char before_last = text.size() > 1 ? text[text.size() - 2] : '\0';
    for (const Word& word : words()[static_cast<unsigned char>(text.back())]) {
      if (word.text.size() > 1 && word.text[word.text.size() - 2] != before_last) continue;  // most words of a bucket
      if (!(tail && word.whole && word.joints == 0) && fits(word, name)) return &word;       // "pin code entered"
    }
    const bool digits = is_digit(text.back());
    if (cut_tail(name))
      tail = tail || !digits;
    else if (!cut_judgement(name))
      break;
  }
  return nullptr;
}

/// `your code`, `your Shop code`; not `your country code`.
bool is_sent_code(std::string_view text, std::size_t begin) noexcept {
  const std::string_view brand = word_before(text, begin);
  if (brand.empty() || equal_ignoring_case(brand, "your")) return !brand.empty();
  if (!equal_ignoring_case(word_before(text, static_cast<std::size_t>(brand.data() - text.data())), "your")) return false;
  return !is_any_of(brand, {"status",   "error",   "exit",     "return",  "response", "country", "zip",    "postal",  "area",     "product",
                            "order",    "promo",   "discount", "coupon",  "voucher",  "invite",  "source", "qr",      "bar",      "dress",
                            "referral", "result",  "reason",   "booking", "tracking", "state",   "region", "sort",    "swift",    "short",
                            "machine",  "message", "event",    "test",    "language", "color",   "room",   "dialing", "currency", "http"});
}

bool is_exact(const FoldedName& name, const Word& word) noexcept { return name.begins_token(name.text().size() - word.text.size()); }

bool ends_in_one_of(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return ends_in_word(text, word); });
}

}  // namespace

bool ends_in_word(std::string_view text, std::string_view word) noexcept {
  if (!ends_ignoring_case(text, word)) return false;
  const std::size_t begin = text.size() - word.size();
  return begin == 0 || !is_alnum(text[begin - 1]) || (is_upper(text[begin]) && is_lower(text[begin - 1]));
}

Name name_before(std::string_view text, std::size_t end) {
  if (end == 0) return {};
  FoldedName name{text, end, kBlanksMax};
  const std::size_t size = name.text().size();
  const Word* word = find_word(name);
  Name out{name.token()};
  out.end = end;
  if (word == nullptr) return out;
  const std::size_t begin = name.text().size() - word->text.size();
  if (word->kind == NameKind::query && !is_exact(name, *word)) return out;
  out.kind = word->kind;
  out.whole = word->whole;
  for (std::size_t i = begin + 1; i < size; ++i) {
    out.prose = out.prose || name.is_behind_blank(i);
    out.tailed = out.tailed || (i >= begin + word->text.size() && name.is_behind_blank(i));
  }
  out.digits = word->text == "passcode";
  if (out.kind == NameKind::query && word->text == "code" && is_sent_code(text, out.begin)) {
    out.kind = NameKind::code;
    out.prose = true;
  }
  out.vague = (word->text == "token" || word->text == "secret") && is_exact(name, *word);
  return out;
}

namespace {

/// Before one word that says that something was set, and the blanks before it; `end` when none is there.
std::size_t before_verb(std::string_view text, std::size_t end) noexcept {
  const std::string_view word = word_before(text, end);
  if (!is_any_of(word, {"is",        "was",         "are",     "were",    "has",     "have", "been",    "be",        "now",
                        "set",       "reset",       "changed", "updated", "rotated", "to",   "created", "generated", "regenerated",
                        "initially", "temporarily", "ist",     "lautet",  "wurde",   "est",  "es",      "as"}))
    return end;
  std::size_t at = static_cast<std::size_t>(word.data() - text.data());
  while (at > 0 && end - at < kLookBack && is_blank(text[at - 1])) --at;
  return at;
}

constexpr std::size_t kVerbsMax = 5;

/// The name that ends at `end`, words of setting it passed over.
Name name_before_verbs(std::string_view text, std::size_t end) {
  for (std::size_t verbs = 0; verbs <= kVerbsMax; ++verbs) {
    Name name = name_before(text, end);
    if (name.kind == NameKind::secret || name.kind == NameKind::code || name.kind == NameKind::identity)
      return name.whole && verbs > 1 ? Name{} : name;
    const std::size_t before = before_verb(text, end);
    if (before == end) break;
    end = before;
  }
  return {};
}

}  // namespace

Name name_told(std::string_view text, std::size_t end, std::size_t words_most) {
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (const Name name = name_before_verbs(text, end); name.kind != NameKind::none) return name;
  for (std::size_t verbs = 0; verbs <= kVerbsMax; ++verbs) {
    if (const Name name = name_of_whose(text, end, verbs != 0 ? 5 : words_most); name.kind != NameKind::none) return name;
    const std::size_t before = before_verb(text, end);
    if (before == end) break;
    end = before;
  }
  return {};
}

Name name_of_whose(std::string_view text, std::size_t end, std::size_t words_most) {
  constexpr std::size_t kWhoMax = 48;
  constexpr auto npos = std::string_view::npos;
  const std::string_view before = text_before(text, end, kWhoMax);
  std::size_t next = before.rfind(' ');  // of the word at hand
  if (next == npos || before.substr(next).find_first_of("=:;,") != npos) return {};
  for (std::size_t words = 1; words <= words_most; ++words) {
    const std::size_t blank = next == 0 ? npos : before.rfind(' ', next - 1);
    if (blank == npos || blank == 0 || next + 1 == before.size()) return {};
    const std::string_view word = before.substr(blank + 1, next - blank - 1);
    if (is_any_of(word, {"for", "of", "für", "von", "para", "de", "pour", "для"}))
      return name_before_verbs(text, end - before.size() + blank);
    if (equal_ignoring_case(word, "by")) return name_before(text, end - before.size() + blank);  // not "changed by bob"
    if (word.find_first_of("=:;,") != npos) return {};
    next = blank;
  }
  return {};
}

NameKind kind_of_name(std::string_view text) { return name_before(text, text.size()).kind; }

bool names_a_name(std::string_view text) noexcept {
  return ends_in_one_of(text, {"name", "key", "field", "property", "param", "parameter", "variable", "header", "attribute", "setting", "id",
                               "column", "attr"});
}

bool names_a_field(std::string_view text) noexcept {
  return ends_in_one_of(text, {"field", "property", "param", "parameter", "variable", "attribute", "setting", "column", "attr"});
}

bool names_an_end_of_change(std::string_view text) noexcept {
  return ends_in_one_of(text, {"from", "to", "before", "after", "was", "now"});
}

bool names_a_value(std::string_view text) noexcept {
  return ends_in_one_of(text, {"value", "val", "content", "data", "text", "default", "values", "v", "string", "current", "previous", "old",
                               "new", "stored", "actual", "desired"});
}

}  // namespace loglode::redaction
