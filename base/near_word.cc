#include "base/near_word.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace loglode {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = a[i] == b[j] ? diagonal : 1 + std::min({diagonal, above, row[j]});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 40) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2);
  for (const std::string_view candidate : known) {
    // "warning" is far from "warn" by letters and yet what was meant.
    const bool one_begins_the_other = word.size() >= 3 && (word.starts_with(candidate) || candidate.starts_with(word));
    const std::size_t distance = one_begins_the_other ? 1 : edit_distance(word, candidate);
    if (distance < best_distance || (distance == best_distance && best.empty() && distance <= 2)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string hint(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view guess = nearest(word, known);
  return guess.empty() ? std::string{} : fmt::format(" (did you mean \"{}\"?)", guess);
}

std::string in_quotes(std::string_view word) {
  constexpr std::size_t kShownMax = 60;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  const auto continues_a_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t size = std::min(word.size(), kShownMax);
  while (size > 0 && size < word.size() && continues_a_character(word[size])) --size;
  std::string shown = "\"";
  for (const char c : word.substr(0, size)) shown += is_control(c) ? '?' : c;
  return shown + (size < word.size() ? "…\"" : "\"");
}

}  // namespace loglode
