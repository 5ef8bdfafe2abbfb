#!/usr/bin/env python3
"""`loglode run` behind a bad line to its broker: 200 ms late, 200 KB/s, connections cut in the middle of an answer, ten seconds of silence.

What must hold: reading through it and writing through it, everything arrives, each message once by id.

usage: link.py LOGLODE          environment: LOGLODE_CRASH_SEED
"""
import json
import os
import sys
import tempfile
import time

from broker import Broker, Loglode, crash_seed, documents, once_by_id, wait_for
from crash import payload
from slow_link import broker_behind_link


def config(link):
    return f"""
state: state
snapshot: 200ms
sources:
  shop: {{ type: kafka, brokers: ['127.0.0.1:{link.port}'], topics: [logs], group: link, start: earliest, service: {{ from: topic }},
          options: {{ session.timeout.ms: 20000 }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
  onward: {{ type: kafka, brokers: ['127.0.0.1:{link.port}'], topic: onward }}
http: {{ listen: off }}
"""


def run(program, folder, broker, link, seed):
    broker.create("logs", 3)
    broker.create("onward", 3)
    written = 0

    def produce(lines):
        nonlocal written
        broker.produce("logs", [payload(n, seed) + " " + "x" * 200 for n in range(written, written + lines)])
        written += lines

    service = Loglode(program, os.path.join(folder, "service"), config(link)).start()
    sink = os.path.join(service.folder, "out", "records.ndjson")

    def wait_for_file(seconds):
        wait_for(f"{written} records", seconds, lambda: len(once_by_id(documents(sink))[0]) >= written)

    produce(1000)
    wait_for_file(60)
    link.latency = 0.1  # each way
    produce(500)
    wait_for_file(60)
    link.bytes_per_second = 200_000
    produce(2500)
    time.sleep(1)
    for _ in range(3):
        link.cut_after = 100
        time.sleep(1.5)
    link.stalled = True
    produce(500)
    time.sleep(10)
    link.stalled = False
    wait_for_file(120)
    link.cut_after = 10  # of an answer to the sink or the group: small ones
    produce(200)
    wait_for_file(60)

    def onward():
        return once_by_id(json.loads(text) for _, _, text in broker.read("onward"))

    link.latency, link.bytes_per_second = 0.0, 0  # what is read here goes through it too
    wait_for("all in the other topic", 120, lambda: len(onward()[0]) >= written)
    status = service.stop()
    assert status == 143, f"{status}: {service.told()}"
    sent = {(p, o): text for p, o, text in broker.read("logs")}
    assert len(sent) == written
    in_file, file_copies = once_by_id(documents(sink))
    in_topic, topic_copies = onward()
    for name, kept in (("file", in_file), ("topic", in_topic)):
        assert kept.keys() == sent.keys(), f"{name}: {len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} unknown"
    for key, text in sent.items():
        assert in_file[key][1] == text and in_topic[key][0] == in_file[key][0], key
    told = service.told().splitlines()
    assert len(told) < 30, "\n".join(told)
    return (f"{written} messages, 0 lost, 0 unknown, over {link.forwarded // 1000} KB and {link.cuts} cuts; written twice with the same id: "
            f"{file_copies - written} in the file, {topic_copies - written} in the topic; {len(told)} lines told")


def main():
    program = os.path.abspath(sys.argv[1])
    seed = crash_seed()
    with tempfile.TemporaryDirectory() as folder:
        broker, link = broker_behind_link(folder)
        try:
            print(run(program, folder, broker, link, seed), flush=True)
        finally:
            link.close()
            broker.kill()


if __name__ == "__main__":
    main()
