"""What the maker and the checker of a sample share: the logs, their times, and truth.yaml."""

import datetime
import gzip
import json
import re

UTC = datetime.timezone.utc

FILES = {  # path below the sample -> the service it belongs to
    "nginx/access.log": "nginx",
    "nginx/error.log": "nginx",
    "postgresql/postgresql.log": "postgresql",
    "redis/redis.log": "redis",
    "checkout/checkout.log": "checkout",
}

# What the fault does, in the order in which it is expected to spread. `new`: never before the fault;
# `up` and `down`: the rate inside the fault is at least three times, or at most half, the one before.
SYMPTOMS = [
    {"id": "too-many-clients", "service": "postgresql", "file": "postgresql/postgresql.log", "change": "new",
     "pattern": r"FATAL:  (sorry, too many clients already|remaining connection slots are reserved)"},
    {"id": "connection-refused", "service": "checkout", "file": "checkout/checkout.log", "change": "new",
     "pattern": r"could not open a database connection: .* FATAL:  "},
    {"id": "pool-timeout", "service": "checkout", "file": "checkout/checkout.log", "change": "new",
     "pattern": r"\"level\":\"ERROR\".*no connection from pool after \d+ ms"},
    {"id": "upstream-error", "service": "nginx", "file": "nginx/error.log", "change": "new",
     "pattern": r"upstream timed out|recv\(\) failed .* while reading response header from upstream"
                r"|upstream prematurely closed connection"},
    {"id": "http-5xx", "service": "nginx", "file": "nginx/access.log", "change": "up",
     "pattern": r"\" (502|503|504) \d+ \""},
    {"id": "workers-busy", "service": "checkout", "file": "checkout/checkout.log", "change": "new",
     "pattern": r"request refused: \d+ workers busy"},
    {"id": "orders-placed", "service": "checkout", "file": "checkout/checkout.log", "change": "down",
     "pattern": r"\"message\":\"order \d+ placed"},
]

HEALTHY = {"service": "redis", "file": "redis/redis.log", "pattern": "Background saving terminated with success"}

_MONTHS = {name: number for number, name in enumerate(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_ISO = re.compile(r"(?:\{\"timestamp\":\")?(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?")
_ACCESS = re.compile(r"\S+ \S+ \S+ \[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) \+0000\]")
_REDIS = re.compile(r"\d+:[A-Z] (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})")


def time_of(line):
    """The line's time, or None when it has none (the second line of a statement, say)."""
    if found := _ISO.match(line):
        *whole, fraction = found.groups()
        return datetime.datetime(*map(int, whole), int((fraction or "0").ljust(6, "0")), tzinfo=UTC)
    if found := _ACCESS.match(line):
        day, month, year, *clock = found.groups()
        return datetime.datetime(int(year), _MONTHS[month], int(day), *map(int, clock), tzinfo=UTC)
    if found := _REDIS.match(line):
        day, month, year, *clock, milli = found.groups()
        return datetime.datetime(int(year), _MONTHS[month], int(day), *map(int, clock), int(milli) * 1000, tzinfo=UTC)
    return None


def read_lines(path):
    """(time, line) of each line of a log; a line without a time is given its predecessor's."""
    last = None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            last = time_of(line) or last
            yield last, line.rstrip("\n")


def times_of(path, pattern):
    wanted = re.compile(pattern)
    return [time for time, line in read_lines(path) if wanted.search(line)]


def show_time(time):
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def write_truth(path, truth, comment):
    """Writes the part of YAML that read_truth reads: maps, lists of maps, scalars as JSON spells them."""
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(f"# {line}\n" for line in comment)
        for key, value in truth.items():
            if isinstance(value, dict):
                out.write(f"\n{key}:\n")
                out.writelines(f"  {name}: {json.dumps(item, ensure_ascii=False)}\n" for name, item in value.items())
            elif isinstance(value, list):
                out.write(f"\n{key}:\n")
                for row in value:
                    dash = "- "
                    for name, item in row.items():
                        out.write(f"  {dash}{name}: {json.dumps(item, ensure_ascii=False)}\n")
                        dash = "  "
            else:
                out.write(f"{key}: {json.dumps(value, ensure_ascii=False)}\n")


def read_truth(path):
    truth, inner = {}, None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            found = re.fullmatch(r"(  )?(- |  )?([\w-]+):(?: (.+))?\n", line)
            if found is None:
                raise ValueError(f"{path}:{number}: not understood: {line!r}")
            indent, dash, key, value = found.groups()
            if indent is None:
                if value is not None:
                    truth[key] = json.loads(value)
                else:
                    inner = key
            elif dash is None:
                truth.setdefault(inner, {})[key] = json.loads(value)
            elif dash == "- ":
                truth.setdefault(inner, []).append({key: json.loads(value)})
            else:
                truth[inner][-1][key] = json.loads(value)
    return truth
