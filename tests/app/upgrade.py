#!/usr/bin/env python3
"""A state of the last version (old_state/) goes on with this one: nothing that was known is new, what people said of templates holds, nothing is told
twice, a kill at any moment loses nothing. usage: upgrade.py PROGRAM"""
import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from checks import SLOW, binary, check, end, send

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "old_state"))
from make import CONFIG, calm, line  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def begin_with(version):
    """From now on `OLD` is the state of that schema, `BEFORE` what its program said of it."""
    global OLD, BEFORE
    OLD = os.path.join(HERE, "old_state", version)
    with open(OLD + ".json", encoding="utf-8") as before:
        BEFORE = json.load(before)


def old_state(folder):
    state = os.path.join(folder, "state")
    shutil.rmtree(state, ignore_errors=True)
    os.mkdir(state, 0o700)
    with gzip.open(OLD + ".db.gz", "rb") as f, open(os.path.join(state, "state.db"), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        shutil.copyfileobj(f, out)
    return state


def call(*arguments, expect=0, **more):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=300, **more)
    check(f"exit status of {arguments}", done.returncode == expect, done.stderr)
    return done.stdout


def listed(state):
    return [json.loads(row) for row in call("templates", "list", "--ndjson", "--state", state).splitlines()]


def id_before(part):
    return next(row["template_id"] for row in BEFORE["templates"] if part in row["template"])


def lines_of(kind, events):
    with open(events, encoding="utf-8") as f:
        return [each for each in map(json.loads, f) if each["schema"].startswith(f"loglode.{kind}/")]


def same_templates(folder):
    """Reading alone changes nothing on disk. Counts stay: of templates that are one today they are summed."""
    state = old_state(folder)
    with open(os.path.join(state, "state.db"), "rb") as f:
        bytes_before = f.read()
    rows = listed(state)
    with open(os.path.join(state, "state.db"), "rb") as f:
        check("read only: the file is as it was", f.read() == bytes_before)
    check("read only: nothing beside it", os.listdir(state) == ["state.db"], os.listdir(state))
    check("all records are still counted", sum(row["count"] for row in rows) == sum(row["count"] for row in BEFORE["templates"]))
    check("no more templates than before", len(rows) <= len(BEFORE["templates"]), rows)
    now = {each: row for row in rows for each in [row["template_id"], *row["aliases"]]}
    for row in BEFORE["templates"]:
        found = now.get(row["template_id"])
        check(f"{row['template_id']} is an alias", found is not None and row["template_id"] in found["aliases"], found)
        if found is None:
            continue
        check(f"{row['template']}: counts", found["count"] >= row["count"], found)
        for said in ("name", "pinned", "ignored"):
            check(f"{row['template']}: {said}", row.get(said) is None or found.get(said) == row[said], found)
    check("the form that a person joined", now[id_before("phase: warm")]["count"] == 5, now[id_before("phase: warm")])
    check("documents say which ids they have", all(row["id_version"] == 2 for row in rows), rows[:1])


def old_ids_work(folder):
    state = old_state(folder)
    check("show by an old id", "can not reach" in call("templates", "show", id_before("can not reach"), "--state", state))
    call("templates", "ignore", id_before("disk quota"), "--state", state)
    call("templates", "name", id_before("ledger is behind")[:12], "ledger", "--state", state)
    rows = {row["template"]: row for row in listed(state)}
    check("ignored by an old id", rows["shop: disk quota exceeded on volume <*>"].get("ignored") is True, rows)
    check("named by an old id", rows["shop: ledger is behind, entries wait"].get("name") == "ledger", rows)
    check("pinned still", rows["shop: card declined for user <*>"].get("pinned") is True, rows)


def more(folder):
    """What the state knows, said again later, and then something that it does not know."""
    known = list(calm(2300, 1200))
    new = [line(3500 + i, "shop", f"vault sealed, token {i} refused", "ERROR") for i in range(5)]
    paths = []
    for name, lines in (("known.log", known), ("new.log", known + new)):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="ascii") as f:
            f.writelines(each + "\n" for each in lines)
    return paths


def analyzed(folder):
    known, new = more(folder)
    out = os.path.join(folder, "findings.ndjson")
    for path, expected in ((known, set()), (new, {"shop: vault sealed, token <*> refused"})):
        state = old_state(folder)
        call("analyze", path, "--service", "shop", "--state", state, "--findings", out, "--no-last")
        found = {each["template"] for each in lines_of("finding", out) if each["kind"] in ("new_error", "new_warning")}
        check(f"analyze {os.path.basename(path)}: what is new", found == expected, found)


LAST = "the log ends here"


def watched(folder, program, out):
    """Until it told what stands last in the log: then the rest has been judged."""
    with open(os.path.join(folder, "said"), "w", encoding="utf-8") as said, open(os.path.join(folder, "errors"), "w", encoding="utf-8") as errors:
        process = subprocess.Popen([binary, *program], cwd=folder, stdout=said, stderr=errors)
    until = time.monotonic() + 30 * SLOW
    while LAST not in text_of(os.path.join(folder, out)) and time.monotonic() < until and process.poll() is None:
        time.sleep(0.05)
    send(process, signal.SIGINT)
    check(f"{program[0]} ends", process.wait(timeout=120) == 130, text_of(os.path.join(folder, "errors")))
    return text_of(os.path.join(folder, out))


def text_of(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as f:
        return f.read()


def told_once(folder):
    """`run` and `tail` go on: what was told is not told again, what is new is."""
    known, new = more(folder)
    events = os.path.join(folder, "events.ndjson")
    with open(os.path.join(folder, "run.yaml"), "w", encoding="ascii") as f:
        f.write(CONFIG)
    for path, expected in ((known, set()), (new, {"shop: vault sealed, token <*> refused"})):
        old_state(folder)
        live = os.path.join(folder, "live.log")
        shutil.copy(path, live)
        with open(live, "a", encoding="ascii") as f:
            f.write(line(3510, "shop", LAST, "ERROR") + "\n")
        if os.path.exists(events):
            os.unlink(events)
        watched(folder, ["run", "run.yaml"], "events.ndjson")
        # A finding that this version words in another way is sent once more, under its id; what is said alike would be told twice.
        said_before = {(each["finding_id"], each["summary"]) for each in BEFORE["told"] if "summary" in each and "finding_id" in each}
        ids_before = {finding for finding, _ in said_before}
        new_kinds = [each for each in lines_of("finding", events) if each["kind"] in ("new_error", "new_warning")]
        found = {each["template"] for each in new_kinds if each["finding_id"] not in ids_before}
        check(f"run {os.path.basename(path)}: what is new", found == expected | {f"shop: {LAST}"}, found)
        twice = [each["summary"] for each in new_kinds if (each["finding_id"], each["summary"]) in said_before]
        check(f"run {os.path.basename(path)}: nothing is told twice in the same words", not twice, twice)
        withdrawn = lines_of("withdrawal", events)
        before = {each.get("finding_id") or each["incident_id"] for each in BEFORE["told"]}
        strange = [each for each in withdrawn if (each.get("finding_id") or each["incident_id"]) not in before]
        check(f"run {os.path.basename(path)}: nothing is withdrawn that nobody was told of", not strange, strange)
        if OLD.endswith("schema3"):  # its findings have other ids, so that what was told stands; those of schema 4 are corrected
            check(f"run {os.path.basename(path)}: nothing is withdrawn", not withdrawn, withdrawn)
            old_incidents = {each["incident_id"] for each in BEFORE["told"] if "incident_id" in each}
            again = [each for each in lines_of("incident", events) if each["incident_id"] in old_incidents and each["state"] == "open"]
            check(f"run {os.path.basename(path)}: no incident is opened again", not again, again)
            check(f"run {os.path.basename(path)}: templates come with their new ids", len(lines_of("template", events)) > 10)
        old_state(folder)
        out = watched(folder, ["tail", "live.log", "--service", "shop", "--state", "state", "--from", "start"], "said")
        check(f"tail {os.path.basename(path)}: what is new", LAST in out and ("vault sealed" in out) == bool(expected), out)
        for told in ("certificate of bank", "disk quota", "import of", "can not reach"):
            check(f"tail {os.path.basename(path)}: {told} is not told again", not [each for each in out.splitlines() if "NEW" in each and told in each], out)


def in_rows(folder):
    """What was told is in rows once it was opened to write, all of it, and in bytes no more."""
    state = old_state(folder)
    with sqlite3.connect(os.path.join(state, "state.db")) as before:
        tellers = {bytes(row[0]).decode() for row in before.execute("SELECT teller FROM told WHERE teller<>x''")}
    check("the old state has bytes", {"run", "tail"} <= tellers, tellers)
    call("templates", "name", id_before("disk quota"), "quota", "--state", state)
    with sqlite3.connect(os.path.join(state, "state.db")) as now:
        def text(sql):
            return sorted(bytes(row[0]).decode() for row in now.execute(sql))
        check("no bytes are left", now.execute("SELECT COUNT(*) FROM told WHERE teller<>x''").fetchone()[0] == 0)
        check("announcers", text("SELECT announcer FROM announcers WHERE announcer<>x''") == ["run", "tail"])
        check("where steps go on", text("SELECT announcer FROM assessment_bases WHERE announcer<>x''") == sorted(each[:-9] for each in tellers if each.endswith("/standing")))
        sent = {each["finding_id"] for each in BEFORE["told"] if each["schema"].startswith("loglode.finding/")}
        sent -= {each["finding_id"] for each in BEFORE["told"] if each["schema"].startswith("loglode.withdrawal/") and "finding_id" in each}
        rows = set(text("SELECT id FROM published_documents WHERE announcer=x'72756e' AND hash<>0 AND kind=2"))
        check("findings that sinks have", rows == sent, (rows, sent))
        incidents = {each["incident_id"] for each in BEFORE["told"] if each["schema"].startswith("loglode.incident/")}
        known = set(text("SELECT id FROM announced_incidents WHERE announcer=x'72756e'"))
        check("incidents that sinks have", incidents <= known, (incidents, known))


def killed(folder):
    """While the state is brought up to date: it is there, whole, whenever that was."""
    expected = [(row["template_id"], row["count"]) for row in listed(old_state(folder))]
    for milliseconds in range(0, 60, 4):
        state = old_state(folder)
        process = subprocess.Popen([binary, "templates", "name", id_before("disk quota"), "quota", "--state", state], stdout=subprocess.DEVNULL)
        time.sleep(milliseconds / 1000)
        process.kill()
        process.wait()
        seen = [(row["template_id"], row["count"]) for row in listed(state)]
        check(f"killed after {milliseconds} ms", seen == expected, seen)
        check(f"killed after {milliseconds} ms: nothing was set aside", not [name for name in os.listdir(state) if "damaged" in name], os.listdir(state))


def main():
    with tempfile.TemporaryDirectory() as folder:
        for version, tests in (("schema3", (same_templates, old_ids_work, analyzed, told_once, killed)), ("schema4", (in_rows, analyzed, told_once, killed))):
            begin_with(version)
            for test in tests:
                test(folder)
    end()


if __name__ == "__main__":
    main()
