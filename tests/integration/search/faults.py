#!/usr/bin/env python3
"""`loglode run` from a file to the stand-in of a search server, which shows one fault after the other: each line is stored once or is a dead letter with the server's
reason, none is lost, and no request comes before its pause is over.

usage: faults.py LOGLODE [CASE…]
"""
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from stand_in import StandIn

LINES = 400
FIRST = 0.1  # seconds: retry.first


def text_of(number):
    return f"order {number} placed by user-{number * 7919 % 1000}"


# name -> (script, what the requests' log must show, documents that become dead letters). A fault hits one of the first requests.
CASES = {
    "status_429": ([{"do": "status", "status": 429, "times": 3}], None, 0),
    "retry_after": ([{"do": "status", "status": 429, "headers": {"Retry-After": "1"}, "times": 1}], "waits", 0),
    "status_503": ([{"do": "status", "status": 503, "times": 2}], None, 0),
    "status_502_text": ([{"do": "status", "status": 502, "body": "<html>bad gateway</html>", "times": 2}], None, 0),
    "unauthorized": ([{"do": "status", "status": 401, "times": 2}], None, 0),
    "forbidden": ([{"do": "status", "status": 403, "times": 2}], None, 0),
    "read_only": ([{"do": "status", "status": 403, "body": {"error": {"type": "cluster_block_exception"}, "status": 403}, "times": 2}], None, 0),
    "too_large": ([{"do": "status", "status": 413, "body": "", "times": 3}], None, 0),
    "whole_400": ([{"do": "whole_400", "stored_share": 0.9, "times": 2}], None, 0),
    "reset_before": ([{"do": "reset", "when": "before_body", "times": 2}], None, 0),
    "reset_mid_body": ([{"do": "reset", "when": "mid_body", "bytes": 100, "times": 2}], None, 0),
    "reset_stored": ([{"do": "reset", "when": "before_answer", "times": 2}], None, 0),
    "reset_rolled_over": ([{"do": "reset", "when": "before_answer", "roll_over": True, "times": 1}], None, 0),
    "hang_rolled_over": ([{"do": "hang", "bytes": 20, "seconds": 30, "roll_over": True, "times": 1}], None, 0),
    "bad_gateway_rolled_over": ([{"do": "status", "status": 502, "stored": True, "roll_over": True, "times": 1}], None, 0),
    "whole_400_rolled_over": ([{"do": "whole_400", "stored_share": 0.9, "roll_over": True, "times": 1}], None, 0),
    "look_up_refused": ([{"do": "reset", "when": "before_answer", "times": 1}, {"do": "status", "on": "_settings", "status": 403, "times": 9}], None, 0),
    "look_up_fails": ([{"do": "reset", "when": "before_answer", "roll_over": True, "times": 1}, {"do": "status", "on": "_mget", "status": 503, "times": 2},
                       {"do": "truncate", "on": "_mget", "times": 1}], None, 0),
    "reset_mid_answer": ([{"do": "reset", "when": "mid_answer", "bytes": 50, "times": 2}], None, 0),
    "hang": ([{"do": "hang", "bytes": 20, "seconds": 30, "times": 1}], None, 0),
    "truncated": ([{"do": "truncate", "share": 0.5, "times": 2}], None, 0),
    "no_items": ([{"do": "items", "count": 0, "times": 2}], None, 0),
    "one_item_less": ([{"do": "items", "count": -1, "times": 2}], None, 0),
    "one_item_more": ([{"do": "items", "count": 1, "times": 2}], None, 0),
    "nothing_taken": ([{"do": "whole_400", "stored_share": 0, "times": 30}], "few", 0),
    "drip": ([{"do": "drip", "bytes": 200, "seconds": 0.02, "times": 1}], None, 0),
    "huge": ([{"do": "huge", "bytes": 20_000_000, "status": 429, "times": 1}], None, 0),
    "items_429": ([{"do": "item", "status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "busy"}, "share": 0.3, "tries": 2}], None, 0),
    "items_503": ([{"do": "item", "status": 503, "error": {"type": "unavailable_shards_exception", "reason": "no primary"}, "share": 0.3, "tries": 2}], None, 0),
    "items_mapping": ([{"do": "item", "status": 400, "error": {"type": "document_parsing_exception", "reason": "failed to parse field [service.name] of type [long]"},
                        "text": "placed by user-7", "tries": 1}], "repaired", 0),
    "items_refused": ([{"do": "item", "status": 400, "error": {"type": "document_parsing_exception", "reason": "failed to parse field [message]"}, "text": "order 17 "}],
                      "dead", 1),
    "items_forbidden": ([{"do": "item", "status": 403, "error": {"type": "cluster_block_exception", "reason": "index blocked"}, "text": "order 18 "}], "dead", 1),
    "items_failure_store": ([{"do": "item", "status": 201, "failure_store": "used", "text": "order 19 "}], "dead", 1),
    "one_too_large": ([], "limited", 1),  # one line is longer than a request may be
}


class Failed(Exception):
    pass


def check(what, good, more=""):
    if not good:
        raise Failed(f"{what}: {more}")


def config(url):
    return f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: file, paths: [shop.log], service: {{ from: 'fixed:shop' }} }}
sinks:
  search: {{ type: elasticsearch, urls: ['{url}'], bulk: {{ size: 64KiB, age: 50ms, timeout: 3s }},
            hash_key: key, retry: {{ first: 100ms, max: 500ms, item_deadline: 2s }} }}
http: {{ listen: off }}
"""


class Run:
    """`loglode run` of 400 lines to a stand-in."""

    def __init__(self, binary, long_line=False, nodes=1):
        self.binary, self.stand_in, self.process = binary, StandIn(nodes), None
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        with open(os.path.join(self.folder, "c.yaml"), "w", encoding="utf-8") as out:
            out.write(config(f"http://127.0.0.1:{self.stand_in.ports[0]}"))
        with open(os.path.join(self.folder, "shop.log"), "w", encoding="utf-8") as out:
            out.writelines(f"2026-11-29T12:00:{number % 60:02}Z INFO {text_of(number)}{' long' * 8000 if long_line and number == 20 else ''}\n" for number in range(LINES))
        done = self.call("setup", "elasticsearch", "c.yaml", "--yes")
        check("setup", done.returncode == 0, done)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.stand_in.close()
        self.temporary.cleanup()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.stand_in.ports[0], timeout=10)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        out = answer.read().decode()
        connection.close()
        return answer.status, out

    def call(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([self.binary, "run", "c.yaml"], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check("it ends at SIGTERM", self.process.wait(40) == 143, self.said())

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
            return log.read()[-600:]

    def stored(self):
        return [json.loads(line) for line in self.ask("GET", "/_stored")[1].splitlines()]

    def letters(self):
        return [json.loads(line) for line in self.call("dlq", "list", "state/dead-letters", "--report", "ndjson").stdout.splitlines()]

    def requests(self):
        return json.loads(self.ask("GET", "/_log")[1])

    def wait_until(self, condition):
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and not condition():
            time.sleep(0.2)


def judge_stored(run, dead):
    stored = run.stored()
    found = sorted(each["_source"]["message"].removeprefix("INFO ") for each in stored)
    wanted = {text_of(number) for number in range(LINES)}
    check("each is stored once or a dead letter", len(set(found)) == len(found) and set(found) <= wanted and len(found) == LINES - dead, (len(found), len(set(found)), run.said()))
    check("each under its id", all(each["_id"] == each["_source"]["event.id"] for each in stored))
    return stored


def judge_requests(requests, script, shows):
    if shows == "few":  # of bisecting without end
        times = [each["time"] for each in requests if each["path"].startswith("/_bulk")]
        check("a pause behind eight refusals in a row", all(times[i + 12] - times[i] >= FIRST / 2 * 0.9 for i in range(min(len(times), 30) - 12)), times)
    faults = [each for each in requests if each["rule"] is not None]
    check("the fault was shown", faults or shows == "limited" or any(rule["do"] in ("item", "reset") or "text" in rule for rule in script), requests[:3])
    pauses = []  # of each 429: what was sent before its pause was over
    for fault in faults:
        if fault["status"] == 429 and fault["path"].startswith("/_bulk"):
            following = [each["time"] for each in requests if each["time"] > fault["time"] and each["path"].startswith("/_bulk")]
            pause = 1.0 if shows == "waits" else FIRST / 2
            on_its_way = fault["seconds"] + max(0.02, pause * 0.2)  # sent before the answer was read
            pauses.append([when for when in following if on_its_way < when - fault["time"] < pause * 0.9])
    # On a busy machine one may be on its way for longer; a client that does not wait shows that behind each of them.
    broken = [each for each in pauses if each]
    check("nothing is sent before the pause is over", len(broken) * 2 < max(len(pauses), 1), (faults[:3], pauses))


def one(binary, name):
    script, shows, dead = CASES[name]
    with Run(binary, long_line=shows == "limited") as run:
        status, told = run.ask("POST", "/_script", "\n".join(json.dumps(rule) for rule in script))
        check("script", status == 200, told)
        if shows == "limited":
            check("limit", run.ask("POST", "/_settings", json.dumps({"content_limit": 20_000}))[0] == 200)
        run.start()
        run.wait_until(lambda: len(run.stored()) + len(run.letters()) >= LINES)
        run.stop()
        stored, letters = judge_stored(run, dead), run.letters()
        check("dead letters", len(letters) == dead, letters)
        if shows == "repaired":
            changed = [each["_source"] for each in stored if "loglode.repaired" in each["_source"]]
            check("repaired documents say so", changed and all(each["loglode.unknown"]["service.name"] == "shop" and "service.name" not in each for each in changed), changed[:1])
        if shows == "dead":
            check("the reason is the server's", all(letter["reason"][:3].isdigit() or "413" in letter["reason"] for letter in letters), letters)
        judge_requests(run.requests(), script, shows)


def read_again(binary, between):
    """All lines are delivered, `between` does something to what is stored, and they are read again under the same ids."""
    with Run(binary) as run:
        run.start()
        run.wait_until(lambda: len(run.stored()) >= LINES)
        run.stop()
        changed = between(run.stand_in.store)
        run.ask("DELETE", "/_log")
        shutil.rmtree(os.path.join(run.folder, "state"))
        run.start()
        run.wait_until(lambda: len(run.letters()) >= changed and any(each["path"].startswith("/_mget") for each in run.requests()))
        run.stop()
        judge_stored(run, 0)
        letters = run.letters()
        check("dead letters", len(letters) == changed and all("another record" in each["reason"] for each in letters), letters)


def alter(store):
    """Five records get another hash, five lose theirs: what stands there under their ids cannot be told from ours."""
    rows = sorted(row for documents in store.indices.values() for row in documents.items())
    for place, (_, row) in enumerate(rows[:10]):
        document = json.loads(row[0])
        if place < 5:
            document["event.hash"] = "0" * 32
        else:
            del document["event.hash"]
        row[0] = json.dumps(document).encode()
    return 5


def retention(binary, product, by, mine):
    """`setup` arranges who deletes old documents by what the server has, once, and takes it back."""
    with Run(binary) as run:
        run.ask("POST", "/_settings", json.dumps({"product": product}))
        with open(os.path.join(run.folder, "c.yaml"), encoding="utf-8") as file:
            text = file.read().replace("hash_key: key,", "hash_key: key, retention: { records: 30d, events: 365d },")
        with open(os.path.join(run.folder, "c.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        first = run.call("setup", "elasticsearch", "c.yaml", "--yes")
        check("setup", first.returncode == 0 and f"retention: by {by}" in first.stdout, first)
        policy, template = (json.loads(run.ask("GET", path)[1]) for path in (f"/{mine}/loglode-records", "/_index_template/loglode-records"))
        check("the policy deletes after 30 days", '"30d"' in json.dumps(policy) and "delete" in json.dumps(policy), policy)
        check("the template names the policy", by == "ism" or '"loglode-records"' in json.dumps(template["index_templates"][0]["index_template"]["template"]["settings"]), template)
        second = run.call("setup", "elasticsearch", "c.yaml")
        check("a second setup finds all there", "is missing" not in second.stdout and "is another one" not in second.stdout, second)
        with open(os.path.join(run.folder, "c.yaml"), "w", encoding="utf-8") as file:
            file.write(text.replace("30d", "40d"))
        third = run.call("setup", "elasticsearch", "c.yaml", "--yes")
        check("another age is another policy", third.returncode == 0 and third.stdout.count("is another one") == 1, third)
        undone = run.call("setup", "elasticsearch", "c.yaml", "--undo", third.stdout.split("--undo ")[1].split("`")[0])
        check("undo puts the first one back", undone.returncode == 0 and '"30d"' in run.ask("GET", f"/{mine}/loglode-records")[1], undone)


def fields(binary):
    """What a log says beside its message is stored, and decides where a record goes; those that may not go there are counted and go to the stream for all."""
    with Run(binary) as run:
        with open(os.path.join(run.folder, "c.yaml"), encoding="utf-8") as file:
            text = file.read().replace("hash_key: key,", "hash_key: key, route: { dataset: 'field:event.dataset', allow: ['shop.*'] },")
        with open(os.path.join(run.folder, "c.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        with open(os.path.join(run.folder, "shop.log"), "w", encoding="utf-8") as out:
            for number in range(LINES):
                out.write(json.dumps({"time": "2026-11-29T12:00:00Z", "level": "info", "msg": text_of(number), "event.dataset": "shop.cart" if number % 2 else "other",
                                      "cart": {"items": number}}) + "\n")
        run.start()
        run.wait_until(lambda: len(run.stored()) >= LINES)
        run.stop()
        stored = judge_stored(run, 0)
        check("fields are stored", all(text_of(int(each["_source"]["loglode.unknown"]["cart.items"])) == each["_source"]["message"] for each in stored), stored[:1])
        streams = {(each["_index"].split("-2026")[0], each["_source"]["event.dataset"]) for each in stored}
        check("records go where they may", streams == {(".ds-logs-loglode.shop.cart-default", "shop.cart"), (".ds-logs-loglode-default", "other")}, streams)


OTHERS = {
    "fields": fields,
    "retention_ilm": lambda binary: retention(binary, "elasticsearch", "ilm", "_ilm/policy"),
    "retention_ism": lambda binary: retention(binary, "opensearch", "ism", "_plugins/_ism/policies"),
}
READ_AGAIN = {
    "again": lambda store: 0,
    "again_rolled_over": lambda store: store.roll_over_all() or 0,
    "again_rolled_over_twice": lambda store: store.roll_over_all() or store.roll_over_all() or 0,
    "again_altered": alter,
    "again_altered_rolled_over": lambda store: (alter(store), store.roll_over_all())[0],
}


def main():
    binary = os.path.abspath(sys.argv[1])
    failed = []
    for name in sys.argv[2:] or [*CASES, *READ_AGAIN, *OTHERS]:
        began = time.monotonic()
        try:
            if name in OTHERS:
                OTHERS[name](binary)
            elif name in READ_AGAIN:
                read_again(binary, READ_AGAIN[name])
            else:
                one(binary, name)
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
        except Failed as problem:
            failed.append(name)
            print(f"FAILED: {name}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
