// A text as its reader understands it: colours and invisible characters gone, look-alikes of ASCII signs as those signs, escapes decoded
// once for each layer; and for every byte of it, which bytes it came from. Internal to parse/redact; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

inline constexpr int kLayersMax = 6;  // JSON in JSON in JSON…; each layer of escapes at least halves its backslashes

class PlainText {
 public:
  /// Takes colours and invisible characters out. False when `text` has none; then text() is `text` itself, which must stay.
  bool normalise(std::string_view text);
  /// Decodes one layer of `\"`, `\u003d`, `%3D`, `&quot;`, `#012`. False when there is none; then text() is as before.
  bool unescape();
  /// Decodes what the audit log writes in hexadecimal digits (`proctitle=6D79…`, `a1=2D70…`): arguments with blanks. Each byte of it
  /// comes from all of it, so that such an argument is masked as a whole. False when there is none.
  bool decode_arguments();

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// The bytes of what normalise() was given that `span` of text() came from.
  [[nodiscard]] Span back(Span span) const noexcept;

 private:
  struct Source {  // of one byte
    std::uint32_t begin = 0, end = 0;
  };
  template <class Reader>
  bool rewrite(std::string_view text, Reader reader);

  std::string_view text_;
  std::string bytes_, next_bytes_;
  std::vector<Source> sources_, next_sources_;  // empty: every byte is itself
};

}  // namespace loglode::redaction
