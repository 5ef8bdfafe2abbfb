"""Kafka to nowhere: `loglode run` (parse, classify, mask, mine, aggregate) beside a bare librdkafka consumer, the source alone, and `analyze` on
one core, on the same messages in the same rounds. The broker is a real one, started here, and has the same two cores as they."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration", "service"))
from broker import Broker, Loglode, free_ports  # noqa: E402

PARTITIONS = 6


def config(broker, group, port, sink):
    return f"""
sources:
  perf: {{ type: kafka, brokers: [{broker.address}], topics: [perf], group: {group}, start: earliest, service: {{ from: topic }}, format: auto }}
sinks:
  out: {sink}
http: {{ listen: '127.0.0.1:{port}' }}
"""


NOTHING_WRITTEN = "{ type: file, path: out/found.ndjson, what: [findings, incidents] }"
RECORDS_WRITTEN = "{ type: file, path: /dev/null, what: [records, findings, incidents] }"


def records_read(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return int(float(re.search(r"^loglode_records_total (\S+)", answer.read().decode(), re.MULTILINE)[1]))
    except OSError:
        return 0


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_once(program, broker, folder, name, sink, messages):
    """From the first records to the last, as /metrics tells them."""
    port = free_ports()
    service = Loglode(program, os.path.join(folder, name), config(broker, name, port, sink)).start()
    try:
        began, first = None, 0
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            done = records_read(port)
            now = time.monotonic()
            if done and began is None:
                began, first, cpu = now, done, cpu_seconds(service.process.pid)
            if done >= messages:
                seconds = now - began
                return {"records_per_s": (done - first) / seconds, "records_per_cpu_s": (done - first) / (cpu_seconds(service.process.pid) - cpu)}
            time.sleep(0.02)
        raise SystemExit(f"{name}: {records_read(port)} of {messages} records after 300 s: {service.told()}")
    finally:
        service.stop()


def measure(program, bare, stream, rounds, passes, analyze):
    """`analyze`: a function that gives lines per second of `analyze` on one core over `stream`."""
    os.environ["KAFKA_TIER"], os.environ["KAFKA_HEAP"] = "4", "512m"
    rows = {name: [] for name in ("bare", "source", "run", "run_records", "analyze")}
    cpu = []
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            broker.create("perf", PARTITIONS)
            for _ in range(passes):
                subprocess.run(["kcat", "-P", "-b", broker.address, "-t", "perf", "-p", "-1", "-z", "lz4", "-X", "linger.ms=50", "-X", "batch.size=262144", "-l", stream], check=True)
            messages = sum(int(n) for n in re.findall(r"perf:\d+:(\d+)", broker.tool("offsets", "--topic", "perf")))
            for number in range(rounds):
                for how in ("bare", "source"):
                    said = subprocess.run([bare, broker.address, "perf", how, str(messages)], stdout=subprocess.PIPE, check=True, text=True).stdout
                    rows[how].append(json.loads(said)["messages_per_s"])
                one = run_once(program, broker, folder, f"nowhere-{number}", NOTHING_WRITTEN, messages)
                rows["run"].append(one["records_per_s"])
                cpu.append(one["records_per_cpu_s"])
                rows["run_records"].append(run_once(program, broker, folder, f"records-{number}", RECORDS_WRITTEN, messages)["records_per_s"])
                rows["analyze"].append(analyze())
        finally:
            broker.kill()
    goal = [min(0.7 * b, 0.8 * a) for b, a in zip(rows["bare"], rows["analyze"])]
    return {"messages": messages, "partitions": PARTITIONS, "rows": rows, "run_records_per_cpu_s": cpu, "percent_of_goal": [100 * r / g for r, g in zip(rows["run"], goal)]}
