// What is tried with a document that violates the mapping, before it becomes a dead letter. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loglode {

/// The action and the source of a document that the server refused with `reason`, changed so that it can be taken; empty: there is nothing
/// to change. `repairs`: how often it was changed before. The first time the field that `reason` names is moved into kAttributesField as
/// text; where it names none, and the second time, only the time, the message, the ids and the origin stay as they are, and the rest
/// becomes one text, `loglode.rest`. Both are marked in `loglode.repaired`.
[[nodiscard]] std::string repaired_lines(std::string_view lines, std::size_t action_size, std::string_view reason, unsigned repairs);

}  // namespace loglode
