#include "patterns/mining/template_widening.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "patterns/mining/mixing.h"
#include "patterns/mining/stretches.h"

namespace loglode {

namespace {

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

}  // namespace

bool widen_bodies(std::vector<Form>& forms, const WideningRule& rule) { return join(forms, BodyFinder{forms, rule}.run()); }

}  // namespace loglode
