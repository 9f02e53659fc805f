"""What a report takes from other sentences: a reprint from the original, a second mention from the first.

"The visit began today", printed a day later, still means the day of the original. And "it is her first visit to Suva"
says which visit it means only by its place in the text: it takes over day and status of the only visit that its
document dates; where there are several, it keeps what it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from demarche.events.likeness import share_parties
from demarche.events.tales import Interval, Tale


def settle(tales: Iterable[Tale]) -> list[Tale]:
    """The tales, reprints with the day of the original, visits without a date with that of their document."""
    settled: list[Tale] = []
    visits: dict[str, list[Tale]] = defaultdict(list)
    for tale in _as_first_printed(tales):
        (visits[tale.facts.document_id] if tale.report.mode_type == "visit" else settled).append(tale)
    for of_document in visits.values():
        dated = [tale for tale in of_document if tale.interval is not None]
        settled += [_filled(tale, dated) if tale.interval is None else tale for tale in of_document]
    return settled


def _as_first_printed(tales: Iterable[Tale]) -> list[Tale]:
    printed: dict[tuple[str, str], list[Tale]] = defaultdict(list)
    settled = []
    for tale in tales:
        if tale.facts.story_id is None or tale.interval is None:
            settled.append(tale)
        else:
            printed[tale.facts.story_id, tale.sentence_key].append(tale)
    for same in printed.values():
        first = min(same, key=lambda tale: (tale.facts.is_copy, tale.published or date.max, tale.key))
        settled += [
            tale if tale.interval == first.interval else replace(tale, interval=first.interval) for tale in same
        ]
    return settled


def _filled(tale: Tale, dated: Sequence[Tale]) -> Tale:
    same = [other for other in dated if _may_be_one(tale, other)]
    days: set[Interval | None] = {other.interval for other in same}
    if len(days) != 1:
        return tale
    statuses = {other.status for other in same}
    status = tale.status if tale.status in statuses or len(statuses) > 1 else same[0].status
    return replace(tale, interval=same[0].interval, status=status)


def _may_be_one(tale: Tale, dated: Tale) -> bool:
    """Whether visitors agree, or hosts where the one text doesn't say who comes, and nothing says that they don't."""
    if not (tale.actors or tale.recipients) or (tale.actors and not share_parties(tale.actors, dated.actors, 1)):
        return False
    if tale.recipients and dated.recipients and not share_parties(tale.recipients, dated.recipients, 1):
        return False
    return None in (tale.round_number, dated.round_number) or tale.round_number == dated.round_number
