#include "parse/text/text_formats.h"

#include "parse/text/format_families.h"

namespace loglode {
namespace {

FormatList make_formats() {
  FormatList formats;
  add_access_formats(formats);
  add_named_column_formats(formats);
  add_traffic_formats(formats);
  add_device_formats(formats);
  add_database_formats(formats);
  add_database_server_formats(formats);
  add_java_server_formats(formats);
  add_multi_line_formats(formats);
  add_runtime_formats(formats);
  add_layout_formats(formats);
  add_syslog_formats(formats);
  add_logfmt_format(formats);
  add_loose_layout_formats(formats);
  return formats;
}

}  // namespace

const std::vector<const LineFormat*>& text_formats() {
  static const FormatList owned = make_formats();
  static const std::vector<const LineFormat*> formats = [] {
    std::vector<const LineFormat*> list;
    for (const auto& format : owned) list.push_back(format.get());
    return list;
  }();
  return formats;
}

}  // namespace loglode
