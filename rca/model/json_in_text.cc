#include "rca/model/json_in_text.h"

#include <nlohmann/json.hpp>

namespace loglode::rca {
namespace {

constexpr std::size_t kTriesMax = 64;  // braces that begin no object: more of them is no answer
constexpr std::size_t kDepthMax = 64;  // no report is so deep

/// The end of the value that begins with the `{` at `begin`; npos: it has none.
std::size_t end_of_object(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return std::string_view::npos;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return at + 1;
    }
  }
  return std::string_view::npos;
}

/// Not a brace in a sentence: a name follows, or nothing at all.
bool begins_object(std::string_view behind) {
  const std::size_t next = behind.find_first_not_of(" \t\r\n");
  return next == std::string_view::npos || behind[next] == '"';
}

}  // namespace

JsonInText json_in_text(std::string_view text) {
  constexpr std::string_view kThoughtsEnd = "</think>";
  if (const std::size_t thoughts = text.rfind(kThoughtsEnd); thoughts != std::string_view::npos)
    text.remove_prefix(thoughts + kThoughtsEnd.size());
  JsonInText out;
  std::size_t tries = 0;
  for (std::size_t begin = text.find('{'); begin != std::string_view::npos && tries < kTriesMax; ++tries) {
    const std::size_t end = end_of_object(text, begin);
    if (end == std::string_view::npos && begins_object(text.substr(begin + 1))) {
      // What is whole inside of it is no answer: what stood around it is lost.
      out.is_cut_off = out.object.empty();
      break;
    }
    const std::string_view object = text.substr(begin, end == std::string_view::npos ? 0 : end - begin);
    const bool is_whole = !object.empty() && nlohmann::json::accept(object);
    if (is_whole && object.size() > out.object.size()) out.object = object;
    begin = text.find('{', is_whole ? end : begin + 1);
  }
  return out;
}

}  // namespace loglode::rca
