"""One JSON object per line, the way the checkout service logs.

The request being handled is kept in a context variable, so that every line written on its behalf
carries its trace, whichever module writes it.
"""

import contextvars
import datetime
import json
import threading
import traceback

trace = contextvars.ContextVar("trace", default=None)

_lock = threading.Lock()
_out = None


def open_log(path):
    global _out
    _out = open(path, "a", encoding="utf-8", buffering=1)


class Logger:
    def __init__(self, name):
        self._name = name

    def debug(self, message, **fields):
        self._write("DEBUG", message, fields)

    def info(self, message, **fields):
        self._write("INFO", message, fields)

    def warn(self, message, **fields):
        self._write("WARN", message, fields)

    def error(self, message, cause=None, **fields):
        if cause is not None:
            fields["exception"] = "".join(traceback.format_exception(cause)).rstrip("\n")
        self._write("ERROR", message, fields)

    def _write(self, level, message, fields):
        line = {"timestamp": None, "level": level, "service": "checkout", "logger": self._name}
        here = trace.get()
        if here is not None:
            line["trace_id"], line["span_id"] = here
        line["message"] = message
        line.update(fields)
        with _lock:  # the time is taken inside, so that the file is in order of time
            now = datetime.datetime.now(datetime.timezone.utc)
            line["timestamp"] = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            _out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
