// E-mail addresses, in any script: `bob+tag@example.co.uk`, `"bob smith"@example.org`, `bob@exämple.de`, `用户@例子.公司`.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/utf8.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kHostLengthMax = 255;

bool is_user_letter(char c) noexcept { return is_alnum(c) || is_one_of(c, "._%+-~#$!^"); }
bool is_host_letter(char c) noexcept { return is_alnum(c) || c == '.' || c == '-'; }

/// Things with an `@` and dots that are nobody's address: systemd units, picture sizes (`icon@2x.png`), nodes inside a cluster.
bool names_no_person(std::string_view host) noexcept {
  for (const std::string_view end :
       {".service", ".socket", ".mount",     ".target", ".timer", ".slice",         ".scope",    ".device",
        ".swap",    ".path",   ".automount", ".png",    ".jpg",   ".jpeg",          ".gif",      ".svg",
        ".webp",    ".css",    ".js",        ".ts",     ".tgz",   ".cluster.local", ".internal", ".localdomain"})
    if (ends_ignoring_case(host, end)) return true;
  return false;
}

bool is_wide_part(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint found = code_point_at(text, at);
    if (!is_wide_letter(found.value)) return false;
    at += found.size;
  }
  return !text.empty();
}

/// The end of the domain's last part, which begins at `at`; 0 when it cannot be one. Text without blanks may be glued to it.
std::size_t top_end(std::string_view text, std::size_t at, std::size_t end) noexcept {
  constexpr std::string_view kPunycode = "xn--";
  const std::string_view top = text.substr(at, end - at);
  if (starts_ignoring_case(top, kPunycode) && top.size() > kPunycode.size()) return end;
  std::size_t letters = 0;
  while (letters < top.size() && is_alpha(top[letters])) ++letters;
  if (letters >= 2) return letters == top.size() || is_wide(top[letters]) ? at + letters : 0;
  return letters == 0 && top.size() >= 4 && is_wide_part(top) ? end : 0;
}

/// The end of a host name that begins at `at`; 0: none.
std::size_t host_end(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < text.size() && end - at <= kHostLengthMax) {
    if (is_host_letter(text[end])) {
      ++end;
      continue;
    }
    const CodePoint found = code_point_at(text, end);
    if (!is_wide(text[end]) || !is_wide_letter(found.value)) break;
    end += found.size;
  }
  while (end > at && is_one_of(text[end - 1], ".-")) --end;  // the dot that ends a sentence
  const std::size_t last = text.substr(at, end - at).rfind('.');
  const std::size_t dot = at + last;
  if (last == std::string_view::npos || last == 0 || !(is_alnum(text[at]) || is_wide(text[at]))) return 0;
  const std::size_t top = top_end(text, dot + 1, end);
  return top != 0 && !names_no_person(text.substr(at, top - at)) ? top : 0;
}

/// Letters of any alphabet; of scripts without blanks only when all of it is in one: `用户bob@example.com` is bob's.
std::size_t user_begin(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  std::size_t begin = at;
  const bool ascii = at > lowest && !is_wide(text[at - 1]);
  while (begin > lowest) {
    const char c = text[begin - 1];
    if (is_user_letter(c) || (c == '\'' && begin < at && begin - 1 > lowest && is_alpha(text[begin]) && is_alpha(text[begin - 2]))) {
      --begin;
      continue;
    }
    if (!is_wide(c)) break;
    const CodePoint found = code_point_before(text, begin);
    if (!is_wide_letter(found.value) || (ascii && found.size > 2) || begin - lowest < found.size) break;
    begin -= found.size;
  }
  while (begin < at && is_one_of(text[begin], ".-%#$!^~")) ++begin;
  return begin;
}

/// `"bob smith"@example.org`: from the opening quote; `at` when there is none.
std::size_t quoted_begin(std::string_view text, std::size_t at, std::size_t lowest) noexcept {
  if (at <= lowest + 1 || text[at - 1] != '"') return at;
  for (std::size_t begin = at - 1; begin > lowest; --begin) {
    const char c = text[begin - 1];
    if (c == '"') return begin - 1 < at - 2 ? begin - 1 : at;
    if (static_cast<unsigned char>(c) < ' ' || is_one_of(c, "{}:,=")) return at;
  }
  return at;
}

/// `git@host:group/repo.git` and `bob@host:/srv` say where files are.
bool is_remote_path(std::string_view text, std::string_view user, std::size_t host_end) noexcept {
  if (is_any_of(user, {"git", "hg", "svn", "gitea", "gitolite", "gerrit", "forgejo"})) return true;
  if (host_end + 1 >= text.size() || text[host_end] != ':' || user.find_first_of(".+") != std::string_view::npos) return false;
  return text[host_end + 1] == '/' || text[host_end + 1] == '~';
}

}  // namespace

Span find_email(std::string_view text, std::size_t at, std::size_t floor) {
  const std::size_t lowest = std::max(floor, at > kLookBack ? at - kLookBack : 0);
  const std::size_t quoted = quoted_begin(text, at, lowest);
  const std::size_t begin = quoted != at ? quoted : user_begin(text, at, lowest);
  if (begin == at || text.substr(0, begin).ends_with("//")) return {};  // ssh://git@host: who logs in, not whom to write to
  std::size_t end = 0;
  if (at + 1 < text.size() && text[at + 1] == '[') {
    const std::size_t close = text.substr(0, std::min(text.size(), at + 48)).find(']', at);
    if (close != std::string_view::npos && is_hex(text[at + 2]) && text.substr(at + 2, 6) != "masked") end = close + 1;
  } else {
    end = host_end(text, at + 1);
  }
  if (end == 0 || is_remote_path(text, text.substr(begin, at - begin), end)) return {};
  return {begin, end, SecretKind::email};
}

}  // namespace loglode::redaction
