"""A TCP proxy in front of a broker: late, slow, cut in the middle of an answer, silent for a while."""
import socket
import threading
import time

PIECE = 16 * 1024


class SlowLink:
    """Forwards `port` (free, found here) to `target`. What it does to the connections is set at any time."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.latency, self.bytes_per_second, self.stalled = 0.0, 0, False
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
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
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

    def forward(self, source, to, answers):
        try:
            while piece := source.recv(PIECE):
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

    def close(self):
        self.listener.close()
