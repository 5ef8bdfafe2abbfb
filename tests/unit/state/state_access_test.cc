// Who may write, who may read beside it, and what happens when the system refuses.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <thread>

#include "tests/unit/state/state_samples.h"

namespace loglode::test {

namespace {

namespace fs = std::filesystem;

/// A process that has the state open for writing, until end().
class Writer {
 public:
  explicit Writer(const StateFolder& folder, const std::function<void(StateStore&)>& before_waiting = {}) {
    int ready[2], done[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(done) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::close(ready[0]);
      ::close(done[1]);
      auto store = StateStore::open(folder.path(), StateAccess::read_write);
      if (!store) ::_exit(1);
      if (before_waiting) before_waiting(*store);
      char byte = '+';
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      if (::read(done[0], &byte, 1) < 0) ::_exit(1);
      { const StateStore closed = std::move(*store); }
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(done[0]);
    done_ = done[1];
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { end(); }
  void end(bool by_force = false) {
    if (child_ == 0) return;
    if (by_force) ::kill(child_, SIGKILL);
    ::close(done_);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }
  [[nodiscard]] pid_t pid() const { return child_; }

 private:
  pid_t child_ = 0;
  int done_ = -1;
};

bool same_files(const StateFolder& folder, const std::map<std::string, std::string>& before) { return folder.bytes() == before; }

}  // namespace

TEST_CASE("state: one process writes, and a second is told which one does", "[state][access]") {
  const StateFolder folder;
  const auto refused = [&](pid_t owner) {
    const auto store = StateStore::open(folder.path(), StateAccess::read_write);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == StateErrc::in_use);
    INFO(store.error().message);
    CHECK(store.error().message.find("process " + std::to_string(owner) + " (test_state)") != std::string::npos);
    CHECK(store.error().message.find(folder.path()) != std::string::npos);
  };
  {
    Writer other{folder};
    refused(other.pid());
    other.end(true);  // a lock goes with its process
  }
  StateStore store = open_state(folder);
  refused(::getpid());
  CHECK(StateStore::open(folder.path(), StateAccess::read_only).has_value());
  StateStore moved = std::move(store);
  refused(::getpid());
  CHECK(moved.write({.shapes = {{ShapeId{1}, "x"}}}).has_value());
}

TEST_CASE("state: who deletes the lock file lets no second writer in", "[state][access][errors]") {
  const StateFolder folder;
  {
    Writer other{folder};
    fs::remove(folder.file("state.lock"));
    const auto store = StateStore::open(folder.path(), StateAccess::read_write);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == StateErrc::in_use);
    fs::remove(folder.file("state.lock"));
    CHECK(StateStore::open(folder.path(), StateAccess::read_only).has_value());
  }
  CHECK(StateStore::open(folder.path(), StateAccess::read_write).has_value());
}

TEST_CASE("state: a reader beside a writer sees what is durable and leaves no trace", "[state][access]") {
  const StateFolder folder;
  StateSamples samples{4};
  StateModel model;
  for (int i = 0; i < 3; ++i) {
    const Checkpoint snapshot = samples.next();
    model.apply(snapshot);
    Writer other{folder, [&](StateStore& store) { static_cast<void>(store.write(snapshot)); }};
    const auto before = folder.bytes();
    const StateStore reader = open_state(folder, {}, StateAccess::read_only);
    CHECK(text_of(contents_of(reader)) == model.text());
    CHECK(text_of(contents_of(reader)) == model.text());  // read again
    CHECK(same_files(folder, before));
    const Checkpoint next = samples.next();
    model.apply(next);
    other.end(i == 1);
    REQUIRE(open_state(folder).write(next).has_value());
    CHECK(text_of(contents_of(reader)) == model.text());
  }
}

TEST_CASE("state: whatever a writer does meanwhile, a reader sees one snapshot, and later ones later", "[state][access]") {
  const StateFolder folder;
  constexpr int kSnapshots = 400;
  std::map<std::string, int> number_of;
  StateModel model;
  StateSamples of_model{8};
  number_of.emplace(model.text(), 0);
  for (int i = 1; i <= kSnapshots; ++i) {
    model.apply(of_model.next());
    number_of.emplace(model.text(), i);
  }
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    StateSamples samples{8};
    for (int i = 0; i < kSnapshots;) {
      auto store = StateStore::open(folder.path(), StateAccess::read_write);  // it comes and goes too
      for (int k = 0; k < 9 && i < kSnapshots; ++k, ++i)
        if (!store || !store->write(samples.next())) ::_exit(1);
    }
    ::_exit(0);
  }
  int latest = 0, reads = 0;
  int status = 0;
  for (bool running = true; running;) {
    running = ::waitpid(child, &status, WNOHANG) == 0;
    const auto reader = StateStore::open(folder.path(), StateAccess::read_only);
    if (!reader) {
      INFO(reader.error().message);
      REQUIRE(reader.error().code == StateErrc::absent);  // not yet
      REQUIRE(latest == 0);
      continue;
    }
    const auto found = number_of.find(text_of(contents_of(*reader)));
    REQUIRE(found != number_of.end());
    REQUIRE(found->second >= latest);
    latest = found->second;
    ++reads;
  }
  CHECK(status == 0);
  CHECK(latest == number_of.at(model.text()));
  CHECK(reads > 0);
}

TEST_CASE("state: a folder that cannot be written is read all the same, however its last writer ended", "[state][access]") {
  const StateFolder closed;
  StateModel model;
  {
    StateStore store = open_state(closed);
    StateSamples samples{5};
    for (int i = 0; i < 4; ++i) {
      const Checkpoint snapshot = samples.next();
      REQUIRE(store.write(snapshot));
      model.apply(snapshot);
    }
  }
  const auto crashed = crashed_folder(5, 4);
  auto copied = crashed;
  copied.erase("state.db-shm");
  for (const auto& files : {closed.bytes(), crashed, copied}) {
    INFO(files.size() << " files");
    const StateFolder folder;
    folder.fill(files);
    for (const auto& [name, bytes] : files) fs::permissions(folder.file(name), fs::perms(0444));
    fs::permissions(folder.path(), fs::perms(0555));
    const int code = in_child([&] {
      if (::geteuid() == 0 && ::seteuid(65534) != 0) return 77;
      const auto reader = StateStore::open(folder.path(), StateAccess::read_only);
      if (!reader) return 1;
      const auto contents = reader->load();
      return contents && text_of(*contents) == model.text() ? 0 : 2;
    });
    fs::permissions(folder.path(), fs::perms(0755));
    if (code == 77) {
      WARN("skipped: cannot become another user here");
      return;
    }
    CHECK(code == 0);
    CHECK(folder.bytes() == files);
  }
}

TEST_CASE("state: what is refused, and how it is said", "[state][access]") {
  const StateFolder folder;
  const auto refused = [](const std::string& path, StateAccess access, std::error_code code, const std::string& text) {
    const auto store = StateStore::open(path, access);
    REQUIRE_FALSE(store.has_value());
    INFO(store.error().message);
    CHECK(store.error().code == code);
    CHECK(store.error().message.find(text) != std::string::npos);
  };
  refused(folder.file("nowhere"), StateAccess::read_only, StateErrc::absent, "there is no state in " + folder.file("nowhere"));
  refused(folder.path(), StateAccess::read_only, StateErrc::absent, "there is no state in ");
  CHECK(folder.bytes().empty());
  folder.write("a file", "");
  refused(folder.file("a file"), StateAccess::read_write, std::make_error_code(std::errc::not_a_directory), "a file");
  fs::permissions(folder.path(), fs::perms(0777));
  refused(folder.path(), StateAccess::read_write, StateErrc::unsafe_folder, "may be written by anybody");
  refused(folder.path(), StateAccess::read_only, StateErrc::unsafe_folder, "may be written by anybody");
  fs::permissions(folder.path(), fs::perms(0700));
  const StateFolder elsewhere;
  { const StateStore made = open_state(elsewhere); }
  fs::create_symlink(elsewhere.file(), folder.file());
  refused(folder.path(), StateAccess::read_write, StateErrc::refused, "cannot read the state");
  fs::remove(folder.file());
  fs::create_directory(folder.file());
  refused(folder.path(), StateAccess::read_write, StateErrc::refused, "cannot read the state");
}

TEST_CASE("state: a folder or file without permission is an error that says so, and stays as it is", "[state][access]") {
  const StateFolder folder;
  { const StateStore made = open_state(folder); }
  const auto before = folder.bytes();
  const auto as_nobody = [&](fs::perms of_folder, fs::perms of_file, const std::string& text) {
    fs::permissions(folder.path(), of_folder);
    fs::permissions(folder.file(), of_file);
    const int code = in_child([&] {
      if (::geteuid() == 0 && ::seteuid(65534) != 0) return 77;
      const auto store = StateStore::open(folder.path(), StateAccess::read_write);
      if (store) return 1;
      return store.error().message.find(text) != std::string::npos && store.error().code != StateErrc::damaged ? 0 : 2;
    });
    fs::permissions(folder.path(), fs::perms(0700));
    if (code == 77) {
      WARN("skipped: cannot become another user here");
    } else {
      CHECK(code == 0);
    }
    CHECK(folder.bytes() == before);
  };
  as_nobody(fs::perms(0500), fs::perms(0600), "ermission denied");
  as_nobody(fs::perms(0555), fs::perms(0644), "ermission denied");
  fs::permissions(folder.file("state.lock"), fs::perms(0666));
  as_nobody(fs::perms(0555), fs::perms(0000), "cannot");
  as_nobody(fs::perms(0555), fs::perms(0444), "cannot write");
}

TEST_CASE("state: a folder that is deleted or replaced under its writer is an error of every write from then on", "[state][access]") {
  for (const bool replaced : {false, true}) {
    const StateFolder folder;
    auto store = StateStore::open(folder.path(), StateAccess::read_write);
    REQUIRE(store.has_value());
    StateSamples samples{1};
    REQUIRE(store->write(samples.next()).has_value());
    const fs::path file = fs::path{folder.path()} / "state.db";
    if (replaced) {
      fs::copy_file(file, file.string() + ".copy");
      fs::rename(file.string() + ".copy", file);
    } else {
      fs::remove_all(folder.path());
    }
    for (int i = 0; i < 2; ++i) {
      const auto written = store->write(samples.next());
      REQUIRE_FALSE(written.has_value());
      CHECK(written.error().code == StateErrc::refused);
      CHECK(written.error().message.find("was deleted or replaced while it was in use") != std::string::npos);
    }
  }
}

TEST_CASE("state: a full disk is an error, changes nothing, and the next write goes well", "[state][access]") {
  StateSamples samples{9};
  const Checkpoint first = samples.next();
  Checkpoint large = samples.next();
  for (std::uint64_t i = 100; i < 400; ++i) large.shapes.push_back({ShapeId{i}, std::string(500, 'x')});
  StateModel model;
  model.apply(first);
  const std::string before = model.text();
  model.apply(large);
  const std::string after = model.text();
  int failures = 0;
  // A bound on the size of a file stands for a disk that is full: here, there, and while the file is made.
  for (const rlim_t bytes : {0U, 1000U, 9000U, 30'000U, 50'000U, 100'000U, 150'000U, 200'000U, 100'000'000U}) {
    INFO("files of at most " << bytes << " bytes");
    const StateFolder folder;
    const int code = in_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const auto limit_to = [](rlim_t size) {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = size;
        return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
      };
      {
        auto store = StateStore::open(folder.path(), StateAccess::read_write);
        if (!store || !store->write(first) || !limit_to(bytes)) return 10;
        const auto full = store->write(large);
        if (!full && (full.error().code == StateErrc::damaged || !full.error().retryable)) return 11;
        const auto contents = store->load();
        if (!contents || text_of(*contents) != (full ? after : before)) return 12;
        if (!limit_to(RLIM_INFINITY)) return 77;
        if (!full && !store->write(large)) return 13;
        return full ? 0 : 1;
      }
    });
    if (code == 77) {
      WARN("skipped: the limit cannot be lifted again here");
      return;
    }
    CHECK(code <= 1);
    CHECK(code >= 0);
    failures += code;
    CHECK(text_of(contents_of(folder)) == after);

    const StateFolder fresh;
    CHECK(in_child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{bytes, bytes};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            const auto store = StateStore::open(fresh.path(), StateAccess::read_write);
            return (store && bytes < 10'000) || (!store && bytes > 200'000) ? 1 : 0;
          }) == 0);
    const StateContents begun = contents_of(fresh);
    CHECK(begun.set_aside.empty());
    CHECK(text_of(begun).empty());
  }
  CHECK(failures > 3);
}

}  // namespace loglode::test
