#include "app/live/clean_originals.h"

#include <utility>

#include "app/reading/builtin_rules.h"
#include "parse/redact/redactor.h"

namespace loglode {

namespace {

class CleanOriginals final : public Stage {
 public:
  explicit CleanOriginals(TextProbe probe) : probe_{std::move(probe)} {}

  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) {
      if (record.has(RecordFlag::blank) || record.has(RecordFlag::excluded)) continue;
      if (!probe_.may_hit(record.raw) && !holds_nameless_secret(record.raw)) record.set(RecordFlag::clean_original);
    }
    return {};
  }

 private:
  TextProbe probe_;
};

}  // namespace

Result<std::shared_ptr<const RuleSet>> load_probes() {
  ReadingOptions nothing_else;
  nothing_else.no_builtin_rules = true;
  auto loaded = load_rules_for(nothing_else);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  return std::move(loaded->rules);
}

Result<std::unique_ptr<Stage>> make_clean_originals(std::shared_ptr<const RuleSet> probes) {
  auto probe = TextProbe::make(std::move(probes));
  if (!probe) return tl::unexpected<Error>(probe.error());
  return std::make_unique<CleanOriginals>(std::move(*probe));
}

}  // namespace loglode
