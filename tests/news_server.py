"""A web server of this process for tests: what each path answers is told to it, and what was asked is remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Headers = dict[str, str]
Answerer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class NewsServer:
    """``pages`` maps a path to what it answers: bytes, (status, headers, bytes), a function of the request's handler,
    or a list of these, of which each request takes the next and the last one stays."""

    port: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Headers] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://localhost:{self.port}"

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        self.headers.append(dict(handler.headers))
        answer = self.pages.get(handler.path, (404, {}, b"not here"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer(handler)
            return
        status, headers, body = answer if isinstance(answer, tuple) else (200, {"Content-Type": "text/html"}, answer)
        send(handler, status, headers, body)


def send(handler: BaseHTTPRequestHandler, status: int, headers: Headers, body: bytes) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def unless_known(body: bytes, etag: str, **headers: str) -> Answerer:
    """Answers 304 to whoever has this ETag."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        is_known = handler.headers.get("If-None-Match") == etag
        send(handler, 304 if is_known else 200, {"ETag": etag, **headers}, b"" if is_known else body)

    return answer


@contextmanager
def serving(pages: dict[str, Any] | None = None) -> Iterator[NewsServer]:
    server = NewsServer(pages=dict(pages or {}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for its own acknowledgement

        def do_GET(self) -> None:
            with suppress(ConnectionError):  # who asked has gone
                server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 50

        def handle_error(self, *_: object) -> None:
            pass  # who asked has gone

    listener = Server(("127.0.0.1", 0), Handler)
    server.port = listener.server_port
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
