// How the tables of masked texts are checked.
#pragma once

#include <catch2/catch.hpp>
#include <string_view>

#include "parse/redact/redactor.h"

namespace loglode {

/// `text` is masked as `masked`, which is left alone when it comes again.
inline void expect(std::string_view text, std::string_view masked) {
  INFO(text);
  CHECK(redact(text) == masked);
  CHECK(redact(masked) == masked);
}
inline void expect_untouched(std::string_view text) { expect(text, text); }

}  // namespace loglode
