#include "patterns/rules/database_image.h"

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "core/limits.h"

namespace loglode {
namespace {

constexpr std::size_t kImageBytesMax = 64 * kMiB;
// The last three levels cost seconds of a build, save a tenth, and make starts no faster.
constexpr int kImageLevel = 19;

std::string prefilter_marks(const RuleSet& rules) {
  std::string out;
  for (const Expression& expression : rules.expressions) out += expression.prefilter ? '1' : '0';
  return out;
}

hs_platform_info_t platform_of(CpuTier tier) {
  hs_platform_info_t platform{};
  platform.tune = HS_TUNE_FAMILY_GENERIC;
  if (tier >= CpuTier::avx2) platform.cpu_features |= HS_CPU_FEATURES_AVX2;
  if (tier >= CpuTier::avx512) platform.cpu_features |= HS_CPU_FEATURES_AVX512;
  return platform;
}

bool has_features(unsigned long long wanted) {
  hs_platform_info_t here{};
  return wanted == 0 || (hs_populate_platform(&here) == HS_SUCCESS && (here.cpu_features & wanted) == wanted);
}

/// Of an image: its layout and the one library that made it. The features are beside it, since a CPU may have more.
std::string image_engine() { return fmt::format("{}image {}", kDatabasesMagic, hs_version()); }

std::optional<std::string> unpack(std::string_view packed) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > kImageBytesMax) return std::nullopt;
  std::string out(size, '\0');
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != size) return std::nullopt;
  return out;
}

Result<std::string> pack(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kImageLevel);
  if (ZSTD_isError(size) != 0) return fail(RuleErrc::out_of_memory, fmt::format("compressing the rules: {}", ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

}  // namespace

void put_field(std::string& out, std::string_view field) {
  const std::uint64_t size = field.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out.append(field);
}

std::optional<std::string_view> take_field(std::string_view& in) {
  std::uint64_t size = 0;
  if (in.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, in.data(), sizeof size);
  in.remove_prefix(sizeof size);
  if (size > in.size()) return std::nullopt;
  const std::string_view field = in.substr(0, size);
  in.remove_prefix(size);
  return field;
}

std::string hash_rules(const RuleSet& rules, std::string_view engine) {
  std::string from;
  put_field(from, engine);
  for (std::size_t i = 0; i < rules.expressions.size(); ++i) {
    const std::string& pattern = rules.expressions[i].pattern;
    put_field(from, pattern);
    for (const LookedForIn where : {LookedForIn::block, LookedForIn::blind_block}) put_field(from, form_in(pattern, where).value_or(""));
    from += rules.expressions[i].case_sensitive ? 's' : 'i';
    from += rules.is_probe(i) ? 'p' : 'r';
  }
  const XXH128_hash_t hash = XXH3_128bits(from.data(), from.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Result<std::string> encode_databases(const RuleSet& rules) {
  std::string out;
  put_field(out, prefilter_marks(rules));
  for (const Database* const one : {&rules.all, &rules.blocks, &rules.blind}) {
    const auto bytes = serialize(one->get());
    if (!bytes) return tl::unexpected(bytes.error());
    put_field(out, *bytes);
  }
  return out;
}

bool decode_databases(std::string_view bytes, RuleSet& rules) {
  const auto marks = take_field(bytes);
  if (!marks || marks->size() != rules.expressions.size()) return false;
  std::array<Database, 3> made;
  for (Database& one : made) {
    const auto field = take_field(bytes);
    auto database = field ? deserialize(*field) : Result<Database>{};
    if (!field || !database) return false;
    one = std::move(*database);
  }
  if (!bytes.empty()) return false;
  rules.all = std::move(made[0]);
  rules.blocks = std::move(made[1]);
  rules.blind = std::move(made[2]);
  for (std::size_t i = 0; i < marks->size(); ++i) rules.expressions[i].prefilter = (*marks)[i] == '1';
  return true;
}

Result<std::string> make_rule_image(const RuleSet& rules, CpuTier tier) {
  const hs_platform_info_t platform = platform_of(tier);
  RuleSet made;
  number_like(rules, made);
  const std::vector<bool> every(made.expressions.size(), true);
  for (const auto& [where, database] :
       {std::pair{LookedForIn::text, &made.all}, {LookedForIn::block, &made.blocks}, {LookedForIn::blind_block, &made.blind}}) {
    CompiledDatabase one = compile_expressions(made, every, where, &platform);
    if (!one.message.empty()) return fail(RuleErrc::scan_failed, "compiling the rules for an image: " + one.message);
    *database = std::move(one.database);
  }
  auto databases = encode_databases(made);
  if (!databases) return databases;
  auto packed = pack(*databases);
  if (!packed) return packed;
  std::string out;
  put_field(out, hash_rules(rules, image_engine()));
  put_field(out, std::to_string(platform.cpu_features));
  put_field(out, fmt::format("{:016x}", XXH3_64bits(packed->data(), packed->size())));
  return out + *packed;
}

bool load_image(std::span<const std::string_view> images, RuleSet& rules) {
  if (images.empty()) return false;
  const std::string wanted = hash_rules(rules, image_engine());
  for (std::string_view rest : images) {
    const auto hash = take_field(rest), features = take_field(rest), sum = take_field(rest);
    if (!hash || !features || !sum || *hash != wanted || !has_features(std::strtoull(std::string{*features}.c_str(), nullptr, 10)))
      continue;
    if (*sum != fmt::format("{:016x}", XXH3_64bits(rest.data(), rest.size()))) continue;
    const auto databases = unpack(rest);
    if (databases && decode_databases(*databases, rules)) return true;
  }
  return false;
}

}  // namespace loglode
