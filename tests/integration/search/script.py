"""The faults that a test tells the stand-in of a search server to show, one JSON object each. Told to `POST /_script`, one a line; `DELETE /_script` ends them all.

Which requests, or documents, it is for:
  on: "_bulk"            part of the path                        node: 1      of this node alone
  path: "/"                      the whole path
  after: 2               not before so many that it is for       times: 3     so many; 0: always (default: 1; of documents: always)
of documents (do: item), besides `times`, which counts documents:
  id, index: a pattern (re.search)    text: a part of the document    share: 0.01, drawn by id and attempt from `seed`    tries: 2, so often each id

With any of them: roll_over: true rolls every data stream over, once the request is carried out.

What is done (do):
  status   status, body (an object or a text), headers; stored: true stores the documents all the same
  whole_400   stored_share of the documents is stored, and the answer is a whole 400
  reset    when: before_body, mid_body (behind `bytes` of the request), before_answer, mid_answer (behind `bytes` of the answer); stored: false does not store
  hang     answers with the status line and headers and `bytes` of the body, then nothing for `seconds` (default 3600)
  truncate   the JSON cut to `bytes`, or to `share` of it, with a fitting Content-Length
  items    count: 0 no items, -1 one less, 1 one more
  drip     `bytes` (default 1) every `seconds` (default 0.05)
  slow     waits `seconds`, then answers
  huge     an answer of `bytes`: reasons so long; status (default 400, not stored; 201: stored, with a key that nobody knows)
  item     status and error of a document's item; stored: true stores it all the same; failure_store: the word
"""
import re
import threading
import zlib

KINDS = {"status", "whole_400", "reset", "hang", "truncate", "items", "drip", "slow", "huge", "item"}


class Script:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []
        self.tries = {}

    def add(self, rules):
        for rule in rules:
            if rule.get("do") not in KINDS:
                raise ValueError(f"do: {rule.get('do')!r} is not one of {sorted(KINDS)}")
        with self.lock:
            for rule in rules:
                rule = {"on": "" if "path" in rule else "_bulk", "node": None, "after": 0, "times": 0 if rule["do"] == "item" else 1, **rule, "number": len(self.rules)}
                rule["left"] = rule["times"]
                self.rules.append(rule)

    def clear(self):
        with self.lock:
            self.rules, self.tries = [], {}

    def shown(self):
        with self.lock:
            return [dict(rule) for rule in self.rules]

    @staticmethod
    def use(rule):
        """Whether it is the rule's turn, which counts."""
        if rule["times"] and not rule["left"]:
            return False
        if rule["after"]:
            rule["after"] -= 1
            return False
        rule["left"] -= 1
        return True

    def of_request(self, path, node):
        """The first rule for a request, or None."""
        with self.lock:
            for rule in self.rules:
                if rule["do"] != "item" and rule["on"] in path and rule.get("path", path) == path and rule["node"] in (None, node) and self.use(rule):
                    return rule
        return None

    def of_document(self, action, document, node):
        """The first rule for a document, or None."""
        with self.lock:
            rules = [rule for rule in self.rules if rule["do"] == "item" and rule["node"] in (None, node)]
            if not rules:
                return None
            key = action.get("_id") or ""
            attempt = self.tries[key] = self.tries.get(key, 0) + 1
            for rule in rules:
                if not re.search(rule.get("id", ""), key) or not re.search(rule.get("index", ""), action.get("_index") or ""):
                    continue
                if rule.get("text", "").encode() not in document:
                    continue
                if "share" in rule and zlib.crc32(f"{rule.get('seed', 1)}/{key}/{attempt}".encode()) % 1_000_000 >= rule["share"] * 1_000_000:
                    continue
                hit = rule.setdefault("hit", {})
                if rule.get("tries") and hit.get(key, 0) >= rule["tries"] or not self.use(rule):
                    continue
                hit[key] = hit.get(key, 0) + 1
                return rule
        return None
