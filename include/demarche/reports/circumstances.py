"""When, where and how many: the time, place and quantity that belong to an act, and not to its neighbour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Span, Token

from demarche import codebook, dates, places
from demarche.codebook.names import fold
from demarche.records import Mention
from demarche.reports import syntax
from demarche.reports.frames import Frame
from demarche.reports.parties import Parties

_PLACE_PREPOSITIONS = ("in", "at", "near", "outside", "inside", "off", "around", "on", "aboard")
_WITHIN = ("in", "at", "near", "inside", "outside")
_TRAVEL = ("to", "in", "at", "into", "for", "through")
_OPERATING = codebook.words("scheduling")


@dataclass(frozen=True)
class When:
    """The interval of an act; all None and ``unknown`` where the text leaves it open."""

    start_date: date | None = None
    end_date: date | None = None
    precision_type: str = "unknown"
    text: str | None = None
    anchor_date: date | None = None
    distance: int = 99


@dataclass(frozen=True)
class Where:
    """The place of an act, by its mention; nothing where none is named."""

    place_id: str | None = None
    name: str | None = None
    country_code: str | None = None
    precision_type: str | None = None


class Times:
    """The time expressions of one sentence and the word that each belongs to."""

    def __init__(self, sentence: Span, anchor: date | None) -> None:
        self._anchor = anchor
        self._found: list[tuple[Token, Token | None, str]] = []
        for expression in dates.find(sentence.text):
            start = sentence.start_char + expression.start_offset
            end = sentence.start_char + expression.end_offset
            span = sentence.doc.char_span(start, end, alignment_mode="expand")
            if span is None or not len(span):
                continue
            root = span.root
            if expression.text.lower().startswith("since ") and _counts_back(sentence, span.start):
                continue
            governor = _governor_of_time(root, span)
            if governor is not None and self._is_of_the_day(expression.text):
                governor = _out_of_background(governor)
            self._found.append((root, governor, expression.text))

    def _is_of_the_day(self, text: str) -> bool:
        """Whether the words mean the day of publication or the one before, as the news of the day does."""
        interval = dates.resolve(text, self._anchor, "past")
        if interval is None or self._anchor is None or interval.precision_type != "day":
            return False
        return 0 <= (self._anchor - interval.start_date).days <= 1

    def of(self, frame: Frame) -> When:
        """The time whose governor is nearest to the act: its own word, its noun's clause, its light verb."""
        ahead = frame.tense == "future" or frame.status_type in ("planned", "postponed", "cancelled")
        tense = "future" if ahead else "past"
        best: tuple[int, int, str] | None = None
        for root, governor, text in self._found:
            if governor is None:
                continue
            distance = _distance(governor, frame)
            if distance is None:
                continue
            candidate = (distance, abs(root.i - frame.trigger.i), text)
            if best is None or candidate < best:
                best = candidate
        if best is None:
            return When()
        return self.resolve(best[2], tense, best[0])

    def of_the_tale(self) -> When | None:
        """The day on which a sentence in the simple past tells of something, by its main clause."""
        for root, governor, text in self._found:
            if governor is None or governor.dep_ != "ROOT" or governor.tag_ != "VBD" or root.i == governor.i:
                continue
            found = self.resolve(text, "past")
            if found.precision_type == "day" and found.start_date == found.end_date:
                return found
        return None

    def resolve(self, text: str, tense: str | None, distance: int = 0) -> When:
        interval = dates.resolve(text, self._anchor, tense)
        if interval is None:
            return When(text=text, anchor_date=self._anchor, distance=distance)
        return When(interval.start_date, interval.end_date, interval.precision_type, text, self._anchor, distance)


def _counts_back(sentence: Span, before: int) -> bool:
    """ "the first visit since 1987": the year says when the last one was."""
    words = {token.lower_ for token in sentence if token.i < before}
    return not words.isdisjoint(("first", "last", "worst", "biggest", "largest", "highest", "lowest", "deadliest"))


def _governor_of_time(root: Token, span: Span) -> Token | None:
    """The verb or noun that a time expression modifies."""
    token = root
    while token.head != token:
        head = token.head
        if (
            span.start <= head.i < span.end
            or head.pos_ in ("ADP", "SCONJ")
            or (head.dep_ in ("npadvmod", "prep", "pcomp") and not syntax.is_verbal(head) and head.pos_ != "NOUN")
        ):
            token = head
            continue
        if head.pos_ in ("VERB", "AUX", "NOUN", "ADJ", "PROPN", "ADV", "NUM"):
            return head
        token = head
    return token if syntax.is_verbal(token) else None


def _out_of_background(verb: Token) -> Token:
    """ "lifted the sanctions that had hurt trade on Saturday": the day of the news is not that of the background."""
    in_passing = verb.dep_ in ("relcl", "ccomp") and verb.head.pos_ in ("NOUN", "PROPN")
    if in_passing and any(c.dep_ == "aux" and c.lower_ in ("had", "will", "would") for c in verb.children):
        return syntax.clause_verb(verb.head) or verb
    return verb


def _distance(governor: Token, frame: Frame) -> int | None:
    """0 for the act's own word, more for looser ties, None where the time belongs to something else."""
    trigger = frame.trigger
    if frame.entry.status in ("cancelled", "postponed") and syntax.is_verbal(trigger):
        # the day on which a visit was called off is not the day of the visit
        nouns = [word for word in frame.words if not syntax.is_verbal(word)]
        return 1 if any(governor == n or governor.head == n or n.is_ancestor(governor) for n in nouns) else None
    if governor == trigger:
        return 0
    if governor in frame.words:
        if frame.status_type in ("cancelled", "postponed") and syntax.is_verbal(governor):
            return None
        if (
            governor.lemma_.lower() in _OPERATING
            or frame.status_type in ("requested", "threatened", "denied")
            or syntax.is_verbal(trigger) is False
        ):
            return 1
        return 3 if frame.status_type == "occurred" else None
    if governor.dep_ in ("acl", "relcl") and governor.head == trigger:
        return 1
    if governor.dep_ == "xcomp" and governor.head.dep_ == "relcl" and governor.head.head == trigger:
        return 1  # "the meeting that was to have been held on Friday"
    if governor.head == trigger and governor.dep_ in ("dobj", "pobj", "attr", "oprd", "npadvmod", "nsubj", "nsubjpass"):
        return 2
    if governor.dep_ == "pobj" and governor.head.head == trigger and governor.pos_ != "VERB":
        return 2
    if any(governor.head == word for word in frame.words) and governor.dep_ in ("dobj", "nsubjpass", "attr"):
        return 2
    if trigger.dep_ == "acl" and trigger.head == governor:
        return 2
    if trigger.dep_ == "relcl" and governor == trigger.head:
        return 4
    if (
        not syntax.is_verbal(trigger)
        and syntax.is_verbal(governor)
        and trigger.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
        and governor in (trigger.head, *((trigger.head.head,) if trigger.dep_ == "pobj" else ()))
    ):
        return 3
    if (
        not syntax.is_verbal(trigger)
        and trigger.dep_ == "pobj"
        and trigger.head.head == governor
        and governor.pos_ == "NOUN"
    ):
        return 4  # "the venue for the summit in September"
    if syntax.is_verbal(trigger) and trigger.dep_ == "conj" and trigger.head == governor and syntax.is_verbal(governor):
        return 4
    if trigger.dep_ == "advcl" and trigger.head == governor and trigger.tag_ in ("VBG", "VBN"):
        return 5
    if trigger.dep_ == "relcl" and _when_clause(trigger):
        return 5 if governor == syntax.clause_verb(trigger.head) else None
    if trigger.dep_ == "advcl" and trigger.head == governor and _when_clause(trigger):
        return 5
    return None


def _when_clause(verb: Token) -> bool:
    return any(c.lower_ in ("when", "where", "as", "while") for c in verb.children)


def where(frame: Frame, parties: Parties, facilities: dict[str, Where]) -> Where:
    """The place that the act's own words name; "at the office" is where the document last said the office is."""
    travel = frame.mode_type == "visit" or (
        frame.event_type == "CONSULT" and frame.trigger.lemma_ in ("arrive", "travel", "fly", "land")
    )
    for word in [*frame.words, *frame.actors, *frame.recipients] if frame.event_type == "CONSULT" else frame.words:
        if travel and word in frame.words:
            destination = syntax.objects(word) if word.lemma_ == "visit" and syntax.is_verbal(word) else []
            destination += [o for name, o in syntax.obliques(word) if name in _TRAVEL]
            for noun in destination:
                found = _place_at(noun, parties)
                if found is not None:
                    return found
        for name, noun in syntax.obliques(word):
            if name not in _PLACE_PREPOSITIONS or (name not in _WITHIN and noun in frame.recipients):
                continue  # "sanctions on Belarus": whom it hits
            found = _place_at(noun, parties) or _facility(noun, parties, facilities)
            if found is not None:
                return found
        for child in word.children:
            if child.dep_ in ("acl", "relcl") and child not in frame.words:
                for name, noun in syntax.obliques(child):
                    if name in _PLACE_PREPOSITIONS:
                        found = _place_at(noun, parties) or _facility(noun, parties, facilities)
                        if found is not None:
                            return found
    return Where()


def filed_at(dateline_place: str | None) -> Where:
    """The place that a dateline names; nothing where there is none, or more than one that it may be."""
    place = places.load_places().find(fold(dateline_place)) if dateline_place else None
    return Where(place.place_id, place.name, place.country_code, "city") if place is not None else Where()


def remember_facilities(sentence: Span, parties: Parties, facilities: dict[str, Where]) -> None:
    """Note where a building or room lies ("his office in Suva"), for when it comes back as "the office"."""
    for token in sentence:
        if token.pos_ != "NOUN":
            continue
        for name, noun in syntax.obliques(token):
            if name in ("in", "at", "near"):
                found = _place_at(noun, parties)
                if found is not None:
                    facilities[token.lemma_.lower()] = found


def venue(frame: Frame, facilities: dict[str, Where]) -> Where:
    """ "The office was the venue for the summit", "the palace hosted the talks": the subject is the place."""
    for word in frame.words:
        for noun in _venue_subjects(word):
            found = facilities.get(noun.lemma_.lower())
            if found is not None:
                return found
    return Where()


def _venue_subjects(word: Token) -> list[Token]:
    head = word.head
    if word.dep_ == "pobj" and head.dep_ == "prep":
        anchor = head.head
        if anchor.lemma_ in ("venue", "site", "setting", "scene", "location") and syntax.is_verbal(anchor.head):
            return syntax.own_subjects(anchor.head)
    if word.dep_ == "dobj" and head.lemma_ in ("host", "house", "see"):
        return syntax.own_subjects(head)
    return []


def _facility(noun: Token, parties: Parties, facilities: dict[str, Where]) -> Where | None:
    known = facilities.get(noun.lemma_.lower()) if noun.pos_ == "NOUN" else None
    if known is not None and not parties.mentions_at(noun):
        return known
    return None


def _place_at(noun: Token, parties: Parties) -> Where | None:
    for mention in sorted(parties.mentions_at(noun), key=lambda m: (m.place_id is None, m.start_offset)):
        if mention.place_id is not None or mention.mention_type in ("place", "state"):
            if mention.mention_type == "state" and noun.pos_ == "ADJ":
                continue
            return _as_place(mention)
    for name, inner in syntax.obliques(noun):
        if name in ("of", "in", "at", "near") and inner != noun:
            for mention in parties.mentions_at(inner):
                if mention.place_id is not None or mention.mention_type == "place":
                    return _as_place(mention)
    for child in noun.children:
        if child.dep_ in ("appos", "compound", "nmod") and child != noun:
            for mention in parties.mentions_at(child):
                if mention.place_id is not None and mention.mention_type == "place":
                    return _as_place(mention)
    return None


def _as_place(mention: Mention) -> Where:
    """A state is a place of country precision; a capital stays a city, even where it acts for its state."""
    if mention.mention_type == "state" and mention.link_rule == "metonym":
        return Where(mention.place_id, mention.text, mention.country_code, "city")
    precision = "country" if mention.mention_type == "state" else "city"
    return Where(mention.place_id, mention.name or mention.text, mention.country_code, precision)


_CURRENCIES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "rouble": "RUB",
    "ruble": "RUB",
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_WORDS = {
    word: float(value)
    for value, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
            "twenty",
        )
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0}
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,6})?")


def quantity(frame: Frame, nouns: Sequence[Token]) -> tuple[float | None, str | None]:
    """(number, what is counted) of the first of ``nouns`` that is counted: 12 diplomats, 40 million euros → EUR."""
    for noun in nouns:
        for child in noun.children:
            if child.dep_ in ("nummod", "amod", "compound", "quantmod") and child.like_num:
                value = _number(child)
                if value is not None and not 1900 <= value <= 2100:
                    lemma = noun.lemma_.lower()
                    return value, _CURRENCIES.get(lemma, lemma)
        if noun.like_num or noun.pos_ == "NUM":
            value = _number(noun)
            sign = next((c.text for c in noun.children if c.text in _CURRENCIES), None)
            if value is not None and sign is not None:
                return value, _CURRENCIES[sign]
    return None, None


def _number(token: Token) -> float | None:
    value: float | None = None
    factor = 1.0
    for part in [*(c for c in token.children if c.dep_ in ("compound", "nummod", "quantmod")), token]:
        lower = part.lower_
        if lower in _SCALES:
            factor *= _SCALES[lower]
        elif lower in _WORDS:
            value = _WORDS[lower]
        elif match := _DIGITS.fullmatch(part.text):
            value = float(match[0].replace(",", ""))
    if value is None:
        return factor if factor != 1.0 and token.lower_ == "dozen" else None
    return value * factor
