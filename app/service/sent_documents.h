// What the sinks were last given under each id, so that a document comes again when it says something else, and is withdrawn when it holds
// no more. Used by the judging thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/timestamp.h"

namespace loglode {

class SentDocuments {
 public:
  /// When what it is about happened; kNoTime where that has no time.
  struct Span {
    Timestamp start = kNoTime, end = kNoTime;
  };
  struct Gone {
    std::string id;
    Span span;
  };

  /// False when the same text was sent under this id before: it need not be sent again.
  bool note(Document kind, const std::string& id, std::string_view json, const Span& span, std::uint64_t size);
  /// Known from elsewhere: nothing was sent, and nothing is to be.
  void note_known(Document kind, const std::string& id, const Span& span);
  /// Whether it was sent when it was of another size or span.
  [[nodiscard]] bool has_changed(Document kind, const std::string& id, const Span& span, std::uint64_t size) const;
  /// Whether it is known from elsewhere alone.
  [[nodiscard]] bool is_only_known(Document kind, const std::string& id) const;
  /// Whether anything was sent under it.
  bool forget(Document kind, const std::string& id);
  /// Forgets what happened before `judged_from`: no judgement speaks of it any more, and what was sent stands. Then takes out and gives
  /// what was sent, is not in `present`, and ended before `ended_before`.
  [[nodiscard]] std::vector<Gone> take_gone(Document kind, const std::set<std::string_view>& present, Timestamp judged_from,
                                            Timestamp ended_before);

  [[nodiscard]] std::string encode() const;
  /// False: it can not be read, nothing is known.
  [[nodiscard]] bool restore(std::string_view bytes);

 private:
  struct Sent {
    std::uint64_t hash = 0, size = 0;  // hash 0: only known
    Span span;
  };
  std::map<std::pair<Document, std::string>, Sent> sent_;
};

}  // namespace loglode
