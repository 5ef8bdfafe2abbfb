// Lines on a terminal that may change in place while they are in sight: what to write for that, byte by byte. Writes nothing itself, knows
// no file descriptor; owned by the screen that does, one thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace loglode {

struct ScreenSize {
  std::size_t columns = 120, rows = 0;  // rows 0: no terminal
  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

/// Of a terminal the size it has now: standard output's, else standard error's.
[[nodiscard]] ScreenSize terminal_size(int fd);

class TerminalLines {
 public:
  /// Lines that stand may have been wrapped or moved by it: they change no more.
  void resize(ScreenSize size);

  /// `text`: whole lines without the last newline, printable, colours allowed; `key` names it for change(), empty: it never changes.
  [[nodiscard]] std::string add(std::string key, std::string text);
  /// What puts `text` where that of `key` stands, with the cursor in the row below all lines before and after; empty where it stands no
  /// more, needs another number of rows, or is so already.
  [[nodiscard]] std::string change(const std::string& key, const std::string& text);
  /// Whether it stands where change() can reach it.
  [[nodiscard]] bool holds(const std::string& key) const;
  /// Somebody else wrote so many rows.
  void moved_down(std::size_t rows);

 private:
  struct Standing {
    std::string key, text;
    std::size_t rows = 1;
  };
  [[nodiscard]] std::size_t rows_of(const std::string& text) const;
  void forget_what_left();

  ScreenSize size_;
  std::deque<Standing> standing_;
};

}  // namespace loglode
