"""Find the texts that are the same text, printed more than once.

**What it does.** Takes every partition that was tagged but not compared: makes a signature of each document and
pairs it with those of all other partitions. The asset `paired_documents` then wakes `load_warehouse`, which makes
stories of the pairs.

**If it fails.** The cause is a lake that does not answer, or memory: the task's last log line says which. Until it
succeeds, reprints would be counted twice, so the load waits for it. Nothing is lost; the next run takes all that
is left.

**Running it again.** Now: a new run without an hour takes whatever the ledger lacks; with an hour, or when the run of
an hour is cleared, that one as well. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable, task

from demarche_policy import (
    EVERY_HOUR,
    PAIRED_DOCUMENTS,
    TAGGED_DOCUMENTS,
    asked_for,
    hour,
    is_wanted,
    late_after,
    task_defaults,
)

with DAG(
    "deduplicate_documents",
    dag_display_name="3 deduplicate_documents",  # the list shows the chain in its order
    description="Documents to pairs of alike texts",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=TAGGED_DOCUMENTS, default_partition_mapper=EVERY_HOUR),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending
    tags=["demarche", "chain"],
    params={"partition_key": hour("Empty: what is left to do. An hour, as in 2018-11-06T14: that one once more, too.")},
    deadline=late_after(hours=2),
    default_args=task_defaults(
        pool="reading",
        priority_weight=3,  # what is begun is finished before more is begun
        retries=2,
        retry_delay=timedelta(seconds=15),
        execution_timeout=timedelta(hours=1),
    ),
):

    @task(outlets=[PAIRED_DOCUMENTS])
    def pair_documents(*, dag_run, params, outlet_events) -> dict[str, int | dict[str, dict[str, int]]]:
        """Compare what the ledger lacks (and the hour that a person asks for) with all others."""
        from demarche import steps

        asked = asked_for(dag_run, params) if is_wanted(dag_run) else None
        keys = steps.pending("paired", asked)
        counts = steps.tell(map(steps.pair_documents, keys))
        outlet_events[PAIRED_DOCUMENTS].extra = counts["partitions"]
        if not dag_run.partition_key and keys:
            outlet_events[PAIRED_DOCUMENTS].add_partitions(keys[-1])
        return counts

    pair_documents()
