"""A report made ready for comparing: its sides by principal, its interval, its place, its words.

A *principal* is whom a participant acts for: a minister, an embassy and a state of one country have one principal, the
country; a body of many states is its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import Any

from demarche import codebook
from demarche.records import EventParticipant, Report, ReportParticipant

Key = tuple[str, str]
"""(partition_key, id): what "smallest" goes by."""

Participant = ReportParticipant | EventParticipant


@dataclass(frozen=True)
class DocumentFacts:
    """What resolution needs of a report's document."""

    document_id: str
    source_id: str
    agency_id: str | None = None
    article_id: str = ""
    published_date: date | None = None
    story_id: str | None = None
    is_copy: bool = False


@dataclass(frozen=True)
class Person:
    """A named person: an entity, or only a name."""

    entity_id: str | None
    names: frozenset[str]

    def is_same(self, other: Person) -> bool:
        """Whether the two can be one: the same entity, or a name that is part of the other."""
        if self.entity_id and other.entity_id:
            return self.entity_id == other.entity_id
        return bool(self.names and other.names) and (self.names <= other.names or other.names <= self.names)


Side = Mapping[str, frozenset[Person]]
"""Principals, each with those who are named as acting for it."""


@dataclass(frozen=True)
class Interval:
    start: date
    end: date
    precision_type: str

    def overlaps(self, other: Interval) -> bool:
        return self.start <= other.end and other.start <= self.end

    def gap_days(self, other: Interval) -> int:
        """Days between the two; 0 if they overlap."""
        return max((other.start - self.end).days, (self.start - other.end).days, 0)


@dataclass(frozen=True, eq=False)
class Tale:
    """A report as resolution sees it."""

    report: Report
    participants: Sequence[ReportParticipant]
    facts: DocumentFacts
    actors: Side
    recipients: Side
    interval: Interval | None
    words: frozenset[str]
    sentence_key: str
    round_number: int | None
    deed: str | None
    everybody: Side = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "everybody", join_sides(self.actors, self.recipients))

    @property
    def key(self) -> Key:
        return self.report.partition_key, self.report.report_id

    @property
    def published(self) -> date | None:
        return self.facts.published_date


@cache
def settings() -> Mapping[str, Any]:
    """The section ``[events]`` of `codebook/resolution.toml`, where each number is explained."""
    section: Mapping[str, Any] = codebook.document("resolution")["events"]
    return section


def read_tale(report: Report, participants: Sequence[ReportParticipant], facts: DocumentFacts) -> Tale:
    """The report made ready. A nonsense interval counts as none; nobody's name is guessed."""
    ordered = sorted(participants, key=lambda participant: participant.ordinal)
    recipients = _side(ordered, "recipient")
    if not recipients and report.mode_type == "visit" and report.country_code:
        actors = _side(ordered, "actor")
        if report.country_code not in actors:  # "X arrived in Suva": its country is the host
            recipients = {report.country_code: frozenset()}
    return Tale(
        report=report,
        participants=tuple(ordered),
        facts=facts,
        actors=_side(ordered, "actor"),
        recipients=recipients,
        interval=_interval(report),
        words=_content_words(report, ordered),
        sentence_key=_sentence_key(report),
        round_number=_round_number(report.sentence_text),
        deed=_deed(report),
    )


def _interval(report: Report) -> Interval | None:
    start, end = report.start_date, report.end_date
    if start is None or end is None or end < start:
        return None
    return Interval(start, end, report.date_precision_type)


# --- who ---------------------------------------------------------------------------------------------------------
def fold(text: str) -> str:
    """Without accents, case and hyphens."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().replace("-", " ")


_FULL_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]+(?: (?:[a-z]{1,3} )?[A-ZÀ-Þ][\w.'’-]*)+")


def principal(participant: Participant) -> str | None:
    """Whom a participant acts for; None where nobody in particular is named ("officials", "the two sides")."""
    if participant.country_code:
        return participant.country_code
    if participant.entity_id:
        return participant.entity_id
    name = participant.name or ""
    return "name:" + fold(name) if name[:1].isupper() and participant.entity_type is not None else None


def person(participant: Participant) -> Person | None:
    """The named person that a participant is, if it is one."""
    if participant.entity_type != "person":
        return None
    name = participant.name or ""
    if participant.entity_id is None and not _FULL_NAME.fullmatch(name):
        return None
    return Person(participant.entity_id, frozenset(re.findall(r"\w+", fold(name))))


def _side(participants: Iterable[ReportParticipant], role: str) -> dict[str, frozenset[Person]]:
    side: dict[str, frozenset[Person]] = {}
    for participant in participants:
        whom = principal(participant)
        if participant.role_type != role or whom is None:
            continue
        somebody = person(participant)
        side[whom] = side.get(whom, frozenset()) | ({somebody} if somebody else frozenset())
    return side


def join_sides(one: Side, other: Side) -> Side:
    """All principals of two sides."""
    return {whom: one.get(whom, frozenset()) | other.get(whom, frozenset()) for whom in sorted({*one, *other})}


# --- words -------------------------------------------------------------------------------------------------------
_STEM = 6  # letters: "negotiator" and "negotiations" are one subject


def _content_words(report: Report, participants: Iterable[ReportParticipant]) -> frozenset[str]:
    """The beginnings of a sentence's longer words, without those that name its participants or the act."""
    named = " ".join([report.trigger_text, *(f"{p.name or ''} {p.text}" for p in participants)])
    known = {word[:_STEM] for word in re.findall(r"\w+", fold(named))}
    words = re.findall(r"[^\W\d_]{4,}|\d+", fold(report.sentence_text))
    return frozenset(word[:_STEM] for word in words if word not in _function_words()) - known


@cache
def _function_words() -> frozenset[str]:
    return frozenset(settings()["function_words"].split())


def _sentence_key(report: Report) -> str:
    """The sentence's words and the trigger's: the same for the same statement in two copies of a text."""
    said = " ".join(re.findall(r"\w+", fold(f"{report.sentence_text} | {report.trigger_text} {report.ordinal}")))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ROUND = re.compile(
    r"\b(?:("
    + "|".join(_ORDINALS)
    + r")|(\d{1,2})(?:st|nd|rd|th)) (?:round|meeting|call|summit|visit|session|time|talks)\b",
    re.IGNORECASE,
)


def _round_number(sentence: str) -> int | None:
    """Which of several like acts the sentence says it is: 2 for "a second round of talks"."""
    found = _ROUND.search(sentence)
    if found is None:
        return None
    word, digits = found.groups()
    return int(digits) if digits else _ORDINALS.index(word.lower()) + 1


def _deed(report: Report) -> str | None:
    deeds: Mapping[str, Sequence[str]] = settings()["deeds"].get(report.event_type, {})
    trigger = fold(report.trigger_text)
    return next((deed for deed, stems in deeds.items() if trigger.startswith(tuple(stems))), None)
