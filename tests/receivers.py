"""A webhook and a mail server of this process, for whoever must see that a notice arrives."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from ops.services import free_port


class Received:
    """What has arrived so far, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.arrived: list[dict[str, Any]] = []
        self._more = threading.Condition()

    def add(self, notice: dict[str, Any]) -> None:
        with self._more:
            self.arrived.append(notice)
            self._more.notify_all()

    def wait_for(self, count: int, title: str = "", seconds: float = 30) -> list[dict[str, Any]]:
        """The notices whose title contains ``title``, as soon as there are so many; at the latest, those there are."""
        with self._more:
            self._more.wait_for(lambda: len(self._titled(title)) >= count, seconds)
            return self._titled(title)

    def _titled(self, title: str) -> list[dict[str, Any]]:
        return [notice for notice in self.arrived if title in notice["title"]]


@contextlib.contextmanager
def receiving() -> Iterator[Received]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.add(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    received = Received(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def receiving_mail() -> Iterator[tuple[str, list[Any]]]:
    """The server's address, and the envelopes that have arrived so far."""
    arrived: list[Any] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            arrived.append(envelope)
            return "250 OK"

    port = free_port()
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", arrived
    finally:
        controller.stop()
