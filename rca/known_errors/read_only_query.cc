#include "rca/known_errors/read_only_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/near_word.h"

namespace loglode::rca {
namespace {

constexpr std::string_view kQueries[] = {"select", "show", "explain"};
constexpr std::string_view kWriting[] = {
    "insert", "update",  "delete",  "drop",    "alter",   "create",  "truncate", "grant",    "revoke",  "copy",     "into",
    "call",   "do",      "lock",    "vacuum",  "analyze", "reindex", "kill",     "reset",    "set",     "flush",    "purge",
    "load",   "handler", "rename",  "replace", "merge",   "execute", "prepare",  "begin",    "commit",  "rollback", "cluster",
    "listen", "notify",  "discard", "import",  "outfile", "share",   "dumpfile", "reassign", "refresh", "nextval",  "setval"};
constexpr std::string_view kFunctions[] = {
    // words that may stand before a parenthesis, then functions that only read
    "in",
    "any",
    "all",
    "exists",
    "and",
    "or",
    "not",
    "as",
    "over",
    "filter",
    "on",
    "using",
    "where",
    "from",
    "values",
    "by",
    "select",
    "count",
    "sum",
    "max",
    "min",
    "avg",
    "round",
    "now",
    "age",
    "coalesce",
    "left",
    "right",
    "substr",
    "substring",
    "date_trunc",
    "extract",
    "length",
    "lower",
    "unnest",
    "array_agg",
    "string_agg",
    "greatest",
    "concat",
    "from_unixtime",
    "current_setting",
    "pg_size_pretty",
    "pg_database_size",
    "pg_total_relation_size",
    "pg_relation_size",
    "pg_table_size",
    "pg_is_in_recovery",
    "pg_last_xact_replay_timestamp",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_current_wal_lsn",
    "pg_wal_lsn_diff",
    "pg_blocking_pids",
    "pg_postmaster_start_time",
    "pg_conf_load_time",
    "mxid_age",
    "cardinality"};
constexpr std::string_view kMongoCalls[] = {"rs.status",
                                            "rs.conf",
                                            "rs.printReplicationInfo",
                                            "rs.printSecondaryReplicationInfo",
                                            "db.serverStatus",
                                            "db.currentOp",
                                            "db.stats",
                                            "db.hello",
                                            "db.getProfilingStatus",
                                            "sh.status",
                                            "sh.getBalancerState",
                                            "db.getReplicationInfo"};

bool is_one_of(std::string_view word, const auto& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }

bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

}  // namespace

std::string sql_problem(std::string_view sql) {
  if (sql.find_first_of(";\\`\"") != std::string_view::npos) return "its SQL holds one of ; \\ ` \": give one plain statement";
  std::string text{sql};
  std::transform(text.begin(), text.end(), text.begin(), to_lower);
  bool is_first = true;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '(' && at > 0 && text[at - 1] == '\'') return "its SQL calls something in quotes";
    if (!is_name(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view word = std::string_view{text}.substr(at, end - at);
    if (is_first && !is_one_of(word, kQueries))
      return fmt::format("its SQL begins with {}: only select, show and explain", in_quotes(word));
    is_first = false;
    if (is_one_of(word, kWriting)) return fmt::format("its SQL has the word {}, which can change something", in_quotes(word));
    const std::size_t next = std::min(text.find_first_not_of(' ', end), text.size());
    if (next < text.size() && text[next] == '(' && !is_one_of(word, kFunctions))
      return fmt::format("its SQL calls {}, which is not listed as a function that only reads", in_quotes(word));
    at = end;
  }
  return is_first ? "its SQL is empty" : "";
}

std::string mongo_problem(std::string_view script) {
  std::string name;
  for (const char c : script) {
    if (is_name(c) || c == '.') {
      name += c;
      continue;
    }
    if (c == '(' && !is_one_of(name, kMongoCalls))
      return fmt::format("its script calls {}, which is not listed as a function that only reads", in_quotes(name));
    if (std::string_view{"(){}:,\"' $"}.find(c) == std::string_view::npos)
      return fmt::format("its script holds {}: give one call, like db.serverStatus().connections", in_quotes(std::string_view{&c, 1}));
    if (c != ')') name.clear();
  }
  return "";
}

}  // namespace loglode::rca
