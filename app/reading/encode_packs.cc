// Built before the program: reads and compiles the built-in rule packs, refuses to go on when one has a problem, and writes them as C++:
// the rules themselves (rule_codec.h) and their Hyperscan databases, one for each kind of CPU, so that a first start compiles nothing.
// Images that are there and of the same rules are kept: compiling them takes most of the time.
// usage: encode_packs OUT.cc PACK.yaml...          beside OUT.cc it writes rules.TIER.image, and probes.TIER.image of the redactor's probes
//                                                  alone, which OUT.cc includes when it is assembled
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "parse/redact/redactor.h"
#include "patterns/rules/rule_codec.h"
#include "patterns/rules/rule_set.h"

namespace {

using loglode::CpuTier;

// Best first: the program takes the first that its CPU has everything for. Machines with AVX-512 take AVX2's: it scans our rules as fast.
#if defined(__x86_64__)
constexpr std::pair<CpuTier, const char*> kTiers[] = {{CpuTier::avx2, "avx2"}, {CpuTier::baseline, "baseline"}};
#else
constexpr std::pair<CpuTier, const char*> kTiers[] = {{CpuTier::baseline, "baseline"}};
#endif

bool write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out{path, std::ios::binary};
  out << bytes;
  out.close();
  return static_cast<bool>(out);
}

std::string rules_text(const std::string& bytes) {
  std::string out = "std::string_view embedded_rules() {\n  static const unsigned char kBytes[] = {";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out += (i % 32 == 0 ? "\n" : "") + std::to_string(static_cast<unsigned>(static_cast<unsigned char>(bytes[i]))) + ',';
  return out + "};\n  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};\n}\n\n";
}

/// Megabytes, which a compiler would take minutes and gigabytes to read as numbers: the assembler includes the file.
std::string image_text(const std::string& symbol, const std::filesystem::path& file) {
  return "asm(\".pushsection .rodata,\\\"a\\\",%progbits\\n.balign 16\\n" + symbol + "_begin:\\n.incbin \\\"" + file.string() + "\\\"\\n" +
         symbol + "_end:\\n.byte 0\\n.popsection\\n\");\nextern \"C\" const char " + symbol + "_begin[], " + symbol + "_end[];\n";
}

std::vector<loglode::Rule> read_packs(int argc, char** argv, std::vector<loglode::RuleProblem>& problems) {
  std::vector<loglode::Rule> rules;
  for (int i = 2; i < argc; ++i) {
    for (loglode::RulePackText& pack : loglode::read_pack_files({argv[i]}, problems)) {
      pack.name = "builtin:" + std::filesystem::path{argv[i]}.filename().string();
      for (loglode::Rule& rule : loglode::read_pack(pack, problems)) rules.push_back(std::move(rule));
    }
  }
  return rules;
}

/// What is compiled: all rules, or none besides the redactor's probes (load_probes()).
struct CompiledSet {
  std::string name;
  std::vector<loglode::RulePackText> packs;

  [[nodiscard]] std::filesystem::path image(const std::filesystem::path& folder, const std::string& tier) const {
    return folder / (name + "." + tier + ".image");
  }
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Loaded from each of the images in turn; compiled where one is not of this set, which `kept` says.
loglode::LoadedRules load(const CompiledSet& set, const std::filesystem::path& folder, bool& kept) {
  loglode::LoadedRules loaded;
  kept = true;
  for (const auto& [tier, name] : kTiers) {
    const std::string image = read_file(set.image(folder, name));
    loglode::RuleSetConfig config;
    config.probes = loglode::redaction_probes();
    config.images = {image};
    loaded = loglode::load_rules_from_text(set.packs, config, false);
    kept = kept && loaded.from_cache;
    if (!kept) break;
  }
  return loaded;
}

/// False: said on standard error.
bool write_images(const loglode::RuleSet& rules, const CompiledSet& set, const std::filesystem::path& folder) {
  std::vector<std::future<loglode::Result<std::string>>> made;
  for (const auto& [tier, name] : kTiers)
    made.push_back(std::async(std::launch::async, [&rules, tier = tier] { return loglode::make_rule_image(rules, tier); }));
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::filesystem::path file = set.image(folder, kTiers[i].second);
    const auto image = made[i].get();
    if (image && write_file(file, *image)) continue;
    std::fprintf(stderr, "%s: %s\n", file.c_str(), image ? "cannot be written" : image.error().message.c_str());
    return false;
  }
  return true;
}

std::string images_text(const std::vector<CompiledSet>& sets, const std::filesystem::path& folder) {
  std::string symbols, list;
  for (const CompiledSet& set : sets) {
    for (const auto& [tier, name] : kTiers) {
      const std::string symbol = "loglode_" + set.name + "_" + name;
      symbols += image_text(symbol, set.image(folder, name));
      list += "      std::string_view{" + symbol + "_begin, static_cast<std::size_t>(" + symbol + "_end - " + symbol + "_begin)},\n";
    }
  }
  return symbols + "\nnamespace loglode {\n\nstd::vector<std::string_view> embedded_rule_images() {\n  return {\n" + list + "  };\n}\n\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<loglode::RuleProblem> problems;
  const std::string encoded = loglode::encode_rules(read_packs(argc, argv, problems));
  const std::filesystem::path out = std::filesystem::absolute(argv[1]), folder = out.parent_path();
  const std::vector<CompiledSet> sets{{"rules", {{"builtin", encoded, true}}}, {"probes", {}}};
  for (const CompiledSet& set : sets) {
    bool kept = false;
    loglode::LoadedRules loaded;
    if (problems.empty()) {
      loaded = load(set, folder, kept);
      problems = std::move(loaded.problems);
    }
    for (const loglode::RuleProblem& problem : problems) std::fprintf(stderr, "%s\n", to_string(problem).c_str());
    if (!problems.empty() || (!set.packs.empty() && loaded.catalog->empty())) return 1;
    if (!kept && !write_images(*loaded.rules, set, folder)) return 1;
  }
  const std::string text =
      "#include \"app/reading/embedded.h\"\n\n" + images_text(sets, folder) + rules_text(encoded) + "}  // namespace loglode\n";
  return write_file(out, text) ? 0 : 1;
}
