// Where replayed records go: a new file, or standard output. Owned by one command.
#pragma once

#include <string>
#include <string_view>

#include "base/owned_file.h"
#include "core/result.h"

namespace loglode {

class ReplayTarget {
 public:
  /// `-`: standard output. Never over something that is there. Errors: it is (invalid_argument), or the file cannot be made.
  static Result<ReplayTarget> open(const std::string& path);
  /// A line. Errors: it cannot be written.
  Result<void> add(std::string_view record);
  /// Everything is written and, in a file, durable.
  Result<void> finish();

 private:
  Result<void> hand_over();

  std::string path_, text_;
  OwnedFile file_;
};

}  // namespace loglode
