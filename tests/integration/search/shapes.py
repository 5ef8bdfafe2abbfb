#!/usr/bin/env python3
"""Other shapes than the default, against a real server: `shape: otel` under a mapping of ours, and under one made of the parts of Elastic's own template, which the test plants as
far as it matters (the server's jars do not have it): attributes of any name become fields, objects of them one field. What depends on fields goes on: hashes, repairs, routes, `verify`.
"""
import json
import os
import signal

from delivery import Program, check, line, wait_until

LINES = 300
PARTS = {
    "otel@mappings": {
        "dynamic": False,
        "dynamic_templates": [
            {"complex_attributes": {"path_match": ["resource.attributes.*", "attributes.*"], "match_mapping_type": "object", "mapping": {"type": "flattened"}}},
            {"texts": {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}},
        ],
        "properties": {
            "@timestamp": {"type": "date"},
            "severity_text": {"type": "keyword"},
            "body": {"properties": {"text": {"type": "text"}}},
            "attributes": {"type": "passthrough", "dynamic": True, "priority": 20},
            "resource": {"properties": {"attributes": {"type": "passthrough", "dynamic": True, "priority": 40}}},
        },
    }
}


def program_of(binary, folder, server, more):
    os.makedirs(os.path.join(folder, "logs"))
    program = Program(os.path.abspath(binary), folder, server, more)
    done = program.call("setup", "elasticsearch", "c.yaml", "--yes")
    check("setup", done.returncode == 0, done)
    tried = program.call("check", "c.yaml", "--connect")
    check("check --connect finds the template", tried.returncode == 0, tried)
    return program, done.stdout


def run_lines(program, server, stream, texts, total):
    with open(os.path.join(program.folder, "logs", "shop.log"), "a", encoding="utf-8") as log:
        log.writelines(text + "\n" for text in texts)
    program.start()
    wait_until(f"{total} are stored", lambda: server.count(stream) >= total)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])


def verified(program, total):
    done = program.call("verify", "c.yaml", "--report", "ndjson")
    said = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    check("verify finds each once", done.returncode == 0 and said["counts"]["stored"] == said["records"] == total, (said, done.stderr[-500:]))


def again_behind_a_rollover(program, server, stream, total):
    """Without its state it reads all once more: what is stored in the index before is found by its id and hash."""
    os.rename(os.path.join(program.folder, "state"), os.path.join(program.folder, "state before"))
    server.ask("POST", f"/{stream}/_rollover")
    marker = "2026-11-28T12:00:00Z INFO the last one"
    run_lines(program, server, stream, [marker], total + 1)
    check("nothing is stored twice", server.count(stream) == total + 1, server.count(stream))
    verified(program, total + 1)


def judge_otel(each):
    attributes, resource = each["attributes"], each["resource"]["attributes"]
    return (each["body"]["text"] and each["severity_number"] in (9, 17) and each["severity_text"] in ("info", "error") and resource["service.name"] == "shop"
            and len(attributes["event.hash"]) == 32 and attributes["log.record.template_id"] and attributes["log.record.uid"] and "log.offset" in attributes)


def otel(server, binary, folder, name, stream, is_elastic):
    print(f"shape otel, {name}")
    program, said = program_of(binary, os.path.join(folder, name), server, f", shape: otel, data_stream: {stream}")
    if server.product == "elasticsearch":
        check("setup says whose mapping it is", ("made of the parts" in said) == is_elastic, said)
    template = server.ask("GET", "/_index_template/loglode-otel")["index_templates"][0]["index_template"]
    check("it is for these streams", template["index_patterns"][0] == "logs-loglode.otel-*" and template["priority"] == 501, template)
    run_lines(program, server, stream, [line(number, 1) for number in range(LINES)], LINES)
    sources = [each["_source"] for each in server.documents(stream)]
    check("each has its fields", all(judge_otel(each) for each in sources), [each for each in sources if not judge_otel(each)][:1])
    again_behind_a_rollover(program, server, stream, LINES)
    found = server.ask("POST", f"/{stream}/_search", {"query": {"term": {"attributes.log.record.template_id": sources[0]["attributes"]["log.record.template_id"]}}})
    check("templates are found by their id", found["hits"]["total"]["value"] > 0, found)
    return program


def repaired(server, program, stream):
    """The mapping is not what we expect: a field that it refuses goes among the unknown ones."""
    template = server.ask("GET", "/_index_template/loglode-otel")["index_templates"][0]["index_template"]
    for owned in ("created_date", "modified_date", "created_date_millis", "modified_date_millis"):
        template.pop(owned, None)
    template["template"]["mappings"]["properties"]["attributes"]["properties"]["exception.type"] = {"type": "long"}
    server.ask("PUT", "/_index_template/loglode-otel", template)
    server.ask("POST", f"/{stream}/_rollover")
    before = server.count(stream)
    run_lines(program, server, stream, [json.dumps({"time": "2026-11-28T13:00:00Z", "level": "error", "msg": "it broke", "error.type": "BadThing"})], before + 1)
    mended = [each["_source"]["attributes"] for each in server.documents(stream) if "loglode.repaired" in each["_source"]["attributes"]]
    check("what the mapping refuses is repaired", len(mended) == 1 and mended[0]["loglode.unknown"]["attributes.exception.type"] == "BadThing", mended)
    verified(program, before + 1)


def run(server, binary, folder):
    program = otel(server, binary, folder, "a mapping of ours", "logs-loglode.otel-shapes", False)
    repaired(server, program, "logs-loglode.otel-shapes")
    if server.product != "elasticsearch":
        return
    for name, mappings in PARTS.items():
        server.ask("PUT", f"/_component_template/{name}", {"template": {"mappings": mappings}})
    server.ask("PUT", "/_index_template/logs-otel@template", {"index_patterns": ["logs-*.otel-*"], "priority": 120, "data_stream": {}, "composed_of": list(PARTS)})
    otel(server, binary, folder, "parts of Elastic's", "logs-loglode.parts.otel-shapes", True)
