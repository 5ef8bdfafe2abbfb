#!/usr/bin/env python3
"""`loglode run` and `loglode check --connect` against a broker's listeners that want TLS, a client's certificate, a user: read and written where all is
right, told what to look at where something is wrong. And two sources that read topics of one name stay apart.

usage: listeners.py LOGLODE [TEST...]
"""
import ctypes
import os
import re
import subprocess
import sys
import tempfile
import time

from broker import Broker, Loglode, documents, free_ports, need, wait_for

PASSWORD = "-".join(("opens", "with", "this"))
# Until 2.6.1 librdkafka's SCRAM is none that Kafka 4 takes; newer_client.py runs this with a newer one.
SCRAM_IS_RIGHT = ctypes.CDLL("librdkafka.so.1").rd_kafka_version() >= 0x020601ff
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
USER = {"sasl.username": "reader", "sasl.password": PASSWORD}


class Authority:
    """A certificate authority of the test's own, and what it signed."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority of a test")
        self.sign("broker", "subjectAltName=IP:127.0.0.1")
        self.sign("client", "extendedKeyUsage=clientAuth")
        with open(self.path("store.pem"), "w", encoding="ascii") as store:  # as Kafka wants it: the key first
            for part in ("broker.key", "broker.pem"):
                with open(self.path(part), encoding="ascii") as f:
                    store.write(f.read())

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def sign(self, name, extension):
        with open(self.path("extension"), "w", encoding="ascii") as f:
            f.write(extension + "\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", name + ".pem", "-days", "2",
                     "-extfile", "extension")


def broker_with_listeners(folder, authority):
    """And the port of each listener, by its name."""
    port = free_ports()
    listeners = {"tls": "SSL", "mutual": "SSL", "user": "SASL_PLAINTEXT", "user_tls": "SASL_SSL", "scram": "SASL_PLAINTEXT", "scram_tls": "SASL_SSL"}
    ports = {"plain": port, **{name: free_ports() for name in listeners}}
    everywhere = "".join(f",{name.upper()}://127.0.0.1:{ports[name]}" for name in listeners)
    modules = "org.apache.kafka.common.security"
    properties = [
        f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}{everywhere}",
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}{everywhere}",
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT," + ",".join(f"{name.upper()}:{what}" for name, what in listeners.items()),
        "inter.broker.listener.name=PLAINTEXT",
        "listener.name.mutual.ssl.client.auth=required",
        "ssl.keystore.type=PEM", f"ssl.keystore.location={authority.path('store.pem')}",
        "ssl.truststore.type=PEM", f"ssl.truststore.location={authority.path('ca.pem')}",
    ]
    for name in ("user", "user_tls"):
        properties.append(f"listener.name.{name}.sasl.enabled.mechanisms=PLAIN")
        properties.append(f"listener.name.{name}.plain.sasl.jaas.config={modules}.plain.PlainLoginModule required user_reader=\"{PASSWORD}\";")
    for name in ("scram", "scram_tls"):
        properties.append(f"listener.name.{name}.sasl.enabled.mechanisms={','.join(SCRAM)}")
        properties += [f"listener.name.{name}.{mechanism.lower()}.sasl.jaas.config={modules}.scram.ScramLoginModule required;" for mechanism in SCRAM]
    return Broker(folder, port=port, properties="\n".join(properties) + "\n"), ports


class Service(Loglode):
    """From topic `safe` of a listener into a file, and `onward` when that is asked for."""

    def __init__(self, program, folder, address, options, onward=False):
        given = "{ " + ", ".join(f"{name}: '{value}'" for name, value in options.items()) + " }"
        kafka = f"type: kafka, brokers: ['{address}'], options: {given}"
        super().__init__(program, folder, f"""
state: state
snapshot: 200ms
sources:
  shop: {{ {kafka}, topics: [safe], group: {os.path.basename(folder)} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
{f"  onward: {{ {kafka}, topic: onward }}" if onward else ""}
http: {{ listen: off }}
""")

    def messages(self):
        return sorted(each["message"] for each in documents(os.path.join(self.folder, "out", "records.ndjson")))

    def check(self):
        return subprocess.Popen([self.program, "check", "--connect", self.config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def options(protocol, authority=None, mechanism=None, **more):
    given = {"security.protocol": protocol}
    if authority:
        given["ssl.ca.location"] = authority.path("ca.pem")
    if mechanism:
        given["sasl.mechanism"] = mechanism
    given.update(more)
    return given


def records_pass_listeners(program, folder, setting):
    """Through each listener, both ways, with the options that it wants."""
    broker, ports, authority = setting
    certificate = {"ssl.certificate.location": authority.path("client.pem"), "ssl.key.location": authority.path("client.key")}
    ways = {
        "tls": options("ssl", authority),
        "mutual": options("ssl", authority, **certificate),
        "user": options("sasl_plaintext", None, "PLAIN", **USER),
        "user_tls": options("sasl_ssl", authority, "PLAIN", **USER),
    }
    if SCRAM_IS_RIGHT:
        ways["scram"] = options("sasl_plaintext", None, "SCRAM-SHA-256", **USER)
        ways["scram_tls"] = options("sasl_ssl", authority, "SCRAM-SHA-512", **USER)
    services = {name: Service(program, os.path.join(folder, name), f"127.0.0.1:{ports[name]}", given, onward=True) for name, given in ways.items()}
    checks = {name: service.check() for name, service in services.items()}
    for name, service in services.items():
        said = checks[name].communicate(timeout=60)[0]
        assert checks[name].returncode == 0 and 'topic "safe" is there' in said, f"{name}: {said}"
        service.start()
    for name, service in services.items():
        wait_for(f"records by {name}", 60, lambda service=service: len(service.messages()) >= 3)
    for name, service in services.items():
        assert service.stop() == 143, f"{name}: {service.told()}"
        assert service.messages() == ["one", "three", "two"], f"{name}: {service.messages()}"
        assert PASSWORD not in service.told(), name
    assert len(broker.read("onward")) == 3 * len(ways)
    return f"{len(ways)} ways"


def failures_say_what_to_look_at(program, folder, setting):
    """What is wrong, in the words of a person, by `check --connect` and by `run`, which goes on trying and ends when it is told to."""
    broker, ports, authority = setting
    wrong = {"sasl.username": "reader", "sasl.password": "a"}  # so short that it is part of words, which must stay readable
    cases = {
        "plain-at-tls": ("tls", options("plaintext"), "this listener may speak TLS"),
        "tls-at-plain": ("plain", options("ssl", authority), "this listener may not speak TLS"),
        "unknown-authority": ("tls", options("ssl"), "the broker's certificate is not trusted: look at ssl.ca.location"),
        "other-host": ("tls", options("ssl", authority), "whether it is for this host's name"),
        "no-certificate": ("mutual", options("ssl", authority), "the broker wants a certificate of the client"),
        "plain-at-user": ("user", options("plaintext"), "this listener may ask for SASL"),
        "user-at-plain": ("plain", options("sasl_plaintext", None, "PLAIN", **USER), "this listener may not ask for SASL"),
        "wrong-password": ("user", options("sasl_plaintext", None, "PLAIN", **wrong), "the broker refuses this user: look at sasl.username and sasl.password"),
        "wrong-mechanism": ("user", options("sasl_plaintext", None, "SCRAM-SHA-256", **USER), "look at sasl.mechanism"),
        "no-tls-at-user-tls": ("user_tls", options("sasl_plaintext", None, "PLAIN", **USER), "this listener may speak TLS"),
        "tls-at-user": ("user", options("sasl_ssl", authority, "PLAIN", **USER), "this listener may not speak TLS"),
        "wrong-password-scram": ("scram", options("sasl_plaintext", None, "SCRAM-SHA-512", **wrong), "the broker refuses this user: look at sasl.username and sasl.password"),
        "unknown-user-scram": ("scram_tls", options("sasl_ssl", authority, "SCRAM-SHA-256", **{**USER, "sasl.username": "nobody"}), "the broker refuses this user"),
        "plain-mechanism-at-scram": ("scram", options("sasl_plaintext", None, "PLAIN", **USER), "look at sasl.mechanism"),
        "plain-at-scram": ("scram", options("plaintext"), "this listener may ask for SASL"),
        "no-user-at-user-tls": ("user_tls", options("ssl", authority), "this listener may ask for SASL"),
    }
    if not SCRAM_IS_RIGHT:
        words = "librdkafka before 2.6.1, as this one is, cannot use SCRAM with Kafka 4.0 and later"
        cases["older-client-scram"] = ("scram", options("sasl_plaintext", None, "SCRAM-SHA-256", **USER), words)
        cases["older-client-scram-tls"] = ("scram_tls", options("sasl_ssl", authority, "SCRAM-SHA-512", **USER), words)
    services = {}
    for name, (port, given, _) in cases.items():
        host = "localhost" if name == "other-host" else "127.0.0.1"
        services[name] = Service(program, os.path.join(folder, name), f"{host}:{ports[port]}", given)
    checks = {name: service.check() for name, service in services.items()}
    for name, (_, given, words) in cases.items():
        said = checks[name].communicate(timeout=120)[0]
        assert checks[name].returncode == 2 and words in said and "does not answer" in said, f"{name}: {said}"
        assert PASSWORD not in said, name
    for service in services.values():
        service.start()
    for name, (_, _, words) in cases.items():
        service = services[name]
        wait_for(f"words about {name}: {words}", 60, lambda service=service, words=words: words in service.told())
    for name, service in services.items():
        assert service.stop() == 143, f"{name}: {service.told()}"
        told = service.told()
        warned = [line for line in told.splitlines() if " warn " in line]
        assert all("source shop, safe: " in line for line in warned), f"{name}: {told}"
        assert PASSWORD not in told, name
        assert not service.messages(), name
        words = [re.sub(r"^\S+ warn +|no broker can be reached at \S+: |a broker cannot be talked to: |; reading goes on.*$", "", line) for line in warned]
        assert len(set(words)) == len(words), f"{name}: one thing is said twice: {told}"
    return f"{len(cases)} faults, each by both"


def two_sources_stay_apart(program, folder, setting):
    """Two sources read a topic of one name, as from two clusters: each record names its source, has its transforms, its key and its headers."""
    broker, ports, authority = setting
    broker.create("orders", 1)
    subprocess.run(["kcat", "-P", "-b", broker.address, "-t", "orders", "-K", "|", "-H", "traceparent=00-" + "ab" * 16 + "-" + "cd" * 8 + "-01", "-H", "tenant=north",
                    "-H", "authorization=Bearer " + "abcd" * 6],
                   input=b"customer-17|order 1 was paid\ncustomer-18|health is good\n", check=True, capture_output=True)
    service = Loglode(program, folder, f"""
state: state
snapshot: 200ms
sources:
  east: {{ type: kafka, brokers: ['127.0.0.1:{ports["plain"]}'], topics: [orders], group: east, headers: [traceparent, tenant, authorization, absent],
          transforms: [ drop: {{ pattern: health }}, rename: {{ from: kafka.headers.tenant, to: host.name }} ] }}
  west: {{ type: kafka, brokers: ['127.0.0.1:{ports["tls"]}'], topics: [orders], group: west, options: {{ security.protocol: ssl, ssl.ca.location: '{authority.path("ca.pem")}' }},
          transforms: [ redact: {{ pattern: 'customer-[0-9]+' }} ] }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: off }}
""").start()
    path = os.path.join(folder, "out", "records.ndjson")
    wait_for("records of both", 60, lambda: len(documents(path)) >= 3)
    assert service.stop() == 143, service.told()
    found = documents(path)
    of = {source: [each for each in found if each["loglode.source"] == source] for source in ("east", "west")}
    assert [each["message"] for each in of["east"]] == ["order 1 was paid"], found
    assert [each["message"] for each in of["west"]] == ["order 1 was paid", "health is good"], found
    east, west = of["east"][0], of["west"][0]
    assert east["kafka.key"] == "customer-17" and east["host.name"] == "north" and east["trace.id"] == "ab" * 16, east
    assert east["kafka.headers.tenant"] == "north" and east["kafka.headers.traceparent"].startswith("00-abab"), east
    assert east["kafka.headers.authorization"] == "Bearer [masked]" and "kafka.headers.absent" not in east, east
    assert west["kafka.key"] == "[masked]" and "kafka.headers.tenant" not in west and "host.name" not in west, west
    assert (east["kafka.topic"], east["kafka.partition"], east["kafka.offset"]) == (west["kafka.topic"], west["kafka.partition"], west["kafka.offset"])
    return f"{len(found)} records of 2 messages"


TESTS = (records_pass_listeners, failures_say_what_to_look_at, two_sources_stay_apart)


def main():
    need("openssl")
    program = os.path.abspath(sys.argv[1])
    chosen = [test for test in TESTS if not sys.argv[2:] or test.__name__ in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(os.path.join(folder, "authority"))
        broker, ports = broker_with_listeners(os.path.join(folder, "broker"), authority)
        broker.start()
        try:
            for topic in ("safe", "onward"):
                broker.create(topic, 1)
            broker.produce("safe", ["one", "two", "three"])
            for mechanism in SCRAM:
                said = broker.tool("configs", "--alter", "--entity-type", "users", "--entity-name", "reader", "--add-config", f"{mechanism}=[password={PASSWORD}]")
                assert "Completed" in said, said
            for test in chosen:
                began = time.monotonic()
                print(f"{test.__name__}: {test(program, os.path.join(folder, test.__name__), (broker, ports, authority))} ({time.monotonic() - began:.0f} s)", flush=True)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
