#include "sinks/elasticsearch/receipt.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/window_summary.h"
#include "sinks/elasticsearch/source_records.h"
#include "tests/unit/random_rounds.h"

namespace loglode {
namespace {

using Status = ReceiptStatus;
using Fate = SourceRecord::Fate;

constexpr StreamIdentity kStream{11, 22};

EventHash hash_of(std::uint64_t number) {
  EventHash hash{};
  for (std::size_t i = 0; i < 8; ++i) hash[i] = static_cast<unsigned char>(number >> (8 * i));
  return hash;
}

SourceRecord record_at(std::uint64_t offset) { return {offset, hash_of(offset), kNoTime, Fate::wanted}; }

StoredDocument document_of(const SourceRecord& record, unsigned shift = 0) {
  return {record.offset >> shift, record_id(kStream, record.offset), record.hash, true};
}

struct Joined {
  ReceiptCounts counts;
  std::vector<ReceiptRange> ranges;
};

Joined joined(const ReceiptStream& stream, const std::vector<SourceRecord>& records, std::vector<StoredDocument> documents) {
  std::stable_sort(documents.begin(), documents.end(), [](const auto& one, const auto& other) { return one.place < other.place; });
  std::size_t record = 0, document = 0;
  Joined out;
  const auto counts = join_receipt(
      stream,
      [&](SourceRecord& to) -> Result<bool> {
        if (record == records.size()) return false;
        to = records[record++];
        return true;
      },
      [&](StoredDocument& to) -> Result<bool> {
        if (document == documents.size()) return false;
        to = documents[document++];
        return true;
      },
      [&](const ReceiptRange& range) { out.ranges.push_back(range); });
  REQUIRE(counts);
  out.counts = *counts;
  return out;
}

ReceiptStream stream_of(unsigned shift = 0) {
  ReceiptStream stream;
  stream.identity = kStream;
  stream.offset_shift = shift;
  stream.has_hashes = true;
  return stream;
}

TEST_CASE("receipt: what stands at an origin says what became of its record") {
  const SourceRecord one = record_at(7);
  StoredDocument right = document_of(one), altered = right, bare = right, copy = right, foreign = right;
  altered.hash = hash_of(8);
  bare.hash.reset();
  copy.id = "another";
  foreign.id = "of another file";
  foreign.hash = hash_of(9);
  foreign.is_of_stream = false;
  StoredDocument other_copy = copy;
  other_copy.hash = hash_of(9);
  const std::vector<std::pair<std::vector<StoredDocument>, Status>> rows{
      {{right}, Status::stored},
      {{}, Status::lost},
      {{altered}, Status::different},
      {{bare}, Status::unverifiable},
      {{right, right}, Status::duplicate},  // in two backing indices
      {{right, altered}, Status::different},
      {{right, copy}, Status::duplicate},
      {{copy, right}, Status::duplicate},
      {{right, other_copy}, Status::duplicate},
      {{copy}, Status::different},
      {{other_copy}, Status::different},
      {{foreign}, Status::lost},
      {{foreign, right}, Status::stored},
      {{altered, copy}, Status::different},
      {{bare, copy}, Status::duplicate},
  };
  for (const auto& [documents, status] : rows) {
    INFO(&documents - &rows.front().first);
    const Joined join = joined(stream_of(), {one}, documents);
    REQUIRE(join.ranges.size() == 1);
    CHECK(name_of(join.ranges.front().status) == name_of(status));
    CHECK(join.counts.of(status) == 1);
    CHECK(join.counts.records() == 1);
    CHECK(join.counts.is_good() == (status == Status::stored || status == Status::unverifiable));
  }
}

TEST_CASE("receipt: where ids were not asked for, bytes and numbers say whose a document is") {
  const SourceRecord one = record_at(8), two = record_at(9);  // of one message
  const auto stands = [](std::uint64_t number) { return StoredDocument{4, {}, hash_of(number), true}; };
  const StoredDocument bare{4, {}, std::nullopt, true};
  const std::vector<std::tuple<std::vector<StoredDocument>, Status, Status>> rows{
      {{stands(8), stands(9)}, Status::stored, Status::stored},
      {{stands(9), stands(8)}, Status::stored, Status::stored},
      {{stands(9)}, Status::lost, Status::stored},
      {{stands(9), stands(9)}, Status::lost, Status::duplicate},
      {{stands(7), stands(9)}, Status::different, Status::stored},
      {{stands(8), stands(9), stands(7)}, Status::duplicate, Status::stored},
      {{bare, stands(8)}, Status::stored, Status::unverifiable},
      {{}, Status::lost, Status::lost},
  };
  for (const auto& [documents, of_one, of_two] : rows) {
    INFO(&documents - &std::get<0>(rows.front()));
    ReceiptCounts wanted;
    ++wanted[of_one];
    ++wanted[of_two];
    CHECK(joined(stream_of(1), {one, two}, documents).counts == wanted);
  }
}

TEST_CASE("receipt: without a key nothing is compared, and all that is there is unverifiable") {
  ReceiptStream stream = stream_of();
  stream.has_hashes = false;
  StoredDocument there = document_of(record_at(1));
  there.hash = hash_of(2);
  CHECK(joined(stream, {record_at(1), record_at(2)}, {there}).counts.of(Status::unverifiable) == 1);
}

TEST_CASE("receipt: what is missing may have a reason") {
  const Timestamp early{std::chrono::seconds{100}}, late{std::chrono::seconds{300}};
  const auto at = [](std::uint64_t offset, Timestamp time) {
    SourceRecord record = record_at(offset);
    record.time = time;
    return record;
  };
  const std::vector<SourceRecord> records{at(1, early), at(2, early), at(3, late), at(4, early)};
  const std::vector<StoredDocument> documents{document_of(records[1])};
  CHECK(joined(stream_of(), records, documents).counts.of(Status::lost) == 3);

  const DeadLetterIds dead{record_id(kStream, 1), record_id(kStream, 2), record_id(kStream, 3)};
  ReceiptStream stream = stream_of();
  stream.dead = &dead;
  Joined join = joined(stream, records, documents);
  CHECK(join.counts.of(Status::dead_letter) == 2);  // the one that is stored is stored
  CHECK(join.counts.of(Status::lost) == 1);

  stream = stream_of();
  stream.begins_late = true;
  join = joined(stream, records, documents);
  CHECK(join.counts.of(Status::filtered) == 1);
  CHECK(join.counts.of(Status::lost) == 2);
  CHECK(joined(stream, records, {}).counts.of(Status::filtered) == 4);

  stream = stream_of();
  stream.cluster_begins = Timestamp{std::chrono::seconds{200}};
  join = joined(stream, records, documents);  // offset 4 is as old, but what is before it in the stream is still there
  CHECK(join.counts.of(Status::expired_in_cluster) == 1);
  CHECK(join.counts.of(Status::lost) == 2);
  CHECK(joined(stream, records, {}).counts.of(Status::expired_in_cluster) == 3);
}

TEST_CASE("receipt: documents without a record are older than the source, or should not be there") {
  const std::vector<StoredDocument> documents{document_of(record_at(1)), document_of(record_at(5)), document_of(record_at(7))};
  const Joined join = joined(stream_of(), {record_at(5), record_at(9)}, documents);
  CHECK(join.counts.of(Status::expired_at_source) == 1);
  CHECK(join.counts.of(Status::different) == 1);
  CHECK(join.counts.of(Status::stored) == 1);
  CHECK(join.counts.of(Status::lost) == 1);
  CHECK(joined(stream_of(), {}, documents).counts.of(Status::expired_at_source) == 3);
}

TEST_CASE("receipt: nobody asks about what is outside, and what is filtered may be there or not") {
  SourceRecord outside = record_at(1), filtered = record_at(2), filtered_too = record_at(3);
  outside.fate = Fate::outside;
  filtered.fate = filtered_too.fate = Fate::filtered;
  const Joined join = joined(stream_of(), {outside, filtered, filtered_too}, {document_of(outside), document_of(filtered)});
  CHECK(join.counts.records() == 2);
  CHECK(join.counts.of(Status::filtered) == 2);
}

TEST_CASE("receipt: neighbours of one status are a range") {
  std::vector<SourceRecord> records;
  std::vector<StoredDocument> documents;
  for (std::uint64_t offset = 10; offset < 100; offset += 10) {
    records.push_back(record_at(offset));
    if (offset < 40 || offset > 60) documents.push_back(document_of(records.back()));
  }
  const Joined join = joined(stream_of(), records, documents);
  REQUIRE(join.ranges.size() == 3);
  CHECK(join.ranges[1].status == Status::lost);
  CHECK(join.ranges[1].first == 40);
  CHECK(join.ranges[1].last == 60);
  CHECK(join.ranges[1].records == 3);
  CHECK(join.ranges[1].id == record_id(kStream, 40));
}

TEST_CASE("receipt: each of many planted losses, duplicates and alterations is found") {
  constexpr unsigned kShift = 20;
  for (const unsigned shift : {0U, kShift}) {
    std::mt19937_64 random{shift};
    std::vector<SourceRecord> records;
    for (std::uint64_t message = 0; message < 3000; ++message)
      for (std::uint64_t place = 0; place < (shift == 0 ? 1 : 1 + message % 3); ++place)
        records.push_back(record_at(message << shift | place));
    std::vector<std::size_t> planted(records.size());
    for (std::size_t i = 0; i < planted.size(); ++i) planted[i] = i;
    std::shuffle(planted.begin(), planted.end(), random);
    std::map<std::size_t, Status> wanted;
    for (std::size_t i = 0; i < 60; ++i) wanted[planted[i]] = i < 20 ? Status::lost : i < 40 ? Status::duplicate : Status::different;
    std::vector<StoredDocument> documents;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Status status = wanted.contains(i) ? wanted[i] : Status::stored;
      StoredDocument document = document_of(records[i], shift);
      if (status == Status::lost) continue;
      if (status == Status::different) document.hash = hash_of(1ULL << 60U | i);
      documents.push_back(document);
      if (status != Status::duplicate) continue;
      document.id = "copy-" + std::to_string(i);
      documents.push_back(document);
    }
    std::shuffle(documents.begin(), documents.end(), random);
    const Joined join = joined(stream_of(shift), records, documents);
    for (const Status status : {Status::lost, Status::duplicate, Status::different}) {
      CHECK(join.counts.of(status) == 20);
      std::set<std::string> found, meant;
      for (const ReceiptRange& range : join.ranges)
        if (range.status == status) found.insert(range.id);
      for (const auto& [i, planted_status] : wanted)
        if (planted_status == status) meant.insert(record_id(kStream, records[i].offset));
      CHECK(std::includes(meant.begin(), meant.end(), found.begin(), found.end()));
    }
    CHECK(join.counts.of(Status::stored) == records.size() - 60);
  }
}

// The twin: every record looks through all documents, and every document that is left through all records.
ReceiptCounts by_hand(const ReceiptStream& stream, const std::vector<SourceRecord>& records, const std::vector<StoredDocument>& documents) {
  const auto place_of = [&](const SourceRecord& record) { return record.offset >> stream.offset_shift; };
  std::vector<Status> status(records.size(), Status::lost);
  std::vector<char> has_own(records.size(), 0), is_taken(documents.size(), 0);
  const auto is_hash = [&](const StoredDocument& document, const SourceRecord& record) {
    return stream.has_hashes && document.hash == std::optional{record.hash};
  };
  for (std::size_t r = 0; r < records.size(); ++r) {
    std::size_t own = 0, wrong = 0, without = 0;
    for (std::size_t d = 0; d < documents.size(); ++d) {
      if (documents[d].id != record_id(stream.identity, records[r].offset)) continue;
      is_taken[d] = 1;
      ++own;
      if (!stream.has_hashes || !documents[d].hash)
        ++without;
      else if (!is_hash(documents[d], records[r]))
        ++wrong;
    }
    has_own[r] = own > 0;
    if (own > 0) status[r] = without > 0 ? Status::unverifiable : Status::stored;
    if (own > 1) status[r] = Status::duplicate;
    if (wrong > 0) status[r] = Status::different;
  }
  for (const bool by_hash : {true, false})  // those whose ids nobody asked for
    for (std::size_t r = 0; r < records.size(); ++r)
      for (std::size_t d = 0; d < documents.size() && has_own[r] == 0; ++d) {
        const bool is_bare = !stream.has_hashes || !documents[d].hash;
        if (is_taken[d] != 0 || !documents[d].id.empty() || documents[d].place != place_of(records[r])) continue;
        if (by_hash ? !is_hash(documents[d], records[r]) : !is_bare) continue;
        is_taken[d] = has_own[r] = 1;
        status[r] = is_bare ? Status::unverifiable : Status::stored;
      }
  ReceiptCounts counts;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    if (is_taken[d]) continue;
    const auto first_record = [&](bool own, bool by_hash) {
      for (std::size_t r = 0; r < records.size(); ++r)
        if (place_of(records[r]) == documents[d].place && records[r].fate == Fate::wanted && (has_own[r] != 0) == own &&
            (status[r] != Status::different || (own && !by_hash)) && (!by_hash || is_hash(documents[d], records[r])))
          return r;
      return records.size();
    };
    struct Try {
      bool own, by_hash;
    };
    bool is_explained = false;
    for (const Try each : {Try{true, true}, Try{false, true}, Try{false, false}, Try{true, false}}) {
      if (!each.by_hash && !documents[d].is_of_stream) break;
      const std::size_t r = first_record(each.own, each.by_hash);
      if (r == records.size()) continue;
      if (status[r] != Status::different) status[r] = each.own ? Status::duplicate : Status::different;
      is_explained = true;
      break;
    }
    const bool has_record =
        std::any_of(records.begin(), records.end(), [&](const auto& record) { return place_of(record) == documents[d].place; });
    if (is_explained || has_record || !documents[d].is_of_stream) continue;
    ++counts[records.empty() || documents[d].place < place_of(records.front()) ? Status::expired_at_source : Status::different];
  }
  for (std::size_t r = 0; r < records.size(); ++r) {
    if (records[r].fate == Fate::outside) continue;
    Status what = records[r].fate == Fate::filtered ? Status::filtered : status[r];
    if (what == Status::lost) {
      const bool before_all =
          std::none_of(documents.begin(), documents.end(), [&](const auto& each) { return each.place <= place_of(records[r]); });
      if (stream.dead != nullptr && stream.dead->contains(record_id(stream.identity, records[r].offset)))
        what = Status::dead_letter;
      else if (before_all && stream.begins_late)
        what = Status::filtered;
      else if (before_all && records[r].time != kNoTime && records[r].time < stream.cluster_begins)
        what = Status::expired_in_cluster;
    }
    ++counts[what];
  }
  return counts;
}

TEST_CASE("receipt: the join says what every record and document says by hand") {
  for (int round = 0; round < test::random_rounds(2000); ++round) {
    INFO(round);
    std::mt19937_64 random{static_cast<std::uint64_t>(round)};
    const auto one_in = [&](unsigned of) { return random() % of == 0; };
    ReceiptStream stream = stream_of(one_in(2) ? 0 : 2);
    stream.has_hashes = !one_in(5);
    stream.begins_late = one_in(4);
    stream.cluster_begins = one_in(3) ? Timestamp{std::chrono::seconds{5}} : kNoTime;
    const bool without_ids = one_in(2);
    DeadLetterIds dead;
    stream.dead = &dead;
    std::vector<SourceRecord> records;
    std::vector<StoredDocument> documents;
    for (std::uint64_t offset = random() % 4; offset < 24; offset += 1 + random() % 3) {
      SourceRecord record = record_at(offset);
      record.hash = hash_of(random() % 4);
      record.time = one_in(4) ? kNoTime : Timestamp{std::chrono::seconds{random() % 10}};
      record.fate = one_in(8) ? Fate::filtered : one_in(8) ? Fate::outside : Fate::wanted;
      if (one_in(6)) dead.insert(record_id(kStream, offset));
      if (!one_in(8)) records.push_back(record);
      for (unsigned copies = one_in(3) ? static_cast<unsigned>(random() % 4) : 1; copies > 0; --copies) {
        StoredDocument document = document_of(record, stream.offset_shift);
        if (one_in(6)) document.id = "other " + std::to_string(random() % 3);
        if (one_in(6)) document.hash = hash_of(random() % 4);
        if (one_in(8)) document.hash.reset();
        document.is_of_stream = !one_in(6);
        if (without_ids) document.id.clear();
        documents.push_back(document);
      }
    }
    std::stable_sort(documents.begin(), documents.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    const Joined join = joined(stream, records, documents);
    const ReceiptCounts counts = by_hand(stream, records, documents);
    for (std::size_t i = 0; i < static_cast<std::size_t>(Status::kCount); ++i) {
      INFO(name_of(static_cast<Status>(i)));
      CHECK(join.counts.of(static_cast<Status>(i)) == counts.of(static_cast<Status>(i)));
    }
    std::uint64_t in_ranges = 0;
    for (const ReceiptRange& range : join.ranges) in_ranges += range.records;
    CHECK(in_ranges == counts.records() + counts.of(Status::expired_at_source));
  }
}

TEST_CASE("source records come back by stream and in order, however few are held") {
  for (const std::size_t held : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, std::size_t{1'000'000}}) {
    SourceRecords records{held};
    std::map<std::uint64_t, std::vector<std::uint64_t>> wanted;
    std::mt19937_64 random{held};
    for (std::uint64_t offset = 0; offset < 2000; ++offset) {
      const std::uint64_t stream = random() % 5;
      REQUIRE(records.add({stream, 1}, record_at(offset)));
      wanted[stream].push_back(offset);
      if (offset % 7 == 0) {
        REQUIRE(records.add({stream, 1}, record_at(offset / 2)));  // read before
      }
    }
    CHECK(records.count() == 2000);
    for (std::uint64_t stream = 0; stream < 6; ++stream) {
      std::vector<std::uint64_t> found;
      records.begin({stream, 1});
      SourceRecord record;
      for (auto more = records.next(record); more && *more; more = records.next(record)) {
        CHECK(record.hash == hash_of(record.offset));
        found.push_back(record.offset);
      }
      CHECK(found == wanted[stream]);
    }
  }
}

}  // namespace
}  // namespace loglode
