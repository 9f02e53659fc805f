"""What operators do, and what goes wrong, on the running Airflow of ``conftest``: backfills, clearing, pauses, keys.

Nothing may be lost, nothing done twice, and whoever looks must find out why.
"""

from __future__ import annotations

import functools
import sys
from datetime import UTC, datetime, timedelta

import pytest

from airflow_world import FIRST, rows
from ops import demo, services, supervisor

pytestmark = pytest.mark.slow
TEXT = "{place} Post\n\nKenya's President Uhuru Kenyatta visited {place} on Monday and met the foreign minister.\n"
DOCUMENTS = "SELECT partition_key FROM core.documents WHERE parse_filename(path) = '{}'"


def airflow_command(session, *arguments: str) -> None:
    services.run([sys.executable, "-m", "airflow", *arguments], session.site, arguments[0], 60)


def chain_ended(session, key: str, count: int = 1) -> bool:
    """Whether so many runs of the last station for a key have succeeded."""
    runs = session.rest.runs(demo.CHAIN[-1])
    return sum(run["partition_key"] == key and run["state"] == "success" for run in runs) >= count


def test_a_run_without_a_key_fails_at_once_and_says_what_to_do(chain):
    run_id = chain.start("ingest_documents")
    assert chain.ended("ingest_documents", run_id) == "failed"
    states = chain.rest.task_states("ingest_documents", run_id)
    assert (states["deal_sources"], states["announce_documents"]) == ("failed", "skipped")
    assert chain.attempts("ingest_documents", run_id, "deal_sources") == 1, "trying again would not help"
    log = chain.log("ingest_documents", run_id, "deal_sources")
    assert "has no partition key" in log
    assert "What to do: " in log
    *_, notice = chain.webhook.wait_for(2, "ingest_documents failed")
    assert "deal_sources, attempt 1: AirflowFailException: This run has no partition key" in notice["text"]
    assert f"/dags/ingest_documents/runs/{run_id[:6]}" in notice["text"]


def test_keys_that_no_file_can_have_come_in_are_refused(chain):
    """Nothing of them stays, neither in the lake nor in the warehouse."""
    future = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H")
    wrong = {key: chain.start("ingest_documents", partition_key=key) for key in ("1900-01-01T00", future)}
    station = {dag_id: chain.start(dag_id, partition_key="0001-01-01T00") for dag_id in demo.CHAIN[1:]}
    for dag_id in demo.CHAIN:
        with pytest.raises(services.ServiceError, match=r"400.*tomorrow"):
            chain.start(dag_id, partition_key="tomorrow")
    for key, run_id in wrong.items():
        assert chain.ended("ingest_documents", run_id) == "failed"
        assert f"{key}: nothing can have arrived then" in chain.log("ingest_documents", run_id, "deal_sources")
        assert chain.attempts("ingest_documents", run_id, "deal_sources") == 1
        assert not list((chain.site.data_folder / "lake").rglob(f"*{key}*"))
        states = chain.rest.task_states("ingest_documents", run_id)
        assert [task_id for task_id, state in states.items() if state == "failed"] == ["deal_sources"], "one fault"
    for dag_id, task_id in zip(demo.CHAIN[1:], ("find_shards", "pair_documents", "load_warehouse"), strict=True):
        assert chain.ended(dag_id, station[dag_id]) == "failed"
        log = chain.log(dag_id, station[dag_id], task_id)
        assert "0001-01-01T00: nothing can have arrived then" in log
        assert "What to do: name the hour" in log
        assert chain.attempts(dag_id, station[dag_id], task_id) == 1
    told = chain.webhook.wait_for(2, "deduplicate_documents failed for 0001-01-01T00", 1)
    assert len(told) == 1, "one notice for one run"


def test_a_late_run_is_told_of_while_it_runs(chain):
    chain.wait("the slow DAG to be read", lambda: "slow" in chain.rest.dag_ids())
    run_id = chain.start("slow")
    (notice,) = chain.webhook.wait_for(1, "slow is late", 60)
    assert f"/dags/slow/runs/{run_id[:6]}" in notice["text"]


def test_a_backfill_goes_through_the_whole_chain_and_the_present_overtakes_it(chain):
    """An hour in which nothing came is an empty partition, not a missing one; a file goes to the first that sees it."""
    hours = [f"2019-03-05T0{hour}" for hour in range(5)]
    present = "2019-03-05T23"
    chain.drop("backfill.txt", TEXT.format(place="Peru"))
    airflow_command(
        chain, "backfill", "create", "--dag-id", "ingest_documents", "--max-active-runs", "2",
        "--from-date", "2019-03-05T00:00:00", "--to-date", "2019-03-05T04:00:00",
    )  # fmt: skip
    chain.start("ingest_documents", partition_key=present)
    chain.wait("the present to be loaded", lambda: chain_ended(chain, present), 240)
    assert not all(chain_ended(chain, hour) for hour in hours), "it has waited for all of the past"
    chain.wait("the backfill to be loaded", lambda: all(chain_ended(chain, hour) for hour in hours), 240)
    assert chain.is_loaded(present, *hours)
    (key,) = rows(chain.site, DOCUMENTS.format("backfill.txt"))
    assert key in (present, *hours)


def test_a_task_that_crashes_in_native_code_ends_and_says_where(chain):
    """Airflow's own handler would let it neither end nor go on."""
    chain.wait("the DAG to be read", lambda: "crashing" in chain.rest.dag_ids())
    run_id = chain.start("crashing")
    assert chain.ended("crashing", run_id, 60) == "failed"
    log = chain.log("crashing", run_id, "crash")
    assert "Segmentation fault" in log
    assert "in crash" in log


@pytest.mark.parametrize("dag_id", ["ingest_documents", "tag_documents"])
def test_a_run_that_is_cleared_in_the_ui_is_done_again_to_the_end(chain, dag_id):
    """The button posts just this. The station reads the hour again, the others see that nothing changed."""
    sql = "SELECT * FROM core.reports ORDER BY ALL"
    before, count = rows(chain.site, sql), sum(run["partition_key"] == FIRST for run in chain.rest.runs(demo.CHAIN[-1]))
    run = [run for run in chain.rest.runs(dag_id) if run["partition_key"] == FIRST][-1]
    chain.rest.post(f"dags/{dag_id}/dagRuns/{run['dag_run_id']}/clear", {"dry_run": False})
    chain.wait("the last station to be done again", lambda: chain_ended(chain, FIRST, count + 1))
    work = {"ingest_documents": "parse_documents", "tag_documents": "tag_shards"}[dag_id]
    assert chain.rest.task_states(dag_id, run["dag_run_id"])[work] == "success"
    assert rows(chain.site, sql) == before


def test_what_is_dropped_while_stations_are_paused_or_deleted_comes_in_later(chain):
    """A follower without a key takes it and wakes the rest. A key that is run twice at once counts once."""
    left, after = "2019-03-06T00", "2019-03-06T01"
    chain.patch("dags/tag_documents", {"is_paused": True})
    chain.rest.client.delete("/api/v2/dags/deduplicate_documents").raise_for_status()
    told = supervisor.obstacles(chain.rest)
    assert told[0].startswith("tag_documents is paused")
    chain.drop("paused.txt", TEXT.format(place="Chile"))
    run_id = chain.start("ingest_documents", partition_key=left)
    assert chain.ended("ingest_documents", run_id) == "success"
    assert "tag_documents is paused, so it doesn't take" in chain.log("ingest_documents", run_id, "announce_documents")
    assert not chain.is_loaded(left)

    chain.patch("dags/tag_documents", {"is_paused": False})
    chain.wait("the deleted DAG to come back", lambda: supervisor.obstacles(chain.rest) == [])
    follower = chain.start("tag_documents")
    assert chain.ended("tag_documents", follower) == "success"
    assert chain.rest.task_states("tag_documents", follower)["tag_shards"] == "success"
    chain.wait("what was left to be loaded", lambda: chain.is_loaded(left))
    chain.drop("next.txt", TEXT.format(place="Ecuador"))
    twice = chain.start("ingest_documents", partition_key=after, dag_run_id="twice")
    with pytest.raises(services.ServiceError, match="409"):
        chain.start("ingest_documents", partition_key=after, dag_run_id="twice")
    airflow_command(chain, "dags", "trigger", "ingest_documents", "-c", f'{{"partition_key": "{after}"}}')
    assert chain.ended("ingest_documents", twice) == "success"
    chain.wait("the next hour to be loaded", lambda: chain.is_loaded(after))
    assert rows(chain.site, DOCUMENTS.format("paused.txt")) == [left]
    assert rows(chain.site, DOCUMENTS.format("next.txt")) == [after]


def test_a_pool_without_slots_holds_a_run_and_is_named(chain):
    chain.wait("other runs to end", lambda: all(run["state"] in ("success", "failed") for run in chain.rest.runs()))
    pool = {"pool": "warehouse", "include_deferred": True}
    chain.patch("pools/warehouse", {**pool, "slots": 0})
    try:
        (told,) = supervisor.obstacles(chain.rest)
        assert told.startswith("The pool warehouse has no slots")
        run_id = chain.start("load_warehouse")
        states = functools.partial(chain.rest.task_states, "load_warehouse", run_id)
        chain.wait("the task to wait", lambda: states()["load_warehouse"] == "scheduled")
    finally:
        chain.patch("pools/warehouse", {**pool, "slots": 1})
    assert chain.ended("load_warehouse", run_id) == "success"
