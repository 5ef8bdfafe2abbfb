"""A real Kafka broker for tests, on loopback. Started and stopped by its pid; everything else through kcat and Kafka's own tools."""
import atexit
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SCRIPTS = os.path.join(ROOT, "scripts", "servers", "kafka")
sys.path.append(os.path.join(ROOT, "tests"))
sys.path.append(os.path.join(ROOT, "tests", "integration"))
from loopback import free_ports, skip  # noqa: E402
from seeds import crash_seed  # noqa: E402,F401  for the tests of this folder


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")


def error_of_topic(answer):
    """Of an answer about one topic: throttle time, how many, name, error."""
    size = struct.unpack(">h", answer[8:10])[0]
    return struct.unpack(">h", answer[10 + size:12 + size])[0]


class Broker:
    """`port`: of clients, else a free one. `cluster`: its number and the voters of a cluster (scripts/servers/kafka/start)."""

    def __init__(self, folder, port=None, cluster=(), properties=""):
        need("java", "mvn", "kcat")
        os.makedirs(folder, exist_ok=True)
        self.folder, self.port, self.process, self.cluster = folder, port or free_ports(), None, [str(each) for each in cluster]
        self.address = f"127.0.0.1:{self.port}"
        self.environment = dict(os.environ)
        if properties:
            self.environment["KAFKA_PROPERTIES"] = os.path.join(folder, "more.properties")
            with open(self.environment["KAFKA_PROPERTIES"], "w", encoding="ascii") as f:
                f.write(properties)

    def start(self):
        self.launch()
        return self.wait_until_ready()

    def launch(self):
        log = open(os.path.join(self.folder, "broker.log"), "ab")
        self.process = subprocess.Popen([os.path.join(SCRIPTS, "start"), os.path.join(self.folder, "kafka"), str(self.port), *self.cluster], stdout=log,
                                        stderr=log, env=self.environment)

    def wait_until_ready(self):
        deadline = time.monotonic() + 300  # the first start fetches the jars
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                skip(f"the broker ended with {self.process.returncode}: see its log")
            if subprocess.run(["kcat", "-L", "-b", self.address, "-m", "2"], capture_output=True).returncode == 0:
                return self
            time.sleep(0.3)
        self.kill()
        skip("the broker did not become ready")

    def kill(self, how=signal.SIGKILL):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def tool(self, name, *arguments):
        """What it says, and what went wrong."""
        done = subprocess.run([os.path.join(SCRIPTS, "tool"), name, "--bootstrap-server", self.address, *arguments], capture_output=True, text=True, check=False)
        return done.stdout + (done.stderr if done.returncode != 0 else "")

    def ask(self, kind, version, body):
        """A request of Kafka's protocol, and its answer; without a JVM, which takes seconds of a busy machine."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            request = struct.pack(">hhih", kind, version, 1, -1) + body
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as answer:
                size, _ = struct.unpack(">ii", answer.read(8))
                return answer.read(size - 4)

    def create(self, topic, partitions=3):
        """And waits until its partitions can be written to, and hold nothing: a broker may answer for a deleted one of that name for a moment."""
        name = topic.encode()
        answer = self.ask(19, 2, struct.pack(">ih", 1, len(name)) + name + struct.pack(">ihiii?", partitions, -1, 0, 0, 30_000, False))
        assert error_of_topic(answer) == 0, f"{topic}: {answer}"
        wait_for(f"empty partitions of {topic}", 60, lambda: self.ends(topic, partitions) == [0] * partitions)

    def delete(self, topic):
        name = topic.encode()
        answer = self.ask(20, 1, struct.pack(">ih", 1, len(name)) + name + struct.pack(">i", 30_000))
        assert error_of_topic(answer) == 0, f"{topic}: {answer}"

    def positions(self, group):
        """(topic, partition) -> the group's offset; none while this broker is not the group's coordinator, or is beginning to be."""
        answer, found, at = self.ask(9, 2, struct.pack(">h", len(group)) + group.encode() + struct.pack(">i", -1)), {}, 0

        def read(kind):
            nonlocal at
            at += struct.calcsize(kind)
            return struct.unpack(kind, answer[at - struct.calcsize(kind):at])[0]

        def read_text():
            nonlocal at
            size = max(0, read(">h"))
            at += size
            return answer[at - size:at].decode()

        for _ in range(read(">i")):
            topic = read_text()
            for _ in range(read(">i")):
                number, offset = read(">i"), read(">q")
                read_text()
                assert read(">h") == 0, answer
                found[(topic, number)] = offset
        error = read(">h")
        assert error in (0, 14, 15, 16), f"{group}: {answer}"
        return found

    def ends(self, topic, partitions):
        """The offset behind the last message of each partition; None where the broker does not say."""
        found = subprocess.run(["kcat", "-Q", "-b", self.address, *(part for n in range(partitions) for part in ("-t", f"{topic}:{n}:-1"))],
                               capture_output=True, text=True, check=False).stdout
        by_number = {int(number): int(offset) for number, offset in re.findall(r"\[(\d+)\] offset (-?\d+)", found)}
        return [by_number.get(n) for n in range(partitions)]

    def produce(self, topic, lines, *options):
        """One message a line, spread over the partitions."""
        subprocess.run(["kcat", "-P", "-b", self.address, "-t", topic, "-p", "-1", "-X", "acks=all", "-X", "message.timeout.ms=60000", *options],
                       input="".join(line + "\n" for line in lines).encode(), check=True, capture_output=True)

    def read(self, topic):
        """(partition, offset, payload) of all messages."""
        out = subprocess.run(["kcat", "-C", "-e", "-q", "-b", self.address, "-t", topic, "-o", "beginning", "-f", "%p\t%o\t%s\n"], capture_output=True, check=True)
        rows = [line.split(b"\t", 2) for line in out.stdout.split(b"\n") if line]
        return [(int(p), int(o), payload.decode("utf-8", "replace")) for p, o, payload in rows]

    def committed(self, group):
        """Partition -> offset. Of one topic."""
        return {number: offset for (_, number), offset in self.positions(group).items()}


class Loglode:
    """`loglode run` on a configuration, in a folder of its own."""

    def __init__(self, program, folder, config):
        self.program, self.folder = program, folder
        os.makedirs(folder, exist_ok=True)
        self.config = os.path.join(folder, "config.yaml")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(config)
        self.process = None

    def start(self, *arguments, **environment):
        self.errors = open(os.path.join(self.folder, "stderr"), "ab")
        self.process = subprocess.Popen([self.program, "run", self.config, *arguments], stderr=self.errors, env={**os.environ, **environment})
        atexit.register(lambda process=self.process: process.poll() is None and process.kill())  # nothing outlives a test that failed
        return self

    def stop(self, how=signal.SIGTERM, within=60):
        """Its exit status; SIGKILL when it does not end."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def told(self):
        with open(os.path.join(self.folder, "stderr"), encoding="utf-8", errors="replace") as f:
            return f.read()


def documents(path):
    """NDJSON, without a last line that is not whole (the program was killed while it wrote)."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as f:
        text = f.read()
    return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]


def once_by_id(found_documents):
    """(partition, offset) of the topic that was read -> (id, line): a repeat must say the same. And how many documents there were."""
    found, copies = {}, 0
    for document in found_documents:
        key = (document["kafka.partition"], document["kafka.offset"])
        value = (document["event.id"], document.get("event.original", document["message"]))
        assert found.setdefault(key, value) == value, f"{key}: {found[key]} and {value}"
        copies += 1
    return found, copies


def wait_for(what, seconds, condition):
    """`seconds`: what a machine may need that has nothing else to do; others have three times that."""
    seconds *= 3
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")
