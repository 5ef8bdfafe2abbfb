#!/usr/bin/env python3
"""`loglode rca`: a report that stands without a model, in each form, and what it says of wrong arguments. usage: rca.py PROGRAM"""
import json
import os
import re
import subprocess
import tempfile

import program
from checks import binary, check, end


def run(*arguments, env, status=0):
    done = subprocess.run([binary, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=program.ROOT, timeout=300)
    check(f"status of {arguments}", done.returncode == status, (done.returncode, done.stderr[-400:]))
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def main():
    with tempfile.TemporaryDirectory() as work:
        env = {**os.environ, "XDG_STATE_HOME": work, "XDG_CACHE_HOME": os.environ.get("LOGLODE_TEST_CACHE", work), "NO_COLOR": "1", "COLUMNS": "110"}
        _, told = run("rca", "1", env=env, status=1)
        check("without a run it says what to do", "loglode analyze" in told, told)
        reports = os.path.join(work, "reports.ndjson")
        run("analyze", "samples/checkout", "--quiet", "-o", os.devnull, "--reports", reports, env=env)
        with open(reports, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        check("one report an incident", [row["incident_id"] for row in rows] == ["1"], [row["incident_id"] for row in rows])

        report = json.loads(run("rca", "1", "--report", "ndjson", env=env)[0])
        for each in (report, *rows):
            for error in program.schema("rca").iter_errors(each):
                check("schema", False, (error.json_path, error.message))
        first = " ".join(re.split(r"(?<=[.]) ", report["summary"])[:3])
        check("the cause stands in the first three sentences", "postgresql" in first and "too many clients" in first, first)
        ai = report["ai"]
        check("what is said where no model is asked", (ai["status"], ai["root_cause"], ai["confidence"]) == ("manual", "AI analysis unavailable, needs manual analysis", 0.0), ai)
        names = {each["name"] for each in report["findings"] + report["evidence"]}
        cited = set(re.findall(r"\b[EF][0-9]+\b", report["summary"]))
        check("it cites, and only what exists", cited and cited <= names, (cited, sorted(names)[:5]))
        check("known errors and commands", any(error["id"] == "pg-too-many-clients" or "clients" in error["title"].lower() for error in report["known_errors"]), report["known_errors"])
        check("records can be looked up", "postgresql" in run("context", report["evidence"][0]["record_id"][:12], env=env)[0])

        human = run("rca", "1", env=env)[0]
        check("a person reads the cause first", human.split("\n")[3].strip().startswith("postgresql"), human[:600])
        check("it ends with what became of the model", "not asked" in human, human[-400:])
        html = run("rca", "1", "--report", "html", env=env)[0]
        check("a page without scripts", html.startswith("<!doctype html>") and "<script" not in html and "http-equiv=\"Content-Security-Policy\"" in html)
        check("Chinese", "\u6839\u672c\u539f\u56e0" in run("rca", "1", "--language", "zh", env=env)[0])
        out = os.path.join(work, "report.md")
        run("rca", "1", "--report", "markdown", "-o", out, env=env)
        check("a file", os.path.getsize(out) > 500)

        with open(os.path.join(work, "context.txt"), "w", encoding="utf-8") as f:
            f.write("deployed shop 4.2 at 00:05\npassword=hunter2\n")
        prompt = run("rca", "1", "--show-prompt", "--context", f.name, env=env)[0]
        check("the operator's context is marked", "given by the operator" in prompt and "deployed shop 4.2" in prompt, prompt[:500])
        check("and masked", "hunter2" not in prompt)
        tokens = int(re.search(r"about (\d+) tokens", prompt)[1])
        check("the prompt keeps to its budget", tokens <= 8000, tokens)

        _, told = run("rca", "99", env=env, status=2)
        check("an unknown id", "no incident 99" in told and "incidents list" in told, told)
        _, told = run("rca", "1", "--context", "/nonexistent/file", env=env, status=1)
        check("a context that is not there", "/nonexistent/file" in told, told)
        run("rca", env=env, status=2)
        run("rca", "1", "--language", "xx", env=env, status=2)
    end()


if __name__ == "__main__":
    main()
