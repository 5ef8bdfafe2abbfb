// `loglode tail`: follows files, globs or a stream, and says what happens as it happens.
#pragma once

#include <string>
#include <vector>

#include "app/reading/options.h"

namespace loglode {

enum class TailFrom : std::uint8_t { automatic, start, end, state };

struct TailOptions {
  ReadingOptions reading;
  std::vector<std::string> inputs, exclude;
  TailFrom from = TailFrom::automatic;  // state when there is one, otherwise the start
  std::string state;
  bool read_only_state = false;
  unsigned snapshot_ms = 1000, threads = 1;
  bool ndjson = false, quiet = false, verbose = false;
  bool keep_last_run = true;  // in --state, else as the user's last run
  When color = When::automatic, progress = When::automatic;
  std::string records;  // NDJSON of every record
  std::uint64_t frequent_count = 10;
  double frequent_window_seconds = 60;
};

void add_tail_options(CLI::App& command, TailOptions& options);
int run_tail(const TailOptions& options);

}  // namespace loglode
