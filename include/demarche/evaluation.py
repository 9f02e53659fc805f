"""Evaluation: what was read beside what a careful reader finds, in precision, recall and F1.

Gold is in the format of `samples/gold` (`samples/README.md` describes every field). The rules of scoring:

* A report *meets* a gold event when act or category agrees (`event_type` or `plover_type`) and the sides do. A side
  agrees when it holds one of gold's parties; a side that gold leaves empty agrees with anything. In mutual acts both
  sides are one set, of which two of gold's parties are to be there. Parties are the same by country or by name.
* Each report meets at most one gold event and the other way round; of all ways to pair them the best in total counts.
* A gold event that isn't required is right if found and no error if absent: it counts for precision, not for recall.
  A second report of a gold event that was met is wrong, and counted as repeated besides.
* Status, sides, dates, places and quantities are measured on the pairs. What gold leaves null isn't scored.
* Stories and happenings are measured as groupings (B-cubed: Bagga and Baldwin 1998), happenings over the gold events
  that were found, and by pairs from different documents.

Whatever leaves this module is an aggregate: no row of gold can be read from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from itertools import combinations
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from demarche import ontology
from demarche.codebook.names import fold
from demarche.records import Document, Report, ReportParticipant

MUTUAL = frozenset({"AGREE", "SUPPORT", "COOPERATE"})  # where no recipient is named; CONSULT always
NOTHING = "(nothing)"


# --- gold --------------------------------------------------------------------------------------------------------
class _Gold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GoldParty(_Gold):
    """Somebody who takes part."""

    name: str
    country_code: str | None = None


class GoldEvent(_Gold):
    """An event as a careful reader finds it in one document."""

    document: str
    event: int
    event_type: str
    plover_type: str | None = None
    mode_type: str | None = None
    status_type: str | None = None
    actors: tuple[GoldParty, ...] = ()
    recipients: tuple[GoldParty, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    date_precision_type: str | None = None
    place_name: str | None = None
    place_country_code: str | None = None
    quantity: float | None = None
    evidence: str = ""
    is_required: bool = True

    @model_validator(mode="after")
    def _has_known_codes(self) -> Self:
        """A code that doesn't exist would never be met, and lower every figure in silence."""
        modes = {mode for modes in ontology.MODES.values() for mode in modes}
        known = {
            "event_type": ontology.EVENT_TYPES,
            "plover_type": ontology.EVENT_TYPES,
            "mode_type": ontology.MODES.get(self.event_type, ()),
            "status_type": ontology.STATUSES,
            "date_precision_type": ontology.PRECISIONS,
        }
        for column, codes in known.items():
            code = getattr(self, column)
            if code is not None and code not in codes:
                near = get_close_matches(code, codes, n=1) or get_close_matches(code.upper(), codes, n=1)
                near = near or get_close_matches(code.lower(), codes, n=1)
                belongs = f" of {self.event_type}" if column == "mode_type" and code in modes else ""
                raise ValueError(
                    f"{column}: no such code{belongs}: {code!r}{f', did you mean {near[0]}?' if near else ''}"
                )
        return self


class GoldDocument(_Gold):
    """What a careful reader says of one text. A null byline or date says that the text has none."""

    document: str
    title: str | None = None
    byline: str | None = None
    published_date: date | None = None
    story: str | None = None
    split: str = "open"


class GoldMember(_Gold):
    """A gold event, by its document and number."""

    document: str
    event: int


class GoldHappening(_Gold):
    """Which gold events are one happening in the world, and what became of it."""

    happening: str
    members: tuple[GoldMember, ...]
    final_status: str | None = None


@dataclass(frozen=True)
class Gold:
    """The gold of a corpus. Without rows for documents there is nothing to say of their fields, stories and splits."""

    events: tuple[GoldEvent, ...]
    documents: tuple[GoldDocument, ...] = ()
    happenings: tuple[GoldHappening, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The documents that gold speaks of, in order."""
        return tuple(sorted({row.document for row in self.documents} | {row.document for row in self.events}))

    def part(self, split: str) -> Gold:
        """The gold of one split; ``all`` is everything."""
        if split == "all":
            return self
        names = {row.document for row in self.documents if row.split == split}
        happenings = [
            row.model_copy(update={"members": tuple(member for member in row.members if member.document in names)})
            for row in self.happenings
        ]
        return Gold(
            tuple(row for row in self.events if row.document in names),
            tuple(row for row in self.documents if row.document in names),
            tuple(row for row in happenings if row.members),
        )


# --- what was read -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Told:
    """A report and who takes part in it."""

    report: Report
    participants: tuple[ReportParticipant, ...]

    def side(self, role_type: str) -> tuple[ReportParticipant, ...]:
        return tuple(party for party in self.participants if party.role_type == role_type)


@dataclass(frozen=True)
class Reading:
    """What was read: documents and what they tell, by their names in gold; stories and events, by id."""

    documents: Mapping[str, Document]
    told: Mapping[str, tuple[Told, ...]]
    story_ids: Mapping[str, str] = field(default_factory=dict)
    event_ids: Mapping[str, str] = field(default_factory=dict)
    event_statuses: Mapping[str, str] = field(default_factory=dict)


# --- figures -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Measure:
    """One figure over one group: how many gold has, how many were found, and how well they agree (0 to 1)."""

    measure_type: str
    group_name: str
    gold_count: int
    found_count: int
    precision_score: float | None
    recall_score: float | None

    @property
    def f1_score(self) -> float | None:
        """Harmonic mean of both; null where gold has nothing to find, 0 where nothing of it was found."""
        precision, recall = self.precision_score or 0.0, self.recall_score
        if recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    @property
    def scores(self) -> tuple[float | None, float | None, float | None]:
        """Precision, recall and F1."""
        return self.precision_score, self.recall_score, self.f1_score


@dataclass(frozen=True)
class Confusion:
    """How often gold's one value was read as another."""

    measure_type: str
    gold: str
    found: str
    count: int


@dataclass(frozen=True)
class Evaluation:
    """All figures over a split of gold. ``outcomes``: each report's confidence, and whether it is right."""

    split: str
    counts: Mapping[str, int]
    measures: tuple[Measure, ...]
    confusions: tuple[Confusion, ...]
    outcomes: tuple[tuple[float, bool], ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything but the outcomes, as plain data."""
        return {
            "split": self.split,
            "counts": dict(self.counts),
            "measures": [{**asdict(one), "f1_score": one.f1_score} for one in self.measures],
            "confusions": [asdict(one) for one in self.confusions],
        }

    def measure(self, measure_type: str, group_name: str) -> Measure:
        """One of the figures. Raises KeyError when there is none of this name."""
        for found in self.measures:
            if (found.measure_type, found.group_name) == (measure_type, group_name):
                return found
        raise KeyError(f"{measure_type}/{group_name}")


def evaluate(gold: Gold, reading: Reading, split: str = "all") -> Evaluation:
    """The figures of a reading over a split of gold."""
    gold = gold.part(split)
    found = [told for name in gold.names for told in reading.told.get(name, ())]
    pairs: list[_Pair] = []
    repeated = other_sides = 0
    confused: Counter[tuple[str, str, str]] = Counter()
    for name, events in _by_document(gold).items():
        told = reading.told.get(name, ())
        met = match(events, told)
        pairs += met
        repeated += _repeated(events, told, met)
        other_sides += _with_other_sides(events, told, met)
        confused.update(("event_type", *pair) for pair in _missed_types(events, told, met))
    right = {id(pair.told) for pair in pairs}
    eventless = {name for name in gold.names if not any(row.document == name for row in gold.events)}
    counts = {
        "documents": len(gold.names),
        "documents_missing": sum(name not in reading.documents for name in gold.names),
        "events_required": sum(row.is_required for row in gold.events),
        "events_welcome": sum(not row.is_required for row in gold.events),
        "events_read_with_other_sides": other_sides,
        "reports": len(found),
        "reports_right": len(right),
        "reports_repeated": repeated,
        "reports_where_no_event_is": sum(len(reading.told.get(name, ())) for name in eventless),
    }
    measures = [*_event_measures(gold, found, pairs), *_coding_measures(pairs), *_side_measures(pairs)]
    measures += [*_date_measures(pairs), *_place_measures(pairs), *_quantity_measures(pairs)]
    measures += [*_document_measures(gold, reading), *_story_measures(gold, reading)]
    measures += [*_happening_measures(gold, reading, pairs)]
    confused.update(
        ("status_type", pair.gold.status_type, pair.report.status_type)
        for pair in pairs
        if pair.gold.status_type not in (None, pair.report.status_type)
    )
    confusions = tuple(
        Confusion(*names, count) for names, count in sorted(confused.items(), key=lambda item: (-item[1], item[0]))
    )
    outcomes = tuple((told.report.confidence_score, id(told) in right) for told in found)
    return Evaluation(split, counts, tuple(measures), confusions, outcomes)


def reliability(outcomes: Iterable[tuple[float, bool]], bin_count: int = 10) -> list[tuple[float, float, int]]:
    """Mean confidence, share that is right, and number, for each of ``bin_count`` equal parts of 0 to 1 with any."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, is_right in outcomes:
        bins[min(int(confidence * bin_count), bin_count - 1)].append((confidence, is_right))
    return [
        (sum(score for score, _ in held) / len(held), sum(good for _, good in held) / len(held), len(held))
        for _, held in sorted(bins.items())
    ]


def calibration_error(outcomes: Sequence[tuple[float, bool]], bin_count: int = 10) -> float:
    """Expected calibration error: how far confidence and share of right are apart, on average over the outcomes."""
    bins = reliability(outcomes, bin_count)
    return sum(abs(score - share) * count for score, share, count in bins) / max(1, len(outcomes))


# --- meeting -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Pair:
    gold: GoldEvent
    told: Told

    @property
    def report(self) -> Report:
        return self.told.report


def match(events: Sequence[GoldEvent], told: Sequence[Told]) -> list[_Pair]:
    """The gold events of one document with the reports that meet them: the pairing that is best in total."""
    likeness = [[_likeness(event, one) if meets(event, one) else 0.0 for one in told] for event in events]
    return [_Pair(events[row], told[column]) for row, column in assign(likeness)]


def meets(event: GoldEvent, told: Told) -> bool:
    """Whether a report may be this gold event: act or category agrees, and so do the sides."""
    return _same_type(event, told.report) and _same_sides(event, told)


def _same_type(event: GoldEvent, report: Report) -> bool:
    is_same_category = event.plover_type is not None and event.plover_type == report.plover_type
    return event.event_type == report.event_type or is_same_category


def _same_sides(event: GoldEvent, told: Told) -> bool:
    actors, recipients = told.side("actor"), told.side("recipient")
    if _is_mutual(event, told):
        parties = event.actors + event.recipients
        return _common(parties, actors + recipients) >= min(2, len(_identities(parties)))
    sides = ((event.actors, actors), (event.recipients, recipients))
    return all(not wanted or _common(wanted, found) for wanted, found in sides)


def _is_mutual(event: GoldEvent, told: Told) -> bool:
    is_one_sided = not event.recipients or not told.side("recipient")
    return event.event_type == "CONSULT" or (event.event_type in MUTUAL and is_one_sided)


def _common(wanted: Sequence[GoldParty], found: Sequence[ReportParticipant]) -> int:
    """How many different parties of gold are there: two ministers of one state count once."""
    met = _identities(party for party in wanted if any(is_same_party(party, other) for other in found))
    holding = [other for other in found if any(is_same_party(party, other) for party in wanted)]
    return min(len(met), len(holding))


def _identities(parties: Iterable[GoldParty]) -> set[str]:
    return {party.country_code or fold(party.name) for party in parties}


def is_same_party(party: GoldParty, found: ReportParticipant) -> bool:
    """Whether both are one by country or name."""
    is_same_country = party.country_code is not None and party.country_code == found.country_code
    return is_same_country or _is_same_name(party, found)


def _is_same_name(party: GoldParty, found: ReportParticipant) -> bool:
    """Whether names are equal but for accents, hyphens and case, or one has all words of the other (a surname, another
    order); the latter only where the countries don't contradict one another, as those of Guinea and Equatorial Guinea
    do."""
    if same_words(party.name, found.name or found.text):
        return True
    if party.country_code and found.country_code and party.country_code != found.country_code:
        return False
    return any(words_within(party.name, name) for name in (found.name, found.text) if name)


def same_words(one: str, other: str) -> bool:
    """Whether two names are equal when folded."""
    return fold(one) == fold(other)


def words_within(one: str, other: str) -> bool:
    """Whether all words of one name are words of the other."""
    words, others = set(fold(one).split()), set(fold(other).split())
    return bool(words and others) and (words <= others or others <= words)


def _likeness(event: GoldEvent, told: Told) -> float:
    """How well a report that meets an event tells of it. Meeting itself weighs most, then that it is required."""
    report = told.report
    same = (
        event.event_type == report.event_type,
        event.plover_type == report.plover_type,
        event.status_type == report.status_type,
        event.start_date is not None and event.start_date == report.start_date,
        _common(event.actors, told.side("actor")) > 0,
        _common(event.recipients, told.side("recipient")) > 0,
    )
    return 100.0 + 20.0 * event.is_required + sum(same) + 6.0 * _shared_words(event.evidence, report.sentence_text)


def _shared_words(evidence: str, sentence: str) -> float:
    words = set(fold(evidence).split())
    return len(words & set(fold(sentence).split())) / len(words) if words else 0.0


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column), each used once, with the greatest sum of weights; weights of zero are never chosen.

    The Hungarian method with potentials, O(rows² · columns) (Kuhn 1955; Jonker and Volgenant 1987).
    """
    if not weights or not weights[0]:
        return []
    if len(weights) > len(weights[0]):
        return sorted((row, column) for column, row in assign(list(zip(*weights, strict=True))))
    row_count, column_count = len(weights), len(weights[0])
    row_potential, column_potential = [0.0] * (row_count + 1), [0.0] * (column_count + 1)
    held_by = [0] * (column_count + 1)  # rows count from 1; column 0 is where a new row enters
    for new_row in range(1, row_count + 1):
        held_by[0] = new_row
        column = 0
        slack, came_from = [float("inf")] * (column_count + 1), [0] * (column_count + 1)
        is_done = [False] * (column_count + 1)
        while held_by[column]:
            is_done[column] = True
            row = held_by[column]
            for other in range(1, column_count + 1):
                cost = -weights[row - 1][other - 1] - row_potential[row] - column_potential[other]
                if not is_done[other] and cost < slack[other]:
                    slack[other], came_from[other] = cost, column
            step, nearest = min((slack[other], other) for other in range(1, column_count + 1) if not is_done[other])
            for other in range(column_count + 1):
                if is_done[other]:
                    row_potential[held_by[other]] += step
                    column_potential[other] -= step
                else:
                    slack[other] -= step
            column = nearest
        while column:
            held_by[column] = held_by[came_from[column]]
            column = came_from[column]
    chosen = ((held_by[column] - 1, column - 1) for column in range(1, column_count + 1) if held_by[column])
    return sorted((row, column) for row, column in chosen if weights[row][column] > 0)


def _by_document(gold: Gold) -> dict[str, list[GoldEvent]]:
    found: dict[str, list[GoldEvent]] = {name: [] for name in gold.names}
    for event in gold.events:
        found[event.document].append(event)
    return found


def _repeated(events: Sequence[GoldEvent], told: Sequence[Told], met: Sequence[_Pair]) -> int:
    used = {id(pair.told) for pair in met}
    known = [pair.gold for pair in met]
    return sum(any(meets(event, one) for event in known) for one in told if id(one) not in used)


def _with_other_sides(events: Sequence[GoldEvent], told: Sequence[Told], met: Sequence[_Pair]) -> int:
    """Required events that were missed although a report of their act has their words: only the sides differ."""
    missed, false = _left_over(events, told, met)
    likeness = [[_same_words_and_type(event, one) for one in false] for event in missed]
    return len(assign(likeness))


def _same_words_and_type(event: GoldEvent, told: Told) -> float:
    shared = _shared_words(event.evidence, told.report.sentence_text)
    return shared if shared >= 0.8 and _same_type(event, told.report) else 0.0


def _left_over(
    events: Sequence[GoldEvent], told: Sequence[Told], met: Sequence[_Pair]
) -> tuple[list[GoldEvent], list[Told]]:
    """Required events that were missed, and false reports."""
    missed = [event for event in events if event.is_required and not any(pair.gold is event for pair in met)]
    return missed, [one for one in told if not any(pair.told is one for pair in met)]


def _missed_types(events: Sequence[GoldEvent], told: Sequence[Told], met: Sequence[_Pair]) -> Iterator[tuple[str, str]]:
    """Gold's act and the one that was read: of pairs whose acts differ, of what is left over and has the same sides,
    and of what is left over altogether."""
    yield from ((p.gold.event_type, p.report.event_type) for p in met if p.gold.event_type != p.report.event_type)
    missed, false = _left_over(events, told, met)
    alike = [[_likeness(event, one) * _same_sides(event, one) for one in false] for event in missed]
    misread = assign(alike)
    yield from ((missed[row].event_type, false[column].report.event_type) for row, column in misread)
    rows, columns = {row for row, _ in misread}, {column for _, column in misread}
    yield from ((event.event_type, NOTHING) for row, event in enumerate(missed) if row not in rows)
    yield from ((NOTHING, one.report.event_type) for column, one in enumerate(false) if column not in columns)


# --- measures ----------------------------------------------------------------------------------------------------
def _measure(measure_type: str, group_name: str, gold_count: int, found_count: int, right: int) -> Measure:
    precision, recall = _share(right, found_count), _share(right, gold_count)
    return Measure(measure_type, group_name, gold_count, found_count, precision, recall)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _event_measures(gold: Gold, found: Sequence[Told], pairs: Sequence[_Pair]) -> Iterator[Measure]:
    """Over all, and by gold's act; a report that meets nothing belongs to the act that it names."""
    right = {id(pair.told): pair for pair in pairs}
    acts = [right[id(told)].gold.event_type if id(told) in right else told.report.event_type for told in found]
    required = Counter(event.event_type for event in gold.events if event.is_required)
    met = Counter(pair.gold.event_type for pair in pairs if pair.gold.is_required)
    named, agreed = Counter(acts), Counter(pair.gold.event_type for pair in pairs)
    for name in ("all", *sorted({*required, *named})):
        counts = [count.total() if name == "all" else count[name] for count in (required, named, agreed, met)]
        gold_count, found_count, right_count, met_count = counts
        precision, recall = _share(right_count, found_count), _share(met_count, gold_count)
        yield Measure("event", name, gold_count, found_count, precision, recall)


def _coding_measures(pairs: Sequence[_Pair]) -> Iterator[Measure]:
    """Status with a row each; category and mode in one."""
    statuses = [(pair.gold.status_type, pair.report.status_type) for pair in pairs if pair.gold.status_type]
    yield _values("status", "all", statuses)
    for name in sorted({name for both in statuses for name in both if name}):
        yield _values("status", name, [(one if one == name else None, two if two == name else None)
                                       for one, two in statuses])  # fmt: skip
    for column in ("event_type", "plover_type", "mode_type"):
        values = [(getattr(pair.gold, column), getattr(pair.report, column)) for pair in pairs]
        yield _values("coding", column, [(one, two) for one, two in values if one is not None])


def _values(measure_type: str, group_name: str, values: Iterable[tuple[Any, Any]]) -> Measure:
    """Over (gold, found), where None is nothing."""
    values = list(values)
    gold_count, found_count = (sum(pair[index] is not None for pair in values) for index in (0, 1))
    right = sum(one is not None and one == two for one, two in values)
    return _measure(measure_type, group_name, gold_count, found_count, right)


def _side_measures(pairs: Sequence[_Pair]) -> Iterator[Measure]:
    """Countries and names of each role; parties of mutual acts have no role here."""
    totals: dict[tuple[str, str], Counter[str]] = {
        (role, what): Counter() for role in ("actor", "recipient", "mutual") for what in ("country", "name")
    }
    for pair in pairs:
        for role, wanted, found in _sides(pair):
            if wanted:
                totals[role, "country"].update(_countries(wanted, found))
                totals[role, "name"].update(_names(wanted, found))
    for (role, what), total in totals.items():
        yield _measure(role, what, total["gold"], total["found"], total["right"])


def _sides(pair: _Pair) -> Iterator[tuple[str, tuple[GoldParty, ...], tuple[ReportParticipant, ...]]]:
    event, actors, recipients = pair.gold, pair.told.side("actor"), pair.told.side("recipient")
    if _is_mutual(event, pair.told):
        yield "mutual", event.actors + event.recipients, actors + recipients
    else:
        yield "actor", event.actors, actors
        yield "recipient", event.recipients, recipients


def _countries(wanted: Sequence[GoldParty], found: Sequence[ReportParticipant]) -> dict[str, int]:
    """Of a party without a country in gold, none is scored."""
    stateless = [party for party in wanted if party.country_code is None]
    gold = {party.country_code for party in wanted if party.country_code}
    read = {
        party.country_code
        for party in found
        if party.country_code and not any(_is_same_name(other, party) for other in stateless)
    }
    return {"gold": len(gold), "found": len(read), "right": len(gold & read)}


def _names(wanted: Sequence[GoldParty], found: Sequence[ReportParticipant]) -> dict[str, int]:
    same = assign([[float(_is_same_name(party, other)) for other in found] for party in wanted])
    return {"gold": len(wanted), "found": len(found), "right": len(same)}


def _date_measures(pairs: Sequence[_Pair]) -> Iterator[Measure]:
    dated = [(pair.gold, pair.report) for pair in pairs if pair.gold.start_date and pair.gold.end_date]
    for name in ("start_date", "end_date", "date_precision_type"):
        values = [(getattr(event, name), getattr(report, name)) for event, report in dated]
        yield _values("date", name, [(one, None if two == "unknown" else two) for one, two in values if one])
    near = sum(_is_near(event, report) for event, report in dated)
    yield _measure("date", "within_a_day", len(dated), sum(report.start_date is not None for _, report in dated), near)


def _is_near(event: GoldEvent, report: Report) -> bool:
    ends = ((event.start_date, report.start_date), (event.end_date, report.end_date))
    return all(one and two and abs((one - two).days) <= 1 for one, two in ends)


def _place_measures(pairs: Sequence[_Pair]) -> Iterator[Measure]:
    placed = [(pair.gold, pair.report) for pair in pairs]
    names = [
        (event.place_name, report.place_name and _known_as(event.place_name, report.place_name))
        for event, report in placed
        if event.place_name
    ]
    yield _values("place", "name", names)
    countries = [(e.place_country_code, r.country_code) for e, r in placed if e.place_country_code]
    yield _values("place", "country", countries)


def _quantity_measures(pairs: Sequence[_Pair]) -> Iterator[Measure]:
    """How many, by the number alone: gold may call what is counted by other words."""
    counted = [(pair.gold.quantity, pair.report.quantity) for pair in pairs if pair.gold.quantity is not None]
    yield _values("quantity", "number", counted)


def _known_as(gold: str, found: str) -> str:
    return gold if words_within(gold, found) else found


def _document_measures(gold: Gold, reading: Reading) -> Iterator[Measure]:
    """Fields of documents. Null byline and date are claims: what is found there is wrong."""
    if not gold.documents:
        return
    both = [(row, reading.documents.get(row.document)) for row in gold.documents]
    fields: dict[str, Callable[[Document], Any]] = {
        "title": lambda document: _plain(document.title),
        "byline": lambda document: _plain(document.byline),
        "published_date": lambda document: document.known_date,
    }
    for name, read in fields.items():
        wanted = [(getattr(row, name), document and read(document)) for row, document in both]
        values = [(_plain(one) if isinstance(one, str) else one, two) for one, two in wanted]
        yield _values("document", name, [(one, two) for one, two in values if one is not None or name != "title"])


def _plain(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


# --- groupings ---------------------------------------------------------------------------------------------------
def _story_measures(gold: Gold, reading: Reading) -> Iterator[Measure]:
    labels = {row.document: row.story for row in gold.documents if row.story and row.document in reading.documents}
    ids = {name: reading.documents[name].document_id for name in labels}
    found = {name: reading.story_ids.get(ids[name], ids[name]) for name in labels}
    if labels:
        yield _b_cubed("story", labels, found)
        yield _linked("story", labels, found, set(combinations(sorted(labels), 2)))


def _happening_measures(gold: Gold, reading: Reading, pairs: Sequence[_Pair]) -> Iterator[Measure]:
    met = {(pair.gold.document, pair.gold.event): pair.report.report_id for pair in pairs}
    members = [(row, (member.document, member.event)) for row in gold.happenings for member in row.members]
    labels = {key: row.happening for row, key in members if key in met}
    found = {key: reading.event_ids.get(met[key], met[key]) for key in labels}
    if not labels:
        return
    yield _b_cubed("happening", labels, found)
    apart = {(one, two) for one, two in combinations(sorted(labels), 2) if one[0] != two[0]}
    yield _linked("happening", labels, found, apart)
    statuses = [(row.final_status, reading.event_statuses.get(found[key])) for row, key in members if key in met]
    yield _values("happening", "final_status", [(one, two) for one, two in statuses if one])


def _b_cubed(measure_type: str, gold: Mapping[Any, Hashable], found: Mapping[Any, Hashable]) -> Measure:
    """B-cubed over items, from what gold groups them by and what the reading does."""
    of_gold, of_found = _groups(gold), _groups(found)
    shared = {item: len(of_gold[gold[item]] & of_found[found[item]]) for item in gold}
    precision = sum(shared[item] / len(of_found[found[item]]) for item in gold) / len(gold)
    recall = sum(shared[item] / len(of_gold[gold[item]]) for item in gold) / len(gold)
    return Measure(measure_type, "b_cubed", len(of_gold), len(of_found), precision, recall)


def _groups(labels: Mapping[Any, Hashable]) -> dict[Hashable, set[Any]]:
    groups: dict[Hashable, set[Any]] = defaultdict(set)
    for item, label in labels.items():
        groups[label].add(item)
    return groups


def _linked(
    measure_type: str, gold: Mapping[Any, Hashable], found: Mapping[Any, Hashable], pairs: Iterable[tuple[Any, Any]]
) -> Measure:
    """Over pairs of items: which are in one group."""
    values = [(gold[one] == gold[two] or None, found[one] == found[two] or None) for one, two in pairs]
    return _values(measure_type, "pairs", values)
