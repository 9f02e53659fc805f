"""Take in what is new, and turn it into documents.

**What it does.** Every hour, for the hour that has ended (the partition key, `2018-11-06T14`): reads the drop folder
and the feeds, keeps the bytes under their hash, and parses them. What cannot be read becomes a row of `rejects`
with its reason. Partitions that were fetched but never parsed are parsed too. The asset `documents` then wakes
`tag_documents`.

**If it fails.** One bad file never fails a task, so look for something larger: a full disk, a drop folder that is
not there, a lake that does not answer. The task's last log line names it. Nothing is lost by waiting: the next hour
picks up whatever was left.

**Running it again.** By key. To read what was dropped just now, trigger the DAG with a partition key: the form's
field, or `airflow dags trigger ingest_documents -c '{"partition_key": "2018-11-06T14"}'`. A past hour is parsed again
from the bytes that were kept; feeds are not asked again. Many hours: `airflow backfill create`. Running it twice
changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, CronPartitionTimetable, Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

DOCUMENTS = Asset(name="documents", uri="x-demarche://documents")
WIDTH = 16  # tasks at most; each pays seconds of imports, so many partitions are dealt out, not mapped one by one

with DAG(
    "ingest_documents",
    description="Drop folder and feeds to documents, hour by hour",
    doc_md=__doc__,
    schedule=CronPartitionTimetable("0 * * * *", timezone="UTC", key_format="%Y-%m-%dT%H", run_offset=-1),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending, and a dropped file belongs to the first run that sees it
    tags=["demarche", "chain"],
    params={
        "partition_key": Param(
            None,
            type=["null", "string"],
            pattern=r"^20\d{2}-\d{2}-\d{2}T\d{2}$",
            description="The hour to read, by its start in UTC: 2018-11-06T14. Only needed if the run has no key.",
        )
    },
    default_args={
        "owner": "demarche",
        "pool": "reading",
        "retries": 3,
        "retry_delay": timedelta(seconds=15),
        "execution_timeout": timedelta(minutes=30),
    },
):

    @task(max_active_tis_per_dag=1)  # backfills run beside the schedule
    def fetch_documents(*, dag_run, params) -> list[list[str]]:
        """Append this hour's bytes to the lake; answer which partitions are to be parsed, by task."""
        from demarche import steps

        key = dag_run.partition_key or params["partition_key"]
        if not key:
            raise AirflowFailException(
                "This run has no partition key. Trigger ingest_documents again with one, the hour's start in UTC: "
                """fill the form's partition key, or pass -c '{"partition_key": "2018-11-06T14"}'."""
            )
        print(steps.fetch_documents(key).counts)
        asked = None if dag_run.run_type == "scheduled" else key  # an hour in which nothing came makes no partition
        newest_first = steps.pending("documents", asked)[::-1]
        return [newest_first[start::WIDTH] for start in range(min(WIDTH, len(newest_first)))]

    @task(map_index_template="{{ shard }}")
    def parse_documents(keys: list[str]) -> dict[str, dict[str, int]]:
        """Parse partitions; answer how many documents and rejects came of each."""
        from demarche import steps

        get_current_context()["shard"] = " ".join(keys)[:200]
        return {key: steps.parse_documents(key).counts for key in keys}

    @task(outlets=[DOCUMENTS], trigger_rule=TriggerRule.ALL_DONE)
    def announce_documents(fetched: list | None, parsed: list[dict] | None, *, dag_run, params, outlet_events) -> None:
        """Wake the next station; an hour in which nothing came, and nothing is left from before, ends here."""
        if fetched is None:
            raise AirflowSkipException("Nothing was fetched.")
        if dag_run.run_type == "scheduled":
            from demarche import steps

            if not any(map(steps.pending, ("tagged", "paired", "warehouse"))):
                raise AirflowSkipException("Nothing new came, and no station has anything left to do.")
        outlet_events[DOCUMENTS].extra = {key: counts for part in parsed or () for key, counts in part.items()}
        if not dag_run.partition_key:
            outlet_events[DOCUMENTS].add_partitions(params["partition_key"])

    fetched = fetch_documents()
    parsed = parse_documents.expand(keys=fetched)
    announce_documents(fetched, parsed)
    parsed >> EmptyOperator(task_id="all_parsed")  # a failed part fails the run, but holds up no other
