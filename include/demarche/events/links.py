"""How events relate: talks within a visit, a deed after its threat, an answer to an act, a treaty and its ratification.

A link is drawn where there is one best candidate, from the event that came later, or is smaller, to the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import combinations

from demarche.events.agreement import Agreed
from demarche.events.likeness import share_parties
from demarche.events.tales import Interval, Side, join_sides, settings
from demarche.records import Event, EventLink

_ANSWERED = frozenset({"SANCTION", "COERCE"})
_DEEDS = frozenset({"SANCTION", "COERCE", "MOBILIZE", "ASSAULT"})
_OUTCOMES = frozenset({"SUPPORT", "AGREE", "CONCEDE", "COOPERATE"})
_FRUITFUL_NEIGHBOURS = 200


@dataclass(frozen=True, eq=False)
class _Node:
    """An event with what linking looks at."""

    event: Event
    actors: Side
    recipients: Side
    everybody: Side
    documents: frozenset[str]
    words: frozenset[str]
    rounds: frozenset[int]
    deed: str | None

    @property
    def interval(self) -> Interval | None:
        event = self.event
        if event.start_date is None or event.end_date is None:
            return None
        return Interval(event.start_date, event.end_date, event.date_precision_type)

    @property
    def is_dated(self) -> bool:
        return self.interval is not None and self.interval.precision_type == "day"

    @property
    def day(self) -> date | None:
        """When it began, else when it was first told."""
        return self.event.start_date or self.event.first_reported_date


def link(agreed: Sequence[Agreed]) -> tuple[EventLink, ...]:
    """All links between events, sorted by their ids."""
    nodes = sorted((_node(one) for one in agreed), key=lambda node: node.event.event_id)
    found: dict[tuple[str, str, str], EventLink] = {}
    for one, other, link_type, rule in _links(_Calendar(nodes), nodes):
        row = EventLink(
            event_id=one.event.event_id,
            other_event_id=other.event.event_id,
            link_type=link_type,
            load_date=one.event.load_date,
            link_rule=rule,
        )
        found.setdefault((row.event_id, row.other_event_id, row.link_type), row)
    return tuple(found[key] for key in sorted(found))


def _node(agreed: Agreed) -> _Node:
    tales = agreed.happening.tales
    nobody: Side = {}
    deeds = sorted(tale.deed for tale in tales if tale.deed)
    return _Node(
        event=agreed.event,
        actors=reduce(join_sides, (tale.actors for tale in tales), nobody),
        recipients=reduce(join_sides, (tale.recipients for tale in tales), nobody),
        everybody=reduce(join_sides, (tale.everybody for tale in tales), nobody),
        documents=frozenset(tale.facts.document_id for tale in tales),
        words=frozenset(word for tale in tales for word in tale.words),
        rounds=frozenset(tale.round_number for tale in tales if tale.round_number is not None),
        deed=max(deeds, key=deeds.count) if deeds else None,
    )


class _Calendar:
    """Events by type and pair of parties, in the order of days."""

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self._rows: dict[tuple[str, str], list[_Node]] = defaultdict(list)
        for node in nodes:
            for pair in self._pairs(node):
                self._rows[node.event.event_type, pair].append(node)
        for row in self._rows.values():
            row.sort(key=self._order)
        self._days = {key: [node.day or date.max for node in row] for key, row in self._rows.items()}

    @staticmethod
    def _order(node: _Node) -> tuple[date, str]:
        return node.day or date.max, node.event.event_id

    @staticmethod
    def _pairs(node: _Node) -> list[str]:
        whom = sorted(node.everybody)[: settings()["maximum_principals"]]
        return ["+".join(pair) for pair in combinations(whom, 2)]

    def near(self, node: _Node, types: Iterable[str], before: int, after: int) -> Iterator[_Node]:
        """Other events of some types with two of the node's parties, so many days before or after it, each once."""
        if node.day is None:
            return
        first, last = node.day - timedelta(days=before), node.day + timedelta(days=after)
        seen = {node.event.event_id}
        for event_type in sorted(types):
            for pair in self._pairs(node):
                row = self._rows.get((event_type, pair), [])
                days = self._days.get((event_type, pair), [])
                start, end = bisect_left(days, first), bisect_right(days, last)
                for other in row[start : min(end, start + _FRUITFUL_NEIGHBOURS)]:
                    if other.event.event_id not in seen:
                        seen.add(other.event.event_id)
                        yield other


_Found = tuple[_Node, _Node, str, str]


def _links(calendar: _Calendar, nodes: Iterable[_Node]) -> Iterator[_Found]:
    for node in nodes:
        event = node.event
        if event.event_type == "CONSULT":
            yield from _part_of(calendar, node)
            yield from _next_round(calendar, node)
            yield from _cancels(calendar, node)
        if event.event_type in _OUTCOMES and event.status_type == "occurred" and node.deed not in ("praise", "vote"):
            yield from _outcome_of(calendar, node)
        if event.event_type in _DEEDS and event.status_type == "occurred":
            yield from _follows_threat(calendar, node)
        if event.event_type in _ANSWERED and event.status_type == "occurred":
            yield from _responds_to(calendar, node)
        if node.deed == "ratify":
            yield from _ratifies(calendar, node)


def _within(inner: _Node, outer: _Node) -> bool:
    """Whether the one lies within the other's days; what has no date does if one document tells both."""
    if inner.event.status_type != outer.event.status_type:
        return False
    if inner.is_dated and outer.is_dated:
        return _overlap(inner, outer)
    return bool(inner.documents & outer.documents) and (inner.interval is None or outer.interval is None)


def _overlap(one: _Node, other: _Node) -> bool:
    return one.interval is not None and other.interval is not None and one.interval.overlaps(other.interval)


def _places_agree(one: _Node, other: _Node) -> bool:
    countries = {one.event.country_code, other.event.country_code} - {None}
    return len(countries) < 2


def _part_of(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    """Talks during a visit by the same people; a meeting on the margins of a larger one."""
    if node.event.mode_type in ("visit", "phone"):
        return
    visits, crowds = [], []
    for other in calendar.near(node, ["CONSULT"], 31, 3):
        if not _within(node, other) or not _places_agree(node, other):
            continue
        if other.event.mode_type == "visit":
            if share_parties(node.everybody, other.everybody, 2):
                visits.append(other)
        elif (
            node.is_dated
            and len(other.everybody) > max(3, len(node.everybody))
            and node.everybody.keys() <= other.everybody.keys()
        ):
            crowds.append(other)
    for found, rule in ((visits, "talks_during_visit"), (crowds, "on_the_margins")):
        if len(found) == 1:
            yield node, found[0], "part_of", rule


def _next_round(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    if len(node.rounds) != 1:
        return
    (number,) = node.rounds
    before = [
        other
        for other in calendar.near(node, ["CONSULT"], settings()["threat_days"], 0)
        if other.rounds == {number - 1} and other.everybody.keys() == node.everybody.keys()
    ]
    if before:
        yield node, before[-1], "follows", "next_round"


def _cancels(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    """A cancellation that could not be told to be of one plan, and the only plan that it can be of."""
    if node.event.status_type != "cancelled":
        return
    plans = [
        other
        for other in calendar.near(node, ["CONSULT"], settings()["plan_days"], settings()["plan_days"])
        if other.event.status_type in ("planned", "requested", "postponed")
        and other.event.mode_type in (node.event.mode_type, None)
        and share_parties(node.everybody, other.everybody, 2)
        and (not (node.interval and other.interval) or _overlap(node, other))
    ]
    if len(plans) == 1:
        yield node, plans[0], "cancels", "only_plan_of_the_parties"


def _outcome_of(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    """What was agreed at a meeting of the same day that the same document tells of."""
    if not node.is_dated:
        return
    meetings = [
        other
        for other in calendar.near(node, ["CONSULT"], 7, 1)
        if other.event.status_type == "occurred"
        and other.is_dated
        and share_parties(node.everybody, other.everybody, 2)
        and other.event.mode_type != "phone"
        and _overlap(node, other)
        and bool(node.documents & other.documents)
        and _places_agree(node, other)
    ]
    talks = [other for other in meetings if other.event.mode_type != "visit"] or meetings
    if len(talks) == 1:
        yield node, talks[0], "outcome_of", "agreed_at_meeting"


def _towards(one: _Node, other: _Node) -> bool:
    """Whether one is done by the other's actor to the other's recipient."""
    return bool(one.actors.keys() & other.actors.keys() and one.recipients.keys() & other.recipients.keys())


def _back(one: _Node, other: _Node) -> bool:
    return bool(one.actors.keys() & other.recipients.keys() and one.recipients.keys() & other.actors.keys())


def _follows_threat(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    threats = []
    for other in calendar.near(node, [node.event.event_type, "THREATEN"], settings()["threat_days"], 0):
        is_threat = other.event.status_type == "threatened" and (
            other.event.event_type == node.event.event_type
            or (other.event.mode_type is None or _promises(other.event.mode_type, node.event))
        )
        told = other.event.first_reported_date
        if is_threat and _towards(node, other) and (told is None or node.day is None or told <= node.day):
            threats.append(other)
    if threats:
        same = [other for other in threats if other.event.event_type == node.event.event_type] or threats
        yield node, same[-1], "follows", "threat_carried_out"


_PROMISES: Mapping[str, frozenset[str]] = {
    "restrict": frozenset({"SANCTION", "COERCE"}),
    "arrest": frozenset({"COERCE"}),
    "relations": frozenset({"SANCTION"}),
    "expel": frozenset({"SANCTION"}),
    "territory": frozenset({"COERCE", "ASSAULT", "MOBILIZE"}),
    "violence": frozenset({"ASSAULT", "MOBILIZE"}),
}


def _promises(mode: str, deed: Event) -> bool:
    return deed.event_type in _PROMISES.get(mode, frozenset())


def _responds_to(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    """The last like act of the other side within a month before."""
    acts = [
        other
        for other in calendar.near(node, [node.event.event_type], settings()["answer_days"], 0)
        if other.event.status_type == "occurred"
        and _back(node, other)
        and other.event.mode_type == node.event.mode_type
        and _is_before(other, node)
    ]
    if acts:
        yield node, acts[-1], "responds_to", "like_act_in_return"


def _is_before(one: _Node, other: _Node) -> bool:
    last = date.max
    return (one.day or last, one.event.first_reported_date or last) < (
        other.day or last,
        other.event.first_reported_date or last,
    )


def _ratifies(calendar: _Calendar, node: _Node) -> Iterator[_Found]:
    """The only treaty that the parties signed before; of several, the only one on the same subject."""
    signed = [
        other
        for other in calendar.near(node, ["SUPPORT"], settings()["ratification_days"], 0)
        if other.deed == "sign" and other.event.status_type == "occurred"
    ]
    if len(signed) > 1:
        shared = {other.event.event_id: len(node.words & other.words) for other in signed}
        best = max(shared.values())
        signed = [other for other in signed if shared[other.event.event_id] == best and best >= 2]
    if len(signed) == 1:
        yield node, signed[0], "ratifies", "treaty_of_the_parties"
