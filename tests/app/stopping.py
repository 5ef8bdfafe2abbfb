#!/usr/bin/env python3
"""After a stop everything that was read is judged, and every report says that it is partial. usage: stopping.py PROGRAM"""
import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from checks import binary, check, end, send, skip_under_tsan

skip_under_tsan()
LINES = "".join(f"2026-11-23T12:{i // 60:02}:{i % 60:02}.000Z INFO shop: order {i} placed\n" for i in range(900))
DOCKER = "".join(json.dumps({"log": f"order {i} placed\n", "stream": ("stdout", "stderr")[i % 2], "time": f"2026-11-23T12:00:{i:02}.000000000Z"}) + "\n" for i in range(30))


def wait_until_empty(pipe):
    """Until the program has taken all that was written: what it has not read it need not judge."""
    import array
    import fcntl
    import termios
    left = array.array("i", [1])
    deadline = time.monotonic() + 60
    while left[0] and time.monotonic() < deadline:
        time.sleep(0.05)
        fcntl.ioctl(pipe, termios.FIONREAD, left)


def stopped(folder, content, *arguments, sent=signal.SIGINT):
    """The program reads `content` from a pipe that stays open, is stopped, and leaves: status, report, standard error, stats."""
    stats = os.path.join(folder, "stats.ndjson")
    reading, writing = os.pipe()
    process = subprocess.Popen([binary, "analyze", "-", "--stats", stats, *arguments], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "XDG_STATE_HOME": os.path.join(folder, "state"),
                                    "XDG_CACHE_HOME": os.environ.get("LOGLODE_TEST_CACHE", os.path.join(folder, "cache"))})
    os.write(writing, content)
    wait_until_empty(reading)
    time.sleep(0.3)
    send(process, sent)
    try:
        out, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        sys.exit("FAILED: a stop does not stop")
    os.close(writing)
    os.close(reading)
    with open(stats, encoding="utf-8") as f:
        return process.returncode, out, errors, json.load(f)


def everything_read_is_judged(folder):
    for name, content, lines in [("one line", b"a\n", 1), ("a line without its end", b"a", 1), ("less than a format is found by", LINES[:400].encode(), LINES[:400].count("\n") + 1),
                                 ("more than that", LINES.encode(), 900), ("two bytes that may be an archive", b"\x1f\x8b", None), ("nothing", b"", 0),
                                 ("an open archive", gzip.compress(LINES.encode())[:-8], 900), ("interleaved streams", DOCKER.encode(), 30),
                                 ("UTF-16", ("\ufeff" + LINES[:400]).encode("utf-16-le"), LINES[:400].count("\n") + 1)]:
        for threads in "1", "2":
            status, _, errors, stats = stopped(folder, content, "--threads", threads)
            check(name, status == 130, f"exit {status}: {errors[-300:]}")
            check(name, lines is None or stats["lines"] == lines, f"{stats['lines']} of {lines} lines")
            check(name, stats["lines"] == stats["records"] + stats["continuation_lines"] + sum(stats["dropped"].values()), stats)
            check(name, not any(p["fatal"] for p in stats["problems"]), f"a stop is no damage: {stats['problems']}")


def every_report_says_so(folder):
    for form, word in [("human", "PARTIAL"), ("markdown", "**Partial**"), ("html", "PARTIAL")]:
        status, out, errors, stats = stopped(folder, LINES.encode(), "--report", form, sent=signal.SIGTERM)
        check(form, status == 143 and word in out and stats["stopped_early"] is True and "stopped early" in errors, f"{status} {out[:300]} {errors}")
    done = subprocess.run([binary, "analyze", "-", "--no-last"], input=LINES, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    check("a whole run", "PARTIAL" not in done.stdout and done.returncode == 0, done.stdout[:300])


def followed(folder, files):
    """`run` over so many files of one line each."""
    home = os.path.join(folder, str(files))
    os.makedirs(os.path.join(home, "logs"))
    for i in range(files):
        with open(os.path.join(home, "logs", f"svc{i}.log"), "w", encoding="utf-8") as f:
            f.write(f"2026-11-29 18:00:00 INFO svc: order {i} placed\n")
    with open(os.path.join(home, "c.yaml"), "w", encoding="utf-8") as f:
        f.write("state: state\nhttp: { listen: off }\nsources: { a: { type: file, paths: ['logs/*.log'] } }\n"
                "sinks: { o: { type: file, path: out.ndjson, what: [records] } }\n")

    def start():
        return subprocess.Popen([binary, "run", "c.yaml"], cwd=home, stderr=subprocess.DEVNULL)

    def lines():
        with contextlib.suppress(OSError), open(os.path.join(home, "out.ndjson"), "rb") as f:
            return f.read().count(b"\n")
        return 0

    def cpu_until_all_is_read():
        process = start()
        until = time.monotonic() + 120
        while lines() < files and time.monotonic() < until:
            time.sleep(0.05)
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as f:
            used = sum(map(int, f.read().split()[13:15]))
        process.terminate()
        process.wait(60)
        check(f"{files} files", lines() == files, f"{lines()} lines")
        return used / os.sysconf("SC_CLK_TCK")
    return start, cpu_until_all_is_read


def thousands_of_files(folder):
    """Each costs the same, however many there are, and a stop waits for none of them."""
    few, many = (followed(folder, files)[1]() for files in (1000, 4000))
    check("the CPU of a start", many < 8 * few, f"{many} s with 4,000 files, {few} s with 1,000")
    start, read_the_rest = followed(folder, 4001)
    for wait in .3, .6, 1.2:
        process = start()
        time.sleep(wait)
        begin = time.monotonic()
        process.terminate()
        process.wait(60)
        check("a stop amid the start", time.monotonic() - begin < 5, f"it took {time.monotonic() - begin} s")
    read_the_rest()


def main():
    with tempfile.TemporaryDirectory() as folder:
        everything_read_is_judged(folder)
        every_report_says_so(folder)
        thousands_of_files(folder)
    end()


if __name__ == "__main__":
    main()
