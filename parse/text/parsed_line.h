// What a format found in a line, before it is written to the record: a line that turns out not to fit leaves no trace.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/batch.h"
#include "parse/text/line_format.h"

namespace loglode {

class ParsedLine {
 public:
  ParsedLine() noexcept {}  // leaves the room for attributes uninitialised: most lines keep none

  Timestamp time = kNoTime;
  Duration since_boot{-1};
  Severity severity = Severity::unspecified;
  std::string_view message, service, host, trace_id, span_id;

  /// Empty values and `-` are not kept; more than there is room for are left out.
  void add(std::string_view key, std::string_view value) noexcept {
    if (value.empty() || value == "-" || attribute_count_ == kAttributesMax) return;
    ::new (static_cast<void*>(storage_.data() + attribute_count_ * sizeof(Attribute))) Attribute{key, value};
    ++attribute_count_;
  }
  [[nodiscard]] std::span<const Attribute> attributes() const noexcept {
    return {std::launder(reinterpret_cast<const Attribute*>(storage_.data())), attribute_count_};
  }
  /// Empty again, without touching the attributes' memory.
  void reset() noexcept {
    time = kNoTime;
    since_boot = Duration{-1};
    severity = Severity::unspecified;
    message = service = host = trace_id = span_id = {};
    attribute_count_ = 0;
  }

 private:
  static constexpr std::size_t kAttributesMax = 16;
  static_assert(std::is_trivially_destructible_v<Attribute>);

  std::size_t attribute_count_ = 0;
  alignas(Attribute) std::array<std::byte, kAttributesMax * sizeof(Attribute)> storage_;
};

/// Sets those members of `record` that `parsed` has and, when the context asks for them, its attributes.
void commit(const ParsedLine& parsed, Record& record, Batch& batch, const ParseContext& context);

/// A format whose header lies within one line. Its message is the rest of that line; further lines stay in record.raw.
class FixedFormat : public LineFormat {
 public:
  explicit FixedFormat(std::string_view name) : name_(name) {}
  [[nodiscard]] std::string_view name() const noexcept final { return name_; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override;
  [[nodiscard]] bool reads_one_line() const noexcept override { return true; }
  [[nodiscard]] bool begins_record(std::string_view line) const override;

 protected:
  /// Reads one line (no line end in it); false when it is not of this format.
  virtual bool read(std::string_view line, const ParseContext& context, ParsedLine& parsed) const = 0;

 private:
  std::string name_;
};

}  // namespace loglode
