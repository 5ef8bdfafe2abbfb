#include "sinks/elasticsearch/source_records.h"

#include <algorithm>
#include <type_traits>

namespace loglode {

namespace {

static_assert(std::is_trivially_copyable_v<SourceRecord>);
constexpr std::size_t kLoaded = 16'384;  // records at once

}  // namespace

Result<void> SourceRecords::add(const StreamIdentity& stream, const SourceRecord& record) {
  Records& records = streams_[{stream.high, stream.low}];
  const bool is_first = records.held.empty() && records.extents.empty();
  if (!is_first && record.offset <= records.latest) return {};
  records.latest = record.offset;
  records.held.push_back(record);
  ++count_;
  return ++held_ < held_max_ ? Result<void>{} : spill();
}

Result<void> SourceRecords::spill() {
  if (!file_) file_.reset(std::tmpfile());
  if (!file_) return fail_errno("cannot make a temporary file");
  for (auto& [key, records] : streams_) {
    if (records.held.empty()) continue;
    const long at = std::ftell(file_.get());
    if (at < 0 || std::fwrite(records.held.data(), sizeof(SourceRecord), records.held.size(), file_.get()) != records.held.size())
      return fail_errno("cannot write a temporary file");
    records.extents.push_back({at, records.held.size()});
    records.held = {};
  }
  held_ = 0;
  return {};
}

void SourceRecords::begin(const StreamIdentity& stream) {
  const auto found = streams_.find({stream.high, stream.low});
  reading_ = found == streams_.end() ? nullptr : &found->second;
  extent_ = in_extent_ = at_ = 0;
  loaded_.clear();
}

Result<bool> SourceRecords::next(SourceRecord& out) {
  if (reading_ == nullptr) return false;
  if (at_ == loaded_.size() && extent_ < reading_->extents.size()) {
    if (auto loaded = load(); !loaded) return tl::unexpected<Error>(loaded.error());
  }
  if (at_ < loaded_.size()) {
    out = loaded_[at_++];
    return true;
  }
  if (in_extent_ == reading_->held.size()) return false;
  out = reading_->held[in_extent_++];  // behind the last extent it counts those that are held
  return true;
}

Result<void> SourceRecords::load() {
  const Extent& extent = reading_->extents[extent_];
  loaded_.resize(std::min(kLoaded, extent.count - in_extent_));
  at_ = 0;
  const long begin = extent.at + static_cast<long>(in_extent_ * sizeof(SourceRecord));
  if (std::fseek(file_.get(), begin, SEEK_SET) != 0 ||
      std::fread(loaded_.data(), sizeof(SourceRecord), loaded_.size(), file_.get()) != loaded_.size())
    return fail_errno("cannot read a temporary file");
  in_extent_ += loaded_.size();
  if (in_extent_ == extent.count) ++extent_, in_extent_ = 0;
  return {};
}

}  // namespace loglode
