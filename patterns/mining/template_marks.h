// What people said of templates, as the derivation of templates obeys it. Plain data; functions are stateless.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/severity.h"
#include "core/template_catalog.h"

namespace loglode {

/// A pinned or seeded template: every shape of its severity class that its text fits is this template, whatever the rules say.
struct KeptTemplate {
  TemplateId id = kNoTemplate;
  SeverityClass severity = SeverityClass::quiet;
  std::string text;  // `<*>` stands for anything, nothing included
};

struct TemplateMarks {
  std::vector<KeptTemplate> kept;                          // of two that fit the smaller id has the shape
  std::vector<std::pair<TemplateId, TemplateId>> aliases;  // the first is the second
  std::vector<std::pair<TemplateId, TemplateId>> former;   // what the second was called before ids were renewed
};

/// The id of a seeded template, for it has no shape to take one from: a hash of its text and class.
[[nodiscard]] TemplateId seeded_id(std::string_view text, SeverityClass severity) noexcept;

/// Whether `text`, in which `<*>` stands for any bytes, is all of `message` (which may hold `<*>` where it varies itself).
[[nodiscard]] bool fits(std::string_view text, std::string_view message) noexcept;

}  // namespace loglode
