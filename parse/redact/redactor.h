// Secrets and personal data, masked before anything is stored, shown or sent (docs/redaction.md).
// Pure functions over any bytes, linear in their length; any thread. The stage belongs to one worker.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

enum class SecretKind : std::uint8_t { credential, pem, jwt, key, email, card, random, kCount };
/// "credential", "pem", "jwt", "key", "email", "card", "random".
[[nodiscard]] std::string_view name_of(SecretKind kind) noexcept;

struct RedactionCounts {
  std::array<std::uint64_t, static_cast<std::size_t>(SecretKind::kCount)> by_kind{};
  [[nodiscard]] std::uint64_t total() const noexcept;
};

/// Writes `text` with every secret replaced to `out` (which it empties first) and adds to `counts`. False, with `out` untouched, when
/// there is nothing to mask. Where a name beside it says what it was (`password=`, `Authorization: Bearer`, `user:…@`) a secret
/// becomes `[masked]`, else `[masked:KIND]`: printable ASCII, the same for every value, and left alone when the text is redacted again.
[[nodiscard]] bool redact_into(std::string_view text, std::string& out, RedactionCounts& counts);
/// The same, as a new string; equal to `text` when there is nothing to mask.
[[nodiscard]] std::string redact(std::string_view text, RedactionCounts& counts);
[[nodiscard]] std::string redact(std::string_view text);

/// Regular expressions (Hyperscan dialect), scanned together with the rules: a hit sets RecordFlag::may_hold_secret. Of the texts that
/// redact() would change they hit every one but those that holds_nameless_secret() knows, and few others.
[[nodiscard]] std::vector<std::string> redaction_probes();
/// Whether `text` holds a card number or a random string: what no literal announces, so that a regular expression for it would slow
/// every line down (measured: 1.6 of 1.9 µs a line). Looks at about every tenth byte of ordinary text.
[[nodiscard]] bool holds_nameless_secret(std::string_view text);

/// Masks message and attribute values of the records flagged may_hold_secret, and of those that holds_nameless_secret() (copies in
/// Batch::keep, RecordFlag::masked) and counts RunCounters::secrets_masked. `counters` must outlive the stage.
[[nodiscard]] std::unique_ptr<Stage> make_redactor(RunCounters& counters);

}  // namespace loglode
