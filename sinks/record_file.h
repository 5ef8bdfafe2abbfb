// Records as NDJSON in one file: what `analyze --records` writes. Written through one buffer, in batch order.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "core/rule_info.h"
#include "core/sink.h"
#include "sinks/record_json.h"

namespace loglode {

/// `rules` and what `members` looks at must outlive it. A record counts as delivered once its bytes are with the operating system.
/// `append`: to what is there. Errors: the file cannot be made (now), the disk is full (from write and flush).
[[nodiscard]] Result<std::unique_ptr<RecordSink>> make_record_file(const std::string& path, const RuleCatalog& rules,
                                                                   TemplateMembers members, bool append = false);

}  // namespace loglode
