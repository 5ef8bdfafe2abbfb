// A command as a shell would take it apart, where that is certain: words and quotes, joined by pipes. Pure: any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loglode::rca {

struct ShellWords {
  std::vector<std::vector<std::string>> programs;  // of a pipe, each with its words
  std::string problem;                             // empty, or what makes the command more than that
};

[[nodiscard]] ShellWords split_shell_words(std::string_view command);

}  // namespace loglode::rca
