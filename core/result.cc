#include "core/result.h"

#include <cerrno>

namespace loglode {

tl::unexpected<Error> fail_errno(std::string message) {
  const std::error_code code{errno, std::generic_category()};
  return fail(code, std::move(message) + ": " + code.message(), code == std::errc::interrupted);
}

}  // namespace loglode
