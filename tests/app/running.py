"""A loglode that runs until it is told to end, for the tests of this folder: its configuration, inputs and outputs lie in a folder of its own."""
import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from checks import SLOW, binary, send


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.process = None
        self.said_at = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode="w"):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), mode, encoding="utf-8") as f:
            f.write(text)

    def start(self, *arguments, **how):
        self.said_at = os.path.getsize(self.path("said")) if os.path.exists(self.path("said")) else 0
        with open(self.path("said"), "ab") as said:
            self.process = subprocess.Popen([binary, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder,
                                            env={**os.environ, "XDG_STATE_HOME": self.path("home"), "NO_COLOR": "1"}, **how)
        return self

    def stop(self, how=signal.SIGTERM, seconds=30.0):
        """Its exit status; None: it had to be killed."""
        send(self.process, how)
        try:
            return self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self):
        """Since it was started the last time."""
        with open(self.path("said"), encoding="utf-8") as f:
            return f.read()[self.said_at:]

    def documents(self, name="out.ndjson"):
        """Whole lines: half of one may stand at the end."""
        if not os.path.exists(self.path(name)):
            return []
        with open(self.path(name), encoding="utf-8") as f:
            return [json.loads(line) for line in f.read().split("\n")[:-1]]

    def messages(self, name="out.ndjson"):
        return [each["message"] for each in self.documents(name)]

    def page(self, path):
        """Status and body; status 0: nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def metric(self, name):
        found = re.search("^" + re.escape(name) + r" ([0-9.e+]+)$", self.page("/metrics")[1], re.MULTILINE)
        return float(found.group(1)) if found else None
