#!/usr/bin/env python3
"""--records: every record once, in order, as the ECS document of fields.md; the same whatever the threads. usage: records.py PROGRAM"""
import json
import os
import tempfile

import program
from checks import binary, check, end



def main():
    lines = []
    for i in range(3000):
        lines.append(f"2026-11-23T12:{i // 60 % 60:02}:{i % 60:02}.{i % 1000:03}Z INFO shop: order {i} placed for user{i % 7}@example.com\n".encode())
        if i % 100 == 0:
            lines.append(b'2026-11-23T12:00:00.5Z ERROR shop: disk full: no space left on device "quoted" \\ back\ttab \x1b[31m \xe2\x80\xae \xc3\xa9 \xff password=hunter2\n')
            lines.append(b"\n")
    with tempfile.TemporaryDirectory() as folder:
        log, out = os.path.join(folder, "shop.log"), os.path.join(folder, "records.ndjson")
        with open(log, "wb") as f:
            f.writelines(lines)
        texts = set()
        for threads, batch in ((1, 1 << 20), (2, 4096), (4, 65536)):
            run = program.Run(binary, [log, "--records", out, f"--threads={threads}", f"--batch-bytes={batch}"])
            with open(out, "rb") as f:
                texts.add(f.read())
        check("the same whatever the threads and batches", len(texts) == 1)
        text = texts.pop()
        records = [json.loads(line) for line in text.decode("utf-8").splitlines()]
        check("every record once", len(records) == run.stats["records"] == 3030, (len(records), run.stats))
        check("in order", [r["log.offset"] for r in records] == sorted(r["log.offset"] for r in records))
        check("ids differ", len({r["event.id"] for r in records}) == len(records))
        for name in ("@timestamp", "message", "event.id", "log.level", "service.name", "log.record.template", "log.record.template_id", "log.file.path", "log.offset"):
            check(f"each has {name}", all(name in r for r in records))
        check("nothing raw and nothing secret", b"\x1b" not in text and b"hunter2" not in text and b"@example.com" not in text and b"\xe2\x80\xae" not in text)
        full = next(r for r in records if "disk full" in r["message"])
        check("a message is what it was, colours aside", 'no space left on device "quoted" \\ back\ttab' in full["message"] and "\u202e é \ufffd" in full["message"], full)
        check("rules", "storage-disk-full" in full.get("rule.id", []), full)
        order = [r for r in records if "order" in r["message"]]
        check("a template is known after its first records", order[-1]["log.record.template"] == "shop: order <*> placed for [masked:email]", order[-1])
        check("its id is that of --templates", order[-1]["log.record.template_id"] in {t["template_id"] for t in run.objects("templates")}, order[-1])
        check("time", order[1]["@timestamp"] == "2026-11-23T12:00:01.001000000Z", order[1])
        if os.path.exists("/dev/full"):
            broken = program.Run(binary, [log, "--records", "/dev/full"], expect=(1,))
            check("a full disk is said", "/dev/full" in broken.errors, broken.errors)
        refused = program.Run(binary, [log, "--records", log], expect=(2,))
        check("no log is overwritten", "would be overwritten" in refused.errors, refused.errors)
    end()


main()
