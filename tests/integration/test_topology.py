"""The topology of docker-compose.yaml as processes: PostgreSQL, Redis, five parts of Airflow, two Celery workers.

One session for all questions; everything is stopped at its end.
"""

from __future__ import annotations

import time

import pytest

from benchmarks import faults
from ops import demo, topology
from ops.services import leftovers

pytestmark = pytest.mark.slow
SECONDS = 400
KEYS = 2


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A site with its whole topology; its processes are gone afterwards."""
    home = tmp_path_factory.mktemp("site") / "state"
    with topology.running(home, print, variables=faults.variables()) as (site, rest, watch):
        yield site, rest, watch
    assert leftovers(site) == []


@pytest.fixture(scope="module")
def loaded(running):
    site, rest, watch = running
    folders = sorted(demo.SAMPLES.iterdir())
    drops = {folder.name: folder for folder in folders[:KEYS]}
    demo.process(rest, watch.components(), drops, time.monotonic() + SECONDS, print)
    return site, rest, watch


def test_every_part_is_well(loaded):
    health = loaded[1].get("monitor/health")
    assert {name: part["status"] for name, part in health.items()} == dict.fromkeys(
        ("metadatabase", "scheduler", "triggerer", "dag_processor"), "healthy"
    )


def test_all_keys_went_through_the_chain(loaded):
    site, rest, _ = loaded
    keys = [folder.name for folder in sorted(demo.SAMPLES.iterdir())[:KEYS]]
    assert set(demo.loaded_keys(site)) >= set(keys)
    for dag_id in demo.CHAIN:
        good = {run["partition_key"] for run in rest.runs(dag_id) if run["state"] == "success"}
        assert set(keys) <= good, dag_id


def test_both_workers_worked(loaded):
    for name in filter(topology.is_worker, loaded[0].commands):
        assert "succeeded in" in (loaded[0].logs / f"{name}.log").read_text(), f"{name} did nothing"


def test_no_task_needed_a_second_try(loaded):
    tasks = loaded[1].get("dags/~/dagRuns/~/taskInstances", limit=100)["task_instances"]
    assert tasks
    assert [task["task_id"] for task in tasks if task["try_number"] > 1] == []


SHORT = {"worker killed", "all of these at once", "document that kills the model"}


@pytest.fixture(scope="module")
def outcomes(loaded) -> dict[str, faults.Outcome]:
    """The short form of `python -m benchmarks.faults`; docs/faults.md is the long one's report."""
    bench = faults.Bench("celery", *loaded, print)
    chosen = [fault for fault in faults.FAULTS if fault.name in SHORT and fault.task_id == "tag_shards"]
    return {fault.name: bench.round(fault) for fault in chosen}


@pytest.mark.parametrize("name", sorted(SHORT))
def test_it_heals_without_hands_and_can_be_read_meanwhile(outcomes, name):
    outcome = outcomes[name]
    assert outcome.loaded_after is not None, outcome.happened
    assert outcome.read_failures == []
    assert not [told for told in outcome.happened if "instead" in told], "nothing is lost, nothing double"


def test_a_killed_worker_is_healed_without_hands(outcomes):
    """Its orphaned task may go on beside the retry, or have ended before: tasks of warm workers are short."""
    assert outcomes["worker killed"].loaded_after is not None, outcomes


def test_a_document_that_kills_its_task_is_set_aside(outcomes):
    assert any(
        "reject" in told and "ended its process" in told for told in outcomes["document that kills the model"].happened
    )


def test_core_and_mart_are_those_of_one_process_without_airflow_and_faults(loaded):
    assert faults.is_same_as_undisturbed(loaded[0])
