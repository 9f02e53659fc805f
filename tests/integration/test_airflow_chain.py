"""The chain through a real Airflow: API server, scheduler and DAG processor as processes, on a few invented files.

One session for all questions, since starting Airflow takes half a minute; everything is stopped at its end.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ops import demo
from ops.rest import Rest, wait_for
from ops.services import Component, ServiceError, Site, leftovers

pytestmark = pytest.mark.slow
SECONDS = 400
FIRST, SECOND = "2019-03-04T09", "2019-03-04T10"

VISIT = (
    "Marlow Gazette\nHOME | WORLD | SPORT\n\nKenyan president visits Ghana\n\nBy Ada Finch\nMarch 4, 2019\n\n"
    "Kenya's President Uhuru Kenyatta visited Ghana on Sunday and met his counterpart Nana Akufo-Addo in Accra. "
    "The two leaders spoke about trade and a direct flight between their capitals.\n\n"
    "Read more: five recipes for lentils\n"
)
TALKS = (
    "<html><head><title>Norway and Chile to hold talks</title>"
    '<meta property="article:published_time" content="2019-03-04T08:30:00Z"></head><body><nav>Home World</nav>'
    "<article><h1>Norway and Chile to hold talks</h1>"
    "<p>Norway's Foreign Minister Ine Eriksen Soreide will meet her Chilean counterpart in Santiago next week, the "
    "ministry in Oslo said on Monday. The ministers plan to discuss fisheries and the southern seas.</p>"
    "<p>Both countries have kept close ties for a century, and their ministers last spoke in autumn.</p>"
    "</article></body></html>"
)
EMPTY = ""


@pytest.fixture(scope="module")
def drops(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("arrived")
    files = {FIRST: {"visit.txt": VISIT, "empty.txt": EMPTY}, SECOND: {"talks.html": TALKS, "again.txt": VISIT}}
    for key, texts in files.items():
        (root / key).mkdir()
        for name, text in texts.items():
            (root / key / name).write_text(text)
    time.sleep(2.5)  # a file that was changed just now may still grow, and waits
    return {key: root / key for key in files}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """A site with a running Airflow; its processes are gone afterwards."""
    site = demo.fresh_site(tmp_path_factory.mktemp("site") / "state")
    with demo.running(site, time.monotonic() + SECONDS, print) as (rest, components):
        yield site, rest, components
    assert leftovers(site) == []


@pytest.fixture(scope="module")
def loaded(airflow, drops) -> tuple[Site, Rest, dict[str, Component]]:
    site, rest, components = airflow
    demo.process(rest, components, drops, time.monotonic() + SECONDS, print)
    return site, rest, components


def rows(site: Site, sql: str) -> list[str]:
    return demo.query(site, sql, "--format", "csv").splitlines()[1:]


EVERYTHING = (
    "SELECT * FROM core.documents ORDER BY ALL",
    "SELECT * FROM core.stories ORDER BY ALL",
    "SELECT * FROM core.reports ORDER BY ALL",
    "SELECT * FROM mart.events ORDER BY ALL",
    "SELECT partition_key, input_hash FROM meta.partitions ORDER BY ALL",
)


def test_all_keys_are_in_the_published_warehouse(loaded):
    assert set(demo.loaded_keys(loaded[0])) >= {FIRST, SECOND}


def test_the_events_documents_are_there(loaded):
    found = rows(loaded[0], "SELECT DISTINCT parse_filename(path) FROM core.documents ORDER BY ALL")
    assert set(found) >= {"visit.txt", "talks.html"}
    events = rows(loaded[0], "SELECT event_type, mode_type FROM mart.events WHERE start_date = DATE '2019-03-03'")
    assert "CONSULT,visit" in events


def test_what_could_not_be_read_is_a_reject(loaded):
    found = rows(loaded[0], "SELECT parse_filename(path), reason_type FROM meta.rejects ORDER BY ALL")
    assert "empty.txt,empty" in found


def test_keys_travel_through_the_whole_chain(loaded):
    rest = loaded[1]
    for dag_id in demo.CHAIN:
        good = {run["partition_key"] for run in rest.runs(dag_id) if run["state"] == "success"}
        assert {FIRST, SECOND} <= good, dag_id


def test_events_of_assets_say_what_was_done(loaded):
    events = loaded[1].get("assets/events", limit=100)["asset_events"]
    keyed = {event["name"]: event["extra"] for event in events if event["partition_key"] == FIRST}
    assert set(keyed) == {"documents", "tagged_documents", "paired_documents", "warehouse"}
    assert keyed["documents"][FIRST] == {"files": 2, "documents": 1, "rejects": 1, "found": 2, "repeated": 0}


def test_the_plugin_is_loaded(loaded):
    rest = loaded[1]
    assert rest.get("plugins/importErrors")["import_errors"] == []
    assert "demarche" in {plugin["name"] for plugin in rest.get("plugins")["plugins"]}


def test_a_run_without_a_key_fails_at_once_and_says_what_to_do(loaded):
    site, rest, components = loaded
    run = rest.post("dags/ingest_documents/dagRuns", {"logical_date": None})
    path = f"dags/ingest_documents/dagRuns/{run['dag_run_id']}"
    wait_for(
        "the run to end", lambda: rest.get(path)["state"] in ("failed", "success"), time.monotonic() + 90, components
    )
    assert rest.get(path)["state"] == "failed"
    states = rest.task_states("ingest_documents", run["dag_run_id"])
    assert (states["deal_sources"], states["announce_documents"]) == ("failed", "skipped")
    folder = site.home / f"logs/dag_id=ingest_documents/run_id={run['dag_run_id']}/task_id=deal_sources"
    assert [log.name for log in folder.iterdir()] == ["attempt=1.log"], "trying again would not help"
    assert "has no partition key" in (folder / "attempt=1.log").read_text()


def test_a_key_of_the_wrong_form_is_refused(loaded):
    with pytest.raises(ServiceError, match="400"):
        loaded[1].trigger("ingest_documents", "tomorrow")
    with pytest.raises(ServiceError, match=r"4\d\d"):
        loaded[1].post("dags/ingest_documents/dagRuns", {"logical_date": None, "conf": {"partition_key": "tomorrow"}})


def test_the_same_key_again_changes_nothing(loaded):
    site, rest, components = loaded
    before = [rows(site, sql) for sql in EVERYTHING]
    demo.process(rest, components, {FIRST: None}, time.monotonic() + 120, print)
    assert [rows(site, sql) for sql in EVERYTHING] == before


def test_a_follower_without_a_key_is_green_with_nothing_to_do(loaded):
    _, rest, components = loaded
    run = rest.post("dags/tag_documents/dagRuns", {"logical_date": None})
    path = f"dags/tag_documents/dagRuns/{run['dag_run_id']}"
    wait_for(
        "the run to end", lambda: rest.get(path)["state"] in ("failed", "success"), time.monotonic() + 90, components
    )
    assert rest.get(path)["state"] == "success"
    states = rest.task_states("tag_documents", run["dag_run_id"])
    assert (states["tag_shards"], states["commit_tagged"]) == ("skipped", "success"), "later stations are still woken"
