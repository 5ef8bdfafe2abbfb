// Transforms as a test writes them down: YAML of one source's list, and records to run them on.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/registry/type_readers.h"
#include "config/load_config.h"
#include "pipeline/transforms/transforms.h"

namespace loglode {

struct Line {
  std::string message;
  Severity severity = Severity::info;
  std::string service{};
  std::vector<std::pair<std::string, std::string>> attributes{};
  std::vector<std::uint32_t> rules{};
  std::uint32_t line_count = 1;
  std::optional<std::string> raw{};  // none: the message itself
  std::uint64_t offset = 0;
  std::uint16_t flags = 0;
  std::uint32_t weight = 1;
};

inline const RuleCatalog& rules_for_transforms() {
  static const RuleCatalog rules{RuleInfo{"oom", "out of memory", RuleCategory::error, Severity::fatal, "", ""},
                                 RuleInfo{"nginx-access", "access", RuleCategory::business, Severity::info, "", ""}};
  return rules;
}

inline config::PipelineConfig transforms_config(const std::string& transforms, int sinks = 3) {
  std::string yaml =
      "sources:\n  web: { type: stdin, transforms: [" + transforms + "] }\n  other: { type: file, paths: [/tmp/i] }\nsinks:\n";
  for (int i = 0; i < sinks; ++i) yaml += "  s" + std::to_string(i) + ": { type: file, path: /tmp/o" + std::to_string(i) + " }\n";
  auto loaded =
      config::load_config_text(yaml, "c.yaml", config::type_readers(), [](const std::string&) { return std::optional<std::string>{}; });
  for (const auto& problem : loaded.problems) FAIL_CHECK(to_string(problem));
  return loaded.config;
}

class TransformRun {
 public:
  explicit TransformRun(const std::string& transforms, int sinks = 3) : config_{transforms_config(transforms, sinks)} {
    auto made = make_transforms(config_.sources, config_.sinks, rules_for_transforms(), counters);
    REQUIRE(made.has_value());
    stage_ = std::move(*(*made)());
  }

  /// A batch of these lines of a source, as it comes out.
  Batch feed(const std::vector<Line>& lines, const std::string& source = "web", const std::vector<MessageField>& fields = {}) {
    Batch batch;
    batch.message_fields = fields;
    Stream stream;
    stream.info.source = source;
    stream.info.service = "shop";
    stream.info.identity = {7, 9};
    batch.stream = std::make_shared<const Stream>(stream);
    for (const Line& line : lines) add(batch, line);
    REQUIRE(stage_->run(batch).has_value());
    return batch;
  }

  RunCounters counters;

 private:
  static void add(Batch& batch, const Line& line) {
    Record& record = batch.records.emplace_back();
    record.message = batch.keep(line.message);
    record.raw = line.raw ? batch.keep(*line.raw) : record.message;
    record.severity = line.severity;
    record.service = batch.keep(line.service);
    record.line_count = line.line_count;
    record.offset = line.offset;
    record.flags = line.flags;
    record.weight = line.weight;
    record.attributes_begin = static_cast<std::uint32_t>(batch.attributes.size());
    record.attributes_count = static_cast<std::uint32_t>(line.attributes.size());
    for (const auto& [key, value] : line.attributes) batch.attributes.push_back({batch.keep(key), batch.keep(value)});
    record.hits_begin = static_cast<std::uint32_t>(batch.hits.size());
    record.hits_count = static_cast<std::uint32_t>(line.rules.size());
    for (const std::uint32_t rule : line.rules) batch.hits.push_back({RuleIndex{rule}});
  }

  config::PipelineConfig config_;
  std::unique_ptr<Stage> stage_;
};

inline bool dropped(const Record& record) { return record.has(RecordFlag::excluded); }

/// `key=value key=value`, in their order.
inline std::string attributes_text(const Batch& batch, const Record& record) {
  std::string out;
  for (const Attribute& each : batch.attributes_of(record))
    out += (out.empty() ? "" : " ") + std::string{each.key} + "=" + std::string{each.value};
  return out;
}

}  // namespace loglode
