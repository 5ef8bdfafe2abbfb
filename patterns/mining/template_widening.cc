#include "patterns/mining/template_widening.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/phrase_reader.h"

namespace loglode {

namespace {

constexpr std::size_t kPlacesMax = 64;  // tokens behind these, from either end, bound nothing

std::uint64_t step(std::uint64_t hash, const Form& form, std::size_t at) noexcept {
  return mix(hash ^ form.codes[at] ^ (form.element(at).blank ? kMixB : 0), kMixC);
}

/// Hashes of what stands before and behind each place.
struct Ends {
  std::vector<std::uint64_t> before, behind;  // before[i]: of tokens below i; behind[i]: of tokens from i on
};

Ends ends_of(const Form& form) {
  const std::size_t size = form.codes.size();
  Ends ends{std::vector<std::uint64_t>(size + 1), std::vector<std::uint64_t>(size + 1)};
  ends.before[0] = mix(kMixA ^ static_cast<std::uint64_t>(form.shape->severity()), kMixD);
  ends.behind[size] = kMixB;
  for (std::size_t at = 0; at < size; ++at) ends.before[at + 1] = step(ends.before[at], form, at);
  for (std::size_t at = size; at-- > 0;) ends.behind[at] = step(ends.behind[at + 1], form, at);
  return ends;
}

bool is_mark(const Form& form, std::size_t at, char c) noexcept {
  return !form.varies(at) && form.element(at).kind == ElementKind::mark && form.text(at).front() == c;
}

bool is_separator(const Form& form, std::size_t at) noexcept {
  return is_mark(form, at, ',') || is_mark(form, at, ';') || is_mark(form, at, '|');
}

/// What free text is made of: words, values and the punctuation of prose.
bool is_soft(const Form& form, std::size_t at) noexcept {
  if (form.varies(at)) return true;
  if (form.element(at).kind == ElementKind::mark) return is_separator(form, at);
  return !is_wide_mark(form.text(at));
}

std::size_t words_in(const Form& form, std::size_t begin, std::size_t end) noexcept {
  std::size_t words = 0;
  for (std::size_t at = begin; at < end; ++at) words += is_word(form, at);
  return words;
}

/// A stretch of a form that may be one variable, in the group of those with the same key.
struct Stretch {
  std::uint64_t key = 0, first = 0, content = 0;  // first: its first word, 0 when that varies already
  std::uint32_t form = 0;
  std::uint16_t begin = 0, end = 0;
  std::uint16_t needed = 0;
  bool counts = false;  // as evidence of the kind that the rule asks for
};

std::uint64_t content_of(const Form& form, std::size_t begin, std::size_t end) noexcept {
  std::uint64_t hash = kMixA;
  for (std::size_t at = begin; at < end; ++at) hash = step(hash, form, at);
  return hash;
}

template <class Value>
std::size_t distinct(const std::vector<Stretch>& stretches, std::size_t begin, std::size_t end, Value value) {
  std::vector<std::uint64_t> values;
  for (std::size_t i = begin; i < end; ++i)
    if (const std::uint64_t one = value(stretches[i]); one != 0) values.push_back(one);
  std::sort(values.begin(), values.end());
  return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
}

/// Calls `group(begin, end)` for each run of stretches with one key.
template <class Group>
void for_each_group(std::vector<Stretch>& stretches, Group group) {
  std::sort(stretches.begin(), stretches.end(),
            [](const Stretch& a, const Stretch& b) { return std::tie(a.key, a.form, a.begin) < std::tie(b.key, b.form, b.begin); });
  for (std::size_t begin = 0; begin < stretches.size();) {
    std::size_t end = begin;
    while (end < stretches.size() && stretches[end].key == stretches[begin].key) ++end;
    group(begin, end);
    begin = end;
  }
}

// ---------------------------------------------------------------------------------------------------------------------- texts

/// For each form the places at which, behind the same beginning (before the same end), many different words stand: a bit each.
class WidePlaces {
 public:
  WidePlaces(const std::vector<Form>& forms, const std::vector<Ends>& ends, std::size_t needed)
      : forms_{forms}, ends_{ends}, needed_{needed} {}

  [[nodiscard]] std::vector<std::uint64_t> behind_beginnings() const {
    return find(
        [&](std::size_t form, std::size_t place) {
          return std::pair{place, ends_[form].before[place]};
        },
        [&](std::size_t form, std::size_t place) { return place < forms_[form].codes.size(); });
  }
  /// By the number of tokens behind the place, which is one at least.
  [[nodiscard]] std::vector<std::uint64_t> before_ends() const {
    const auto size = [&](std::size_t form) { return forms_[form].codes.size(); };
    return find(
        [&](std::size_t form, std::size_t place) {
          return std::pair{size(form) - 1 - place, ends_[form].behind[size(form) - place]};
        },
        [&](std::size_t form, std::size_t place) { return place > 0 && place < size(form); });
  }

 private:
  struct Seen {
    std::uint64_t key, word;
    std::uint32_t form;
  };
  template <class At, class Has>
  std::vector<std::uint64_t> find(At at, Has has) const {
    std::vector<std::uint64_t> bits(forms_.size());
    std::vector<Seen> seen;
    for (std::size_t place = 0; place < kPlacesMax; ++place) {
      seen.clear();
      for (std::uint32_t form = 0; form < forms_.size(); ++form) {
        if (!has(form, place)) continue;
        const auto [token, key] = at(form, place);
        if (is_soft(forms_[form], token)) seen.push_back({key, is_word(forms_[form], token) ? forms_[form].codes[token] : 0, form});
      }
      std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return std::tie(a.key, a.word) < std::tie(b.key, b.word); });
      mark_wide(seen, place, bits);
    }
    return bits;
  }
  void mark_wide(const std::vector<Seen>& seen, std::size_t place, std::vector<std::uint64_t>& bits) const {
    for (std::size_t begin = 0; begin < seen.size();) {
      std::size_t end = begin, words = 0;
      for (; end < seen.size() && seen[end].key == seen[begin].key; ++end)
        words += seen[end].word != 0 && (end == begin || seen[end].word != seen[end - 1].word);
      for (std::size_t i = begin; i < end && words >= needed_; ++i) bits[seen[i].form] |= std::uint64_t{1} << place;
      begin = end;
    }
  }

  const std::vector<Form>& forms_;
  const std::vector<Ends>& ends_;
  std::size_t needed_;
};

/// a, b, c: single words or values with one separator between them; two at least.
bool is_list(const Form& form, std::size_t begin, std::size_t end) noexcept {
  if (end - begin < 3 || (end - begin) % 2 == 0 || !is_separator(form, begin + 1)) return false;
  for (std::size_t at = begin; at < end; ++at) {
    const bool separator = is_separator(form, at);
    if (separator != ((at - begin) % 2 == 1) || (separator && form.codes[at] != form.codes[begin + 1])) return false;
  }
  return true;
}

class TextFinder {
 public:
  TextFinder(const std::vector<Form>& forms, const WideningRule& rule) : forms_{forms}, rule_{rule} {}

  /// At most one stretch of each form; none of those that would change nothing.
  std::vector<Stretch> run() {
    for (const Form& form : forms_) ends_.push_back(ends_of(form));
    const WidePlaces places{forms_, ends_, rule_.texts};
    const std::vector<std::uint64_t> beginnings = places.behind_beginnings();
    if (std::all_of(beginnings.begin(), beginnings.end(), [](std::uint64_t bits) { return bits == 0; })) return {};
    const std::vector<std::uint64_t> tails = places.before_ends();
    for (std::uint32_t form = 0; form < forms_.size(); ++form) add_stretches(form, beginnings[form], tails[form]);
    return choose();
  }

 private:
  static constexpr std::size_t kBeginningsMax = 2, kTailsMax = 4;  // of each form that are tried: the first ones, the longest ones

  void add_stretches(std::uint32_t number, std::uint64_t beginnings, std::uint64_t tails) {
    const Form& form = forms_[number];
    const std::size_t size = form.codes.size();
    std::size_t tried = 0;
    for (; beginnings != 0 && tried < kBeginningsMax; beginnings &= beginnings - 1) {
      const auto begin = static_cast<std::size_t>(std::countr_zero(beginnings));
      if (begin > 0 && !form.element(begin).blank && form.element(begin - 1).kind == ElementKind::constant && !form.varies(begin - 1))
        continue;
      std::size_t soft = begin, ends = 0;
      while (soft < size && is_soft(form, soft)) ++soft;
      bool any = false;
      for (std::size_t end = begin + 1; end <= soft && ends < kTailsMax; ++end) {
        const std::size_t left = size - end;
        if (left != 0 && (left >= kPlacesMax || (tails >> left & 1U) == 0)) continue;
        if (left != 0 && ++ends == kTailsMax && soft == size) end = size;  // the whole tail is tried in any case
        any = add(number, begin, end) || any;
      }
      tried += any;
    }
  }

  /// How many different texts make [begin, end) a variable: few when words stand on both sides or what is before says that a text follows.
  /// 0: only lists do; nothing: too little stands around it.
  std::optional<std::uint32_t> texts_needed(const Form& form, std::size_t begin, std::size_t end) const {
    const std::size_t before = words_in(form, 0, begin), behind = words_in(form, end, form.codes.size());
    if (begin == 0) return behind >= 4 ? std::optional{rule_.texts} : std::nullopt;
    if (before + behind == 0) return std::nullopt;
    if (before > 0 && behind > 0 && before + behind >= 3) return rule_.texts;
    const bool colon = is_mark(form, begin - 1, ':');
    const std::string_view last = form.text(begin - 1);
    const bool announced = colon || (!form.varies(begin - 1) && (is_preposition(last) || last == "-"));
    if (before >= 3) return announced ? rule_.texts : rule_.texts_behind_few;
    return before + behind >= 2 && colon ? rule_.texts_behind_few : 0;
  }

  bool add(std::uint32_t number, std::size_t begin, std::size_t end) {
    const Form& form = forms_[number];
    const bool list = is_list(form, begin, end);
    if (end < form.codes.size() && !form.element(end).blank && form.element(end).kind != ElementKind::mark) return false;  // within a word
    const std::optional<std::uint32_t> needed = texts_needed(form, begin, end);
    if (!needed) return false;
    Stretch stretch;
    stretch.key = mix(ends_[number].before[begin] ^ mix(ends_[number].behind[end], kMixA), kMixD);
    stretch.first = is_word(form, begin) ? form.codes[begin] : 0;
    stretch.content = content_of(form, begin, end);
    stretch.form = number;
    stretch.begin = static_cast<std::uint16_t>(begin);
    stretch.end = static_cast<std::uint16_t>(end);
    stretch.needed = static_cast<std::uint16_t>(*needed);
    stretch.counts = list;
    stretches_.push_back(stretch);
    return true;
  }

  /// Whether a group of stretches is one variable: enough different first words and texts; lists need fewer words around them.
  bool varies(const std::vector<Stretch>& group) const {
    const std::size_t first = distinct(group, 0, group.size(), [](const Stretch& s) { return s.first; });
    const std::size_t texts = distinct(group, 0, group.size(), [](const Stretch& s) { return s.content; });
    const std::size_t most = std::min(first, texts);
    if (most < rule_.texts) return false;
    if (group.front().needed != 0 && most >= group.front().needed) return true;
    constexpr std::size_t kListsMin = 3;
    return distinct(group, 0, group.size(), [](const Stretch& s) { return s.counts ? s.content : 0; }) >= kListsMin &&
           std::all_of(group.begin(), group.end(), [](const Stretch& s) { return s.counts || s.end - s.begin == 1; });
  }

  /// Of each form one stretch: those that begin first go first, of these the ones with the most behind them. What has found its stretch is
  /// no evidence for those that follow, so that a rare message is not drawn into what is common to it and a frequent one.
  std::vector<Stretch> choose() {
    const auto behind = [&](const Stretch& s) { return forms_[s.form].codes.size() - s.end; };
    const auto level = [&](const Stretch& s) { return std::tuple{s.begin, kPlacesMax - behind(s), s.key}; };
    std::sort(stretches_.begin(), stretches_.end(),
              [&](const Stretch& a, const Stretch& b) { return level(a) != level(b) ? level(a) < level(b) : a.form < b.form; });
    std::vector<Stretch> chosen, group;
    std::vector<bool> found(forms_.size());
    for (std::size_t begin = 0; begin < stretches_.size();) {
      std::size_t end = begin;
      group.clear();
      for (; end < stretches_.size() && level(stretches_[end]) == level(stretches_[begin]); ++end)
        if (!found[stretches_[end].form]) group.push_back(stretches_[end]);
      begin = end;
      if (group.empty() || !varies(group)) continue;
      for (const Stretch& one : group) found[one.form] = true;
      chosen.insert(chosen.end(), group.begin(), group.end());
    }
    std::erase_if(chosen, [&](const Stretch& one) { return one.end - one.begin == 1 && forms_[one.form].varies(one.begin); });
    return chosen;
  }

  const std::vector<Form>& forms_;
  const WideningRule& rule_;
  std::vector<Ends> ends_;
  std::vector<Stretch> stretches_;
};

// --------------------------------------------------------------------------------------------------------------------- bodies

/// The pairs of brackets of a form, inner ones before outer ones.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Form& form) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < form.codes.size(); ++at) {
    if (is_mark(form, at, '(') || is_mark(form, at, '[') || is_mark(form, at, '{')) open.push_back(at);
    const char wanted = is_mark(form, at, ')') ? '(' : is_mark(form, at, ']') ? '[' : is_mark(form, at, '}') ? '{' : '\0';
    if (wanted == '\0' || open.empty()) continue;
    if (is_mark(form, open.back(), wanted)) pairs.emplace_back(open.back(), at);
    open.pop_back();
  }
  return pairs;
}

class BodyFinder {
 public:
  BodyFinder(const std::vector<Form>& forms, const WideningRule& rule) : forms_{forms}, rule_{rule} {}

  /// The innermost pairs whose content varies, for each form from right to left.
  std::vector<Stretch> run() {
    for (std::uint32_t form = 0; form < forms_.size(); ++form) add_pairs(form);
    std::vector<Stretch> found;
    for_each_group(stretches_, [&](std::size_t begin, std::size_t end) {
      if (varies(begin, end))
        found.insert(found.end(), stretches_.begin() + static_cast<std::ptrdiff_t>(begin),
                     stretches_.begin() + static_cast<std::ptrdiff_t>(end));
    });
    std::sort(found.begin(), found.end(), [](const Stretch& a, const Stretch& b) {
      return std::tuple{a.form, b.begin} < std::tuple{b.form, a.begin};
    });
    std::vector<Stretch> innermost;
    for (const Stretch& one : found) {
      const bool outer = !innermost.empty() && innermost.back().form == one.form && innermost.back().end <= one.end;
      if (!outer) innermost.push_back(one);
    }
    std::erase_if(innermost, [&](const Stretch& one) { return one.end - one.begin == 1 && forms_[one.form].varies(one.begin); });
    return innermost;
  }

 private:
  static constexpr std::size_t kPairsMax = 16;  // of each form, the first ones that are closed

  void add_pairs(std::uint32_t number) {
    const Form& form = forms_[number];
    std::vector<std::pair<std::size_t, std::size_t>> pairs = pairs_of(form);
    if (pairs.empty()) return;
    if (pairs.size() > kPairsMax) pairs.resize(kPairsMax);
    const Ends ends = ends_of(form);
    const std::size_t words = words_in(form, 0, form.codes.size());
    for (const auto& [open, close] : pairs) {
      const std::size_t around = words - words_in(form, open + 1, close);
      if (around < (is_mark(form, open, '{') ? 1U : 2U)) continue;
      Stretch stretch;
      stretch.key = mix(ends.before[open + 1] ^ mix(ends.behind[close], kMixB), kMixC);
      stretch.content = content_of(form, open + 1, close);
      stretch.form = number;
      stretch.begin = static_cast<std::uint16_t>(open + 1);
      stretch.end = static_cast<std::uint16_t>(close);
      stretch.needed = static_cast<std::uint16_t>(is_mark(form, open, '(') ? rule_.texts : rule_.bodies);
      for (std::size_t at = open + 1; at < close; ++at) stretch.counts |= form.varies(at);
      stretches_.push_back(stretch);
    }
  }

  bool varies(std::size_t begin, std::size_t end) const {
    constexpr std::size_t kVariedMin = 3;  // contents with variables: it is no set of remarks in brackets
    const std::size_t contents = distinct(stretches_, begin, end, [](const Stretch& s) { return s.content; });
    const std::size_t varied = distinct(stretches_, begin, end, [](const Stretch& s) { return s.counts ? s.content : 0; });
    return contents >= (varied >= kVariedMin ? stretches_[begin].needed : rule_.texts);
  }

  const std::vector<Form>& forms_;
  const WideningRule& rule_;
  std::vector<Stretch> stretches_;
};

bool join(std::vector<Form>& forms, const std::vector<Stretch>& stretches) {
  for (const Stretch& one : stretches) forms[one.form].join(one.begin, one.end);
  return !stretches.empty();
}

// ----------------------------------------------------------------------------------------------------------------- wide words

using Characters = std::vector<std::string_view>;

/// The characters of a text in a script without blanks between words (each of three bytes or more); none when it is no such text.
Characters characters_of(std::string_view text) {
  Characters characters;
  for (std::size_t at = 0; at < text.size();) {  // most texts are none at once
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe1 ? 3 : 0;
    if (size == 0 || at + size > text.size()) return {};
    characters.push_back(text.substr(at, size));
    at += size;
  }
  return characters;
}

bool is_ideograph(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character.front());
  return lead >= 0xe4 && lead <= 0xe9;
}

/// Different words that begin and end alike, and how much of both ends is the same for most.
class NameFinder {
 public:
  explicit NameFinder(std::vector<Characters> words) : words_{std::move(words)} {}

  /// Leaves those that agree; `before` and `behind` them is what is the same, counted in characters.
  std::vector<Characters> run(std::size_t& before, std::size_t& behind) {
    before = behind = kEndsMin;
    const auto from_end = [&](const Characters& word) { return word[word.size() - 1 - behind]; };
    while (agree(from_end, before + behind)) ++behind;
    const auto from_begin = [&](const Characters& word) { return word[before]; };
    while (agree(from_begin, before + behind)) ++before;
    std::erase_if(words_, [&](const Characters& word) { return !is_name(word, before, behind); });
    return words_;
  }
  static constexpr std::size_t kEndsMin = 2;

 private:
  /// Whether at least half of the words have the same character there; the others are left out then.
  template <class At>
  bool agree(At at, std::size_t taken) {
    std::map<std::string_view, std::size_t> counts;
    for (const Characters& word : words_)
      if (word.size() > taken + 1) ++counts[at(word)];
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == counts.end() || 2 * most->second < words_.size()) return false;
    const std::string_view character = most->first;
    std::erase_if(words_, [&](const Characters& word) { return word.size() <= taken + 1 || at(word) != character; });
    return true;
  }
  static bool is_name(const Characters& word, std::size_t before, std::size_t behind) {
    constexpr std::size_t kIdeographsMax = 4, kLettersMax = 8;
    if (word.size() <= before + behind) return false;
    std::size_t ideographs = 0;
    for (std::size_t at = before; at < word.size() - behind; ++at) ideographs += is_ideograph(word[at]);
    return word.size() - before - behind <= (ideographs != 0 ? kIdeographsMax : kLettersMax);
  }
  std::vector<Characters> words_;
};

std::size_t bytes_of(const Characters& word, std::size_t begin, std::size_t end) noexcept {
  std::size_t bytes = 0;
  for (std::size_t at = begin; at < end; ++at) bytes += word[at].size();
  return bytes;
}

}  // namespace

bool widen_texts(std::vector<Form>& forms, const WideningRule& rule) { return join(forms, TextFinder{forms, rule}.run()); }

bool widen_bodies(std::vector<Form>& forms, const WideningRule& rule) { return join(forms, BodyFinder{forms, rule}.run()); }

bool widen_wide_words(std::vector<Form>& forms, const WideningRule& rule) {
  struct Word {
    Characters characters;
    std::uint32_t form;
    std::size_t at;
  };
  std::map<std::tuple<std::uint64_t, std::size_t, std::string, std::string>, std::vector<Word>> groups;
  for (std::uint32_t number = 0; number < forms.size(); ++number) {
    const Form& form = forms[number];
    Ends ends;
    for (std::size_t at = 0; at < std::min(form.codes.size(), kPlacesMax); ++at) {
      if (form.varies(at) || form.element(at).kind == ElementKind::mark) continue;
      Characters characters = characters_of(form.text(at));
      if (characters.size() <= 2 * NameFinder::kEndsMin) continue;
      if (ends.before.empty()) ends = ends_of(form);
      const std::string first{characters[0].begin(), characters[1].end()},
          last{characters[characters.size() - 2].begin(), characters.back().end()};
      const std::uint64_t key = mix(ends.before[at] ^ mix(ends.behind[at + 1], kMixC), kMixA + form.element(at).blank);
      groups[{key, at, first, last}].push_back({std::move(characters), number, at});
    }
  }
  std::vector<std::tuple<std::uint32_t, std::size_t, std::size_t, std::size_t>> splits;  // form, place, bytes before and behind
  for (const auto& [key, words] : groups) {
    std::vector<Characters> different;
    for (const Word& word : words) different.push_back(word.characters);
    std::sort(different.begin(), different.end());
    different.erase(std::unique(different.begin(), different.end()), different.end());
    std::size_t before = 0, behind = 0;
    const std::vector<Characters> names =
        different.size() < rule.names ? std::vector<Characters>{} : NameFinder{different}.run(before, behind);
    if (names.size() < rule.names) continue;
    for (const Word& word : words) {
      if (!std::binary_search(names.begin(), names.end(), word.characters)) continue;
      const std::size_t size = word.characters.size();
      splits.emplace_back(word.form, word.at, bytes_of(word.characters, 0, before), bytes_of(word.characters, size - behind, size));
    }
  }
  std::sort(splits.rbegin(), splits.rend());  // the last place of a form first
  for (const auto& [form, at, before, behind] : splits) forms[form].split(at, before, behind);
  return !splits.empty();
}

bool absorb_words(std::vector<Form>& forms) {
  constexpr std::size_t kMasksMax = 16;                 // of forms of one length; the ones with the most places
  using Known = std::pair<std::size_t, std::uint64_t>;  // length, places
  const auto part = [](const Form& form, std::size_t at) {
    return mix(form.codes[at] ^ (form.element(at).blank ? kMixB : 0), kMixC + 2 * at * kMixA);
  };
  const auto masked = [&](const Form& form, std::uint64_t mask) {
    std::uint64_t sum = mix(form.codes.size() * kMixD + static_cast<std::uint64_t>(form.shape->severity()), kMixA);
    for (std::size_t at = 0; at < form.codes.size(); ++at)
      sum += at < kPlacesMax && (mask >> at & 1U) != 0 ? mix(kVariableCode ^ (form.element(at).blank ? kMixB : 0), kMixC + 2 * at * kMixA)
                                                       : part(form, at);
    return sum;
  };
  std::map<Known, std::vector<std::uint64_t>> widened;  // by places that the sibling rule widened: the forms
  for (const Form& form : forms) {
    std::uint64_t mask = 0;
    for (std::size_t at = 0; at < std::min(form.codes.size(), kPlacesMax); ++at)
      mask |= std::uint64_t{form.varies(at) && form.element(at).kind == ElementKind::constant} << at;
    if (mask != 0 && words_in(form, 0, form.codes.size()) >= 2) widened[{form.codes.size(), mask}].push_back(masked(form, mask));
  }
  std::map<std::size_t, std::vector<std::pair<std::uint64_t, std::vector<std::uint64_t>>>> by_size;
  for (auto& [known, sums] : widened) {
    std::sort(sums.begin(), sums.end());
    by_size[known.first].emplace_back(known.second, std::move(sums));
  }
  for (auto& [size, masks] : by_size) {
    std::stable_sort(masks.begin(), masks.end(),
                     [](const auto& a, const auto& b) { return std::popcount(a.first) > std::popcount(b.first); });
    if (masks.size() > kMasksMax) masks.resize(kMasksMax);
  }
  bool changed = false;
  for (Form& form : forms) {
    const auto masks = by_size.find(form.codes.size());
    if (masks == by_size.end()) continue;
    for (const auto& [mask, sums] : masks->second) {
      bool words = true, wider = false;
      for (std::uint64_t left = mask; left != 0 && words; left &= left - 1) {
        const auto at = static_cast<std::size_t>(std::countr_zero(left));
        words = form.varies(at) || is_word(form, at);
        wider |= !form.varies(at);
      }
      if (!words || !wider || !std::binary_search(sums.begin(), sums.end(), masked(form, mask))) continue;
      for (std::uint64_t left = mask; left != 0; left &= left - 1)
        form.codes[static_cast<std::size_t>(std::countr_zero(left))] = kVariableCode;
      changed = true;
    }
  }
  return changed;
}

}  // namespace loglode
