#include "parse/redact/redactor.h"

#include <algorithm>
#include <numeric>

#include "parse/redact/headers.h"
#include "parse/redact/name_pair.h"
#include "parse/redact/names.h"
#include "parse/redact/pass.h"
#include "parse/redact/plain_text.h"
#include "parse/redact/values.h"

namespace loglode {

namespace {

using namespace redaction;

std::string_view marker(SecretKind kind) noexcept {
  constexpr std::string_view kMarkers[] = {"[masked]",      "[masked:pem]",    "[masked:jwt]",  "[masked:key]",   "[masked:email]",
                                           "[masked:card]", "[masked:random]", "[masked:iban]", "[masked:phone]", "[masked:hash]"};
  return kMarkers[static_cast<std::size_t>(kind)];
}

/// In order, without overlaps; of two that overlap the longer one says what it is.
void merge(std::vector<Span>& spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  std::size_t kept = 0;
  for (const Span& span : spans) {
    if (kept == 0 || span.begin >= spans[kept - 1].end) {
      spans[kept++] = span;
      continue;
    }
    Span& last = spans[kept - 1];
    if (span.end - span.begin > last.end - last.begin) last.kind = span.kind;
    last.end = std::max(last.end, span.end);
  }
  spans.resize(kept);
}

/// What to mask in `text`, whatever it is disguised by: what is seen in any layer of its escapes.
std::vector<Span> find_secrets(std::string_view text) {
  std::vector<Span> spans;
  PlainText plain;
  const auto look = [&] {
    Pass pass{plain.text()};
    for (Span span = pass.next(); !span.empty(); span = pass.next()) spans.push_back(plain.back(span));
  };
  const bool disguised = plain.normalise(text);
  look();
  int layers = 0;
  while (layers < kLayersMax && plain.unescape()) ++layers, look();
  if (plain.decode_arguments()) ++layers, look();
  if (disguised || layers != 0) merge(spans);
  return spans;
}

void append_masked(std::string& out, std::string_view text, const std::vector<Span>& spans, RedactionCounts& counts) {
  std::size_t copied = 0;
  for (const Span& span : spans) {
    out.append(text.substr(copied, span.begin - copied)).append(marker(span.kind));
    copied = span.end;
    ++counts.by_kind[static_cast<std::size_t>(span.kind)];
  }
  out.append(text.substr(copied));
}

/// What a key says of its whole value; empty when it says nothing.
Span named_span(std::string_view key, std::string_view value) {
  const NameKind kind = kind_of_name(key);
  switch (kind) {
    case NameKind::authorization:
    case NameKind::challenge: {
      const std::size_t blank = value.find_first_of(" +");
      Span span = mask_authorization(value, kind == NameKind::challenge, 0, 0);
      if (!span.empty() && blank != std::string_view::npos) span.end = value.size();
      return span;
    }
    case NameKind::cookie: {
      Span span = mask_cookie(value, 0);
      if (!span.empty()) span.end = value.size();
      return span;
    }
    default: {
      const bool member = !is_placeholder(value) && !is_folder(value) && is_member_of_secrets(key, value);
      return member || is_secret_of(kind, value) ? Span{0, value.size(), SecretKind::credential} : Span{};
    }
  }
}

}  // namespace

std::string_view name_of(SecretKind kind) noexcept {
  constexpr std::string_view kNames[] = {"credential", "pem", "jwt", "key", "email", "card", "random", "iban", "phone", "hash"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t RedactionCounts::total() const noexcept { return std::accumulate(by_kind.begin(), by_kind.end(), std::uint64_t{0}); }

bool redact_into(std::string_view text, std::string& out, RedactionCounts& counts) {
  const std::vector<Span> spans = find_secrets(text);
  if (spans.empty()) return false;
  out.clear();
  append_masked(out, text, spans, counts);
  return true;
}

std::string redact(std::string_view text, RedactionCounts& counts) {
  std::string out;
  return redact_into(text, out, counts) ? out : std::string{text};
}

std::string redact(std::string_view text) {
  RedactionCounts counts;
  return redact(text, counts);
}

bool redact_value_into(std::string_view key, std::string_view value, std::string& out, RedactionCounts& counts) {
  const Span span = named_span(key, value);
  if (span.empty()) return redact_into(value, out, counts);
  out.clear();
  append_masked(out, value, {span}, counts);
  return true;
}

bool is_named_by(std::string_view key, std::string_view name_key, std::string_view name) {
  if (!(names_a_value(key) && names_a_name(name_key)) && !(names_an_end_of_change(key) && names_a_field(name_key))) return false;
  const auto parent = [](std::string_view path) { return path.substr(0, path.rfind('.') == std::string_view::npos ? 0 : path.rfind('.')); };
  const NameKind kind = kind_of_name(name);
  return parent(key) == parent(name_key) && (kind == NameKind::secret || kind == NameKind::authorization || kind == NameKind::cookie);
}

std::string redact_part(std::string_view text, std::size_t begin, std::size_t end, RedactionCounts& counts) {
  std::string out;
  std::size_t copied = begin;
  for (const Span& span : find_secrets(text)) {
    if (span.end <= begin || span.begin >= end) continue;
    if (span.begin > copied) out.append(text.substr(copied, span.begin - copied));
    out.append(marker(span.kind));
    copied = span.end;
    ++counts.by_kind[static_cast<std::size_t>(span.kind)];
  }
  if (copied < end) out.append(text.substr(copied, end - copied));
  return out;
}

void redact_lines(std::vector<std::string>& lines, RedactionCounts& counts) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  const std::vector<Span> spans = find_secrets(text);
  std::size_t begin = 0, next = 0;  // of the line in `text`; the first span that may reach into it
  for (std::string& line : lines) {
    const std::size_t end = begin + line.size();
    std::vector<Span> here;
    while (next < spans.size() && spans[next].end <= begin) ++next;
    for (std::size_t i = next; i < spans.size() && spans[i].begin < end; ++i)
      here.push_back({std::max(spans[i].begin, begin) - begin, std::min(spans[i].end, end) - begin, spans[i].kind});
    if (!here.empty()) {
      std::string masked;
      append_masked(masked, line, here, counts);
      line = std::move(masked);
    }
    begin = end + 1;
  }
}

}  // namespace loglode
