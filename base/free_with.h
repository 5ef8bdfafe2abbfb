// An owner for what a C library hands out: std::unique_ptr<T, FreeWith<&its_free_function>>.
#pragma once

namespace loglode {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    static_cast<void>(kFree(handle));
  }
};

}  // namespace loglode
