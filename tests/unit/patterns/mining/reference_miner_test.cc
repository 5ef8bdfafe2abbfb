// The fast miner against the slow one: the same lines have the same shape, the same template, its text and its id.
#include "reference_miner.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "patterns/mining/template_miner.h"
#include "tests/unit/random_rounds.h"
#include "tests/unit/shared_data.h"

using namespace loglode;

namespace {

struct Line {
  std::string text;
  Severity severity = Severity::info;
};

/// Empty when both agree; else what they say of the first line on which they do not.
std::string disagreement(const std::vector<Line>& lines) {
  RunCounters counters;
  TemplateMiner fast{{}, counters};
  reference::Miner slow;
  std::vector<ShapeId> shapes;
  for (const Line& line : lines) {
    shapes.push_back(fast.learn(line.text, line.severity));
    const auto severity = static_cast<int>(severity_class(line.severity));
    if (!slow.learn(line.text, severity, shapes.back())) return "other lines share a shape: " + line.text;
  }
  const TemplateCatalog catalog = fast.derive_templates();
  const auto derived = slow.derive_templates();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const TemplateInfo& mined = catalog.of(shapes[i]);
    const auto& expected = derived.at(shapes[i]);
    if (mined.text == expected.text && shape_of(mined.id) == expected.id) continue;
    return lines[i].text + "\n  fast " + to_hex(mined.id) + ' ' + mined.text + "\n  slow " + to_hex(template_of(expected.id)) + ' ' +
           expected.text;
  }
  return {};
}

/// Message sets that make every rule of the derivation work, and work against each other.
class MessageSets {
 public:
  explicit MessageSets(std::uint32_t seed) : random_{seed} {}

  std::vector<Line> next() {
    std::vector<Line> lines;
    for (std::size_t kinds = 1 + below(4); kinds != 0; --kinds) {
      const std::vector<Part> message = make_message();
      const std::size_t most = below(25) == 0 ? 400 : 40;  // many forms that are alike now and then
      for (std::size_t n = 1 + below(most); n != 0; --n) lines.push_back({write(message), severity()});
    }
    for (std::size_t n = lines.size() / 4; n != 0; --n) lines.push_back(lines[below(lines.size())]);
    std::shuffle(lines.begin(), lines.end(), random_);
    return lines;
  }

 private:
  /// What stands at one place of a message, and how many different ones there are of it.
  struct Part {
    std::size_t kind, spread;
    bool blank;
  };
  static constexpr std::size_t kKinds = 24;

  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string number() { return std::to_string(below(2) != 0 ? below(10) : below(100'000)); }
  Severity severity() {
    const std::size_t one = below(12);
    return one == 0 ? Severity::error : one == 1 ? Severity::warn : Severity::info;
  }
  static std::string word(std::size_t number) { return {static_cast<char>('a' + number % 26), 'o', static_cast<char>('k' + number / 26)}; }

  std::vector<Part> make_message() {
    std::vector<Part> message;
    const std::size_t most = below(40) == 0 ? 90 : 7;  // more slots than are followed, more places than have siblings
    for (std::size_t n = 1 + below(most); n != 0; --n) message.push_back({below(kKinds), 1 + below(14), below(8) != 0});
    return message;
  }

  std::string write(const std::vector<Part>& message) {
    std::string line;
    for (const Part& part : message) {
      if (part.blank) line += ' ';
      line += write(part);
    }
    return line;
  }

  std::string write(const Part& part) {
    static const std::vector<std::string> prepositions{"from", "to", "user", "on"}, units{"ms", "KB", "bytes", "seconds", "B"},
        marks{",", ".", ":", ";", "...", "!", "-", "()", "(", ")", "\""};
    const auto one_of = [this](const std::vector<std::string>& list) { return list[below(list.size())]; };
    const std::string varied = word(below(part.spread));
    switch (part.kind) {
      case 0:
      case 1:
        return word(part.spread);
      case 2:
      case 3:
        return varied;
      case 4:
        return prepositions[part.spread % 4] + ' ' + varied;
      case 5:
        return number();
      case 6:
        return number() + ' ' + units[part.spread % 5];
      case 7:
        return number() + (below(2) != 0 ? " (" + number() + ' ' + one_of(units) + ')' : "");
      case 8:
        return list(part.spread % 2 != 0 ? ", " : ",");
      case 9:
        return list(part.spread % 2 != 0 ? " " : ":");
      case 10:
        return "key=" + varied;
      case 11:
      case 18:
        return wrapped(below(4));
      case 19:
        return number() + ' ' + units[part.spread % 5] + (below(2) != 0 ? ":" + number() : "");
      case 20:
        return number() + one_of({"", "()", " (KB)", "(B)", " (7):8"});
      case 21:
        return list(", ") + (below(2) != 0 ? " (" + number() + ")" : "");
      case 22:
        return "key" + std::to_string(part.spread) + "='" + varied + (below(2) != 0 ? " " : "") + "'";
      case 12:
        return one_of({"()", "(10.0.0.1)", "(" + number() + ")", "(host-" + number() + ")"});
      case 13:
        return marks[part.spread % marks.size()];
      case 14:
        return one_of(marks);
      case 15:
        return "eth" + std::to_string(below(part.spread));
      case 16:
        return "name=\"" + varied + ' ' + word(0) + '"';
      case 17:
        return '[' + (below(2) != 0 ? number() : varied) + ']';
      case 23:
        return below(3) != 0 ? "" : varied;
      default:
        return "unit-" + number() + "." + varied + ".C" + number();
    }
  }

  std::string wrapped(std::size_t how) {
    const std::string address = "10.0.0." + number();
    return how == 0 ? address : how == 1 ? "LOCAL(" + address + ')' : how == 2 ? '#' + address + '#' : "net:" + address;
  }

  std::string list(const std::string& between) {
    std::string out = number();
    for (std::size_t n = below(4); n != 0; --n) out += between + number();
    return out;
  }

  std::mt19937 random_;
};

std::vector<Line> lines_of(const std::filesystem::path& path) {
  std::vector<Line> lines;
  std::ifstream file{path, std::ios::binary};
  for (std::string line; std::getline(file, line);) lines.push_back({line});
  return lines;
}

}  // namespace

TEST_CASE("miner: thousands of random message sets have the templates of the slow reference", "[mining]") {
  MessageSets sets{20240607};
  for (int i = 0; i < test::random_rounds(2'000); ++i) {
    const std::vector<Line> lines = sets.next();
    const std::string different = disagreement(lines);
    if (!different.empty()) FAIL_CHECK("set " << i << ": " << different);
  }
}

TEST_CASE("miner: real logs have the templates of the slow reference", "[mining][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  std::size_t sets = 0;
  for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
    const std::string name = entry.path().filename().string();
    for (const char* part : {"raw", "content"}) {
      const std::vector<Line> lines = lines_of(entry.path() / (name + "_2k." + part + ".txt"));
      if (lines.empty()) continue;
      ++sets;
      INFO(name << ' ' << part);
      CHECK(disagreement(lines) == "");
    }
  }
  CHECK(sets == 22);
}
