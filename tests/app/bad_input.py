#!/usr/bin/env python3
"""Bad input gives a clear message or a counted record, never a crash or a hang, and the rest is still read. usage: bad_input.py PROGRAM"""
import gzip
import io
import os
import random
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time

import program
from checks import binary, check, end

GOOD = "".join(f"2026-11-23T12:{i // 60:02}:{i % 60:02}.000Z INFO shop: order {i} placed\n" for i in range(600)).encode()


def analyze(name, folder, files, *, expect, arguments=()):
    for file_name, content in files.items():
        with open(os.path.join(folder, file_name), "wb") as f:
            f.write(content)
    run = program.Run(binary, [*arguments, *[os.path.join(folder, f) for f in files]], expect=None)
    check(name, run.status in expect, f"exit {run.status}, expected {expect}: {run.errors[-500:]}")
    if run.status in (0, 1) and "stats" in run.text:
        run.check_sums()
    return run


def gz(content):
    return gzip.compress(content, mtime=0)


def tar_of(content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("inner.log")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def refused_beside_good(folder, name, content, word):
    """The bad file is named in a message, the good one beside it is read to the end."""
    run = analyze(name, folder, {"good.log": GOOD, name: content}, expect=(1,))
    check(name, run.status == 1 and run.stats["records"] >= 600, f"the good file beside it was not read: {run.errors[-300:]}")
    check(name, any(name in p["path"] and word in p["what"] for p in run.stats["problems"]), f"no clear message: {run.stats['problems']}")


def read_with_records(folder, name, content, at_least, expect=(0,)):
    run = analyze(name, folder, {name: content}, expect=expect)
    check(name, run.status in expect and run.stats["records"] >= at_least, f"{run.text.get('stats')} {run.errors[-300:]}")
    return run


def tables(folder):
    rng = random.Random(5)
    noise = bytes(rng.getrandbits(8) for _ in range(200_000))
    refused_beside_good(folder, "noise.bin", noise, "binary")
    refused_beside_good(folder, "archive.tar", tar_of(GOOD), "tar")
    refused_beside_good(folder, "archive.tar.gz", gz(tar_of(GOOD)), "tar")
    refused_beside_good(folder, "short.gz", gz(GOOD)[:-200], "")
    refused_beside_good(folder, "program.elf", open(binary, "rb").read(100_000), "")
    deep = b"[" * 10_000 + b"]" * 10_000
    deep_object = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    read_with_records(folder, "deep.json", b'{"level":"info","msg":"before"}\n' + deep + b"\n" + deep_object + b'\n{"level":"info","msg":"after"}\n', 4)
    read_with_records(folder, "nul.log", GOOD + b"2026-11-23T13:00:00Z INFO shop: a\0b\n" + b"\0" * 4096 + b"\n" + GOOD, 1200)
    run = read_with_records(folder, "latin1.log", GOOD + "2026-11-23T13:00:00Z INFO shop: Grüße\n".encode("latin-1"), 601)
    check("latin1.log", run.stats["not_utf8"] == 1, run.text["stats"])
    read_with_records(folder, "utf16.log", GOOD.decode().encode("utf-16"), 600)
    read_with_records(folder, "bom.log", b"\xef\xbb\xbf" + GOOD, 600)
    read_with_records(folder, "crlf.log", GOOD.replace(b"\n", b"\r\n"), 600)
    read_with_records(folder, "no-newline.log", GOOD[:-1], 600)
    read_with_records(folder, "members.log.gz", gz(GOOD) + gz(GOOD), 1200)
    read_with_records(folder, "empty.log", b"", 0)
    read_with_records(folder, "blank.log", b"\n\n \n", 0)
    run = read_with_records(folder, "long.log", GOOD + b"2026-11-23T13:00:00Z INFO shop: " + b"x" * (3 << 20) + b"\n" + GOOD, 1201)
    check("long.log", run.stats["lines_cut"] == 1, run.text["stats"])
    for token in (b"," * 50_000, b"x" * (1 << 20), b"1" * 100_000, b"a b " * 10_000, "日志 خطأ 🚒 ".encode() * 500):
        read_with_records(folder, "tokens.log", GOOD + token + b"\n", 600)


def a_line_of_a_gibibyte(folder):
    """Nothing but its beginning is kept. Under sanitizers it has 64 MiB, which pass through the same code."""
    mebibytes = 64 if program.SANITIZED else 1024
    path = os.path.join(folder, "huge.log")
    with open(path, "wb") as f:
        f.write(GOOD)
        block = b"x" * (1 << 20)
        for _ in range(mebibytes):
            f.write(block)
        f.write(b"\n" + GOOD)
    run = program.Run(binary, [path])
    check("1 GiB line", run.stats["lines"] == 1201 and run.stats["lines_cut"] == 1, run.text["stats"])
    check("1 GiB line", program.SANITIZED or run.stats["rss_bytes_peak"] < 256 << 20, f"{run.stats['rss_bytes_peak']} bytes")
    os.remove(path)


def a_file_that_shrinks(folder):
    path = os.path.join(folder, "shrinks.log")
    with open(path, "wb") as f:
        f.write(GOOD * 400)

    def shrink():
        for size in (200, 100, 0):
            time.sleep(0.01)
            os.truncate(path, len(GOOD) * size // 2)

    thread = threading.Thread(target=shrink)
    thread.start()
    run = program.Run(binary, [path], expect=(0, 1))
    thread.join()
    run.check_sums()


def folders(folder):
    nested = os.path.join(folder, "tree", "a", "b")
    os.makedirs(nested)
    for name, content in (("app.log", GOOD), ("app.log.1", GOOD), ("app.log.2.gz", gz(GOOD)), ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)):
        with open(os.path.join(nested, name), "wb") as f:
            f.write(content)
    os.mkfifo(os.path.join(nested, "pipe"))
    run = program.Run(binary, [os.path.join(folder, "tree")])
    check("folder", run.stats["records"] == 1800, run.text["stats"])
    run = program.Run(binary, [os.path.join(folder, "no-such-file")], expect=None)
    check("missing", run.status == 2 and "no-such-file" in run.errors or run.status == 1, f"{run.status} {run.errors}")
    run = program.Run(binary, [os.path.join(folder, "tree"), os.path.join(folder, "no-such-file")], expect=None)
    check("missing beside good", run.status == 1 and run.stats["records"] == 1800, f"{run.status} {run.errors}")


def closed_folder(folder):
    closed = os.path.join(folder, "closed")
    os.makedirs(closed)
    with open(os.path.join(folder, "open.log"), "wb") as f:
        f.write(GOOD)
    with open(os.path.join(closed, "secret.log"), "wb") as f:
        f.write(GOOD)
    os.chmod(closed, 0)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody:
        os.chmod(folder, 0o755)
        os.chmod(os.path.dirname(folder), 0o755)
    copy, cache = os.path.join(folder, "loglode"), os.path.join(folder, "cache")
    subprocess.run(["cp", binary, copy], check=True)
    if os.path.isdir(os.environ.get("LOGLODE_TEST_CACHE", "")):  # of compiled rules: the user `nobody` need not compile them
        shutil.copytree(os.environ["LOGLODE_TEST_CACHE"], cache)
        subprocess.run(["chown", "-R", "65534:65534", cache] if as_nobody else ["true"], check=True)
    done = subprocess.run([*as_nobody, copy, "analyze", "--no-last", closed, os.path.join(folder, "open.log")], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "XDG_CACHE_HOME": cache, "HOME": "/nonexistent"}, check=False)
    os.chmod(closed, 0o700)
    check("closed folder", done.returncode == 1 and "closed" in done.stderr and "600 lines" in done.stdout, f"{done.returncode} {done.stdout[:300]} {done.stderr[:300]}")


def hostile_text(folder):
    path = os.path.join(folder, "hostile.log")
    with open(path, "wb") as f:
        f.write(GOOD + b"2026-11-23T12:09:59Z ERROR shop: \x1b]0;owned\x07\x1b[31mred\x1b[0m \xe2\x80\xaeevil \r overwritten\n" * 30)
    run = program.Run(binary, [path, "--color", "never"])
    for bad in ("\x1b", "\x07", "‮", "\r"):
        check("hostile", bad not in run.report, f"{bad!r} reached the terminal")


def hidden_characters_in_files(folder):
    """NDJSON and CSV are looked at with cat as well: nothing in them moves a cursor or turns text round, and JSON says the same."""
    path = os.path.join(folder, "hidden.log")
    with open(path, "w", encoding="utf-8") as f:
        f.write("2026-11-23T12:09:59Z ERROR shop: one \u009b31m two \u202eeslaf\u202c \x7f \U000e0041 end\n" * 30)
    run = program.Run(binary, [path], assignments=True)
    for kind, text in run.text.items():
        check(kind, not [c for c in text if c in "\x7f\u009b\u202e\u202c\U000e0041"], text[:500])
    check("templates", any("m two \u202eeslaf\u202c" in t["template"] for t in run.objects("templates")), run.text["templates"][:500])
    check("assignments", "\\u{202e}eslaf" in run.text["assignments"], run.text["assignments"][:500])


def main():
    with tempfile.TemporaryDirectory() as folder:
        for part in (tables, folders, closed_folder, hostile_text, hidden_characters_in_files, a_file_that_shrinks, a_line_of_a_gibibyte):
            below = os.path.join(folder, part.__name__)
            os.makedirs(below)
            part(below)
    end()


if __name__ == "__main__":
    main()
