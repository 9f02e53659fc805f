"""The prefilter: which texts are worth parsing, by their words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.entities import load_gazetteer
from demarche.records import Mention, Report
from demarche.screening import Screen
from demarche.settings import Settings
from demarche.steps.tagging import tag
from demarche.steps.texts import _bare_document, _given_raw

MATCH = (
    "Brazil drew with Croatia in the tournament. The striker hit the post. The referee sent off a midfielder. "
    "Croatia beat Peru in the last fixture. A goalkeeper from Brazil was hurt. The trophy stays in Croatia."
)


@pytest.fixture(scope="module")
def screen() -> Screen:
    return Screen(load_gazetteer())


@pytest.mark.parametrize(
    ("text", "is_promising"),
    [
        ("Norway and Sweden signed a treaty.", True),
        ("The Kremlin summoned the British ambassador.", True),
        ("NATO accused Russia of jamming.", True),
        ("Angela Merkel spoke. Later Merkel met Emmanuel Macron.", True),
        ("Emmanuel Macron spoke on Monday. Later Macron left for Norway.", True),  # by the surname
        ("The council voted to close the pool. Norway is far.", False),
        ("Shares fell in Norway.\nThe yen rose in Japan.", False),  # never two in one sentence
        ("turkey and china were on the table", False),  # dishes
        (MATCH, False),
        ("", False),
    ],
)
def test_a_sentence_with_two_known_parties_makes_a_text_promising(
    screen: Screen, text: str, is_promising: bool
) -> None:
    assert screen.is_promising(text) == is_promising


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert Screen(load_gazetteer()).is_promising(text) in (True, False)


def test_skipped_documents_are_counted_and_have_no_rows() -> None:
    texts = ("The council in Ashcombe closed its pool.", "Norway and Sweden signed a treaty in Oslo.")
    settings = Settings(prefilter=True)
    documents = [_bare_document(_given_raw({"text": text, "id": text}, settings)) for text in texts]
    tables, counts = tag(documents, settings)
    assert (counts["read"], counts["coded"], counts["skipped"]) == (2, 1, 1)
    assert {row.document_id for row in tables[Mention]} == {documents[1].document_id}
    assert {row.document_id for row in tables[Report]} == {documents[1].document_id}
    assert tag(documents, Settings())[1]["skipped"] == 0
