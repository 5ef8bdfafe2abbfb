// `type: elasticsearch` of a sink: its keys are known, so that a configuration of a later version is refused by name.
#include <fmt/format.h>

#include "app/registry/types.h"

namespace loglode::config {
namespace {

constexpr KeyRow kKeys[] = {{"urls api_key data_stream", "refused: elasticsearch is not part of this version", "none"}};

void read(const Section& section, SinkConfig& out) {
  out.urls = section.texts("urls", true);
  out.api_key = section.text("api_key");
  out.data_stream = section.text("data_stream");
  section.problem(section.key_line("type"), fmt::format("{}: elasticsearch is not part of this version", section.what()));
}

void check(const SinkConfig&, ConfigReading&) {}
void connect(const SinkConfig&, ConnectTrial&) {}

Result<OpenedSink> make(const SinkConfig& sink, const SinkMaking&) {
  return fail(std::make_error_code(std::errc::invalid_argument), "sink " + sink.name + ": elasticsearch is not part of this version");
}

}  // namespace

const SinkType& elasticsearch_sink_type() {
  static constexpr SinkType kType{{"elasticsearch", SinkConfig::Type::elasticsearch, kKeys, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config
