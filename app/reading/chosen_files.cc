#include "app/reading/chosen_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace loglode {

namespace {

using FileKey = std::pair<dev_t, ino_t>;

// What a path leads to, so that links and other names of a file are that file. None when it is gone.
std::optional<FileKey> key_of(const InputFile& input) {
  struct stat status {};
  const int found = input.path == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(input.path.c_str(), &status);
  return found == 0 ? std::optional{FileKey{status.st_dev, status.st_ino}} : std::nullopt;
}

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

std::string shown_name(const InputFile& input) { return input.path == "-" ? "standard input" : input.path; }

// Takes out of `inputs` what `baseline` holds as well.
Result<void> leave_out_baseline(std::vector<InputFile>& inputs, const std::vector<InputFile>& baseline, RunCounters& counters) {
  std::set<FileKey> learned;
  for (const InputFile& file : baseline)
    if (const auto key = key_of(file)) learned.insert(*key);
  if (learned.empty()) return {};
  const auto first_of_both = std::stable_partition(inputs.begin(), inputs.end(), [&](const InputFile& file) {
    const auto key = key_of(file);
    return !key || learned.count(*key) == 0;
  });
  if (first_of_both == inputs.begin())
    return invalid("nothing is left to judge: every input was also given as a baseline, such as " + shown_name(*first_of_both) +
                   ": name other files with --baseline, or leave it out");
  if (first_of_both != inputs.end()) {
    const auto count = inputs.end() - first_of_both;
    counters.report(
        {first_of_both->path,
         std::to_string(count) + " file(s) are baseline as well and were learned, not judged, such as " + shown_name(*first_of_both),
         false});
  }
  inputs.erase(first_of_both, inputs.end());
  return {};
}

}  // namespace

Result<std::vector<InputFile>> chosen_inputs(const AnalyzeOptions& options, RunCounters& counters) {
  std::vector<InputFile> all;
  if (!options.baselines.empty()) {
    auto baseline = find_inputs(options.baselines, counters, true);
    if (!baseline) return baseline;
    all = std::move(*baseline);
  }
  auto inputs = find_inputs(options.inputs, counters, false);
  if (!inputs) return inputs;
  if (auto left = leave_out_baseline(*inputs, all, counters); !left) return tl::unexpected<Error>(left.error());
  all.insert(all.end(), inputs->begin(), inputs->end());
  return all;
}

std::vector<StreamId> given_order(const std::vector<InputFile>& inputs) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].baseline) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return inputs[a].given < inputs[b].given; });
  std::vector<StreamId> streams;
  for (const std::uint32_t i : order) streams.push_back(StreamId{i});
  return streams;
}

Result<void> check_outputs(const AnalyzeOptions& options, const std::vector<InputFile>& inputs) {
  std::map<FileKey, std::string> taken;
  for (const InputFile& input : inputs)
    if (const auto key = key_of(input)) taken.emplace(*key, "is read by this run");
  std::set<std::string> names;
  for (const std::string* path : {&options.output, &options.findings, &options.incidents, &options.templates, &options.assignments,
                                  &options.records, &options.stats}) {
    if (path->empty()) continue;
    if (*path == "-") return invalid("- does not name a file to write to: give /dev/stdout instead");
    if (path->compare(0, 5, "/dev/") == 0) continue;
    struct stat status {};
    const bool exists = ::stat(path->c_str(), &status) == 0 && S_ISREG(status.st_mode);
    const auto other = exists ? taken.find({status.st_dev, status.st_ino}) : taken.end();
    if (other != taken.end()) return invalid(*path + " " + other->second + " and would be overwritten: give the output another name");
    if (!names.insert(*path).second) return invalid(*path + " is named by two options: each output needs a file of its own");
    if (exists) taken.emplace(FileKey{status.st_dev, status.st_ino}, "is named by another option");
  }
  return {};
}

}  // namespace loglode
