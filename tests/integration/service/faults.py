#!/usr/bin/env python3
"""`loglode run` when its surroundings fail: a sink that is away, records a topic never takes, a configuration that changes while it runs.

usage: faults.py LOGLODE [TEST...]
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from broker import Broker, Loglode, documents, free_ports, wait_for
from crash import payload

PACK = """
pack: own
version: 1
description: Of a test.
rules:
  - id: {name}
    name: made up
    category: business
    severity: info
    pattern: 'order \\d+ placed'
    examples: {{ match: ['order 1 placed'], no_match: ['nothing'] }}
    meaning: An order.
    check: nothing
    safe_action: None.
"""


def write_lines(path, lines):
    with open(path, "a", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)


def topic_records(broker, topic):
    """id -> message; a repeat must say the same."""
    found = {}
    for _, _, text in broker.read(topic):
        document = json.loads(text)
        assert found.setdefault(document["event.id"], document["message"]) == document["message"]
    return found


def to_topic(broker, folder, topic, more=""):
    return f"""
state: state
snapshot: 100ms
sources:
  app: {{ type: file, paths: ['{folder}/app.log'], start: start }}
sinks:
  out: {{ type: kafka, brokers: [{broker.address}], topic: {topic} }}
http: {{ listen: off }}
{more}"""


def sink_away_and_sigterm(program, folder, broker):
    """SIGTERM while the sink is away: it leaves in time, positions stay, and the next run delivers all."""
    broker.create("away")
    log = os.path.join(folder, "app.log")
    write_lines(log, [payload(i, 1) for i in range(2000)])
    service = Loglode(program, os.path.join(folder, "service"), to_topic(broker, folder, "away")).start()
    wait_for("the first records", 60, lambda: len(topic_records(broker, "away")) == 2000)
    broker.kill()
    write_lines(log, [payload(i, 1) for i in range(2000, 5000)])
    time.sleep(3)
    began = time.monotonic()
    status = service.stop(within=60)
    took = time.monotonic() - began
    assert status in (1, 143), f"{status}: {service.told()}"
    assert took < 45, f"took {took:.0f} s"
    assert "cannot write checkpoint" in service.told() or status == 1, service.told()
    broker.start()
    service.start()
    wait_for("all records", 60, lambda: len(topic_records(broker, "away")) == 5000)
    assert service.stop() == 143, service.told()
    print(f"left after {took:.0f} s with status {status}; 5000 of 5000 delivered by the next run")


def too_large_becomes_a_dead_letter(program, folder, broker):
    """What a topic never takes is kept, raw, and the position moves on."""
    assert "Created" in broker.tool("topics", "--create", "--topic", "small", "--partitions", "1", "--config", "max.message.bytes=3000")
    log = os.path.join(folder, "app.log")
    # Not compressible: what the broker measures is what is sent.
    rng = random.Random(1)
    large = "2026-11-26T12:00:01.000Z INFO large " + "".join(rng.choice("abcdefghijklmnopqrstuvwxyz ,.;:") for _ in range(20_000)).strip()
    write_lines(log, [payload(0, 1), large, payload(1, 1)])
    service = Loglode(program, os.path.join(folder, "service"), to_topic(broker, folder, "small")).start()
    wait_for("the others", 60, lambda: len(topic_records(broker, "small")) == 2)
    letters = os.path.join(service.folder, "state", "dead-letters")

    def listed():
        out = subprocess.run([program, "dlq", "list", letters, "--report", "ndjson"], capture_output=True, text=True, check=False).stdout
        return [json.loads(line) for line in out.splitlines()]

    wait_for("the dead letter", 30, lambda: len(listed()) == 1)
    assert listed()[0]["log.file.path"] == log, listed()
    assert service.stop() == 143, service.told()
    replayed = subprocess.run([program, "dlq", "replay", letters], capture_output=True, text=True, check=True).stdout
    assert replayed == large + "\n"
    service.start()  # nothing is read again
    time.sleep(2)
    assert service.stop() == 143
    assert len(listed()) == 1 and len(topic_records(broker, "small")) == 2
    print("1 dead letter, replayed byte for byte; nothing read again")


def findings_that_a_topic_rejects(program, folder, broker):
    """Findings and incidents that a topic never takes are kept too, apart from records, and counted as rejected and not as delivered."""
    assert "Created" in broker.tool("topics", "--create", "--topic", "tiny", "--partitions", "1", "--config", "max.message.bytes=200")
    port = free_ports()
    log = os.path.join(folder, "app.log")
    config = to_topic(broker, folder, "tiny").replace("topic: tiny", "topic: tiny, what: [findings, incidents]")
    config = config.replace("listen: off", f"listen: '127.0.0.1:{port}'")
    write_lines(log, [payload(i, 1) for i in range(200)] + [f"2026-11-26T12:00:0{i}.000Z ERROR cannot reach ledger {i}" for i in range(9)])
    service = Loglode(program, os.path.join(folder, "service"), config).start()
    letters = os.path.join(service.folder, "state", "dead-letters")

    def listed():
        out = subprocess.run([program, "dlq", "list", letters, "--report", "ndjson"], capture_output=True, text=True, check=False).stdout
        return [json.loads(line) for line in out.splitlines()]

    wait_for("a finding among the dead letters", 60, lambda: "finding" in [each.get("event.kind") for each in listed()])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        metrics = answer.read().decode()
    assert re.search(r'sink_documents_total{sink="[^"]+"} 0\n', metrics), metrics
    assert int(re.search(r'sink_rejected_total{sink="[^"]+"} (\d+)', metrics)[1]) > 0, metrics
    assert service.stop() == 143, service.told()
    assert all("event.kind" in each and "too large" in each["reason"].lower() for each in listed()), listed()
    assert subprocess.run([program, "dlq", "replay", letters], capture_output=True, text=True, check=True).stdout == ""
    replayed = subprocess.run([program, "dlq", "replay", letters, "--events"], capture_output=True, text=True, check=True).stdout
    schemas = {json.loads(line)["schema"] for line in replayed.splitlines()}
    assert "loglode.finding/1" in schemas, schemas
    print(f"{len(listed())} findings and incidents kept and replayed")


def hangup_reloads_or_refuses(program, folder, broker):
    """SIGHUP: rules and thresholds change between two records; what cannot change is refused by name, and nothing of it is taken."""
    port = free_ports()
    log = os.path.join(folder, "app.log")
    pack = os.path.join(folder, "pack.yaml")
    with open(pack, "w", encoding="utf-8") as f:
        f.write(PACK.format(name="made-up-one"))
    config = f"""
state: state
snapshot: 100ms
sources:
  app: {{ type: file, paths: ['{folder}/app.log'], start: start }}
rules: {{ packs: [builtin, '{pack}'] }}
sinks:
  out: {{ type: file, path: out.ndjson }}
http: {{ listen: '127.0.0.1:{port}' }}
"""
    service = Loglode(program, os.path.join(folder, "service"), config).start()
    out = os.path.join(service.folder, "out.ndjson")
    write_lines(log, [payload(0, 1)])
    wait_for("a record", 60, lambda: len(documents(out)) == 1)
    assert "made-up-one" in documents(out)[0].get("rule.id", []), documents(out)
    with open(pack, "w", encoding="utf-8") as f:
        f.write(PACK.format(name="made-up-two"))
    service.process.send_signal(signal.SIGHUP)
    wait_for("the reload", 60, lambda: "reloaded:" in service.told())
    time.sleep(0.5)
    write_lines(log, [payload(1, 1)])
    wait_for("another record", 60, lambda: len(documents(out)) == 2)
    assert documents(out)[1].get("rule.id") == ["made-up-two"], documents(out)
    with open(service.config, "w", encoding="utf-8") as f:
        f.write(config.replace("out.ndjson", "other.ndjson"))
    service.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", 60, lambda: "sinks can only change with a restart" in service.told())
    with open(service.config, "w", encoding="utf-8") as f:
        f.write(config.replace("snapshot", "snapshott"))
    service.process.send_signal(signal.SIGHUP)
    wait_for("the problem", 60, lambda: "snapshott" in service.told())
    for page, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200)):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=5) as answer:
            assert answer.status == status, page
    assert service.stop() == 143, service.told()
    assert len(documents(out)) == 2
    print("rules reloaded between two records; sinks and a misspelt key refused by name; metrics and health answer")


def main():
    program = os.path.abspath(sys.argv[1])
    tests = [sink_away_and_sigterm, too_large_becomes_a_dead_letter, findings_that_a_topic_rejects, hangup_reloads_or_refuses]
    chosen = [test for test in tests if not sys.argv[2:] or test.__name__ in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            for test in chosen:
                place = os.path.join(folder, test.__name__)
                os.makedirs(place)
                print(test.__name__, flush=True)
                test(program, place, broker)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
