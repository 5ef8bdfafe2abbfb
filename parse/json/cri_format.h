// Lines as Kubernetes keeps them (CRI: containerd, CRI-O): `2023-11-23T10:11:12.123456789Z stdout F text`, P instead of F for a part
// of a line that goes on. Immutable, any thread.
#pragma once

#include <string_view>

#include "parse/json/json_format.h"

namespace loglode {

class CriFormat final : public LineFormat {
 public:
  explicit CriFormat(InnerTextReader inner = nullptr) noexcept : inner_(inner) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "cri"; }
  /// Every line of `text` has the prefix. Parts are put together, the first whole line is the message (JSON or a text with a header of
  /// its own is read as such), all lines together, when there are several, the attribute error.stack_trace.
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override;
  /// True for every line with the prefix: whether the text behind it goes on with the one before is for framing to see.
  [[nodiscard]] bool begins_record(std::string_view line) const override;

 private:
  InnerTextReader inner_;
};

/// The parts of one such line. False when `line` does not have the form; looks at nothing but the line.
struct CriLine {
  std::string_view time, stream, text;
  bool partial = false;
};
[[nodiscard]] bool split_cri_line(std::string_view line, CriLine& out) noexcept;

}  // namespace loglode
