// What a program quotes, beside what it says: what somebody searched for, a URL, a request's arguments, a title.
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/severity.h"

namespace loglode {

/// Puts into `said` what `text` says, with a NUL for each byte that its first line cites: behind a word of searching (`search for`,
/// `grep`), the value of a key that holds what people wrote (`query=`, `title:`), the path of a URL and of a request, a command that was
/// run. With `quotes` also what stands in quotes, where no word before says that it is what went wrong (`died with "SIGSEGV"`). False:
/// nothing is.
[[nodiscard]] bool without_cited(std::string_view text, bool quotes, std::string& said);

/// The same with all that is likely to be no fault of the program that writes it, though some program means one so: what people say
/// (`comment by bob: …`), the value of any key that may hold a text (`body=`), with `quotes` of any key, and a line that says itself that
/// it is staged. An error in it is told and opens nothing.
[[nodiscard]] bool without_doubtful(std::string_view text, bool quotes, std::string& said);

/// Whether quotes in a record cite: where it says that all is well.
[[nodiscard]] constexpr bool cites_in_quotes(Severity severity) noexcept {
  return severity != Severity::unspecified && severity < Severity::warn;
}

}  // namespace loglode
