// `type: file` of a sink.
#include <fmt/format.h>

#include "app/registry/types.h"
#include "base/near_word.h"
#include "base/owned_file.h"
#include "base/yaml_lines.h"
#include "parse/redact/redactor.h"
#include "sinks/file_sink.h"

namespace loglode::config {
namespace {

constexpr std::string_view kRotateKeys[] = {"size", "age", "keep", "compress"};
constexpr Word<Compress> kCompress[] = {{"none", Compress::none}, {"gzip", Compress::gzip}, {"zstd", Compress::zstd}};
constexpr Word<bool> kSync[] = {{"snapshot", true}, {"never", false}};
constexpr KeyRow kKeys[] = {
    {"path", "NDJSON, one object a line", "required"},
    {"rotate.size rotate.age", "when a new file begins; one of them is needed", "never"},
    {"rotate.keep rotate.compress", "how many older ones stay; `none`, `gzip`, `zstd`", "all, `none`"},
    {"sync", "`snapshot`: a record counts as delivered once it is synced; `never` leaves it to the system", "`snapshot`"},
};

void read_rotate(const Section& sink, RotateConfig& out) {
  const auto section = sink.section("rotate", sink.what() + ".rotate", kRotateKeys);
  if (!section) return;
  Given<std::uint64_t> bytes, keep;
  Given<Milliseconds> age;
  section->size("size", bytes, {64 * kKiB, 1ull << 50});
  section->duration("age", age, {std::chrono::minutes{1}, hours(24 * 366)});
  section->count("keep", keep, {1, 1'000'000});
  section->choice("compress", kCompress, out.compress);
  if (bytes.line > 0) out.bytes = bytes;
  if (age.line > 0) out.age = age;
  if (keep.line > 0) out.keep = keep;
  if (section->is_mapping() && !section->has("size") && !section->has("age"))
    section->problem(section->line(), fmt::format("{} needs \"size\" or \"age\"", section->what()));
}

void read(const Section& section, SinkConfig& out) {
  out.path = section.path("path", true);
  read_rotate(section, out.rotate);
  section.choice("sync", kSync, out.sync_with_snapshot);
}

void check(const SinkConfig&, ConfigReading&) {}

void connect(const SinkConfig& sink, ConnectTrial& trial) { trial.try_file(sink.path, fmt::format("sink {}", in_quotes(sink.name))); }

bool mask_original(std::string_view text, std::string& out) {
  RedactionCounts counts;
  return redact_into(text, out, counts);
}

Result<OpenedSink> make(const SinkConfig& sink, const SinkMaking& with) {
  FileSinkConfig file;
  file.name = sink.name;
  file.file.path = sink.path.value;
  if (sink.rotate.bytes) file.file.rotate.bytes_max = sink.rotate.bytes->value;
  if (sink.rotate.age) file.file.rotate.age_max = std::chrono::duration_cast<std::chrono::seconds>(sink.rotate.age->value);
  if (sink.rotate.keep) file.file.rotate.keep = sink.rotate.keep->value;
  file.file.rotate.compression = static_cast<Compression>(sink.rotate.compress.value);
  file.file.tell = with.tell;
  file.sync = sink.sync_with_snapshot.value ? SyncWhen::snapshot : SyncWhen::never;
  file.original = mask_original;
  static_cast<void>(make_folders(folder_of(sink.path.value), 0750));  // what fails is said when the file is opened
  return make_file_sink(std::move(file), with.rules, with.members);
}

}  // namespace

const SinkType& file_sink_type() {
  static constexpr SinkType kType{{"file", SinkConfig::Type::file, kKeys, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config
