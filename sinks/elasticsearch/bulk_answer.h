// Reads the answer to a `_bulk` request while it arrives, and gives each item away as soon as it is whole. One reader for one answer, used
// by the thread that receives it. A scanner of our own finds `"items": [` among the top-level keys and cuts the elements; simdjson reads
// each. It keeps one item at most: of a string that is longer than 16 KiB (servers quote whole field values in their reasons) it keeps the
// beginning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "core/result.h"

namespace loglode {

/// What Elasticsearch says of its failure store, where the document went to a data stream. A word that we do not know counts as `failed`.
enum class FailureStore : std::uint8_t { none, used, failed, not_enabled };

/// One item of an answer. The views are good during the call.
struct BulkItem {
  std::size_t position = 0;  // of the document in the request
  int status = 0;
  std::string_view operation, index, id, error_type;
  std::string_view error_index;   // where the conflict is: a backing index
  std::string_view error_reason;  // with what the causes below it add
  std::string_view result;        // created, updated, noop …
  FailureStore failure_store = FailureStore::none;
};

class BulkAnswer {
 public:
  using Take = std::function<void(const BulkItem&)>;

  explicit BulkAnswer(Take take, std::size_t item_bytes_max = 1 * kMiB);
  ~BulkAnswer();
  BulkAnswer(const BulkAnswer&) = delete;
  BulkAnswer& operator=(const BulkAnswer&) = delete;

  /// Errors: bad_message (it is no answer to a bulk, an item has no status), value_too_large (an item over its limit). Nothing is taken
  /// after an error, and each further call returns it.
  Result<void> append(std::string_view bytes);
  /// Says that the body has ended. Errors: as append(), and bad_message when it was cut off or had no items.
  Result<void> finish();
  /// How many were taken. Only after finish() is it the number of items of the answer.
  [[nodiscard]] std::size_t items() const noexcept { return items_; }

 private:
  enum class Place : std::uint8_t {
    start,
    first_key,
    key,
    colon,
    value,
    scalar,
    inside_value,
    array,
    first_element,
    element,
    inside_element,
    after_element,
    after_value,
    end
  };
  struct Reader;

  std::size_t scan_string(std::string_view bytes);
  std::size_t scan_escape(char byte);
  void end_string();
  void scan(char byte);
  void scan_key(char byte);
  void scan_value(char byte);
  void scan_element(char byte);
  void scan_nested(char byte);
  void begin_string();
  void open(char bracket);
  void close(char bracket);
  [[nodiscard]] bool keeps() const noexcept { return place_ == Place::key || place_ == Place::inside_element; }
  [[nodiscard]] bool may_cut_before(char byte) const noexcept;
  void keep(std::string_view bytes);
  void take_item();
  void refuse(std::errc code, std::string message);

  const Take take_;
  const std::size_t item_bytes_max_;
  const std::unique_ptr<Reader> reader_;
  Place place_ = Place::start;
  std::string closers_;  // of the brackets that are open inside the value or the element
  std::string kept_;     // of the key, or of the element
  bool in_string_ = false, cut_ = false;
  bool items_seen_ = false;
  bool escape_begun_ = false;
  unsigned hex_digits_left_ = 0;
  std::size_t string_bytes_ = 0;
  std::size_t items_ = 0;
  std::optional<Error> error_;
};

}  // namespace loglode
