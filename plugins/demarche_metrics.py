"""Counts of each task as metrics, through Airflow's own StatsD or OpenTelemetry: what came in, what came out, how late.

They are sent where Airflow's are (``[metrics] statsd_on`` or ``otel_on``), under Airflow's prefix:

    demarche.<task>.<count>                     counter: documents, rejects, reports, …, as log and XCom have them
    demarche.load_warehouse.lag_seconds         gauge: from the end of the newest hour to its load
    demarche.failed.<task>                      counter: attempts that failed

Durations, queues and pools Airflow sends itself. A dashboard for them: ``ops/grafana/demarche.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.listeners import hookimpl

KEYS = ("return_value", "counts")  # of XComs that hold counts


@hookimpl
def on_task_instance_success(previous_state: Any, task_instance: Any) -> None:
    """Airflow calls this in the task's process."""
    if not is_wanted() or not hasattr(task_instance, "xcom_pull"):
        return
    for key in KEYS:
        pulled = task_instance.xcom_pull(
            task_ids=task_instance.task_id, key=key, map_indexes=getattr(task_instance, "map_index", -1)
        )
        if isinstance(pulled, Mapping):
            send(task_instance.task_id, pulled)


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:
    """Airflow calls this in the task's process after each attempt that failed."""
    if is_wanted() and isinstance(error, BaseException):
        from airflow.sdk.observability import stats

        stats.incr(f"demarche.failed.{task_instance.task_id}")


def is_wanted() -> bool:
    """Whether Airflow sends metrics at all."""
    from airflow.configuration import conf

    return any(conf.getboolean("metrics", name, fallback=False) for name in ("statsd_on", "otel_on"))


def send(task_id: str, counts: Mapping[str, Any]) -> None:
    """Send every number of ``counts``: seconds as what they are now, all others as what is added."""
    from airflow.sdk.observability import stats

    for name, number in counts.items():
        if isinstance(number, int) and not isinstance(number, bool):
            tell = stats.gauge if name.endswith("_seconds") else stats.incr
            tell(f"demarche.{task_id}.{name}", number)
