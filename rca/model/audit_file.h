// What was sent to a model, where, and what came of it: NDJSON, one line when a request is about to be sent, one when it has ended. Several
// processes may write it: who holds the lock of the open file does. Used by one thread; read_audit by any.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned_file.h"
#include "core/result.h"
#include "core/timestamp.h"

namespace loglode::rca {

/// The audit file, open and locked. Made with mode 0600, and brought back to it.
class LockedAudit {
 public:
  /// Waits two seconds for whoever has it. Errors: errno with the path; somebody else keeps it.
  [[nodiscard]] static Result<LockedAudit> open(const std::string& path);

  /// Appends a line, durable when this returns. Errors: as append_whole and sync_file.
  [[nodiscard]] Result<void> append(std::string_view line);
  /// Lines from before `oldest` go; what is no line of an audit stays. Errors: errno; the file is as it was.
  [[nodiscard]] Result<void> forget_before(Timestamp oldest);

 private:
  LockedAudit(std::string path, OwnedFile file) : path_{std::move(path)}, file_{std::move(file)} {}
  std::string path_;
  OwnedFile file_;
};

/// A request as the audit has it, both lines together.
struct AuditedCall {
  std::string call{};           // names a question
  std::uint64_t attempt = 0;    // its first request is 1
  std::string time{}, ended{};  // RFC 3339; `ended` empty: never heard of again
  std::string provider{}, url{}, model{}, incident_id{}, prompt_sha256{};
  std::uint64_t prompt_bytes = 0, input_tokens_estimated = 0;
  std::map<std::string, std::uint64_t> masked{};
  std::string status{}, reason{}, request_id{};
  std::int64_t http_status = 0;
  std::uint64_t input_tokens = 0, cached_input_tokens = 0, output_tokens = 0;
  double cost = 0;
  std::string system{}, user{}, answer{};  // with audit.bodies
};

struct AuditReading {
  std::vector<AuditedCall> calls{};  // in the order of the file: the newest kAuditedCallsMax
  std::uint64_t passed_over = 0;     // older ones
  std::uint64_t damaged_lines = 0;
};

inline constexpr std::size_t kAuditedCallsMax = 10'000;

/// Reads without the lock: the last line may be half there, and is then damaged. Errors: errno, with the path.
[[nodiscard]] Result<AuditReading> read_audit(const std::string& path);

}  // namespace loglode::rca
