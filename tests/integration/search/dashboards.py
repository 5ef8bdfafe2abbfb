#!/usr/bin/env python3
"""configs/dashboards against a real server: every field that is named there is in our mapping, each query returns rows, and both files are what queries.json says. Neither
Kibana nor OpenSearch Dashboards is here: that they take the files is not tested.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

from delivery import Program, check, line, wait_until
from server import CONFIGS, ROOT

FOLDER = os.path.join(ROOT, "configs", "dashboards")
STREAM = "logs-loglode.dashboards-default"
TEMPLATES = {"records": "records", "incidents": "events", "findings": "events"}


def mapped(view):
    with open(os.path.join(CONFIGS, TEMPLATES[view] + ".json"), encoding="utf-8") as f:
        return set(json.load(f)["template"]["mappings"]["properties"])


def fields_of_kql(kql):
    return re.findall(r"([\w@][\w@.]*)\s*:", kql)


def fields_of_dsl(value):
    if isinstance(value, list):
        return [field for each in value for field in fields_of_dsl(each)]
    if not isinstance(value, dict):
        return []
    found = []
    for name, inner in value.items():
        found += [inner["field"]] if name == "exists" else list(inner) if name in ("term", "terms", "range", "match") else fields_of_dsl(inner)
    return found


def fields_are_mapped(wanted):
    for query in wanted["queries"]:
        kql, dsl = fields_of_kql(query["kql"]), fields_of_dsl(query["dsl"])
        check(f"{query['name']}: both spellings name the same fields", set(kql) == set(dsl), (kql, dsl))
        named = {*kql, *query.get("columns", []), *([query["split_by"]] if "split_by" in query else [])}
        check(f"{query['name']}: its fields are in our mapping", named <= mapped(query["view"]), named - mapped(query["view"]))
    for product in ("kibana", "opensearch-dashboards"):
        with open(os.path.join(FOLDER, product + ".ndjson"), encoding="utf-8") as f:
            objects = [json.loads(text) for text in f]
        known = {(each["type"], each["id"]) for each in objects}
        lost = [reference for each in objects for reference in each["references"] if (reference["type"], reference["id"]) not in known]
        check(f"{product}: what its objects refer to is there", not lost, lost)
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "make-dashboards"), "--check"], check=False)
    check("both files are as queries.json says", done.returncode == 0)


def run(server, binary, folder):
    with open(os.path.join(FOLDER, "queries.json"), encoding="utf-8") as f:
        wanted = json.load(f)
    fields_are_mapped(wanted)

    program = Program(os.path.abspath(binary), folder, server, f", data_stream: {STREAM}")
    check("setup", program.call("setup", "elasticsearch", "c.yaml", "--yes").returncode == 0)
    os.makedirs(os.path.join(folder, "logs"))
    with open(os.path.join(folder, "logs", "shop.log"), "w", encoding="utf-8") as log:
        log.writelines(line(number, 7) + "\n" for number in range(2000))
        begin = 1_795_694_400 + 100
        for number in range(300):
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + number // 10))
            log.write(f"{when} {'FATAL' if number % 50 == 0 else 'ERROR'} cannot write order {number}: no space left on device\n")
        log.writelines(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + 30 + number)) + f" INFO order {number} placed by user-x number={number}\n" for number in range(300))
    program.start()
    wait_until("records, findings and incidents are stored", lambda: server.count(STREAM) >= 2600 and server.count("loglode-incidents-*") > 0 and server.count("loglode-findings-*") > 0)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])
    server.ask("PUT", f"/{STREAM}/_create/repaired?refresh=true", {"@timestamp": "2026-11-28T12:00:00Z", "message": "m", "loglode.repaired": "field process.pid"})

    server.ask("PUT", "/loglode-incidents-2026.11/_doc/planted?refresh=true",  # those of the log may be resolved by now
               {"@timestamp": "2026-11-28T12:00:00Z", "message": "m", "loglode.state": "opened", "loglode.incident": {"incident_id": "planted", "state": "open", "severity": "error"}})
    for query in wanted["queries"]:
        pattern = wanted["views"][query["view"]]
        body = {"size": 5, "query": query["dsl"], "sort": [{"@timestamp": "desc"}]}
        if "split_by" in query:
            body["aggs"] = {"split": {"terms": {"field": query["split_by"], "size": query["size"]}}}
        if query.get("over_time"):
            body["aggs"] = {"over": {"date_histogram": {"field": "@timestamp", "fixed_interval": "1m"}, "aggs": body["aggs"]}}
        found = server.ask("POST", f"/{pattern}/_search", body)
        check(f"{query['name']} returns rows", found["hits"]["total"]["value"] > 0, found)
        if "aggs" in body:
            buckets = next(iter(found["aggregations"].values()))["buckets"]
            check(f"{query['name']} has something to draw", buckets and (not query.get("over_time") or buckets[0]["split"]["buckets"]), buckets[:2])
