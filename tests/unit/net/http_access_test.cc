#include "net/http_access.h"

#include <catch2/catch.hpp>

namespace loglode {
namespace {

TEST_CASE("http access: which addresses only this machine can reach", "[net]") {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) CHECK(is_loopback(address));
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "fe80::1", "example.org", "", "127.0.0.1.example.org"})
    CHECK_FALSE(is_loopback(address));
}

TEST_CASE("http access: a Host header is ours or not", "[net]") {
  const auto expect = [](const char* host, const char* address, bool ours) {
    INFO(host << " for " << address);
    CHECK(is_our_host(host, address) == ours);
  };
  expect("127.0.0.1:9600", "127.0.0.1", true);
  expect("LocalHost", "127.0.0.1", true);
  expect("[::1]:9600", "::1", true);
  expect("10.1.2.3:9600", "0.0.0.0", true);
  expect("[fe80::1]", "::", true);
  expect("10.1.2.3:9600", "127.0.0.1", false);
  expect("evil.example:9600", "127.0.0.1", false);
  expect("evil.example", "0.0.0.0", false);
  expect("127.0.0.1.evil.example", "127.0.0.1", false);
  expect("", "127.0.0.1", false);
  expect("127.0.0.1:9600, evil.example", "127.0.0.1", false);
  expect("127.0.0.1:80@evil.example", "127.0.0.1", false);
  expect("[::1", "::1", false);
}

TEST_CASE("http access: only the whole token is the token", "[net]") {
  CHECK(has_token("Bearer abc", "abc"));
  CHECK(has_token("bearer abc", "abc"));
  for (const char* given :
       {"", "abc", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Bearer abcabc", "Bearer ABC", "Basic abc", "Bearer  abc"}) {
    INFO(given);
    CHECK_FALSE(has_token(given, "abc"));
  }
  CHECK_FALSE(has_token("Bearer ", ""));
}

}  // namespace
}  // namespace loglode
