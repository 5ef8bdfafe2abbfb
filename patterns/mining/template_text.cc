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
  constexpr std::string_view kUnits[] = {"B",       "KB",           "kB",           "MB",     "GB",      "TB", "KiB",  "MiB",   "GiB",
                                         "byte",    "bytes",        "ns",           "us",     "ms",      "s",  "sec",  "secs",  "second",
                                         "seconds", "min",          "mins",         "minute", "minutes", "h",  "hour", "hours", "day",
                                         "days",    "milliseconds", "microseconds", "AM",     "PM",      "am", "pm"};
  if (form.varies(at) || form.element(at).kind != ElementKind::constant) return false;
  if (form.text(at) == "%") return true;
  if (!form.element(at).blank) return false;
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

/// Behind the variable at `at`, which may stand in quotes; `at` when there is none.
std::size_t end_of_variable(const Form& form, std::size_t at) noexcept {
  const std::size_t size = form.codes.size();
  if (at >= size) return at;
  if (form.varies(at)) return at + 1;
  if (form.element(at).kind != ElementKind::mark || at + 2 >= size || !form.varies(at + 1) || form.element(at + 1).blank) return at;
  const char quote = form.text(at).front();
  const bool quoted = (quote == '"' || quote == '\'') && is_mark(form, at + 2, quote) && !form.element(at + 2).blank;
  return quoted ? at + 3 : at;
}

std::size_t end_of_run(const Form& form, std::size_t at) noexcept {
  const std::size_t size = form.codes.size();
  at = end_of_variable(form, at);
  for (;;) {
    if (at < size && is_unit(form, at)) ++at;
    at = end_of_brackets(form, at);
    if (at < size && form.element(at).blank && end_of_variable(form, at) != at) {
      at = end_of_variable(form, at);
      continue;
    }
    if (at + 1 < size) {
      const bool colon =
          form.varies(at + 1) && is_mark(form, at, ':') && !form.element(at).blank && !form.element(at + 1).blank && form.varies(at - 1);
      const std::size_t next = end_of_variable(form, at + 1);
      if (colon || (is_mark(form, at, ',') && next != at + 1)) {
        at = next;
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
      const bool glued = at >= run.begin + 2 && !form.element(at).blank && is_mark(form, at - 1, ':') && !form.element(at - 1).blank &&
                         form.varies(at - 2);
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
  return (kind == ElementKind::value || kind == ElementKind::named) && form.token(at) != Form::kNoToken;
}

/// Position of each of a shape's elements among its slots.
std::vector<std::size_t> slots_of(const Shape& shape) {
  std::vector<std::size_t> numbers;
  std::size_t slot = 0;
  for (const Element& element : shape.elements())
    numbers.push_back(element.kind == ElementKind::value || element.kind == ElementKind::named ? slot++ : kSlotsMax);
  return numbers;
}

/// Position of each piece among its shape's slots.
std::vector<std::size_t> slot_numbers(const Form& form) {
  const std::vector<std::size_t> slots = slots_of(*form.shape);
  std::vector<std::size_t> numbers(form.codes.size(), kSlotsMax);
  for (std::size_t at = 0; at < numbers.size(); ++at)
    if (is_slot(form, at)) numbers[at] = slots[form.token(at)];
  return numbers;
}

ValueTypes types_at(const Form& form, const std::vector<std::size_t>& slots, std::size_t at) noexcept {
  return is_slot(form, at) ? form.shape->types(slots[at])
                           : bit_of(form.token(at) == Form::kNoToken ? form.element(at).type : ValueType::word);
}

/// What lists are made of when their items are compared: a run, or a piece that belongs to none.
struct Unit {
  std::uint64_t code = 0;
  Run pieces;
};

class ItemFolder {
 public:
  ItemFolder(const Form& form, const std::vector<Run>& runs) : form_{form} {
    std::size_t at = 0;
    for (const Run& run : runs) {
      for (; at < run.begin; ++at) units_.push_back({form.codes[at], {at, at + 1}});
      units_.push_back({kVariableCode, run});
      at = run.end;
    }
    for (; at < form.codes.size(); ++at) units_.push_back({form.codes[at], {at, at + 1}});
  }

  /// The runs, those of items that are alike as one.
  std::vector<Run> fold() {
    hash();
    for (std::size_t at = 1; at + 1 < units_.size();) at = is_separator(at) && fold_at(at) ? at : at + 1;
    std::vector<Run> runs;
    for (const Unit& unit : units_)
      if (unit.code == kVariableCode) runs.push_back(unit.pieces);
    return runs;
  }

 private:
  static constexpr std::size_t kItemUnitsMax = 24;
  static constexpr std::uint64_t kBase = kMixC | 1;

  [[nodiscard]] bool stands(std::size_t at, std::string_view marks) const noexcept {
    const std::size_t piece = units_[at].pieces.begin;
    return units_[at].code != kVariableCode && form_.element(piece).kind == ElementKind::mark &&
           marks.find(form_.text(piece).front()) != std::string_view::npos;
  }
  [[nodiscard]] bool is_separator(std::size_t at) const noexcept { return stands(at, ",;"); }
  [[nodiscard]] bool has_blank(std::size_t at) const noexcept { return form_.element(units_[at].pieces.begin).blank; }

  /// Folds the item behind the separator at `at` into the one before it, when they are alike. The shortest items are tried first.
  bool fold_at(std::size_t at) {
    std::uint64_t power = 1;
    for (std::size_t size = 1; size <= kItemUnitsMax && size <= at && at + size < units_.size(); ++size) {
      power *= kBase;
      const std::size_t first = at - size, behind = at + 1 + size;
      if (sums_[at] - sums_[first] * power != sums_[behind] - sums_[at + 1] * power) continue;
      const bool begins = first == 0 || stands(first - 1, "([{,;") || has_blank(first);
      const bool ends = behind == units_.size() || stands(behind, ")]},;") || has_blank(behind);
      if (begins && ends && fold_items(first, at, behind)) return true;
    }
    return false;
  }
  bool fold_items(std::size_t first, std::size_t at, std::size_t behind) {
    std::size_t last = at - 1;
    while (last > first && units_[last].code != kVariableCode) --last;
    if (units_[last].code != kVariableCode) return false;
    const std::size_t same = last + (behind - at);  // the same unit of the other item
    units_[last].pieces.end = units_[same].pieces.end;
    units_.erase(units_.begin() + static_cast<std::ptrdiff_t>(last) + 1, units_.begin() + static_cast<std::ptrdiff_t>(same) + 1);
    hash();
    return true;
  }
  void hash() {
    sums_.assign(1, 0);
    for (const Unit& unit : units_) sums_.push_back(sums_.back() * kBase + unit.code);
  }

  const Form& form_;
  std::vector<Unit> units_;
  std::vector<std::uint64_t> sums_;
};

}  // namespace

void Form::own_pieces() {
  if (!pieces.empty()) return;
  for (const Element& element : shape->elements()) pieces.push_back({element, static_cast<std::uint32_t>(pieces.size())});
}

void Form::join(std::size_t begin, std::size_t end) {
  if (end - begin == 1) {
    codes[begin] = kVariableCode;
    return;
  }
  own_pieces();
  Piece joined{pieces[std::min(begin, pieces.size() - 1)].element};
  joined.element.size = 0;
  joined.element.kind = ElementKind::value;
  joined.element.type = ValueType::text;
  joined.element.blank = begin != end && joined.element.blank;
  const auto first = static_cast<std::ptrdiff_t>(begin), last = static_cast<std::ptrdiff_t>(end);
  pieces.insert(pieces.erase(pieces.begin() + first, pieces.begin() + last), joined);
  codes.insert(codes.erase(codes.begin() + first, codes.begin() + last), kVariableCode);
}

void Form::split(std::size_t at, std::size_t before, std::size_t behind) {
  own_pieces();
  const Element whole = pieces[at].element;
  const auto part = [&](std::size_t begin, std::size_t size, bool blank) {
    Piece piece{whole};
    piece.element.begin = static_cast<std::uint16_t>(whole.begin + begin);
    piece.element.size = static_cast<std::uint16_t>(size);
    piece.element.blank = blank;
    return piece;
  };
  Piece name = part(before, whole.size - before - behind, false);
  name.element.kind = ElementKind::value;
  const Piece parts[] = {part(0, before, whole.blank), name, part(whole.size - behind, behind, false)};
  const std::string_view text = shape->text().substr(whole.begin, whole.size);
  const std::uint64_t new_codes[] = {code_of(text.substr(0, before)), kVariableCode, code_of(text.substr(text.size() - behind))};
  const auto place = static_cast<std::ptrdiff_t>(at);
  pieces.insert(pieces.erase(pieces.begin() + place), std::begin(parts), std::end(parts));
  codes.insert(codes.erase(codes.begin() + place), std::begin(new_codes), std::end(new_codes));
}

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

Form make_form(const Shape& shape) {
  Form form{&shape, {}, {}};
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
    if (end_of_variable(form, at) == at) {
      ++at;
      continue;
    }
    runs.push_back({at, end_of_run(form, at)});
    at = runs.back().end;
  }
  return runs.size() < 2 ? runs : ItemFolder{form, runs}.fold();
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
  for (std::size_t i = 0; i < form.token(at); ++i) {
    const ElementKind kind = form.shape->elements()[i].kind;
    slot += kind == ElementKind::value || kind == ElementKind::named;
  }
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
    std::vector<bool> unknown(written.variables.size());  // what several tokens held together is not kept
    bool same = true;
    for (std::size_t i = 0; i < forms.size() && same; ++i) {
      const RunText other = i == 0 ? written : write_run(*forms[i], runs[i][run], blank);
      same = other.text == written.text;
      for (std::size_t v = 0; v < types.size() && same; ++v)
        if (forms[i]->varies(other.variables[v])) {
          types[v] = static_cast<ValueTypes>(types[v] | types_at(*forms[i], slots[i], other.variables[v]));
          sources[v].push_back({forms[i], other.variables[v]});
          unknown[v] = unknown[v] || forms[i]->token(other.variables[v]) == Form::kNoToken;
        }
    }
    if (same) {
      info.text += written.text;
      for (const ValueTypes seen : types) info.parameters.emplace_back().type = name_of(common_type(seen));
      for (std::size_t v = 0; v < sources.size(); ++v)
        described.sources.push_back(unknown[v] ? std::vector<ParameterSource>{} : std::move(sources[v]));
    } else {
      if (blank && first.element(runs.front()[run].begin).blank) info.text += ' ';
      info.text += "<*>";
      info.parameters.emplace_back().type = name_of(ValueType::text);
      described.sources.emplace_back();
    }
    at = runs.front()[run].end;
  }
  return described;
}

}  // namespace loglode
