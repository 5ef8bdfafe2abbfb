// Built before the program: reads the packs of configs/known-errors, refuses to go on when one has a problem, and writes them as C++.
// usage: encode_known_errors OUT.cc PACK.yaml...
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "rca/known_errors/pack_reader.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<loglode::config::ConfigProblem> problems;
  std::vector<loglode::rca::KnownError> errors;
  for (int i = 2; i < argc; ++i) {
    std::ifstream in{argv[i], std::ios::binary};
    const std::string yaml{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t before = problems.size();
    auto pack = loglode::rca::read_known_errors(yaml, "builtin:" + std::filesystem::path{argv[i]}.filename().string(), problems);
    for (std::size_t at = before; at < problems.size(); ++at) problems[at].file = argv[i];
    errors.insert(errors.end(), pack.begin(), pack.end());
  }
  for (std::size_t i = 0; i < errors.size(); ++i)
    for (std::size_t other = 0; other < i; ++other)
      if (errors[i].id == errors[other].id)
        problems.push_back({errors[i].file, errors[i].line, "entry " + errors[i].id + " is in " + errors[other].file + " too"});
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", loglode::config::to_string(problem).c_str());
  if (!problems.empty()) return 1;
  const std::string bytes = loglode::rca::encode_known_errors(errors);
  std::string out =
      "#include \"rca/known_errors/builtin_known_errors.h\"\n\nnamespace loglode::rca {\n\nstd::string_view embedded_known_errors() {\n  "
      "static const unsigned char kBytes[] = {";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out += (i % 32 == 0 ? "\n" : "") + std::to_string(static_cast<unsigned>(static_cast<unsigned char>(bytes[i]))) + ',';
  out += "};\n  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};\n}\n\n}  // namespace loglode::rca\n";
  std::ofstream file{argv[1], std::ios::binary};
  file << out;
  file.close();
  return file ? 0 : 1;
}
