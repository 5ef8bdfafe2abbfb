// What the slow miner works on: a message's pieces, each a token until some are joined.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "reference_tokens.h"

namespace loglode::reference {

/// A token as the derivation of templates sees it. What varies has lost its text.
struct Piece {
  std::string text;
  ElementKind kind;
  bool blank, varies;

  bool mark(const char* which) const { return kind == ElementKind::mark && text == which; }
  bool word() const { return !varies && kind != ElementKind::mark && count(text, letter) + count(text, digit) != 0; }
  bool unit() const {
    static const std::set<std::string> known{
        "B",    "KB",    "kB",  "MB",   "GB",           "TB",           "KiB",     "MiB", "GiB",  "byte",   "bytes",   "ns",
        "us",   "ms",    "s",   "sec",  "secs",         "second",       "seconds", "min", "mins", "minute", "minutes", "h",
        "hour", "hours", "day", "days", "milliseconds", "microseconds", "AM",      "PM",  "am",   "pm"};
    return !varies && kind == ElementKind::constant && (text == "%" || (blank && known.count(text) != 0));
  }
  /// The piece as part of a key: equal for equal pieces only.
  std::string key() const { return (blank ? "_" : "^") + (varies ? "*" : std::to_string(text.size()) + ':' + text); }
};

struct Form {
  int severity = 0;
  ShapeId name;  // the fast path's
  std::vector<Piece> pieces;

  std::size_t variables() const {
    return static_cast<std::size_t>(std::count_if(pieces.begin(), pieces.end(), [](const Piece& p) { return p.varies; }));
  }
};

inline bool preposition(const std::string& word) {
  static const std::set<std::string> known{"for", "from", "to",   "by",   "user",   "host",    "of",   "on",
                                           "at",  "via",  "with", "node", "device", "service", "named"};
  return known.count(word) != 0;
}

}  // namespace loglode::reference
