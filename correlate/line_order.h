// Text with hardly a time in it: its few times say nothing about the lines between them, so the order of its lines judges instead.
// Pure, any thread.
#pragma once

#include <vector>

#include "core/window_summary.h"

namespace loglode {

/// Makes the windows of such streams ordinal: of more than nine records in ten without a time, and fewer than twenty with one. A cell's
/// records are counted where its first one stands, because no other place is known; such windows hold fewer `without_time` than `records`.
/// `windows`: of SummaryStore, and in its order afterwards.
void order_by_lines_where_times_are_few(std::vector<WindowSummary>& windows);

}  // namespace loglode
