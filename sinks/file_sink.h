// Records and documents as NDJSON in a file that rotates: the sink `type: file` of config.md. Owned by the pipeline; write() and flush()
// from different threads, as Sink says.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>

#include "core/pipeline_parts.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "sinks/mask_text.h"
#include "sinks/record_json.h"
#include "sinks/rotating_file.h"

namespace loglode {

using DocumentKinds = std::bitset<static_cast<std::size_t>(Document::kCount)>;
[[nodiscard]] constexpr DocumentKinds only(Document kind) noexcept { return DocumentKinds{1ULL << static_cast<unsigned>(kind)}; }

enum class SyncWhen : std::uint8_t { snapshot, never };

struct FileSinkConfig {
  std::string name;  // the user's, of errors and what is told
  RotatingFileConfig file;
  DocumentKinds what = only(Document::record);
  SyncWhen sync = SyncWhen::snapshot;
  MaskText original;    // how `event.original` is masked; empty: it is not written
  RecordFilter filter;  // of records; empty: all
};

/// `rules`, and what `members`, `original` and `filter` look at, must outlive it.
/// write() takes a whole batch or nothing of it (a retryable error: the disk is full). With SyncWhen::snapshot flush() is where records are
/// delivered: it makes the file durable, and nothing is settled (see Sink::flush). With `never` write() settles them: they are with the
/// operating system then, and a power cut may lose them.
/// Errors: as RotatingFile::open.
[[nodiscard]] Result<std::unique_ptr<Sink>> make_file_sink(FileSinkConfig config, const RuleCatalog& rules, TemplateMembers members);

}  // namespace loglode
