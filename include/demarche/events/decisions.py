"""Reviewers' decisions, brought to the reports as they are coded now.

A decision names reports by where their triggers stand (``document:from-to``), so that it outlives another coding of the
text: it is about the reports of that document whose trigger overlaps that place. What is kept, rejected or recoded is
so in every copy of the text, also in one that comes later. Later decisions win; undone ones don't count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import product

from demarche import dates, ontology
from demarche.events.grouping import Decision as Ruling
from demarche.events.tales import sentence_key
from demarche.records import Accuracy, Decision, Report

RECODABLE = ("event_type", "mode_type", "status_type", "start_date", "end_date")
"""Columns that a reviewer may set; category, Goldstein value and codes follow from them."""
_DATING = ("status_type", "start_date", "end_date")


class DecisionError(ValueError):
    """A decision that can't be taken; the message says why."""


@dataclass(frozen=True)
class Applied:
    """What decisions come to: the reports as recoded, and what grouping has to heed."""

    reports: tuple[Report, ...]
    rulings: tuple[Ruling, ...]
    ignored: Mapping[str, str]
    """By id the decisions that can't be applied as they are, each with why: the codebook no longer has their words, or
    the days that they give can't be."""


def place_of(report: Report) -> str:
    """Where a report's trigger stands."""
    return f"{report.document_id}:{report.trigger_start_offset}-{report.trigger_end_offset}"


def documents_of(decision: Decision) -> frozenset[str]:
    """The documents whose reports a decision names."""
    places = (*decision.report_places, *decision.other_report_places)
    return frozenset(place.partition(":")[0] for place in places)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that hold, the earliest first: without undone ones, and an undoing may be undone."""
    ordered = _in_order(decisions)
    gone = undone(ordered)
    return [one for one in ordered if one.decision_type != "undo" and one.decision_id not in gone]


def undone(decisions: Iterable[Decision]) -> set[str]:
    """The ids of decisions that were taken back, undoings that were taken back themselves among them."""
    found: set[str] = set()
    for decision in reversed(_in_order(decisions)):
        if decision.decision_type == "undo" and decision.decision_id not in found and decision.undone_decision_id:
            found.add(decision.undone_decision_id)
    return found


def _in_order(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda decision: (decision.decided_at, decision.decision_id))


def apply(
    decisions: Iterable[Decision],
    reports: Iterable[Report],
    told_dates: Mapping[str, date],
    story_of: Mapping[str, str] | None = None,
) -> Applied:
    """Recode reports, and say which are rejected, one happening, or two.

    ``told_dates`` has the day of each document that a recoding names, and of its copies: of publication, or else of
    fetching. ``story_of`` has the story of each of these.
    """
    told = {report.report_id: report for report in reports}
    in_document: dict[str, list[Report]] = defaultdict(list)
    held = standing(decisions)
    wanted = {document_id for one in held for document_id in documents_of(one)}
    for report in told.values():
        if report.document_id in wanted:
            in_document[report.document_id].append(report)
    copies = _Copies(told, wanted, story_of or {})
    rulings: list[Ruling] = []
    ignored: dict[str, str] = {}
    for ordinal, decision in enumerate(held):
        found = _found(decision.report_places, decision.report_ids, in_document)
        if decision.decision_type == "recode":
            try:
                told |= {one: recoded(told[one], decision.new_values, told_dates) for one in found}
            except DecisionError as error:
                ignored[decision.decision_id] = str(error)
                continue
            for one in copies.of(found):
                with suppress(DecisionError):  # days that can't be of what was printed then
                    told[one] = recoded(told[one], decision.new_values, told_dates)
        elif decision.decision_type == "merge" and len(found) > 1:
            rulings.append(Ruling("must_link", tuple(found), ordinal))
        elif decision.decision_type == "split":
            others = _found(decision.other_report_places, (), in_document)
            rulings += [Ruling("cannot_link", pair, ordinal) for pair in product(found, others) if pair[0] != pair[1]]
        elif decision.decision_type in ("keep", "reject") and found:
            whole = tuple(sorted({*found, *copies.of(found)}))
            rulings.append(Ruling("reject" if decision.decision_type == "reject" else "keep", whole, ordinal))
    return Applied(tuple(told.values()), tuple(rulings), ignored)


class _Copies:
    """The reports that say the same sentence in the same story. Merged and split ones need none: copies of one sentence
    are one event with it by themselves."""

    def __init__(self, told: Mapping[str, Report], named: Collection[str], story_of: Mapping[str, str]) -> None:
        stories = {story_of[document_id] for document_id in named if document_id in story_of}
        self._key_of = {
            report_id: (story_of[report.document_id], sentence_key(report))
            for report_id, report in told.items()
            if story_of.get(report.document_id) in stories
        }
        self._with_key: dict[tuple[str, str], list[str]] = defaultdict(list)
        for report_id, key in self._key_of.items():
            self._with_key[key].append(report_id)

    def of(self, report_ids: Collection[str]) -> list[str]:
        """The copies of these reports, without themselves."""
        keys = {self._key_of[one] for one in report_ids if one in self._key_of}
        return sorted({one for key in keys for one in self._with_key[key]}.difference(report_ids))


def reviewed_precision(decisions: Iterable[Decision], release_version: str) -> list[Accuracy]:
    """How many of the events that were drawn at random are right as they stand, with the 95 % interval. The latest
    decision on each counts; one that was recoded was wrong. None reviewed: no row."""
    latest: dict[tuple[str, ...], str] = {}
    for one in standing(decisions):
        if one.occasion_type == "sample" and one.decision_type in ("keep", "reject", "recode"):
            latest[one.report_ids] = one.decision_type
    count, kept = len(latest), sum(decision == "keep" for decision in latest.values())
    if not count:
        return []
    return [judged_precision(kept, count, release_version=release_version, corpus_name="reviewed random sample")]


def judged_precision(right: int, count: int, *, release_version: str, corpus_name: str) -> Accuracy:
    """The share of ``count`` events that a reader judged ``right``, with its 95 % interval (Wilson 1927, J. Am. Stat.
    Assoc. 22)."""
    z, share = 1.959964, right / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = z / (1 + z * z / count) * ((share * (1 - share) + z * z / (4 * count)) / count) ** 0.5
    return Accuracy(
        release_version=release_version,
        corpus_name=corpus_name,
        measure_type="reviewed",
        group_name="all",
        gold_count=count,
        found_count=count,
        precision_score=round(share, 4),
        low_score=round(max(0.0, centre - spread), 4),
        high_score=round(min(1.0, centre + spread), 4),
    )


def recoded(report: Report, new_values: Mapping[str, str], told_dates: Mapping[str, date]) -> Report:
    """The report with other values. Raises DecisionError for a column or a value that doesn't exist, and for days that
    can't be of what its document tells."""
    checked_values(new_values)
    values: dict[str, str | date | None] = dict(new_values)
    for name in ("start_date", "end_date"):
        if name in new_values:
            values[name] = date.fromisoformat(new_values[name]) if new_values[name] else None
    if "start_date" in values and "end_date" not in values:
        values["end_date"] = values["start_date"]
    if values.get("event_type", report.event_type) != report.event_type and "mode_type" not in values:
        values["mode_type"] = None
    if "start_date" in values:
        values["date_precision_type"] = "day" if values["start_date"] == values["end_date"] else "unknown"
    found = report.model_copy(update={name: None if value == "" else value for name, value in values.items()})
    if found.mode_type and found.mode_type not in ontology.MODES.get(found.event_type, ()):
        raise DecisionError(f"{found.mode_type!r} is no mode of {found.event_type}")
    if not new_values.keys().isdisjoint(_DATING):
        has_occurred = found.status_type == "occurred"
        told = told_dates[report.document_id]
        if why := dates.impossible(found.start_date, found.end_date, told, has_occurred=has_occurred):
            raise DecisionError(why)
    category = ontology.fold(found.event_type, found.status_type)
    mode = found.mode_type if category == found.event_type else None
    return found.model_copy(
        update={
            "plover_type": category,
            "quad_type": ontology.quad_type(category) if category else None,
            "goldstein_value": ontology.goldstein_value(category, mode) if category else None,
            "cameo_code": ontology.cameo_code(category, mode) if category else None,
        }
    )


def checked_values(new_values: Mapping[str, str]) -> None:
    """Raises DecisionError for a column that no reviewer sets, or a value that its list doesn't have."""
    lists: dict[str, Sequence[str]] = {"event_type": ontology.EVENT_TYPES, "status_type": ontology.STATUSES}
    for name, value in new_values.items():
        if name not in RECODABLE:
            raise DecisionError(f"{name!r} can't be set; these can: {', '.join(RECODABLE)}")
        if name in lists and value not in lists[name]:
            raise DecisionError(f"{value!r} is no {name}; there are: {', '.join(lists[name])}")
        if name.endswith("_date") and value:
            try:
                date.fromisoformat(value)
            except ValueError:
                raise DecisionError(f"{name}={value}: write a day like 2018-11-05, or nothing") from None
    event_type, mode = new_values.get("event_type"), new_values.get("mode_type")
    if event_type and mode and mode not in ontology.MODES.get(event_type, ()):
        there = ", ".join(ontology.MODES.get(event_type, ())) or "none"
        raise DecisionError(f"{mode!r} is no mode of {event_type}; there are: {there}")


def _found(places: Iterable[str], ids: Sequence[str], in_document: Mapping[str, Sequence[Report]]) -> list[str]:
    """The reports at these places: where one of the ids is still there, that one, else all that overlap."""
    found: set[str] = set()
    for place in places:
        document_id, _, span = place.partition(":")
        start, _, end = span.partition("-")
        at = [
            report.report_id
            for report in in_document.get(document_id, ())
            if report.trigger_start_offset < int(end) and int(start) < report.trigger_end_offset
        ]
        same = [report_id for report_id in at if report_id in ids]
        found.update(same or at)
    return sorted(found)
