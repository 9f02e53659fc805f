"""Form stories and events, check them, and publish the warehouse.

**What it does.** One task, the only writer (pool `warehouse`, one slot, and a lock beside the file): takes every
partition that the warehouse lacks at once, groups pairs into stories and reports into events, runs the gate of error
checks, commits, and publishes the file by renaming. Readers see the warehouse before or after, never between. A second
one sends what is new of the watches in `config/watches.txt` (one a line, `north: country=PRK type=CONSULT`).

**If it fails.** The published file stays as it was. *Another writer holds the lock*: it waits and tries again; if it
lasts, look for an older process of this task. *The gate refuses*: the log names the check and the first rows that
break it; nothing of this load is kept, and the next load tries again. *Disk full*: make room, nothing to clean up.
*A notice was not taken*: the warehouse is published all the same; what was not told is told after the next load.

**Running it again.** Now: a new run loads whatever is pending; a key is not needed. Running it twice changes nothing.
A warehouse that is lost or foreign: `demarche rebuild` makes it anew from the lake.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable, task

from demarche_policy import (
    EVERY_HOUR,
    PAIRED_DOCUMENTS,
    WAREHOUSE,
    asked_for,
    hour,
    is_wanted,
    late_after,
    task_defaults,
)

with DAG(
    "load_warehouse",
    dag_display_name="4 load_warehouse",  # the list shows the chain in its order
    description="Every pending partition to stories, events and the published file",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=PAIRED_DOCUMENTS, default_partition_mapper=EVERY_HOUR),
    catchup=False,
    max_active_runs=1,  # each run loads all that is pending
    tags=["demarche", "chain"],
    params={"partition_key": hour("Not needed: all that is pending is loaded.")},
    deadline=late_after(hours=3),
    default_args=task_defaults(
        pool="warehouse",
        priority_weight=4,  # what is begun is finished before more is begun
        retries=4,
        retry_delay=timedelta(seconds=15),
        execution_timeout=timedelta(hours=2),
    ),
):

    @task(outlets=[WAREHOUSE])
    def load_warehouse(*, dag_run, params, outlet_events) -> dict[str, int]:
        """Load all that is pending and publish; answer what was loaded and what the warehouse now holds."""
        from demarche import steps

        if is_wanted(dag_run):
            asked_for(dag_run, params)  # an hour isn't needed, but a wrong one is a mistake
        done = steps.load_warehouse()
        steps.tell([done])
        outlet_events[WAREHOUSE].extra = done.counts
        return done.counts

    @task(pool="checking", retries=2, execution_timeout=timedelta(minutes=15))
    def tell_watches() -> dict[str, int]:
        """Send what the load brought of what people watch; answer how many watches and events that were."""
        from demarche import steps

        done = steps.tell_watches()
        steps.tell([done])
        return done.counts

    load_warehouse() >> tell_watches()
