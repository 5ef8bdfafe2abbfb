#include "patterns/mining/shape_renewal.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <utility>

#include "patterns/mining/message_scanner.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/shape_codec.h"

namespace loglode {

namespace {

/// A value as it may have been, where it is not known; two of each type, so that what varied is seen to vary.
std::string_view made_up(ValueTypes types, bool other) noexcept {
  constexpr std::string_view kValues[][2] = {{"7", "8"},
                                             {"10.0.0.1", "10.0.0.2"},
                                             {"123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174001"},
                                             {"0x1f3a", "0x2e4b"},
                                             {"/srv/one", "/srv/two"},
                                             {"one.example.com", "two.example.com"},
                                             {"http://one.example.com/", "http://two.example.com/"},
                                             {"10ms", "20ms"},
                                             {"16KB", "32KB"},
                                             {"one@example.com", "two@example.com"},
                                             {"x1234", "y5678"},
                                             {"some words", "other words"}};
  return kValues[types == 0 ? 0 : std::countr_zero(types)][other ? 1 : 0];
}

bool is_slot(const Element& element) noexcept { return element.kind == ElementKind::value || element.kind == ElementKind::named; }

class Renewal {
 public:
  explicit Renewal(std::shared_ptr<Shape> stored) : stored_{std::move(stored)}, parts_{stored_->parts()} {}

  /// A message that is known; whether it is `whole`, as it was.
  void take(const std::string& message, bool whole) {
    ++group_of(message).messages;
    known_ = known_ || whole;
  }
  void take(const SampledRecord& record) {
    bool whole = parts_.types.size() <= kValueSlotsMax;
    const std::string message = make([&](std::size_t slot) {
      if (slot >= kValueSlotsMax) return made_up(parts_.types[slot], false);
      const SampledValue value = record.at(slot);
      whole = whole && !value.cut;
      return value.text;
    });
    Group& group = group_of(message);
    ++group.messages;
    known_ = known_ || whole;
    if (exact() && group.shape != stored_) group.shape->values().observe(record.record, scanned(), scanner_->text().data(), budget_);
  }
  /// What varied before varies still, though the messages that are left may not show it.
  void take_made_up() {
    const bool all_known = !groups_.empty();
    for (const bool other : {false, true}) {
      const std::string message = make([&](std::size_t slot) { return made_up(parts_.types[slot], other); });
      if (all_known && !groups_.contains(scan(message))) continue;
      static_cast<void>(group_of(message));
    }
    known_ = known_ || parts_.varied == 0;  // there is but one such message
  }

  RenewedShape result() {
    std::vector<const Group*> ordered;
    for (const auto& [id, group] : groups_) ordered.push_back(&group);
    std::stable_sort(ordered.begin(), ordered.end(), [](const Group* a, const Group* b) { return a->messages > b->messages; });
    RenewedShape out;
    out.severity = parts_.severity;
    out.sure = known_ && ordered.size() == 1;
    for (const Group* group : ordered) out.shapes.push_back({group->shape->id(), encode(*group->shape)});
    return out;
  }

 private:
  struct Group {
    std::shared_ptr<Shape> shape;
    std::uint64_t messages = 0;
  };

  [[nodiscard]] bool exact() const noexcept { return stored_->values().ranges() == nullptr && !stored_->values().stopped(); }
  [[nodiscard]] const ScannedMessage& scanned() const noexcept { return *scanned_; }

  ShapeId scan(const std::string& message) {
    scanned_ = &scanner_->scan(message, parts_.severity);
    return id_of(scanner_->masked());
  }

  /// That of the message's shape today: the stored one where that is what it was, with all that is known of its values.
  Group& group_of(const std::string& message) {
    const ShapeId id = scan(message);
    Group& group = groups_[id];
    if (group.shape == nullptr && id == stored_->id()) group.shape = stored_;
    if (group.shape == nullptr) {
      elements_scanner_->read_elements(message, elements_);
      group.shape =
          std::make_shared<Shape>(scanned(), scanner_->masked(), parts_.severity, elements_scanner_->text(), elements_, parts_.owner);
    }
    if (!group.shape->knows(scanned())) group.shape->join(scanned());
    return group;
  }

  /// A message of the stored shape; `value_of(slot)` where the text varies.
  template <class ValueOf>
  std::string make(ValueOf&& value_of) const {
    std::string message;
    std::size_t slot = 0;
    for (const Element& element : parts_.elements) {
      if (element.blank) message += ' ';
      const std::string_view constant = std::string_view{parts_.text}.substr(element.begin, element.size);
      if (!is_slot(element)) {
        message += constant;
        continue;
      }
      const bool followed = slot < parts_.types.size(), varies = !followed || (parts_.varied >> slot & 1U) != 0;
      if (!varies)
        message += constant;
      else
        message += followed ? value_of(slot) : made_up(0, false);
      ++slot;
    }
    return message;
  }

  std::shared_ptr<Shape> stored_;
  ShapeParts parts_;
  std::map<ShapeId, Group> groups_;
  std::unique_ptr<MessageScanner> scanner_ = std::make_unique<MessageScanner>(), elements_scanner_ = std::make_unique<MessageScanner>();
  const ScannedMessage* scanned_ = nullptr;
  std::vector<Element> elements_;
  SampleBudget budget_;
  bool known_ = false;
};

}  // namespace

std::optional<RenewedShape> renew_shape(std::string_view bytes, std::span<const std::string> examples) {
  SampleBudget budget;
  auto stored = decode_shape(bytes, budget);
  if (!stored) return std::nullopt;
  const std::vector<SampledRecord> sample = (*stored)->values().copy_sample();
  Renewal renewal{*stored};
  for (const std::string& example : examples) renewal.take(example, true);
  for (const SampledRecord& record : sample) renewal.take(record);
  renewal.take_made_up();
  return renewal.result();
}

std::uint64_t former_seeded_id(std::string_view text, SeverityClass severity) noexcept {
  const std::uint64_t hash = mix(hash_text(text) ^ kMixB, kMixA + static_cast<std::uint64_t>(severity));
  return hash + 1 <= 1 ? 2 : hash;
}

}  // namespace loglode
