// What the program tells of what it found: a finding, an incident, a template, a report, as a document for sinks.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/timestamp.h"

namespace loglode {

/// What goes to sinks: records, and what is made of them.
enum class Document : std::uint8_t { record, template_info, finding, incident, report, kCount };

/// `record`, `template`, `finding`, `incident`, `report`.
[[nodiscard]] constexpr std::string_view name_of(Document kind) noexcept {
  constexpr std::string_view kNames[] = {"record", "template", "finding", "incident", "report"};
  return kNames[static_cast<std::size_t>(kind)];
}

using DocumentKinds = std::bitset<static_cast<std::size_t>(Document::kCount)>;
[[nodiscard]] constexpr DocumentKinds only(Document kind) noexcept { return DocumentKinds{1ULL << static_cast<unsigned>(kind)}; }

/// What became of what an event is about since the event before it of the same key.
enum class EventChange : std::uint8_t {
  opened,     // nothing was told of it, or it was over and goes on
  updated,    // it goes on, and more is known
  resolved,   // it is over
  withdrawn,  // what was told of it holds no more
  kCount
};

[[nodiscard]] constexpr std::string_view name_of(EventChange change) noexcept {
  constexpr std::string_view kNames[] = {"opened", "updated", "resolved", "withdrawn"};
  return kNames[static_cast<std::size_t>(change)];
}

struct Event {
  Document kind = Document::finding;
  std::string key;   // names what it is about (a finding's id): a repeat replaces
  std::string json;  // an object of its own (cli.md, "Files"); masked
  EventChange change = EventChange::opened;
  /// Of two events of a key the one of the greater revision is the newer, over restarts too: it is in the state before a sink gets the
  /// event. 0: the event has none (a template).
  std::uint64_t revision = 0;
  /// Of a finding or an incident: when it opened, as it was first told under this key. It stays, while what the document says of its
  /// beginning can change: where a sink keeps documents by time, each key has one place.
  Timestamp opened_at = kNoTime;

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace loglode
