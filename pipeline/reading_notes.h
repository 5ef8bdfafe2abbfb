// How each input was read, for --verbose. An ordered stage: one thread, in source order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/pipeline_parts.h"

namespace loglode {

class ReadingNotes final : public Stage {
 public:
  Result<void> run(Batch& batch) override;
  /// A line for each input: its path, formats and wrappings, what was assumed, how many records did not fit or had no time.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  struct Note {
    std::shared_ptr<const Stream> stream;
    std::uint64_t records = 0, misfits = 0, timeless = 0, dates_assumed = 0, zones_assumed = 0;
  };
  std::map<StreamId, Note> notes_;
};

}  // namespace loglode
