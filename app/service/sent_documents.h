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
  /// What a document says of what it is about; times are kNoTime where it has none.
  struct Facts {
    std::uint64_t about = 0;  // the same for what is known again under another id; 0: never
    Timestamp start = kNoTime, end = kNoTime;
    std::uint64_t size = 0;
    friend bool operator==(const Facts&, const Facts&) = default;
  };
  struct Gone {
    std::string id;
    std::uint64_t about = 0;
  };

  /// False when the same text was sent under this id before: it need not be sent again.
  bool note(Document kind, const std::string& id, std::string_view json, const Facts& facts);
  /// Known from elsewhere: nothing was sent, and nothing is to be.
  void note_known(Document kind, const std::string& id, const Facts& facts);
  [[nodiscard]] bool is_only_known(Document kind, const std::string& id) const;
  /// Whether what was sent under this id, if anything was, said the same facts.
  [[nodiscard]] bool has_said(Document kind, const std::string& id, const Facts& facts) const;
  /// Whether anything was sent under it.
  bool forget(Document kind, const std::string& id);
  /// Forgets what happened before `judged_from`: no judgement speaks of it any more, and what was sent stands. Then takes out and gives
  /// what was sent, is not in `present`, ended before `ended_before`, and is not about one of `unsent`: what stands in its place must be
  /// sent first.
  [[nodiscard]] std::vector<Gone> take_gone(Document kind, const std::set<std::string_view>& present, const std::set<std::uint64_t>& unsent,
                                            Timestamp judged_from, Timestamp ended_before);

  [[nodiscard]] std::string encode() const;
  /// False: it can not be read, nothing is known.
  [[nodiscard]] bool restore(std::string_view bytes);

 private:
  struct Sent {
    std::uint64_t hash = 0;  // of the text; 0: only known
    Facts facts;
  };
  std::map<std::pair<Document, std::string>, Sent> sent_;
};

}  // namespace loglode
