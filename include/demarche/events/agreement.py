"""What the reports of one happening agree on: each field's value by one stated rule, and where they contradict.

Every *voice* counts once: copies of a text and outlets that print one agency are one voice, and what a voice said last
replaces what it said before. The value told by most voices wins, then the one told last, then the more exact one.
What is told of an act that occurred outweighs what was planned for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from demarche import codebook, ontology
from demarche.events.grouping import Happening
from demarche.events.tales import ENDS, NAMELESS, Interval, Key, Tale, person, principal, settings
from demarche.records import Event, EventParticipant, EventReport, EventStatus, ReportParticipant, record_id
from demarche.stretches import Bound, Length, fit

Voices = Mapping[str, str]
"""Document id → the voice that it is."""


@dataclass(frozen=True)
class Agreed:
    """An event with everything that hangs on it, links apart, and the reports it was made of."""

    event: Event
    reports: tuple[EventReport, ...]
    participants: tuple[EventParticipant, ...]
    statuses: tuple[EventStatus, ...]
    happening: Happening

    @property
    def is_told(self) -> bool:
        """Whether it is more than traces of something that no report tells."""
        return not all(tale.is_trace for tale in self.happening.tales)


def agree(happening: Happening, voices: Voices) -> Agreed:
    """The event that a happening's reports amount to."""
    tales = happening.tales
    voices = _voices_of(happening, voices)
    first = tales[0]
    event_id = "e" + first.report.report_id[1:]
    load_date = date.fromisoformat(first.report.partition_key[:10])
    steps = _steps([tale for tale in tales if not tale.is_mention or _looks_back(tale, tales)] or tales)
    status, is_status_disputed = _final_status(tales, steps, voices)
    weighty = _weighty(tales, status)
    attested_by = _since_moved(happening.attested_by, tales)
    held = [tale for tale in attested_by if tale.status == "occurred"]
    last_step = _step_of_talks(attested_by, status, steps)
    if last_step is not None:
        steps, status = [*steps, last_step], last_step.status
    event_type = first.report.event_type  # a reviewer may have merged unlike acts, and a mode is one of its act
    mode = _vote([tale for tale in tales if tale.report.event_type == event_type], voices, _mode)
    told = [
        tale.published
        for tale in (*tales, *held)
        if tale.status == "occurred" and tale.published and tale.stage != "setout"
    ]
    # it can't have begun after it was first told, a day's slack for time zones
    limit = min(told) + timedelta(days=1) if told and status == "occurred" else date.max
    talks = [tale for tale in attested_by if tale.status in ("occurred", "planned")]
    interval, is_date_disputed = _interval(tales, weighty, status, mode, voices, limit, talks)
    place, is_place_disputed = _place(weighty, tales, voices)
    quantity, is_quantity_disputed = _quantity(tales, voices)
    participants = _participants(tales, voices, event_id, load_date, quantity)
    documents = {tale.facts.document_id: tale.facts for tale in tales}
    published = sorted(facts.published_date for facts in documents.values() if facts.published_date)
    best = min(tales, key=lambda tale: (tale.status != status, _miscounts(tale, quantity), _showing_order(tale)))
    event = Event(
        event_id=event_id,
        load_date=load_date,
        event_type=event_type,
        status_type=status,
        mode_type=mode,
        **_category(event_type, status, mode, tales),
        context_types=tuple(sorted({context for tale in tales for context in tale.report.context_types})),
        start_date=interval.start if interval else None,
        end_date=interval.end if interval else None,
        date_precision_type=interval.precision_type if interval else "unknown",
        **place,
        **quantity,
        **_names(participants),
        report_count=len(tales),
        document_count=len(documents),
        story_count=len({facts.story_id or facts.document_id for facts in documents.values()}),
        independent_source_count=len({voices[document_id] for document_id in documents}),
        first_reported_date=published[0] if published else None,
        last_reported_date=published[-1] if published else None,
        is_disputed=is_status_disputed or is_date_disputed or is_place_disputed or is_quantity_disputed,
        confidence_score=_confidence(tales, voices),
        best_report_id=best.report.report_id,
        best_load_date=best.report.load_date,
    )
    return Agreed(
        event=event,
        reports=tuple(
            EventReport(
                event_id=event_id,
                report_id=tale.report.report_id,
                document_id=tale.facts.document_id,
                load_date=load_date,
                report_load_date=tale.report.load_date,
                merge_rule=happening.rules[tale.report.report_id],
            )
            for tale in sorted(tales, key=lambda tale: tale.report.report_id)
        ),
        participants=participants,
        statuses=tuple(
            EventStatus(
                event_id=event_id,
                report_id=tale.report.report_id,
                load_date=load_date,
                ordinal=ordinal,
                status_type=tale.status,
                reported_date=tale.published,
            )
            for ordinal, tale in enumerate(steps)
        ),
        happening=happening,
    )


def _mode(tale: Tale) -> str | None:
    return tale.report.mode_type


def _chronological(tale: Tale) -> tuple[date, date, Key]:
    return tale.said or date.max, tale.published or date.max, tale.key


def _showing_order(tale: Tale) -> tuple[bool, float, date, date, Key]:
    return tale.facts.is_copy, -tale.report.confidence_score, *_chronological(tale)


def _miscounts(tale: Tale, agreed: Mapping[str, Any]) -> bool:
    """Whether a report has another number than the one agreed on: its words were put right, or outvoted."""
    report = tale.report
    is_same_unit = report.quantity_unit == agreed["quantity_unit"]
    return is_same_unit and report.quantity is not None and report.quantity != agreed["quantity"]


def _confidence(tales: Iterable[Tale], voices: Voices) -> float:
    """The chance that not every voice errs, each as sure as its surest report."""
    surest: dict[str, float] = defaultdict(float)
    for tale in tales:
        voice = voices[tale.facts.document_id]
        surest[voice] = max(surest[voice], tale.report.confidence_score)
    doubt = 1.0
    for voice in sorted(surest):
        doubt *= 1.0 - surest[voice]
    return round(min(1.0 - doubt, 0.99), 3)


def _voices_of(happening: Happening, voices: Voices) -> Voices:
    """Whose voice each document is in what it tells of one happening.

    That of the agency that its sentence credits, and another outlet's own where its copy says of the act what its
    original doesn't: who denies a plan in a sentence or two repeats the words of it.
    """
    tales = happening.tales
    found = {one.facts.document_id: voices[one.facts.document_id] for one in (*tales, *happening.attested_by)}
    originals: dict[str | None, set[str]] = defaultdict(set)
    for tale in tales:
        if not tale.facts.is_copy:
            originals[tale.facts.story_id].add(tale.status)
    for tale in tales:
        facts, told = tale.facts, originals.get(tale.facts.story_id, set())
        if facts.agency_id is not None:
            continue
        if facts.is_copy and told and tale.status in _TURNS and tale.status not in told:
            found[facts.document_id] = facts.source_id
    for tale in tales:
        credited = _credited_agency(tale.report.sentence_text)
        if credited is not None and tale.facts.agency_id is None:
            found[tale.facts.document_id] = credited
    return found


def _credited_agency(sentence: str) -> str | None:
    """The id of the wire agency by whose report something is told: "…, Interfax reported", "citing Interfax"."""
    match = _credit().search(sentence)
    return _agencies()[next(filter(None, match.groups()))] if match else None


@cache
def _agencies() -> Mapping[str, str]:
    """The ids of wire agencies by how they sign."""
    return {sign: record_id("o", row["name"]) for row in codebook.table("agencies") for sign in row["signs"].split(";")}


@cache
def _credit() -> re.Pattern[str]:
    signs = "|".join(map(re.escape, sorted(_agencies(), key=len, reverse=True)))
    behind, before = (settings()[name] for name in ("crediting", "credited_by"))
    return re.compile(
        rf"\b({signs})(?: (?:news )?agency)? (?:{'|'.join(behind)})\b"
        rf"|\b(?i:{'|'.join(before)}) (?:the )?(?:[\w-]+ )?(?:news agency )?({signs})\b"
    )


#: What a second outlet says of an act that another one has told, in the other's words.
_TURNS = ("cancelled", "denied", "postponed")


# --- voting ------------------------------------------------------------------------------------------------------
def _last_words(tales: Iterable[Tale], voices: Voices) -> list[Tale]:
    """Of each voice the reports of its last day: corrections replace what they correct, whenever that is reprinted."""
    last: dict[str, date] = {}
    for tale in tales:
        voice = voices[tale.facts.document_id]
        last[voice] = max(last.get(voice, date.min), tale.said or date.min)
    told = [tale for tale in tales if (tale.said or date.min) == last[voices[tale.facts.document_id]]]
    put_right = {tale.facts.story_id for tale in told if tale.is_reworded}
    return [tale for tale in told if tale.is_reworded or tale.facts.story_id not in put_right]


_Value = TypeVar("_Value")


def _vote(
    tales: Iterable[Tale],
    voices: Voices,
    value_of: Callable[[Tale], _Value | None],
    *,
    supports: Callable[[_Value, _Value], bool] = lambda one, other: one == other,
    exactness: Callable[[_Value], float] = lambda value: 0.0,
) -> _Value | None:
    """The value that most voices tell or at least support, then the one told last, then the most exact one."""
    telling = [tale for tale in tales if value_of(tale) is not None]
    claims = [(tale, value) for tale in _last_words(telling, voices) if (value := value_of(tale)) is not None]
    if not claims:
        return None

    def rank(claim: tuple[Tale, _Value]) -> tuple[Any, ...]:
        _, value = claim
        supporters = {voices[tale.facts.document_id] for tale, told in claims if supports(told, value)}
        last = max((tale.said or date.min) for tale, told in claims if told == value)
        return -len(supporters), -last.toordinal(), -exactness(value), claim[0].key

    unique = {repr(value): (tale, value) for tale, value in reversed(claims)}
    return min(unique.values(), key=rank)[1]


def _contradict(
    tales: Iterable[Tale], voices: Voices, differ: Callable[[Tale, Tale], bool], tells: Callable[[Tale], bool]
) -> bool:
    """Whether two voices' last words differ."""
    told = _last_words([tale for tale in tales if tells(tale)], voices)[: settings()["witness_count"]]
    return any(
        differ(one, other) and voices[one.facts.document_id] != voices[other.facts.document_id]
        for position, one in enumerate(told)
        for other in told[position + 1 :]
    )


# --- status ------------------------------------------------------------------------------------------------------
def _steps(tales: Iterable[Tale]) -> list[Tale]:
    """The reports with which a new status came up, in the order reported."""
    steps: list[Tale] = []
    for tale in sorted(tales, key=_chronological):
        if not steps or steps[-1].status != tale.status:
            steps.append(tale)
    return steps


def _looks_back(mention: Tale, tales: Sequence[Tale]) -> bool:
    """Whether a visit is spoken of after all days for which it was planned: it has been."""
    planned = [tale.interval.end for tale in tales if tale.status == "planned" and tale.interval]
    return bool(planned) and mention.published is not None and mention.published > max(planned)


def _final_status(tales: Sequence[Tale], steps: Sequence[Tale], voices: Voices) -> tuple[str, bool]:
    """The status in the end, and whether it is in dispute.

    What occurred stays so: a plan printed late doesn't undo it, and whoever denies or calls it off afterwards disputes
    it. Only if all who told it have taken it back, it is denied. Of what hasn't occurred, the last word counts, a
    request only if there is no other.
    """
    statuses = [step.status for step in steps]
    if "occurred" in statuses:
        if "denied" in statuses and _is_taken_back(tales, voices):
            return "denied", False
        told = steps[len(statuses) - 1 - statuses[::-1].index("occurred")]
        is_disputed = False
        for step in steps:
            is_against = step.status == "denied" or (
                step.status == "cancelled" and _chronological(step) > _chronological(told)
            )
            is_disputed |= is_against and voices[step.facts.document_id] != voices[told.facts.document_id]
        return "occurred", is_disputed
    later = [step for step in steps if step.status != "requested"] or list(steps)
    status = later[-1].status
    if status == "planned" and "cancelled" in statuses and not _is_planned_anew(steps):
        status = "cancelled"
    if status == "denied" and later[-1].report.mode_type == "visit" and later[-1].report.plover_type is not None:
        # "will not make the trip": no word of its denial, and on the day when it was put off none that it is called off
        same_day = {step.status for step in later if step.said == later[-1].said}
        status = "postponed" if "postponed" in same_day else "cancelled" if "planned" in statuses else status
    if status == "planned" and later[-1].report.mode_type == "visit" and later[-1].said is not None:
        # of one day that a visit is off is the last word, also where a paper says for when it was planned
        same_day = {step.status for step in later if step.said == later[-1].said}
        status = next((off for off in ("cancelled", "postponed") if off in same_day), status)
    return status, False


def _since_moved(attested_by: Sequence[Tale], tales: Sequence[Tale]) -> list[Tale]:
    """Without the traces of a visit that are older than the word that it was put off."""
    moved = max((tale.said for tale in tales if tale.status == "postponed" and tale.said), default=date.min)
    return [tale for tale in attested_by if not tale.is_trace or (tale.said or date.min) > moved]


def _step_of_talks(talks: Sequence[Tale], status: str, steps: Sequence[Tale]) -> Tale | None:
    """The step that talks on a visit add to its life: that it came about, or that it was called off with them."""
    held = [tale for tale in talks if tale.status == "occurred"]
    if held:
        return min(held, key=_chronological) if status in ("planned", "postponed") else None
    called_off = [tale for tale in talks if tale.status in ("cancelled", "postponed")]
    told_last = max(called_off, key=_chronological, default=None)
    is_later = told_last is not None and _chronological(told_last) > _chronological(steps[-1])
    return told_last if status == "planned" and is_later else None


def _is_planned_anew(steps: Sequence[Tale]) -> bool:
    """Whether what was called off is planned for other days since, and not only told to have been planned."""
    off = max(number for number, step in enumerate(steps) if step.status == "cancelled")
    before = [step.interval for step in steps[: off + 1] if step.interval]
    since = [step.interval for step in steps[off + 1 :] if step.interval]
    return bool(since) and not any(one.overlaps(other) for one in before for other in since)


def _is_taken_back(tales: Sequence[Tale], voices: Voices) -> bool:
    """Whether every voice that told of the act as done has denied it on a later day."""
    told: dict[str, date] = {}
    denied: dict[str, date] = {}
    for tale in tales:
        days = told if tale.status == "occurred" else denied if tale.status == "denied" else None
        if days is not None and tale.said is not None and not tale.is_mention:
            voice = voices[tale.facts.document_id]
            days[voice] = max(days.get(voice, date.min), tale.said)
        elif tale.status == "occurred" and not tale.is_mention:
            return False
    return bool(told) and all(denied.get(voice, date.min) > day for voice, day in told.items())


def _weighty(tales: Sequence[Tale], status: str) -> list[Tale]:
    """Whose word on time and place is heard first: reports of the final status, of a plan those since it was moved."""
    final = [tale for tale in tales if tale.status == status]
    moved = [tale for tale in tales if tale.status == "postponed"]
    if status == "planned" and moved:
        since = max(_chronological(tale) for tale in moved)
        final = [tale for tale in final if _chronological(tale) > since] or final
    return final


def _category(event_type: str, status: str, mode: str | None, tales: Sequence[Tale]) -> dict[str, Any]:
    """The columns that follow from act, status and mode; a report that tells all three knows who moved a meeting."""
    same = [t.report for t in tales if t.status == status and t.report.event_type == event_type]
    plover = same[0].plover_type if status == "postponed" and same else ontology.fold(event_type, status)
    if plover is None:
        return {"plover_type": None, "quad_type": None, "goldstein_value": None, "cameo_code": None}
    told_mode = mode if plover == event_type else None
    return {
        "plover_type": plover,
        "quad_type": ontology.quad_type(plover),
        "goldstein_value": ontology.goldstein_value(plover, told_mode),
        "cameo_code": ontology.cameo_code(plover, told_mode),
    }


# --- when, where, how many ---------------------------------------------------------------------------------------
_EXACTNESS = {"day": 4, "week": 3, "month": 2, "year": 1, "unknown": 0}


def _interval(
    tales: Sequence[Tale],
    weighty: Sequence[Tale],
    status: str,
    mode: str | None,
    voices: Voices,
    limit: date,
    talks: Sequence[Tale],
) -> tuple[Interval | None, bool]:
    def told_interval(tale: Tale) -> Interval | None:
        return tale.interval if tale.interval and tale.interval.start <= limit else None

    def exactness(interval: Interval) -> float:
        days = min((interval.end - interval.start).days, 99) / 100
        # A visit's whole span says more than one of its days; otherwise the shorter interval does.
        is_span = mode == "visit" and interval.precision_type == "day"
        return _EXACTNESS[interval.precision_type] + (days if is_span else -days)

    def vote(heard: Sequence[Tale], accepts: Callable[[Interval], bool]) -> Interval | None:
        def value(tale: Tale) -> Interval | None:
            interval = told_interval(tale)
            return interval if interval and accepts(interval) else None

        return _vote(heard, voices, value, supports=Interval.overlaps, exactness=exactness)

    chosen = _visit_days(tales, status, voices, limit, talks) if mode == "visit" else None
    for heard in (weighty, tales):
        chosen = chosen or vote(heard, lambda interval: interval.precision_type == "day")
    for heard in (weighty, tales):
        chosen = chosen or vote(heard, lambda interval: True)
    is_disputed = _contradict(weighty, voices, _days_differ, lambda tale: tale.interval is not None)
    return chosen, is_disputed and status not in ("postponed", "planned", "requested")


def _days_differ(one: Tale, other: Tale) -> bool:
    """Whether two reports tell of days that don't meet; of a visit, where they can't both be its days: the arrival on
    one day, talks on the next and the departure on a third contradict nothing."""
    if one.interval is None or other.interval is None or one.interval.overlaps(other.interval):
        return _lengths_differ(one, other)
    ours, theirs = (
        [said for said in _bounds(tale, is_of_talks=False) if isinstance(said, Bound)]
        if tale.report.mode_type == "visit" and tale.stage is not None
        else []
        for tale in (one, other)
    )
    if not ours or not theirs:
        return True
    return any(a.excludes(b) for a in ours for b in theirs)


def _lengths_differ(one: Tale, other: Tale) -> bool:
    """Whether two reports let a visit begin on one day and last for other numbers of days."""
    counts = {tale.report.day_count for tale in (one, other)} - {None}
    begins = {tale.interval.start for tale in (one, other) if tale.interval is not None and tale.stage == "start"}
    are_told = all(tale.report.mode_type == "visit" and tale.stage == "start" for tale in (one, other))
    return are_told and len(counts) == 2 and len(begins) == 1


def _visit_days(
    tales: Sequence[Tale], status: str, voices: Voices, limit: date, talks: Sequence[Tale]
) -> Interval | None:
    """The first and the last day of a visit: reports bind the one, or the other, or both, or tell of a day between, as
    do the talks that were or are to be held there; what occurred weighs most, the days of a plan that was moved since
    nothing."""
    order = sorted({tale.said for tale in (*tales, *talks) if tale.said})
    recency = {day: place / len(order) / 10 for place, day in enumerate(order)}  # of equals what was told last
    overtaken, first_days = _overtaken(tales, status), _first_days(tales, status)
    claims: dict[tuple[str, Bound | Length], float] = {}
    for tale, is_of_talks in (*((tale, False) for tale in tales), *((tale, True) for tale in talks)):
        weight = _OFF_WEIGHT if tale.status in _OFF else 1.0
        weight = _OCCURRED_WEIGHT if tale.status == status == "occurred" else weight
        weight += recency[tale.said] if tale.said else 0.0
        voice = voices[tale.facts.document_id]
        for said in _bounds(tale, is_of_talks=is_of_talks):
            if isinstance(said, Bound):
                if said.kind == "first" and said.day > first_days[tale.facts.document_id]:
                    said = replace(said, kind="within", slack=0)
                if tale in overtaken or (said.kind == "first" and said.day > limit):
                    continue
            key = voice, replace(said, weight=1.0)
            claims[key] = max(claims.get(key, 0.0), weight * said.weight)
    told = [replace(said, weight=weight) for (_, said), weight in claims.items()]
    days = fit(
        [said for said in told if isinstance(said, Bound)],
        [said for said in told if isinstance(said, Length)],
        longest=settings()["visit_span_days"],
        day_cost=_DAY_COST,
    )
    return Interval(*days, "day") if days else None


_OFF = frozenset({"cancelled", "denied", "postponed"})
_OFF_WEIGHT = 0.5  # who calls a visit off seldom says more than when it was to begin, and that roughly: "next week"
_DAY_COST = 0.1  # of each day that a visit lasts longer: four in five last three days at most
_OCCURRED_WEIGHT = 3.0  # of a report of what has been, beside 1 of a plan for it


def _first_days(tales: Sequence[Tale], status: str) -> Mapping[str, date]:
    """Of each document the first of the first days that it tells: those of later legs aren't the visit's."""
    days: dict[str, date] = defaultdict(lambda: date.max)
    for tale in tales:
        for said in _bounds(tale, is_of_talks=False) if tale.status == status else ():
            if isinstance(said, Bound) and said.kind == "first":
                days[tale.facts.document_id] = min(days[tale.facts.document_id], said.day)
    return days


def _overtaken(tales: Sequence[Tale], status: str) -> set[Tale]:
    """Reports whose days are those of a plan that was moved since.

    A postponement may give the old days or the new ones: it is heard where nothing else is told since, or if it is the
    last word. A plan printed no later has the old days, unless they are those that the postponement gives.
    """
    moved = [tale for tale in tales if tale.status == "postponed"]
    if not moved:
        return set()
    others = [_chronological(tale) for tale in tales if tale.status != "postponed" and tale.interval]
    newest = max(others, default=(date.min, date.min, ("", "")))
    last = max(tale.said or date.max for tale in moved)
    given = {tale.interval for tale in moved if tale.interval}

    def is_old_plan(tale: Tale) -> bool:
        if tale.interval is None or tale.status != "planned" or tale.said is None or tale.said > last:
            return False
        is_as_given = any(tale.interval.overlaps(interval) for interval in given)
        if status == "postponed":
            return bool(given) and not is_as_given
        return tale.said < last or not is_as_given

    unheard = {tale for tale in moved if status != "postponed" and _chronological(tale) < newest}
    return unheard | {tale for tale in tales if is_old_plan(tale)}


def _bounds(tale: Tale, *, is_of_talks: bool) -> Iterator[Bound | Length]:
    """What a report says of a visit's days."""
    if tale.report.day_count and not is_of_talks:
        yield Length(tale.report.day_count)
    if tale.interval is None or tale.interval.precision_type != "day":
        return
    start, end = tale.interval.start, tale.interval.end
    slack = 1 if tale.stage in ("setout", "home") else 0  # who sets out, or is back, may have travelled a day longer
    is_off = tale.status in _OFF  # what isn't to begin on a day isn't to end then
    is_some_day = tale.stage in ("midst", "mention") or (start == end and (tale.stage is None or is_off))
    if is_of_talks or is_some_day:
        yield Bound("within", start)
        yield Bound("within", end)
        if tale.status != "occurred" and tale.stage is None and not is_of_talks:
            yield Bound("first", start, weight=0.5)  # a plan's only day is mostly that of the arrival
        return
    if tale.stage not in ENDS or start < end:
        yield Bound("first", start, slack=slack)
    if tale.stage in ENDS or (start < end and tale.stage != "setout"):
        yield Bound("last", end, slack=slack)


def _place(weighty: Sequence[Tale], tales: Sequence[Tale], voices: Voices) -> tuple[dict[str, Any], bool]:
    def value(tale: Tale) -> tuple[str | None, ...] | None:
        report = tale.report
        told = (report.place_id, report.place_name, report.place_precision_type, report.country_code)
        return told if report.place_name or report.country_code else None

    def supports(told: tuple[str | None, ...], chosen: tuple[str | None, ...]) -> bool:
        return told == chosen or (told[2] in (None, "country") and told[3] == chosen[3])

    def exactness(told: tuple[str | None, ...]) -> float:
        return {"country": 1.0, "region": 2.0, None: 0.0}.get(told[2], 3.0)

    heard = [tale for tale in weighty if value(tale)] or tales
    place = _vote(heard, voices, value, supports=supports, exactness=exactness) or (None, None, None, None)

    def is_exact(tale: Tale) -> bool:
        return tale.report.place_name is not None and exactness(value(tale) or (None,) * 4) >= 3.0

    def differ(one: Tale, other: Tale) -> bool:
        is_visit = one.report.mode_type == "visit"  # it has many cities, and is told of at home as well
        is_elsewhere = len({one.report.country_code, other.report.country_code} - {None}) > 1
        if is_exact(one) and is_exact(other):
            return one.report.place_name != other.report.place_name and (is_elsewhere or not is_visit)
        return is_elsewhere and not is_visit

    is_disputed = _contradict(tales, voices, differ, lambda tale: value(tale) is not None)
    return dict(
        zip(("place_id", "place_name", "place_precision_type", "country_code"), place, strict=True)
    ), is_disputed


def _quantity(tales: Sequence[Tale], voices: Voices) -> tuple[dict[str, Any], bool]:
    def value(tale: Tale) -> tuple[float, str | None] | None:
        report = tale.report
        return (report.quantity, report.quantity_unit) if report.quantity is not None else None

    quantity, unit = _vote(tales, voices, value) or (None, None)
    is_disputed = _contradict(
        tales,
        voices,
        lambda one, other: (
            one.report.quantity != other.report.quantity and one.report.quantity_unit == other.report.quantity_unit
        ),
        lambda tale: tale.report.quantity is not None,
    )
    return {"quantity": quantity, "quantity_unit": unit}, is_disputed


# --- who ---------------------------------------------------------------------------------------------------------
def _participants(
    tales: Sequence[Tale], voices: Voices, event_id: str, load_date: date, quantity: Mapping[str, Any]
) -> tuple[EventParticipant, ...]:
    """Everybody whom a report names, once: a state gives way to the body or person that acted for it. In the words of
    a report that has the number agreed on: "two envoys", once "five envoys" are put right."""
    told: dict[str, list[tuple[Tale, ReportParticipant]]] = defaultdict(list)
    for tale in tales:
        for participant in tale.participants:
            told[_identity(participant)].append((tale, participant))
    rows = []
    roles_of = {
        identity: _counted(claims, voices, lambda participant: participant.role_type)
        for identity, claims in told.items()
    }
    for identity in _most_exact(told, roles_of):
        claims, roles = told[identity], roles_of[identity]
        of_role = [(_miscounts(tale, quantity), p) for tale, p in claims if p.role_type == roles[0]]
        row = min(of_role, key=lambda claim: (_fullness(claim[1])[:2], claim[0], _fullness(claim[1])))[1]
        parts = _counted(claims, voices, lambda participant: participant.part_type)
        offices = _counted(claims, voices, lambda participant: participant.office_name)
        rows.append((row, roles[0], parts[0] if parts else None, offices[0] if offices else None))
    rows.sort(key=lambda row: (row[1], principal(row[0]) or "~", row[0].entity_id or "~", row[0].name or ""))
    return tuple(
        EventParticipant(
            event_id=event_id,
            load_date=load_date,
            ordinal=ordinal,
            role_type=role,
            part_type=part,
            entity_id=row.entity_id,
            name=row.name,
            entity_type=row.entity_type,
            country_code=row.country_code,
            sector_type=row.sector_type,
            office_name=office,
        )
        for ordinal, (row, role, part, office) in enumerate(rows)
    )


def _identity(participant: ReportParticipant) -> str:
    somebody = person(participant)
    if participant.entity_id:
        return participant.entity_id
    if somebody is not None:
        return "person:" + " ".join(sorted(somebody.names))
    whom = principal(participant)
    return f"somebody of {whom}" if whom else f"text:{(participant.name or participant.text).casefold()}"


_Told = Mapping[str, Sequence[tuple[Tale, ReportParticipant]]]


def _most_exact(told: _Told, roles_of: Mapping[str, Sequence[str]]) -> list[str]:
    """The identities that stay: of one principal in one role the named persons, else its bodies, else the state itself.

    Nameless parties stay only where no principal is known at all.
    """
    levels: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    nameless = []
    for identity, claims in told.items():
        tale, participant = claims[0]
        is_mutual = tale.report.event_type in settings()["mutual_types"]
        principal_id = principal(participant)
        if principal_id is None:
            nameless.append(identity)
            continue
        whom = (principal_id, "" if is_mutual else roles_of[identity][0])
        if person(participant) is not None:
            levels[whom][identity] = 0
        elif participant.entity_id is not None and participant.entity_id != participant.country_code:
            levels[whom][identity] = 1
        elif participant.entity_id is not None:
            levels[whom][identity] = 2
        else:
            levels[whom][identity] = 3
    kept = []
    for of_principal in levels.values():
        best = min(of_principal.values())
        kept += [identity for identity, level in of_principal.items() if level == best]
    return sorted(_without_repeated_names(kept, told)) or sorted(nameless)


def _without_repeated_names(identities: Sequence[str], told: _Told) -> list[str]:
    """Without the persons whose name is part of another's of the same principal ("Vella" beside "Maria Vella"), or,
    where nobody knows whom they act for, of anybody's."""
    persons = {identity: (principal(told[identity][0][1]), person(told[identity][0][1])) for identity in identities}

    def is_repeated(identity: str) -> bool:
        whom, somebody = persons[identity]
        if somebody is None or somebody.entity_id is not None:
            return False
        is_bare = whom is not None and whom.startswith(NAMELESS)
        others = [
            it
            for other, (its, it) in persons.items()
            if other != identity and it is not None and (its == whom or (is_bare and somebody.names <= it.names))
        ]
        return any(somebody.is_same(it) and (it.entity_id is not None or somebody.names < it.names) for it in others)

    return [identity for identity in identities if not is_repeated(identity)]


def _counted(
    claims: Sequence[tuple[Tale, ReportParticipant]],
    voices: Voices,
    value_of: Callable[[ReportParticipant], str | None],
) -> list[str]:
    """The values told, by most voices first, then alphabetically."""
    supporters: dict[str, set[str]] = defaultdict(set)
    for tale, participant in claims:
        value = value_of(participant)
        if value is not None:
            supporters[value].add(voices[tale.facts.document_id])
    return sorted(supporters, key=lambda value: (-len(supporters[value]), value))


def _fullness(participant: ReportParticipant) -> tuple[bool, bool, int, str, str]:
    name = participant.name or ""
    return participant.entity_id is None, participant.country_code is None, -len(name), name, participant.report_id


def _names(participants: Sequence[EventParticipant]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for role in ontology.ROLES:
        of_role = [participant for participant in participants if participant.role_type == role]
        columns[f"{role}_names"] = tuple(dict.fromkeys(p.name for p in of_role if p.name))
        columns[f"{role}_country_codes"] = tuple(sorted({p.country_code for p in of_role if p.country_code}))
    return columns
