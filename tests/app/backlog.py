#!/usr/bin/env python3
"""The same lines leave the same findings and incidents in the sinks of `run`: as they come, in one go, in many files and several sources, and with kills and stops between them.
usage: backlog.py PROGRAM          environment: LOGLODE_CRASH_SEED (tests/seeds.py)"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import program

sys.path.append(os.path.join(program.ROOT, "tests"))
from seeds import crash_seed  # noqa: E402

binary = os.path.abspath(sys.argv[1])
HOURS = 3
START = 1_767_258_000  # 2026-01-01T09:00:00Z


def lines_of(rng):
    """Three services for some hours: what they say all day, new errors, a burst of an old one, warnings, a silence."""
    lines = []

    def say(second, level, service, text):
        if second < HOURS * 3600:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + second)) + f".{int(second * 1000) % 1000:03}Z"
            lines.append((second, json.dumps({"time": stamp, "level": level, "service": service, "message": text}) + "\n"))

    for service in ("web", "orders", "ledger"):
        second = rng.random() * 5
        while second < HOURS * 3600:
            if not (service == "ledger" and 7000 < second < 7900):
                say(second, "INFO", service, f"request {rng.randrange(10_000)} served in {rng.randrange(90)} ms")
            second += 2 + 4 * rng.random()
        for second in range(400, HOURS * 3600, 1100):
            say(second + rng.random(), "ERROR", service, f"client {rng.randrange(100)} went away")
    for at, level, service, text, count in ((2400, "ERROR", "ledger", "valve is stuck", 40), (4100, "WARN", "web", "slow answer", 80), (6000, "FATAL", "orders", "journal is torn", 3),
                                            (8200, "ERROR", "web", "client 7 went away", 120), (9900, "ERROR", "orders", "no answer from ledger", 25)):
        for _ in range(count):
            say(at + rng.random() * 200, level, service, text)
    return [line for _, line in sorted(lines)]


def seconds_of(line):
    hour, minute, second = json.loads(line)["time"][11:19].split(":")
    return (int(hour) - 9) * 3600 + int(minute) * 60 + int(second)


def service_of(line):
    return json.loads(line)["service"]


# Which folder and file a line is in. The folders are sources of their own; names are not in the order of times.
LAYOUTS = {
    "one file": lambda line: ("logs", "all"),
    "a file a service": lambda line: ("logs", service_of(line)),
    "files by time": lambda line: ("logs", "part-" + str(seconds_of(line) // 900 * 7 % 12)),
    "two sources": lambda line: ("here", service_of(line)) if service_of(line) == "ledger" else ("there", str(seconds_of(line) // 2700 * 3 % 4)),
}


class Service:
    def __init__(self, folder, layout="one file"):
        self.folder, self.place_of, self.process = folder, LAYOUTS[layout], None
        sources = ("here", "there") if layout == "two sources" else ("logs",)
        for source in sources:
            os.makedirs(os.path.join(folder, source))
        with open(os.path.join(folder, "loglode.yaml"), "w", encoding="utf-8") as f:
            f.write("state: state\nsnapshot: 100ms\nsources:\n")
            f.writelines(f"  {source}: {{ type: file, paths: ['{folder}/{source}/*.log'] }}\n" for source in sources)
            f.write("""sinks:
  archive: { type: file, path: out/records.ndjson }
  events: { type: file, path: out/events.ndjson, what: [findings, incidents] }
http: { listen: off }
""")

    def start(self):
        with open(os.path.join(self.folder, "told"), "a", encoding="utf-8") as told:
            self.process = subprocess.Popen([binary, "run", "loglode.yaml"], cwd=self.folder, stdout=told, stderr=told)

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(60)

    def told(self):
        with open(os.path.join(self.folder, "told"), encoding="utf-8") as f:
            return f.read()[-2000:]

    def write(self, lines):
        of_file = {}
        for line in lines:
            of_file.setdefault(self.place_of(line), []).append(line)
        for (source, name), some in of_file.items():
            with open(os.path.join(self.folder, source, name + ".log"), "a", encoding="utf-8") as f:
                f.writelines(some)

    def documents(self, name):
        path = os.path.join(self.folder, "out", name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            return [json.loads(line) for line in f if line.endswith("\n")]

    def wait_for(self, count):
        """Until so many records are there."""
        path, patience = os.path.join(self.folder, "out", "records.ndjson"), time.monotonic() + 120
        while time.monotonic() < patience:
            if os.path.exists(path):
                with open(path, "rb") as f:
                    if len({json.loads(line)["event.id"] for line in f if line.endswith(b"\n")}) >= count:
                        return
            time.sleep(0.1)
        raise AssertionError(f"{count} records did not come: {self.told()}")

    def standing(self):
        stands = {}
        for document in self.documents("events.ndjson"):
            kind = document["schema"].split("/")[0]
            if kind == "loglode.withdrawal":
                stands.pop(document.get("finding_id") or document.get("incident_id"), None)
            else:
                stands[document.get("incident_id") or document["finding_id"]] = json.dumps(without_origin(document), sort_keys=True)
        return stands


def without_origin(value):
    """Which of many quiet records is shown as an example, and is quoted with the words "lines like", is decided by their places in files."""
    if isinstance(value, str):
        return re.sub(r'(lines like )(["`\'“«]).*?["`\'”»]', r"\1…", value)
    if isinstance(value, dict):
        return {key: without_origin(each) for key, each in value.items() if key not in ("record_id", "origin", "excerpt", "evidence")}
    return [without_origin(each) for each in value] if isinstance(value, list) else value


def main():
    seed = crash_seed()
    print(f"LOGLODE_CRASH_SEED={seed}", flush=True)
    rng = random.Random(seed)
    lines = lines_of(rng)
    with tempfile.TemporaryDirectory() as folder:
        lived, killed = (Service(os.path.join(folder, name)) for name in ("lived through", "lived through, killed"))
        backlogs = [Service(os.path.join(folder, layout), layout) for layout in LAYOUTS]
        broken = [Service(os.path.join(folder, layout + ", killed"), layout) for layout in LAYOUTS]
        for service in backlogs + broken:
            service.write(lines)
        for service in (lived, killed, *backlogs):
            service.start()
        for service in broken:
            for _ in range(4):
                service.start()
                time.sleep(0.05 + rng.random() * 0.5)
                service.end(signal.SIGKILL)
            service.start()
        at = 0
        while at < len(lines):
            to = min(len(lines), at + rng.randrange(50, 600))
            for service in (lived, killed):
                service.write(lines[at:to])
            time.sleep(0.3)
            if rng.random() < 0.25:
                killed.end(rng.choice((signal.SIGKILL, signal.SIGTERM)))
                killed.start()
            at = to
        everyone = (lived, killed, *backlogs, *broken)
        for service in everyone:
            service.wait_for(len(lines))
        time.sleep(1)
        for service in everyone:
            status = service.end(signal.SIGTERM)
            assert status == 143, f"{service.folder}: ended with {status}: {service.told()}"
        expected = lived.standing()
        assert sum('"loglode.incident' in text for text in expected.values()) >= 3, f"too little to compare: {expected}"
        for service in everyone[1:]:
            found = service.standing()
            name = os.path.basename(service.folder)
            for identity in sorted(expected.keys() | found.keys()):
                assert found.get(identity) == expected.get(identity), f"seed {seed}, {name}: {identity}:\n{found.get(identity)}\nis not\n{expected.get(identity)}"
    print(f"{len(expected)} findings and incidents: the same lived through and read in one go, of one file and of many, killed and not")


if __name__ == "__main__":
    main()
