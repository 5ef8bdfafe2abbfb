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

#include "core/announced.h"
#include "core/timestamp.h"

namespace loglode {

class PublishedEvents {
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
    std::string open_text{};  // of an incident that was sent open before ids changed: it is to be closed; else it is to be withdrawn
    Timestamp end = kNoTime;
    Timestamp opened_at = kNoTime;  // as it was first told
  };

  /// At most so many documents are remembered, besides open incidents: what ended first is forgotten first, and what was sent of it
  /// stands. An open incident is never forgotten, since nothing else would close it.
  static constexpr std::size_t kRememberedMax = 20'000;

  /// False when the same text was sent under this id before: it need not be sent again.
  /// `open`: an incident that is not closed yet; its text is kept, for sinks that are new and for when it is over.
  bool note(Document kind, const std::string& id, std::string_view json, const Facts& facts, bool open = false);
  /// It is still so: what is known of it changes, not what was sent.
  void refresh(Document kind, const std::string& id, const Facts& facts);
  [[nodiscard]] bool knows(Document kind, const std::string& id) const { return published_.contains({kind, id}); }
  /// When it opened, as the first document of this id said; kNoTime: it is not known.
  [[nodiscard]] Timestamp opened_at(Document kind, const std::string& id) const;
  /// Of all open incidents: id and what was sent last.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> open_incidents() const;
  /// Known from elsewhere: nothing was sent, and nothing is to be.
  void note_known(Document kind, const std::string& id, const Facts& facts);
  [[nodiscard]] bool is_only_known(Document kind, const std::string& id) const;
  /// Whether what was sent under this id, if anything was, said the same facts.
  [[nodiscard]] bool has_said(Document kind, const std::string& id, const Facts& facts) const;
  /// Findings have other ids from now on and are forgotten; of incidents nothing is sent for what was sent until now.
  void keep_as_known();
  /// What was sent under these ids stands from now on, whether it is spoken of or not.
  void keep_lasting(const std::set<std::string>& ids);
  /// Whether anything was sent under it.
  bool forget(Document kind, const std::string& id);
  /// Of the judgement: the ids of its documents and what they are about; and what of that is in no document that was sent.
  struct Present {
    std::set<std::string_view> ids;
    std::set<std::uint64_t> unsent;
  };
  /// Forgets what lasts and is not spoken of any more: what was sent stands. Then takes out and gives what was sent, is not present, ended
  /// before `ended_before`, and is not about something unsent: what stands in its place must be sent first.
  [[nodiscard]] std::vector<Gone> take_gone(Document kind, const Present& present, Timestamp ended_before);

  /// All of it, by kind and id, for those of a later run.
  [[nodiscard]] std::vector<PublishedDocument> documents() const;
  /// Goes on from what documents() gave, and nothing else.
  void restore(const std::vector<PublishedDocument>& documents);

 private:
  struct Sent {
    std::uint64_t hash = 0;  // of the text; 0: only known
    Facts facts;
    std::string text{};  // empty unless it is an open incident
    bool lasting = false;
    Timestamp opened_at = kNoTime;  // of the first facts
  };
  using Key = std::pair<Document, std::string>;
  void forget_oldest(const Key& but);
  void count_open();

  std::map<Key, Sent> published_;
  std::size_t open_ = 0;  // of published_: those that have a text
};

}  // namespace loglode
