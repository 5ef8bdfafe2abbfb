// Takes syslog's header off lines. The lines of one program on one host differ in their stamps and processes alone, so what stands between
// stamp and message is remembered, and known again by its bytes: a header is read in full once. Owned by one Unwrapper; what was read
// before changes how fast a line is read, never how.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parse/text/parsed_line.h"

namespace loglode {

struct SyslogLine {
  ParsedLine parsed;         // `time` only where a context was given
  std::uint32_t writer = 0;  // hash of host, program and process
  std::uint32_t program = 0;
};

class SyslogWrapper {
 public:
  /// RFC 5424 or 3164. Without a context nobody asks for the time, only whether there is one. `out` must be new.
  bool read(std::string_view line, const ParseContext* context, SyslogLine& out);

 private:
  /// The header of one program, from behind the stamp up to its process's number, or up to the message.
  struct Known {
    static constexpr std::size_t kBytesMax = 96;
    [[nodiscard]] std::string_view header() const noexcept { return {text.data(), length}; }

    std::array<char, kBytesMax> text;
    std::uint8_t length = 0;  // 0: nothing is known
    std::uint8_t host_length = 0, program_begin = 0, program_length = 0;
    bool numbered = false;                  // digits and `]: ` follow
    std::uint32_t writer = 0, program = 0;  // hashes, that of the writer without its process
  };

  std::size_t slot_of(std::string_view text) const;
  const Known* find_known(std::string_view text);
  bool read_known(std::string_view text, SyslogLine& out);
  void remember(std::string_view text, const ParsedLine& parsed);

  std::vector<Known> known_;  // by their hosts and programs; empty before the first
  std::size_t latest_ = 0;    // of them the one that was read last
};

}  // namespace loglode
