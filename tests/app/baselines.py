#!/usr/bin/env python3
"""A file that is a baseline is never judged, whatever it is called, and the report says so. usage: baselines.py PROGRAM"""
import os
import subprocess
import tempfile

import program
from checks import binary, check, end

LINES = "".join(f"2026-11-23T12:{i // 60:02}:{i % 60:02}.000Z INFO shop: order {i} placed\n" for i in range(300))


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = lambda *names: os.path.join(folder, *names)
        os.mkdir(path("logs"))
        for name in ("monday.log", "tuesday.log"):
            with open(path("logs", name), "w", encoding="utf-8") as f:
                f.write(LINES)
        os.symlink(path("logs", "monday.log"), path("link.log"))
        os.link(path("logs", "monday.log"), path("hard.log"))
        monday = path("logs", "monday.log")
        for baseline, given in [(monday, monday), (path("logs"), monday), (path("logs"), path("logs")), (path("link.log"), monday), (monday, path("hard.log"))]:
            run = program.Run(binary, [given, "--baseline", baseline], expect=(2,))
            check(f"{given} against {baseline}", "nothing is left to judge" in run.errors and not run.report, run.errors + run.report[:200])
        with open(monday, encoding="utf-8") as f:
            done = subprocess.run([binary, "analyze", "-", "--no-last", "--baseline", monday], stdin=f, capture_output=True, text=True, check=False)
        check("standard input is the baseline", done.returncode == 2 and "nothing is left to judge" in done.stderr, done.stderr)
        run = program.Run(binary, [path("logs"), "--baseline", monday], assignments=True)
        check("some are both", "monday.log" in run.report and "learned, not judged" in run.report and run.stats["lines"] == 600, run.report)
        check("some are both", len(run.text["assignments"].splitlines()) == 301, "rows are those of the file that is judged")
        run = program.Run(binary, [path("logs", "tuesday.log"), "--baseline", monday])
        check("none is both", "learned, not judged" not in run.report and run.stats["problems"] == [], run.report)
    end()


if __name__ == "__main__":
    main()
