#include "app/commands/run.h"

#include <fmt/format.h>

#include "app/registry/type_readers.h"
#include "app/service/service_run.h"
#include "base/descriptor_limit.h"
#include "base/exit_status.h"
#include "base/private_memory.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "config/load_config.h"

namespace loglode {

int run_pipeline_of(const std::string& config_path, const std::vector<std::string>& reread) {
  config::LoadedConfig loaded = config::load_config(config_path, config::type_readers());
  for (const config::ConfigProblem& warning : loaded.warnings) fmt::print(stderr, "{} (warning)\n", printable(config::to_string(warning)));
  for (const config::ConfigProblem& problem : loaded.problems) fmt::print(stderr, "{}\n", printable(config::to_string(problem)));
  if (!loaded.usable()) return kWrongUsage;
  if (loaded.holds_secrets) keep_memory_private();
  allow_many_files();
  const std::atomic<bool>& stop = stop_on_signals();
  std::atomic<bool>& hangup = reload_on_hangup();
  ServiceRun service{std::move(loaded.config), stop, hangup};
  if (auto known = service.reread(reread); !known) return report_error(known.error());
  if (auto ready = service.prepare(); !ready) return report_error(ready.error());
  if (auto ran = service.run(); !ran) return report_error(ran.error());
  return signal_received() != 0 ? 128 + signal_received() : kDone;
}

}  // namespace loglode
