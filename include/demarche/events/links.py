"""How events relate: talks within a visit, a deed after its threat, an answer to an act, a treaty and its ratification.

A link is drawn where there is one best candidate, from the event that came later, or is smaller, to the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, reduce
from itertools import combinations
from typing import NamedTuple

from demarche.events.likeness import share_parties
from demarche.events.tales import Interval, Side, Tale, fold, join_sides, settings
from demarche.records import Event, EventLink

_ANSWERED = frozenset({"SANCTION", "COERCE"})
_DEEDS = frozenset({"SANCTION", "COERCE", "MOBILIZE", "ASSAULT"})
_OUTCOMES = frozenset({"SUPPORT", "AGREE", "CONCEDE", "COOPERATE"})
NEIGHBOURS = 200
"""Of so many events under a key, the last ones, one looks for its link."""


class LinkKey(NamedTuple):
    """Under what an event is found, on a day, or what it looks for, in a span of days: a kind of event of two
    parties."""

    name: str
    is_sought: bool
    first: date
    last: date


@dataclass(frozen=True, eq=False)
class Node:
    """An event with what linking looks at."""

    event: Event
    actors: Side
    recipients: Side
    everybody: Side
    documents: frozenset[str]
    words: frozenset[str]
    rounds: frozenset[int]
    deed: str | None
    is_answer: bool
    """Whether a report says that it was done in return."""

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

    @property
    def pairs(self) -> list[str]:
        whom = sorted(self.everybody)[: settings()["maximum_principals"]]
        return ["+".join(pair) for pair in combinations(whom, 2)]

    @cached_property
    def keys(self) -> tuple[LinkKey, ...]:
        """What it is found under and what it looks for: two events without a common key are never linked."""
        if (day := self.day) is None:
            return ()
        offered = [LinkKey(kind, False, day, day) for kind in _kinds(self)]
        sought = [LinkKey(kind, True, day - timedelta(days=b), day + timedelta(days=a)) for kind, b, a in _wishes(self)]
        return tuple(key._replace(name=f"{key.name}|{pair}") for pair in self.pairs for key in (*offered, *sought))


def node_of(event: Event, tales: Iterable[Tale]) -> Node:
    """An event as linking sees it, from the tales of its reports."""
    ordered = sorted(tales, key=lambda tale: tale.key)
    nobody: Side = {}
    deeds = sorted(tale.deed for tale in ordered if tale.deed)
    return Node(
        event=event,
        actors=reduce(join_sides, (tale.actors for tale in ordered), nobody),
        recipients=reduce(join_sides, (tale.recipients for tale in ordered), nobody),
        everybody=reduce(join_sides, (tale.everybody for tale in ordered), nobody),
        documents=frozenset(tale.facts.document_id for tale in ordered),
        words=frozenset(word for tale in ordered for word in tale.words),
        rounds=frozenset(tale.round_number for tale in ordered if tale.round_number is not None),
        deed=max(deeds, key=deeds.count) if deeds else None,
        is_answer=event.event_type in _ANSWERED and any(map(_is_told_as_answer, ordered)),
    )


def _is_told_as_answer(tale: Tale) -> bool:
    said = fold(tale.report.sentence_text)
    return any(phrase in said for phrase in settings()["in_return"])


def link(nodes: Iterable[Node], *, only: Container[str] | None = None) -> tuple[EventLink, ...]:
    """The links of all events, or of those that ``only`` names, to others, sorted by their ids.

    Of an event that is to be linked, all others must be given that have under one of its keys what it looks for, or the
    last ``NEIGHBOURS`` of each key.
    """
    ordered = sorted(nodes, key=lambda node: node.event.event_id)
    seekers = [node for node in ordered if only is None or node.event.event_id in only]
    found: dict[tuple[str, str, str], EventLink] = {}
    for one, other, link_type, rule in _links(_Calendar(ordered), seekers):
        row = EventLink(
            event_id=one.event.event_id,
            other_event_id=other.event.event_id,
            link_type=link_type,
            load_date=one.event.load_date,
            link_rule=rule,
        )
        found.setdefault((row.event_id, row.other_event_id, row.link_type), row)
    return tuple(found[key] for key in sorted(found))


# --- what is found, and what is looked for -----------------------------------------------------------------------
def _kinds(node: Node) -> list[str]:
    """As what an event can be the other end of a link."""
    event, kinds = node.event, []
    if event.event_type == "CONSULT":
        kinds = [f"round {number}" for number in node.rounds] if len(node.rounds) == 1 else []
        if event.mode_type == "visit":
            kinds.append("visit")
        elif len(node.everybody) > 3:
            kinds.append("crowd")
        if event.status_type in ("planned", "requested", "postponed"):
            kinds.append("plan")
        if event.status_type == "occurred" and node.is_dated and event.mode_type != "phone":
            kinds.append("meeting")
    if event.status_type == "threatened":
        kinds.append(f"threat {event.event_type}")
        if event.event_type == "THREATEN":
            promised = _DEEDS if event.mode_type is None else _PROMISES.get(event.mode_type, frozenset())
            kinds += [f"threat {deed}" for deed in sorted(promised)]
    if event.event_type in _ANSWERED and event.status_type == "occurred":
        kinds.append(f"act {event.event_type}")
    if event.event_type == "SUPPORT" and event.status_type == "occurred" and node.deed == "sign":
        kinds.append("signing")
    return kinds


def _wishes(node: Node) -> Iterator[tuple[str, int, int]]:
    """What an event may be linked to: kinds, each within so many days before and after it."""
    event = node.event
    if event.event_type == "CONSULT":
        if event.mode_type not in ("visit", "phone"):
            yield "visit", 31, 3
            if node.is_dated:
                yield "crowd", 31, 3
        if len(node.rounds) == 1:
            yield f"round {min(node.rounds) - 1}", settings()["threat_days"], 0
        if event.status_type == "cancelled":
            yield "plan", settings()["plan_days"], settings()["plan_days"]
    is_done = event.status_type == "occurred"
    if event.event_type in _OUTCOMES and is_done and node.deed not in ("praise", "vote") and node.is_dated:
        yield "meeting", 7, 1
    if event.event_type in _DEEDS and is_done:
        yield f"threat {event.event_type}", settings()["threat_days"], 0
    if event.event_type in _ANSWERED and is_done:
        yield f"act {event.event_type}", settings()["answer_days"], 0
    if node.deed == "ratify":
        yield "signing", settings()["ratification_days"], 0
    if event.event_type == "CONCEDE" and is_done and node.deed == "lift":
        yield "act SANCTION", settings()["lifting_days"], 0


class _Calendar:
    """Events by what they are found under, in the order of days."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._rows: dict[str, list[tuple[date, str, Node]]] = defaultdict(list)
        for node in nodes:
            for key in node.keys:
                if not key.is_sought:
                    self._rows[key.name].append((key.first, node.event.event_id, node))
        for row in self._rows.values():
            row.sort(key=lambda found: found[:2])

    def near(self, node: Node, kind: str) -> list[Node]:
        """Other events of a kind that the node looks for, with two of its parties, each once; of many that are found
        under one key the last."""
        found: dict[str, Node] = {}
        for key in node.keys:
            if key.is_sought and key.name.partition("|")[0] == kind:
                row = self._rows.get(key.name, [])
                start = bisect_left(row, key.first, key=lambda found: found[0])
                end = bisect_right(row, key.last, key=lambda found: found[0])
                for _, event_id, other in row[max(start, end - NEIGHBOURS) : end]:
                    if other is not node:
                        found.setdefault(event_id, other)
        return list(found.values())


_Found = tuple[Node, Node, str, str]


def _links(calendar: _Calendar, nodes: Iterable[Node]) -> Iterator[_Found]:
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
        if event.event_type == "CONCEDE" and event.status_type == "occurred" and node.deed == "lift":
            yield from _lifts(calendar, node)


def _within(inner: Node, outer: Node) -> bool:
    """Whether the one lies within the other's days; what has no date does if one document tells both."""
    if inner.event.status_type != outer.event.status_type:
        return False
    if inner.is_dated and outer.is_dated:
        return _overlap(inner, outer)
    return bool(inner.documents & outer.documents) and (inner.interval is None or outer.interval is None)


def _overlap(one: Node, other: Node) -> bool:
    return one.interval is not None and other.interval is not None and one.interval.overlaps(other.interval)


def _places_agree(one: Node, other: Node) -> bool:
    countries = {one.event.country_code, other.event.country_code} - {None}
    return len(countries) < 2


def _part_of(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """Talks during a visit by the same people; a meeting on the margins of a larger one."""
    if node.event.mode_type in ("visit", "phone"):
        return
    visits = [
        other
        for other in calendar.near(node, "visit")
        if _within(node, other) and _places_agree(node, other) and share_parties(node.everybody, other.everybody, 2)
    ]
    crowds = [
        other
        for other in calendar.near(node, "crowd")
        if _within(node, other)
        and _places_agree(node, other)
        and len(other.everybody) > len(node.everybody)
        and node.everybody.keys() <= other.everybody.keys()
    ]
    for found, rule in ((visits, "talks_during_visit"), (crowds, "on_the_margins")):
        if len(found) == 1:
            yield node, found[0], "part_of", rule


def _next_round(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    if len(node.rounds) != 1:
        return
    (number,) = node.rounds
    before = [
        other for other in calendar.near(node, f"round {number - 1}") if other.everybody.keys() == node.everybody.keys()
    ]
    if before:
        yield node, before[-1], "follows", "next_round"


def _cancels(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """A cancellation that could not be told to be of one plan, and the only plan that it can be of."""
    if node.event.status_type != "cancelled":
        return
    plans = [
        other
        for other in calendar.near(node, "plan")
        if other.event.mode_type in (node.event.mode_type, None)
        and share_parties(node.everybody, other.everybody, 2)
        and (not (node.interval and other.interval) or _overlap(node, other))
    ]
    if len(plans) == 1:
        yield node, plans[0], "cancels", "only_plan_of_the_parties"


def _outcome_of(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """What was agreed at a meeting of the same day that the same document tells of."""
    meetings = [
        other
        for other in calendar.near(node, "meeting")
        if share_parties(node.everybody, other.everybody, 2)
        and _overlap(node, other)
        and bool(node.documents & other.documents)
        and _places_agree(node, other)
    ]
    talks = [other for other in meetings if other.event.mode_type != "visit"] or meetings
    if len(talks) == 1:
        yield node, talks[0], "outcome_of", "agreed_at_meeting"


def _towards(one: Node, other: Node) -> bool:
    """Whether one is done by the other's actor to the other's recipient."""
    return bool(one.actors.keys() & other.actors.keys() and one.recipients.keys() & other.recipients.keys())


def _back(one: Node, other: Node) -> bool:
    return bool(one.actors.keys() & other.recipients.keys() and one.recipients.keys() & other.actors.keys())


def _follows_threat(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    threats = []
    for other in calendar.near(node, f"threat {node.event.event_type}"):
        told = other.event.first_reported_date
        if _towards(node, other) and (told is None or node.day is None or told <= node.day):
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


def _responds_to(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """The last like act of the other side within a month before, or of the same day if one is told as the answer."""
    acts = [
        other
        for other in calendar.near(node, f"act {node.event.event_type}")
        if _back(node, other) and other.event.mode_type == node.event.mode_type and _is_answered(other, node)
    ]
    if acts:
        yield node, acts[-1], "responds_to", "like_act_in_return"


def _is_answered(act: Node, answer: Node) -> bool:
    if act.day == answer.day and act.is_answer != answer.is_answer:
        return answer.is_answer
    return _is_before(act, answer)


def _is_before(one: Node, other: Node) -> bool:
    last = date.max
    return (one.day or last, one.event.first_reported_date or last) < (
        other.day or last,
        other.event.first_reported_date or last,
    )


def _lifts(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """The last measure of the same side against the same other that this one lifts."""
    measures = [
        other
        for other in calendar.near(node, "act SANCTION")
        if other.event.mode_type in _LIFTED and _towards(node, other) and _is_before(other, node)
    ]
    if measures:
        yield node, measures[-1], "cancels", "measure_lifted"


#: Modes of SANCTION that last until they are lifted: an envoy who was sent home isn't.
_LIFTED = frozenset({None, "discontinue"})


def _ratifies(calendar: _Calendar, node: Node) -> Iterator[_Found]:
    """The only treaty that the parties signed before; of several, the only one on the same subject."""
    signed = calendar.near(node, "signing")
    if len(signed) > 1:
        shared = {other.event.event_id: len(node.words & other.words) for other in signed}
        best = max(shared.values())
        signed = [other for other in signed if shared[other.event.event_id] == best and best >= 2]
    if len(signed) == 1:
        yield node, signed[0], "ratifies", "treaty_of_the_parties"
