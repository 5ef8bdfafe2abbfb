// How many files the process may have open. Stateless: any thread.
#pragma once

#include <cstddef>

namespace loglode {

/// Each followed file stays open, and sessions begin with room for a thousand: the soft limit becomes the hard one.
void allow_many_files();

/// Descriptors that followed files must leave to everything else: sinks, the state, connections, threads of libraries.
inline constexpr int kReservedDescriptors = 64;
/// Whether a descriptor that was just opened for a followed file is one of the last ones, and should be given back.
[[nodiscard]] bool is_reserved_descriptor(int descriptor) noexcept;

}  // namespace loglode
