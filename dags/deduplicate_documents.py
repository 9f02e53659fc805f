"""Find the texts that are the same text, printed more than once.

**What it does.** Takes every partition that was tagged but not compared: makes a signature of each document and
pairs it with those of all other partitions. The asset `paired_documents` then wakes `load_warehouse`, which makes
stories of the pairs.

**If it fails.** The cause is a lake that does not answer, or memory: the task's last log line says which. Until it
succeeds, reprints would be counted twice, so the load waits for it. Nothing is lost; the next run takes all that
is left.

**Running it again.** Now: a new run without a key takes whatever the ledger lacks; with a key, that hour as well.
Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, task

TAGGED_DOCUMENTS = Asset(name="tagged_documents", uri="x-demarche://tagged_documents")
PAIRED_DOCUMENTS = Asset(name="paired_documents", uri="x-demarche://paired_documents")

with DAG(
    "deduplicate_documents",
    description="Documents to pairs of alike texts",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=TAGGED_DOCUMENTS),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending
    tags=["demarche", "chain"],
    params={"partition_key": None},
    default_args={
        "owner": "demarche",
        "pool": "reading",
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=1),
    },
):

    @task(outlets=[PAIRED_DOCUMENTS])
    def pair_documents(*, dag_run, params, outlet_events) -> dict[str, dict[str, int]]:
        """Compare what the ledger lacks (and the hour that a person asks for) with all others."""
        from demarche import steps

        asked = params["partition_key"] or (dag_run.partition_key if dag_run.run_type == "manual" else None)
        keys = steps.pending("paired", asked)
        counts = {key: steps.pair_documents(key).counts for key in keys}
        outlet_events[PAIRED_DOCUMENTS].extra = counts
        if not dag_run.partition_key and keys:
            outlet_events[PAIRED_DOCUMENTS].add_partitions(keys[-1])
        return counts

    pair_documents()
