// The floor: the least that anyone can spend on a line of JSON who wants its fields, its rule hits and a hash of its tokens. The bare
// libraries in a loop over memory, parser and scratch reused, the same compiler flags as the program. No records, no templates, no counts.
#pragma once

#include <hs/hs.h>

#include <cstdint>
#include <string>
#include <vector>

namespace loglode {

struct BareTimes {
  double json = 0, rules = 0, tokens = 0;                   // seconds; each loop alone over all lines
  double together = 0;                                      // one loop that does all three for each line
  std::uint64_t lines = 0, fields = 0, hits = 0, hash = 0;  // so that nothing is optimised away, and as a check
};

/// `text`: newline-terminated JSON lines, followed by at least 64 readable bytes. `scratch` fits `database`.
[[nodiscard]] BareTimes run_bare_loop(const std::string& text, std::size_t size, const hs_database_t* database, hs_scratch_t* scratch);

}  // namespace loglode
