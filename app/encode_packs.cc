// Built before the program: reads the built-in rule packs, refuses to go on when one has a problem, and writes them as C++ (rule_codec.h).
// usage: encode_packs OUT.cc PACK.yaml...
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "patterns/rules/rule_codec.h"

namespace {

void write_bytes(std::ofstream& out, const std::string& bytes) {
  out << "#include \"app/embedded.h\"\n\nnamespace loglode {\n\nstd::string_view embedded_rules() {\n  static const unsigned char kBytes[] "
         "= {";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out << (i % 32 == 0 ? "\n" : "") << static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) << ',';
  out << "};\n  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};\n}\n\n}  // namespace loglode\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<loglode::Rule> rules;
  std::vector<loglode::RuleProblem> problems;
  for (int i = 2; i < argc; ++i) {
    for (loglode::RulePackText& pack : loglode::read_pack_files({argv[i]}, problems)) {
      pack.name = "builtin:" + std::filesystem::path{argv[i]}.filename().string();
      for (loglode::Rule& rule : loglode::read_pack(pack, problems)) rules.push_back(std::move(rule));
    }
  }
  for (const loglode::RuleProblem& problem : problems) std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  if (argc < 3 || !problems.empty() || rules.empty()) return 1;
  std::ofstream out{argv[1], std::ios::binary};
  write_bytes(out, encode_rules(rules));
  out.close();
  return out ? 0 : 1;
}
