"""The columns of a parsed document are what its tokens say one by one."""

from __future__ import annotations

import pytest

from demarche import language
from demarche.columns import Columns

TEXTS = (
    "Ana Beltrão, the envoy of Portugal, met Mali’s minister in Bamako.\n\nNobody’d said why 😀.",
    "\u200fشرح   China\u200b said: no.",
    " ",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_columns_are_what_tokens_say(text: str) -> None:
    doc = language.load_model()(text)
    columns = Columns.of(doc)
    assert columns.text == [token.text for token in doc]
    assert columns.lower == [token.lower_ for token in doc]
    assert columns.lemma == [token.lemma_ for token in doc]
    assert columns.pos == [token.pos_ for token in doc]
    assert columns.tag == [token.tag_ for token in doc]
    assert columns.dep == [token.dep_ for token in doc]
    assert columns.ent == [token.ent_type_ for token in doc]
    assert columns.head == [token.head.i for token in doc]
    assert columns.start == [token.idx for token in doc]


def test_columns_are_made_once() -> None:
    doc = language.load_model()("China said no.")
    assert Columns.of(doc) is Columns.of(doc)
