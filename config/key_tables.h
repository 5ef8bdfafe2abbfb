// The keys that types of sources or sinks have: which a section may hold, and the tables that documentation and `help config` show of them.
// Immutable, any thread.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"

namespace loglode::config {

/// A row of a table of keys. `keys`: with blanks between; a dot goes into a section. Static.
struct KeyRow {
  std::string_view keys, meaning, fallback;
};

/// What a type, by the word that names it, has besides the keys of all.
struct KeysOfType {
  std::string_view name;
  std::span<const KeyRow> keys;
};

class KeyTables {
 public:
  /// `what`: the types' plural, in sentences. Rows and texts must outlive it.
  KeyTables(std::string_view what, std::span<const KeyRow> of_all, std::vector<KeysOfType> types);

  /// First keys of the rows (`rotate` of `rotate.size`), each once: what a Section is told to know. Good as long as this is.
  [[nodiscard]] std::span<const std::string_view> known() const noexcept { return known_; }
  /// Reports the keys of a section that are of other types than `type`.
  void refuse_foreign(const Section& section, std::string_view type) const;
  /// For documentation, and the same for a terminal.
  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::string listing() const;

 private:
  template <class Add>
  void for_each_row(Add add) const;

  const std::string_view what_;
  const std::span<const KeyRow> of_all_;
  const std::vector<KeysOfType> types_;
  std::map<std::string_view, std::vector<std::string_view>> owners_;  // first keys to the types that have them; those of all have none
  std::vector<std::string_view> known_;
};

}  // namespace loglode::config
