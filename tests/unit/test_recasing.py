"""Headlines in capitals, read as the sentences that they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.entities import Gazetteer, load_gazetteer
from demarche.recasing import recase


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


_COMMON = frozenset(
    (
        "minister", "foreign", "visits", "signs", "treaty", "expels", "three", "diplomats", "border", "envoy",
        "recalls", "chief", "warns", "rebels", "may",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("PERU AND CHILE SIGNS TREATY", "Peru and Chile signs treaty"),
        ("Kenya Expels Three Chadian Diplomats Over Border", "Kenya expels three Chadian diplomats over border"),
        ("NEW ZEALAND'S FOREIGN MINISTER VISITS TONGA", "New Zealand's foreign minister visits Tonga"),
        ("NATO CHIEF WARNS US ON REBELS", "NATO chief warns US on rebels"),
        ("LINDQVIST SAYS SWEDEN RECALLS ENVOY", "Lindqvist says Sweden recalls envoy"),
        ("Chile's envoy signs a treaty with Peru.", "Chile's envoy signs a treaty with Peru."),
        ("LIMA (Reuters) - Chile signed.", "LIMA (Reuters) - Chile signed."),
        ("ÖSTERREICH UND ΣΊΣΥΦΟΣ İZMIR", None),
    ],
)
def test_a_line_in_capitals_becomes_a_sentence(gazetteer: Gazetteer, line: str, wanted: str | None) -> None:
    read = recase(line, gazetteer, _COMMON.__contains__)
    assert len(read) == len(line)
    assert wanted is None or read == wanted


def test_the_documents_own_words_come_first(gazetteer: Gazetteer) -> None:
    text = "ENVOY MAY VISITS TONGA\n\nThe envoy, Anna May, signed it. Then May left for Fiji."
    assert recase(text, gazetteer, _COMMON.__contains__).startswith("Envoy May visits Tonga\n\nThe envoy, Anna May,")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_offsets_hold_whatever_is_written(text: str) -> None:
    given_text = f"{text}\n{text.upper()}\nTHE {text.title()} OF PERU"
    read = recase(given_text, load_gazetteer(), lambda word: False)
    assert len(read) == len(given_text)
    assert read.casefold() == given_text.casefold() or not given_text.isascii()
