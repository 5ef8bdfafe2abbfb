// What a shape is today that an older version stored. That version may have read messages in another way, and named shapes otherwise: so
// messages are made again from what is stored (the constants, the sample of values) and read. Stateless; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/severity.h"
#include "patterns/mining/template_miner.h"

namespace loglode {

struct RenewedShape {
  std::vector<EncodedShape> shapes;  // at least one; the first is the one that most of its messages have
  SeverityClass severity = SeverityClass::quiet;
  bool sure = false;  // all messages of it that are known are of the first one, and at least one is known
};

/// `bytes`: of shape_codec.h, of this version or an older one. `examples`: whole messages that had this shape, may be none.
/// Nothing when the bytes are not a shape. Equal arguments give equal results, in any order of `examples`.
[[nodiscard]] std::optional<RenewedShape> renew_shape(std::string_view bytes, std::span<const std::string> examples);

/// The id that version 1 gave to a text that a person gave (TemplateId::high).
[[nodiscard]] std::uint64_t former_seeded_id(std::string_view text, SeverityClass severity) noexcept;

}  // namespace loglode
