#include "sinks/rotated_parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/owned_file.h"

namespace loglode {

namespace {

constexpr std::string_view kStampForm = "00000000T000000.000-0000";
constexpr std::size_t kTimeLength = 19;
constexpr int kNumberMax = 9999;
constexpr std::chrono::minutes kTryAgain{1};

bool is_stamp(std::string_view text) noexcept {
  if (text.size() != kStampForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kStampForm[i] == '0' ? !digit : text[i] != kStampForm[i]) return false;
  }
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) noexcept {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::optional<RotatedPart> part_of(std::string_view base, const std::string& name) {
  std::string_view rest{name};
  if (!rest.starts_with(base) || rest.size() <= base.size() || rest[base.size()] != '.') return std::nullopt;
  rest.remove_prefix(base.size() + 1);
  RotatedPart part;
  part.unfinished = take_suffix(rest, kUnfinishedSuffix);
  for (const Compression compression : {Compression::gzip, Compression::zstd})
    if (take_suffix(rest, suffix_of(compression))) part.compression = compression;
  if (!is_stamp(rest) || (part.unfinished && part.compression == Compression::none)) return std::nullopt;
  part.name = name;
  part.stamp = rest;
  return part;
}

/// `20261126T120000.000`.
std::string time_text(Timestamp time) {
  std::string out;
  for (const char c : to_rfc3339(time).substr(0, 23))
    if (c != '-' && c != ':') out += c;
  return out;
}

}  // namespace

Result<std::vector<RotatedPart>> list_parts(const std::string& path) {
  const std::string base = name_in_folder(path), folder = folder_of(path);
  std::error_code code;
  std::vector<RotatedPart> parts;
  std::filesystem::directory_iterator entry{folder, code};
  for (const std::filesystem::directory_iterator end; !code && entry != end; entry.increment(code))
    if (auto part = part_of(base, entry->path().filename().string())) parts.push_back(std::move(*part));
  if (code) return fail(code, "cannot list " + folder + ": " + code.message(), true);
  std::sort(parts.begin(), parts.end(), [](const RotatedPart& a, const RotatedPart& b) { return a.name < b.name; });
  return parts;
}

Result<std::string> next_part(const std::string& path, Timestamp now) {
  auto parts = list_parts(path);
  if (!parts) return tl::unexpected<Error>(parts.error());
  std::string time = time_text(now);
  int number = 0;
  if (!parts->empty() && parts->back().stamp.substr(0, kTimeLength) >= time) {
    time = parts->back().stamp.substr(0, kTimeLength);
    number = std::stoi(parts->back().stamp.substr(kTimeLength + 1)) + 1;
  }
  if (number > kNumberMax)
    return fail(std::make_error_code(std::errc::file_exists),
                fmt::format("cannot name another part of {}: {} parts bear the same time; is the clock wrong?", path, number), true);
  return fmt::format("{}.{}-{:04}", path, time, number);
}

PartKeeper::PartKeeper(std::string path, RotateConfig config, Tell tell)
    : path_{std::move(path)}, config_{config}, tell_{std::move(tell)}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

PartKeeper::~PartKeeper() = default;

void PartKeeper::wake() {
  {
    const std::scoped_lock lock{mutex_};
    wanted_ = true;
  }
  changed_.notify_all();
}

void PartKeeper::finish() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !wanted_ && !busy_; });
}

void PartKeeper::run(const std::stop_token& stop) {
  for (bool complete = true; !stop.stop_requested();) {
    {
      std::unique_lock lock{mutex_};
      const auto is_wanted = [this] { return wanted_; };
      if (complete)
        changed_.wait(lock, stop, is_wanted);
      else
        changed_.wait_for(lock, stop, kTryAgain, is_wanted);
      wanted_ = false;
      busy_ = true;
    }
    complete = keep_parts(stop);
    {
      const std::scoped_lock lock{mutex_};
      busy_ = false;
    }
    changed_.notify_all();
  }
}

bool PartKeeper::done(const Result<void>& result) {
  if (!result && tell_ && result.error().code != std::errc::operation_canceled) tell_(result.error().message);
  return result.has_value();
}

bool PartKeeper::keep_parts(const std::stop_token& stop) {
  auto parts = list_parts(path_);
  if (!parts) return done(tl::unexpected<Error>(parts.error()));
  const std::string folder = folder_of(path_) + "/";
  const auto remove = [&](const RotatedPart& part) {
    if (::unlink((folder + part.name).c_str()) == 0 || errno == ENOENT) return true;
    return done(fail_on_file("cannot remove " + folder + part.name));
  };
  bool complete = true;
  std::vector<std::string> stamps;  // newest last, each once
  for (const RotatedPart& part : *parts) {
    if (part.unfinished)
      complete = remove(part) && complete;
    else if (stamps.empty() || stamps.back() != part.stamp)
      stamps.push_back(part.stamp);
  }
  const std::size_t beyond = config_.keep != 0 && stamps.size() > config_.keep ? stamps.size() - config_.keep : 0;
  const std::string first_kept = beyond < stamps.size() ? stamps[beyond] : std::string{};
  for (const RotatedPart& part : *parts) {
    if (stop.stop_requested()) return false;
    if (part.unfinished) continue;
    if (part.stamp < first_kept)
      complete = remove(part) && complete;
    else if (part.compression == Compression::none)
      complete = done(compress_file(folder + part.name, config_.compression, stop)) && complete;
  }
  return complete;
}

}  // namespace loglode
