#!/usr/bin/env python3
"""A format inside a wrapping is that format: each excerpt of samples/formats and each log of the golden cases is read alone and inside every
wrapping, and must give the same record bounds, severities and messages; the same services where the wrapping names none.

usage: wrapped.py PARSE_LINES [--only WRAPPING] [--show] [NAME...]
"""
import difflib
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODIFIED = 1_795_435_200  # 2026-11-23T12:00:00Z, as the golden cases have it
STAMP = "2026-11-24T00:00:{:02d}.{:09d}Z"
# What no line-wise wrapping carries: other encodings, blocks whose blank lines count, tables that name their columns.
LEFT_OUT = {"journald_export": "blocks between blank lines, with binary fields", "dienst": "UTF-16", "table": "--columns", "blank": "nothing but blanks"}


def stamp(i):
    return STAMP.format(i // 1000 % 60, i % 1000 * 1000 + 1)


def docker(line, i):
    return json.dumps({"log": line + "\n", "stream": "stdout", "time": stamp(i)}, ensure_ascii=False)


def journald(line, i):
    return json.dumps({"__REALTIME_TIMESTAMP": str(1_795_478_400_000_000 + i), "PRIORITY": "6", "_HOSTNAME": "node1", "SYSLOG_IDENTIFIER": "app", "_PID": "7", "MESSAGE": line}, ensure_ascii=False)


def shipped(line, i):
    return json.dumps({"@timestamp": stamp(i), "message": line, "host": {"name": "node1"}, "stream": "stdout"}, ensure_ascii=False)


def syslog(line, i):
    return "Nov 24 00:%02d:%02d node1 app[7]: %s" % (i // 60 % 60, i % 60, line.replace("\t", "#011"))


# name -> (wrap one line, the wrapping names the service, blank lines survive it)
WRAPPINGS = {
    "docker": (docker, False),
    "cri": (lambda line, i: stamp(i) + " stdout F " + line, False),
    "docker_t": (lambda line, i: stamp(i) + " " + line, False),
    "compose": (lambda line, i: "app-1  | " + line, True),
    "compose_t": (lambda line, i: "app-1  | " + stamp(i) + " " + line, True),
    "kubectl": (lambda line, i: "[pod/app-7d9f8b6c5d-x2x4z/app] " + line, True),
    "kubectl_t": (lambda line, i: "[pod/app-7d9f8b6c5d-x2x4z/app] " + stamp(i) + " " + line, True),
    "stern": (lambda line, i: "app-7d9f8b6c5d-x2x4z app " + line, True),
    "heroku_drain": (lambda line, i: "<190>1 2026-11-24T00:00:00+00:00 host app web.1 - " + line, True),
    "syslog": (syslog, True),
    "journald": (journald, True),
    "shipped": (shipped, False),
    "shipped_cri": (lambda line, i: shipped(stamp(i) + " stdout F " + line, i), False),
    "docker_of_docker": (lambda line, i: docker(docker(line, i), i), False),
}
PRIORITY = {"heroku_drain": "info", "journald": "info"}


def rows(program, data, name, work):
    path = os.path.join(work, name + ".log")
    with open(path, "wb") as f:
        f.write(data)
    os.utime(path, (MODIFIED, MODIFIED))
    out = subprocess.run([program, path], stdout=subprocess.PIPE, timeout=60, check=True).stdout.decode("utf-8", "backslashreplace")
    return [line.split("\t") for line in out.splitlines()]


def comparable(row, with_service, priority):
    """`priority`: what a transport says of lines that say nothing themselves."""
    line, _, severity, service, _, _, lines, message = row
    if severity == "unspecified" and priority:
        severity = priority
    return f"{line} +{lines} {severity} {service if with_service else ''} {message}"


def logs():
    paths = sorted(glob.glob(os.path.join(HERE, "..", "..", "samples", "formats", "*.log")) + glob.glob(os.path.join(HERE, "*", "*.log")) + glob.glob(os.path.join(HERE, "*", "*.json")))
    for path in paths:
        name = os.path.splitext(os.path.basename(path))[0]
        if name in LEFT_OUT or name.startswith("expected"):
            continue
        with open(path, "rb") as f:
            yield name, f.read()


def main():
    program = os.path.abspath(sys.argv[1])
    rest = sys.argv[2:]
    show = "--show" in rest
    only = rest[rest.index("--only") + 1] if "--only" in rest else None
    names = [a for i, a in enumerate(rest) if not a.startswith("--") and (i == 0 or rest[i - 1] != "--only")]
    passed, failed = 0, []
    with tempfile.TemporaryDirectory() as work:
        for name, data in logs():
            if names and name not in names:
                continue
            lines = data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
            if lines and not lines[-1]:
                lines.pop()
            alone = rows(program, "\n".join(lines).encode() + b"\n", name, work)
            for wrapping, (wrap, names_service) in WRAPPINGS.items():
                if only and wrapping != only:
                    continue
                wrapped = rows(program, "\n".join(wrap(line, i) for i, line in enumerate(lines)).encode() + b"\n", name, work)
                want = [comparable(r, not names_service, PRIORITY.get(wrapping)) for r in alone]
                got = [comparable(r, not names_service, PRIORITY.get(wrapping)) for r in wrapped]
                if want == got:
                    passed += 1
                    continue
                failed.append(f"{wrapping}:{name}")
                if show or len(failed) <= 5:
                    sys.stdout.writelines(l[:200] + "\n" for l in list(difflib.unified_diff(want, got, f"{name} alone", f"{name} in {wrapping}", n=0, lineterm=""))[:12])
    print(f"{passed} passed, {len(failed)} failed" + ("" if not failed else ": " + " ".join(failed)))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
