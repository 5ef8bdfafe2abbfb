// Templates as the rest of the program sees them: made by the miner (patterns/), read by correlate/ and sinks/.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/severity.h"

namespace loglode {

enum class TemplateId : std::uint64_t {};  // 64 bits, content alone; printed as 16 hex digits
inline constexpr TemplateId kNoTemplate{0};

[[nodiscard]] std::string to_hex(TemplateId id);

struct TemplateParameter {
  std::string type;  // number ip uuid hex path host url time size email word text
};

struct TemplateInfo {
  TemplateId id = kNoTemplate;
  std::string text;  // `<*>` for each variable, trimmed, runs of blanks as one
  SeverityClass severity = SeverityClass::quiet;
  std::vector<TemplateParameter> parameters;  // one for each `<*>` in text, in order
  std::vector<TemplateId> aliases;            // ids that now mean this template
};

/// A settled view of what was mined: shape -> template. Immutable, any thread.
class TemplateCatalog {
 public:
  TemplateCatalog() = default;
  /// `shapes`: pairs of shape and index into `templates`; any order.
  TemplateCatalog(std::vector<TemplateInfo> templates, std::vector<std::pair<ShapeId, std::uint32_t>> shapes);

  [[nodiscard]] std::span<const TemplateInfo> templates() const noexcept { return templates_; }
  /// The template of a shape; the overflow template (text `<*>`, id all ones) for a shape it does not know.
  [[nodiscard]] const TemplateInfo& of(ShapeId shape) const noexcept;

 private:
  std::vector<TemplateInfo> templates_;
  std::vector<std::pair<ShapeId, std::uint32_t>> shapes_;  // sorted
  TemplateInfo overflow_{TemplateId{~std::uint64_t{0}}, "<*>", SeverityClass::quiet, {}, {}};
};

}  // namespace loglode
