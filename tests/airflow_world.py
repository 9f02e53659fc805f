"""A real Airflow with our DAGs and two of its own, and the few invented files that its tests drop."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demarche.warehouse.connection import reading
from ops import demo
from ops.rest import Rest, wait_for
from ops.services import ROOT, Component, Site
from receivers import Received

SECONDS = 400
FIRST, SECOND = "2019-03-04T09", "2019-03-04T10"

VISIT = (
    "Marlow Gazette\nHOME | WORLD | SPORT\n\nKenyan president visits Ghana\n\nBy Ada Finch\nMarch 4, 2019\n\n"
    "Kenya's President Uhuru Kenyatta visited Ghana on Sunday and met his counterpart Nana Akufo-Addo in Accra. "
    "The two leaders spoke about trade and a direct flight between their capitals.\n\n"
    "Read more: five recipes for lentils\n"
)
TALKS = (
    "<html><head><title>Norway and Chile to hold talks</title>"
    '<meta property="article:published_time" content="2019-03-04T08:30:00Z"></head><body><nav>Home World</nav>'
    "<article><h1>Norway and Chile to hold talks</h1>"
    "<p>Norway's Foreign Minister Ine Eriksen Soreide will meet her Chilean counterpart in Santiago next week, the "
    "ministry in Oslo said on Monday. The ministers plan to discuss fisheries and the southern seas.</p>"
    "<p>Both countries have kept close ties for a century, and their ministers last spoke in autumn.</p>"
    "</article></body></html>"
)
EMPTY = ""

SLOW_DAG = """
import time

from airflow.sdk import DAG, task

from demarche_policy import late_after, task_defaults

with DAG("slow", schedule=None, max_active_runs=1, deadline=late_after(seconds=3), default_args=task_defaults()):

    @task
    def sleep() -> None:
        time.sleep(15)

    sleep()
"""

CRASHING_DAG = """
import ctypes

from airflow.sdk import DAG, task

from demarche_policy import task_defaults

with DAG("crashing", schedule=None, default_args=task_defaults(retries=0)):

    @task
    def crash() -> None:
        ctypes.string_at(0)

    crash()
"""


def drop_files(root: Path) -> dict[str, Path]:
    """The files by key, each key's in a folder of its own."""
    files = {FIRST: {"visit.txt": VISIT, "empty.txt": EMPTY}, SECOND: {"talks.html": TALKS, "again.txt": VISIT}}
    for key, texts in files.items():
        (root / key).mkdir()
        for name, text in texts.items():
            (root / key / name).write_text(text)
    time.sleep(2.5)  # a file that was changed just now may still grow, and waits
    return {key: root / key for key in files}


def site_with_notices(home: Path, webhook: str, statsd_port: int) -> Site:
    """An empty site with our DAGs and two of its own; its notices go to a webhook, and Demarche's metrics to a port."""
    site = demo.fresh_site(home)
    dags = home / "dags"
    shutil.copytree(ROOT / "dags", dags, ignore=shutil.ignore_patterns("__pycache__"))
    (dags / "slow.py").write_text(SLOW_DAG)
    (dags / "crashing.py").write_text(CRASHING_DAG)
    told = {"DEMARCHE_ALLOWED_HOSTS": "localhost", "DEMARCHE_NOTICE_WEBHOOK_URL": webhook}
    told |= {"AIRFLOW__CORE__DAGS_FOLDER": str(dags)}
    metrics = {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(statsd_port)}
    told |= {f"AIRFLOW__METRICS__{name}": value for name, value in metrics.items()}
    told |= {"AIRFLOW__METRICS__METRICS_ALLOW_LIST": "demarche"}
    return dataclasses.replace(site, variables={**site.variables, **told})


def rows(site: Site, sql: str) -> list[str]:
    """What the published warehouse answers, as lines of CSV without the header."""
    return demo.query(site, sql, "--format", "csv").splitlines()[1:]


def loaded_keys(site: Site) -> set[str]:
    """As `demo.loaded_keys`, but without a process for each look: whoever waits looks again and again."""
    path = site.data_folder / "warehouse.duckdb"
    if not path.exists():
        return set()
    with reading(path) as con:
        return {key for (key,) in con.execute("SELECT partition_key FROM meta.partitions").fetchall()}


class Session:
    """The running Airflow, and what tests do with it."""

    def __init__(self, site: Site, rest: Rest, components: Mapping[str, Component], webhook: Received) -> None:
        self.site, self.rest, self.components, self.webhook = site, rest, components, webhook

    def start(self, dag_id: str, **body: Any) -> str:
        return str(self.rest.post(f"dags/{dag_id}/dagRuns", {"logical_date": None, **body})["dag_run_id"])

    def wait(self, what: str, ask: Any, seconds: float = 120) -> Any:
        return wait_for(what, ask, time.monotonic() + seconds, self.components)

    def ended(self, dag_id: str, run_id: str, seconds: float = 120) -> str:
        """The state in which a run ends."""
        path = f"dags/{dag_id}/dagRuns/{run_id}"
        ends = ("success", "failed")
        return str(self.wait(f"{run_id} to end", lambda: (s := self.rest.get(path)["state"]) in ends and s, seconds))

    def patch(self, path: str, body: Mapping[str, Any]) -> None:
        self.rest.client.patch(f"/api/v2/{path}", json=dict(body)).raise_for_status()

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int = 1) -> str:
        folder = self.site.home / f"logs/dag_id={dag_id}/run_id={run_id}/task_id={task_id}"
        return (folder / f"attempt={attempt}.log").read_text()

    def attempts(self, dag_id: str, run_id: str, task_id: str) -> int:
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        return int(self.rest.get(path)["try_number"])

    def is_loaded(self, *keys: str) -> bool:
        """Whether the published warehouse has these partitions as the lake has them."""
        return set(keys) <= loaded_keys(self.site)

    def drop(self, name: str, text: str) -> None:
        """As a careful sender does: written beside, renamed into the drop folder; it was last changed a minute ago."""
        beside = self.site.data_folder / name
        beside.write_text(text)
        past = time.time() - 60
        os.utime(beside, (past, past))
        beside.rename(self.site.data_folder / "drop" / name)
