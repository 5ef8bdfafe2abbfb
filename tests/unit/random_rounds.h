// How many random cases a test tries.
#pragma once

namespace loglode::test {

/// A quarter under sanitizers, which make each as much as twenty times slower: they look for kinds of faults that the same cases show again
/// and again. That what comes out is right is tried in all of them, without sanitizers.
constexpr int random_rounds(int count) {
#ifdef LOGLODE_SANITIZED
  return count / 4;
#else
  return count;
#endif
}

}  // namespace loglode::test
