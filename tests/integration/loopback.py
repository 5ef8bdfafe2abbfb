"""What tests with a real server on loopback have in common: how one is skipped, and where the server listens."""
import os
import socket
import sys


def skip(why):
    if os.environ.get("CI") == "true":
        print(f"FAILED: {why}")
        sys.exit(1)
    print(f"skipped: {why}")
    sys.exit(77)


def free_ports():
    """Two neighbours: of clients, and of the server's own: its controller, other nodes."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise SystemExit("no free ports")
