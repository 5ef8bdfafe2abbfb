#!/usr/bin/env python3
"""The contract of cli.md: exit statuses, streams, files, commands on the last run. usage: command_line.py PROGRAM"""
import array
import fcntl
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time

import program

binary = os.path.abspath(sys.argv[1])
failures = []
LOG = "".join(f"2026-11-23T12:{i // 60:02}:{i % 60:02}.000Z INFO [main] shop.Cart: order {i} placed\n" for i in range(1200))
TROUBLE = "".join(f"2026-11-23T12:18:{i:02}.000Z ERROR [main] shop.Pool: no connection after {5000 + i} ms, password=hunter{i}x2\n" for i in range(40))


def call(*arguments, stdin=None, env=None, cwd=None):
    given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    return subprocess.run([binary, *arguments], **given, cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **ENV, **(env or {})})


def check(name, condition, done=None):
    if not condition:
        failures.append(name + (f": exit {done.returncode}\n{done.stdout[-800:]}\n{done.stderr[-800:]}" if done is not None else ""))


def repeated(log, folder):
    """Options that may be given several times, each time with one value, wherever they stand."""
    other = os.path.join(folder, "other.log")
    with open(other, "w", encoding="utf-8") as f:
        f.write(LOG.replace("Cart", "Till"))
    third = os.path.join(folder, "third.log")
    with open(third, "w", encoding="utf-8") as f:
        f.write(LOG)
    done = call("analyze", "--no-last", "--baseline", other, "--baseline", log, third)
    check("--baseline twice", done.returncode == 0 and "judged against the baseline" in done.stdout, done)
    broken = [os.path.join(folder, name) for name in ("one.yaml", "two.yaml")]
    for path in broken:
        with open(path, "w", encoding="utf-8") as f:
            f.write("[")
    done = call("analyze", "--no-last", "--rules", broken[0], "--rules", broken[1], log)
    lines = done.stderr.splitlines()
    check("--rules twice, each problem on a line of its own", done.returncode == 2 and len(lines) == 3 and "one.yaml" in lines[1] and "two.yaml" in lines[2], done)


def usage(log):
    for arguments, status, word in [
            ([], 2, "analyze"), (["analyse", log], 2, 'no command analyse (did you mean "analyze"?)'), (["analyze"], 2, "inputs"), (["analyze", log, "--formt", "json"], 2, 'no option --formt (did you mean "--format"?)'),
            (["analyze", log, "--format", "jsno"], 2, "json"), (["analyze", log, "--tz", "Europe/Nowhere"], 2, "Nowhere"), (["analyze", log, "--since", "yesterday-ish"], 2, "--since"),
            (["analyze", log, "--threads", "0"], 2, "threads"), (["analyze", log, "--report", "pdf"], 2, "report"), (["analyze", log, "--columns", "time,tme,message"], (0, 2), ""),
            (["analyze", log, "--rules", "/nonexistent.yaml"], 2, "nonexistent"), (["analyze", log, "--columns", ""], 2, "--columns"), (["analyze", log, "--columns", "message", "--delimiter", ""], 2, "--delimiter"),
            (["learn", log, "--state", ""], 2, "--state"), (["tail", log, "--service", ""], 2, "--service"), (["explain", "x", "--tz", ""], 2, "--tz"), (["analyze", log, "--columns", "time,,message"], 2, "column 2"), (["analyze", log, "--delimiter", "||"], 2, "--columns"),
            (["top"], 2, "not part of this version"), (["tail"], 2, "inputs"), (["tail", log, "--from", "state"], 2, "--state"), (["run"], 2, "config"), (["run", "nowhere.yaml"], 2, "nowhere.yaml"), (["context", "zz"], 2, ""),
            (["help"], 0, ""), (["help", "analyze"], 0, "--findings"), (["analyze", "--help"], 0, "Examples"), (["--version"], 0, ""), (["version"], 0, ""),
            (["completion", "bash"], 0, "complete"), (["completion", "tcsh"], 2, "tcsh"), (["check"], 0, ""), (["check", "--help"], 0, "loglode check shop.yaml --connect"), (["run", "--help"], 0, "143"),
            (["analyze", log, "--report", "pdf"], 2, '"pdf" is none of human, markdown, html, ndjson; for example --report human'), (["analyze", log, "--fail-on", "x"], 2, "finding, incident"),
            (["analyze", log, "--threads", "many"], 2, '"many" is no whole number from 1 to 256, such as 4'), (["analyze", log, "--state"], 2, "--state needs a value: DIR"),
            (["analyze", log, "--quiet=maybe"], 2, '--quiet takes no value such as "maybe"'), (["analyze", log, "--report", "html", "--report", "html"], 2, "--report may be given once"),
            (["incidents", "shwo"], 2, 'no command incidents shwo (did you mean "show"?)'), (["dlq", "lst"], 2, 'did you mean "list"?'), (["run", "a", "b"], 2, 'too many arguments: "b"'), (["analyze", log, "-x"], 2, "no option -x"),
            (["analyze", log, "--since", "2026-11-24T00:00:00Z", "--until", "2026-11-23T00:00:00Z"], 2, "is not before --until 2026-11-23T00:00:00Z"), (["analyze", "*.lgo"], 2, "without quotes the shell expands it"),
            (["tail", "--help"], 0, "--from start|end|state"), (["tail", log, "--from", "middle"], 2, '"middle" is none of start, end, state')]:
        done = call(*arguments)
        statuses = status if isinstance(status, tuple) else (status,)
        check(f"loglode {' '.join(arguments)}", done.returncode in statuses and word in done.stdout + done.stderr, done)
        check(f"our own words: loglode {' '.join(arguments)}", not re.search(r"Run with --help|not in \{|required but received|Could not convert|was not expected", done.stderr), done)


def cheap_refusals(folder, log):
    """What is refused is refused before rules are compiled, which takes seconds; the built-in ones are never compiled."""
    broken = os.path.join(folder, "broken.yaml")
    with open(broken, "w", encoding="utf-8") as f:
        f.write("pack: mine\nversion: 1\nrules:\n  - {id: bad, name: n, category: error, severity: error, meaning: m, pattern: '(', examples: {match: a, no_match: b}}\n")
    for arguments, status, word in ((["analyze", log, "--rules", "nope.yaml"], 2, "nope.yaml: cannot be read"), (["analyze", log, "--rules", broken], 2, "broken.yaml:4: bad: the pattern does not compile"), (["check"], 0, "no problems")):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = call(*arguments)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        check(f"cheap: {arguments}", done.returncode == status and word in done.stdout + done.stderr and "compiling the rules" not in done.stderr, done)
        check(f"{arguments}: {spent:.1f} s", spent < 3 or "/release/" not in binary)


def odd_inputs(folder):
    """What is no log is said, with what to do, whether it is named or matched."""
    odd = os.path.join(folder, "odd")
    os.mkdir(odd)
    os.symlink("self.log", os.path.join(odd, "self.log"))
    os.symlink("/dev/zero", os.path.join(odd, "zero.log"))
    os.symlink("gone", os.path.join(odd, "gone.log"))
    os.mkfifo(os.path.join(odd, "fifo.log"))
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(odd)  # the name of a socket is short
        listener.bind("sock.log")
        os.chdir(here)
    for name, word, status in (("self.log", "leads in a circle", 2), ("zero.log", "is a device, not a log file: name a file", 1), ("sock.log", "is a socket: name a file", 2), ("gone.log", "no such file", 2)):
        done = call("analyze", os.path.join(odd, name), "--no-last")
        check(f"analyze {name}", done.returncode == status and word in done.stderr, done)
    done = call("tail", os.path.join(odd, "zero.log"), "--no-last")
    check("tail of a device", done.returncode == 1 and "is a device" in done.stderr, done)
    running = subprocess.Popen([binary, "tail", os.path.join(odd, "*.log"), "--no-last"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **ENV})
    time.sleep(2)
    running.send_signal(signal.SIGTERM)
    told = running.communicate(timeout=60)[1]
    for word in ("self.log is a symbolic link that leads in a circle", "zero.log is a device and is not read", "sock.log is a socket and is not read", "fifo.log is a FIFO and is not read", "gone.log is a symbolic link to what is not there"):
        check(f"tail of a pattern: {word}: {told}", word in told)
    writer = subprocess.Popen(["sh", "-c", "sleep 1; cat \"$0\" > \"$1\"", "/dev/null", os.path.join(odd, "fifo.log")])
    done = call("analyze", os.path.join(odd, "fifo.log"), "--no-last")
    writer.wait()
    check("a FIFO is said to be waited for", "fifo.log is a FIFO: it is read until its writers close it" in done.stderr, done)


def manners(folder, log):
    """What a person does who has read nothing."""
    listed = call("help").stdout
    check("help lists the commands", all(f"\n  {name} " in listed for name in ("analyze", "tail", "incidents", "context")) and listed == call("--help").stdout, call("help"))
    check("help of one command", "--findings" in call("help", "analyze").stdout and "did you mean" in call("help", "analize").stderr)
    for arguments in (["analyze"], ["tail"], ["run"], ["explain"], ["context"], ["incidents", "show"]):
        done = call(*arguments)
        check(f"an example of what {arguments} needs", done.returncode == 2 and f"required; for example: loglode {' '.join(arguments)} " in done.stderr.replace(": files, folders, or - for standard input", ""), done)
    done = call("analyze", "--no-last", stdin=LOG + TROUBLE)
    check("what is piped in is read", done.returncode == 0 and "INCIDENT 1" in done.stdout, done)
    now = time.time()
    stamped = "".join(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - ago)) + f" INFO [main] shop.Cart: order {ago} placed\n" for ago in (9000, 7000, 1000, 10))
    for option, lines in (("2h", 3), ("90m", 2), ("60s", 1), ("1w", 4)):
        path = os.path.join(folder, "ago.json")
        done = call("analyze", "-", "--no-last", "--since", option, "--stats", path, stdin=stamped)
        with open(path, encoding="utf-8") as f:
            stats = json.load(f)
        check(f"--since {option}", done.returncode == 0 and stats["records"] == lines, done)
    check("--since of no unit", call("analyze", log, "--since", "1y").returncode == 2)
    found = os.path.join(folder, "found.ndjson")
    done = call("analyze", os.path.basename(log), "--findings", found, cwd=os.path.dirname(log))
    with open(found, encoding="utf-8") as f:
        record = json.loads(f.readline())["evidence"][0]["record_id"]
    done = call("context", record[:12], cwd="/")
    check("context works from any folder", done.returncode == 0 and "no connection" in done.stdout, done)


def errors_seen(folder):
    """An error that opens nothing is listed once, and is seen by --fail-on finding unless a baseline has it."""
    path = os.path.join(folder, "early.log")
    with open(path, "w", encoding="utf-8") as f:
        f.write(LOG.replace("INFO [main] shop.Cart: order 7 placed", "ERROR [main] shop.Cart: stock file is torn"))
    done = call("analyze", path, "--no-last", "--fail-on", "finding")
    check("errors seen", done.returncode == 3 and "NO INCIDENT" in done.stdout and "ERRORS SEEN" in done.stdout and "stock file is torn" in done.stdout and "early.log:8" in done.stdout, done)
    before = os.path.join(folder, "before.log")
    with open(before, "w", encoding="utf-8") as f, open(path, encoding="utf-8") as known:
        f.write(known.read().replace("2026-11-23", "2026-11-22"))
    done = call("analyze", path, "--baseline", before, "--no-last", "--fail-on", "finding")
    check("errors seen of a baseline", done.returncode == 0 and "ERRORS SEEN" not in done.stdout, done)


def results(folder, log):
    out = os.path.join(folder, "incidents.ndjson")
    done = call("analyze", log, "--incidents", out, "--quiet")
    check("quiet", done.returncode == 0 and done.stderr == "" and "INCIDENT 1" in done.stdout, done)
    check("secrets masked", "hunter" not in done.stdout, done)
    check("fail-on incident", call("analyze", log, "--fail-on", "incident").returncode == 3)
    check("fail-on nothing", call("analyze", log, "--until", "2026-11-23T12:10:00Z", "--fail-on", "incident").returncode == 0)
    check("markdown", call("analyze", log, "--report", "markdown").stdout.startswith("# "))
    page = call("analyze", log, "--report", "html").stdout
    check("html", page.startswith("<!doctype html>") and "<script" not in page)
    for line in call("analyze", log, "--report", "ndjson").stdout.splitlines():
        check("ndjson report", json.loads(line)["schema"] in ("loglode.incident/1", "loglode.finding/1"))
    check("full disk", call("analyze", log, "-o", "/dev/full").returncode == 1)
    for arguments in (["analyze", log], ["help"], ["help", "analyze"], ["--help"], ["--version"], ["version"], ["check"], ["completion", "bash"], ["explain", "x"], ["incidents"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([binary, *arguments], stdout=full, stderr=subprocess.PIPE, env={**os.environ, **ENV}, text=True, check=False)
        check(f"full disk: {arguments}", done.returncode == 1 and "No space left" in done.stderr, None)
    check("no such folder", call("analyze", log, "--findings", os.path.join(folder, "no", "such")).returncode == 1)
    with open(log, encoding="utf-8") as f:
        check("standard input", "1,240 lines" in call("analyze", "-", stdin=f.read()).stdout)
    colored = call("analyze", log, "--color", "always", env={"NO_COLOR": ""})
    check("color always", "\033[" in colored.stdout, colored)
    check("plain when piped", "\033[" not in call("analyze", log, env={"NO_COLOR": ""}).stdout)


def known_errors(folder):
    log = os.path.join(folder, "httpd.log")
    with open(log, "w", encoding="utf-8") as f:
        f.write(LOG + "".join(f"2026-11-23T12:18:{i:02}.000Z ERROR [main] httpd: server reached MaxRequestWorkers setting, consider raising it\n" for i in range(40)))
    check("analyze", call("analyze", log).returncode == 0)
    for done in (call("incidents", "show", "1"), call("explain", "ERROR httpd: server reached MaxRequestWorkers setting, consider raising it")):
        check("meaning, check and safe action", all(word in done.stdout for word in ("All slots of the web server", "how long requests take", "safe action", "more slots only move the queue")), done)
    kept = os.path.join(ENV["XDG_STATE_HOME"], "loglode", "last-run", "rules.ndjson")
    with open(kept, encoding="utf-8") as f:
        rules = [json.loads(line) for line in f]
    check("rules of the last run", rules and not [e for rule in rules for e in program.schema("rule").iter_errors(rule)], None)
    os.remove(kept)
    check("a last run of an older version", call("incidents", "show", "1").returncode == 0)


def more_threads_than_cores(log):
    done = call("analyze", log, "--threads", "16")
    check("more threads than cores", done.returncode == 0 and done.stderr == "", done)


def nothing_is_overwritten(folder, log):
    before = open(log, "rb").read()
    for arguments in (["-o", log], ["--findings", log], ["--stats", "-"], ["--findings", os.path.join(folder, "x"), "--stats", os.path.join(folder, "x")]):
        done = call("analyze", log, *arguments)
        check(f"refused: {arguments}", done.returncode == 2, done)
    check("the log is as it was", open(log, "rb").read() == before)


def numbers(log):
    """Every option that counts refuses what is no number and what is out of its bounds, and says the bounds."""
    bad = ("-1", "-0", "5x", "0x5", " 5", "1e3", "1.5", "99999999999999999999", "")
    options = {"--frequent-count": ("analyze", "tail"), "--threads": ("analyze", "learn", "tail"), "--snapshot-ms": ("analyze", "tail"), "--batch-bytes": ("analyze",), "--summary-round-trip": ("analyze",)}
    for option, commands in options.items():
        for command in commands:
            for value in bad:
                done = call(command, log, option, value)
                check(f"{command} {option} {value!r}", done.returncode == 2 and "is no whole number from " in done.stderr, done)
    for command in ("analyze", "tail"):
        for value in ("1e-300", "0", "nan", "inf", "-5", "60s", "1e300"):
            done = call(command, log, "--frequent-window", value)
            check(f"{command} --frequent-window {value}", done.returncode == 2 and "--frequent-window" in done.stderr, done)
    for value in bad:
        check(f"context --lines {value!r}", call("context", "123456", "--lines", value).returncode == 2)
    for arguments in (["--frequent-count", "1000000000"], ["--frequent-window", "0.5"], ["--frequent-window", "1e3"], ["--threads", "1"]):
        done = call("analyze", log, "--no-last", *arguments)
        check(f"taken: {arguments}", done.returncode == 0, done)


def file_size_limit(folder):
    """What a limit on the size of files refuses is told as a failed write, like a full disk; no signal ends the program."""
    many = os.path.join(folder, "many.log")
    with open(many, "w", encoding="utf-8") as f:
        f.write(LOG * 4)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    for arguments, status in ((["analyze", many, "--no-last", "--records", "out"], 1), (["analyze", many, "--no-last", "--assignments", "rows"], 1), (["learn", many, "--state", "kept"], 1),
                              (["tail", many, "--records", "out", "--state", "kept"], 1), (["analyze", many], 0)):  # the last one could only not keep its results
        done = subprocess.run([binary, *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **ENV}, preexec_fn=limit)
        check(f"file size limit: {arguments}", done.returncode == status and "cannot write" in done.stderr and any(why in done.stderr for why in ("File too large", "disk I/O error")), done)


def context_of_a_changed_file(folder, log):
    changed = os.path.join(folder, "changed.log")
    with open(log, "rb") as f, open(changed, "wb") as out:
        out.write(f.read())
    check("analyze", call("analyze", changed).returncode == 0)
    record = [line.split()[-1] for line in call("incidents", "show", "1").stdout.splitlines() if "loglode context" in line][0]
    check("context", call("context", record).returncode == 0)
    with open(changed, "w", encoding="utf-8") as out:
        out.write("".join(f"{i:070}\n" for i in range(3000)))
    done = call("context", record)
    check("context of another text", done.returncode == 1 and "any more" in done.stderr and "connection" in done.stdout, done)


def last_run(log):
    check("analyze", call("analyze", log).returncode == 0)
    listed = call("incidents", "list")
    check("incidents list", listed.returncode == 0 and "  1  " in listed.stdout, listed)
    shown = call("incidents", "show", "1")
    check("incidents show", shown.returncode == 0 and "TIMELINE" in shown.stdout and "hunter" not in shown.stdout, shown)
    check("incidents show 99", call("incidents", "show", "99").returncode == 2)
    ids = [word for line in shown.stdout.splitlines() if "loglode context" in line for word in line.split()[-1:]]
    check("evidence has record ids", bool(ids), shown)
    for record in ids[:2]:
        around = call("context", record)
        check("context", around.returncode == 0 and "\n> " in around.stdout and "hunter" not in around.stdout, around)
        check("context by prefix", call("context", record[:12]).stdout == around.stdout)
    templates = call("templates", "list")
    check("templates list", templates.returncode == 0 and "order <*> placed" in templates.stdout, templates)
    state = os.path.join(ENV["XDG_STATE_HOME"], "loglode", "last-run")
    check("modes", os.stat(state).st_mode & 0o777 == 0o700 and os.stat(os.path.join(state, "findings.ndjson")).st_mode & 0o777 == 0o600)
    text = "".join(open(os.path.join(state, name), encoding="utf-8").read() for name in os.listdir(state))
    check("nothing unmasked is kept", "hunter" not in text)
    before = os.stat(state).st_mtime_ns
    call("analyze", log, "--no-last")
    check("--no-last keeps nothing", os.stat(state).st_mtime_ns == before)
    os.rename(log, log + ".moved")
    gone = call("context", ids[0])
    check("context without the file", gone.returncode == 1 and "password" in gone.stdout + gone.stderr, gone)
    os.rename(log + ".moved", log)


def signals():
    process = subprocess.Popen([binary, "analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **ENV})
    process.stdin.write(LOG.encode())
    process.stdin.flush()
    left, deadline = array.array("i", [1]), time.monotonic() + 60
    while left[0] and time.monotonic() < deadline:  # until the program has taken all of it from the pipe
        time.sleep(0.02)
        fcntl.ioctl(process.stdin, termios.FIONREAD, left)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    check("Ctrl-C judges what was read", process.returncode == 130 and b"service" in out, None)
    closed = subprocess.run(f"'{binary}' templates list | head -1", shell=True, capture_output=True, env={**os.environ, **ENV}, check=False)
    check("closed pipe", b"error" not in closed.stderr.lower() and closed.returncode == 0)


def explain():
    done = call("explain", "2026-11-23 10:11:12,345 ERROR [main] c.e.Pool: no connection after 5000 ms, password=hunter2x")
    for word in ("2026-11-23T10:11:12.345", "error", "no connection after", "<*>"):
        check(f"explain says {word}", word in done.stdout, done)
    check("explain masks", "hunter2x" not in done.stdout, done)


def main():
    with tempfile.TemporaryDirectory() as folder:
        ENV.update(XDG_STATE_HOME=os.path.join(folder, "state"), XDG_CACHE_HOME=os.environ.get("LOGLODE_TEST_CACHE", os.path.join(folder, "cache")))
        log = os.path.join(folder, "shop.log")
        with open(log, "w", encoding="utf-8") as f:
            f.write(LOG + TROUBLE)
        usage(log)
        cheap_refusals(folder, log)
        odd_inputs(folder)
        manners(folder, log)
        errors_seen(folder)
        repeated(log, folder)
        results(folder, log)
        last_run(log)
        known_errors(folder)
        more_threads_than_cores(log)
        nothing_is_overwritten(folder, log)
        numbers(log)
        file_size_limit(folder)
        context_of_a_changed_file(folder, log)
        signals()
        explain()
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(1 if failures else 0)


ENV = {}
if __name__ == "__main__":
    main()
