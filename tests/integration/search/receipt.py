#!/usr/bin/env python3
"""`loglode verify` against a real server: 6,000 lines of a log that was rotated twice meanwhile, once into an archive. Then losses, duplicates and alterations are planted,
20 of each: the receipt finds each one and nothing else. What dead letters, transforms and the state explain is not lost.
"""
import gzip
import json
import os
import random
import shutil
import signal
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "app"))
from delivery import Program, check, line, wait_until  # noqa: E402
from program import schema  # noqa: E402
from seeds import crash_seed  # noqa: E402

LINES, PLANTED = 6000, 20
STREAM = "logs-loglode.receipt-default"
BAD = ("lost", "duplicate", "different")


def receipt(program, *more, status=0):
    """(all, ranges, streams), each object held against the schema."""
    done = program.call("verify", "c.yaml", "--report", "ndjson", *more)
    check(f"verify {' '.join(more)} ends with {status}", done.returncode == status, (done.returncode, done.stdout[-800:], done.stderr[-800:]))
    objects = [json.loads(text) for text in done.stdout.splitlines()]
    for each in objects:
        for error in schema("receipt").iter_errors(each):
            check("the receipt fits its schema", False, f"{each}: {error.message}")
    total = objects[-1]
    check("it ends with what all is", total["kind"] == "all" and total["complete"] and total["good"] == (status == 0), total)
    return total, [each for each in objects if each["kind"] == "range"], [each for each in objects if each["kind"] == "stream"]


def bulk(server, lines):
    status, answer = server.request("POST", "/_bulk?refresh=true", lines)
    assert status == 200 and not answer["errors"], answer


def delete(each):
    return {"delete": {"_index": each["_index"], "_id": each["_id"]}}


def create(source, key):
    return [{"create": {"_index": STREAM, "_id": key}}, source]


def plant(server, rng):
    """{status: documents}; what stands for each in the index is lost, there twice or altered by now."""
    stored = sorted(server.documents(STREAM), key=lambda each: each["_id"])
    chosen = rng.sample(stored, 3 * PLANTED)
    planted = {status: chosen[i * PLANTED:(i + 1) * PLANTED] for i, status in enumerate(BAD)}
    lines = [delete(each) for each in planted["lost"] + planted["different"]]
    for each in planted["duplicate"]:
        lines += create(each["_source"], f"copy of {each['_id']}")
    for each in planted["different"]:
        lines += create({**each["_source"], "event.hash": "f" * 32}, each["_id"])
    bulk(server, lines)
    return planted


def mend(server, planted):
    now = {each["_id"]: each for each in server.documents(STREAM)}
    lines = [delete(now[each["_id"]]) for each in planted["different"]] + [delete(now[f"copy of {each['_id']}"]) for each in planted["duplicate"]]
    for each in planted["lost"] + planted["different"]:
        lines += create(each["_source"], each["_id"])
    bulk(server, lines)


def run(server, binary, folder):
    seed = crash_seed()
    rng = random.Random(seed)
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    server.request("DELETE", f"/_data_stream/{STREAM}")
    program = Program(os.path.abspath(binary), folder, server, f", data_stream: {STREAM}")
    done = program.call("setup", "elasticsearch", "c.yaml", "--yes")
    check("the templates are there", done.returncode == 0, done)
    missing = program.call("verify", "c.yaml")
    check("without a state there is nothing to verify", missing.returncode == 1 and "state" in missing.stderr, missing)

    log = os.path.join(logs, "shop.log")
    program.start()
    written = 0
    for part in (2000, 4000, LINES):
        with open(log, "a", encoding="utf-8") as out:
            out.writelines(line(number, seed) + "\n" for number in range(written, part))
        written = part
        wait_until(f"{part} lines are stored", lambda part=part: server.count(STREAM) >= part)
        if part != LINES:
            os.rename(log, log + (".2" if part == 2000 else ".1"))
            open(log, "w", encoding="utf-8").close()
        if part == 4000:
            server.ask("POST", f"/{STREAM}/_rollover")
    total, _, _ = receipt(program)  # what is stored counts as delivered with the next checkpoint
    check("verify may be asked while it runs", 0 < total["records"] == total["counts"]["stored"], total)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])

    with open(log + ".2", "rb") as plain, gzip.open(log + ".2.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    os.utime(log + ".2.gz", (os.path.getmtime(log + ".2") - 60,) * 2)
    os.remove(log + ".2")
    total, ranges, streams = receipt(program)
    check("all of three files is stored, an archive of one too", total["counts"]["stored"] == LINES and len(streams) == 3 == len(ranges), (total, streams))

    planted = plant(server, rng)
    total, ranges, _ = receipt(program, status=1)
    for status in BAD:
        check(f"{PLANTED} are {status}", total["counts"][status] == PLANTED, total)
        found = {each["event.id"] for each in ranges if each["status"] == status}
        records = sum(each["records"] for each in ranges if each["status"] == status)
        meant = {each["_id"] for each in planted[status]}
        check("they are those", found <= meant and records == PLANTED, (found - meant, records))
    check("and no other", total["counts"]["stored"] == LINES - 3 * PLANTED and total["records"] == LINES, total)
    human = program.call("verify", "c.yaml")
    check("a person reads so too", human.returncode == 1 and f"{PLANTED} lost · {PLANTED} duplicate · {PLANTED} different" in human.stdout, human.stdout)

    with open(log, "a", encoding="utf-8") as out:  # nobody has read it yet
        out.writelines(line(number, seed) + "\n" for number in range(LINES, LINES + 100))
    total, _, _ = receipt(program, status=1)
    check("what was not delivered yet is not lost", total["records"] == LINES and any("100 more records" in note for note in total["notes"]), total)

    mend(server, planted)
    receipt(program)

    os.remove(log + ".2.gz")
    total, _, streams = receipt(program)
    check("documents whose source is gone are counted", total["counts"]["expired_at_source"] == 2000 and total["records"] == LINES - 2000, total)
    total, _, _ = receipt(program, "--file", os.path.realpath(log))
    check("a file alone", total["streams"] >= 1 and total["counts"]["stored"] >= 2000, total)
    total, _, _ = receipt(program, "--until", line(4100, seed).split(" ")[0])
    check("a stretch of time alone", 2000 < total["records"] < 2200, total)
    for words, said in ((["--sink", "x"], "is named x"), (["--source", "x"], "no source"), (["--offsets", "1..2"], "--topic"), (["--topic", "t", "--offsets", "b"], "1000..1999")):
        refused = program.call("verify", "c.yaml", *words)
        check(f"{' '.join(words)} is refused", refused.returncode == 2 and said in refused.stderr, refused)
