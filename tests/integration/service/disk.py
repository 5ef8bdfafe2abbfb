#!/usr/bin/env python3
"""`loglode run` on a disk that fails: writes and fsyncs of a sink's file, of dead letters and of the state end with EIO for a while.

What must hold: the failure is told once, positions stay, and when the disk works again every record is there, once by id. What was written
before an fsync that failed counts as lost, whatever a later fsync says: the test takes it away, as a kernel may.

usage: disk.py LOGLODE SHIM [TEST...]          SHIM: the shared object of disk_shim.cc
"""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from broker import Loglode, documents, free_ports, wait_for
from crash import payload


class Machine:
    """A folder with a log, a running program and a disk that does what it is told."""

    def __init__(self, program, shim, folder, config):
        self.log, self.rules = os.path.join(folder, "app.log"), os.path.join(folder, "faults")
        self.shim, self.written = shim, 0
        self.port = free_ports()
        self.service = Loglode(program, os.path.join(folder, "service"), config.format(log=self.log, port=self.port))
        self.sink = self.path("out", "records.ndjson")

    def path(self, *parts):
        return os.path.join(self.service.folder, *parts)

    def start(self, **more):
        self.service.start(LD_PRELOAD=self.shim, LOGLODE_FAULTS=self.rules, **more)

    def write(self, lines):
        with open(self.log, "a", encoding="utf-8") as f:
            f.writelines(payload(i, 1) + "\n" for i in range(self.written, self.written + lines))
        self.written += lines

    def break_disk(self, *rules):
        with open(self.rules + ".new", "w", encoding="ascii") as f:
            f.writelines(rule + "\n" for rule in rules)
        os.rename(self.rules + ".new", self.rules)

    def mend_disk(self):
        os.remove(self.rules)

    def told(self, part):
        return sum(part in line for line in self.service.told().splitlines())

    def delivered(self):
        """id -> line; a repeat must say the same."""
        found = {}
        for document in documents(self.sink):
            assert found.setdefault(document["event.id"], document["event.original"]) == document["event.original"]
        return found

    def wait_for_all(self, seconds=60):
        wait_for(f"{self.written} records", seconds, lambda: len(self.delivered()) == self.written)

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            found = re.search("^" + re.escape(name) + r" (\d+)", answer.read().decode(), re.MULTILINE)
        return int(found[1]) if found else 0

    def wait_for_growth(self, name, more):
        begin = self.metric(name)
        wait_for(f"{more} more of {name}", 60, lambda: self.metric(name) >= begin + more)

    def wait_for_snapshot(self):
        """Until all that was delivered by now is in a durable snapshot: the second one from here began after it."""
        self.wait_for_growth("loglode_snapshots_total", 2)

    def check(self):
        expected = {payload(i, 1) for i in range(self.written)}
        lines = list(self.delivered().values())
        assert len(lines) == len(expected) and set(lines) == expected, f"{len(expected - set(lines))} lost, {len(set(lines) - expected)} unknown"
        return len(documents(self.sink)) - self.written

    def end(self, status=143):
        got = self.service.stop()
        assert got == status, f"{got}: {self.service.told()}"


FILE_SINK = """
state: state
snapshot: 100ms
sources:
  app: {{ type: file, paths: ['{log}'], start: start }}
sinks:
  out: {{ type: file, path: out/records.ndjson }}
http: {{ listen: '127.0.0.1:{port}' }}
"""


def sink_is_not_written_to(machine):
    """EIO at each write: the pipeline stands still, told once, and nothing comes twice."""
    machine.write(500)
    machine.start()
    machine.wait_for_all()
    machine.wait_for_snapshot()
    machine.break_disk("write EIO out/records")
    machine.write(500)
    wait_for("the failure to be told", 30, lambda: machine.told("cannot write to") > 0)
    machine.wait_for_growth('loglode_sink_errors_total{sink="out"}', 3)
    assert machine.told("cannot write to") == 1, machine.service.told()
    assert len(machine.delivered()) == 500
    machine.mend_disk()
    machine.wait_for_all()
    wait_for("the recovery to be told", 30, lambda: machine.told("takes records again") == 1)

    def metrics_text():
        with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/metrics", timeout=10) as answer:
            return answer.read().decode()

    wait_for("all to be counted, once they are synced", 10, lambda: 'sink_documents_total{sink="out"} 1000' in metrics_text())
    metrics = metrics_text()
    assert int(re.search(r'sink_errors_total{sink="out"} (\d+)', metrics)[1]) > 0, metrics
    machine.end()
    assert machine.check() == 0, "written twice"
    return "told once, stood still, went on; nothing twice"


def sink_is_not_synced(machine):
    """After a failed fsync the run ends: only reading again from the last position brings back what the kernel may have dropped."""
    machine.write(500)
    machine.start()
    machine.wait_for_all()
    machine.wait_for_snapshot()
    synced = os.path.getsize(machine.sink)
    machine.break_disk("fsync EIO out/records")
    machine.write(500)
    status = machine.service.process.wait(60)
    assert status == 1, f"{status}: {machine.service.told()}"
    assert 1 <= machine.told("durable") <= 2, machine.service.told()  # when it happens, and why it ended
    machine.start()  # as a service manager would: the disk is still bad
    status = machine.service.process.wait(60)
    assert status == 1, f"{status}: {machine.service.told()}"
    machine.mend_disk()
    os.truncate(machine.sink, synced)
    machine.start()
    machine.wait_for_all()
    machine.write(100)
    machine.wait_for_all()
    machine.end()
    machine.check()
    return "ended, positions stayed; after a start on a good disk all is there, with what was taken away"


DEAD_LETTERS = FILE_SINK.replace("out/records.ndjson", "out/records.ndjson, when_full: dead_letter")


def dead_letters_of(machine):
    out = subprocess.run([machine.service.program, "dlq", "list", machine.path("state", "dead-letters"), "--report", "ndjson"], capture_output=True,
                         text=True, check=False).stdout
    return [json.loads(line)["event.id"] for line in out.splitlines()]


def dead_letters_are_not_written(machine):
    machine.write(300)
    machine.start()
    machine.wait_for_all()
    machine.wait_for_snapshot()
    machine.break_disk("write EIO out/records", "write EIO .dlq", "open EIO .dlq")
    machine.write(300)
    wait_for("the failure to be told", 30, lambda: machine.told("cannot write checkpoint") > 0)
    machine.wait_for_growth("loglode_snapshot_failures_total", 5)
    assert machine.told("cannot write checkpoint") == 1, machine.service.told()
    machine.break_disk("write EIO out/records")
    wait_for("the dead letters", 60, lambda: len(dead_letters_of(machine)) == 300)
    wait_for("the recovery to be told", 30, lambda: machine.told("checkpoints can be written again") == 1)
    machine.mend_disk()
    machine.end()
    assert len(set(dead_letters_of(machine))) == 300
    assert len(machine.delivered()) == 300
    return "300 of 300 dead letters kept once the folder could be written to; told once"


def dead_letters_are_not_synced(machine):
    machine.write(300)
    machine.start()
    machine.wait_for_all()
    machine.wait_for_snapshot()
    machine.break_disk("write EIO out/records", "fsync EIO .dlq")
    machine.write(300)
    status = machine.service.process.wait(60)
    assert status == 1, f"{status}: {machine.service.told()}"
    folder = machine.path("state", "dead-letters")
    for name in os.listdir(folder):
        if name.endswith(".dlq"):
            os.truncate(os.path.join(folder, name), 0)
    machine.break_disk("write EIO out/records")
    machine.start()
    wait_for("the dead letters", 60, lambda: len(set(dead_letters_of(machine))) == 300)
    time.sleep(1)
    machine.mend_disk()
    machine.end()
    assert len(machine.delivered()) == 300
    return "ended; the 300 dead letters that were taken away came again"


def dead_letters_pile_up(machine):
    """More records are rejected than may wait in memory while no dead letter can be written: reading holds, and goes on when it can."""
    machine.write(300)
    machine.start()
    machine.wait_for_all()
    machine.break_disk("write EIO out/records", "write EIO .dlq", "open EIO .dlq")
    machine.write(150_000)
    wait_for("the failure to be told", 60, lambda: machine.told("cannot write checkpoint") > 0)

    def rejected():
        with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/metrics", timeout=10) as answer:
            return int(re.search(r"dead_letters_total (\d+)", answer.read().decode())[1])

    seen = [rejected()]
    while len(seen) < 3 or seen[-1] != seen[-3]:
        assert len(seen) < 60, seen
        time.sleep(1)
        seen.append(rejected())
    assert 0 < seen[-1] < 120_000, seen
    machine.break_disk("write EIO out/records")
    wait_for("all dead letters", 90, lambda: rejected() == 150_000)
    wait_for("the recovery to be told", 60, lambda: machine.told("checkpoints can be written again") == 1)
    machine.end()
    assert len(set(dead_letters_of(machine))) == 150_000
    return f"reading held after {seen[-1]} of 150000 rejected records, all of them are dead letters in the end"


def state_fails(machine):
    """State that cannot be written or synced: records flow on, positions stay; a kill then repeats, and loses nothing."""
    machine.write(300)
    machine.start()
    machine.wait_for_all()
    machine.wait_for_snapshot()
    machine.break_disk("fsync EIO state.db")
    machine.write(300)
    wait_for("the failure to be told", 30, lambda: machine.told("cannot write checkpoint") > 0)
    machine.wait_for_all()
    machine.write(100)
    machine.wait_for_all()
    machine.wait_for_growth("loglode_snapshot_failures_total", 5)
    assert machine.told("cannot write checkpoint") == 1, machine.service.told()
    # From here on nothing reaches the state: what was only not synced may be in it, and is then delivered for certain.
    machine.break_disk("write EIO state.db")
    machine.wait_for_growth("loglode_snapshot_failures_total", 2)
    machine.write(100)
    machine.wait_for_all()
    machine.wait_for_growth("loglode_snapshot_failures_total", 2)
    machine.service.process.send_signal(signal.SIGKILL)
    machine.service.process.wait()
    machine.mend_disk()
    machine.start()
    wait_for("repeats", 60, lambda: len(documents(machine.sink)) > machine.written)
    time.sleep(1)
    repeated = machine.check()
    assert 100 <= repeated <= 500, repeated
    machine.break_disk("write EIO state.db")
    machine.write(100)
    wait_for("the failure to be told again", 30, lambda: machine.told("cannot write checkpoint") > 0)
    machine.wait_for_growth("loglode_snapshot_failures_total", 2)
    machine.mend_disk()
    wait_for("the recovery to be told", 30, lambda: machine.told("checkpoints can be written again") == 1)
    machine.end()
    machine.start()
    time.sleep(2)
    machine.end()
    assert machine.check() == repeated, "read again after a snapshot that went well"
    return f"told once; {repeated} of 800 records repeated after a kill, by their ids; none once the state was written again"


TESTS = [(sink_is_not_written_to, FILE_SINK), (sink_is_not_synced, FILE_SINK), (dead_letters_are_not_written, DEAD_LETTERS),
         (dead_letters_are_not_synced, DEAD_LETTERS), (dead_letters_pile_up, DEAD_LETTERS), (state_fails, FILE_SINK)]


def run(test, config):
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), folder, config)
        try:
            return f"{test.__name__}: {test(machine)}"
        finally:
            if machine.service.process is not None and machine.service.process.poll() is None:
                machine.service.process.kill()
                machine.service.process.wait()


def main():
    chosen = [(test, config) for test, config in TESTS if not sys.argv[3:] or test.__name__ in sys.argv[3:]]
    with concurrent.futures.ThreadPoolExecutor(len(chosen)) as pool:  # they mostly wait
        for shown in pool.map(lambda one: run(*one), chosen):
            print(shown, flush=True)


if __name__ == "__main__":
    main()
