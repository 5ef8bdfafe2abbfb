// The rules that widen more than one word, once more: free text, bodies, names within words, forms that a widened one covers. Texts instead
// of hashes, every place with every other one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "reference_form.h"

namespace loglode::reference {

using Stretch = std::pair<std::size_t, std::size_t>;  // pieces [first, second)

inline std::string text_between(const Form& form, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t at = begin; at < end; ++at) out += form.pieces[at].key();
  return out;
}
inline std::string beginning(const Form& form, std::size_t end) { return std::to_string(form.severity) + text_between(form, 0, end); }
inline std::string ending(const Form& form, std::size_t begin) { return text_between(form, begin, form.pieces.size()); }
inline std::size_t words_between(const Form& form, std::size_t begin, std::size_t end) {
  std::size_t words = 0;
  for (std::size_t at = begin; at < end; ++at) words += form.pieces[at].word();
  return words;
}

/// [begin, end) as one variable; one that is nothing when it is empty.
inline void join(Form& form, Stretch stretch) {
  const auto [begin, end] = stretch;
  if (end == begin + 1) {
    form.pieces[begin].varies = true;
    return;
  }
  const bool blank_before = begin != end && form.pieces[begin].blank;
  form.pieces.erase(form.pieces.begin() + static_cast<std::ptrdiff_t>(begin), form.pieces.begin() + static_cast<std::ptrdiff_t>(end));
  form.pieces.insert(form.pieces.begin() + static_cast<std::ptrdiff_t>(begin), Piece{"", ElementKind::value, blank_before, true});
}

// ------------------------------------------------------------------------------------------------------------------------- texts

inline bool separator(const Piece& piece) { return piece.mark(",") || piece.mark(";") || piece.mark("|"); }
inline bool soft(const Piece& piece) {
  static const std::set<std::string> hard{"`",  "“",  "”",  "„",  "‘",  "’",  "‚",  "«",  "»",  "‹",  "›",  "「", "」", "『", "』",
                                          "《", "》", "〈", "〉", "、", "。", "【", "】", "！", "（", "）", "，", "：", "；", "？"};
  if (piece.varies) return true;
  return piece.kind == ElementKind::mark ? separator(piece) : hard.count(piece.text) == 0;
}

/// a, b, c
inline bool listed(const Form& form, std::size_t begin, std::size_t end) {
  if (end - begin < 3 || (end - begin) % 2 == 0) return false;
  for (std::size_t at = begin; at < end; ++at) {
    if (separator(form.pieces[at]) != ((at - begin) % 2 == 1)) return false;
    if ((at - begin) % 2 == 1 && form.pieces[at].text != form.pieces[begin + 1].text) return false;
  }
  return true;
}

/// Of each form at most one stretch that is a variable.
inline std::map<std::size_t, Stretch> texts_in(const std::vector<Form>& forms) {
  constexpr std::size_t kTexts = 10, kTextsBehindFew = 20, kPlaces = 64;
  std::map<std::string, std::set<std::string>> behind, before;  // the words that stand behind a beginning, before an ending
  for (const Form& form : forms) {
    const std::size_t size = form.pieces.size();
    for (std::size_t at = 0; at < size; ++at) {
      if (!form.pieces[at].word() || !soft(form.pieces[at])) continue;
      if (at < kPlaces) behind[beginning(form, at)].insert(form.pieces[at].key());
      if (size - 1 - at > 0 && size - 1 - at < kPlaces)
        before[std::to_string(size - 1 - at) + '.' + ending(form, at + 1)].insert(form.pieces[at].key());
    }
  }
  struct Member {
    std::size_t form;
    Stretch stretch;
    std::size_t needed;
  };
  // By where they begin and, of these, how little stands behind them: those that say the most go first.
  std::map<std::tuple<std::size_t, int, std::string>, std::vector<Member>> groups;
  for (std::size_t number = 0; number < forms.size(); ++number) {
    const Form& form = forms[number];
    const std::vector<Piece>& p = form.pieces;
    std::size_t tried = 0;
    for (std::size_t begin = 0; begin < p.size() && begin < kPlaces && tried < 2; ++begin) {
      if (!soft(p[begin]) || behind[beginning(form, begin)].size() < kTexts) continue;
      if (begin > 0 && !p[begin].blank && p[begin - 1].kind == ElementKind::constant && !p[begin - 1].varies) continue;
      std::size_t reach = begin;
      while (reach < p.size() && soft(p[reach])) ++reach;
      std::vector<std::size_t> ends;
      for (std::size_t end = begin + 1; end <= reach && ends.size() < 4; ++end) {
        const std::size_t left = p.size() - end;
        if (left == 0 || (left < kPlaces && before[std::to_string(left) + '.' + ending(form, end)].size() >= kTexts)) ends.push_back(end);
      }
      if (ends.size() == 4 && reach == p.size()) ends.back() = reach;
      bool any = false;
      for (const std::size_t end : ends) {
        const std::size_t words_before = words_between(form, 0, begin), words_behind = words_between(form, end, p.size());
        if (end < p.size() && !p[end].blank && p[end].kind != ElementKind::mark) continue;
        std::size_t needed = 0;
        if (begin == 0 ? words_behind < 4 : words_before + words_behind == 0) continue;
        const bool colon = begin > 0 && p[begin - 1].mark(":");
        const bool announced = begin > 0 && !p[begin - 1].varies && (colon || preposition(p[begin - 1].text) || p[begin - 1].text == "-");
        if (begin == 0 || (words_before > 0 && words_behind > 0 && words_before + words_behind >= 3))
          needed = kTexts;
        else if (words_before >= 3)
          needed = announced ? kTexts : kTextsBehindFew;
        else if (words_before + words_behind >= 2 && colon)
          needed = kTextsBehindFew;
        any = true;
        const std::string key = beginning(form, begin) + "\n" + ending(form, end);
        groups[{begin, -static_cast<int>(p.size() - end), key}].push_back({number, {begin, end}, needed});
      }
      tried += any;
    }
  }
  std::map<std::size_t, Stretch> found;
  for (const auto& [level, members] : groups) {
    std::set<std::string> first, texts, lists;
    std::vector<Member> left;  // without those that have their stretch
    bool only_lists = true;
    for (const Member& member : members) {
      if (found.count(member.form) != 0) continue;
      const Form& form = forms[member.form];
      const auto [begin, end] = member.stretch;
      left.push_back(member);
      if (form.pieces[begin].word()) first.insert(form.pieces[begin].key());
      texts.insert(text_between(form, begin, end));
      if (listed(form, begin, end)) lists.insert(text_between(form, begin, end));
      only_lists = only_lists && (listed(form, begin, end) || end == begin + 1);
    }
    const std::size_t most = std::min(first.size(), texts.size());
    if (left.empty() || most < kTexts) continue;
    const bool text = left.front().needed != 0 && most >= left.front().needed, list = only_lists && lists.size() >= 3;
    if (text || list)
      for (const Member& member : left) found[member.form] = member.stretch;
  }
  for (auto one = found.begin(); one != found.end();) {
    const auto [begin, end] = one->second;
    one = end == begin + 1 && forms[one->first].pieces[begin].varies ? found.erase(one) : std::next(one);
  }
  return found;
}

inline bool widen_texts(std::vector<Form>& forms) {
  const std::map<std::size_t, Stretch> found = texts_in(forms);
  for (const auto& [number, stretch] : found) join(forms[number], stretch);
  return !found.empty();
}

// ------------------------------------------------------------------------------------------------------------------------ bodies

inline std::vector<Stretch> bodies_of(const Form& form) {
  static const std::map<std::string, std::string> closing{{")", "("}, {"]", "["}, {"}", "{"}};
  std::vector<Stretch> bodies;
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < form.pieces.size(); ++at) {
    const Piece& piece = form.pieces[at];
    if (piece.mark("(") || piece.mark("[") || piece.mark("{")) open.push_back(at);
    if (piece.varies || piece.kind != ElementKind::mark || closing.count(piece.text) == 0 || open.empty()) continue;
    if (form.pieces[open.back()].text == closing.at(piece.text)) bodies.push_back({open.back() + 1, at});
    open.pop_back();
  }
  if (bodies.size() > 16) bodies.resize(16);
  return bodies;
}

inline bool widen_bodies(std::vector<Form>& forms) {
  struct Group {
    std::set<std::string> contents, varied;
    bool round = false;
    std::vector<std::pair<std::size_t, Stretch>> members;
  };
  std::map<std::string, Group> groups;
  for (std::size_t number = 0; number < forms.size(); ++number) {
    const Form& form = forms[number];
    for (const auto& [begin, end] : bodies_of(form)) {
      const std::size_t around = words_between(form, 0, begin) + words_between(form, end, form.pieces.size());
      if (around < (form.pieces[begin - 1].mark("{") ? 1U : 2U)) continue;
      Group& group = groups[beginning(form, begin) + "\n" + ending(form, end)];
      group.round = form.pieces[begin - 1].mark("(");
      group.contents.insert(text_between(form, begin, end));
      if (std::any_of(&form.pieces[begin], &form.pieces[begin] + (end - begin), [](const Piece& p) { return p.varies; }))
        group.varied.insert(text_between(form, begin, end));
      group.members.push_back({number, {begin, end}});
    }
  }
  std::map<std::size_t, std::vector<Stretch>> found;
  for (const auto& [key, group] : groups)
    if (group.contents.size() >= (group.varied.size() >= 3 && !group.round ? 5U : 10U))
      for (const auto& [number, body] : group.members) found[number].push_back(body);
  bool changed = false;
  for (auto& [number, bodies] : found) {
    std::sort(bodies.begin(), bodies.end(), [](const Stretch& a, const Stretch& b) { return a.first > b.first; });
    for (const Stretch& body : bodies) {
      const bool outer = std::any_of(bodies.begin(), bodies.end(),
                                     [&](const Stretch& other) { return other.first > body.first && other.second < body.second; });
      if (outer || (body.second == body.first + 1 && forms[number].pieces[body.first].varies)) continue;
      join(forms[number], body);
      changed = true;
    }
  }
  return changed;
}

// -------------------------------------------------------------------------------------------------------------------- wide words

/// The characters of a text all of which are beyond what two bytes hold in UTF-8.
inline std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe1 ? 3 : 0;
    if (size == 0 || at + size > text.size()) return {};
    characters.push_back(text.substr(at, size));
    at += size;
  }
  return characters;
}

inline bool widen_wide_words(std::vector<Form>& forms) {
  using Word = std::vector<std::string>;
  std::map<std::string, std::vector<std::pair<std::size_t, std::size_t>>> groups;  // form and place
  for (std::size_t number = 0; number < forms.size(); ++number) {
    const std::vector<Piece>& p = forms[number].pieces;
    for (std::size_t at = 0; at < p.size() && at < 64; ++at) {
      if (p[at].varies || p[at].kind == ElementKind::mark) continue;
      const Word word = characters_of(p[at].text);
      if (word.size() > 4)
        groups[beginning(forms[number], at) + "\n" + (p[at].blank ? "_" : "^") + ending(forms[number], at + 1) + "\n" + word[0] + word[1] +
               "\n" + word[word.size() - 2] + word.back()]
            .push_back({number, at});
    }
  }
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>> splits;  // form, place, bytes before and behind
  for (const auto& [key, places] : groups) {
    std::set<Word> words;
    for (const auto& [number, at] : places) words.insert(characters_of(forms[number].pieces[at].text));
    std::size_t before = 2, behind = 2;
    if (words.size() < 5) continue;
    /// The words with the character that at least half of them have next to an end; none when there is no such.
    const auto agreeing = [&](bool front) {
      std::map<std::string, std::set<Word>> by;
      for (const Word& word : words)
        if (word.size() > before + behind + 1) by[front ? word[before] : word[word.size() - 1 - behind]].insert(word);
      std::set<Word> most;
      for (const auto& [character, those] : by)
        if (those.size() > most.size()) most = those;
      return 2 * most.size() >= words.size() ? most : std::set<Word>{};
    };
    for (std::set<Word> those = agreeing(false); !those.empty(); those = agreeing(false)) words = those, ++behind;
    for (std::set<Word> those = agreeing(true); !those.empty(); those = agreeing(true)) words = those, ++before;
    std::set<Word> names;
    for (const Word& word : words) {
      if (word.size() <= before + behind) continue;
      bool ideographs = false;
      for (std::size_t at = before; at < word.size() - behind; ++at) ideographs |= word[at][0] >= '\xe4' && word[at][0] <= '\xe9';
      if (word.size() - before - behind <= (ideographs ? 4U : 8U)) names.insert(word);
    }
    if (names.size() < 5) continue;
    for (const auto& [number, at] : places) {
      const Word word = characters_of(forms[number].pieces[at].text);
      if (names.count(word) == 0) continue;
      std::size_t first = 0, last = 0;
      for (std::size_t i = 0; i < before; ++i) first += word[i].size();
      for (std::size_t i = word.size() - behind; i < word.size(); ++i) last += word[i].size();
      splits.emplace_back(number, at, first, last);
    }
  }
  std::sort(splits.rbegin(), splits.rend());  // the last place of a form first
  for (const auto& [number, at, first, last] : splits) {
    const Piece whole = forms[number].pieces[at];
    auto place = forms[number].pieces.erase(forms[number].pieces.begin() + static_cast<std::ptrdiff_t>(at));
    forms[number].pieces.insert(
        place, {Piece{whole.text.substr(0, first), whole.kind, whole.blank, false}, Piece{"", ElementKind::value, false, true},
                Piece{whole.text.substr(whole.text.size() - last), whole.kind, false, false}});
  }
  return !splits.empty();
}

// ------------------------------------------------------------------------------------------------------------------------ absorb

/// A form that has words where another that is otherwise equal was widened is that one.
inline bool absorb_words(std::vector<Form>& forms) {
  using Places = std::vector<std::size_t>;
  const auto masked = [](const Form& form, const Places& places) {
    std::string key = std::to_string(form.severity) + '.' + std::to_string(form.pieces.size());
    for (std::size_t at = 0; at < form.pieces.size(); ++at)
      key += std::find(places.begin(), places.end(), at) != places.end() ? (form.pieces[at].blank ? "_*" : "^*") : form.pieces[at].key();
    return key;
  };
  std::map<std::size_t, std::map<Places, std::set<std::string>>> widened;  // by length
  for (const Form& form : forms) {
    Places places;
    for (std::size_t at = 0; at < form.pieces.size() && at < 64; ++at)
      if (form.pieces[at].varies && form.pieces[at].kind == ElementKind::constant) places.push_back(at);
    if (!places.empty() && words_between(form, 0, form.pieces.size()) >= 2)
      widened[form.pieces.size()][places].insert(masked(form, places));
  }
  bool changed = false;
  for (Form& form : forms) {
    if (widened.count(form.pieces.size()) == 0) continue;
    std::vector<std::pair<Places, std::set<std::string>>> all(widened[form.pieces.size()].begin(), widened[form.pieces.size()].end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      const Places &one = a.first, &other = b.first;  // most places first; then as numbers with a bit for each place
      return one.size() != other.size() ? one.size() > other.size()
                                        : std::lexicographical_compare(one.rbegin(), one.rend(), other.rbegin(), other.rend());
    });
    if (all.size() > 16) all.resize(16);
    for (const auto& [places, known] : all) {
      const bool words =
          std::all_of(places.begin(), places.end(), [&](std::size_t at) { return form.pieces[at].varies || form.pieces[at].word(); });
      const bool wider = std::any_of(places.begin(), places.end(), [&](std::size_t at) { return !form.pieces[at].varies; });
      if (!words || !wider || known.count(masked(form, places)) == 0) continue;
      for (const std::size_t at : places) form.pieces[at].varies = true;
      changed = true;
    }
  }
  return changed;
}

}  // namespace loglode::reference
