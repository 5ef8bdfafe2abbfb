// Many texts in one scan give what each gives alone.
#include "patterns/rules/block_sieve.h"

#include <random>

#include "base/pcre.h"
#include "patterns/rules/block_form.h"
#include "patterns/rules/digit_blind.h"
#include "patterns/rules/known_texts.h"
#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

TEST_CASE("block form: the ends of a text are ends of a line, classes and escapes stay as they are", "[rules]") {
  for (const auto& [pattern, form] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"disk full", "disk full"},
           {"^fatal:", "^fatal:"},
           {R"(\Afatal:.*gone\z)", "^fatal:.*gone$"},
           {R"(gone\Z|\Aback)", "gone$|^back"},
           {R"(C:\\Archive\\zip)", R"(C:\\Archive\\zip)"},
           {R"([^]\\A]x[[:alpha:]\]\z]\A)", R"([^]\\A]x[[:alpha:]\]\z]^)"},
           {R"((?i)a(?:b|c)(?s:.)(?x-i)d)", R"((?i)a(?:b|c)(?s:.)(?x-i)d)"},
           {R"(\()", R"(\()"}}) {
    INFO(pattern);
    CHECK(block_form(pattern) == std::string{form});
  }
  for (const char* none : {R"(\Qa.b\E)", "(?-m)^a", "(?i-sm:^a)", "(?^)^a", R"(\Gx)"}) {
    INFO(none);
    CHECK_FALSE(block_form(none).has_value());
  }
}

TEST_CASE("block form: what may hold a newline is told from what may not", "[rules]") {
  for (const char* within :
       {"disk full", R"(^a[^\n]{0,9} b$)", R"(\bgone\b\.\d\w\S\t)", R"([a-z\d_-]{2}(?:x|y)?)", R"([^\s"]+)", R"([^\x00-\x20]@)",
        R"(a[^b\n-]c)", "(?i)left.{0,20}right", R"([\]\[x]\(\|)", R"(\xEF[\x80-\x8F])", R"(\Afatal\z)"}) {
    INFO(within);
    CHECK(stays_in_line(within));
  }
  for (const char* across : {R"(a\s+b)", R"(a\Wb)",    R"(a\Db)", "a[^b]c",       R"(a[\s,]b)", R"(a[\t-\r]b)",   R"([\x00-\x1f])",
                             R"([^\S])", R"([^\w\d])", "(?s)a.b", "(?i-s:a.b)",   R"(a\nb)",    "a\nb",           R"(a\x0Ab)",
                             R"(a\Rb)",  R"(a\012b)",  R"(\pLx)", "[[:space:]]x", R"(a\x{a}b)", R"([^\x0b-\x20])"}) {
    INFO(across);
    CHECK_FALSE(stays_in_line(across));
  }
}

std::string edge_rules() {
  return rule_text("begin", "^fatal", "fatal") + rule_text("end", "gone$", "all gone") +
         rule_text("text-begin", R"(\Acold start)", "cold start") + rule_text("text-end", R"(the end\z)", "the end") +
         rule_text("last-line", R"(last word\Z)", "last word") + rule_text("word", R"(\bkilled\b)", "was killed") +
         rule_text("inside", R"(\Bkill\B)", "skills") + rule_text("across", "(?s)open.{0,20}shut", "open and shut") +
         rule_text("not-x", "left[^x]{1,9}right", "left or right") + rule_text("blanks", R"(lock\s+lost)", "lock  lost") +
         rule_text("any", "left[^x]*shut", "left, shut") + rule_text("many", "(?:no ?){2,}", "no no") +
         rule_text("ahead", R"(cold(?!\n))", "cold") + rule_text("twice", R"(left (\w{4,9}) \1)", "left left left") +
         rule_text("status", R"(status=5\d\d\b)", "status=503") + rule_text("number", R"(took \d{4,} ms)", "took 12000 ms") +
         rule_text("not-200", R"(code (?!200)\d{3}\b)", "code 404") + rule_text("even", R"(port \d*[24680]\b)", "port 18");
}

std::string rules_of(const LoadedRules& loaded, const Record& record) {
  std::string out;
  const auto matches = match_rules(*loaded.rules, record.message, record.service, record.severity);
  REQUIRE(matches.has_value());
  for (const RuleMatch& match : *matches) out += (out.empty() ? "" : " ") + (*loaded.catalog)[static_cast<std::size_t>(match.rule)].id;
  return out;
}

std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"fatal",
                                                 "gone",
                                                 "cold start",
                                                 "the end",
                                                 "last word",
                                                 "killed",
                                                 "skills",
                                                 "open",
                                                 "shut",
                                                 "left",
                                                 "right",
                                                 "lock",
                                                 "lost",
                                                 "no ",
                                                 "x",
                                                 "\n",
                                                 " ",
                                                 "  ",
                                                 "left left left",
                                                 ": ",
                                                 "\x80",
                                                 "calm sea",
                                                 "status=200 ",
                                                 "status=503 ",
                                                 "took 12 ms",
                                                 "took 12345 ms",
                                                 "code 200",
                                                 "code 404",
                                                 "port 17",
                                                 "port 8080",
                                                 "and a long tail that says nothing at all of what anybody looks for in a text"};
  std::string text;
  for (std::size_t pieces = random() % 6; pieces != 0; --pieces) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST_CASE("sieve: a batch gives each record what it gives alone, wherever the texts before and behind it begin and end", "[rules]") {
  // The second set has an expression without a block form, so that nothing is sifted.
  for (const std::string& rules : {edge_rules(), edge_rules() + rule_text("quoted", R"(\Qa.b\E)", "a.b")}) {
    const LoadedRules loaded = sound_rules(rules);
    Classified hits{loaded};
    std::mt19937 random{7};
    for (int round = 0; round < 60; ++round) {
      // Some batches hit nearly nothing, some in every record, so that the sieve works, pauses and comes back.
      const unsigned calm = round % 20 < 10 ? 9 : 0;
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < 40 + random() % 400; ++i)
        texts.push_back(random() % 10 < calm ? "GET /calm/sea " + std::to_string(random() % 999) : random_text(random));
      std::vector<Record> records;
      for (const std::string& text : texts)
        records.push_back(record_of(text, random() % 3 == 0   ? Severity::unspecified
                                          : random() % 9 == 0 ? Severity::error
                                                              : Severity::info));
      hits.batch().records = records;
      REQUIRE(hits.stage().run(hits.batch()).has_value());
      for (const Record& record : hits.batch().records) {
        INFO(round << " <" << record.message << ">");
        REQUIRE(hits.hits_of(record, false) == rules_of(loaded, record));
      }
    }
  }
}

TEST_CASE("digit blind: a form matches whatever its pattern matches once digits are 0, and says when it may match more", "[rules]") {
  struct Row {
    std::string_view pattern, form;
    bool looser;
  };
  for (const Row& row : std::initializer_list<Row>{{"disk full", "disk full", false},
                                                   {R"(took \d{4,5} ms)", R"(took \d{4,5} ms)", false},
                                                   {"error 17", "error 00", true},
                                                   {R"(\b5\d\d\b)", R"(\b0\d\d\b)", true},
                                                   {"[0-9a-f]{32}[^0-9][[:xdigit:]][^a-z]", "[0-9a-f]{32}[^0-9][[:xdigit:]][^a-z]", false},
                                                   {"[1-9]x[0-5]", "(?:[1-9]|0)x[0-5]", true},
                                                   {"[^0]x[^5]", "(?:[^0]|0)x[^5]", true},
                                                   {R"([\d.-]+[\w][\D])", R"([\d.-]+[\w][\D])", false},
                                                   {R"(\x31\x41[\x30-\x39][\x41-\x5a])", R"(0\x41[\x30-\x39][\x41-\x5a])", true},
                                                   {"code (?!200)", "code (?:)", true},
                                                   {"code (?!none)(?<!at )", "code (?!none)(?<!at )", false},
                                                   {"(?<=v2 )(?<n1>a)(?i:b)(?>1+)", "(?<=v0 )(?<n1>a)(?i:b)(?:0+)", true},
                                                   {"[0-4]++5", "[0-4]+0", true},
                                                   {R"(a{2}b{3,}c{4,5}?d{x6})", R"(a{2}b{3,}c{4,5}?d{x0})", true},
                                                   {R"((\w+) \1)", R"((\w+) \1)", true},
                                                   {R"(\p{Nd}\pL\.\()", R"(\p{Nd}\pL\.\()", false}}) {
    INFO(row.pattern);
    const auto form = digit_blind(row.pattern);
    REQUIRE(form.has_value());
    CHECK(form->pattern == row.form);
    CHECK(form->looser == row.looser);
  }
  for (const char* none :
       {R"(\Qa\E)", R"(\012)", R"(\11)", R"(\g{1})", "(?(1)a|b)", "(?R)", "(?P>name)", "(*UTF)a", R"(\x{31})", "[[:odd:]]"}) {
    INFO(none);
    CHECK_FALSE(digit_blind(none).has_value());
  }
}

/// `text` with other digits in the places of its digits.
std::string redigited(std::string_view text, std::mt19937& random) {
  std::string out{text};
  for (char& c : out)
    if (c >= '0' && c <= '9') c = static_cast<char>('0' + random() % 10);
  return out;
}

TEST_CASE("digit blind: forms of random patterns match all that those match, and no more where they say so", "[rules]") {
  static constexpr std::string_view kPieces[] = {"5",       "[1-4]", R"(\d)", "[^3]",        "a",      "[a0]", R"(\b)",
                                                 "(?:1|b)", "(?=2)", "(?!7)", "(?!a)",       "[^a-z]", "x?",   "9{1,2}",
                                                 "(?<=4)",  ".",     "0*",    "[[:digit:]]", R"(\x35)"};
  std::mt19937 random{11};
  PcreMatcher matcher;
  std::size_t matched = 0, exact = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern, text;
    for (std::size_t n = 1 + random() % 4; n != 0; --n) pattern += kPieces[random() % std::size(kPieces)];
    for (std::size_t n = random() % 8; n != 0; --n) text += "0123456789abx "[random() % 14];
    const auto form = digit_blind(pattern);
    REQUIRE(form.has_value());
    const auto plain = PcrePattern::compile(pattern, true), blind = PcrePattern::compile(form->pattern, true);
    if (!plain) continue;
    INFO(pattern << " as " << form->pattern << " on <" << text << ">");
    REQUIRE(blind.has_value());
    std::string zeros(text.size(), ' ');
    copy_digit_blind(text, zeros.data());
    const bool here = matcher.search(*plain, text).outcome == Searched::found,
               there = matcher.search(*blind, zeros).outcome == Searched::found;
    REQUIRE((!here || there));
    if (!form->looser) REQUIRE(here == there);
    matched += here ? 1 : 0;
    exact += form->looser ? 0 : 1;
  }
  CHECK(matched > 1000);
  CHECK(exact > 1000);
}

class Sifted {
 public:
  explicit Sifted(const LoadedRules& loaded) : rules_(loaded.rules), sieve_(*rules_), scanner_(RuleScanner::make(*rules_)) {}
  std::string operator()(const std::vector<Record>& records, StreamId stream = {}) {  // a letter a record
    Batch batch;
    batch.records = records;
    auto of = std::make_shared<Stream>();
    of->info.id = stream;
    batch.stream = of;
    sieve_.sift(batch, *scanner_);
    std::string out;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto found = sieve_.found_in(i);
      out += !found ? 's' : found->empty() ? '-' : 'h';
    }
    return out;
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
  BlockSieve sieve_;
  Result<RuleScanner> scanner_;
};

TEST_CASE("sieve: what hits nothing is settled, and what is hit where no match can have begun in the text before", "[rules]") {
  Sifted sifted{sound_rules(edge_rules())};
  const std::string lengthy(5000, 'y');
  std::string flood;
  while (flood.size() < 1000) flood += "no ";
  CHECK(sifted({record_of("calm"), record_of("fatal", Severity::debug), record_of(""), record_of("calm", Severity::warn),
                record_of(lengthy), record_of("calm"), record_of("is it gone"), record_of("not at all")}) == "-h--s-h-");
  CHECK(sifted({record_of("it was fatal"), record_of("fatal"), record_of("gone it is"), record_of("calm"), record_of("calm")}) == "-h---");
  CHECK(sifted({record_of("calm"), record_of("lock  lost"), record_of("left, shut"), record_of("calm")}, StreamId{1}) == "-ss-");
  CHECK(sifted({record_of("lock"), record_of("lost at sea"), record_of("calm"), record_of("calm")}, StreamId{2}) ==
        "-s--");  // the text before begins it
  CHECK(sifted({record_of("skills"), record_of("skills\nof the"), record_of("calm"), record_of("calm")}, StreamId{3}) == "hs--");
  CHECK(sifted({record_of("still"), record_of(flood), record_of("quiet")}, StreamId{4}) == "sss");  // too much is found: the whole block
}

TEST_CASE("sieve: what is known of a text holds for the same text with other digits, unless a rule asks which", "[rules]") {
  const LoadedRules loaded = sound_rules(edge_rules());
  Classified hits{loaded};
  std::mt19937 random{3};
  std::vector<std::string> kinds;
  for (int i = 0; i < 60; ++i) kinds.push_back(random_text(random) + std::to_string(random() % 100'000) + random_text(random));
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> texts;
    for (int i = 0; i < 300; ++i) texts.push_back(redigited(kinds[random() % kinds.size()], random));
    std::vector<Record> records;
    for (const std::string& text : texts) records.push_back(record_of(text, Severity::error));
    hits.batch().records = records;
    REQUIRE(hits.stage().run(hits.batch()).has_value());
    for (const Record& record : hits.batch().records) {
      INFO(round << " <" << record.message << ">");
      REQUIRE(hits.hits_of(record, false) == rules_of(loaded, record));
    }
  }
}

TEST_CASE("sieve: a stream whose messages stay open is left alone for ever longer, others are not", "[rules]") {
  Sifted sifted{sound_rules(edge_rules())};
  const std::vector<Record> bad{record_of("lock lost"), record_of("left, shut"), record_of("calm")}, good(8, record_of("calm"));
  const auto batches_passed_over = [&](StreamId stream) {
    int count = 0;
    while (sifted(good, stream) != "--------") ++count;
    return count;
  };
  CHECK(sifted(bad, StreamId{3}) == "ss-");
  CHECK(sifted(good, StreamId{4}) == "--------");
  CHECK(batches_passed_over(StreamId{3}) == 1);  // and the good batch behind that forgives
  for (const int pause : {1, 2, 4, 8, 16, 32, 32}) {
    CHECK(sifted(bad, StreamId{3}) == "ss-");
    for (int i = 0; i < pause; ++i) CHECK(sifted(bad, StreamId{3}) == "sss");
  }
}

TEST_CASE("known texts: what is asked for stays, what came once goes, whatever else comes", "[rules]") {
  KnownTexts known;
  using Known = KnownTexts::Known;
  const auto asked = [&](const std::string& text) { return known.look_up(known.key_of(text)); };
  CHECK(asked("often") == Known::nothing);
  CHECK(asked("often") == Known::met_once);
  known.settle(known.key_of("often"), std::vector<unsigned>{3, 8});
  for (int i = 0; i < 200'000; ++i) {
    static_cast<void>(asked("once " + std::to_string(i)));
    if (i % 1000 == 0) REQUIRE(asked("often") == Known::settled);
  }
  REQUIRE(asked("often") == Known::settled);
  CHECK(std::vector<unsigned>{known.found().begin(), known.found().end()} == std::vector<unsigned>{3, 8});
  known.let_digits_count(known.key_of("never seen"));
  CHECK(asked("never seen") == Known::digits_count);
  CHECK(asked("once 0") == Known::nothing);  // forgotten
}

}  // namespace
}  // namespace loglode
