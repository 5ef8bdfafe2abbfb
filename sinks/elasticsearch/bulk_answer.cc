#include "sinks/elasticsearch/bulk_answer.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace loglode {
namespace {

namespace json = simdjson::ondemand;

constexpr std::size_t kStringBytesKept = 16 * kKiB;
constexpr std::size_t kDepthMax = 256;
constexpr std::size_t kCausesMax = 8;

bool is_space(char byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }
bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }
bool is_hex(char byte) noexcept { return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F'); }
bool is_scalar(char byte) noexcept {
  return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '+' || byte == '.';
}

FailureStore failure_store_of(std::string_view word) noexcept {
  if (word == "used") return FailureStore::used;
  if (word == "not_enabled") return FailureStore::not_enabled;
  return word == "not_applicable_or_unknown" ? FailureStore::none : FailureStore::failed;
}

/// The text of `value` when it is a string, else nothing. False when it cannot be read.
bool read_text(json::value& value, std::string_view& text) {
  json::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  return type != json::json_type::string || value.get_string().get(text) == simdjson::SUCCESS;
}

/// Calls `read(key, value)` for each member, and is false when one cannot be read.
template <class Read>
bool for_each_member(json::object& object, Read&& read) {
  for (auto member : object) {
    std::string_view key;
    json::value value;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS || member.value().get(value) != simdjson::SUCCESS) return false;
    if (!read(key, value)) return false;
  }
  return true;
}

struct ErrorTexts {
  std::string_view type, index;
  std::array<std::string_view, kCausesMax> reasons;  // the outermost first
};

bool read_error(json::value& value, ErrorTexts& out, std::size_t depth = 0) {
  if (depth == kCausesMax) return true;
  json::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  if (type != json::json_type::object) return read_text(value, out.reasons[depth]);
  json::object error;
  return value.get_object().get(error) == simdjson::SUCCESS && for_each_member(error, [&](std::string_view key, json::value& member) {
           if (key == "type" && depth == 0) return read_text(member, out.type);
           if (key == "index" && depth == 0) return read_text(member, out.index);
           if (key == "reason") return read_text(member, out.reasons[depth]);
           return key != "caused_by" || read_error(member, out, depth + 1);
         });
}

}  // namespace

struct BulkAnswer::Reader {
  json::parser parser;
  std::string reason;

  /// False when the element is not an operation with its status.
  bool read(std::string& element, BulkItem& item) {
    const std::size_t size = element.size();
    element.append(simdjson::SIMDJSON_PADDING, '\0');
    json::document document;
    json::object outer;
    if (parser.iterate(element.data(), size, element.size()).get(document) != simdjson::SUCCESS) return false;
    if (document.get_object().get(outer) != simdjson::SUCCESS) return false;
    std::size_t operations = 0;
    const bool good = for_each_member(outer, [&](std::string_view operation, json::value& value) {
      json::object result;
      item.operation = operation;
      return ++operations == 1 && value.get_object().get(result) == simdjson::SUCCESS && read_result(result, item);
    });
    // Nothing can stand behind the object: the element ends where its first bracket is closed.
    return good && operations == 1 && item.status != 0;
  }

 private:
  bool read_result(json::object& result, BulkItem& item) {
    ErrorTexts error;
    std::string_view failure_store;
    const bool good = for_each_member(result, [&](std::string_view key, json::value& value) {
      if (key == "status") return read_status(value, item.status);
      if (key == "_index") return read_text(value, item.index);
      if (key == "_id") return read_text(value, item.id);
      if (key == "result") return read_text(value, item.result);
      if (key == "failure_store") return read_text(value, failure_store);
      return key != "error" || read_error(value, error);
    });
    if (!failure_store.empty()) item.failure_store = failure_store_of(failure_store);
    item.error_type = error.type;
    item.error_index = error.index;
    item.error_reason = joined(error);
    return good;
  }

  static bool read_status(json::value& value, int& status) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS || number < 100 || number > 999) return false;
    status = static_cast<int>(number);
    return true;
  }

  /// Newer servers repeat the cause in the outer reason, older ones say there only "failed to parse".
  std::string_view joined(const ErrorTexts& error) {
    reason.assign(error.reasons[0]);
    for (std::size_t i = 1; i < kCausesMax; ++i) {
      if (reason.find(error.reasons[i]) != std::string::npos) continue;
      if (!reason.empty()) reason += ": ";
      reason += error.reasons[i];
    }
    return reason;
  }
};

BulkAnswer::BulkAnswer(Take take, std::size_t item_bytes_max)
    : take_(std::move(take)), item_bytes_max_(item_bytes_max), reader_(std::make_unique<Reader>()) {}
BulkAnswer::~BulkAnswer() = default;

Result<void> BulkAnswer::append(std::string_view bytes) {
  while (!bytes.empty() && !error_) {
    std::size_t done = 1;
    if (in_string_)
      done = scan_string(bytes);
    else
      scan(bytes.front());
    bytes.remove_prefix(done);
  }
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

Result<void> BulkAnswer::finish() {
  if (!error_ && place_ != Place::end) refuse(std::errc::bad_message, "the answer to _bulk was cut off");
  if (!error_ && !items_seen_) refuse(std::errc::bad_message, "the answer to _bulk has no items");
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

void BulkAnswer::refuse(std::errc code, std::string message) {
  if (!error_) error_ = Error{std::make_error_code(code), std::move(message), true};
}

void BulkAnswer::scan(char byte) {
  const bool within = place_ == Place::inside_value || place_ == Place::inside_element;
  if (within) return scan_nested(byte);
  if (is_space(byte)) {
    if (place_ == Place::scalar) place_ = Place::after_value;
    return;
  }
  switch (place_) {
    case Place::start:
      if (byte != '{') break;
      place_ = Place::first_key;
      return;
    case Place::first_key:
    case Place::key:
    case Place::colon:
      return scan_key(byte);
    case Place::value:
    case Place::scalar:
    case Place::after_value:
      return scan_value(byte);
    case Place::array:
    case Place::first_element:
    case Place::element:
    case Place::after_element:
      return scan_element(byte);
    case Place::inside_value:
    case Place::inside_element:
    case Place::end:
      break;
  }
  refuse(std::errc::bad_message, "the answer to _bulk is not a JSON object");
}

void BulkAnswer::scan_key(char byte) {
  if (place_ == Place::colon && byte == ':') {
    place_ = kept_ == "items" ? Place::array : Place::value;
  } else if (place_ == Place::first_key && byte == '}') {
    place_ = Place::end;
  } else if (place_ != Place::colon && byte == '"') {
    place_ = Place::key;
    kept_.clear();
    begin_string();
  } else {
    refuse(std::errc::bad_message, "the answer to _bulk is not JSON: a key is missing");
  }
}

void BulkAnswer::scan_value(char byte) {
  if (place_ == Place::value && byte == '"') {
    begin_string();
  } else if (place_ == Place::value && (byte == '{' || byte == '[')) {
    place_ = Place::inside_value;
    open(byte);
  } else if (place_ != Place::after_value && is_scalar(byte)) {
    place_ = Place::scalar;
  } else if (place_ != Place::value && byte == ',') {
    place_ = Place::key;
  } else if (place_ != Place::value && byte == '}') {
    place_ = Place::end;
  } else {
    refuse(std::errc::bad_message, "the answer to _bulk is not JSON: a value is broken");
  }
}

void BulkAnswer::scan_element(char byte) {
  const bool expects_element = place_ == Place::first_element || place_ == Place::element;
  if (place_ == Place::array && byte == '[' && !items_seen_) {
    items_seen_ = true;
    place_ = Place::first_element;
  } else if (expects_element && byte == '{') {
    place_ = Place::inside_element;
    kept_.clear();
    open(byte);
  } else if (place_ == Place::after_element && byte == ',') {
    place_ = Place::element;
  } else if ((place_ == Place::after_element || place_ == Place::first_element) && byte == ']') {
    place_ = Place::after_value;
  } else {
    refuse(std::errc::bad_message, "the items in the answer to _bulk are not a list of objects");
  }
}

void BulkAnswer::scan_nested(char byte) {
  switch (byte) {
    case '"':
      return begin_string();
    case '{':
    case '[':
      return open(byte);
    case '}':
    case ']':
      return close(byte);
    default:
      keep({&byte, 1});
  }
}

void BulkAnswer::open(char bracket) {
  if (closers_.size() == kDepthMax) return refuse(std::errc::value_too_large, "the answer to _bulk is nested too deep");
  closers_ += bracket == '{' ? '}' : ']';
  keep({&bracket, 1});
}

void BulkAnswer::close(char bracket) {
  if (closers_.back() != bracket) return refuse(std::errc::bad_message, "the answer to _bulk is not JSON: a bracket is missing");
  closers_.pop_back();
  keep({&bracket, 1});
  if (!closers_.empty() || error_) return;
  if (place_ == Place::inside_value) {
    place_ = Place::after_value;
  } else {
    take_item();
    place_ = Place::after_element;
  }
}

void BulkAnswer::begin_string() {
  in_string_ = true;
  cut_ = false;
  string_bytes_ = 0;
  if (place_ == Place::inside_element) keep("\"");
}

void BulkAnswer::end_string() {
  in_string_ = false;
  if (place_ == Place::key) {
    place_ = Place::colon;
  } else if (place_ == Place::value) {
    place_ = Place::after_value;
  } else {
    keep("\"");
  }
}

/// Returns how many of `bytes` were used up: a stretch without escapes, or one byte.
std::size_t BulkAnswer::scan_string(std::string_view bytes) {
  if (escape_begun_ || hex_digits_left_ > 0) return scan_escape(bytes.front());
  // Behind what is kept one byte at a time, until there is a whole character to cut before.
  const std::size_t room =
      cut_ ? bytes.size() : std::min(bytes.size(), string_bytes_ < kStringBytesKept ? kStringBytesKept - string_bytes_ : std::size_t{1});
  std::size_t plain = 0;
  while (plain < room && bytes[plain] != '"' && bytes[plain] != '\\') ++plain;
  if (plain == 0 && bytes.front() == '"') {
    end_string();
    return 1;
  }
  const std::size_t used = std::max<std::size_t>(plain, 1);
  cut_ = cut_ || (string_bytes_ >= kStringBytesKept && may_cut_before(bytes.front()));
  escape_begun_ = plain == 0;
  string_bytes_ += used;
  if (!cut_) keep(bytes.substr(0, used));
  return used;
}

std::size_t BulkAnswer::scan_escape(char byte) {
  if (escape_begun_) {
    escape_begun_ = false;
    hex_digits_left_ = byte == 'u' ? 4U : 0U;
  } else if (is_hex(byte)) {
    --hex_digits_left_;
  } else {
    refuse(std::errc::bad_message, "the answer to _bulk is not JSON: an escape is broken");
  }
  ++string_bytes_;
  if (!cut_) keep({&byte, 1});
  return 1;
}

/// Whether what is kept ends with a whole character: not before a continuation byte, nor between the halves of a surrogate pair.
bool BulkAnswer::may_cut_before(char byte) const noexcept {
  if ((static_cast<unsigned char>(byte) & 0xC0U) == 0x80U) return false;
  if (byte != '\\' || kept_.size() < 6) return true;
  const std::string_view last = std::string_view{kept_}.substr(kept_.size() - 6);
  const bool high_surrogate = last.substr(0, 2) == "\\u" && (last[2] == 'd' || last[2] == 'D') &&
                              std::string_view{"89abAB"}.find(last[3]) != std::string_view::npos;
  return !high_surrogate;
}

void BulkAnswer::keep(std::string_view bytes) {
  if (!keeps()) return;
  if (kept_.size() + bytes.size() > item_bytes_max_) {
    return refuse(std::errc::value_too_large, "an item in the answer to _bulk is over " + std::to_string(item_bytes_max_) + " bytes");
  }
  kept_ += bytes;
}

void BulkAnswer::take_item() {
  BulkItem item;
  item.position = items_;
  if (!reader_->read(kept_, item)) {
    return refuse(std::errc::bad_message, "item " + std::to_string(items_ + 1) + " in the answer to _bulk is no operation with its status");
  }
  ++items_;
  take_(item);
}

}  // namespace loglode
