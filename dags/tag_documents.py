"""Read documents: who, where, when, and what they report.

**What it does.** Takes partitions that were parsed but not tagged as they now are, the newest first and so many at a
time that no new hour waits long, their shards dealt out to mapped tasks: one spaCy pass finds mentions, links them to
entities and places, and codes reports of events. The asset `tagged_documents` then wakes `deduplicate_documents`. Where
nothing is left to do, the tasks in the middle are skipped and the run is green.

**If it fails.** A document that cannot be read becomes a row of `rejects`, so a failed task means that its process was
killed (memory), ran out of time (lower `DEMARCHE_SHARD_SIZE`), or has no language model (`demarche doctor` says so).
Partitions without a failed shard go on; the others are taken again by the next run.

**Running it again.** Now: a new run without an hour takes what the ledger lacks. With an hour, or when the run of an
hour is cleared, that hour is read again even where nothing changed. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, PartitionedAssetTimetable, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from demarche_policy import (
    DOCUMENTS,
    EVERY_HOUR,
    SHARE,
    TAGGED_DOCUMENTS,
    WIDTH,
    asked_for,
    hour,
    is_wanted,
    late_after,
    mapped,
    task_defaults,
)

Shard = tuple[str, int | None]  # a partition and a file of it; None where the partition is empty

with DAG(
    "tag_documents",
    dag_display_name="2 tag_documents",  # the list shows the chain in its order
    description="Documents to mentions and reports: the one language pass",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=DOCUMENTS, default_partition_mapper=EVERY_HOUR),
    catchup=False,
    max_active_runs=1,  # each run takes all that is pending; two at once would read the same documents twice
    tags=["demarche", "chain"],
    params={"partition_key": hour("Empty: what is left to do. An hour, as in 2018-11-06T14: that one once more, too.")},
    deadline=late_after(hours=3),
    default_args=task_defaults(
        pool="reading",
        priority_weight=2,  # what is begun is finished before more is begun
        retries=2,
        retry_delay=timedelta(seconds=15),
        execution_timeout=timedelta(hours=2),
    ),
):

    @task
    def find_shards(*, dag_run, params) -> list[list[Shard]]:
        """What the ledger lacks (and the hour that a person asks for), newest first, dealt out to tasks."""
        from demarche import steps

        asked = asked_for(dag_run, params) if is_wanted(dag_run) else None
        shards: list[Shard] = []
        for key in steps.next_pending("tagged", asked, most=SHARE):
            if len(shards) < SHARE:  # a partition is taken as a whole
                shards += [(key, index) for index in range(steps.count_shards(key)) or [None]]
        return [shards[start::WIDTH] for start in range(min(WIDTH, len(shards)))]

    @mapped(map_index_template="{{ shard }}")
    def tag_shards(shards: list[Shard]) -> dict[str, list[Shard] | int | dict[str, dict[str, int]]]:
        """Tag some shards; answer which, and how many documents, mentions, reports and rejects."""
        from demarche import steps

        names = (key if index is None else f"{key}/{index}" for key, index in shards)
        get_current_context()["shard"] = " ".join(names)[:200]
        counts = steps.tell(steps.tag_shard(key, index) for key, index in shards if index is not None)
        return {"shards": shards, **counts}

    @task(outlets=[TAGGED_DOCUMENTS], trigger_rule=TriggerRule.ALL_DONE)
    def commit_tagged(hands: list[list[Shard]] | None, tagged: list[dict] | None, *, dag_run, outlet_events) -> None:
        """Make whole the partitions of which every shard is tagged; wake the next station, it may have work left."""
        from demarche import steps

        if hands is None:
            raise AirflowSkipException("It is not known what was to be tagged.")
        wanted = {(key, index) for hand in hands for key, index in hand}
        done = {(key, index) for part in tagged or () for key, index in part["shards"]}
        keys = sorted({key for key, _ in wanted} - {key for key, _ in wanted - done})
        outlet_events[TAGGED_DOCUMENTS].extra = steps.tell(map(steps.commit_tagged, keys))["partitions"]
        if not dag_run.partition_key and keys:
            outlet_events[TAGGED_DOCUMENTS].add_partitions(keys[-1])

    hands = find_shards()
    tagged = tag_shards.expand(shards=hands)
    commit_tagged(hands, tagged)
    says = "Makes the run fail where a shard has failed, which holds up no other partition."
    tagged >> EmptyOperator(task_id="all_tagged", doc_md=says)
