#!/usr/bin/env python3
"""After a stop everything that was read is judged, and every report says that it is partial. usage: stopping.py PROGRAM"""
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


def main():
    with tempfile.TemporaryDirectory() as folder:
        everything_read_is_judged(folder)
        every_report_says_so(folder)
    end()


if __name__ == "__main__":
    main()
