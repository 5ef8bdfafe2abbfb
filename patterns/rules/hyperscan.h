// Hyperscan, owned and checked: handles are freed once, every return code becomes a Result, compile errors become text.
// A database is immutable and any thread may scan with it; a scratch belongs to one thread.
//
// Patterns are read as bytes (no HS_FLAG_UTF8: with it, a scan of invalid UTF-8 is undefined behaviour, and logs hold that). `.` does not
// match a newline (no HS_FLAG_DOTALL: a rule stays on its line of a stack trace) and `^`, `$` are the ends of the text.
#pragma once

#include <hs/hs.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/free_with.h"
#include "core/result.h"

namespace loglode {

using Scratch = std::unique_ptr<hs_scratch_t, FreeWith<&hs_free_scratch>>;
using Database = std::unique_ptr<hs_database_t, FreeWith<&hs_free_database>>;

/// Every hs_ return code passes through here.
[[nodiscard]] Result<void> hs_checked(hs_error_t code, std::string_view doing);

struct Expression {
  std::string pattern;
  bool case_sensitive = false;
  bool prefilter = false;  // Hyperscan looks for a looser form of it: each hit is to be confirmed by PCRE2
  std::string prefix{};    // that form, when it is the pattern's beginning (rare_prefix.h); of use only to compile
};

/// What is compiled of it.
[[nodiscard]] inline const std::string& scanned_for(const Expression& expression) noexcept {
  return expression.prefix.empty() ? expression.pattern : expression.prefix;
}

enum class Expressible : std::uint8_t { exactly, as_prefilter, not_at_all };
struct Expressed {
  Expressible how = Expressible::not_at_all;
  std::string message;  // Hyperscan's, when not exactly
};
[[nodiscard]] Expressed can_express(const Expression& expression);

struct CompiledDatabase {
  Database database;              // null when there is a fault
  std::optional<std::size_t> at;  // the expression at fault, when it is one's
  std::string message;
};
/// A text: each expression is reported once. A block (block_form.h), and one whose digits are 0 (digit_blind.h): where each match ends.
enum class LookedForIn : std::uint8_t { text, block, blind_block };
/// What a pattern is looked for as; none: it cannot be.
[[nodiscard]] std::optional<std::string> form_in(const std::string& pattern, LookedForIn where);
/// `expressions[i]` is reported as id `ids[i]`. No expressions give a null database without a message, and so does an expression that
/// cannot be looked for in a block. `platform`: null for this CPU.
[[nodiscard]] CompiledDatabase compile_database(std::span<const Expression* const> expressions, std::span<const unsigned> ids,
                                                LookedForIn where, const hs_platform_info_t* platform = nullptr);

/// Makes `scratch` large enough for `database` too; a null database needs none.
[[nodiscard]] Result<void> fit_scratch(Scratch& scratch, const hs_database_t* database);
[[nodiscard]] Result<Scratch> clone_scratch(const Scratch& prototype);

/// Null databases are empty bytes.
[[nodiscard]] Result<std::string> serialize(const hs_database_t* database);
[[nodiscard]] Result<Database> deserialize(std::string_view bytes);

/// Whether this CPU can run Hyperscan at all (it needs SSSE3): to be asked before anything else here.
[[nodiscard]] Result<void> hyperscan_runs_here();

/// Version and CPU features: two hosts with the same text can use each other's serialized databases.
[[nodiscard]] std::string hyperscan_platform();

}  // namespace loglode
