// Records and events as NDJSON in a file that rotates: the sink `type: file` of config.md. Owned by the pipeline; write() and flush()
// from different threads, as Sink says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/rule_info.h"
#include "core/sink.h"
#include "sinks/mask_text.h"
#include "sinks/record_json.h"
#include "sinks/rotating_file.h"

namespace loglode {

enum class SyncWhen : std::uint8_t { snapshot, never };

struct FileSinkConfig {
  std::string name;  // as the configuration names the sink: for errors and notices
  RotatingFileConfig file;
  SyncWhen sync = SyncWhen::snapshot;
  MaskText original;  // how `event.original` is masked; empty: it is not written
};

/// `rules`, and what `members` and `original` look at, must outlive it.
/// write() takes a whole batch or nothing of it (a retryable error: the disk is full). With SyncWhen::snapshot flush() is where records are
/// delivered: it makes the file durable, and nothing is settled (see Sink::flush); events alike. With `never` write() settles them: they
/// are with the operating system then, and a power cut may lose them. Errors: as RotatingFile::open.
[[nodiscard]] Result<OpenedSink> make_file_sink(FileSinkConfig config, const RuleCatalog& rules, TemplateMembers members);

}  // namespace loglode
