"""Every example in the lexicon is its line's test: read as a text of one sentence, it is coded as the line says."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from demarche import codebook, language, lexicon, ontology, reports
from demarche.entities import load_gazetteer
from demarche.mentions import find_mentions
from demarche.places import load_places
from demarche.records import Document, Report

ROWS = [row for row in codebook.table("lexicon") if row["example"]]
BY_THE_ACT = frozenset({"REQUEST", "REJECT", "THREATEN"})


@cache
def readings() -> dict[str, tuple[Report, ...]]:
    """What the coder makes of each example."""
    gazetteer, places = load_gazetteer(), load_places()
    texts = [f"{row['example']}." for row in ROWS]
    found = {}
    for text, doc in zip(texts, language.load_model().pipe(texts, batch_size=64), strict=True):
        document = Document(
            document_id="d1",
            article_id="a1",
            partition_key="2023-03-16T09",
            source_id="o1",
            source_name="The Harbour Gazette",
            path="a.txt",
            body=text,
            published_rule="none",
            fetched_at=datetime(2023, 3, 16, tzinfo=UTC),
            content_hash="h",
            raw_hash="h",
        )
        mentions = find_mentions(
            doc,
            document_id="d1",
            partition_key=document.partition_key,
            published_date=None,
            gazetteer=gazetteer,
            places=places,
        )
        found[text[:-1]] = reports.code_reports(doc, mentions, document=document)[0]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['head']} {row['with']}".strip())
def test_an_example_is_coded_as_its_line_says(row: dict[str, str]) -> None:
    told = readings()[row["example"]]
    if row["event_type"] == lexicon.NO_EVENT:
        assert not told
        return
    category = ontology.fold(row["event_type"], row["status"] or "occurred")
    same = [report for report in told if report.plover_type == category]
    assert same, f"coded as {[(report.event_type, report.status_type) for report in told]}"
    if row["mode_type"]:
        assert row["mode_type"] in [report.mode_type for report in same]


def test_each_type_and_each_mode_has_an_example() -> None:
    """PLOVER's modes of requests, refusals and threats say what is asked for: here the act itself says it."""
    shown = {(row["event_type"], row["mode_type"]) for row in ROWS}
    assert {kind for kind, _ in shown} >= {*ontology.EVENT_TYPES}
    wanted = {(kind, mode) for kind, modes in ontology.MODES.items() if kind not in BY_THE_ACT for mode in modes}
    assert wanted - shown == set()


def test_every_act_and_mode_has_an_example() -> None:
    kinds = {(row["event_type"], row["mode_type"]) for row in codebook.table("lexicon")}
    assert kinds - {(row["event_type"], row["mode_type"]) for row in ROWS} == set()
