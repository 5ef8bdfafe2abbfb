#include "patterns/mining/template_settler.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/template_cover.h"
#include "patterns/mining/template_text.h"

namespace loglode {

namespace {

constexpr std::size_t kSiblingPositionsMax = 64;  // tokens behind these do not become variables by the sibling rule
constexpr int kSiblingRoundsMax = 8;              // each round can only widen; two are usual

bool is_word(const Form& form, std::size_t at) noexcept {
  if (form.varies(at) || form.element(at).kind == ElementKind::mark) return false;
  const std::string_view text = form.text(at);
  return std::any_of(text.begin(), text.end(), [](char c) { return byte_is(c, kLetterByte | kDigitByte); });
}

bool is_preposition(std::string_view word) noexcept {
  constexpr std::string_view kWords[] = {"for", "from", "to",   "by",   "user",   "host",    "of",   "on",
                                         "at",  "via",  "with", "node", "device", "service", "named"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

/// The place in a message that one sibling group is about: all its messages but for the word at `at` are the same.
struct Sibling {
  std::uint64_t key, word;
  std::uint32_t form;
  friend bool operator<(const Sibling& a, const Sibling& b) noexcept { return std::pair{a.key, a.word} < std::pair{b.key, b.word}; }
};

class SiblingClosure {
 public:
  SiblingClosure(std::vector<Form>& forms, const SiblingRule& rule) : forms_{forms}, rule_{rule} {}

  void run() {
    for (int round = 0; round < kSiblingRoundsMax && widen(); ++round) {}
  }

 private:
  static std::uint64_t part(const Form& form, std::size_t at, std::uint64_t code) noexcept {
    return mix(code ^ (form.element(at).blank ? kMixB : 0), kMixC + 2 * at * kMixA);
  }

  /// Finds all groups at once and only then widens: no group depends on another's having gone first.
  bool widen() {
    sums_.clear();
    std::size_t longest = 0;
    for (const Form& form : forms_) {
      std::uint64_t sum = mix(form.codes.size() * kMixD + static_cast<std::uint64_t>(form.shape->severity()), kMixA);
      for (std::size_t at = 0; at < form.codes.size(); ++at) sum += part(form, at, form.codes[at]);
      sums_.push_back(sum);
      longest = std::max(longest, form.codes.size());
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> marks;
    for (std::size_t at = 0; at < std::min(longest, kSiblingPositionsMax); ++at) mark_position(at, marks);
    for (const auto& [form, at] : marks) forms_[form].codes[at] = kVariableCode;
    return !marks.empty();
  }

  void mark_position(std::size_t at, std::vector<std::pair<std::uint32_t, std::uint32_t>>& marks) {
    siblings_.clear();
    for (std::uint32_t i = 0; i < forms_.size(); ++i) {
      const Form& form = forms_[i];
      if (at >= form.codes.size() || !(form.varies(at) || is_word(form, at))) continue;
      const std::uint64_t key = sums_[i] - part(form, at, form.codes[at]) + part(form, at, kVariableCode);
      siblings_.push_back({key, form.codes[at], i});
    }
    std::sort(siblings_.begin(), siblings_.end());
    for (std::size_t begin = 0; begin < siblings_.size();) {
      std::size_t end = begin, words = 0;
      for (; end < siblings_.size() && siblings_[end].key == siblings_[begin].key; ++end)
        words += end == begin || siblings_[end].word != siblings_[end - 1].word;
      if (words > 1 && words >= words_needed(at, begin, end)) {
        for (std::size_t i = begin; i < end; ++i)
          if (siblings_[i].word != kVariableCode) marks.emplace_back(siblings_[i].form, static_cast<std::uint32_t>(at));
      }
      begin = end;
    }
  }

  std::size_t words_needed(std::size_t at, std::size_t begin, std::size_t end) const noexcept {
    const Form& form = forms_[siblings_[begin].form];
    std::size_t words = 0, before = form.codes.size();
    for (std::size_t i = 0; i < form.codes.size(); ++i) words += i == at || is_word(form, i);
    for (std::size_t i = 0; i < at; ++i)
      if (is_word(form, i)) before = i;
    const bool first = before == form.codes.size();
    constexpr std::size_t kNever = ~std::size_t{0};
    if (words <= 2) return first ? kNever : rule_.short_message;
    const bool digits = std::all_of(siblings_.begin() + static_cast<std::ptrdiff_t>(begin),
                                    siblings_.begin() + static_cast<std::ptrdiff_t>(end), [&](const Sibling& s) {
                                      const std::string_view text = forms_[s.form].text(at);
                                      return forms_[s.form].varies(at) || std::any_of(text.begin(), text.end(), is_digit);
                                    });
    bool joins_variable = false;
    for (std::size_t i = begin; i < end; ++i) joins_variable |= forms_[siblings_[i].form].varies(at);
    if (digits) return joins_variable ? 2 : rule_.with_digit;
    if (first && words <= 4) return rule_.short_message;
    return before + 1 == at && is_preposition(form.text(before)) ? rule_.after_preposition : rule_.words;
  }

  std::vector<Form>& forms_;
  SiblingRule rule_;
  std::vector<std::uint64_t> sums_;
  std::vector<Sibling> siblings_;
};

}  // namespace

TemplateCatalog settle_templates(const std::vector<std::unique_ptr<Shape>>& shapes, const SiblingRule& rule) {
  std::vector<Form> forms;
  forms.reserve(shapes.size());
  for (const auto& shape : shapes) forms.push_back(make_form(*shape));
  std::sort(forms.begin(), forms.end(), [](const Form& a, const Form& b) { return a.shape->hash() < b.shape->hash(); });
  SiblingClosure{forms, rule}.run();

  // Ordered maps: what comes out must not depend on how a hash table was filled.
  std::map<std::uint64_t, std::vector<const Form*>> aliases;
  for (const Form& form : forms) aliases[alias_key(form, runs_of(form))].push_back(&form);
  const auto variables = [](const Form* form) { return std::count(form->codes.begin(), form->codes.end(), kVariableCode); };
  std::vector<const Form*> fullest;
  for (const auto& [key, members] : aliases)
    fullest.push_back(
        *std::max_element(members.begin(), members.end(), [&](const Form* a, const Form* b) { return variables(a) < variables(b); }));
  const std::vector<std::size_t> covers = find_covers(fullest);
  std::vector<TemplateInfo> described;
  described.reserve(aliases.size());
  for (const auto& [key, members] : aliases) described.push_back(describe(members));

  struct Class {
    std::size_t described;
    std::vector<const Form*> members;
  };
  std::map<std::pair<SeverityClass, std::string_view>, Class> by_text;  // views into `described`
  std::size_t index = 0;
  for (const auto& [key, members] : aliases) {
    const std::size_t cover = covers[index++];
    const TemplateInfo& info = described[cover];
    auto& in_class = by_text.try_emplace({info.severity, info.text}, Class{cover, {}}).first->second.members;
    in_class.insert(in_class.end(), members.begin(), members.end());
  }
  aliases.clear();

  std::vector<TemplateInfo> templates;
  templates.reserve(by_text.size());
  std::vector<std::pair<ShapeId, std::uint32_t>> of_shape;
  of_shape.reserve(forms.size());
  for (const auto& entry : by_text) {
    const Class& one = entry.second;
    std::vector<std::uint64_t> ids;
    for (const Form* form : one.members) {
      ids.push_back(form->shape->hash());
      of_shape.emplace_back(ShapeId{ids.back()}, static_cast<std::uint32_t>(templates.size()));
    }
    std::sort(ids.begin(), ids.end());
    TemplateInfo& info = templates.emplace_back(std::move(described[one.described]));  // no text is looked up any more
    info.id = TemplateId{ids.front()};
    for (std::size_t i = 1; i < ids.size(); ++i) info.aliases.push_back(TemplateId{ids[i]});
  }
  return TemplateCatalog{std::move(templates), std::move(of_shape)};
}

}  // namespace loglode
