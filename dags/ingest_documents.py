"""Take in what is new, and turn it into documents.

**What it does.** Every hour, for the hour that has ended (the partition key, `2018-11-06T14`): asks drop folder and
declared sources, keeps the bytes under their hash, and parses them. What cannot be read becomes a row of `rejects` with
its reason. Partitions that were fetched but never parsed are parsed too, the newest first. `tag_documents` is woken.

**If it fails.** A red `fetch_documents` names a source that fails and since when; all else goes on, and it is asked
again next hour (`demarche sources check ID` tries it). The run fails if nothing could be fetched, or something not be
parsed: a full disk, no drop folder, a lake that does not answer; the task's last log line names it. Nothing is lost by
waiting. A partition of which most was rejected is held back from what follows: mend it, or `demarche accept` it.

**Running it again.** By hour; twice changes nothing. To read what was dropped just now, trigger the DAG and fill in the
hour (or `airflow dags trigger ingest_documents -c '{"partition_key": "2018-11-06T14"}'`). A past hour, triggered or
cleared, is parsed again from the bytes that were kept; feeds are not asked again. Many hours: *Trigger → Backfill*.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, CronPartitionTimetable, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from demarche_policy import DOCUMENTS, SHARE, WIDTH, hour, is_wanted, key_of, late_after, mapped, task_defaults

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

    @task
    def deal_sources(*, dag_run, params) -> list[list[str]]:
        """Answer which sources are to be asked, by task."""
        from demarche import steps

        key_of(dag_run, params)  # before anything is fetched for it
        return steps.deal_sources(WIDTH)

    @mapped(map_index_template="{{ sources }}", retries=1)
    def fetch_documents(sources: list[str], *, dag_run, params) -> dict[str, int | dict[str, dict[str, int]]]:
        """Append what is new of these sources to the lake; when all were asked, fail if one of them did."""
        from demarche import steps

        get_current_context()["sources"] = " ".join(sources)[:200]
        done = steps.fetch_documents(key_of(dag_run, params), sources=sources)
        if (counts := steps.tell([done])) and done.failures:
            raise AirflowException("\n".join(done.failures))
        return counts

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def find_partitions(fetched: list[dict], *, dag_run, params) -> list[list[str]]:
        """Answer which partitions are to be parsed, by task."""
        from demarche import steps

        key = key_of(dag_run, params, wrong=AirflowSkipException)  # deal_sources failed for it
        if not (list(fetched or ()) or steps.pending("documents")):
            raise AirflowFailException("Nothing could be fetched: the log of fetch_documents says why.")
        asked = key if is_wanted(dag_run) else None  # else no file makes no partition
        keys = steps.next_pending("documents", asked, most=8 * SHARE)
        return [keys[start::WIDTH] for start in range(min(WIDTH, len(keys)))]

    @mapped(map_index_template="{{ shard }}")
    def parse_documents(keys: list[str]) -> dict[str, int | dict[str, dict[str, int]]]:
        """Parse partitions; answer how many files, documents and rejects, in all and by partition."""
        from demarche import steps

        get_current_context()["shard"] = " ".join(keys)[:200]
        counts = steps.tell(map(steps.parse_documents, keys))
        if held := steps.held_back(keys):
            raise AirflowFailException(f"Held back: {'; '.join(f'{key}: {why}' for key, why in held.items())}")
        return counts

    @task(outlets=[DOCUMENTS], trigger_rule=TriggerRule.ALL_DONE)
    def announce_documents(found: list | None, parsed: list[dict] | None, *, dag_run, params, outlet_events) -> None:
        """Wake the next station; an hour without news or leftovers ends here, unless a person asked for it."""
        from demarche import steps

        if found is None:
            raise AirflowSkipException("Nothing was fetched.")
        left = steps.next_pending("tagged")
        if not (is_wanted(dag_run) or left or any(map(steps.pending, ("paired", "warehouse")))):
            raise AirflowSkipException("Nothing new came, and no station has anything left to do.")
        documents = outlet_events[DOCUMENTS]
        documents.extra = {key: counts for part in parsed or () for key, counts in part["partitions"].items()}
        documents.add_partitions([key_of(dag_run, params), *left[SHARE::SHARE]])

    dealt = deal_sources()
    found = find_partitions(fetch_documents.expand(sources=dealt))
    parsed = parse_documents.expand(keys=found)
    announce_documents(found, parsed)
    says = "Makes the run fail where a part has failed, which holds up no other part."
    [dealt, parsed] >> EmptyOperator(task_id="all_parsed", doc_md=says)
