#include "patterns/mining/shape_codec.h"

#include <algorithm>
#include <bit>
#include <protozero/exception.hpp>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>
#include <utility>
#include <vector>

namespace loglode {

namespace {

enum class ShapeTag : protozero::pbf_tag_type {
  // 1 and 6 were hashes, which the elements say now
  uint32_severity = 2,
  string_owner = 3,
  fixed64_varied = 4,
  packed_uint32_types = 5,
  string_text = 7,
  packed_uint32_elements = 8,  // for each: size << 4 | kind << 1 | blank; begins follow from the sizes
  message_sample = 9,
  message_range = 10,
  bool_ranges = 11,  // there are ranges, though the shape may have no slots
  bool_values_stopped = 12,
};

enum class SampleTag : protozero::pbf_tag_type { fixed64_record = 1, bytes_values = 2 };
enum class RangeTag : protozero::pbf_tag_type { bytes_registers = 1, double_least = 2, double_most = 3, uint32_units = 4 };

using protozero::pbf_wire_type;
using ShapeBuilder = protozero::pbf_builder<ShapeTag>;
using ShapeReader = protozero::pbf_message<ShapeTag>;

constexpr std::uint32_t kKindBits = 2, kKindMask = 3;
constexpr std::uint32_t kUnitsMask = 7;
constexpr std::size_t kElementsMax = kScanBytesMax + kTokensMax;

template <class Tag>
constexpr std::uint32_t on(Tag tag, pbf_wire_type type) {
  return protozero::tag_and_type(tag, type);
}

void write_values(ShapeBuilder& out, const ShapeValues& values) {
  if (values.stopped()) return out.add_bool(ShapeTag::bool_values_stopped, true);
  // The sample first: a record that leaves it before the ranges are read is then in both, and never in neither.
  const std::vector<SampledRecord> sample = values.copy_sample();
  for (const SampledRecord& record : sample) {
    protozero::pbf_builder<SampleTag> builder{out, ShapeTag::message_sample};
    builder.add_fixed64(SampleTag::fixed64_record, static_cast<std::uint64_t>(record.record));
    builder.add_bytes(SampleTag::bytes_values, record.values);
  }
  const ShapeValues::SlotRange* const ranges = values.ranges();
  if (ranges == nullptr) return;
  out.add_bool(ShapeTag::bool_ranges, true);
  for (std::size_t slot = 0; slot < values.slots(); ++slot) {
    protozero::pbf_builder<RangeTag> builder{out, ShapeTag::message_range};
    std::string registers;
    for (std::size_t i = 0; i < DistinctCounter::kRegisters; ++i) registers += static_cast<char>(ranges[slot].distinct.at(i));
    builder.add_bytes(RangeTag::bytes_registers, registers);
    builder.add_double(RangeTag::double_least, ranges[slot].least.load(std::memory_order_relaxed));
    builder.add_double(RangeTag::double_most, ranges[slot].most.load(std::memory_order_relaxed));
    builder.add_uint32(RangeTag::uint32_units, ranges[slot].units.load(std::memory_order_relaxed));
  }
}

struct Decoded {
  ShapeParts parts;
  std::vector<std::uint32_t> elements;
  std::vector<SampledRecord> sample;
  std::vector<protozero::data_view> ranges;
  bool has_severity = false, has_ranges = false, stopped = false, bad = false;
};

SampledRecord read_sampled(protozero::data_view bytes) {
  SampledRecord record;
  for (protozero::pbf_message<SampleTag> reader{bytes}; reader.next();) {
    if (reader.tag_and_type() == on(SampleTag::fixed64_record, pbf_wire_type::fixed64))
      record.record = RecordHash{reader.get_fixed64()};
    else if (reader.tag_and_type() == on(SampleTag::bytes_values, pbf_wire_type::length_delimited))
      record.values = reader.get_bytes();
    else
      reader.skip();
  }
  return record;
}

bool read_range(protozero::data_view bytes, ShapeValues::SlotRange& out) {
  double least = 0, most = 0;
  std::uint32_t units = 0;
  std::string registers;
  for (protozero::pbf_message<RangeTag> reader{bytes}; reader.next();) {
    switch (reader.tag_and_type()) {
      case on(RangeTag::bytes_registers, pbf_wire_type::length_delimited):
        registers = reader.get_bytes();
        break;
      case on(RangeTag::double_least, pbf_wire_type::fixed64):
        least = reader.get_double();
        break;
      case on(RangeTag::double_most, pbf_wire_type::fixed64):
        most = reader.get_double();
        break;
      case on(RangeTag::uint32_units, pbf_wire_type::varint):
        units = reader.get_uint32();
        break;
      default:
        reader.skip();
    }
  }
  constexpr unsigned kRankMax = 64;
  if (registers.size() != DistinctCounter::kRegisters || units > kUnitsMask || least != least || most != most) return false;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    const auto rank = static_cast<std::uint8_t>(registers[i]);
    if (rank > kRankMax) return false;
    out.distinct.raise(i, rank);
  }
  out.least = least;
  out.most = most;
  out.units = static_cast<std::uint8_t>(units);
  return true;
}

void read_field(ShapeReader& reader, Decoded& out) {
  ShapeParts& parts = out.parts;
  switch (reader.tag_and_type()) {
    case on(ShapeTag::uint32_severity, pbf_wire_type::varint): {
      const std::uint32_t severity = reader.get_uint32();
      out.bad = out.bad || severity > static_cast<std::uint32_t>(SeverityClass::error);
      parts.severity = static_cast<SeverityClass>(severity);
      out.has_severity = true;
      break;
    }
    case on(ShapeTag::string_owner, pbf_wire_type::length_delimited):
      parts.owner = reader.get_string();
      break;
    case on(ShapeTag::fixed64_varied, pbf_wire_type::fixed64):
      parts.varied = reader.get_fixed64();
      break;
    case on(ShapeTag::packed_uint32_types, pbf_wire_type::length_delimited):
      for (const std::uint32_t types : reader.get_packed_uint32()) parts.types.push_back(static_cast<ValueTypes>(types));
      break;
    case on(ShapeTag::string_text, pbf_wire_type::length_delimited):
      parts.text = reader.get_string();
      break;
    case on(ShapeTag::packed_uint32_elements, pbf_wire_type::length_delimited):
      for (const std::uint32_t element : reader.get_packed_uint32()) out.elements.push_back(element);
      break;
    case on(ShapeTag::message_sample, pbf_wire_type::length_delimited):
      out.sample.push_back(read_sampled(reader.get_view()));
      break;
    case on(ShapeTag::message_range, pbf_wire_type::length_delimited):
      out.ranges.push_back(reader.get_view());
      break;
    case on(ShapeTag::bool_values_stopped, pbf_wire_type::varint):
      out.stopped = reader.get_bool();
      break;
    case on(ShapeTag::bool_ranges, pbf_wire_type::varint):
      out.has_ranges = reader.get_bool();
      break;
    default:
      reader.skip();
  }
}

/// Elements from their packed form, each within the text; slots as many as there are types, up to those that are followed.
bool place_elements(Decoded& decoded) {
  ShapeParts& parts = decoded.parts;
  std::size_t begin = 0, slots = 0;
  if (decoded.elements.size() > kElementsMax) return false;
  for (const std::uint32_t packed : decoded.elements) {
    const std::size_t size = packed >> (kKindBits + 1);
    if (begin + size > parts.text.size() || begin + size > kScanBytesMax) return false;
    const auto kind = static_cast<ElementKind>(packed >> 1 & kKindMask);
    parts.elements.push_back(
        {static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(size), kind, ValueType::word, (packed & 1U) != 0});
    const bool is_slot = kind == ElementKind::value || kind == ElementKind::named;
    const bool varies = is_slot && (slots >= kSlotsMax || (parts.varied >> slots & 1U) != 0);
    if (size == 0 && !varies && kind != ElementKind::named && kind != ElementKind::value) return false;
    if (kind == ElementKind::mark && size != 1) return false;
    if (!is_slot && !MaskedMessage::may_be_constant(std::string_view{parts.text}.substr(begin, size))) return false;
    slots += is_slot;
    begin += size;
  }
  return begin == parts.text.size() && std::min(slots, kSlotsMax) == parts.types.size();
}

bool is_sound(const Decoded& decoded) {
  const ShapeParts& parts = decoded.parts;
  if (decoded.bad || !decoded.has_severity || parts.types.size() > kSlotsMax) return false;
  if (parts.types.size() < kSlotsMax && (parts.varied >> parts.types.size()) != 0) return false;
  const std::size_t slots = std::min(parts.types.size(), kValueSlotsMax);
  if (decoded.has_ranges ? decoded.ranges.size() != slots : !decoded.ranges.empty()) return false;
  for (std::size_t i = 0; i < decoded.sample.size(); ++i) {
    if (!decoded.sample[i].holds(slots)) return false;
    if (i != 0 && decoded.sample[i - 1].record >= decoded.sample[i].record) return false;
  }
  return decoded.sample.size() <= kSampleMax;
}

}  // namespace

std::string encode(const Shape& shape) {
  const ShapeParts parts = shape.parts();
  std::string bytes;
  ShapeBuilder out{bytes};
  out.add_uint32(ShapeTag::uint32_severity, static_cast<std::uint32_t>(parts.severity));
  out.add_string(ShapeTag::string_owner, parts.owner);
  out.add_fixed64(ShapeTag::fixed64_varied, parts.varied);
  out.add_packed_uint32(ShapeTag::packed_uint32_types, parts.types.begin(), parts.types.end());
  out.add_string(ShapeTag::string_text, parts.text);
  std::vector<std::uint32_t> elements;
  for (const Element& element : parts.elements)
    elements.push_back(std::uint32_t{element.size} << (kKindBits + 1) | static_cast<std::uint32_t>(element.kind) << 1 | element.blank);
  out.add_packed_uint32(ShapeTag::packed_uint32_elements, elements.begin(), elements.end());
  write_values(out, shape.values());
  return bytes;
}

Result<std::shared_ptr<Shape>> decode_shape(std::string_view bytes, SampleBudget& budget) {
  const auto refuse = [] { return fail(std::make_error_code(std::errc::invalid_argument), "not a shape, or a damaged one"); };
  Decoded decoded;
  try {
    for (ShapeReader reader{bytes.data(), bytes.size()}; reader.next();) read_field(reader, decoded);
    if (!is_sound(decoded) || !place_elements(decoded)) return refuse();
    auto shape = std::make_shared<Shape>(std::move(decoded.parts));
    std::unique_ptr<ShapeValues::SlotRange[]> ranges;
    if (decoded.has_ranges) ranges = std::make_unique<ShapeValues::SlotRange[]>(shape->values().slots());
    for (std::size_t slot = 0; slot < decoded.ranges.size(); ++slot)
      if (!read_range(decoded.ranges[slot], ranges[slot])) return refuse();
    shape->values().restore(std::move(decoded.sample), std::move(ranges), budget);
    if (decoded.stopped) shape->values().stop(budget);
    return shape;
  } catch (const protozero::exception&) { return refuse(); }
}

}  // namespace loglode
