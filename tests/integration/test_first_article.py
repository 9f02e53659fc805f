"""The first article, which isn't ours to ship: Demarche finds in it what a careful reader finds, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demarche.codebook.names import fold

Row = dict[str, Any]


@pytest.fixture(scope="module")
def seed() -> Path:
    """The folder of the article; skipped where none is promised, failing where it is promised and missing."""
    promised = os.environ.get("DEMARCHE_PRIVATE_TEXTS")
    if not promised:
        pytest.skip("DEMARCHE_PRIVATE_TEXTS names no folder with the first article")
    folder = Path(promised) / "seed"
    assert list(folder.glob("*.txt")), f"{folder}: the first article is missing"
    return folder


@pytest.fixture(scope="module")
def expected(seed: Path) -> Row:
    found: Row = json.loads((seed / "expected_events.json").read_text(encoding="utf-8"))
    return found


def demarche(*arguments: str, given: str = "") -> str:
    command = [str(Path(sys.executable).parent / "demarche"), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def document(seed: Path, expected: Row) -> Row:
    (line,) = demarche("parse", "--format", "jsonl", str(seed / expected["document"])).splitlines()
    found: Row = json.loads(line)
    return found


@pytest.fixture(scope="module")
def events(document: Row) -> list[Row]:
    given = {"id": "first", "text": document["body"], "title": document["title"]}
    given["published_at"] = document["published_date"]
    found: list[Row] = json.loads(demarche("extract", "--format", "jsonl", given=json.dumps(given)))["events"]
    return found


def test_the_article_is_taken_out_of_its_page(document: Row, expected: Row) -> None:
    body = expected["body"]
    assert (document["title"], document["byline"]) == (body["title"], body["byline"])
    assert document["published_date"] == expected["published_at"]["value"]
    assert [words for words in body["must_not_contain"] if words in document["body"]] == []
    assert [document["body"].count(words) for words in body["must_contain_once"]] == [1] * len(
        body["must_contain_once"]
    )


def people(event: Row) -> str:
    return " | ".join(
        fold(str(p.get(key) or ""))
        for side in ("actors", "recipients")
        for p in event[side]
        for key in ("name", "text")
    )


def countries(event: Row, *sides: str) -> set[str]:
    return {p["country_code"] for side in sides or ("actors", "recipients") for p in event[side] if p["country_code"]}


def meets(event: Row, row: Row) -> bool:
    """Whether an event says what the row wants; what the row leaves out is free."""
    wanted = {row[key] for key in ("event_type", "plover_root") if row.get(key)}
    if not wanted & {event["event_type"], event["plover_type"]}:
        return False
    if row.get("status") and event["status_type"] != row["status"]:
        return False
    if row.get("countries") and countries(event) != set(row["countries"]):
        return False
    if row.get("source") and not set(row["source"]) <= countries(event, "actors"):
        return False
    return not row.get("target") or set(row["target"]) <= countries(event, "recipients")


def is_exactly(event: Row, row: Row) -> bool:
    """``meets``, and the circumstances too."""
    if not meets(event, row):
        return False
    if row.get("mode") and event["mode_type"] != row["mode"]:
        return False
    if row.get("date_start") and event["start_date"] != row["date_start"]:
        return False
    if row.get("date_end") and event["end_date"] != row["date_end"]:
        return False
    if row.get("date_precision") and event["date_precision_type"] != row["date_precision"]:
        return False
    if row.get("place") and (event["place"] or {}).get("name") != row["place"]:
        return False
    return all(fold(name).split()[0] in people(event) for name in row.get("people", []))


def test_everything_that_must_be_found_is_found(events: list[Row], expected: Row) -> None:
    missing = [row["id"] for row in expected["required"] if not any(is_exactly(event, row) for event in events)]
    assert missing == []


def test_nothing_is_found_that_is_not_there(events: list[Row], expected: Row) -> None:
    known = [*expected["required"], *expected["welcome"]]
    false = [event for event in events if not any(meets(event, row) for row in known)]
    assert [(event["event_type"], event["trigger"], event["sentence"]) for event in false] == []


def test_run_brings_it_into_a_warehouse(seed: Path, expected: Row, tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    printed = demarche("run", str(seed / expected["document"]), "--warehouse", str(warehouse))
    assert "2018-11-05" in printed
    sql = (
        "SELECT start_date, event_type, status_type, place_name FROM core.events "
        "WHERE event_type = 'CONSULT' AND start_date BETWEEN DATE '2018-11-01' AND DATE '2018-11-30' "
        "ORDER BY start_date"
    )
    rows = json.loads(demarche("query", sql, "--warehouse", str(warehouse), "--format", "json"))
    assert [(row["start_date"], row["status_type"]) for row in rows if row["start_date"] >= "2018-11-04"] == [
        ("2018-11-04", "occurred"),
        ("2018-11-05", "occurred"),
        ("2018-11-08", "planned"),
    ]
