#!/usr/bin/env python3
"""More templates than are kept: what is forgotten is counted, sums stay exact, memory stays bounded, threads change nothing. usage: limits.py PROGRAM"""
import os
import random
import tempfile

import program
from checks import binary, check, end

MEMORY_MIB = 256


def word(draw):
    return "".join(draw.choice("bcdfghklmnprstvz") + draw.choice("aeiou") for _ in range(4))


def several_services(folder):
    """100,000 templates with values, over several services: as many as are kept at all."""
    log = os.path.join(folder, "services.log")
    draw = random.Random(7)
    with open(log, "w", encoding="utf-8") as f:
        for i in range(115_000):
            # Words at the beginning and at the end, so that no two have a beginning or a tail in common.
            words = [word(draw) for _ in range(5)]
            message = f"{words[0]} {words[1]} {i % 700} {words[2]} user={i} {words[3]} 10.0.{i % 200}.{i % 250} {words[4]}"
            f.write('{"time":%.2f,"level":"%s","service":"svc-%d","msg":"%s"}\n' % (1764000000 + i / 50, "info" if i % 7 else "error", i % 4, message))
    run = program.Run(binary, [log, "--threads=2"])
    # what the process itself says ends before the files are written, which takes no more
    check("memory of several services", run.stats["rss_bytes_peak"] < MEMORY_MIB * 2**20, run.stats["rss_bytes_peak"] / 2**20)
    rows = run.objects("templates")
    check("all of them are kept", len(rows) > 70_000, len(rows))
    check("sums of several services", sum(row["count"] for row in rows) == 115_000, sum(row["count"] for row in rows))


def main():
    count = 6_000 if program.SANITIZED else 115_000
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "junk.log")
        draw = random.Random(5)
        with open(log, "w", encoding="utf-8") as f:
            for i in range(count):
                f.write(" ".join(word(draw) for _ in range(5)) + "\n")
                if i % 10 == 0:
                    f.write(f"request {i} took {i % 700} ms\n")
        seen = set()
        for threads in (1, 2):
            run = program.Run(binary, [log, "--format=message", f"--threads={threads}"])
            rows, stats = run.objects("templates"), run.stats
            check("sums", sum(row["count"] for row in rows) == stats["records"] == stats["lines"], (sum(row["count"] for row in rows), stats["records"]))
            request = [row for row in rows if row["template"] == "request <*> took <*> ms"]
            check("what is used stays", len(request) == 1 and request[0]["count"] == count // 10, request)
            check("mining unhealthy is said", "mining unhealthy" in run.report, run.report[:1500])
            if not program.SANITIZED:
                check("forgotten shapes are counted", stats["limits_hit"].get("shapes", 0) > 0, stats["limits_hit"])
                check("and told", any(row["template"] == "<*>" for row in rows))
                check("memory", stats["rss_bytes_peak"] < MEMORY_MIB * 2**20, stats["rss_bytes_peak"] / 2**20)
            seen.add(run.text["templates"])
        check("the same with more threads", len(seen) == 1)
        if not program.SANITIZED:
            several_services(folder)
    end()


main()
