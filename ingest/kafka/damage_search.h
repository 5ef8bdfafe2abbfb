// Where a damaged batch ends, found by looking at offsets: brokers say where such a batch begins, nobody where it ends. Stateless.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace loglode::kafka {

/// What reading from an offset meets first.
struct Look {
  enum class Seen : std::uint8_t { unknown, good, damaged };
  Seen seen = Seen::unknown;
  std::int64_t batch = -1;  // of damage: the damaged batch's first offset, which may lie on either side of the one that was asked for
};

/// The first offset behind the damaged batch that reading from `from` meets, good or not; `from` itself when reading goes well there; `end`
/// when nothing follows. Looks at about 2 log2(n) offsets for n damaged messages. Nothing: a look saw nothing, or `from` is not below
/// `end`.
[[nodiscard]] std::optional<std::int64_t> behind_damage(const std::function<Look(std::int64_t)>& look, std::int64_t from, std::int64_t end);

}  // namespace loglode::kafka
