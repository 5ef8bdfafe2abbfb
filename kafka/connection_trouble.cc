#include "kafka/connection_trouble.h"

#include <librdkafka/rdkafka.h>

namespace loglode::kafka {

namespace {

struct Known {
  std::string_view said, look_at;
};

constexpr std::string_view kMayNotSpeakTls = "this listener may not speak TLS: look at the port and at security.protocol";
constexpr std::string_view kMayAskForNoSasl = "this listener may not ask for SASL: look at the port and at security.protocol";
constexpr std::string_view kWantsCertificate =
    "the broker wants a certificate of the client: look at ssl.certificate.location and ssl.key.location";

constexpr std::string_view kRefusesUser = "the broker refuses this user: look at sasl.username and sasl.password";

// librdkafka repeated its nonce in SCRAM until 2.6.1, which Kafka let pass until 4.0 (librdkafka's #4895).
constexpr std::string_view kScramOfAnOlderClient =
    "the broker refuses this user: look at sasl.username and sasl.password; if they are right: librdkafka before 2.6.1, as this one is, "
    "cannot use SCRAM with Kafka 4.0 and later";
constexpr int kScramIsRight = 0x020601ff;

// The first that is found counts: what is said of TLS stands before what any broken connection may say.
constexpr Known kKnown[] = {
    {"certificate verify failed",
     "the broker's certificate is not trusted: look at ssl.ca.location, whether it has expired, and whether it is for this host's name"},
    {"alert certificate expired", "the client's certificate has expired: look at ssl.certificate.location"},
    {"alert unknown ca", "the broker does not know who signed the client's certificate: look at ssl.certificate.location"},
    {"alert bad certificate", kWantsCertificate},
    {"alert certificate required", kWantsCertificate},
    {"alert handshake failure", kWantsCertificate},
    {"alert protocol version", "broker and client have no version of TLS in common: look at the broker's ssl.enabled.protocols"},
    {"no protocols available", "broker and client have no version of TLS in common: look at the broker's ssl.enabled.protocols"},
    {"wrong version number", kMayNotSpeakTls},
    {"unknown protocol", kMayNotSpeakTls},
    {"packet length too long", kMayNotSpeakTls},
    {"http request", kMayNotSpeakTls},
    {"unexpected eof while reading", kMayNotSpeakTls},
    {"connecting to a PLAINTEXT broker listener?", kMayNotSpeakTls},
    {"SSL handshake failed", kMayNotSpeakTls},
    {"connecting to a SSL listener?", "this listener may speak TLS: look at the port and at security.protocol"},
    {"might require SASL authentication", "this listener may ask for SASL: look at the port and at security.protocol"},
    {"Request not valid in current SASL state", kMayAskForNoSasl},
    {"Unsupported SASL mechanism", "look at sasl.mechanism: the broker has others"},
    {"mechanism handshake failed", kMayAskForNoSasl},
    {"authentication error", kRefusesUser},
    {"Authentication failed", kRefusesUser},
    {"Failed to resolve", "look at the host's name"},
    {"Connection refused", "nothing listens there: look at host and port"},
};

}  // namespace

std::string ConnectionTrouble::text() const { return look_at.empty() ? reason : reason + "; " + std::string{look_at}; }

ConnectionTrouble connection_trouble(std::string_view said) {
  ConnectionTrouble trouble;
  for (const Known& known : kKnown) {
    if (said.find(known.said) == std::string_view::npos) continue;
    trouble.look_at = known.look_at == kRefusesUser && said.find("SCRAM") != std::string_view::npos && rd_kafka_version() < kScramIsRight
                          ? kScramOfAnOlderClient
                          : known.look_at;
    break;
  }
  // `[thrd:…]: ` stands before it in what is logged.
  if (const auto thread = said.find("]: "); said.starts_with("[thrd:") && thread != std::string_view::npos) said.remove_prefix(thread + 3);
  // An address has colons, and none of them is before a blank.
  if (const auto address = said.find(": ");
      address != std::string_view::npos && said.substr(0, address).find('/') != std::string_view::npos)
    said.remove_prefix(address + 2);
  if (constexpr std::string_view kConnect = "Connect to "; said.starts_with(kConnect)) {
    constexpr std::string_view kFailed = " failed: ";
    if (const auto why = said.find(kFailed); why != std::string_view::npos) said.remove_prefix(why + kFailed.size());
  }
  trouble.reason = said.substr(0, said.find(" (after "));
  return trouble;
}

}  // namespace loglode::kafka
