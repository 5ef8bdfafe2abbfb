#!/usr/bin/env python3
"""House rules that a tool can check: the star of includes, no circles inside a room, small files, no paths of one machine, no words of unfinished work, no tests by chance."""
import os
import re
import subprocess
import sys

FOUNDATIONS = ["core", "base", "config", "kafka", "net"]  # each may include those before it; every other room may include them
ROOMS = [*FOUNDATIONS, "ingest", "parse", "patterns", "correlate", "sinks", "state", "incidents", "rca", "pipeline", "ops", "app"]
LINES_MAX = 600          # about 400 is the aim; past this a file is two things in one
APP_PARTS = {"reading": [], "registry": ["reading"], "live": ["reading"], "service": ["live", "registry", "reading"],
             "commands": ["service", "live", "registry", "reading"]}  # which others each may include
PARSE_PARTS = ["time", "text", "json", "redact", "framing"]  # each may use those before it


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], check=True, capture_output=True, text=True).stdout
    return [path for path in out.splitlines() if os.path.exists(path)]


def may_include(room, target):
    if room == target or room == "app":
        return True
    if room in FOUNDATIONS:
        return target in FOUNDATIONS[:FOUNDATIONS.index(room)]
    return target in FOUNDATIONS


def include_problems(path, text):
    room = path.split("/")[0]
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'#include "([^"]+)"', line)
        if not found or room not in ROOMS:
            continue
        target = found.group(1).split("/")[0]
        if target not in ROOMS:
            yield f"{path}:{number}: include \"{found.group(1)}\": write the path from the root, beginning with its room"
        elif not may_include(room, target):
            yield f"{path}:{number}: {room}/ may not include {target}/ (ARCHITECTURE.md, Rooms)"
        elif room == target == "app":
            here, there = path.split("/")[1], found.group(1).split("/")[1]
            if here != there and there not in APP_PARTS[here]:
                yield f"{path}:{number}: app/{here}/ may not include app/{there}/ (app/README.md)"
        elif room == target == "parse":
            yield from parse_problems(path, number, found.group(1))
        elif room == target == "patterns":
            here, there = path.split("/")[1], found.group(1).split("/")[1]
            if here != there:
                yield f"{path}:{number}: patterns/{here}/ and patterns/{there}/ do not know each other"


def parse_problems(path, number, include):
    here, there = path.split("/")[1], include.split("/")[1]
    if here in PARSE_PARTS and there in PARSE_PARTS and PARSE_PARTS.index(there) > PARSE_PARTS.index(here):
        yield f"{path}:{number}: parse/{here}/ comes before parse/{there}/ and may not use it"


def strays(texts):
    """What is in app/ puts rooms together, or is a command line. What includes nothing of app/ and one room at most belongs into a room. `texts`: as circle_problems."""
    found = {}
    for path, text in texts.items():
        if not path.startswith("app/"):
            continue
        whole = re.sub(r"\.(cc|h)$", "", path)
        includes = set(re.findall(r'#include "([^"]+)\.h"', text)) - {whole}
        parts = found.setdefault(whole, [path, set(), False])
        parts[1] |= {include if include.startswith("app/") else include.split("/")[0] for include in includes if include.split("/")[0] not in FOUNDATIONS}
        parts[2] |= "#include <CLI/" in text or "int main(" in text or "embedded" in path
    for path, rooms, is_command_line in found.values():
        if not is_command_line and len(rooms) < 2 and not any(room.startswith("app/") for room in rooms):
            yield f"{path}: knows {', '.join(sorted(rooms)) or 'no room'} alone, and belongs there: app/ puts rooms together (ARCHITECTURE.md, Rooms)"


def circles(edges):
    """The strongly connected components of more than one node (Tarjan), each sorted."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for to in sorted(edges.get(node, ())):
            if to not in order:
                visit(to)
            if to in stack:
                low[node] = min(low[node], low[to])
        if low[node] == order[node]:
            part = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(part) > 1:
                found.append(sorted(part))

    for node in sorted(edges):
        if node not in order:
            visit(node)
    return found


def circle_problems(texts):
    """Inside a room neither folders nor headers know one another in circles. `texts`: of each C++ file outside of tests."""
    folders, headers, lines = {}, {}, {}
    for path, text in texts.items():
        here = os.path.dirname(path)
        for number, line in enumerate(text.splitlines(), 1):
            found = re.match(r'#include "([^"]+)"', line)
            if not found or found.group(1).split("/")[0] != path.split("/")[0]:
                continue
            if path.endswith(".h"):
                headers.setdefault(path, set()).add(found.group(1))
            there = os.path.dirname(found.group(1))
            if there != here:
                folders.setdefault(here, set()).add(there)
                lines.setdefault((here, there), f"{path}:{number}")
    for part in circles(folders):
        ways = ", ".join(f"{a} -> {b} ({lines[a, b]})" for a in part for b in part if (a, b) in lines)
        yield f"{part[0]}: folders include one another in a circle: {ways}"
    for part in circles(headers):
        yield f"{part[0]}: headers include one another in a circle: {', '.join(part)}"


def chance_problems(path, text):
    """./check says the same of the same commit: what a test draws comes from a seed that it names, or from tests/seeds.py."""
    drawn = re.compile(r"\brandom_device\b|\bSystemRandom\b|\brandom\.(Random\(\)|seed|randrange|randint|random|choice|sample|shuffle|uniform|randbytes)\b|"
                       r"time(_ns)?\(\) *%|\bsrand\(|\burandom\b")
    for number, line in enumerate(text.splitlines(), 1):
        if found := drawn.search(line):
            yield f"{path}:{number}: {found.group(0)}: draw from a seed that is fixed (tests/seeds.py)"


def unmerged():
    """What a merge that went wrong leaves in a file. Logs may hold such lines: samples and captured cases are not looked at."""
    marks = re.compile(r"^(<{7}|>{7}) ")
    for path in tracked("*.md", "*.h", "*.cc", "*.py", "*.yaml", "*.txt", "*.json", "*.cmake"):
        if path.startswith(("samples/", "tests/golden/")):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            for number, line in enumerate(f, 1):
                if marks.match(line):
                    yield f"{path}:{number}: a conflict of a merge was left here"


def types_twice():
    """Two types of one name in one namespace: no compiler says so where their headers do not meet, and the linker takes either one's functions."""
    found = {}
    begins = re.compile(r"^(?:class|struct) (?:LOGLODE_THREAD_ATTRIBUTE\(.*?\)+ )?(\w+)(?: final)?(?: : [^{;]*)? \{", re.MULTILINE)
    for path in tracked("*.h"):
        if path.startswith(("tests/", "perf/")):
            continue
        with open(path, encoding="utf-8") as f:
            text = f.read()
        namespace = re.search(r"^namespace ([\w:]+) \{", text, re.MULTILINE)
        for name in begins.findall(text):
            found.setdefault((namespace.group(1) if namespace else "", name), []).append(path)
    for (namespace, name), paths in sorted(found.items()):
        if len(paths) > 1:
            yield f"{paths[1]}: {namespace}::{name} is a type in {paths[0]} too"


def problems():
    yield from unmerged()
    yield from types_twice()
    texts = {}
    for path in tracked("*.cc", "*.h", "*.py"):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if text.count("\n") > LINES_MAX:
            yield f"{path}: {text.count(chr(10))} lines, at most {LINES_MAX}"
        if path.endswith((".cc", ".h")):
            yield from include_problems(path, text)
        if path.endswith((".cc", ".h")) and path.split("/")[0] in ROOMS:
            texts[path] = text
        if path.startswith("tests/") and path not in ("tests/house_rules.py", "tests/seeds.py"):
            yield from chance_problems(path, text)
        if re.search(r"(^|/)(utils?|helpers?|misc|common|manager)[^/]*$", path):
            yield f"{path}: a file's name says what is in it"
    yield from circle_problems(texts)
    yield from strays(texts)
    for path in tracked():
        if path.startswith("samples/") or os.path.islink(path) or os.path.getsize(path) > 1 << 20:
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if os.getcwd() + "/" in text:
            yield f"{path}: a path of one machine"
        if path.endswith((".cc", ".h")) and re.search(r"\b(TODO|FIXME|XXX)\b", text):
            yield f"{path}: unfinished work is an issue, not a comment"


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    found = list(problems())
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
