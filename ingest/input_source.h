// Bytes in: files, folders, archives and standard input as batches of whole records, in a canonical order.
// Owned by the pipeline; fill() is called by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/framing.h"
#include "core/limits.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

/// What keeps a small archive from becoming work without end. Memory is bounded in any case: archives are read as streams.
/// Past a limit the rest of the archive is left unread, reported, and counted as Limit::decompression.
struct DecompressionLimits {
  std::uint64_t bytes_max = std::uint64_t{1} << 40;         // out of one archive: 1 TiB
  std::uint64_t ratio_max = 10'000;                         // out / in; gzip cannot reach 1100, the others can
  std::uint64_t ratio_from_bytes = std::uint64_t{1} << 20;  // the ratio is looked at once so much came out
  int window_log_max = 27;                                  // of zstd and xz: 128 MiB, as `zstd -d` without --long and `xz -9` need
};

struct IngestConfig {
  std::size_t batch_bytes = kBatchBytesTarget;
  std::size_t line_bytes_max = kLineBytesMax;
  std::string source{};           // StreamInfo::source
  std::string service{};          // --service; empty: what the path says
  bool keep_blank_lines = false;  // --format message: a blank line is a record, so that every line has its row
  DecompressionLimits decompression{};
  bool live = false;  // a stream that is being written: what is there is handed out soon, whether or not more may belong to it
  std::vector<StreamId> streams{};  // of the inputs; empty: 0, 1, 2 …
};

/// One input as found on disk, before it is opened.
struct InputFile {
  std::string path{};       // `-`: standard input
  std::uint64_t bytes = 0;  // on disk; 0 for streams
  std::uint32_t given = 0;  // which command-line argument it came from, from 0: with `path`, the order LineIds count in
  bool baseline = false;
  bool in_folder = false;  // found there, not named itself: must be a regular file, and what is no log is a note, not a fault
};

/// Files behind the arguments: folders recursively (regular files only), the rotated parts of one log together and oldest first.
/// Sorted into the canonical order that the run uses whatever the order of the arguments. A path given twice is read once,
/// and so is a file with several names. Symbolic links in folders are not followed: what they lead to is read under its own name when it is
/// within what was named, and told about when it is not.
/// What cannot be listed or read is reported to `counters` (fatal when it was named itself, a note when found in a folder).
/// Errors: invalid_argument when nothing at all can be read (says why for each path).
[[nodiscard]] Result<std::vector<InputFile>> find_inputs(const std::vector<std::string>& paths, RunCounters& counters,
                                                         bool baseline = false);

/// Reads all of them, one after the other, each as a stream of its own (StreamId: its place in `inputs`).
/// - Compression (gzip, zstd, bzip2, xz) is found by content. UTF-16 is decoded; anything else is passed on as it is, invalid UTF-8
/// included.
/// - Offsets count bytes of the decompressed stream, of UTF-16 those of the decoded text without its byte-order mark.
/// - A record's lines are joined by '\n': a CR before it is gone. NULs that a line begins with are filler and passed over.
/// - A stream's `modified` is the file's; a pipe has none (kNoTime), or the clock would decide what a date without a year means.
/// - What is no log (archives, images, binary), damaged or unreadable is reported to `counters`, and the rest is read.
/// Every physical line read is in exactly one record: counters.lines is the sum of their line_count. `framers` and `counters` must outlive
/// the source.
[[nodiscard]] std::unique_ptr<Source> make_input_source(IngestConfig config, std::vector<InputFile> inputs, const FramerFactory& framers,
                                                        RunCounters& counters);

/// The identity that a file had while it held no more than its first `size` bytes, so that one which was short when it was read can be
/// recognised now that it has grown. Nothing when it holds less, cannot be read, or `size` is as much as identities look at.
[[nodiscard]] std::optional<StreamIdentity> identity_when_shorter(const std::string& path, std::uint64_t size);

/// What the path says of the workload: kubernetes and docker paths (pod and replica hashes removed), else the file's name without date,
/// number and extensions (`app-2026-11-23.log.2.gz` -> `app`); for generic names (access, error, current, messages …) the folder's name is
/// preferred.
[[nodiscard]] std::string service_from_path(const std::string& path);

/// Physical lines around the record that starts at `offset` of the decompressed stream: for `context`.
struct LinesAround {
  std::vector<std::string> before, record, after;
  std::uint64_t first_line = 1;  // line number of the first of `before`, or of `record` when `before` is empty
};
/// Errors: the file is gone, changed (shorter than `offset`), or damaged.
[[nodiscard]] Result<LinesAround> read_around(const std::string& path, std::uint64_t offset, std::uint32_t record_lines,
                                              std::uint32_t before, std::uint32_t after);

}  // namespace loglode
