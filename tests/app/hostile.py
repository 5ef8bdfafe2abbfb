#!/usr/bin/env python3
"""What somebody who may write to a followed folder, or be read from, can do to `run` and `tail`. usage: hostile.py PROGRAM [TEST...]"""
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from checks import SLOW, binary, check, run_tests, skip_under_tsan, wait_until
from running import Running

skip_under_tsan()


def wait_for(condition, seconds=20.0):
    return wait_until(condition, seconds)


class Program(Running):
    """A `run` with one source and one sink, or a `tail`."""

    def run(self, source, sink="type: file, path: out.ndjson, what: [records]", state="state: state\n"):
        self.write("c.yaml", f"{state}snapshot: 100ms\nsources:\n  web: {{ type: file, {source} }}\nsinks:\n  out: {{ {sink} }}\n"
                   f"http: {{ listen: '127.0.0.1:{self.port}' }}\n")
        return self.start("run", self.path("c.yaml"))


@contextlib.contextmanager
def program(folder):
    made = Program(tempfile.mkdtemp(dir=folder))
    try:
        yield made
    finally:
        made.kill()


def links_out_of_the_folder(folder):
    """A link to a file that its owner may not read himself is not read for him, until the configuration names its folder."""
    with program(folder) as p:
        p.write("logs/app.log", "INFO one\n")
        p.write("private/key.log", "the key is private\n")
        p.write("data/disk.log", "INFO on another disk\n")
        os.symlink("../private/key.log", p.path("logs/key.log"))
        os.symlink("../data/disk.log", p.path("logs/disk.log"))
        p.run("paths: ['logs/*.log'], roots: [data]")
        check("what is inside is read", wait_for(lambda: len(p.messages()) == 2), (p.messages(), p.said()))
        check("ready all the same, with the reason", wait_for(lambda: p.page("/readyz")[0] == 200) and "1 link is not followed" in p.page("/readyz")[1], p.page("/readyz"))
        check("counted", 'loglode_source_links_refused{source="web"} 1' in p.page("/metrics")[1])
        p.write("logs/app.log", "INFO two\n", "a")
        check("it goes on", wait_for(lambda: len(p.messages()) == 3), p.messages())
        check("ends", p.stop() is not None)
        check("nothing of it was read", not any("private" in message for message in p.messages()), p.messages())
        check("told once, with the key", p.said().count("is not read") == 1 and f"add `{os.path.realpath(p.path('private'))}` to the source's `roots`" in p.said(), p.said())
        tried = subprocess.run([binary, "check", "--connect", p.path("c.yaml")], capture_output=True, text=True, check=False)
        check("check --connect says so", "1 link is not followed" in tried.stdout, (tried.stdout, tried.stderr))
    with program(folder) as p:
        p.write("private/key.log", "the key is mine\n")
        os.makedirs(p.path("logs"))
        os.symlink("../private/key.log", p.path("logs/key.log"))
        p.start("tail", "logs/*.log", "--records", "out.ndjson")
        check("tail reads what its user may read", wait_for(lambda: len(p.messages()) == 1), p.said())
        p.stop(signal.SIGINT)


def patterns_without_a_file(folder):
    """What matches nothing is said at the start, in /readyz and in the metrics, and when it is over."""
    with program(folder) as p:
        p.write("logs/app.log", "INFO one\n")
        p.run("paths: ['logs/*.log', 'lgos/*.log', 'logs/db.txt']")
        check("told at the start", wait_for(lambda: p.said().count("nothing matches") == 2), p.said())
        check("ready", wait_for(lambda: p.page("/readyz")[0] == 200), p.page("/readyz"))
        body = p.page("/readyz")[1]
        check("with both", all(f"source web: nothing matches {p.path(name)}" in body for name in ("lgos/*.log", "logs/db.txt")), body)
        check("counted", 'loglode_source_patterns_unmatched{source="web"} 2' in p.page("/metrics")[1])
        p.write("logs/db.txt", "INFO two\n")
        check("told when it is over", wait_for(lambda: f"nothing matches {p.path('logs/db.txt')} is over" in p.said()), p.said())
        check("gone from the status", wait_for(lambda: "db.txt" not in p.page("/readyz")[1]), p.page("/readyz"))
        p.stop()


def sinks_that_are_links_or_pipes(folder):
    """A sink writes through no link, and a FIFO without a reader, or with one that stops reading, holds up no stop."""
    with program(folder) as p:
        p.write("logs/app.log", "INFO one\n")
        p.write("victim", "")
        os.symlink("victim", p.path("out.ndjson"))
        p.run("paths: ['logs/*.log']")
        check("refused", wait_for(lambda: p.process.poll() is not None) and p.process.returncode != 0 and "is a symbolic link" in p.said(), p.said())
        check("nothing was written", os.path.getsize(p.path("victim")) == 0)
    with program(folder) as p:
        p.write("logs/app.log", "".join(f"INFO line {i} {'x' * 200}\n" for i in range(5000)))
        os.mkfifo(p.path("out.fifo"))
        p.run("paths: ['logs/*.log']", sink="type: file, path: out.fifo, what: [records]")  # its reader may come later
        check("told", wait_for(lambda: "nobody reads from the FIFO" in p.said()), p.said())
        reader = os.open(p.path("out.fifo"), os.O_RDONLY | os.O_NONBLOCK)
        got = bytearray()

        def read_more():
            with contextlib.suppress(BlockingIOError):
                got.extend(os.read(reader, 65536))
            return got.count(b"\n") >= 1000

        check("its reader gets lines", wait_for(read_more), len(got))
        check("with one that stopped reading it ends when its drain is over", p.stop(seconds=40) is not None, p.said())
        os.close(reader)
        lines = bytes(got).split(b"\n")[:-1]
        check("whole ones", all(json.loads(line)["message"].startswith("line ") for line in lines))
        p.start("run", p.path("c.yaml"))
        reader = os.open(p.path("out.fifo"), os.O_RDONLY | os.O_NONBLOCK)

        def read_all():
            with contextlib.suppress(BlockingIOError):
                got.extend(os.read(reader, 65536))
            return b'"line 4999 ' in got

        check("the next run delivers the others", wait_for(read_all), len(got))
        p.stop()
        os.close(reader)
        seen = {line.split(b'"message":"line ')[1].split(b" ")[0] for line in bytes(got).split(b"\n") if b'"message":"line ' in line}
        check("all", len(seen) == 5000, len(seen))


def modes_are_set(folder):
    """Folders that are made belong to their owner, whatever the umask; a state that a group may write is told."""
    before = os.umask(0)
    try:
        with program(folder) as p:
            p.write("logs/app.log", "INFO one\n")
            os.mkdir(p.path("state"), 0o770)
            p.run("paths: ['logs/*.log']", sink="type: file, path: made/deep/out.ndjson, what: [records]")
            check("read", wait_for(lambda: len(p.messages("made/deep/out.ndjson")) == 1), p.said())
            check("told", "may be written by its group" in p.said(), p.said())
            p.stop()
            for name in ("made", "made/deep"):
                check(name, os.stat(p.path(name)).st_mode & 0o777 == 0o750, oct(os.stat(p.path(name)).st_mode))
            for below, _, names in os.walk(p.path("state")):
                for name in names:
                    check(name, os.stat(os.path.join(below, name)).st_mode & 0o077 == 0, oct(os.stat(os.path.join(below, name)).st_mode))
            check("the output is its owner's and group's", os.stat(p.path("made/deep/out.ndjson")).st_mode & 0o777 == 0o640)
    finally:
        os.umask(before)


def endless_lines(folder):
    """Sparse files of sixty gigabytes, files of NULs, lines without an end: others are read meanwhile, and the first SIGTERM is obeyed."""
    with program(folder) as p:
        p.write("logs/a-hole.log", "")
        os.truncate(p.path("logs/a-hole.log"), 60 << 30)
        p.write("logs/b-begins.log", "INFO before the hole\n")
        os.truncate(p.path("logs/b-begins.log"), 60 << 30)
        p.write("logs/b-begins.log", "INFO behind the hole\n", "a")
        with open(p.path("logs/c-nuls.log"), "wb") as f:
            f.write(bytes(300 << 20))
        with open(p.path("logs/d-line.log"), "wb") as f:
            f.write(b"INFO endless " + b"x" * (400 << 20))
        p.write("logs/z.log", "INFO one\n")
        began = time.monotonic()
        p.run("paths: ['logs/*.log']")
        check("the others are read", wait_for(lambda: {"one", "before the hole", "behind the hole"} <= set(p.messages())), p.messages())
        check("soon", time.monotonic() - began < 15 * SLOW, time.monotonic() - began)
        p.write("logs/z.log", "INFO two\n", "a")
        check("and read on", wait_for(lambda: "two" in p.messages(), 10), [m[:40] for m in p.messages()])
        check("a stop is obeyed", p.stop(seconds=10) is not None)
        rss = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")]
        check("nothing else", all(len(m) <= (1 << 20) + 100 for m in p.messages()), rss)


class Reader:
    """Reads what a FIFO brings a portion at a time, so that the test decides how fast the program may go on, whatever the machine's speed."""

    PORTION, PAUSE = 64 << 10, 0.01  # at most 6 MiB/s while it is paced

    def __init__(self, path):
        os.mkfifo(path)
        self.fifo = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.got = bytearray()
        self.places = {}  # of the words that were looked for

    def read(self, paced=True):
        with contextlib.suppress(BlockingIOError):
            self.got += os.read(self.fifo, self.PORTION)
        if paced:
            time.sleep(self.PAUSE)

    def read_until(self, words, seconds, paced=True):
        """Whether all the words came in that time."""
        until = time.monotonic() + seconds * SLOW
        looked = {word: 0 for word in words}
        while looked and time.monotonic() < until:
            self.read(paced)
            for word in list(looked):
                place = self.got.find(word, max(0, looked[word] - len(word)))
                looked[word] = len(self.got)
                if place >= 0:
                    self.places[word] = place
                    del looked[word]
        return not looked

    def large_lines(self, begin=0, end=None):
        return [int(number) for number in re.findall(rb'"message":"large line (\d+) ', bytes(self.got[begin:end]))]


def one_large_backlog(folder):
    """What is written to small logs comes soon behind what was in flight, although a large one, without times, is being read; SIGTERM is obeyed in the
    middle of it. Judged by the order of what comes through a FIFO."""
    lines = 80_000
    with program(folder) as p:
        os.mkdir(p.path("logs"))
        p.write("logs/a-large.log", "".join(f"ERROR large line {i} of a backlog that nobody has read {'x' * 150}\n" for i in range(lines)))
        p.write("logs/b-small.log", "INFO small one\n")
        reader = Reader(p.path("out.fifo"))
        # At most some 30,000 lines are between the files and the FIFO.
        p.run("paths: ['logs/*.log']", sink="type: file, path: out.fifo, what: [records]", state="state: state\npipeline: { memory: 16MiB, line_bytes_max: 64KiB }\n")
        check("begun", reader.read_until([b"large line 3000 "], 60), p.said())
        p.write("logs/b-small.log", "INFO small two\n", "a")
        p.write("logs/c-new.log", "INFO small three\n")
        written = len(reader.got)
        check("small logs are read on, a new one is found", reader.read_until([b"small one", b"small two", b"small three"], 60), (reader.places, p.said()))
        between = len(reader.large_lines(written, max(reader.places.values(), default=None)))
        check("soon", between < lines * 3 // 5, between)
        p.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 30 * SLOW
        while p.process.poll() is None and time.monotonic() < until:
            reader.read()
        check("a stop is obeyed", p.stop() is not None, p.said())
        while True:  # what is left in the FIFO
            before = len(reader.got)
            reader.read(paced=False)
            if len(reader.got) == before:
                break
        first = reader.large_lines()
        check("in the middle", first == list(range(len(first))) and len(first) < lines, len(first))
        second = len(reader.got)
        p.start("run", p.path("c.yaml"))
        check("the next run reads the rest", reader.read_until([b"large line %d " % (lines - 1)], 60, paced=False), (len(reader.got), p.said()))
        p.stop()
        check("and nothing twice", reader.large_lines(second) == list(range(len(first), lines)), reader.large_lines(second)[:1])


if __name__ == "__main__":
    run_tests(links_out_of_the_folder, patterns_without_a_file, sinks_that_are_links_or_pipes, modes_are_set, endless_lines, one_large_backlog)
