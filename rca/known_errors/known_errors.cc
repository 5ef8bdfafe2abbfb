#include "rca/known_errors/known_errors.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/pcre.h"
#include "rca/known_errors/fixed_text.h"

namespace loglode::rca {
namespace {

constexpr std::size_t kTextBytesMax = 8 * 1024;  // of a message; what tells an error stands near its beginning

bool fits_glob(const std::string& glob, const std::string& text) { return fnmatch(glob.c_str(), text.c_str(), FNM_CASEFOLD) == 0; }

/// In lower case, and with a digit for each variable of a template: what fits `\d+`, `\S+` and `[^"]+` alike.
std::string searched_text(std::string_view text) {
  std::string out;
  text = text.substr(0, kTextBytesMax);
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (text.substr(at, 3) == "<*>") {
      out += '0';
      at += 2;
    } else {
      out += to_lower(c);
    }
  }
  return out;
}

struct Candidate {
  KnownErrorHit hit;
  bool by_pattern = false, is_of_service = false;
  std::size_t weight = 0, order = 0;
};

bool ranks_before(const Candidate& a, const Candidate& b) {
  if (a.by_pattern != b.by_pattern) return a.by_pattern;
  const bool a_is_general = a.hit.error->match.services.empty(), b_is_general = b.hit.error->match.services.empty();
  if (a_is_general != b_is_general) return b_is_general;
  // A product's own entry is worth a few words more, so that the same words mean what they mean there.
  constexpr std::size_t kServiceWeight = 8;
  const std::size_t left = a.weight + (a.is_of_service ? kServiceWeight : 0), right = b.weight + (b.is_of_service ? kServiceWeight : 0);
  return left != right ? left > right : a.order < b.order;
}

/// Whether what was found is no part of a longer word: ESTALE is not in "RemoveStaleState". What is long is itself wherever it stands.
bool is_whole_words(std::string_view text, const PcreMatch& found) {
  constexpr std::size_t kLong = 12;
  if (found.end - found.begin >= kLong) return true;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool joins_before = found.begin > 0 && found.begin < found.end && is_letter(text[found.begin]) && is_letter(text[found.begin - 1]);
  const bool joins_after =
      found.end < text.size() && found.end > found.begin && is_letter(text[found.end - 1]) && is_letter(text[found.end]);
  return !joins_before && !joins_after;
}

}  // namespace

std::string_view name_of(ActionKind kind) noexcept {
  constexpr std::string_view kNames[] = {"observe", "mitigate", "fix"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(RiskLevel level) noexcept {
  constexpr std::string_view kNames[] = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(level)];
}

KnownErrors::KnownErrors(std::vector<KnownError> errors, std::vector<OwnedServices> owners) : owners_{std::move(owners)} {
  for (KnownError& error : errors) {
    const auto [known, is_first] = by_id_.emplace(error.id, errors_.size());
    if (is_first)
      errors_.push_back(std::move(error));
    else
      errors_[known->second] = std::move(error);
  }
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    for (const std::string& pattern : errors_[i].match.patterns) {
      FixedText fixed = fixed_text_of(pattern);
      if (!fixed.longest.empty()) patterns_.push_back({i, std::move(fixed.longest), fixed.bytes, pattern});
    }
  }
}

std::vector<KnownErrorHit> KnownErrors::match(std::span<const std::string> rule_ids, std::string_view text,
                                              std::string_view service) const {
  std::vector<std::optional<Candidate>> best(errors_.size());
  const auto offer = [&](std::size_t error, bool by_pattern, std::size_t weight) -> Candidate* {
    std::optional<Candidate>& known = best[error];
    if (known && (known->by_pattern > by_pattern || (known->by_pattern == by_pattern && known->weight >= weight))) return nullptr;
    known.emplace();
    known->by_pattern = by_pattern;
    known->weight = weight;
    known->order = error;
    known->hit.error = &errors_[error];
    return &*known;
  };

  for (std::size_t i = 0; i < errors_.size(); ++i) {
    for (const std::string& rule : errors_[i].match.rules) {
      if (std::find(rule_ids.begin(), rule_ids.end(), rule) == rule_ids.end()) continue;
      if (Candidate* made = offer(i, false, 0)) {
        made->hit.rule = rule;
        made->hit.why = fmt::format("rule {} hit", rule);
      }
    }
  }
  const std::string searched = searched_text(text);
  PcreMatcher matcher;
  for (const Pattern& pattern : patterns_) {
    if (searched.find(pattern.fixed_text) == std::string::npos) continue;
    // Compiled when it is needed: of hundreds of patterns a message's words leave a few.
    const auto compiled = PcrePattern::compile(pattern.text, false);
    if (!compiled) continue;  // pack_reader refuses such packs
    const PcreMatch found = matcher.search(*compiled, searched);
    if (found.outcome != Searched::found || !is_whole_words(searched, found)) continue;
    if (Candidate* made = offer(pattern.error, true, pattern.weight)) {
      made->hit.pattern = pattern.text;
      made->hit.why = fmt::format("the message holds \"{}\"", pattern.fixed_text);
    }
  }

  std::vector<Candidate> ranked;
  const std::string name{service};
  for (std::optional<Candidate>& each : best) {
    if (!each) continue;
    const auto& globs = each->hit.error->match.services;
    each->is_of_service =
        !name.empty() && std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return fits_glob(glob, name); });
    ranked.push_back(std::move(*each));
  }
  std::sort(ranked.begin(), ranked.end(), ranks_before);
  std::vector<KnownErrorHit> hits;
  for (std::size_t i = 0; i < std::min(ranked.size(), kKnownErrorHitsMax); ++i) hits.push_back(std::move(ranked[i].hit));
  return hits;
}

const KnownError* KnownErrors::find(std::string_view id) const noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &errors_[found->second];
}

const Owner* KnownErrors::owner_of(std::string_view service) const {
  const std::string name{service};
  const auto found =
      std::find_if(owners_.begin(), owners_.end(), [&](const OwnedServices& each) { return fits_glob(each.services, name); });
  return found == owners_.end() ? nullptr : &found->owner;
}

}  // namespace loglode::rca
