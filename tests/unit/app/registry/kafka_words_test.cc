// What a person is told of brokers that cannot be talked to, and what is kept out of it.
#include <librdkafka/rdkafka.h>

#include <catch2/catch.hpp>
#include <string>

#include "kafka/config_options.h"
#include "kafka/connection_trouble.h"

namespace loglode::config {
namespace {

Text hidden(const std::string& value, const std::string& shown = "***") { return {value, 1, shown, true}; }

TEST_CASE("why a connection fails: the reason without address and timing, and what to look at", "[kafka]") {
  const struct {
    std::string said, reason, look_at;
  } rows[] = {
      {"ssl://10.0.0.1:9093/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading (after 5ms in state "
       "SSL_HANDSHAKE)",
       "SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading", "this listener may not speak TLS"},
      {"ssl://[::1]:9093/3: SSL handshake failed: error:0A00010B:SSL routines::wrong version number: connecting to a PLAINTEXT broker "
       "listener? (after 5ms in state SSL_HANDSHAKE)",
       "SSL handshake failed: error:0A00010B:SSL routines::wrong version number: connecting to a PLAINTEXT broker listener?",
       "this listener may not speak TLS"},
      {"[thrd:ssl://a:9093/1]: ssl://a:9093/1: SSL handshake failed: certificate verify failed: broker certificate could not be verified",
       "SSL handshake failed: certificate verify failed: broker certificate could not be verified", "look at ssl.ca.location"},
      {"ssl://a:9093/1: Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42 (after 2ms in state "
       "UP)",
       "Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42", "ssl.certificate.location"},
      {"a:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration "
       "(connecting to a SSL listener?) or broker version is < 0.10 (after 66ms in state APIVERSION_QUERY)",
       "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration (connecting to a SSL "
       "listener?) or broker version is < 0.10",
       "this listener may speak TLS"},
      {"a:9094/1: Disconnected: verify that security.protocol is correctly configured, broker might require SASL authentication (after 0ms "
       "in state UP)",
       "Disconnected: verify that security.protocol is correctly configured, broker might require SASL authentication",
       "this listener may ask for SASL"},
      {"sasl_plaintext://a:1/b: SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported "
       "mechanisms:  (after 1ms in state AUTH_HANDSHAKE)",
       "SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported mechanisms: ",
       "this listener may not ask for SASL"},
      {"sasl_ssl://a:1/b: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported "
       "mechanisms: "
       "PLAIN (after 1ms in state AUTH_HANDSHAKE)",
       "SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN",
       "look at sasl.mechanism"},
      {"sasl_ssl://a:1/b: SASL authentication error: Authentication failed: Invalid username or password (after 317ms in state AUTH_REQ)",
       "SASL authentication error: Authentication failed: Invalid username or password", "look at sasl.username and sasl.password"},
      {"sasl_ssl://a:1/b: SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL "
       "mechanism SCRAM-SHA-512 (after 368ms in state AUTH_REQ)",
       "SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL mechanism "
       "SCRAM-SHA-512",
       rd_kafka_version() < 0x020601ff ? "librdkafka before 2.6.1, as this one is, cannot use SCRAM with Kafka 4.0 and later"
                                       : "look at sasl.username and sasl.password"},
      {"a:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)", "Connection refused",
       "nothing listens there"},
      {"1/1 brokers are down", "1/1 brokers are down", ""},
      {"", "", ""},
  };
  for (const auto& row : rows) {
    INFO(row.said);
    const kafka::ConnectionTrouble trouble = kafka::connection_trouble(row.said);
    CHECK(trouble.reason == row.reason);
    CHECK(trouble.look_at.find(row.look_at) != std::string_view::npos);
    CHECK(trouble.look_at.empty() == row.look_at.empty());
  }
}

TEST_CASE("a short secret is masked where it stands alone, and is no part of another word", "[kafka]") {
  const struct {
    std::string secret, text, masked;
  } rows[] = {
      {"a", "a bad password: a, \"a\" and (a)", "*** bad password: ***, \"***\" and (***)"},
      {"pass", "password pass, pass_word, pass-word, bypass", "password ***, pass_word, ***-word, bypass"},
      {"***", "*** stays", "*** stays"},
      {"long enough", "along enough for long enoughs", "a*** for ***s"},
      {"/etc/k", "key /etc/k is bad, /etc/key is not", "key *** is bad, /etc/key is not"},
      {"", "nothing", "nothing"},
  };
  for (const auto& row : rows) {
    INFO(row.secret);
    CHECK(without_secrets(row.text, {{"sasl.password", hidden(row.secret)}}) == row.masked);
  }
  CHECK(without_secrets("a b", {{"client.id", Text{"a", 1, "a", false}}}) == "a b");
}

TEST_CASE("addresses that came from outside are in no sentence, whole or as a host", "[kafka]") {
  const std::vector<Text> brokers{hidden("db1.internal:9092,db2.internal:9093", "${BROKERS}"), {"open:9092", 1, "open:9092", false}};
  CHECK(without_addresses("Failed to resolve 'db1.internal:9092'; db2.internal and open:9092", brokers) ==
        "Failed to resolve '${BROKERS}'; ${BROKERS} and open:9092");
  CHECK(shown(brokers) == "${BROKERS},open:9092");
}

}  // namespace
}  // namespace loglode::config
