#include "parse/json/journald_format.h"

#include <cstdint>

#include "parse/json/json_record.h"
#include "parse/json/json_text.h"

namespace loglode {
namespace {

bool is_key(std::string_view key) noexcept {
  if (key.empty()) return false;
  for (const char c : key) {
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

std::uint64_t little_endian(std::string_view eight) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(eight[i]);
  return value;
}

/// Takes one field off `rest`. False when it does not have the form.
bool take_field(std::string_view& rest, std::string_view& key, std::string_view& value) noexcept {
  const std::size_t end = rest.find_first_of("=\n");
  if (end == std::string_view::npos) return false;
  key = rest.substr(0, end);
  const bool binary = rest[end] == '\n';
  rest.remove_prefix(end + 1);
  if (binary) {
    if (rest.size() < 8) return false;
    const std::uint64_t size = little_endian(rest);
    rest.remove_prefix(8);
    if (size > rest.size()) return false;
    value = rest.substr(0, size);
    rest.remove_prefix(size);
    if (!rest.empty() && rest.front() != '\n') return false;
  } else {
    value = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(value.size());
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return is_key(key);
}

/// The fields of a block that records are made of; the others become attributes.
class BlockReader {
 public:
  BlockReader(Batch& batch, bool keep_attributes) noexcept : batch_(batch), keep_attributes_(keep_attributes) {}

  bool read(std::string_view rest) {
    while (!rest.empty()) {
      std::string_view key, value;
      if (rest.front() == '\n') {
        rest.remove_prefix(1);
        continue;
      }
      if (!take_field(rest, key, value)) return false;
      add(key, value);
    }
    return fields_.has(Slot::message_message) || fields_.has(Hint::journald);
  }
  [[nodiscard]] const JsonFields& fields() const noexcept { return fields_; }
  [[nodiscard]] bool repaired() const noexcept { return repaired_; }

 private:
  void add(std::string_view key, std::string_view value) {
    const FieldName* name = find_field_name(key);
    if (name != nullptr) fields_.hints |= static_cast<std::uint8_t>(name->hint);
    const bool known = name != nullptr && name->slot != Slot::attribute && !value.empty() && !fields_.has(name->slot);
    if (!known && !keep_attributes_) return;
    if (!simdjson::validate_utf8(value.data(), value.size())) {
      value = replace_invalid_utf8(value, batch_);
      repaired_ = true;
    }
    const std::string_view attribute_key = name != nullptr && !name->ecs.empty() ? name->ecs : key;
    if (!known) {
      batch_.attributes.push_back({attribute_key, value});
      return;
    }
    const auto slot = static_cast<std::size_t>(name->slot);
    fields_.seen |= bit_of(name->slot);
    fields_.values[slot] = {value, JsonKind::plain};
    fields_.attribute_keys[slot] = attribute_key;
  }

  Batch& batch_;
  bool keep_attributes_, repaired_ = false;
  JsonFields fields_;
};

}  // namespace

bool JournaldFormat::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  const std::size_t attributes = batch.attributes.size();
  BlockReader block{batch, context.keep_attributes};
  if (!block.read(text)) {
    batch.attributes.resize(attributes);
    return false;
  }
  record.message = {};
  const FilledMessage message = fill_record(block.fields(), record, batch, context);
  if (block.repaired()) record.set(RecordFlag::not_utf8);
  if (batch.attributes.size() > attributes) own_attributes(record, batch, attributes);
  if (message.is_text) read_enveloped(record.message, record, batch, context, inner_);
  return true;
}

}  // namespace loglode
