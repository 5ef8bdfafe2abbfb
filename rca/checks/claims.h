// Checks what a text says about an incident, sentence by sentence, against the incident's evidence pack: whoever wrote it, a model, an
// agent or loglode itself. Pure: any thread. What can be checked is checked exactly (names, ids, numbers, order); what a sentence means
// beyond that is not understood, so "supported" says that nothing in it contradicts or exceeds the records that it cites.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rca/evidence/evidence_pack.h"

namespace loglode::rca {

enum class Verdict : std::uint8_t {
  supported,   // every fact in it is in the records that it cites
  unverified,  // it states a fact and cites nothing, or what it cites does not show the fact
  refuted,     // it names what does not exist, or contradicts the order or the numbers
  no_fact      // advice, a question, or that something is not known
};
/// `supported`, `unverified`, `refuted`, `no_fact`.
[[nodiscard]] std::string_view name_of(Verdict verdict) noexcept;

struct CheckedSentence {
  std::string text;
  Verdict verdict = Verdict::no_fact;
  std::vector<std::string> citations;  // as it has them: E1, F2
  std::string reason;                  // of unverified and refuted: a part of a sentence
};

struct ClaimCheck {
  std::vector<CheckedSentence> sentences;
  std::size_t citations = 0, citations_valid = 0;

  [[nodiscard]] std::size_t count(Verdict verdict) const noexcept;
  /// Of the sentences that state a fact, how many are supported; 1 where none does.
  [[nodiscard]] double supported_share() const noexcept;
  void add(ClaimCheck other);
};

/// Of one incident, whose facts are gathered once. Immutable; any thread. Both outlive it.
class ClaimChecker {
 public:
  ClaimChecker(const IncidentCase& incident, const EvidencePack& pack);
  ClaimChecker(const ClaimChecker&) = delete;
  ClaimChecker& operator=(const ClaimChecker&) = delete;
  ~ClaimChecker();
  /// `cited`: names that the whole text cites beside those in its sentences (an answer's fields do).
  [[nodiscard]] ClaimCheck check(std::string_view text, const std::vector<std::string>& cited = {}) const;

 private:
  struct Parts;
  const IncidentCase& incident_;
  const EvidencePack& pack_;
  std::unique_ptr<const Parts> parts_;
};

/// One text alone.
[[nodiscard]] ClaimCheck check_claims(const IncidentCase& incident, const EvidencePack& pack, std::string_view text);

/// Whether `earlier` is known to have shown its first sign after `later`. False also where one of them is of no onset.
[[nodiscard]] bool contradicts_order(const IncidentCase& incident, std::string_view earlier, std::string_view later) noexcept;

/// Text in sentences, each with the citations behind its full stop.
[[nodiscard]] std::vector<std::string> sentences_of(std::string_view text);

}  // namespace loglode::rca
