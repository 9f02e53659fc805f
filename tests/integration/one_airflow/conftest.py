"""One running Airflow for all who ask it something; it ends with the last of them, not with all tests."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from airflow_world import SECONDS, Session, drop_files, site_with_notices
from ops import demo
from ops.services import leftovers
from receivers import receiving


@pytest.fixture(scope="package")
def statsd() -> Iterator[socket.socket]:
    """Somebody who listens to metrics."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        yield receiver


@pytest.fixture(scope="package")
def airflow(tmp_path_factory: pytest.TempPathFactory, statsd: socket.socket) -> Iterator[Session]:
    """A running Airflow with nothing done; its processes are gone afterwards. Starting it takes half a minute."""
    home = tmp_path_factory.mktemp("site") / "state"
    with receiving() as webhook:
        site = site_with_notices(home, webhook.url, statsd.getsockname()[1])
        with demo.running(site, time.monotonic() + SECONDS, print) as (rest, components):
            yield Session(site, rest, components, webhook)
    assert leftovers(site) == []


@pytest.fixture(scope="package")
def chain(airflow: Session, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The same, with the files of two hours taken through all stations."""
    drops = drop_files(tmp_path_factory.mktemp("arrived"))
    demo.process(airflow.rest, airflow.components, drops, time.monotonic() + SECONDS, print)
    return airflow
