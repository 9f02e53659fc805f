"""Keep the warehouse tidy.

**What it does.** Every Sunday, in the warehouse's pool: publishes what a killed writer left unpublished, sweeps away
what killed processes left, writes the file anew when more than half of it is free, drops former publications beyond
`DEMARCHE_KEPT_PUBLICATIONS`, reads every row of what is published, backs it up with the lake's raw bytes and
journal where `DEMARCHE_BACKUP_URL` is set, and removes raw bytes that are older than `DEMARCHE_RAW_DAYS` or don't fit
into `DEMARCHE_RAW_GIGABYTES` (both off by default).

**If it fails.** The published file stays as it was, and loads go on. Usually the disk is full (the log says how much
was needed) or a load held the lock for longer than the task waits: clear the task.

**Running it again.** Now: a new run. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, task

from demarche_policy import late_after, task_defaults

with DAG(
    "maintain_warehouse",
    description="Tidying, verifying and backing up the warehouse, weekly",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("15 3 * * 0", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["demarche", "upkeep"],
    deadline=late_after(hours=3),
    default_args=task_defaults(
        pool="warehouse",
        retries=1,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(hours=2),
    ),
):

    @task
    def maintain_warehouse() -> dict[str, int]:
        """All of it, one after the other; answer what was done."""
        from demarche import steps

        return steps.maintain_warehouse().counts

    maintain_warehouse()
