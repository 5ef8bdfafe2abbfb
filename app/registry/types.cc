#include "app/registry/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/assert.h"

namespace loglode::config {
namespace {

constexpr KeyRow kAllSources[] = {
    {"type", {}, "required"},  // its words are the types' names
    {"format", "as `--format`", "`auto`"},
    {"service.from", "`topic`, `key`, `path`, `field:NAME`, `fixed:NAME`", "what the record says, else topic or path"},
    {"lateness", "how long a window waits for late records", "`60s`"},
    {"tz", "zone of times without one", "UTC"},
    {"transforms", "below", "none"},
};
constexpr KeyRow kAllSinks[] = {
    {"type", {}, "required"},
    {"what", "`records`, `templates`, `findings`, `incidents`, `reports`", "`[records]`"},
    {"when_full", "`block`, `drop_newest`, `dead_letter`", "`block`"},
};

template <class Visit>
void for_each_key(std::string_view keys, Visit visit) {
  for (std::size_t begin = 0; begin < keys.size();) {
    const std::size_t end = std::min(keys.find(' ', begin), keys.size());
    visit(keys.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::string_view first_part(std::string_view key) { return key.substr(0, key.find('.')); }

/// First keys of rows to the types that have them; those of all types have none.
template <class Type>
std::map<std::string_view, std::vector<std::string_view>> owners_of(std::span<const Type* const> types, std::span<const KeyRow> of_all) {
  std::map<std::string_view, std::vector<std::string_view>> owners;
  for (const Type* const type : types)
    for (const KeyRow& row : type->keys)
      for_each_key(row.keys, [&](std::string_view key) {
        auto& names = owners[first_part(key)];
        if (names.empty() || names.back() != type->name) names.push_back(type->name);
      });
  for (const KeyRow& row : of_all) for_each_key(row.keys, [&](std::string_view key) { owners[first_part(key)].clear(); });
  return owners;
}

template <class Type>
std::vector<std::string_view> known_keys(std::span<const Type* const> types, std::span<const KeyRow> of_all) {
  std::vector<std::string_view> keys;
  for (const auto& [key, owners] : owners_of(types, of_all)) keys.push_back(key);
  return keys;
}

template <class Type>
void refuse_foreign(const Section& section, const Type& type, std::span<const Type* const> types, std::span<const KeyRow> of_all,
                    std::string_view what) {
  for (const auto& [key, owners] : owners_of(types, of_all)) {
    if (owners.empty() || !section.has(key) || std::find(owners.begin(), owners.end(), type.name) != owners.end()) continue;
    std::string names;
    for (const std::string_view owner : owners) names += (names.empty() ? "" : " and ") + std::string{owner};
    section.problem(section.key_line(key), fmt::format("\"{}\" is for {} {} only", key, names, what));
  }
}

/// `rotate.size rotate.age` as `` `rotate.size`, `.age` ``.
std::string keys_cell(std::string_view keys) {
  std::string out;
  std::string_view section;
  for_each_key(keys, [&](std::string_view key) {
    const std::string_view its = key.substr(0, key.find('.') == std::string_view::npos ? 0 : key.find('.'));
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", !its.empty() && its == section ? key.substr(its.size()) : key);
    section = its;
  });
  return out;
}

template <class Type>
std::string words_of(std::span<const Type* const> types) {
  std::string words;
  for (const Type* const type : types) words += fmt::format("{}`{}`", words.empty() ? "" : ", ", type->name);
  return words;
}

template <class Type, class Add>
void for_each_row(std::span<const Type* const> types, std::span<const KeyRow> of_all, Add add) {
  const std::string words = words_of(types);
  for (const KeyRow& row : of_all) add(row, std::string_view{"all"}, row.keys == "type" ? std::string_view{words} : row.meaning);
  for (const Type* const type : types)
    for (const KeyRow& row : type->keys) add(row, type->name, row.meaning);
}

template <class Type>
std::string table(std::span<const Type* const> types, std::span<const KeyRow> of_all) {
  std::string out = "| key | of | meaning | default |\n|---|---|---|---|\n";
  for_each_row(types, of_all, [&](const KeyRow& row, std::string_view of, std::string_view meaning) {
    out += fmt::format("| {} | {} | {} | {} |\n", keys_cell(row.keys), of, meaning, row.fallback);
  });
  return out;
}

std::string plain(std::string_view markdown) {
  std::string out{markdown};
  std::erase(out, '`');
  return out;
}

template <class Type>
std::string listing(std::span<const Type* const> types, std::span<const KeyRow> of_all) {
  std::string out;
  for_each_row(types, of_all, [&](const KeyRow& row, std::string_view of, std::string_view meaning) {
    out += fmt::format("  {:<32} {:<14} {}\n  {:<32} {:<14} default: {}\n", plain(keys_cell(row.keys)), of, plain(meaning), "", "",
                       plain(row.fallback));
  });
  return out;
}

}  // namespace

std::span<const SourceType* const> source_types() {
  static const std::array kTypes{&kafka_source_type(), &file_source_type(), &stdin_source_type()};
  return kTypes;
}

std::span<const SinkType* const> sink_types() {
  static const std::array kTypes{&file_sink_type(), &kafka_sink_type(), &elasticsearch_sink_type()};
  return kTypes;
}

const SourceType& type_of(const SourceConfig& source) {
  const auto types = source_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const SourceType* type) { return type->type == source.type; });
  LOGLODE_ASSERT(found != types.end());
  return **found;
}

const SinkType& type_of(const SinkConfig& sink) {
  const auto types = sink_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const SinkType* type) { return type->type == sink.type; });
  LOGLODE_ASSERT(found != types.end());
  return **found;
}

std::span<const KeyRow> keys_of_all_sources() { return kAllSources; }
std::span<const KeyRow> keys_of_all_sinks() { return kAllSinks; }

std::span<const std::string_view> known_source_keys() {
  static const std::vector<std::string_view> kKeys = known_keys(source_types(), keys_of_all_sources());
  return kKeys;
}

std::span<const std::string_view> known_sink_keys() {
  static const std::vector<std::string_view> kKeys = known_keys(sink_types(), keys_of_all_sinks());
  return kKeys;
}

void refuse_foreign_keys(const Section& section, const SourceType& type) {
  refuse_foreign(section, type, source_types(), keys_of_all_sources(), "sources");
}

void refuse_foreign_keys(const Section& section, const SinkType& type) {
  refuse_foreign(section, type, sink_types(), keys_of_all_sinks(), "sinks");
}

std::string source_key_table() { return table(source_types(), keys_of_all_sources()); }
std::string sink_key_table() { return table(sink_types(), keys_of_all_sinks()); }

std::string config_help() {
  return "The configuration of `loglode run`: keys of sources and sinks (docs/configuration.md has the rest).\n\nsources: { NAME: { KEY: … "
         "} }\n" +
         listing(source_types(), keys_of_all_sources()) + "\nsinks: { NAME: { KEY: … } }\n" + listing(sink_types(), keys_of_all_sinks());
}

}  // namespace loglode::config
