"""Take in what is new, and turn it into documents.

**What it does.** Every hour, for the hour that has ended (the partition key, `2018-11-06T14`): reads the drop folder
and the feeds, keeps the bytes under their hash, and parses them. What cannot be read becomes a row of `rejects`
with its reason. Partitions that were fetched but never parsed are parsed too, the newest first. The asset `documents`
then wakes `tag_documents`.

**If it fails.** One bad file never fails a task, so look for something larger: a full disk, a drop folder that is
not there, a lake that does not answer. The task's last log line names it. Nothing is lost by waiting: the next hour
picks up whatever was left. A partition of which most was rejected is held back: nothing downstream sees it until what
reads it is mended, or `demarche accept KEY` releases it.

**Running it again.** By hour. To read what was dropped just now, trigger the DAG and fill in the hour (or
`airflow dags trigger ingest_documents -c '{"partition_key": "2018-11-06T14"}'`). A past hour, triggered or cleared, is
parsed again from the bytes that were kept; feeds are not asked again. Many hours: `airflow backfill create`, or
*Trigger → Backfill*. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, CronPartitionTimetable, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from demarche_policy import SHARE, WIDTH, hour, late_after, task_defaults

DOCUMENTS = Asset(name="documents", uri="x-demarche://documents")

with DAG(
    "ingest_documents",
    dag_display_name="1 ingest_documents",  # the list shows the chain in its order
    description="Drop folder and feeds to documents, hour by hour",
    doc_md=__doc__,
    schedule=CronPartitionTimetable("0 * * * *", timezone="UTC", key_format="%Y-%m-%dT%H", run_offset=-1),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending, and a dropped file belongs to the first run that sees it
    tags=["demarche", "chain"],
    params={"partition_key": hour("The hour to read, by its start: 2018-11-06T14. New files are counted to it.")},
    deadline=late_after(hours=1),
    default_args=task_defaults(
        pool="reading",
        priority_weight=1,  # what is begun is finished before more is begun
        retries=3,
        retry_delay=timedelta(seconds=15),
        execution_timeout=timedelta(minutes=30),
    ),
):

    @task(max_active_tis_per_dag=1)  # backfills run beside the schedule
    def fetch_documents(*, dag_run, params, ti) -> list[list[str]]:
        """Append this hour's bytes to the lake; answer which partitions are to be parsed, by task."""
        from demarche import steps

        key = dag_run.partition_key or params["partition_key"]
        if not key:
            raise AirflowFailException(
                "This run has no partition key. Trigger ingest_documents again with one, the hour's start in UTC: "
                """fill in the form's hour, or pass -c '{"partition_key": "2018-11-06T14"}'."""
            )
        ti.xcom_push("counts", steps.tell([steps.fetch_documents(key)]))
        is_asked_for = dag_run.run_type != "scheduled" or dag_run.clear_number  # else no file makes no partition
        keys = steps.next_pending("documents", key if is_asked_for else None, most=8 * SHARE)
        return [keys[start::WIDTH] for start in range(min(WIDTH, len(keys)))]

    @task(map_index_template="{{ shard }}")
    def parse_documents(keys: list[str]) -> dict[str, int | dict[str, dict[str, int]]]:
        """Parse partitions; answer how many files, documents and rejects, in all and by partition."""
        from demarche import steps

        get_current_context()["shard"] = " ".join(keys)[:200]
        counts = steps.tell(map(steps.parse_documents, keys))
        if held := steps.held_back(keys):
            raise AirflowFailException(f"Held back: {'; '.join(f'{key}: {why}' for key, why in held.items())}")
        return counts

    @task(outlets=[DOCUMENTS], trigger_rule=TriggerRule.ALL_DONE)
    def announce_documents(fetched: list | None, parsed: list[dict] | None, *, dag_run, params, outlet_events) -> None:
        """Wake the next station; an hour in which nothing came, and nothing is left from before, ends here."""
        from demarche import steps

        if fetched is None:
            raise AirflowSkipException("Nothing was fetched.")
        left = steps.next_pending("tagged")
        is_by_itself = dag_run.run_type == "scheduled" and not dag_run.clear_number
        if is_by_itself and not left and not any(map(steps.pending, ("paired", "warehouse"))):
            raise AirflowSkipException("Nothing new came, and no station has anything left to do.")
        documents = outlet_events[DOCUMENTS]
        documents.extra = {key: counts for part in parsed or () for key, counts in part["partitions"].items()}
        documents.add_partitions([dag_run.partition_key or params["partition_key"], *left[SHARE::SHARE]])

    fetched = fetch_documents()
    parsed = parse_documents.expand(keys=fetched)
    announce_documents(fetched, parsed)
    parsed >> EmptyOperator(task_id="all_parsed")  # a failed part fails the run, but holds up no other
