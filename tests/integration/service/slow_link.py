"""A TCP proxy in front of a broker: late, slow, cut in the middle of an answer, silent for a while, closed; or it keeps back what asks for one thing."""
import socket
import struct
import threading
import time

from broker import Broker, free_ports

PIECE = 16 * 1024
LIST_OFFSETS = 2  # of Kafka's protocol


class SlowLink:
    """Forwards `port` (free, found here) to `target`. What it does to the connections is set at any time."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.latency, self.bytes_per_second, self.stalled = 0.0, 0, False
        self.kept_back = set()  # of Kafka's requests, by their numbers: they wait, and what comes behind them
        self.waiting = 0        # how many do
        self.open_sockets, self.closed = set(), False
        self.cut_after = None  # bytes of an answer, then the connection is gone
        self.cuts = self.forwarded = 0
        self.lock, self.next_free = threading.Lock(), 0.0
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.closed:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self.lock:
                self.open_sockets |= {client, server}
            for source, to, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.forward, args=(source, to, answers), daemon=True).start()

    def pass_time(self, size):
        """Latency of this piece and its share of the one line that all connections have."""
        if self.latency:
            time.sleep(self.latency)
        if self.bytes_per_second:
            with self.lock:
                now = time.monotonic()
                self.next_free = max(now, self.next_free) + size / self.bytes_per_second
                wait = self.next_free - now
            time.sleep(wait)
        while self.stalled:
            time.sleep(0.05)

    def set_closed(self, closed):
        """All connections end, and none is taken, until it is opened again."""
        self.closed = closed
        if closed:
            with self.lock:
                ending, self.open_sockets = self.open_sockets, set()
            for each in ending:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def keep_back(self, piece):
        """A client's piece begins with a request: its size, then its kind."""
        if len(piece) < 6 or struct.unpack(">h", piece[4:6])[0] not in self.kept_back:
            return
        self.waiting += 1
        while self.kept_back:
            time.sleep(0.02)
        self.waiting -= 1

    def forward(self, source, to, answers):
        try:
            while piece := source.recv(PIECE):
                if not answers:
                    self.keep_back(piece)
                self.pass_time(len(piece))
                with self.lock:
                    self.forwarded += len(piece)
                    cut, self.cut_after = (self.cut_after, None) if answers and self.cut_after is not None and len(piece) > self.cut_after else (None, self.cut_after)
                if cut is not None:
                    to.sendall(piece[:cut])
                    self.cuts += 1
                    break
                to.sendall(piece)
        except OSError:
            pass
        for each in (source, to):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

        with self.lock:
            self.open_sockets.discard(source)

    def close(self):
        self.listener.close()


def broker_behind_link(folder, properties=""):
    """Two listeners: the tests' own is the broker's address, loglode's goes by the link, and the broker tells each its own way."""
    outside, behind, port = (free_ports() for _ in range(3))
    broker = Broker(folder, port, properties=properties + f"""
listeners=PLAINTEXT://127.0.0.1:{port},LINK://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{port + 1}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},LINK://127.0.0.1:{outside}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LINK:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
""").start()
    return broker, SlowLink(outside, behind)
