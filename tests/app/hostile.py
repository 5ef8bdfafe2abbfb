#!/usr/bin/env python3
"""What somebody who may write to a followed folder, or be read from, can do to `run` and `tail`. usage: hostile.py PROGRAM [TEST...]"""
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

binary = os.path.abspath(sys.argv[1])
if "/tsan/" in binary:
    print("skipped: the thread sanitizer holds signals back while a thread waits in code that it does not see (TBB)")
    sys.exit(77)
SLOW = 5 if "/asan/" in binary else 1
failures = []


def check(name, condition, detail=""):
    if not condition:
        failures.append(f"{name}: {str(detail)[:2500]}")


def wait_for(condition, seconds=20.0):
    until = time.monotonic() + seconds * SLOW
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


class Program:
    """A running `run` or `tail` in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode="w"):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), mode, encoding="utf-8") as f:
            f.write(text)

    def start(self, *arguments, **how):
        with open(self.path("said"), "ab") as said:
            self.process = subprocess.Popen([binary, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder,
                                            env={**os.environ, "XDG_STATE_HOME": self.path("home"), "NO_COLOR": "1"}, **how)
        return self

    def run(self, source, sink="type: file, path: out.ndjson, what: [records]", state="state: state\n"):
        self.write("c.yaml", f"{state}snapshot: 100ms\nsources:\n  web: {{ type: file, {source} }}\nsinks:\n  out: {{ {sink} }}\n"
                   f"http: {{ listen: '127.0.0.1:{self.port}' }}\n")
        return self.start("run", self.path("c.yaml"))

    def stop(self, how=signal.SIGTERM, seconds=20.0):
        """How long it took; None: it had to be killed."""
        began = time.monotonic()
        self.process.send_signal(how)
        try:
            self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        return time.monotonic() - began

    def said(self):
        with open(self.path("said"), encoding="utf-8") as f:
            return f.read()

    def messages(self, name="out.ndjson"):
        if not os.path.exists(self.path(name)):
            return []
        with open(self.path(name), encoding="utf-8") as f:
            return [json.loads(line)["message"] for line in f.read().split("\n")[:-1]]

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)


@contextlib.contextmanager
def program():
    with tempfile.TemporaryDirectory(prefix="loglode-hostile-") as folder:
        made = Program(folder)
        try:
            yield made
        finally:
            if made.process is not None and made.process.poll() is None:
                made.process.kill()
                made.process.wait()


def links_out_of_the_folder():
    """A link to a file that its owner may not read himself is not read for him, until the configuration names its folder."""
    with program() as p:
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
    with program() as p:
        p.write("private/key.log", "the key is mine\n")
        os.makedirs(p.path("logs"))
        os.symlink("../private/key.log", p.path("logs/key.log"))
        p.start("tail", "logs/*.log", "--records", "out.ndjson")
        check("tail reads what its user may read", wait_for(lambda: len(p.messages()) == 1), p.said())
        p.stop(signal.SIGINT)


def patterns_without_a_file():
    """What matches nothing is said at the start, in /readyz and in the metrics, and when it is over."""
    with program() as p:
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


def sinks_that_are_links_or_pipes():
    """A sink writes through no link, and a FIFO without a reader, or with one that stops reading, holds up no stop."""
    with program() as p:
        p.write("logs/app.log", "INFO one\n")
        p.write("victim", "")
        os.symlink("victim", p.path("out.ndjson"))
        p.run("paths: ['logs/*.log']")
        check("refused", wait_for(lambda: p.process.poll() is not None) and p.process.returncode != 0 and "is a symbolic link" in p.said(), p.said())
        check("nothing was written", os.path.getsize(p.path("victim")) == 0)
    with program() as p:
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


def modes_are_set():
    """Folders that are made belong to their owner, whatever the umask; a state that a group may write is told."""
    before = os.umask(0)
    try:
        with program() as p:
            p.write("logs/app.log", "INFO one\n")
            os.mkdir(p.path("state"), 0o770)
            p.run("paths: ['logs/*.log']", sink="type: file, path: made/deep/out.ndjson, what: [records]")
            check("read", wait_for(lambda: len(p.messages("made/deep/out.ndjson")) == 1), p.said())
            check("told", "may be written by its group" in p.said(), p.said())
            p.stop()
            for name in ("made", "made/deep"):
                check(name, os.stat(p.path(name)).st_mode & 0o777 == 0o750, oct(os.stat(p.path(name)).st_mode))
            for folder, _, names in os.walk(p.path("state")):
                for name in names:
                    check(name, os.stat(os.path.join(folder, name)).st_mode & 0o077 == 0, oct(os.stat(os.path.join(folder, name)).st_mode))
            check("the output is its owner's and group's", os.stat(p.path("made/deep/out.ndjson")).st_mode & 0o777 == 0o640)
    finally:
        os.umask(before)


def endless_lines():
    """Sparse files of sixty gigabytes, files of NULs, lines without an end: others are read meanwhile, and the first SIGTERM is obeyed."""
    with program() as p:
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
        check("soon", time.monotonic() - began < 6 * SLOW, time.monotonic() - began)
        p.write("logs/z.log", "INFO two\n", "a")
        check("and read on", wait_for(lambda: "two" in p.messages(), 5), [m[:40] for m in p.messages()])
        took = p.stop()
        check("a stop is obeyed", took is not None and took < 3 * SLOW, took)
        rss = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")]
        check("nothing else", all(len(m) <= (1 << 20) + 100 for m in p.messages()), rss)


def one_large_backlog():
    """What is written to small logs arrives although a large one, without times, is being read; SIGTERM is obeyed in the middle of it."""
    with program() as p:
        lines, size = 0, 0
        os.mkdir(p.path("logs"))
        with open(p.path("logs/a-large.log"), "w", encoding="utf-8") as f:
            while size < (400 << 20):
                size += f.write("".join(f"ERROR large line {i} of a backlog that nobody has read {'x' * 150}\n" for i in range(lines, lines + 10_000)))
                lines += 10_000
        p.write("logs/b-small.log", "INFO small one\n")
        p.run("paths: ['logs/*.log']", sink="type: file, path: out.ndjson, what: [records], sync: never")

        def has(what):
            with open(p.path("out.ndjson"), "rb") as f:
                return what in f.read()

        check("begun", wait_for(lambda: os.path.exists(p.path("out.ndjson")) and has(b"large line 0 ")))
        check("the small one too", wait_for(lambda: has(b"small one"), 5))
        p.write("logs/b-small.log", "INFO small two\n", "a")
        check("read on", wait_for(lambda: has(b"small two"), 3))
        p.write("logs/c-new.log", "INFO small three\n")
        check("a new one is found", wait_for(lambda: has(b"small three"), 3))
        check("before the backlog was done", not has(b"large line %d " % (lines - 1)))
        took = p.stop()
        check("a stop is obeyed in the middle", took is not None and took < 3 * SLOW and not has(b"large line %d " % (lines - 1)), took)
        p.start("run", p.path("c.yaml"))
        check("the next run goes on", wait_for(lambda: has(b"large line %d " % (lines - 1)), 60))
        p.stop()
        numbers = set()
        with open(p.path("out.ndjson"), "rb") as f:
            for line in f:
                if b"large line " in line:
                    numbers.add(int(line.split(b"large line ")[1].split(b" ")[0]))
        check("all of it", len(numbers) == lines, (len(numbers), lines))


if __name__ == "__main__":
    tests = [links_out_of_the_folder, patterns_without_a_file, sinks_that_are_links_or_pipes, modes_are_set, endless_lines, one_large_backlog]
    for test in tests:
        if not sys.argv[2:] or test.__name__ in sys.argv[2:]:
            test()
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(1 if failures else 0)
