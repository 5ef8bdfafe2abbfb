// What the records of an incident show: the texts, numbers, times and services that a sentence may state when it cites them. Immutable once
// made; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rca/checks/numbers.h"
#include "rca/evidence/evidence_pack.h"

namespace loglode::rca {

/// In lower case (ASCII).
[[nodiscard]] std::string lower_of(std::string_view text);

struct Facts {
  std::set<std::string> services;
  std::vector<std::string> texts;  // lower case, runs of blanks as one
  std::vector<double> numbers;     // without a unit
  std::vector<double> seconds;     // durations
  std::vector<ProseNumber> told;   // by the texts
  std::vector<Timestamp> times;

  /// The same, and how long after one another the records of both came: for what one sentence cites together.
  void add_beside(const Facts& other);
  void add(const Facts& other);
  void add_text(std::string_view text);
  [[nodiscard]] bool holds(std::string_view lower) const;
  /// A quotation may leave out values: `<*>` or `…` stands for any text.
  [[nodiscard]] bool holds_quote(std::string_view quote) const;
  [[nodiscard]] bool holds_number(const ProseNumber& number) const;
  [[nodiscard]] bool holds_time(const ClockTime& clock) const;
};

class CaseFacts {
 public:
  CaseFacts(const IncidentCase& incident, const EvidencePack& pack);
  /// Of what has this name in the pack; empty where nothing has.
  [[nodiscard]] const Facts& of(std::string_view name) const;
  [[nodiscard]] const Facts& everything() const noexcept { return everything_; }
  /// All that one of its findings is of.
  [[nodiscard]] const std::set<std::string>& services() const noexcept { return everything_.services; }

 private:
  std::map<std::string, Facts, std::less<>> by_name_;
  Facts everything_, none_;
};

/// Words of a sentence (lower case) that name a program: `payment-service`, `the payment service`, a product that many know.
[[nodiscard]] std::vector<std::string> names_like_services(std::string_view lower);
/// What stands between straight or typographic double quotes.
[[nodiscard]] std::vector<std::string> quotes_in(std::string_view text);

}  // namespace loglode::rca
