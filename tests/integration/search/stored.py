"""What the stand-in of a search server keeps: documents by index and id, data streams with their backing indices, templates. One for all of its nodes."""
import fnmatch
import json
import threading
import time


def failure(kind, reason, **more):
    return {"type": kind, "reason": reason, **more}


def matches(name, pattern):
    return any(fnmatch.fnmatchcase(name, each) for each in pattern.split(",")) or pattern in ("", "_all")


def value_at(document, path):
    """The value of a field, be it written with dots or as objects."""
    if isinstance(document, dict):
        if path in document:
            return document[path]
        for key, value in document.items():
            if path.startswith(key + "."):
                found = value_at(value, path[len(key) + 1:])
                if found is not None:
                    return found
    return None


class Store:
    def __init__(self):
        self.lock = threading.RLock()
        self.indices = {}         # name -> {id: [raw document, version, sequence number]}
        self.streams = {}         # name -> [names of backing indices], the last is written to
        self.made = {}            # name of a backing index -> when, in milliseconds since 1970
        self.kept = {}            # path of an API, as "_index_template" -> {name: body}
        self.sequence = 0
        self.made_ids = 0

    # Targets

    def template_of(self, name):
        """(name, body) of the index template that wins, or None."""
        found = [(body.get("priority", 0), key, body) for key, body in self.kept.get("_index_template", {}).items()
                 if any(fnmatch.fnmatchcase(name, pattern) for pattern in body.get("index_patterns", []))]
        return max(found, key=lambda each: each[:2])[1:] if found else None

    def make_stream(self, name):
        self.streams[name] = []
        self.roll_over(name)

    def roll_over(self, name):
        backing = f".ds-{name}-2026.11.29-{len(self.streams[name]) + 1:06d}"
        self.streams[name].append(backing)
        self.indices[backing], self.made[backing] = {}, int(time.time() * 1000)
        return backing

    def roll_over_all(self):
        with self.lock:
            for name in self.streams:
                self.roll_over(name)

    def target(self, name, operation, stream_required, auto_create):
        """The index to write to, or the (status, error) of the item."""
        if name not in self.indices and name not in self.streams:
            if name.lower() != name or name.startswith(("_", "-", "+")) or any(c in name for c in ' "*\\<|,>/?#:'):
                return None, 400, failure("invalid_index_name_exception", f"Invalid index name [{name}]", index=name)
            template = self.template_of(name)
            if template and "data_stream" in template[1]:
                self.make_stream(name)
            elif stream_required or not auto_create:
                return None, 404, failure("index_not_found_exception", f"no such index [{name}]", index=name, index_uuid="_na_")
            else:
                self.indices[name] = {}
        if name not in self.streams:
            return name, 0, None
        if operation != "create":
            return None, 400, failure("illegal_argument_exception", "only write ops with an op_type of create are allowed in data streams")
        return self.streams[name][-1], 0, None

    def resolve(self, pattern):
        """Names of indices, those behind data streams included."""
        found = []
        for name, backing in self.streams.items():
            if matches(name, pattern):
                found += backing
        return list(dict.fromkeys(found + [name for name in self.indices if matches(name, pattern) and (name[0] != "." or pattern[:1] == ".")]))

    # Documents

    def write(self, operation, action, document, stream_required=False, auto_create=True):
        """One item of a bulk: what stands under its operation in the answer."""
        with self.lock:
            name, key = action.get("_index"), action.get("_id")
            if key is None:
                self.made_ids += 1
                key = f"made-{self.made_ids}"
            index, status, error = self.target(name, operation, stream_required, auto_create)
            if error:
                return {"_index": name, "_id": key, "status": status, "error": error}
            try:
                if not isinstance(json.loads(document), dict):
                    raise ValueError("not an object")
            except ValueError as problem:
                return {"_index": index, "_id": key, "status": 400, "error": failure("document_parsing_exception", f"[1:1] failed to parse: {problem}")}
            there = self.indices[index].get(key)
            version = (there[1] if there else 0) + 1
            external = action.get("version") if action.get("version_type") in ("external", "external_gte") else None
            if there and operation == "create":
                return self.conflict(index, key, f"document already exists (current version [{there[1]}])")
            if external is not None:
                if there and (there[1] > external or there[1] == external and action["version_type"] == "external"):
                    return self.conflict(index, key, f"current version [{there[1]}] is higher or equal to the one provided [{external}]")
                version = external
            self.sequence += 1
            self.indices[index][key] = [document, version, self.sequence]
            return {"_index": index, "_id": key, "_version": version, "result": "updated" if there else "created",
                    "_shards": {"total": 1, "successful": 1, "failed": 0}, "_seq_no": self.sequence, "_primary_term": 1, "status": 200 if there else 201}

    @staticmethod
    def conflict(index, key, why):
        return {"_index": index, "_id": key, "status": 409,
                "error": failure("version_conflict_engine_exception", f"[{key}]: version conflict, {why}", index=index, shard="0", index_uuid="x")}

    def get(self, index, key):
        """One answer of `_mget`. A data stream has no document of its own: the backing index is to be named."""
        with self.lock:
            if index not in self.indices:
                return {"_index": index, "_id": key, "error": failure("index_not_found_exception", f"no such index [{index}]", index=index)}
            there = self.indices[index].get(key)
            if not there:
                return {"_index": index, "_id": key, "found": False}
            return {"_index": index, "_id": key, "_version": there[1], "_seq_no": there[2], "_primary_term": 1, "found": True, "_source": json.loads(there[0])}

    def search(self, pattern, body, size):
        """(hits, total). Sorted by `sort`, then by the order of writing, which is the last value of each hit's sort."""
        with self.lock:
            found = [(index, key, *row) for index in self.resolve(pattern) for key, row in self.indices[index].items()]
        keys = [next(iter(each.items())) if isinstance(each, dict) else (each, "asc") for each in body.get("sort", [])]
        keys = [(field, (order.get("order", "asc") if isinstance(order, dict) else order) == "desc") for field, order in keys]
        wants = any(field not in ("_doc", "_shard_doc", "_id", "_seq_no", "_index") for field, _ in keys) or body.get("query")
        wants = wants or body.get("docvalue_fields") or body.get("fields") or body.get("_source", True)
        hits = []
        for index, key, raw, version, number in found:
            source = json.loads(raw) if wants else {}
            if passes(body.get("query", {"match_all": {}}), key, source):
                own = {"_id": key, "_index": index, "_seq_no": number, "_doc": number, "_shard_doc": number}
                order = [own.get(field, value_at(source, field)) for field, _ in keys]
                if not keys or keys[-1][0] not in ("_doc", "_shard_doc"):
                    order.append(number)
                hits.append((order, {"_index": index, "_id": key, "_version": version, "_seq_no": number, "_score": None, "_source": source, "sort": order}))
        down = [each for _, each in keys] + [False]

        def place(order):
            return [Placed(value, falls) for value, falls in zip(order, down)]

        hits.sort(key=lambda each: place(each[0]))
        total = len(hits)
        if "search_after" in body:
            behind = place(body["search_after"])
            hits = [each for each in hits if place(each[0])[:len(behind)] > behind]
        return [self.shown(hit, body) for _, hit in hits[:size]], total

    @staticmethod
    def shown(hit, body):
        fields = [each["field"] if isinstance(each, dict) else each for each in body.get("docvalue_fields", []) + body.get("fields", [])]
        if fields:
            values = {field: value_at(hit["_source"], field) for field in fields}
            hit["fields"] = {field: value if isinstance(value, list) else [value] for field, value in values.items() if value is not None}
        wanted = body.get("_source", True)
        if wanted is False:
            del hit["_source"]
        elif wanted is not True:
            wanted = wanted if isinstance(wanted, list) else [wanted]
            values = {field: value_at(hit["_source"], field) for field in wanted}
            hit["_source"] = {field: value for field, value in values.items() if value is not None}
        return hit


class Placed:
    """A value in an order: missing ones last, falling where it is asked for."""

    def __init__(self, value, falls):
        self.value, self.falls = value, falls

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        if self.value is None or other.value is None:
            return self.value is not None and other.value is None
        return other.value < self.value if self.falls else self.value < other.value


def passes(query, key, source):
    """match_all, ids, term, terms, range, exists, and bool of them."""
    kind, what = next(iter(query.items()))
    if kind == "match_all":
        return True
    if kind == "ids":
        return key in what["values"]
    if kind == "bool":
        def each(clause):
            clauses = what.get(clause, [])
            return [passes(one, key, source) for one in (clauses if isinstance(clauses, list) else [clauses])]
        should = each("should")
        return all(each("filter") + each("must")) and not any(each("must_not")) and (any(should) or not should)
    if kind == "exists":
        return value_at(source, what["field"]) is not None
    field, wanted = next(iter(what.items()))
    value = value_at(source, field)
    if kind == "term":
        wanted = wanted["value"] if isinstance(wanted, dict) else wanted
        return wanted in value if isinstance(value, list) else value == wanted
    if kind == "terms":
        return value in wanted
    if kind == "range":
        compare = {"gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b, "lt": lambda a, b: a < b}
        return value is not None and all(compare[word](value, bound) for word, bound in wanted.items() if word in compare)
    raise ValueError(f"the stand-in does not know the query [{kind}]")
