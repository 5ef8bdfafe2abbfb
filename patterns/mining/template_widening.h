// What varies beyond single words: free text between constant ends, bodies in brackets, names within scripts that put no blanks between
// words, and forms that a widened one covers. Functions of the set of forms: no order, no counts of lines. Stateless; any thread.
#pragma once

#include <vector>

#include "patterns/mining/template_text.h"

namespace loglode {

/// How many different ones at a place make it a variable (docs/mining.md).
struct WideningRule {
  std::uint32_t texts = 10;             // free texts and lists that words surround, or that a colon or a preposition announces
  std::uint32_t texts_behind_few = 20;  // free texts that nothing announces, or behind two words and a colon
  std::uint32_t bodies = 5;             // contents of brackets, when several of them hold variables
  std::uint32_t names = 5;              // names within a word of a script without blanks
};

/// Each makes one round of widening and returns whether anything changed. All finds are made before any form is changed.
bool absorb_words(std::vector<Form>& forms);
bool widen_bodies(std::vector<Form>& forms, const WideningRule& rule);
bool widen_texts(std::vector<Form>& forms, const WideningRule& rule);
bool widen_wide_words(std::vector<Form>& forms, const WideningRule& rule);

}  // namespace loglode
