// Templates as the rest of the program sees them: made by the miner (patterns/), read by correlate/ and sinks/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/content_id.h"
#include "core/severity.h"

namespace loglode {

struct ParameterValue {
  std::string text;  // cut to 48 bytes
  double share = 0;  // of the template's records
};

/// What a variable of a template held. Measured on a sample of records chosen by hash, but for `distinct`, `least` and `most`, which are of
/// all.
struct ParameterValues {
  std::uint64_t records_sampled = 0;             // at least 1
  bool exact = false;                            // every record is in the sample
  std::uint64_t distinct = 0;                    // within 9 % when not exact
  std::string_view unit{};                       // UCUM: `1`, `s`, `By`; empty when the values are no quantities, or of several units
  double least = 0, p50 = 0, p95 = 0, most = 0;  // when there is a unit
  std::vector<ParameterValue> top;               // at most kTopValuesMax, most frequent first; those of two records or more, or all
};
struct TemplateParameter {
  std::string_view type;                          // number ip uuid hex path host url time size email word text
  std::shared_ptr<const ParameterValues> values;  // null: nothing is known but the type
};
inline constexpr std::size_t kTopValuesMax = 5;

struct TemplateInfo {
  TemplateId id = kNoTemplate;
  std::string text;  // `<*>` for each variable, trimmed, runs of blanks as one
  SeverityClass severity = SeverityClass::quiet;
  std::vector<TemplateParameter> parameters;  // one for each `<*>` in text, in order
  std::vector<TemplateId> aliases;            // ids that now mean this template
};

/// The templates that were derived from what was mined: shape -> template. Immutable, any thread.
class TemplateCatalog {
 public:
  TemplateCatalog() = default;
  /// `shapes`: pairs of shape and index into `templates`; any order.
  TemplateCatalog(std::vector<TemplateInfo> templates, std::vector<std::pair<ShapeId, std::uint32_t>> shapes);

  [[nodiscard]] std::span<const TemplateInfo> templates() const noexcept { return templates_; }
  /// The template of a shape; the overflow template (text `<*>`, id all ones) for a shape it does not know.
  [[nodiscard]] const TemplateInfo& of(ShapeId shape) const noexcept;
  /// The template that has this id now, as its own or as an alias; null when there is none.
  [[nodiscard]] const TemplateInfo* find(TemplateId id) const noexcept;
  /// The same for an id as people are shown it (TemplateId::high); null also when several templates are shown like that.
  [[nodiscard]] const TemplateInfo* find_shown(std::uint64_t high) const noexcept;
  /// How many ids are shown as one that another template has, too.
  [[nodiscard]] std::uint64_t shown_twice() const noexcept;

 private:
  std::vector<TemplateInfo> templates_;
  std::vector<std::pair<ShapeId, std::uint32_t>> shapes_;  // sorted
  TemplateInfo overflow_{kOverflowTemplate, "<*>", SeverityClass::quiet, {}, {}};
};

}  // namespace loglode
