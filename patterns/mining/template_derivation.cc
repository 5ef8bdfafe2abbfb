#include "patterns/mining/template_derivation.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/parameter_summary.h"
#include "patterns/mining/template_cover.h"
#include "patterns/mining/template_text.h"
#include "patterns/mining/template_widening.h"
#include "patterns/mining/value_type.h"

namespace loglode {

namespace {

constexpr std::size_t kSiblingPositionsMax = 64;  // tokens behind these do not become variables by the sibling rule
constexpr int kSiblingRoundsMax = 8;              // each round can only widen; two are usual

/// row and rows, entry and entries, batch and batches: what both are called.
std::string singular(std::string_view word) {
  std::string stem{word};
  if (stem.size() < 3 || stem.back() != 's' || stem.ends_with("ss")) return stem;
  stem.pop_back();
  if (stem.ends_with("ie")) return stem.replace(stem.size() - 2, 2, "y");
  for (const std::string_view end : {"che", "she", "xe", "sse"})
    if (stem.ends_with(end)) stem.pop_back();
  return stem;
}

/// What is written where a value is missing, in words or as `-`.
bool is_missing_value(std::string_view text) noexcept {
  constexpr std::string_view kWords[] = {"null", "NULL", "nil", "None", "none", "NaN", "N/A", "n/a", "undefined", "-"};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

/// A word that is a value where others are: with a digit, of a to f alone, with capitals in its middle.
bool is_like_value(std::string_view text) noexcept {
  constexpr std::size_t kIdBytesMin = 6;
  if (is_missing_value(text) || std::any_of(text.begin(), text.end(), is_digit)) return true;
  if (text.size() < kIdBytesMin) return false;
  if (std::all_of(text.begin(), text.end(), is_hex)) return true;
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c); });
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  bool small_before_capital = false;
  for (std::size_t at = 1; at < text.size(); ++at) small_before_capital |= is_capital(text[at]) && !is_capital(text[at - 1]);
  return letters && small_before_capital;
}

/// The place in a message that one sibling group is about: all its messages but for the word at `at` are the same.
struct Sibling {
  std::uint64_t key, word;
  std::uint32_t form;
  friend bool operator<(const Sibling& a, const Sibling& b) noexcept { return std::pair{a.key, a.word} < std::pair{b.key, b.word}; }
};

class SiblingClosure {
 public:
  SiblingClosure(std::vector<Form>& forms, const SiblingRule& rule, DerivationTrace* trace) : forms_{forms}, rule_{rule}, trace_{trace} {}

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

 private:
  static std::uint64_t part(const Form& form, std::size_t at, std::uint64_t code) noexcept {
    return mix(code ^ (form.element(at).blank ? kMixB : 0), kMixC + 2 * at * kMixA);
  }

  void mark_position(std::size_t at, std::vector<std::pair<std::uint32_t, std::uint32_t>>& marks) {
    siblings_.clear();
    for (std::uint32_t i = 0; i < forms_.size(); ++i) {
      const Form& form = forms_[i];
      if (at >= form.codes.size() || !(form.varies(at) || is_word(form, at) || is_dash(form, at))) continue;
      const std::uint64_t key = sums_[i] - part(form, at, form.codes[at]) + part(form, at, kVariableCode);
      siblings_.push_back({key, form.codes[at], i});
    }
    std::sort(siblings_.begin(), siblings_.end());
    for (std::size_t begin = 0; begin < siblings_.size();) {
      std::size_t end = begin, words = 0;
      for (; end < siblings_.size() && siblings_[end].key == siblings_[begin].key; ++end)
        words += end == begin || siblings_[end].word != siblings_[end - 1].word;
      if (words > 1) {
        const std::size_t needed = words_needed(at, begin, end);
        const bool beside_value = needed != kNever && joins_variable(at, begin, end);
        for (std::size_t i = begin; i < end; ++i) {
          const Form& form = forms_[siblings_[i].form];
          if (form.varies(at) || !(words >= needed || (beside_value && is_like_value(form.text(at))))) continue;
          if (!is_dash(form, at) || beside_value) marks.emplace_back(siblings_[i].form, static_cast<std::uint32_t>(at));
        }
        if (trace_ != nullptr) note(at, begin, end, words, needed);
      }
      begin = end;
    }
  }

  /// A dash between blanks: a value that is missing, where others have one.
  static bool is_dash(const Form& form, std::size_t at) noexcept {
    return !form.varies(at) && form.text(at) == "-" && form.element(at).blank &&
           (at + 1 == form.codes.size() || form.element(at + 1).blank);
  }
  bool joins_variable(std::size_t at, std::size_t begin, std::size_t end) const noexcept {
    return std::any_of(siblings_.begin() + static_cast<std::ptrdiff_t>(begin), siblings_.begin() + static_cast<std::ptrdiff_t>(end),
                       [&](const Sibling& s) { return forms_[s.form].varies(at); });
  }
  /// Behind a variable one word in two numbers: 1 row, 2 rows.
  bool is_plural(std::size_t at, std::size_t begin, std::size_t end) const {
    if (at == 0 || !forms_[siblings_[begin].form].varies(at - 1) || joins_variable(at, begin, end)) return false;
    const std::string stem = singular(forms_[siblings_[begin].form].text(at));
    for (std::size_t i = begin; i < end; ++i)
      if (singular(forms_[siblings_[i].form].text(at)) != stem) return false;
    return true;
  }

  std::size_t words_needed(std::size_t at, std::size_t begin, std::size_t end) const {
    const Form& form = forms_[siblings_[begin].form];
    std::size_t words = 0, before = form.codes.size();
    for (std::size_t i = 0; i < form.codes.size(); ++i) words += i == at || is_word(form, i);
    for (std::size_t i = 0; i < at; ++i)
      if (is_word(form, i)) before = i;
    const bool first = before == form.codes.size();
    if (words <= 2) return first ? kNever : rule_.short_message;
    const bool digits = std::all_of(siblings_.begin() + static_cast<std::ptrdiff_t>(begin),
                                    siblings_.begin() + static_cast<std::ptrdiff_t>(end), [&](const Sibling& s) {
                                      const std::string_view text = forms_[s.form].text(at);
                                      return forms_[s.form].varies(at) || std::any_of(text.begin(), text.end(), is_digit);
                                    });
    if (digits) return joins_variable(at, begin, end) ? 2 : rule_.with_digit;
    if (is_plural(at, begin, end)) return 2;
    if (first && words <= 4) return rule_.short_message;
    return before + 1 == at && is_preposition(form.text(before)) ? rule_.after_preposition : rule_.words;
  }

  void note(std::size_t at, std::size_t begin, std::size_t end, std::size_t words, std::size_t needed) {
    for (std::size_t i = begin; i < end; ++i) {
      const Form& form = forms_[siblings_[i].form];
      if (form.shape->id() != trace_->shape || form.varies(at)) continue;
      const std::string word{form.text(at)};
      const std::string seen =
          "\"" + word + "\": " + std::to_string(words) + " different words stand there in messages that are otherwise equal, ";
      if (words >= needed)
        trace_->reasons.push_back(seen + std::to_string(needed) + " make it a variable (siblings)");
      else if (needed != kNever)
        trace_->reasons.push_back(seen + std::to_string(needed) + " would make it a variable");
    }
  }

  static constexpr std::size_t kNever = ~std::size_t{0};
  std::vector<Form>& forms_;
  SiblingRule rule_;
  DerivationTrace* trace_;
  std::vector<std::uint64_t> sums_;
  std::vector<Sibling> siblings_;
};

/// Widens forms by all rules, round by round, until none changes anything.
void widen(std::vector<Form>& forms, const DerivationRules& rules, DerivationTrace* trace) {
  SiblingClosure siblings{forms, rules.sibling, trace};
  for (int round = 0; round < kSiblingRoundsMax; ++round) {
    bool changed = rules.siblings && siblings.widen();
    changed = (rules.siblings && absorb_words(forms)) || changed;
    changed = (rules.texts && widen_bodies(forms, rules.widening)) || changed;
    changed = (rules.texts && widen_texts(forms, rules.widening)) || changed;
    changed = (rules.texts && widen_wide_words(forms, rules.widening)) || changed;
    if (!changed) return;
  }
}

/// Forms of one alias key, in canonical order; they have one description.
using Members = std::vector<const Form*>;

/// Shapes of one template, on the way to it. Its parameters are described last, one template at a time: they are most of its memory.
struct Class {
  TemplateId id = kNoTemplate;
  SeverityClass severity = SeverityClass::quiet;
  std::string text;
  Members described_by;  // none: the text is a person's, nothing is known of its variables
  Members members;
  std::vector<TemplateId> aliases;  // ids that are no shape's
};

void explain(DerivationTrace* trace, const Form& form, std::string reason) {
  if (trace != nullptr && form.shape->id() == trace->shape) trace->reasons.push_back(std::move(reason));
}

std::size_t variables_in(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = text.find("<*>"); at != std::string_view::npos; at = text.find("<*>", at + 3)) ++count;
  return count;
}

/// Takes the forms that people's templates fit out of `forms`.
std::vector<Class> take_kept(std::vector<Form>& forms, const TemplateMarks& marks, std::vector<Form>& taken, DerivationTrace* trace) {
  std::vector<const KeptTemplate*> kept;
  for (const KeptTemplate& one : marks.kept) kept.push_back(&one);
  std::sort(kept.begin(), kept.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  std::vector<std::size_t> owner;
  taken.reserve(forms.size());  // members are pointers into it
  std::erase_if(forms, [&](const Form& form) {
    const std::string text = text_of(form);
    const auto fitting = std::find_if(kept.begin(), kept.end(), [&](const KeptTemplate* one) {
      return one->severity == form.shape->severity() && fits(one->text, text);
    });
    if (fitting == kept.end()) return false;
    owner.push_back(static_cast<std::size_t>(fitting - kept.begin()));
    taken.push_back(form);
    explain(trace, form, "pinned or seeded by a person: \"" + (*fitting)->text + "\"");
    return true;
  });
  std::vector<Class> classes(kept.size());
  for (std::size_t i = 0; i < taken.size(); ++i) classes[owner[i]].members.push_back(&taken[i]);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Class& one = classes[i];
    if (one.members.size() == 1 && describe(one.members).info.text == kept[i]->text) one.described_by = one.members;
    one.id = kept[i]->id;
    one.severity = kept[i]->severity;
    one.text = kept[i]->text;
  }
  std::erase_if(classes, [](const Class& one) { return one.members.empty(); });
  return classes;
}

/// Forms that are equal but for how their variables are listed, in order of the first one's id: keys differ between processes.
std::vector<Members> group_by_alias(const std::vector<Form>& forms, const DerivationRules& rules) {
  std::vector<std::pair<std::uint64_t, const Form*>> keyed;
  keyed.reserve(forms.size());
  for (const Form& form : forms) keyed.emplace_back(rules.aliases ? alias_key(form, runs_of(form)) : keyed.size(), &form);
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Members> groups;
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    if (i == 0 || keyed[i].first != keyed[i - 1].first) groups.emplace_back();
    groups.back().push_back(keyed[i].second);
  }
  std::sort(groups.begin(), groups.end(),
            [](const Members& a, const Members& b) { return a.front()->shape->id() < b.front()->shape->id(); });
  return groups;
}

/// For each group the one whose template stands for it: its own, or one that covers it.
std::vector<std::size_t> covers_of(const std::vector<Members>& groups, const DerivationRules& rules) {
  const auto variables = [](const Form* form) { return std::count(form->codes.begin(), form->codes.end(), kVariableCode); };
  Members fullest;
  for (const Members& group : groups)
    fullest.push_back(
        *std::max_element(group.begin(), group.end(), [&](const Form* a, const Form* b) { return variables(a) < variables(b); }));
  std::vector<std::size_t> covers = find_covers(fullest);
  if (!rules.covers) std::iota(covers.begin(), covers.end(), std::size_t{0});
  return covers;
}

/// Groups by alias, then joins groups with equal texts or covered by others.
std::vector<Class> group(const std::vector<Form>& forms, const DerivationRules& rules, DerivationTrace* trace) {
  std::vector<Members> groups = group_by_alias(forms, rules);
  const std::vector<std::size_t> covers = covers_of(groups, rules);
  std::vector<std::string> texts;
  texts.reserve(groups.size());
  for (const Members& members : groups) texts.push_back(describe(members).info.text);
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t at) {
    return std::pair<SeverityClass, std::string_view>{groups[covers[at]].front()->shape->severity(), texts[covers[at]]};
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });

  std::vector<Class> classes;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t at = order[i], cover = covers[at];
    if (i == 0 || key(order[i - 1]) != key(at)) {
      Class& made = classes.emplace_back();
      std::tie(made.severity, made.text) = key(at);
      made.described_by = groups[cover];
      made.id = kOverflowTemplate;
    }
    Class& one = classes.back();
    for (const Form* member : groups[at]) {
      one.id = std::min(one.id, template_of(member->shape->id()));
      if (groups[at].size() > 1)
        explain(trace, *member,
                "equal to " + std::to_string(groups[at].size() - 1) +
                    " other masked forms but for runs of variables, units, brackets (aliases)");
      if (cover != at) explain(trace, *member, "covered by \"" + one.text + "\" (covers)");
    }
    one.members.insert(one.members.end(), groups[at].begin(), groups[at].end());
  }
  return classes;
}

/// Joins the classes that people said are one; the target's text stands.
void join_aliases(std::vector<Class>& classes, const TemplateMarks& marks, DerivationTrace* trace) {
  const auto find = [&](TemplateId id) {
    return std::find_if(classes.begin(), classes.end(), [&](const Class& one) {
      return one.id == id ||
             std::any_of(one.members.begin(), one.members.end(), [&](const Form* form) { return form->shape->id() == shape_of(id); });
    });
  };
  for (const auto& [from, into] : marks.aliases) {
    const auto source = find(from), target = find(into);
    if (source == classes.end() || target == classes.end() || source == target) continue;
    for (const Form* member : source->members) explain(trace, *member, "a person said that it is \"" + target->text + "\"");
    target->aliases.push_back(source->id);  // a seeded one's id is no shape's
    target->members.insert(target->members.end(), source->members.begin(), source->members.end());
    classes.erase(source);
  }
}

TemplateInfo describe_class(Class& one) {
  TemplateInfo info;
  if (one.described_by.empty()) {
    info.parameters.assign(variables_in(one.text), TemplateParameter{name_of(ValueType::text), nullptr});
  } else {
    DescribedTemplate described = describe(one.described_by);
    for (std::size_t i = 0; i < described.sources.size(); ++i) described.info.parameters[i].values = summarise(described.sources[i]);
    info = std::move(described.info);
  }
  info.id = one.id;
  info.severity = one.severity;
  info.text = std::move(one.text);
  info.aliases = std::move(one.aliases);
  for (const Form* form : one.members) info.aliases.push_back(template_of(form->shape->id()));
  return info;
}

/// Ids that people and documents still know are aliases of what they became.
void add_former(const TemplateMarks& marks, std::vector<TemplateInfo>& templates,
                std::vector<std::pair<ShapeId, std::uint32_t>>& of_shape) {
  if (marks.former.empty()) return;
  std::sort(of_shape.begin(), of_shape.end());
  const std::size_t known = of_shape.size();
  for (const auto& [before, now] : marks.former) {
    const auto end = of_shape.begin() + static_cast<std::ptrdiff_t>(known);
    const auto found = std::lower_bound(of_shape.begin(), end, std::pair{shape_of(now), std::uint32_t{0}});
    if (found == end || found->first != shape_of(now)) continue;
    const std::uint32_t number = found->second;
    of_shape.emplace_back(shape_of(before), number);
    std::vector<TemplateId>& ids = templates[number].aliases;
    ids.insert(std::upper_bound(ids.begin(), ids.end(), before), before);
  }
}

}  // namespace

TemplateCatalog derive_templates(const std::vector<std::shared_ptr<Shape>>& shapes, const DerivationRules& rules,
                                 const TemplateMarks& marks, DerivationTrace* trace) {
  std::vector<Form> forms, taken;
  forms.reserve(shapes.size());
  for (const auto& shape : shapes) forms.push_back(make_form(*shape));
  std::sort(forms.begin(), forms.end(), [](const Form& a, const Form& b) { return a.shape->id() < b.shape->id(); });
  std::vector<Class> classes;
  if (!marks.kept.empty()) classes = take_kept(forms, marks, taken, trace);
  widen(forms, rules, trace);
  for (Class& one : group(forms, rules, trace)) classes.push_back(std::move(one));
  join_aliases(classes, marks, trace);

  std::vector<TemplateInfo> templates;
  templates.reserve(classes.size());
  std::vector<std::pair<ShapeId, std::uint32_t>> of_shape;
  of_shape.reserve(shapes.size());
  for (Class& one : classes) {
    const auto number = static_cast<std::uint32_t>(templates.size());
    TemplateInfo& info = templates.emplace_back(describe_class(one));
    one = {};
    std::vector<TemplateId>& ids = info.aliases;
    for (const TemplateId id : ids) of_shape.emplace_back(shape_of(id), number);
    of_shape.emplace_back(shape_of(info.id), number);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::erase(ids, info.id);
    ids.shrink_to_fit();
  }
  add_former(marks, templates, of_shape);
  return TemplateCatalog{std::move(templates), std::move(of_shape)};
}

}  // namespace loglode
