#!/usr/bin/env python3
"""What is read of each excerpt in samples/formats: parse_lines' rows must be those in tests/golden/formats/NAME.tsv.

usage: formats.py PARSE_LINES [--approve] [NAME...]
"""
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "..", "..", "samples", "formats")
APPROVED = os.path.join(HERE, "formats")
MODIFIED = 1_795_435_200  # 2026-11-23T12:00:00Z: a clone's files are as old as the clone; a year-less date is read by the file's age


def rows(program, name, work):
    copy = shutil.copyfile(os.path.join(SAMPLES, name + ".log"), os.path.join(work, name + ".log"))
    os.utime(copy, (MODIFIED, MODIFIED))
    return subprocess.run([program, copy], stdout=subprocess.PIPE, timeout=60, check=True).stdout.decode("utf-8", "backslashreplace")


def names_in(folder, extension):
    return {n[:-len(extension)] for n in os.listdir(folder) if n.endswith(extension)}


def main():
    program, rest = os.path.abspath(sys.argv[1]), sys.argv[2:]
    approving = "--approve" in rest
    samples = names_in(SAMPLES, ".log")
    os.makedirs(APPROVED, exist_ok=True)
    names = sorted(set(rest) - {"--approve"}) or sorted(samples | names_in(APPROVED, ".tsv"))
    failed = []
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            path = os.path.join(APPROVED, name + ".tsv")
            found = rows(program, name, work) if name in samples else ""
            if approving and name in samples:
                with open(path, "w", encoding="utf-8", newline="") as f:
                    f.write(found)
            elif approving:
                os.remove(path)  # its sample is gone
                continue
            expected = ""
            if os.path.exists(path):
                with open(path, encoding="utf-8", newline="") as f:
                    expected = f.read()
            if expected != found or not found:
                failed.append(name)
                sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), f"{name}.tsv (approved)", f"{name}.tsv (found)", n=0))
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed{': ' + ' '.join(failed) if failed else ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
