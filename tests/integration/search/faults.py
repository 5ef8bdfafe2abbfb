#!/usr/bin/env python3
"""`loglode run` from a file to the stand-in of a search server, which shows one fault after the other: each line is stored once or is a dead letter with the server's
reason, none is lost, and no request comes before its pause is over.

usage: faults.py LOGLODE [CASE…]
"""
import http.client
import json
import os
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
            retry: {{ first: 100ms, max: 500ms, item_deadline: 2s }} }}
http: {{ listen: off }}
"""


def one(binary, name):
    script, shows, dead = CASES[name]
    stand_in = StandIn()
    with tempfile.TemporaryDirectory() as folder:
        def ask(method, path, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", stand_in.ports[0], timeout=10)
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            out = answer.read().decode()
            connection.close()
            return answer.status, out
        with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as out:
            out.write(config(f"http://127.0.0.1:{stand_in.ports[0]}"))
        with open(os.path.join(folder, "shop.log"), "w", encoding="utf-8") as out:
            out.writelines(f"2026-11-29T12:00:{number % 60:02}Z INFO {text_of(number)}{' long' * 8000 if shows == 'limited' and number == 20 else ''}\n" for number in range(LINES))
        done = subprocess.run([binary, "setup", "elasticsearch", "c.yaml", "--yes"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        check("setup", done.returncode == 0, done)
        status, told = ask("POST", "/_script", "\n".join(json.dumps(rule) for rule in script))
        check("script", status == 200, told)
        if shows == "limited":
            check("limit", ask("POST", "/_settings", json.dumps({"content_limit": 20_000}))[0] == 200)
        with open(os.path.join(folder, "log"), "wb") as log:
            running = subprocess.Popen([binary, "run", "c.yaml"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 40
            stored = []
            while time.monotonic() < deadline:
                stored = [json.loads(line) for line in ask("GET", "/_stored")[1].splitlines()]
                letters = subprocess.run([binary, "dlq", "list", "state/dead-letters", "--report", "ndjson"], cwd=folder, capture_output=True, text=True, timeout=60, check=False).stdout
                if len(stored) + letters.count("\n") >= LINES:
                    break
                time.sleep(0.2)
            running.send_signal(signal.SIGTERM)
            ended = running.wait(40)
            letters = [json.loads(line) for line in subprocess.run([binary, "dlq", "list", "state/dead-letters", "--report", "ndjson"], cwd=folder, capture_output=True,
                                                                   text=True, timeout=60, check=False).stdout.splitlines()]
            said = open(os.path.join(folder, "log"), encoding="utf-8").read()
            check("it ends at SIGTERM", ended == 143, said[-600:])
            found = sorted(each["_source"]["message"].removeprefix("INFO ") for each in stored)
            wanted = {text_of(number) for number in range(LINES)}
            check("each is stored once or a dead letter", len(set(found)) == len(found) and set(found) <= wanted and len(found) == LINES - dead, (len(found), len(set(found)), said[-600:]))
            check("dead letters", len(letters) == dead, letters)
            check("each under its id", all(each["_id"] == each["_source"]["event.id"] for each in stored))
            requests = json.loads(ask("GET", "/_log")[1])
            if shows == "repaired":
                changed = [each["_source"] for each in stored if "loglode.repaired" in each["_source"]]
                check("repaired documents say so", changed and all(each["loglode.unknown"]["service.name"] == "shop" and "service.name" not in each for each in changed), changed[:1])
            if shows == "dead":
                check("the reason is the server's", all(letter["reason"][:3].isdigit() or "413" in letter["reason"] for letter in letters), letters)
            if shows == "few":  # of bisecting without end
                times = [each["time"] for each in requests if each["path"].startswith("/_bulk")]
                check("a pause behind eight refusals in a row", all(times[i + 12] - times[i] >= FIRST / 2 * 0.9 for i in range(min(len(times), 30) - 12)), times)
            faults = [each for each in requests if each["rule"] is not None]
            check("the fault was shown", faults or shows == "limited" or any(rule["do"] in ("item", "reset") or "text" in rule for rule in script), requests[:3])
            for fault in faults:
                if fault["status"] == 429 and fault["path"].startswith("/_bulk"):
                    following = [each["time"] for each in requests if each["time"] > fault["time"] and each["path"].startswith("/_bulk")]
                    pause = 1.0 if shows == "waits" else FIRST / 2
                    late = [when for when in following if when - fault["time"] < pause * 0.9 and when - fault["time"] > 0.02]  # not what was on its way
                    check("nothing is sent before the pause is over", not late, (fault, late))
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
            stand_in.close()


def main():
    binary = os.path.abspath(sys.argv[1])
    failed = []
    for name in sys.argv[2:] or CASES:
        began = time.monotonic()
        try:
            one(binary, name)
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
        except Failed as problem:
            failed.append(name)
            print(f"FAILED: {name}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
