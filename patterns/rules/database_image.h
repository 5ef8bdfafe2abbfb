// The compiled databases of a RuleSet as bytes: what the cache keeps in a file, and what a build puts into the program so that its first
// start need not compile (RuleSetConfig::images). Whatever does not fit is left alone, and the rules are compiled.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "patterns/rules/compiled_rules.h"

namespace loglode {

/// Raised with the layout of a database's bytes or the checks a pattern must pass.
inline constexpr std::string_view kDatabasesMagic = "loglode compiled rules 5\n";

/// A length and as many bytes; take_field() removes what it returns from `in`, and returns nothing when there are fewer.
void put_field(std::string& out, std::string_view field);
[[nodiscard]] std::optional<std::string_view> take_field(std::string_view& in);

/// 32 hex digits of every pattern with its flags, and of `engine`: what may use the databases.
[[nodiscard]] std::string hash_rules(const RuleSet& rules, std::string_view engine);

[[nodiscard]] Result<std::string> encode_databases(const RuleSet& rules);
/// Fills in all, blocks and each expression's `prefilter`. False, and nothing changed, when the bytes are not of these rules or this
/// machine. Trusts its input otherwise: hs_deserialize_database does.
[[nodiscard]] bool decode_databases(std::string_view bytes, RuleSet& rules);

/// The first of `images` that was made of these rules, by this version of Hyperscan, for no more than this CPU has. Else as
/// decode_databases().
[[nodiscard]] bool load_image(std::span<const std::string_view> images, RuleSet& rules);

}  // namespace loglode
