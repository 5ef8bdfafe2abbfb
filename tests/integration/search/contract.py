"""What our index templates (configs/elasticsearch) make of documents that are not as they should be: which a server stores, which it refuses, and which field it
names then. The sink mends a refused document by that name, so each row here is a promise of the server's; README.md has them as a table.
usage: contract.py --table PRODUCT:VERSION…     prints that table
"""
import json
import re
import sys
import tempfile

from server import SearchServer

STREAM = "logs-contract-default"
UNKNOWN, TIME = "loglode.unknown", "2026-11-29T10:00:00.123456789Z"
STORED = "stored"
TYPES = {"elasticsearch": {"document_parsing_exception"}, "opensearch": {"mapper_parsing_exception", "illegal_argument_exception"}}
# Where a reason names the field; the first that fits.
NAMED = [r"failed to parse field \[(.+?)\] of type", r"object mapping for \[(.+?)\]", r"Could not dynamically add mapping for field \[(.+?)\]", r'immense term in field="(.+?)"']


def refused(field=""):
    return f"refused, names {field}" if field else "refused"


def either(elasticsearch, opensearch):
    return {"elasticsearch": elasticsearch, "opensearch": opensearch}


def deep(levels):
    return '{"a":' * (levels - 1) + '{"a":1}' + "}" * (levels - 1)


def with_(**fields):
    return json.dumps({"@timestamp": TIME, "message": "m"} | fields)


def raw(text):
    """A document with this in it, of which json would not make the like."""
    return f'{{"@timestamp":"{TIME}",{text}}}'


def at(time):
    return json.dumps({"@timestamp": time, "message": "m"})


def unknown(value):
    return with_(**{UNKNOWN: value})


def keys(count):
    return {f"k{number}": number for number in range(count)}


CASES = [
    ("nothing unusual", with_(), STORED),
    # keys that the mapping does not have: they are kept and cannot be searched for
    ("10,000 keys beside ours", with_(**keys(10_000)), STORED),
    ("key of a text and key below it: `a`, `a.b`", with_(**{"a": 1, "a.b": 2}), STORED),
    ("one key twice", raw('"x":1,"x":2'), refused()),
    ("key of ours twice", raw('"message":"a","message":"b"'), refused()),
    ("key of ours twice, dotted and nested", with_(**{"host.name": "a", "host": {"name": "b"}}), STORED),
    ("empty key", with_(**{"": 1}), refused()),
    ("key `.`", with_(**{".": 1}), refused()),
    ("key `a..b`", with_(**{"a..b": 1}), refused()),
    ("key `.a`", with_(**{".a": 1}), refused()),
    ("key `a.`", with_(**{"a.": 1}), STORED),
    ("key of a blank", with_(**{" ": 1}), either(refused(), STORED)),
    ("empty key below one of ours", with_(service={"": 1}), refused()),
    ("key `_id`, and so on", with_(_id="x"), refused("_id")),
    ("key `_x`", with_(_x="x"), STORED),
    ("1,001 levels anywhere", raw('"x":' + deep(1001)), refused()),
    # what is below the flattened field
    ("unknown: 10,000 keys", unknown(keys(10_000)), STORED),
    ("unknown: 20 levels", raw(f'"{UNKNOWN}":' + deep(20)), STORED),
    ("unknown: 21 levels", raw(f'"{UNKNOWN}":' + deep(21)), either(refused(UNKNOWN), STORED)),
    ("unknown: keys with dots, `a`, `a.b`, `a..b`, `.`, empty, blank", unknown({"a": 1, "a.b": 2, "a..b": 3, ".": 4, "": 5, " ": 6}), STORED),
    ("unknown: one key twice", raw(f'"{UNKNOWN}":{{"a":1,"a":2}}'), refused(UNKNOWN)),
    ("unknown: key with NUL", unknown({"a\0b": 1}), either(refused(UNKNOWN), STORED)),
    ("unknown: text with NUL", unknown({"a": "x\0y"}), STORED),
    ("unknown: null, empty object, arrays in arrays, mixed", unknown({"a": None, "b": {}, "c": [[1], [2]], "d": [1, "x", None, {"e": 1}]}), STORED),
    ("unknown: 1e400, a number of 400 digits", raw(f'"{UNKNOWN}":{{"a":1e400,"b":{"9" * 400}}}'), STORED),
    ("unknown: null, or an array of objects, in its place", unknown([{"a": 1}, {"b": 1}]), STORED),
    ("unknown: a text in its place", unknown("x"), refused(UNKNOWN)),
    ("unknown: a text of 32,000 bytes", unknown({"a": "x" * 32_000}), STORED),
    ("unknown: a text of 40,000 bytes", unknown({"a": "x" * 40_000}), either(STORED, refused(f"{UNKNOWN}._value"))),
    ("unknown: a key of 32,000 bytes", unknown({"k" * 32_000: 1}), STORED),
    ("unknown: a key of 40,000 bytes", unknown({"k" * 40_000: 1}), either(refused(UNKNOWN), refused(f"{UNKNOWN}._valueAndPath"))),
    ("`loglode.unknown.a`, `labels.a`, `kafka.headers.a` as one dotted key", with_(**{f"{UNKNOWN}.a": 1}), either(STORED, refused(f"{UNKNOWN}.a"))),
    # values
    ("keyword of 40,000 bytes", with_(**{"host.name": "x" * 40_000}), STORED),
    ("path of 40,000 bytes", with_(**{"log.file.path": "x" * 40_000}), STORED),
    ("message, one word of 1 MB", with_(message="x" * 1_000_000), STORED),
    ("original of 1 MB", with_(**{"event.original": "x" * 1_000_000}), STORED),
    ("keyword: number, boolean, null, arrays", with_(**{"service.name": [7, True, None, ["a"]]}), STORED),
    ("keyword: object", with_(**{"service.name": {"a": 1}}), refused("service.name")),
    ("message: null, number, array", with_(message=[None, 1, "a"]), STORED),
    ("message: object", with_(message={"a": 1}), refused("message")),
    ("text where fields of ours are below", with_(service="pay"), refused("service")),
    ("key below a text of ours", with_(**{"log.record.template": "t", "log.record.template.x": 1}),
     either(refused("log.record.template"), refused("log.record.template.x"))),
    ("template parameters: anything", with_(**{"log.record.template_params": [["a"], 1, {"": 2}]}), STORED),
    ("long: digits as text, 1.5, empty text", with_(**{"log.offset": ["12", 1.5, ""]}), STORED),
    ("long: text", with_(**{"log.offset": "abc"}), refused("log.offset")),
    ("long: 2^63", with_(**{"log.offset": 2**63}), refused("log.offset")),
    ("long: boolean", with_(**{"log.offset": True}), refused("log.offset")),
    ("long: object", with_(**{"log.offset": {"a": 1}}), refused("log.offset")),
    ("integer: 2^31", with_(**{"kafka.partition": 2**31}), refused("kafka.partition")),
    ("NaN", raw('"x":NaN'), refused()),
    ("unknown: NaN, Infinity", raw(f'"{UNKNOWN}":{{"a":-Infinity}}'), refused(UNKNOWN)),
    # time
    ("no time, or null", json.dumps({"message": "m"}), refused()),
    ("two times", at([TIME, TIME]), either(refused("@timestamp"), refused())),
    ("time: text", at("yesterday"), refused("@timestamp")),
    ("time: empty text", at(""), refused("@timestamp")),
    ("time: milliseconds since 1970", at(1764410400123), STORED),
    ("time: before 1970", at("1969-12-31T23:59:59.999999999Z"), refused("@timestamp")),
    ("time: the first of 1970", at("1970-01-01T00:00:00.000000000Z"), STORED),
    ("time: the last of date_nanos", at("2262-04-11T23:47:16.854775807Z"), STORED),
    ("time: a nanosecond later", at("2262-04-11T23:47:16.854775808Z"), refused("@timestamp")),
    ("time: years 0, -1, 9999, 10000", at("10000-01-01T00:00:00Z"), refused("@timestamp")),
    ("time: a leap second", at("2026-11-29T10:00:60Z"), refused("@timestamp")),
    ("time: 24:00", at("2026-11-29T24:00:00Z"), refused("@timestamp")),
    ("time: without zone", at("2026-11-29T10:00:00"), STORED),
    # what is no document
    ("bad UTF-8", raw('"message":"\udcff"'), refused("message")),
    ("half a surrogate pair, escaped", raw('"message":"\\ud800"'), STORED),
    ("a control character as it is", raw('"message":"a\x01b"'), refused("message")),
    ("broken JSON", raw('"message":'), refused()),
    ("an array", "[1]", refused()),
]


def verdict_of(item):
    if item["status"] == 201:
        return STORED
    assert item["status"] == 400, item
    reason = item["error"]["reason"]
    return refused(next((found.group(1) for pattern in NAMED if (found := re.search(pattern, reason))), ""))


def verdicts(server):
    """(case, verdict, the item) of each; all of them in one bulk, where no document hurts another."""
    body = b"".join(f'{{"create":{{"_id":"{number}"}}}}\n'.encode() + document.encode("utf-8", "surrogateescape") + b"\n" for number, (_, document, _) in enumerate(CASES))
    status, answer = server.request("POST", f"/{STREAM}/_bulk", body)
    assert status == 200 and len(answer["items"]) == len(CASES), (status, answer)
    for (case, _, wanted), item in zip(CASES, answer["items"]):
        yield case, wanted, verdict_of(item["create"]), item["create"]


def run(server, _program, _folder):
    server.put_templates("contract-")
    wrong, stored = [], 0
    for case, wanted, found, item in verdicts(server):
        wanted = wanted[server.product] if isinstance(wanted, dict) else wanted
        kind = item.get("error", {}).get("type", STORED)
        stored += found == STORED
        if found != wanted or (found != STORED and kind not in TYPES[server.product]):
            wrong.append(f"{case}: {found} ({kind}) instead of {wanted}: {item.get('error')}")
    assert not wrong, "\n".join(wrong)
    assert server.count(STREAM) == stored, (server.count(STREAM), stored)
    for index, about in server.ask("GET", f"/{STREAM}").items():
        fields = set(fields_of(about["mappings"]))
        assert index.startswith(".ds-") and {"loglode.unknown", "event.hash", "kafka.offset"} <= fields and "k1" not in fields, (index, sorted(fields))


def fields_of(mapping, prefix=""):
    for name, field in mapping.get("properties", {}).items():
        yield prefix + name
        yield from fields_of(field, f"{prefix}{name}.")


def main():
    _, what, *servers = sys.argv
    assert what == "--table", __doc__
    columns = []
    for name in servers:
        with tempfile.TemporaryDirectory() as folder:
            server = SearchServer(folder, *name.split(":")).start()
            server.put_templates("contract-")
            columns.append([found if found == STORED else f"{item['status']}{found[len(refused()):]}{', `illegal_argument_exception`' * ('illegal' in item['error']['type'])}" for _, _, found, item in verdicts(server)])
            server.stop()
    print("| document |", " | ".join(servers), "|\n|" + "---|" * (len(servers) + 1))
    for (case, _, _), *found in zip(CASES, *columns):
        print("|", case, "|", " | ".join(found), "|")


if __name__ == "__main__":
    main()
