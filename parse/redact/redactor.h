// Secrets and personal data, masked before anything is stored, shown or sent (docs/redaction.md).
// Pure functions over any bytes, linear in their length; any thread.
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

enum class SecretKind : std::uint8_t { credential, pem, jwt, key, email, card, random, iban, phone, hash, kCount };
/// "credential", "pem", "jwt", "key", "email", "card", "random", "iban", "phone", "hash".
[[nodiscard]] std::string_view name_of(SecretKind kind) noexcept;

struct RedactionCounts {
  std::array<std::uint64_t, static_cast<std::size_t>(SecretKind::kCount)> by_kind{};
  [[nodiscard]] std::uint64_t total() const noexcept;
};

/// Writes `text` with every secret replaced to `out` (which it empties first) and adds to `counts`. False, with `out` untouched, when
/// there is nothing to mask. Where a name beside it says what it was (`password=`, `Authorization: Bearer`, `user:…@`) a secret
/// becomes `[masked]`, else `[masked:KIND]`: printable ASCII, the same for every value, and left alone when the text is redacted again.
/// Escapes (JSON in JSON, percent, entities), colours and invisible characters are seen through; what is not masked stays as it was.
[[nodiscard]] bool redact_into(std::string_view text, std::string& out, RedactionCounts& counts);
/// The same, as a new string; equal to `text` when there is nothing to mask.
[[nodiscard]] std::string redact(std::string_view text, RedactionCounts& counts);
[[nodiscard]] std::string redact(std::string_view text);

/// A field's value, judged together with its key (`db.password` says what `hunter2` alone does not). As redact_into().
[[nodiscard]] bool redact_value_into(std::string_view key, std::string_view value, std::string& out, RedactionCounts& counts);

/// text[begin, end) with the secrets masked that are seen in all of `text`.
[[nodiscard]] std::string redact_part(std::string_view text, std::size_t begin, std::size_t end, RedactionCounts& counts);
/// Consecutive lines, as one text: a key that goes over several is masked in each. As many lines as before.
void redact_lines(std::vector<std::string>& lines, RedactionCounts& counts);

/// Whether two fields of one record, `{"name":"DB_PASSWORD","value":"x"}`, make `value` a secret: `key` is what names the value, `name_key`
/// and `name` are the other field.
[[nodiscard]] bool is_named_by(std::string_view key, std::string_view name_key, std::string_view name);

/// Regular expressions (Hyperscan dialect), scanned together with the rules: a hit sets RecordFlag::may_hold_secret. Of the texts that
/// redact() would change they hit every one but those that holds_nameless_secret() knows, and few others.
[[nodiscard]] std::vector<std::string> redaction_probes();
/// Whether `text` holds a card, account or telephone number or a random string: what no literal announces, so that a regular expression for
/// it would slow every line down (measured: 1.6 of 1.9 µs a line). Looks at about every tenth byte of ordinary text.
[[nodiscard]] bool holds_nameless_secret(std::string_view text);

/// Masks message and attribute values of the records flagged may_hold_secret, and of those that holds_nameless_secret() (copies in
/// Batch::keep, RecordFlag::masked), and service, host and ids of all; counts RunCounters::secrets_masked. `counters` must outlive the
/// stage, which belongs to one worker.
[[nodiscard]] std::unique_ptr<Stage> make_redactor(RunCounters& counters);

}  // namespace loglode
