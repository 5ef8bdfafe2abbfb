#include "parse/text/trace_ids.h"

#include <cstring>

#include "parse/text/line_scanner.h"

namespace loglode {
namespace {

constexpr std::size_t kLookedAtMax = 512;  // ids stand near the beginning; what lies further back belongs to somebody else's text

bool is_id_byte(char c) noexcept { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; }

std::string_view id_at(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < text.size() && is_id_byte(text[end])) ++end;
  const std::string_view id = text.substr(at, end - at);
  bool has_digit = false;
  for (const char c : id) has_digit = has_digit || is_digit(c);
  return id.size() >= 8 && id.size() <= 64 && has_digit ? id : std::string_view{};
}

bool begins_lowered(std::string_view text, std::string_view lowered) noexcept {
  if (text.size() < lowered.size()) return false;
  for (std::size_t i = 0; i < lowered.size(); ++i) {
    if (to_lower(text[i]) != lowered[i]) return false;
  }
  return true;
}

enum class IdKind { none, trace, span, request };

struct IdField {
  IdKind kind = IdKind::none;
  std::string_view id;
  std::size_t end = 0;  // behind the id
};

/// `trace_id`, `traceId`, `TraceID`, `trace-id`, `trace.id`, `request_id`, `correlation-id` …, a separator, an id.
IdField id_field_at(std::string_view text, std::size_t at) noexcept {
  static constexpr struct {
    std::string_view name;
    IdKind kind;
  } kNames[] = {{"trace", IdKind::trace}, {"span", IdKind::span}, {"request", IdKind::request}, {"correlation", IdKind::request}};
  const std::string_view here = text.substr(at);
  for (const auto& [name, kind] : kNames) {
    if (!begins_lowered(here, name)) continue;
    std::size_t i = name.size();
    if (i < here.size() && (here[i] == '_' || here[i] == '-' || here[i] == '.')) ++i;
    if (!begins_lowered(here.substr(i), "id")) return {};
    i += 2;
    if (i < here.size() && here[i] == '"') ++i;
    if (i >= here.size() || (here[i] != '=' && here[i] != ':')) return {};
    ++i;
    if (i < here.size() && here[i] == ' ') ++i;
    if (i < here.size() && here[i] == '"') ++i;
    const std::string_view id = id_at(text, at + i);
    return id.empty() ? IdField{} : IdField{kind, id, at + i + id.size()};
  }
  return {};
}

std::string_view request_id_at(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, 4) == "req-" ? id_at(text, at) : std::string_view{};
}

bool begins_word(std::string_view text, std::size_t at) noexcept { return at == 0 || !is_id_byte(text[at - 1]) || text[at - 1] == '_'; }

void keep_first(TraceIds& ids, std::string_view& request, const IdField& field) noexcept {
  if (field.kind == IdKind::trace && ids.trace.empty()) ids.trace = field.id;
  if (field.kind == IdKind::span && ids.span.empty()) ids.span = field.id;
  if (field.kind == IdKind::request && request.empty()) request = field.id;
}

/// Every name has `id` (or is `req-`) before a sign that is rare in prose.
bool may_hold_ids(std::string_view text) noexcept {
  for (const char sign : {'=', ':'}) {
    for (std::size_t at = text.find(sign); at != std::string_view::npos; at = text.find(sign, at + 1)) {
      const std::size_t end = at > 0 && text[at - 1] == '"' ? at - 1 : at;
      if (end < 6 || to_lower(text[end - 1]) != 'd' || to_lower(text[end - 2]) != 'i') continue;
      const char before = to_lower(text[end - 3]);  // not `uid=`, `pid=`
      if (!is_letter(before) || before == 'e' || before == 'n' || before == 't') return true;
    }
  }
  for (std::size_t at = text.find('-'); at != std::string_view::npos; at = text.find('-', at + 1))
    if (at >= 3 && text.substr(at - 3, 3) == "req") return true;
  return false;
}

}  // namespace

TraceIds find_trace_ids(std::string_view text) noexcept {
  text = text.substr(0, kLookedAtMax);
  if (!may_hold_ids(text)) return {};
  TraceIds ids;
  std::string_view request;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '=' || c == ':') {
      std::size_t end = at;
      if (end > 0 && text[end - 1] == '"') --end;
      if (end < 6 || to_lower(text[end - 1]) != 'd' || to_lower(text[end - 2]) != 'i') continue;
      for (const std::size_t length :
           {std::size_t{6}, std::size_t{7}, std::size_t{8}, std::size_t{9}, std::size_t{10}, std::size_t{13}, std::size_t{14}}) {
        if (length > end || !begins_word(text, end - length)) continue;
        keep_first(ids, request, id_field_at(text, end - length));
      }
    } else if (c == '-' && at >= 3 && text[at - 1] == 'q' && request.empty() && begins_word(text, at - 3)) {
      request = request_id_at(text, at - 3);
    }
  }
  if (ids.trace.empty()) ids.trace = request;
  return ids;
}

std::size_t take_trace_field(std::string_view text, TraceIds& ids) noexcept {
  const IdField field = id_field_at(text, 0);
  if (field.kind == IdKind::none) return 0;
  std::string_view request;
  keep_first(ids, request, field);
  if (ids.trace.empty()) ids.trace = request;
  std::size_t end = field.end;
  while (end < text.size() && (text[end] == ',' || text[end] == ';' || is_blank(text[end]))) ++end;
  return end;
}

}  // namespace loglode
