// The keys of the object read before, in their order, and what they mean. The records of one program have the same keys in the same
// order, so a look at the same place mostly saves the lookup. What is remembered is the answer for these very bytes, so the result never
// depends on what was read before. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "parse/json/json_field_names.h"
#include "parse/json/name_ends.h"

namespace loglode {

class KeyLayout {
 public:
  /// What `look_up()` says of `key`, which is the `place`-th of its object.
  template <class LookUp>
  [[nodiscard]] const FieldName* name_of(std::string_view key, std::size_t place, LookUp look_up) {
    if (place >= kPlaces || key.size() > kNameEndsWhole) return look_up();
    const NameEnds ends = ends_of(key.data(), key.size());
    Known& known = known_[place];
    if (known.size != key.size() || known.ends != ends) known = {ends, key.size(), look_up()};
    return known.name;
  }

 private:
  static constexpr std::size_t kPlaces = 32;
  struct Known {
    NameEnds ends;
    std::size_t size = kNameEndsWhole + 1;  // of no key that is remembered
    const FieldName* name = nullptr;
  };
  std::array<Known, kPlaces> known_;
};

}  // namespace loglode
