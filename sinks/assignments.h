// `--assignments`: which template each physical line belongs to. Templates are final only at the end of a run, so shapes are spooled
// to a temporary file while it goes on and turned into rows when it is over. One thread at a time, in batch order.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sink.h"
#include "core/template_catalog.h"

namespace loglode {

class AssignmentSpool final : public RecordSink {
 public:
  /// Errors: no temporary file can be made.
  static Result<std::unique_ptr<AssignmentSpool>> open();
  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override;
  Result<void> flush(Deadline until) override;

  /// Writes `LineId,EventId,EventTemplate` rows to `path`: one for each physical line, streams in `order` (the order in which a person
  /// gave them), LineId from 1. Lines that belong to no record (blank ones) have empty columns.
  /// `csv_safe`: a template that a spreadsheet would take for a formula (it begins with `= + - @`) gets a ' before it.
  [[nodiscard]] Result<void> write_rows(const std::string& path, const std::vector<StreamId>& order, const TemplateCatalog& catalog,
                                        bool csv_safe = false);

 private:
  struct Row {  // one record, as spooled
    std::uint64_t line;
    ShapeId shape;
    std::uint64_t line_count;
  };
  struct Extent {  // records of one stream, which follow one another in the spool
    std::uint64_t first_row = 0, rows = 0;
  };
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  explicit AssignmentSpool(File file) : file_{std::move(file)} {}
  Result<void> write_stream(std::FILE* out, const Extent& extent, std::uint64_t& line_id, const TemplateCatalog& catalog, bool csv_safe);

  File file_;
  std::map<StreamId, Extent> extents_;
  std::uint64_t rows_ = 0;
};

}  // namespace loglode
