// Where a pipeline delivers to. A sink is told which records of a batch it is to write: the pipeline has chosen them before any sink sees
// the batch (RecordSelection), so that writing, meters, overflow, dead letters and verdicts speak of the same records.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/batch.h"
#include "core/pipeline_parts.h"
#include "core/result.h"

namespace loglode {

enum class Verdict : std::uint8_t { delivered, rejected, retry };

/// Takes the verdict of each record, from any thread. Must outlive the sinks that were given it.
class Verdicts {
 public:
  virtual ~Verdicts() = default;
  /// `reason`: why it was rejected, for the dead letters.
  virtual void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason = {}) noexcept = 0;
};

/// For pipelines whose records nobody asks after.
class IgnoreVerdicts final : public Verdicts {
 public:
  void settle(const Batch&, std::size_t, Verdict, std::string_view) noexcept override {}
};

/// What is made of records, and goes to sinks as a JSON object of its own (cli.md, "Files").
enum class Document : std::uint8_t { record, template_info, finding, incident, report, kCount };

using DocumentKinds = std::bitset<static_cast<std::size_t>(Document::kCount)>;
[[nodiscard]] constexpr DocumentKinds only(Document kind) noexcept { return DocumentKinds{1ULL << static_cast<unsigned>(kind)}; }

/// Positions in Batch::records, ascending. Good during the call that they are given to.
using SelectedRecords = std::span<const std::uint32_t>;

/// Where records and documents go. write() and write_document() are called by one thread at a time, in batch order; flush() by another
/// thread at the same time.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// Writes the selected records, and gives verdicts of those alone. Waits while its own queue is full, no longer than a second: then an
  /// error that is retryable (core/result.h), and the same batch comes again with the same selection. A retryable error means that nothing
  /// of the batch was taken.
  virtual Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) = 0;
  /// `key` names what the document is about (a finding's id): a repeat replaces. A sink that does not want this kind does nothing.
  virtual Result<void> write_document(Document, std::string_view /*key*/, std::string_view /*json*/) { return {}; }
  /// When this returns without an error, every record and document written before the call has its final verdict and is as durable as
  /// the sink promises: a record for which nothing was settled by then is delivered. So a sink that only knows here what has arrived (a
  /// file, at its fsync) holds no batches and settles what it rejects alone. An error that is not retryable is final: what was
  /// written since the last flush() that went well may be lost, and only reading it again from the last position brings it back.
  virtual Result<void> flush(Deadline until) = 0;
};

}  // namespace loglode
