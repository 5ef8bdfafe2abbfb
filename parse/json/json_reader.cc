#include "parse/json/json_reader.h"

#include <cstring>

#include "parse/json/json_text.h"

namespace loglode {
namespace {
bool opens_container(char c) noexcept { return c == '{' || c == '['; }
bool wraps(Inner inner) noexcept { return inner == Inner::unwrap || inner == Inner::key_values; }
bool is_whole(Inner inner) noexcept { return inner == Inner::whole || inner == Inner::whole_or_inside; }
bool is_malformed(JsonValue value) noexcept { return value.kind == JsonKind::malformed; }
}  // namespace

JsonStructure::Fault JsonReader::open(std::string_view text) {
  const auto fault = structure_.index(text);
  if (fault != JsonStructure::Fault::none) return fault;
  at_ = structure_.cursor();
  has_escapes_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
  return fault;
}

bool JsonReader::read_object(Batch& batch, bool keep_attributes) {
  fields_.seen = fields_.unwrapped = 0;
  fields_.hints = 0;
  path_.clear();
  batch_ = &batch;
  keep_attributes_ = keep_attributes;
  return at_.take('{') && (keep_attributes ? members(Scope{}) : outer_members());
}

/// members() of the outermost object when only what the table of names knows is wanted. The loop that most of the time goes into:
/// keys are known by where they stand, texts are placed as they are; everything else goes the long way.
bool JsonReader::outer_members() {
  if (at_.take('}')) return true;
  const JsonKind kind = has_escapes_ ? JsonKind::string : JsonKind::plain;
  std::size_t place = 0;
  do {
    std::string_view key, text;
    if (at_.take_text_member(key, text)) {
      const auto look_up = [&] { return find_field_name(has_escapes_ ? text_of({key, JsonKind::string}, *batch_) : key); };
      const FieldName* name = layout_.name_of(key, place, look_up);
      if (name != nullptr) place_outer(*name, {text, kind});
    } else if (!at_.take_key(key) || !member(key, Scope{})) {
      return false;
    }
    ++place;
  } while (at_.take(','));
  return at_.take('}');
}

/// place() for a text of the outermost object, no attributes kept.
void JsonReader::place_outer(const FieldName& name, JsonValue value) noexcept {
  fields_.hints |= static_cast<std::uint8_t>(name.hint);
  if (name.slot == Slot::attribute || value.size == 0) return;
  const std::uint64_t bit = bit_of(name.slot);
  if ((fields_.seen & ~fields_.unwrapped & bit) != 0) return;
  fields_.seen |= bit;
  fields_.unwrapped &= ~bit;
  fields_.values[static_cast<std::size_t>(name.slot)] = value;
}

bool JsonReader::members(const Scope& scope) {
  if (at_.take('}')) return true;
  do {
    std::string_view key;
    if (!at_.take_key(key) || !member(key, scope)) return false;
  } while (at_.take(','));
  return at_.take('}');
}

bool JsonReader::member(std::string_view key, const Scope& scope) {
  if (has_escapes_) key = text_of({key, JsonKind::string}, *batch_);
  const std::size_t outer = path_.size();
  if (scope.depth != 0) path_.append(key);
  const std::string_view path = path_of(key, scope);
  const FieldName* name = scope.look_up ? find_field_name(path.substr(scope.lookup_from)) : nullptr;
  bool good = false;
  if (opens_container(at_.peek())) {
    good = container(name, scope, key);
  } else {
    JsonValue value = at_.take_scalar();
    good = value.kind != JsonKind::malformed;
    if (!has_escapes_ && value.kind == JsonKind::string) value.kind = JsonKind::plain;
    if (good && (name != nullptr || keep_attributes_)) place(name, path, value, scope);
  }
  path_.resize(outer);
  return good;
}

bool JsonReader::container(const FieldName* name, const Scope& scope, std::string_view key) {
  const Inner inner = name == nullptr ? Inner::unknown : name->inner;
  if (name != nullptr) fields_.hints |= static_cast<std::uint8_t>(name->hint);
  const bool object = at_.peek() == '{';
  const bool wanted_inside = inner == Inner::unknown ? keep_attributes_ : inner != Inner::whole;
  const bool go_inside = wanted_inside && scope.depth < kJsonLookDepthMax && (object || inner == Inner::key_values);
  if (!go_inside) {
    const JsonValue value = at_.take_container();
    if (is_malformed(value)) return false;
    if (is_whole(inner)) {
      place(name, path_of(key, scope), value, scope);
    } else if (keep_attributes_) {
      add_attribute(name, path_of(key, scope), value);
    }
    return true;
  }
  if (inner == Inner::whole_or_inside) {
    JsonCursor ahead = at_;
    const JsonValue value = ahead.take_container();
    if (is_malformed(value)) return false;
    place(name, path_of(key, scope), value, scope);
  }
  if (scope.depth == 0) path_.assign(key);
  path_.push_back('.');
  return inside(name, scope);
}

bool JsonReader::inside(const FieldName* name, const Scope& scope) {
  Scope inner = scope;
  ++inner.depth;
  inner.look_up = name != nullptr && name->inner != Inner::unknown;
  if (name != nullptr && wraps(name->inner)) {
    inner.unwrapped = true;
    inner.lookup_from = path_.size();
  }
  if (at_.take('{')) return members(inner);
  return key_values(inner);
}

bool JsonReader::key_values(const Scope& scope) {
  if (!at_.take('[')) return false;
  if (at_.take(']')) return true;
  do {
    if (!(at_.peek() == '{' ? key_value(scope) : !is_malformed(any_value()))) return false;
  } while (at_.take(','));
  return at_.take(']');
}

bool JsonReader::key_value(const Scope& scope) {
  JsonValue key, value;
  if (!at_.take('{')) return false;
  if (at_.take('}')) return true;
  do {
    std::string_view part;
    if (!at_.take_key(part)) return false;
    const JsonValue read = part == "value" && at_.peek() == '{' ? typed_value() : any_value();
    if (is_malformed(read)) return false;
    if (part == "key" && read.kind == JsonKind::string) key = read;
    if (part == "value") value = read;
  } while (at_.take(','));
  if (!at_.take('}')) return false;
  if (key.size == 0 || is_malformed(value)) return true;
  const std::size_t outer = path_.size();
  path_.append(text_of(key, *batch_));
  place(find_field_name(std::string_view{path_}.substr(scope.lookup_from)), path_, value, scope);
  path_.resize(outer);
  return true;
}

JsonValue JsonReader::typed_value() {
  JsonCursor inside_it = at_;
  const JsonValue whole = at_.take_container();
  std::string_view type;
  if (is_malformed(whole) || !inside_it.take('{') || !inside_it.take_key(type) || opens_container(inside_it.peek())) return whole;
  return inside_it.take_scalar();
}

JsonValue JsonReader::any_value() { return opens_container(at_.peek()) ? at_.take_container() : at_.take_scalar(); }

void JsonReader::place(const FieldName* name, std::string_view path, JsonValue value, const Scope& scope) {
  if (name == nullptr || name->slot == Slot::attribute) {
    if (name != nullptr) fields_.hints |= static_cast<std::uint8_t>(name->hint);
    if (keep_attributes_) add_attribute(name, path, value);
    return;
  }
  fields_.hints |= static_cast<std::uint8_t>(name->hint);
  if (value.size == 0 || value.kind == JsonKind::null) return;  // says nothing: leaves room for the next name
  const auto slot = static_cast<std::size_t>(name->slot);
  const std::uint64_t bit = bit_of(name->slot);
  const bool taken = (fields_.seen & bit) != 0;
  if (taken && (scope.unwrapped || (fields_.unwrapped & bit) == 0)) {
    if (keep_attributes_) add_attribute(name, path, value);
    return;
  }
  if (keep_attributes_) {
    if (taken) batch_->attributes.push_back({fields_.attribute_keys[slot], text_of(fields_.values[slot], *batch_)});
    fields_.attribute_keys[slot] = attribute_key(name, path);
  }
  fields_.seen |= bit;
  fields_.unwrapped = scope.unwrapped ? fields_.unwrapped | bit : fields_.unwrapped & ~bit;
  fields_.values[slot] = value;
}

void JsonReader::add_attribute(const FieldName* name, std::string_view path, JsonValue value) {
  batch_->attributes.push_back({attribute_key(name, path), text_of(value, *batch_)});
}

std::string_view JsonReader::attribute_key(const FieldName* name, std::string_view path) {
  if (name != nullptr && !name->ecs.empty()) return name->ecs;
  return path.data() == path_.data() ? batch_->keep(path) : path;
}

bool JsonReader::find_scalar(std::string_view key, JsonValue& value) const noexcept {
  JsonCursor at = structure_.cursor();
  if (!at.take('{')) return false;
  do {
    std::string_view name;
    if (!at.take_key(name)) return false;
    const bool scalar = !opens_container(at.peek());
    value = scalar ? at.take_scalar() : at.take_container();
    if (is_malformed(value)) return false;
    if (scalar && name == key) return true;
  } while (at.take(','));
  return false;
}

}  // namespace loglode
