#!/usr/bin/env python3
"""The stand-in shows what it is told to show, seen with http.client."""
import gzip
import http.client
import json
import os
import subprocess
import sys
import time

from stand_in import StandIn

HERE = os.path.dirname(os.path.abspath(__file__))


def check(what, *more):
    if not what:
        raise AssertionError(*more)


def ask(port, method, path, body=None, headers=None, timeout=5):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    body = body if body is None or isinstance(body, (bytes, str)) else json.dumps(body)
    connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
    answer = connection.getresponse()
    out = answer.read()
    connection.close()
    return answer.status, answer.headers, out


def asked(port, method, path, body=None, **more):
    status, _, out = ask(port, method, path, body, **more)
    return status, json.loads(out)


def bulk_of(keys, operation="create", index="logs", **action):
    return "".join(json.dumps({operation: {"_index": index, "_id": key, **action}}) + "\n" + json.dumps({"n": n, "text": f"line {key}"}) + "\n"
                   for n, key in enumerate(keys))


def statuses(answer):
    return [next(iter(item.values()))["status"] for item in answer["items"]]


def fails(port, kinds, body, timeout=5):
    try:
        ask(port, "POST", "/_bulk", body, timeout=timeout)
    except kinds as problem:
        return problem
    raise SystemExit(f"FAILED: no {kinds}")


class Told:
    def __init__(self, nodes=1):
        self.stand_in = StandIn(nodes)
        self.port = self.stand_in.ports[0]

    def script(self, *rules):
        status, out = asked(self.port, "POST", "/_script", "\n".join(json.dumps(rule) for rule in rules))
        check(status == 200, out)

    def stored(self):
        return sorted(json.loads(line)["_id"] for line in ask(self.port, "GET", "/_stored")[2].splitlines())


def documents_are_stored():
    told = Told(2)
    port = told.port
    check(asked(port, "GET", "/")[1]["version"]["number"] == "9.5.3")
    check(ask(port, "GET", "/")[1]["X-elastic-product"] == "Elasticsearch")
    check(statuses(asked(port, "POST", "/_bulk", bulk_of("ab"))[1]) == [201, 201])
    packed = gzip.compress(bulk_of("bc").encode())
    status, out = asked(told.stand_in.ports[1], "POST", "/_bulk", packed, headers={"Content-Encoding": "gzip"})
    check(status == 200 and statuses(out) == [409, 201] and out["errors"], out)
    out = asked(port, "POST", "/_bulk?filter_path=items.*.status,items.*.error.type", bulk_of("c"))[1]
    check(out == {"items": [{"create": {"status": 409, "error": {"type": "version_conflict_engine_exception"}}}]}, out)
    out = asked(port, "POST", "/logs/_mget", {"ids": ["a", "z"]})[1]["docs"]
    check([each["found"] for each in out] == [True, False] and out[0]["_source"]["text"] == "line a", out)
    seen, behind = [], {}
    while hits := asked(port, "POST", "/logs/_search", {"size": 2, "query": {"match_all": {}}, "sort": [{"text": "desc"}, "_doc"], **behind})[1]["hits"]["hits"]:
        seen += [hit["_id"] for hit in hits]
        behind = {"search_after": hits[-1]["sort"]}
    check(seen == ["c", "b", "a"], seen)
    page = asked(port, "POST", "/logs/_search?scroll=1m", {"size": 2})[1]
    pages = [len(page["hits"]["hits"])]
    while pages[-1]:
        pages.append(len(asked(port, "POST", "/_search/scroll", {"scroll_id": page["_scroll_id"], "scroll": "1m"})[1]["hits"]["hits"]))
    check(pages == [2, 1, 0], pages)
    pit = asked(port, "POST", "/logs/_pit?keep_alive=1m")[1]
    check(asked(port, "POST", "/_search", {"pit": pit, "sort": ["_shard_doc"], "search_after": [1], "_source": ["n"], "docvalue_fields": ["text"]})[1]["hits"]
          ["hits"][0]["fields"] == {"text": ["line b"]})
    version = {"operation": "index", "index": "events", "version_type": "external"}
    check([statuses(asked(port, "POST", "/_bulk", bulk_of("e", version=number, **version))[1])[0] for number in (3, 5, 5, 4, 6)] == [201, 200, 409, 409, 200])
    check(ask(port, "POST", "/_bulk", bulk_of("a")[:-1])[0] == 400)
    told.stand_in.close()


def data_streams_and_templates():
    told = Told()
    port = told.port
    check(asked(port, "POST", "/_bulk?require_data_stream=true", bulk_of("a", index="logs-x"))[1]["items"][0]["create"]["status"] == 404)
    check(ask(port, "GET", "/_index_template/ours")[0] == 404)
    asked(port, "PUT", "/_index_template/ours", {"index_patterns": ["logs-*"], "data_stream": {}, "priority": 500})
    check(asked(port, "GET", "/_index_template/ours")[1]["index_templates"][0]["index_template"]["priority"] == 500)
    out = asked(port, "POST", "/_bulk?require_data_stream=true", bulk_of("a", index="logs-x"))[1]["items"][0]["create"]
    check(out["status"] == 201 and out["_index"] == ".ds-logs-x-2026.11.29-000001", out)
    check(statuses(asked(port, "POST", "/_bulk", bulk_of("b", operation="index", index="logs-x"))[1]) == [400])
    asked(port, "POST", "/logs-x/_rollover")
    check(statuses(asked(port, "POST", "/_bulk", bulk_of("ab", index="logs-x"))[1]) == [201, 201])  # an id is of one backing index
    check([len(each["indices"]) for each in asked(port, "GET", "/_data_stream/logs-*")[1]["data_streams"]] == [2])
    check(asked(port, "POST", "/logs-x/_search", {})[1]["hits"]["total"]["value"] == 3)
    told.stand_in.close()


def faults_of_requests():
    told = Told(3)
    port, body = told.port, bulk_of("ab")
    told.script({"do": "status", "status": 429, "headers": {"Retry-After": "2"}, "body": {"error": "busy", "status": 429}})
    status, headers, _ = ask(port, "POST", "/_bulk", body)
    check(status == 429 and headers["Retry-After"] == "2" and told.stored() == [])
    told.script({"do": "reset", "when": "before_body"}, {"do": "reset", "when": "mid_body", "bytes": 20}, {"do": "reset", "when": "before_answer", "stored": False})
    for _ in range(3):
        fails(port, (ConnectionError, http.client.RemoteDisconnected), body)
    check(told.stored() == [])
    told.script({"do": "reset", "when": "mid_answer", "bytes": 10})
    fails(port, (ConnectionError, http.client.IncompleteRead), body)
    check(told.stored() == ["a", "b"])
    told.script({"do": "hang", "bytes": 10})
    fails(port, TimeoutError, bulk_of("c"), timeout=0.3)
    told.script({"do": "truncate", "bytes": 30}, {"do": "items", "count": -1}, {"do": "items", "count": 0}, {"do": "items", "count": 1})
    check(len(ask(port, "POST", "/_bulk", bulk_of("d"))[2]) == 30)
    check([len(asked(port, "POST", "/_bulk", bulk_of("ef"))[1]["items"]) for _ in range(3)] == [1, 0, 3])
    told.script({"do": "whole_400", "stored_share": 0.5})
    check(ask(port, "POST", "/_bulk", bulk_of("gh"))[0] == 400 and told.stored() == list("abcdefg"))
    told.script({"do": "drip", "bytes": 20, "seconds": 0.02})
    began = time.monotonic()
    check(statuses(asked(port, "POST", "/_bulk", bulk_of("i"))[1]) == [201] and time.monotonic() - began > 0.03)
    told.script({"do": "huge", "bytes": 3_000_000})
    status, out = asked(port, "POST", "/_bulk", bulk_of("jk"))
    check(statuses(out) == [400, 400] and len(json.dumps(out)) > 3_000_000)
    told.script({"do": "status", "status": 503, "node": 1, "times": 0}, {"do": "status", "status": 401, "on": "/x/", "after": 1})
    check([ask(each, "POST", "/_bulk", bulk_of("l"))[0] for each in told.stand_in.ports] == [200, 503, 200])
    check([ask(port, "POST", "/x/_bulk", bulk_of("l"))[0] for _ in range(3)] == [200, 401, 200])
    asked(port, "POST", "/_settings", {"content_limit": 100})
    packed = gzip.compress(("\n" * 101).encode())
    check(ask(port, "POST", "/_bulk", packed, headers={"Content-Encoding": "gzip"})[::2] == (413, b""))
    asked(port, "POST", "/_settings", {"authorization": "ApiKey k", "product": "opensearch"})
    check([ask(port, "GET", "/", headers={"Authorization": each})[0] for each in ("ApiKey no", "ApiKey k")] == [401, 200])
    asked(port, "POST", "/_node", {"node": 1, "down": True})
    try:
        ask(told.stand_in.ports[1], "GET", "/")
        raise SystemExit("FAILED: a node that is down answers")
    except ConnectionError:
        pass
    asked(port, "POST", "/_node", {"node": 1, "down": False})
    check(ask(told.stand_in.ports[1], "GET", "/", headers={"Authorization": "ApiKey k"})[0] == 200)
    log = asked(port, "GET", "/_log")[1]
    check([each["status"] for each in log[:6]] == [429, "reset", "reset", "reset", "reset", "hang"], log[:6])
    check(all(log[n]["time"] <= log[n + 1]["time"] for n in range(4)) and log[6]["items"] == 1 and log[6]["statuses"] == {"201": 1}, log[6])
    told.stand_in.close()


def faults_of_documents():
    told = Told()
    error = {"type": "es_rejected_execution_exception", "reason": "rejected"}
    told.script({"do": "item", "id": "^a$", "status": 429, "error": error, "tries": 2}, {"do": "item", "text": '"n": 2,', "status": 400, "failure_store": "failed"})
    seen = [statuses(asked(told.port, "POST", "/_bulk", bulk_of("abc"))[1]) for _ in range(3)]
    check(seen == [[429, 201, 400], [429, 409, 400], [201, 409, 400]], seen)
    told.script({"do": "item", "share": 0.1, "status": 429, "error": error})
    out = statuses(asked(told.port, "POST", "/_bulk", bulk_of([f"k{n}" for n in range(1000)]))[1])
    check(60 < out.count(429) < 140 and out.count(201) + out.count(429) == 999, out.count(429))
    told.stand_in.close()


def the_program_prints_its_ports():
    with subprocess.Popen([sys.executable, os.path.join(HERE, "stand_in.py"), "--nodes", "2"], stdout=subprocess.PIPE, text=True) as process:
        ports = [int(process.stdout.readline().split()[1]) for _ in range(2)]
        check([ask(port, "GET", "/")[0] for port in ports] == [200, 200])
        process.terminate()


for test in (documents_are_stored, data_streams_and_templates, faults_of_requests, faults_of_documents, the_program_prints_its_ports):
    test()
    print(f"passed: {test.__name__.replace('_', ' ')}")
