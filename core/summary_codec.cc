// Window summaries as protocol buffers, so that another process, or another language, can read them.
// Field numbers are for ever: a number that is no longer used is not used again.
#include <algorithm>
#include <limits>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>
#include <tuple>

#include "core/window_summary.h"

namespace loglode {

namespace {

enum class SummaryTag : protozero::pbf_tag_type {
  fixed64_stream_high = 1,
  fixed64_stream_low = 2,
  string_path = 3,
  bool_baseline = 4,
  bool_ordinal = 5,
  sint64_start = 6,
  uint64_width = 7,
  uint64_reaches = 8,
  uint64_records = 9,
  uint64_without_time = 10,
  uint64_late = 11,
  fixed64_trace_sample_below = 12,
  string_service = 13,
  string_rule = 14,
  message_cell = 15,
  message_rule_cell = 16,
  message_trace_step = 17,
  string_path_service = 18,
  bool_since_boot = 19,  // absent: false
};

// Cell, RuleCell and TraceStep share these numbers, each using its own of them.
enum class CellTag : protozero::pbf_tag_type {
  uint32_service = 1,
  fixed64_shape = 2,
  uint32_severity = 3,
  uint64_count = 4,
  sint64_first = 5,
  sint64_last = 6,
  uint64_first_offset = 7,
  uint64_first_line = 8,
  uint32_first_line_count = 9,
  string_excerpt = 10,
  uint32_rule = 11,
  fixed64_trace = 12,
  fixed64_shape_low = 13,  // absent: 0, as where ids had 64 bits
  bool_error_rule = 14,    // absent: false
  fixed64_duration = 15,   // key in the upper half, microseconds in the lower one; as many as there are
};

using SummaryBuilder = protozero::pbf_builder<SummaryTag>;
using SummaryReader = protozero::pbf_message<SummaryTag>;
using CellBuilder = protozero::pbf_builder<CellTag>;
using CellReader = protozero::pbf_message<CellTag>;
using protozero::pbf_wire_type;

std::int64_t nanoseconds(Timestamp time) { return time.time_since_epoch().count(); }

void write(CellBuilder& out, ShapeId shape) {
  out.add_fixed64(CellTag::fixed64_shape, shape.high);
  if (shape.low != 0) out.add_fixed64(CellTag::fixed64_shape_low, shape.low);
}

void write(SummaryBuilder& out, const Cell& cell) {
  CellBuilder builder{out, SummaryTag::message_cell};
  builder.add_uint32(CellTag::uint32_service, cell.service);
  write(builder, cell.shape);
  builder.add_uint32(CellTag::uint32_severity, static_cast<std::uint32_t>(cell.severity));
  builder.add_uint64(CellTag::uint64_count, cell.count);
  builder.add_sint64(CellTag::sint64_first, nanoseconds(cell.first));
  builder.add_sint64(CellTag::sint64_last, nanoseconds(cell.last));
  builder.add_uint64(CellTag::uint64_first_offset, cell.first_offset);
  builder.add_uint64(CellTag::uint64_first_line, cell.first_line);
  builder.add_uint32(CellTag::uint32_first_line_count, cell.first_line_count);
  if (!cell.excerpt.empty()) builder.add_string(CellTag::string_excerpt, cell.excerpt);
  if (cell.error_rule) builder.add_bool(CellTag::bool_error_rule, true);
  for (const DurationSample sample : cell.durations)
    builder.add_fixed64(CellTag::fixed64_duration, std::uint64_t{sample.key} << 32 | sample.microseconds);
}

void write(SummaryBuilder& out, const RuleCell& cell) {
  CellBuilder builder{out, SummaryTag::message_rule_cell};
  builder.add_uint32(CellTag::uint32_service, cell.service);
  builder.add_uint32(CellTag::uint32_rule, cell.rule);
  write(builder, cell.shape);
  builder.add_uint64(CellTag::uint64_count, cell.count);
  builder.add_sint64(CellTag::sint64_first, nanoseconds(cell.first));
  builder.add_sint64(CellTag::sint64_last, nanoseconds(cell.last));
  if (cell.first_line == 0) return;
  builder.add_uint64(CellTag::uint64_first_offset, cell.first_offset);
  builder.add_uint64(CellTag::uint64_first_line, cell.first_line);
  builder.add_uint32(CellTag::uint32_first_line_count, cell.first_line_count);
  if (!cell.excerpt.empty()) builder.add_string(CellTag::string_excerpt, cell.excerpt);
}

void write(SummaryBuilder& out, const TraceStep& step) {
  CellBuilder builder{out, SummaryTag::message_trace_step};
  builder.add_fixed64(CellTag::fixed64_trace, step.trace);
  builder.add_uint32(CellTag::uint32_service, step.service);
  write(builder, step.shape);
  builder.add_uint32(CellTag::uint32_severity, static_cast<std::uint32_t>(step.severity));
  builder.add_sint64(CellTag::sint64_first, nanoseconds(step.time));
}

/// What a CellReader may hold; which of it counts depends on the message.
struct AnyCell {
  Cell cell;
  std::uint32_t rule = 0;
  std::uint64_t trace = 0;
  bool bad = false;
};

Timestamp time_of(std::int64_t nanoseconds) { return Timestamp{Duration{nanoseconds}}; }

AnyCell read_cell(protozero::data_view bytes) {
  constexpr auto on = [](CellTag tag, pbf_wire_type type) { return protozero::tag_and_type(tag, type); };
  AnyCell out;
  Cell& cell = out.cell;
  for (CellReader reader{bytes}; reader.next();) {
    switch (reader.tag_and_type()) {
      case on(CellTag::uint32_service, pbf_wire_type::varint):
        cell.service = reader.get_uint32();
        break;
      case on(CellTag::fixed64_shape, pbf_wire_type::fixed64):
        cell.shape.high = reader.get_fixed64();
        break;
      case on(CellTag::fixed64_shape_low, pbf_wire_type::fixed64):
        cell.shape.low = reader.get_fixed64();
        break;
      case on(CellTag::uint32_severity, pbf_wire_type::varint): {
        const std::uint32_t severity = reader.get_uint32();
        out.bad = out.bad || severity > 24;
        cell.severity = static_cast<Severity>(std::min(severity, 24U));
        break;
      }
      case on(CellTag::uint64_count, pbf_wire_type::varint):
        cell.count = reader.get_uint64();
        break;
      case on(CellTag::sint64_first, pbf_wire_type::varint):
        cell.first = time_of(reader.get_sint64());
        break;
      case on(CellTag::sint64_last, pbf_wire_type::varint):
        cell.last = time_of(reader.get_sint64());
        break;
      case on(CellTag::uint64_first_offset, pbf_wire_type::varint):
        cell.first_offset = reader.get_uint64();
        break;
      case on(CellTag::uint64_first_line, pbf_wire_type::varint):
        cell.first_line = reader.get_uint64();
        break;
      case on(CellTag::uint32_first_line_count, pbf_wire_type::varint):
        cell.first_line_count = reader.get_uint32();
        break;
      case on(CellTag::string_excerpt, pbf_wire_type::length_delimited):
        cell.excerpt = reader.get_string();
        break;
      case on(CellTag::bool_error_rule, pbf_wire_type::varint):
        cell.error_rule = reader.get_bool();
        break;
      case on(CellTag::fixed64_duration, pbf_wire_type::fixed64): {
        const std::uint64_t bits = reader.get_fixed64();
        cell.durations.push_back({static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(bits)});
        out.bad = out.bad || cell.durations.size() > kDurationsKept;
        break;
      }
      case on(CellTag::uint32_rule, pbf_wire_type::varint):
        out.rule = reader.get_uint32();
        break;
      case on(CellTag::fixed64_trace, pbf_wire_type::fixed64):
        out.trace = reader.get_fixed64();
        break;
      default:
        reader.skip();
    }
  }
  return out;
}

/// Whether the times of a cell are in order and in its window.
bool within(const WindowSummary& summary, Timestamp first, Timestamp last) {
  return first != kNoTime && first <= last && window_start(first, summary.width) == summary.start &&
         window_start(last, summary.width) == summary.start;
}

bool is_ladder_width(Duration width) {
  for (Duration step = first_width();; step = wider(step)) {
    if (step == width) return true;
    if (step > width || wider(step) == step) return false;
  }
}

bool is_sorted_set(const std::vector<std::string>& names) {
  return std::adjacent_find(names.begin(), names.end(), [](const auto& a, const auto& b) { return a >= b; }) == names.end();
}

/// Nothing when `summary` is what normalise() leaves behind, else what is wrong with it.
std::string_view fault_of(const WindowSummary& summary) {
  if (!is_ladder_width(summary.width)) return "a width that is not of the ladder";
  if (summary.start == kNoTime || window_start(summary.start, summary.width) != summary.start) return "a start that is not of its width";
  if (!is_sorted_set(summary.services) || !is_sorted_set(summary.rules)) return "names that are not in order";
  const auto unordered = [](const auto& cells, auto key_of) {
    return std::adjacent_find(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return key_of(a) >= key_of(b); }) !=
           cells.end();
  };
  if (unordered(summary.cells, [](const Cell& cell) { return std::tuple{cell.service, cell.shape}; })) return "cells that are not in order";
  if (unordered(summary.rule_cells, [](const RuleCell& cell) { return std::tuple{cell.service, cell.rule, cell.shape}; }))
    return "rule cells that are not in order";
  std::vector<bool> services(summary.services.size()), rules(summary.rules.size());
  const auto use = [](std::vector<bool>& used, std::uint32_t index) {
    if (index >= used.size()) return false;
    used[index] = true;
    return true;
  };
  for (const Cell& cell : summary.cells)
    if (!use(services, cell.service) || cell.count == 0 || !within(summary, cell.first, cell.last) ||
        !std::is_sorted(cell.durations.begin(), cell.durations.end()))
      return "a cell with impossible values";
  for (const RuleCell& cell : summary.rule_cells)
    if (!use(services, cell.service) || !use(rules, cell.rule) || cell.count == 0 || !within(summary, cell.first, cell.last))
      return "a rule cell with impossible values";
  for (const TraceStep& step : summary.trace_steps)
    if (!use(services, step.service) || step.trace >= summary.trace_sample_below || !within(summary, step.time, step.time))
      return "a trace step with impossible values";
  const auto steps_key = [](const TraceStep& step) { return std::tie(step.trace, step.time, step.service, step.shape, step.severity); };
  if (!std::is_sorted(summary.trace_steps.begin(), summary.trace_steps.end(),
                      [&](const auto& a, const auto& b) { return steps_key(a) < steps_key(b); }))
    return "trace steps that are not in order";
  const auto all = [](const std::vector<bool>& used) { return std::find(used.begin(), used.end(), false) == used.end(); };
  if (!all(services) || !all(rules)) return "a name that nothing uses";
  return {};
}

/// False when a part of it cannot be. Throws protozero's exceptions when the bytes are not protocol buffers.
bool read_summary(std::string_view bytes, WindowSummary& out) {
  constexpr auto on = [](SummaryTag tag, pbf_wire_type type) { return protozero::tag_and_type(tag, type); };
  for (SummaryReader reader{protozero::data_view{bytes.data(), bytes.size()}}; reader.next();) {
    switch (reader.tag_and_type()) {
      case on(SummaryTag::fixed64_stream_high, pbf_wire_type::fixed64):
        out.stream.high = reader.get_fixed64();
        break;
      case on(SummaryTag::fixed64_stream_low, pbf_wire_type::fixed64):
        out.stream.low = reader.get_fixed64();
        break;
      case on(SummaryTag::string_path_service, pbf_wire_type::length_delimited):
        out.path_service = reader.get_string();
        break;
      case on(SummaryTag::string_path, pbf_wire_type::length_delimited):
        out.path = reader.get_string();
        break;
      case on(SummaryTag::bool_baseline, pbf_wire_type::varint):
        out.baseline = reader.get_bool();
        break;
      case on(SummaryTag::bool_ordinal, pbf_wire_type::varint):
        out.ordinal = reader.get_bool();
        break;
      case on(SummaryTag::bool_since_boot, pbf_wire_type::varint):
        out.since_boot = reader.get_bool();
        break;
      case on(SummaryTag::sint64_start, pbf_wire_type::varint):
        out.start = time_of(reader.get_sint64());
        break;
      case on(SummaryTag::uint64_width, pbf_wire_type::varint): {
        const std::uint64_t width = reader.get_uint64();
        if (width > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
        out.width = Duration{static_cast<std::int64_t>(width)};
        break;
      }
      case on(SummaryTag::uint64_reaches, pbf_wire_type::varint):
        out.reaches = reader.get_uint64();
        break;
      case on(SummaryTag::uint64_records, pbf_wire_type::varint):
        out.records = reader.get_uint64();
        break;
      case on(SummaryTag::uint64_without_time, pbf_wire_type::varint):
        out.without_time = reader.get_uint64();
        break;
      case on(SummaryTag::uint64_late, pbf_wire_type::varint):
        out.late = reader.get_uint64();
        break;
      case on(SummaryTag::fixed64_trace_sample_below, pbf_wire_type::fixed64):
        out.trace_sample_below = reader.get_fixed64();
        break;
      case on(SummaryTag::string_service, pbf_wire_type::length_delimited):
        out.services.push_back(reader.get_string());
        break;
      case on(SummaryTag::string_rule, pbf_wire_type::length_delimited):
        out.rules.push_back(reader.get_string());
        break;
      case on(SummaryTag::message_cell, pbf_wire_type::length_delimited): {
        AnyCell any = read_cell(reader.get_view());
        if (any.bad) return false;
        out.cells.push_back(std::move(any.cell));
        break;
      }
      case on(SummaryTag::message_rule_cell, pbf_wire_type::length_delimited): {
        AnyCell any = read_cell(reader.get_view());
        if (any.bad) return false;
        Cell& cell = any.cell;
        out.rule_cells.push_back(RuleCell{cell.service, any.rule, cell.shape, cell.count, cell.first, cell.last, cell.first_offset,
                                          cell.first_line, cell.first_line_count, std::move(cell.excerpt)});
        break;
      }
      case on(SummaryTag::message_trace_step, pbf_wire_type::length_delimited): {
        const AnyCell any = read_cell(reader.get_view());
        if (any.bad) return false;
        out.trace_steps.push_back(TraceStep{any.trace, any.cell.service, any.cell.shape, any.cell.severity, any.cell.first});
        break;
      }
      default:
        reader.skip();
    }
  }
  return true;
}

}  // namespace

std::string encode(const WindowSummary& summary) {
  std::string bytes;
  SummaryBuilder builder{bytes};
  builder.add_fixed64(SummaryTag::fixed64_stream_high, summary.stream.high);
  builder.add_fixed64(SummaryTag::fixed64_stream_low, summary.stream.low);
  builder.add_string(SummaryTag::string_path, summary.path);
  if (!summary.path_service.empty()) builder.add_string(SummaryTag::string_path_service, summary.path_service);
  builder.add_bool(SummaryTag::bool_baseline, summary.baseline);
  builder.add_bool(SummaryTag::bool_ordinal, summary.ordinal);
  if (summary.since_boot) builder.add_bool(SummaryTag::bool_since_boot, true);
  builder.add_sint64(SummaryTag::sint64_start, nanoseconds(summary.start));
  builder.add_uint64(SummaryTag::uint64_width, static_cast<std::uint64_t>(summary.width.count()));
  builder.add_uint64(SummaryTag::uint64_reaches, summary.reaches);
  builder.add_uint64(SummaryTag::uint64_records, summary.records);
  builder.add_uint64(SummaryTag::uint64_without_time, summary.without_time);
  builder.add_uint64(SummaryTag::uint64_late, summary.late);
  builder.add_fixed64(SummaryTag::fixed64_trace_sample_below, summary.trace_sample_below);
  for (const std::string& service : summary.services) builder.add_string(SummaryTag::string_service, service);
  for (const std::string& rule : summary.rules) builder.add_string(SummaryTag::string_rule, rule);
  for (const Cell& cell : summary.cells) write(builder, cell);
  for (const RuleCell& cell : summary.rule_cells) write(builder, cell);
  for (const TraceStep& step : summary.trace_steps) write(builder, step);
  return bytes;
}

Result<WindowSummary> decode(std::string_view bytes) {
  const auto refuse = [](std::string_view why) {
    return fail(std::make_error_code(std::errc::bad_message),
                "reading a window summary: " + std::string{why} + "; it was damaged, or written by a newer version");
  };
  WindowSummary summary;
  try {
    if (!read_summary(bytes, summary)) return refuse("a number out of its range");
  } catch (const protozero::exception& damage) { return refuse(damage.what()); }
  if (const std::string_view fault = fault_of(summary); !fault.empty()) return refuse(fault);
  return summary;
}

}  // namespace loglode
