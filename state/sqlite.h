// SQLite, owned and checked: handles are freed once, every return code passes Connection::check, statements are compiled once.
//
// The first fault sticks: what is asked after it does nothing, until take_fault(). So a transaction reads as what it does, and is asked
// once, at its end, whether all of it went well. A Connection and its Statements belong to one thread.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/free_with.h"
#include "core/result.h"
#include "core/timestamp.h"

namespace loglode::state {

/// Tests stop the process here: called before each step that changes something on disk.
inline constinit std::atomic<void (*)()> before_each_change{nullptr};
inline void about_to_change() {
  if (void (*const stop)() = before_each_change.load(std::memory_order_relaxed)) stop();
}

/// What a column holds: all of ours are integers or bytes (64 unsigned bits are stored as the signed ones).
struct Value {
  bool is_bytes = false;
  std::int64_t integer = 0;
  std::string_view bytes;

  template <class T>
  requires std::integral<T> || std::is_enum_v<T> Value(T number)
      : integer{static_cast<std::int64_t>(number)} {}                  // NOLINT: a list of values reads as a row
  Value(Timestamp time) : integer{time.time_since_epoch().count()} {}  // NOLINT
  Value(std::string_view text) : is_bytes{true}, bytes{text} {}        // NOLINT
  Value(const std::string& text) : is_bytes{true}, bytes{text} {}      // NOLINT
};

struct Fault {
  int code = SQLITE_OK;  // SQLite's extended one
  int system = 0;        // errno
  std::string what;
};

class Connection {
 public:
  /// `uri` as SQLite reads it (see uri_of). A fault when it cannot be opened.
  Connection(const std::string& uri, int flags);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  /// Every return code goes through here. False when it, or one before it, is an error.
  bool check(int code, std::string_view doing);
  /// The contents are not what was written.
  void damaged(std::string what);
  [[nodiscard]] bool good() const noexcept { return !fault_; }
  [[nodiscard]] const std::optional<Fault>& fault() const noexcept { return fault_; }
  [[nodiscard]] std::optional<Fault> take_fault() { return std::exchange(fault_, std::nullopt); }

  /// Statements without rows or parameters.
  void run(const std::string& sql);
  /// One number that a statement gives; 0 when it gives none.
  std::int64_t number(const std::string& sql);
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<sqlite3, FreeWith<&sqlite3_close_v2>> handle_;
  std::optional<Fault> fault_;
};

class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);  // `connection` must outlive it

  /// Binds `values` to ?1, ?2 … and begins; the bytes must live until the last next().
  void start(std::initializer_list<Value> values) { start(std::vector<Value>{values}); }
  void start(const std::vector<Value>& values);
  /// Whether there is another row. At the end, and after a fault, the statement is reset.
  bool next();
  void reset() noexcept { sqlite3_reset(handle_.get()); }
  /// start() and all of its steps, for what gives no rows.
  void run(std::initializer_list<Value> values) { run(std::vector<Value>{values}); }
  void run(const std::vector<Value>& values);

  // Columns of the row that next() found. Another type than asked for is damage.
  [[nodiscard]] int columns() const noexcept { return sqlite3_column_count(handle_.get()); }
  [[nodiscard]] std::string name(int column) const { return sqlite3_column_name(handle_.get(), column); }
  [[nodiscard]] Value value(int column);
  [[nodiscard]] std::int64_t integer(int column);
  [[nodiscard]] std::uint64_t bits(int column) { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] bool flag(int column) { return integer(column) != 0; }
  [[nodiscard]] Timestamp time(int column) { return Timestamp{Duration{integer(column)}}; }
  [[nodiscard]] std::string_view bytes(int column);  // until the next step
  [[nodiscard]] std::string_view text(int column);   // until the next step; what a PRAGMA says: no column of ours holds text

 private:
  Connection* connection_;
  std::unique_ptr<sqlite3_stmt, FreeWith<&sqlite3_finalize>> handle_;
};

/// All or nothing: rolled back unless commit() has succeeded.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) { connection_.run("BEGIN IMMEDIATE"); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  bool commit();

 private:
  Connection& connection_;
};

/// `file:…?options` for a path of any bytes.
[[nodiscard]] std::string uri_of(const std::string& path, std::string_view options);

/// Whether a fault means that the file is not what was written, rather than that the world refused.
[[nodiscard]] bool is_damage(const Fault& fault) noexcept;
/// `doing`: a sentence's beginning, such as "cannot write the state in FOLDER".
[[nodiscard]] tl::unexpected<Error> fail_with(const Fault& fault, const std::string& doing);

}  // namespace loglode::state
