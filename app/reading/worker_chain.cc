#include "app/reading/worker_chain.h"

#include <utility>

#include "parse/parser.h"
#include "parse/redact/redactor.h"

namespace loglode {

Result<WorkerChain> make_worker_chain(const WorkerChainParts& parts) {
  std::vector<MakeStage> makers{[&] { return make_parser(parts.counters); }};
  if (parts.mark_times) makers.push_back(parts.mark_times);
  makers.push_back([&] { return make_classifier(parts.rules.rules, parts.counters); });
  makers.insert(makers.end(), parts.before_masking.begin(), parts.before_masking.end());
  makers.push_back([&] { return make_redactor(parts.counters); });
  makers.push_back([&] { return parts.miner.make_scanner(); });
  WorkerChain chain;
  for (const MakeStage& make : makers) {
    auto stage = make();
    if (!stage) return tl::unexpected<Error>(stage.error());
    chain.push_back(std::move(*stage));
  }
  return chain;
}

}  // namespace loglode
