#!/usr/bin/env python3
"""A machine that never ran loglode: the built-in rules are not compiled there, and an installation is whole: program, man page, completions, unit, configuration."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def run(*command, **env):
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1", **env})


def check_first_start(program, folder):
    cache = os.path.join(folder, "cache")
    env = {"XDG_CACHE_HOME": cache, "XDG_STATE_HOME": os.path.join(folder, "state")}
    done = run(program, "analyze", os.path.join(ROOT, "samples", "checkout"), **env)
    assert done.returncode == 0 and done.stdout, done.stderr
    with open(os.path.join(folder, "app.log"), "w", encoding="utf-8") as f:
        f.write("2026-11-29T10:00:00Z INFO one line\n")
    following = subprocess.Popen([program, "tail", os.path.join(folder, "app.log"), "--records", os.path.join(folder, "records")], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={**os.environ, **env})
    until = time.monotonic() + 60
    while time.monotonic() < until and not (os.path.exists(os.path.join(folder, "records")) and os.path.getsize(os.path.join(folder, "records"))):
        time.sleep(0.05)
    following.send_signal(signal.SIGINT)
    following.wait(60)
    kept = [name for _, _, files in os.walk(cache) for name in files]
    assert not kept, f"rules were compiled, though the program holds them compiled: {kept}"
    # The cache is still there for packs of one's own, so that the test above can fail.
    pack = os.path.join(folder, "own.yaml")
    with open(pack, "w", encoding="utf-8") as f:
        f.write("pack: own\nversion: 1\ndescription: Rules of this test.\nrules:\n  - id: own-vortex\n    name: vortex\n    category: error\n    severity: error\n"
                "    pattern: ['vortex collapsed']\n    examples:\n      match: ['vortex collapsed']\n      no_match: ['vortex stands']\n"
                "    meaning: The vortex is gone.\n    check: the vortex\n    safe_action: None is known.\n")
    done = run(program, "analyze", os.path.join(ROOT, "samples", "checkout"), "--rules", pack, **env)
    kept = [name for _, _, files in os.walk(cache) for name in files]
    assert kept, f"{done.returncode} {done.stderr}"


def check_installation(program, folder):
    build = os.path.dirname(os.path.abspath(program))
    stage = os.path.join(folder, "stage")
    done = run("cmake", "--install", build, "--prefix", "/usr", "--strip", DESTDIR=stage)
    assert done.returncode == 0, done.stderr
    installed = {os.path.relpath(os.path.join(at, name), stage) for at, _, files in os.walk(stage) for name in files}
    for path in ("usr/bin/loglode", "usr/share/man/man1/loglode.1", "usr/share/bash-completion/completions/loglode", "usr/share/zsh/vendor-completions/_loglode",
                 "usr/share/fish/vendor_completions.d/loglode.fish", "usr/lib/systemd/system/loglode.service", "etc/loglode/loglode.yaml"):
        assert path in installed, f"{path} is not installed"
    loglode = os.path.join(stage, "usr/bin/loglode")
    checked = run(loglode, "check", os.path.join(stage, "etc/loglode/loglode.yaml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with open(os.path.join(stage, "usr/share/man/man1/loglode.1"), encoding="utf-8") as f:
        page = f.read()
    for command in ("analyze", "run", "templates", "dlq"):
        assert f"\n.SS {command}\n" in page and f"Usage: {command}" in page, f"the man page lacks {command}"
    # Each option that help names is in it, as help spells it.
    for command in ("analyze", "tail", "incidents", "context"):
        told = run(program, "help", command).stdout
        assert "Usage: " in told, told
        for option in re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", told, re.M):
            assert option.replace("-", r"\-") in page, f"the man page lacks {option} of {command}"
    assert all(f".B {status}\n" in page for status in (0, 1, 2, 3)), "the man page lacks an exit status"
    own = os.path.join(stage, "etc/loglode/loglode.yaml")
    with open(own, "a", encoding="utf-8") as f:
        f.write("# mine\n")
    done = run("cmake", "--install", build, "--prefix", "/usr", DESTDIR=stage)
    assert done.returncode == 0, done.stderr
    with open(own, encoding="utf-8") as f:
        assert f.read().endswith("# mine\n"), "a second installation replaced the configuration"


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        check_first_start(program, folder)
    with tempfile.TemporaryDirectory() as folder:
        check_installation(program, folder)
    print("first start and installation are whole")


if __name__ == "__main__":
    main()
