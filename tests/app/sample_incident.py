#!/usr/bin/env python3
"""The bundled sample incident is found as README.md prints it, with the services in the order in which samples/checkout/truth.yaml says that they
failed, and the cause before what it caused. usage: sample_incident.py PROGRAM"""
import os
import re

import yaml

import program
from checks import binary, check, end

COMMAND = "$ loglode analyze samples/checkout/\n"
WIDTH = "110"  # of the report that README.md prints


def read(*names):
    with open(os.path.join(program.ROOT, *names), encoding="utf-8") as f:
        return f.read()


def printed_in_readme():
    readme = read("README.md")
    start = readme.index(COMMAND) + len(COMMAND)
    return readme[start : readme.index("\n```", start)]


def comparable(report):
    """Without the seconds that the run took, at the end of the first line, and without records' ids, which depend on where the file lies."""
    return re.sub(r"context [0-9a-f]{12}$", "context ID", re.sub(r" · [0-9.]+ s$", "", report, count=1, flags=re.MULTILINE), flags=re.MULTILINE)


def first_difference(expected, found):
    for number, (want, got) in enumerate(zip(expected.splitlines(), found.splitlines()), 1):
        if want != got:
            return f"line {number}\n  README.md: {want}\n  report:    {got}"
    return f"{len(expected.splitlines())} lines expected, {len(found.splitlines())} found"


def main():
    run = program.Run(binary, ["samples/checkout/"], cwd=program.ROOT, env={"COLUMNS": WIDTH})
    run.check_sums()
    expected, report = comparable(printed_in_readme()), comparable(run.report)
    check("the report is the one in README.md", report.startswith(expected + "\n\nNOT READ\n"), first_difference(expected, report))

    failed = yaml.safe_load(read("samples", "checkout", "truth.yaml"))["spread"]
    incidents = run.objects("incidents")
    check("there is one incident", len(incidents) == 1, [each["summary"] for each in incidents])
    incident = incidents[0]
    in_order = [each["service"] for each in failed]
    check("the services come in the order in which they failed", incident["services"] == in_order, incident["services"])
    suspects = {each["service"]: each["evidence"][0]["time"] for each in incident["suspects"]}
    check("the service that failed first is suspected most, and only those that failed are", list(suspects) == in_order, list(suspects))
    for each in failed:
        check(f"{each['service']} failed when the truth says", suspects.get(each["service"], "")[:19] == each["first"][:19], suspects)
    end()


if __name__ == "__main__":
    main()
