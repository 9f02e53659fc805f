"""What a reader works on: the columns of a parsed document, and mentions in the making."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from demarche.codebook.names import fold
from demarche.columns import Columns
from demarche.mentions.words import NOMINAL

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(slots=True, eq=False)
class Span:
    """A mention in the making; ``start`` and ``end`` count tokens, ``head`` is the token that carries it."""

    start: int
    end: int
    head: int
    kind: str  # a mention type
    rule: str
    score: float
    entity_id: str | None = None
    name: str | None = None
    country: str | None = None
    sector: str | None = None
    office: str | None = None
    level: str | None = None
    place_id: str | None = None
    gender: str | None = None
    plural: bool = False
    source: str = ""  # the gazetteer's kind of name: adjective, capital, …
    open_office: bool = False  # a title whose bearer is still to be found
    is_past: bool = False  # former, then: not the holder of today
    body: str | None = None  # the organisation, group or house whose office a title names, where it isn't the state's


@dataclass(slots=True)
class Tokens:
    """The columns of a Doc that are read more than once, as lists."""

    text: list[str]
    lower: list[str]
    folded: list[str]
    singular: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    head: list[int]
    lemma: list[str]
    sentence: list[int]
    label: list[str]

    @classmethod
    def of(cls, doc: Doc) -> Tokens:
        columns = Columns.of(doc)
        sentence: list[int] = []
        for number, one in enumerate(doc.sents):
            sentence.extend([number] * len(one))
        folded = [fold(word) for word in columns.text]
        return cls(
            text=columns.text,
            lower=columns.lower,
            folded=folded,
            singular=[
                singular(word) if kind in NOMINAL else word for word, kind in zip(folded, columns.pos, strict=True)
            ],
            pos=columns.pos,
            tag=columns.tag,
            dep=columns.dep,
            head=columns.head,
            lemma=columns.lemma,
            sentence=sentence,
            label=columns.ent,
        )


_IRREGULAR = {"children": "child", "people": "people", "businesses": "business"}


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a folded noun, near enough for looking it up."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("men") and len(word) > 3:
        return f"{word[:-3]}man"
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")) else word
