#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

namespace fs = std::filesystem;

class CacheFolder {
 public:
  CacheFolder() {
    std::string name = (fs::temp_directory_path() / "loglode-cache-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~CacheFolder() {
    std::error_code ignored;
    fs::permissions(path_, fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
  }
  CacheFolder(const CacheFolder&) = delete;
  CacheFolder& operator=(const CacheFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator{path_}) out.push_back(entry.path());
    return out;
  }

 private:
  std::string path_;
};

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const fs::path& path, const std::string& bytes) { std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes; }

std::string rules_of_the_cache() {
  return rule_text("a", "alpha(?!x)", "alpha") + rule_text("b", "beta", "beta") + rule_text("c", "gamma", "gamma", "category: security");
}

RuleSetConfig caching_in(const std::string& folder) {
  RuleSetConfig config;
  config.cache_folder = folder;
  config.probes = {"delta"};
  return config;
}

/// The rules work, wherever they came from.
void check_rules(const LoadedRules& loaded) {
  Classified hits{loaded};
  CHECK(hits("alphax alpha beta gamma") == "a b c");
  CHECK(hits("alphax") == "");
  CHECK(hits(record_of("alpha beta gamma", Severity::info)) == "a? b? c");
  CHECK(hits("delta") == "");
  CHECK(hits.batch().records.front().has(RecordFlag::may_hold_secret));
}

TEST_CASE("cache: the second start reads what the first compiled", "[rules]") {
  const CacheFolder folder;
  const std::string inner = folder.path() + "/not/yet/there";
  const LoadedRules first = sound_rules(rules_of_the_cache(), caching_in(inner)),
                    second = sound_rules(rules_of_the_cache(), caching_in(inner));
  CHECK_FALSE(first.from_cache);
  CHECK(second.from_cache);
  check_rules(first);
  check_rules(second);
  for (const auto& entry : fs::directory_iterator{inner}) {
    struct stat info {};
    REQUIRE(::stat(entry.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
  }
}

TEST_CASE("cache: a change of a pattern or of the probes is compiled again, what it applies to is no part of the database", "[rules]") {
  const CacheFolder folder;
  const auto from_cache = [&](std::string_view rules, std::vector<std::string> probes) {
    RuleSetConfig config = caching_in(folder.path());
    config.probes = std::move(probes);
    return sound_rules(rules, config).from_cache;
  };
  const std::string a = rule_text("a", "alpha", "alpha");
  CHECK_FALSE(from_cache(a, {}));
  CHECK(from_cache(a, {}));
  CHECK_FALSE(from_cache(rule_text("a", "alpha|omega", "alpha"), {}));
  CHECK_FALSE(from_cache(rule_text("a", "alpha", "alpha", "category: error, case_sensitive: true"), {}));
  CHECK_FALSE(from_cache(a, {"probe"}));
  CHECK(from_cache(rule_text("b", "alpha", "alpha"), {}));
  CHECK(from_cache(rule_text("a", "alpha", "alpha", "category: security"), {}));
  CHECK(from_cache(a, {"probe"}));
}

TEST_CASE("cache: only the newest few files are kept", "[rules]") {
  const CacheFolder folder;
  for (int i = 0; i < 12; ++i)
    sound_rules(rule_text("a", "alpha" + std::to_string(i), "alpha" + std::to_string(i)), caching_in(folder.path()));
  CHECK(folder.files().size() == 8);
}

TEST_CASE("cache: examples are checked also when the database comes from it", "[rules]") {
  const CacheFolder folder;
  sound_rules(rule_text("a", "alpha", "alpha"), caching_in(folder.path()));
  const LoadedRules loaded = load_text(pack_text(rule_text("a", "alpha", "omega")), caching_in(folder.path()));
  CHECK(loaded.from_cache);
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.rules == nullptr);
}

TEST_CASE("cache: several starts at once do not harm each other", "[rules]") {
  const CacheFolder folder;
  std::vector<LoadedRules> loaded(4);
  {
    std::vector<std::jthread> starts;
    for (LoadedRules& each : loaded) {
      starts.emplace_back([&] { each = load_text(pack_text(rules_of_the_cache()), caching_in(folder.path())); });
    }
  }
  for (const LoadedRules& each : loaded) check_rules(each);
  CHECK(folder.files().size() == 1);
  CHECK(sound_rules(rules_of_the_cache(), caching_in(folder.path())).from_cache);
}

// What can be wrong with a cache; each time the rules are compiled again and the file is put right.

TEST_CASE("cache: a damaged file is as good as none", "[rules]") {
  const CacheFolder folder;
  sound_rules(rules_of_the_cache(), caching_in(folder.path()));
  REQUIRE(folder.files().size() == 1);
  const fs::path path = folder.files().front();
  const std::string sound = read_file(path);
  const auto expect_compiled = [&](const std::string& damaged) {
    write_file(path, damaged);
    const LoadedRules loaded = sound_rules(rules_of_the_cache(), caching_in(folder.path()));
    CHECK_FALSE(loaded.from_cache);
    check_rules(loaded);
    CHECK(read_file(path) == sound);  // and compiling is deterministic
  };
  for (std::size_t at = 0; at < sound.size(); at += at < 260 ? 7 : sound.size() / 23) {
    INFO("byte " << at);
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    expect_compiled(damaged);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{8}, std::size_t{100}, sound.size() / 2, sound.size() - 1}) {
    INFO("cut to " << size);
    expect_compiled(sound.substr(0, size));
  }
  expect_compiled(sound + "x");
  std::string of_another_version = sound;
  constexpr std::string_view kBefore = "compiled rules ";
  const std::size_t number = sound.find(kBefore);
  REQUIRE(number != std::string::npos);
  of_another_version[number + kBefore.size()] = '0';
  expect_compiled(of_another_version);
}

TEST_CASE("cache: a file that others may write is not trusted", "[rules]") {
  const CacheFolder folder;
  sound_rules(rules_of_the_cache(), caching_in(folder.path()));
  const fs::path path = folder.files().front();
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  CHECK_FALSE(sound_rules(rules_of_the_cache(), caching_in(folder.path())).from_cache);
  CHECK(sound_rules(rules_of_the_cache(), caching_in(folder.path())).from_cache);  // replaced by one of ours
}

TEST_CASE("cache: a file behind a symbolic link or no file at all is not read", "[rules]") {
  const CacheFolder folder;
  sound_rules(rules_of_the_cache(), caching_in(folder.path()));
  const fs::path path = folder.files().front();
  fs::rename(path, folder.path() + "/elsewhere");
  fs::create_symlink(folder.path() + "/elsewhere", path);
  CHECK_FALSE(sound_rules(rules_of_the_cache(), caching_in(folder.path())).from_cache);
  fs::remove(path);
  fs::create_directory(path);
  const LoadedRules loaded = sound_rules(rules_of_the_cache(), caching_in(folder.path()));
  CHECK_FALSE(loaded.from_cache);
  check_rules(loaded);
}

TEST_CASE("cache: a folder that cannot be is no problem", "[rules]") {
  const CacheFolder folder;
  write_file(folder.path() + "/file", "x");
  for (const std::string& where :
       {folder.path() + "/file/below", std::string("/proc/nowhere/loglode"), folder.path() + "/" + std::string(300, 'n')}) {
    INFO(where);
    const LoadedRules loaded = sound_rules(rules_of_the_cache(), caching_in(where));
    CHECK_FALSE(loaded.from_cache);
    check_rules(loaded);
  }
}

}  // namespace
}  // namespace loglode
