#include "parse/json/message_template.h"

#include <string>

#include "parse/json/json_text.h"

namespace loglode {
namespace {

/// `OrderId` of `@OrderId,10:000`.
std::string_view hole_name(std::string_view hole) noexcept {
  if (!hole.empty() && (hole.front() == '@' || hole.front() == '$')) hole.remove_prefix(1);
  return hole.substr(0, hole.find_first_of(",:"));
}

constexpr std::size_t kHolesMax = 64;  // each is a search through the object

}  // namespace

std::string_view render_message_template(std::string_view message, const JsonReader& reader, Batch& batch) {
  std::string rendered;
  std::size_t copied = 0, holes = 0;
  for (std::size_t open = message.find('{'); open != std::string_view::npos; open = message.find('{', open + 1)) {
    if (open + 1 < message.size() && message[open + 1] == '{') {  // `{{` is a brace
      ++open;
      continue;
    }
    const std::size_t close = message.find('}', open);
    if (close == std::string_view::npos || ++holes > kHolesMax) break;
    JsonValue value;
    if (!reader.find_scalar(hole_name(message.substr(open + 1, close - open - 1)), value)) continue;
    rendered.append(message, copied, open - copied).append(text_of(value, batch));
    copied = close + 1;
    open = close;
  }
  if (copied == 0) return message;
  return batch.keep(rendered.append(message, copied, std::string_view::npos));
}

}  // namespace loglode
