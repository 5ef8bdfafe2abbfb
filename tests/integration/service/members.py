#!/usr/bin/env python3
"""Three members of a group come and go while a real broker is written to, stopped and killed: together they deliver every message.

usage: members.py LOGLODE          environment: LOGLODE_CRASH_SEED
"""
import os
import random
import signal
import sys
import tempfile
import threading
import time

from broker import Broker, Loglode, crash_seed, documents, once_by_id, wait_for
from crash import payload


def config(broker, number):
    return f"""
state: state
snapshot: 100ms
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [logs], group: members, start: earliest, instance: member-{number},
          service: {{ from: topic }}, options: {{ session.timeout.ms: 6000, heartbeat.interval.ms: 500 }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: off }}
"""


def main():
    program = os.path.abspath(sys.argv[1])
    seed = crash_seed()
    print(f"LOGLODE_CRASH_SEED={seed}", flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        members = [Loglode(program, os.path.join(folder, f"member-{n}"), config(broker, n)) for n in range(3)]
        try:
            come_and_go(broker, members, seed, rng)
        finally:
            for member in members:
                if member.process is not None and member.process.poll() is None:
                    member.process.kill()
            broker.kill()


def kept_by(members):
    """(partition, offset) -> (id, line), over all members: who delivers a message a second time must say the same."""
    return once_by_id(d for member in members for d in documents(os.path.join(member.folder, "out", "records.ndjson")))


def come_and_go(broker, members, seed, rng):
    broker.create("logs", 6)
    total = 24_000
    lines = [payload(i, seed) for i in range(total)]
    failed = []

    def produce():
        try:
            for i in range(0, total, 400):
                broker.produce("logs", lines[i:i + 400])
                time.sleep(0.15)
        except Exception as error:  # the broker is killed meanwhile: kcat gives up, and what it had is not known
            failed.append((i, error))

    members[0].start()
    producer = threading.Thread(target=produce)
    producer.start()
    time.sleep(3)
    members[1].start()
    time.sleep(2)
    members[2].start()
    time.sleep(4)
    assert members[1].stop() == 143, members[1].told()
    members[2].process.kill()
    members[2].process.wait()
    time.sleep(1)
    members[2].start()
    members[1].start()
    members[0].process.send_signal(signal.SIGSTOP)
    time.sleep(8)  # longer than its session
    members[0].process.send_signal(signal.SIGCONT)
    producer.join()
    assert not failed, failed
    broker.kill(rng.choice([signal.SIGKILL, signal.SIGTERM]))
    time.sleep(2)
    broker.start()
    broker.produce("logs", [payload(total + i, seed) for i in range(1000)])
    sent = {(p, o): text for p, o, text in broker.read("logs")}
    wait_for("all records", 90, lambda: len(kept_by(members)[0]) >= len(sent))
    for member in members:
        assert member.stop() == 143, member.told()
    kept, copies = kept_by(members)
    assert kept.keys() == sent.keys(), f"{len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} unknown"
    for key, text in sent.items():
        assert kept[key][1] == text, f"{key}: {kept[key][1]!r} is not {text!r}"
    for partition, offset in broker.committed("members").items():
        missing = [o for o in range(offset) if (partition, o) not in kept]
        assert not missing, f"committed {offset} of partition {partition}, not delivered: {missing[:5]}"
    print(f"{len(sent)} messages, {copies - len(sent)} delivered twice with the same id, 0 lost, 0 unknown")


if __name__ == "__main__":
    main()
