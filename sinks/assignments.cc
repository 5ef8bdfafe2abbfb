#include "sinks/assignments.h"

#include <fmt/format.h>

#include <cerrno>
#include <queue>

#include "base/terminal_text.h"

namespace loglode {

namespace {

constexpr std::size_t kReorderRows = 8192;

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

Result<std::unique_ptr<AssignmentSpool>> AssignmentSpool::open() {
  File file{std::tmpfile()};
  if (!file) return fail_errno("cannot make a temporary file for the assignments");
  return std::unique_ptr<AssignmentSpool>{new AssignmentSpool{std::move(file)}};
}

Result<void> AssignmentSpool::write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) {
  Extent& extent = extents_[batch->stream->info.id];
  if (extent.rows == 0) extent.first_row = rows_;
  for (const std::uint32_t i : selected) {
    const Record& record = batch->records[i];
    const Row row{record.line, record.shape, record.line_count};
    if (std::fwrite(&row, sizeof row, 1, file_.get()) != 1) return fail_errno("cannot write the assignments' temporary file");
    to.settle(*batch, i, Verdict::delivered);
  }
  extent.rows += selected.size();
  rows_ += selected.size();
  return {};
}

Result<void> AssignmentSpool::flush(Deadline) {
  if (std::fflush(file_.get()) != 0) return fail_errno("cannot write the assignments' temporary file");
  return {};
}

Result<void> AssignmentSpool::write_rows(const std::string& path, const std::vector<StreamId>& order, const TemplateCatalog& catalog,
                                         bool csv_safe) {
  errno = 0;
  File out{std::fopen(path.c_str(), "wb")};
  if (!out) return fail_errno("cannot write " + path);
  fmt::print(out.get(), "LineId,EventId,EventTemplate\n");
  std::uint64_t line_id = 1;
  for (const StreamId stream : order) {
    const auto found = extents_.find(stream);
    if (found == extents_.end()) continue;
    if (auto done = write_stream(out.get(), found->second, line_id, catalog, csv_safe); !done) return done;
  }
  if (std::fflush(out.get()) != 0 || std::ferror(out.get()) != 0) return fail_errno("cannot write all of " + path);
  return {};
}

// Records of interleaved substreams come when they are complete, so rows are put in order of lines on the way (ingest holds a record back
// for a bounded number of lines, kReorderRows is above it). A line that starts no record belongs to the latest one before it that still
// lacks lines.
Result<void> AssignmentSpool::write_stream(std::FILE* out, const Extent& extent, std::uint64_t& line_id, const TemplateCatalog& catalog,
                                           bool csv_safe) {
  if (std::fseek(file_.get(), static_cast<long>(extent.first_row * sizeof(Row)), SEEK_SET) != 0)
    return fail_errno("cannot read the assignments' temporary file");
  const auto columns = [&](const Row& row) {
    if (row.shape == kNoShape) return std::string{","};
    const TemplateInfo& info = catalog.of(row.shape);
    const bool formula = csv_safe && !info.text.empty() && std::string_view{"=+-@"}.find(info.text.front()) != std::string_view::npos;
    return to_hex(info.id) + "," + csv_field((formula ? "'" : "") + printable(info.text));
  };
  std::vector<Row> lacking;  // records that still lack lines, the latest last
  std::uint64_t line = 1;
  const auto fill_up_to = [&](std::uint64_t next) {
    while (line < next && !lacking.empty()) {
      fmt::print(out, "{},{}\n", line_id++, columns(lacking.back()));
      ++line;
      if (--lacking.back().line_count == 1) lacking.pop_back();
    }
  };
  const auto later = [](const Row& a, const Row& b) { return a.line > b.line; };
  std::priority_queue<Row, std::vector<Row>, decltype(later)> ahead{later};
  for (std::uint64_t read = 0; read < extent.rows || !ahead.empty();) {
    if (read < extent.rows && ahead.size() < kReorderRows) {
      Row row{};
      if (std::fread(&row, sizeof row, 1, file_.get()) != 1) return fail_errno("cannot read the assignments' temporary file");
      ahead.push(row);
      ++read;
      continue;
    }
    const Row row = ahead.top();
    ahead.pop();
    fill_up_to(row.line);
    fmt::print(out, "{},{}\n", line_id++, columns(row));
    line = row.line + 1;
    if (row.line_count > 1) lacking.push_back(row);
  }
  fill_up_to(~std::uint64_t{0});
  return {};
}

}  // namespace loglode
