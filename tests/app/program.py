"""Runs the loglode program for the tests of this folder and reads what it leaves. Stdlib and python3-jsonschema."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import jsonschema

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.path.join(ROOT, "..", "shared", "data")
RESULTS = ("findings", "incidents", "templates", "stats")
SCHEMAS = {}
# Sanitizers need several times the time and memory; what they are asked about is everything else.
SANITIZED = any(f"/{preset}/" in sys.argv[1] for preset in ("asan", "tsan")) if len(sys.argv) > 1 else False


def schema(kind):
    if kind not in SCHEMAS:
        with open(os.path.join(ROOT, "configs", "schema", f"{kind}-1.schema.json"), encoding="utf-8") as f:
            SCHEMAS[kind] = jsonschema.Draft202012Validator(json.load(f))
    return SCHEMAS[kind]


class Run:
    """One finished run: exit status, texts, and the NDJSON files, each object held against its schema."""

    def __init__(self, program, arguments, *, stdin=None, cwd=None, env=None, assignments=False, expect=(0,), validate=True):
        self.folder = tempfile.mkdtemp(prefix="loglode-test-")
        try:
            self._run(program, arguments, stdin, cwd, env, assignments, expect, validate)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, arguments, stdin, cwd, env, assignments, expect, validate):
        path = lambda name: os.path.join(self.folder, name)
        files = [f"--{kind}={path(kind)}" for kind in RESULTS] + ([f"--assignments={path('assignments')}"] if assignments else [])
        home = {"XDG_STATE_HOME": path("state"), "XDG_CACHE_HOME": os.environ.get("LOGLODE_TEST_CACHE", path("cache"))}
        done = subprocess.run([program, "analyze", *arguments, *files], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                              env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **home, **(env or {})}, timeout=600, check=False)
        self.status, self.report = done.returncode, done.stdout.decode("utf-8")
        self.errors = done.stderr.decode("utf-8", "replace")
        if expect is not None and self.status not in expect:
            sys.exit(f"FAILED: exit {self.status}, expected {expect}: analyze {' '.join(arguments)}\n{self.errors[-2000:]}")
        self.text = {}
        for kind in (*RESULTS, "assignments"):
            if os.path.exists(path(kind)):
                with open(path(kind), encoding="utf-8", newline="") as f:
                    self.text[kind] = f.read()
        if validate:
            for kind in RESULTS:
                for number, line in enumerate(self.text.get(kind, "").splitlines(), 1):
                    for error in schema(kind.rstrip("s") if kind != "stats" else kind).iter_errors(json.loads(line)):
                        sys.exit(f"FAILED: {kind} line {number} of analyze {' '.join(arguments)}: {error.json_path}: {error.message}")

    def objects(self, kind):
        return [json.loads(line) for line in self.text[kind].splitlines()]

    @property
    def stats(self):
        return self.objects("stats")[0]

    def check_sums(self):
        s = self.stats
        total = s["records"] + s["continuation_lines"] + sum(s["dropped"].values())
        if s["lines"] != total:
            sys.exit(f"FAILED: lines {s['lines']} != records {s['records']} + continuation_lines {s['continuation_lines']} + dropped {s['dropped']}")
        counted = sum(t["count"] for t in self.objects("templates"))
        if not s["limits_hit"] and counted != s["records"]:
            sys.exit(f"FAILED: templates count {counted} records of {s['records']}")


def files_below(folder, suffixes=(".log", ".gz", ".zst", ".txt", ".csv", ".json", ".ndjson")):
    return sorted(os.path.join(base, name) for base, _, names in os.walk(folder) for name in names if name.endswith(suffixes))


def shared_data(*below):
    """The folder ../shared/data, which is no part of the repository. Absent: the test is skipped; there but not to be read: so too, with CI=true it fails."""
    folder = os.path.join(SHARED, *below)
    if not os.path.lexists(folder):
        skip(f"{folder} is not here")
    try:
        if os.listdir(folder):
            return folder
        why = f"{folder} is empty"
    except OSError as error:
        why = f"{folder} cannot be read: {error.strerror}"
    if os.environ.get("CI") == "true":
        sys.exit(f"FAILED: {why}")
    skip(why)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)
