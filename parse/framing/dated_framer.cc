#include "parse/framing/dated_framer.h"

#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parse/framing/line_framer.h"
#include "parse/time/stamp_finder.h"
#include "parse/time/stamp_sequence.h"
#include "parse/time/stamp_sight.h"

namespace loglode {

namespace {

constexpr std::size_t kWritersMax = 4096;  // forgotten all at once when there are more: their years are found again

/// The first stamp of a line, and what it leaves open.
class StampReader {
 public:
  explicit StampReader(const TimeContext& context) : context_{context.reference, context.zone, kNoTime, nullptr} {}

  enum class Found : unsigned char { nothing, whole, open };
  /// `whole`: time() is the stamp's moment. `open`: civil() is the stamp. Lines mostly have it where the line before had it.
  Found read(std::string_view line, bool times_of_day) {
    if (CivilTime yearless; yearless_stamp_at(line, place_, yearless) != 0) {
      civil_ = yearless;
      return Found::open;
    }
    sight_.clear();
    context_.sight = &sight_;
    context_.near = kNoTime;
    FoundStamp stamp = timestamp_at(line, place_, context_, time_);
    if (stamp.length == 0) stamp = find_timestamp(line, context_, time_);
    if (stamp.length == 0 && times_of_day) {
      context_.near = program_start();  // any day will do
      stamp = find_time_of_day(line, context_, time_);
    }
    if (stamp.length == 0) return Found::nothing;
    place_ = stamp.begin;
    const CivilTime* const civil = sight_.of(time_);
    if (civil == nullptr) return Found::whole;
    civil_ = *civil;
    return Found::open;
  }
  [[nodiscard]] Timestamp time() const noexcept { return time_; }
  [[nodiscard]] const CivilTime& civil() const noexcept { return civil_; }

 private:
  TimeContext context_;
  StampSight sight_;
  std::size_t place_ = 0;
  Timestamp time_ = kNoTime;
  CivilTime civil_;
};

/// What the stamps of a prefix are like, and each writer's in their order.
struct PrefixStamps {
  std::size_t records = 0, open = 0, times_of_day = 0;
  std::vector<CivilTime> all;
  std::unordered_map<std::uint32_t, std::vector<CivilTime>> of_writer;
};

PrefixStamps read_prefix(Framer& framer, const TimeContext& context, std::span<const std::string_view> prefix) {
  PrefixStamps stamps;
  StampReader reader{context};
  for (const std::string_view line : prefix) {
    const Framing framing = framer.next(line);
    if (!framing.starts_record) continue;
    ++stamps.records;
    if (reader.read(line, true) != StampReader::Found::open) continue;
    ++(reader.civil().has_date ? stamps.open : stamps.times_of_day);
    stamps.all.push_back(reader.civil());
    stamps.of_writer[framing.substream].push_back(reader.civil());
  }
  return stamps;
}

/// What a framer remembers, see Framer::memory().
struct Memory {
  static constexpr char kVersion = 1;
  std::array<std::uint8_t, 3> orders{};
  std::int64_t latest = 0;

  [[nodiscard]] std::string encode() const {
    std::string bytes(1, kVersion);
    for (const std::uint8_t order : orders) bytes.push_back(static_cast<char>(order));
    for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(latest) >> shift & 0xFF));
    return bytes;
  }
  static std::optional<Memory> decode(std::string_view bytes) {
    if (bytes.size() != 12 || bytes[0] != kVersion) return std::nullopt;
    Memory memory;
    for (std::size_t i = 0; i < 3; ++i) memory.orders[i] = static_cast<std::uint8_t>(bytes[1 + i]);
    std::uint64_t latest = 0;
    for (std::size_t i = 0; i < 8; ++i) latest |= std::uint64_t{static_cast<unsigned char>(bytes[4 + i])} << (8 * i);
    memory.latest = static_cast<std::int64_t>(latest);
    return memory;
  }
};

class DatedFramer final : public Framer {
 public:
  DatedFramer(std::unique_ptr<Framer> framer, const ReadingPlan& plan, const StreamInfo& info, PrefixStamps prefix)
      : framer_(std::move(framer)),
        reader_(plan.context.time),
        begin_(plan.context.time.reference, plan.context.time.zone),
        times_of_day_(prefix.times_of_day * 2 > prefix.records),
        prefix_(std::move(prefix.of_writer)) {
    orders_.study(prefix.all, plan.context.time.reference);
    if (const auto memory = Memory::decode(info.remembered)) {
      orders_.recall(memory->orders);
      begin_.see(Timestamp{Duration{memory->latest}});
      latest_ = begin_.latest();
      prefix_.clear();  // was read before
    }
    for (auto& [writer, stamps] : prefix_)
      for (CivilTime& stamp : stamps) set_order(stamp);
  }

  Framing next(std::string_view line) override {
    Framing framing = framer_->next(line);
    if (!framing.starts_record) return framing;
    const StampReader::Found found = reader_.read(line, times_of_day_);
    if (found == StampReader::Found::nothing) return framing;
    StampSequence& sequence = sequence_of(framing.substream);
    if (found == StampReader::Found::whole) {
      sequence.see(reader_.time());
    } else {
      CivilTime civil = reader_.civil();
      framing.order_changed = orders_.apply(civil);
      framing.near = sequence.next(civil).value_or(kNoTime);
    }
    if (latest_ == kNoTime || sequence.latest() > latest_) latest_ = sequence.latest();
    return framing;
  }
  [[nodiscard]] bool interleaved() const noexcept override { return framer_->interleaved(); }
  [[nodiscard]] std::shared_ptr<const ColumnHeader> columns() const override { return framer_->columns(); }
  [[nodiscard]] bool in_trace() const noexcept override { return framer_->in_trace(); }
  [[nodiscard]] std::string memory() const override {
    return latest_ == kNoTime ? std::string{} : Memory{orders_.memory(), latest_.time_since_epoch().count()}.encode();
  }

 private:
  /// The order that the stream's prefix decided, without counting what contradicts it.
  void set_order(CivilTime& stamp) {
    DateOrders orders = orders_;
    static_cast<void>(orders.apply(stamp));
  }

  StampSequence& sequence_of(std::uint32_t writer) {
    if (const auto known = writers_.find(writer); known != writers_.end()) return known->second;
    if (writers_.size() >= kWritersMax) writers_.clear();
    StampSequence& sequence = writers_.emplace(writer, begin_).first->second;
    if (const auto seen = prefix_.find(writer); seen != prefix_.end()) {
      sequence.study(seen->second);
      prefix_.erase(seen);
    }
    return sequence;
  }

  std::unique_ptr<Framer> framer_;
  StampReader reader_;
  DateOrders orders_;
  StampSequence begin_;                                               // of every writer
  bool times_of_day_;                                                 // records have a time without a date
  std::unordered_map<std::uint32_t, std::vector<CivilTime>> prefix_;  // stamps of writers that have not written yet
  std::unordered_map<std::uint32_t, StampSequence> writers_;
  Timestamp latest_ = kNoTime;
};

}  // namespace

std::unique_ptr<Framer> make_dated_framer(std::shared_ptr<const ReadingPlan> plan, const StreamInfo& info,
                                          std::span<const std::string_view> prefix) {
  std::unique_ptr<Framer> framer = make_line_framer(plan);
  if (plan->bare) return framer;
  PrefixStamps stamps = read_prefix(*make_line_framer(plan), plan->context.time, prefix);
  if (stamps.open == 0 && stamps.times_of_day * 2 <= stamps.records) return framer;
  return std::make_unique<DatedFramer>(std::move(framer), *plan, info, std::move(stamps));
}

}  // namespace loglode
