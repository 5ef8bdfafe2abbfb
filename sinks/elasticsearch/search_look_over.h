// What a person should know of a cluster before documents go there: what is missing, what of others is in the way, what our key may not do.
// Asks, changes nothing. Waits for answers; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "sinks/elasticsearch/search_config.h"
#include "sinks/elasticsearch/search_templates.h"

namespace loglode {

using TemplatesOf = std::function<Result<TemplateChoices>(const SearchSinkConfig& sink, const SearchCluster& cluster)>;

/// Nothing where all is well, or where our key may not see it. `choices_of`: what the templates are made by. An attempt of each question,
/// no longer than `sink.ask_timeout`; where no node answers, what was found until then.
[[nodiscard]] std::vector<ClusterFinding> look_over(const SearchSinkConfig& sink, const TemplatesOf& choices_of);

}  // namespace loglode
