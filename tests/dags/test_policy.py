"""Rules that every DAG keeps, read through Airflow's own eyes; a message names the DAG and the cure."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk import (
    Asset,
    CronPartitionTimetable,
    CronTriggerTimetable,
    DeadlineReference,
    PartitionedAssetTimetable,
    SyncCallback,
)
from airflow.sdk.definitions.retry_policy import RetryAction

from demarche.language import ModelError
from demarche.settings import SettingsError
from demarche.steps import StepError
from demarche.storage import LakeError, LakeFault
from demarche.warehouse import WarehouseError, WarehouseLocked
from demarche.warehouse.errors import Unreadable, Unusable

ROOT = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
TAGS = {"demarche", "chain", "upkeep"}
OWNERS = {"demarche"}
POOLS = set(json.loads((ROOT / "config" / "pools.json").read_text()))
CHAIN = ("ingest_documents", "tag_documents", "deduplicate_documents", "load_warehouse")
UPKEEP = ("check_quality", "maintain_warehouse")
WRITERS = {
    ("check_quality", "load_results"),
    ("load_warehouse", "load_warehouse"),
    ("maintain_warehouse", "maintain_warehouse"),
}

by_dag = pytest.mark.parametrize("dag_id", [path.stem for path in DAG_FILES])


def outlets(dag) -> list[Asset]:
    return [asset for task in dag.tasks for asset in task.outlets]


def working(dag) -> list:
    """The tasks that have a process; an EmptyOperator has none."""
    return [task for task in dag.tasks if task.task_type != "EmptyOperator"]


def test_a_dag_is_named_as_its_file(dags):
    assert set(dags) == {path.stem for path in DAG_FILES} == {*CHAIN, *UPKEEP}


@by_dag
def test_what_the_ui_shows(dags, dag_id):
    dag = dags[dag_id]
    assert dag.doc_md, f"{dag_id}: say doc_md=__doc__"
    assert dag.description, f"{dag_id}: say in a line what it is"
    assert "demarche" in dag.tags
    assert dag.tags <= TAGS, f"{dag_id}: tags come from {sorted(TAGS)}"
    assert ("chain" in dag.tags) == (dag_id in CHAIN)
    undocumented = [task.task_id for task in working(dag) if not task.doc_md]
    assert not undocumented, f"{dag_id}: these tasks say nothing about themselves: {undocumented}"


@by_dag
def test_every_task_bounds_itself(dags, dag_id):
    for task in dags[dag_id].tasks:
        name = f"{dag_id}.{task.task_id}"
        assert 1 <= task.retries <= 5, f"{name}: a lost worker costs a try, so give 1 to 5 retries"
        assert task.retry_delay >= timedelta(seconds=10), f"{name}: leave what failed a moment to recover"
        assert task.execution_timeout, f"{name}: set an execution_timeout"
        assert task.execution_timeout <= timedelta(hours=6), f"{name}: its execution_timeout is no bound"
        assert task.pool in POOLS, f"{name}: its pool {task.pool!r} is not in config/pools.json"
        assert task.owner in OWNERS, f"{name}: owners are {sorted(OWNERS)}"


@by_dag
def test_what_trying_again_cannot_mend_fails_at_once(dags, dag_id):
    for task in working(dags[dag_id]):
        policy = task.retry_policy
        assert policy, f"{dag_id}.{task.task_id}: make its arguments with task_defaults()"
        for final in (StepError, SettingsError, LakeFault, ModelError, Unreadable, Unusable):
            assert policy.evaluate(final("it needs hands"), 1, 3).action is RetryAction.FAIL
        for passing in (OSError, MemoryError, WarehouseLocked, WarehouseError, LakeError):
            assert policy.evaluate(passing("disk full"), 1, 3).action is RetryAction.DEFAULT


@by_dag
def test_a_late_run_is_told_of(dags, dag_id):
    """By the executor, without a triggerer; from the queue on, because a logical date they have not."""
    (alert,) = dags[dag_id].deadline
    assert alert.reference == DeadlineReference.DAGRUN_QUEUED_AT
    assert isinstance(alert.callback, SyncCallback)
    assert alert.callback.path == "demarche_notices.on_late_run"
    longest = max(task.execution_timeout for task in working(dags[dag_id]))
    assert longest <= alert.interval <= timedelta(hours=3), f"{dag_id}: its deadline is no bound, or comes too early"


def test_the_deadlines_callback_can_be_called():
    from airflow.sdk.module_loading import import_string

    assert callable(import_string("demarche_notices.on_late_run"))


def test_what_is_begun_is_finished_before_more_is_begun(dags):
    """A backfill's first station must not hold up what the present hour's later stations have to do."""
    weights = []
    for dag_id in CHAIN:
        tasks = working(dags[dag_id])
        assert {str(task.weight_rule) for task in tasks} == {"absolute"}, f"{dag_id}: else a longer DAG weighs more"
        (weight,) = {task.priority_weight for task in tasks}
        weights.append(weight)
    assert weights == sorted(set(weights))


def test_the_list_shows_the_chain_in_its_order(dags):
    """The UI sorts by display name; the id stands in it, because logs and commands say that."""
    assert [dags[dag_id].dag_display_name for dag_id in CHAIN] == [f"{n} {i}" for n, i in enumerate(CHAIN, 1)]
    names = [dag.dag_display_name for dag in sorted(dags.values(), key=lambda dag: dag.dag_display_name)]
    assert names[len(CHAIN) :] == list(UPKEEP)


@pytest.mark.parametrize("dag_id", CHAIN)
def test_the_form_asks_for_an_hour_or_nothing(dags, dag_id):
    from airflow.sdk.exceptions import ParamValidationError

    param = dags[dag_id].params.get_param("partition_key")
    assert param.resolve() is None
    assert param.resolve("2018-11-06T14") == "2018-11-06T14"
    for wrong in ("tomorrow", "1900-01-01T00", "2018-11-06", "2018-11-06T99", ""):
        with pytest.raises(ParamValidationError, match="as in 2018-11-06T14"):
            param.resolve(wrong)


@pytest.mark.parametrize("dag_id", CHAIN[1:])
@pytest.mark.parametrize("key", ["tomorrow", "2018-11-06", "2018-11-06T99"])
def test_a_followers_key_of_another_form_is_refused_when_it_is_asked_for(dags, dag_id, key):
    """As Airflow's API does it, which answers 400."""
    from airflow.serialization.serialized_objects import DagSerialization

    timetable = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dags[dag_id])).timetable
    assert timetable.resolve_partition_date("2018-11-06T14") == datetime(2018, 11, 6, 14, tzinfo=UTC)
    with pytest.raises(ValueError, match=key):
        timetable.resolve_partition_date(key)


@pytest.mark.parametrize(
    ("key", "filled_in", "said"),
    [
        ("2999-01-01T00", None, "nothing can have arrived then"),
        (None, "1900-01-01T00", "nothing can have arrived then"),
        ("0001-01-01T00", None, "nothing can have arrived then"),
        ("2018-11-06T14", "2018-11-06T15", "two hours, 2018-11-06T14 and 2018-11-06T15"),
        (None, None, "no partition key"),
    ],
)
def test_an_hour_that_a_run_cannot_be_for_fails_it_at_once(key, filled_in, said):
    from airflow.sdk.exceptions import AirflowFailException

    import demarche_policy

    run = SimpleNamespace(dag_id="ingest_documents", partition_key=key)
    with pytest.raises(AirflowFailException, match=f"{said}.* — "):
        demarche_policy.key_of(run, {"partition_key": filled_in})


def test_an_hour_may_be_given_twice_if_it_is_the_same():
    import demarche_policy

    run = SimpleNamespace(dag_id="ingest_documents", partition_key="2018-11-06T14")
    assert demarche_policy.key_of(run, {"partition_key": "2018-11-06T14"}) == "2018-11-06T14"


@by_dag
def test_runs_are_bounded_and_the_past_is_not_run_by_itself(dags, dag_id):
    dag = dags[dag_id]
    assert not dag.catchup
    assert dag.max_active_runs <= 4
    assert dag.start_date is None, f"{dag_id}: with a start in the past, its first parse runs it at once"


def test_only_writers_hold_the_warehouse_pool(dags):
    holders = {(dag.dag_id, task.task_id) for dag in dags.values() for task in dag.tasks if task.pool == "warehouse"}
    assert holders == WRITERS
    assert json.loads((ROOT / "config" / "pools.json").read_text())["warehouse"]["slots"] == 1


def test_the_first_dag_runs_for_the_hour_that_has_ended(dags):
    schedule = dags["ingest_documents"].schedule
    assert isinstance(schedule, CronPartitionTimetable)
    assert (schedule.expression, str(schedule.timezone)) == ("0 * * * *", "UTC")
    assert schedule.run_offset == -1, "the hour that has just begun has no files yet"
    assert schedule.key_format == "%Y-%m-%dT%H", "the key's form is that of PartitionKey in demarche.records"


@pytest.mark.parametrize(("producer", "consumer"), list(itertools.pairwise(CHAIN)))
def test_each_station_wakes_the_next_by_one_asset(dags, producer, consumer):
    schedule = dags[consumer].schedule
    assert isinstance(schedule, PartitionedAssetTimetable), f"{consumer}: keys travel with partitioned assets only"
    assert [(asset.name, asset.uri) for asset in outlets(dags[producer])] == [
        (schedule.asset_condition.name, schedule.asset_condition.uri)
    ]


@pytest.mark.parametrize("dag_id", CHAIN)
def test_an_asset_says_what_it_is_and_what_its_events_are(dags, dag_id):
    (asset,) = outlets(dags[dag_id])
    assert set(asset.extra) == {"holds", "key of its events", "extra of its events"}


@pytest.mark.parametrize("dag_id", CHAIN)
def test_a_station_takes_all_that_is_pending_one_run_at_a_time(dags, dag_id):
    assert dags[dag_id].max_active_runs == 1, f"{dag_id}: two runs at once would do the same partitions twice"


@pytest.mark.parametrize("dag_id", UPKEEP)
def test_upkeep_runs_by_the_clock(dags, dag_id):
    assert isinstance(dags[dag_id].schedule, CronTriggerTimetable)
    assert not outlets(dags[dag_id])


def test_the_last_station_announces_the_warehouse(dags):
    assert [asset.name for asset in outlets(dags["load_warehouse"])] == ["warehouse"]


def test_mapped_tasks_show_what_they_work_on(dags):
    mapped = [task for dag in dags.values() for task in dag.tasks if task.is_mapped]
    assert {task.task_id for task in mapped} == {"fetch_documents", "parse_documents", "tag_shards", "check"}
    for task in mapped:
        assert task.partial_kwargs.get("map_index_template"), f"{task.task_id}: name its instances"
