#!/usr/bin/env python3
"""The same output byte for byte whatever the threads, the size of batches, the order of the inputs, and the way of window summaries.

Every sample is read with 1, 2 and 4 threads and batches of 4 KiB, 64 KiB and 1 MiB; half of the runs send their summaries through encode,
split, replay and merge (--summary-round-trip). usage: determinism.py PROGRAM [SAMPLE...]
"""
import os
import sys

import program

VARIANTS = [(1, 1 << 20, 0), (1, 4 << 10, 1), (1, 64 << 10, 0), (2, 4 << 10, 0), (2, 64 << 10, 2), (2, 1 << 20, 3), (4, 4 << 10, 4), (4, 64 << 10, 0), (4, 1 << 20, 0)]


if program.SANITIZED:  # each way of running once
    VARIANTS = [VARIANTS[0], VARIANTS[1], VARIANTS[4], VARIANTS[6]]


def outputs(binary, arguments):
    run = program.Run(binary, arguments, assignments=True, expect=(0, 1))
    run.check_sums()
    stats = {k: v for k, v in run.stats.items() if k not in ("seconds", "rss_bytes_peak", "threads")}
    report = run.report.split("\n", 1)[1]  # the first line says how long it took
    return {**{k: v for k, v in run.text.items() if k != "stats"}, "stats": str(stats), "report": report}


def first_difference(a, b):
    for number, (x, y) in enumerate(zip(a.splitlines(), b.splitlines()), 1):
        if x != y:
            return f"line {number}:\n  {x[:400]}\n  {y[:400]}"
    return f"{len(a.splitlines())} and {len(b.splitlines())} lines"


def main():
    binary = sys.argv[1]
    root = os.path.join(program.ROOT, "samples")
    samples = sys.argv[2:] or [os.path.join(root, name) for name in sorted(os.listdir(root)) if name not in ("make", "README.md")]
    runs = 0
    for sample in samples:
        expected = None
        for threads, batch, seed in VARIANTS:
            options = [f"--threads={threads}", f"--batch-bytes={batch}"] + ([f"--summary-round-trip={seed}"] if seed else [])
            found = outputs(binary, [sample, *options])
            expected = expected or found
            for kind, text in expected.items():
                if found[kind] != text:
                    sys.exit(f"FAILED: {sample}: {kind} differs with {options}: {first_difference(text, found[kind])}")
            runs += 1
        inputs = [os.path.join(sample, name) for name in os.listdir(sample) if not name.endswith((".yaml", ".md"))] if os.path.isdir(sample) else [sample]
        for order in (sorted(inputs), sorted(inputs, reverse=True)):
            found = outputs(binary, order)
            for kind in ("findings", "incidents", "templates"):
                if found[kind] != expected[kind]:
                    sys.exit(f"FAILED: {sample}: {kind} depends on the order of the inputs: {first_difference(expected[kind], found[kind])}")
            runs += 1
    print(f"{runs} runs over {len(samples)} samples: the same byte for byte")


if __name__ == "__main__":
    main()
