// Public logs that lie beside the repository and are no part of it (../shared/data). A test that needs them carries the tag [shared]: ctest
// runs those of a program apart (loglode_tests in cmake/), so that what was skipped is listed as skipped.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace loglode::test {

/// The folder ../shared/data/NAME. Nothing where it is absent, which is said as `skipped: why`; where it is there but cannot be read or has
/// no file, that is a failure with CI=true, else skipped as well.
inline std::optional<std::filesystem::path> shared_data(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path{LOGLODE_SOURCE_DIR} / ".." / "shared" / "data" / name;
  const std::string shown = "../shared/data/" + name;
  std::error_code error;
  if (!std::filesystem::exists(folder, error) && !error) {
    WARN("skipped: " << shown << " is not here");
    return std::nullopt;
  }
  std::size_t files = 0;
  if (!error)
    for (std::filesystem::recursive_directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error))
      files += entry->is_regular_file(error) ? 1U : 0U;
  if (!error && files > 0) return folder;
  const std::string why = shown + (error ? " cannot be read: " + error.message() : " has no files");
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && std::string_view{ci} == "true") FAIL(why);
  WARN("skipped: " << why);
  return std::nullopt;
}

}  // namespace loglode::test
