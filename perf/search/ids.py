#!/usr/bin/env python3
"""What ids of our own cost a real Elasticsearch beside ids that it makes: the same documents under our template, by op create into two data streams, in turns. Prints one
JSON object. A document whose id is given is looked for before it is stored. usage: perf/search/ids.py [--documents 50000] [--rounds 5] [--version 8]
"""
import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "integration", "search"), os.path.join(ROOT, "tests")]
from delivery import line  # noqa: E402
from server import SearchServer  # noqa: E402

A_BULK = 5000


def spread(values):
    return {"min": round(min(values), 3), "median": round(statistics.median(values), 3), "max": round(max(values), 3)}


def document(number):
    when, level, message = line(number, 1).split(" ", 2)
    key = hashlib.sha256(f"file {number}".encode()).hexdigest()
    return key[:32], json.dumps({"@timestamp": when, "message": f"{level} {message}", "event.id": key[:32], "log.level": level.lower(), "service.name": "shop",
                                 "log.record.template": "order <*> placed by <*> number=<*>", "log.record.template_id": key[:4] * 8, "log.file.path": "/var/log/shop/shop.log",
                                 "log.offset": number * 90, "event.created": when, "loglode.stream": "0" * 32, "event.hash": key[32:]})


def send(server, stream, documents, own):
    began = time.monotonic()
    for begin in range(0, len(documents), A_BULK):
        lines = []
        for key, text in documents[begin:begin + A_BULK]:
            lines += [json.dumps({"create": {"_index": stream, **({"_id": key} if own else {})}}), text]
        status, answer = server.request("POST", "/_bulk?filter_path=errors,took", "\n".join(lines) + "\n", {"Content-Type": "application/x-ndjson"})
        assert status == 200 and not answer["errors"], answer
    return len(documents) / (time.monotonic() - began)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=50_000, help="of a round, for each of both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--version", default="8")
    a = parser.parse_args()
    os.environ.setdefault("ES_TIER", "4")
    os.environ.setdefault("ES_HEAP", "1g")
    with tempfile.TemporaryDirectory(prefix="loglode-perf-", ignore_cleanup_errors=True) as folder:
        server = SearchServer(os.path.join(folder, "server"), "elasticsearch", a.version).start()
        server.put_templates()
        rounds = []
        for number in range(a.rounds + 1):  # the first one warms up
            documents = [document(number * a.documents + each) for each in range(a.documents)]
            order = [True, False] if number % 2 else [False, True]
            rounds.append({own: send(server, f"logs-loglode.{'own' if own else 'made'}-default", documents, own) for own in order})
            print({"own" if own else "made": round(rate) for own, rate in rounds[-1].items()}, file=sys.stderr, flush=True)
        sizes = {}
        for name in ("own", "made"):
            server.ask("POST", f"/logs-loglode.{name}-default/_forcemerge?max_num_segments=1")
            server.ask("POST", f"/logs-loglode.{name}-default/_flush")
            sizes[name] = sum(each["total"]["store"]["size_in_bytes"] for each in server.ask("GET", f"/logs-loglode.{name}-default/_stats/store")["indices"].values())
        print(json.dumps({"server": "elasticsearch " + server.ask("GET", "/")["version"]["number"], "documents": a.documents, "own_per_s": spread([each[True] for each in rounds[1:]]),
                          "made_per_s": spread([each[False] for each in rounds[1:]]), "percent": spread([100 * each[True] / each[False] for each in rounds[1:]]),
                          "bytes_a_document": {name: round(size / a.documents / (a.rounds + 1), 1) for name, size in sizes.items()}}))
        server.stop()


if __name__ == "__main__":
    main()
