// What is written so that lines change where they stand.
#include "base/terminal_lines.h"

#include <catch2/catch.hpp>

namespace loglode {

TEST_CASE("terminal lines: one that stands is changed where it stands, and the cursor comes back", "[app]") {
  TerminalLines lines;
  lines.resize({40, 10});
  CHECK(lines.add("a", "first") == "first\n");
  CHECK(lines.add("b", "second") == "second\n");
  CHECK(lines.change("a", "First") == "\r\033[2A\033[KFirst\r\033[2B");
  CHECK(lines.change("b", "Second") == "\r\033[1A\033[KSecond\r\033[1B");
  CHECK(lines.change("b", "Second").empty());  // is so already
  CHECK(lines.change("c", "none").empty());
}

TEST_CASE("terminal lines: rows are counted as a terminal wraps them, wide letters twice, colours not at all", "[app]") {
  TerminalLines lines;
  lines.resize({10, 20});
  static_cast<void>(lines.add("a", "\033[1m0123456789\033[0m"));
  static_cast<void>(lines.add("b", "01234567890"));  // two rows
  static_cast<void>(
      lines.add("c", "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"));  // six letters of two columns
  CHECK(lines.change("c", "01234567891").substr(0, 5) == "\r\033[2A");
  CHECK(lines.change("b", "0123456789abc").substr(0, 5) == "\r\033[4A");
  CHECK(lines.change("a", "x").substr(0, 5) == "\r\033[5A");
  CHECK(lines.change("b", "short").empty());  // would need a row less
}

TEST_CASE("terminal lines: lines of two rows are changed as a whole", "[app]") {
  TerminalLines lines;
  lines.resize({40, 20});
  static_cast<void>(lines.add("a", "one\n  two"));
  static_cast<void>(lines.add({}, "else"));
  CHECK(lines.change("a", "ONE\n  TWO") == "\r\033[3A\033[KONE\r\n\033[K  TWO\r\033[2B");
}

TEST_CASE("terminal lines: what has left the screen, was wrapped again or is told again changes no more", "[app]") {
  TerminalLines lines;
  lines.resize({40, 4});
  for (const char* key : {"a", "b", "c"}) static_cast<void>(lines.add(key, key));
  CHECK(lines.holds("a"));
  static_cast<void>(lines.add("d", "d"));
  CHECK_FALSE(lines.holds("a"));
  CHECK(lines.change("a", "A").empty());
  lines.moved_down(1);
  CHECK_FALSE(lines.holds("b"));
  CHECK(lines.change("d", "D").substr(0, 5) == "\r\033[2A");
  static_cast<void>(lines.add("d", "again"));
  CHECK(lines.change("d", "Again").substr(0, 5) == "\r\033[1A");
  lines.resize({40, 4});
  CHECK(lines.holds("d"));  // the same size
  lines.resize({30, 4});
  CHECK_FALSE(lines.holds("d"));
}

TEST_CASE("terminal lines: where there is no terminal nothing is remembered", "[app]") {
  TerminalLines lines;
  lines.resize({120, 0});
  static_cast<void>(lines.add("a", "first"));
  CHECK_FALSE(lines.holds("a"));
}

}  // namespace loglode
