// The JSON object in what a model answered: alone, in a ``` fence, between sentences, behind its thoughts. Stateless, any thread.
#pragma once

#include <string>
#include <string_view>

namespace loglode::rca {

struct JsonInText {
  std::string object{};     // the largest whole object that stands in the text by itself; empty: there is none
  bool is_cut_off = false;  // an object begins and does not end
};

/// What stands before the last `</think>` is not looked at.
[[nodiscard]] JsonInText json_in_text(std::string_view text);

}  // namespace loglode::rca
