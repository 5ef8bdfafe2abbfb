// `loglode dlq list|show|replay PATH`: what no sink took, and how it gets another chance. Each returns the exit status of cli.md; damage is
// told on standard error, and 1 is returned once all that can be read was.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace loglode {

struct DlqArguments {
  std::string path, report = "human", which, to = "-", reason;
  bool raw = false, events = false;
};

/// Adds `dlq` and what belongs to it to `app`; `arguments` and `status` must outlive it.
void add_dlq_commands(CLI::App& app, DlqArguments& arguments, int& status);

/// One line each: number, time, bytes, origin, reason; or as NDJSON (configs/schema/dead-letter-1.schema.json). No raw bytes, reasons
/// masked.
int list_dead_letters(const DlqArguments& arguments);
/// The raw bytes of one, by its number in the list or its record id; escaped for a terminal unless `raw`.
int show_dead_letter(const DlqArguments& arguments);
/// The raw bytes of all records, or with `events` of all findings, incidents and templates, whose reason holds `reason`: one a line, to a
/// new file or standard output.
int replay_dead_letters(const DlqArguments& arguments);

}  // namespace loglode
