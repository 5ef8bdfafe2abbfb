"""What got slower (or larger) since the latest results that were recorded on the same machine. Stdlib only."""
import json
import os

LOWER_IS_BETTER = ("rss", "ns_", "compile_s", "check_s")  # beginnings of names; of all other measured figures more is better
TOLERATED = 0.05  # of a median: identical runs differ by more now and then, so the spreads must be apart too
SAME_MACHINE = ("cpu", "cores")


def recorded(folder, machine, part):
    """The latest results with that part from that machine: (file name, the part), or (None, None)."""
    best = (None, None)
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".json")):  # names begin with dates
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            result = json.load(f)
        if part in result and all(result.get(key) == machine[key] for key in SAME_MACHINE):
            best = (name, result[part])
    return best


def figures(tree, path=()):
    """Every measured figure below: (path, {min, median, max})."""
    if not isinstance(tree, dict):
        return
    if {"min", "median", "max"} <= tree.keys():
        yield path, tree
        return
    for key, value in tree.items():
        yield from figures(value, (*path, key))


def got_worse(path, before, now):
    lower = any(key.startswith(LOWER_IS_BETTER) for key in path)
    if lower:
        return now["median"] > before["median"] * (1 + TOLERATED) and now["min"] > before["max"]
    return now["median"] < before["median"] * (1 - TOLERATED) and now["max"] < before["min"]


def what_got_worse(part, before, now):
    """One line for each figure that is worse than before by more than both spreads."""
    old = dict(figures(before, (part,)))
    for path, figure in figures(now, (part,)):
        if path in old and got_worse(path, old[path], figure):
            yield f"{'.'.join(path)}: {old[path]['median']:,.6g} -> {figure['median']:,.6g} ({figure['median'] / old[path]['median'] - 1:+.0%})"
