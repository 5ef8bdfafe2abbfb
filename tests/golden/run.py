#!/usr/bin/env python3
"""Golden cases: each folder here has `args` (what follows `loglode`, one a line) and `expected.*` files that the run must reproduce.

A case is run in its own folder. expected.stdout and expected.stderr are what it prints, expected.exit its status; expected.FILE for
every --option=FILE that the args name. Record ids (hashes of host and inode), durations and memory are replaced before comparing.
Each `analyze` case runs a second time with small batches, two threads and summaries through a round trip: the same must come out.

usage: run.py PROGRAM [--approve] [NAME...]
"""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VOLATILE = [(re.compile(r"\b[0-9a-f]{32}\b"), "<record id>"), (re.compile(r"loglode context [0-9a-f]{12}\b"), "loglode context <id>"), (re.compile(r'"(wall|cpu|read|work|fold|deliver|judge)":[0-9.e-]+'), r'"\1":0'),
            (re.compile(r'"rss_bytes_peak":\d+'), '"rss_bytes_peak":0'), (re.compile(r'"threads":\d+'), '"threads":0'),
            (re.compile(r" · \d[0-9.]* m?s( |$) *", re.M), r" · <time>\1")]


def stable(text):
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def run_case(program, case, extra):
    with open(os.path.join(case, "args"), encoding="utf-8") as f:
        args = [line for line in f.read().split("\n") if line]
    with tempfile.TemporaryDirectory() as work:
        copy = shutil.copytree(case, os.path.join(work, "case"))
        env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "XDG_STATE_HOME": work, "XDG_CACHE_HOME": os.environ.get("LOGLODE_TEST_CACHE", work)}
        for name in os.listdir(copy):  # a clone's files are as old as the clone; a year-less date is read by the file's age
            os.utime(os.path.join(copy, name), (1_795_435_200, 1_795_435_200))  # 2026-11-23T12:00:00Z
        done = subprocess.run([program, *args, *extra], cwd=copy, env=env, capture_output=True, timeout=120, check=False)
        found = {"stdout": done.stdout.decode(), "stderr": done.stderr.decode(), "exit": f"{done.returncode}\n"}
        for argument in args:
            named = re.match(r"--(findings|incidents|templates|assignments|stats)=(.+)", argument)
            if named:
                with open(os.path.join(copy, named.group(2)), encoding="utf-8", newline="") as f:
                    found[named.group(2)] = f.read()
    return {name: stable(text) for name, text in found.items()}, args[0] == "analyze"


def compare(case, found, label):
    wrong = 0
    for name in sorted(set(found) | {f[len("expected."):] for f in os.listdir(case) if f.startswith("expected.")}):
        path = os.path.join(case, "expected." + name)
        expected = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8", newline="") as f:
                expected = f.read()
        if expected != found.get(name, ""):
            wrong += 1
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), found.get(name, "").splitlines(True), f"{path} (expected)", f"{label} {name}", n=1))
    return wrong


def approve(case, found):
    for name, text in found.items():
        path = os.path.join(case, "expected." + name)
        if text:
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
        elif os.path.exists(path):
            os.remove(path)


def main():
    program, rest = os.path.abspath(sys.argv[1]), sys.argv[2:]
    approving = "--approve" in rest
    names = [a for a in rest if a != "--approve"] or sorted(n for n in os.listdir(HERE) if os.path.exists(os.path.join(HERE, n, "args")))
    failed = []
    for name in names:
        case = os.path.join(HERE, name)
        found, is_analysis = run_case(program, case, [])
        if approving:
            approve(case, found)
        wrong = compare(case, found, "found")
        if is_analysis:
            again, _ = run_case(program, case, ["--threads=2", "--batch-bytes=2048", "--summary-round-trip=7"])
            wrong += compare(case, again, "found with two threads, small batches and a round trip of summaries:")
        if wrong:
            failed.append(name)
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed{': ' + ' '.join(failed) if failed else ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
