// The catalogue of known errors: which entries a finding fits, and what a person can do about it. KnownErrors is immutable once made: any
// thread may ask it. It is asked for the findings of an incident (tens), never for each line.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loglode::rca {

enum class ActionKind : std::uint8_t { observe, mitigate, fix };
enum class RiskLevel : std::uint8_t { low, medium, high };
[[nodiscard]] std::string_view name_of(ActionKind kind) noexcept;
[[nodiscard]] std::string_view name_of(RiskLevel level) noexcept;

/// When an entry fits: one of the rules hit, or one of the patterns is found in the message. Any of them is enough.
struct KnownErrorMatch {
  std::vector<std::string> rules;     // ids of rule packs
  std::vector<std::string> patterns;  // PCRE2, case does not matter; each holds a fixed text (fixed_text.h)
  // Globs of the services that write such messages. An entry whose glob fits the finding's service stands first; one that fits no glob is
  // matched all the same. An entry without globs stands behind entries with them.
  std::vector<std::string> services;
};

struct KnownError {
  std::string id, title, product;
  KnownErrorMatch match;
  std::string meaning;              // what the program means by the message
  std::vector<std::string> checks;  // read-only commands with placeholders (fill_command)
  std::string action;               // the safe one, in plain sentences; never a command to be run as it stands
  ActionKind action_kind = ActionKind::observe;
  RiskLevel risk = RiskLevel::low;
  std::string risk_why;
  std::string verify;                   // how one sees that it worked
  std::vector<std::string> references;  // names of documentation
  std::vector<std::string> examples;    // messages that it fits
  std::string file;                     // the pack; `builtin:nginx.yaml`
  int line = 0;
};

struct KnownErrorHit {
  const KnownError* error = nullptr;  // good as long as the catalogue is
  std::string why;                    // a sentence part: `the message holds "too many clients"`, `rule pg-too-many-clients hit`
  std::string pattern, rule;          // one of the two: what fitted, as the pack has it
};

struct Owner {
  std::string owner, runbook, channel;  // whatever the file does not say is empty
};
struct OwnedServices {
  std::string services;  // a glob
  Owner owner;
};

inline constexpr std::size_t kKnownErrorHitsMax = 5;

class KnownErrors {
 public:
  KnownErrors() = default;
  /// Of two entries with one id the later one counts: a user's pack replaces ours. `owners`: the first glob that fits holds.
  explicit KnownErrors(std::vector<KnownError> errors, std::vector<OwnedServices> owners = {});

  /// Best first: a pattern before a rule, a product's entry before a general one, more fixed text before less, where the service's own
  /// product is worth a few words. At most kKnownErrorHitsMax. `text`: a message, or a template with `<*>`; may be empty. `service` may be
  /// empty.
  [[nodiscard]] std::vector<KnownErrorHit> match(std::span<const std::string> rule_ids, std::string_view text,
                                                 std::string_view service) const;
  /// Null: there is none.
  [[nodiscard]] const KnownError* find(std::string_view id) const noexcept;
  /// Null: nobody is named. Good as long as the catalogue is.
  [[nodiscard]] const Owner* owner_of(std::string_view service) const;
  /// In the order of packs.
  [[nodiscard]] std::span<const KnownError> all() const noexcept { return errors_; }

 private:
  struct Pattern {
    std::size_t error;       // its position
    std::string fixed_text;  // in lower case: a message without it is not searched
    std::size_t weight;      // how much of the pattern is fixed text
    std::string text;
  };
  std::vector<KnownError> errors_;
  std::vector<OwnedServices> owners_;
  std::vector<Pattern> patterns_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
};

/// A command with each `{host}`, `{unit}`, … replaced by its value, where that is safe: made of letters, digits and `._:-` alone, not
/// beginning with a dash, at most 253 long. Otherwise it reads `<host>`. Braces around anything else (`{{.State}}`, `{print $1}`) stay.
[[nodiscard]] std::string fill_command(std::string_view command, const std::map<std::string, std::string, std::less<>>& values);
/// Names that a placeholder may have.
[[nodiscard]] std::span<const std::string_view> placeholder_names() noexcept;

}  // namespace loglode::rca
