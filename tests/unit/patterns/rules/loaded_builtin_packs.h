// The packs that come with the program, for tests.
#pragma once

#include <string>

#include "patterns/rules/rule_set.h"

namespace loglode::test {

inline RuleSetConfig builtin_packs_config() {
  RuleSetConfig config;
  config.packs = {LOGLODE_SOURCE_DIR "/configs/rules"};
  return config;
}

/// Read, tried on their examples and compiled once for all tests of a run, which takes seconds.
inline const LoadedRules& loaded_builtin_packs() {
  static const LoadedRules loaded = load_rules(builtin_packs_config(), true);
  return loaded;
}

}  // namespace loglode::test
