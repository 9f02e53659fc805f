"""How long an act is told to last, and which part of it: "began a three-day visit on Monday", "left after two days".

Read from the tree. A length belongs to the noun at which it stands, and that noun to the act whose word it is, for
which it was done ("arrived for a two-day visit"), or, of those who leave, after which ("left after a two-day visit"). A
part is told by what stands around a visit's noun ("at the end of", "during", "after"), by the act's own verbs, or by
those beside them ("landed in Suva, beginning a visit").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from spacy.tokens import Token

from demarche import codebook
from demarche.reports import syntax
from demarche.reports.circumstances import NUMBER_WORDS, SCHEDULED, When
from demarche.reports.frames import Frame

NOUNS = codebook.words("visit_nouns")
ENDS, BEGINNINGS = codebook.words("visit_ends"), codebook.words("visit_beginnings")
LASTING = codebook.words("lasting")
_BEGINNING_NOUNS, _END_NOUNS = codebook.words("visit_beginning_nouns"), codebook.words("visit_end_nouns")
DAYTIMES = frozenset({"afternoon", "evening", "morning", "night"})
_OVER = frozenset({"after", "following", "from"})
_AT = frozenset({"at", "in", "on"})
_HOMEWARD = frozenset({"back", "home"})
_GOING = frozenset({"fly", "go", "head", "jet"})
_STAYED = NOUNS | {"day", "week"}
_JOURNEYS = frozenset({"go", "journey", "travel"})
LONGEST = 14  # days


@dataclass(frozen=True)
class Stay:
    """What a sentence says of an act's length in days, None if nothing, and the part of it that it tells: one of
    `ontology.STAGES`, None if none."""

    day_count: int | None = None
    stage_type: str | None = None

    def with_(self, other: Stay, *, is_preferred: bool) -> Stay:
        """What two sentences tell of one act, the part told by the one that gives the day."""
        first, second = (other, self) if is_preferred or self.stage_type in (None, "mention") else (self, other)
        return Stay(self.day_count or other.day_count, first.stage_type or second.stage_type)


def told(frame: Frame) -> Stay:
    """Length and part of an act that one sentence tells."""
    return Stay(_day_count(frame), _stage(frame))


def lasting(when: When, stay: Stay, frame: Frame) -> When:
    """ "Began a three-day visit on Monday": from that day on; "ended" it: up to that day."""
    if when.precision_type != "day" or when.start_date is None or when.start_date != when.end_date:
        return when
    if stay.day_count is None or not 1 < stay.day_count <= LONGEST or stay.stage_type == "midst":
        return when
    rest = timedelta(days=stay.day_count - 1)
    if stay.stage_type in ("end", "home"):
        return replace(when, start_date=when.start_date - rest)
    is_dated_by_start = stay.stage_type in ("setout", "start") or frame.status_type == "planned"
    if is_dated_by_start or frame.mode_type == "visit" or any(word.lemma_ in SCHEDULED for word in _verbs(frame)):
        return replace(when, end_date=when.start_date + rest)
    return when


# --- how long ----------------------------------------------------------------------------------------------------
_LENGTH = re.compile(r"(?P<number>\d{1,2}|[a-z]+) ?- ?(?P<unit>day|week)\b|week ?-? ?long", re.IGNORECASE)
_DAYS_IN = {"day": 1, "week": 7}


def days_at(noun: Token) -> int | None:
    """3 for "three-day visit", "visit of three days", "visit that lasted three days", "three days"."""
    if noun.pos_ not in ("NOUN", "PROPN"):
        return None
    if (own := _counted(noun)) is not None:
        return own
    match = _LENGTH.search(noun.doc[noun.left_edge.i : noun.i].text)
    if match is not None:
        count = _number(match["number"] or "one")
        return count * _DAYS_IN[(match["unit"] or "week").lower()] if count else None
    days = [inner for name, inner in syntax.obliques(noun) if name == "of"]
    days += [day for verb in syntax.children(noun, "acl", "relcl") if verb.lemma_ in LASTING for day in _with(verb)]
    return next(filter(None, map(_counted, days)), None)


def _counted(days: Token) -> int | None:
    """3 for "three days"."""
    unit = _DAYS_IN.get(days.lemma_.lower())
    number = next((_number(child.lower_) for child in syntax.children(days, "nummod")), None)
    return unit * number if unit and number else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else int(NUMBER_WORDS.get(text.lower(), 0)) or None


def _with(verb: Token) -> list[Token]:
    return [*syntax.objects(verb), *syntax.children(verb, "npadvmod")]


def _day_count(frame: Frame) -> int | None:
    return next(filter(None, map(days_at, _lasting_nouns(frame))), None)


def _lasting_nouns(frame: Frame) -> Iterator[Token]:
    """The nouns of which the length is the act's: its own, those for which, or after which, somebody came or left."""
    for word in frame.words:
        is_leaving = word.lemma_ in syntax.LEAVING or frame.entry.with_lemmas & {"out", "off", "home"}
        names = ("for", "on", "after", "following") if is_leaving else ("for", "on")
        yield word
        yield from _with(word)
        for name, noun in syntax.obliques(word):
            if name in names:
                yield noun
            elif name in _AT and part_of(noun):  # "at the end of a three-day visit"
                yield from (inner for of, inner in syntax.obliques(noun) if of == "of")
            elif name == "with":  # "welcomed her with honours at the start of a three-day visit"
                parts = (part for at, part in syntax.obliques(noun) if at in _AT and part_of(part))
                yield from (inner for part in parts for of, inner in syntax.obliques(part) if of == "of")
        for verb in syntax.children(word, "advcl", "xcomp"):  # "came, to spend three days there"
            if verb.lemma_ == "spend" or verb.lemma_ in BEGINNINGS:
                yield from _with(verb)


# --- which part --------------------------------------------------------------------------------------------------
def _stage(frame: Frame) -> str | None:
    nouns = [word for word in frame.words if not syntax.is_verbal(word)]
    verbs = _verbs(frame)
    steps = (
        (_of_clause(noun) for noun in nouns),
        (_around(noun) for noun in nouns),
        (_of_verb(verb, frame) for verb in verbs),
        (_beside(word) for word in frame.words),
        (_above(noun, frame) for noun in nouns),
    )
    found = next((stage for step in steps for stage in step if stage is not None), None)
    return "mention" if found is None and frame.trigger.lemma_.lower() in NOUNS and frame.is_nominal else found


def _verbs(frame: Frame) -> list[Token]:
    return [word for word in frame.words if syntax.is_verbal(word)]


def _of_clause(noun: Token) -> str | None:
    """ "During a visit that ended on Friday": the day that is told is that of the clause, unless the visit's verb tells
    a part itself ("completed a visit that began on Friday")."""
    if noun.dep_ == "dobj" and _by_lemma(noun.head) is not None:
        return None
    clauses = (word for word in noun.subtree if word.dep_ in ("acl", "relcl") and word.lemma_.lower() in _BEGUN)
    dated = (verb for verb in clauses if any(word.ent_type_ == "DATE" for word in verb.subtree))
    return next(map(_by_lemma, dated), None)


def _around(noun: Token) -> str | None:
    """By the preposition before a visit's noun."""
    preposition, above = noun.head, noun.head.head
    if noun.dep_ not in ("pobj", "pcomp"):
        return None
    name = preposition.lower_
    if name == "of":
        return part_of(above)
    if name in _OVER:
        verb = syntax.clause_verb(preposition)
        return "home" if verb is not None and is_homeward(verb) else "end"
    if name in ("during", "amid"):
        return "midst"
    return None


def part_of(noun: Token) -> str | None:
    """The part that a noun says with "of a visit" behind it: "the second day", "the last evening", "the start"."""
    lemma = noun.lemma_.lower()
    ordinal = {child.lower_ for child in noun.children}
    if ordinal & {"opening"} and lemma == "day":
        return "start"
    if lemma == "day" or (lemma in DAYTIMES and ordinal & {"first", "last", "final"}):
        return "end" if ordinal & {"last", "final", "closing"} else "start" if "first" in ordinal else "midst"
    if lemma in ("course", "middle"):
        return "midst"
    return "start" if lemma in _BEGINNING_NOUNS else "end" if lemma in _END_NOUNS else None


def _by_lemma(verb: Token) -> str | None:
    lemma = verb.lemma_.lower()
    return "start" if lemma in BEGINNINGS else "end" if lemma in ENDS or syntax.is_cut_short(verb) else None


def _of_verb(verb: Token, frame: Frame) -> str | None:
    obliques = list(syntax.obliques(verb))
    if verb.lemma_ == "spend" and _has_gone(verb):
        return "end"  # "left, having spent three days there", "left Togo, where he had spent three days"
    if sets_out_home(verb):
        return "end"
    if verb.lemma_ in syntax.LEAVING or (verb.lemma_ == "set" and syntax.children(verb, "prt")):
        aims = [noun for name, noun in obliques if name == "for" and noun.lemma_.lower() != "home"]
        is_from = any(noun in frame.recipients for noun in syntax.objects(verb))
        return "setout" if aims and not is_from else "end"
    if frame.entry.with_lemmas & {"out", "off"} and any(name in ("out of", "from", "off from") for name, _ in obliques):
        return "end"  # "flew out of Togo", "took off from Suva"
    if frame.entry.head in _GOING and is_homeward(verb):
        return "home"
    if is_homeward(verb):
        past = (noun for name, noun in obliques if name in _OVER)
        if any(noun.lemma_.lower() in _STAYED or noun.pos_ == "PROPN" or noun in frame.words for noun in past):
            return "home"
        return None
    if any(subject.lemma_.lower() in NOUNS for subject in syntax.subjects(verb)) and verb.lemma_ not in _BEGUN:
        return None  # "the visit comes at a time …"
    if verb.lemma_ in _JOURNEYS and any(name == "to" and noun in frame.recipients for name, noun in obliques):
        return "start"
    return _by_lemma(verb)


def _has_gone(verb: Token) -> bool:
    words = {child.lower_ for child in syntax.children(verb, "aux")}
    return ("having" in words and verb.dep_ in ("advcl", "ccomp")) or ("had" in words and verb.dep_ == "relcl")


_BEGUN = (ENDS | BEGINNINGS) - {"come", "arrive", "fly", "land", "reach", "welcome", "greet", "cap", "crown", "leave"}


def is_homeward(verb: Token) -> bool:
    """ "Flew home", "returned", "came back", "started on the journey home"."""
    is_home = any(child.lower_ in _HOMEWARD for child in syntax.children(verb, "advmod"))
    return verb.lemma_ == "return" or is_home or sets_out_home(verb)


def sets_out_home(verb: Token) -> bool:
    """ "Started on the journey home", "began the trip back"."""
    nouns = [*syntax.objects(verb), *(noun for _, noun in syntax.obliques(verb))]
    ways = (noun for noun in nouns if noun.lemma_.lower() in NOUNS or noun.lemma_.lower() in ("flight", "way"))
    return any(child.lower_ in ("back", "home", "homeward") for way in ways for child in way.children)


def _beside(word: Token) -> str | None:
    """ "Arrived at the start of a visit", "landed, beginning a visit"."""
    if word.lemma_ in ("bring", "come", "draw"):  # "brought his visit to a close"
        closing = (part_of(noun) for name, noun in syntax.obliques(word) if name == "to")
        if (stage := next(filter(None, closing), None)) is not None:
            return stage
    nouns = (noun for name, noun in syntax.obliques(word) if name in _AT)
    found = [stage for noun in nouns if (stage := part_of(noun)) and any(n == "of" for n, _ in syntax.obliques(noun))]
    added = (verb for verb in syntax.children(word, "advcl", "xcomp") if verb.tag_ in ("VBG", "VBD", "VBZ"))
    found += [stage for verb in added if (stage := _by_lemma(verb))]
    return found[0] if len(set(found)) == 1 else None


def _above(noun: Token, frame: Frame) -> str | None:
    """ "Arrived for a visit", "is on a visit"."""
    verb = syntax.clause_verb(noun)
    stage = _of_verb(verb, frame) if verb is not None and noun.head.head == verb else None
    if stage is None and noun.dep_ == "pobj" and noun.head.lower_ == "on":
        return "midst"
    return stage
