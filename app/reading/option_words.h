// Options whose value is one of a few words. Stateless.
#pragma once

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/reading/options.h"
#include "base/terminal_text.h"

namespace loglode {

template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

/// One of `words`, which its help shows in this order, and which a wrong one is answered with.
template <class Value>
void add_words(CLI::App& command, const std::string& name, Value& target, const Words<Value>& words, const std::string& what) {
  std::string list, sentence;
  for (const auto& [word, value] : words) {
    list += (list.empty() ? "" : "|") + word;
    sentence += (sentence.empty() ? "" : ", ") + word;
  }
  const auto check = [words, sentence, name](std::string& given) {
    const bool known = std::any_of(words.begin(), words.end(), [&](const auto& word) { return word.first == given; });
    return known ? std::string{}
                 : fmt::format("\"{}\" is none of {}; for example {} {}", printable(given), sentence, name, words.front().first);
  };
  command
      .add_option_function<std::string>(
          name,
          [&target, words](const std::string& given) {
            for (const auto& [word, value] : words)
              if (word == given) target = value;
          },
          what)
      ->check(CLI::Validator{check, ""})
      ->type_name(list);
}

inline const Words<When> kWhens{{"auto", When::automatic}, {"always", When::always}, {"never", When::never}};

}  // namespace loglode
