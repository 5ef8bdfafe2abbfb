// Bytes in: files, folders, archives and standard input as batches of whole records, in a canonical order.
// Owned by the pipeline; fill() is called by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/framing.h"
#include "core/limits.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

struct IngestConfig {
  std::size_t batch_bytes = kBatchBytesTarget;
  std::size_t line_bytes_max = kLineBytesMax;
  std::string service;  // --service; empty: what the path says
  bool keep_blank_lines = false;  // --format message: a blank line is a record, so that every line has its row
};

/// One input as found on disk, before it is opened.
struct InputFile {
  std::string path;           // `-`: standard input
  std::uint64_t bytes = 0;    // on disk; 0 for streams
  std::uint32_t given = 0;    // which command-line argument it came from, from 0: with `path`, the order LineIds count in
  bool baseline = false;
};

/// Files behind the arguments: folders recursively (regular files only), the rotated parts of one log together and oldest first.
/// Sorted into the canonical order that the run uses whatever the order of the arguments. A path given twice is read once.
/// What can not be listed or read is reported to `counters` (fatal when it was named itself, a note when found in a folder).
/// Errors: invalid_argument when nothing at all can be read (says why for each path).
[[nodiscard]] Result<std::vector<InputFile>> find_inputs(const std::vector<std::string>& paths, RunCounters& counters, bool baseline = false);

/// Reads all of them, one after the other. `framers` and `counters` must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_input_source(IngestConfig config, std::vector<InputFile> inputs, const FramerFactory& framers,
                                                        RunCounters& counters);

/// What the path says of the workload: kubernetes and docker paths (pod and replica hashes removed), else the file's name without date,
/// number and extensions (`app-2026-11-23.log.2.gz` -> `app`); for generic names (access, error, current, messages …) the folder's name is preferred.
[[nodiscard]] std::string service_from_path(const std::string& path);

/// Physical lines around the record that starts at `offset` of the decompressed stream: for `context`.
struct LinesAround {
  std::vector<std::string> before, record, after;
  std::uint64_t first_line = 1;  // number of the first of `before` (of `record` when there is none before)
};
/// Errors: the file is gone, changed (shorter than `offset`), or damaged.
[[nodiscard]] Result<LinesAround> read_around(const std::string& path, std::uint64_t offset, std::uint32_t record_lines, std::uint32_t before,
                                              std::uint32_t after);

}  // namespace loglode
