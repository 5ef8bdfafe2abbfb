#include "patterns/mining/explain.h"

#include <memory>

#include "patterns/mining/message_scanner.h"

namespace loglode {

namespace {

std::string_view reason(const Element& element) noexcept {
  switch (element.kind) {
    case ElementKind::constant:
      return "says what happened";
    case ElementKind::mark:
      return "punctuation";
    case ElementKind::named:
      return "may vary: constant as long as every message of this shape has the same here";
    case ElementKind::value:
      break;
  }
  switch (element.type) {
    case ValueType::word:
      return "an identifier or a name by where it stands";
    case ValueType::text:
      return "a text, or the rest of a long message";
    default:
      return "always varies";
  }
}

std::string_view role(ElementKind kind) noexcept {
  constexpr std::string_view kNames[] = {"constant", "mark", "value", "name"};
  return kNames[static_cast<unsigned>(kind)];
}

}  // namespace

ExplainedMessage explain_template(std::string_view message, Severity severity) {
  const auto scanner = std::make_unique<MessageScanner>();
  std::vector<Element> elements;
  ExplainedMessage out;
  static_cast<void>(scanner->scan(message, severity_class(severity)));
  out.shape = id_of(scanner->masked());
  scanner->read_elements(message, elements);
  out.cut = scanner->cut();
  for (const Element& element : elements) {
    const bool slot = element.kind == ElementKind::value || element.kind == ElementKind::named;
    ExplainedToken token;
    token.text = scanner->text().substr(element.begin, element.size);
    token.role = role(element.kind);
    if (slot) token.type = name_of(element.type);
    token.why = reason(element);
    if (element.blank && !out.masked.empty()) out.masked += ' ';
    out.masked += element.kind == ElementKind::value ? '<' + token.type + '>' : token.text;
    out.tokens.push_back(std::move(token));
  }
  return out;
}

}  // namespace loglode
