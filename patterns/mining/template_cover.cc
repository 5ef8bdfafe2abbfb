#include "patterns/mining/template_cover.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/mixing.h"

namespace loglode {

namespace {

constexpr std::size_t kComparedMax =
    64;  // forms that look alike and are compared each with each; of more only the most general cover others

constexpr std::size_t kConstantsMin = 2;  // `<*>` alone would cover every message of one word

struct Outline {
  std::uint64_t key = 0;             // with every such word as one variable
  std::vector<std::uint64_t> words;  // what the words that hold a variable are; 0: nothing but a variable
  std::size_t mixed = 0;             // how many are more
  std::size_t constants = 0;         // words that hold none
};

/// (…), […], {…}, "…", '…': whether the tokens at both ends are a pair.
bool is_pair(const Form& form, std::size_t open, std::size_t close) noexcept {
  constexpr std::string_view kPairs[] = {"()", "[]", "{}", "\"\"", "''"};
  if (form.varies(open) || form.varies(close) || form.text(open).size() != 1 || form.text(close).size() != 1) return false;
  const char marks[] = {form.text(open).front(), form.text(close).front()};
  return std::find(std::begin(kPairs), std::end(kPairs), std::string_view{marks, 2}) != std::end(kPairs);
}

bool is_closing(const Form& form, std::size_t at) noexcept {
  if (form.varies(at)) return false;
  const std::string_view text = form.text(at);
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ',' || c == ';' || c == ':' || c == '.' || c == '!' || c == '?'; });
}

Outline outline(const Form& form) {
  Outline out;
  out.key = mix(kMixA ^ static_cast<std::uint64_t>(form.shape->severity()), kMixD);
  const auto add = [&](std::uint64_t code) { out.key = mix(out.key ^ code, kMixC); };
  const std::size_t size = form.codes.size();
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin + 1;
    while (end < size && !form.element(end).blank) ++end;
    std::size_t core = end;
    while (core > begin && is_closing(form, core - 1)) --core;
    std::size_t at = begin;
    for (; core > at + 2 && is_pair(form, at, core - 1); --core) add(form.codes[at++]);
    bool variable = false;
    for (std::size_t i = at; i < core; ++i) variable |= form.varies(i);
    if (variable) {
      std::uint64_t word = 0;
      if (core != at + 1)
        for (word = kMixB; at < core; ++at) word = mix(word ^ form.codes[at], kMixC) | 1;
      out.mixed += word != 0;
      out.words.push_back(word);
      add(kVariableCode);
      at = core;
    }
    for (; at < end; ++at) {
      add(form.codes[at]);
      out.constants += form.element(at).kind == ElementKind::constant;
    }
    add(kMixB);
    begin = end;
  }
  return out;
}

bool covers(const Outline& general, const Outline& other) noexcept {
  if (general.constants < kConstantsMin) return false;
  for (std::size_t i = 0; i < general.words.size(); ++i)
    if (general.words[i] != 0 && general.words[i] != other.words[i]) return false;
  return true;
}

}  // namespace

std::vector<std::size_t> find_covers(std::span<const Form* const> forms) {
  std::vector<Outline> outlines;
  std::map<std::uint64_t, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    outlines.push_back(outline(*forms[i]));
    alike[outlines.back().key].push_back(i);
  }
  std::vector<std::size_t> cover(forms.size());
  for (std::size_t i = 0; i < forms.size(); ++i) cover[i] = i;
  for (auto& [key, group] : alike) {
    if (group.size() < 2) continue;
    const auto rank = [&](std::size_t i) { return std::tuple{outlines[i].mixed, forms[i]->shape->id()}; };
    std::sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    const std::size_t most = group.size() <= kComparedMax ? group.size() : 1;
    for (std::size_t other = 1; other < group.size(); ++other) {
      for (std::size_t general = 0; general < std::min(most, other); ++general) {
        if (outlines[group[general]].mixed == outlines[group[other]].mixed || !covers(outlines[group[general]], outlines[group[other]]))
          continue;
        cover[group[other]] = cover[group[general]];  // the most general is first: its own cover is final
        break;
      }
    }
  }
  return cover;
}

}  // namespace loglode
