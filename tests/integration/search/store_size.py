#!/usr/bin/env python3
"""How large records are in the store, with the index sort of our template and without; no test. Records come from `loglode analyze --records FILE`.
usage: store_size.py PRODUCT:VERSION FILE [SETTING=VALUE…]     e.g. SETTING: codec
"""
import hashlib
import json
import sys
import tempfile

from server import SearchServer

BULK = 5000  # documents


def load(server, stream, lines):
    for begin in range(0, len(lines), BULK):
        body = []
        for line in lines[begin:begin + BULK]:
            record = json.loads(line)
            record["@timestamp"] = record["@timestamp"] or "2026-11-29T00:00:00Z"
            record["event.hash"] = hashlib.sha256(line.encode()).hexdigest()[:32]  # as large as a keyed one
            body += [{"create": {"_id": record["event.id"]}}, record]
        answer = server.ask("POST", f"/{stream}/_bulk", body)
        stored = [item["create"]["status"] in (201, 409) for item in answer["items"]]
        assert all(stored), answer["items"][stored.index(False)]
    server.ask("POST", f"/{stream}/_forcemerge?max_num_segments=1&flush=true")
    server.ask("POST", f"/{stream}/_flush?force=true&wait_if_ongoing=true")
    server.ask("POST", f"/{stream}/_refresh")
    return server.ask("GET", f"/{stream}/_stats/store,docs")["_all"]["primaries"]


def main():
    name, path, *settings = sys.argv[1:]
    settings = dict(setting.split("=", 1) for setting in settings)
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    with tempfile.TemporaryDirectory() as folder:
        server = SearchServer(folder, *name.split(":")).start()
        sizes = {}
        for stream, more in (("logs-loglode-sorted", {}), ("logs-loglode-unsorted", {"sort": None})):
            server.put_templates(**settings, **more)
            found = load(server, stream, lines)
            sizes[stream] = found["store"]["size_in_bytes"]
            print(f"{stream}: {found['docs']['count']} documents, {sizes[stream] / 1e6:.1f} MB, {sizes[stream] / found['docs']['count']:.0f} bytes each", flush=True)
            usage = server.request("POST", f"/{stream}/_disk_usage?run_expensive_tasks=true", timeout=600)[1]
            for index in (each for each in usage.values() if "fields" in each) if isinstance(usage, dict) else ():
                largest = sorted(index["fields"].items(), key=lambda field: -field[1]["total_in_bytes"])[:12]
                print("  " + ", ".join(f"{field} {about['total_in_bytes'] / 1e6:.1f}" for field, about in largest))
        print(f"sorted / unsorted: {sizes['logs-loglode-sorted'] / sizes['logs-loglode-unsorted']:.3f}")
        server.stop()


if __name__ == "__main__":
    main()
