"""The gold of links: enough of it, all of it readable, and a measure that tells right from wrong."""

from __future__ import annotations

from datetime import date

import pytest

from demarche.records import Mention
from tests.gold import links


def test_there_is_gold_enough_over_every_difficulty() -> None:
    paragraphs = links.load()
    marks = [mark for one in paragraphs for mark in one.marks if mark.targets != (links.FREE,)]
    assert len(paragraphs) >= 60
    assert len(marks) >= 600
    assert len({one.difficulty for one in paragraphs}) >= 14
    assert {one.half for one in paragraphs} == set(links.HALVES)


def test_marks_stand_where_their_words_do() -> None:
    for paragraph in links.load():
        assert not set("{}[]|") & set(paragraph.text)
        for mark in paragraph.marks:
            assert paragraph.text[mark.start : mark.end] == mark.text != ""


def test_a_mark_that_does_not_close_is_named() -> None:
    with pytest.raises(ValueError, match="== x-1: a mark that doesn't close"):
        links._read("{Oslo spoke", "== x-1")


def mention(text: str, start: int, entity_id: str | None, kind: str = "state") -> Mention:
    return Mention(
        mention_id="m1", document_id="d", partition_key="2020-01-01T00", start_offset=start,
        end_offset=start + len(text), text=text, mention_type=kind, entity_id=entity_id, country_code=entity_id,
        link_rule="name", link_score=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "judged"),
    [
        ([("Chile", "CHL")], {("precision", True), ("recall", True)}),
        ([("Chile", "PER")], {("precision", False), ("recall", False)}),
        ([("Chile", None)], {("recall", False)}),
        ([], {("recall", False)}),
        ([("Chile", "CHL"), ("spoke", "PER")], {("precision", True), ("precision", False), ("recall", True)}),
    ],
)
def test_links_and_marks_are_judged(found: list[tuple[str, str | None]], judged: set[tuple[str, bool]]) -> None:
    text, marks = links._read("{Chile|CHL} spoke.", "== x-1")
    paragraph = links.Paragraph("x", "x-1", date(2020, 1, 1), text, tuple(marks))
    mentions = [mention(word, text.index(word), entity_id) for word, entity_id in found]
    assert {(one.kind, one.is_right) for one in links.judge(paragraph, mentions)} == judged
