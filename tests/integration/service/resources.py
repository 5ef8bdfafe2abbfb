#!/usr/bin/env python3
"""`loglode run` without what it needs of the machine: no descriptor is left, or the state's folder cannot be written to.

What must hold: a clear message, no busy loop, and it goes on when there is what it needs.

usage: resources.py LOGLODE [TEST...]
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

from broker import Loglode, documents, wait_for
from crash import payload


def config(logs):
    return f"""
state: state
snapshot: 100ms
sources:
  app: {{ type: file, paths: ['{logs}/*.log'], start: start }}
sinks:
  out: {{ type: file, path: out/records.ndjson, rotate: {{ size: 64KiB, keep: 1000 }} }}
http: {{ listen: off }}
"""


def write(logs, name, first, lines):
    with open(os.path.join(logs, name), "a", encoding="utf-8") as f:
        f.writelines(payload(i, 1) + "\n" for i in range(first, first + lines))


def delivered(service, repeats=False):
    """Lines of all parts, by id. Without `repeats` a second one is an error."""
    out, found = os.path.join(service.folder, "out"), {}
    for name in os.listdir(out) if os.path.isdir(out) else []:
        for document in documents(os.path.join(out, name)):
            assert repeats or document["event.id"] not in found, f"twice: {document}"
            found[document["event.id"]] = document.get("event.original", document["message"])
    return list(found.values())


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors_run_out(program, folder):
    """Ten times as many files as there are descriptors, and a sink that rotates meanwhile."""
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    total = 0
    for number in range(5):
        write(logs, f"early-{number}.log", total, 100)
        total += 100
    service = Loglode(program, os.path.join(folder, "service"), config(logs)).start()
    wait_for("the first records", 60, lambda: len(delivered(service)) == total)
    open_now = len(os.listdir(f"/proc/{service.process.pid}/fd"))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (open_now + 2, hard))
    for number in range(40):
        write(logs, f"late-{number:02}.log", total, 100)
        total += 100
    time.sleep(3)
    assert service.process.poll() is None, service.told()
    before = cpu_seconds(service.process)
    time.sleep(4)
    busy = (cpu_seconds(service.process) - before) / 4
    assert busy < 0.5, f"{busy:.0%} of a core while it waits for descriptors"
    told = service.told()
    assert "the process may open no more files" in told, told
    assert len(told.splitlines()) < 60, f"a flood: {len(told.splitlines())} lines"
    resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (1024, hard))
    wait_for("all records", 90, lambda: len(delivered(service)) == total)
    assert service.stop() == 143, service.told()
    assert sorted(delivered(service)) == sorted(payload(i, 1) for i in range(total))
    return f"{total} records, each once, after {open_now + 2} descriptors were not enough; {busy:.1%} of a core meanwhile, {len(told.splitlines())} lines told"


def descriptors_are_few_from_the_start(program, folder):
    """With too few to start at all it says so and ends; with a few more it runs."""
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    for number in range(30):
        write(logs, f"app-{number:02}.log", number * 10, 10)
    service = Loglode(program, os.path.join(folder, "service"), config(logs))
    seen = {}
    for few in (6, 10, 14, 20):
        ended = subprocess.run(["timeout", "-s", "TERM", "5", program, "run", service.config], capture_output=True, text=True, check=False,
                               preexec_fn=lambda few=few: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few)))
        seen[few] = ended.returncode
        assert ended.returncode in (1, 2, 124, 127, 143), f"{few} descriptors: {ended.returncode}: {ended.stderr}"
        said = any(words in ended.stderr for words in ("Too many open files", "unable to open", "may open no more files"))
        assert ended.returncode == 127 or said, f"{few} descriptors: {ended.stderr}"
    service.start()
    wait_for("all records", 60, lambda: len(delivered(service, repeats=True)) == 300)  # what was written without a snapshot comes again
    assert service.stop() == 143
    return f"status by number of descriptors: {seen}; all 300 records with enough of them"


def state_can_not_be_written_to(program, folder):
    """As in a read-only file system: said at the start, with the folder's name; nothing is delivered without a place for positions."""
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    write(logs, "app.log", 0, 100)
    service = Loglode(program, os.path.join(folder, "service"), config(logs)).start()
    wait_for("the records", 60, lambda: len(delivered(service)) == 100)
    assert service.stop() == 143, service.told()
    write(logs, "app.log", 100, 100)
    state = os.path.join(service.folder, "state")
    as_reader = [] if os.geteuid() != 0 else ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    for path in [os.path.join(state, name) for name in os.listdir(state)] + [state]:
        os.chmod(path, 0o500 if os.path.isdir(path) else 0o400)
    ended = subprocess.run([*as_reader, "timeout", "-s", "TERM", "10", program, "run", service.config], capture_output=True, text=True, check=False)
    assert ended.returncode in (1, 2), f"{ended.returncode}: {ended.stderr}"
    assert state in ended.stderr and "ermission denied" in ended.stderr, ended.stderr
    assert len(delivered(service)) == 100
    for path in [state] + [os.path.join(state, name) for name in os.listdir(state)]:
        os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
    service.start()
    wait_for("all records", 60, lambda: len(delivered(service)) == 200)
    assert service.stop() == 143, service.told()
    return f"refused with status {ended.returncode}: {ended.stderr.strip().splitlines()[-1][-120:]!r}; goes on once it can be written to"


def main():
    program = os.path.abspath(sys.argv[1])
    for test in (descriptors_run_out, descriptors_are_few_from_the_start, state_can_not_be_written_to):
        if sys.argv[2:] and test.__name__ not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(f"{test.__name__}: {test(program, folder)}", flush=True)


if __name__ == "__main__":
    main()
