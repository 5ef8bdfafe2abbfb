#include "correlate/standing_codec.h"

#include <nlohmann/json.hpp>

#include <type_traits>

namespace loglode {

namespace {

using Json = nlohmann::json;
constexpr int kVersion = 1;

// Each type names its parts once, for writing and for reading; a part that is added is added at the end.
template <class Parts>
void visit(Parts&& parts, Evidence& one) {
  parts(one.record_id, one.origin.stream.high, one.origin.stream.low, one.origin.path, one.origin.offset, one.origin.line,
        one.origin.line_count, one.time, one.excerpt);
}
template <class Parts>
void visit(Parts&& parts, Finding& one) {
  parts(one.finding_id, one.kind, one.category, one.service, one.template_id.high, one.template_id.low, one.template_text, one.rule_id,
        one.severity, one.start, one.end, one.observed, one.expected, one.total, one.score, one.q, one.notify, one.evidence, one.summary,
        one.hits_alone);
}
template <class Parts>
void visit(Parts&& parts, ScoreTerm& one) {
  parts(one.name, one.value);
}
template <class Parts>
void visit(Parts&& parts, Suspect& one) {
  parts(one.rank, one.service, one.score, one.terms, one.evidence);
}
template <class Parts>
void visit(Parts&& parts, CascadeEdge& one) {
  parts(one.from, one.to, one.basis, one.lag_s_p10, one.lag_s_p50, one.lag_s_p90, one.lift, one.pairs, one.q, one.evidence);
}
template <class Parts>
void visit(Parts&& parts, TimelineEntry& one) {
  parts(one.time, one.service, one.what, one.finding_id);
}
template <class Parts>
void visit(Parts&& parts, Incident& one) {
  parts(one.incident_id, one.fingerprint, one.state, one.severity, one.notify, one.opened_at, one.closed_at, one.onset, one.services,
        one.findings, one.suspects, one.edges, one.timeline, one.shared_traces, one.requests_failed, one.first_user_visible, one.summary);
}
template <class Parts>
void visit(Parts&& parts, Standing::OfFinding& one) {
  parts(one.finding, one.end, one.settled);
}
template <class Parts>
void visit(Parts&& parts, Standing::OfIncident& one) {
  parts(one.incident, one.subjects, one.last, one.settled);
}
template <class Parts>
void visit(Parts&& parts, Standing& one) {
  parts(one.at, one.findings, one.incidents);
}

template <class T>
Json written(std::vector<T>& values);
template <class T>
Json written(std::shared_ptr<const T>& value);
template <class T>
Json written(T& value);

struct Writer {
  Json& row;
  template <class... Each>
  void operator()(Each&... each) {
    (row.push_back(written(each)), ...);
  }
};

template <class T>
Json written(std::vector<T>& values) {
  Json row = Json::array();
  for (T& value : values) row.push_back(written(value));
  return row;
}
template <class T>
Json written(std::shared_ptr<const T>& value) {
  T copy = *value;
  return written(copy);
}
template <class T>
Json written(T& value) {
  if constexpr (std::is_same_v<T, Timestamp>) {
    return value.time_since_epoch().count();
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<unsigned>(value);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else {
    Json row = Json::array();
    visit(Writer{row}, value);
    return row;
  }
}

template <class T>
void read(const Json& json, std::vector<T>& values);
template <class T>
void read(const Json& json, std::shared_ptr<const T>& value);
template <class T>
void read(const Json& json, T& value);

struct Reader {
  const Json& row;
  std::size_t place = 0;
  template <class... Each>
  void operator()(Each&... each) {
    // A part that an earlier version did not have stays as it is made.
    ((place < row.size() ? read(row[place], each) : void(), ++place), ...);
  }
};

template <class T>
void read(const Json& json, std::vector<T>& values) {
  for (const Json& each : json.get_ref<const Json::array_t&>()) read(each, values.emplace_back());
}
template <class T>
void read(const Json& json, std::shared_ptr<const T>& value) {
  auto made = std::make_shared<T>();
  read(json, *made);
  value = std::move(made);
}
template <class T>
void read(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, Timestamp>) {
    value = Timestamp{Duration{json.get<std::int64_t>()}};
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(json.get<std::underlying_type_t<T>>());
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    value = json.get<T>();
  } else {
    visit(Reader{json}, value);
  }
}

}  // namespace

std::string encode_standing(const Standing& standing) {
  Standing copy = standing;
  std::string bytes;
  Json::to_cbor({{"version", kVersion}, {"standing", written(copy)}}, bytes);
  return bytes;
}

std::optional<Standing> decode_standing(std::string_view bytes) {
  try {
    const Json all = Json::from_cbor(bytes);
    if (all.at("version") != kVersion) return std::nullopt;
    Standing standing;
    read(all.at("standing"), standing);
    return standing;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return std::nullopt;
  }
}

}  // namespace loglode
