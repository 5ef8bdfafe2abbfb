#!/usr/bin/env python3
"""How fast documents are sent, against `bulk_server`, a server that costs next to nothing. All is measured in turns in one run, on two cores that the server has as well.

  sink      the sink alone on parsed batches beside a bare libcurl loop that sends the same bodies at the same gzip level; the goal: 60 %
  rsyslog   file to server beside rsyslog's imfile and omelasticsearch, no gzip; the goal: twice the lines a second. Its Debian packages are unpacked into build/perf
  faults    file to server where one document of a hundred is refused for good and one is throttled, beside all stored; the goal: 90 %
Prints one JSON object. usage: perf/search/speed.py sink|rsyslog|faults [--rounds 5] [--lines 400000] [--program build/release/loglode]
"""
import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PERF = os.path.join(ROOT, "build", "release", "perf")
WORK = os.path.join(ROOT, "build", "perf")
PACKAGES = ("rsyslog", "rsyslog-elasticsearch", "libestr0", "libfastjson4", "liblognorm5")
LIBRARIES = "usr/lib/x86_64-linux-gnu"


def spread(values):
    return {"min": round(min(values), 3), "median": round(statistics.median(values), 3), "max": round(max(values), 3)}


def columns(rounds):
    """{name: spread} of rounds that are {name: figure}."""
    return {name: spread([each[name] for each in rounds]) for name in rounds[0]}


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([os.path.join(PERF, "bulk_server"), *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def count(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_count") as answer:
            return json.load(answer)


def stream(form, lines):
    path = os.path.join(WORK, f"{form}-{lines}.log")
    if not os.path.exists(path):
        os.makedirs(WORK, exist_ok=True)
        subprocess.run([sys.executable, os.path.join(ROOT, "perf", "cases", "make_stream.py"), path, "--lines", str(lines), "--form", form], check=True)
    return path


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(command, log, lines, *options, folder, environment=None):
    """Lines a second from the program's start to the last answer: what a program needs to start counts."""
    with Server(*options) as server, open(os.path.join(folder, "log"), "wb") as said:
        command = command(server.port)
        began = time.monotonic()
        with subprocess.Popen(["taskset", "-c", "0,1", *command], cwd=folder, stdout=said, stderr=said, env=environment) as process:
            with contextlib.ExitStack() as end:
                end.callback(process.kill)
                while (found := server.count())["documents"] + found["rejected"] < lines:
                    time.sleep(0.05)
                    if time.monotonic() - began > 300 or process.poll() is not None:
                        with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as text:
                            sys.exit(f"{log}: {found} after {time.monotonic() - began:.0f} s: {text.read()[-800:]}")
                out = {"lines_per_s": lines / (found["last"] - began), "lines_per_cpu_s": lines / cpu_seconds(process.pid), "documents": found["documents"],
                       "mb": found["bytes"] / 1e6}
                with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                    out["rss_mib_peak"] = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(30)
        return out


def loglode(program, log, lines, *options, compress="none"):
    with tempfile.TemporaryDirectory(prefix="loglode-perf-") as folder:
        def command(port):
            with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as out:
                out.write(f"""
state: state
sources:
  shop: {{ type: file, paths: ['{log}'], service: {{ from: 'fixed:shop' }}, start: start }}
sinks:
  search: {{ type: elasticsearch, urls: ['http://127.0.0.1:{port}'], what: [records], bulk: {{ compress: {compress} }} }}
http: {{ listen: off }}
""")
            return [program, "run", "c.yaml"]
        return timed(command, log, lines, *options, folder=folder)


def unpack_rsyslog():
    root = os.path.join(WORK, "rsyslog")
    if not os.path.exists(os.path.join(root, "usr/sbin/rsyslogd")):
        os.makedirs(root, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in sorted(os.listdir(root)):
            if package.endswith(".deb"):
                subprocess.run(["dpkg", "-x", package, root], cwd=root, check=True)
    return root


def rsyslog(root, log, lines):
    """As its manual says for throughput: bulk mode, a queue of its own with two workers and large batches."""
    modules = os.path.join(root, LIBRARIES)
    with tempfile.TemporaryDirectory(prefix="loglode-perf-") as folder:
        def command(port):
            with open(os.path.join(folder, "rsyslog.conf"), "w", encoding="utf-8") as out:
                out.write(f"""
global(workDirectory="{folder}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
module(load="omelasticsearch")
template(name="doc" type="list" option.jsonf="on") {{
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
  property(outname="host.name" name="hostname" format="jsonf")
  property(outname="log.file.path" name="$!metadata!filename" format="jsonf")
  property(outname="service.name" name="syslogtag" format="jsonf")
  property(outname="log.level" name="syslogseverity-text" format="jsonf")
}}
ruleset(name="out") {{
  action(type="omelasticsearch" server="127.0.0.1" serverport="{port}" template="doc" searchIndex="logs" searchType="" bulkmode="on" maxbytes="5m"
         queue.type="linkedlist" queue.size="200000" queue.dequeuebatchsize="4096" queue.workerthreads="2" queue.workerthreadminimummessages="1000" action.resumeretrycount="-1")
}}
input(type="imfile" file="{log}" tag="shop" ruleset="out" addMetadata="on" readMode="0")
""")
            return [os.path.join(root, "usr/sbin/rsyslogd"), "-n", "-f", "rsyslog.conf", "-i", os.path.join(folder, "pid"), "-M", os.path.join(modules, "rsyslog")]
        return timed(command, log, lines, folder=folder, environment={**os.environ, "LD_LIBRARY_PATH": modules})


def measure_sink(a):
    rows = {}
    for name, key in (("no_hash", ""), ("hash", "a secret of some length")):
        with Server() as server:
            out = subprocess.run([os.path.join(PERF, "sink_bench"), str(server.port), stream("json", a.lines), str(a.rounds), "gzip", key], stdout=subprocess.PIPE, check=True, text=True)
        found = json.loads(out.stdout)
        rows[name] = {"documents": found["documents"], "plain_mb": found["plain_mb"],
                      **{f"{who}_{figure}": spread([each[who][figure] for each in found["rounds"]]) for who in ("sink", "bare") for figure in ("mb_per_s", "documents_per_s", "cpu_s")},
                      "percent_of_bare": spread([100 * each["sink"]["mb_per_s"] / each["bare"]["mb_per_s"] for each in found["rounds"]])}
    return rows


def measure_rsyslog(a):
    root, rounds, rows = unpack_rsyslog(), [], {}
    for form in ("text", "json"):
        log, rounds = stream(form, a.lines), []
        for _ in range(a.rounds):
            ours, theirs = loglode(a.program, log, a.lines), rsyslog(root, log, a.lines)
            rounds.append({"loglode_lines_per_s": ours["lines_per_s"], "rsyslog_lines_per_s": theirs["lines_per_s"], "times": ours["lines_per_s"] / theirs["lines_per_s"],
                           "times_by_cpu": ours["lines_per_cpu_s"] / theirs["lines_per_cpu_s"], "loglode_mb": ours["mb"], "rsyslog_mb": theirs["mb"],
                           "loglode_documents": ours["documents"], "rsyslog_documents": theirs["documents"], "loglode_rss_mib": ours["rss_mib_peak"], "load": os.getloadavg()[0]})
            print(form, json.dumps(rounds[-1]), file=sys.stderr, flush=True)
        rows[form] = columns(rounds)
    return rows


def measure_faults(a):
    log, rounds = stream("json", a.lines), []
    for _ in range(a.rounds):
        without = loglode(a.program, log, a.lines, compress="gzip")
        some = loglode(a.program, log, a.lines, "--throttled", "1", "--rejected", "1", compress="gzip")
        rounds.append({"without_lines_per_s": without["lines_per_s"], "with_lines_per_s": some["lines_per_s"], "percent": 100 * some["lines_per_s"] / without["lines_per_s"],
                       "percent_by_cpu": 100 * some["lines_per_cpu_s"] / without["lines_per_cpu_s"], "rejected": a.lines - some["documents"], "load": os.getloadavg()[0]})
        print(json.dumps(rounds[-1]), file=sys.stderr, flush=True)
    return columns(rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["sink", "rsyslog", "faults"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=400_000)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "loglode"), type=os.path.abspath)
    a = parser.parse_args()
    load = os.getloadavg()[0]
    found = {"sink": measure_sink, "rsyslog": measure_rsyslog, "faults": measure_faults}[a.what](a)
    print(json.dumps({**found, "load_before": load, "load_after": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
