// What text every match of a pattern must hold: a message without it need not be searched. Pure: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loglode::rca {

struct FixedText {
  std::string longest;    // in lower case; empty: there is none (a choice at the top, or classes alone)
  std::size_t bytes = 0;  // of all such pieces: how specific the pattern is
};

[[nodiscard]] FixedText fixed_text_of(std::string_view pattern);

}  // namespace loglode::rca
