#!/usr/bin/env python3
"""How long `loglode verify` takes against a real Elasticsearch: a log of so many lines is stored by `loglode run` (not counted), then the receipt is asked for in turns, and
once more with 20 losses, duplicates and alterations planted, each of which it must find. Prints one JSON object. Needs the jars: tests/integration/search/fetch_jars.

usage: perf/search/receipt.py [--lines 1000000] [--rounds 3] [--program build/release/loglode] [--version 8]
"""
import argparse
import json
import os
import random
import resource
import signal
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "integration", "search"), os.path.join(ROOT, "tests")]
import receipt as planting  # noqa: E402
from delivery import Program, line  # noqa: E402
from server import SearchServer  # noqa: E402


def spread(values):
    return {"min": round(min(values), 2), "median": round(statistics.median(values), 2), "max": round(max(values), 2)}


def stored(server):
    try:
        return server.count(planting.STREAM)
    except AssertionError:  # it has no room for the question while it is loaded
        return 0


def verify(program):
    began = time.monotonic()
    done = program.call("verify", "c.yaml", "--report", "ndjson")
    seconds = time.monotonic() - began
    if not done.stdout:
        sys.exit(done.stderr)
    return seconds, json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "loglode"))
    parser.add_argument("--version", default="8")
    parser.add_argument("--patience", type=int, default=1800, help="seconds, for loading")
    a = parser.parse_args()
    os.environ.setdefault("ES_TIER", "4")
    os.environ.setdefault("ES_HEAP", "2g")
    with tempfile.TemporaryDirectory(prefix="loglode-perf-", ignore_cleanup_errors=True) as folder:
        server = SearchServer(os.path.join(folder, "server"), "elasticsearch", a.version).start()
        os.makedirs(os.path.join(folder, "logs"))
        program = Program(os.path.abspath(a.program), folder, server, f", data_stream: {planting.STREAM}")
        text = open(os.path.join(folder, "c.yaml"), encoding="utf-8").read()
        for short, long in (("size: 64KiB, age: 100ms", "size: 5MiB, in_flight_max: 4"), ("snapshot: 200ms", "snapshot: 5s"), (", templates, findings, incidents]", "]")):
            assert short in text, text
            text = text.replace(short, long)  # large requests: each checkpoint sends what there is
        open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8").write(text)
        with open(os.path.join(folder, "logs", "shop.log"), "w", encoding="utf-8") as out:
            out.writelines(line(number, 1) + "\n" for number in range(a.lines))
        assert program.call("setup", "elasticsearch", "c.yaml", "--yes").returncode == 0
        began = time.monotonic()
        program.start()
        while (there := stored(server)) < a.lines:
            if time.monotonic() - began > a.patience:
                sys.exit(f"after {a.patience} s {there} of {a.lines} are stored: {program.log()[-1000:]}")
            print(f"{time.monotonic() - began:.0f} s: {there}", file=sys.stderr, flush=True)
            time.sleep(10)
        time.sleep(2)
        program.kill(signal.SIGTERM)
        result = {"lines": a.lines, "server": "elasticsearch " + server.ask("GET", "/")["version"]["number"], "loading_s": round(time.monotonic() - began, 1)}
        seconds = []
        for _ in range(a.rounds):
            took, total = verify(program)
            assert total["good"] and total["counts"]["stored"] == a.lines, total
            seconds.append(took)
        result["verify_s"] = spread(seconds)
        result["records_per_s"] = round(a.lines / statistics.median(seconds))
        planting.plant(server, random.Random(1))
        took, total = verify(program)
        assert all(total["counts"][status] == planting.PLANTED for status in planting.BAD), total
        result["verify_planted_s"] = round(took, 2)
        result["rss_mb_max"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024  # of any child, the server's too
        server.stop()
        print(json.dumps(result))


if __name__ == "__main__":
    main()
