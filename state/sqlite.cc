#include "state/sqlite.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/assert.h"
#include "state/state_store.h"

namespace loglode::state {

Connection::Connection(const std::string& uri, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  handle_.reset(handle);  // there is one even when it could not be opened
  if (!check(code, "opening the file")) return;
  // A damaged file must not make SQLite run anything, and pages are looked at before they are trusted.
  check(sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr), "configuring");
  check(sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr), "configuring");
  check(sqlite3_busy_timeout(handle_.get(), 10'000), "configuring");
  run("PRAGMA cell_size_check=ON");
}

bool Connection::check(int code, std::string_view doing) {
  if (fault_) return false;
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return true;
  LOGLODE_ASSERT(code != SQLITE_MISUSE);
  const int system = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
  const char* const said = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  fault_ = Fault{code, system, std::string{doing} + ": " + said};
  return false;
}

void Connection::damaged(std::string what) {
  if (!fault_) fault_ = Fault{SQLITE_CORRUPT, 0, std::move(what)};
}

void Connection::run(const std::string& sql) {
  if (fault_) return;
  about_to_change();
  check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr), sql.substr(0, sql.find('\n')));
}

std::int64_t Connection::number(const std::string& sql) {
  Statement statement{*this, sql};
  statement.start({});
  const std::int64_t found = statement.next() ? statement.integer(0) : 0;
  statement.reset();
  return found;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
  if (!connection.good()) return;
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  connection.check(code, "compiling a statement");
}

void Statement::start(const std::vector<Value>& values) {
  if (!connection_->good()) return;
  sqlite3_reset(handle_.get());
  int at = 0;
  for (const Value& value : values) {
    ++at;
    const int code = value.is_bytes ? sqlite3_bind_blob64(handle_.get(), at, value.bytes.empty() ? "" : value.bytes.data(),
                                                          value.bytes.size(), SQLITE_STATIC)
                                    : sqlite3_bind_int64(handle_.get(), at, value.integer);
    if (!connection_->check(code, "binding a value")) return;
  }
}

bool Statement::next() {
  if (!connection_->good()) {
    reset();
    return false;
  }
  const int code = sqlite3_step(handle_.get());
  const bool row = connection_->check(code, "reading or writing a row") && code == SQLITE_ROW;
  if (!row) reset();
  return row;
}

void Statement::run(const std::vector<Value>& values) {
  if (connection_->good()) about_to_change();
  start(values);
  while (next()) continue;
}

Value Statement::value(int column) {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return Value{static_cast<std::int64_t>(sqlite3_column_int64(handle_.get(), column))};
    case SQLITE_BLOB: {
      const void* const data = sqlite3_column_blob(handle_.get(), column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
      if (data == nullptr && size != 0) connection_->check(SQLITE_NOMEM, "reading a value");
      return data == nullptr ? Value{std::string_view{}} : Value{std::string_view{static_cast<const char*>(data), size}};
    }
    default:
      connection_->damaged("a value is neither a number nor bytes");
      return Value{0};
  }
}

std::int64_t Statement::integer(int column) {
  const Value found = value(column);
  if (found.is_bytes) connection_->damaged("a number is bytes");
  return found.integer;
}

std::string_view Statement::bytes(int column) {
  const Value found = value(column);
  if (!found.is_bytes) connection_->damaged("bytes are a number");
  return found.bytes;
}

std::string_view Statement::text(int column) {
  const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (data == nullptr) connection_->check(SQLITE_NOMEM, "reading a text");
  return data == nullptr ? std::string_view{}
                         : std::string_view{data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Transaction::~Transaction() {
  // After some faults SQLite has rolled back itself; what is left is rolled back whatever the fault was.
  if (connection_.handle() != nullptr && sqlite3_get_autocommit(connection_.handle()) == 0)
    static_cast<void>(sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr));
}

bool Transaction::commit() {
  connection_.run("COMMIT");
  return connection_.good();
}

std::string uri_of(const std::string& path, std::string_view options) {
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && std::strchr("?#%&=", c) == nullptr) {
      uri += c;
      continue;
    }
    char text[4];
    std::snprintf(text, sizeof text, "%%%02X", byte);
    uri += text;
  }
  return uri + "?" + std::string{options};
}

bool is_damage(const Fault& fault) noexcept {
  switch (fault.code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      return false;
    default:
      return true;  // also what SQLite cannot make sense of: our own statements are right for a file that we wrote
  }
}

tl::unexpected<Error> fail_with(const Fault& fault, const std::string& doing) {
  const int primary = fault.code & 0xff;
  std::string where = doing + ": " + fault.what;
  if (fault.system != 0) where += std::string{" ("} + std::generic_category().message(fault.system) + ")";
  if (is_damage(fault)) return fail(StateErrc::damaged, std::move(where));
  if (primary == SQLITE_FULL || fault.system == ENOSPC || fault.system == EDQUOT || fault.system == EFBIG)
    return fail(StateErrc::disk_full, std::move(where), true);
  // What was not written is not there at all: it may go well another time.
  return fail(StateErrc::refused, std::move(where), primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_IOERR);
}

}  // namespace loglode::state
