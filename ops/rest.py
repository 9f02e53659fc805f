"""The few questions that are asked of Airflow's REST API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import httpx

from ops.services import Component, ServiceError, Site, tail

Answer = TypeVar("Answer")


class Rest:
    """A client of one site's API; gets its token when the API answers for the first time."""

    def __init__(self, site: Site, credentials: Mapping[str, str] | None = None) -> None:
        self.site = site
        self.credentials = credentials
        # The first task that reports makes an API server build what it answers tasks with: 22 s on a busy machine, in
        # which it answers nobody.
        self.client = httpx.Client(base_url=site.url, timeout=60, trust_env=False)

    def __enter__(self) -> Rest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def log_in(self) -> bool:
        """Get a token; False while the API does not answer yet."""
        try:
            if self.credentials is None:
                answer = self.client.get("/auth/token")
            else:
                answer = self.client.post("/auth/token", json=dict(self.credentials))
        except httpx.TransportError:
            return False
        if answer.is_error:
            return False
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        return self._checked(self.client.get(f"/api/v2/{path}", params=parameters))

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._checked(self.client.post(f"/api/v2/{path}", json=dict(body)))

    @staticmethod
    def _checked(answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            raise ServiceError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
        return dict(answer.json())

    def make_pools(self, path: Path) -> None:
        """Make the pools of a file as `airflow pools import` reads it, unless they are there."""
        there = {pool["name"] for pool in self.get("pools", limit=100)["pools"]}
        for name, pool in json.loads(path.read_text()).items():
            if name not in there:
                self.post("pools", {"name": name, **pool})

    def dag_ids(self) -> set[str]:
        return {dag["dag_id"] for dag in self.get("dags", limit=100)["dags"]}

    def import_errors(self) -> list[str]:
        return [f"{error['filename']}:\n{error['stack_trace']}" for error in self.get("importErrors")["import_errors"]]

    def trigger(self, dag_id: str, partition_key: str, **more: str) -> str:
        """Start a run for a key; answer the run's id."""
        run = self.post(f"dags/{dag_id}/dagRuns", {"logical_date": None, "partition_key": partition_key, **more})
        return str(run["dag_run_id"])

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        return list(self.get(f"dags/{dag_id}/dagRuns", limit=100, order_by="-id")["dag_runs"])

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        tasks = self.get(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=100)["task_instances"]
        return {task["task_id"]: task["state"] for task in tasks}

    def unhappy_tasks(self) -> list[dict[str, Any]]:
        """Tasks of any DAG that failed, for good or so far."""
        path = "dags/~/dagRuns/~/taskInstances"
        return list(self.get(path, limit=100, state=["failed", "up_for_retry"])["task_instances"])


def explain(rest: Rest) -> str:
    """What a person needs to know of tasks that failed: which, and the end of its log; empty if none did."""
    parts = []
    for task in rest.unhappy_tasks():
        mapped = f"map_index={task['map_index']}/" if task["map_index"] >= 0 else ""
        log = (
            rest.site.home
            / f"logs/dag_id={task['dag_id']}/run_id={task['dag_run_id']}/task_id={task['task_id']}"
            / f"{mapped}attempt={task['try_number']}.log"
        )
        parts.append(f"{task['dag_id']}.{task['task_id']}, attempt {task['try_number']}, ends its log {log} with:")
        parts.append(_readable(tail(log)))
    return "\n".join(parts)


def _readable(lines: str) -> str:
    """Airflow's log lines are JSON; show the message, and the error where there is one."""
    shown = []
    for line in lines.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            shown.append(line)
            continue
        shown.append(f"  {record.get('level', '')}: {record.get('event', '')}")
        shown += [f"    {error['exc_type']}: {error['exc_value']}" for error in record.get("error_detail") or []]
    return "\n".join(shown)


def wait_for(
    what: str,
    ask: Callable[[], Answer],
    deadline: float,
    components: Mapping[str, Component] | None = None,
    pause: float = 0.8,  # each question costs the API server some of the cores that the tasks need
) -> Answer:
    """Ask until the answer is true. Raises ServiceError at the deadline or when one of the components is dead."""
    while True:
        answer = ask()
        if answer:
            return answer
        for component in (components or {}).values():
            if not component.is_alive():
                raise ServiceError(
                    f"{component.name} ended with exit code {component.process.returncode} while waiting for {what}; "
                    f"the end of {component.log}:\n{tail(component.log)}"
                )
        if time.monotonic() > deadline:
            logs = {str(component.log.parent) for component in (components or {}).values()}
            raise ServiceError(f"{what}: nothing came of it in time" + "".join(f"; logs are in {log}" for log in logs))
        time.sleep(pause)
