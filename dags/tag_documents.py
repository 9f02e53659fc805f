"""Read documents: who, where, when, and what they report.

**What it does.** Takes every partition that was parsed but not tagged as it now is, one mapped task each: one spaCy
pass finds mentions, links them to entities and places, and codes reports of events. The asset `tagged_documents`
then wakes `deduplicate_documents`. Where nothing is left to do, its tasks are skipped and the run is green.

**If it fails.** A document that cannot be read becomes a row of `rejects`, so a failed task means its process was
killed (memory), ran out of time (split the partition), or has no language model (`demarche doctor` says which).
Other partitions are not held up; the failed one is taken again by the next run.

**Running it again.** Now: a new run without a key takes whatever the ledger lacks. To read one hour again with
changed code, give its key. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, TriggerRule, get_current_context, task

DOCUMENTS = Asset(name="documents", uri="x-demarche://documents")
TAGGED_DOCUMENTS = Asset(name="tagged_documents", uri="x-demarche://tagged_documents")

with DAG(
    "tag_documents",
    description="Documents to mentions and reports: the one language pass",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=DOCUMENTS),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending; two at once would read the same documents twice
    tags=["demarche", "chain"],
    params={"partition_key": None},
    default_args={
        "owner": "demarche",
        "pool": "reading",
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=2),
    },
):

    @task
    def find_partitions(*, dag_run, params) -> list[str]:
        """The partitions to tag: this run's own, and every one that the ledger lacks."""
        from demarche import steps

        return steps.pending("tagged", dag_run.partition_key or params["partition_key"])

    @task(map_index_template="{{ key }}")
    def tag_documents(key: str) -> dict[str, int]:
        """Tag one partition; answer how many documents, mentions, reports and rejects."""
        from demarche import steps

        get_current_context()["key"] = key
        return steps.tag_documents(key).counts

    @task(outlets=[TAGGED_DOCUMENTS], trigger_rule=TriggerRule.NONE_FAILED)
    def announce_tagged_documents(keys: list[str], counts: list[dict[str, int]], *, dag_run, outlet_events) -> None:
        """Wake the next station, even where nothing was tagged: it may have something left from before."""
        outlet_events[TAGGED_DOCUMENTS].extra = dict(zip(keys, counts or [], strict=True))
        if not dag_run.partition_key and keys:
            outlet_events[TAGGED_DOCUMENTS].add_partitions(keys[-1])

    found = find_partitions()
    announce_tagged_documents(found, tag_documents.expand(key=found))
