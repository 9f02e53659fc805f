"""Stories and events formed load by load, of what each touches, are those that forming them all at once gives."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarche import events, ontology, records, stories
from demarche.events import tales
from demarche.records import Decision, Document, Pair, Record, Report, ReportParticipant, Signature, record_id
from demarche.steps import resolving
from demarche.warehouse import PartitionFiles, Warehouse, resolved, schema
from demarche.warehouse.writer import RESOLVED
from warehouse_world import NOTHING, document, parquet

KEYS = ("2024-03-30T01", "2024-03-31T02", "2024-04-01T03", "2024-05-02T04")
PARTIES = ("FRA", "DEU", "ITA")
TEXTS = (
    "The harbour of Strelsau was closed for two days while divers looked for the anchor of the ferry Rudolf, which had "
    "torn loose in the storm; the harbour master Sapt said that no ship would be let out before the pilots agreed.",
    "Farmers of the upper valley brought their sheep down three weeks early this year, since snow had fallen on the "
    "Zenda pass, and the bridge at Tarlenheim, which the flood took away in May, is still being built by the army.",
)
DOCUMENTS = 24
Content = frozenset[tuple[int, int]]
"""A partition's documents: which one, and in which of its wordings."""


def texts(number: int, wording: int) -> Document:
    """Documents 0 to 5 print two texts, cut and reworded here and there; the others have each their own."""
    words = TEXTS[number % 2].split() if number < 6 else [f"{number}x{place}" for place in range(40)]
    body = " ".join(words[: len(words) - 2 * wording - number % 3])
    return document(
        f"{number}.{wording}" if number % 2 else str(number),  # the text of an even one is another under the same id
        KEYS[0],
        body=body,
        source_id=record_id("o", f"Paper {number % 4}"),
        source_name=f"Paper {number % 4}",
        agency_id=record_id("o", "Agency") if number == 3 else None,
        published_date=date(2024, 3, 30) + timedelta(days=number % 3),
        content_hash=record_id("c", body),
    )


def told(of: Document, number: int, wording: int) -> Iterator[tuple[Report, list[ReportParticipant]]]:
    for ordinal in range(1 + number % 3):
        chance = random.Random(f"{number} {ordinal} {wording}")
        kind = chance.randrange(10)
        event_type, mode, status, trigger = (
            ("CONSULT", "visit", "planned", "visit"), ("CONSULT", None, "occurred", "met"),
            ("CONSULT", "visit", "occurred", "visited"), ("SANCTION", "expel", "occurred", "expelled"),
            ("SUPPORT", None, "occurred", "signed"), ("SUPPORT", None, "occurred", "ratified"),
            ("CONSULT", None, "cancelled", "called off"), ("THREATEN", None, "threatened", "threatened"),
            ("CONSULT", None, "occurred", "met"), ("CONSULT", "visit", "occurred", "spoke"),
        )[kind]  # fmt: skip
        days = chance.randrange(4) + 45 * (number % 3)
        is_trace = trigger == "spoke"
        start = None if is_trace or chance.random() < 0.15 else date(2024, 3, 29) + timedelta(days=days)
        sentence = f"In Strelsau they {trigger}, as was told, about the {('ferry', 'bridge')[kind % 2]} of the valley."
        report = Report(
            report_id=record_id("r", of.document_id, ordinal), document_id=of.document_id,
            partition_key=of.partition_key, load_date=date.fromisoformat(of.partition_key[:10]), event_type=event_type,
            status_type=status, mode_type=mode, plover_type=ontology.fold(event_type, status), start_date=start,
            end_date=start, date_precision_type="day" if start else "unknown", sentence_text=sentence,
            sentence_start_offset=100 * ordinal, sentence_end_offset=100 * ordinal + len(sentence),
            trigger_text=trigger, trigger_start_offset=100 * ordinal + sentence.index(trigger),
            trigger_end_offset=100 * ordinal + sentence.index(trigger) + len(trigger), confidence_score=0.7,
            coding_rule="hand", coder_version="1", stage_type="trace" if is_trace else None,
        )  # fmt: skip
        first = chance.randrange(2)
        sides = chance.sample(PARTIES[first : first + 2], chance.choice((1, 2, 2, 2)))
        if event_type == "CONSULT":  # somebody came to the other side's country, or only one state is told
            report = report.model_copy(update={"country_code": sides[-1], "place_name": sides[-1]})
        is_person = event_type == "CONSULT" and len(sides) > 1
        yield report, [
            ReportParticipant(
                report_id=report.report_id, partition_key=of.partition_key, load_date=report.load_date, ordinal=place,
                role_type="recipient" if place else "actor", entity_id=None if is_person and not place else code,
                name=f"Rosa {code.title()}" if is_person and not place else code,
                entity_type="person" if is_person and not place else "state", country_code=code, text=code,
                start_offset=0, end_offset=3,
            )
            for place, code in enumerate(sides)
        ]  # fmt: skip


class World:
    """What the lake would hold, and the warehouse that takes it."""

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.signatures: dict[str, list[Signature]] = {}
        self.decisions: list[Decision] = []
        self.numbers = itertools.count()

    def files(self, key: str, content: Content) -> PartitionFiles:
        found = []
        for number, wording in sorted(content):
            of = texts(number, wording).model_copy(update={"partition_key": key})
            found.append((of, list(told(of, number, wording))))
        return self.partition(key, found)

    def partition(self, key: str, found: Sequence[tuple[Document, Sequence[Any]]]) -> PartitionFiles:
        """The files of documents with what they tell: reports, each with its participants."""
        rows: dict[type[Record], list[Any]] = {kind: [] for kind in (Document, Report, ReportParticipant, Signature)}
        for of, reports in found:
            rows[Document].append(of)
            rows[Signature].append(stories.sign(of))
            for report, participants in reports:
                rows[Report].append(report)
                rows[ReportParticipant] += participants
        self.signatures[key] = rows[Signature]
        others = [stories.Shelf.of(found) for other, found in self.signatures.items() if other != key]
        rows[Pair] = list(stories.find_pairs(stories.Shelf.of(rows[Signature]), others))
        folder = self.folder / str(next(self.numbers))
        return PartitionFiles("x", {kind: [parquet(folder / f"{kind.table}.parquet", kind, found)]
                                    for kind, found in rows.items()})  # fmt: skip

    def load(self, batch: Mapping[str, Content | None], decided: Sequence[Decision]) -> None:
        for key in batch:
            self.signatures.pop(key, None)
        taken = {key: NOTHING if content is None else self.files(key, content) for key, content in batch.items()}
        self.warehouse.replace_partitions(taken)
        self.decisions += decided
        named = {name for decision in decided for name in events.documents_of(decision)}
        changed = self.warehouse.resolved.changed_documents() | named
        resolving.resolve_changed(self.warehouse.resolved, None, self.decisions, changed)  # type: ignore[arg-type]
        resolved.start(self.warehouse._open)  # what it touched is of no more interest

    def tables(self) -> dict[type[Record], list[Record]]:
        return {kind: self.warehouse.read(kind) for kind in RESOLVED}

    def kept(self) -> dict[str, list[Any]]:
        return {kind.table: sorted(self.warehouse._fetch(f"FROM stage.{kind.table}")) for kind in schema.CLUSTERED}

    def at_once(self) -> dict[type[Record], list[Record]]:
        """All stories and events by the functions that are given everything."""
        shelf = stories.Shelf.of([row for found in self.signatures.values() for row in found])
        shown = {(row.document_id, row.partition_key) for row in self.warehouse.read(Document)}
        rows = [row for row, card in enumerate(shelf.cards) if (card.document_id, card.partition_key) in shown]
        grouped, members = stories.group_stories(shelf.picked(rows), self.warehouse.read(Pair))
        documents = self.warehouse.read(Document)
        told_dates = {row.document_id: row.published_date or row.fetched_at.date() for row in documents}
        story_of = {member.document_id: member.story_id for member in members}
        decided = events.apply(self.decisions, self.warehouse.read(Report), told_dates, story_of)
        found = events.resolve_events(
            decided.reports, self.warehouse.read(ReportParticipant),
            events.document_facts(documents, members), decisions=decided.rulings,
        )  # fmt: skip
        made: dict[type[Record], Sequence[Record]] = {
            records.Story: grouped, records.StoryDocument: members, **found.tables()
        }  # fmt: skip
        return {kind: sorted(made[kind], key=lambda row: [getattr(row, name) for name in row.key]) for kind in RESOLVED}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("resolving")
    with pytest.MonkeyPatch.context() as patched, Warehouse.writer(folder / "w.duckdb") as warehouse:
        found = World(folder, warehouse)
        for name, value in (("block_size", 5), ("window", 2)):  # so that some blocks are full
            patched.setitem(tales.settings(), name, value)  # type: ignore[arg-type]  # a dict it is
        patched.setattr(resolving, "signed", lambda lake, key: stories.Shelf.of(found.signatures[key]))
        yield found


def some(chance: random.Random, share: float) -> Content:
    return frozenset((number, chance.randint(0, 1)) for number in range(DOCUMENTS) if chance.random() < share)


@st.composite
def decisions(draw: st.DrawFn, ordinal: int) -> Decision:
    kind = draw(st.sampled_from(["merge", "split", "reject", "recode", "keep"]))

    def places(count: int) -> tuple[str, ...]:
        one = st.tuples(st.integers(0, DOCUMENTS - 1), st.integers(0, 2))
        named = draw(st.lists(one, min_size=count, max_size=count))
        return tuple(f"{texts(number, 0).document_id}:{100 * place}-{100 * place + 99}" for number, place in named)

    return Decision(
        decision_id=str(ordinal), decision_type=kind, decided_by="x",
        decided_at=datetime(2024, 6, 1, tzinfo=UTC) + timedelta(minutes=ordinal),
        report_places=places(2 if kind == "merge" else 1), other_report_places=places(1) if kind == "split" else (),
        new_values={"start_date": "2024-03-31"} if kind == "recode" else {},
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[dict[str, Content | None], list[Decision]]]:
    """A first load of much, then small ones: a partition gains or loses few documents, comes or goes."""
    chance, ordinal = draw(st.randoms(use_true_random=False)), itertools.count()
    held: dict[str, Content | None] = {key: some(chance, 0.4) for key in KEYS}
    loads: list[tuple[dict[str, Content | None], list[Decision]]] = [({**held}, [])]
    for _ in range(4):
        key = chance.choice(KEYS)
        before = held[key]
        change = chance.choice([None, some(chance, 0.1), some(chance, 0.1), frozenset[tuple[int, int]]()])
        if change is not None:
            changed = {number for number, _ in change}
            kept = frozenset(one for one in before or () if one[0] not in changed and chance.random() < 0.9)
            change = kept | (change if chance.random() < 0.7 else frozenset())
        held[key] = change
        loads.append(({key: change}, [draw(decisions(next(ordinal))) for _ in range(chance.randint(0, 1))]))
    return loads


@given(histories())
@settings(
    max_examples=int(os.environ.get("DEMARCHE_EXAMPLES", "4")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_load_by_load_gives_what_all_at_once_gives(world: World, history: list[Any]) -> None:
    world.warehouse.begin()
    world.signatures, world.decisions = {}, []
    try:
        for batch, decided in history:
            world.load(batch, decided)
            expected, found = world.at_once(), world.tables()
            for kind in RESOLVED:
                assert found[kind] == expected[kind]
        kept = world.kept()
        world.warehouse.resolved.clear()
        for documents in resolving.portions(world.warehouse.resolved, None):
            resolving.resolve_changed(world.warehouse.resolved, None, world.decisions, documents)  # type: ignore[arg-type]
        assert world.kept() == kept
    finally:
        world.warehouse.rollback()


def test_what_was_rejected_does_not_come_back_with_a_late_copy(world: World) -> None:
    def printed(name: str, key: str) -> tuple[Document, list[Any]]:
        of = document(name, key, body=TEXTS[0], content_hash=record_id("c", TEXTS[0]))
        return of, list(told(of, 3, 0))

    world.warehouse.begin()
    world.signatures, world.decisions = {}, []
    try:
        first, reports = printed("first", KEYS[0])
        world.warehouse.replace_partitions({KEYS[0]: world.partition(KEYS[0], [(first, reports)])})
        world.load({}, [])
        assert len(world.tables()[records.Event]) == 1
        reject = Decision(
            decision_id="v", decision_type="reject", decided_by="x", decided_at=datetime(2024, 6, 1, tzinfo=UTC),
            report_places=(events.place_of(reports[0][0]),),
        )  # fmt: skip
        world.load({}, [reject])
        assert world.tables()[records.Event] == []
        world.warehouse.replace_partitions({KEYS[1]: world.partition(KEYS[1], [printed("late", KEYS[1])])})
        world.load({}, [])
        assert len(world.tables()[records.StoryDocument]) == 2
        assert world.tables()[records.Event] == []
    finally:
        world.warehouse.rollback()


def test_words_that_were_printed_long_before_are_compared_as_well(world: World) -> None:
    """An equal text beyond the reach of pairs stands for the one that a third text was paired with."""

    def printed(name: str, key: str, body: str) -> tuple[Document, list[Any]]:
        day = date.fromisoformat(key[:10])
        return document(name, key, body=body, content_hash=record_id("c", body), published_date=day), []

    world.warehouse.begin()
    world.signatures, world.decisions = {}, []
    try:
        late = [printed("again", KEYS[3], TEXTS[0]), printed("cut", KEYS[3], TEXTS[0][: TEXTS[0].index(";")])]
        taken = {KEYS[3]: world.partition(KEYS[3], late)}  # and the first is too old to be looked at
        taken[KEYS[0]] = world.partition(KEYS[0], [printed("first", KEYS[0], TEXTS[0])])
        taken[KEYS[0]].files.pop(Pair)
        world.warehouse.replace_partitions(taken)
        world.load({}, [])
        assert len(world.warehouse.read(Pair)) == 1
        assert world.tables()[records.StoryDocument] == world.at_once()[records.StoryDocument]
        assert max(row.kept_score for row in world.tables()[records.StoryDocument]) > 0.9
    finally:
        world.warehouse.rollback()


def test_what_leaves_a_full_block_lets_others_meet(world: World) -> None:
    """A full block compares neighbours only: the first and the last of its reports meet when those between are gone."""

    def talks(name: str, key: str, round_name: str, printed: int = 30) -> tuple[Document, list[Any]]:
        printed_date = date(2024, 3, printed)  # on another day they aren't coded alike
        of = document(name, key, body=name, content_hash=record_id("c", name), published_date=printed_date)
        report, participants = next(told(of, 1, 0))
        sentence = f"They met for a {round_name} round of talks in Strelsau."
        changes = {"event_type": "CONSULT", "mode_type": None, "status_type": "occurred", "sentence_text": sentence,
                   "start_date": date(2024, 3, 30), "end_date": date(2024, 3, 30), "date_precision_type": "day",
                   "trigger_text": "met"}  # fmt: skip
        two = [participants[0], participants[0].model_copy(update={"ordinal": 1, "entity_id": "FRA", "name": "FRA",
                                                                   "country_code": "FRA", "text": "FRA"})]  # fmt: skip
        two[0] = two[0].model_copy(update={"entity_id": "DEU", "name": "DEU", "country_code": "DEU", "text": "DEU"})
        return of, [(report.model_copy(update=changes), two)]

    rounds = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    names = sorted(map(str, range(100, 109)), key=lambda name: talks(name, KEYS[0], "")[1][0][0].report_id)
    world.warehouse.begin()
    world.signatures, world.decisions = {}, []
    try:
        outer = [talks(names[0], KEYS[0], "second"), talks(names[-1], KEYS[0], "second", 31)]
        between = [talks(name, KEYS[1], said) for name, said in zip(names[1:-1], rounds, strict=True)]
        taken = {KEYS[0]: world.partition(KEYS[0], outer), KEYS[1]: world.partition(KEYS[1], between)}
        world.warehouse.replace_partitions(taken)
        world.load({}, [])
        assert len(world.tables()[records.Event]) == 9
        world.load({KEYS[1]: None}, [])
        assert len(world.tables()[records.Event]) == 1
    finally:
        world.warehouse.rollback()
