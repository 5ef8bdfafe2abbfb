// What the columns of a header are for, when their kinds do not say it: host, service, logger, pid, thread. Stateless; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "parse/text/header_columns.h"

namespace loglode {

/// Of each column its text in each line that was studied.
using ColumnTexts = std::vector<std::vector<std::string_view>>;

inline constexpr std::size_t kLinesForWords = 10;  // fewer lines say nothing about how words repeat

/// Fills the roles of `columns`, of which those before `header_end` are header; `required` as HeaderPlan has it.
void assign_roles(const ColumnTexts& texts, std::size_t header_end, std::size_t required, std::vector<Column>& columns);

}  // namespace loglode
