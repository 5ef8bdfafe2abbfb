// journald's export format (`journalctl -o export`): a block of `KEY=value` lines a record, blank lines between. A value with line ends
// or bytes that are not text comes as `KEY`, line end, its length as 64 bits little-endian, the bytes, line end. Immutable, any thread.
#pragma once

#include <string_view>

#include "parse/json/json_format.h"

namespace loglode {

class JournaldFormat final : public LineFormat {
 public:
  explicit JournaldFormat(InnerTextReader inner = nullptr) noexcept : inner_(inner) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "journald"; }
  /// False unless all of `text` is such a block with a MESSAGE or a __REALTIME_TIMESTAMP.
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override;
  /// `__CURSOR=`, which journalctl writes first.
  [[nodiscard]] bool begins_record(std::string_view line) const override { return line.starts_with("__CURSOR="); }

 private:
  InnerTextReader inner_;
};

}  // namespace loglode
