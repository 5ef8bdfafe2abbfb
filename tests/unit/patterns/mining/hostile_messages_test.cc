// Who writes messages can neither take another message's id or template, nor make the table of shapes slow.
#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "patterns/mining/mixing.h"
#include "patterns/mining/shape_codec.h"
#include "patterns/mining/shape_table.h"
#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

bool is_letters(std::uint64_t bytes) {
  for (int i = 0; i < 8; ++i, bytes >>= 8)
    if (!std::isalpha(static_cast<int>(bytes & 0xff))) return false;
  return true;
}

/// Another word of 16 letters with the same multiply-and-fold hash: each step of it can be undone.
std::string forge(const std::string& word, std::mt19937_64& random) {
  const std::uint64_t begin = kMixA ^ (word.size() * kMixB);
  const std::uint64_t target = mix(begin ^ load_word(word.data()), kMixC) ^ load_word(word.data() + 8);
  for (;;) {
    std::string forged(16, 'a');
    for (std::size_t i = 0; i < 8; ++i) forged[i] = static_cast<char>('a' + random() % 26);
    const std::uint64_t rest = target ^ mix(begin ^ load_word(forged.data()), kMixC);
    if (!is_letters(rest)) continue;
    std::memcpy(forged.data() + 8, &rest, 8);
    if (forged != word) return forged;
  }
}

std::string message_of(int number, std::mt19937_64& random) {
  std::string text = "request " + std::to_string(number) + " ended ";
  for (int i = 0; i < 12; ++i) text += static_cast<char>('a' + random() % 26);
  return text;
}

/// Places looked at for each of `messages` in a table that holds them all, on average.
double mean_probes(const std::vector<std::string>& messages, const ProcessSecret& secret) {
  MessageScanner scanner{secret}, elements_scanner{secret};
  ShapeTable table{20'000, 64 * kMiB};
  std::vector<Element> elements;
  std::vector<MaskedKey> keys;
  for (const std::string& message : messages) {
    const ScannedMessage& scanned = scanner.scan(message, SeverityClass::quiet);
    elements_scanner.read_elements(message, elements);
    keys.push_back(scanned.key);
    REQUIRE(table.insert(
        std::make_shared<Shape>(scanned, scanner.masked(), SeverityClass::quiet, elements_scanner.text(), elements, std::string_view{})));
  }
  std::size_t probes = 0;
  for (const MaskedKey& key : keys) probes += table.probes(key);
  return static_cast<double>(probes) / static_cast<double>(messages.size());
}

ProcessSecret secret_of(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  ProcessSecret secret;
  for (std::uint64_t& word : secret.words) word = random();
  return secret;
}

}  // namespace

TEST_CASE("hostile: a word that is forged to hash like another makes another shape and another template", "[mining][hostile]") {
  std::mt19937_64 random{1};
  for (const std::string word : {"PaymentAuthorise", "ReplicationLagged", "CertificateExpiry", "DatabaseConnector"}) {
    const std::string real = word.substr(0, 16), forged = forge(real, random);
    INFO(real << " " << forged);
    REQUIRE(hash_text(real) == hash_text(forged));  // or this shows nothing
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    const ShapeId first = miner.learn(forged + " failed for all", Severity::error),
                  second = miner.learn(real + " failed for all", Severity::error);
    CHECK(first != second);
    const TemplateCatalog catalog = miner.derive_templates();
    CHECK(catalog.templates().size() == 2);
    CHECK(catalog.of(second).text == real + " failed for all");
    CHECK(catalog.shown_twice() == 0);
    MessageScanner scanner;
    const MaskedKey key = scanner.scan(forged + " failed for all", SeverityClass::error).key;
    CHECK(key.index != scanner.scan(real + " failed for all", SeverityClass::error).key.index);
  }
}

TEST_CASE("hostile: in slots as well, a forged value is another one", "[mining][hostile]") {
  std::mt19937_64 random{2};
  const std::string real = "AdministratorsOf", forged = forge(real, random);
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  const ShapeId shape = miner.learn("role=" + forged + " granted", Severity::info);
  CHECK(miner.learn("role=" + real + " granted", Severity::info) == shape);
  CHECK(miner.derive_templates().of(shape).text == "role=<*> granted");  // two texts were seen there
}

TEST_CASE("hostile: messages that fall on one place for who knows the secret are harmless to who has another", "[mining][hostile]") {
  constexpr std::size_t kMessages = 2000;
  constexpr std::uint64_t kRegion = 1024, kMask = 65535;  // of a table for 20,000 shapes
  const ProcessSecret known = secret_of(1), other = secret_of(2);
  std::mt19937_64 random{3};
  std::vector<std::string> harmless, hostile;
  MessageScanner scanner{known};
  for (int i = 0; hostile.size() < kMessages; ++i) {
    std::string message = message_of(i, random);
    if (harmless.size() < kMessages) harmless.push_back(message);
    if ((scanner.scan(message, SeverityClass::quiet).key.index & kMask) < kRegion) hostile.push_back(std::move(message));
  }
  const double usual = mean_probes(harmless, other);
  CHECK(mean_probes(hostile, known) > 100 * usual);  // what an attack looks like
  CHECK(mean_probes(hostile, other) < 2 * usual);
  CHECK(mean_probes(hostile, process_secret()) < 2 * usual);
}

TEST_CASE("hostile: each process has a secret of its own", "[mining][hostile]") {
  std::set<std::uint64_t> words{process_secret().words.begin(), process_secret().words.end()};
  CHECK(words.size() == process_secret().words.size());
  CHECK_FALSE(words.contains(0));
}

TEST_CASE("masked: messages have the same bytes exactly when they are the same but for what varies", "[mining][masked]") {
  const auto masked = [](std::string_view message, SeverityClass severity = SeverityClass::quiet) {
    MessageScanner scanner;
    static_cast<void>(scanner.scan(message, severity));
    return std::string{scanner.masked()};
  };
  const auto same = [&](std::string_view a, std::string_view b) {
    INFO(a << " | " << b);
    CHECK(masked(a) == masked(b));
    CHECK(id_of(masked(a)) == id_of(masked(b)));
  };
  const auto other = [&](std::string_view a, std::string_view b) {
    INFO(a << " | " << b);
    CHECK(masked(a) != masked(b));
    CHECK(id_of(masked(a)) != id_of(masked(b)));
  };
  same("took 5 ms", "took 17 ms");
  same("  took\t5   ms ", "took 5 ms");
  other("took 5 ms", "took ms");
  other("ab", "a b");
  other("open (x", "open(x");
  other("open ( x", "open (x");
  other("a 5 b", "a 5 5 b");
  other("a: b", "a :b");
  other("", "a");
  CHECK(masked("took 5 ms", SeverityClass::quiet) != masked("took 5 ms", SeverityClass::error));
}

TEST_CASE("masked: a stored shape has the id and the key that its messages have", "[mining][masked]") {
  MessageScanner scanner, elements_scanner;
  for (const std::string_view message : {"", "plain", "took 5 ms", "user=bob from 10.0.0.1:80 (try 2 of 5)",
                                         "key=\"several words\" a/b/c <x> {1, 2}", "h\xc3\xa9llo 7", "a#5 b@c"}) {
    INFO(message);
    const ScannedMessage& scanned = scanner.scan(message, SeverityClass::warning);
    std::vector<Element> elements;
    elements_scanner.read_elements(message, elements);
    const Shape shape{scanned, scanner.masked(), SeverityClass::warning, elements_scanner.text(), elements, "shop"};
    SampleBudget budget;
    const auto stored = decode_shape(encode(shape), budget);
    REQUIRE(stored.has_value());
    CHECK((*stored)->id() == shape.id());
    CHECK((*stored)->key() == scanned.key);
    CHECK((*stored)->slots() == scanned.slots);
  }
}
