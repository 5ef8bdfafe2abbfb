#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "patterns/mining/mixing.h"
#include "patterns/mining/stretches.h"
#include "patterns/mining/template_widening.h"

namespace loglode {

namespace {

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
