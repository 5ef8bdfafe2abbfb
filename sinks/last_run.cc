#include "sinks/last_run.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/owned_file.h"
#include "sinks/result_files.h"

namespace loglode {

namespace {

namespace fs = std::filesystem;

// Of one file when read back. 100,000 templates took 63 MB; with excerpts and texts of full length three times that, so this is none of
// ours.
constexpr std::uintmax_t kLastRunBytesMax = 512ULL * 1024 * 1024;

constexpr const char* kWorkingFolder = "working-folder";  // file: what relative paths of the run are relative to

Result<std::vector<Json>> read_ndjson(const fs::path& path) {
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(path, missing);
  if (missing) return fail(missing, "no last run is kept: run `loglode analyze FILE` first");
  if (size > kLastRunBytesMax)
    return fail(std::make_error_code(std::errc::file_too_large), path.string() + " is not a last run of ours: remove it");
  std::ifstream in{path};
  std::vector<Json> out;
  for (std::string line; std::getline(in, line);) {
    Json object = Json::parse(line, nullptr, false);
    if (object.is_discarded())
      return fail(std::make_error_code(std::errc::invalid_argument), path.string() + " is damaged: run `loglode analyze FILE` again");
    out.push_back(std::move(object));
  }
  return out;
}

// Finds evidence objects wherever they stand in a finding, an incident or a template.
void find_evidence(const Json& place, std::string_view prefix, const Json*& found, bool& ambiguous) {
  if (place.is_object() && place.contains("record_id")) {
    const auto& id = place["record_id"].get_ref<const std::string&>();
    if (id.compare(0, prefix.size(), prefix) != 0) return;
    if (found != nullptr && (*found)["record_id"] != place["record_id"]) ambiguous = true;
    if (found == nullptr) found = &place;
    return;
  }
  if (place.is_structured())
    for (const auto& item : place) find_evidence(item, prefix, found, ambiguous);
}

std::string lines_of(const std::vector<Json>& objects) {
  std::string out;
  for (const Json& object : objects) out += to_line(object) + "\n";
  return out;
}

}  // namespace

Result<std::string> state_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string{state} + "/loglode";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string{home} + "/.local/state/loglode";
  return fail(std::make_error_code(std::errc::no_such_file_or_directory),
              "neither XDG_STATE_HOME nor HOME says where to keep the last run");
}

Result<void> keep_last_run(const std::string& state, const Judgement& judgement, const RunStats& stats, const RuleCatalog& rules,
                           const EarlierIncidents& earlier) {
  const fs::path folder = fs::path{state} / "last-run", fresh = fs::path{state} / "last-run.new", old = fs::path{state} / "last-run.old";
  std::error_code error;
  if (auto made = make_folders(state, 0700); !made) return made;
  fs::remove_all(fresh, error);
  if (!fs::create_directory(fresh, error)) return fail(error, "cannot keep the last run in " + state);
  fs::permissions(fresh, fs::perms::owner_all, error);
  const std::pair<const char*, std::string> files[] = {{"findings.ndjson", lines_of(earlier.findings) + findings_ndjson(judgement)},
                                                       {"incidents.ndjson", lines_of(earlier.incidents) + incidents_ndjson(judgement)},
                                                       {"rules.ndjson", rules_ndjson(judgement, rules)},
                                                       {"stats.ndjson", stats_ndjson(judgement, stats)},
                                                       {kWorkingFolder, fs::current_path(error).string()}};
  for (const auto& [name, text] : files)
    if (auto written = write_file((fresh / name).string(), text); !written) return written;
  if (auto written = write_templates((fresh / "templates.ndjson").string(), judgement); !written) return written;
  for (const auto& file : fs::directory_iterator{fresh, error})
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::remove_all(old, error);
  if (fs::exists(folder, error)) fs::rename(folder, old, error);
  fs::rename(fresh, folder, error);
  if (error) return fail(error, "cannot keep the last run in " + state);
  fs::remove_all(old, error);
  return {};
}

Result<LastRun> LastRun::open(const std::string& state) {
  const fs::path folder = fs::path{state} / "last-run";
  LastRun run;
  const std::pair<const char*, std::vector<Json>*> parts[] = {
      {"incidents.ndjson", &run.incidents_}, {"findings.ndjson", &run.findings_}, {"templates.ndjson", &run.templates_}};
  for (const auto& [name, objects] : parts) {
    auto read = read_ndjson(folder / name);
    if (!read) return tl::unexpected<Error>(read.error());
    *objects = std::move(*read);
  }
  std::getline(std::ifstream{folder / kWorkingFolder}, run.working_folder_);              // of an older version's run none is known
  if (auto rules = read_ndjson(folder / "rules.ndjson")) run.rules_ = std::move(*rules);  // a run of an older version kept none
  return run;
}

std::string LastRun::path_now(const std::string& path) const { return path == "-" ? path : (fs::path{working_folder_} / path).string(); }

const Json* LastRun::finding(std::string_view id) const {
  for (const Json& finding : findings_)
    if (finding["finding_id"].get_ref<const std::string&>() == id) return &finding;
  return nullptr;
}

const Json* LastRun::rule(std::string_view id) const {
  for (const Json& rule : rules_)
    if (rule["rule_id"].get_ref<const std::string&>() == id) return &rule;
  return nullptr;
}

const Json* LastRun::evidence(std::string_view prefix) const {
  const Json* found = nullptr;
  bool ambiguous = false;
  for (const auto* objects : {&findings_, &incidents_, &templates_})
    for (const Json& object : *objects) find_evidence(object, prefix, found, ambiguous);
  return ambiguous ? nullptr : found;
}

}  // namespace loglode
