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
from typing import Any, NamedTuple

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
    surname: str = ""
    initial: str = ""  # of the first name, where there is one
    in_full: frozenset[str] = frozenset()  # as the text has it

    def is_same(self, other: Person) -> bool:
        """Whether the two can be one: the same entity, the same three names in the text, whoever each was taken for, a
        name that is part of the other, or, where one of them isn't linked, a surname and first names that begin alike
        ("Joe Biden", "Joseph R. Biden")."""
        if self.entity_id and other.entity_id:
            is_told_alike = len(self.in_full) > 2 and self.in_full == other.in_full
            return self.entity_id == other.entity_id or is_told_alike
        if not (self.names and other.names):
            return False
        is_part = self.names <= other.names or other.names <= self.names
        return is_part or ((self.surname, self.initial) == (other.surname, other.initial) and bool(self.surname))

    def shares(self, other: Person, at_least: int) -> bool:
        """Whether the two can be one, by so many common names."""
        return self.is_same(other) and len(self.names & other.names) >= at_least


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


class Gathering(NamedTuple):
    """What somebody is told to have attended: "the Danube summit", "a meeting"."""

    noun: str
    name: str
    """The name before the noun, folded; empty if there is none."""


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
    gathering: Gathering | None
    status: str
    said: date | None
    """When it was printed first: a reprint says no later than its original what it repeats."""
    is_reworded: bool = False
    """Whether a reprint says what its original doesn't: puts it right, or adds it."""
    everybody: Side = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "everybody", join_sides(self.actors, self.recipients))

    @property
    def key(self) -> Key:
        return self.report.partition_key, self.report.report_id

    @property
    def published(self) -> date | None:
        return self.facts.published_date

    @property
    def stage(self) -> str | None:
        """Which part of a visit is told, one of `ontology.STAGES`."""
        return self.report.stage_type

    @property
    def has_impossible_day(self) -> bool:
        """Whether a day of the calendar is told that there isn't: "31 February", "from 30 August to 12 August"."""
        return self.interval is None and _IN_CALENDAR.search(self.report.date_text or "") is not None

    @property
    def is_mention(self) -> bool:
        """Whether a visit is only spoken of, without a date: that there is one, not that it has been."""
        return self.stage == "mention" and self.report.status_type == "occurred" and self.report.start_date is None

    @property
    def is_trace(self) -> bool:
        """Whether it is no visit by itself, and only speaks for one that others tell."""
        return self.stage == "trace"


#: A day with its month; not "two weeks after", "Monday", which only their text could date.
_IN_CALENDAR = re.compile(r"\d.* [A-Z]|[A-Z].* \d")


@cache
def settings() -> Mapping[str, Any]:
    """The section ``[events]`` of `codebook/resolution.toml`, where each number is explained."""
    section: Mapping[str, Any] = codebook.document("resolution")["events"]
    return section


def read_tale(report: Report, participants: Sequence[ReportParticipant], facts: DocumentFacts) -> Tale:
    """The report made ready. A nonsense interval counts as none; nobody's name is guessed."""
    ordered = sorted(participants, key=lambda participant: participant.ordinal)
    actors, recipients = _side(ordered, "actor"), _side(ordered, "recipient")
    if report.mode_type == "visit":
        # "X arrived in Suva": its country is the host; a name that leads nowhere (a village, an hotel) is none
        recipients = {
            whom: persons
            for whom, persons in recipients.items()
            if persons or not (whom.startswith(NAMELESS) or whom in actors)  # nor "leads the American delegation"
        }
        states = {participant.country_code for participant in ordered}
        known = sorted(whom for whom in recipients if whom in states)
        if known:  # who else is said to have received him is of the host, known or not
            recipients = {whom: recipients[whom] for whom in known}
        elif report.country_code and report.country_code not in actors:
            recipients = {report.country_code: frozenset()}
        else:  # "met NATO's ministers": a body of many states has no country to come to
            recipients = {whom: persons for whom, persons in recipients.items() if whom.startswith(NAMELESS)}
    return Tale(
        report=report,
        participants=tuple(ordered),
        facts=facts,
        actors=actors,
        recipients=recipients,
        interval=_interval(report),
        words=_content_words(report, ordered),
        sentence_key=sentence_key(report),
        round_number=_round_number(report.sentence_text),
        deed=_deed(report),
        gathering=_gathering(report),
        status=report.status_type,
        said=facts.published_date,
    )


#: Stages whose day is a visit's first or last one; who sets out, or is back home, may have travelled a day longer.
STARTS, ENDS = ("start", "setout"), ("end", "home")


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


NAMELESS = "name:"
"""Begins the key of a principal that nothing but a name is known of: no country, no entity."""

_SOME = re.compile(r"(?:An?|The|Some|Several|Many|\d+) [a-z]")  # "A guard of honour": nobody in particular


def principal(participant: Participant) -> str | None:
    """Whom a participant acts for; None where nobody in particular is named ("officials", "the two sides")."""
    if participant.country_code:
        return participant.country_code
    if participant.entity_id:
        return participant.entity_id
    name = participant.name or ""
    is_named = name[:1].isupper() and participant.entity_type is not None and not _SOME.match(name)
    return NAMELESS + fold(name) if is_named else None


def person(participant: Participant) -> Person | None:
    """The named person that a participant is, if it is one. Of "Fiji's prime minister Ana Okoro", who may not have
    been taken for a person, the name after the office."""
    name = participant.name or ""
    if participant.entity_type == "person":
        is_office = participant.entity_id is None and _is_office(name)
        named = _without_office(name) or (name if _CAPITALISED.match(name) and not is_office else "")
    elif participant.entity_type is None and participant.entity_id is None:
        named = _without_office(name) or (name if _FULL_NAME.fullmatch(name) and not _is_office(name) else "")
    else:
        return None
    words = re.findall(r"\w+", fold(named))
    in_full = _name_in_full(participant, words)
    surname = next((word for word in reversed(words) if len(word) > 2), "")
    initial = words[0][0] if len(words) > 1 else ""
    if not words and not participant.entity_id:
        return None
    return Person(
        participant.entity_id, frozenset(words) | in_full, surname, initial, in_full or _told_name(participant)
    )


def _told_name(participant: Participant) -> frozenset[str]:
    """The words of a person's name as the text has it without an office."""
    text = participant.text if isinstance(participant, ReportParticipant) else ""
    return frozenset(re.findall(r"\w+", fold(text))) if _FULLEST_NAME.fullmatch(text) else frozenset()


def _name_in_full(participant: Participant, words: Sequence[str]) -> frozenset[str]:
    """The words of a person's name as the text has it behind an office: "President Ana Maria Okoro of Fiji" of somebody
    who is listed, or was read, under a part of it. None where the text goes on to somebody else."""
    text = participant.text if isinstance(participant, ReportParticipant) else ""
    named = _without_office(text) or ""
    told = frozenset(re.findall(r"\w+", fold(named)))
    return told if _FULLEST_NAME.fullmatch(named) and not told.isdisjoint(words) else frozenset()


_CAPITALISED = re.compile(r"[A-ZÀ-Þ]")
#: Two or three capitalised words that nobody took for a person: still somebody's name.
_FULL_NAME = re.compile(r"(?!The )[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ]\.)?(?: [A-ZÀ-Þ][\w'’-]+){1,2}")
#: The same with all given names.
_FULLEST_NAME = re.compile(
    r"[A-ZÀ-Þ][\w'’-]+(?: (?:(?:al|bin|bint|da|de|del|den|der|di|dos|el|ibn|van|von)[ -]){0,2}[A-ZÀ-Þ][\w.'’-]*){1,5}"
)


@cache
def _office_words() -> frozenset[str]:
    """The last words of titles: "minister", "state", "king"."""
    return frozenset(fold(row["title"]).split()[-1] for row in codebook.table("titles"))


def _without_office(name: str) -> str | None:
    """What follows the last word of an office; None where there is no such word, or nothing capitalised after it."""
    words = name.split()
    offices = _office_words()
    last = max((place for place, word in enumerate(words) if fold(word).strip(".,") in offices), default=-1)
    rest = words[last + 1 :]
    if "of" in rest:  # "Chancellor Helmut Schmidt of Germany"
        rest = rest[: rest.index("of")]
    return " ".join(rest) if last >= 0 and rest and _CAPITALISED.match(rest[0]) else None


def _is_office(name: str) -> bool:
    """Whether a name is only an office, of nobody who is named: "The secretary of state", not "John Major"."""
    return _SOME.match(name) is not None or any(word.strip(".,") in _office_words() for word in name.split())


def _side(participants: Iterable[ReportParticipant], role: str) -> dict[str, frozenset[Person]]:
    side: dict[str, frozenset[Person]] = {}
    for participant in participants:
        somebody = person(participant)
        whom = principal(participant)
        if somebody is not None and (whom is None or whom.startswith(NAMELESS)):
            whom = NAMELESS + " ".join(sorted(somebody.names))
        if participant.role_type != role or whom is None:
            continue
        side[whom] = side.get(whom, frozenset()) | ({somebody} if somebody else frozenset())
    return side


def aligned(one: Side, other: Side) -> tuple[Side, Side]:
    """Two sides, persons of no known country, or with two names in common, under the other side's principal."""
    return _under_known(one, other), _under_known(other, one)


def _under_known(side: Side, known: Side) -> Side:
    if side.keys() <= known.keys():
        return side
    moved: dict[str, frozenset[Person]] = {}
    for whom, persons in side.items():
        found = whom
        is_bare = whom.startswith(NAMELESS)
        if is_bare and not persons:  # who isn't known to be a person may still be one
            words = whom.removeprefix(NAMELESS).split()
            persons = frozenset({Person(None, frozenset(words), words[-1])}) if words else persons
        if persons and whom not in known:
            wanted = 1 if is_bare else 2
            # one of two moves, and not both: who is only a name, else the greater key
            others = [its for its in known if (not its.startswith(NAMELESS), whom) > (not is_bare, its)]
            same = [its for its in others if any(a.shares(b, wanted) for a in persons for b in known[its])]
            found = same[0] if len(same) == 1 else whom
        moved[found] = moved.get(found, frozenset()) | (persons if found != whom or not is_bare else side[whom])
    return moved


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


def sentence_key(report: Report) -> str:
    """The sentence's words and the trigger's: the same for the same statement in two copies of a text."""
    said = " ".join(re.findall(r"\w+", fold(f"{report.sentence_text} | {report.trigger_text} {report.ordinal}")))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ROUND = re.compile(
    r"\b(?:("
    + "|".join(_ORDINALS)
    + r")|(\d{1,2})(?:st|nd|rd|th)) (?:round|meeting|call|conversation|summit|visit|session|time|talks)\b",
    re.IGNORECASE,
)
#: "After the first round": another one than what is told.
_OF_ANOTHER = re.compile(r"\b(?:after|since|following|before|unlike|than) (?:\w+ ){0,2}$", re.IGNORECASE)


def _round_number(sentence: str) -> int | None:
    """Which of several like acts the sentence says it is: 2 for "a second round of talks"."""
    told = (one for one in _ROUND.finditer(sentence) if not _OF_ANOTHER.search(sentence, 0, one.start()))
    found = next(told, None)
    if found is None:
        return None
    word, digits = found.groups()
    return int(digits) if digits else _ORDINALS.index(word.lower()) + 1


def _deed(report: Report) -> str | None:
    deeds: Mapping[str, Sequence[str]] = settings()["deeds"].get(report.event_type, {})
    trigger = fold(report.trigger_text)
    return next((deed for deed, stems in deeds.items() if trigger.startswith(tuple(stems))), None)


def _gathering(report: Report) -> Gathering | None:
    """The gathering that a report of talks says to be attended, or told of as such, in its own sentence."""
    words, said = settings(), fold(report.sentence_text)
    if report.event_type != "CONSULT" or report.mode_type in ("visit", "phone"):
        return None
    if report.status_type not in ("occurred", "planned") or any(word in said for word in words["on_the_margins"]):
        return None
    begins = max(report.trigger_start_offset - report.sentence_start_offset, 0)
    trigger = fold(report.sentence_text[begins:]) if report.trigger_text else ""
    is_attended = trigger.startswith(tuple(words["attending"]))
    for noun in (*words["gatherings"], *words["meetings"]):
        if (is_attended or trigger.startswith(noun)) and (
            found := re.search(rf"(?:([\w-]+) )?\b{noun}", report.sentence_text)
        ):
            before = found.group(1) or ""
            return Gathering(noun, fold(before) if _CAPITALISED.match(before) else "")
    return None
