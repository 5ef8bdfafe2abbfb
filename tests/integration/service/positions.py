#!/usr/bin/env python3
"""`loglode run` and the positions of a consumer group: of partitions that hold nothing, that others ask for, that were compacted, deleted, that expired.

usage: positions.py LOGLODE [TEST...]          environment: LOGLODE_GROUP_PROTOCOL (classic; consumer: of KIP-848, which librdkafka has since 2.12)
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from broker import Broker, Loglode, documents, free_ports, once_by_id, wait_for


KIP_848 = os.environ.get("LOGLODE_GROUP_PROTOCOL") == "consumer"
# Where the broker assigns partitions, it also says how long a session lasts.
PROPERTIES = "\n".join(("log.cleaner.backoff.ms=200", "group.consumer.min.session.timeout.ms=1000", "group.consumer.session.timeout.ms=6000",
                        "group.consumer.min.heartbeat.interval.ms=100", "group.consumer.heartbeat.interval.ms=500")) + "\n"


class Reader(Loglode):
    """Of topics into a file. `address`: where it is not the broker's own."""

    def __init__(self, program, folder, broker, topics, start="earliest", group=None, session=6000, address=None):
        self.port = free_ports()
        options = "group.protocol: consumer" if KIP_848 else f"session.timeout.ms: {session}, heartbeat.interval.ms: 500"
        super().__init__(program, folder, f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: kafka, brokers: ['{address or broker.address}'], topics: [{topics}], group: {group or topics}, start: {start}, service: {{ from: topic }},
          options: {{ {options} }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: '127.0.0.1:{self.port}' }}
""")

    def records(self):
        return documents(os.path.join(self.folder, "out", "records.ndjson"))

    def messages(self):
        return [each["message"] for each in self.records()]

    def until_read(self, count, within=40):
        wait_for(f"{count} records", within, lambda: len(self.messages()) >= count)

    def stopped(self):
        assert self.stop() == 143, self.told()
        return self

    def metric(self, name):
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics").read().decode()
        found = re.search("^" + re.escape(name) + " (\\S+)$", text, re.M)
        assert found, f"{name} is not in\n{text}"
        return float(found[1])


def lines(what, count):
    return [f"{what} number {i} was written" for i in range(count)]


def latest_of_an_empty_topic(program, folder, broker):
    """What is written while we are away is read, though there was nothing to read when we left."""
    broker.create("quiet", 3)
    reader = Reader(program, folder, broker, "quiet", start="latest").start()
    wait_for("positions of empty partitions", 20, lambda: broker.committed("quiet") == {0: 0, 1: 0, 2: 0})
    reader.stopped()
    broker.produce("quiet", lines("order", 30))
    reader.start().until_read(30)
    reader.stopped()
    assert sorted(reader.messages()) == sorted(lines("order", 30))
    return "30 of 30 written meanwhile"


def empty_partitions_are_given_back_at_once(program, folder, broker):
    """A second member does not wait for partitions that hold nothing."""
    broker.create("idle", 2)
    first = Reader(program, os.path.join(folder, "first"), broker, "idle", session=80000).start()
    wait_for("positions of empty partitions", 20, lambda: set(broker.committed("idle")) == {0, 1})
    before = first.metric("loglode_snapshots_total")
    second = Reader(program, os.path.join(folder, "second"), broker, "idle", session=80000).start()
    began = time.monotonic()
    wait_for("a partition for the second", 60, lambda: "1 partition: idle[" in second.told())
    took = time.monotonic() - began
    snapshots = first.metric("loglode_snapshots_total") - before
    for each in (first, second):
        each.stopped()
    assert took < 35, f"the second waited {took:.0f} s"
    assert snapshots < 10 * (took + 2), f"{snapshots:.0f} snapshots in {took:.0f} s"
    return f"{took:.1f} s, {snapshots:.0f} snapshots"


def expired_messages_are_counted(program, folder, broker):
    """What retention deleted while we were away is told and counted."""
    broker.create("short", 1)
    broker.produce("short", lines("early", 10))
    reader = Reader(program, folder, broker, "short").start()
    reader.until_read(10)
    reader.stopped()
    broker.produce("short", lines("late", 50))
    with open(os.path.join(folder, "before.json"), "w", encoding="ascii") as f:
        json.dump({"version": 1, "partitions": [{"topic": "short", "partition": 0, "offset": 40}]}, f)
    broker.tool("records", "--offset-json-file", os.path.join(folder, "before.json"))
    reader.start().until_read(30)
    expired = reader.metric('loglode_lost_records_total{reason="expired"}')
    reader.stopped()
    assert sorted(reader.messages()) == sorted(lines("early", 10) + lines("late", 50)[30:])
    assert expired == 30, expired
    assert "source shop, short[0]: 30 messages were deleted before they were read (offsets 10 to 39)" in reader.told(), reader.told()
    return "30 of 60, told and counted"


def longer_topic_created_again(program, folder, broker):
    """A topic that was deleted and created again under the same name has more than was read of the old one: it is read from its beginning, stopped or running."""
    broker.create("again", 1)
    broker.produce("again", lines("old", 10))
    reader = Reader(program, folder, broker, "again").start()
    reader.until_read(10)
    wait_for("the position", 20, lambda: broker.committed("again") == {0: 10})
    reader.stopped()
    told = []
    for number, running in enumerate((False, True)):
        if running:
            reader.start()
            wait_for("joining", 20, lambda told=told: reader.told().count("1 partition: again[0]") > len(told))
            reader.until_read(10 + 20 * number)
        broker.delete("again")
        broker.create("again", 1)
        broker.produce("again", lines(f"new {number}", 20 + 20 * number))
        assert len(broker.read("again")) == 20 + 20 * number, broker.read("again")
        if not running:
            reader.start()
        count = 10 + sum(20 + 20 * n for n in range(number + 1))
        try:
            reader.until_read(count, within=60)
        except AssertionError as error:
            raise AssertionError(f"{error}; read: {reader.messages()}; in the topic: {broker.read('again')}\n{reader.told()}") from None
        reader.stopped()
        told.append(count)
    expected = sorted(lines("old", 10) + [line for number in range(2) for line in lines(f"new {number}", 20 + 20 * number)])
    assert sorted(set(reader.messages())) == sorted(expected), sorted(set(expected) - set(reader.messages()))
    ids = {(each["event.id"], each["message"]) for each in reader.records()}
    assert len({one for one, _ in ids}) == len(ids), "one id names two records"
    assert reader.told().count("the topic was deleted and created again under the same name") >= 1, reader.told()
    return f"{len(reader.messages())} records of {len(expected)} messages"


def forgotten_group_goes_on(program, folder, broker):
    """The group has lost its offsets: our state has them, and what was written meanwhile is read, though it follows the end of the topic."""
    broker.create("lost", 2)
    reader = Reader(program, folder, broker, "lost", start="latest").start()
    wait_for("positions", 20, lambda: set(broker.committed("lost")) == {0, 1})
    broker.produce("lost", lines("first", 20))
    reader.until_read(20)
    reader.stopped()
    broker.tool("groups", "--delete", "--group", "lost")
    assert not broker.committed("lost")
    broker.produce("lost", lines("second", 20))
    reader.start().until_read(40)
    reader.stopped()
    assert sorted(reader.messages()) == sorted(lines("first", 20) + lines("second", 20))
    assert "group 'lost' has no position for lost[0], lost[1]" in reader.told() and "loglode run --reread shop" in reader.told(), reader.told()
    return "40 of 40"


def group_deleted_while_it_runs(program, folder, broker):
    """We are stopped for longer than the session, the group is deleted meanwhile: we join again and go on where our state is, at the end of the topic or not."""
    broker.create("gone", 2)
    reader = Reader(program, folder, broker, "gone", start="latest").start()
    wait_for("positions", 20, lambda: set(broker.committed("gone")) == {0, 1})
    broker.produce("gone", lines("before", 20))
    reader.until_read(20)
    wait_for("the positions of what was read", 20, lambda: sum(broker.committed("gone").values()) == 20)
    os.kill(reader.process.pid, signal.SIGSTOP)
    try:
        wait_for("the group without its member", 40, lambda: "successful" in broker.tool("groups", "--delete", "--group", "gone"))
        broker.produce("gone", lines("meanwhile", 20))
    finally:
        os.kill(reader.process.pid, signal.SIGCONT)
    if KIP_848:  # such a member of librdkafka's does not join again: it ends with a word instead of standing still, and the next run goes on
        wait_for("the end of a member without a group", 40, lambda: reader.process.poll() is not None)
        assert reader.process.returncode == 1 and "group 'gone' was deleted while it was read" in reader.told(), reader.told()
        reader.start()
    reader.until_read(40, within=60)
    broker.produce("gone", lines("behind", 20))
    reader.until_read(60)
    wait_for("positions of the new group", 20, lambda: sum(broker.committed("gone").values()) == 60)
    reader.stopped()
    assert sorted(set(reader.messages())) == sorted(lines("before", 20) + lines("meanwhile", 20) + lines("behind", 20))
    once, copies = once_by_id(reader.records())
    assert len(once) == 60 and "group 'gone' has no position for gone[0], gone[1]" in reader.told(), reader.told()
    return f"60 of 60, {copies - 60} twice under their ids"


def compacted_topic(program, folder, broker):
    """What compaction took away is no loss, also where it is the message that our position was kept for; a tombstone is no record."""
    settings = ("cleanup.policy=compact", "segment.ms=200", "min.cleanable.dirty.ratio=0.01", "delete.retention.ms=600000")
    broker.tool("topics", "--create", "--topic", "state", "--partitions", "1", *(part for each in settings for part in ("--config", each)))

    def produce(number, keys):
        broker.produce("state", [f"{key}|value {number} of {key}" for key in keys], "-K", "|")

    def compacted(below):
        """Until that many offsets are left of those below `below`. The newest segment is not compacted: it is made to end."""
        def left():
            time.sleep(0.25)
            produce("any", ["last"])
            found = broker.read("state")
            values = [payload for _, offset, payload in found if offset < below]
            return len(values) == len({value.split(" of ")[-1] for value in values})
        wait_for("compaction", 60, left)

    keys = [f"key {n}" for n in range(10)]
    for number in range(3):
        produce(number, keys)
    compacted(30)
    reader = Reader(program, folder, broker, "state").start()
    wait_for("the records that are left", 40, lambda: {f"value 2 of {key}" for key in keys} <= set(reader.messages()))
    wait_for("the position", 20, lambda: broker.committed("state").get(0, -1) >= 30)
    reader.stopped()
    position = broker.committed("state")[0]
    for number in range(3, 5):
        produce(number, keys)
    subprocess.run(["kcat", "-P", "-b", broker.address, "-t", "state", "-K", "|", "-Z"], input=b"key 0|\n", check=True, capture_output=True)
    wait_for("compaction of what the position was kept for", 60, lambda: (compacted(position), all(o != position - 1 for _, o, _ in broker.read("state")))[1])
    before = len(reader.messages())
    reader.start()
    left = [payload for _, offset, payload in broker.read("state") if offset >= position and payload]
    wait_for("the newer ones", 40, lambda: set(left) <= set(reader.messages()[before:]))
    tombstones = reader.metric('loglode_dropped_lines_total{reason="tombstone"}')
    expired = reader.metric('loglode_lost_records_total{reason="expired"}')
    reader.stopped()
    records = reader.records()
    assert len({each["kafka.offset"] for each in records}) == len(records), "a message came twice"
    assert {each["kafka.key"] for each in records} == {*keys, "last"} and all(each["message"].endswith(each["kafka.key"]) for each in records), records
    assert (tombstones, expired) == (1, 0), (tombstones, expired)
    assert " warn " not in reader.told(), reader.told()
    return f"{len(records)} records of {broker.read('state')[-1][1] + 1} offsets, nothing told"


def read_again(program, folder, broker):
    """Only who asks for it, once, and under the same ids."""
    broker.create("twice", 1)
    broker.produce("twice", lines("each", 10))
    reader = Reader(program, folder, broker, "twice").start()
    reader.until_read(10)
    reader.stopped()
    reader.start("--reread", "shop").until_read(20)
    reader.stopped()
    once = Reader(program, folder, broker, "twice", start="from-beginning-once").start()
    once.until_read(30)
    once.stopped()
    once.start()
    wait_for("going on", 20, lambda: once.told().count("twice[0] from offset 10 (committed)") == 1)
    once.stopped()
    assert len(once.messages()) == 30 and len(once_by_id(once.records())[0]) == 10
    found = subprocess.run([program, "run", once.config, "--reread", "shap"], capture_output=True, text=True, check=False)
    assert found.returncode == 2 and "did you mean \"shop\"" in found.stderr, found
    return "10 messages three times, never a fourth"


TESTS = (latest_of_an_empty_topic, empty_partitions_are_given_back_at_once, expired_messages_are_counted, longer_topic_created_again, forgotten_group_goes_on, group_deleted_while_it_runs,
         compacted_topic, read_again)


def main():
    program = os.path.abspath(sys.argv[1])
    chosen = [test for test in TESTS if not sys.argv[2:] or test.__name__ in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(os.path.join(folder, "broker"), properties=PROPERTIES).start()
        try:
            for test in chosen:
                began = time.monotonic()
                print(f"{test.__name__}: {test(program, os.path.join(folder, test.__name__), broker)} ({time.monotonic() - began:.0f} s)", flush=True)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
