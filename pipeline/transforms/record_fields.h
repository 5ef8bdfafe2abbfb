// The fields of a record by name: its members under their ECS names, all others among its attributes. Works on a batch that the calling
// thread owns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/batch.h"

namespace loglode {

enum class Field : std::uint8_t { attribute, service, host, trace_id, span_id, severity, message };

struct NamedField {
  Field field = Field::attribute;
  std::string name;

  /// `service.name host.name trace.id span.id log.level message` are members, everything else is an attribute.
  [[nodiscard]] static NamedField of(std::string_view name);
};

/// The first attribute with this key; null when there is none. Good until attributes are added.
[[nodiscard]] Attribute* find_attribute(Batch& batch, const Record& record, std::string_view key) noexcept;
/// Sets the attribute, or adds it behind the record's others. `key` and `value` must live as long as the batch.
void set_attribute(Batch& batch, Record& record, std::string_view key, std::string_view value);

/// Moves a value and returns whether it did. It stays where it is when it is empty, or when the other field cannot hold it: a level must
/// be a word that is one, an id printable without blanks and at most 128 bytes, a service or host at most 256 bytes without control
/// characters. What the other field held is gone. What all records of a Kafka message share (kafka.key, kafka.headers.NAME) is copied. A
/// service that only the stream has is not the record's and does not move.
bool move_field(Batch& batch, Record& record, const NamedField& from, const NamedField& to);

}  // namespace loglode
