// One pass over a JSON object that collects what the table of names (json_field_names.h) knows, and, when wanted, everything else as
// attributes. What the collected values come to is decided in json_record.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/batch.h"
#include "parse/json/json_field_names.h"
#include "parse/json/json_structure.h"
#include "parse/json/key_layout.h"

namespace loglode {

/// The best value for each slot. Values view the text that was read.
struct JsonFields {
  std::uint64_t seen = 0;       // slots that have a value; `values` of other slots are those of an earlier record
  std::uint64_t unwrapped = 0;  // slots whose value stood inside a wrapper: it gives way to one outside
  std::uint8_t hints = 0;       // Hint, of all names met
  std::array<JsonValue, kSlots> values;
  std::array<std::string_view, kSlots> attribute_keys;  // set when attributes are kept

  [[nodiscard]] bool has(Slot slot) const noexcept { return (seen & bit_of(slot)) != 0; }
  [[nodiscard]] bool has(Hint hint) const noexcept { return (hints & static_cast<std::uint8_t>(hint)) != 0; }
  [[nodiscard]] JsonValue operator[](Slot slot) const noexcept { return values[static_cast<std::size_t>(slot)]; }
};

/// Objects deeper than this are not looked into: what they hold is checked and kept as raw JSON.
inline constexpr unsigned kJsonLookDepthMax = 32;

/// Keeps its memory from text to text. One thread at a time.
class JsonReader {
 public:
  /// Indexes `text`; must succeed before anything is read.
  [[nodiscard]] JsonStructure::Fault open(std::string_view text);
  /// Reads the object ahead into fields(); false when it is not a well-formed object, then attributes may have been added.
  /// What is not UTF-8 or too deep never gets here. `keep_attributes`: unknown fields go to `batch.attributes`, keys dotted.
  [[nodiscard]] bool read_object(Batch& batch, bool keep_attributes);
  /// True when nothing stands behind what was read.
  [[nodiscard]] bool at_end() const noexcept { return at_.at_end(); }
  [[nodiscard]] const JsonFields& fields() const noexcept { return fields_; }
  /// A scalar field of the object that the text begins with, by its exact name. False when it has none.
  [[nodiscard]] bool find_scalar(std::string_view key, JsonValue& value) const noexcept;

 private:
  struct Scope {  // the object being read
    bool look_up = true, unwrapped = false;
    unsigned depth = 0;
    std::size_t lookup_from = 0;  // of path_
  };
  bool outer_members();
  void place_outer(const FieldName& name, JsonValue value) noexcept;
  bool members(const Scope& scope);
  bool member(std::string_view key, const Scope& scope);
  bool container(const FieldName* name, const Scope& scope, std::string_view key);
  bool inside(const FieldName* name, const Scope& scope);
  bool key_values(const Scope& scope);
  bool key_value(const Scope& scope);
  JsonValue typed_value();
  JsonValue any_value();
  void place(const FieldName* name, std::string_view path, JsonValue value, const Scope& scope);
  void add_attribute(const FieldName* name, std::string_view path, JsonValue value);
  [[nodiscard]] std::string_view attribute_key(const FieldName* name, std::string_view path);
  [[nodiscard]] std::string_view path_of(std::string_view key, const Scope& scope) const noexcept {
    return scope.depth == 0 ? key : std::string_view{path_};
  }

  JsonStructure structure_;
  JsonCursor at_;
  JsonFields fields_;
  KeyLayout layout_;
  std::string path_;  // dotted, of the object being read; keys of the outermost object are not copied here
  Batch* batch_ = nullptr;
  bool keep_attributes_ = false, has_escapes_ = false;
};

}  // namespace loglode
