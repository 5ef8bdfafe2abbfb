#include "parse/record_time.h"

#include "parse/json/json_time.h"
#include "parse/text/line_scanner.h"
#include "parse/time/stamp_finder.h"

namespace loglode {

void search_time(Record& record, ReadAs read_as, Batch& batch, const TimeContext& context) {
  Timestamp found = kNoTime;
  if (read_as == ReadAs::json) {
    if (find_json_time(record.raw, context, batch, found)) record.time = found;
    return;
  }
  const FoundStamp stamp = find_timestamp(first_line(record.raw), context, found);
  if (stamp.length != 0 && (read_as == ReadAs::text || stamp.in_header)) record.time = found;
}

}  // namespace loglode
