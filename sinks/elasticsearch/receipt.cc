#include "sinks/elasticsearch/receipt.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/window_summary.h"

namespace loglode {

namespace {

using Status = ReceiptStatus;
using Fate = SourceRecord::Fate;

class Join {
 public:
  Join(const ReceiptStream& stream, const NextSourceRecord& next_record, const NextStoredDocument& next_document,
       const std::function<void(const ReceiptRange&)>& take)
      : stream_{stream}, next_record_{next_record}, next_document_{next_document}, take_{take} {}

  Result<ReceiptCounts> run() {
    if (auto read = read_record(); !read) return tl::unexpected<Error>(read.error());
    if (auto read = read_document(); !read) return tl::unexpected<Error>(read.error());
    if (has_record_) source_begin_ = place_of(record_);
    if (has_document_) stored_begin_ = document_.place;
    while (has_record_ || has_document_) {
      const std::uint64_t place = !has_document_ ? place_of(record_)
                                  : !has_record_ ? document_.place
                                                 : std::min(place_of(record_), document_.place);
      if (auto read = collect(place); !read) return tl::unexpected<Error>(read.error());
      judge(place);
    }
    end_range();
    return counts_;
  }

 private:
  struct Wanted {  // a record of the group
    SourceRecord record;
    std::string id;
    Status status = Status::lost;
    bool is_found = false;
  };

  [[nodiscard]] std::uint64_t place_of(const SourceRecord& record) const { return record.offset >> stream_.offset_shift; }

  Result<void> read_record() {
    const std::uint64_t before = record_.offset;
    const bool any = has_record_;
    auto read = next_record_(record_);
    if (!read) return tl::unexpected<Error>(read.error());
    has_record_ = *read;
    LOGLODE_ASSERT(!has_record_ || !any || before < record_.offset);
    return {};
  }
  Result<void> read_document() {
    auto read = next_document_(document_);
    if (!read) return tl::unexpected<Error>(read.error());
    has_document_ = *read;
    return {};
  }

  Result<void> collect(std::uint64_t place) {
    records_.clear();
    documents_.clear();
    while (has_record_ && place_of(record_) == place) {
      records_.push_back({record_, record_id(stream_.identity, record_.offset)});
      if (auto read = read_record(); !read) return read;
    }
    while (has_document_ && document_.place == place) {
      documents_.push_back(std::move(document_));
      if (auto read = read_document(); !read) return read;
    }
    return {};
  }

  void judge(std::uint64_t place) {
    is_taken_.assign(documents_.size(), 0);
    for (Wanted& wanted : records_) find(wanted);
    for (Wanted& wanted : records_)
      take_one(wanted, [&](const StoredDocument& each) { return has_hash(each) && *each.hash == wanted.record.hash; });
    for (Wanted& wanted : records_) take_one(wanted, [&](const StoredDocument& each) { return !has_hash(each); });
    // What is left stands at this origin besides, or under ids that no record has. Equal bytes say best whose it is.
    for (std::size_t i = 0; i < documents_.size(); ++i)
      if (is_taken_[i] == 0 && !explain_by_hash(documents_[i])) explain(documents_[i], place);
    for (Wanted& wanted : records_) add(wanted, place);
  }

  [[nodiscard]] bool has_hash(const StoredDocument& document) const { return stream_.has_hashes && document.hash.has_value(); }

  /// Takes the documents of its id.
  void find(Wanted& wanted) {
    std::size_t found = 0;
    bool differs = false, all_have_hashes = true;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const StoredDocument& document = documents_[i];
      if (document.id != wanted.id) continue;
      ++found;
      is_taken_[i] = 1;
      all_have_hashes = all_have_hashes && has_hash(document);
      differs = differs || (has_hash(document) && *document.hash != wanted.record.hash);
    }
    wanted.is_found = found > 0;
    if (!wanted.is_found) return;
    wanted.status = differs ? Status::different : found > 1 ? Status::duplicate : all_have_hashes ? Status::stored : Status::unverifiable;
  }

  /// Of documents whose ids were not asked for, the first that `fits`.
  template <class Fits>
  void take_one(Wanted& wanted, const Fits& fits) {
    if (wanted.is_found) return;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (is_taken_[i] != 0 || !documents_[i].id.empty() || !fits(documents_[i])) continue;
      is_taken_[i] = 1;
      wanted.is_found = true;
      wanted.status = has_hash(documents_[i]) ? Status::stored : Status::unverifiable;
      return;
    }
  }

  /// Of records that were found first: then it is one more of that.
  bool explain_by_hash(const StoredDocument& document) {
    if (!has_hash(document)) return false;
    for (const bool is_found : {true, false})
      for (Wanted& wanted : records_) {
        if (wanted.record.fate != Fate::wanted || wanted.is_found != is_found || *document.hash != wanted.record.hash) continue;
        if (wanted.status == Status::different) continue;  // it has its document, such as it is
        wanted.status = is_found ? Status::duplicate : Status::different;
        return true;
      }
    return false;
  }

  void explain(const StoredDocument& document, std::uint64_t place) {
    if (!document.is_of_stream) return;  // of another file of that path, another cluster's topic
    for (const bool is_found : {false, true})
      for (Wanted& wanted : records_) {
        if (wanted.record.fate != Fate::wanted || wanted.is_found != is_found) continue;
        if (!is_found && wanted.status == Status::different) continue;
        if (wanted.status != Status::different) wanted.status = is_found ? Status::duplicate : Status::different;
        return;
      }
    if (!records_.empty()) return;
    const bool is_gone = !source_begin_ || place < *source_begin_;
    count(is_gone ? Status::expired_at_source : Status::different, place, document.id);
  }

  void add(const Wanted& wanted, std::uint64_t place) {
    if (wanted.record.fate == Fate::outside) return end_range();
    count(wanted.record.fate == Fate::filtered ? Status::filtered
          : wanted.status == Status::lost      ? why_missing(wanted, place)
                                               : wanted.status,
          place, wanted.id);
  }

  [[nodiscard]] Status why_missing(const Wanted& wanted, std::uint64_t place) const {
    if (stream_.dead != nullptr && stream_.dead->contains(wanted.id)) return Status::dead_letter;
    const bool is_before_all = !stored_begin_ || place < *stored_begin_;
    if (stream_.begins_late && is_before_all) return Status::filtered;
    const bool is_old = stream_.cluster_begins != kNoTime && wanted.record.time != kNoTime && wanted.record.time < stream_.cluster_begins;
    return is_old && is_before_all ? Status::expired_in_cluster : Status::lost;
  }

  void count(Status status, std::uint64_t place, const std::string& id) {
    ++counts_[status];
    if (range_.records != 0 && range_.status != status) end_range();
    if (range_.records == 0) range_ = {status, place, place, 0, id};
    range_.last = place;
    ++range_.records;
  }

  void end_range() {
    if (range_.records != 0) take_(range_);
    range_ = {};
  }

  const ReceiptStream& stream_;
  const NextSourceRecord& next_record_;
  const NextStoredDocument& next_document_;
  const std::function<void(const ReceiptRange&)>& take_;
  ReceiptCounts counts_;
  ReceiptRange range_;
  SourceRecord record_;  // the next one, as the document
  StoredDocument document_;
  bool has_record_ = false, has_document_ = false;
  std::optional<std::uint64_t> source_begin_, stored_begin_;  // the first places
  std::vector<Wanted> records_;                               // of the group, as the documents
  std::vector<StoredDocument> documents_;
  std::vector<char> is_taken_;  // of documents_
};

}  // namespace

std::string_view name_of(ReceiptStatus status) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Status::kCount)> kNames{
      "stored", "lost", "duplicate", "different", "dead_letter", "filtered", "expired_in_cluster", "expired_at_source", "unverifiable"};
  return kNames[static_cast<std::size_t>(status)];
}

std::uint64_t ReceiptCounts::records() const noexcept {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts_) sum += count;
  return sum - of(Status::expired_at_source);
}

bool ReceiptCounts::is_good() const noexcept { return of(Status::lost) + of(Status::duplicate) + of(Status::different) == 0; }

ReceiptCounts& ReceiptCounts::operator+=(const ReceiptCounts& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  return *this;
}

Result<ReceiptCounts> join_receipt(const ReceiptStream& stream, const NextSourceRecord& next_record,
                                   const NextStoredDocument& next_document, const std::function<void(const ReceiptRange&)>& take) {
  return Join{stream, next_record, next_document, take}.run();
}

}  // namespace loglode
