#!/usr/bin/env python3
"""`loglode run` fed at a bounded rate for a long time: what it holds stays what it was.

Flat means: after a warm-up of a third of the time, the median resident memory of the last quarter is at most 5 % and 4 MiB above that of
the quarter after the warm-up; as many threads as then; no more descriptors than then but four (a file that rotates, a new connection).

usage: soak.py LOGLODE          environment: LOGLODE_SOAK_SECONDS (20), LOGLODE_SOAK_RATE (2000 messages a second)
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from broker import Broker, Loglode, wait_for
from crash import payload

SEED = 7


class Feed(threading.Thread):
    """A bounded number of messages a second; a producer that lives as long as the test."""

    def __init__(self, broker, rate):
        super().__init__(daemon=True)
        self.rate, self.sent, self.over = rate, 0, threading.Event()
        self.kcat = subprocess.Popen(["kcat", "-P", "-b", broker.address, "-t", "soak", "-p", "-1", "-X", "linger.ms=100"], stdin=subprocess.PIPE)

    def run(self):
        began = time.monotonic()
        while not self.over.wait(0.1):
            due = int((time.monotonic() - began) * self.rate)
            self.kcat.stdin.write("".join(payload(n, SEED) + "\n" for n in range(self.sent, due)).encode())
            self.kcat.stdin.flush()
            self.sent = due
        self.kcat.stdin.close()
        self.kcat.wait(60)


def look(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        status = f.read()
    return (int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, int(re.search(r"Threads:\s+(\d+)", status)[1]),
            len(os.listdir(f"/proc/{process.pid}/fd")))


def delivered(folder):
    """Lines in all parts of the output."""
    count = 0
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), "rb") as f:
            count += sum(piece.count(b"\n") for piece in iter(lambda f=f: f.read(1 << 20), b""))
    return count


def flat(samples, seconds):
    """(before, after) of memory; threads and descriptors of the same two quarters."""
    after_warm_up = [sample for sample in samples if sample[0] >= seconds / 3]
    quarter = max(1, len(after_warm_up) // 4)
    first, last = after_warm_up[:quarter], after_warm_up[-quarter:]
    return [(statistics.median(s[i] for s in first), statistics.median(s[i] for s in last)) for i in (1, 2, 3)]


def run(program, folder, broker, seconds, rate):
    broker.create("soak", 6)
    feed = Feed(broker, rate)
    service = Loglode(program, os.path.join(folder, "service"), f"""
state: state
sources:
  soak: {{ type: kafka, brokers: [{broker.address}], topics: [soak], group: soak, start: earliest, service: {{ from: topic }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson, rotate: {{ size: 16MiB, keep: 100000, compress: none }} }}
  found: {{ type: file, path: found.ndjson, what: [findings, incidents, templates] }}
http: {{ listen: off }}
""").start()
    out = os.path.join(service.folder, "out")
    feed.start()
    wait_for("records", 60, lambda: delivered(out) > 0)
    began, samples = time.monotonic(), []
    while time.monotonic() - began < seconds:
        samples.append((time.monotonic() - began, *look(service.process)))
        time.sleep(max(0.2, seconds / 600))
    feed.over.set()
    feed.join()
    wait_for(f"{feed.sent} records", 60, lambda: delivered(out) >= feed.sent)
    assert service.stop() == 143, service.told()
    assert delivered(out) == feed.sent, (delivered(out), feed.sent)
    memory, threads, descriptors = flat(samples, seconds)
    shown = (f"{feed.sent} records in {seconds} s; MiB {memory[0]:.1f} -> {memory[1]:.1f}, threads {threads[0]:.0f} -> {threads[1]:.0f}, "
             f"descriptors {descriptors[0]:.0f} -> {descriptors[1]:.0f}")
    assert memory[1] <= memory[0] * 1.05 + 4, shown
    assert threads[1] <= threads[0] and descriptors[1] <= descriptors[0] + 4, shown
    assert memory[1] < 256, shown
    return shown


def main():
    program = os.path.abspath(sys.argv[1])
    seconds, rate = int(os.environ.get("LOGLODE_SOAK_SECONDS", "20")), int(os.environ.get("LOGLODE_SOAK_RATE", "2000"))
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            print(run(program, folder, broker, seconds, rate), flush=True)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
