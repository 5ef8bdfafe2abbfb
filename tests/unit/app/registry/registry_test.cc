// The registry of types: one entry each, and everything that is said of keys comes from there.
#include "app/registry/types.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "app/registry/type_readers.h"

using namespace loglode;
using namespace loglode::config;

namespace {

template <class Type>
void check_entries(std::span<const Type* const> types) {
  std::set<std::string_view> names;
  std::set<int> kinds;
  for (const Type* const type : types) {
    INFO(type->name);
    CHECK(names.insert(type->name).second);
    CHECK(kinds.insert(static_cast<int>(type->type)).second);
    CHECK(type->read != nullptr);
    CHECK(type->check != nullptr);
    CHECK(type->connect != nullptr);
    CHECK(type->make != nullptr);
    for (const KeyRow& row : type->keys) CHECK_FALSE(row.meaning.empty());
  }
}

LoadedConfig read(const std::string& source, const std::string& sink) {
  return load_config_text("sources: { in: " + source + " }\nsinks: { out: " + sink + " }\nstate: s\n", "c.yaml", type_readers(),
                          [](const std::string&) { return std::optional<std::string>{}; });
}

bool is_refused_as_foreign(const LoadedConfig& loaded, std::string_view key) {
  const std::string begin = '"' + std::string{key} + "\" is for ";
  return std::any_of(loaded.problems.begin(), loaded.problems.end(),
                     [&](const ConfigProblem& problem) { return problem.message.starts_with(begin); });
}

bool is_unknown(const LoadedConfig& loaded) {
  return std::any_of(loaded.problems.begin(), loaded.problems.end(),
                     [](const ConfigProblem& problem) { return problem.message.find("unknown key") != std::string::npos; });
}

/// First keys of the rows.
std::set<std::string> keys_of(std::span<const KeyRow> rows) {
  std::set<std::string> keys;
  for (const KeyRow& row : rows) {
    std::string_view rest = row.keys;
    while (!rest.empty()) {
      const std::string_view key = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), key.size() + 1));
      keys.emplace(key.substr(0, key.find('.')));
    }
  }
  return keys;
}

}  // namespace

TEST_CASE("registry: each type is one whole entry", "[app][config]") {
  check_entries(source_types());
  check_entries(sink_types());
}

TEST_CASE("registry: a key that an entry has is known, and refused of the types that do not have it", "[app][config]") {
  for (const SourceType* const type : source_types())
    for (const SourceType* const other : source_types())
      for (const std::string& key : keys_of(other->keys)) {
        INFO(key << " of " << other->name << " in " << type->name);
        const LoadedConfig loaded = read("{ type: " + std::string{type->name} + ", " + key + ": x }", "{ type: file, path: o }");
        CHECK_FALSE(is_unknown(loaded));
        CHECK(is_refused_as_foreign(loaded, key) != keys_of(type->keys).contains(key));
      }
  for (const SinkType* const type : sink_types())
    for (const SinkType* const other : sink_types())
      for (const std::string& key : keys_of(other->keys)) {
        INFO(key << " of " << other->name << " in " << type->name);
        const LoadedConfig loaded = read("{ type: stdin }", "{ type: " + std::string{type->name} + ", " + key + ": x }");
        CHECK_FALSE(is_unknown(loaded));
        CHECK(is_refused_as_foreign(loaded, key) != keys_of(type->keys).contains(key));
      }
  CHECK(is_unknown(read("{ type: stdin, keys_of_nobody: x }", "{ type: file, path: o }")));
}

TEST_CASE("registry: the documentation and help config have every row", "[app][config]") {
  std::ifstream file{LOGLODE_SOURCE_DIR "/docs/configuration.md"};
  const std::string documentation{std::istreambuf_iterator<char>{file}, {}};
  CHECK(documentation.find(source_key_table()) != std::string::npos);
  CHECK(documentation.find(sink_key_table()) != std::string::npos);
  const std::string help = config_help();
  for (const SourceType* const type : source_types())
    for (const std::string& key : keys_of(type->keys)) CHECK(help.find(key) != std::string::npos);
}
