#!/usr/bin/env python3
"""known-errors list|show|test, and `check` of packs and owners. usage: known_errors.py PROGRAM"""
import glob
import json
import os
import subprocess

import jsonschema
import program
import yaml
from checks import binary, check, run_tests


def run(*arguments, given="", expect=0):
    done = subprocess.run([binary, *arguments], input=given, capture_output=True, text=True, timeout=120, check=False)
    check(f"exit of {' '.join(arguments)}", done.returncode == expect, (done.returncode, done.stdout, done.stderr))
    return done.stdout + done.stderr


def catalogue(_):
    rows = run("known-errors", "list").splitlines()
    check("about two hundred", len(rows) >= 200, len(rows))
    objects = [json.loads(line) for line in run("known-errors", "list", "--product", "redis", "--ndjson").splitlines()]
    check("of one product", objects and all(o["product"] == "redis" for o in objects), objects[:1])
    check("another product's name", "postgres" in run("known-errors", "list", "--product", "postgrs", expect=2))
    shown = run("known-errors", "show", "pg-too-many-clients")
    check("placeholders are shown as such", "psql -h <host>" in shown and "{" not in shown, shown)
    check("a slip of an id", "pg-too-many-clients" in run("known-errors", "show", "pg-too-many-client", expect=2))


def lines(_):
    line = "FATAL:  sorry, too many clients already"
    for arguments, given in (((line,), ""), (("-",), line + "\n")):
        out = run("known-errors", "test", *arguments, given=given)
        check("fits and says why", out.startswith("pg-too-many-clients  ") and 'the message holds "sorry, too many clients already"' in out, out)
    check("none fits", "loglode explain" in run("known-errors", "test", "all is well"))
    check("nothing raw on a terminal", "\x1b" not in run("known-errors", "test", "\x1b[31m" + line))


def own_packs(folder):
    pack = os.path.join(folder, "shop.yaml")
    text = ("pack: shop\nversion: 1\nproduct: shop\nentries:\n  - id: shop-stock\n    title: no stock\n    match: {patterns: ['stock \\d+ is gone']}\n"
            "    meaning: It is gone.\n    check: [df -h]\n    action: Look.\n    kind: observe\n    risk: 'low: only looks'\n    verify: It is back.\n    examples: [stock 7 is gone]\n")
    owners = os.path.join(folder, "owners.yaml")
    config = os.path.join(folder, "run.yaml")
    for path, content in ((pack, text), (owners, "'shop*': {owner: shop, runbook: 'https://r.example/'}\n"),
                          (config, f"state: {folder}/state\nsources: {{in: {{type: stdin}}}}\nsinks: {{out: {{type: file, path: {folder}/out}}}}\n"
                                   "known_errors: {packs: [builtin, ./shop.yaml], owners: ./owners.yaml}\n")):
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
    check("a pack", "1 known errors, no problems" in run("check", pack))
    check("a configuration with it", "no problems" in run("check", config))
    check("it fits", run("known-errors", "test", "stock 9 is gone", "--pack", pack).startswith("shop-stock"))
    with open(pack, "w", encoding="utf-8") as f:
        f.write(text.replace("df -h", "reboot").replace("{patterns", "{rules: [no-such-rule], patterns"))
    for path in (pack, config):
        out = run("check", path, expect=2)
        check("refused, with file and line", "shop.yaml:9: check \"reboot\"" in out and "unknown rule \"no-such-rule\"" in out, out)
    with open(owners, "w", encoding="utf-8") as f:
        f.write("'shop*': {owner: shop, runbok: x}\n")
    check("owners", 'owners.yaml:1: unknown key "runbok"' in run("check", config, expect=2))


def schema(_):
    with open(os.path.join(program.ROOT, "configs/schema/known-error-pack-1.schema.json"), encoding="utf-8") as f:
        validator = jsonschema.Draft202012Validator(json.load(f))
    for path in glob.glob(os.path.join(program.ROOT, "configs/known-errors/*.yaml")):
        with open(path, encoding="utf-8") as f:
            for error in validator.iter_errors(yaml.safe_load(f)):
                check(f"schema of {os.path.basename(path)}", False, (error.json_path, error.message))


run_tests(catalogue, lines, own_packs, schema)
