"""The chain through a real Airflow: API server, scheduler and DAG processor as processes, on a few invented files.

The session and what it loads are in ``conftest``.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from operator import itemgetter

import pytest

from airflow_world import FIRST, SECOND, TALKS, rows
from archives import compressed, record
from demarche.records import Document
from demarche.storage import Lake
from news_server import serving
from ops import demo
from ops.services import ServiceError

pytestmark = pytest.mark.slow


EVERYTHING = (
    "SELECT * FROM core.documents ORDER BY ALL",
    "SELECT * FROM core.stories ORDER BY ALL",
    "SELECT * FROM core.reports ORDER BY ALL",
    "SELECT * FROM mart.events ORDER BY ALL",
    "SELECT partition_key, input_hash FROM meta.partitions ORDER BY ALL",
)


def test_all_keys_are_in_the_published_warehouse(chain):
    assert chain.is_loaded(FIRST, SECOND)


def test_counts_go_out_as_metrics(chain, statsd):
    heard: Counter[str] = Counter()
    with suppress(BlockingIOError):
        while packet := statsd.recv(65536):
            for line in packet.decode().splitlines():
                name, _, value = line.partition(":")
                heard[name.removeprefix("airflow.demarche.")] += int(float(value.split("|")[0]))
    assert heard["parse_documents.documents"] >= 3
    assert heard["parse_documents.rejects"] >= 1
    assert heard["tag_shards.reports"] > 0
    assert heard["load_warehouse.events"] > 0
    assert heard["load_warehouse.lag_seconds"] > 0


def test_the_events_documents_are_there(chain):
    found = rows(chain.site, "SELECT DISTINCT parse_filename(path) FROM core.documents ORDER BY ALL")
    assert set(found) >= {"visit.txt", "talks.html"}
    events = rows(chain.site, "SELECT event_type, mode_type FROM mart.events WHERE start_date = DATE '2019-03-03'")
    assert "CONSULT,visit" in events


def test_what_could_not_be_read_is_a_reject(chain):
    found = rows(chain.site, "SELECT parse_filename(path), reason_type FROM meta.rejects ORDER BY ALL")
    assert "empty.txt,empty" in found


def test_keys_travel_through_the_whole_chain(chain):
    for dag_id in demo.CHAIN:
        good = {run["partition_key"] for run in chain.rest.runs(dag_id) if run["state"] == "success"}
        assert {FIRST, SECOND} <= good, dag_id


def test_events_of_assets_say_what_was_done(chain):
    events = chain.rest.get("assets/events", limit=100)["asset_events"]
    keyed = {event["name"]: event["extra"] for event in events if event["partition_key"] == FIRST}
    assert set(keyed) == {"documents", "tagged_documents", "paired_documents", "warehouse"}
    assert keyed["documents"][FIRST] == {
        "files": 2, "documents": 1, "rejects": 1, "found": 2, "repeated": 0, "forgotten": 0,
    }  # fmt: skip


def test_logs_and_xcoms_say_what_was_counted(chain):
    (run,) = [run for run in chain.rest.runs("ingest_documents") if run["partition_key"] == FIRST]
    run_id = run["dag_run_id"]
    log = chain.log("ingest_documents", run_id, "parse_documents/map_index=0")
    assert f"parse_documents {FIRST}: files 2, documents 1, rejects 1" in log
    assert "empty.txt is empty" in log
    path = f"dags/ingest_documents/dagRuns/{run_id}/taskInstances/parse_documents/xcomEntries"
    counts = {name: chain.rest.get(f"{path}/{name}", map_index=0)["value"] for name in ("documents", "rejects")}
    assert counts == {"documents": 1, "rejects": 1}
    (parsed,) = chain.rest.get(f"{path.removesuffix('/xcomEntries')}/listMapped")["task_instances"]
    assert parsed["rendered_map_index"] == FIRST


def test_the_plugin_is_loaded(chain):
    assert chain.rest.get("plugins/importErrors")["import_errors"] == []
    assert "demarche" in {plugin["name"] for plugin in chain.rest.get("plugins")["plugins"]}


def test_a_key_of_the_wrong_form_is_refused(chain):
    with pytest.raises(ServiceError, match="400"):
        chain.start("ingest_documents", partition_key="tomorrow")
    with pytest.raises(ServiceError, match=r"4\d\d"):
        chain.start("ingest_documents", conf={"partition_key": "tomorrow"})


def test_the_same_trouble_is_told_once_and_so_is_its_end(chain):
    for number in (1, 2):
        run_id = chain.start("ingest_documents", partition_key=f"1900-03-04T0{number}")
        assert chain.ended("ingest_documents", run_id) == "failed"
    told = chain.webhook.wait_for(2, "ingest_documents failed for 1900-03-04T0", 5)
    ended = sorted((run for run in chain.rest.runs("ingest_documents") if run["end_date"]), key=itemgetter("end_date"))
    after_a_success = [  # the hour's own run may have ended well between the two
        run["partition_key"]
        for before, run in pairwise(ended)
        if run["state"] == "failed"
        and before["state"] == "success"
        and str(run["partition_key"]).startswith("1900-03-04T0")
    ]
    assert len(told) == len(after_a_success) < 3, [notice["text"] for notice in told]
    run_id = chain.start("ingest_documents", partition_key=FIRST)
    assert chain.ended("ingest_documents", run_id) == "success"
    (well, *_) = chain.webhook.wait_for(1, f"ingest_documents is well again for {FIRST}")
    assert "had failed since" in well["text"]


def test_the_same_key_again_changes_nothing(chain):
    before = [rows(chain.site, sql) for sql in EVERYTHING]
    demo.process(chain.rest, chain.components, {FIRST: None}, time.monotonic() + 120, print)
    assert [rows(chain.site, sql) for sql in EVERYTHING] == before


def test_a_follower_without_a_key_is_green_with_nothing_to_do(chain):
    run_id = chain.start("tag_documents")
    assert chain.ended("tag_documents", run_id) == "success"
    states = chain.rest.task_states("tag_documents", run_id)
    assert (states["tag_shards"], states["commit_tagged"]) == ("skipped", "success"), "later stations are still woken"


def test_declared_sources_are_asked_each_in_its_task_and_one_that_fails_stops_no_other(chain):
    file, folder = chain.site.data_folder / "sources.toml", chain.site.data_folder
    before = file.read_text()
    (folder / "news.warc.gz").write_bytes(compressed(record("https://a.example/warc", TALKS.encode())))
    with serving() as good, serving() as bad:
        item = "<item><title>Talks</title><link>/talks</link></item>"
        feed = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
        good.pages |= {"/feed": (200, {"Content-Type": "application/rss+xml"}, feed), "/talks": TALKS.encode()}
        file.write_text(
            f'[[source]]\nid = "courier"\nkind = "feed"\nurl = "{good.root}/feed"\noutlet = "The Courier"\n'
            f'[[source]]\nid = "broken"\nkind = "feed"\nurl = "{bad.root}/feed"\n'
            f'[[source]]\nid = "crawl"\nkind = "archive"\npath = "{folder}/*.warc.gz"\n'
        )
        try:
            key = f"{datetime.now(UTC):%Y-%m-%dT%H}"
            run_id = chain.start("ingest_documents", partition_key=key)
            assert chain.ended("ingest_documents", run_id) == "success", "what came in goes on through the chain"
        finally:
            file.write_text(before)
    path = f"dags/ingest_documents/dagRuns/{run_id}/taskInstances/fetch_documents/listMapped"
    asked = {task["rendered_map_index"]: task for task in chain.rest.get(path)["task_instances"]}
    states = {name.partition("#")[0]: task["state"] for name, task in asked.items()}
    assert states == {"drop": "success", "courier": "success", "crawl": "success", "broken": "failed"}
    place, attempt = (asked["broken"][name] for name in ("map_index", "try_number"))
    log = chain.log("ingest_documents", run_id, f"fetch_documents/map_index={place}", attempt)
    assert "source broken fails since" in log
    assert f"{bad.root}/feed answers 404" in log
    read = Lake(str(folder / "lake")).read(Document, key, "documents")
    assert {(document.path, document.source_name) for document in read} == {
        (f"{good.root}/talks", "The Courier"), ("https://a.example/warc", "a.example"),
    }  # fmt: skip
