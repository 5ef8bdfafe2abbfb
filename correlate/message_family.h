// Message families: templates of one service that are one message with other values. The miner cannot always know (free text, names, lists
// that vary in length), so whoever asks "was this there before" asks for the family as well.
// Owned by one judgement, one thread. Keeps pointers to the series it was given, which must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "correlate/message_tokens.h"
#include "correlate/timeline.h"

namespace loglode {

enum class Kinship : std::uint8_t {
  stranger,  // nothing like it is known
  variant,   // a known message with values in other places (a list that is longer, a word that became a variable, a plural) or with another
             // reason behind its colon, as long as all these together are no more frequent than was to be expected
  member,    // one more filling of a place that is filled differently each time, or that is known to hold a variable
};

/// A template is kin only of templates of its service and severity class, that the same rule hits and that are at least as grave.
class MessageFamilies {
 public:
  /// One that serves for comparison, with `learned` records; `scale`: how many are to be expected now for each of those.
  void add_known(const Series& series, std::uint64_t learned, double scale);
  /// One that is new itself: what fills its place differently is a member, but variants are told as news as it was.
  void add_new(const Series& series);
  /// What `series`, of `records` records, is to those added before, itself left out. One that is said far more often than any filling known
  /// of its place is no member: the place may be free, but what fills it now is news.
  [[nodiscard]] Kinship kinship_of(const Series& series, std::uint64_t records) const;

 private:
  struct Message {
    std::vector<MessageToken> tokens;
    const Series* series = nullptr;
    std::uint64_t records = 0;  // where it was counted
    double now = 0;             // records that this leads one to expect now, or that a new one has
    double expected = 0;        // the first of these alone
    std::uint64_t judged = 0;   // records now
  };
  struct Group {
    std::vector<Message> messages;                  // in order of tokens
    std::multimap<std::string, Message> skeletons;  // of what serves for comparison; without tokens
  };
  struct Likeness;
  struct Kind;

  [[nodiscard]] static std::vector<Likeness> nearest(const Group& group, const Message& message);
  [[nodiscard]] static bool fills_varying_place(const std::vector<Likeness>& nearest, const Message& message);
  [[nodiscard]] static bool is_covered(const Group& group, const Message& message);
  [[nodiscard]] static Kind covered_by(const std::vector<Likeness>& nearest, const Message& message);
  [[nodiscard]] static bool is_one_more_of_a_kind(const std::vector<Likeness>& nearest, const Message& message);
  void add(Message message);

  std::map<std::pair<std::uint32_t, SeverityClass>, Group> groups_;
};

}  // namespace loglode
