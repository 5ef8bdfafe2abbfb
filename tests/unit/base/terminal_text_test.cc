#include "base/terminal_text.h"

#include <catch2/catch.hpp>

using namespace loglode;

TEST_CASE("printable: nothing from a log moves a cursor, changes a colour or the direction of writing", "[sinks]") {
  const auto expect = [](std::string_view text, std::string_view shown) {
    INFO(shown);
    CHECK(printable(text) == shown);
  };
  expect("plain text", "plain text");
  expect("größe 日志 🚒", "größe 日志 🚒");
  expect("\x1b[31mred", "\\x1b[31mred");
  expect("\x1b]0;title\x07", "\\x1b]0;title\\x07");
  expect("a\r\nb\tc", "a\\r\\nb\\tc");
  expect(std::string_view{"a\0b", 3}, "a\\x00b");
  expect("\x7f", "\\x7f");
  expect(
      "\xc2\x9b"
      "31m",
      "\\x9b31m");  // C1 CSI as a code point
  expect(
      "\x9b"
      "31m",
      "\\x9b31m");  // and as a bare byte
  expect(
      "\xe2\x80\xae"
      "evil",
      "\\u{202e}evil");  // right-to-left override
  expect(
      "a\xe2\x80\x8b"
      "b",
      "a\\u{200b}b");                        // zero width space
  expect("\xf3\xa0\x80\x81", "\\u{e0001}");  // tag character
  expect("\xff\xfe", "\\xff\\xfe");
  expect("\xe2\x82", "\\xe2\\x82");           // cut in the middle
  expect("\xc0\xaf", "\\xc0\\xaf");           // overlong
  expect("\xed\xa0\x80", "\\xed\\xa0\\x80");  // surrogate
}

TEST_CASE("printable: letters that nobody sees are told apart from nothing, and marks do not pile up", "[sinks]") {
  const auto expect = [](std::string_view text, std::string_view shown) {
    INFO(shown);
    CHECK(printable(text) == shown);
  };
  expect("a\u3164b", "a\\u{3164}b");  // Hangul filler
  expect("a\u2800b", "a\\u{2800}b");  // Braille without dots
  expect("a\u034fb", "a\\u{34f}b");   // grapheme joiner
  expect("a\u115f\uffa0", "a\\u{115f}\\u{ffa0}");
  expect("a\ufe0fb\u180c", "a\\u{fe0f}b\\u{180c}");
  expect("\U000e0041\U0001d173", "\\u{e0041}\\u{1d173}");
  expect("\u2801\u3165\u1161\u3000\u00a0", "\u2801\u3165\u1161\u3000\u00a0");  // their neighbours, and blanks that are blanks
  expect("e\u0301 o\u0302\u0301\u0303\u0304 \u0e01\u0e34\u0e48", "e\u0301 o\u0302\u0301\u0303\u0304 \u0e01\u0e34\u0e48");
  expect("e\u0301\u0301\u0301\u0301\u0301\u0301x\u0301", "e\u0301\u0301\u0301\u0301\\u{301}\\u{301}x\u0301");
  CHECK(printable_json("\"e\u0301\u0301\u0301\u0301\u0301\u3164\"") == "\"e\u0301\u0301\u0301\u0301\\u0301\\u3164\"");
}

TEST_CASE("wrapped breaks at blanks, indents what follows, and leaves long words whole", "[sinks]") {
  CHECK(wrapped("  ", "one two three four", 12) == "  one two\n  three four\n");
  CHECK(wrapped("head  ", "one two", 10) == "head  one\n      two\n");
  CHECK(wrapped("", "a-word-that-is-wider b", 8) == "a-word-that-is-wider\nb\n");
  CHECK(wrapped("x ", "", 8) == "x \n");
}

TEST_CASE("cut_to and pad_to keep to the columns of a terminal, wide characters counted twice", "[sinks]") {
  CHECK(cut_to("short", 10) == "short");
  CHECK(cut_to("0123456789", 10) == "0123456789");
  CHECK(cut_to("0123456789a", 10) == "012345678…");
  CHECK(cut_at_word("one two three", 13) == "one two three");
  CHECK(cut_at_word("one two three", 10) == "one two …");
  CHECK(cut_at_word("one two three", 8) == "one two…");
  CHECK(cut_at_word("one unbreakable-word-that-goes-on", 20) == "one unbreakable-wor…");  // hardly anything would be left
  CHECK(cut_at_word("", 0).empty());
  CHECK(columns_of("日志") == 4);
  CHECK(cut_to("日志日志", 5) == "日志…");
  CHECK(pad_to("ab", 4) == "ab  ");
  CHECK(pad_to("abcdef", 4) == "abc…");
  CHECK(cut_to("abc", 0).empty());
}

TEST_CASE("html_text and markdown_text escape what their syntax would read", "[sinks]") {
  CHECK(html_text("<script>alert('x')&\"") == "&lt;script&gt;alert(&#39;x&#39;)&amp;&quot;");
  const auto expect = [](std::string_view text, std::string_view written) { CHECK(markdown_text(text) == written); };
  expect("", "");
  expect("payments", "payments");
  expect("order-service_2", "order-service_2");
  expect("silent: \"charged order\" every 4 s, missed 6 times.", "silent: \"charged order\" every 4 s, missed 6 times.");
  // What is no plain sentence is text for nobody but who reads it: no link, no mention, no entity, no emphasis.
  expect("a|b [link](x) <b>", "`a|b [link](x) <b>`");
  expect("see http://example.org/x", "`see http://example.org/x`");
  expect("www.example.org", "`www.example.org`");
  expect("@everyone", "`@everyone`");
  expect("&rlm;txt", "`&rlm;txt`");
  expect("1. first", "`1. first`");
  expect("- item", "`- item`");
  expect("say *loud*", "`say *loud*`");
  expect("`code`", "`` `code` ``");
  expect("a `` b", "```a `` b```");
  CHECK(markdown_cell("a|b") == "`a\\|b`");
}

TEST_CASE("numbers and durations are short and readable", "[sinks]") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(1234567) == "1,234,567");
  CHECK(short_duration(0.0004) == "0 ms");
  CHECK(short_duration(0.12) == "0.12 s");
  CHECK(short_duration(1.24) == "1.2 s");
  CHECK(short_duration(75) == "75 s");
  CHECK(short_duration(600) == "10 min");
}

TEST_CASE("printable_json: hidden characters become escapes of JSON, and what it says stays the same", "[sinks]") {
  const auto expect = [](std::string_view text, std::string_view escaped) {
    INFO(text);
    CHECK(printable_json(std::string{text}) == escaped);
  };
  expect(R"({"a":"plain \n \u001b"})", R"({"a":"plain \n \u001b"})");
  expect("\"\x7f\"", R"("\u007f")");
  expect("\"\u009b31m\"", R"("\u009b31m")");
  expect("\"a\u202eb\u202c\"", R"("a\u202eb\u202c")");
  expect("\"\U000E0041\"", R"("\udb40\udc41")");
  expect("\"Grüße 日志 🚒\"", "\"Grüße 日志 🚒\"");
}
