#include "core/template_catalog.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace loglode {

std::string to_hex(TemplateId id) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(id));
  return {text.data(), 16};
}

TemplateCatalog::TemplateCatalog(std::vector<TemplateInfo> templates, std::vector<std::pair<ShapeId, std::uint32_t>> shapes)
    : templates_{std::move(templates)}, shapes_{std::move(shapes)} {
  std::sort(shapes_.begin(), shapes_.end());
}

const TemplateInfo& TemplateCatalog::of(ShapeId shape) const noexcept {
  const auto found = std::lower_bound(shapes_.begin(), shapes_.end(), std::pair{shape, std::uint32_t{0}});
  if (found == shapes_.end() || found->first != shape) return overflow_;
  return templates_[found->second];
}

const TemplateInfo* TemplateCatalog::find(TemplateId id) const noexcept {
  const TemplateInfo& found = of(ShapeId{static_cast<std::uint64_t>(id)});  // ids are those of shapes, or were given to them
  return &found == &overflow_ ? nullptr : &found;
}

}  // namespace loglode
