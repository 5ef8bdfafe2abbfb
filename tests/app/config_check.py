#!/usr/bin/env python3
"""`loglode check` on configurations: the examples are good, a broken file shows all its problems, no secret is shown. usage: config_check.py PROGRAM"""
import glob
import os
import re
import subprocess
import sys
import tempfile

import program

binary = os.path.abspath(sys.argv[1])
failures = []
SECRET = "hunter2-from-outside"


def call(*arguments, cwd=None, env=None):
    return subprocess.run([binary, "check", *arguments], capture_output=True, text=True, timeout=120, check=False, cwd=cwd, env={**os.environ, "NO_COLOR": "1", **(env or {})})


def check(name, condition, done):
    if not condition:
        failures.append(f"{name}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-800:]}")


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


BROKEN = """state: state
sources:
  shop:
    type: kafka
    brokers: [127.0.0.1:9092]
    topcis: [orders]
    group: loglode
    lateness: 60
    options: { enable.auto.commit: true, sasl.password: '${PASSWORD}', ssl.key.password: '${file:secret}', security.protocol: '${PASSWORD}' }
    transforms:
      - route: { when: { rule: storage-disk-ful }, to: [archiv] }
      - redact: { pattern: '(' }
sinks:
  archive: { type: file, path: out/x, when_full: '${PASSWORD}' }
  search: { type: elasticsearch, urls: ['https://loglode:hunter2@127.0.0.1:9200'], api_key: '${PASSWORD}' }
http: { listen: '0.0.0.0:9600' }
rca: { key: '${NO_SUCH_VARIABLE}' }
"""
EXPECTED = """3: source "shop" lacks "topics"
6: unknown key "topcis" in source "shop" (did you mean "topics"?)
8: bad lateness "60": a duration is written 500ms, 10s, 5m, 2h or 1d
9: option "enable.auto.commit" is not to be set here: positions move only behind a durable snapshot
9: option "security.protocol": librdkafka refuses the value "${PASSWORD}"
11: route to an unknown sink "archiv" (did you mean "archive"?)
11: unknown rule "storage-disk-ful" (did you mean "storage-disk-full"?)
12: bad pattern "(": missing closing parenthesis (at byte 1)
14: bad when_full "${PASSWORD}": one of block, drop_newest, dead_letter
15: "urls" must not hold a user or password: use "user" and "password"
16: listen "0.0.0.0:9600" can be reached from other machines: it needs a "token"
17: "key": ${NO_SUCH_VARIABLE} is not set in the environment, and has no default (${NO_SUCH_VARIABLE:default})
"""


def examples():
    paths = sorted(path for path in glob.glob(os.path.join(program.ROOT, "configs", "*.yaml")) if "prometheus" not in path)
    for path in paths:
        done = call(path)
        check(f"{path} is good, in one line", done.returncode == 0 and done.stdout.count("\n") == 1 and "no problems: 1 source" in done.stdout and "state in" in done.stdout, done)
    done = call(*paths, os.path.join(program.ROOT, "configs", "rules", "storage.yaml"))
    check("configurations and rule packs together", done.returncode == 0 and len(paths) == 5 and done.stdout.count("\n") == 6 and "examples behave" in done.stdout, done)


def broken(folder):
    write(folder, "secret", SECRET + "\n")
    write(folder, "broken.yaml", BROKEN)
    done = call("broken.yaml", cwd=folder, env={"PASSWORD": SECRET})
    expected = "".join(f"broken.yaml:{line}\n" for line in EXPECTED.splitlines())
    check("every problem of a broken file", done.returncode == 2 and done.stdout == expected, done)
    check("no secret is shown", "hunter2" not in done.stdout + done.stderr, done)
    done = call("broken.yaml", os.path.join(program.ROOT, "configs", "tail-folder.yaml"), cwd=folder, env={"PASSWORD": SECRET})
    check("one broken file of two", done.returncode == 2 and "no problems" in done.stdout, done)


def packs_of_a_configuration(folder):
    write(folder, "pack.yaml", "pack: mine\nversion: 1\nrules:\n  - id: my-rule\n    naem: x\n")
    text = "sources: { in: { type: stdin } }\nsinks: { out: { type: file, path: o } }\nrules: { packs: [%s] }\n"
    write(folder, "packs.yaml", text % "builtin, pack.yaml")
    done = call("packs.yaml", cwd=folder)
    check("problems of its packs", done.returncode == 2 and 'pack.yaml:5: my-rule: unknown key "naem"' in done.stdout and 'warning: no "state"' in done.stdout, done)
    write(folder, "packs.yaml", text % "'${PACK}'")
    done = call("packs.yaml", cwd=folder, env={"PACK": "pack.yaml"})
    check("a pack's path from outside is not shown", done.returncode == 2 and "${PACK}:5: " in done.stdout and "pack.yaml" not in done.stdout, done)


def feeds_itself(folder):
    write(folder, "fed.yaml", "state: st\nsources:\n  in: { type: file, paths: ['fb/*'] }\nsinks:\n  out: { type: file, path: fb/out.ndjson }\nhttp: { listen: off }\n")
    done = call("fed.yaml", cwd=folder)
    check("a run that feeds itself", done.returncode == 2 and done.stdout.startswith('fed.yaml:5: sink "out": its file "fb/out.ndjson" would be read by source "in" (paths "fb/*")')
          and "exclude: ['out.ndjson*']" in done.stdout and done.stdout.count("\n") == 1, done)
    done = subprocess.run([binary, "run", "fed.yaml"], capture_output=True, text=True, timeout=60, check=False, cwd=folder, stdin=subprocess.DEVNULL)
    check("does not start", done.returncode == 2 and "fed.yaml:5: " in done.stderr and not os.path.exists(os.path.join(folder, "fb")), done)


def files_in_each_others_way(folder):
    """What `run` would find out when it opens its files, and what it would read twice."""
    text = "state: own\nsources:\n  in: { type: file, paths: ['logs/*.log'] }\n%ssinks:\n  out: { type: file, path: %s }\nhttp: { listen: off }\n"
    os.makedirs(os.path.join(folder, "a folder"))
    for path, what in (("own/state.db", 'its file "own/state.db" belongs to state: what is in "own"'), ("own/dead-letters/lock", "belongs to state"), ("a folder", "is a folder: name a file in it")):
        write(folder, "way.yaml", text % ("", path))
        done = call("way.yaml", cwd=folder)
        check(f"check refuses {path}", done.returncode == 2 and "way.yaml:5: " in done.stdout and what in done.stdout, done)
        done = subprocess.run([binary, "run", "way.yaml"], capture_output=True, text=True, timeout=60, check=False, cwd=folder, stdin=subprocess.DEVNULL)
        check(f"run refuses {path}", done.returncode == 2 and what in done.stderr and not os.path.exists(os.path.join(folder, "own")), done)
    for second, told in (("logs/a*.log", True), ("./logs/*.log", True), ("logs", True), ("other/*.log", False), ("logs/*.txt", False)):
        write(folder, "way.yaml", text % (f"  two: {{ type: file, paths: ['{second}'] }}\n", "o"))
        done = call("way.yaml", cwd=folder)
        check(f"shared files: {second}", done.returncode == 0 and ('way.yaml:4: warning: source "two" names files of source "in" as well' in done.stdout) == told, done)
    write(folder, "home.yaml", text.replace("logs/*.log", "~/log/*.log") % ("", "o"))
    home = os.path.join(folder, "home of bob")
    done = call(os.path.join(folder, "home.yaml"), env={"HOME": home})
    check("~/ is the home folder", done.returncode == 0 and home + "/log/*.log" in done.stdout, done)
    done = call(os.path.join(folder, "home.yaml"), env={"HOME": ""})
    check("~/ without a home folder", done.returncode == 2 and "only ~/ stands for a home folder" in done.stdout, done)
    for text in ("{}\n", "", "# nothing\n"):
        write(folder, "empty.yaml", text)
        done = call("empty.yaml", cwd=folder)
        check("an empty file is no pack", done.returncode == 2 and 'empty: a configuration of `run` has "sources" and "sinks"' in done.stdout and "lacks" not in done.stdout, done)
    write(folder, "slip.yaml", "source: {}\n")
    done = call("slip.yaml", cwd=folder)
    check("a slip of a key is no pack", done.returncode == 2 and 'did you mean "sources"?' in done.stdout and "pack" not in done.stdout, done)


def refused_before_anything_is_made(folder):
    """What `run` refuses `check` refuses, and `run` does so before a state folder, a sink's file or a folder of dead letters is there."""
    kafka = "{ type: kafka, brokers: '127.0.0.1:1', topic: t, options: { %s } }"
    source = "{ type: kafka, brokers: '127.0.0.1:1', topics: t, group: g, options: { %s } }"
    file_source, file_sink = "{ type: file, paths: 'in.log' }", "{ type: file, path: made/out.ndjson }"
    for name, in_source, in_sink, what in (
            ("timeout", file_source, kafka % "message.timeout.ms: 1000", "message.timeout.ms"),
            ("crcs", source % "check.crcs: true", file_sink, "check.crcs"),
            ("together", file_source, kafka % "max.in.flight.requests.per.connection: 50", "together"),
            ("rule", "{ type: file, paths: 'in.log', transforms: [{ drop: { rule: no-such-rule } }] }", file_sink, "no-such-rule")):
        if name == "together" and "/tsan/" in os.path.abspath(sys.argv[1]):
            print("skipped: options together: librdkafka does not run under this ThreadSanitizer")
            continue
        write(folder, "refused.yaml", f"state: made/state\nsources:\n  in: {in_source}\nsinks:\n  out: {in_sink}\nhttp: {{ listen: off }}\n")
        done = call("refused.yaml", cwd=folder)
        check(f"check refuses: {name}", done.returncode == 2 and what in done.stdout, done)
        done = subprocess.run([binary, "run", "refused.yaml"], capture_output=True, text=True, timeout=60, check=False, cwd=folder, stdin=subprocess.DEVNULL)
        check(f"run refuses: {name}", done.returncode == 2 and what in done.stderr, done)
        check(f"nothing is made: {name}", not os.path.exists(os.path.join(folder, "made")), done)


def no_configuration(folder):
    """A file that cannot be one is told as the configuration that it is meant to be, with what is wrong and what to do."""
    good = "sources: { in: { type: stdin } }\nsinks: { out: { type: file, path: o } }\n"
    path = os.path.join(folder, "wide.yaml")
    for encoding in ("utf-16", "utf-16-be", "utf-16-le"):
        with open(path, "wb") as f:
            f.write(good.encode(encoding))
        for command in ("check", "run"):
            done = subprocess.run([binary, command, path], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
            told = done.stdout + done.stderr
            check(f"{command} {encoding}", done.returncode == 2 and "the configuration is not YAML: UTF-16" in told and "save the file as UTF-8" in told and "pack" not in told, done)
    for text in ("- sources\n- sinks\n", "just text\n"):
        write(folder, "list.yaml", text)
        done = subprocess.run([binary, "run", "list.yaml"], capture_output=True, text=True, timeout=60, check=False, cwd=folder, stdin=subprocess.DEVNULL)
        check("run: no mapping", done.returncode == 2 and "the configuration must be a mapping" in done.stderr and '"sources" and "sinks"' in done.stderr, done)
        done = call("list.yaml", cwd=folder)
        check("check: no mapping", done.returncode == 2 and 'must be a mapping: a configuration of `run` has "sources" and "sinks"' in done.stdout, done)
    with open(path, "wb") as f:
        f.write(b"\xef\xbb\xbf" + good.encode())
    check("with a byte order mark of UTF-8", call(path).returncode == 0, call(path))


def examples_one_after_the_other():
    """Each has a state, a group and topics of its own."""
    seen = set()
    for path in sorted(glob.glob(os.path.join(program.ROOT, "configs", "*to-*.yaml"))) + [os.path.join(program.ROOT, "configs", name) for name in ("tail-folder.yaml", "rca-local.yaml")]:
        with open(path, encoding="utf-8") as f:
            settings = re.findall(r"^ *(?:state|group|topics|path): +(\S+)", f.read(), re.MULTILINE)
        if len(settings) < 2 or seen & set(settings):
            failures.append(f"{path} shares something with another example: {seen & set(settings)}")
        seen |= set(settings)


def connect_to_an_example(folder):
    logs = os.path.join(folder, "empty")
    os.mkdir(logs)
    copy = os.path.join(folder, "configs")
    os.mkdir(copy)
    with open(os.path.join(program.ROOT, "configs", "tail-folder.yaml"), encoding="utf-8") as f:
        write(copy, "tail-folder.yaml", f.read() + "\nhttp: { listen: off }\n")
    done = call("--connect", "configs/tail-folder.yaml", cwd=folder, env={"LOGS": logs})
    check("--connect on an empty folder", done.returncode == 0 and "no file matches yet" in done.stdout and "no problems" in done.stdout, done)


def own_formats(folder):
    """`formats:` names files of the user's own formats: their examples run, and `run` reads by them."""
    good = "formats:\n  - name: till\n    pattern: '~{time}~{level}~{service}~ {message}'\n    levels: { oops: error }\n    examples:\n" \
           "      - line: '~2026-11-24 10:12:13~oops~till-3~ drawer stuck'\n        expect: { level: error, service: till-3, message: drawer stuck }\n"
    folder = os.path.join(folder, "own formats")
    os.makedirs(folder)
    write(folder, "till.yaml", good)
    write(folder, "wrong.yaml", good.replace("service: till-3", "service: till-4"))
    write(folder, "till.log", "".join(f"~2026-11-24 10:12:{i:02d}~{'oops' if i == 7 else 'INFO'}~till-3~ coin {i} taken\n" for i in range(20)))
    text = "state: formats-state\nformats: [{}]\nhttp: { listen: off }\nsources: { in: { type: file, paths: till.log, start: start } }\nsinks: { out: { type: file, path: formats-out.ndjson } }\n"
    write(folder, "formats.yaml", text.replace("{}", "till.yaml", 1))
    write(folder, "formats-wrong.yaml", text.replace("{}", "wrong.yaml", 1))
    done = call("formats.yaml", cwd=folder)
    check("formats: a sound file of formats", done.returncode == 0, done)
    done = call("formats-wrong.yaml", cwd=folder)
    check("formats: an example that does not behave", done.returncode == 2 and "wrong.yaml:" in done.stdout, done)


def connect(folder):
    if "/tsan/" in os.path.abspath(sys.argv[1]):
        print("skipped: --connect: librdkafka does not run under this ThreadSanitizer")
        return
    write(folder, "a.log", "x\n")
    write(folder, "connect.yaml", "state: st\nsources:\n  in: { type: file, paths: '*.log' }\n  k: { type: kafka, brokers: '127.0.0.1:1', topics: t, group: g,\n"
          "    options: { security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: u, sasl.password: '${PASSWORD}' } }\n"
          "sinks: { out: { type: file, path: out/records.ndjson } }\n")
    done = call("--connect", "connect.yaml", cwd=folder, env={"PASSWORD": SECRET})
    check("--connect tells what answers and what does not", done.returncode == 2 and 'source "in": 1 readable file\n' in done.stdout and "st can be written" in done.stdout
          and 'connect.yaml:4: source "k": "127.0.0.1:1" does not answer' in done.stdout, done)
    check("--connect shows no secret", SECRET not in done.stdout + done.stderr, done)
    check("--connect changes nothing", not os.path.exists(os.path.join(folder, "st")), done)


with tempfile.TemporaryDirectory(prefix="loglode-test-") as temporary:
    examples()
    broken(temporary)
    packs_of_a_configuration(temporary)
    feeds_itself(temporary)
    files_in_each_others_way(temporary)
    refused_before_anything_is_made(temporary)
    no_configuration(temporary)
    examples_one_after_the_other()
    own_formats(temporary)
    connect(temporary)
    connect_to_an_example(temporary)
for failure in failures:
    print("FAILED:", failure)
sys.exit(1 if failures else 0)
