"""A real Elasticsearch or OpenSearch for tests, on loopback: started, stopped and killed by its pid."""
import atexit
import base64
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.append(os.path.join(ROOT, "tests", "integration"))
from loopback import free_ports, skip  # noqa: E402

SCRIPTS = os.path.join(ROOT, "scripts", "servers")
CONFIGS = os.path.join(ROOT, "configs", "elasticsearch")


def merged(target, patch):
    """A merge patch (RFC 7396), as the program applies those of configs/elasticsearch."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


class SearchServer:
    """`product`: elasticsearch or opensearch. `settings`: of the node, `name=value`. `password`: with security, `tls` besides (OpenSearch has both or none)."""

    def __init__(self, folder, product="elasticsearch", version=None, settings=(), password="", tls=False):
        if shutil.which("mvn") is None:
            skip("mvn is not installed")
        os.makedirs(folder, exist_ok=True)
        self.folder, self.product, self.settings, self.password = folder, product, list(settings), password
        self.version = version or {"elasticsearch": "8", "opensearch": "3"}[product]
        self.user = {"elasticsearch": "elastic", "opensearch": "admin"}[product]
        self.data = os.path.join(folder, "data")
        self.ca = os.path.join(self.data, "config", "ca.pem") if tls or (password and product == "opensearch") else None
        self.port, self.process = free_ports(), None
        self.certificate = None  # (file, file of its key) of ours, where the server asks for one
        self.url = f"{'https' if self.ca else 'http'}://localhost:{self.port}"
        atexit.register(self.kill)  # nothing outlives a test that failed

    def start(self):
        self.launch()
        return self.wait_until_ready()

    def launch(self):
        """Without waiting. The settings may have been changed since it was last started; the data and the port stay."""
        more = {"ES_PASSWORD": self.password, "ES_TLS": "1" if self.ca else ""} if self.product == "elasticsearch" else {"OS_PASSWORD": self.password}
        with open(os.path.join(self.folder, "server.log"), "ab") as log:
            self.process = subprocess.Popen([os.path.join(SCRIPTS, self.product, "start"), self.version, self.data, str(self.port), *self.settings], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **more})

    def wait_until_ready(self):
        deadline = time.monotonic() + 300  # the first start fetches the jars
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                skip(f"the server ended with {self.process.returncode}: see {self.folder}/server.log")
            try:
                if self.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.3)
        self.kill()
        skip("the server did not become ready")

    def stop(self):
        self.kill(signal.SIGTERM)

    def kill(self, how=signal.SIGKILL):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def request(self, method, path, body=None, headers=None, timeout=60):
        """(status, what was answered: of JSON the value, else the bytes). `body`: bytes as they are, text, a list as lines of NDJSON, else JSON."""
        kind = "application/json"
        if isinstance(body, list):
            kind, body = "application/x-ndjson", "".join(json.dumps(line) + "\n" for line in body)
        elif body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        asked = urllib.request.Request(self.url + path, method=method, data=body.encode() if isinstance(body, str) else body)
        if body is not None:
            asked.add_header("Content-Type", kind)
        if self.password:
            asked.add_header("Authorization", "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode())
        for name, value in (headers or {}).items():
            asked.add_header(name, value)
        context = ssl.create_default_context(cafile=self.ca) if self.ca else None
        if self.certificate:
            context.load_cert_chain(*self.certificate)
        try:
            with urllib.request.urlopen(asked, timeout=timeout, context=context) as answer:
                return answer.status, self.value_of(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, self.value_of(answer)

    @staticmethod
    def value_of(answer):
        text = answer.read()
        return json.loads(text) if text and "json" in (answer.headers.get("Content-Type") or "") else text

    def ask(self, method, path, body=None):
        """The value of an answer that must be a good one."""
        status, value = self.request(method, path, body)
        assert status // 100 == 2, f"{method} {path}: {status} {value}"
        return value

    def count(self, index):
        """Of all documents that are there now; 0 where there is no such index."""
        if self.request("POST", f"/{index}/_refresh")[0] == 404:
            return 0
        return self.ask("GET", f"/{index}/_count")["count"]

    def documents(self, index, query=None):
        """Each document that is there now, as the server gives it (`_id`, `_index`, `_source`), in no order."""
        if self.request("POST", f"/{index}/_refresh")[0] == 404:
            return
        page = self.ask("POST", f"/{index}/_search?scroll=5m", {"size": 5000, "sort": ["_doc"], "query": query or {"match_all": {}}})
        while page["hits"]["hits"]:
            yield from page["hits"]["hits"]
            page = self.ask("POST", "/_search/scroll", {"scroll": "5m", "scroll_id": page["_scroll_id"]})
        self.request("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})

    def put_templates(self, prefix="", **more):
        """Ours, as the program would put them; `more`: settings of the index. `prefix`: of their names; then they are for `contract` where the program's are for `loglode`."""
        for kind in ("records", "events"):
            with open(os.path.join(CONFIGS, f"{kind}.json"), encoding="utf-8") as f:
                body = json.load(f)
            if self.product == "opensearch":
                with open(os.path.join(CONFIGS, "opensearch.json"), encoding="utf-8") as f:
                    body = merged(body, json.load(f).get(kind, {}))
            if prefix:
                body["index_patterns"] = [pattern.replace("loglode", "contract") for pattern in body["index_patterns"]]
            body = merged(body, {"template": {"settings": {"index": {"number_of_replicas": 0, **more}}}})
            self.ask("PUT", f"/_index_template/{prefix}loglode-{kind}", body)
