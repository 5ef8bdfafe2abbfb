#include "parse/text/format_files.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <span>

#include "core/limits.h"
#include "parse/text/own_format.h"

namespace loglode {
namespace {

constexpr std::size_t kFileBytesMax = kMiB;
constexpr std::size_t kFormatsMax = 100, kExamplesMax = 1000, kListMax = 100;

using Pairs = std::vector<std::pair<std::string, std::string>>;

class FormatReader {
 public:
  FormatReader(std::string file, FormatFiles& out) : file_(std::move(file)), out_(out) {}

  void read(const std::string& text) {
    try {
      const YAML::Node root = YAML::Load(text);
      if (!has_only(root, "the file", {"formats"})) return;
      const YAML::Node formats = root["formats"];
      if (!formats.IsDefined() || !formats.IsSequence()) return problem(root, "\"formats\" must be a list: each format begins with \"- \"");
      for (const auto& node : formats) {
        if (out_.formats.size() == kFormatsMax) return problem(node, fmt::format("more than {} formats", kFormatsMax));
        read_format(node);
      }
    } catch (const YAML::Exception& error) {  // yaml-cpp speaks in exceptions; they end here
      add(std::max(0, error.mark.line + 1), "not YAML: " + error.msg);
    }
  }
  void add(int line, const std::string& message) {
    out_.problems.push_back(line > 0 ? fmt::format("{}:{}: {}", file_, line, message) : fmt::format("{}: {}", file_, message));
  }

 private:
  void problem(const YAML::Node& node, const std::string& message) { add(std::max(0, node.Mark().line + 1), message); }

  bool has_only(const YAML::Node& node, const std::string& what, std::initializer_list<std::string_view> known) {
    if (!node.IsMap()) return problem(node, what + " must be a mapping"), false;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
      if (std::find(known.begin(), known.end(), key) == known.end())
        problem(entry.first, fmt::format("unknown key \"{}\" in {}; it takes {}", key.substr(0, 40), what, fmt::join(known, ", ")));
    }
    return true;
  }

  std::string text_at(const YAML::Node& node, const std::string& key) {
    const YAML::Node value = node[key];
    if (!value.IsDefined()) return {};
    if (!value.IsScalar()) return problem(value, "\"" + key + "\" must be a text"), std::string{};
    return value.Scalar();
  }

  Pairs pairs_at(const YAML::Node& node, const std::string& key) {
    Pairs pairs;
    const YAML::Node value = node[key];
    if (!value.IsDefined()) return pairs;
    if (!value.IsMap() || value.size() > kListMax)
      return problem(value, fmt::format("\"{}\" must be a mapping of at most {} texts", key, kListMax)), pairs;
    for (const auto& entry : value) {
      if (entry.first.IsScalar() && entry.second.IsScalar())
        pairs.emplace_back(entry.first.Scalar(), entry.second.Scalar());
      else
        problem(entry.first, "\"" + key + "\" maps texts to texts");
    }
    return pairs;
  }

  void read_format(const YAML::Node& node) {
    if (!has_only(node, "a format", {"name", "pattern", "patterns", "time", "levels", "examples"})) return;
    OwnFormat format{text_at(node, "name"), {}, text_at(node, "time"), pairs_at(node, "levels")};
    if (const std::string pattern = text_at(node, "pattern"); !pattern.empty()) format.patterns.push_back(pattern);
    if (const YAML::Node patterns = node["patterns"]; patterns.IsDefined()) {
      if (!patterns.IsSequence()) problem(patterns, "\"patterns\" must be a list of texts");
      for (const auto& pattern : patterns)
        if (pattern.IsScalar()) format.patterns.push_back(pattern.Scalar());
    }
    const auto same = [&](const auto& other) { return other->name() == format.name; };
    if (std::any_of(out_.formats.begin(), out_.formats.end(), same))
      return problem(node, "a format named \"" + format.name + "\" was given before");
    Result<std::shared_ptr<const LineFormat>> compiled = compile_own_format(format);
    if (!compiled) return problem(node, fmt::format("format \"{}\": {}", format.name.substr(0, 40), compiled.error().message));
    run_examples(node["examples"], **compiled);
    out_.formats.push_back(std::move(*compiled));
  }

  void run_examples(const YAML::Node& examples, const LineFormat& format) {
    if (!examples.IsDefined()) return;
    if (!examples.IsSequence() || examples.size() > kExamplesMax)
      return problem(examples, fmt::format("\"examples\" must be a list of at most {}", kExamplesMax));
    for (const auto& example : examples) {
      if (!has_only(example, "an example", {"line", "expect", "refused"})) continue;
      const std::string refused = text_at(example, "refused");
      const std::string line = refused.empty() ? text_at(example, "line") : refused;
      if (line.empty()) {
        problem(example, "an example needs a \"line\" (with what to \"expect\"), or a line that must be \"refused\"");
        continue;
      }
      ++out_.examples;
      const std::string wrong = check_own_example(format, line, !refused.empty(), pairs_at(example, "expect"));
      if (!wrong.empty()) problem(example, fmt::format("example of format \"{}\": {}", format.name(), wrong));
    }
  }

  std::string file_;
  FormatFiles& out_;
};

bool read_file(const std::string& path, std::string& text) {
  std::ifstream file{path, std::ios::binary};
  text.assign(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return file.is_open() && !file.bad();
}

}  // namespace

FormatFiles load_format_files(const std::vector<std::string>& paths) {
  FormatFiles out;
  for (const std::string& path : paths) {
    FormatReader reader{path, out};
    std::string text;
    if (!read_file(path, text))
      reader.add(0, "cannot be read; does it exist and may this user read it?");
    else if (text.size() > kFileBytesMax)
      reader.add(0, fmt::format("too large: over {} bytes", kFileBytesMax));
    else
      reader.read(text);
  }
  return out;
}

bool is_format_file(const std::string& path) {
  std::string text;
  return read_file(path, text) && (text.starts_with("formats:") || text.find("\nformats:") != std::string::npos);
}

}  // namespace loglode
