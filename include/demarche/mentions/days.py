"""On which days a clause tells of something: who held an office then is who its title means."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from demarche import dates
from demarche.mentions.spans import Tokens
from demarche.mentions.words import DATING_PREPOSITIONS, SUBJECT

if TYPE_CHECKING:
    from spacy.tokens import Doc

FORESEEABLE = timedelta(days=366)
"""How far ahead a holder of today is taken to hold the office still."""
_CLAUSES = 6  # how far up a clause without a date looks for one


class Days:
    """The days of the clauses of a document that was published on ``published``; read when first asked for."""

    def __init__(self, doc: Doc, tokens: Tokens, published: date | None) -> None:
        self.doc = doc
        self.tokens = tokens
        self.published = published

    @cached_property
    def expressions(self) -> list[dates.TimeExpression]:
        """The time expressions of the text."""
        return dates.find(self.doc.text)

    def of(self, token: int) -> tuple[date, ...]:
        """The days between which the clause of a token happens: first and last of those that it names, else the day
        of publication; that day as well, where the date may belong to something else. None where nothing is known,
        and where the clause tells of a time too far ahead."""
        today = () if self.published is None else (self.published,)
        if not self._told:
            return today
        verb, is_sure = self._verb(token), True
        for _ in range(_CLAUSES):
            if verb in self._told:
                told, is_told = self._told[verb]
                return told if is_sure and is_told else (*told, *today)
            above = self.tokens.head[verb]
            if above == verb:
                break
            relation = self.tokens.dep[verb]
            if relation == "conj":
                is_sure = is_sure and not any(child.dep_ in SUBJECT for child in self.doc[verb].children)
            elif relation not in ("ccomp", "xcomp", "pcomp"):
                is_sure = False
            verb = self._verb(above)
        return today

    def are_past(self, token: int) -> bool:
        """Whether a clause tells of another time than that of the text: of an earlier year."""
        told = self.of(token)
        return bool(told) and self.published is not None and max(told).year < self.published.year

    def _verb(self, token: int) -> int:
        while self.tokens.pos[token] not in ("VERB", "AUX") and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return token

    @cached_property
    def _told(self) -> dict[int, tuple[tuple[date, ...], bool]]:
        """By verb: the days that its clause names, and whether they surely are those of the clause."""
        found: dict[int, list[tuple[tuple[date, ...], bool]]] = defaultdict(list)
        for expression in self.expressions:
            words = self.doc.char_span(expression.start_offset, expression.end_offset, alignment_mode="expand")
            placed = self._dated(words.root.i) if words is not None else None
            if placed is None:
                continue
            verb, is_sure = placed
            days = self._days(expression.text, "past" if self.tokens.tag[verb] in ("VBD", "VBN") else None)
            if days is not None:
                found[verb].append((days, is_sure))
        return {
            verb: (tuple(day for days, _ in several for day in days), all(is_sure for _, is_sure in several))
            for verb, several in found.items()
        }

    def _dated(self, token: int) -> tuple[int, bool] | None:
        """The verb whose clause an expression dates, and whether it surely does; None for "the 2015 deal"."""
        tokens, is_sure = self.tokens, True
        while tokens.pos[token] not in ("VERB", "AUX"):
            above = tokens.head[token]
            if above == token:
                return token, is_sure
            if tokens.dep[token] == "prep":
                if tokens.lower[token] == "of":
                    return None
                is_sure = is_sure and tokens.lower[token] in DATING_PREPOSITIONS and tokens.pos[above] != "NOUN"
            elif tokens.dep[token] in ("amod", "compound", "nmod", "nummod", "poss") and tokens.pos[above] == "NOUN":
                return None
            token = above
        return token, is_sure

    def _days(self, words: str, tense: str | None) -> tuple[date, ...] | None:
        """First and last day of an expression; the day of publication for what includes it or is to come."""
        interval = dates.resolve(words, self.published, tense)
        if interval is None:
            return None
        if self.published is None or interval.end_date < self.published:
            return interval.start_date, interval.end_date
        return (self.published,) if interval.start_date <= self.published + FORESEEABLE else ()
