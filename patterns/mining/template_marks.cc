#include "patterns/mining/template_marks.h"

#include "patterns/mining/masked_message.h"

namespace loglode {

namespace {
constexpr std::string_view kVariable = "<*>";
}

TemplateId seeded_id(std::string_view text, SeverityClass severity) noexcept { return id_of_text(text, severity); }

bool fits(std::string_view text, std::string_view message) noexcept {
  std::size_t variable = text.find(kVariable);
  if (variable == std::string_view::npos) return text == message;
  if (message.substr(0, variable) != text.substr(0, variable)) return false;
  message.remove_prefix(variable);
  text.remove_prefix(variable + kVariable.size());
  // Each constant piece where it is found first: what is left for the later ones is then the most that can be.
  while ((variable = text.find(kVariable)) != std::string_view::npos) {
    const std::size_t found = message.find(text.substr(0, variable));
    if (found == std::string_view::npos) return false;
    message.remove_prefix(found + variable);
    text.remove_prefix(variable + kVariable.size());
  }
  return message.size() >= text.size() && message.substr(message.size() - text.size()) == text;
}

}  // namespace loglode
