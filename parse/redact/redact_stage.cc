// The Redactor stage: message, attributes, service, host and ids of the records that may hold a secret.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "parse/redact/redactor.h"
#include "parse/text/id_bytes.h"

namespace loglode {

namespace {

/// Names of services and hosts come back record after record: what was found clean is not looked at again. Each text has one place, so that
/// a fleet of hosts costs a comparison a name and not a search.
class CleanTexts {
 public:
  CleanTexts() : texts_(kPlaces) {}
  [[nodiscard]] bool holds(std::string_view text) const noexcept { return texts_[place_of(text)] == text; }
  void add(std::string_view text) {
    if (text.size() <= kBytesMax) texts_[place_of(text)] = text;
  }

 private:
  static constexpr std::size_t kPlaces = 1024, kBytesMax = 128;  // places: as many as place_of() gives, ten bits
  /// By the length and both ends: names of a fleet differ there. Texts that share a place are looked at again, nothing worse.
  static std::size_t place_of(std::string_view text) noexcept {
    std::uint64_t first = 0, last = 0;
    if (text.size() >= 8) {  // a copy of a size that is known is one instruction
      std::memcpy(&first, text.data(), 8);
      std::memcpy(&last, text.data() + text.size() - 8, 8);
    } else if (text.size() >= 4) {
      std::memcpy(&first, text.data(), 4);
      std::memcpy(&last, text.data() + text.size() - 4, 4);
    } else {
      std::memcpy(&first, text.data(), text.size());
    }
    const std::uint64_t mixed = (first + 3 * last + text.size()) * 0x9E3779B97F4A7C15;  // Fibonacci hashing: Knuth, TAOCP 3, 6.4
    return static_cast<std::size_t>(mixed >> 54);
  }

  std::vector<std::string> texts_;
};

/// A statement whose values a record of their own tells: `UPDATE users SET password = $2`, then `parameters: $1 = '7', $2 = 'x'`. Within
/// one batch, which is of one stream.
class LastStatement {
 public:
  void note(std::string_view text) {
    if (!is_statement(text)) return;
    text_ = text;
    left_ = kRecordsMax;
  }

  /// Whether `text` tells what is bound to it.
  [[nodiscard]] bool awaits(std::string_view text) noexcept {
    constexpr std::size_t kBeginMax = 64;
    if (left_ == 0) return false;
    --left_;
    if (is_statement(text)) left_ = 0;  // whatever it names
    if (left_ == 0) return false;
    const std::string_view begin = text.substr(0, kBeginMax);
    return begin.find("aram") != std::string_view::npos || begin.find("ind") != std::string_view::npos ||
           begin.find("args") != std::string_view::npos;
  }

  /// `text` as it is masked behind the statement.
  [[nodiscard]] std::string redact(std::string_view text, RedactionCounts& counts) const {
    const std::string both = text_ + " " + std::string{text};
    return redact_part(both, text_.size() + 1, both.size(), counts);
  }

 private:
  static bool is_statement(std::string_view text) noexcept {
    constexpr std::size_t kBytesMax = 4096;
    if (text.size() > kBytesMax || text.find_first_of("?$%:@") == std::string_view::npos) return false;
    for (const std::string_view verb : {"insert ", "INSERT ", "update ", "UPDATE ", "select ", "SELECT ", "merge ", "MERGE "})
      if (text.find(verb) != std::string_view::npos) return true;
    return false;
  }

  static constexpr std::size_t kRecordsMax = 32;  // Hibernate tells each value in a record
  std::string text_;
  std::size_t left_ = 0;
};

/// `object.data.x` beside `object.kind`, which says Secret.
bool is_of_kubernetes_secret(std::span<const Attribute> all, std::string_view key) {
  std::size_t begin = key.starts_with("data.") ? 0 : key.find(".data.");
  if (begin == std::string_view::npos) return false;
  if (begin != 0) ++begin;
  return std::any_of(all.begin(), all.end(), [&](const Attribute& other) {
    if (other.value == "secrets" && other.key == "objectRef.resource") return true;
    return other.value == "Secret" && other.key.size() == begin + 4 && other.key.ends_with("kind") &&
           other.key.substr(0, begin) == key.substr(0, begin);
  });
}

class Redactor final : public Stage {
 public:
  explicit Redactor(RunCounters& counters) : counters_(counters) {}

  Result<void> run(Batch& batch) override {
    RedactionCounts counts;
    LastStatement statement;
    for (Record& record : batch.records) {
      if (statement.awaits(record.message)) mask_bound(record, statement, batch, counts);
      if (record.has(RecordFlag::may_hold_secret)) statement.note(record.message);
      if (record.has(RecordFlag::may_hold_secret) || holds_nameless_secret(record.message) ||
          (!record.text.empty() && holds_nameless_secret(record.text)))
        mask_record(record, batch, counts);
      mask_name(record.service, batch, counts);
      mask_name(record.host, batch, counts);
      if (!is_small_hex_id(record.trace_id)) mask(record.trace_id, batch, counts);
      if (!is_small_hex_id(record.span_id)) mask(record.span_id, batch, counts);
    }
    for (MessageField& field : batch.message_fields) mask_message_field(field, batch, counts);
    if (const std::uint64_t masked = counts.total(); masked != 0) counters_.secrets_masked += masked;
    return {};
  }

 private:
  void mask_record(Record& record, Batch& batch, RedactionCounts& counts) {
    bool masked = mask(record.message, batch, counts);
    if (!record.text.empty()) {
      RedactionCounts again;  // its first line is the message
      masked = mask(record.text, batch, again) || masked;
    }
    const auto attributes = std::span{batch.attributes}.subspan(record.attributes_begin, record.attributes_count);
    for (std::size_t i = 0; i < attributes.size(); ++i) masked = mask_attribute(attributes, i, batch, counts) || masked;
    if (masked) record.set(RecordFlag::masked);
  }

  void mask_bound(Record& record, const LastStatement& statement, Batch& batch, RedactionCounts& counts) {
    const std::string masked = statement.redact(record.message, counts);
    if (masked == record.message) return;
    record.message = batch.keep(masked);
    RedactionCounts again;  // its first line is the message
    if (!record.text.empty()) record.text = batch.keep(statement.redact(record.text, again));
    record.set(RecordFlag::masked);
  }

  bool mask(std::string_view& field, Batch& batch, RedactionCounts& counts) {
    if (field.empty() || !redact_into(field, text_, counts)) return false;
    field = batch.keep(text_);
    return true;
  }

  void mask_name(std::string_view& name, Batch& batch, RedactionCounts& counts) {
    if (name.empty() || clean_.holds(name)) return;
    const std::string_view before = name;
    if (!mask(name, batch, counts)) clean_.add(before);
  }

  /// Nothing has looked for probes in them. `kafka.key` names nothing of what a key holds, the name of a header does.
  void mask_message_field(MessageField& field, Batch& batch, RedactionCounts& counts) {
    if (field.name == "kafka.key") return mask_name(field.value, batch, counts);
    if (redact_value_into(field.name, field.value, text_, counts)) field.value = batch.keep(text_);
  }

  /// By its own key, or by the name that a field beside it gives it.
  bool mask_attribute(std::span<Attribute> all, std::size_t at, Batch& batch, RedactionCounts& counts) {
    constexpr std::size_t kBeside = 4;
    Attribute& attribute = all[at];
    std::string_view key = is_of_kubernetes_secret(all, attribute.key) ? std::string_view{"stringdata.x"} : attribute.key;
    for (std::size_t i = at > kBeside ? at - kBeside : 0; i < std::min(all.size(), at + kBeside); ++i)
      if (i != at && is_named_by(attribute.key, all[i].key, all[i].value)) key = all[i].value;
    if (!redact_value_into(key, attribute.value, text_, counts)) return false;
    attribute.value = batch.keep(text_);
    return true;
  }

  RunCounters& counters_;
  CleanTexts clean_;
  std::string text_;  // kept from record to record for its memory
};

}  // namespace

std::unique_ptr<Stage> make_redactor(RunCounters& counters) { return std::make_unique<Redactor>(counters); }

}  // namespace loglode
