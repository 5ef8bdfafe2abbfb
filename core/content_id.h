// What names a message or a template wherever and whenever it is read: 128 bits of a cryptographic hash of what it says and of its severity
// class (patterns/mining makes them), so that nobody can write a message that takes another's id. Plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "core/process_secret.h"

namespace loglode {

/// Which ids these are: `id_version` in the state and in documents. It changes when the same message gets another id, and a state of an
/// older one is brought up to it (app/reading/state_renewal.h). 1: 64 bits of a hash that could be forged. 2: 128 bits of SHA-256.
inline constexpr std::uint32_t kIdVersion = 2;

template <class Of>
struct ContentId {
  std::uint64_t high = 0, low = 0;  // `high` is what people are shown. Of an id of version 1 it is all there was, `low` is 0

  friend constexpr auto operator<=>(const ContentId&, const ContentId&) = default;
  template <class H>
  friend H AbslHashValue(H state, const ContentId& id) {
    return H::combine(std::move(state), mix_by_secret(id.high, id.low));
  }
};

using ShapeId = ContentId<struct OfShape>;  // of a masked message
inline constexpr ShapeId kNoShape{};
using TemplateId = ContentId<struct OfTemplate>;  // that of one of its shapes, or of a text that a person gave
inline constexpr TemplateId kNoTemplate{};
inline constexpr TemplateId kOverflowTemplate{~std::uint64_t{0}, ~std::uint64_t{0}};  // of what was forgotten

[[nodiscard]] constexpr TemplateId template_of(ShapeId id) noexcept { return {id.high, id.low}; }
[[nodiscard]] constexpr ShapeId shape_of(TemplateId id) noexcept { return {id.high, id.low}; }

/// What people and documents are shown: 16 hex digits. Two ids may be shown as one; that is counted (TemplateCatalog::shown_twice()).
[[nodiscard]] std::string to_hex(TemplateId id);
/// All of it, 32 hex digits: for keys that outlive the process.
[[nodiscard]] std::string to_long_hex(TemplateId id);

}  // namespace loglode
