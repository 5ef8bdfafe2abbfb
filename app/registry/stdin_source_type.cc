// `type: stdin` of a source.
#include "app/registry/types.h"
#include "ingest/input_source.h"

namespace loglode::config {
namespace {

void read(const Section&, SourceConfig&) {}
void check(const SourceConfig&, ConfigReading&) {}
void connect(const SourceConfig&, ConnectTrial&) {}

Result<std::unique_ptr<Source>> make(const SourceConfig& source, const SourceMaking& with) {
  auto framers = with.framers(source, source.format.value);
  if (!framers) return tl::unexpected<Error>(framers.error());
  auto inputs = find_inputs({"-"}, with.counters);
  if (!inputs) return tl::unexpected<Error>(inputs.error());
  IngestConfig reading;
  reading.source = source.name;
  reading.line_bytes_max = with.line_bytes_max;
  reading.batch_bytes = with.batch_bytes;
  if (source.service.kind == ServiceFrom::Kind::fixed) reading.service = source.service.name;
  reading.live = true;
  reading.streams = {with.next_stream()};
  return make_input_source(std::move(reading), std::move(*inputs), **framers, with.counters);
}

}  // namespace

const SourceType& stdin_source_type() {
  static constexpr SourceType kType{{"stdin", SourceConfig::Type::standard_input, {}, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config
