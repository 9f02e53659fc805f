"""What every test shares: no settings of the person who runs them, no network, no deadline per hypothesis example."""

from __future__ import annotations

import os
import socket
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

hypothesis.settings.register_profile("demarche", deadline=None)  # a shared machine's pauses are no failures
hypothesis.settings.load_profile("demarche")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_AIRFLOW = {  # files that start it, and which of them one process runs, one after the other
    "test_topology.py": "what is killed",
    "test_make_up.py": "what is killed",
    "test_airflow_chain.py": "one session, and one more",  # before what fills it with runs
    "test_airflow_operations.py": "one session, and one more",
    "test_connections.py": "one session, and one more",
}
# Where several processes share the tests, the longest files begin first: one that is begun last is waited for alone.
_LONGEST = (
    *_AIRFLOW,
    "test_ducklake.py",
    "test_hostile_files.py",
    "test_both_kinds.py",
    "test_object_storage.py",
    "test_run.py",
    "test_warehouse.py",
    "test_asking.py",
    "test_imports.py",
)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: what waits for Airflow leaves its own to the others."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


class _FewAirflowsAtATime(LoadFileScheduling):
    """Where several processes share the tests, a file stays with one of them, and what starts Airflow with one of two:
    more at a time would want more memory and patience than a laptop has (two take some 4 GB), one ends last."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _AIRFLOW.get(file.rpartition("/")[2], file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _FewAirflowsAtATime:
    return _FewAirflowsAtATime(config, log)


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
