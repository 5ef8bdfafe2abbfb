// Whether a query only reads: SQL, and the JavaScript of mongosh. Pure: any thread.
#pragma once

#include <string>
#include <string_view>

namespace loglode::rca {

/// Each is empty, or says why the query is refused.
[[nodiscard]] std::string sql_problem(std::string_view sql);
[[nodiscard]] std::string mongo_problem(std::string_view script);

}  // namespace loglode::rca
