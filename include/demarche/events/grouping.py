"""Reports into happenings: blocks, comparisons, constrained agglomeration.

Reports coded alike are folded into one *coding* first, so that a million copies cost one comparison. Codings are
compared within blocks; ties join groups from the strongest down, and no tie joins what a conflict between any two
members keeps apart: so a chain of compatible neighbours can't bring incompatible ends together. Everything is sorted
by (partition key, report id) before it matters, which makes the outcome independent of the order of the input.

A *cluster* is what ties connect, whether they joined it or not. What becomes of a report is decided within its cluster
alone, so that whoever hands over whole clusters, and says who else sits in blocks that are full, gets of them what
grouping everything would give (`docs/decisions/0010-only-what-a-load-touches.md`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, permutations
from typing import Literal, NamedTuple

from demarche.events.likeness import Verdict, compare, is_news_of, is_planned_anew, is_within_stay
from demarche.events.tales import Side, Tale, settings


@dataclass(frozen=True)
class Decision:
    """What a reviewer decided about reports. Of contradicting decisions the one with the greater ``ordinal`` wins.

    ``must_link`` and ``cannot_link`` name two or more reports; ``reject`` takes reports out, ``keep`` takes that back.
    """

    decision_type: Literal["must_link", "cannot_link", "reject", "keep"]
    report_ids: tuple[str, ...]
    ordinal: int = 0


@dataclass(frozen=True)
class Happening:
    """The reports of one happening, the smallest first, and the rule that joined each."""

    tales: tuple[Tale, ...]
    rules: Mapping[str, str]
    cluster_number: int = 0
    attested_by: tuple[Tale, ...] = ()
    """Of a visit: reports of other happenings, of talks that the visitor held there; the smallest first."""


class Seat(NamedTuple):
    """A coding's place in a block: when it was, and its number (``number_of`` its smallest report)."""

    day: date
    number: int


def number_of(report_id: str) -> int:
    """A number for a report or event, from 60 bits of its id."""
    return int(report_id[1:16], 16)


class Codings:
    """Reports folded where they are coded alike, rejected ones left out, with the blocks in which they meet.

    ``only`` names the reports that are to be grouped; the others are context: copies of their sentences.
    """

    def __init__(
        self, tales: Iterable[Tale], decisions: Sequence[Decision] = (), *, only: Container[str] | None = None
    ) -> None:
        rejected, self.linked, self.parted = _read_decisions(decisions)
        kept = sorted((tale for tale in tales if tale.report.report_id not in rejected), key=lambda tale: tale.key)
        decided = {report_id for pair in (*self.linked, *self.parted) for report_id in pair}
        wanted = [tale for tale in kept if only is None or tale.report.report_id in only]
        self.groups = _codings(wanted, decided)
        self.where = {tale.report.report_id: index for index, coding in enumerate(self.groups) for tale in coding}
        self.seats = [_seat(coding[0]) for coding in self.groups]
        self.blocks: dict[str, list[int]] = defaultdict(list)
        for index, coding in enumerate(self.groups):
            for key in blocks_of(coding[0]).union(*map(_document_keys, coding)):
                self.blocks[key].append(index)
        self.copies = sorted(self._copies(kept))

    def _copies(self, kept: Iterable[Tale]) -> Iterator[tuple[int, int]]:
        """The first report of each sentence of a story with each other one: they meet even without parties or dates."""
        firsts: dict[tuple[str, str], str] = {}
        for tale in kept:
            if tale.facts.story_id is not None:
                report_id = tale.report.report_id
                first = firsts.setdefault((tale.facts.story_id, tale.sentence_key), report_id)
                if first in self.where and report_id in self.where and self.where[first] != self.where[report_id]:
                    one, other = sorted((self.where[first], self.where[report_id]))
                    yield one, other


def _seat(tale: Tale) -> Seat:
    day = tale.interval.start if tale.interval else tale.published or date.max
    return Seat(day, number_of(tale.report.report_id))


def group(codings: Codings, elsewhere: Mapping[str, Collection[Seat]] | None = None) -> list[Happening]:
    """Every report in its happening. ``elsewhere`` are the seats in a block of codings that aren't given."""
    return _Grouping(codings, elsewhere or {}).happenings()


def _read_decisions(
    decisions: Sequence[Decision],
) -> tuple[set[str], set[tuple[str, str]], set[tuple[str, str]]]:
    """Rejected reports, pairs that must and pairs that can't be one; the latest decision on each wins."""
    rejections: dict[str, bool] = {}
    links: dict[tuple[str, str], bool] = {}
    for decision in sorted(decisions, key=lambda d: (d.ordinal, d.decision_type, d.report_ids)):
        if decision.decision_type in ("reject", "keep"):
            rejections |= dict.fromkeys(decision.report_ids, decision.decision_type == "reject")
        else:
            pairs = combinations(sorted(set(decision.report_ids)), 2)
            links |= dict.fromkeys(pairs, decision.decision_type == "must_link")
    return (
        {report_id for report_id, is_rejected in rejections.items() if is_rejected},
        {pair for pair, is_link in links.items() if is_link},
        {pair for pair, is_link in links.items() if not is_link},
    )


# --- codings -----------------------------------------------------------------------------------------------------
def _codings(tales: Iterable[Tale], decided: set[str]) -> list[list[Tale]]:
    """Reports that are coded alike and that nothing could tell apart, the smallest first in each.

    A reviewed report stands alone, so that a decision moves it and nothing else.
    """
    folded: dict[tuple[object, ...], list[Tale]] = defaultdict(list)
    for tale in tales:
        report = tale.report
        apart: tuple[object, ...] = ()
        if report.report_id in decided:
            apart = (report.report_id,)
        elif not _is_firm(tale):
            apart = (tale.sentence_key, tale.facts.story_id or tale.facts.document_id)
            if tale.facts.story_id is None:
                apart = (*apart, report.report_id)
        coding = (
            report.event_type, report.mode_type, tale.status, _names(tale.actors), _names(tale.recipients),
            tale.interval, report.date_precision_type, report.place_id, report.place_name,
            report.country_code, report.quantity, report.quantity_unit, tale.round_number, tale.deed, tale.published,
            tale.is_trace,
        )  # fmt: skip
        folded[(*coding, *apart)].append(tale)
    return sorted(folded.values(), key=lambda same: same[0].key)


def _is_firm(tale: Tale) -> bool:
    """Whether act, day and two parties are told, so that equal codings are one happening."""
    is_dated = tale.interval is not None and tale.interval.precision_type == "day"
    return is_dated and len(tale.everybody) > 1 and tale.report.event_type not in settings()["verbal_types"]


def _names(side: Side) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (whom, tuple(sorted(p.entity_id or " ".join(sorted(p.names)) for p in persons)))
        for whom, persons in sorted(side.items())
    )


# --- blocks ------------------------------------------------------------------------------------------------------
def keys_of(event_type: str, everybody: Iterable[str], days: tuple[date, date] | None) -> frozenset[str]:
    """The blocks of an act: its type, two of its parties, a month it may lie in. No party or no time, no block."""
    whom = sorted(everybody)[: settings()["maximum_principals"]]
    if not whom or days is None:
        return frozenset()
    pairs = [f"{a}+{b}" for a, b in combinations(whom, 2)] or [f"{whom[0]}+"]
    return frozenset(f"{event_type}|{pair}|{month}" for pair in pairs for month in _months(*days))


def days_of(start: date | None, end: date | None, status_type: str, published: date | None) -> tuple[date, date] | None:
    """The days on which an act can have been, with some slack: from its interval, else from when it was printed."""
    if start is not None and end is not None:
        days = settings()["visit_slack_days"]
        first, last = start - timedelta(days=days), end + timedelta(days=days)
        if status_type == "postponed":  # what is put off comes later, or its first day was told before
            last += timedelta(days=settings()["moved_days"])
            if published is not None:
                first, last = min(first, published), max(last, published)
        return first, min(last, first + timedelta(days=366))
    if published is None:
        return None
    first = published - timedelta(days=settings()["news_days"])
    return first, published + timedelta(days=1 if status_type == "occurred" else settings()["plan_days"])


def _months(first: date, last: date) -> list[str]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def _document_keys(tale: Tale) -> frozenset[str]:
    """A visit's document: one text may tell of a visit again, without date or host."""
    is_visit = tale.report.mode_type == "visit" and tale.everybody and not tale.is_trace
    return frozenset({f"document|{tale.facts.document_id}"} if is_visit else ())


def blocks_of(tale: Tale) -> frozenset[str]:
    """The blocks of a report: two reports without a common one are never compared, except by a story."""
    status = "planned" if tale.is_mention else tale.status
    when = tale.interval
    days = days_of(when.start if when else None, when.end if when else None, status, tale.published)
    if tale.report.mode_type == "visit" and when is None and status == "occurred" and days is not None:
        days = (days[0] - timedelta(days=settings()["recalled_days"]), days[1])
    keys = keys_of(tale.report.event_type, tale.everybody, days) | _document_keys(tale)
    if tale.report.mode_type == "visit" and days is not None:  # who comes may be known by name only, and not where to
        names = {name for persons in tale.actors.values() for one in persons for name in one.names if len(name) > 3}
        hosts = ("", *tale.recipients)
        slack = timedelta(days=settings()["misread_days"] if status != "occurred" else 0)  # it may come on another day
        ahead = timedelta(days=settings()["plan_days"]) if status == "planned" and when is not None else slack
        months = _months(days[0] - slack, days[1] + ahead)
        keys |= {f"visit|{host}|{name}|{month}" for host in hosts for name in names for month in months}
    elif _is_held_somewhere(tale) and days is not None:  # who met abroad has been there, and may have been a guest
        host = tale.report.country_code
        names = {
            name
            for whom, persons in tale.everybody.items()
            if whom != host
            for one in persons
            for name in one.names
            if len(name) > 3
        }
        keys |= {f"visit|{host}|{name}|{month}" for name in names for month in _months(*days)}
    if tale.gathering is not None and tale.interval is not None and tale.interval.precision_type == "day":
        day = tale.interval.start
        keys |= {f"gathering|{tale.gathering.noun} {day}|{month}" for month in _months(day, day)}
    if tale.report.event_type in settings()["seldom_types"] and days is not None:  # to whom it was done may be untold
        keys |= {f"{tale.report.event_type}|{whom}+|{month}" for whom in tale.actors for month in _months(*days)}
    return keys


def _is_held_somewhere(tale: Tale) -> bool:
    """Whether a tale is one of talks on a day in a country, held, planned or called off."""
    report = tale.report
    is_held = report.event_type == "CONSULT" and report.mode_type != "phone" and report.country_code is not None
    is_told = tale.status in ("occurred", "planned", "cancelled", "postponed")
    return is_held and is_told and tale.interval is not None


# --- joining -----------------------------------------------------------------------------------------------------
_Edge = tuple[float, int, int, Verdict]


class _Grouping:
    """Union of codings under ties, conflicts and decisions. Codings are numbered in the order of their keys."""

    def __init__(self, codings: Codings, elsewhere: Mapping[str, Collection[Seat]]) -> None:
        self._folded = codings
        self._elsewhere = elsewhere
        self._codings = codings.groups
        self._tales = [coding[0] for coding in codings.groups]
        self._group = list(range(len(self._tales)))
        self._members: dict[int, list[int]] = {index: [index] for index in self._group}
        self._parted = self._pairs(codings.parted)
        self._linked = self._pairs(codings.linked)
        self._partners: dict[int, set[int]] = defaultdict(set)
        for pair in self._linked:
            for index in pair:
                self._partners[index] |= pair - {index}
        self._verdicts: dict[tuple[int, int], Verdict] = {}
        self._attested: dict[int, set[int]] = defaultdict(set)

    def _pairs(self, named: Iterable[tuple[str, str]]) -> set[frozenset[int]]:
        where = self._folded.where
        return {frozenset((where[one], where[other])) for one, other in named if one in where and other in where}

    def happenings(self) -> list[Happening]:
        for pair in sorted(map(sorted, self._linked)):
            self._unite(*pair)
        strong, weak = self._edges()
        for _, one, other, _ in sorted(strong, key=lambda edge: (-edge[0], edge[1], edge[2])):
            self._join(one, other)
        self._join_weak(weak)
        attested = [(one, other) for one, others in self._attested.items() for other in others]
        clusters = self._clusters([*((one, other) for _, one, other, _ in (*strong, *weak)), *attested])
        return [self._happening(members, clusters[members[0]]) for members in sorted(self._members.values())]

    def _clusters(self, ties: Iterable[tuple[int, int]]) -> list[int]:
        """Of each coding the number of the first coding that ties, and reviewers, connect it to."""
        root = list(range(len(self._tales)))

        def find(index: int) -> int:
            while root[index] != index:
                root[index] = root[root[index]]
                index = root[index]
            return index

        for pair in (*ties, *map(sorted, self._linked)):
            smaller, greater = sorted(map(find, pair))
            root[greater] = smaller
        return [self._folded.seats[find(index)].number for index in range(len(root))]

    def _compare(self, one: int, other: int) -> Verdict:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._verdicts:
            verdict = compare(self._tales[pair[0]], self._tales[pair[1]])
            if verdict.rule == "day_corrected" and self._share_document(*pair):
                verdict = Verdict("conflict", "another_day")
            self._verdicts[pair] = verdict
        return self._verdicts[pair]

    def _share_document(self, one: int, other: int) -> bool:
        """Whether a text tells both: then it isn't the one put right in a reprint."""
        ours, theirs = ({tale.facts.document_id for tale in self._codings[index]} for index in (one, other))
        return not ours.isdisjoint(theirs)

    def _edges(self) -> tuple[list[_Edge], list[_Edge]]:
        """Strong and weak ties between codings of common blocks."""
        strong: list[_Edge] = []
        weak: list[_Edge] = []
        for one, other in sorted(set(self._candidates())):
            verdict = self._compare(one, other)
            if verdict.is_tie:
                (strong if verdict.level == "strong" else weak).append((verdict.score, one, other, verdict))
            elif verdict.level == "attests":
                self._attested[one].add(other)
                self._attested[other].add(one)
        return strong, weak

    def _candidates(self) -> Iterator[tuple[int, int]]:
        yield from self._folded.copies
        for key, block in self._folded.blocks.items():
            yield from self._neighbours(block, self._elsewhere.get(key, ()))

    def _neighbours(self, block: list[int], others: Collection[Seat]) -> Iterator[tuple[int, int]]:
        """All pairs of a block; in a full one, others counted, only those that are near in time."""
        if len(block) + len(others) <= settings()["block_size"]:
            yield from combinations(block, 2)
            return
        seats = self._folded.seats
        everybody = sorted([(seats[index], index) for index in block] + [(seat, -1) for seat in others])
        for position, (_, one) in enumerate(everybody):
            for _, other in everybody[position + 1 : position + 1 + settings()["window"]] if one >= 0 else ():
                if other >= 0:
                    yield min(one, other), max(one, other)

    # -- groups
    def _unite(self, one: int, other: int) -> None:
        target, source = sorted((self._group[one], self._group[other]))
        if target == source:
            return
        members = self._members.pop(source)
        self._members[target] = sorted(self._members[target] + members)
        for member in members:
            self._group[member] = target

    def _join(self, one: int, other: int) -> bool:
        if self._group[one] == self._group[other]:
            return True
        if self._is_barred(self._group[one], self._group[other]):
            return False
        self._unite(one, other)
        return True

    def _is_barred(self, one: int, other: int, between: int | None = None) -> bool:
        """Whether any two members contradict, or a reviewer parted them; ``between`` is a group that would come with
        them, and may tell that it was put off."""
        ours, theirs = self._members[one], self._members[other]
        if self._parted and any(frozenset((a, b)) in self._parted for a in ours for b in theirs):
            return True
        third = self._members[between] if between is not None else ()
        is_moved = any(self._tales[index].status == "postponed" for index in (*ours, *theirs, *third))
        stays = [self._tales[index] for index in (*ours, *theirs, *third)]
        limit = settings()["witness_count"]
        for a in ours[:limit]:
            for b in theirs[:limit]:
                verdict = self._compare(a, b)
                if not verdict.is_conflict or (is_moved and self._may_be_moved(a, b, verdict)):
                    continue
                if verdict.rule in ("another_day", "told_before_it_began") and is_within_stay(
                    self._tales[a], self._tales[b], stays
                ):
                    continue
                if self._may_be_moved(a, b, verdict) and self._is_planned_anew(
                    (*ours[:limit], *theirs[:limit], *third)
                ):
                    continue
                if not self._is_overruled(a, b):
                    return True
        return False

    def _is_planned_anew(self, members: Sequence[int]) -> bool:
        """Whether a visit was planned for another day before its first one came, and nothing tells that it came about
        on that."""
        tales = [self._tales[index] for index in members]
        done = [tale.interval for tale in tales if tale.status == "occurred" and tale.interval is not None]
        slack = settings()["visit_slack_days"]
        return any(
            one.interval is not None and all(one.interval.gap_days(day) > slack for day in done)
            for one, other in permutations(tales, 2)
            if is_planned_anew(one, other)
        )

    def _is_overruled(self, one: int, other: int) -> bool:
        """Whether a reviewer linked one of two contradicting codings to a third that agrees with the other."""
        return any(self._compare(partner, other).is_tie for partner in self._partners[one] - {other}) or any(
            self._compare(one, partner).is_tie for partner in self._partners[other] - {one}
        )

    def _may_be_moved(self, one: int, other: int, verdict: Verdict) -> bool:
        """After a postponement the plan's date says nothing against the date of what came."""
        statuses = {self._tales[index].status for index in (one, other)}
        return verdict.rule == "another_day" and bool(statuses - {"occurred"})

    def _join_weak(self, edges: Iterable[_Edge]) -> None:
        """Join what is dated to the day; to it what is vaguer, if there is one candidate; then equally vague groups."""
        edges = sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2]))
        tied: dict[int, set[int]] = defaultdict(set)
        for _, one, other, _ in edges:
            tied[one].add(other)
            tied[other].add(one)
        for vaguest in (_RANKS["day"], _RANKS["unknown"]):
            self._join_equals(edges, tied, vaguest)
            while self._attach(edges):  # a group becomes more exact as it grows
                pass

    def _join_equals(self, edges: Iterable[_Edge], tied: Mapping[int, set[int]], vaguest: int) -> None:
        for _, one, other, _ in edges:
            ours, theirs = self._group[one], self._group[other]
            if ours == theirs or self._rank(ours) != self._rank(theirs) or self._rank(ours) > vaguest:
                continue
            if not self._is_torn(ours, theirs, tied):
                self._join(one, other)

    def _attach(self, edges: Sequence[_Edge]) -> bool:
        """Each vague group to the only more exact one that it is tied to and that doesn't bar it."""
        targets: dict[int, set[int]] = defaultdict(set)
        for _, one, other, _ in edges:
            ours, theirs = self._group[one], self._group[other]
            if ours == theirs or self._rank(ours) == self._rank(theirs):
                continue
            vague, exact = (ours, theirs) if self._rank(ours) > self._rank(theirs) else (theirs, ours)
            targets[vague].add(exact)
        is_changed = False
        for vague in sorted(targets):
            if vague not in self._members:
                continue
            open_to = sorted({self._group[exact] for exact in targets[vague]} - {vague})
            open_to = [exact for exact in open_to if not self._is_barred(vague, exact)]
            if len(open_to) > 1 and not (len(open_to) == 2 and self._are_moved(open_to[0], open_to[1], vague)):
                open_to = self._nearest([exact for exact in open_to if self._was_news(exact, vague)], vague)
            if len(open_to) == 1 or (len(open_to) == 2 and self._are_moved(open_to[0], open_to[1], vague)):
                for exact in open_to:
                    self._unite(vague, exact)
                is_changed = True
        return is_changed

    def _was_news(self, exact: int, vague: int) -> bool:
        """Whether a dated group was news, or next on the calendar, for all that a vague one says at no time."""
        witnesses = settings()["witness_count"]
        dated, undated = ([self._tales[i] for i in self._members[group][:witnesses]] for group in (exact, vague))
        undated = [tale for tale in undated if tale.interval is None]
        return bool(undated) and all(any(is_news_of(tale, other) for other in dated) for tale in undated)

    def _nearest(self, groups: list[int], vague: int) -> list[int]:
        """Of several dated visits that were news for an undated one, the next ahead, or the last one past, of which
        there is seldom a second so near; other acts come often twice."""
        undated = [tale for tale in map(self._tales.__getitem__, self._members[vague]) if tale.published is not None]
        if len(groups) < 2 or not undated or any(tale.report.mode_type != "visit" for tale in undated):
            return groups
        days = {
            group: min(
                abs((tale.interval.start - other.published).days)
                for tale in map(self._tales.__getitem__, self._members[group][: settings()["witness_count"]])
                for other in undated
                if tale.interval is not None and other.published is not None
            )
            for group in groups
        }
        return [group for group in groups if days[group] == min(days.values())]

    def _are_moved(self, one: int, other: int, between: int) -> bool:
        """Whether a group that tells that something was put off has to do with both: with what was planned, and with
        what came of it later."""
        is_put_off = any(self._tales[index].status == "postponed" for index in self._members[between])
        return is_put_off and not self._is_barred(one, other, between)

    def _is_torn(self, one: int, other: int, tied: Mapping[int, set[int]]) -> bool:
        """Whether one of two groups could as well be joined to a third that the other can't be."""
        for mine, its in ((one, other), (other, one)):
            thirds = {self._group[index] for member in self._members[mine] for index in tied.get(member, ())}
            if any(self._is_barred(third, its, mine) for third in sorted(thirds - {mine, its})):
                return True
        return False

    def _rank(self, group: int) -> int:
        """How exact the best date in a group is: 0 for a day."""
        return min(
            _RANKS[interval.precision_type] if (interval := self._tales[index].interval) else _RANKS["unknown"]
            for index in self._members[group][: settings()["witness_count"]]
        )

    # -- out
    def _happening(self, members: Sequence[int], cluster_number: int) -> Happening:
        rules: dict[str, str] = {}
        for index in members:
            first, *others = self._codings[index]
            rules[first.report.report_id] = self._rule(index, members)
            rules |= {tale.report.report_id: _copy_rule(first, tale) for tale in others}
        tales = sorted((tale for index in members for tale in self._codings[index]), key=lambda tale: tale.key)
        rules[tales[0].report.report_id] = "first"
        attesting = {other for index in members for other in self._attested.get(index, ())} - set(members)
        attested_by = sorted((self._tales[index] for index in attesting), key=lambda tale: tale.key)
        return Happening(tuple(tales), rules, cluster_number, tuple(attested_by))

    def _rule(self, index: int, members: Sequence[int]) -> str:
        """The strongest tie to another member, a reviewer's first."""
        best: Verdict | None = None
        for other in members[: settings()["witness_count"]]:
            if other == index:
                continue
            if frozenset((index, other)) in self._linked:
                return "reviewer"
            verdict = self._compare(index, other)
            if verdict.is_tie and (best is None or verdict.score > best.score):
                best = verdict
        return best.rule if best else "common_tie"


_RANKS = {"day": 0, "week": 1, "month": 2, "year": 3, "unknown": 4}


def _copy_rule(first: Tale, other: Tale) -> str:
    is_copy = first.facts.story_id is not None and first.facts.story_id == other.facts.story_id
    return "same_text" if is_copy and first.sentence_key == other.sentence_key else "same_coding"
