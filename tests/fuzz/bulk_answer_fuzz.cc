// Any bytes as the answer to a bulk: no crash, the same items in one piece and in many, and of what nlohmann::json accepts too, as many.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "sinks/elasticsearch/bulk_answer.h"

namespace {

struct Outcome {
  std::vector<std::string> items;
  bool good = false;
};

Outcome read(std::string_view text, std::size_t piece) {
  Outcome out;
  loglode::BulkAnswer answer{[&](const loglode::BulkItem& item) {
                               std::string text_of{item.operation};
                               for (const std::string_view each : {item.index, item.id, item.error_type, item.error_reason})
                                 text_of.append(each) += '\n';
                               out.items.push_back(text_of + std::to_string(item.status));
                             },
                             2048};
  loglode::Result<void> done;
  for (; !text.empty() && done; text.remove_prefix(std::min(piece, text.size()))) done = answer.append(text.substr(0, piece));
  if (done) done = answer.finish();
  out.good = done.has_value();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const Outcome whole = read(text, size + 1), pieces = read(text, 1 + size % 7);
  LOGLODE_ASSERT(whole.good == pieces.good && whole.items == pieces.items);
  if (!whole.good) return 0;
  const nlohmann::json slow = nlohmann::json::parse(text, nullptr, false);
  if (!slow.is_discarded() && slow.contains("items")) LOGLODE_ASSERT(slow["items"].size() == whole.items.size());
  return 0;
}
