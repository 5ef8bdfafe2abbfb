#include <catch2/catch.hpp>

#include "parse/time/timestamp_reader.h"

using namespace loglode;

TEST_CASE("severity words: every logger's spelling has its OpenTelemetry number, case ignored", "[parse][severity]") {
  const auto expect = [](Severity severity, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      INFO(word);
      CHECK(severity_from_word(word) == severity);
    }
  };
  expect(Severity::trace, {"TRACE", "VERBOSE", "FINEST", "trc", "trce", "TRAC", "BLAT", "silly"});
  expect(Severity::debug, {"DEBUG", "debug", "FINE", "FINER", "CONFIG", "dbg", "DEBUG3", "dbug", "DEBU", "DEBG"});
  expect(Severity::info, {"INFO", "Info", "inf", "information", "Informational", "Note", "LOG", "AUDIT", "INFOS", "<6>", "<134>"});
  expect(Severity::info2, {"NOTICE", "notice", "<5>"});
  expect(Severity::warn, {"WARN", "Warning", "wrn", "WARNUNG", "Avertissement", "<4>"});
  expect(Severity::error, {"ERROR", "Err", "SEVERE", "failure", "fail", "eror", "ERRO", "GRAVE", "SCHWERWIEGEND", "<3>"});
  expect(Severity::error2, {"dpanic", "<2>"});
  expect(Severity::error3, {"ALERT", "<1>"});
  expect(Severity::fatal, {"FATAL", "panic", "EMERG", "emergency", "<0>", "ftl", "FATA", "CRIT", "Critical"});
  // In other languages and scripts.
  expect(Severity::error, {"FEHLER", "ERREUR", "ERRO", "fout", "FEIL", "Hata", "错误", "錯誤", "异常", "严重", "エラー", "오류", "ОШИБКА",
                           "Ошибка", "ошибка", "ПОМИЛКА"});
  expect(Severity::warn, {"警告", "경고", "ПРЕДУПРЕЖДЕНИЕ", "Предупреждение"});
  expect(Severity::info, {"信息", "情報", "정보", "Информация"});
  expect(Severity::fatal, {"致命错误", "致命的", "КРИТИЧНО"});
  expect(Severity::unspecified, {"错误码", "无错误", "ошибки", "ошибкаошибкаошибкаошибкаошибка", "\xD0", "ошибк\xD0", "\xE9\x94"});
  expect(Severity::unspecified, {"", "E", "I", "LOGIN", "information!", "errors", "<192>", "<>", "<3", "<x>", "infoinfoinfoinfo", "zebra",
                                 "@nfo", "{nfo", "\xFF\xFE", "info\n"});
  CHECK(severity_from_word(std::string_view{"info\0", 5}) == Severity::unspecified);
}

TEST_CASE("severity words: the text of an error's field tells an error, but for the words for none", "[parse][severity]") {
  for (const std::string_view text : {"boom", "connection reset by peer", "timeout.", "EOF", "io: read/write on closed pipe", "нет связи",
                                      "错误", "none of the servers answered", "no errors were expected, but 3 came", "E_FAIL"})
    CHECK(tells_error(text));
  for (const std::string_view text :
       {"",   " ",  "-",       "0",        "0x0",      "42",        "{}",    "[]",   "none",      "None", "NULL", "nil",    "<nil>",
        "ok", "OK", "Success", "success.", "no error", "No errors", "false", "true", "undefined", "n/a",  "N/A",  "(null)", "x"})
    CHECK_FALSE(tells_error(text));
}

TEST_CASE("severity words: on syslog's scale only an emergency is fatal", "[parse][severity]") {
  CHECK(severity_from_syslog_word("crit") == Severity::error2);
  CHECK(severity_from_syslog_word("Critical") == Severity::error2);
  CHECK(severity_from_syslog_word("alert") == Severity::error3);
  CHECK(severity_from_syslog_word("emerg") == Severity::fatal);
  CHECK(severity_from_syslog_word("error") == Severity::error);
  CHECK(severity_from_syslog_word("audit") == Severity::info);
  CHECK(severity_from_syslog_word("pool") == Severity::unspecified);
}

TEST_CASE("severity words: single letters count only where they are asked for", "[parse][severity]") {
  CHECK(severity_from_word("I", true) == Severity::info);
  CHECK(severity_from_word("w", true) == Severity::warn);
  CHECK(severity_from_word("E", true) == Severity::error);
  CHECK(severity_from_word("F", true) == Severity::fatal);
  CHECK(severity_from_word("D", true) == Severity::debug);
  CHECK(severity_from_word("V", true) == Severity::trace);
  CHECK(severity_from_word("x", true) == Severity::unspecified);
  CHECK(severity_from_word("W") == Severity::unspecified);
}

TEST_CASE("severity numbers: syslog codes and bunyan levels", "[parse][severity]") {
  CHECK(severity_from_syslog(0) == Severity::fatal);
  CHECK(severity_from_syslog(3) == Severity::error);
  CHECK(severity_from_syslog(7) == Severity::debug);
  CHECK(severity_from_syslog(8) == Severity::unspecified);
  CHECK(severity_from_bunyan(10) == Severity::trace);
  CHECK(severity_from_bunyan(30) == Severity::info);
  CHECK(severity_from_bunyan(35) == Severity::info);
  CHECK(severity_from_bunyan(50) == Severity::error);
  CHECK(severity_from_bunyan(60) == Severity::fatal);
  CHECK(severity_from_bunyan(0) == Severity::unspecified);
  CHECK(severity_from_bunyan(4242) == Severity::unspecified);
}
