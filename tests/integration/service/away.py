#!/usr/bin/env python3
"""A reload (SIGHUP) of `loglode run` while a sink is away: it waits for the sink, answers meanwhile, and a SIGTERM does not wait for ever.

What must hold: records read before the reload have the old rules and those read after it the new ones; nothing is lost, also when the
program is stopped in between; /healthz and /metrics answer all the time.

usage: away.py LOGLODE SHIM          SHIM: the shared object of disk_shim.cc
"""
import concurrent.futures
import os
import signal
import sys
import tempfile
import time
import urllib.request

from broker import Loglode, documents, free_ports, wait_for
from crash import payload
from faults import PACK


class Scene:
    def __init__(self, program, shim, folder):
        self.folder, self.shim, self.port, self.written = folder, shim, free_ports(), 0
        self.log, self.pack, self.rules = (os.path.join(folder, name) for name in ("app.log", "pack.yaml", "faults"))
        self.name_rule("old")
        self.service = Loglode(program, os.path.join(folder, "service"), f"""
state: state
snapshot: 100ms
sources:
  app: {{ type: file, paths: ['{self.log}'], start: start }}
rules: {{ packs: ['{self.pack}'] }}
sinks:
  out: {{ type: file, path: out/records.ndjson }}
http: {{ listen: '127.0.0.1:{self.port}' }}
""")
        self.sink = os.path.join(self.service.folder, "out", "records.ndjson")

    def start(self):
        self.service.start(LD_PRELOAD=self.shim, LOGLODE_FAULTS=self.rules)

    def name_rule(self, name):
        with open(self.pack, "w", encoding="utf-8") as f:
            f.write(PACK.format(name=name))

    def write(self, lines):
        with open(self.log, "a", encoding="utf-8") as f:
            f.writelines(payload(i, 1) + "\n" for i in range(self.written, self.written + lines))
        self.written += lines

    def break_sink(self):
        with open(self.rules, "w", encoding="ascii") as f:
            f.write("write EIO out/records\n")

    def mend_sink(self):
        os.remove(self.rules)

    def answers(self):
        for page in ("/healthz", "/metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=5) as answer:
                assert answer.status == 200, page

    def rules_of(self):
        """number -> rules; each record once."""
        found = {}
        for document in documents(self.sink):
            number = int(document["message"].split("number=")[1])
            assert number not in found, f"record {number} is there twice"
            found[number] = document.get("rule.id", [])
        return found


def reload_waits_for_the_sink(program, shim, folder):
    scene = Scene(program, shim, folder)
    scene.start()
    scene.write(200)
    wait_for("the first records", 60, lambda: len(scene.rules_of()) == 200)
    scene.break_sink()
    scene.write(100)
    wait_for("the failure to be told", 30, lambda: "cannot write to" in scene.service.told())
    scene.name_rule("new")
    scene.service.process.send_signal(signal.SIGHUP)
    wait_for("the reload to be taken", 30, lambda: "reloaded" in scene.service.told())
    for _ in range(10):
        scene.answers()
        time.sleep(0.3)
    assert len(scene.rules_of()) == 200
    scene.write(100)
    scene.mend_sink()
    wait_for("all records", 60, lambda: len(scene.rules_of()) == scene.written)
    scene.write(50)
    wait_for("more records", 60, lambda: len(scene.rules_of()) == scene.written)
    found = scene.rules_of()
    assert all(found[number] == ["old"] for number in range(300)), {n: found[n] for n in range(300) if found[n] != ["old"]}
    assert all(found[number] == ["new"] for number in range(400, 450)), found
    changes = sum(found[n] != found[n + 1] for n in range(449))
    assert changes == 1, f"{changes} changes of the rules between records"
    assert scene.service.stop() == 143, scene.service.told()
    return "300 records read before it have the old rules, later ones the new, one change between; 20 pages answered while it waited"


def stop_while_a_reload_waits(program, shim, folder):
    scene = Scene(program, shim, folder)
    scene.start()
    scene.write(200)
    wait_for("the first records", 60, lambda: len(scene.rules_of()) == 200)
    scene.break_sink()
    scene.write(100)
    wait_for("the failure to be told", 30, lambda: "cannot write to" in scene.service.told())
    scene.service.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    scene.answers()
    began = time.monotonic()
    status = scene.service.stop(within=60)
    took = time.monotonic() - began
    assert status == 1, f"{status}: {scene.service.told()}"
    assert took < 35, f"{took:.0f} s"
    assert len(scene.rules_of()) == 200
    scene.mend_sink()
    scene.start()
    wait_for("all records", 60, lambda: len(scene.rules_of()) == 300)
    assert scene.service.stop() == 143, scene.service.told()
    return f"ended with status 1 after {took:.0f} s (its drain is 20 s), the next run delivered the other 100 once"


def stop_while_a_reload_waits_for_acknowledgements(program, shim, folder):
    """The sink is a topic of a broker that is not there: it takes records into its queue, and what it took is never acknowledged."""
    scene = Scene(program, shim, folder)
    with open(scene.service.config, encoding="utf-8") as f:
        to_file = f.read()
    with open(scene.service.config, "w", encoding="utf-8") as f:
        f.write(to_file.replace("{ type: file, path: out/records.ndjson }", f"{{ type: kafka, brokers: ['127.0.0.1:{free_ports()}'], topic: away }}"))
    scene.write(200)
    scene.start()
    wait_for("the failure to be told", 60, lambda: "cannot write checkpoint" in scene.service.told())
    scene.service.process.send_signal(signal.SIGHUP)
    wait_for("the reload to be taken", 30, lambda: "reloaded" in scene.service.told())
    time.sleep(2)
    scene.answers()
    began = time.monotonic()
    status = scene.service.stop(within=90)
    took = time.monotonic() - began
    assert status == 1 and took < 60, f"{status} after {took:.0f} s: {scene.service.told()}"
    with open(scene.service.config, "w", encoding="utf-8") as f:
        f.write(to_file)
    scene.start()
    wait_for("all records", 60, lambda: len(scene.rules_of()) == 200)
    assert scene.service.stop() == 143, scene.service.told()
    return f"ended with status 1 after {took:.0f} s, positions stayed: the next run delivered all 200 elsewhere"


def main():
    program, shim = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    tests = (reload_waits_for_the_sink, stop_while_a_reload_waits, stop_while_a_reload_waits_for_acknowledgements)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(len(tests)) as pool:  # they mostly wait
        folders = [os.path.join(folder, test.__name__) for test in tests]
        for each in folders:
            os.makedirs(each)
        for test, shown in zip(tests, pool.map(lambda test, each: test(program, shim, each), tests, folders)):
            print(f"{test.__name__}: {shown}", flush=True)


if __name__ == "__main__":
    main()
