"""What tests of visits share: a text as the coder gets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pytest
from spacy.tokens import Doc

from demarche import language
from demarche.entities import load_gazetteer
from demarche.mentions import find_mentions
from demarche.places import load_places
from demarche.records import Document, Mention

KEY = "2023-03-16T00"


@pytest.fixture(scope="session")
def parsed() -> Callable[..., tuple[Doc, Sequence[Mention], Document]]:
    """A text's parse and mentions, and the text, as if published on Wednesday, 15 March 2023, or another day."""
    nlp, gazetteer, places = language.load_model(), load_gazetteer(), load_places()

    def parse(text: str, day: date = date(2023, 3, 15)) -> tuple[Doc, Sequence[Mention], Document]:
        doc = nlp(text)
        document = Document(
            document_id="d1", article_id="a1", partition_key=KEY, source_id="o1", source_name="The Harbour Gazette",
            path="a.txt", body=doc.text, published_date=day, published_rule="metadata",
            fetched_at=datetime(2023, 3, 16, tzinfo=UTC), content_hash="h", raw_hash="h",
        )  # fmt: skip
        mentions = find_mentions(
            doc, document_id="d1", partition_key=KEY, published_date=day, gazetteer=gazetteer, places=places
        )
        return doc, mentions, document

    return parse
