#!/usr/bin/env python3
"""`loglode run` on a topic with zstd batches that are cut short on the broker's disk: two with a short good one between them, and one right
behind the second, at the end; and one in each of six more partitions, all met at the same time.

What must hold: it is told with topic, partition and offsets, and passed over and counted; all other messages arrive, each once; no hot loop;
no more threads for many damaged partitions than for one; the positions move past it, so a restart does not meet it again.

usage: corrupt_batch.py LOGLODE
"""
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

from broker import Broker, Loglode, documents, free_ports, wait_for
from crash import payload
from resources import cpu_seconds

BATCH_HEADER = 61
ZSTD = 4
SIZES = (50, 50, 50, 50, 4, 96, 50)  # of the batches in each partition
DAMAGED = (150, 204, 300)  # first offsets; 200 to 203 between the first two are good
MANY = range(2, 8)  # partitions of one damaged batch of MANY_SIZE
MANY_SIZE = 10
THREADS_OF_A_SEARCH = 8  # its own, and those of one client: some five


def batches(segment):
    """(place in the file, length, first offset, last offset, codec) of each batch."""
    with open(segment, "rb") as f:
        data = f.read()
    at, found = 0, []
    while at + BATCH_HEADER <= len(data):
        base, length = struct.unpack_from(">qi", data, at)
        if length <= 0:
            break
        attributes, last_delta = struct.unpack_from(">hi", data, at + 21)
        found.append((at, 12 + length, base, base + last_delta, attributes & 7))
        at += 12 + length
    return found


def damage(segment, firsts):
    """Zeros from the middle on in the batches that begin at `firsts`. Their first and last offsets."""
    chosen = [batch for batch in batches(segment) if batch[2] in firsts]
    assert len(chosen) == len(firsts) and all(batch[4] == ZSTD for batch in chosen), batches(segment)
    with open(segment, "r+b") as f:
        for at, size, _, _, _ in chosen:
            middle = at + BATCH_HEADER + (size - BATCH_HEADER) // 2
            f.seek(middle)
            f.write(b"\0" * (at + size - middle))
    return [(first, last) for _, _, first, last, _ in chosen]


def config(broker, port):
    return f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [logs], group: corrupt, start: earliest, service: {{ from: topic }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: '127.0.0.1:{port}' }}
"""


def to_partition(broker, number, texts, *options):
    subprocess.run(["kcat", "-P", "-b", broker.address, "-t", "logs", "-p", str(number), "-X", "acks=all", "-X", "linger.ms=300", *options],
                   input="".join(text + "\n" for text in texts).encode(), check=True, capture_output=True)


def kept(service):
    found = {}
    for document in documents(os.path.join(service.folder, "out", "records.ndjson")):
        key = (document["kafka.partition"], document["kafka.offset"])
        assert key not in found, f"{key} is there twice"
        found[key] = document.get("event.original", document["message"])
    return found


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def fill(broker):
    """Batches of SIZES in each of two partitions, one in each of MANY; (partition, offset) -> text."""
    sent, number, first = {}, 0, 0
    for size in SIZES:
        for partition in (0, 1):
            texts = [payload(number + i, 1) for i in range(size)]
            to_partition(broker, partition, texts, *(["-z", "zstd"] if first > 0 else []))
            sent.update({(partition, first + i): text for i, text in enumerate(texts)})
            number += size
        first += size
    for partition in MANY:
        texts = [payload(number + i, 1) for i in range(MANY_SIZE)]
        to_partition(broker, partition, texts, "-z", "zstd")
        sent.update({(partition, i): text for i, text in enumerate(texts)})
        number += MANY_SIZE
    return sent


class Threads:
    """How many a process has, at most and now."""

    def __init__(self, process):
        self.folder, self.most = f"/proc/{process.pid}/task", 0

    def now(self):
        count = len(os.listdir(self.folder))
        self.most = max(self.most, count)
        return count


def run(program, folder, broker):
    broker.create("logs", 2 + len(MANY))
    sent = fill(broker)
    broker.kill(signal.SIGTERM)
    segment = os.path.join(broker.folder, "kafka", "log", "logs-{}", "00000000000000000000.log")
    hit = {0: damage(segment.format(0), DAMAGED), **{partition: damage(segment.format(partition), (0,)) for partition in MANY}}
    broker.start()
    ranges = [(partition, first, last) for partition, found in hit.items() for first, last in found]
    good = {key: text for key, text in sent.items() if not any(key[0] == number and first <= key[1] <= last for number, first, last in ranges)}
    port = free_ports()
    service = Loglode(program, os.path.join(folder, "service"), config(broker, port)).start()
    threads = Threads(service.process)
    wait_for("the good partition", 60, lambda: threads.now() and len([key for key in kept(service) if key[0] == 1]) == 350)
    before = cpu_seconds(service.process)
    for _ in range(30):
        threads.now()
        time.sleep(0.1)
    busy = (cpu_seconds(service.process) - before) / 3
    assert busy < 0.3, f"{busy:.0%} of a core while it meets damaged batches: {service.told()}"
    for number, first, last in ranges:
        sentence = f"logs[{number}]: offsets {first} to {last} cannot be read"
        wait_for(f"'{sentence}'", 120, lambda sentence=sentence: threads.now() and sentence in service.told())
    wait_for("the commit", 60, lambda: all(broker.committed("corrupt").get(number) == (350 if number == 0 else MANY_SIZE) for number in hit))
    lost = sum(last + 1 - first for _, first, last in ranges)
    assert f'dropped_lines_total{{reason="unreadable"}} {lost}\n' in metrics(port), metrics(port)
    extra = threads.most - threads.now()
    assert extra <= THREADS_OF_A_SEARCH, f"{extra} threads more while ends of damaged batches were searched for than afterwards"
    assert service.stop() == 143, service.told()
    assert kept(service) == good
    to_partition(broker, 0, [payload(99_999, 1)])
    service.start()
    wait_for("one more", 60, lambda: len(kept(service)) == len(good) + 1)
    assert service.stop() == 143, service.told()
    assert service.told().count("cannot be read") == len(ranges), service.told()
    return (f"{len(good)} of {len(good)} good messages, each once; {len(ranges)} damaged batches of {lost} messages told and counted; {busy:.1%} of a core "
            f"and {extra} threads meanwhile; not met again after a restart")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            print(run(program, folder, broker), flush=True)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
