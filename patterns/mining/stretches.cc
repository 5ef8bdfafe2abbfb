#include "patterns/mining/stretches.h"

#include "patterns/mining/mixing.h"
#include "patterns/mining/phrase_reader.h"

namespace loglode {

namespace {

std::uint64_t step(std::uint64_t hash, const Form& form, std::size_t at) noexcept {
  return mix(hash ^ form.codes[at] ^ (form.element(at).blank ? kMixB : 0), kMixC);
}

}  // namespace

Ends ends_of(const Form& form) {
  const std::size_t size = form.codes.size();
  Ends ends{std::vector<std::uint64_t>(size + 1), std::vector<std::uint64_t>(size + 1)};
  ends.before[0] = mix(kMixA ^ static_cast<std::uint64_t>(form.shape->severity()), kMixD);
  ends.behind[size] = kMixB;
  for (std::size_t at = 0; at < size; ++at) ends.before[at + 1] = step(ends.before[at], form, at);
  for (std::size_t at = size; at-- > 0;) ends.behind[at] = step(ends.behind[at + 1], form, at);
  return ends;
}

bool is_soft(const Form& form, std::size_t at) noexcept {
  if (form.varies(at)) return true;
  if (form.element(at).kind == ElementKind::mark) return is_separator(form, at);
  return !is_wide_mark(form.text(at));
}

std::size_t words_in(const Form& form, std::size_t begin, std::size_t end) noexcept {
  std::size_t words = 0;
  for (std::size_t at = begin; at < end; ++at) words += is_word(form, at);
  return words;
}

std::uint64_t content_of(const Form& form, std::size_t begin, std::size_t end) noexcept {
  std::uint64_t hash = kMixA;
  for (std::size_t at = begin; at < end; ++at) hash = step(hash, form, at);
  return hash;
}

bool join(std::vector<Form>& forms, const std::vector<Stretch>& stretches) {
  for (const Stretch& one : stretches) forms[one.form].join(one.begin, one.end);
  return !stretches.empty();
}

}  // namespace loglode
