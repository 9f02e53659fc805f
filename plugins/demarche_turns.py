"""On SQLite, requests that may write take turns, or Airflow's API server can stop itself.

SQLite has one writer at a time. Airflow notes who asked for what, and commits it, within the event loop; the request
before it, which has written from a thread, needs that very loop to come to its own commit. So each waits for the
other, and all else with them, heartbeats and tasks too, until SQLite's patience ends. A dozen triggers at once are
enough. In a server such as PostgreSQL the two don't wait for one another, and nothing needs to be done.
"""

from __future__ import annotations

import asyncio
from typing import Any

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_needed() -> bool:
    """Whether this Airflow's metadata lie in SQLite."""
    from airflow.configuration import conf

    return str(conf.get("database", "sql_alchemy_conn", fallback="")).startswith("sqlite")


class Turns:
    """An ASGI middleware: one request that may write at a time, from its first step to its commit."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            await self.app(scope, receive, send)
            return
        arrived = [await receive()]  # the whole body before the turn: who sends it slowly holds up nobody
        while arrived[-1].get("more_body"):
            arrived.append(await receive())

        async def hand_on() -> Any:
            return arrived.pop(0) if arrived else await receive()

        async with self._turn:
            await self.app(scope, hand_on, send)
