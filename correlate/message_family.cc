#include "correlate/message_family.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "correlate/detect.h"
#include "correlate/statistics.h"

namespace loglode {

namespace {

constexpr std::size_t kMessagesMax = 8192;  // of a service and severity class; what comes later is a stranger to later ones
constexpr std::size_t kNeighbours = 64;     // compared on either side in order of tokens: those that begin alike
constexpr std::size_t kFillingsNeeded = 5;  // different ones, before a place is known to be free
constexpr double kFreshShare = 0.2;         // of the records of such a place were something never said before (Good and Turing)
constexpr double kChanceRecords = 2;        // what is said so often can be chance
constexpr double kShareOfCover = 0.1;       // of the records of a template, for one value that it could hold: not remarkable
constexpr double kOverdispersion = 0.1, kChance = 0.01;
constexpr double kOftenerThanAny = 1.5;  // than the most frequent filling known

bool is_slots(const std::vector<MessageToken>& tokens, std::size_t from, std::size_t to) {
  return from < to && std::all_of(tokens.begin() + static_cast<std::ptrdiff_t>(from), tokens.begin() + static_cast<std::ptrdiff_t>(to),
                                  [](const MessageToken& token) { return token.kind == TokenKind::slot; });
}

bool may_be_kin(const Series& known, const Series& series) {
  return &known != &series && known.rule == series.rule && known.severity >= series.severity;
}

/// What the variables of a template would hold if `message` were one of its records: for each, the tokens [from, to) of the message.
/// Empty when it cannot be one.
std::vector<std::pair<std::size_t, std::size_t>> fillings_of(const std::vector<MessageToken>& pattern,
                                                             const std::vector<MessageToken>& message) {
  std::vector<std::pair<std::size_t, std::size_t>> held;
  std::size_t at = 0, in_pattern = 0, last_slot = pattern.size();
  while (at < message.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern].kind == TokenKind::slot) {
      last_slot = in_pattern++;
      held.emplace_back(at, at + 1);  // a variable holds something
      ++at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == message[at]) {
      ++in_pattern;
      ++at;
    } else if (last_slot < pattern.size()) {
      in_pattern = last_slot + 1;  // the last variable holds one more
      at = ++held.back().second;
    } else {
      return {};
    }
  }
  return in_pattern == pattern.size() ? held : std::vector<std::pair<std::size_t, std::size_t>>{};
}

bool is_word(const MessageToken& token) {
  return token.kind == TokenKind::ideograph ||
         (token.kind == TokenKind::word && token.text.find_first_of("0123456789") == std::string_view::npos);
}

/// Whether the variables that would have to hold words have held some: where numbers stand, no reason is told.
bool can_hold(const TemplateInfo& info, const std::vector<std::pair<std::size_t, std::size_t>>& held,
              const std::vector<MessageToken>& message) {
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto from = message.begin() + static_cast<std::ptrdiff_t>(held[i].first);
    const auto to = message.begin() + static_cast<std::ptrdiff_t>(held[i].second);
    if (std::none_of(from, to, is_word)) continue;
    if (i >= info.parameters.size()) return false;
    const std::string_view type = info.parameters[i].type;
    if (type != "word" && type != "text") return false;
  }
  return true;
}

/// Behind the last mark among the first `prefix` tokens that announces what follows; 0 for none.
std::size_t after_last_mark(const std::vector<MessageToken>& tokens, std::size_t prefix) {
  static constexpr std::array<std::string_view, 6> kMarks{":", "=", "(", "\"", "'", "\\\""};
  for (std::size_t at = prefix; at > 0; --at)
    if (tokens[at - 1].kind == TokenKind::mark && std::find(kMarks.begin(), kMarks.end(), tokens[at - 1].text) != kMarks.end()) return at;
  return 0;
}

/// How often the most frequent value of the variables of a template was seen, as far as that is known.
double most_frequent_value(const TemplateInfo& info, std::uint64_t records) {
  double most = 0;
  for (const TemplateParameter& parameter : info.parameters)
    if (parameter.values && !parameter.values->top.empty())
      most = std::fmax(most, parameter.values->top.front().share * static_cast<double>(records));
  return most;
}

}  // namespace

/// What a message has in common with another one of its group.
struct MessageFamilies::Likeness {
  const Message* other = nullptr;
  std::size_t prefix = 0, suffix = 0;  // tokens
};

/// Messages that are one and the same, or nearly.
struct MessageFamilies::Kind {
  double learned = 0, expected = 0, judged = 0, most = 0;
  std::size_t messages = 0;

  void take(const Message& message) {
    ++messages;
    learned += message.expected > 0 ? static_cast<double>(message.records) : 0;
    expected += message.expected;
    judged += static_cast<double>(message.judged);
    most = std::fmax(most, message.now);
  }
  /// Whether nothing is worse than it was when `more` records come to what is there.
  [[nodiscard]] bool is_as_frequent_with(double more) const {
    return learned > 0 && upper_tail(judged + more, expected, kOverdispersion + 1 / learned) > kChance;
  }
};

void MessageFamilies::add_known(const Series& series, std::uint64_t learned, double scale) {
  const double now = static_cast<double>(learned) * scale;
  add(Message{tokens_of(series.info->text), &series, learned, now, now, count_of(series.judged())});
}

void MessageFamilies::add_new(const Series& series) {
  add(Message{tokens_of(series.info->text), &series, series.total, static_cast<double>(series.total), 0, series.total});
}

void MessageFamilies::add(Message message) {
  Group& group = groups_[{message.series->service, message.series->severity_class()}];
  if (group.messages.size() >= kMessagesMax) return;
  if (std::string skeleton = skeleton_of(message.tokens); message.expected > 0 && !skeleton.empty())
    group.skeletons.emplace(std::move(skeleton),
                            Message{{}, message.series, message.records, message.now, message.expected, message.judged});
  const auto place = std::upper_bound(group.messages.begin(), group.messages.end(), message,
                                      [](const Message& a, const Message& b) { return a.tokens < b.tokens; });
  group.messages.insert(place, std::move(message));
}

std::vector<MessageFamilies::Likeness> MessageFamilies::nearest(const Group& group, const Message& message) {
  const auto place = std::lower_bound(group.messages.begin(), group.messages.end(), message,
                                      [](const Message& a, const Message& b) { return a.tokens < b.tokens; });
  const auto from = std::min<std::ptrdiff_t>(kNeighbours, place - group.messages.begin());
  const auto to = std::min<std::ptrdiff_t>(kNeighbours, group.messages.end() - place);
  std::vector<Likeness> found;
  for (auto other = place - from; other != place + to; ++other) {
    if (!may_be_kin(*other->series, *message.series)) continue;
    const std::vector<MessageToken>&a = message.tokens, &b = other->tokens;
    const std::size_t shorter = std::min(a.size(), b.size());
    Likeness likeness{&*other, 0, 0};
    while (likeness.prefix < shorter && a[likeness.prefix] == b[likeness.prefix]) ++likeness.prefix;
    while (likeness.suffix < shorter - likeness.prefix && a[a.size() - 1 - likeness.suffix] == b[b.size() - 1 - likeness.suffix])
      ++likeness.suffix;
    if (says_enough(a, likeness.prefix, likeness.suffix)) found.push_back(likeness);
  }
  return found;
}

/// Whether there is a place in the message, the same words around it, that was filled in many ways, mostly new ones.
bool MessageFamilies::fills_varying_place(const std::vector<Likeness>& nearest, const Message& message) {
  for (const Likeness& frame : nearest) {
    std::size_t fillings = 0;
    double counted = 0, once = 0, most = 0;
    for (const Likeness& each : nearest) {
      if (each.prefix < frame.prefix || each.suffix < frame.suffix) continue;
      const std::vector<MessageToken>& other = each.other->tokens;
      if (is_slots(other, frame.prefix, other.size() - frame.suffix)) continue;
      ++fillings;
      counted += static_cast<double>(each.other->records);
      once += each.other->records == 1 ? 1 : 0;
      most = std::fmax(most, each.other->now);
    }
    if (fillings < kFillingsNeeded || once < kFreshShare * counted) continue;
    if (message.now <= std::fmax(kChanceRecords, kOftenerThanAny * most)) return true;
  }
  return false;
}

/// Whether there is a template that the message could be a record of, with other words in its variables.
bool MessageFamilies::is_covered(const Group& group, const Message& message) {
  constexpr std::size_t kTried = 8;  // of those with a variable at the same place
  const auto covers = [&](const Message& other) {
    if (!may_be_kin(*other.series, *message.series) || !says_enough(other.tokens, other.tokens.size(), 0)) return false;
    const auto held = fillings_of(other.tokens, message.tokens);
    if (held.empty() || !can_hold(*other.series->info, held, message.tokens)) return false;
    const double most = std::fmax(other.now * kShareOfCover, kOftenerThanAny * most_frequent_value(*other.series->info, other.records));
    return message.now <= std::fmax(kChanceRecords, most);
  };
  // Those in [from, to) begin with the same `place` tokens.
  auto from = group.messages.begin(), to = group.messages.end();
  for (std::size_t place = 0; from != to; ++place) {
    const auto less = [place](const Message& one, std::string_view text) {
      return one.tokens.size() <= place || one.tokens[place].text < text;
    };
    auto other = std::lower_bound(from, to, std::string_view{"<*>"}, less);
    for (std::size_t i = 0; i < kTried && other != to && other->tokens[place].kind == TokenKind::slot; ++i, ++other)
      if (covers(*other)) return true;
    if (place == message.tokens.size()) break;
    const std::string_view text = message.tokens[place].text;
    from = std::lower_bound(from, to, text, less);
    to = std::partition_point(from, to, [&](const Message& one) { return one.tokens[place].text == text; });
  }
  return false;
}

/// Those that the message, which has variables in more places, has come to stand for.
MessageFamilies::Kind MessageFamilies::covered_by(const std::vector<Likeness>& nearest, const Message& message) {
  Kind kind;
  if (!says_enough(message.tokens, message.tokens.size(), 0)) return kind;
  for (const Likeness& each : nearest)
    if (each.other->expected > 0 && !fillings_of(message.tokens, each.other->tokens).empty()) kind.take(*each.other);
  return kind;
}

/// Whether a reason is told where another one was, after the same words and a mark that announces it, and all these together are not told
/// oftener than those that were known lead one to expect: then nothing is worse than it was. Where many are known, none stands out as this.
bool MessageFamilies::is_one_more_of_a_kind(const std::vector<Likeness>& nearest, const Message& message) {
  for (const Likeness& frame : nearest) {
    const std::size_t prefix = after_last_mark(message.tokens, frame.prefix);
    if (prefix == 0 || !says_enough(message.tokens, prefix, 0)) continue;
    Kind kind;
    for (const Likeness& each : nearest)
      if (each.prefix >= prefix) kind.take(*each.other);
    if (kind.messages >= kFillingsNeeded && message.now > std::fmax(kChanceRecords, kOftenerThanAny * kind.most)) continue;
    if (kind.is_as_frequent_with(message.now)) return true;
  }
  return false;
}

Kinship MessageFamilies::kinship_of(const Series& series, std::uint64_t records) const {
  const auto group = groups_.find({series.service, series.severity_class()});
  if (group == groups_.end()) return Kinship::stranger;
  const Message message{tokens_of(series.info->text), &series, records, static_cast<double>(records), 0, records};
  const std::vector<Likeness> like = nearest(group->second, message);
  if (fills_varying_place(like, message)) return Kinship::member;
  if (is_covered(group->second, message)) return Kinship::member;
  if (const Kind kind = covered_by(like, message); kind.is_as_frequent_with(message.now))
    return kind.messages >= kFillingsNeeded ? Kinship::member : Kinship::variant;
  if (is_one_more_of_a_kind(like, message)) return Kinship::variant;
  const std::string skeleton = skeleton_of(message.tokens);
  if (skeleton.empty()) return Kinship::stranger;
  Kind kind;
  const auto [from, to] = group->second.skeletons.equal_range(skeleton);
  for (auto entry = from; entry != to; ++entry)
    if (may_be_kin(*entry->second.series, series)) kind.take(entry->second);
  return kind.is_as_frequent_with(message.now) ? Kinship::variant : Kinship::stranger;
}

}  // namespace loglode
