#include "config/key_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace loglode::config {
namespace {

template <class Visit>
void for_each_key(std::string_view keys, Visit visit) {
  for (std::size_t begin = 0; begin < keys.size();) {
    const std::size_t end = std::min(keys.find(' ', begin), keys.size());
    visit(keys.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::string_view first_part(std::string_view key) { return key.substr(0, key.find('.')); }

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

std::string plain(std::string_view markdown) {
  std::string out{markdown};
  std::erase(out, '`');
  return out;
}

}  // namespace

KeyTables::KeyTables(std::string_view what, std::span<const KeyRow> of_all, std::vector<KeysOfType> types)
    : what_{what}, of_all_{of_all}, types_{std::move(types)} {
  for (const KeysOfType& type : types_)
    for (const KeyRow& row : type.keys)
      for_each_key(row.keys, [&](std::string_view key) {
        auto& names = owners_[first_part(key)];
        if (names.empty() || names.back() != type.name) names.push_back(type.name);
      });
  for (const KeyRow& row : of_all_) for_each_key(row.keys, [&](std::string_view key) { owners_[first_part(key)].clear(); });
  for (const auto& [key, owners] : owners_) known_.push_back(key);
}

void KeyTables::refuse_foreign(const Section& section, std::string_view type) const {
  for (const auto& [key, owners] : owners_) {
    if (owners.empty() || !section.has(key) || std::find(owners.begin(), owners.end(), type) != owners.end()) continue;
    std::string names;
    for (const std::string_view owner : owners) names += (names.empty() ? "" : " and ") + std::string{owner};
    section.problem(section.key_line(key), fmt::format("\"{}\" is for {} {} only", key, names, what_));
  }
}

template <class Add>
void KeyTables::for_each_row(Add add) const {
  std::string words;
  for (const KeysOfType& type : types_) words += fmt::format("{}`{}`", words.empty() ? "" : ", ", type.name);
  for (const KeyRow& row : of_all_) add(row, std::string_view{"all"}, row.keys == "type" ? std::string_view{words} : row.meaning);
  for (const KeysOfType& type : types_)
    for (const KeyRow& row : type.keys) add(row, type.name, row.meaning);
}

std::string KeyTables::table() const {
  std::string out = "| key | of | meaning | default |\n|---|---|---|---|\n";
  for_each_row([&](const KeyRow& row, std::string_view of, std::string_view meaning) {
    out += fmt::format("| {} | {} | {} | {} |\n", keys_cell(row.keys), of, meaning, row.fallback);
  });
  return out;
}

std::string KeyTables::listing() const {
  std::string out;
  for_each_row([&](const KeyRow& row, std::string_view of, std::string_view meaning) {
    out += fmt::format("  {:<32} {:<14} {}\n  {:<32} {:<14} default: {}\n", plain(keys_cell(row.keys)), of, plain(meaning), "", "",
                       plain(row.fallback));
  });
  return out;
}

}  // namespace loglode::config
