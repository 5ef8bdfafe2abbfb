#include "parse/framing/column_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace loglode {

namespace {

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

ColumnRole role_of(std::string_view name) noexcept {
  constexpr std::pair<std::string_view, ColumnRole> kRoles[] = {{"time", ColumnRole::time},         {"service", ColumnRole::service},
                                                                {"host", ColumnRole::host},         {"pod", ColumnRole::pod},
                                                                {"trace_id", ColumnRole::trace_id}, {"span_id", ColumnRole::span_id},
                                                                {"severity", ColumnRole::severity}, {"level", ColumnRole::severity},
                                                                {"message", ColumnRole::line},      {"line", ColumnRole::line}};
  for (const auto& [known, role] : kRoles)
    if (known == name) return role;
  return ColumnRole::attribute;
}

bool is_column_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > ' ' && c != ',' && c < 0x7f; });
}

}  // namespace

Result<std::string> read_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char escape = ++i < text.size() ? text[i] : '\0';
    unsigned code = 0;
    const std::string_view digits = escape == 'x' ? text.substr(i + 1, 2) : std::string_view{};
    if (escape == 't')
      out += '\t';
    else if (escape == 'n')
      out += '\n';
    else if (escape == '0')
      out += '\0';
    else if (escape == '\\')
      out += '\\';
    else if (digits.size() == 2 && std::from_chars(digits.data(), digits.data() + 2, code, 16).ptr == digits.data() + 2) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      return invalid(fmt::format("--delimiter '{}': the escape at character {} is not one of \\t \\n \\0 \\\\ \\xHH", text, i));
    }
  }
  return out;
}

std::uint32_t hash_writer(std::string_view name, std::uint32_t seed) noexcept {
  std::uint32_t hash = 2166136261u ^ seed;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash == 0 ? 1 : hash;
}

Result<ColumnTable> ColumnTable::make(std::vector<std::string> names, std::string_view delimiter) {
  Result<std::string> sign = read_escapes(delimiter.empty() ? "\\t" : delimiter);
  if (!sign) return tl::unexpected<Error>(sign.error());
  if (sign->find('\n') != std::string::npos) return invalid("--delimiter: a line end cannot separate columns");
  if (names.size() > kColumnsMax) return invalid(fmt::format("--columns: at most {} columns, {} given", kColumnsMax, names.size()));
  ColumnTable table;
  std::vector<std::size_t> texts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!is_column_name(names[i]))
      return invalid(fmt::format("--columns: the name of column {} is empty or not printable: '{}'", i + 1, names[i]));
    if (std::count(names.begin(), names.end(), names[i]) > 1) return invalid(fmt::format("--columns: '{}' is named twice", names[i]));
    table.roles_.push_back(role_of(names[i]));
    if (table.roles_.back() == ColumnRole::line) texts.push_back(i);
  }
  if (texts.size() != 1)
    return invalid(
        "--columns: exactly one column must be named `message` or `line`, it holds the text (known names: time service pod host "
        "trace_id span_id severity level message line; any other is kept as an attribute)");
  table.names_ = std::move(names);
  table.delimiter_ = std::move(*sign);
  table.text_ = texts.front();
  return table;
}

bool ColumnTable::split(std::string_view line, ColumnValues& values) const {
  for (std::size_t column = 0; column + 1 < names_.size(); ++column) {
    const std::size_t end = line.find(delimiter_);
    if (end == std::string_view::npos) return false;
    values[column] = line.substr(0, end);
    line.remove_prefix(end + delimiter_.size());
  }
  values[names_.size() - 1] = line;
  return true;
}

bool ColumnTable::tells_writers() const noexcept {
  return std::any_of(roles_.begin(), roles_.end(),
                     [](ColumnRole role) { return role == ColumnRole::service || role == ColumnRole::pod || role == ColumnRole::host; });
}

std::uint32_t ColumnTable::writer(const ColumnValues& values) const noexcept {
  std::uint32_t hash = 0;
  for (std::size_t column = 0; column < names_.size(); ++column)
    if (roles_[column] == ColumnRole::service || roles_[column] == ColumnRole::pod || roles_[column] == ColumnRole::host)
      hash = hash_writer(values[column], hash);
  return hash;
}

}  // namespace loglode
