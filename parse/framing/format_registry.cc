#include "parse/framing/format_registry.h"

#include <vector>

#include "parse/json/cri_format.h"
#include "parse/json/journald_format.h"
#include "parse/json/json_format.h"
#include "parse/text/text_formats.h"

namespace loglode {

const LineFormat& json_format() {
  static const JsonFormat format{&parse_inner};
  return format;
}

std::span<const LineFormat* const> all_formats() {
  static const CriFormat cri{&parse_inner};
  static const JournaldFormat journald{&parse_inner};
  static const std::vector<const LineFormat*> formats = [] {
    std::vector<const LineFormat*> list{&cri, &journald, &json_format()};
    list.insert(list.end(), text_formats().begin(), text_formats().end());
    return list;
  }();
  return formats;
}

const LineFormat* find_format(std::string_view name) {
  for (const LineFormat* format : all_formats())
    if (format->name() == name) return format;
  return nullptr;
}

}  // namespace loglode
