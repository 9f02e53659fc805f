"""A parsed document's tokens as plain lists, made once and read by everything after the parser.

Reading spaCy's tokens one by one makes an object at every look, which costs more than all that is done with them. One
array of numbers is taken instead, and each number's string looked up once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

_WORDS = ("ORTH", "LOWER", "LEMMA", "POS", "TAG", "DEP", "ENT_TYPE")  # in the order of the fields
_KEY = "demarche_columns"


@dataclass(frozen=True, slots=True)
class Columns:
    """Of each token: text, lower case, lemma, part of speech, tag, label of the link to its head, entity label, index
    of its head, and offset of its first character. Nobody may change the lists, nor the document afterwards."""

    text: list[str]
    lower: list[str]
    lemma: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    ent: list[str]
    head: list[int]
    start: list[int]

    @classmethod
    def of(cls, doc: Doc) -> Columns:
        """The columns of a parsed document; kept with it, so that they are made once."""
        kept: Columns | None = doc.user_data.get(_KEY)
        if kept is None:
            kept = doc.user_data[_KEY] = cls._made(doc)
        return kept

    @classmethod
    def _made(cls, doc: Doc) -> Columns:
        numbers: Any = doc.to_array([*_WORDS, "HEAD", "IDX"])
        known = doc.vocab.strings
        text, lower, lemma, pos, tag, dep, ent = (_strings(column.tolist(), known) for column in numbers[:, :-2].T)
        steps = numbers[:, -2].astype("int64").tolist()  # from the token to its head
        head = [index + step for index, step in enumerate(steps)]
        return cls(text, lower, lemma, pos, tag, dep, ent, head, numbers[:, -1].tolist())


def _strings(column: list[int], known: Any) -> list[str]:
    named = {number: known[number] for number in set(column)}
    return [named[number] for number in column]
