#include "pipeline/transforms/record_fields.h"

#include <algorithm>

#include "base/severity_words.h"

namespace loglode {

namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kIdBytesMax = 128;

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kNameBytesMax && std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view* text_member(Record& record, Field field) noexcept {
  switch (field) {
    case Field::service:
      return &record.service;
    case Field::host:
      return &record.host;
    case Field::trace_id:
      return &record.trace_id;
    case Field::span_id:
      return &record.span_id;
    case Field::message:
      return &record.message;
    case Field::attribute:
    case Field::severity:
      break;
  }
  return nullptr;
}

std::string_view value_of(Batch& batch, Record& record, const NamedField& name) noexcept {
  if (const std::string_view* member = text_member(record, name.field)) return *member;
  if (name.field == Field::severity) return record.severity == Severity::unspecified ? std::string_view{} : severity_name(record.severity);
  const Attribute* const attribute = find_attribute(batch, record, name.name);
  if (attribute != nullptr) return attribute->value;
  for (const MessageField& field : batch.message_fields_of(record))
    if (field.name == name.name) return field.value;
  return {};
}

/// All of this key: a key that came twice must not show its second value where the first one left.
void remove_attribute(Batch& batch, Record& record, std::string_view key) noexcept {
  const auto begin = batch.attributes.begin() + record.attributes_begin;
  const auto kept = std::remove_if(begin, begin + record.attributes_count, [&](const Attribute& each) { return each.key == key; });
  record.attributes_count = static_cast<std::uint32_t>(kept - begin);
}

void clear_field(Batch& batch, Record& record, const NamedField& name) noexcept {
  if (std::string_view* member = text_member(record, name.field))
    *member = {};
  else if (name.field == Field::severity)
    record.severity = Severity::unspecified;
  else
    remove_attribute(batch, record, name.name);
}

/// What `field` would hold of `value`; empty when it cannot.
std::string_view fitting(Field field, std::string_view value) noexcept {
  const std::string_view bare = trimmed(value);
  switch (field) {
    case Field::service:
    case Field::host:
      return is_name(bare) ? bare : std::string_view{};
    case Field::trace_id:
    case Field::span_id:
      return is_id(bare) ? bare : std::string_view{};
    case Field::severity:
      return severity_from_word(bare, true) == Severity::unspecified ? std::string_view{} : bare;
    case Field::attribute:
    case Field::message:
      break;
  }
  return value;
}

}  // namespace

NamedField NamedField::of(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    Field field;
  } kMembers[] = {{"service.name", Field::service}, {"host.name", Field::host},     {"trace.id", Field::trace_id},
                  {"span.id", Field::span_id},      {"log.level", Field::severity}, {"message", Field::message}};
  for (const auto& member : kMembers)
    if (member.name == name) return {member.field, std::string{name}};
  return {Field::attribute, std::string{name}};
}

Attribute* find_attribute(Batch& batch, const Record& record, std::string_view key) noexcept {
  Attribute* const begin = batch.attributes.data() + record.attributes_begin;
  Attribute* const end = begin + record.attributes_count;
  Attribute* const found = std::find_if(begin, end, [&](const Attribute& each) { return each.key == key; });
  return found == end ? nullptr : found;
}

void set_attribute(Batch& batch, Record& record, std::string_view key, std::string_view value) {
  if (Attribute* known = find_attribute(batch, record, key)) {
    known->value = value;
    return;
  }
  // A record's attributes are one run: they move to the end when others follow them.
  if (record.attributes_begin + std::size_t{record.attributes_count} != batch.attributes.size()) {
    const std::size_t begin = batch.attributes.size();
    for (std::size_t i = 0; i < record.attributes_count; ++i)
      batch.attributes.push_back(Attribute{batch.attributes[record.attributes_begin + i]});
    record.attributes_begin = static_cast<std::uint32_t>(begin);
  }
  batch.attributes.push_back({key, value});
  ++record.attributes_count;
}

bool move_field(Batch& batch, Record& record, const NamedField& from, const NamedField& to) {
  std::string_view value = fitting(to.field, value_of(batch, record, from));
  if (value.empty()) return false;
  if (from.field == Field::severity) value = batch.keep(value);  // with the padding that scanners read over
  clear_field(batch, record, from);
  if (from.field == Field::message || to.field == Field::message) record.text = {};  // its lines belonged to the message that was
  if (std::string_view* member = text_member(record, to.field)) {
    *member = value;
  } else if (to.field == Field::severity) {
    record.severity = severity_from_word(value, true);
  } else {
    remove_attribute(batch, record, to.name);
    set_attribute(batch, record, batch.keep(to.name), value);
  }
  return true;
}

}  // namespace loglode
