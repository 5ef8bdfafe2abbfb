// One record as the ECS document of fields.md, one JSON object a line, keys dotted. Written for speed: appended to one buffer, no tree is
// built. Owned by one sink, used by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/rule_info.h"
#include "sinks/mask_text.h"

namespace loglode {

/// Appends `text` as the inside of a JSON string: what JSON must escape, and what must not reach a terminal raw (C1, DEL, bidi, zero-width)
/// as `\uNNNN`, invalid UTF-8 as U+FFFD.
void append_json_text(std::string& out, std::string_view text);

/// A member list `"log.record.template":…,"log.record.template_id":…` for a shape, made once and used for all its records.
[[nodiscard]] std::string template_members(std::string_view text, std::string_view id);

/// What is known of a shape's template right now, as template_members(); good until the next call.
using TemplateMembers = std::function<const std::string&(ShapeId)>;

class RecordJson {
 public:
  enum class MessageFields : std::uint8_t { as_members, left_out };

  /// `rules` must outlive it. `mask`: when not empty, `event.original` is written too, masked as a whole, where it says more than the
  /// message. It costs a look at every byte of every line that has a header.
  explicit RecordJson(const RuleCatalog& rules, MaskText mask = {}, MessageFields message_fields = MessageFields::as_members);
  /// Appends the record and a newline. `members`: of template_members().
  void append(std::string& out, const Batch& batch, const Record& record, std::string_view members);
  /// The record as Elastic's exporter of OpenTelemetry lays it out, up to the end of its attributes, which are left open. Neither message
  /// fields nor what its resource says. The record has a time.
  void append_otel(std::string& out, const Batch& batch, const Record& record, std::string_view members);

 private:
  std::string_view time_text(Timestamp time);
  std::string_view original_of(const Record& record);  // as it is written; empty where it says no more than the message
  void begin_stream(const std::shared_ptr<const Stream>& stream);

  std::vector<std::string> rule_ids_;  // quoted
  std::int64_t second_ = INT64_MIN;    // that `time_text_` is of: consecutive records mostly share it
  std::string time_text_;
  std::shared_ptr<const Stream> stream_;  // held, so that no other can have its address
  unsigned offset_shift_ = 0;
  std::string stream_members_, stream_attributes_, stream_service_;  // attributes: the members as OpenTelemetry names them
  MaskText mask_;
  const MessageFields message_fields_;
  std::string masked_;
};

}  // namespace loglode
