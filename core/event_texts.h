// How what is announced is written. Whoever decides what is announced (incidents/) knows no format; who knows one (sinks/) decides nothing.
#pragma once

#include <string>

#include "core/event.h"
#include "core/finding.h"

namespace loglode {

/// Texts of events (Event::json). All of it any thread, at any time.
class EventTexts {
 public:
  virtual ~EventTexts() = default;
  [[nodiscard]] virtual std::string of(const TemplateCount& row) const = 0;
  [[nodiscard]] virtual std::string of(const Finding& finding) const = 0;
  /// `incident` under the id and in the state under which it is announced, which need not be its own.
  [[nodiscard]] virtual std::string of(const Incident& incident, const std::string& id, IncidentState state) const = 0;
  /// `open`: the text of an incident, as of() gave it; the same incident closed at `at`.
  [[nodiscard]] virtual std::string closed(const std::string& open, Timestamp at) const = 0;
  /// A finding's or an incident's. `superseded_by`: the id under which it goes on; empty: it does not.
  [[nodiscard]] virtual std::string withdrawal(Document kind, const std::string& id, const std::string& superseded_by) const = 0;
};

}  // namespace loglode
