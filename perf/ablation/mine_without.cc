// mine_without RULES FILE OUT.csv: mines each line as a message with some rules switched off; writes LineId,EventId,EventTemplate.
// RULES: comma-separated; `nothing`, siblings, texts, aliases, covers, names, or a type of value (number ip uuid hex path host url time
// size email word text).
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "patterns/mining/scan_rules.h"
#include "patterns/mining/template_miner.h"

namespace {

using namespace loglode;

bool switch_off(std::string_view rule, DerivationRules& derivation) {
  if (rule == "nothing") return true;
  if (rule == "siblings") return derivation.siblings = false, true;
  if (rule == "texts") return derivation.texts = false, true;
  if (rule == "aliases") return derivation.aliases = false, true;
  if (rule == "covers") return derivation.covers = false, true;
  if (rule == "names") return ablated_scan_rules.names_off = true;
  for (unsigned type = 0; type <= static_cast<unsigned>(ValueType::text); ++type) {
    if (rule != name_of(static_cast<ValueType>(type))) continue;
    ablated_scan_rules.values_off = static_cast<ValueTypes>(ablated_scan_rules.values_off | bit_of(static_cast<ValueType>(type)));
    return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string out{"\""};
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: mine_without RULES FILE OUT.csv\n", stderr), 2;
  DerivationRules derivation;
  for (std::string_view rules = argv[1]; !rules.empty();) {
    const std::size_t comma = std::min(rules.find(','), rules.size());
    if (!switch_off(rules.substr(0, comma), derivation)) return std::fprintf(stderr, "no such rule: %s\n", argv[1]), 2;
    rules.remove_prefix(std::min(comma + 1, rules.size()));
  }
  std::ifstream in{argv[2], std::ios::binary};
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::vector<ShapeId> shapes;
  for (std::string line; std::getline(in, line);) shapes.push_back(miner.learn(line, Severity::unspecified));
  const TemplateCatalog catalog = miner.derive_templates({}, derivation);
  std::ofstream out{argv[3], std::ios::binary};
  out << "LineId,EventId,EventTemplate\n";
  for (std::size_t i = 0; i < shapes.size(); ++i)
    out << i + 1 << ',' << to_hex(catalog.of(shapes[i]).id) << ',' << quoted(catalog.of(shapes[i]).text) << '\n';
  return !shapes.empty() && out.good() ? 0 : 1;
}
