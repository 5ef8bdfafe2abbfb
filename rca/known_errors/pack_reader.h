// Packs of known errors (configs/known-errors/*.yaml, docs/known-errors.md) and the file of owners: from YAML to the catalogue, with every
// problem at once. Stateless: any thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_config.h"
#include "core/result.h"
#include "rca/known_errors/known_errors.h"

namespace loglode::rca {

/// `file`: what problems and the entries call the pack.
[[nodiscard]] std::vector<KnownError> read_known_errors(const std::string& yaml, const std::string& file,
                                                        std::vector<config::ConfigProblem>& problems);
/// A mapping of globs of services to {owner, runbook, channel}; the order counts.
[[nodiscard]] std::vector<OwnedServices> read_owners(const std::string& yaml, const std::string& file,
                                                     std::vector<config::ConfigProblem>& problems);

struct LoadedKnownErrors {
  std::shared_ptr<const KnownErrors> known = std::make_shared<const KnownErrors>();  // what could be read
  std::vector<config::ConfigProblem> problems;
};
/// `builtin`: what the program brings. Packs are files, or folders of *.yaml. `owners` may be empty. `rules`: ids that entries may name;
/// null: not looked at.
[[nodiscard]] LoadedKnownErrors load_known_errors(std::vector<KnownError> builtin, const std::vector<std::string>& packs,
                                                  const std::string& owners, const std::set<std::string>* rules);

/// Whether the text is meant as a pack of known errors.
[[nodiscard]] bool is_known_error_pack(std::string_view yaml);

/// Entries as bytes, so that the built-in packs need no YAML when the program starts; read by the program that they were built into.
[[nodiscard]] std::string encode_known_errors(const std::vector<KnownError>& errors);
/// Errors: invalid_argument when `bytes` are not what encode_known_errors() gave.
[[nodiscard]] Result<std::vector<KnownError>> decode_known_errors(std::string_view bytes);

}  // namespace loglode::rca
