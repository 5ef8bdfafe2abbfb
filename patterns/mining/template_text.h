// A shape's tokens while templates are derived, and the text of the template that several of them make. Stateless; any thread.
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

/// One shape, its constants as hashes and what varies as kVariableCode. Its pieces are the shape's tokens until some are joined or split.
struct Form {
  static constexpr std::uint32_t kNoToken = ~std::uint32_t{0};
  struct Piece {
    Element element;
    std::uint32_t token = kNoToken;  // position among Shape::elements(); none for a piece that was joined or split
  };

  const Shape* shape = nullptr;
  std::vector<std::uint64_t> codes;
  std::vector<Piece> pieces;  // empty: the shape's tokens

  [[nodiscard]] bool varies(std::size_t at) const noexcept { return codes[at] == kVariableCode; }
  [[nodiscard]] const Element& element(std::size_t at) const noexcept {
    return pieces.empty() ? shape->elements()[at] : pieces[at].element;
  }
  [[nodiscard]] std::uint32_t token(std::size_t at) const noexcept {
    return pieces.empty() ? static_cast<std::uint32_t>(at) : pieces[at].token;
  }
  [[nodiscard]] std::string_view text(std::size_t at) const noexcept { return shape->text().substr(element(at).begin, element(at).size); }

  /// Makes one variable of the pieces [begin, end), which may be none.
  void join(std::size_t begin, std::size_t end);
  /// Makes a variable of a constant's middle: all but its first `before` and last `behind` bytes.
  void split(std::size_t at, std::size_t before, std::size_t behind);

 private:
  void own_pieces();
};

/// A constant that holds a letter or a digit.
[[nodiscard]] bool is_word(const Form& form, std::size_t at) noexcept;

/// for, from, user, …: a name is likely to follow.
[[nodiscard]] bool is_preposition(std::string_view word) noexcept;

[[nodiscard]] Form make_form(const Shape& shape);

/// All of a form as text, `<*>` for each variable.
[[nodiscard]] std::string text_of(const Form& form);

/// Pieces [begin, end) of a form that count as one variable when templates are compared: variables next to each other or listed with
/// commas, perhaps in quotes, their units, the same quantity again in brackets; and the items of a list that are alike.
struct Run {
  std::size_t begin = 0, end = 0;
};
[[nodiscard]] std::vector<Run> runs_of(const Form& form);

/// Hash of the constants that are left when each run is one variable: forms of one severity with the same key are one template.
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
