"""Which texts can tell of an act between two parties, by their words alone: the cheap look before the language model.

Most news is about matches, prices, films, courts and councils. A text is promising when one of its sentences names two
parties that the gazetteer knows (states, their people and bodies, organisations, office holders, by full name or by a
name that the text has given in full), and when it isn't plainly of sport or culture, whose texts are never coded.
It costs about a hundredth of parsing; how much it loses is measured by `benchmarks/screening.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from demarche import codebook
from demarche.codebook.names import fold
from demarche.entities import Gazetteer, Name, family_names

_SENTENCE = re.compile(r"(?<=[.!?”\"])\s+(?=[A-Z“\"‘'(])|\n+")
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_FEW_SENTENCES, _FIELD_WORDS = 4, 4  # as reports/ tells of which field a text is
_IDLE_FIELDS = frozenset({"sport", "culture"})
_PARTIES = 2  # in one sentence


class Screen:
    """Looks at texts with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        rows = [row for row in codebook.table("noise") if row["strength"] == "own"]
        self._fields = {lemma: row["class"] for row in rows for lemma in row["lemmas"].split()}

    def is_promising(self, text: str) -> bool:
        """Whether the text is worth parsing."""
        sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
        if self._field(text, len(sentences)) in _IDLE_FIELDS:
            return False
        given: dict[str, str] = {}  # family names of those who were named in full, and whom they mean
        return any(len(set(self._parties(sentence, given))) >= _PARTIES for sentence in sentences)

    def _field(self, text: str, sentence_count: int) -> str | None:
        """The field of which a text plainly is: many of its own words, which no other field has."""
        if sentence_count < _FEW_SENTENCES:
            return None
        hits: dict[str, list[str]] = {}
        for word in re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()):
            lemma = word if word in self._fields else word.removesuffix("s")
            if field := self._fields.get(lemma):
                hits.setdefault(field, []).append(lemma)
        field = max(hits, key=lambda name: (len(hits[name]), name), default=None)
        if field is None or len(set(hits[field])) < _FIELD_WORDS or 4 * len(hits[field]) < sentence_count:
            return None
        return field

    def _parties(self, sentence: str, given: dict[str, str]) -> Iterator[str]:
        """Whom a sentence names, the longest name at each place; adds to ``given``."""
        words = [(match[0], part) for match in _WORD.finditer(sentence) for part in fold(match[0]).split()]
        position = 0
        while position < len(words):
            written, first = words[position]
            step = 1
            if written[:1].isupper():
                step, meaning = self._longest(words, position)
                if meaning is not None:
                    known = meaning.entity_id or meaning.name
                    if meaning.kind == "person":
                        for name in family_names(meaning.name, meaning.country_code):
                            given[name] = known
                    yield known
                elif first in given:
                    yield given[first]
            position += step

    def _longest(self, words: list[tuple[str, str]], position: int) -> tuple[int, Name | None]:
        names = self._gazetteer.names
        key = ""
        best: tuple[int, Name | None] = (1, None)
        limit = self._gazetteer.longest.get(words[position][1], 0)
        for length, (_, part) in enumerate(words[position : position + limit], 1):
            key = f"{key} {part}" if key else part
            if found := names.get(key):
                best = (length, found[0])
        return best
