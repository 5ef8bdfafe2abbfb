#!/usr/bin/env python3
"""A stand-in of Elasticsearch, or OpenSearch, for what a healthy server does not show. HTTP/1.1 on 127.0.0.1; the standard library alone.

usage: stand_in.py [--nodes N] [--port P]     prints "port P" for each node; they share what they store. `--port`: of the first, the others are free ones
In a test written in Python: StandIn(nodes=1), which has `ports`, `script`, `settings`, `log`, `store` and `close()`.

Told over HTTP, at any node:
  POST /_script      faults, a JSON object a line (script.py)            GET, DELETE /_script
  POST /_settings    {"product": "opensearch", "version": "3.9.0", "content_limit": bytes, "authorization": "Basic …", "auto_create": false}
  POST /_node        {"node": 1, "down": true}: refuses connections, and resets those that it has; false: is back at the same port
  GET, DELETE /_log  requests of shippers as they came: time (of the clock, seconds), node, path, bytes, plain_bytes, items, status (a number, "reset",
                     "hang"), rule (its number in the script), statuses of the items, in_flight; seconds, once it is answered
  GET /_stored       what is stored, one a line: {"_index", "_id", "_version", "_source"}; DELETE /_stored
"""
import argparse
import gzip
import http.client
import json
import os
import re
import socket
import socketserver
import struct
import sys
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from script import Script  # noqa: E402
from stored import Store, failure  # noqa: E402

SETTINGS = {"product": "elasticsearch", "version": "9.5.3", "content_limit": 100 * 1024 * 1024, "authorization": None, "auto_create": True}
KEPT = ("_index_template", "_component_template", "_ilm/policy", "_plugins/_ism/policies", "_ingest/pipeline")


class Gone(Exception):
    """The connection is no more."""


def filtered(value, paths):
    """`filter_path`: what one of the paths leads to; `*` is a key or a part of one, `**` any number of keys."""
    if any(not path for path in paths):
        return value
    if isinstance(value, list):
        return [each for each in (filtered(each, paths) for each in value) if each is not None] or None
    if not isinstance(value, dict):
        return None
    out = {}
    for key, inner in value.items():
        below = [path[1:] for path in paths if path[0] != "**" and re.fullmatch(path[0].replace("*", ".*"), key)]
        below += [path for path in paths if path[0] == "**"] + [path[2:] for path in paths if path[0] == "**" and re.fullmatch(path[1].replace("*", ".*"), key)]
        kept = filtered(inner, below) if below else None
        if kept is not None:
            out[key] = kept
    return out or None


def whole(status, kind, reason, **more):
    error = failure(kind, reason, **more)
    return status, {"error": {"root_cause": [error], **error}, "status": status}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (Gone, ConnectionError):
            self.close_connection = True

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    # One request

    def answer(self):
        self.stand_in, self.node, began = self.server.stand_in, self.server.node, time.time()
        address = urllib.parse.urlsplit(self.path)
        self.where = urllib.parse.unquote(address.path).strip("/")
        self.asked = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        self.seen, self.items = {}, None
        if self.where in ("_script", "_settings", "_node", "_log", "_stored"):
            return self.send(*self.stand_in.control(self.command, self.where, self.read_body()), as_told=True)
        rule = self.stand_in.script.of_request(self.path, self.node)
        self.entry = {"time": began, "node": self.node, "method": self.command, "path": self.path, "rule": rule and rule["number"], "status": None,
                      "in_flight": self.stand_in.enter(1)}
        self.stand_in.note(self.entry)  # at once, so that one that hangs is seen
        try:
            return self.answer_by(rule or {"do": "nothing"})
        finally:
            self.stand_in.enter(-1)
            self.entry.update({"items": self.items, "statuses": self.seen, "seconds": time.time() - began})

    def answer_by(self, rule):
        kind = rule["do"]
        if kind == "reset" and rule.get("when") in ("before_body", "mid_body"):
            if rule["when"] == "mid_body":
                self.rfile.read(min(rule.get("bytes", 1000), int(self.headers.get("Content-Length", 0))))
            self.reset()
        body = self.plain_body(self.read_body())
        self.rule, self.entry["plain_bytes"] = rule, len(body)
        if kind == "slow":
            self.stand_in.wait(rule.get("seconds", 1))
        if kind == "status" and not rule.get("stored"):
            status, out = rule["status"], rule.get("body", "")
        elif kind == "reset" and rule.get("stored", True) is False:
            self.reset()
        else:
            status, out = self.route(body)
            if rule.get("roll_over"):
                self.stand_in.store.roll_over_all()
            if kind == "status":
                status, out = rule["status"], rule.get("body", "")
        if kind == "reset" and rule.get("when", "before_answer") == "before_answer":
            self.reset()
        self.send(status, out, rule.get("headers"))

    def route(self, body):
        settings = self.stand_in.settings
        if settings["authorization"] and self.headers.get("Authorization") != settings["authorization"]:
            return whole(401, "security_exception", f"missing authentication credentials for REST request [{self.path}]")
        if len(body) > settings["content_limit"]:
            return 413, ""
        parts = self.where.split("/") if self.where else []
        if parts and parts[-1] == "_bulk":
            return self.bulk(body, parts[0] if len(parts) > 1 else None)
        try:
            return self.stand_in.api(self.command, parts, self.asked, json.loads(body) if body else {})
        except (KeyError, TypeError, ValueError) as problem:
            return whole(400, "parsing_exception", f"{type(problem).__name__}: {problem}")

    def bulk(self, body, index):
        kind = self.headers.get("Content-Type", "")
        if "json" not in kind or ("compatible-with" in kind and self.stand_in.settings["product"] != "elasticsearch"):
            return 406, {"error": f"Content-Type header [{kind}] is not supported", "status": 406}
        if "require_data_stream" in self.asked and self.stand_in.settings["product"] != "elasticsearch":
            return whole(400, "illegal_argument_exception", f"request [/{self.where}] contains unrecognized parameter: [require_data_stream]")
        if not body.endswith(b"\n"):
            return whole(400, "illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]")
        actions, lines = [], iter(body[:-1].split(b"\n"))
        for line in lines:
            try:
                (operation, action), = json.loads(line).items()
            except (ValueError, AttributeError):
                return whole(400, "illegal_argument_exception", f"Malformed action/metadata line [{len(actions) * 2 + 1}]")
            if operation not in ("create", "index") or "_type" in action:
                return whole(400, "illegal_argument_exception", f"Malformed action/metadata line [{len(actions) * 2 + 1}], found [{operation}]")
            if len(action.get("_id") or "") > 512:
                return whole(400, "action_request_validation_exception", "Validation Failed: 1: id is too long, must be no longer than 512 bytes;")
            actions.append((operation, {"_index": index, **action}, next(lines, b"")))
        rule, self.padding = self.rule, self.rule.get("bytes", 100_000_000) // max(1, len(actions))
        if rule["do"] == "whole_400":
            stored = actions[:int(len(actions) * rule.get("stored_share", 0.9))]
            for each in stored:
                self.item(*each)
            return whole(400, "illegal_argument_exception", "a part of the bulk was refused")
        items = [{each[0]: self.item(*each)} for each in actions]
        self.items = len(items)
        for item in items:
            status = str(next(iter(item.values()))["status"])
            self.seen[status] = self.seen.get(status, 0) + 1
        if rule["do"] == "items":
            items = [] if rule["count"] == 0 else items[:rule["count"]] if rule["count"] < 0 else items + items[-1:] * rule["count"]
        errors = any(next(iter(item.values()))["status"] >= 300 for item in items)
        return 200, {"errors": errors, "took": 1, "items": items}

    def item(self, operation, action, document):
        settings, stand_in = self.stand_in.settings, self.stand_in
        required = self.asked.get("require_data_stream") == "true" or action.pop("require_data_stream", False)
        rule = stand_in.script.of_document(action, document, self.node)
        huge = self.rule["do"] == "huge"
        if rule or huge and self.rule.get("status", 400) >= 300:
            rule = rule or {"status": self.rule.get("status", 400), "error": failure("document_parsing_exception", "failed to parse field [n]: ")}
            if rule.get("stored"):
                stand_in.store.write(operation, action, document, required, settings["auto_create"])
            out = {"_index": action["_index"], "_id": action.get("_id"), "status": rule["status"]}
            out.update({key: rule[key] for key in ("error", "failure_store") if key in rule})
        else:
            out = stand_in.store.write(operation, action, document, required, settings["auto_create"])
        if huge:
            padding = "x" * self.padding
            if "error" in out:
                out["error"] = {**out["error"], "reason": out["error"]["reason"] + padding}
            else:
                out["note"] = padding
        return out

    # Bytes

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            out = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                out += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return out
        size = int(self.headers.get("Content-Length") or 0)
        out = self.rfile.read(size)
        if len(out) < size:
            raise Gone
        return out

    def plain_body(self, body):
        self.entry["bytes"] = len(body)
        how = self.headers.get("Content-Encoding", "")
        try:
            return gzip.decompress(body) if how == "gzip" else zlib.decompress(body) if how == "deflate" else body
        except (OSError, EOFError, zlib.error):
            return b""

    def reset(self):
        self.entry["status"] = "reset"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        raise Gone

    def send(self, status, out, headers=None, as_told=False):
        rule, kind = (None, None) if as_told else (self.rule, self.rule["do"])
        if isinstance(out, (dict, list)) and "filter_path" in self.asked:
            out = filtered(out, [path.split(".") for path in self.asked["filter_path"].split(",")]) or {}
        body = out if isinstance(out, bytes) else out.encode() if isinstance(out, str) else json.dumps(out, separators=(",", ":")).encode()
        if kind == "truncate":
            body = body[:rule.get("bytes", int(len(body) * rule.get("share", 0.5)))]
        out_headers = {"content-type": "application/json", **self.stand_in.product_header(status), **(headers or {})}
        packed = kind in (None, "nothing", "slow") and len(body) > 100 and "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body, out_headers["content-encoding"] = gzip.compress(body, 1), "gzip"
        out_headers.setdefault("content-length", str(len(body)))
        head = f"HTTP/1.1 {status} {http.client.responses.get(status, 'Unknown')}\r\n" + "".join(f"{key}: {value}\r\n" for key, value in out_headers.items())
        head = head.encode("latin-1") + b"\r\n"
        if not as_told:
            self.entry["status"], self.entry["answer_bytes"] = status, len(body)
        if self.command == "HEAD":
            body = b""
        if kind in ("hang", "reset"):
            self.wfile.write(head + body[:rule.get("bytes", len(body) // 2)])
            if kind == "reset":
                time.sleep(0.05)  # what was written would be thrown away with the connection
                self.reset()
            self.entry["status"] = "hang"
            self.stand_in.wait(rule.get("seconds", 3600))
            raise Gone
        if kind == "drip":
            self.wfile.write(head)
            step = rule.get("bytes", 1)
            for begin in range(0, len(body), step):
                self.wfile.write(body[begin:begin + step])
                self.stand_in.wait(rule.get("seconds", 0.05))
            return
        self.wfile.write(head + body)


class Node(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, stand_in, node, port):
        self.stand_in, self.node, self.open = stand_in, node, set()
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def process_request(self, request, client_address):
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (Gone, OSError, ValueError)):
            super().handle_error(request, client_address)

    def take_down(self):
        self.shutdown()
        self.server_close()
        for request in list(self.open):
            try:
                request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class StandIn:
    def __init__(self, nodes=1, port=0):
        self.lock, self.closed = threading.Lock(), threading.Event()
        self.store, self.script, self.settings, self.log, self.in_flight = Store(), Script(), dict(SETTINGS), [], 0
        self.scrolls = {}  # id -> (hits that are left, size of a page)
        self.nodes = [Node(self, number, port if number == 0 else 0) for number in range(nodes)]
        self.ports = [node.server_address[1] for node in self.nodes]

    def close(self):
        self.closed.set()
        for node in self.nodes:
            if node:
                node.take_down()

    def wait(self, seconds):
        self.closed.wait(seconds)

    def enter(self, change):
        with self.lock:
            self.in_flight += change
            return self.in_flight

    def note(self, entry):
        with self.lock:
            self.log.append(entry)

    def product_header(self, status):
        if self.settings["product"] != "elasticsearch":
            return {"X-OpenSearch-Version": f"OpenSearch/{self.settings['version']} (opensearch)"}
        return {} if status == 401 else {"X-elastic-product": "Elasticsearch"}

    def set_node(self, number, down):
        with self.lock:
            node, self.nodes[number] = self.nodes[number], None if down else self.nodes[number]
        if down and node:
            node.take_down()
        elif not down and not node:
            self.nodes[number] = Node(self, number, self.ports[number])

    def control(self, command, what, body):
        try:
            told = [json.loads(line) for line in body.splitlines() if line.strip()]
            if what == "_settings":
                for each in told:
                    self.settings.update(each)
                return 200, self.settings
            if what == "_node":
                for each in told:
                    self.set_node(each["node"], each["down"])
                return 200, {"ports": self.ports}
            if what == "_script":
                if command == "DELETE":
                    self.script.clear()
                self.script.add(told)
                return 200, self.script.shown()
            if what == "_log":
                with self.lock:
                    log, self.log = self.log, [] if command == "DELETE" else self.log
                return 200, [dict(entry) for entry in log]
            with self.store.lock:
                rows = [{"_index": index, "_id": key, "_version": row[1], "_source": json.loads(row[0])}
                        for index, documents in self.store.indices.items() for key, row in documents.items()]
                if command == "DELETE":
                    self.store.indices.clear(), self.store.streams.clear()
            return 200, "".join(json.dumps(row) + "\n" for row in rows)
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            return 400, {"error": f"{type(problem).__name__}: {problem}"}

    # What is no bulk: parts of the path, parameters, body

    def api(self, command, parts, asked, body):
        path, store = "/".join(parts), self.store
        if not parts:
            more = {"distribution": "opensearch"} if self.settings["product"] != "elasticsearch" else {"build_flavor": "default"}
            return 200, {"name": "stand-in", "cluster_name": "stand-in", "cluster_uuid": "c1", "version": {"number": self.settings["version"], **more},
                         "tagline": "You Know, for Search"}
        for kind in KEPT:
            if path == kind or path.startswith(kind + "/"):
                foreign = {"_ilm/policy": "opensearch", "_plugins/_ism/policies": "elasticsearch"}.get(kind) == self.settings["product"]
                return self.kept(command, kind, path[len(kind) + 1:], body) if not foreign else self.no_handler(command, path)
        if parts[0] == "_data_stream":
            return self.data_stream(command, parts[1] if len(parts) > 1 else "*")
        if parts[-1] == "_rollover":
            with store.lock:
                old = store.streams[parts[0]][-1]
                return 200, {"acknowledged": True, "old_index": old, "new_index": store.roll_over(parts[0]), "rolled_over": True}
        if len(parts) == 3 and parts[1] == "_settings":
            found = store.resolve(parts[0])
            if not found:
                return whole(404, "index_not_found_exception", f"no such index [{parts[0]}]", index=parts[0])
            return 200, {each: {"settings": {"index.creation_date": str(store.made.get(each, 0))}} for each in found}
        if parts[-1] == "_mget":
            index = parts[0] if len(parts) > 1 else None
            asked_for = [(each.get("_index", index), each["_id"]) for each in body.get("docs", [])] + [(index, key) for key in body.get("ids", [])]
            found = [store.get(*each) for each in asked_for]
            return 200, {"docs": [{k: v for k, v in each.items() if k != "_source"} for each in found] if asked.get("_source") == "false" else found}
        if parts[-1] in ("_pit", "point_in_time"):
            if command == "DELETE":
                return 200, {"succeeded": True, "num_freed": 1}
            return 200, {"id" if parts[-1] == "_pit" else "pit_id": parts[0]}
        if path == "_search/scroll":
            if command == "DELETE":
                return 200, {"succeeded": True, "num_freed": 1}
            key = body["scroll_id"]
            hits, size = self.scrolls[key]
            self.scrolls[key] = hits[size:], size
            return 200, {"_scroll_id": key, "timed_out": False, "hits": {"hits": hits[:size]}}
        if parts[-1] in ("_search", "_count"):
            pattern = body["pit"]["id"] if "pit" in body else parts[0] if len(parts) > 1 else "*"
            size, scroll = int(asked.get("size", body.get("size", 10))), "scroll" in asked
            hits, total = store.search(pattern, body, sys.maxsize if scroll else size)
            if parts[-1] == "_count":
                return 200, {"count": total}
            more = {"pit_id": pattern} if "pit" in body else {}
            if scroll:
                more["_scroll_id"] = f"scroll-{len(self.scrolls)}"
                self.scrolls[more["_scroll_id"]], hits = (hits[size:], size), hits[:size]
            return 200, {"took": 1, "timed_out": False, "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
                         **more, "hits": {"total": {"value": total, "relation": "eq"}, "max_score": None, "hits": hits}}
        if parts[-1] in ("_refresh", "_flush"):
            return 200, {"_shards": {"total": 1, "successful": 1, "failed": 0}}
        if path == "_cluster/health":
            return 200, {"cluster_name": "stand-in", "status": "green", "number_of_nodes": len(self.ports)}
        if len(parts) == 1 and parts[0][0] != "_":
            return self.index(command, parts[0])
        return self.no_handler(command, path)

    @staticmethod
    def no_handler(command, path):
        return 400, {"error": f"no handler found for uri [/{path}] and method [{command}]"}

    def kept(self, command, kind, name, body):
        bodies = self.store.kept.setdefault(kind, {})
        if command == "PUT":
            bodies[name] = body
        elif name and "*" not in name and name not in bodies:
            return whole(404, "resource_not_found_exception", f"{kind} matching [{name}] not found")
        elif command == "DELETE":
            del bodies[name]
        else:
            chosen = {key: value for key, value in bodies.items() if re.fullmatch((name or "*").replace("*", ".*"), key)}
            if kind == "_plugins/_ism/policies" and name:
                return 200, {"_id": name, "_version": 1, "_seq_no": 7, "_primary_term": 1, **chosen[name]}
            if kind == "_ilm/policy":
                return 200, {key: {"version": 1, "modified_date": "2026-11-29T00:00:00.000Z", **value} for key, value in chosen.items()}
            if not kind.endswith("_template"):
                return 200, chosen
            return 200, {kind[1:] + "s": [{"name": key, kind[1:]: value} for key, value in chosen.items()]}
        return 200, {"acknowledged": True}

    def data_stream(self, command, name):
        with self.store.lock:
            if command == "PUT":
                if name not in self.store.streams:
                    self.store.make_stream(name)
                return 200, {"acknowledged": True}
            chosen = [key for key in self.store.streams if re.fullmatch(name.replace("*", ".*"), key)]
            if not chosen and "*" not in name:
                return whole(404, "index_not_found_exception", f"no such index [{name}]", index=name)
            if command == "DELETE":
                for key in chosen:
                    for backing in self.store.streams.pop(key):
                        del self.store.indices[backing]
                return 200, {"acknowledged": True}
            return 200, {"data_streams": [
                {"name": key, "timestamp_field": {"name": "@timestamp"}, "generation": len(self.store.streams[key]), "status": "GREEN",
                 "template": (self.store.template_of(key) or ("",))[0],
                 "indices": [{"index_name": each, "index_uuid": each} for each in self.store.streams[key]]} for key in chosen]}

    def index(self, command, name):
        with self.store.lock:
            if command == "PUT":
                if name in self.store.indices:
                    return whole(400, "resource_already_exists_exception", f"index [{name}] already exists")
                self.store.indices[name] = {}
                return 200, {"acknowledged": True, "index": name}
            found = self.store.resolve(name)
            if not found:
                return whole(404, "index_not_found_exception", f"no such index [{name}]", index=name)
            if command == "DELETE":
                for each in found:
                    self.store.indices.pop(each, None)
                return 200, {"acknowledged": True}
            return 200, {each: {"aliases": {}, "mappings": {}, "settings": {}} for each in found}


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--nodes", type=int, default=1)
    reader.add_argument("--port", type=int, default=0)
    told = reader.parse_args()
    stand_in = StandIn(told.nodes, told.port)
    for port in stand_in.ports:
        print(f"port {port}", flush=True)
    try:
        stand_in.closed.wait()
    except KeyboardInterrupt:
        stand_in.close()


if __name__ == "__main__":
    main()
