#!/usr/bin/env python3
"""What `check --connect` says of a cluster before documents go there, and `run` at its start, row by row against the stand-in: each thing is named, with what to do.
What a real server can show is in secure.py too. usage: look_over.py LOGLODE [ROW…]
"""
import json
import os
import signal
import sys
import time

from faults import Failed, Run, check

INDEX = ".ds-logs-loglode-default-2026.11-000001"


def says(on, body, status=200):
    return {"do": "status", "on": on, "status": status, "body": body, "times": 0}


def templates(*rows):
    """Beside ours: name, patterns, priority."""
    ours = [("loglode-records", ["logs-loglode-*", "logs-loglode.*-*"], 500), ("loglode-events", ["loglode-incidents-*", "loglode-findings-*"], 500)]
    return says("_index_template?", {"index_templates": [{"name": name, "index_template": {"index_patterns": patterns, "priority": priority}} for name, patterns, priority in [*ours, *rows]]})


def stream(settings=None, **more):
    return [says("_data_stream/", {"data_streams": [{"name": "logs-loglode-default", "template": "loglode-records", "indices": [{"index_name": INDEX}], **more}]}),
            says("logs-loglode-default/_settings", {INDEX: {"settings": settings or {}}})]


def without(*lacking):
    """The answer of a cluster with security: these are lacking."""
    names = {"logs-loglode-default": ("create_doc", "auto_configure", "view_index_metadata", "read")}
    names.update({f"loglode-{kind}-*": ("index", "create_index") for kind in ("findings", "incidents", "templates", "reports")})
    return says("_has_privileges", {"has_all_requested": not lacking, "cluster": {"indices:admin/index_template/get": "cluster" not in lacking, "cluster:admin/indices/index_template/get": False},
                                    "index": {name: {each: each not in lacking for each in privileges} for name, privileges in names.items()}})


FORBIDDEN = {"error": {"type": "security_exception", "reason": "action [cluster:monitor/main] is unauthorized for API key id [x] of user [y], this action is granted by the cluster "
                                                               "privileges [monitor,manage,all]"}, "status": 403}
STARTING = {"error": {"type": "authentication_processing_error", "reason": "failed to promote the auto-configured elastic password hash"}, "status": 503}
# It takes Elasticsearch's requests and answers with as little as its clients need (as VictoriaLogs 1.52 does).
OTHER_PRODUCT = [says("_index_template", {}), says("_bulk", {"took": 0, "errors": False, "items": []}), says("_data_stream", "unsupported path requested", 400),
                 says("_ilm", {}), says("/", {"version": {"number": "8.9.0"}})]

# name -> (what the cluster answers, what is told, whether `run` waits until it is mended). Told: a text, or several; none: all is well.
ROWS = {
    "nothing": ([], None, False),
    "all is well": ([templates(), *stream(), without()], None, False),
    "no data stream yet": ([says("_data_stream/", {"error": {"type": "index_not_found_exception"}, "status": 404}, 404)], None, False),
    "another template wins": ([templates(("company", ["logs-*-*"], 900))], ("index template company (priority 900) wins over loglode-records (500)", "lower priority"), False),
    "another template of events wins": ([templates(("company", ["*-incidents-*"], 501))], ("company (priority 501) wins over loglode-events (500) for loglode-incidents-",), False),
    "other templates that do not win": ([templates(("logs", ["logs-*-*"], 100), ("metrics", ["metrics-*"], 900))], None, False),
    "an older template": ("older", ("_index_template/loglode-records is older than this version", "setup elasticsearch CONFIG --yes"), False),
    "another template under our name": ("foreign", ("_index_template/loglode-records is not ours", "--yes"), False),
    "no template of events": ("absent", ("no index template loglode-events", "setup elasticsearch CONFIG"), True),
    "its disks are full": (stream({"index.blocks.read_only_allow_delete": "true"}), ("over the flood-stage mark", "_cat/allocation"), False),
    "its index is read-only": (stream({"index.blocks.write": "true"}), ("is read-only (index.blocks.write)", f"PUT {INDEX}/_settings"), False),
    "the cluster is read-only": ([says("_cluster/settings", {"persistent": {"cluster.blocks.read_only": "true"}, "transient": {}})], ("the cluster is read-only", "PUT _cluster/settings"),
                                 False),
    "a stream of time series": (stream({"index.mode": "time_series"}), ("makes its own ids", "--rollover"), True),
    "a stream of another template": (stream(template="logs"), ("stands under index template logs", "--rollover"), False),
    "a stream with a failure store": (stream(options={"failure_store": {"enabled": True}}), ("failure store on", "_options"), False),
    "an index in its place": ([says("_data_stream/", {}, 404), says("logs-loglode-default/_settings", {"logs-loglode-default": {"settings": {}}})],
                              ("is an index, not a data stream", '"data_stream"'), True),
    "create_doc is lacking": ([without("create_doc")], ("lacks the index privilege create_doc on logs-loglode-default", "docs/elasticsearch.md"), True),
    "read is lacking": ([without("read")], ("lacks the index privilege read on logs-loglode-default",), False),
    "index of events is lacking": ([without("index")], ("lacks the index privilege index on loglode-findings-*, loglode-incidents-*",), True),
    "templates may not be seen": ([without("cluster")], ("lacks the cluster privilege indices:admin/index_template/get",), False),
    "OpenSearch: a permission is lacking": ([says("perform_permission_check", {"accessAllowed": False, "missingPrivileges": ["indices:data/write/index"]})],
                                            ("lacks the permission indices:data/write/index on logs-loglode-default",), True),
    "GET / is forbidden": ([{**says("", FORBIDDEN, 403), "path": "/"}], None, False),
    "wrong credentials": ([says("/", {"error": {"type": "security_exception", "reason": "unable to authenticate"}, "status": 401}, 401)], ("it does not know us", "api_key"), True),
    "an expired key": ([says("/", {"error": {"type": "security_exception", "reason": "unable to authenticate: api key is expired"}, "status": 401}, 401)], ("the key has expired",), True),
    "just started": ([{**says("_index_template/", STARTING, 503), "times": 2}], None, False),
    "another product": (OTHER_PRODUCT, ("no index templates", "another product"), True),
}


def prepare(run, script):
    """Sets the cluster up for a row."""
    kept = run.stand_in.store.kept["_index_template"]
    if script == "older":
        kept["loglode-records"] = {**kept["loglode-records"], "version": 0, "_meta": {"loglode_body": "0" * 16}}
    elif script == "foreign":
        kept["loglode-records"] = {**kept["loglode-records"], "_meta": {}}
    elif script == "absent":
        del kept["loglode-events"]
    else:
        run.stand_in.script.add(script)


def one(run, name):
    script, told, waits = ROWS[name]
    told = (told,) if isinstance(told, str) else told
    run.stand_in.settings["product"] = "opensearch" if name.startswith("OpenSearch") else "elasticsearch"
    run.ask("DELETE", "/_script")
    run.ask("DELETE", "/_stored")
    done = run.call("setup", "elasticsearch", "c.yaml", "--yes")
    check("setup", done.returncode == 0, done)
    prepare(run, script)
    done = run.call("check", "c.yaml", "--connect")
    said = done.stdout + done.stderr
    check("check --connect", done.returncode == (2 if told else 0) and all(each in said for each in told or ["nothing is in the way"]), said)
    if name == "just started":
        run.stand_in.script.add([{**says("_index_template/", STARTING, 503), "times": 2}])
    log = os.path.join(run.folder, "log")
    if os.path.exists(log):
        os.remove(log)
    run.start()
    if told:
        run.wait_until(lambda: all(each in run.said() for each in told))
        check("run", all(each in run.said() for each in told), run.said())
        if waits:
            time.sleep(0.2)
            check("nothing is sent", not run.stored(), run.stored()[:1])
    if not waits:
        run.wait_until(lambda: len(run.stored()) >= 400)
        check("all is stored", len(run.stored()) >= 400, run.said())
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    for each in os.scandir(run.folder):
        if each.name == "state":
            os.rename(each.path, os.path.join(run.folder, f"state {time.monotonic()}"))


def main():
    failed = []
    with Run(os.path.abspath(sys.argv[1])) as run:
        with open(os.path.join(run.folder, "c.yaml"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(run.folder, "c.yaml"), "w", encoding="utf-8") as out:
            out.write(text.replace("hash_key: key,", "hash_key: key, what: [records, findings, incidents],"))
        for name in sys.argv[2:] or ROWS:
            try:
                one(run, name)
                print(f"  {name}", flush=True)
            except Failed as problem:
                failed.append(name)
                if run.process and run.process.poll() is None:
                    run.process.kill()
                    run.process.wait()
                print(f"FAILED: {name}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
