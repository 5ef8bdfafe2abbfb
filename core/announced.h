// What an announcer remembers of what it announced (core/assessment.h), as rows: part of each checkpoint, so that a later run goes on from
// it, and a person can read it in the state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/finding.h"
#include "core/template_catalog.h"
#include "core/timestamp.h"

namespace loglode {

/// A finding that was announced, or would have been but for a mute.
struct AnnouncedFinding {
  std::string subject;                       // what it is about (core/finding_identity.h)
  Timestamp start = kNoTime, end = kNoTime;  // of its records, in the latest assessment that had it
  std::uint64_t total = 0, announced = 0;    // records, in that assessment and when it was announced last
  bool muted = false;
  friend bool operator==(const AnnouncedFinding&, const AnnouncedFinding&) = default;
};

struct AnnouncedIncident {
  std::uint64_t number = 0;           // 1, 2, 3 … in the order in which this state's incidents opened
  std::string id;                     // 16 hex digits
  std::vector<std::string> subjects;  // of its findings, sorted
  Timestamp opened = kNoTime, last = kNoTime;
  std::uint64_t findings = 0;  // how many it had when it was announced last
  IncidentSeverity severity = IncidentSeverity::info;
  bool closed = false;
  std::string summary;
  friend bool operator==(const AnnouncedIncident&, const AnnouncedIncident&) = default;
};

/// A document that sinks were given, or one that counts as known without it.
struct PublishedDocument {
  Document kind = Document::finding;
  std::string id;
  std::uint64_t hash = 0;   // of its text; 0: it was never sent, it is only known
  std::uint64_t about = 0;  // the same for what is known again under another id; 0: never
  Timestamp start = kNoTime, end = kNoTime;
  std::uint64_t size = 0;
  std::string open_text;          // of an incident that is open; else empty
  bool lasting = false;           // what was sent stands, though no assessment speaks of it
  Timestamp opened_at = kNoTime;  // as it was first told
  friend bool operator==(const PublishedDocument&, const PublishedDocument&) = default;
};

struct AnnouncedTemplate {
  TemplateId id = kNoTemplate;
  std::uint64_t count = 0;  // records, when it was announced last
  friend bool operator==(const AnnouncedTemplate&, const AnnouncedTemplate&) = default;
};

struct Announced {
  std::vector<AnnouncedFinding> findings{};    // in no order that matters
  std::vector<AnnouncedIncident> incidents{};  // by number
  std::vector<PublishedDocument> documents{};  // by kind and id
  std::vector<AnnouncedTemplate> templates{};  // by id
  /// Where events went: a line of kind and place each, ascending. None: nobody has said.
  std::optional<std::vector<std::string>> targets{};
  std::uint64_t next_incident = 1, last_revision = 0;
  bool renewed = false;  // ids of templates have changed since its latest assessment

  /// How much there is to keep.
  [[nodiscard]] std::size_t rows() const noexcept { return findings.size() + incidents.size() + documents.size() + templates.size(); }
  friend bool operator==(const Announced&, const Announced&) = default;
};

}  // namespace loglode
