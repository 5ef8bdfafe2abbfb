// check_rule_pack FILE|FOLDER…: what `loglode check` says of rule packs, for people who write them before there is a program to run.
// Prints each problem as file:line: rule: message and leaves with 1 when there is one.
#include <cstdio>
#include <string>
#include <vector>

#include "patterns/rules/rule_set.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: check_rule_pack FILE|FOLDER...\n", stderr);
    return 2;
  }
  loglode::RuleSetConfig config;
  config.packs.assign(argv + 1, argv + argc);
  const loglode::LoadedRules loaded = loglode::load_rules(config, true);
  for (const loglode::RuleProblem& problem : loaded.problems) std::printf("%s\n", loglode::to_string(problem).c_str());
  if (!loaded.problems.empty()) return 1;
  std::printf("%zu rules, no problems (%lld ms to compile)\n", loaded.catalog->size(),
              static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(loaded.compile_time).count()));
  return 0;
}
