#include "patterns/rules/cited_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/staged_words.h"

namespace loglode {

namespace {

constexpr std::size_t kWordBytesMax = 24;
constexpr std::size_t kLookedAtMax = 2048;  // of a message: quotes that nothing closes cost its square

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_word_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& known) noexcept {
  return std::find(known.begin(), known.end(), word) != known.end();
}
template <std::size_t N>
bool begins_like(std::string_view word, const std::array<std::string_view, N>& known) noexcept {
  return std::any_of(known.begin(), known.end(), [&](std::string_view stem) { return word.starts_with(stem); });
}

// Keys of what people write and machines only pass on.
constexpr std::array<std::string_view, 26> kWritten{"q",     "query",   "query_string", "search",   "searchterm", "term",   "terms",
                                                    "kw",    "keyword", "keywords",     "phrase",   "input",      "prompt", "question",
                                                    "title", "subject", "comment",      "pattern",  "filter",     "regex",  "regexp",
                                                    "url",   "uri",     "referer",      "referrer", "agent"};
// Of what was run: its arguments go to the end of the line.
constexpr std::array<std::string_view, 3> kRun{"command", "cmd", "cmdline"};
constexpr std::array<std::string_view, 3> kSearching{"search", "filter", "quer"};  // … for, by, on
constexpr std::array<std::string_view, 4> kFor{"for", "by", "on", "against"};
constexpr std::array<std::string_view, 6> kGrep{"grep", "egrep", "fgrep", "zgrep", "rg", "grepping"};
constexpr std::array<std::string_view, 9> kMethods{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "CONNECT", "TRACE"};
// Words before a quotation of what went wrong, by their beginnings.
constexpr std::array<std::string_view, 41> kTelling{
    "resul",  "outcome", "code",   "err",  "uncaught", "exc",   "fail",   "fault", "panic", "reason", "caus", "stat", "signal", "event",
    "messag", "msg",     "output", "std",  "with",     "by",    "becaus", "due",   "got",   "receiv", "retu", "sai",  "say",    "repor",
    "respon", "answer",  "thr",    "rais", "caught",   "crash", "termin", "exit",  "die",   "abor",   "kill", "end",  "stop"};

// Keys, too, that hold what went wrong.
constexpr std::array<std::string_view, 14> kTellingKeys{"detail", "desc",  "log",  "line",  "what",    "info",  "problem",
                                                        "cond",   "alert", "warn", "issue", "failure", "trace", "stack"};
// What follows is doubtful: keys whose value is mostly what people wrote,
constexpr std::array<std::string_view, 22> kTexts{
    "text",    "body",       "content", "contents", "comments", "note", "notes",  "description", "summary", "reply",    "answer",
    "caption", "completion", "label",   "topic",    "headline", "name", "review", "tweet",       "post",    "feedback", "transcript"};
// what people speak in and are spoken of in, whatever follows it before the colon,
constexpr std::array<std::string_view, 14> kSpeech{"chat",   "comment",  "comments", "review", "feedback", "tweet",   "ticket",
                                                   "prompt", "question", "answer",   "faq",    "title",    "subject", "headline"};
constexpr std::array<std::string_view, 5> kLetters{"message", "mail", "email", "sms", "dm"};  // … from, to, by
constexpr std::array<std::string_view, 9> kSays{"posted", "wrote", "writes", "says", "said", "replied", "asked", "commented", "tweeted"};
// what has a title, which stands behind its number or behind what was done with it,
constexpr std::array<std::string_view, 14> kTitled{"article", "document", "page",  "pr",   "mr",    "commit", "case",
                                                   "song",    "product",  "video", "post", "issue", "bug",    "story"};
constexpr std::array<std::string_view, 14> kHandled{"viewed", "indexed",   "opened",     "created", "closed",   "merged", "published",
                                                    "read",   "forwarded", "translated", "shared",  "assigned", "saved",  "sent"};
// unless a word before it tells of a fault.
constexpr std::array<std::string_view, 11> kFaulty{"fail",  "err",   "could",     "cannot", "can't", "unable",
                                                   "abort", "crash", "exception", "reject", "lost"};
constexpr std::size_t kLeadBytesMax = 120;

class Citations {
 public:
  Citations(std::string_view text, bool quotes, bool doubtful, std::string& said)
      : text_{text.substr(0, std::min(kLookedAtMax, text.find('\n')))}, quotes_{quotes}, doubtful_{doubtful}, said_{said} {
    said_.assign(text);
  }

  bool find() {
    if (doubtful_) cite(says_it_is_staged(text_) || says_it_is_over() ? 0 : spoken_from(), text_.size());
    while (at_ < text_.size()) step();
    return cited_;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (is_quote(c) && quote_opens()) {
      quotation();
    } else if (is_word_byte(c)) {
      word();
    } else {
      if (c == '/') slash();
      if (!is_blank(c)) before_.clear();
      ++at_;
    }
  }

  void cite(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    std::fill(said_.begin() + static_cast<std::ptrdiff_t>(begin), said_.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    cited_ = true;
  }

  /// Where the words of a person, or a title, begin; the end where there are none.
  [[nodiscard]] std::size_t spoken_from() const {
    const std::size_t none = text_.size();
    std::size_t colon = std::min(text_.find(": "), none);
    if (colon > kLeadBytesMax) colon = none;
    std::size_t numbered = none;
    bool speech = false, letter = false, titled = false;
    std::string last;
    for (std::size_t at = 0; at < std::min(colon, kLeadBytesMax) && text_[at] != '=' && text_[at] != '"';) {
      std::size_t end = at;
      while (end < none && (is_word_byte(text_[end]) || text_[end] == '#' || text_[end] == '\'')) ++end;
      if (end == at) {
        ++at;
        continue;
      }
      const std::string word = lower(text_.substr(at, std::min(end - at, kWordBytesMax)));
      at = end;
      if (begins_like(word, kFaulty) || word == "not") return none;
      const bool number = word.find_first_of("0123456789#") != std::string::npos;
      if (number && last != "page" && (is_one_of(last, kTitled) || is_one_of(last, kSpeech))) numbered = std::min(numbered, end);
      letter = letter || (is_one_of(last, kLetters) && (word == "from" || word == "to" || word == "by"));
      speech = speech || is_one_of(word, kSpeech);
      titled = titled || is_one_of(word, kTitled);
      last = word;
    }
    if (numbered != none || colon == none) return numbered;
    return speech || letter || is_one_of(last, kSays) || (titled && is_one_of(last, kHandled)) ? colon + 1 : none;
  }

  /// `no space left on device /cache, using fallback /data`; where all is said to be well also what was recovered from.
  [[nodiscard]] bool says_it_is_over() const noexcept {
    const auto holds = [&](std::string_view words) { return text_.find(words) != std::string_view::npos; };
    if (holds("allback") && !holds("fail")) return true;
    return quotes_ && (holds("ecovered from") || holds("previous run") || holds("last run"));
  }

  [[nodiscard]] char peek(std::size_t at) const noexcept { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] std::size_t past_blanks(std::size_t at) const noexcept {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }
  [[nodiscard]] std::size_t token_end(std::size_t at) const noexcept {
    return std::min(text_.find_first_of(" \t\"'`<>|", at), text_.size());
  }
  /// The place of the quote that closes the one at `open`; npos where none does.
  [[nodiscard]] std::size_t closing(std::size_t open) const noexcept {
    for (std::size_t at = open + 1; at < text_.size(); ++at) {
      if (text_[at] == '\\')
        ++at;
      else if (text_[at] == text_[open] || (text_[open] == '`' && text_[at] == '\'')) {
        if (!(is_letter(peek(at + 1)) && text_[at] == '\'')) return at;  // don't
      }
    }
    return std::string_view::npos;
  }
  [[nodiscard]] bool quote_opens() const noexcept { return at_ == 0 || !is_word_byte(text_[at_ - 1]); }

  void quotation() {
    const std::size_t close = closing(at_);
    if (close == std::string_view::npos) {
      ++at_;
      return;
    }
    // "query": "…" names a key.
    const std::size_t sign = past_blanks(close + 1);
    const std::string inside = lower(text_.substr(at_ + 1, close - at_ - 1));
    if (peek(sign) == ':' && inside.size() <= kWordBytesMax && is_cited_key(inside, past_blanks(sign + 1))) {
      at_ = value(sign + 1, false);
      return;
    }
    if (quotes_ && !before_.empty() && !begins_like(before_, kTelling)) {
      cite(at_ + 1, close);
      at_ = close + 1;
    } else {
      ++at_;  // what stands in it may name and cite in turn
    }
    before_.clear();
  }

  void word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word_byte(text_[end])) ++end;
    const std::string_view raw = text_.substr(at_, end - at_);
    const std::string here = end - at_ <= kWordBytesMax ? lower(raw) : std::string{};
    const std::size_t after = past_blanks(end);
    const char sign = peek(end);
    const std::string last = std::exchange(before_, here);
    const bool is_first = text_.find_first_not_of(" \t[(<") == at_;  // may be who speaks: `search: out of memory`
    at_ = end;
    if (text_.substr(end).starts_with("://")) {
      const std::size_t stop = token_end(end), path = std::min(text_.find_first_of("/?", end + 3), stop);
      cite(path, stop);
      at_ = stop;
    } else if (sign == '=' ? is_cited_key(here, end + 1)
                           : sign == ':' && is_one_of(here, kWritten) && (!is_first || is_quote(peek(past_blanks(end + 1))))) {
      at_ = value(end + 1, sign == ':');
    } else if (is_one_of(here, kRun) && (sign == '=' || (is_blank(sign) && peek(after) == '('))) {
      cite(after + 1, text_.size());
      at_ = text_.size();
    } else if ((is_one_of(here, kFor) && begins_like(last, kSearching)) || (is_one_of(here, kGrep) && is_blank(sign))) {
      at_ = value(peek(after) == ':' ? after + 1 : after, true);
    } else if (is_one_of(raw, kMethods) && peek(after) == '/') {
      const std::size_t stop = token_end(after);
      cite(after, stop);
      at_ = stop;
    }
  }

  /// The arguments of a path.
  void slash() {
    const std::size_t stop = token_end(at_), question = text_.substr(0, stop).find('?', at_);
    if (question != std::string_view::npos) cite(question, stop);
  }

  /// Cites the value that begins at `at`, a sentence's rest or up to the next pair; where it ends.
  std::size_t value(std::size_t at, bool sentence) {
    at = past_blanks(at);
    if (is_quote(peek(at)))
      if (const std::size_t close = closing(at); close != std::string_view::npos) {
        cite(at + 1, close);
        return close + 1;
      }
    if (peek(at) == '{' || peek(at) == '[') {
      cite(at, text_.size());
      return text_.size();
    }
    std::size_t end = at;
    while (end < text_.size()) {
      const std::size_t stop = std::min(text_.find_first_of(" \t", end), text_.size());
      const std::string_view token = text_.substr(end, stop - end);
      const bool fails = token.starts_with("fail") || token == "timed", clauses = sentence || !doubtful_,
                 names = token.find('=') != std::string_view::npos && end != at && !sentence;
      if (fails || names || (clauses && end != at && token.ends_with(':'))) break;
      end = stop;
      if (clauses && (token.ends_with(',') || token.ends_with(';') || token.ends_with(':'))) break;
      end = past_blanks(end);
    }
    cite(at, end);
    return end;
  }

  /// Whether a key, or its last part (`url.query`, `user_agent`), is one of what people write.
  static bool is_written(std::string_view key) noexcept {
    const std::size_t part = key.find_last_of("._-");
    return is_one_of(key, kWritten) || (part != std::string_view::npos && is_one_of(key.substr(part + 1), kWritten));
  }

  /// Whether the value at `value` is cited for its key: where doubt is asked for, also that of a text, and any sentence in quotes.
  [[nodiscard]] bool is_cited_key(std::string_view key, std::size_t value) const {
    if (is_written(key)) return true;
    if (!doubtful_) return false;
    const std::string_view part = key.substr(key.find_last_of("._-") + 1);
    if (is_one_of(part, kTexts)) return true;
    if (!quotes_ || !is_quote(peek(value)) || begins_like(key, kTelling) || begins_like(part, kTelling) || begins_like(part, kTellingKeys))
      return false;
    return text_.substr(0, closing(value)).find(' ', value) != std::string_view::npos;
  }

  static std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = to_lower(c);
    return out;
  }

  std::string_view text_;
  bool quotes_, doubtful_;
  std::string& said_;
  std::size_t at_ = 0;
  std::string before_;  // the word before, in lower case, where nothing but blanks lies between
  bool cited_ = false;
};

}  // namespace

bool without_cited(std::string_view text, bool quotes, std::string& said) { return Citations{text, quotes, false, said}.find(); }
bool without_doubtful(std::string_view text, bool quotes, std::string& said) { return Citations{text, quotes, true, said}.find(); }

}  // namespace loglode
