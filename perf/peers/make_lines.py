#!/usr/bin/env python3
"""Makes bare messages in which values are new on every line, the hard case for a miner that keeps a cluster for a value. Stdlib only.

With --data DIR the messages are those of labelled sets (DIR/NAME/NAME_2k.content.txt), one line of each set in turn, over and over; each time
numbers of two digits and more, and hexadecimal words, are drawn again in their length. Without it they are made from 400 templates of our own.
The same arguments give the same bytes.

usage: make_lines.py OUT [--lines 704000] [--seed 7] [--data DIR]
"""
import argparse
import glob
import itertools
import os
import random
import re

VALUE = re.compile(r"\b(?=[a-f]*\d)[\da-f]{6,}\b|\d{2,}")
OBJECTS = ["cart", "order", "invoice", "session", "replica", "snapshot", "segment", "queue", "lease", "shard", "volume", "token", "upload", "index", "cursor", "worker"]
VERBS = ["opened", "closed", "flushed", "rejected", "scheduled", "rebalanced", "expired", "committed", "rolled back", "acquired", "released", "retried"]
ENDINGS = ["by operator", "after timeout", "in maintenance window", "without quorum", "on standby", "as requested", "during recovery", "for the last time"]
KEYS = ["id", "bytes", "took", "offset", "peer", "attempt", "lag", "path", "user", "trace"]


def redrawn(line, rng):
    def draw(found):
        text = found.group()
        if text.isdigit():
            return str(rng.randrange(10 ** (len(text) - 1), 10 ** len(text)))
        return f"{rng.getrandbits(4 * len(text)):0{len(text)}x}"

    return VALUE.sub(draw, line)


def lines_of_sets(folder, rng):
    sets = []
    for path in sorted(glob.glob(os.path.join(folder, "*", "*_2k.content.txt"))):
        with open(path, encoding="utf-8", newline="\n") as f:
            sets.append(f.read().removesuffix("\n").split("\n"))
    for at in itertools.count():
        for lines in sets:
            yield redrawn(lines[at % len(lines)], rng)


def drawn_value(rng):
    return rng.choice([lambda: str(rng.randrange(10 ** rng.randrange(1, 9))), lambda: f"{rng.getrandbits(48):012x}", lambda: f"{rng.randrange(1, 9999)}ms",
                       lambda: f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}:{rng.randrange(1024, 65536)}",
                       lambda: f"/var/lib/data/{rng.getrandbits(32):08x}.seg", lambda: f"blk_{rng.getrandbits(62)}"])()


def made_template(rng):
    """Constant words and the places (None) for values."""
    parts = [rng.choice(OBJECTS), rng.choice(VERBS), rng.choice(ENDINGS)]
    parts.insert(rng.randrange(1, 4), None)
    for key in rng.sample(KEYS, rng.randrange(4)):
        parts += [key + "=", None]
    return parts


def lines_of_ours(rng):
    templates = [made_template(rng) for _ in range(400)]
    while True:
        text = " ".join(drawn_value(rng) if part is None else part for part in rng.choice(templates))
        yield text.replace("= ", "=")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--lines", type=int, default=704_000)
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--data")
    a = ap.parse_args()
    rng = random.Random(a.seed)
    lines = lines_of_sets(a.data, rng) if a.data else lines_of_ours(rng)
    with open(a.out + ".part", "w", encoding="utf-8", newline="\n") as out:
        for line in itertools.islice(lines, a.lines):
            out.write(line + "\n")
    os.replace(a.out + ".part", a.out)  # a run that was stopped leaves no short stream behind


if __name__ == "__main__":
    main()
