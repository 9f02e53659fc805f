"""The sample corpus and its gold, and the gold of happenings beside the tests, agree with one another, the codebook's
lists and what the README promises."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from demarche import codebook, ontology

SAMPLES = Path(__file__).parents[2] / "samples"
ROOTS = (SAMPLES, Path(__file__).parents[1] / "gold" / "happenings")  # their hours differ, so their paths do
# What a status leaves open: an act that somebody denies having done has no category, whatever the fold says.
NO_CATEGORY = {"denied"}
EARLIEST = date(1900, 1, 1)


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    lines = [line for root in ROOTS for line in (root / "gold" / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return tuple(json.loads(line) for line in lines)


@cache
def documents() -> dict[str, dict[str, Any]]:
    return {row["document"]: row for row in rows("documents")}


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@cache
def visible_text(document: str) -> str:
    """What a reader sees of a sample, on one line: tags and scripts of HTML removed, one record's text of JSONL."""
    name, _, position = document.partition("#")
    content = next(path for root in ROOTS if (path := root / "drop" / name).is_file()).read_text(encoding="utf-8")
    if position:
        record = json.loads(content.splitlines()[int(position)])
        return flat("\n".join((record.get("title", ""), record["text"])))
    if name.endswith(".html"):
        content = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", content)
        content = html.unescape(re.sub(r"(?s)<[^>]+>", " ", content))
    return flat(content)


def samples_found() -> set[str]:
    found: set[str] = set()
    for drop in (root / "drop" for root in ROOTS):
        for path in drop.glob("*/*"):
            name = path.relative_to(drop).as_posix()
            if path.suffix == ".jsonl":
                found.update(f"{name}#{position}" for position, _ in enumerate(path.read_text("utf-8").splitlines()))
            else:
                found.add(name)
    return found


def dates(row: dict[str, Any]) -> tuple[date, date] | None:
    if row["start_date"] is None:
        return None
    return date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])


def event_id(row: dict[str, Any]) -> str:
    return f"{row['document']}-{row['event']}"


def test_every_sample_has_one_gold_document_and_none_is_missing() -> None:
    listed = [row["document"] for row in rows("documents")]
    assert len(listed) == len(set(listed))
    assert set(listed) == samples_found()


def test_the_corpus_is_as_large_and_as_varied_as_promised() -> None:
    suffixes = Counter(Path(row["document"].partition("#")[0]).suffix for row in rows("documents"))
    assert sum(suffixes.values()) >= 40
    assert suffixes[".txt"] >= 20
    assert suffixes[".html"] >= 14
    assert suffixes[".jsonl"] >= 14
    assert sum(not row["has_events"] for row in rows("documents")) >= 10
    assert len({row["document"].split("/")[0] for row in rows("documents")}) >= 4
    copies = Counter(row["story"] for row in rows("documents"))
    assert sum(count - 1 for count in copies.values()) >= 4


def test_has_events_says_whether_a_required_event_is_listed() -> None:
    required = {row["document"] for row in rows("events") if row["is_required"]}
    assert {name for name, row in documents().items() if row["has_events"]} == required


def test_a_text_without_events_has_no_welcome_ones_either() -> None:
    with_any = {row["document"] for row in rows("events")}
    assert not with_any & {name for name, row in documents().items() if not row["has_events"]}


def test_title_and_byline_stand_in_the_text() -> None:
    for row in rows("documents"):
        if "#" in row["document"]:
            continue
        text = visible_text(row["document"])
        assert flat(row["title"]) in text, row["document"]
        assert row["byline"] is None or row["byline"] in text, row["document"]


@pytest.mark.parametrize("row", rows("events"), ids=event_id)
def test_an_event_is_sound(row: dict[str, Any]) -> None:
    assert row["document"] in documents()
    assert row["evidence"]
    assert flat(row["evidence"]) in visible_text(row["document"])
    assert row["event_type"] in ontology.EVENT_TYPES
    assert row["status_type"] in ontology.STATUSES
    assert row["mode_type"] is None or row["mode_type"] in ontology.MODES[row["event_type"]]
    assert row["date_precision_type"] in ontology.PRECISIONS
    assert (row["quantity"] is None) == (row["quantity_unit"] is None)
    countries = {country["iso3"] for country in codebook.table("countries")}
    parties = row["actors"] + row["recipients"]
    assert parties
    assert all(party["name"] for party in parties)
    codes = [party["country_code"] for party in parties] + [row["place_country_code"]]
    assert all(code is None or code in countries for code in codes)


@pytest.mark.parametrize("row", rows("events"), ids=event_id)
def test_the_category_is_the_fold_of_act_and_status(row: dict[str, Any]) -> None:
    folds = {ontology.fold(row["event_type"], row["status_type"])}
    if row["status_type"] == "postponed":
        folds.add(ontology.fold(row["event_type"], row["status_type"], by_both=True))
    if row["status_type"] in NO_CATEGORY:
        folds.add(None)
    assert row["plover_type"] in folds


@pytest.mark.parametrize("row", rows("events"), ids=event_id)
def test_the_dates_of_an_event_are_sane(row: dict[str, Any]) -> None:
    interval = dates(row)
    assert (interval is None) == (row["date_precision_type"] == "unknown")
    if interval is None:
        assert row["end_date"] is None
        return
    start, end = interval
    assert EARLIEST <= start <= end
    spans = {"week": (7, 7), "month": (28, 31), "year": (365, 366)}
    if row["date_precision_type"] in spans:
        shortest, longest = spans[row["date_precision_type"]]
        assert shortest <= (end - start).days + 1 <= longest
    if row["date_precision_type"] == "week":
        assert start.weekday() == 0
    published = documents()[row["document"]]["published_date"]
    if published and row["status_type"] == "occurred":
        assert start <= date.fromisoformat(published)


def test_numbers_of_a_documents_events_count_from_zero() -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows("events"):
        numbers[row["document"]].append(row["event"])
    assert all(found == list(range(len(found))) for found in numbers.values())


def test_every_event_belongs_to_one_happening() -> None:
    members = [(m["document"], m["event"]) for row in rows("happenings") for m in row["members"]]
    assert len(members) == len(set(members))
    assert set(members) == {(row["document"], row["event"]) for row in rows("events")}


def test_members_of_a_happening_share_act_and_side_of_the_split() -> None:
    events = {(row["document"], row["event"]): row for row in rows("events")}
    for row in rows("happenings"):
        members = [(m["document"], m["event"]) for m in row["members"]]
        assert len({events[member]["event_type"] for member in members}) == 1, row["happening"]
        assert len({documents()[document]["split"] for document, _ in members}) == 1, row["happening"]
        assert row["final_status"] in {events[member]["status_type"] for member in members}, row["happening"]


def test_the_split_is_drawn_by_the_hash_of_the_thread() -> None:
    for row in rows("documents"):
        first_byte = hashlib.sha256(f"demarche:{row['thread']}".encode()).digest()[0]
        assert row["split"] == ("frozen" if first_byte % 2 else "open"), row["document"]


def test_copies_of_a_story_stay_in_one_thread() -> None:
    threads: dict[str, set[str]] = defaultdict(set)
    for row in rows("documents"):
        threads[row["story"]].add(row["thread"])
    assert all(len(found) == 1 for found in threads.values())


def test_each_side_of_the_split_is_large_enough() -> None:
    sides = Counter(row["split"] for row in rows("documents"))
    required = Counter(documents()[row["document"]]["split"] for row in rows("events") if row["is_required"])
    for counts in (sides, required):
        assert min(counts["open"], counts["frozen"]) >= 0.36 * sum(counts.values())


def test_there_are_happenings_enough_to_measure_how_they_are_formed() -> None:
    assert sum(row["has_events"] for row in rows("documents")) >= 100
    assert sum(len(row["members"]) > 1 for row in rows("happenings")) >= 60
