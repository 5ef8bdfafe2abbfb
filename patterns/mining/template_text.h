// A shape's tokens while templates are settled, and the text of the template that several of them make. Stateless; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/template_catalog.h"
#include "patterns/mining/shape_table.h"

namespace loglode {

inline constexpr std::uint64_t kVariableCode = 0x3c6ef372fe94f82b;

/// One shape, its constants as hashes and what varies as kVariableCode. Positions are those of Shape::elements().
struct Form {
  const Shape* shape = nullptr;
  std::vector<std::uint64_t> codes;

  [[nodiscard]] bool varies(std::size_t at) const noexcept { return codes[at] == kVariableCode; }
  [[nodiscard]] const Element& element(std::size_t at) const noexcept { return shape->elements()[at]; }
  [[nodiscard]] std::string_view text(std::size_t at) const noexcept { return shape->text().substr(element(at).begin, element(at).size); }
};

[[nodiscard]] Form make_form(const Shape& shape);

/// All of a form as text, `<*>` for each variable.
[[nodiscard]] std::string text_of(const Form& form);

/// Tokens [begin, end) of a form that count as one variable when templates are compared: variables next to each other or listed with
/// commas, their units, and the same quantity again in brackets.
struct Run {
  std::size_t begin = 0, end = 0;
};
[[nodiscard]] std::vector<Run> runs_of(const Form& form);

/// Hash of what is left when each run is one variable: forms of one severity with the same key are one template.
[[nodiscard]] std::uint64_t alias_key(const Form& form, std::span<const Run> runs);

/// Where a parameter's values are found: the tokens that it stands for, one of each form that has it.
struct ParameterSource {
  const Form* form = nullptr;
  std::size_t at = 0;
};

struct DescribedTemplate {
  TemplateInfo info;
  std::vector<std::vector<ParameterSource>> sources;  // of each parameter; none for one that stands for several tokens
};

/// Text and parameters' types of the template of `forms` (all with one alias key, in canonical order; at least one).
[[nodiscard]] DescribedTemplate describe(std::span<const Form* const> forms);

/// Position of an element among its shape's slots (there may be more than are followed); nothing when it is none.
[[nodiscard]] std::optional<std::size_t> slot_of(const Form& form, std::size_t at) noexcept;

}  // namespace loglode
