#include "patterns/mining/template_widening.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "patterns/mining/mixing.h"
#include "patterns/mining/phrase_reader.h"
#include "patterns/mining/stretches.h"

namespace loglode {

namespace {

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

}  // namespace

bool widen_texts(std::vector<Form>& forms, const WideningRule& rule) { return join(forms, TextFinder{forms, rule}.run()); }

}  // namespace loglode
