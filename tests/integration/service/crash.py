#!/usr/bin/env python3
"""`loglode run`, killed at random moments and at named points while a real broker is written to: nothing is lost, nothing twice but for ids.

The oracle: a message's payload is a function of its number and the seed. After each kill, every message up to each committed offset must be
in the sink; at the end every message is there, with the payload it had, none unknown, and each (topic, partition, offset) has one id. Then the
same lines are read from a file without a kill: the same templates and findings must come out, but for what says where a record came from.

usage: crash.py LOGLODE          environment: LOGLODE_CRASH_RUNS (5), LOGLODE_CRASH_SEED (tests/seeds.py)
"""
import hashlib
import json
import os
import random
import sys
import tempfile
import threading
import time

from broker import Broker, Loglode, crash_seed, documents, once_by_id, wait_for

POINTS = ["cut", "flushed", "letters_kept", "state_durable", "committed"]
START = 1_795_694_400  # 2026-11-26T12:00:00Z
RATE = 20  # messages a second, by their own times


def payload(number, seed):
    word = hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()[:12]
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + number // RATE)) + f".{number % RATE * 1000 // RATE:03}Z"
    if 4000 < number < 4060:
        return f"{when} ERROR no connection from pool after {number % 7} s token-{word} number={number}"
    if 6000 < number < 6600 and number % 3 == 0:
        return f"{when} WARN slow query: {number % 900 + 100} ms for report-{word} number={number}"
    if 8000 < number < 8040:
        return f"{when} ERROR can not write /var/data/segment-{word}: no space left on device number={number}"
    if number > 2000 and number % 50 == 0:
        return f"{when} INFO checkpoint {number // 50} written in {number % 37} ms number={number}"
    return f"{when} INFO order {number} placed by user-{word} number={number}"


def config(broker):
    return f"""
state: state
snapshot: 100ms
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [logs], group: crash, instance: one, start: earliest, service: {{ from: topic }},
          options: {{ session.timeout.ms: 6000 }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
  events: {{ type: file, path: out/events.ndjson, what: [findings, incidents, templates] }}
http: {{ listen: off }}
"""


def records_of(path):
    """(partition, offset) -> (id, original line)."""
    return once_by_id(documents(path))[0]


def main():
    global RATE
    program = os.path.abspath(sys.argv[1])
    runs = int(os.environ.get("LOGLODE_CRASH_RUNS", "5"))
    # All within an hour: the twin reads its three files one after the other, and what comes more than an hour late judges nothing.
    RATE = 20 if runs <= 60 else 100
    seed = crash_seed()
    print(f"{runs} runs, LOGLODE_CRASH_SEED={seed}", flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            crash_runs(program, folder, broker, runs, seed, rng)
        finally:
            broker.kill()


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


class Producer:
    """Writes while the program runs, so that there is something to read whenever it is killed."""

    def __init__(self, broker, seed, first, chunk):
        self.broker, self.seed, self.written, self.chunk = broker, seed, first, chunk
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.produce)
        self.thread.start()

    def produce(self):
        while not self.over.wait(0.03):
            self.broker.produce("logs", [payload(self.written + i, self.seed) for i in range(self.chunk)])
            self.written += self.chunk

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.written


def crash_runs(program, folder, broker, runs, seed, rng):
    broker.create("logs")
    service = Loglode(program, os.path.join(folder, "service"), config(broker))
    sink = os.path.join(service.folder, "out", "records.ndjson")
    written = 0
    for run in range(runs):
        at_point = f"{POINTS[(run // 2 + seed) % len(POINTS)]}:{rng.randrange(1, 8)}" if run % 2 == 0 else ""
        before = size_of(sink)
        service.start(**({"LOGLODE_CRASH_AT": at_point} if at_point else {}))
        producer = Producer(broker, seed, written, 100 if runs < 20 else 20)
        try:
            if at_point:
                status = service.process.wait(180)  # it kills itself
            else:
                wait_for("records", 60, lambda: size_of(sink) > before)
                time.sleep(rng.random() * 1.5)
                service.process.kill()
                status = service.process.wait()
        finally:
            written = producer.stop()
        assert status == -9, f"run {run}: ended with {status}: {service.told()}"
        if run % max(1, runs // 5) == 0:
            kept = records_of(sink)
            for partition, offset in broker.committed("crash").items():
                missing = [o for o in range(offset) if (partition, o) not in kept]
                assert not missing, f"run {run} ({at_point or 'random'}): committed {offset} of partition {partition}, not in the sink: {missing[:5]}"
    sent = {(p, o): text for p, o, text in broker.read("logs")}
    assert len(sent) == written
    service.start()
    wait_for("all records", 120, lambda: len(records_of(sink)) >= written)
    assert service.stop() == 143, service.told()
    kept = records_of(sink)
    assert kept.keys() == sent.keys(), f"{len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} unknown"
    for key, text in sent.items():
        assert kept[key][1] == text, f"{key}: {kept[key][1]!r} is not {text!r}"
    assert len({identity for identity, _ in kept.values()}) == written, "ids are not unique"
    total = len(documents(sink))
    print(f"{written} messages, {total - written} written twice and recognised by their ids, 0 lost, 0 unknown")
    compare_with_file(program, folder, service, sent)


ORIGIN = {"record_id", "origin"}
ID_OF = {"loglode.template": "template_id", "loglode.finding": "finding_id", "loglode.incident": "incident_id"}


def without_origin(value):
    if isinstance(value, dict):
        return {key: without_origin(each) for key, each in value.items() if key not in ORIGIN}
    return [without_origin(each) for each in value] if isinstance(value, list) else value


def events_of(path):
    """What stands in the end, by kind and id, without what says where a record came from: the newest of each, and nothing that was withdrawn."""
    stands, merged = {}, set()
    for document in documents(path):
        kind = document["schema"].split("/")[0]
        if kind == "loglode.withdrawal":
            for about in ("finding", "incident"):
                stands.pop((f"loglode.{about}", document.get(f"{about}_id")), None)
            continue
        identity = document[ID_OF[kind]]
        merged.update((kind, alias) for alias in document.get("aliases", []))
        if kind == "loglode.template":  # which records are sampled for examples and values follows from their ids
            document = {key: document[key] for key in ("template", "count", "aliases", "severity", "first_seen", "last_seen")}
            document["template_id"] = identity
        stands[(kind, identity)] = json.dumps(without_origin(document), sort_keys=True)
    return {key: value for key, value in stands.items() if key not in merged}


def assert_same_events(ours, theirs):
    """Byte for byte, but for ids of origin."""
    for key in sorted(theirs):
        assert ours.get(key) == theirs[key], f"{key}:\n{ours.get(key)}\nis not\n{theirs[key]}"
    more = ours.keys() - theirs.keys()
    assert not more, "the undisturbed run does not have:\n" + "\n".join(ours[key] for key in sorted(more))
    return {kind: sum(key[0] == kind for key in theirs) for kind in ID_OF}


def compare_with_file(program, folder, service, sent):
    """The same lines from three files, undisturbed."""
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    for partition in range(3):
        with open(os.path.join(logs, f"logs-{partition}.log"), "w", encoding="utf-8") as f:
            f.writelines(text + "\n" for (p, _), text in sorted(sent.items()) if p == partition)
    twin = Loglode(program, os.path.join(folder, "twin"), f"""
state: state
sources:
  shop: {{ type: file, paths: ['{logs}/*.log'], service: {{ from: 'fixed:logs' }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
  events: {{ type: file, path: out/events.ndjson, what: [findings, incidents, templates] }}
http: {{ listen: off }}
""")
    twin.start()
    wait_for("the twin's records", 60, lambda: len(documents(os.path.join(twin.folder, "out", "records.ndjson"))) >= len(sent))
    time.sleep(1.5)
    assert twin.stop() == 143, twin.told()
    ours, theirs = (events_of(os.path.join(each.folder, "out", "events.ndjson")) for each in (service, twin))
    same = assert_same_events(ours, theirs)
    assert same["loglode.finding"] >= 2 and same["loglode.incident"] >= 1, f"too little to compare: {theirs}"
    print(", ".join(f"{count} {kind.split('.')[1]}s" for kind, count in same.items()) + ": as from files, undisturbed, byte for byte")


if __name__ == "__main__":
    main()
