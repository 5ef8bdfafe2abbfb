// The time of a record that its format found none in. Part of the Parser stage, any thread.
#pragma once

#include "core/batch.h"
#include "parse/text/line_format.h"

namespace loglode {

/// How a record was read, as far as it matters for where else its time may stand.
enum class ReadAs : unsigned char {
  text,    // by its stream's format, or as the text that all of its stream is: a time may stand anywhere
  misfit,  // its stream has a format that it does not fit, or its arrival is known: only a stamp as good as a header's counts
  json,    // only keys that say that they hold a time
};

/// Searches `record.raw` and sets `record.time` when something is found.
void search_time(Record& record, ReadAs read_as, Batch& batch, const TimeContext& context);

}  // namespace loglode
