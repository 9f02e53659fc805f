"""Counts of each task as metrics, through Airflow's own StatsD or OpenTelemetry: what came in, what came out, how late.

They are sent where Airflow's are (``[metrics] statsd_on`` or ``otel_on``), under Airflow's prefix:

    demarche.<task>.<count>     counter: documents, rejects, reports, events, … as the task's log and XCom have them
    demarche.lag_seconds        gauge, after a load: from the end of the newest hour that it took to now
    demarche.failed.<task>      counter: tasks that failed for good or are tried again

Durations, queues and pools Airflow sends itself. A dashboard for them: ``ops/grafana/demarche.json``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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


def send(task_id: str, counts: Mapping[str, Any], now: datetime | None = None) -> None:
    """Send every number of ``counts``; of a load's partitions, how old the newest is."""
    from airflow.sdk.observability import stats

    for name, count in counts.items():
        if isinstance(count, int) and not isinstance(count, bool):
            stats.incr(f"demarche.{task_id}.{name}", count)
    if task_id == "load_warehouse":
        lag = lag_seconds(str(counts.get("newest_key") or ""), now or datetime.now(UTC))
        if lag is not None:
            stats.gauge("demarche.lag_seconds", lag)


def lag_seconds(partition_key: str, now: datetime) -> float | None:
    """From the end of an hour to ``now``; None for what is no hour."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}", partition_key):
        return None
    hour = datetime.strptime(partition_key, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    return (now - hour - timedelta(hours=1)).total_seconds()
