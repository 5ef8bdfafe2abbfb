#include "rca/known_errors/shell_words.h"

#include <fmt/format.h>

#include "base/near_word.h"

namespace loglode::rca {

ShellWords split_shell_words(std::string_view command) {
  ShellWords out;
  out.programs.emplace_back();
  std::string word;
  bool in_word = false;
  char quote = '\0';
  const auto end_word = [&] {
    if (in_word) out.programs.back().push_back(std::move(word));
    word.clear();
    in_word = false;
  };
  for (const char c : command) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return {{}, "it holds a control character: a command is one line"};
    if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else if (quote == '"' && (c == '$' || c == '`' || c == '\\'))
        return {{},
                fmt::format("it holds {} in double quotes, which a shell replaces: use single quotes", in_quotes(std::string_view{&c, 1}))};
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ') {
      end_word();
    } else if (c == '|') {
      end_word();
      if (out.programs.back().empty()) return {{}, "a program is missing at a \"|\""};
      out.programs.emplace_back();
    } else if (std::string_view{";&<>`$\\()!"}.find(c) != std::string_view::npos) {
      return {{}, fmt::format("it holds {} outside of quotes: a command is programs joined by \"|\"", in_quotes(std::string_view{&c, 1}))};
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return {{}, "a quote is not closed"};
  end_word();
  if (out.programs.back().empty()) return {{}, "a program is missing"};
  return out;
}

}  // namespace loglode::rca
