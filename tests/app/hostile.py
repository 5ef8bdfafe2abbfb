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


if __name__ == "__main__":
    tests = [links_out_of_the_folder, patterns_without_a_file]
    for test in tests:
        if not sys.argv[2:] or test.__name__ in sys.argv[2:]:
            test()
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(1 if failures else 0)
