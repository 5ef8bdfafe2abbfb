#!/usr/bin/env python3
"""Makes a log stream for measuring: some services, message templates with fresh values, a fixed seed. Stdlib only.

The templates are of kinds that services really write: requests, SQL, caches, queues, jobs, retries, a few errors. About 9 lines in 10 are
INFO, 7 % WARN, 2 % ERROR. The same seed and count give the same bytes.

usage: make_stream.py OUT [--lines 500000] [--form json|text|message|junk|templates] [--seed 7]
  json   {"@timestamp":…,"level":…,"service":…,"host":…,"trace_id":…,"message":…}
  text   2026-11-20 12:00:00,123 INFO [worker-3] shop.cart.CartService: message
  message    the message alone
  junk       lines of made-up words, no two alike: what no miner can learn from
  templates  100,000 different templates in turn, each with fresh values: what a miner's limits are made for
"""
import argparse
import random
import time

WORDS = ["cart", "order", "invoice", "session", "user", "product", "basket", "payment", "stock", "mail"]
USERS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "oscar"]
INFO = [
    "GET /api/{word}/{num} HTTP/1.1 status=200 bytes={num} duration={ms}ms",
    "POST /api/{word} HTTP/1.1 status=201 bytes={num} duration={ms}ms client={ip}",
    "cache hit for key {word}:{num}", "cache miss for key {word}:{num}, loading from database",
    "query took {ms} ms: SELECT * FROM {word} WHERE id = {num}",
    "order {uuid} placed by user {user} total={money}",
    "consumed message offset={num} partition={small} topic={word}-events lag={num}",
    "session {hex} opened for {user} from {ip}:{port}", "session {hex} closed after {ms} ms",
    "scheduled job {word}-cleanup finished in {ms} ms, removed {num} rows",
    "connection from {ip}:{port} accepted", "health check ok in {ms} ms",
    "Received block blk_{num}{num} of size {num} from /{ip}", "flushed segment /var/lib/{word}/data/{hex}.seg ({num} bytes)",
    "worker {small} picked task {uuid} priority={small}", "token for user {user} refreshed, expires in {num} s",
]
WARN = ["retrying request to {word}-service attempt={small} after {ms} ms", "slow query {ms} ms on table {word}", "queue {word} depth {num} above high watermark",
        "deprecated field '{word}' used by client {ip}"]
ERROR = ["request to http://{word}-service:8080/api/{num} failed: connection refused", "could not acquire connection from pool within {ms} ms",
         "unhandled exception while processing task {uuid}: java.lang.IllegalStateException: {word} is closed"]


def value(kind, rng):
    return {"word": lambda: rng.choice(WORDS), "user": lambda: rng.choice(USERS), "num": lambda: str(rng.randrange(1, 10 ** rng.randrange(1, 8))),
            "small": lambda: str(rng.randrange(12)), "ms": lambda: str(rng.randrange(1, 4000)), "money": lambda: f"{rng.randrange(1, 90000) / 100:.2f}",
            "ip": lambda: f"10.{rng.randrange(4)}.{rng.randrange(256)}.{rng.randrange(1, 255)}", "port": lambda: str(rng.randrange(1024, 65535)),
            "hex": lambda: f"{rng.getrandbits(64):016x}",
            "uuid": lambda: "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}".format(*(rng.getrandbits(b) for b in (32, 16, 12, 12, 48)))}[kind]()


def filled(template, rng):
    out, rest = [], template
    while True:
        head, brace, tail = rest.partition("{")
        out.append(head)
        if not brace:
            return "".join(out)
        kind, _, rest = tail.partition("}")
        out.append(value(kind, rng))


def made_up_word(rng):
    return "".join(rng.choice("bcdfghklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randrange(2, 6)))


def junk(rng):
    return " ".join(made_up_word(rng) for _ in range(rng.randrange(4, 14))) + "\n"


def numbered_template(number, rng):
    words = random.Random(number)  # the same words for the same template
    return f"{' '.join(made_up_word(words) for _ in range(6))} took {rng.randrange(5000)} ms for user{rng.randrange(100_000)} from 10.0.{rng.randrange(256)}.{rng.randrange(256)}\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--lines", type=int, default=500_000)
    ap.add_argument("--form", choices=["json", "text", "message", "junk", "templates"], default="json")
    ap.add_argument("--seed", type=int, default=7)
    a = ap.parse_args()
    rng = random.Random(a.seed)
    services = ["shop", "cart", "checkout", "search", "billing", "mailer", "auth", "stock"]
    millis = 1_795_000_000_000
    with open(a.out, "w", encoding="utf-8") as out:
        if a.form in ("junk", "templates"):
            out.writelines(junk(rng) if a.form == "junk" else numbered_template(i % 100_000, rng) for i in range(a.lines))
            return
        for _ in range(a.lines):
            millis += rng.randint(0, 2)
            draw = rng.random()
            level, templates = ("INFO", INFO) if draw < 0.91 else ("WARN", WARN) if draw < 0.98 else ("ERROR", ERROR)
            service = rng.choice(services)
            message = filled(rng.choice(templates), rng)
            second, ms = divmod(millis, 1000)
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            if a.form == "message":
                out.write(message + "\n")
            elif a.form == "json":
                out.write(f'{{"@timestamp":"{stamp}.{ms:03}Z","level":"{level}","service":"{service}","host":"node-{rng.randrange(20)}",'
                          f'"trace_id":"{rng.getrandbits(128):032x}","message":"{message}"}}\n')
            else:
                out.write(f"{stamp.replace('T', ' ')},{ms:03} {level} [worker-{rng.randrange(8)}] {service}.{rng.choice(WORDS)}.Service: {message}\n")


if __name__ == "__main__":
    main()
