#!/usr/bin/env python3
"""`loglode run` from files to a real Elasticsearch: templates, then every line once with its text, although program and server are killed.

The oracle: a line's text is a function of its number and the seed. At the end the data stream has each line once, none that was not written,
and with each text its own id; what was read again after a crash is stored once. Findings have an index of their own.
Environment: LOGLODE_CRASH_SEED (tests/seeds.py).
"""
import atexit
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from seeds import crash_seed  # noqa: E402

LINES = 6000
STREAM = "logs-loglode-default"


def check(what, good, more=""):
    if not good:
        print(f"FAILED: {what}: {more}")
        sys.exit(1)
    print(f"  {what}")


def line(number, seed):
    word = hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()[:12]
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_795_694_400 + number // 20))
    if 3000 < number < 3040:
        return f"{when} ERROR no connection from pool after {number % 7} s for key-{word} number={number}"
    return f"{when} INFO order {number} placed by user-{word} number={number}"


class Program:
    def __init__(self, binary, folder, server, more=""):
        self.binary, self.folder, self.process = binary, folder, None
        self.url, self.more = server.url, more
        self.write(f"user: {server.user}, password: {server.password}, tls: {{ ca: {server.ca} }}," if server.password else "")

    def write(self, access):
        """The configuration: as whom it comes."""
        with open(os.path.join(self.folder, "c.yaml"), "w", encoding="utf-8") as out:
            out.write(f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: file, paths: [logs/*.log], service: {{ from: 'fixed:shop' }} }}
sinks:
  search: {{ type: elasticsearch, urls: ['{self.url}'], {access} what: [records, templates, findings, incidents], hash_key: key,
            bulk: {{ size: 64KiB, age: 100ms }}, retry: {{ first: 50ms, max: 500ms }} {self.more} }}
http: {{ listen: off }}
""")

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([self.binary, "run", "c.yaml"], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(lambda process=self.process: process.poll() is None and process.kill())  # nothing outlives a test that failed

    def kill(self, how=signal.SIGKILL, within=60):
        self.process.send_signal(how)
        return self.process.wait(within)

    def call(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()


def wait_until(what, condition, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.3)
    check(what, False, f"not within {seconds} s")


def judge(server, seed, total):
    stored = list(server.documents(STREAM))
    texts = [each["_source"]["message"] for each in stored]
    wanted = {line(number, seed).split(" ", 2)[2] for number in range(total)}
    found = {text.removeprefix("ERROR ").removeprefix("INFO ") for text in texts}
    check("no line is lost", not wanted - found, sorted(wanted - found)[:3])
    check("no line is unknown", not found - wanted, sorted(found - wanted)[:3])
    check("each line is there once", len(stored) == total, len(stored))
    check("each id is its document's", all(each["_id"] == each["_source"]["event.id"] for each in stored))
    check("each has its hash and template", all(len(each["_source"]["event.hash"]) == 32 and each["_source"]["log.record.template_id"] for each in stored))


def undo_file(done):
    return done.stdout.split("--undo ")[1].split("`")[0].strip()


def setup_and_undo(server, program):
    """Before there is any stream: a template that is in use cannot be deleted."""
    setup = ("setup", "elasticsearch", "c.yaml")
    other = {"index_patterns": ["logs-loglode-*"], "data_stream": {}, "priority": 7}
    server.ask("PUT", "/_index_template/loglode-records", other)
    first = program.call(*setup, "--yes")
    check("setup replaces what is another one", first.returncode == 0 and "is another one" in first.stdout, first)
    back = program.call(*setup, "--undo", undo_file(first))
    there = server.ask("GET", "/_index_template/loglode-records")["index_templates"][0]["index_template"]
    check("undo puts it back", back.returncode == 0 and there["priority"] == 7 and there["index_patterns"] == other["index_patterns"], (back, there))
    stale = program.call(*setup, "--undo", undo_file(first))
    check("what is another one by now stays as it is", stale.returncode == 2 and "stays as it is" in stale.stderr, stale)
    server.ask("DELETE", "/_index_template/loglode-records")
    second = program.call(*setup, "--yes")
    back = program.call(*setup, "--undo", undo_file(second))
    check("undo removes what was put", back.returncode == 0 and back.stdout.count("removed") == 2, back)


def run(server, binary, folder):
    seed = crash_seed()
    rng = random.Random(seed)
    print(f"seed {seed}")
    os.makedirs(os.path.join(folder, "logs"))
    program = Program(os.path.abspath(binary), folder, server)
    for name in ("loglode-records", "loglode-events"):
        server.request("DELETE", f"/_index_template/{name}")
    setup_and_undo(server, program)

    with open(os.path.join(folder, "logs", "shop.log"), "w", encoding="utf-8") as log:
        log.writelines(line(number, seed) + "\n" for number in range(100))
    program.start()
    wait_until("the absence of the templates is said", lambda: "loglode setup elasticsearch" in program.log())
    check("nothing is stored before", server.count(STREAM) == 0)
    planned = program.call("setup", "elasticsearch", "c.yaml")
    check("setup says what would change", planned.returncode == 0 and planned.stdout.count("is missing") == 2 and "--yes" in planned.stdout, planned)
    done = program.call("setup", "elasticsearch", "c.yaml", "--yes")
    check("setup makes the changes", done.returncode == 0 and "2 changes made" in done.stdout, done)
    again = program.call("setup", "elasticsearch", "c.yaml")
    check("a second setup has nothing to do", again.returncode == 0 and again.stdout.count("is there") == 2, again)
    tried = program.call("check", "c.yaml", "--connect")
    check("check --connect finds it", tried.returncode == 0 and "its index templates are there" in tried.stdout, tried)
    wait_until("what waited is stored", lambda: server.count(STREAM) == 100)

    with open(os.path.join(folder, "logs", "shop.log"), "a", encoding="utf-8") as log:
        for begin in range(100, LINES, 500):
            log.writelines(line(number, seed) + "\n" for number in range(begin, min(begin + 500, LINES)))
            log.flush()
            time.sleep(rng.uniform(0.05, 0.4))
            if begin % 1500 == 100:
                program.kill()
                program.start()
            if begin == 2600:
                server.kill()
                server.start()
    wait_until("all is stored", lambda: server.count(STREAM) >= LINES)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])
    judge(server, seed, LINES)
    events = list(server.documents("loglode-*"))
    kinds = {each["_index"].split("-")[1] for each in events}
    check("templates and findings are in their indices", {"templates", "findings"} <= kinds, kinds)
    check("each has what it is about", all(json.dumps(each["_source"]).count("loglode.") >= 3 for each in events))

    # Without the state everything is read again: the ids say that it is there, and behind a rollover a look into the index before.
    before = program.log().count("rejected")
    for time_again in ("in the same index", "behind a rollover"):
        print(f"read again {time_again}")
        os.rename(os.path.join(folder, "state"), os.path.join(folder, "state before " + time_again))
        if time_again == "behind a rollover":
            check("a rollover", server.ask("POST", f"/{STREAM}/_rollover")["rolled_over"])
        program.start()
        time.sleep(5)
        program.kill(signal.SIGTERM)
        judge(server, seed, LINES)
    check("repeats are no rejections", program.log().count("rejected") == before, program.log()[-500:])
    mapping = server.ask("GET", f"/{STREAM}/_mapping")
    check("the log made no fields", all(each["mappings"].get("dynamic") == "false" for each in mapping.values()))
