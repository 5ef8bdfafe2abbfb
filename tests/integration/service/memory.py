#!/usr/bin/env python3
"""`loglode run` with a full topic of many partitions in front of it and a slow sink behind it: its memory stays within its budget.

usage: memory.py LOGLODE SHIM          SHIM: the shared object of disk_shim.cc
environment: LOGLODE_MEMORY_MB (100): what the topic holds
"""
import os
import re
import subprocess
import sys
import tempfile
import time

from broker import Broker, Loglode, wait_for

PARTITIONS = 200
LIMIT_MIB = 256


def peak_mib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+) kB", f.read())[1]) // 1024


def fill(broker, megabytes):
    """Not compressed, so that what is fetched is as large as what is read."""
    filler = "".join(chr(97 + i * i % 26) for i in range(420))
    lines = "".join(f"2026-11-26T12:00:{i % 60:02}.000Z INFO order {i} placed by user-{i * 7919 % 100003} {filler}\n" for i in range(20_000))
    for _ in range(megabytes * 1_000_000 // len(lines)):
        subprocess.run(["kcat", "-P", "-b", broker.address, "-t", "full", "-p", "-1", "-X", "acks=1", "-X", "batch.size=65536", "-X",
                        "sticky.partitioning.linger.ms=0"], input=lines.encode(), check=True, capture_output=True)


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def run(program, shim, folder, broker, megabytes):
    broker.create("full", PARTITIONS)
    fill(broker, megabytes)
    log = os.path.join(broker.folder, "kafka", "log")
    held = sum(size_of(os.path.join(log, name, "00000000000000000000.log")) for name in os.listdir(log) if name.startswith("full-"))
    assert held > megabytes * 900_000, held
    rules = os.path.join(folder, "faults")
    with open(rules, "w", encoding="ascii") as f:
        f.write("write 300ms out/records\n")
    service = Loglode(program, os.path.join(folder, "service"), f"""
state: state
sources:
  shop: {{ type: kafka, brokers: [{broker.address}], topics: [full], group: memory, start: earliest, service: {{ from: topic }} }}
sinks:
  archive: {{ type: file, path: out/records.ndjson }}
http: {{ listen: off }}
""").start(LD_PRELOAD=shim, LOGLODE_FAULTS=rules)
    sink = os.path.join(service.folder, "out", "records.ndjson")
    wait_for("records", 90, lambda: size_of(sink) > 0)
    time.sleep(10)  # everything in front of the sink is full by now
    slow, at = peak_mib(service.process), size_of(sink)
    assert service.process.poll() is None, service.told()
    os.remove(rules)
    time.sleep(6)
    fast, then = peak_mib(service.process), size_of(sink)
    assert then > at + 5_000_000, f"{then - at} bytes in 6 s: {service.told()}"
    assert service.stop() == 143, service.told()
    assert slow < LIMIT_MIB and fast < LIMIT_MIB, f"peak {slow} MiB with the slow sink, {fast} MiB with a fast one"
    return (f"{held // 1_000_000} MB in {PARTITIONS} partitions: peak {slow} MiB with a sink that takes {at / 10e6:.1f} MB/s, "
            f"{fast} MiB with one that takes {(then - at) / 6e6:.1f} MB/s; limit {LIMIT_MIB} MiB")


def main():
    program, shim = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder).start()
        try:
            print(run(program, shim, folder, broker, int(os.environ.get("LOGLODE_MEMORY_MB", "100"))), flush=True)
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
