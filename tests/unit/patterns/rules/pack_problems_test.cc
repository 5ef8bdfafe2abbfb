#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

std::string problems_of(const LoadedRules& loaded) {
  std::string out;
  for (const RuleProblem& problem : loaded.problems) out += to_string(problem) + "\n";
  return out;
}

/// A sound rule, one key a line (pattern is line 8 of the pack), with `from` replaced by `to`.
std::string changed(std::string_view from, std::string_view to) {
  std::string text =
      "pack: test\nversion: 1\nrules:\n"
      "  - id: disk-full\n    name: disk full\n    category: error\n    severity: error\n"
      "    pattern: no space left\n"
      "    examples:\n      match: [no space left on device]\n      no_match: [space left]\n"
      "    meaning: A disk is full.\n";
  if (from.empty()) return text;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("packs: the example that the tables below change is sound", "[rules]") {
  const LoadedRules loaded = load_text(changed("", ""));
  CHECK(problems_of(loaded) == "");
  REQUIRE(loaded.catalog != nullptr);
  REQUIRE(loaded.catalog->size() == 1);
  CHECK(loaded.catalog->front().id == "disk-full");
  CHECK(loaded.catalog->front().meaning == "A disk is full.");
}

TEST_CASE("packs: each fault is named by file, line and rule", "[rules]") {
  const auto expect = [](std::string_view from, std::string_view to, std::string_view problem) {
    INFO(from << " -> " << to);
    const LoadedRules loaded = load_text(changed(from, to));
    CHECK(problems_of(loaded) == std::string(problem) + "\n");
    CHECK(loaded.rules == nullptr);
    CHECK(loaded.catalog == nullptr);
  };
  // Keys
  expect("    name:", "    nmae:",
         "test.yaml:4: disk-full: rule lacks \"name\"\ntest.yaml:5: disk-full: unknown key \"nmae\" in rule (did you mean \"name\"?)");
  expect("    category: error\n", "    category: error\n    safe_acton: x\n",
         "test.yaml:7: disk-full: unknown key \"safe_acton\" in rule (did you mean \"safe_action\"?)");
  expect("    category: error\n", "    category: error\n    zzz: x\n", "test.yaml:7: disk-full: unknown key \"zzz\" in rule");
  expect("    category: error\n", "    category: error\n    name: again\n", "test.yaml:7: disk-full: key \"name\" is given twice in rule");
  expect("    category: error\n", "", "test.yaml:4: disk-full: rule lacks \"category\"");
  expect("    severity: error\n", "", "test.yaml:4: disk-full: rule lacks \"severity\"");
  expect("    pattern: no space left\n", "", "test.yaml:4: disk-full: rule lacks \"pattern\"");
  expect("    meaning: A disk is full.\n", "", "test.yaml:4: disk-full: rule lacks \"meaning\"");
  expect("meaning: A disk is full.", "meaning:", "test.yaml:12: disk-full: \"meaning\" must not be empty");
  expect("meaning: A disk is full.", "meaning: [a, b]", "test.yaml:12: disk-full: \"meaning\" must be a text");
  expect("  - id: disk-full\n    name", "  - name", "test.yaml:4: rule lacks \"id\"");
  expect("pack: test", "pakc: test",
         "test.yaml:1: pack lacks \"pack\"\ntest.yaml:1: unknown key \"pakc\" in pack (did you mean \"pack\"?)");
  expect("version: 1", "version: 2", "test.yaml:2: bad version \"2\": this program reads packs of version 1");
  // Words
  expect(
      "category: error", "category: perfomance",
      "test.yaml:6: disk-full: bad category \"perfomance\": one of error, performance, security, business (did you mean \"performance\"?)");
  expect("severity: error", "severity: warning",
         "test.yaml:7: disk-full: bad severity \"warning\": one of trace, debug, info, warn, error, fatal (did you mean \"warn\"?)");
  for (const std::string id : {"Disk-full", "disk_full", "disk--full", "-disk", "disk-", "7disk", "disk full"}) {
    expect("id: disk-full", "id: " + id,
           "test.yaml:4: " + id + ": bad id \"" + id +
               "\": lower-case words and digits joined by single dashes, a letter first, at most 64 bytes");
  }
  expect("    pattern:", "    case_sensitive: yep\n    pattern:", "test.yaml:8: disk-full: \"case_sensitive\" must be true or false");
  // applies_to
  expect("    pattern:", "    applies_to: {service: [a]}\n    pattern:",
         "test.yaml:8: disk-full: unknown key \"service\" in applies_to (did you mean \"services\"?)");
  expect("    pattern:", "    applies_to: everything\n    pattern:", "test.yaml:8: disk-full: applies_to must be a mapping");
  expect("    pattern:", "    applies_to:\n      severity_at_least: eror\n    pattern:",
         "test.yaml:9: disk-full: bad severity_at_least \"eror\": one of trace, debug, info, warn, error, fatal (did you mean \"error\"?)");
  expect("    pattern:", "    applies_to: {severity_at_least: error, severity_below: warn}\n    pattern:",
         "test.yaml:8: disk-full: severity_below must be above severity_at_least, or no severity is left");
  expect("    pattern:", "    applies_to: {severity_below: info}\n    pattern:",
         "test.yaml:8: disk-full: severity_below must be above severity_at_least, or no severity is left");  // error begins at warn
  expect("    pattern:", "    applies_to: {services: " + std::string(300, 'a') + "}\n    pattern:",
         "test.yaml:8: disk-full: the glob is too long: over 256 bytes");
  // Examples
  expect("      match: [no space left on device]\n", "", "test.yaml:10: disk-full: examples lacks \"match\"");
  expect("      no_match: [space left]\n", "      no_match: []\n", "test.yaml:11: disk-full: \"no_match\" must not be empty");
  expect("match: [no space left on device]", "match: [no space left on device, plenty of space]",
         "test.yaml:10: disk-full: the pattern does not match this example of a match: \"plenty of space\"");
  expect("no_match: [space left]", "no_match: [there is No Space left]",
         "test.yaml:11: disk-full: the pattern matches this example of no match: \"there is No Space left\"");
}

TEST_CASE("packs: a pattern that is unsound, says nothing or costs too much is refused", "[rules]") {
  const auto expect = [](const std::string& pattern, std::string_view problem) {
    INFO(pattern);
    const LoadedRules loaded = load_text(changed("pattern: no space left", "pattern: '" + pattern + "'"));
    std::string found;
    for (const RuleProblem& each : loaded.problems) {
      if (each.message.find("example") == std::string::npos) found += to_string(each) + "\n";
    }
    INFO(found);
    CHECK(found.find("test.yaml:8: disk-full: ") == 0);
    CHECK(found.find(problem) != std::string::npos);
    CHECK(loaded.rules == nullptr);
  };
  expect("(", "the pattern does not compile: missing closing parenthesis at byte 1");
  expect("a{2,1}", "the pattern does not compile: ");
  expect("[z-a]", "the pattern does not compile: ");
  expect(R"(\k<nobody>)", "the pattern does not compile: ");
  expect("(*UTF)space", "the pattern does not compile: ");
  expect(R"(space\C)", "the pattern does not compile: ");
  expect(std::string(60, '(') + "a" + std::string(60, ')'), "the pattern does not compile: ");
  expect("", "none of them empty");
  expect("a*", "matches the empty text");
  expect("^", "matches the empty text");
  expect("(error)?", "matches the empty text");
  expect("(?=error)", "beyond Hyperscan");
  expect(R"(\b)", "beyond Hyperscan");
  expect(".", "matches nearly everything");
  expect(".+", "matches nearly everything");
  expect(R"(\w)", "matches nearly everything");
  expect("[a-z]+", "matches nearly everything");
  expect("(?s).{5}", "matches nearly everything");
  expect("[0-9]{2}", "matches nearly everything");
  expect("(?=.*space)l", "would have to look at nearly every line");
  expect("space [a-z ]*(?=q)", "takes over 500 steps from one start");
  expect("space.*(?<=foo)vice", "takes over 500 steps from one start");
  expect(R"((a+)+\1(?=b))", "takes over 500 steps from one start");
  expect(std::string(2001, 'a'), "over 2000 bytes long");
  expect("(space.{0,1500}){2}x{1500}", "its repeats multiply");
  expect("((a{100}){100}){100}", "the pattern does not compile: regular expression is too large");
  expect("((ab{9}){19}){99}", "the pattern is too expensive: ");
  expect("space [éè]", "a character class cannot hold a character outside ASCII");
  expect("[[:alpha:]é] left", "a character class cannot hold a character outside ASCII");
  expect("é+ left", "a repeat takes the last byte");
  const auto accept = [](const std::string& pattern, std::string_view example) {
    INFO(pattern);
    const LoadedRules loaded = load_text(pack_text(rule_text("r", pattern, example)));
    CHECK(problems_of(loaded) == "");
  };
  accept("(é|è)+ vide", "éèé vide");
  accept("disque (?:saturé|plein)", "disque saturé");
  accept(R"(x \[[^]]{1,20}\] y)", "x [abc] y");
  accept("no space.{0,100}(?!ok)done", "no space, done");
  accept("a{200} end", std::string(200, 'a') + " end");
}

TEST_CASE("packs: a probe that is unsound is named by its number", "[rules]") {
  RuleSetConfig config;
  config.probes = {"fine", "(("};
  CHECK(problems_of(load_text(changed("", ""), config)) ==
        "probes:2: the pattern does not compile: missing closing parenthesis at byte 2\n");
}

TEST_CASE("packs: all problems of all packs come at once, by file and line", "[rules]") {
  const std::string first = "pack: a\nversion: 1\nrules:\n" + rule_text("twice", "alpha", "alpha") + rule_text("bad", "(", "x") +
                            rule_text("good", "beta", "no such thing");
  const std::string second = "pack: b\nversion: 1\nrules:\n" + rule_text("twice", "gamma", "gamma") + rule_text("broad", ".+", "x");
  const LoadedRules loaded = load_rules_from_text({{"b.yaml", second}, {"a.yaml", first}}, {}, true);
  CHECK(problems_of(loaded) ==
        "a.yaml:4: twice: id \"twice\" is taken: the rule at b.yaml:4 has it\n"
        "a.yaml:5: bad: the pattern does not compile: missing closing parenthesis at byte 1\n"
        "a.yaml:6: good: the pattern does not match this example of a match: \"no such thing\"\n"
        "b.yaml:5: broad: the pattern matches nearly everything, also \"a\"\n");
}

TEST_CASE("packs: what is no pack at all is a problem, never an exception", "[rules]") {
  const auto expect = [](std::string yaml, std::string_view problem) {
    INFO(yaml.substr(0, 200));
    const std::string found = problems_of(load_text(std::move(yaml)));
    INFO(found);
    CHECK(found.find(problem) != std::string::npos);
  };
  expect("", "test.yaml: empty");
  expect("# nothing\n", "test.yaml");
  const std::string mapping =
      R"(test.yaml:1: must be a mapping: a configuration of `run` has "sources" and "sinks", a rule pack "pack", "version" and "rules")";
  expect("just text", mapping);
  expect("- a\n- b\n", mapping);
  for (const std::string_view text :
       {std::string_view{"\xFF\xFEp\0a\0", 6}, std::string_view{"p\0a\0", 4}, std::string_view{"\xFE\xFF\0p\0a", 6}})
    expect(std::string{text}, "test.yaml: not YAML: UTF-16, as PowerShell and some editors write: save the file as UTF-8");
  expect("pack: a\nversion: 1\n", "test.yaml:1: pack lacks \"rules\"");
  expect("pack: a\nversion: 1\nrules: 7\n", "test.yaml:3: \"rules\" must be a list");
  expect("pack: a\nversion: 1\nrules: [7, [], ~]\n", "test.yaml:3: rule must be a mapping");
  expect("pack: a\nversion: 1\nrules: [{? {a: b} : c}]\n", "unknown key \"\" in rule");
  expect("pack: a\n\tversion: 1\n", "not YAML: ");
  expect("pack: [a\n", "not YAML: ");
  expect("pack: *nobody\n", "not YAML: ");
  expect(std::string("pack: a\0b", 9), "test.yaml");
  expect(changed("", "") + "---\n" + changed("", ""), "test.yaml:13: a second YAML document (after ---): a file holds one pack");
  expect(std::string(100'000, '['), "not YAML: ");
  expect("a: " + std::string(20'000, '{'), "not YAML: ");
  expect(
      ", severity: warn, meaning\x10"
      "acatch: f",
      "test.yaml");  // on this YAML::LoadAll does not end
  expect("]\n", "test.yaml");
  expect(std::string((16 << 20) + 1, ' '), "test.yaml: too large: over 16777216 bytes");
  std::string many = "pack: a\nversion: 1\nrules:\n";
  for (int i = 0; i < 20'001; ++i) many += "  - {}\n";
  expect(many, "20001 rules, at most 20000 are read");
}

TEST_CASE("packs: more patterns than may be in all packs together are a problem of the first rule that is too many", "[rules]") {
  std::string many = "pack: a\nversion: 1\nrules:\n  - &rule {id: a, name: a, category: error, severity: error, meaning: m, ";
  many += "examples: {match: foo, no_match: bar}, pattern: [foo, foo, foo]}\n  - *rule\n";
  RuleSetConfig config;
  config.patterns_max = 5;
  CHECK(problems_of(load_text(many, config)).find("too many: at most 20000 rules and 5 patterns in all packs together") !=
        std::string::npos);
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "loglode-packs-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{path_ + "/" + name, std::ios::binary} << text;
    return path_ + "/" + name;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_CASE("packs: files and folders are read in addition to packs in memory", "[rules]") {
  const Folder folder;
  RuleSetConfig config;
  CHECK(problems_of(load_rules({{folder.path()}, {}, {}, 64}, true)) ==
        folder.path() + ": no rule pack (*.yaml, *.yml) is in this folder\n");
  folder.write("b.yml", pack_text(rule_text("from-b", "beta", "beta")));
  folder.write("a.yaml", pack_text(rule_text("from-a", "alpha", "alpha")));
  folder.write("notes.txt", "not a pack");
  config.packs = {folder.path()};
  const LoadedRules loaded = load_rules_from_text({{"built-in", pack_text(rule_text("from-memory", "gamma", "gamma"))}}, config, true);
  REQUIRE(problems_of(loaded) == "");
  Classified hits{loaded};
  CHECK(hits("alpha beta gamma") == "from-a from-b from-memory");

  config.packs = {folder.path() + "/a.yaml", folder.path() + "/missing.yaml"};
  CHECK(problems_of(load_rules(config, true)) ==
        folder.path() + "/missing.yaml: cannot be read; does it exist and may this user read it?\n");
  const std::string again = folder.write("again.yaml", pack_text(rule_text("from-memory", "delta", "delta")));
  config.packs = {again};
  CHECK(problems_of(load_rules_from_text({{"built-in", pack_text(rule_text("from-memory", "gamma", "gamma"))}}, config, true)) ==
        again + ":4: from-memory: id \"from-memory\" is taken: the rule at built-in:4 has it\n");
}

}  // namespace
}  // namespace loglode
