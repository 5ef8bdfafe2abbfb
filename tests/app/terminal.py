"""A terminal for tests: a program runs on it, and what a person would see can be asked for. Knows what loglode writes, and no more of ANSI than that."""
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")


class Terminal:
    def __init__(self, command, columns=100, rows=30, env=None, cwd=None):
        self.columns, self.rows = columns, rows
        self.lines, self.x, self.raw, self.rest = [""], 0, b"", b""
        self.top = 0  # the first line in sight
        self.y = 0
        self.parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env={**clean, "TERM": "xterm", **(env or {})}, cwd=cwd, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(child)

    def resize(self, columns, rows):
        """Lines that stand are cut, as many terminals do."""
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.parent, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.parent, text.encode())

    def _put(self, char):
        width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if self.x + width > self.columns:
            self._newline()
            self.x = 0
        line = self.lines[self.y].ljust(self.x)
        self.lines[self.y] = line[:self.x] + char + line[self.x + width:]
        self.x += width

    def _newline(self):
        self.y += 1
        if self.y == len(self.lines):
            self.lines.append("")
        self.top = max(self.top, self.y - self.rows + 1)

    def feed(self, data):
        self.raw += data
        text = (self.rest + data).decode("utf-8", "ignore")
        self.rest = b""
        if (cut := text.rfind("\x1b")) >= 0 and not TOKEN.match(text, cut):
            self.rest, text = text[cut:].encode(), text[:cut]
        for found in TOKEN.finditer(text):
            number, letter, carriage, newline, char = found.groups()
            if carriage:
                self.x = 0
            elif newline:
                self._newline()
            elif char:
                self._put(char)
            elif letter == "K":
                self.lines[self.y] = self.lines[self.y][:self.x]
            elif letter == "A":
                assert self.y - int(number or 1) >= self.top, "the cursor goes above the screen"
                self.y -= int(number or 1)
            elif letter == "B":
                self.y = min(len(self.lines) - 1, self.y + int(number or 1))

    def read(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.parent], [], [], 0.05)[0]:
                try:
                    data = os.read(self.parent, 65536)
                except OSError:
                    return
                if not data:
                    return
                self.feed(data)

    def wait_for(self, condition, seconds=10.0):
        """`condition`: a regular expression that a line must hold, or a function."""
        meets = condition if callable(condition) else lambda: any(re.search(condition, line) for line in self.lines)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if meets():
                return True
            self.read(0.1)
        return meets()

    def text(self):
        return "\n".join(self.lines)

    def end(self, sent=signal.SIGINT, seconds=30):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(sent)
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.1)
        self.read(0.2)
        status = self.process.poll()
        if status is None:
            self.process.kill()
            self.process.wait()
        os.close(self.parent)
        return status
