// What `dlq` shows of dead letters, and how one of them is named. Pure functions. Reasons are given: a server may quote the record in one,
// and whoever masks records knows what to leave out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sinks/dead_letters.h"
#include "sinks/json_objects.h"

namespace loglode {

/// Where it came from: topic, partition and offset, path and offset, or which event it is.
[[nodiscard]] std::string dead_letter_origin(const DeadLetter& dead_letter);
/// A line of a list; `number`: from 1.
[[nodiscard]] std::string dead_letter_row(std::uint64_t number, const DeadLetter& dead_letter, const std::string& reason);
[[nodiscard]] Json dead_letter_json(std::uint64_t number, const DeadLetter& dead_letter, const std::string& reason);

/// Its bytes as lines that are safe on a terminal.
[[nodiscard]] std::string escaped_lines(std::string_view raw);
/// A record is one line, so that it is read again as one. JSON may have newlines between its members only, where a blank does as well; text
/// of several lines becomes the message of an object.
[[nodiscard]] std::string one_line(std::string_view raw);

/// Which dead letter is meant: by number, by id, or by the beginning of an id.
class WantedDeadLetter {
 public:
  /// None where the text can name none.
  static std::optional<WantedDeadLetter> read(const std::string& text);
  [[nodiscard]] bool is(std::uint64_t number, const DeadLetter& dead_letter) const {
    return number_ != 0 ? number == number_ : dead_letter.record_id.starts_with(id_);
  }

 private:
  std::uint64_t number_ = 0;
  std::string id_;
};

}  // namespace loglode
