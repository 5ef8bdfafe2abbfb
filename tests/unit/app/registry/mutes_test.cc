#include "app/registry/type_readers.h"
#include "config/mutes_reader.h"

#include <unistd.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>

namespace loglode::config {
namespace {

using Lines = std::vector<std::string>;

class MutesFile {
 public:
  explicit MutesFile(const std::string& text) {
    path_ = std::filesystem::temp_directory_path() / ("loglode-mutes-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
    std::ofstream{path_ / "m.yaml"} << text;
    std::ofstream{path_ / "c.yaml"} << "state: s\nsources: { in: { type: stdin } }\nsinks: { out: { type: file, path: o } }\n"
                                       "detect: { mutes: m.yaml }\n";
  }
  ~MutesFile() { std::filesystem::remove_all(path_); }
  MutesFile(const MutesFile&) = delete;
  MutesFile& operator=(const MutesFile&) = delete;

  [[nodiscard]] LoadedConfig load() const { return load_config((path_ / "c.yaml").string(), type_readers()); }
  /// Without the folder's name.
  [[nodiscard]] Lines shown(const std::vector<ConfigProblem>& problems) const {
    Lines out;
    for (ConfigProblem problem : problems) {
      problem.file = std::filesystem::path{problem.file}.filename().string();
      out.push_back(to_string(problem));
    }
    return out;
  }

 private:
  std::filesystem::path path_;
};

void expect(const std::string& text, const Lines& problems) {
  INFO(text);
  const MutesFile file{text};
  CHECK(file.shown(file.load().problems) == problems);
}

constexpr const char* kEnd = ", reason: r, until: 2100-01-01T00:00:00Z }\n";

TEST_CASE("mutes: everything that can be said is read", "[app][config]") {
  const MutesFile file{
      "- kind: frequent\n  service: shop-*\n  template: '00000000000000ff'\n  rule: storage-disk-full\n  text: ledger\n"
      "  reason: known\n  until: 2100-01-01T02:00:00+02:00\n- { kind: new_error" +
      std::string{kEnd}};
  const LoadedConfig loaded = file.load();
  REQUIRE(file.shown(loaded.problems).empty());
  REQUIRE(loaded.config.detect.muted.size() == 2);
  const Mute& mute = loaded.config.detect.muted[0].mute;
  CHECK(mute.kind == FindingKind::frequent);
  CHECK(mute.service == "shop-*");
  CHECK(mute.template_id == TemplateId{255});
  CHECK(mute.rule == "storage-disk-full");
  CHECK(mute.text == "ledger");
  CHECK(mute.reason == "known");
  CHECK(mute.until == Timestamp{std::chrono::seconds{4'102'444'800}});
  CHECK(names_rules(loaded.config));
}

TEST_CASE("mutes: a file may have none", "[app][config]") {
  expect("", {});
  expect("# nothing is muted\n", {});
  expect("[]\n", {});
}

TEST_CASE("mutes: what is wrong is told with file and line, all at once", "[app][config]") {
  const auto one = [](const std::string& says) { return "- { " + says + kEnd; };
  expect(one("kind: frequnt"), {"m.yaml:1: bad kind \"frequnt\": no kind of finding (did you mean \"frequent\"?)"});
  expect(one("kind: storm"), {"m.yaml:1: bad kind \"storm\": a storm is many findings at once; mute those"});
  expect(one("template: 12"), {"m.yaml:1: bad template \"12\": the 16 hex digits of a template's id"});
  expect(one("sevrice: shop"), {"m.yaml:1: unknown key \"sevrice\" in a mute (did you mean \"service\"?)",
                                "m.yaml:1: a mute needs one of kind, service, template, rule, text: everything cannot be muted"});
  expect("- { service: shop }\n", {"m.yaml:1: a mute lacks \"reason\"", "m.yaml:1: a mute lacks \"until\""});
  expect("- { service: shop, reason: '', until: tomorrow }\n",
         {"m.yaml:1: \"reason\" must not be empty", "m.yaml:1: bad until \"tomorrow\": a time with its zone, like 2026-12-01T06:00:00Z"});
  expect("- { service: shop, reason: r, until: '2100-01-01 00:00:00' }\n",
         {"m.yaml:1: bad until \"2100-01-01 00:00:00\": a time with its zone, like 2026-12-01T06:00:00Z"});
  expect("service: shop\n", {"m.yaml:1: a file of mutes is a list: each begins with \"- \""});
  expect("- shop\n", {"m.yaml:1: a mute must be a mapping"});
  expect(one("service: a") + "---\n" + one("service: b"), {"m.yaml:2: a second YAML document (after ---): a file holds one list of mutes"});
  expect("- { service: [\n- {", {"m.yaml:2: not YAML: illegal block entry"});
}

TEST_CASE("mutes: a rule that is not there is told where it stands", "[app][config]") {
  const MutesFile file{"- service: shop\n  rule: storage-disk-ful\n  reason: r\n  until: 2100-01-01T00:00:00Z\n"};
  CHECK(file.shown(check_rule_ids(file.load().config, {"storage-disk-full"})) ==
        Lines{"m.yaml:2: unknown rule \"storage-disk-ful\" (did you mean \"storage-disk-full\"?)"});
}

TEST_CASE("mutes: one that has ended is a warning, so that a service starts at night as it did by day", "[app][config]") {
  const MutesFile file{"- { service: shop, reason: r, until: 2020-01-01T00:00:00Z }\n"};
  const LoadedConfig loaded = file.load();
  CHECK(loaded.usable());
  CHECK(file.shown(loaded.warnings) ==
        Lines{"m.yaml:1: this mute has ended: nothing that happens now is muted by it; take it out, or give it another \"until\""});
}

TEST_CASE("mutes: a file that is not there is a problem of who names it", "[app][config]") {
  const MutesFile file{""};
  LoadedConfig loaded = file.load();
  loaded.config.detect.mutes[0].value += ".gone";
  loaded.config.detect.mutes[0].shown = "gone.yaml";
  type_readers().mutes(loaded, process_environment());
  CHECK(file.shown(loaded.problems) == Lines{"c.yaml:4: mutes \"gone.yaml\" cannot be read: is it there, and may this user read it?"});
}

}  // namespace
}  // namespace loglode::config
