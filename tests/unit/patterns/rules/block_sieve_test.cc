// Many texts in one scan give what each gives alone.
#include "patterns/rules/block_sieve.h"

#include <random>

#include "patterns/rules/block_form.h"
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
         rule_text("ahead", R"(cold(?!\n))", "cold") + rule_text("twice", R"(left (\w{4,9}) \1)", "left left left");
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
        REQUIRE(hits.hits_of(record) == rules_of(loaded, record));
      }
    }
  }
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
  CHECK(sifted({record_of("calm"), record_of(flood), record_of("calm")}, StreamId{4}) == "sss");  // too much is found: the whole block
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

}  // namespace
}  // namespace loglode
