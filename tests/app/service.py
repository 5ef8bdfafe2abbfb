#!/usr/bin/env python3
"""run with files: mutes and their reload, weights of samples, what is told after a restart. usage: service.py PROGRAM [TEST...]"""
import functools
import json
import re
import signal
import subprocess
import time
from datetime import datetime, timezone

from checks import SLOW, binary, check, run_tests, skip_under_tsan, wait_until
from running import Running

skip_under_tsan()


class Service(Running):
    """A running `loglode run`."""

    def log(self, *lines):
        self.write("in.log", "".join(line + "\n" for line in lines), "a")

    def configure(self, detect="", transforms="", what="findings, incidents"):
        self.write("loglode.yaml", f"state: state\nsnapshot: 50ms\nsources:\n  in: {{ type: file, paths: in.log, format: auto{transforms} }}\n"
                   f"sinks:\n  out: {{ type: file, path: out.ndjson, what: [{what}] }}\nhttp: {{ listen: '127.0.0.1:{self.port}' }}\n{detect}")

    def start(self):
        return super().start("run", self.path("loglode.yaml"))

    def of_schema(self, schema):
        return [each for each in self.documents() if each.get("schema") == schema]

    def command(self, *words):
        done = subprocess.run([binary, *words, "--state", self.path("state")], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60 * SLOW)
        return done.stdout

    def findings(self, kind=None):
        return [each for each in self.of_schema("loglode.finding/1") if kind in (None, each["kind"])]

    def wait(self, condition, seconds=10):
        return wait_until(condition, seconds)

    def lives_on(self, snapshots=12):
        """Until so many more snapshots are durable: what was read by now has been judged, and what follows from it delivered."""
        begin = None

        def enough():
            nonlocal begin
            made = self.metric("loglode_snapshots_total") or 0
            begin = made if begin is None else begin
            return made >= begin + snapshots
        check("it lives on", self.wait(enough, 30), self.said())


def now(ago=0.0):
    return datetime.fromtimestamp(time.time() - ago, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def history(count=200):
    return [f"{now(600 - 600 * i / count)} INFO shop: order #{i} placed" for i in range(count)]


def failing(words, count=30, ago=0.0):
    return [f"{now(ago)} ERROR shop: {words} {i}" for i in range(count)]


FAR = "until: 2100-01-01T00:00:00Z"


def mutes(service):
    service.write("mutes.yaml", f"- {{ text: ledger, reason: SHOP-1, {FAR} }}\n- {{ text: cart, kind: new_error, reason: SHOP-2, {FAR} }}\n"
                  f"- {{ text: cart, reason: SHOP-3, {FAR} }}\n")
    service.configure("detect: { mutes: mutes.yaml }\n")
    service.log(*history())
    service.start()
    service.log(*failing("the ledger refused order"))
    check("a mute of a text leaves a new ERROR", service.wait(lambda: service.findings("new_error")), service.said())
    check("and mutes what else is of it", service.wait(lambda: service.metric('loglode_findings_muted_total{kind="frequent"}') == 1), service.said())
    check("which goes to no sink", not service.findings("frequent"), service.findings("frequent"))
    check("which the log says, with the reason", service.wait(lambda: "(SHOP-1): frequent" in service.said()), service.said())
    service.log(*failing("the cart is jammed by item"))
    check("a new ERROR is muted by its kind", service.wait(lambda: service.metric('loglode_findings_muted_total{kind="new_error"}') == 1), service.said())
    service.lives_on()
    told = [each for each in service.documents() if "cart" in json.dumps(each)]
    check("and is in no document", not told, told)
    service.write("mutes.yaml", "- { kind: frequnt }\n")
    service.process.send_signal(signal.SIGHUP)
    check("a faulty file leaves the old mutes", service.wait(lambda: "goes on with the one before" in service.said()) and 'mutes.yaml:1: bad kind "frequnt"' in service.said(), service.said())
    service.write("mutes.yaml", "")
    service.process.send_signal(signal.SIGHUP)
    check("a reload reads the mutes again", service.wait(lambda: any("cart" in each["summary"] for each in service.findings("new_error"))), service.said())
    check("it ends well", service.stop() == 143, service.said())


def samples(service):
    """One in ten of 2000 errors a minute: what is written says ten, and what is counted is what there was, or nearly."""
    service.configure(transforms=", transforms: [ sample: { keep_one_in: 10, when: { severity_at_least: error } } ]", what="records, findings")
    service.log(*history())
    service.start()
    service.log(*failing("the ledger refused order", 2000))
    service.wait(lambda: service.findings("frequent"))
    check("it ends well", service.stop() == 143, service.said())
    records = [each for each in service.documents() if "event.id" in each]
    kept = [each for each in records if "ledger" in each["message"]]
    check("about one in ten is written", 120 < len(kept) < 300, len(kept))
    check("each says for how many it stands", all(each.get("loglode.sample_weight") == 10 for each in kept), kept[:1])
    check("others say nothing", not any("loglode.sample_weight" in each for each in records if "order #" in each["message"]), records[:1])
    told = service.findings("frequent") + service.findings("new_error")
    check("a finding counts as many as there were", told and max(each["total"] for each in told) == 10 * len(kept), (len(kept), told))


def restarts(service):
    """What was sent is not sent again, what changed is; after a crash nothing is left out. Ids stay."""
    service.configure(what="templates, findings, incidents")
    service.log(*history())
    service.start()
    service.log(*failing("the ledger refused order"))
    service.wait(lambda: service.of_schema("loglode.incident/1") and service.findings("frequent"))
    service.lives_on()
    check("what it found is listed while it runs", service.wait(lambda: "the ledger refused order" in service.command("incidents", "list")), service.said())
    shown = service.command("incidents", "show", "1")
    check("and shown, with evidence that can be opened", "in.log:" in shown, shown)
    record = re.search(r"loglode context ([0-9a-f]+) --state", shown)
    check("as its evidence is", record and "the ledger refused" in service.command("context", record.group(1)), shown)
    check("and its templates", "the ledger refused" in service.command("templates", "list"), service.said())
    for end in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        service.stop(end)
        before = service.documents()
        service.start()
        service.wait(lambda: service.metric("loglode_snapshots_total"))
        service.log(f"{now()} INFO shop: order #{1000} placed")
        service.wait(lambda: service.metric("loglode_records_total"))
        service.lives_on()
        again = service.documents()[len(before):]
        check(f"nothing is sent again after {end.name}", not again, [(each.get("schema"), each.get("summary"), each.get("template")) for each in again])
    incident = service.of_schema("loglode.incident/1")[0]["incident_id"]
    service.log(*failing("the ledger refused order", 600))
    check("what grew is sent", service.wait(lambda: max(each["total"] for each in service.findings("frequent")) >= 600), service.said())
    ids = {each["incident_id"] for each in service.of_schema("loglode.incident/1")}
    check("as the incident that it was", ids == {incident}, ids)
    service.stop(signal.SIGKILL)
    check("what was found is there when nothing runs", "the ledger refused" in service.command("incidents", "list"), service.said())
    service.log(*failing("the cart is jammed by item"))
    service.start()
    check("what came while it was away is sent", service.wait(lambda: any("cart" in each["summary"] for each in service.findings("new_error"))), service.said())
    check("it ends well", service.stop() == 143, service.said())


def sink_gets(service):
    """What a transform drops or routes elsewhere is neither written to a sink nor counted for it."""
    service.write("loglode.yaml", "state: state\nsnapshot: 50ms\nsources:\n  in: { type: file, paths: in.log, transforms: [ { drop: { pattern: chatter } }, "
                  "{ route: { when: { severity_at_least: error }, to: [errors] } } ] }\n"
                  "sinks:\n  all: { type: file, path: all.ndjson }\n  errors: { type: file, path: errors.ndjson }\n"
                  f"http: {{ listen: '127.0.0.1:{service.port}' }}\n")
    service.log(*[f"{now()} INFO shop: order #{i} placed" for i in range(40)], *[f"{now()} INFO shop: chatter {i}" for i in range(300)],
                *failing("the ledger refused order", 7))
    service.start()
    counted = {"all": 40, "errors": 47}  # what no route takes goes to all sinks
    for sink, count in counted.items():
        name = f'loglode_sink_documents_total{{sink="{sink}"}}'
        check(f"documents of {sink}", service.wait(lambda name=name, count=count: service.metric(name) == count), service.metric(name))
    service.lives_on()
    for sink, count in counted.items():
        with open(service.path(sink + ".ndjson"), encoding="utf-8") as f:
            lines = f.read().splitlines()
        check(f"lines of {sink}", len(lines) == count and not any("chatter" in line for line in lines), len(lines))
        check(f"no more are counted of {sink}", service.metric(f'loglode_sink_documents_total{{sink="{sink}"}}') == count)
    check("it ends well", service.stop() == 143, service.said())


def new_sink(service):
    """A sink that a state did not have is given what stands open; the one that was there is given nothing again."""
    service.configure()
    service.log(*history())
    service.start()
    service.log(*failing("the ledger refused order"))
    check("an incident is open", service.wait(lambda: service.of_schema("loglode.incident/1") and service.findings("frequent")), service.said())
    service.lives_on()
    service.stop(signal.SIGKILL)  # a run that ends well closes nothing, but says all once more
    before = service.documents()
    with open(service.path("loglode.yaml"), encoding="utf-8") as f:
        config = f.read()
    service.write("loglode.yaml", config.replace("sinks:\n", "sinks:\n  new: { type: file, path: new.ndjson, what: [findings, incidents] }\n"))
    service.start()

    def of_new(schema):
        return {each["finding_id" if "finding" in schema else "incident_id"] for each in service.documents("new.ndjson") if each["schema"] == schema}

    standing = {each["incident_id"] for each in before if each["schema"] == "loglode.incident/1"}
    check("the new sink has the open incident", service.wait(lambda: of_new("loglode.incident/1") == standing), (standing, of_new("loglode.incident/1")))
    found = {each["finding_id"] for each in before if each["schema"] == "loglode.finding/1"}
    check("and its findings", service.wait(lambda: of_new("loglode.finding/1") == found), (found, of_new("loglode.finding/1")))
    again = service.documents()[len(before):]
    check("the old sink has nothing again", not again, again)
    check("it ends well", service.stop() == 143, service.said())


def with_service(test):
    @functools.wraps(test)
    def run(folder):
        service = Service(folder)
        try:
            test(service)
        finally:
            service.kill()
    return run


if __name__ == "__main__":
    run_tests(*map(with_service, (mutes, samples, restarts, sink_gets, new_sink)))
