"""What a report takes from other sentences: a reprint from the original, a second mention from the first.

"The visit began today", printed a day later, still means the day of the original. And "it is her first visit to Suva"
says which visit it means only by its place in the text: it takes over day and status of the only visit that its
document dates; where there are several, it keeps what it has. Who "flew home to Malta" has visited somebody else, and
what "won't take place on Sunday" is put off if the same text has another day for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from demarche.events.likeness import share_parties
from demarche.events.tales import NAMELESS, Key, Tale, settings


def settle(tales: Iterable[Tale]) -> list[Tale]:
    """The tales, reprints with the day of the original, visits without a date with that of their document."""
    settled: list[Tale] = []
    visits: dict[str, list[Tale]] = defaultdict(list)
    for tale in _as_first_printed(tales):
        is_visit = tale.report.mode_type == "visit" and not tale.is_trace
        (visits[tale.facts.document_id] if is_visit else settled).append(tale)
    for told in visits.values():
        of_document = [_put_off(_without_home(tale, told), told) for tale in told]
        settled += [_filled(tale, [other for other in of_document if other is not tale]) for tale in of_document]
    return settled


def _as_first_printed(tales: Iterable[Tale]) -> list[Tale]:
    """The tales, those of a sentence that several documents of a story print with day of printing and interval of the
    first."""
    printed: dict[tuple[str, str], list[Tale]] = defaultdict(list)
    settled = []
    for tale in tales:
        if tale.facts.story_id is None:
            settled.append(tale)
        else:
            printed[tale.facts.story_id, tale.sentence_key].append(tale)
    for same in printed.values():
        first = min(same, key=_printing_order)
        dated = min((tale for tale in same if tale.interval is not None), key=_printing_order, default=first)
        settled += [
            replace(
                tale,
                interval=dated.interval if tale.interval is not None else None,
                said=first.published,
                is_reworded=first.facts.is_copy,
            )
            for tale in same
        ]
    return settled


def _printing_order(tale: Tale) -> tuple[bool, date, Key]:
    return tale.facts.is_copy, tale.published or date.max, tale.key


def _filled(tale: Tale, others: Sequence[Tale]) -> Tale:
    """The tale with day, visitor or host of the only visit of its document that it can be, as far as it lacks them."""
    same = [other for other in others if _may_be_one(tale, other)]
    if tale.interval is None:
        dated = [other for other in same if other.interval is not None and not _is_background(other)]
        if not dated or any(_gap(one, other) > 0 for one in dated for other in dated):
            return tale
        told = max(dated, key=lambda other: (_length(other), other.key))
        statuses = {other.status for other in dated}
        is_own = tale.status in (*statuses, "postponed") or len(statuses) > 1
        status = tale.status if is_own else told.status
        tale = replace(tale, interval=told.interval, status=status)
    elif any(_gap(tale, other) > settings()["visit_slack_days"] for other in same):
        return tale
    for side in ("actors", "recipients"):
        told_sides = [getattr(other, side) for other in same if getattr(other, side)]
        if not getattr(tale, side) and told_sides and all(share_parties(told_sides[0], its, 1) for its in told_sides):
            tale = replace(tale, **{side: told_sides[0]})
    return tale


def _without_home(tale: Tale, others: Sequence[Tale]) -> Tale:
    """The tale without a host that is where its visitor, who isn't known to be from there, has gone home to."""
    is_of_unknown = all(whom.startswith(NAMELESS) for whom in tale.actors)
    if tale.stage != "home" or not is_of_unknown or not tale.recipients:
        return tale
    elsewhere = (other for other in others if other.stage != "home" and other.recipients)
    is_elsewhere = any(
        share_parties(tale.actors, other.actors, 1) and other.recipients.keys().isdisjoint(tale.recipients)
        for other in elsewhere
    )
    if not is_elsewhere:
        return tale
    others_told = [participant for participant in tale.participants if participant.role_type != "recipient"]
    return replace(tale, recipients={}, participants=others_told)


def _put_off(tale: Tale, others: Sequence[Tale]) -> Tale:
    """The tale of a visit that won't be made as one that is put off, if its text has a later day for it."""
    if tale.status not in ("cancelled", "denied") or tale.interval is None:
        return tale
    planned = (other for other in others if other.status == "planned" and _may_be_one(tale, other))
    is_moved = any(other.interval is not None and other.interval.start > tale.interval.end for other in planned)
    return replace(tale, status="postponed") if is_moved else tale


def _is_background(tale: Tale) -> bool:
    """Whether a text tells of a visit as of something long past: "was last there two years ago"."""
    if tale.interval is None or tale.published is None or tale.status != "occurred":
        return False
    return tale.published - tale.interval.end > timedelta(days=settings()["plan_days"])


def _gap(one: Tale, other: Tale) -> int:
    return one.interval.gap_days(other.interval) if one.interval and other.interval else 0


def _length(tale: Tale) -> int:
    return (tale.interval.end - tale.interval.start).days if tale.interval else 0


def _may_be_one(tale: Tale, other: Tale) -> bool:
    """Whether visitors agree, or hosts where the one text doesn't say who comes, and nothing says that they don't."""
    shared = 0
    for mine, its in ((tale.actors, other.actors), (tale.recipients, other.recipients)):
        if mine and its:
            if not share_parties(mine, its, 1):
                return False
            shared += 1
    return shared > 0 and (None in (tale.round_number, other.round_number) or tale.round_number == other.round_number)
