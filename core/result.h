// Errors of the world: what a function returns when a file, a library or a server refuses. Faults of the data are
// counted (core/run_counters.h), faults of ours stop the program (core/assert.h).
#pragma once

#include <string>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace loglode {

struct Error {
  std::error_code code;  // an enum of the folder that failed, or errno in std::generic_category
  std::string message;   // a sentence for a person: what was tried, on what, and what to do
  bool retryable = false;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::error_code code, std::string message, bool retryable = false) {
  return tl::unexpected<Error>(Error{code, std::move(message), retryable});
}

/// The error of the last system call (`errno` as it is now), with what was being done.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string message);

}  // namespace loglode
