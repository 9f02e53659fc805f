"""What every test shares: no settings of the person who runs them, no network, no deadline per hypothesis example."""

from __future__ import annotations

import os
import socket
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("demarche", deadline=None)  # a shared machine's pauses are no failures
hypothesis.settings.load_profile("demarche")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, a file stays with one of them, and so does all that starts Airflow.

    Two Airflows at a time would want more memory and patience than a laptop has.
    """
    for item in items:
        group = "airflow" if item.get_closest_marker("slow") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DEMARCHE_") and name != "DEMARCHE_PRIVATE_TEXTS":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            raise OSError(f"tests have no network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
