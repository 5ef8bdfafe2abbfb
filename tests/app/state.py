#!/usr/bin/env python3
"""What --state remembers, as a person sees it: learned once, counted once, through crashes, and what people say of templates.
usage: state.py PROGRAM            LOGLODE_CRASH_RUNS: how many kills (default 8)"""
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import program

binary = sys.argv[1]
failures = []
CACHE = os.environ.get("LOGLODE_TEST_CACHE")
ENV = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **({"XDG_CACHE_HOME": CACHE} if CACHE else {})}


def check(name, condition, detail=""):
    if not condition:
        failures.append(f"{name}: {str(detail)[-1500:]}")


def call(*arguments, expect=0, stdin=None):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, env=ENV, input=stdin, check=False, timeout=300)
    if done.returncode != expect:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, expected {expect}: {done.stderr[-800:]}")
    return done


def line(second, service, message, level="INFO"):
    return f"2026-11-23T{10 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z {level} {service}: {message}\n"


def calm_log(seed, seconds):
    draw = random.Random(seed)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    for second in range(seconds):
        yield line(second, "shop", f"order {draw.randrange(10**6)} placed in {draw.randrange(5, 90)} ms")
        yield line(second, "shop", f"worker {draw.choice(words)} finished its job")
        if draw.random() < .1:
            yield line(second, "pay", f"card declined for user u{draw.randrange(50)}", "WARN")
        if draw.random() < .02:
            yield line(second, "pay", f"gateway {draw.choice(words)} did not answer within 2000 ms", "ERROR")


def write(path, lines):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines)
    return path


def known(state):
    """All that the state says of templates, but for what names the machine that read them."""
    rows = [json.loads(row) for row in call("templates", "--ndjson", "--state", state).stdout.splitlines()]
    for row in rows:
        for error in program.schema("template").iter_errors(row):
            failures.append(f"templates --state: {error.message}")
    return rows


def digest(state):
    with open(os.path.join(state, "state.db"), "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def test_learning(folder):
    state = os.path.join(folder, "learned")
    monday = write(os.path.join(folder, "monday.log"), calm_log(1, 1200))
    said = call("learn", monday, "--state", state).stdout
    check("learn says what it did", "learned" in said and "templates now known" in said and "analyze LOGS --state" in said, said)
    first = known(state)
    check("rows", sum(row["count"] for row in first) == sum(1 for _ in open(monday, encoding="utf-8")), first)
    call("learn", monday, "--state", state)
    check("learned twice counts once", known(state) == first)
    with open(monday, "a", encoding="utf-8") as f:
        f.writelines(line(1300 + second, "shop", f"order {second} placed in 7 ms") for second in range(50))
    call("learn", monday, "--state", state)
    grown = known(state)
    check("a file that grew", sum(row["count"] for row in grown) == sum(row["count"] for row in first) + 50)
    short = write(os.path.join(folder, "short.log"), [line(second, "tiny", f"ping {second}") for second in range(5)])
    tiny = os.path.join(folder, "tiny")
    for size in (5, 6, 7, 40):
        write(short, [line(second, "tiny", f"ping {second}") for second in range(size)])
        call("learn", short, "--state", tiny)
        check(f"a short file that grew to {size} lines", sum(row["count"] for row in known(tiny)) == size, known(tiny))
    check("ids last", {row["template_id"] for row in first} == {row["template_id"] for row in grown})
    return state


def test_judging(folder, state):
    tuesday = write(os.path.join(folder, "tuesday.log"), list(calm_log(2, 600)) + [line(700, "pay", "connection pool exhausted, 50 of 50 in use", "ERROR")])
    before = digest(state)
    run = program.Run(binary, [tuesday, "--state", state, "--read-only-state"])
    new = [finding for finding in run.objects("findings") if finding["kind"] == "new_error"]
    check("a known error is not new", len(new) == 1 and "pool exhausted" in new[0]["summary"], [finding["summary"] for finding in new])
    check("read-only", digest(state) == before and not any(name.endswith(("-wal", "-shm")) for name in os.listdir(state)), os.listdir(state))
    again = program.Run(binary, [tuesday, "--state", state])
    check("analyze with a state finds the same", [f["finding_id"] for f in again.objects("findings")] == [f["finding_id"] for f in run.objects("findings")])
    check("and learns", digest(state) != before)
    third = program.Run(binary, [tuesday, "--state", state])
    check("a file that is read again is judged again", third.text["findings"] == again.text["findings"])
    return tuesday


def test_marks(state, tuesday):
    rows = known(state)
    pool = next(row["template_id"] for row in rows if "pool exhausted" in row["template"])
    worker = next(row for row in rows if row["template"].startswith("worker"))
    call("templates", "ignore", pool, "--state", state)
    run = program.Run(binary, [tuesday, "--state", state, "--read-only-state"])
    check("ignored", not any(f["template_id"] == pool for f in run.objects("findings")) and "marked as known" in run.report, run.report)
    call("templates", "ignore", pool, "--undo", "--state", state)
    call("templates", "name", worker["template_id"][:8], "a job", "--state", state)
    check("name", any(row.get("name") == "a job" for row in known(state)))
    call("templates", "pin", worker["template_id"], "--state", state)
    check("pin", next(row for row in known(state) if row["template_id"] == worker["template_id"])["template"] == worker["template"])
    call("templates", "seed", "-", "--state", state, stdin="order <*> placed in <*> ms\n\n")
    check("seed", all(row.get("pinned") for row in known(state) if row["template"] == "order <*> placed in <*> ms"), known(state))
    card = next(row["template_id"] for row in rows if row["template"].startswith("card"))
    call("templates", "alias", card, pool, "--state", state)
    check("alias", not any(row["template_id"] == card for row in known(state)) and any(card in row["aliases"] for row in known(state)))
    told = call("explain", "worker beta finished its job", "--format", "message", "--state", state).stdout
    check("explain", "its masked form is known" in told and "pinned or seeded" in told and worker["template_id"] in told, told)
    call("templates", "show", "ffff0000ffff0000", "--state", state, expect=2)
    call("templates", "pin", "ffff0000ffff0000", "--state", state, expect=2)
    call("templates", "pin", pool, expect=2)
    call("templates", "alias", pool, pool, "--state", state, expect=2)
    refused = call("templates", "seed", "-", "--state", state, stdin="fine <*>\n<*> <*>\n", expect=2).stderr
    check("seed names the line", "-:2:" in refused, refused)


def held_by(state, pid):
    """Waits until the state's lock names the process."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), open(os.path.join(state, "state.lock"), encoding="ascii") as f:
            if f.read().split()[:1] == [str(pid)]:
                return True
        time.sleep(0.02)
    return False


def learn_and_kill(log, state, after):
    child = subprocess.Popen([binary, "learn", log, "--state", state, "--snapshot-ms", "0", "--batch-bytes", "4096", "--threads", "2", "--quiet"], env=ENV,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def test_crashes(folder):
    """SIGKILL at any moment, then the same again: ids and counts are those of a run that nothing disturbed."""
    log = write(os.path.join(folder, "long.log"), calm_log(3, 7200))
    undisturbed = os.path.join(folder, "undisturbed")
    begin = time.monotonic()
    call("learn", log, "--state", undisturbed, "--snapshot-ms", "0", "--batch-bytes", "4096")
    seconds = time.monotonic() - begin
    expected = known(undisturbed)
    killed = with_rows = 0
    runs = int(os.environ.get("LOGLODE_CRASH_RUNS", "8"))
    for seed in range(runs):
        state = os.path.join(folder, f"crash-{seed}")
        draw = random.Random(seed)
        for _ in range(1 + seed % 2):
            killed += learn_and_kill(log, state, draw.uniform(.02, 1) * seconds)
        if os.path.exists(os.path.join(state, "state.db")):
            rows = call("templates", "--ndjson", "--state", state).stdout.splitlines()
            with_rows += bool(rows)
        call("learn", log, "--state", state)
        check(f"after a crash, seed {seed}", known(state) == expected)
    check("some runs were killed", killed >= runs // 2, killed)
    print(f"{runs} crash runs, {killed} kills, {with_rows} with a snapshot before the kill")


def test_faults(folder, state):
    path = os.path.join(state, "state.db")
    with open(path, "r+b") as f:
        size = os.path.getsize(path)
        f.seek(4096)
        f.write(b"\xff" * (size - 8192))
    monday = os.path.join(folder, "monday.log")
    call("templates", "--state", state, expect=1)
    done = call("learn", monday, "--state", state, "--verbose")
    aside = [name for name in os.listdir(state) if "damaged" in name]
    check("set aside", "set aside" in done.stderr and aside and known(state), done.stderr)
    nowhere = call("analyze", monday, "--no-last", "--state", os.path.join(folder, "nowhere"), "--read-only-state", expect=1).stderr
    check("no such state", "nowhere" in nowhere, nowhere)
    call("learn", monday, expect=2)
    call("analyze", monday, "--read-only-state", expect=2)
    slow = subprocess.Popen([binary, "learn", "-", "--state", state, "--quiet"], env=ENV, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    check("the pipe's run holds the state", held_by(state, slow.pid))
    refused = call("learn", monday, "--state", state, expect=1).stderr
    check("one writer", str(slow.pid) in refused, refused)
    check("readers beside it", known(state))
    slow.stdin.close()
    check("an empty pipe teaches nothing and is no error", slow.wait() == 0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        state = test_learning(folder)
        tuesday = test_judging(folder, state)
        test_marks(state, tuesday)
        test_crashes(folder)
        test_faults(folder, state)
    print("\n".join(failures) or "state: all as it should be")
    return 1 if failures else 0


sys.exit(main())
