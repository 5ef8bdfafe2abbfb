// Paths behind a pattern as people write them: `*`, `?`, `[a-z]`, `{a,b}`, `**` for any number of folders, `~/` for the home folder. A name
// that stands there as it is written (`[prod]`) is meant too. Stateless; what cannot be listed is passed over.
#pragma once

#include <string>
#include <vector>

namespace loglode::ingest {

/// What a pattern stands for without its braces and `~/`: at least one, at most a thousand.
[[nodiscard]] std::vector<std::string> alternatives_of(const std::string& pattern);
/// Sorted, each once. Links are followed, but `**` does not go into linked folders.
[[nodiscard]] std::vector<std::string> expand_glob(const std::string& pattern);

}  // namespace loglode::ingest
