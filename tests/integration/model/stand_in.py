"""A model server that answers as it is told: HTTP/1.1 on 127.0.0.1, the standard library alone.

Each request takes the next answer of `script`; without one it is a plain good answer in the shape that its path asks for. An answer is a dict:
  status, headers, body (text, bytes, or an object), text (of a good answer), stop, usage
  delay     seconds before the first byte        reset   bytes of the body after which the connection is reset
`requests` has what came: path, headers, body (an object), time.
"""
import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = '{"summary":"the pool of postgres is exhausted"}'


def good(path, text=GOOD, stop=None, usage=(100, 20, 10)):
    """The body of an answer; `usage`: all of the input, of it cached, output."""
    if path.endswith("/messages"):
        return {"id": "msg_1", "type": "message", "content": [{"type": "text", "text": text}], "stop_reason": stop or "end_turn",
                "usage": {"input_tokens": usage[0] - usage[1], "cache_read_input_tokens": usage[1], "output_tokens": usage[2]}}
    if path.endswith("/responses"):
        body = {"id": "resp_1", "status": "incomplete" if stop == "max_tokens" else "completed",
                "output": [{"type": "reasoning", "summary": []}, {"type": "message", "content": [{"type": "output_text", "text": text}]}],
                "usage": {"input_tokens": usage[0], "input_tokens_details": {"cached_tokens": usage[1]}, "output_tokens": usage[2]}}
        if stop == "max_tokens":
            body["incomplete_details"] = {"reason": "max_output_tokens"}
        if stop == "refusal":
            body["output"][1]["content"] = [{"type": "refusal", "refusal": "I cannot help with that"}]
        return body
    finish = {"max_tokens": "length", "refusal": "content_filter"}.get(stop, "stop")
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": usage[0], "prompt_tokens_details": {"cached_tokens": usage[1]}, "completion_tokens": usage[2]}}


class StandIn:
    def __init__(self):
        self.script, self.requests = [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                outer.answer(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.requests.append({"path": handler.path, "headers": dict(handler.headers), "body": json.loads(raw or b"null"), "raw": raw, "time": time.monotonic()})
        told = self.script.pop(0) if self.script else {}
        if callable(told):
            told = told(self.requests[-1])
        body = told.get("body")
        if body is None:
            body = good(handler.path, **{key: told[key] for key in ("text", "stop", "usage") if key in told})
        body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
        time.sleep(told.get("delay", 0))
        try:
            self.write(handler, told, body)
        except OSError:
            handler.close_connection = True

    @staticmethod
    def write(handler, told, body):
        handler.send_response(told.get("status", 200))
        for name, value in told.get("headers", {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) + (1000 if told.get("short") else 0)))
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        if "reset" in told:
            handler.wfile.write(body[: told["reset"]])
            handler.wfile.flush()
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        handler.wfile.write(body)
        if told.get("short"):
            handler.close_connection = True
