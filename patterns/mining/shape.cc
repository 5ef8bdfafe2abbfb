#include "patterns/mining/shape.h"

#include <cstring>
#include <utility>

#include "core/assert.h"

namespace loglode {

namespace {

bool is_slot(const Element& element) noexcept { return element.kind == ElementKind::value || element.kind == ElementKind::named; }

}  // namespace

void ShapeParts::mask(MaskedMessage& out) const noexcept {
  out.begin(severity);
  for (const Element& element : elements) {
    if (is_slot(element))
      out.slot(element.blank);
    else if (element.kind == ElementKind::mark)
      out.mark(text[element.begin], element.blank);
    else
      out.copied_constant(std::string_view{text}.substr(element.begin, element.size), element.blank);
  }
}

Shape::Shape(const ScannedMessage& message, std::string_view masked, SeverityClass severity, std::string_view text,
             const std::vector<Element>& elements, std::string_view owner)
    : key_{message.key},
      id_{id_of(masked)},
      slots_{message.slots},
      severity_{severity},
      types_{std::make_unique<std::atomic<ValueTypes>[]>(message.slots)},
      first_{std::make_unique<Span[]>(message.slots)},
      text_{text},
      owner_{owner},
      elements_{elements},
      values_{message.slots} {
  std::uint64_t varied = all_slots();
  for (std::uint32_t i = 0; i < message.named_slots; ++i) varied &= ~(std::uint64_t{1} << message.named[i]);
  varied_ = varied;
  for (std::uint32_t i = 0; i < slots_; ++i) types_[i] = message.types[i];
  find_firsts();
}

void Shape::find_firsts() noexcept {
  std::uint32_t slot = 0;
  for (const Element& element : elements_) {
    if (!is_slot(element)) continue;
    if (slot == slots_) return;
    first_[slot++] = {element.begin, element.size};
  }
}

bool Shape::knows(const ScannedMessage& message) const noexcept {
  ValueTypes unknown = 0;
  for (std::uint32_t i = 0; i < slots_; ++i)
    unknown = static_cast<ValueTypes>(unknown | (message.types[i] & ~types_[i].load(std::memory_order_relaxed)));
  if (unknown != 0) return false;
  const std::uint64_t varied = varied_.load(std::memory_order_relaxed);
  std::uint64_t constant = all_slots() & ~varied;
  if (constant == 0) return true;
  for (std::uint32_t i = 0; i < message.named_slots; ++i) {
    const std::uint32_t slot = message.named[i];
    if ((varied >> slot & 1U) != 0) continue;
    if (message.value(slot) != first(slot)) return false;
    constant &= ~(std::uint64_t{1} << slot);
  }
  return constant == 0;  // what is left held a value now, and a name before
}

void Shape::join(const ScannedMessage& message) noexcept {
  std::uint64_t same = 0;
  for (std::uint32_t i = 0; i < message.named_slots; ++i)
    if (message.value(message.named[i]) == first(message.named[i])) same |= std::uint64_t{1} << message.named[i];
  varied_.store(varied_.load(std::memory_order_relaxed) | (all_slots() & ~same), std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < slots_; ++i)
    types_[i].store(static_cast<ValueTypes>(types_[i].load(std::memory_order_relaxed) | message.types[i]), std::memory_order_relaxed);
  changed_.store(true, std::memory_order_release);
}

Shape::Shape(ShapeParts parts)
    : varied_{parts.varied},
      slots_{static_cast<std::uint32_t>(parts.types.size())},
      severity_{parts.severity},
      types_{std::make_unique<std::atomic<ValueTypes>[]>(parts.types.size())},
      first_{std::make_unique<Span[]>(parts.types.size())},
      values_{slots_} {
  LOGLODE_ASSERT(slots_ <= kSlotsMax);
  const auto masked = std::make_unique<MaskedMessage>();
  parts.mask(*masked);
  key_ = key_of(masked->bytes());
  id_ = id_of(masked->bytes());
  text_ = std::move(parts.text);
  owner_ = std::move(parts.owner);
  elements_ = std::move(parts.elements);
  for (std::uint32_t i = 0; i < slots_; ++i) types_[i] = parts.types[i];
  find_firsts();
}

void Shape::join(const Shape& other) {
  LOGLODE_ASSERT(id_ == other.id_ && slots_ == other.slots_);
  std::uint64_t varied = varied_.load(std::memory_order_relaxed) | other.varied_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < slots_; ++i) {
    if ((varied >> i & 1U) == 0 && first(i) != other.first(i)) varied |= std::uint64_t{1} << i;
    types_[i].store(static_cast<ValueTypes>(types(i) | other.types(i)), std::memory_order_relaxed);
  }
  varied_.store(varied, std::memory_order_relaxed);
  if (other.owner_ < owner_) owner_ = other.owner_;
  changed_.store(true, std::memory_order_release);
}

ShapeParts Shape::parts() const {
  ShapeParts parts{varied_.load(std::memory_order_relaxed) & all_slots(), severity_, owner_, {}, {}, elements_};
  for (std::uint32_t i = 0; i < slots_; ++i) parts.types.push_back(types(i));
  std::size_t slot = 0;
  for (Element& element : parts.elements) {
    const bool varies_here = is_slot(element) && varies(slot);
    const std::size_t size = varies_here ? 0 : element.size;
    slot += is_slot(element);
    parts.text.append(text_, element.begin, size);
    element.begin = static_cast<std::uint16_t>(parts.text.size() - size);
    element.size = static_cast<std::uint16_t>(size);
    if (is_slot(element) && size == 0) element.type = ValueType::word;  // what the first one was does not matter: `types` has all
    if (is_slot(element) && size == 0) element.kind = ElementKind::value;
  }
  return parts;
}

std::size_t Shape::bytes() const noexcept {
  constexpr std::size_t kBlockHeader = 16;  // of the allocator, for each of the five blocks and the shape itself
  return sizeof(Shape) + 6 * kBlockHeader + slots_ * (sizeof(ValueTypes) + sizeof(Span)) + text_.capacity() +
         elements_.capacity() * sizeof(Element);
}

}  // namespace loglode
