#include "patterns/rules/hyperscan.h"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "patterns/rules/block_form.h"
#include "patterns/rules/digit_blind.h"
#include "patterns/rules/rule_set.h"

namespace loglode {
namespace {

using CompileError = std::unique_ptr<hs_compile_error_t, FreeWith<&hs_free_compile_error>>;
struct FreeMemory {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

unsigned flags_of(const Expression& expression, bool prefilter, LookedForIn where = LookedForIn::text) {
  // In a text, that it hits is enough; match_rules finds out where.
  unsigned flags = where == LookedForIn::text ? HS_FLAG_SINGLEMATCH : HS_FLAG_MULTILINE;
  if (!expression.case_sensitive) flags |= HS_FLAG_CASELESS;
  if (prefilter) flags |= HS_FLAG_PREFILTER;
  return flags;
}

std::string message_of(const CompileError& error) {
  return error && error->message != nullptr ? error->message : "Hyperscan gave no reason";
}

bool accepts(const Expression& expression, bool prefilter, std::string& message) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t code = hs_expression_info(expression.pattern.c_str(), flags_of(expression, prefilter), &info, &error);
  const std::unique_ptr<hs_expr_info_t, FreeMemory> info_owner{info};
  const CompileError error_owner{error};
  if (code != HS_SUCCESS) {
    message = message_of(error_owner);
    return false;
  }
  if (info->min_width > 0) return true;
  message = "it matches the empty text";
  return false;
}

}  // namespace

Result<void> hs_checked(hs_error_t code, std::string_view doing) {
  switch (code) {
    case HS_SUCCESS:
      return {};
    case HS_NOMEM:
      return fail(RuleErrc::out_of_memory, fmt::format("{}: Hyperscan is out of memory", doing));
    default:
      return fail(RuleErrc::scan_failed, fmt::format("{}: Hyperscan refuses with code {}", doing, code));
  }
}

Expressed can_express(const Expression& expression) {
  Expressed out;
  if (accepts(expression, false, out.message)) return {Expressible::exactly, {}};
  std::string loose_message;
  if (accepts(expression, true, loose_message)) out.how = Expressible::as_prefilter;
  return out;
}

std::optional<std::string> form_in(const std::string& pattern, LookedForIn where) {
  if (where == LookedForIn::text) return pattern;
  if (where == LookedForIn::block) return block_form(pattern);
  const auto blind = digit_blind(pattern);
  return blind ? block_form(blind->pattern) : std::nullopt;
}

CompiledDatabase compile_database(std::span<const Expression* const> expressions, std::span<const unsigned> ids, LookedForIn where,
                                  const hs_platform_info_t* platform) {
  CompiledDatabase out;
  if (expressions.empty()) return out;
  std::vector<std::string> texts;
  std::vector<unsigned> flags;
  for (const Expression* expression : expressions) {
    const std::string& pattern = scanned_for(*expression);
    std::optional<std::string> text = form_in(pattern, where);
    if (!text) return out;
    texts.push_back(std::move(*text));
    flags.push_back(flags_of(*expression, expression->prefilter, where));
  }
  std::vector<const char*> patterns;
  for (const std::string& text : texts) patterns.push_back(text.c_str());
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t code = hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(patterns.size()), HS_MODE_BLOCK,
                                           platform, &database, &error);
  out.database.reset(database);
  const CompileError error_owner{error};
  if (code == HS_SUCCESS) return out;
  out.message = message_of(error_owner);
  if (error != nullptr && error->expression >= 0) out.at = static_cast<std::size_t>(error->expression);
  return out;
}

Result<void> fit_scratch(Scratch& scratch, const hs_database_t* database) {
  if (database == nullptr) return {};
  hs_scratch_t* raw = scratch.release();
  const hs_error_t code = hs_alloc_scratch(database, &raw);
  scratch.reset(raw);
  return hs_checked(code, "making room for the rules' scans");
}

Result<Scratch> clone_scratch(const Scratch& prototype) {
  if (!prototype) return Scratch{};
  hs_scratch_t* raw = nullptr;
  const hs_error_t code = hs_clone_scratch(prototype.get(), &raw);
  Scratch out{raw};
  if (auto done = hs_checked(code, "making room for a worker's scans"); !done) return tl::unexpected(done.error());
  return out;
}

Result<std::string> serialize(const hs_database_t* database) {
  if (database == nullptr) return std::string{};
  char* bytes = nullptr;
  std::size_t size = 0;
  const hs_error_t code = hs_serialize_database(database, &bytes, &size);
  const std::unique_ptr<char, FreeMemory> owner{bytes};
  if (auto done = hs_checked(code, "writing out the compiled rules"); !done) return tl::unexpected(done.error());
  return std::string(bytes, size);
}

Result<Database> deserialize(std::string_view bytes) {
  if (bytes.empty()) return Database{};
  hs_database_t* raw = nullptr;
  const hs_error_t code = hs_deserialize_database(bytes.data(), bytes.size(), &raw);
  Database out{raw};
  if (auto done = hs_checked(code, "reading the compiled rules"); !done) return tl::unexpected(done.error());
  return out;
}

Result<void> hyperscan_runs_here() {
  if (hs_valid_platform() == HS_SUCCESS) return {};
  return fail(RuleErrc::scan_failed,
              "this CPU cannot run Hyperscan, which needs SSSE3 (on other processors build with Vectorscan, its drop-in)");
}

std::string hyperscan_platform() {
  hs_platform_info_t platform{};
  const bool known = hs_populate_platform(&platform) == HS_SUCCESS;
  return fmt::format("{} tune {} features {}", hs_version(), known ? platform.tune : 0, known ? platform.cpu_features : 0);
}

}  // namespace loglode
