#!/usr/bin/env python3
"""Makes a state as a version leaves it, for the test that a later one goes on from it (../upgrade.py): learned, noted on by a person, run and
tailed from. Run with the last program of a version before ids or tables change; the result is committed and never made again.

usage: make.py LOGLODE NAME      writes NAME.db.gz beside this file, and NAME.json: the templates as that version listed them
"""
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START = 1_795_000_000  # 2026-11-18T11:06:40Z
ITEMS = ["red chair", "oak table", "desk lamp", "tall shelf", "blue rug", "wall clock"]


def line(second, service, text, level="INFO"):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + second)) + f".000Z {level} {service}: {text}"


def calm(begin, seconds):
    """A shop, and what pays for it. Errors that it always has, one of them with a phrase in quotes that changes."""
    for s in range(begin, begin + seconds):
        yield line(s, "shop", f"order {s * 7919 % 100000} placed in {5 + s * 31 % 80} ms")
        if s % 3 == 0:
            yield line(s, "shop", f"card charged for user u{s * 13 % 50}")
        if s % 20 == 5:
            yield line(s, "shop", f"card declined for user u{s * 17 % 50}", "WARN")
        if s % 60 == 7:
            yield line(s, "shop", f'import of "{ITEMS[s // 60 % len(ITEMS)]}" failed: no price', "ERROR")
        if s % 90 == 8:
            yield line(s, "shop", f"can not reach 10.0.{s % 7}.{s % 200}:5432, attempt {s % 5}", "ERROR")
        if s % 200 == 9:
            yield line(s, "shop", "ledger is behind, entries wait", "WARN")
        if s % 300 == 11:
            yield line(s, "shop", f"state READY phase: {['cold', 'warm', 'hot'][s // 300 % 3]}")


CONFIG = """
state: state
sources:
  shop: { type: file, paths: [live.log], service: { from: 'fixed:shop' } }
sinks:
  events: { type: file, path: events.ndjson, what: [findings, incidents, templates] }
http: { listen: off }
"""


def make(program):
    def call(*arguments, **more):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True, **more).stdout

    def listed():
        return [json.loads(row) for row in call("templates", "list", "--ndjson", "--state", "state").splitlines()]

    def id_of(part):
        return next(row["template_id"] for row in rows if part in row["template"])

    def for_a_while(stop, *arguments):
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(4)
        process.send_signal(stop)
        process.wait()

    with open("shop.log", "w", encoding="ascii") as f:
        f.writelines(each + "\n" for each in calm(0, 1500))
    call("learn", "shop.log", "--service", "shop", "--state", "state")
    rows = listed()
    call("templates", "ignore", id_of("ledger is behind"), "--state", "state")
    call("templates", "name", id_of("can not reach"), "database away", "--state", "state")
    call("templates", "pin", id_of("card declined"), "--state", "state")
    call("templates", "alias", id_of("phase: cold"), id_of("phase: warm"), "--state", "state")
    call("templates", "seed", "-", "--state", "state", input="refund <*> of order <*> done\n")
    with open("run.yaml", "w", encoding="ascii") as f:
        f.write(CONFIG)
    with open("live.log", "w", encoding="ascii") as f:
        f.writelines(each + "\n" for each in calm(1500, 600))
        f.writelines(line(2100 + i, "shop", f"disk quota exceeded on volume v{i % 3}", "ERROR") + "\n" for i in range(25))
    for_a_while(signal.SIGTERM, "run", "run.yaml")
    with open("live.log", "a", encoding="ascii") as f:
        f.writelines(line(2200 + i, "shop", f"certificate of bank b{i % 4} has expired", "ERROR") + "\n" for i in range(8))
    for_a_while(signal.SIGTERM, "run", "run.yaml")
    for_a_while(signal.SIGINT, "tail", "live.log", "--service", "shop", "--state", "state")
    with open("events.ndjson", encoding="utf-8") as f:
        told = [document for document in map(json.loads, f) if not document["schema"].startswith("loglode.template/")]
    kept = ("template_id", "template", "severity", "count", "aliases", "name", "pinned", "ignored", "schema", "finding_id", "incident_id", "summary")
    return {"templates": [{key: row[key] for key in kept if key in row} for row in listed()],
            "told": [{key: row[key] for key in kept if key in row} for row in told]}


def main():
    program, name = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory(prefix="shop-", dir="/tmp") as folder:
        os.chdir(folder)
        made = make(program)
        with open("state/state.db", "rb") as f, gzip.GzipFile(os.path.join(HERE, name + ".db.gz"), "wb", 9, mtime=0) as out:
            out.write(f.read())
    with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as f:
        json.dump(made, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
