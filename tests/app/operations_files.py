#!/usr/bin/env python3
"""What an operator installs: the systemd unit is one that systemd understands and hardened, alert rules ask for metrics that exist; nothing in the
program makes it kill itself. usage: operations_files.py PROGRAM"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DRAIN_S = 20  # LiveOptions::drain


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def unit_settings(text):
    """Values of each key, in order; sections do not share keys here."""
    out = {}
    for line in text.splitlines():
        found = re.match(r"([A-Za-z]+)=(.*)", line)
        if found:
            out.setdefault(found.group(1), []).append(found.group(2))
    return out


def check_unit():
    text = read("configs/systemd/loglode.service")
    unit = unit_settings(text)
    for key, value in [("Type", "notify"), ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("StateDirectory", "loglode"),
                       ("StateDirectoryMode", "0700"), ("LimitCORE", "0"), ("SuccessExitStatus", "143")]:
        assert unit.get(key) == [value], f"{key}={unit.get(key)}, expected {value}"
    assert "@system-service" in unit["SystemCallFilter"][0]
    assert int(unit["TimeoutStopSec"][0]) >= 2 * DRAIN_S, "a stop must outlast the drain"
    assert int(unit["WatchdogSec"][0]) > 0
    assert "MemoryMax" in unit and "RestrictAddressFamilies" in unit and "HUP" in unit["ExecReload"][0]
    if shutil.which("systemd-analyze") is None:
        print("systemd-analyze is not installed: the unit was not verified")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "loglode.service")
        with open(path, "w", encoding="utf-8") as f:  # the program is not installed where tests run
            f.write(text.replace("/usr/bin/loglode", "/bin/true"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False)
        ours = [line for line in (done.stdout + done.stderr).splitlines() if "loglode" in line]
        assert not ours, "\n".join(ours)
        security = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=25", path], capture_output=True, text=True, check=False)
        assert security.returncode == 0 or "Unknown" in security.stderr or "unrecognized" in security.stderr, security.stdout[-2000:] + security.stderr


def metric_names():
    """Those of docs/operations.md, which a unit test holds against the program's."""
    return set(re.findall(r"`(loglode_[a-z0-9_]+)", read("docs/operations.md")))


def check_alerts():
    rules = yaml.safe_load(read("configs/prometheus-alerts.yaml"))["groups"][0]["rules"]
    assert len(rules) >= 5
    known = metric_names()
    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= set(rule), rule
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert {"summary", "description"} == set(rule["annotations"])
        used = set(re.findall(r"loglode_[a-z0-9_]+", rule["expr"]))
        assert used and used <= known, f"{rule['alert']}: {used - known} is not a metric"
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "rules", os.path.join(ROOT, "configs/prometheus-alerts.yaml")], check=True)


def check_no_crash_points(program):
    """What makes the program kill itself is in loglode_with_crash_points alone (tests/integration/service)."""
    with open(program, "rb") as f:
        content = f.read()
    assert b"LOGLODE_CRASH" not in content, f"{program} has crash points"
    beside = os.path.join(os.path.dirname(program), "tests", "integration", "service", "loglode_with_crash_points")
    if os.path.exists(beside):  # not built with sanitizers
        with open(beside, "rb") as f:
            assert b"LOGLODE_CRASH_AT" in f.read(), f"{beside} has no crash points"


if __name__ == "__main__":
    check_unit()
    check_no_crash_points(sys.argv[1])
    check_alerts()
    sys.exit(0)
