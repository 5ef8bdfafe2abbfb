#!/usr/bin/env python3
"""`loglode run` from a file to the stand-in of a search server that has too much to do, takes some documents and not others, or is away: how often it is asked and by how
many requests at once, that nothing is lost, how much memory it takes meanwhile, what `when_full` counts. Asserted from the stand-in's log.

usage: load.py LOGLODE [CASE…]         LOGLODE_OUTAGE_S: how long the server is away (default 15)
"""
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

from faults import LINES, Failed, Run, check, text_of

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from loopback import free_ports  # noqa: E402

OUTAGE_S = float(os.environ.get("LOGLODE_OUTAGE_S", "15"))
FIRST = 0.5  # seconds: retry.first, as it is by default
RSS_MIB_MAX = 256


class Load(Run):
    """`loglode run` of lines, `padding` bytes longer than they have to be, with pages to look at. Node 1 is its server; node 0 stays for the test to ask."""

    def __init__(self, binary, lines=LINES, padding=0, sink="", more=""):
        super().__init__(binary, nodes=2)
        self.lines, self.port = lines, free_ports()
        with open(os.path.join(self.folder, "c.yaml"), "w", encoding="utf-8") as out:
            out.write(f"""
state: state
snapshot: 500ms
sources:
  shop: {{ type: file, paths: [shop.log], service: {{ from: 'fixed:shop' }} }}
sinks:
  search: {{ type: elasticsearch, urls: ['http://127.0.0.1:{self.stand_in.ports[1]}'], what: [records], hash_key: key{sink} }}
http: {{ listen: '127.0.0.1:{self.port}' }}
{more}""")
        with open(os.path.join(self.folder, "shop.log"), "w", encoding="utf-8") as out:
            out.writelines(f"2026-11-29T12:00:{number % 60:02}Z INFO {text_of(number)}{' x' * (padding // 2)}\n" for number in range(lines))

    def tell(self, *rules):
        self.ask("DELETE", "/_script")
        check("script", self.ask("POST", "/_script", "\n".join(json.dumps(rule) for rule in rules))[0] == 200)

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()
        except OSError:
            return 0, ""

    def metric(self, pattern):
        found = re.search(rf"^{pattern} (\S+)", self.page("/metrics")[1], re.MULTILINE)
        return int(float(found[1])) if found else 0

    def rss_mib(self, which="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{which}:\s+(\d+)", status.read())[1]) // 1024

    def count(self):
        return sum(len(documents) for documents in list(self.stand_in.store.indices.values()))

    def bulks(self):
        return [dict(each) for each in self.stand_in.log if each["path"].startswith("/_bulk")]

    def judge(self, dead=0):
        found = [each["_source"]["message"].removeprefix("INFO ").removesuffix(" x").split(" x")[0] for each in self.stored()]
        check("each line is stored once, or dead, or counted", len(set(found)) == len(found) == self.lines - dead, (len(set(found)), len(found), dead, self.said()))
        check("no other is", set(found) <= {text_of(number) for number in range(self.lines)})
        check("memory", self.rss_mib("VmHWM") < RSS_MIB_MAX, self.rss_mib("VmHWM"))

    def wait_for(self, what, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            check(what, time.monotonic() < deadline, f"not within {seconds} s: {self.said()} {self.count()}")
            time.sleep(0.05)


def storm(binary, retry_after):
    """Everything is refused for some seconds: few requests at a time soon, each behind its pause, and as many as before soon after."""
    slow = {"do": "slow", "seconds": 0.15, "times": 0}
    with Load(binary, lines=40_000, sink=", bulk: { size: 64KiB, age: 50ms }") as run:
        run.tell(slow)
        run.start()
        run.wait_for("several requests at once", lambda: any(each["in_flight"] >= 6 for each in run.bulks()))
        run.tell({"do": "status", "status": 429, "times": 0, **({"headers": {"Retry-After": "2"}} if retry_after else {})})
        began = time.time()
        time.sleep(6)
        run.tell(slow)
        ended = time.time()
        run.wait_for("as many again", lambda: any(each["time"] > ended and each["in_flight"] >= 6 for each in run.bulks()), 30)
        run.wait_for("all is stored", lambda: run.count() >= run.lines)
        run.judge()
        run.stop()
        refused = [each for each in run.bulks() if each["status"] == 429]
        probes = [each for each in refused if each["time"] > refused[0]["time"] + refused[0]["seconds"] + 0.2]  # not what was on its way
        check("it was asked now and then", probes, refused)
        check("one at a time within 2 s", all(each["in_flight"] == 1 for each in refused if each["time"] > began + 2), [each["in_flight"] for each in refused])
        pause, last = FIRST / 2, max(each["time"] for each in refused if each not in probes)
        for each in [*probes, next(each for each in run.bulks() if each["time"] > probes[-1]["time"])]:
            least = max(pause, 2 if retry_after else 0)
            check("no request before its pause is over", each["time"] - last >= least * 0.95, (each["time"] - last, least))
            pause, last = min(2 * pause, 7.5), each["time"]


def some(binary):
    """One document of a hundred is refused each time that it comes, one is throttled: nothing is lost, and the number of requests at once stays as it was."""
    with Load(binary, lines=20_000, sink=", bulk: { size: 64KiB, age: 50ms }, retry: { first: 100ms, max: 500ms }") as run:
        run.tell({"do": "slow", "seconds": 0.05, "times": 0},
                 {"do": "item", "status": 400, "error": {"type": "document_parsing_exception", "reason": "failed to parse"}, "id": "^0[0-2]"},
                 {"do": "item", "status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "busy"}, "share": 0.01})
        run.start()
        run.wait_for("each has its verdict", lambda: run.count() + run.metric(r'loglode_sink_rejected_total\{sink="search"\}') >= run.lines)
        letters = run.letters()
        run.judge(dead=len(letters))
        check("as many are dead as were refused", run.lines * 0.005 < len(letters) < run.lines * 0.02, len(letters))
        check("several requests at once", max(each["in_flight"] for each in run.bulks()[-20:-10]) >= 4, [each["in_flight"] for each in run.bulks()])
        run.stop()
        check("a good cluster is not told to be in trouble over and over", run.said().count("takes documents again") <= 3, run.said())


def outage(binary):
    """The server is away: sources stop, memory stays bounded, the reason is told; when it is back, one request asks first and all goes on."""
    with Load(binary, lines=8000, padding=8000, more="pipeline: { memory: 16MiB }") as run:
        run.start()
        run.wait_for("some is stored", lambda: run.count() > 0)
        run.ask("POST", "/_node", json.dumps({"node": 1, "down": True}))
        gone, read, most = time.monotonic(), [], 0
        while time.monotonic() - gone < OUTAGE_S:
            time.sleep(0.5)
            read.append(run.metric("loglode_records_total"))
            most = max(most, run.rss_mib())
        check("sources stop", read[-1] == read[-4] < run.lines, read)
        check("memory", most < RSS_MIB_MAX, most)
        status, told = run.page("/readyz")
        check("/readyz says why", "search" in told and "127.0.0.1" in told, (status, told))
        before = run.count()
        run.ask("POST", "/_node", json.dumps({"node": 1, "down": False}))
        back = time.time()
        run.wait_for("it goes on", lambda: run.count() > before, 70)
        run.wait_for("all is stored", lambda: run.count() >= run.lines, 120)
        after = [each for each in run.stand_in.log if each["time"] > back and each["node"] == 1]
        check("one request asks first", all(each["time"] >= after[0]["time"] + (after[0].get("seconds") or 0) * 0.9 for each in after[1:]), after[:4])
        run.judge()
        run.wait_for("nothing is in the way any more", lambda: "search" not in run.page("/readyz")[1], 30)
        run.stop()


def when_full(binary, how):
    """What there is no room for is given up: counted, or kept as dead letters that can be read again. With 8 KB a line the queue is full behind a half."""
    with Load(binary, lines=4500, padding=8000, sink=f", when_full: {how}") as run:
        run.ask("POST", "/_node", json.dumps({"node": 1, "down": True}))
        run.start()
        run.wait_for("all is read", lambda: run.metric("loglode_records_total") >= run.lines, 120)

        def given_up():
            rejected, dropped = run.metric("loglode_dead_letters_total"), run.metric(r'loglode_dropped_lines_total\{reason="sink_full"\}')
            check("one way alone", (rejected == 0) == (how == "drop_newest") or rejected + dropped == 0, (rejected, dropped))
            return rejected + dropped

        run.ask("POST", "/_node", json.dumps({"node": 1, "down": False}))
        run.wait_for("each is stored or given up", lambda: run.count() + given_up() >= run.lines, 120)
        given = given_up()
        check("some is given up, some is not", 0 < given < run.lines, given)
        run.judge(dead=given)
        run.stop()
        if how == "dead_letter":
            check("as many letters", len(run.letters()) == given, (len(run.letters()), given))
            done = run.call("dlq", "replay", "state/dead-letters", "--to", "again.log")
            with open(os.path.join(run.folder, "again.log"), encoding="utf-8") as again, open(os.path.join(run.folder, "shop.log"), encoding="utf-8") as log:
                written, replayed = set(log), list(again)
            stored = {each["_source"]["message"].removeprefix("INFO ") for each in run.stored()}
            missing = {line for line in written if line.split(" INFO ")[1].rstrip("\n") not in stored}
            check("replay gives the others, as they were", done.returncode == 0 and len(replayed) == given and set(replayed) == missing, (done, len(replayed), given, len(missing)))


CASES = {
    "storm": lambda binary: storm(binary, False),
    "storm_retry_after": lambda binary: storm(binary, True),
    "some": some,
    "outage": outage,
    "drop_newest": lambda binary: when_full(binary, "drop_newest"),
    "dead_letter": lambda binary: when_full(binary, "dead_letter"),
}


def main():
    binary, failed = os.path.abspath(sys.argv[1]), []
    for name in sys.argv[2:] or CASES:
        began = time.monotonic()
        try:
            CASES[name](binary)
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
        except Failed as problem:
            failed.append(name)
            print(f"FAILED: {name}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
