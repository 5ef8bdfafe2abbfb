#!/usr/bin/env python3
"""What three members of a group learned, put together, is what one member alone learns of the same topic: templates and window summaries.

usage: merged.py LOGLODE MERGED_STATES          environment: LOGLODE_CRASH_SEED
"""
import os
import subprocess
import sys
import tempfile

from broker import Broker, Loglode, crash_seed, documents, wait_for
from crash import payload

TOTAL = 30_000


def config(broker, group, number):
    return f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [logs], group: {group}, start: earliest, instance: {group}-{number},
          service: {{ from: topic }}, options: {{ session.timeout.ms: 30000, heartbeat.interval.ms: 500 }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: off }}
"""


def delivered(members):
    return {(d["kafka.partition"], d["kafka.offset"]) for m in members for d in documents(os.path.join(m.folder, "out", "records.ndjson"))}


def partitions_of(member):
    return {partition for partition, _ in delivered([member])}


def main():
    program, merged_states = (os.path.abspath(path) for path in sys.argv[1:3])
    seed = crash_seed()
    print(f"LOGLODE_CRASH_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        members = [Loglode(program, os.path.join(folder, f"member-{n}"), config(broker, "three", n)) for n in range(3)]
        alone = Loglode(program, os.path.join(folder, "alone"), config(broker, "one", 0))
        try:
            compare(merged_states, broker, members, alone, seed)
        finally:
            for member in [*members, alone]:
                if member.process is not None and member.process.poll() is None:
                    member.process.kill()
            broker.kill()


def compare(merged_states, broker, members, alone, seed):
    broker.create("logs", 6)
    for member in members:
        member.start()
    # Nothing is in the topic while the group forms: a partition that moves takes its history along only with the summaries topic (part 5).
    wait_for("two partitions for each", 60, lambda: [broker.tool("groups", "--describe", "--group", "three", "--members").count(f"three-{n} ") for n in range(3)] == [1, 1, 1]
             and broker.tool("groups", "--describe", "--group", "three", "--members").count(" 2 ") >= 3)
    lines = [payload(i, seed) for i in range(TOTAL)]
    for i in range(0, TOTAL, 1500):
        broker.produce("logs", lines[i:i + 1500])
    wait_for("all records", 90, lambda: len(delivered(members)) == TOTAL)
    owned = [partitions_of(member) for member in members]
    for member in members:
        assert member.stop() == 143, member.told()
    assert all(len(each) == 2 for each in owned) and len(set.union(*owned)) == 6, f"partitions of the members: {owned}"
    alone.start()
    wait_for("all records again", 90, lambda: len(delivered([alone])) == TOTAL)
    assert alone.stop() == 143, alone.told()
    ours, theirs = (subprocess.run([merged_states, *(os.path.join(m.folder, "state") for m in who)], capture_output=True, text=True, check=True).stdout.splitlines()
                    for who in (members, [alone]))
    assert sum(line.startswith("window ") for line in theirs) > 100 and sum(line.startswith("template ") for line in theirs) > 1, theirs[:20]
    different = [pair for pair in zip(ours, theirs) if pair[0] != pair[1]]
    assert ours == theirs, f"{len(ours)} and {len(theirs)} lines; first differences: {different[:5]}"
    print(f"{TOTAL} messages; {sum(line.startswith('template ') for line in theirs)} templates and {sum(line.startswith('window ') for line in theirs)} windows of three members: "
          "as of one, byte for byte")


if __name__ == "__main__":
    main()
