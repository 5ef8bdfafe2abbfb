#!/usr/bin/env python3
"""`loglode run` between two topics of a cluster of three brokers whose leaders and coordinators move because they are killed; in
./check deep also because each broker is stopped and started in turn, as for an upgrade.

What must hold: every message is in the file and, once by id, in the other topic; what is committed was delivered; nothing is unknown.

usage: cluster.py LOGLODE          environment: LOGLODE_CRASH_SEED; LOGLODE_RANDOM_SEEDS (set in ./check deep)
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from broker import Broker, Loglode, crash_seed, documents, free_ports, once_by_id, wait_for
from crash import payload


class Cluster:
    def __init__(self, folder):
        os.environ["KAFKA_HEAP"] = "192m"
        ports = [free_ports() for _ in range(3)]
        assert len(set(ports)) == 3
        voters = ",".join(f"{number}@127.0.0.1:{port + 1}" for number, port in enumerate(ports, 1))
        self.brokers = {number: Broker(os.path.join(folder, f"broker-{number}"), port, (number, voters)) for number, port in enumerate(ports, 1)}
        self.addresses = ",".join(broker.address for broker in self.brokers.values())

    def start(self):
        for broker in self.brokers.values():
            broker.launch()
        for broker in self.brokers.values():
            broker.wait_until_ready()
        wait_for("three brokers", 60, lambda: len(self.metadata()["brokers"]) == 3)

    def metadata(self):
        out = subprocess.run(["kcat", "-L", "-J", "-b", self.addresses, "-m", "5"], capture_output=True, check=False).stdout
        return json.loads(out) if out else {"brokers": [], "topics": []}

    def partitions(self, topic):
        return {p["partition"]: p for each in self.metadata()["topics"] if each["topic"] == topic for p in each["partitions"]}

    def healthy(self):
        topics = self.metadata()["topics"]
        return bool(topics) and all(len(p["isrs"]) == len(p["replicas"]) for each in topics for p in each["partitions"])

    def some_broker(self):
        """Whose address covers all of them: kcat and the tools find the others."""
        alive = next(broker for broker in self.brokers.values() if broker.process.poll() is None)
        alive.address = self.addresses
        return alive

    def coordinator(self, group):
        said = self.some_broker().tool("groups", "--describe", "--group", group, "--state")
        found = re.search(r"\((\d+)\)", said)
        assert found, said
        return int(found[1])

    def kill(self):
        for broker in self.brokers.values():
            broker.kill()


def roll(cluster, sink, producing):
    """Stops and starts one broker after the other, each when the one before is in sync again."""
    for number, broker in cluster.brokers.items():
        broker.kill(signal.SIGTERM)
        wait_for("leaders without it", 60, lambda number=number: all(each["leader"] not in (number, -1) for each in cluster.partitions("logs").values()))
        seen = len(documents(sink))
        wait_for("records without it", 60, lambda seen=seen: len(documents(sink)) > seen + 100 or not producing())
        broker.start()
        wait_for("all replicas in sync", 90, cluster.healthy)
    return "each in turn"


def config(cluster):
    brokers = "[" + cluster.addresses + "]"
    return f"""
state: state
snapshot: 100ms
sources:
  shop: {{ type: kafka, brokers: {brokers}, topics: [logs], group: moves, start: earliest, service: {{ from: topic }},
          options: {{ session.timeout.ms: 6000, heartbeat.interval.ms: 500 }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
  onward: {{ type: kafka, brokers: {brokers}, topic: onward }}
http: {{ listen: off }}
"""


def run(program, folder, cluster, rng, seed):
    for topic, partitions in (("logs", 6), ("onward", 3)):
        cluster.some_broker().create(topic, partitions)
    service = Loglode(program, os.path.join(folder, "service"), config(cluster)).start()
    rolls = bool(os.environ.get("LOGLODE_RANDOM_SEEDS"))
    total, batch, failed, over = 12_000 * (3 if rolls else 1), 200, [], threading.Event()

    def produce():
        try:
            for i in range(0, total, batch):
                cluster.some_broker().produce("logs", [payload(n, seed) for n in range(i, i + batch)], "-X", "enable.idempotence=true")
                over.wait(0.4)
        except Exception as error:  # pylint: disable=broad-except
            failed.append(error)

    producer = threading.Thread(target=produce)
    sink = os.path.join(service.folder, "out", "records.ndjson")
    producer.start()
    try:
        wait_for("the first records", 60, lambda: len(documents(sink)) > 500)
        moved = []
        for what in ("leader", "coordinator"):
            before = {p: each["leader"] for p, each in cluster.partitions("logs").items()}
            number = before[rng.randrange(6)] if what == "leader" else cluster.coordinator("moves")
            cluster.brokers[number].kill()
            wait_for("new leaders", 60, lambda number=number: all(each["leader"] not in (number, -1) for each in cluster.partitions("logs").values()))
            seen = len(documents(sink))
            wait_for("records under the new leaders", 60, lambda seen=seen: len(documents(sink)) > seen + 300 or not producer.is_alive())
            cluster.brokers[number].start()
            wait_for("all replicas in sync", 90, cluster.healthy)
            moved.append(f"{what} {number} ({sum(leader == number for leader in before.values())} partitions)")
        if rolls:
            moved.append(roll(cluster, sink, producer.is_alive))
    finally:
        producer.join()
    assert not failed, failed
    reader = cluster.some_broker()
    sent = {(p, o): text for p, o, text in reader.read("logs")}
    wait_for("all records", 120, lambda: len(once_by_id(documents(sink))[0]) >= len(sent))
    wait_for("all records in the other topic", 120,
             lambda: len(once_by_id(json.loads(text) for _, _, text in reader.read("onward"))[0]) >= len(sent))
    assert service.stop() == 143, service.told()
    in_file, file_copies = once_by_id(documents(sink))
    in_topic, topic_copies = once_by_id(json.loads(text) for _, _, text in reader.read("onward"))
    for name, kept in (("file", in_file), ("topic", in_topic)):
        assert kept.keys() == sent.keys(), f"{name}: {len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} unknown"
    for key, text in sent.items():
        assert in_file[key][1] == text, f"{key}: {in_file[key][1]!r} is not {text!r}"
        assert in_topic[key][0] == in_file[key][0], f"{key} has two ids"
    committed = {}
    wait_for("positions", 60, lambda: committed.update(cluster.brokers[cluster.coordinator("moves")].committed("moves")) or committed)
    assert all((p, o) in in_file for p, end in committed.items() for o in range(end)), committed
    assert {text for text in sent.values()} == {payload(n, seed) for n in range(total)}
    return (f"killed and came back: {', '.join(moved)}; {len(sent)} messages, 0 lost, 0 unknown; written twice with the same id: "
            f"{file_copies - len(sent)} in the file, {topic_copies - len(sent)} in the topic")


def main():
    program = os.path.abspath(sys.argv[1])
    seed = crash_seed()
    print(f"LOGLODE_CRASH_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(folder)
        try:
            cluster.start()
            print(run(program, folder, cluster, random.Random(seed), seed), flush=True)
        finally:
            cluster.kill()


if __name__ == "__main__":
    main()
