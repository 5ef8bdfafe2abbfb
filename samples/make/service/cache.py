"""As much of a Redis client as the checkout service needs: one connection for each thread."""

import socket
import threading


class Redis:
    def __init__(self, port):
        self._port = port
        self._local = threading.local()

    def __call__(self, *words):
        stream = getattr(self._local, "stream", None)
        if stream is None:
            connection = socket.create_connection(("127.0.0.1", self._port), timeout=2)
            stream = self._local.stream = connection.makefile("rwb")
        try:
            stream.write(b"*%d\r\n" % len(words))
            for word in words:
                data = str(word).encode()
                stream.write(b"$%d\r\n%s\r\n" % (len(data), data))
            stream.flush()
            return _reply(stream)
        except OSError:
            self._local.stream = None
            raise


def _reply(stream):
    line = stream.readline()
    if not line:
        raise ConnectionError("redis closed the connection")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"+":
        return rest
    if kind == b"-":
        raise RuntimeError(rest)
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode()
    return [_reply(stream) for _ in range(int(rest))]
