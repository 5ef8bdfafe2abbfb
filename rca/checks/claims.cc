#include "rca/checks/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "rca/checks/case_facts.h"
#include "rca/checks/numbers.h"

namespace loglode::rca {

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// With blanks for what stands in quotation marks: somebody else's words say no order.
std::string without_quotes(std::string text) {
  std::size_t from = 0;
  for (const std::string& quote : quotes_in(text)) {
    const std::size_t at = text.find(quote, from);
    if (at == std::string::npos) continue;
    text.replace(at, quote.size(), quote.size(), ' ');
    from = at + quote.size();
  }
  return text;
}

/// `E17`, `F3`: in brackets or not, but no words that somebody else said.
std::vector<std::pair<std::size_t, std::size_t>> citation_places(std::string_view whole) {
  const std::string text = without_quotes(std::string{whole});
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if ((text[at] != 'E' && text[at] != 'F') || (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '-'))) continue;
    std::size_t end = at + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == at + 1 || end > at + 4 || (end < text.size() && (is_word(text[end]) || text[end] == '-'))) continue;
    out.emplace_back(at, end);
  }
  return out;
}

/// The sentence without what it cites: that is no fact of its own.
std::string without_citations(std::string_view text) {
  std::string out{text};
  for (const auto& [begin, end] : citation_places(text))
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin), out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
  return out;
}

bool holds_any(std::string_view lower, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) { return lower.find(phrase) != std::string_view::npos; });
}

/// "Never seen before" is of one thing alone.
std::string without_novelty(std::string text) {
  constexpr std::string_view kNovelty = "seen before";
  for (std::size_t at = text.find(kNovelty); at != std::string::npos; at = text.find(kNovelty, at))
    text.replace(at, kNovelty.size(), kNovelty.size(), ' ');
  return text;
}

/// Says that something is not known, or what somebody should do: nothing that records could show.
bool is_advice_or_doubt(std::string_view lower) {
  static constexpr std::array<std::string_view, 26> kImperatives{
      "check", "look",    "run",     "restart", "verify", "confirm", "increase", "reduce",     "roll",
      "raise", "inspect", "compare", "ensure",  "add",    "review",  "monitor",  "watch",      "page",
      "ask",   "end",     "free",    "see",     "use",    "wait",    "consider", "investigate"};
  const std::size_t begin = lower.find_first_not_of(" -*0123456789.):");
  const std::string_view text = begin == std::string_view::npos ? std::string_view{} : lower.substr(begin);
  const std::string_view first = text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
  const bool tells =
      holds_any(lower, {" lost ", " was ", " were ", " had ", " went ", " fell ", "leaked ", "exhausted "});  // "End users lost …"
  return lower.find('?') != std::string_view::npos ||
         (!tells && std::find(kImperatives.begin(), kImperatives.end(), first) != kImperatives.end()) ||
         holds_any(lower, {"not known", "unknown", "unclear", "cannot be told", "could not be determined", "no metrics", "no evidence",
                           "is not in the logs", "nothing is known", "not available", "unavailable, needs manual analysis"});
}

/// What somebody does to another: only then a word in front of it is who did it.
constexpr std::string_view kForward[]{"caused",        "causes",       "causing",        "led to",       "leads to",    "leading to",
                                      "triggered ",    "triggers",     "broke ",         "brought down", "brings down", "took down",
                                      "overloaded",    "overwhelmed",  "exhausted",      "blocked",      "starved",     "killed",
                                      "preceded",      "precedes",     "before",         " then ",       "->",          "→",
                                      "made ",         "spread to",    "resulted in",    "propagated",   "upstream of", "cascaded",
                                      "root cause of", "the cause of", "the reason for", "origin of"};
constexpr std::string_view kBackward[]{"because",   "due to",        "caused by",     "triggered by",    "triggered when",
                                       "broken by", "made worse by", "overloaded by", "brought down by", "taken down by",
                                       "result of", " after ",       "later than",    "before that",     "following",
                                       "since ",    "depends on",    "waits for",     "downstream of",   "stems from",
                                       "<-",        "owing to",      "thanks to"};

/// Where the last of the phrases ends that the text holds; npos: none.
std::size_t end_of_last(std::string_view text, std::span<const std::string_view> phrases) {
  std::size_t last = std::string_view::npos;
  for (const std::string_view phrase : phrases)
    if (const std::size_t at = text.rfind(phrase);
        at != std::string_view::npos && (last == std::string_view::npos || at + phrase.size() > last))
      last = at + phrase.size();
  return last;
}

struct Mention {
  std::string service;
  std::size_t begin = 0, end = 0;
};

class SentenceCheck {
 public:
  SentenceCheck(const CaseFacts& facts, const IncidentCase& incident, const EvidencePack& pack, std::string_view sentence,
                const std::vector<std::string>& cited)
      : facts_{facts},
        incident_{incident},
        pack_{pack},
        sentence_{sentence},
        plain_{without_citations(sentence)},
        lower_{lower_of(plain_)},
        own_words_{without_novelty(without_quotes(lower_))} {
    out_.text = sentence;
    for (const auto& [begin, end] : citation_places(sentence)) out_.citations.emplace_back(sentence.substr(begin, end - begin));
    names_ = out_.citations;
    names_.insert(names_.end(), cited.begin(), cited.end());
  }

  CheckedSentence check(std::size_t& valid) {
    for (const std::string& name : names_)
      if (pack_.finding(name) == nullptr && pack_.record(name) == nullptr)
        refute(fmt::format("{} is not in the evidence", name));
      else
        cited_.add_beside(facts_.of(name));
    for (const std::string& name : out_.citations) valid += pack_.finding(name) != nullptr || pack_.record(name) != nullptr ? 1 : 0;
    find_mentions();
    check_names();
    check_order();
    check_quotes();
    check_times();
    check_numbers();
    check_citations();
    return conclude();
  }

 private:
  void refute(std::string reason) {
    if (!refuted_) refuted_ = std::move(reason);
  }
  void doubt(std::string reason) {
    if (!doubted_) doubted_ = std::move(reason);
  }
  /// What the cited records do not hold: elsewhere in the incident, or nowhere.
  void lacks(bool elsewhere, const std::string& what) {
    if (elsewhere)
      doubt(what + (names_.empty() ? " is stated and nothing is cited" : " is not in what it cites"));
    else
      refute(what + " is nowhere in the evidence");
  }

  void find_mentions() {
    for (const std::string& service : facts_.services()) {
      const std::string wanted = lower_of(service);
      for (std::size_t at = own_words_.find(wanted); at != std::string::npos; at = own_words_.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        const auto joins = [](char c) { return is_word(c) || c == '-'; };
        if ((at > 0 && joins(own_words_[at - 1])) || (end < own_words_.size() && joins(own_words_[end]))) continue;
        mentions_.push_back({service, at, end});
      }
    }
    std::sort(mentions_.begin(), mentions_.end(), [](const Mention& a, const Mention& b) { return a.begin < b.begin; });
    std::erase_if(mentions_, [&](const Mention& one) {
      return std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& other) {
        return other.begin <= one.begin && one.end <= other.end && other.end - other.begin > one.end - one.begin;
      });
    });
  }

  void check_names() {
    for (const std::string& name : names_like_services(own_words_))
      if (!facts_.everything().holds(name)) refute(fmt::format("{} is nowhere in the evidence", name));
    for (const Mention& mention : mentions_)
      if (!names_.empty() && !cited_.services.contains(mention.service) && !cited_.holds(lower_of(mention.service)) &&
          !is_placed_in_order(mention.service))
        doubt(fmt::format("nothing that it cites is of {}", mention.service));
  }

  /// An edge between two services is shown by the evidence of both, or of the later one.
  [[nodiscard]] bool is_placed_in_order(const std::string& service) const {
    return std::any_of(incident_.edges.begin(), incident_.edges.end(), [&](const CaseEdge& edge) {
      return (edge.from == service && cited_.services.contains(edge.to)) || (edge.to == service && cited_.services.contains(edge.from));
    });
  }

  /// Which way the words between two names say that it went; what stands last before the second name counts.
  enum class Way : std::uint8_t { none, forward, backward };
  [[nodiscard]] Way way_between(const Mention& a, const Mention& b, bool is_first) const {
    const std::string_view between = std::string_view{own_words_}.substr(a.end, b.begin - a.end);
    const std::string_view before = std::string_view{own_words_}.substr(0, a.begin);
    const std::size_t forward = end_of_last(between, kForward), backward = end_of_last(between, kBackward);
    if (forward == std::string_view::npos && backward == std::string_view::npos) {
      const std::size_t begin = before.find_first_not_of(' ');
      const std::string_view head = begin == std::string_view::npos ? std::string_view{} : before.substr(begin);
      const bool leads = is_first && (head.starts_with("because") || head.starts_with("since ") || head.starts_with("due to") ||
                                      head.starts_with("after ") || head.starts_with("owing to"));
      return leads ? Way::forward : Way::none;
    }
    const bool is_backward = forward == std::string_view::npos || (backward != std::string_view::npos && backward >= forward);
    const std::string_view in_front = between.substr(0, is_backward ? backward : forward);
    if (in_front.find("did not ") != std::string_view::npos || in_front.find("n't ") != std::string_view::npos) return Way::none;
    return is_backward ? Way::backward : Way::forward;
  }

  void check_order() {
    for (std::size_t i = 0; i + 1 < mentions_.size(); ++i) {
      const Mention &a = mentions_[i], &b = mentions_[i + 1];
      const Way way = a.service == b.service ? Way::none : way_between(a, b, i == 0);
      if (way == Way::none) continue;
      const std::string &earlier = way == Way::forward ? a.service : b.service, &later = way == Way::forward ? b.service : a.service;
      if (contradicts_order(incident_, earlier, later)) refute(fmt::format("{} showed its first sign after {}", earlier, later));
      if (names_.empty()) doubt("a cause is stated and nothing is cited");
    }
    if (mentions_.empty() || !holds_any(own_words_, {" first", "root cause", "the origin", "began it", "started it"})) return;
    const Mention& subject = mentions_.front();
    if (std::any_of(mentions_.begin(), mentions_.end(), [&](const Mention& one) { return one.service != subject.service; })) return;
    for (const std::string& other : incident_.services)
      if (other != subject.service && contradicts_order(incident_, subject.service, other))
        return doubt(fmt::format("{} showed its first sign before {}", other, subject.service));
  }

  void check_quotes() {
    for (const std::string& quote : quotes_in(plain_))
      if (!cited_.holds_quote(quote)) lacks(facts_.everything().holds_quote(quote), fmt::format("\"{}\"", quote));
  }

  void check_times() {
    for (const ClockTime& clock : clock_times_in(plain_))
      if (!cited_.holds_time(clock)) lacks(facts_.everything().holds_time(clock), plain_.substr(clock.begin, clock.end - clock.begin));
  }

  void check_numbers() {
    for (const ProseNumber& number : numbers_in(own_words_)) {  // quotations are looked at as a whole
      states_number_ = true;
      if (!cited_.holds_number(number) && !holds_of_incident(number)) lacks(facts_.everything().holds_number(number), number.text);
    }
  }

  /// Of the incident as a whole, where the sentence says that it is of that: a lag between services that it names or cites, how many
  /// services, requests, users.
  [[nodiscard]] bool holds_of_incident(const ProseNumber& number) const {
    Facts whole;
    std::set<std::string> named = cited_.services;
    for (const Mention& mention : mentions_) named.insert(mention.service);
    if (mentions_.size() > 1) {  // of two that are named, no third one's lag
      named.clear();
      for (const Mention& mention : mentions_) named.insert(mention.service);
    }
    const bool alone = named.size() == 1;  // "0.4 s later checkout …": later than any other
    const std::set<std::string> all{incident_.services.begin(), incident_.services.end()};
    for (const std::string& a : alone ? all : named)
      for (const std::string& b : named) {
        const Timestamp first = onset_of(incident_, a), second = onset_of(incident_, b);
        if (first != kNoTime && second != kNoTime && second > first)
          whole.seconds.push_back(std::chrono::duration<double>(second - first).count());
      }
    for (const CaseEdge& edge : incident_.edges)
      if (named.contains(edge.from) && named.contains(edge.to)) whole.seconds.push_back(edge.lag_seconds);
    if (lower_.find("service") != std::string::npos) whole.numbers.push_back(static_cast<double>(incident_.services.size()));
    if (lower_.find("request") != std::string::npos && incident_.requests_failed > 0)
      whole.numbers.push_back(static_cast<double>(incident_.requests_failed));
    if (holds_any(lower_, {"user", "customer"}))
      for (const auto& [service, users] : incident_.user_count) whole.numbers.push_back(static_cast<double>(users));
    return whole.holds_number(number);
  }

  void check_citations() {
    const bool states = states_number_ || !mentions_.empty() || plain_.find('"') != std::string::npos || !is_advice_or_doubt(lower_);
    if (names_.empty() && states) doubt("it states a fact and cites nothing");
    if (!names_.empty() && !states_number_ && mentions_.empty() && plain_.find('"') == std::string::npos &&
        clock_times_in(plain_).empty() && !shares_words())
      doubt("nothing in it can be looked up in what it cites");
  }

  /// One of its longer words stands in what it cites.
  [[nodiscard]] bool shares_words() const {
    constexpr std::size_t kLong = 5;
    std::size_t at = 0;
    while (at < own_words_.size()) {
      std::size_t end = at;
      while (end < own_words_.size() && (is_word(own_words_[end]) || static_cast<unsigned char>(own_words_[end]) >= 0x80)) ++end;
      if (end - at >= kLong && cited_.holds(std::string_view{own_words_}.substr(at, end - at))) return true;
      at = end + 1;
    }
    return false;
  }

  CheckedSentence conclude() {
    const bool advice = is_advice_or_doubt(lower_) && names_.empty() && !doubted_;
    if (refuted_)
      out_.verdict = Verdict::refuted, out_.reason = *refuted_;
    else if (advice || std::none_of(lower_.begin(), lower_.end(),
                                    [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }))
      out_.verdict = Verdict::no_fact;
    else if (doubted_)
      out_.verdict = Verdict::unverified, out_.reason = *doubted_;
    else
      out_.verdict = Verdict::supported;
    return std::move(out_);
  }

  const CaseFacts& facts_;
  const IncidentCase& incident_;
  const EvidencePack& pack_;
  std::string_view sentence_;
  std::string plain_, lower_, own_words_;
  std::vector<std::string> names_;
  std::vector<Mention> mentions_;
  Facts cited_;
  bool states_number_ = false;
  std::optional<std::string> refuted_, doubted_;
  CheckedSentence out_;
};

bool ends_sentence(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("。") || text.substr(at).starts_with("；")) return true;
  if (text[at] == '\n') return true;
  if (text[at] != '.' && text[at] != '!' && text[at] != '?') return false;
  if (at + 1 < text.size() && text[at + 1] != ' ' && text[at + 1] != '\n' && text[at + 1] != '"' && text[at + 1] != ')') return false;
  static constexpr std::array<std::string_view, 6> kShort{"e.g", "i.e", "etc", "vs", "no", "approx"};
  const std::string_view before = text.substr(0, at);
  return std::none_of(kShort.begin(), kShort.end(), [&](std::string_view word) {
    return before.ends_with(word) && (before.size() == word.size() || !is_word(before[before.size() - word.size() - 1]));
  });
}

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::string_view kNames[] = {"supported", "unverified", "refuted", "no_fact"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::size_t ClaimCheck::count(Verdict verdict) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(sentences.begin(), sentences.end(), [&](const CheckedSentence& one) { return one.verdict == verdict; }));
}

double ClaimCheck::supported_share() const noexcept {
  const std::size_t facts = sentences.size() - count(Verdict::no_fact);
  return facts == 0 ? 1 : static_cast<double>(count(Verdict::supported)) / static_cast<double>(facts);
}

void ClaimCheck::add(ClaimCheck other) {
  std::move(other.sentences.begin(), other.sentences.end(), std::back_inserter(sentences));
  citations += other.citations;
  citations_valid += other.citations_valid;
}

bool contradicts_order(const IncidentCase& incident, std::string_view earlier, std::string_view later) noexcept {
  for (const CaseEdge& edge : incident.edges)  // traces know what clocks that differ do not
    if (edge.basis == "trace" && edge.from == earlier && edge.to == later) return false;
  for (const CaseEdge& edge : incident.edges)
    if (edge.from == later && edge.to == earlier) return true;
  const Timestamp a = onset_of(incident, earlier), b = onset_of(incident, later);
  return a != kNoTime && b != kNoTime && a > b;
}

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  bool quoted = false;
  const auto take = [&](std::size_t end) {
    while (begin < end && (text[begin] == ' ' || text[begin] == '\n' || text[begin] == '\t' || text[begin] == '\r')) ++begin;
    std::string_view sentence = text.substr(begin, end - begin);
    while (!sentence.empty() && (sentence.back() == ' ' || sentence.back() == '\n' || sentence.back() == '\r')) sentence.remove_suffix(1);
    if (!sentence.empty()) out.emplace_back(sentence);
    begin = end;
    quoted = false;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (quoted && text[at] != '\n' && text.find('"', at) != std::string_view::npos) continue;  // one that is never closed hides nothing
    if (!ends_sentence(text, at)) continue;
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;  // the rest of a full stop in Chinese
    std::size_t bracket = end;
    while (bracket < text.size() && (text[bracket] == ' ' || text[bracket] == '"' || text[bracket] == ')')) ++bracket;
    const std::size_t closed = bracket < text.size() && text[bracket] == '[' ? text.find(']', bracket) : std::string_view::npos;
    if (text[at] != '\n' && closed != std::string_view::npos && !citation_places(text.substr(bracket, closed - bracket)).empty()) {
      end = closed + 1;
      if (end < text.size() && text[end] == '.') ++end;
    }
    take(end);
    at = end - 1;
  }
  take(text.size());
  return out;
}

struct ClaimChecker::Parts {
  CaseFacts facts;
};

ClaimChecker::ClaimChecker(const IncidentCase& incident, const EvidencePack& pack)
    : incident_{incident}, pack_{pack}, parts_{std::make_unique<Parts>(Parts{CaseFacts{incident, pack}})} {}
ClaimChecker::~ClaimChecker() = default;

ClaimCheck ClaimChecker::check(std::string_view text, const std::vector<std::string>& cited) const {
  ClaimCheck out;
  for (const std::string& sentence : sentences_of(text)) {
    out.sentences.push_back(SentenceCheck{parts_->facts, incident_, pack_, sentence, cited}.check(out.citations_valid));
    out.citations += out.sentences.back().citations.size();
  }
  return out;
}

ClaimCheck check_claims(const IncidentCase& incident, const EvidencePack& pack, std::string_view text) {
  return ClaimChecker{incident, pack}.check(text);
}

}  // namespace loglode::rca
