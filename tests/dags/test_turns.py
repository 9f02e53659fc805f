"""Requests that may write take turns where Airflow's metadata lie in SQLite; what reads doesn't wait."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
sys.path.insert(0, str(PLUGINS))

import demarche_turns  # noqa: E402 as Airflow finds it

DATABASES = {"sqlite:////x/airflow.db": True, "postgresql+psycopg2://a:b@c/d": False, "airflow-db-not-allowed:": False}


class Writer:
    """An application that writes in one step and commits in a later one, as FastAPI's dependencies do."""

    def __init__(self) -> None:
        self.writing = 0
        self.most = 0
        self.bodies: list[bytes] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["method"] == "GET":
            await send({"read while writing": self.writing})
            return
        self.writing += 1
        self.most = max(self.most, self.writing)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await asyncio.sleep(0.01)
        self.bodies.append(body)
        self.writing -= 1


async def ask(turns, method: str, *parts: bytes, sent: list | None = None, pause: asyncio.Event | None = None) -> None:
    pieces = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        if len(pieces) == 1 and pause:
            await pause.wait()
        return pieces.pop(0)

    async def send(message):
        if sent is not None:
            sent.append(message)

    await turns({"type": "http", "method": method}, receive, send)


def test_one_writes_at_a_time_and_each_body_arrives_whole():
    writer, sent = Writer(), []

    async def all_at_once():
        turns = demarche_turns.Turns(writer)
        writes = [ask(turns, method, b"a", method.encode()) for method in ("POST", "PATCH", "PUT", "DELETE")]
        await asyncio.gather(*writes, ask(turns, "GET", sent=sent))

    asyncio.run(all_at_once())
    assert writer.most == 1
    assert sorted(writer.bodies) == [b"aDELETE", b"aPATCH", b"aPOST", b"aPUT"]
    assert sent == [{"read while writing": 1}], "who reads doesn't wait"


def test_a_body_that_comes_slowly_holds_up_nobody():
    writer = Writer()

    async def slow_and_quick():
        turns, comes = demarche_turns.Turns(writer), asyncio.Event()
        slow = asyncio.create_task(ask(turns, "POST", b"slow", pause=comes))
        await asyncio.sleep(0)
        await asyncio.wait_for(ask(turns, "POST", b"quick"), 5)
        comes.set()
        await slow

    asyncio.run(slow_and_quick())
    assert writer.bodies == [b"quick", b"slow"]


def test_a_failure_ends_the_turn():
    async def fails(scope, receive, send):
        raise RuntimeError("no")

    async def twice():
        turns = demarche_turns.Turns(fails)
        for _ in range(2):
            with pytest.raises(RuntimeError):
                await asyncio.wait_for(ask(turns, "POST"), 5)

    asyncio.run(twice())


@pytest.mark.parametrize("url", DATABASES)
def test_turns_are_taken_on_sqlite_only(url, monkeypatch):
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url)
    assert demarche_turns.is_needed() is DATABASES[url]
