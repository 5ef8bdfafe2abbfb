// Names and values that stand beside one another as two fields: `{"name":"DB_PASSWORD","value":"x"}`, `<add key="password" value="x"/>`,
// `- name: DB_PASSWORD value: x`, and values within the object that the name is of: `"password":{"old":"x"}`. Internal to parse/redact.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"
#include "parse/redact/names.h"

namespace loglode::redaction {

/// The field's name is text[name_begin, name_end), its value begins at `value_begin`: the name that another field of the same object, tag
/// or list item, or the name of the object itself, gives to the value. Kind none when this field is not a value of a pair.
[[nodiscard]] Name name_of_pair(std::string_view text, std::size_t name_begin, std::size_t name_end, std::size_t value_begin);
/// What to mask of a value that another field names.
[[nodiscard]] Span mask_paired(std::string_view text, NameKind kind, std::size_t value_begin);
/// `form-data; name="password"`, blank lines, x: the value of a form's field. The name of the pair at hand begins at `name_begin`, what it
/// says at `value_begin`.
[[nodiscard]] Span find_form_value(std::string_view text, std::size_t name_begin, std::size_t value_begin);
/// Whether a name of `kind` makes `value`, which stands by itself, a secret. For all but headers.
[[nodiscard]] bool is_secret_of(NameKind kind, std::string_view value) noexcept;

}  // namespace loglode::redaction
