#include "base/yaml_lines.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <sstream>

namespace loglode {
namespace {

/// Takes note of where a document begins, and of nothing else.
class DocumentStart final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { empty = false; }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override { empty = false; }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { empty = false; }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { empty = false; }
  void OnMapEnd() override {}

  int line = 0;
  bool empty = true;
};

}  // namespace

int line_of(const YAML::Node& node) { return std::max(0, node.Mark().line + 1); }

int line_of_second_document(const std::string& yaml) {
  std::istringstream stream{yaml};
  YAML::Parser parser{stream};
  DocumentStart first, second;
  if (!parser.HandleNextDocument(first) || !parser.HandleNextDocument(second)) return 0;
  return second.empty ? 0 : second.line;
}

std::string_view encoding_problem(std::string_view yaml) noexcept {
  const bool marked = yaml.starts_with("\xFF\xFE") || yaml.starts_with("\xFE\xFF");
  if (!marked && yaml.find('\0') == std::string_view::npos) return {};
  return "UTF-16, as PowerShell and some editors write: save the file as UTF-8";
}

}  // namespace loglode
