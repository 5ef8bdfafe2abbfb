#include "core/template_catalog.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace loglode {

namespace {

std::string hex_of(std::uint64_t word) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(word));
  return {text.data(), 16};
}

}  // namespace

std::string to_hex(TemplateId id) { return hex_of(id.high); }
std::string to_long_hex(TemplateId id) { return hex_of(id.high) + hex_of(id.low); }

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
  const TemplateInfo& found = of(shape_of(id));  // ids are those of shapes, or were given to them
  return &found == &overflow_ ? nullptr : &found;
}

const TemplateInfo* TemplateCatalog::find_shown(std::uint64_t high) const noexcept {
  auto found = std::lower_bound(shapes_.begin(), shapes_.end(), std::pair{ShapeId{high, 0}, std::uint32_t{0}});
  if (found == shapes_.end() || found->first.high != high) return nullptr;
  const std::uint32_t index = found->second;
  for (; found != shapes_.end() && found->first.high == high; ++found)
    if (found->second != index) return nullptr;
  return &templates_[index];
}

std::uint64_t TemplateCatalog::shown_twice() const noexcept {
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < shapes_.size(); ++i)
    count += shapes_[i].first.high == shapes_[i - 1].first.high && shapes_[i].second != shapes_[i - 1].second;
  return count;
}

}  // namespace loglode
