#include "patterns/mining/template_text.h"

#include <xxhash.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/process_secret.h"
#include "patterns/mining/byte_class.h"
#include "patterns/mining/mixing.h"

namespace loglode {

namespace {

constexpr std::uint64_t kBlankBefore = 0x9ddfea08eb382d69;

/// By the process's secret: whoever writes messages must not be able to make two words that are taken for one. No result depends on it.
std::uint64_t code_of(std::string_view text) noexcept {
  const ProcessSecret& secret = process_secret();
  return XXH3_64bits_withSecret(text.data(), text.size(), secret.words.data(), sizeof secret.words);
}

bool is_mark(const Form& form, std::size_t at, char c) noexcept {
  return form.element(at).kind == ElementKind::mark && form.text(at).front() == c;
}

bool is_unit(const Form& form, std::size_t at) noexcept {
  constexpr std::string_view kUnits[] = {"B",    "KB",     "kB",      "MB",   "GB",           "TB",          "KiB",     "MiB",
                                         "GiB",  "byte",   "bytes",   "ns",   "us",           "ms",          "s",       "sec",
                                         "secs", "second", "seconds", "min",  "mins",         "minute",      "minutes", "h",
                                         "hour", "hours",  "day",     "days", "milliseconds", "microseconds"};
  if (form.varies(at) || form.element(at).kind != ElementKind::constant || !form.element(at).blank) return false;
  return std::find(std::begin(kUnits), std::end(kUnits), form.text(at)) != std::end(kUnits);
}

/// Behind `(V unit)`, `(V)` or `()` that begins at `at`; `at` when there is none.
std::size_t end_of_brackets(const Form& form, std::size_t at) noexcept {
  const std::size_t size = form.codes.size();
  if (at >= size || !is_mark(form, at, '(')) return at;
  std::size_t next = at + 1;
  while (next < size && (form.varies(next) || is_unit(form, next))) ++next;
  return next < size && is_mark(form, next, ')') ? next + 1 : at;
}

std::size_t end_of_run(const Form& form, std::size_t at) noexcept {
  const std::size_t size = form.codes.size();
  ++at;
  for (;;) {
    if (at < size && is_unit(form, at)) ++at;
    at = end_of_brackets(form, at);
    if (at < size && form.varies(at) && form.element(at).blank) {
      ++at;
      continue;
    }
    if (at + 1 < size && form.varies(at + 1)) {
      const bool colon = is_mark(form, at, ':') && !form.element(at).blank && !form.element(at + 1).blank && form.varies(at - 1);
      if (colon || is_mark(form, at, ',')) {
        at += 2;
        continue;
      }
    }
    return at;
  }
}

void append(std::string& text, const Form& form, std::size_t at) {
  if (form.element(at).blank && !text.empty()) text += ' ';
  if (form.varies(at)) {
    text += "<*>";
    return;
  }
  for (const char c : form.text(at)) {  // texts in quotes hold blanks
    if (!is_blank(c))
      text += c;
    else if (text.empty() || text.back() != ' ')
      text += ' ';
  }
}

/// A run as it is written, brackets that are empty filled with a variable: `()` is `(host)` without one.
struct RunText {
  std::string text;
  std::vector<std::size_t> variables;  // positions; that of the bracket for one that is missing
};

RunText write_run(const Form& form, Run run, bool blank) {
  RunText out;
  for (std::size_t at = run.begin; at < run.end; ++at) {
    if (form.element(at).blank && (blank || at != run.begin)) out.text += ' ';
    if (form.varies(at)) {
      // Variables that a colon glues together are one: addresses with ports, lists of them.
      const bool glued = at >= run.begin + 2 && !form.element(at).blank && is_mark(form, at - 1, ':');
      if (glued) {
        out.text.pop_back();
        continue;
      }
      out.text += "<*>";
      out.variables.push_back(at);
      continue;
    }
    out.text += form.text(at);
    if (is_mark(form, at, '(') && at + 1 < run.end && is_mark(form, at + 1, ')')) {
      out.text += "<*>";
      out.variables.push_back(at);
    }
  }
  return out;
}

bool is_slot(const Form& form, std::size_t at) noexcept {
  const ElementKind kind = form.element(at).kind;
  return kind == ElementKind::value || kind == ElementKind::named;
}

/// Position of each element among its shape's slots.
std::vector<std::size_t> slot_numbers(const Form& form) {
  std::vector<std::size_t> numbers(form.codes.size());
  std::size_t slot = 0;
  for (std::size_t at = 0; at < numbers.size(); ++at) { numbers[at] = is_slot(form, at) ? slot++ : kSlotsMax; }
  return numbers;
}

ValueTypes types_at(const Form& form, const std::vector<std::size_t>& slots, std::size_t at) noexcept {
  return is_slot(form, at) ? form.shape->types(slots[at]) : bit_of(ValueType::word);
}

}  // namespace

Form make_form(const Shape& shape) {
  Form form{&shape, {}};
  form.codes.reserve(shape.elements().size());
  std::size_t slot = 0;
  for (std::size_t at = 0; at < shape.elements().size(); ++at) {
    const ElementKind kind = shape.elements()[at].kind;
    const bool is_slot = kind == ElementKind::value || kind == ElementKind::named;
    const bool varies = is_slot && shape.varies(slot);
    slot += is_slot;
    form.codes.push_back(varies ? kVariableCode : code_of(form.text(at)));
  }
  return form;
}

std::string text_of(const Form& form) {
  std::string text;
  for (std::size_t at = 0; at < form.codes.size(); ++at) append(text, form, at);
  return text;
}

std::vector<Run> runs_of(const Form& form) {
  std::vector<Run> runs;
  for (std::size_t at = 0; at < form.codes.size();) {
    if (!form.varies(at)) {
      ++at;
      continue;
    }
    runs.push_back({at, end_of_run(form, at)});
    at = runs.back().end;
  }
  return runs;
}

std::uint64_t alias_key(const Form& form, std::span<const Run> runs) {
  std::uint64_t key = mix(kMixA ^ static_cast<std::uint64_t>(form.shape->severity()), kMixB);
  const auto add = [&](std::uint64_t code, bool blank) { key = mix(key ^ code ^ (blank ? kBlankBefore : 0), kMixC); };
  std::size_t at = 0;
  for (const Run& run : runs) {
    for (; at < run.begin; ++at) add(form.codes[at], form.element(at).blank);
    add(kVariableCode, form.element(at).blank);
    at = run.end;
  }
  for (; at < form.codes.size(); ++at) add(form.codes[at], form.element(at).blank);
  return key;
}

std::optional<std::size_t> slot_of(const Form& form, std::size_t at) noexcept {
  if (!is_slot(form, at)) return std::nullopt;
  std::size_t slot = 0;
  for (std::size_t i = 0; i < at; ++i) slot += is_slot(form, i);
  return slot;
}

DescribedTemplate describe(std::span<const Form* const> forms) {
  const Form& first = *forms.front();
  std::vector<std::vector<Run>> runs;
  std::vector<std::vector<std::size_t>> slots;
  for (const Form* form : forms) {
    runs.push_back(runs_of(*form));
    slots.push_back(slot_numbers(*form));
  }
  DescribedTemplate described;
  TemplateInfo& info = described.info;
  info.severity = first.shape->severity();
  std::size_t at = 0;
  for (std::size_t run = 0; run <= runs.front().size(); ++run) {
    const std::size_t until = run < runs.front().size() ? runs.front()[run].begin : first.codes.size();
    for (; at < until; ++at) append(info.text, first, at);
    if (run == runs.front().size()) break;
    const bool blank = !info.text.empty();
    const RunText written = write_run(first, runs.front()[run], blank);
    std::vector<ValueTypes> types(written.variables.size());
    std::vector<std::vector<ParameterSource>> sources(written.variables.size());
    bool same = true;
    for (std::size_t i = 0; i < forms.size() && same; ++i) {
      const RunText other = i == 0 ? written : write_run(*forms[i], runs[i][run], blank);
      same = other.text == written.text;
      for (std::size_t v = 0; v < types.size() && same; ++v)
        if (forms[i]->varies(other.variables[v])) {
          types[v] = static_cast<ValueTypes>(types[v] | types_at(*forms[i], slots[i], other.variables[v]));
          sources[v].push_back({forms[i], other.variables[v]});
        }
    }
    if (same) {
      info.text += written.text;
      for (const ValueTypes seen : types) info.parameters.emplace_back().type = name_of(common_type(seen));
      for (auto& found : sources) described.sources.push_back(std::move(found));
    } else {
      append(info.text, first, runs.front()[run].begin);
      info.parameters.emplace_back().type = name_of(ValueType::text);
      described.sources.emplace_back();
    }
    at = runs.front()[run].end;
  }
  return described;
}

}  // namespace loglode
