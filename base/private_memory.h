// For a process that holds secrets. Any thread.
#pragma once

namespace loglode {

/// No core dump is written of this process, and no other process of this user may look into its memory.
void keep_memory_private() noexcept;

}  // namespace loglode
