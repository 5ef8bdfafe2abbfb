// The name of a stream that holds over renames and restarts: which file on which machine, and how it begins.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "core/batch.h"

namespace loglode::ingest {

inline constexpr std::size_t kIdentityBytes = 1024;  // of the decompressed content; all of it when the file is shorter

/// The machine: /etc/machine-id, else the host's name.
[[nodiscard]] std::string host_id();

/// `generation`: how often the same file began again (truncated, its inode used again), as far as somebody who follows it has seen.
[[nodiscard]] StreamIdentity identity_of_file(std::string_view host, const struct stat& status, std::string_view first_bytes,
                                              std::uint64_t generation = 0);
/// Standard input has no name but what comes through it.
[[nodiscard]] StreamIdentity identity_of_standard_input(std::string_view first_bytes);

}  // namespace loglode::ingest
