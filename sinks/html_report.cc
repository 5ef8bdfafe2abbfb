#include <fmt/format.h>

#include "base/terminal_text.h"
#include "sinks/report.h"

namespace loglode {

// The human screen, as a page: what is good at three in the morning is good in a browser, and there is one place that decides its order.
std::string html_report(const ReportInput& input) {
  const std::string screen = human_report(input, ScreenStyle{140, false});
  std::string body;
  for (std::size_t begin = 0; begin < screen.size();) {
    const std::size_t end = screen.find('\n', begin);
    const std::string text = html_text(std::string_view{screen}.substr(begin, end - begin));
    const bool is_title = !text.empty() && text[0] != ' ';
    body += is_title ? "<b>" + text + "</b>\n" : text + "\n";
    begin = end + 1;
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>loglode report</title>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<style>body{{background:#fff;color:#222;margin:2em}}pre{{font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap}}"
      "@media(prefers-color-scheme:dark){{body{{background:#161616;color:#ddd}}}}</style></head>\n<body><pre>\n{}</pre></body></html>\n",
      body);
}

}  // namespace loglode
