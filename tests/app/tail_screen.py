#!/usr/bin/env python3
"""tail for a person: on terminals of several widths, and what it found opened by other commands. usage: tail_screen.py PROGRAM [TEST...]"""
import os
import re
import signal
import subprocess

from checks import SLOW, binary, check, run_tests, wait_until
from tail import history, now, order, tail, write
from terminal import Terminal


def beside_the_log(folder, log, more, columns, rows=30):
    return Terminal([binary, "tail", log, *more], columns, rows, env={"XDG_STATE_HOME": folder}, cwd=folder)


def a_person_watches(folder):
    """One line a pattern, an incident and a template; what changes does so in place, at any width; what opens an incident is said and works."""
    for columns in (260, 100, 60, 40):
        state, log = os.path.join(folder, f"state{columns}"), os.path.join(folder, f"till{columns}.log")
        write(log, *history())
        screen = beside_the_log(folder, log, ["late*.log", "--state", f"state{columns}"], columns)
        check(f"{columns}: it says what it follows", screen.wait_for("following") and screen.wait_for("late"), screen.text())
        check(f"{columns}: and what it waits for", re.search(r"late\*\.log: nothing matches yet", screen.text()), screen.text())
        check(f"{columns}: its status says files", screen.wait_for(r"^1 file · 1 of 2 patterns match nothing"), screen.text())
        write(log, f"{now()} ERROR shop: the ledger refuses order 1 of the morning and says nothing of why")
        check(f"{columns}: an incident", screen.wait_for("INCIDENT 1 opened"), screen.text())
        write(log, *(f"{now()} ERROR shop: the ledger refuses order {i} of the morning and says nothing of why" for i in range(2, 90)))
        screen.read(1.0 * SLOW)
        if columns == 260:
            check("it counts where it stands", screen.wait_for(r"INCIDENT 1 opened.*8\d times"), screen.text())
        check(f"{columns}: it is one line", screen.text().count("INCIDENT 1 ") == 1 and "NEW " not in screen.text(), screen.text())
        write(log, f"{now()} FATAL shop: the till burns")
        check(f"{columns}: and grows there", screen.wait_for(r"INCIDENT 1 \w+  critical"), screen.text())
        command = f"loglode incidents show 1 --state state{columns}"
        check(f"{columns}: what opens it is whole", command in screen.text().replace("\n", "") and all(len(line) <= columns for line in screen.lines), screen.text())
        if columns == 40:
            write(os.path.join(folder, "late1.log"), order(7))
            check("what was waited for is told", screen.wait_for(lambda: "found, following" in screen.text().replace("\n", "")), screen.text())
        check(f"{columns}: no line is cut within a word", not re.search(r"INCIDENT.*(ledge|refus|burn)…", screen.text()), screen.text())
        check(f"{columns}: 130", screen.end() == 130, screen.text())
        done = subprocess.run([binary, "incidents", "show", "1", "--state", state], capture_output=True, text=True, timeout=30, check=False, cwd="/")
        check(f"{columns}: and it opens", done.returncode == 0 and "the till burns" in done.stdout and "TIMELINE" in done.stdout, done)
        record = re.search(r"loglode context (\w+)", done.stdout).group(1)
        done = subprocess.run([binary, "context", record, "--state", state], capture_output=True, text=True, timeout=30, check=False, cwd="/")
        check(f"{columns}: so does a record", done.returncode == 0 and "> " in done.stdout, done)


def the_window_changes(folder):
    log = os.path.join(folder, "window.log")
    write(log, *history())
    screen = beside_the_log(folder, log, [], 110)
    check("window: it begins", screen.wait_for("lines/s"), screen.text())
    write(log, *(f"{now()} ERROR shop: the ledger refuses order {i} of the whole morning and says nothing about the reasons" for i in range(20)))
    check("window: an incident", screen.wait_for("INCIDENT 1 opened"), screen.text())
    screen.type("\n")
    screen.read(0.5 * SLOW)
    screen.resize(64, 20)
    screen.read(0.7 * SLOW)
    before = len(screen.lines)
    write(log, f"{now()} FATAL shop: the till burns although nobody has touched it since the early morning of this day")
    check("window: what comes after is told", screen.wait_for(lambda: any("critical" in line for line in screen.lines[before - 1:])), screen.text())
    late = [line for line in screen.lines[before - 1:] if line.strip()]
    check("window: and fits", late and all(len(line) < 64 for line in late), late)
    check("window: 130", screen.end() == 130)


def what_was_found_stays(folder):
    """Without --state it is the last run; with it, a later run has the incidents of the earlier one too."""
    state, log = os.path.join(folder, "kept"), os.path.join(folder, "kept.log")
    look = lambda *more: subprocess.run([binary, "incidents", *more], capture_output=True, text=True, timeout=30, check=False, env={**os.environ, "XDG_STATE_HOME": folder}).stdout
    write(log, *history(), *(f"{now()} ERROR shop: the ledger refused order {i}" for i in range(30)))
    with tail(log, env={"XDG_STATE_HOME": folder}) as running:
        check("kept: a line ends with what opens it", running.wait_for("loglode incidents show 1\n") is not None, running.text())
        check("kept: while it runs", wait_until(lambda: "the ledger refused" in look()), look())
        running.end(signal.SIGINT)
    for number, words in enumerate(("ledger refused", "cart jammed")):
        write(log, *(f"{now()} FATAL cart{number}: the {words} and nobody knows why {i}" for i in range(30)))
        with tail(log, "--state", state) as running:
            check(f"kept: run {number}", running.wait_for(words) is not None, running.told())
            running.end(signal.SIGINT)
    both = look("show", "1", "--state", state)
    check("kept: what both runs found", "ledger refused" in both and "cart jammed" in both, both)
    done = subprocess.run([binary, "incidents", "--state", os.path.join(folder, "nowhere")], capture_output=True, text=True, timeout=30, check=False)
    check("kept: a folder without any says so", done.returncode == 2 and "holds no incidents" in done.stderr, done)


if __name__ == "__main__":
    run_tests(a_person_watches, the_window_changes, what_was_found_stays)
