#!/usr/bin/env python3
"""`loglode run` while the wall clock jumps a day ahead, a day back behind where it was, and to what it should be: from files and from Kafka.

What must hold: records go on to arrive, each once; snapshots go on; nothing is found that the jump alone has made; SIGTERM ends it.

usage: clock.py LOGLODE SHIM [files|kafka]          SHIM: the shared object of clock_shim.cc. Only `kafka` starts a broker.
"""
import os
import re
import sys
import tempfile
import time
import urllib.request

from broker import Broker, Loglode, documents, free_ports, wait_for

DAY = 86_400
JUMPS = [DAY, -DAY, 0]
LINES = 400  # between two jumps


def line(number, offset):
    """As a service on the same machine would write it: by the clock that jumps."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + offset))
    return f"{when}.{number % 1000:03}Z INFO order {number} placed by user-{number * 7919 % 1009}"


class Jumper:
    def __init__(self, program, shim, folder, source):
        self.clock, self.port, self.shim = os.path.join(folder, "clock"), free_ports(), shim
        self.set_clock(0)
        self.service = Loglode(program, os.path.join(folder, "service"), f"""
state: state
snapshot: 200ms
sources:
{source}
sinks:
  out: {{ type: file, path: out/records.ndjson }}
  found: {{ type: file, path: out/found.ndjson, what: [findings, incidents] }}
http: {{ listen: '127.0.0.1:{self.port}' }}
""")
        self.offset = 0

    def set_clock(self, offset):
        with open(self.clock + ".new", "w", encoding="ascii") as f:
            f.write(str(offset))
        os.rename(self.clock + ".new", self.clock)
        self.offset = offset

    def start(self):
        self.service.start(LD_PRELOAD=self.shim, LOGLODE_CLOCK=self.clock)

    def numbers(self):
        found = {}
        for document in documents(os.path.join(self.service.folder, "out", "records.ndjson")):
            number = int(re.search(r"order (\d+) ", document["message"])[1])
            assert found.setdefault(number, document["event.id"]) == document["event.id"], f"order {number} has two ids"
        return found

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search(rf"^{name}(?:{{[^}}]*}})? ([0-9.e+-]+)$", answer.read().decode(), re.M)
        return float(found[1]) if found else 0.0


def jump(jumper, feed, idle):
    """Feeds lines before, between and after the jumps."""
    fed = 0
    jumper.start()
    for offset in [0] + JUMPS:
        jumper.set_clock(offset)
        time.sleep(idle if offset < 0 else 1)  # what waited for a moment of the wall clock when it was set back waits for longer now, and nothing comes to wake it
        for _ in range(4):
            feed([line(number, offset) for number in range(fed, fed + LINES // 4)])
            fed += LINES // 4
            time.sleep(0.2)
        wait_for(f"{fed} records with the clock {offset:+} s off", 60, lambda: len(jumper.numbers()) == fed)
        before = jumper.metric("loglode_snapshots_total")
        wait_for("another snapshot", 30, lambda: jumper.metric("loglode_snapshots_total") > before)
        with urllib.request.urlopen(f"http://127.0.0.1:{jumper.port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        time.sleep(1)
    began = time.monotonic()
    status = jumper.service.stop()
    assert status == 143, f"{status}: {jumper.service.told()}"
    took = time.monotonic() - began
    assert jumper.numbers().keys() == set(range(fed))
    found = documents(os.path.join(jumper.service.folder, "out", "found.ndjson"))
    findings = {document["finding_id"]: document["kind"] for document in found if document["schema"] == "loglode.finding/1"}
    assert len(findings) <= 3, f"a flood: {findings}"
    told = [each for each in jumper.service.told().splitlines() if " info " not in each.lower() and each.strip()]
    assert len(told) <= 5, jumper.service.told()
    return f"{fed} records, each once; {len(findings)} findings; ended {took:.1f} s after SIGTERM"


def files(program, shim, folder):
    log = os.path.join(folder, "app.log")
    jumper = Jumper(program, shim, folder, f"  app: {{ type: file, paths: ['{log}'], start: start }}")

    def feed(lines):
        with open(log, "a", encoding="utf-8") as f:
            f.writelines(each + "\n" for each in lines)

    try:
        return jump(jumper, feed, 1)
    finally:
        jumper.service.process.kill()


def kafka(program, shim, folder):
    broker = Broker(folder).start()
    jumper = None
    try:
        broker.create("logs")
        jumper = Jumper(program, shim, folder, f"""  app: {{ type: kafka, brokers: [{broker.address}], topics: [logs], group: clock, start: earliest,
          service: {{ from: topic }}, options: {{ session.timeout.ms: 6000, heartbeat.interval.ms: 1000 }} }}""")
        return jump(jumper, lambda lines: broker.produce("logs", lines), 9)
    finally:
        if jumper is not None and jumper.service.process is not None:
            jumper.service.process.kill()
        broker.kill()


def main():
    program, shim = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    for test in (files, kafka):
        if sys.argv[3:] and test.__name__ not in sys.argv[3:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(f"{test.__name__}: {test(program, shim, folder)}", flush=True)


if __name__ == "__main__":
    main()
