// librdkafka starts C11 threads, which clang 14's ThreadSanitizer does not know: it ends the program at their first call.
#pragma once

namespace loglode::test {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kKafkaCanRun = false;
#else
inline constexpr bool kKafkaCanRun = true;
#endif
#else
inline constexpr bool kKafkaCanRun = true;
#endif

}  // namespace loglode::test
