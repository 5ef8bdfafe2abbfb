"""Kafka, `loglode run` and a search server, each killed in turn: every message is stored once, under its own id, with its text.

The oracle asks the topic and the server: what is stored by (partition, offset) is what the topic holds, none lost, none unknown, none twice, and no offset was committed whose
message is not stored. Environment: LOGLODE_SEARCH_RUNS (5), LOGLODE_CRASH_SEED (tests/seeds.py).
"""
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "service"))
from broker import Broker, Loglode, crash_seed, wait_for  # noqa: E402

STREAM = "logs-loglode-default"
MESSAGES = 400  # a run


def payload(number, seed):
    word = hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()[:12]
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_795_694_400 + number // 20))
    return f"{when} {'ERROR no connection' if number % 100 == 99 else 'INFO order placed'} by user-{word} number={number}"


def config(broker, server):
    return f"""
state: state
snapshot: 100ms
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [orders], group: search, instance: one, start: earliest, service: {{ from: topic }}, options: {{ session.timeout.ms: 6000 }} }}
sinks:
  search: {{ type: elasticsearch, urls: ['{server.url}'], hash_key: key, bulk: {{ size: 64KiB, age: 50ms, timeout: 10s }}, retry: {{ first: 50ms, max: 500ms }} }}
http: {{ listen: off }}
"""


def stored(server):
    """(partition, offset) -> (id, text); each once."""
    found = {}
    for each in server.documents(STREAM):
        source = each["_source"]
        if "kafka.offset" not in source:
            continue  # of the module before
        key = source["kafka.partition"], source["kafka.offset"]
        assert key not in found, f"{key} is stored as {found[key][0]} and {each['_id']}"
        found[key] = each["_id"], source["message"]
    return found


def run(server, program, folder):
    runs, seed = int(os.environ.get("LOGLODE_SEARCH_RUNS", "5")), crash_seed()
    rng = random.Random(seed)
    broker = Broker(os.path.join(folder, "broker")).start()
    try:
        broker.create("orders")
        service = Loglode(os.path.abspath(program), os.path.join(folder, "service"), config(broker, server))
        subprocess.run([service.program, "setup", "elasticsearch", service.config, "--yes"], cwd=service.folder, check=True)  # writes how to undo it
        written = 0
        for number in range(runs):
            service.start()
            for _ in range(4):
                broker.produce("orders", [payload(written + i, seed) for i in range(MESSAGES // 4)])
                written += MESSAGES // 4
                time.sleep(rng.random() * 0.4)
            victim = ("program", "server", "broker")[number % 3]
            if victim == "server":
                server.kill()
                time.sleep(rng.random())
                server.start()
            if victim == "broker":
                broker.kill()
                broker.start()
            time.sleep(rng.random() * 1.5)
            if victim == "program":
                service.stop(signal.SIGKILL)
                kept = stored(server)
                for partition, offset in broker.committed("search").items():
                    missing = [o for o in range(offset) if (partition, o) not in kept]
                    assert not missing, f"run {number}: committed {offset} of partition {partition}, not stored: {missing[:5]}"
            else:
                assert service.stop(within=120) == 143, service.told()[-800:]
        service.start()
        sent = {(p, o): text for p, o, text in broker.read("orders")}
        assert len(sent) == written
        wait_for("all documents", 60, lambda: len(stored(server)) >= written)
        assert service.stop(within=120) == 143, service.told()[-800:]
        kept = stored(server)
        assert kept.keys() == sent.keys(), f"{len(sent.keys() - kept.keys())} lost, {len(kept.keys() - sent.keys())} unknown"
        for key, text in sent.items():
            assert text.endswith(kept[key][1].split(" by ")[1]), f"{key}: {kept[key][1]!r} is not of {text!r}"
        assert len({identity for identity, _ in kept.values()}) == written, "ids are not unique"
        positions = broker.committed("search")
        receipt = subprocess.run([service.program, "verify", service.config, "--report", "ndjson"], cwd=service.folder, capture_output=True, text=True, timeout=120, check=False)
        assert receipt.returncode == 0, (receipt.stdout[-800:], receipt.stderr)
        total = json.loads(receipt.stdout.splitlines()[-1])
        assert total["counts"]["stored"] == total["records"] == written, total
        assert broker.committed("search") == positions, "verify has moved the group"
        print(f"{runs} runs, seed {seed}: {written} messages, 0 lost, 0 unknown, 0 twice; the receipt says the same")
    finally:
        broker.kill()
