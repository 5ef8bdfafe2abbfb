#include "parse/text/error_field.h"

#include <string>

namespace loglode {

namespace {

constexpr std::size_t kErrorBytesMax = 400;

}  // namespace

void add_error(std::string_view error, Record& record, Batch& batch) {
  const bool unstated = record.severity == Severity::unspecified;
  if (error.empty() || !(unstated || (record.severity >= Severity::info && record.severity < Severity::warn))) return;
  if (unstated) record.severity = Severity::error;
  if (unstated && record.message.find(error) != std::string_view::npos) return;
  std::string text{record.message == error ? std::string_view{} : record.message};
  if (!text.empty()) text += ' ';
  text += "error=\"";
  text += error.substr(0, kErrorBytesMax);
  text += '"';
  record.message = batch.keep(text);
}

}  // namespace loglode
