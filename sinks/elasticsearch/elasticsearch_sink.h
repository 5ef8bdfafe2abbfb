// Records and events as documents of Elasticsearch or OpenSearch, each once and each with its verdict: a record is created under its id,
// so that a repeat is recognised; an event replaces an older revision of itself. Owned by the pipeline; as any Sink, written to by one
// thread and flushed by another. A thread of its own sends (bulk_sender.h).
#pragma once

#include <functional>
#include <string>

#include "core/result.h"
#include "core/rule_info.h"
#include "core/sink.h"
#include "sinks/elasticsearch/search_config.h"
#include "sinks/mask_text.h"
#include "sinks/record_json.h"

namespace loglode {

/// Errors of making: none yet; a cluster that does not answer is waited for. Of write: retryable when there is no room within a second.
/// Of flush: retryable, with what is in the way. The destructor does not wait: what has no verdict by then gets none.
/// `rules`, and what `members` and `links` look at, must outlive it; `mask` is for `event.original`.
[[nodiscard]] Result<OpenedSink> make_elasticsearch_sink(SearchSinkConfig config, const RuleCatalog& rules, TemplateMembers members,
                                                         MaskText mask, SearchSinkLinks links);

}  // namespace loglode
