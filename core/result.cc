#include "core/result.h"

#include <cerrno>

namespace loglode {

tl::unexpected<Error> fail_errno(std::string where) {
  const std::error_code code{errno, std::generic_category()};
  return fail(code, std::move(where) + ": " + code.message(), code == std::errc::interrupted);
}

}  // namespace loglode
