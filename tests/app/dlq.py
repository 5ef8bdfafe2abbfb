#!/usr/bin/env python3
"""dlq list|show|replay on dead letters that this test writes itself, byte by byte, as the format is documented. usage: dlq.py PROGRAM"""
import fcntl
import json
import os
import struct
import subprocess
import tempfile

import program
from checks import binary, check, end

TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    total = 0xFFFFFFFF
    for byte in data:
        total = (total >> 8) ^ TABLE[(total ^ byte) & 0xFF]
    return total ^ 0xFFFFFFFF


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def event_frame(number, kind, key, json_text, reason):
    payload = varint(1 << 3 | 1) + struct.pack("<q", (1795694400 + number) * 10**9) + field(2, reason) + field(9, key) + field(10, json_text)
    return framed(payload + field(12, kind))


def frame(number, raw, reason, *, path=b"", topic=b"", offset=0, masked=False):
    payload = varint(1 << 3 | 1) + struct.pack("<q", (1795694400 + number) * 10**9) + field(2, reason)
    payload += field(3, path) if path else field(4, topic) + field(5, 3)
    payload += field(6, offset) + varint(7 << 3 | 1) + struct.pack("<Q", 1) + varint(8 << 3 | 1) + struct.pack("<Q", 2)
    payload += field(9, b"%032x" % (0xABCDEF << 104 | number)) + field(10, raw) + (field(11, 1) if masked else b"") + field(99, b"of a newer version")
    return framed(payload)


def framed(payload):
    head = b"\xdeLD\x01" + struct.pack("<I", len(payload))
    head += struct.pack("<I", crc32c(head))
    return head + struct.pack("<I", crc32c(head + payload)) + payload


def run(*arguments, expect=0):
    done = subprocess.run([binary, "dlq", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    check(f"exit of {' '.join(arguments)}", done.returncode == expect, (done.returncode, done.stderr))
    return done.stdout, done.stderr.decode("utf-8", "replace")


FIRST, SECOND, THIRD = b"\x1b[31mred\tand \xff\x00 raw", b"line 1\nline 2", b"password=hunter2"
FOLDED = b'{"message":"line 1\\nline 2"}\n'  # SECOND replayed: one line, as each of them
FRAMES = [frame(1, FIRST, b"mapper_parsing_exception: \x1b]0;title\x07", path=b"/var/log/shop.log", offset=1234),
          frame(2, SECOND, b"too large", topic=b"orders", offset=77 << 20 | 5),
          frame(3, THIRD, b"Preview of field's value: 'password=hunter2'", path=b"/var/log/a b.log", offset=0)]


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def healthy(folder):
    write(folder, "0000000001.dlq", FRAMES[0] + FRAMES[1])
    write(folder, "0000000002.dlq", FRAMES[2])
    out, errors = run("list", folder, "--report", "ndjson")
    objects = [json.loads(line) for line in out.decode("utf-8").splitlines()]
    for each in objects:
        for error in program.schema("dead-letter").iter_errors(each):
            check("schema", False, (error.json_path, error.message))
    check("three, in order", [o["number"] for o in objects] == [1, 2, 3] and errors == "", (objects, errors))
    check("a file's origin", (objects[0]["log.file.path"], objects[0]["log.offset"], objects[0]["bytes"]) == ("/var/log/shop.log", 1234, len(FIRST)), objects[0])
    check("a partition's origin", (objects[1]["kafka.topic"], objects[1]["kafka.partition"], objects[1]["kafka.offset"]) == ("orders", 3, 77), objects[1])
    check("time", objects[0]["time"] == "2026-11-26T12:00:01.000000000Z", objects[0])
    check("no secret in a list", b"hunter2" not in out, out)
    out, _ = run("list", folder)
    check("a table", b"/var/log/shop.log@1234" in out and b"orders/3@77" in out and b"3 records" in out, out)
    check("nothing raw on a terminal, no secret", b"\x1b" not in out and b"hunter2" not in out, out)
    out, errors = run("show", folder, "1")
    check("escaped", out == rb"\x1b[31mred\tand \xff\x00 raw" + b"\n" and "shop.log@1234" in errors, (out, errors))
    check("lines stay lines", run("show", folder, "2")[0] == SECOND + b"\n")
    check("several ids", run("show", folder, "abcdef", expect=2)[1].startswith("loglode: several"))
    check("by record id, raw", run("show", folder, "%032x" % (0xABCDEF << 104 | 1), "--raw")[0] == FIRST)
    for wrong in ("4", "0", "xyz", "ffffffffff"):
        check(f"no record {wrong}", run("show", folder, wrong, expect=2)[1] != "")
    everything = FIRST + b"\n" + FOLDED + THIRD + b"\n"
    check("replay", run("replay", folder)[0] == everything)
    check("replay by reason", run("replay", folder, "--reason", "too large")[0] == FOLDED)
    target = os.path.join(folder, "again.log")
    run("replay", folder, "--to", target)
    with open(target, "rb") as f:
        check("replay to a file", f.read() == everything)
    check("for its owner alone", os.stat(target).st_mode & 0o777 == 0o600)
    os.symlink(os.path.join(folder, "elsewhere"), os.path.join(folder, "link.log"))
    run("replay", folder, "--to", os.path.join(folder, "link.log"), expect=2)
    check("no link is followed", not os.path.exists(os.path.join(folder, "elsewhere")))
    check("nothing is overwritten", "already" in run("replay", folder, "--to", target, expect=2)[1])
    run("replay", folder, "--to", os.path.join(folder, "0000000001.dlq"), expect=2)
    check("one part", run("replay", os.path.join(folder, "0000000002.dlq"))[0] == THIRD + b"\n")
    if os.path.exists("/dev/full"):
        run("replay", folder, "--to", "/dev/full", expect=1)


def events(folder):
    """Findings and incidents that a sink refused are beside the records, and come back apart from them."""
    finding, incident = b'{"schema":"loglode.finding/1"}', b'{"schema":"loglode.incident/1"}'
    write(folder, "0000000001.dlq", event_frame(1, b"finding", b"0123456789abcdef", finding, b"too large") + FRAMES[1] +
          event_frame(2, b"incident", b"fedcba9876543210", incident, b"full"))
    out, _ = run("list", folder, "--report", "ndjson")
    objects = [json.loads(line) for line in out.decode("utf-8").splitlines()]
    for each in objects:
        for error in program.schema("dead-letter").iter_errors(each):
            check("schema of an event", False, (error.json_path, error.message))
    check("kinds", [each.get("event.kind") for each in objects] == ["finding", None, "incident"], objects)
    out, _ = run("list", folder)
    check("named in the table", b"finding 0123456789abcdef" in out and b"orders/3@77" in out, out)
    out, said = run("replay", folder)
    check("records alone are replayed as records", out == FOLDED, out)
    check("and the others are named", "2 findings" in said and "--events" in said, said)
    check("events alone", run("replay", folder, "--events")[0] == finding + b"\n" + incident + b"\n")
    check("events by reason", run("replay", folder, "--events", "--reason", "full")[0] == incident + b"\n")
    check("one by its key", run("show", folder, "fedcba98", "--raw")[0] == incident)


def damaged(folder):
    whole = FRAMES[0] + FRAMES[1] + FRAMES[2]
    at = len(FRAMES[0]) + 30
    write(folder, "0000000001.dlq", whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    out, errors = run("replay", folder, expect=1)
    check("what can be read is", out == FIRST + b"\n" + THIRD + b"\n", out)
    check("where the damage is", f"bytes {len(FRAMES[0])} to {len(FRAMES[0] + FRAMES[1])} are damaged" in errors, errors)
    check("damage in a list", len(run("list", folder, "--report", "ndjson", expect=1)[0].splitlines()) == 2)
    write(folder, "0000000001.dlq", whole[:-1])
    check("an unfinished end", len(run("list", folder, "--report", "ndjson", expect=1)[0].splitlines()) == 2)
    with open(os.path.join(folder, "lock"), "wb") as lock:
        request = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        fcntl.fcntl(lock, getattr(fcntl, "F_OFD_SETLK", 37), request)
        out, errors = run("list", folder, "--report", "ndjson")
        check("an unfinished end beside a writer", len(out.splitlines()) == 2 and errors == "", errors)


def others(folder):
    write(folder, "notes", b"no frames here")
    os.mkdir(os.path.join(folder, "empty"))
    for wrong in ("absent", "notes", "empty"):
        check(f"a wrong path: {wrong}", run("list", os.path.join(folder, wrong), expect=2)[1].startswith("loglode: "), wrong)
    write(os.path.join(folder, "empty"), "lock", b"")
    check("none", run("list", os.path.join(folder, "empty"))[0].startswith(b"No dead letters"))
    check("none, as ndjson", run("list", os.path.join(folder, "empty"), "--report", "ndjson")[0] == b"")
    write(folder, "0000000001.dlq", frame(1, b"[masked]", b"x", path=b"/a", masked=True) + FRAMES[0])
    out, errors = run("replay", folder, expect=1)
    check("masked ones are not replayed", out == FIRST + b"\n" and "masked" in errors, (out, errors))
    run("list", expect=2)
    run(expect=2)
    check("help", b"Example" in run("replay", "--help")[0] and b"list" in run("--help")[0])


def main():
    for test in (healthy, events, damaged, others):
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
    end()


main()
