// What `tail` and `run` say of a pipeline that does not end.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/reading/options.h"
#include "app/reading/worker_chain.h"
#include "core/timestamp.h"
#include "correlate/judge.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

struct LiveOptions {
  ReadingOptions reading;
  std::string state;        // empty: nothing outlives the process
  std::string announcer{};  // under this name the state keeps what was announced
  bool read_only_state = false;
  bool originals = false;  // a sink writes lines as they arrived, masked
  std::chrono::milliseconds checkpoint{1000};
  std::chrono::milliseconds assess_every{200};  // at most; an assessment that took long is followed by ten times as long without one
  std::chrono::seconds drain{20};               // how long sinks may take after a stop
  Duration kept = std::chrono::hours{6};        // a step judges the windows of so long; older ones than any step needs are forgotten
  Duration judged = std::chrono::hours{1};      // what is older is the baseline of what is not
  JudgeConfig::Frequent frequent{};
  std::vector<Mute> mutes{};
  MinerConfig mining{};
  Duration lateness = std::chrono::seconds{5};
  unsigned threads = 1;
};

/// What can change while it runs.
struct LiveReload {
  LoadedRules rules;
  JudgeConfig::Frequent frequent{};
  std::vector<Mute> mutes{};
  std::vector<MakeStage> worker_stages{};  // made with these rules
};

}  // namespace loglode
