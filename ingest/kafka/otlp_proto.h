// OTLP's protocol buffers, read from the wire.
#pragma once

#include <string_view>

#include "ingest/kafka/otlp.h"

namespace loglode::kafka {

/// `bytes` must be is_otlp_proto().
void read_otlp_proto(std::string_view bytes, OtlpJson& line, const OtlpReader::OnRecord& on_record);

}  // namespace loglode::kafka
