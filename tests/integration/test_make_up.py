"""`make up`, `make now` and `make down` on a real Airflow: an old database, dead components, many requests at
once, an end amid work, again.

They run in a copy of the tree's wiring, so that nobody's own Airflow is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from airflow_world import loaded_keys
from ops import services
from ops.rest import Rest, wait_for
from ops.services import ROOT, Site, leftovers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="left processes are found by /proc, on Linux only"),
]
OLD_AIRFLOW = "3.1.0"
TEXT = "Accra Post\n\nKenya's President Uhuru Kenyatta visited Ghana on Monday and met the foreign minister.\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in ("config", "dags", "docs", "ops", "plugins"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def supervisor(tree: Path, *arguments: str) -> str:
    """What a command prints; `make` calls the same. Fails if the command does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DEMARCHE_", "AIRFLOW_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ops.supervisor", *arguments],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def revision(site: Site) -> str:
    with sqlite3.connect(site.home / "airflow.db") as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_up_now_down_and_up_again(tree):
    port = services.free_port()
    site = Site(tree / ".state" / "airflow", tree / "data", port)
    command = [sys.executable, "-m", "airflow", "db", "migrate", "--to-version", OLD_AIRFLOW]
    services.run(command, site, "old", 120)
    old = revision(site)
    try:
        welcome = supervisor(tree, "up", "--port", str(port))
        assert revision(site) != old, "the database is brought to this version"
        assert "is up already" in supervisor(tree, "up", "--port", str(port))
        found = re.search(r"user (\w+)\s+password (\S+)", welcome)
        assert found
        credentials = {"username": found[1], "password": found[2]}
        with Rest(site, credentials) as rest:
            assert rest.log_in()
            _kill_all_but_the_supervisor(tree, site, rest)
            (site.data_folder / "drop" / "visit.txt").write_text(TEXT)
            time.sleep(2.5)  # a file that was changed just now may still grow, and waits
            started = re.search(r"Started (\S+) for (\S+):", supervisor(tree, "now"))
            assert started
            run_id, key = started.groups()
            wait_for("the run to begin", lambda: _state(rest, run_id) == "running", time.monotonic() + 60)
            _write_from_all_sides(site, rest)

        assert "down" in supervisor(tree, "down")
        assert leftovers(site) == []
        supervisor(tree, "up", "--port", str(port))
        with Rest(site, credentials) as rest:
            assert rest.log_in(), "the password stays"
            assert _state(rest, run_id), "so does the history"
            wait_for("what was begun to be finished", lambda: key in loaded_keys(site), time.monotonic() + 240, pause=2)
            assert _state(rest, run_id) == "success"
    finally:
        supervisor(tree, "down")
    assert leftovers(site) == []


def _kill_all_but_the_supervisor(tree: Path, site: Site, rest: Rest) -> None:
    """Each component is killed at once, and is back, in its health and with another process, after a moment."""
    log = site.logs / "supervisor.log"
    started = dict(re.findall(r"started (\S+), process (\d+)", log.read_text()))
    assert len(started) == 4
    for process in started.values():
        os.killpg(int(process), signal.SIGKILL)

    def all_are_back() -> bool:
        again = dict(re.findall(r"started (\S+), process (\d+)", log.read_text()))
        return not set(again.values()) & set(started.values()) and _is_healthy(rest)

    wait_for("all of them to be back", all_are_back, time.monotonic() + 120)


def _write_from_all_sides(site: Site, rest: Rest) -> None:
    """Requests that write, all at once and amid tasks that write too, wait for one another and for nothing else."""
    log = site.logs / "supervisor.log"
    former = log.read_text()

    def ask(number: int) -> int:
        if number % 5:
            return rest.client.patch("/api/v2/dags/check_quality", json={"is_paused": False}, timeout=60).status_code
        body = {"logical_date": None}
        return rest.client.post("/api/v2/dags/load_warehouse/dagRuns", json=body, timeout=60).status_code

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(ask, range(20))) == {200}
    assert log.read_text() == former, "nothing had to be started again"


def _is_healthy(rest: Rest) -> bool:
    if not rest.log_in():
        return False
    health = rest.get("monitor/health")
    return all(health[part]["status"] == "healthy" for part in ("scheduler", "dag_processor", "triggerer"))


def _state(rest: Rest, run_id: str) -> str:
    return str(rest.get(f"dags/ingest_documents/dagRuns/{run_id}")["state"])
