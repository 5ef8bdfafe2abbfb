// Exit statuses (cli.md) and how errors reach a person.
#pragma once

#include <string>

#include "base/standard_output.h"
#include "core/result.h"

namespace loglode {

enum ExitStatus : int { kDone = 0, kCouldNotFinish = 1, kWrongUsage = 2, kFailOnHit = 3, kInterrupted = 130, kTerminated = 143 };

/// Prints `loglode: …` on standard error and returns the status it means: wrong usage for invalid_argument, else could not finish.
int report_error(const Error& error);
int report_usage(const std::string& message);

/// print_text() as the last thing of a command: `status`, or what the error means once it has been told.
[[nodiscard]] int print_and_leave(const std::string& text, ExitStatus status = kDone);

}  // namespace loglode
