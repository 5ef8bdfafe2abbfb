#!/usr/bin/env python3
"""What the client of language models makes of each fault of a server, and what it costs.  usage: faults.py ASK_MODEL"""
import json
import os
import stat
import subprocess
import sys
import tempfile
import time

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from stand_in import GOOD, StandIn  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
KEY = "hunter-zyxwvutsrqponmlk"  # no digits of a hash or a time in it
failures = []
with open(os.path.join(HERE, "..", "..", "..", "configs", "schema", "ai-audit-1.schema.json"), encoding="utf-8") as schema_file:
    AUDIT_LINE = jsonschema.Draft202012Validator(json.load(schema_file))


def check(name, holds, seen=""):
    if not holds:
        failures.append(name)
        print(f"FAILED: {name}: {seen}")


class Client:
    """A running program; its audit lies in a folder of its own, or in the one given."""

    def __init__(self, url, folder, **config):
        self.audit = os.path.join(folder, "audit.ndjson")
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "ASK_MODEL_KEY": KEY})
        self.tell({"provider": "anthropic", "url": url, "audit": self.audit, **config})

    def tell(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def ask(self, **question):
        self.tell(question)
        return json.loads(self.process.stdout.readline())

    def lines(self):
        with open(self.audit, encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        for line in lines:
            check("the audit fits its schema", AUDIT_LINE.is_valid(line), line)
        return lines

    def close(self):
        out, err = self.process.communicate(timeout=10)
        check("nothing on standard error", err == "" and self.process.returncode == 0, err)
        return out


def error(kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_body"}


BAD = {"status": 400}
# name, provider, what the server does, (status, requests, a piece of the reason)
CASES = [
    ("a plain answer", "anthropic", [{}], ("ok", 1, "")),
    ("a plain answer of Responses", "openai", [{}], ("ok", 1, "")),
    ("a plain answer of chat completions", "openai_compatible", [{}], ("ok", 1, "")),
    ("unknown parameter", "anthropic", [{**BAD, "body": error("invalid_request_error", "output_config.format: Extra inputs are not permitted")}, {}], ("ok", 2, "")),
    ("unknown parameter, whatever is left out", "anthropic", [{**BAD, "body": error("invalid_request_error", "messages: no")}] * 9, ("unavailable", 3, "refuses the request (400): messages: no")),
    ("grammar too large", "anthropic", [{**BAD, "body": error("invalid_request_error", "The compiled grammar is too large")}, {}], ("ok", 2, "")),
    ("a grammar that llama.cpp cannot make", "openai_compatible", [{"status": 500, "body": {"error": {"code": 500, "message": "JSON schema conversion failed"}}}, {}], ("ok", 2, "")),
    ("credit balance", "anthropic", [{**BAD, "body": error("invalid_request_error", "Your credit balance is too low to access the Anthropic API")}], ("unavailable", 1, "raise it there")),
    ("401", "anthropic", [{"status": 401, "body": error("authentication_error", f"invalid x-api-key {KEY}")}], ("unavailable", 1, "look at rca.key")),
    ("402", "openai", [{"status": 402, "body": {"error": {"message": "Insufficient credits"}}}], ("unavailable", 1, "no means left")),
    ("403", "openai", [{"status": 403, "body": {"error": {"message": f"Authorization: Bearer {KEY} is not allowed"}}}], ("unavailable", 1, "may not use this model")),
    ("404", "anthropic", [{"status": 404, "body": error("not_found_error", "model: m")}], ("unavailable", 1, "may be retired")),
    ("408 once", "openai", [{"status": 408}, {}], ("ok", 2, "")),
    ("409 once", "openai", [{"status": 409}, {}], ("ok", 2, "")),
    ("413", "anthropic", [{"status": 413, "body": error("request_too_large", "too large")}], ("unavailable", 1, "lower rca.tokens.input_max")),
    ("429 without Retry-After", "anthropic", [{"status": 429, "body": error("rate_limit_error", "slow down")}] * 2 + [{}], ("ok", 3, "")),
    ("429 that stays", "anthropic", [{"status": 429, "body": error("rate_limit_error", "slow down")}] * 9, ("unavailable", 3, "asked too often (429): slow down (asked 3 times)")),
    ("429 with a long Retry-After", "anthropic", [{"status": 429, "headers": {"Retry-After": "61"}}], ("unavailable", 1, "asked too often")),
    ("spend limit", "anthropic", [{"status": 429, "body": error("rate_limit_error", "monthly spend limit reached")}] * 3, ("unavailable", 1, "reached its limit")),
    ("quota", "openai", [{"status": 429, "body": {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}}] * 3, ("unavailable", 1, "reached its limit")),
    ("500 once", "openai_compatible", [{"status": 500}, {}], ("ok", 2, "")),
    ("500 for ever", "openai_compatible", [{"status": 500, "body": {"error": {"message": "'messages' is required"}}}] * 9, ("unavailable", 3, "(asked 3 times)")),
    ("a model that is loading", "openai_compatible", [{"status": 503, "body": {"error": {"message": "Loading model", "code": 503}}}] * 2 + [{}], ("ok", 3, "")),
    ("504", "anthropic", [{"status": 504, "body": "<html>gateway</html>"}, {}], ("ok", 2, "")),
    ("529", "anthropic", [{"status": 529, "body": error("overloaded_error", "Overloaded")}, {}], ("ok", 2, "")),
    ("a slow first byte", "anthropic", [{"delay": 0.3}], ("ok", 1, "")),
    ("reset within the body", "anthropic", [{"reset": 20}, {}], ("ok", 2, "")),
    ("reset for ever", "anthropic", [{"reset": 20}] * 9, ("unavailable", 3, "no whole answer")),
    ("closed within the body", "anthropic", [{"short": True}, {}], ("ok", 2, "")),
    ("JSON of the server cut off", "anthropic", [{"body": '{"content":[{"type":"te'}] * 3, ("unavailable", 3, "is rca.url right?")),
    ("JSON of the model cut off", "anthropic", [{"text": '{"summary":"the po'}], ("truncated", 1, "cut off")),
    ("an opened fence and no more", "openai_compatible", [{"text": "```json", "stop": "max_tokens"}] * 2, ("truncated", 2, "cut off at 16000 tokens")),
    ("text around the JSON", "openai_compatible", [{"text": f"Sure, here it is [L1, L2]:\n```json\n{GOOD}\n```\nHope it helps"}], ("ok", 1, "")),
    ("thoughts in the text", "openai_compatible", [{"text": '<think>{"summary":"wrong"}</think>' + GOOD}], ("ok", 1, "")),
    ("no JSON at all", "openai_compatible", [{"text": "The database is down."}], ("refused", 1, "holds no JSON object")),
    ("a refusal", "anthropic", [{"text": "", "stop": "refusal"}], ("refused", 1, "refuses to answer")),
    ("a refusal of Responses", "openai", [{"stop": "refusal"}], ("refused", 1, "refuses to answer: I cannot help with that")),
    ("cut off at the limit, then whole", "anthropic", [{"text": "{", "stop": "max_tokens"}, {}], ("ok", 2, "")),
    ("cut off at the limit twice", "openai", [{"text": "{", "stop": "max_tokens"}] * 3, ("truncated", 2, "raise rca.tokens.output_max")),
    ("the context ends within the answer", "anthropic", [{"text": "{", "stop": "model_context_window_exceeded"}], ("truncated", 1, "where the model's context ends")),
    ("the context is too small for the prompt", "openai_compatible",
     [{**BAD, "body": {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error", "n_prompt_tokens": 9012, "n_ctx": 8192}}}],
     ("unavailable", 1, "lower rca.tokens.input_max")),
    ("the context is too small for the answer", "openai_compatible",
     [{**BAD, "body": {"message": "'max_tokens' is too large: 8000. This model's maximum context length is 4096 tokens", "code": 400}}, {}], ("ok", 2, "")),
    ("thinking before the text", "anthropic",
     [{"body": {"content": [{"type": "thinking", "thinking": '{"summary":"wrong"}'}, {"type": "text", "text": GOOD}], "stop_reason": "end_turn"}}], ("ok", 1, "")),
    ("empty content", "anthropic", [{"body": {"content": [], "stop_reason": "end_turn"}}], ("refused", 1, "answer is empty")),
    ("an answer of 10 MiB", "anthropic", [{"text": "x" * (10 << 20)}], ("refused", 1, "more than 2 MiB")),
    ("an error of 10 MiB", "anthropic", [{"status": 400, "body": "x" * (10 << 20)}] * 9, ("unavailable", 3, "refuses the request (400)")),
    ("a redirect", "anthropic", [{"status": 307, "headers": {"Location": "http://127.0.0.1:1/v1/messages"}}], ("unavailable", 1, "sends elsewhere (307")),
    ("an error with status 200", "openai_compatible", [{"body": {"error": {"message": "upstream is down", "code": 502}}}, {}], ("ok", 2, "")),
]


def in_table(server):
    for name, provider, script, (status, requests, reason) in CASES:
        server.script, server.requests = list(script), []
        with tempfile.TemporaryDirectory() as folder:
            client = Client(server.url, folder, provider=provider, effort="medium")
            answer = client.ask()
            client.close()
            check(name, answer["status"] == status and len(server.requests) == requests and reason in answer["reason"], (answer, len(server.requests)))
            check(f"{name}: the text", status != "ok" or json.loads(answer["text"]) == json.loads(GOOD), answer["text"])
            everything = json.dumps(answer) + open(client.audit, encoding="utf-8").read() + open(client.audit + ".budget", encoding="utf-8").read()
            check(f"{name}: no key", not any(KEY[at : at + 6] in everything for at in range(len(KEY) - 5)), everything)
            lines = client.lines()
            check(f"{name}: the audit", [line["event"] for line in lines] == ["sent", "ended"] * requests and lines[-1]["status"] == status, lines)


def retry_after_is_waited_for(server):
    server.script, server.requests = [{"status": 429, "headers": {"Retry-After": "1"}}, {}], []
    with tempfile.TemporaryDirectory() as folder:
        client = Client(server.url, folder)
        answer = client.ask()
        client.close()
    waited = server.requests[1]["time"] - server.requests[0]["time"]
    check("Retry-After is waited for", answer["status"] == "ok" and 1.0 <= waited < 3, waited)


def what_is_sent(server):
    for provider, path in (("anthropic", "/v1/messages"), ("openai", "/v1/responses"), ("openai_compatible", "/v1/chat/completions")):
        server.script, server.requests = [{"headers": {"request-id": "req_7"}}], []
        with tempfile.TemporaryDirectory() as folder:
            client = Client(server.url, folder, provider=provider, prices=[3, 0.3, 15])
            answer = client.ask(masked={"jwt": 3})
            client.close()
            sent, ended = client.lines()
        request = server.requests[0]
        headers = {name.lower(): value for name, value in request["headers"].items()}
        key = headers.get("x-api-key") if provider == "anthropic" else headers.get("authorization")
        check(f"{provider}: path and key", request["path"] == path and key == (KEY if provider == "anthropic" else f"Bearer {KEY}"), headers)
        check(f"{provider}: one of both headers", ("authorization" in headers) != ("x-api-key" in headers), headers)
        check(f"{provider}: usage and cost", (answer["input"], answer["cached"], answer["output"]) == (80, 20, 10) and answer["cost"] == 0.000396, answer)
        check(f"{provider}: request id", answer["request_id"] == "req_7" and ended["request_id"] == "req_7", answer)
        check(f"{provider}: the audit's entry", sent["url"] == server.url + path and sent["incident_id"] == "i-1" and sent["masked"] == {"jwt": 3}
              and len(sent["prompt_sha256"]) == 64 and "user" not in sent and ended["cost"] == 0.000396 and "answer" not in ended, (sent, ended))


def written_before_it_is_sent(server):
    with tempfile.TemporaryDirectory() as folder:
        seen = []
        client = Client(server.url, folder, bodies=True)
        server.script = [lambda request: seen.extend(client.lines()) or {}]
        answer = client.ask(user="what was sent")
        client.close()
        check("the audit has the request before the server has it", [line["event"] for line in seen] == ["sent"] and seen[0]["user"] == "what was sent", seen)
        check("bodies: the answer is kept", client.lines()[1]["answer"] == GOOD, client.lines())
        for path in (client.audit, client.audit + ".budget"):
            check("private files", stat.S_IMODE(os.stat(path).st_mode) == 0o600, path)
        check("answered", answer["status"] == "ok", answer)
    server.requests = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "audit.ndjson"))
        client = Client(server.url, folder)
        answer = client.ask()
        client.close()
        check("nothing is sent that cannot be written down", answer["status"] == "unavailable" and "audit.ndjson" in answer["reason"] and not server.requests, answer)


def downgrades_are_remembered(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [{**BAD, "body": error("invalid_request_error", "output_config.effort: unknown")},
                                          {**BAD, "body": error("invalid_request_error", "output_config.format: unknown")}], []
        for process in range(2):  # the second one has it from the file
            client = Client(server.url, folder, effort="medium")
            check("downgrade", client.ask()["status"] == "ok")
            check("downgrade, again", client.ask()["status"] == "ok")
            client.close()
        check("asked so but once", len(server.requests) == 6 and all("tools" in request["body"] for request in server.requests[2:]), len(server.requests))
        client = Client(server.url, folder, effort="medium", model="another")
        client.ask()
        client.close()
        check("of another model nothing is known", "output_config" in server.requests[-1]["body"])


def budgets_survive_a_restart(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [], []
        statuses = []
        for process in range(3):
            client = Client(server.url, folder, calls_per_hour=2)
            answer = client.ask()
            statuses.append(answer["status"])
            client.close()
        check("calls an hour", statuses == ["ok", "ok", "over_budget"] and len(server.requests) == 2 and answer["has_retry"], answer)
    with tempfile.TemporaryDirectory() as folder:
        server.requests, statuses = [], []
        for process in range(3):
            client = Client(server.url, folder, cost_per_day=0.0005, prices=[3, 0.3, 15])
            answer = client.ask()
            statuses.append(answer["status"])
            client.close()
        check("cost a day", statuses == ["ok", "ok", "over_budget"] and len(server.requests) == 2 and "cost is used up" in answer["reason"], answer)
    with tempfile.TemporaryDirectory() as folder:
        client = Client(server.url, folder, cost_per_day=5)
        check("a cost without prices", client.ask()["status"] == "not_configured")
        client.close()


def answered_from_memory(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [], []
        evidence = [f"t{i}" for i in range(10)]
        for process in range(2):
            client = Client(server.url, folder)
            answer = client.ask(fingerprint="f", evidence=evidence)
            client.close()
        check("an incident is asked of once", len(server.requests) == 1 and answer["from_cache"] and answer["text"] == GOOD, answer)
        client = Client(server.url, folder)
        client.ask(fingerprint="f", evidence=evidence, severity=21)
        client.ask(fingerprint="f", evidence=evidence[:6] + ["new"] * 4, severity=21)
        client.ask(fingerprint="g", evidence=evidence)
        client.close()
        check("but again when it has changed", len(server.requests) == 4, len(server.requests))


def breaker(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [{"status": 500}] * 9, []
        client = Client(server.url, folder, breaker_pause_ms=400)
        statuses = [client.ask()["status"] for _ in range(4)]
        check("three failures open the breaker", statuses == ["unavailable"] * 3 + ["breaker_open"] and len(server.requests) == 9, statuses)
        time.sleep(0.45)
        check("and it closes", client.ask()["status"] == "ok")
        client.close()
    for name, fault in (("a retired model", {"status": 404}), ("an account without means", {"status": 402}), ("a long Retry-After", {"status": 429, "headers": {"Retry-After": "300"}})):
        with tempfile.TemporaryDirectory() as folder:
            server.script, server.requests = [fault], []
            client = Client(server.url, folder)
            first, second = client.ask(), client.ask()
            client.close()
            check(f"{name}: left alone at once", first["has_retry"] and second["status"] == "breaker_open" and len(server.requests) == 1, second)


def stops_and_times(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [{"delay": 5}], []
        client = Client(server.url, folder)
        begin = time.monotonic()
        answer = client.ask(cancel_after_ms=100)
        check("a stop ends it at once", answer["status"] == "cancelled" and time.monotonic() - begin < 3, answer)
        client.close()
        check("a stopped request is in the audit", client.lines()[-1]["status"] == "cancelled", client.lines())
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [{"delay": 5}] * 3, []
        client = Client(server.url, folder, timeout_ms=200)
        answer = client.ask()
        client.close()
        check("a time-out is not asked again", answer["status"] == "unavailable" and "rca.timeout" in answer["reason"] and len(server.requests) == 1, answer)
        server.script = []
    with tempfile.TemporaryDirectory() as folder:
        client = Client("http://127.0.0.1:9", folder)
        answer = client.ask()
        client.close()
        check("nobody listens", answer["status"] == "unavailable" and "asked 3 times" in answer["reason"], answer)


def memory_is_bounded(server):
    with tempfile.TemporaryDirectory() as folder:
        server.script, server.requests = [{"body": b'{"content":[' + b"[[]]," * 400_000}], []  # just not too large
        client = Client(server.url, folder)
        client.ask()
        with open(f"/proc/{client.process.pid}/status", encoding="utf-8") as f:
            peak = int(next(line for line in f if line.startswith("VmHWM")).split()[1]) >> 10
        client.close()
        check("a huge answer takes little room", peak < 128 or any(f"/{preset}/" in PROGRAM for preset in ("asan", "tsan")), f"{peak} MiB")
        check("not in the arguments", KEY.encode() not in b"".join(request["raw"] for request in server.requests))


def main():
    begin = time.monotonic()
    server = StandIn()
    for part in (in_table, retry_after_is_waited_for, what_is_sent, written_before_it_is_sent, downgrades_are_remembered, budgets_survive_a_restart, answered_from_memory,
                 breaker, stops_and_times, memory_is_bounded):
        part(server)
    server.close()
    print(f"{len(CASES)} faults in a table, {time.monotonic() - begin:.1f} s: {'FAILED ' + str(len(failures)) if failures else 'passed'}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
