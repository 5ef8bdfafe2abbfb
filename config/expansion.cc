#include "config/expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

namespace loglode::config {
namespace {

constexpr std::size_t kSecretFileBytesMax = 64 * 1024;  // PEM bundles are a few KiB

bool is_name(std::string_view name) {
  return !name.empty() && (std::isdigit(static_cast<unsigned char>(name.front())) == 0) &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

void append_file(const std::string& path, const std::string& folder, Expanded& out) {
  const std::string where = path_in(folder, path);
  std::error_code none;
  std::ifstream file{where, std::ios::binary};
  std::string text(kSecretFileBytesMax + 1, '\0');
  if (!file || !std::filesystem::is_regular_file(where, none)) {
    out.problems.push_back(fmt::format("${{file:{}}} cannot be read; does it exist and may this user read it?", path));
    return;
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kSecretFileBytesMax) {
    out.problems.push_back(fmt::format("${{file:{}}} is over {} bytes: too large for a value", path, kSecretFileBytesMax));
    return;
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  out.value += text;
}

void append_reference(std::string_view inside, const Environment& environment, const std::string& folder, Expanded& out) {
  out.from_outside = true;
  if (inside.starts_with("file:")) {
    out.shown += fmt::format("${{{}}}", inside);
    return append_file(std::string{inside.substr(5)}, folder, out);
  }
  const auto colon = inside.find(':');
  const std::string name{inside.substr(0, colon)};
  out.shown += fmt::format("${{{}}}", name);
  if (!is_name(name)) {
    out.problems.push_back(fmt::format("${{{}}} does not name a variable; $${{ stands for ${{ itself", name));
  } else if (const auto value = environment(name)) {
    out.value += *value;
  } else if (colon == std::string_view::npos) {
    out.problems.push_back(fmt::format("${{{}}} is not set in the environment, and has no default (${{{}:default}})", name, name));
  } else {
    out.value += inside.substr(colon + 1);
  }
}

}  // namespace

Expanded expand(std::string_view written, const Environment& environment, const std::string& folder) {
  Expanded out;
  while (!written.empty()) {
    const auto at = written.find("${");
    if (at != std::string_view::npos && at > 0 && written[at - 1] == '$') {
      out.value += std::string{written.substr(0, at - 1)} + "${";
      out.shown += std::string{written.substr(0, at - 1)} + "${";
      written.remove_prefix(at + 2);
      continue;
    }
    out.value += written.substr(0, at);
    out.shown += written.substr(0, at);
    if (at == std::string_view::npos) break;
    const auto end = written.find('}', at);
    if (end == std::string_view::npos) {
      out.problems.emplace_back("${ without its }; $${ stands for ${ itself");
      break;
    }
    append_reference(written.substr(at + 2, end - at - 2), environment, folder, out);
    written.remove_prefix(end + 1);
  }
  return out;
}

std::string path_in(const std::string& folder, const std::string& path) {
  if (path.empty() || path.front() == '/' || folder.empty()) return path;
  return (std::filesystem::path{folder} / path).lexically_normal().string();
}

bool is_secret_key(std::string_view key) {
  if (key == "key" || key == "token") return true;
  for (const std::string_view part :
       {"password", "passwd", "passphrase", "secret", "token", "api_key", "api-key", "credential", "key.pem", "oauthbearer.config"})
    if (key.find(part) != std::string_view::npos) return true;
  return false;
}

}  // namespace loglode::config
