#!/usr/bin/env python3
"""tail: what was there and what comes, findings within a second, every line once over rotations, restarts and SIGKILL. usage: tail.py PROGRAM [TEST...]
LOGLODE_CRASH_RUNS: how often it is killed (5); LOGLODE_CRASH_SEED: of when (tests/seeds.py)."""
import contextlib
import gzip
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import program
from checks import SLOW, binary, check, run_tests, send, skip_under_tsan, wait_until

sys.path.append(os.path.join(program.ROOT, "tests"))
from seeds import crash_seed  # noqa: E402

skip_under_tsan()


class Tail:
    """A running tail. Lines of both its outputs are kept with the time they came at."""

    def __init__(self, *arguments, cwd=None, env=None, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen([binary, "tail", *arguments], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                                        env={**os.environ, "COLUMNS": "120", **(env or {})})
        self.out, self.errors = [], []
        self.readers = [threading.Thread(target=self._read, args=pair) for pair in ((self.process.stdout, self.out), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(pipe, lines):
        for line in pipe:
            lines.append((time.monotonic(), line.decode("utf-8", "replace")))

    def text(self):
        return "".join(line for _, line in list(self.out))

    def told(self):
        return "".join(line for _, line in list(self.errors))

    def wait_for(self, word, seconds=10.0, lines=None):
        """When a line with it came, or None."""
        until = time.monotonic() + seconds * SLOW
        while time.monotonic() < until:
            for at, line in list(self.out if lines is None else lines):
                if word in line:
                    return at
            time.sleep(0.005)
        return None

    def end(self, sent=None, seconds=30):
        if sent is not None:
            send(self.process, sent)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "it does not end"
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status


@contextlib.contextmanager
def tail(*arguments, **how):
    running = Tail(*arguments, **how)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)


def now(ago=0.0):
    return datetime.fromtimestamp(time.time() - ago, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def write(path, *lines):
    with open(path, "a", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)


def order(number, ago=0.0):
    return f"{now(ago)} INFO shop: order #{number} placed"


def history(count=200):
    """Ten minutes of quiet, to judge by."""
    return [order(i, 600 - 600 * i / count) for i in range(count)]


def records_in(path):
    """Whole lines: a process that was killed may have left half of one."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as f:
        return [json.loads(line) for line in f.read().split(b"\n")[:-1]]


def numbers(records):
    return [int(found.group(1)) for r in records if (found := re.search(r"#(\d+)", r["message"]))]


def holder_of(state):
    """The process that the state's lock names, or None."""
    with contextlib.suppress(OSError, ValueError), open(os.path.join(state, "state.lock"), encoding="ascii") as f:
        return int(f.read())
    return None


def backlog_then_live(folder):
    log, out = os.path.join(folder, "shop.log"), os.path.join(folder, "out.ndjson")
    write(log, *history(), f"{now()} ERROR shop: backlog failure while reading ledger")
    late = os.path.join(folder, "late.log")
    with tail(log, late, "--records", out) as running:
        check("the backlog is judged", running.wait_for("backlog failure") is not None, running.told())
        took = []
        for words in ("connection refused by the ledger", "cannot write journal segment", "unexpected reply of the cart"):
            time.sleep(0.35)
            begin = time.monotonic()
            write(log, f"{now()} ERROR shop: {words}")
            at = running.wait_for(words)
            took.append(at - begin if at is not None else 99)
        check("each finding comes", max(took) < 99, took)
        check("within a second, where the machine does nothing else at the moment", min(took) < SLOW, took)
        write(late, f"{now()} ERROR late: the printer is on fire")
        check("a file that is made later is followed", running.wait_for("printer is on fire") is not None, running.told())
        with open(log, "a", encoding="utf-8") as f:
            f.write(f"{now()} ERROR shop: half a line")
            f.flush()
            time.sleep(0.5)
            check("half a line is none", "half a line" not in running.text())
            f.write(" and its end\n")
        check("its end makes it one", running.wait_for("half a line and its end") is not None, running.text())
        check("Ctrl-C: 130", running.end(signal.SIGINT) == 130)
        told = running.told()
        check("without --state it says that nothing was kept", "nothing was kept: with --state DIR" in told, told)
        check("no control characters, no status line", not re.search(r"[^\n -~\u00a0-\U0010ffff]", running.text() + told) and "lines/s" not in told, running.text() + told)
    check("every line once", sorted(numbers(records_in(out))) == list(range(200)))
    for at, line in running.out:
        check("a finding is one line with its place", re.match(r"\d\d:\d\d:\d\d  (INCIDENT|[A-Z ]+)", line), line)


def from_end(folder):
    log = os.path.join(folder, "end.log")
    write(log, *history(), f"{now()} ERROR shop: old trouble with the ledger")
    with tail(log, "--from", "end") as running:
        check("--from end: it begins", running.wait_for("following", lines=running.errors) is not None, running.told())
        write(log, *history())
        for _ in range(40):  # the first may still be of what was there: the end is looked up a moment after it is told
            write(log, f"{now()} ERROR shop: fresh trouble with the cart")
            if running.wait_for("fresh trouble", 0.5) is not None:
                break
        check("--from end: what comes is judged", "fresh trouble" in running.text(), running.told())
        check("SIGTERM: 143", running.end(signal.SIGTERM) == 143)
        check("--from end: what was there is not", "old trouble" not in running.text(), running.text())


def streams(folder):
    """stdin with the prefixes that kubectl, docker compose and journald put before lines; and FIFOs."""
    ago = [300 - 10 * i for i in range(30)]
    clock = lambda before: (datetime.now() - timedelta(seconds=before)).strftime("%b %d %H:%M:%S")
    journal = lambda before, level, who, message: json.dumps({"__REALTIME_TIMESTAMP": str(time.time_ns() // 1000 - before * 1_000_000), "PRIORITY": level,
                                                              "SYSLOG_IDENTIFIER": who, "MESSAGE": message, "_PID": "7"})
    shapes = {
        "kubectl": [f"[pod/cart-7c9d8b5f4-abcde/app] {now(a)} INFO cart is fine" for a in ago] +
                   [f"[pod/checkout-5d8f9c7b6-x2k4p/app] {now(1)} INFO booked", f"[pod/checkout-5d8f9c7b6-x2k4p/app] {now()} ERROR ledger refused the booking"],
        "compose": [f"cart-1      | {now(a)} INFO cart is fine" for a in ago] + [f"checkout-1  | {now(1)} INFO booked", f"checkout-1  | {now()} ERROR ledger refused the booking"],
        "journald": [journal(a, "6", "cart", "cart is fine") for a in ago] + [journal(1, "6", "checkout", "booked"), journal(0, "3", "checkout", "ledger refused the booking")],
        "short": [f"{clock(a)} host1 cart[72]: INFO cart is fine" for a in ago] + [f"{clock(1)} host1 checkout[71]: INFO booked", f"{clock(0)} host1 checkout[71]: ERROR ledger refused the booking"],
    }
    for name, lines in shapes.items():
        out = os.path.join(folder, f"{name}.ndjson")
        with tail("-", "--records", out, stdin=subprocess.PIPE) as running:
            for line in lines:
                running.process.stdin.write(line.encode() + b"\n")
                running.process.stdin.flush()
                time.sleep(0.01)
            at = running.wait_for("ledger refused the booking", 2.5)
            check(f"{name}: a stream that stays open is judged", at is not None, running.text() + running.told())
            running.process.stdin.close()
            check(f"{name}: its end is the end", running.end() == 0, running.told())
        found = [r for r in records_in(out) if "ledger refused" in r["message"]]
        check(f"{name}: the service is the prefix's", len(found) == 1 and found[0]["service.name"] == "checkout", found)
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    with tail(fifo) as running:
        with open(fifo, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in [*history(), f"{now()} ERROR ledger refused the booking"])
        check("a FIFO is read", running.wait_for("ledger refused") is not None, running.told())
        check("and its end is the end", running.end() == 0, running.told())


def paused_traces(folder):
    """A program that pauses between the lines of a trace, in a file and in a pipe: one record, and others are not held up."""
    log, other, out, piped_out = (os.path.join(folder, name) for name in ("trace.log", "other.log", "out.ndjson", "piped.ndjson"))
    trace = [("ERROR shop: checkout failed", 0.3), ("java.lang.IllegalStateException: no ledger", 0.3), ("\tat shop.Checkout.book(Checkout.java:41)", 1.3),
             ("\tat shop.Checkout.run(Checkout.java:17)", 0.3), ("Caused by: java.net.ConnectException: refused", 0.3), ("\t... 2 more", 0)]
    write(log, *history())
    with tail(log, other, "--records", out) as running, tail("-", "--records", piped_out, stdin=subprocess.PIPE) as piped:
        piped.process.stdin.write("".join(line + "\n" for line in history()).encode())
        running.wait_for("#199", 0.1)
        for line, pause in trace:
            line = f"{now()} {line}" if line.startswith("ERROR") else line
            write(log, line)
            piped.process.stdin.write(line.encode() + b"\n")
            piped.process.stdin.flush()
            time.sleep(pause)
        write(other, f"{now()} ERROR other: the printer is on fire")
        check("what is held back holds up nothing else", running.wait_for("printer is on fire", 1.5) is not None, running.text())
        check("the trace is told", running.wait_for("checkout failed") is not None, running.text())
        piped.process.stdin.close()
        check("the pipe's end is the end", piped.end() == 0, piped.told())
        running.end(signal.SIGTERM)
    for name, path in (("file", out), ("pipe", piped_out)):
        records = [r for r in records_in(path) if not numbers([r]) and "printer" not in r["message"]]
        check(f"{name}: one record", len(records) == 1 and records[0]["message"].count("\n") == len(trace) - 1, records)


def rotation(folder):
    state, log, n = os.path.join(folder, "state"), os.path.join(folder, "rot.log"), 0

    def some(path=log, count=50):
        nonlocal n
        write(path, *(order(i) for i in range(n, n + count)))
        n += count

    everything = []

    def run(number, act):
        out = os.path.join(folder, f"rot{number}.ndjson")
        with tail(log, "--state", state, "--records", out) as running:
            act(lambda: wait_until(lambda: len(numbers(records_in(out))) + len(everything) >= n))
            done = wait_until(lambda: len(numbers(records_in(out))) + len(everything) >= n)
            check(f"rotation {number}: all was read", done, f"{len(numbers(records_in(out)))} + {len(everything)} of {n}; {running.told()}")
            check(f"rotation {number}: exit", running.end(signal.SIGINT) == 130, running.told())
            check("Ctrl-C says how to go on", f"positions are kept in {state}: the same command" in running.told(), running.told())
        everything.extend(records_in(out))

    def renamed(read):
        some()
        read()
        some()  # not waited for
        os.rename(log, log + ".1")
        some(log + ".1")  # the writer has not reopened yet
        some()

    def copied(read):
        some()
        read()
        shutil.copyfile(log, log + ".2")
        os.truncate(log, 0)
        some()
        read()

    def compressed(read):
        read()
        os.rename(log, log + ".3")
        some()
        read()
        with open(log + ".3", "rb") as f, gzip.open(log + ".3.gz", "wb") as to:
            to.write(f.read())
        os.remove(log + ".3")
        some()

    def nothing(read):
        read()
        time.sleep(0.5)

    run(0, renamed)
    some()
    os.rename(log, log + ".4")  # while stopped
    some()
    run(1, copied)
    some()
    shutil.copyfile(log, log + ".5")
    os.truncate(log, 0)
    some()
    run(2, compressed)
    some()
    with open(log, "rb") as f, gzip.open(log + ".6.gz", "wb") as to:
        to.write(f.read())
    os.remove(log)
    some()
    time.sleep(1.1)  # an archive this young may still be written
    run(3, nothing)
    run(4, nothing)
    check("rotations: every line exactly once", sorted(numbers(everything)) == list(range(n)), f"{len(everything)} of {n}")
    check("rotations: ids differ", len({r["event.id"] for r in everything}) == n)


def told_once(folder):
    """What a run told, the next one with the same --state does not tell again; numbers go on."""
    state, log = os.path.join(folder, "told-state"), os.path.join(folder, "told.log")
    write(log, *history(), *(f"{now()} ERROR shop: the ledger refused order {i}" for i in range(30)))
    with tail(log, "--state", state) as running:
        check("told: the first run tells", running.wait_for("INCIDENT 1 opened") is not None and running.wait_for("ledger refused") is not None, running.told())
        running.end(signal.SIGINT)
    for number, how in enumerate((signal.SIGKILL, signal.SIGINT)):
        with tail(log, "--state", state) as running:
            time.sleep(1)
            write(log, order(1000 + number))
            time.sleep(1)
            running.end(how)
            check(f"told: run {number + 2} tells nothing again", running.text() == "", running.text())
    with tail(log, "--state", state) as running:
        write(log, *(f"{now()} FATAL cart: jammed by item {i}" for i in range(30)))
        check("told: what is new is told", running.wait_for("jammed") is not None, running.told())
        check("told: and numbers go on", not re.search(r"INCIDENT 1 opened", running.text()), running.text())
        running.end(signal.SIGINT)


def records_go_on(folder):
    """The same command once more adds to its records."""
    state, log, out = (os.path.join(folder, name) for name in ("more-state", "more.log", "more.ndjson"))
    for number in range(2):
        write(log, *(order(number * 50 + i) for i in range(50)))
        with tail(log, "--state", state, "--records", out) as running:
            check(f"records go on: run {number}", wait_until(lambda: len(records_in(out)) == 50 * (number + 1)), len(records_in(out)))
            running.end(signal.SIGINT)
    check("records go on: each once", sorted(numbers(records_in(out))) == list(range(100)), records_in(out))


def state_deleted(folder):
    state, log = os.path.join(folder, "gone-state"), os.path.join(folder, "gone.log")
    write(log, *history())
    with tail(log, "--state", state, "--snapshot-ms", "50") as running:
        wait_until(lambda: os.path.isdir(state) and len(os.listdir(state)) > 1)
        time.sleep(0.3)
        shutil.rmtree(state)
        word = "was deleted or replaced while it was in use"
        check("deleted state: it is told", running.wait_for(word, lines=running.errors) is not None, running.told())
        write(log, f"{now()} ERROR shop: the ledger refused the order")
        check("deleted state: findings go on", running.wait_for("ledger refused") is not None, running.told())
        time.sleep(0.5)
        check("deleted state: it is told once", running.told().count(word) == 1, running.told())
        check("deleted state: the end is no success", running.end(signal.SIGINT) == 1 and "positions are kept in" not in running.told(), running.told())


def crashes(folder):
    runs = int(os.environ.get("LOGLODE_CRASH_RUNS", "5"))
    seed = crash_seed()
    print(f"crashes: LOGLODE_CRASH_SEED={seed} LOGLODE_CRASH_RUNS={runs}")
    chance = random.Random(seed)
    state, log, done, n = os.path.join(folder, "crash-state"), os.path.join(folder, "crash.log"), threading.Event(), 0

    def writer():
        nonlocal n
        while not done.is_set():
            write(log, *(order(i) for i in range(n, n + 40)))
            n += 40
            time.sleep(0.004)

    thread = threading.Thread(target=writer)
    write(log, order(0))
    n = 1
    thread.start()
    every = []
    how = lambda number: (log, "--state", state, "--snapshot-ms", str(chance.choice((10, 50, 1000))), "--records", os.path.join(folder, f"crash{number}.ndjson"))
    for number in range(runs):
        with tail(*how(number)) as running:
            time.sleep(chance.uniform(0.02, 1.5) * SLOW)
            running.end(signal.SIGKILL)
        every += records_in(os.path.join(folder, f"crash{number}.ndjson"))
    done.set()
    thread.join()
    for number in (runs, runs + 1):
        out = os.path.join(folder, f"crash{number}.ndjson")
        with tail(*how(number)) as running:
            if number == runs:
                wait_until(lambda: len(set(numbers(every)) | set(numbers(records_in(out)))) == n, 20)
            else:
                time.sleep(1)
            check("exit after crashes", running.end(signal.SIGTERM) == 143, running.told())
        check("a clean stop leaves nothing to read again", number == runs or not records_in(out), records_in(out)[:3])
        every += records_in(out)
    ids = {}
    for record in every:
        ids.setdefault(numbers([record])[0], set()).add(record["event.id"])
    check(f"seed {seed}: every line was read", sorted(ids) == list(range(n)), f"{len(ids)} of {n}, missing {sorted(set(range(n)) - set(ids))[:10]}")
    check(f"seed {seed}: what was read again has the same id", all(len(each) == 1 for each in ids.values()), [i for i in ids.items() if len(i[1]) > 1][:3])
    check(f"seed {seed}: and no other line has it", len({one for each in ids.values() for one in each}) == n)


def many_files(folder):
    """More than a session's first limit of open files."""
    for i in range(150):
        write(os.path.join(folder, f"svc{i}.log"), order(i))
    out = os.path.join(folder, "many.ndjson")
    arguments = [binary, "tail", os.path.join(folder, "*.log"), "--records", out]
    process = subprocess.Popen(["/bin/sh", "-c", 'ulimit -S -n 64; exec "$@"', "sh", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    read = wait_until(lambda: sorted(numbers(records_in(out))) == list(range(150)))
    send(process, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    check("many files: all are read", read and process.returncode == 130, errors)


def ndjson(folder):
    log = os.path.join(folder, "json.log")
    write(log, *history(), *(f"{now()} ERROR shop: disk \x1b[31mred\x07 failed" for _ in range(30)))
    with tail(log, "--report", "ndjson") as running:
        check("ndjson: a finding", running.wait_for('"finding_id"') is not None, running.told())
        write(log, *(f"{now()} FATAL ledger: sorry, too many clients already" for _ in range(300)))
        check("ndjson: an incident", running.wait_for('"incident_id"') is not None, running.text())
        check("ndjson: exit", running.end(signal.SIGINT) == 130)
    kinds = set()
    for _, line in running.out:
        each = json.loads(line)
        kind = each["schema"].split(".")[1].split("/")[0]
        kinds.add(kind)
        for error in program.schema(kind).iter_errors(each):
            check("ndjson", False, f"{error.json_path}: {error.message}")
    check("ndjson: findings and incidents, nothing else", kinds == {"finding", "incident"}, kinds)
    check("ndjson: nothing raw", not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", running.text()), running.text()[:300])


def outputs_that_fail(folder):
    log = os.path.join(folder, "pipe.log")
    write(log, *history(), f"{now()} ERROR shop: first failure of the ledger")
    with tail(log) as running:
        check("before the pipe closes", running.wait_for("first failure") is not None)
    process = subprocess.Popen([binary, "tail", log], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    try:
        check("nobody reads any more: the end, and no fault", process.wait(5 * SLOW) == 0, process.returncode)
    except subprocess.TimeoutExpired:
        check("nobody reads any more: the end", False)
        process.kill()
    process.stderr.close()
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            process = subprocess.Popen([binary, "tail", log], stdout=full, stderr=subprocess.PIPE)
            try:
                _, errors = process.communicate(timeout=10 * SLOW)
                check("a full disk ends it with a sentence", process.returncode == 1 and b"standard output" in errors, (process.returncode, errors))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                check("a full disk ends it", False)


def on_a_terminal(folder):
    log = os.path.join(folder, "tty.log")
    write(log, *history(), f"{now()} ERROR shop: first failure \x1b]0;title\x07of the ledger")
    for env, colored in (({}, True), ({"NO_COLOR": "1"}, False)):
        parent, child = pty.openpty()
        clean = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        process = subprocess.Popen([binary, "tail", log], stdin=child, stdout=child, stderr=child, env={**clean, "TERM": "xterm", **env})
        os.close(child)
        shown, until = b"", time.monotonic() + 10 * SLOW
        while time.monotonic() < until and not (b"first failure" in shown and b"lines/s" in shown):
            if select.select([parent], [], [], 0.1)[0]:
                shown += os.read(parent, 65536)
        send(process, signal.SIGINT)
        with contextlib.suppress(OSError):
            while more := os.read(parent, 65536):
                shown += more
        check("terminal: 130", process.wait(30) == 130)
        os.close(parent)
        check("terminal: a status line, and findings above it", b"lines/s" in shown and b"first failure" in shown, shown)
        check(f"terminal: colors {colored}", (b"\x1b[1" in shown or b"\x1b[3" in shown) == colored, shown)
        check("terminal: nothing of the log's control characters", b"\x1b]0;" not in shown and b"\x07" not in shown, shown)


def wrong_usage(folder):
    log = os.path.join(folder, "usage.log")
    write(log, order(0))
    for arguments in ([], [log, "--from", "middle"], [log, "--from", "state"], [log, "--unknown"], [log, "--report", "html"], [log, "--snapshot-ms", "1"],
                      [log, "--frequent-count", "0"], [log, "--threads", "0"], [log, "--format", "nosuch"], [log, "--records", log]):
        done = subprocess.run([binary, "tail", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30, check=False)
        check(f"usage: {arguments[1:]}", done.returncode == 2 and done.stderr and not done.stdout, (done.returncode, done.stderr))
    check("usage: no log is overwritten", os.path.getsize(log) > 0)
    state = os.path.join(folder, "held")
    with tail(log, "--state", state) as running:
        check("the state is held", wait_until(lambda: holder_of(state) == running.process.pid))
        done = subprocess.run([binary, "tail", log, "--state", state], capture_output=True, timeout=30, check=False)
        check("state in use: refused, and by whom", done.returncode in (1, 2) and str(running.process.pid).encode() in done.stderr, (done.returncode, done.stderr))
        with tail(log, "--state", state, "--read-only-state") as other:
            time.sleep(0.7 * SLOW)
            check("read-only state beside a writer", other.end(signal.SIGINT) == 130 and "positions are kept in" not in other.told(), other.told())
        check("usage: exit", running.end(signal.SIGINT) == 130)


if __name__ == "__main__":
    run_tests(backlog_then_live, from_end, streams, paused_traces, rotation, told_once, records_go_on, state_deleted, crashes, many_files, ndjson, outputs_that_fail,
              on_a_terminal, wrong_usage)
