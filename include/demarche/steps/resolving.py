"""Stories and events of what a load touches, formed anew: the loader's part of resolution.

`stories` and `events` form them from whatever they are given. Here is decided what that is, and it is enough that the
outcome equals that of giving them everything: see `docs/decisions/0010-only-what-a-load-touches.md`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from demarche import entities, events, places
from demarche.codebook.additions import Additions
from demarche.records import (
    UNDATED,
    BlockSeat,
    Decision,
    Document,
    Entity,
    Event,
    EventCluster,
    EventKey,
    EventParticipant,
    EventReport,
    EventStatus,
    Office,
    Pair,
    Place,
    Record,
    Report,
    ReportParticipant,
    Signature,
    Source,
    Story,
    StoryCluster,
    StoryDocument,
    record_id,
)
from demarche.sources.declaring import Declaration
from demarche.steps.pairing import signed
from demarche.steps.results import log
from demarche.storage import Lake

if TYPE_CHECKING:
    from demarche.stories import Shelf
    from demarche.warehouse import Resolved, Warehouse

DOCUMENTS_AT_ONCE = 20_000
"""So many are resolved together when all are: that bounds the memory, and doesn't change the outcome."""

_FACTS = ("document_id", "source_id", "agency_id", "article_id", "published_date", "published_rule")


def resolve_changed(held: Resolved, lake: Lake, decisions: Sequence[Decision], changed: Collection[str]) -> None:
    """Form stories and events anew as far as these documents, or what is decided of their reports, touch them."""
    touched = _resolve_stories(held, lake, changed)
    _resolve_events(held, events.standing(decisions), decisions, touched)


def portions(held: Resolved, changed: set[str] | None) -> Iterator[set[str]]:
    """The documents that changed, None for all, at once or in portions of whole days."""
    if changed is not None and len(changed) <= DOCUMENTS_AT_ONCE:
        if changed:
            yield changed
        return
    seen: set[str] = set()
    days: list[date] = []
    size = 0
    for day, count in [*held.documents_by_day(), (date.max, DOCUMENTS_AT_ONCE)]:
        days.append(day)
        size += count
        if size >= DOCUMENTS_AT_ONCE:
            shown = held.documents_of(days[0], days[-1])
            yield shown if changed is None else changed & shown
            seen |= shown
            days, size = [], 0
    if gone := (changed or set()) - seen:
        yield gone


# --- stories -----------------------------------------------------------------------------------------------------
def _resolve_stories(held: Resolved, lake: Lake, changed: Collection[str]) -> set[str]:
    """Group the stories of all documents that hang together with the changed ones; which documents those are."""
    from demarche import stories

    alike = held.alike(changed)
    signatures = held.rows(Signature, "document_id", alike)
    pairs = held.rows(Pair, "document_id", alike)
    grouped, members = stories.group_stories(_with_sketches(signatures, pairs, lake), pairs)
    shelf = stories.Shelf.of(signatures)
    days = {signature.document_id: signature.partition_key[:10] for signature in signatures}
    clusters = [
        StoryCluster(document_id=name, load_date=date.fromisoformat(days[name]), cluster_number=number)
        for name, number in stories.clusters(shelf.cards, pairs).items()
    ]
    held.replace_stories(alike, {Story: grouped, StoryDocument: members, StoryCluster: clusters})
    return alike


def _with_sketches(signatures: Collection[Signature], pairs: Iterable[Pair], lake: Lake) -> Shelf:
    """Signatures as the warehouse has them; those in pairs, and those with the same words, with their sketches, which
    stay in the lake."""
    from demarche import stories

    paired = {name for pair in pairs for name in (pair.document_id, pair.other_document_id)}
    texts = {signature.content_hash for signature in signatures if signature.document_id in paired}
    wanted: dict[str, set[str]] = defaultdict(set)
    alone = []
    for signature in signatures:
        if signature.content_hash in texts:
            wanted[signature.partition_key].add(signature.document_id)
        else:
            alone.append(signature)
    shelves = [stories.Shelf.of(alone)]
    for key in sorted(wanted):
        shelf = signed(lake, key)
        rows = [row for row, card in enumerate(shelf.cards) if card.document_id in wanted[key]]
        shelves.append(shelf.picked(rows))
    return stories.Shelf.joined(shelves)


# --- events ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Told:
    """Reports, as reviewers recoded them, with their participants, and what reviewers ruled of them."""

    reports: dict[str, Report]
    participants: list[ReportParticipant]
    rulings: Sequence[events.Decision]


class _Teller:
    """Fetches reports, and heeds decisions: of a document that one names, all reports must be seen to apply it, to them
    and to their copies."""

    def __init__(self, held: Resolved, standing: Sequence[Decision], decisions: Sequence[Decision]) -> None:
        self._held = held
        self._decisions = decisions
        self._ignored: dict[str, str] = {}
        self._naming: dict[str, list[Decision]] = defaultdict(list)
        named = {document_id for decision in standing for document_id in events.documents_of(decision)}
        members = held.rows(StoryDocument, "document_id", held.of_stories(named))
        self._story_of = {member.document_id: member.story_id for member in members}
        of_story: dict[str, set[str]] = defaultdict(set)
        for member in members:
            of_story[member.story_id].add(member.document_id)
        for decision in standing:
            documents = events.documents_of(decision)
            whole = (of_story[self._story_of[name]] for name in documents if name in self._story_of)
            for document_id in documents.union(*whole):
                self._naming[document_id].append(decision)

    def named_with(self, document_ids: Iterable[str]) -> set[str]:
        """The documents that decisions name together with one of these, or with one that it is a copy of."""
        decided = [decision for name in document_ids for decision in self._naming.get(name, ())]
        return {name for decision in decided for name in events.documents_of(decision)}

    def whole_stories(self, document_ids: Collection[str]) -> set[str]:
        """These documents with all of their stories, and of the stories of those that decisions name with them."""
        found = self._held.of_stories(document_ids)
        while not (named := self.named_with(found)) <= found:
            found = self._held.of_stories(found | named)
        return found

    def told(self, documents: Collection[str], report_ids: Collection[str] = ()) -> _Told:
        """The reports of these documents, and these ones beside them."""
        documents = {*documents, *self.named_with(documents)}
        found = {row.report_id: row for row in self._held.rows(Report, "document_id", documents)}
        found |= {row.report_id: row for row in self._held.rows(Report, "report_id", set(report_ids) - set(found))}
        told_dates = self._told_dates(documents & self._naming.keys())
        decided = events.apply(self._decisions, found.values(), told_dates, self._story_of)
        for decision_id in sorted(decided.ignored.keys() - self._ignored.keys()):
            log.warning("the decision %s is set aside: %s", decision_id, decided.ignored[decision_id])
        self._ignored |= decided.ignored
        participants = self._held.rows(ReportParticipant, "report_id", found)
        return _Told({row.report_id: row for row in decided.reports}, participants, decided.rulings)

    def _told_dates(self, documents: Collection[str]) -> dict[str, date]:
        columns = ("document_id", "published_date", "fetched_at")
        found = self._held.rows(Document, "document_id", documents, columns)
        return {row.document_id: row.published_date or row.fetched_at.date() for row in found}


def _resolve_events(
    held: Resolved, standing: Sequence[Decision], decisions: Sequence[Decision], documents: Collection[str]
) -> None:
    teller = _Teller(held, standing, decisions)
    documents = teller.whole_stories(documents)
    new = teller.told(documents)
    facts = _facts(held, documents)
    folded = events.fold(new.reports.values(), new.participants, facts, decisions=new.rulings)
    clusters = _touched_clusters(held, documents, folded)
    former = held.events_of(clusters)
    beside = [row for rows in held.reports_of(former).values() for row in rows if row[1] not in documents]
    if beside:
        only = {*new.reports, *(report_id for report_id, _ in beside)}
        new, facts = _with_context(held, teller, documents, beside)
        folded = events.fold(new.reports.values(), new.participants, facts, decisions=new.rulings, only=only)
    sizes = {_block(key): len(codings) for key, codings in folded.blocks.items()}
    others = held.seats(sizes, clusters, events.block_size())
    elsewhere = {
        key: [events.Seat(*seat) for seat in others[block]] for key in folded.blocks if (block := _block(key)) in others
    }
    agreed = events.form(folded, facts, elsewhere)
    held.replace_events(clusters, former, _rows(agreed, folded))
    fresh = {row.event_id for one in agreed for row in one.reports if row.document_id in documents}
    _relink(held, teller, agreed, {*former, *(one.event.event_id for one in agreed)}, fresh)


def _touched_clusters(held: Resolved, documents: Collection[str], folded: events.Codings) -> set[int]:
    """The clusters of what these documents told before, of what shares a block with what they tell now, and of what
    sits in a block that was full with them."""
    former = held.clusters_telling(documents)
    blocks = {_block(key) for key in folded.blocks} | held.full_blocks(former, events.block_size())
    return former | held.clusters_in(blocks)


def _with_context(
    held: Resolved, teller: _Teller, documents: Collection[str], beside: Sequence[tuple[str, str]]
) -> tuple[_Told, dict[str, events.DocumentFacts]]:
    """The reports of these documents, those beside them, and what the latter may take over from: all others that their
    documents tell, and the documents of their stories."""
    told = teller.told({*documents, *held.of_stories({document_id for _, document_id in beside})})
    return told, _facts(held, {row.document_id for row in told.reports.values()})


def _facts(held: Resolved, documents: Collection[str]) -> dict[str, events.DocumentFacts]:
    """What resolution needs of documents, and of all others of their stories."""
    whole = held.of_stories(documents)
    return events.document_facts(
        held.rows(Document, "document_id", whole, _FACTS), held.rows(StoryDocument, "document_id", whole)
    )


def _block(key: str) -> tuple[int, date]:
    """A block's number and month."""
    name, _, month = key.rpartition("|")
    try:
        return _number(name), date.fromisoformat(f"{month}-01")
    except ValueError:
        return _number(key), UNDATED


def _number(name: str) -> int:
    """63 bits of hash."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def _rows(agreed: Sequence[events.Agreed], folded: events.Codings) -> Mapping[type[Record], Sequence[Record]]:
    cluster_of = {tale.report.report_id: one.happening.cluster_number for one in agreed for tale in one.happening.tales}
    seats = []
    for key, codings in folded.blocks.items():
        number, month = _block(key)
        for index in codings:
            day, coding = folded.seats[index]
            cluster = cluster_of[folded.groups[index][0].report.report_id]
            seats.append(
                BlockSeat(
                    month_date=month,
                    block_number=number,
                    coding_number=coding,
                    cluster_number=cluster,
                    seat_date=day,
                )
            )
    told = [one for one in agreed if one.is_told]  # of mere traces only the reports are kept, for what comes later
    return {
        Event: [one.event for one in told],
        EventReport: list(chain.from_iterable(one.reports for one in agreed)),
        EventParticipant: list(chain.from_iterable(one.participants for one in told)),
        EventStatus: list(chain.from_iterable(one.statuses for one in told)),
        EventCluster: [
            EventCluster(
                event_id=one.event.event_id,
                load_date=one.event.load_date,
                cluster_number=one.happening.cluster_number,
            )
            for one in agreed
        ],
        BlockSeat: seats,
    }


# --- links -------------------------------------------------------------------------------------------------------
def _relink(
    held: Resolved, teller: _Teller, agreed: Sequence[events.Agreed], resolved: Collection[str], fresh: Collection[str]
) -> None:
    """Draw the links of events that changed, of those that may be linked to one of them, and of nothing else."""
    changed = held.touched_events(resolved) | set(fresh)
    nodes = {one.event.event_id: events.node_of(one.event, one.happening.tales) for one in agreed if one.is_told}
    offers = held.offers(changed)
    keys = []
    for event_id in changed & nodes.keys():
        for key in nodes[event_id].keys:
            number = _number(key.name)
            if not key.is_sought:
                offers.add((number, key.first))
            keys.append(
                EventKey(
                    event_id=event_id,
                    load_date=nodes[event_id].event.load_date,
                    key_number=number,
                    is_sought=key.is_sought,
                    first_date=key.first,
                    last_date=key.last,
                )
            )
    held.replace_keys(changed, keys)
    seekers = held.seekers(offers) | (changed & nodes.keys())
    wanted = seekers | held.found_by(seekers, events.NEIGHBOURS)
    nodes |= _nodes(held, teller, wanted - nodes.keys())
    links = events.link([nodes[event_id] for event_id in wanted], only=seekers)
    held.replace_links(seekers | changed, links)


def _nodes(held: Resolved, teller: _Teller, event_ids: Collection[str]) -> dict[str, events.Node]:
    """Events that aren't resolved now, as linking sees them."""
    if not event_ids:
        return {}
    members = held.reports_of(event_ids)
    rows = [row for of_event in members.values() for row in of_event]
    decided = {document_id for _, document_id in rows if teller.named_with([document_id])}
    told = teller.told(decided, {report_id for report_id, _ in rows})
    parties: dict[str, list[ReportParticipant]] = defaultdict(list)
    for participant in told.participants:
        parties[participant.report_id].append(participant)
    found = {}
    for event in held.rows(Event, "event_id", event_ids):
        reports = [told.reports[report_id] for report_id, _ in members[event.event_id] if report_id in told.reports]
        found[event.event_id] = events.node(event, reports, chain(*(parties[row.report_id] for row in reports)))
    return found


# --- what ids lead to --------------------------------------------------------------------------------------------
_NAMED_ENTITIES = """
SELECT
    entity_id, coalesce(nullif(name, ''), text), coalesce(nullif(mention_type, ''), 'organisation'), country_code,
    sector_type
FROM core.mentions
WHERE entity_id IN (FROM given) AND load_date >= DATE '{since}'
UNION
SELECT
    entity_id, coalesce(nullif(name, ''), text), coalesce(nullif(entity_type, ''), 'organisation'), country_code,
    sector_type
FROM core.report_participants
WHERE entity_id IN (FROM given) AND load_date >= DATE '{since}'
UNION
SELECT entity_id, name, entity_type, country_code, sector_type
FROM core.entities
WHERE entity_id IN (FROM given) AND {is_known}
"""
_NAMED_PLACES = """
SELECT place_id, coalesce(nullif(name, ''), text), country_code
FROM core.mentions
WHERE place_id IN (FROM given) AND load_date >= DATE '{since}'
UNION
SELECT place_id, place_name, country_code
FROM core.reports
WHERE place_id IN (FROM given) AND place_name <> '' AND load_date >= DATE '{since}'
UNION
SELECT place_id, name, country_code
FROM core.places
WHERE place_id IN (FROM given) AND {is_known}
"""


def replace_looked_up(
    warehouse: Warehouse, declared: Sequence[Declaration], additions: Additions, *, whole: bool
) -> None:
    """Sources, entities, offices and places: what this load's partitions name or named; with ``whole``, all."""
    held = warehouse.resolved
    listed = {entity.entity_id: entity for entity in entities.load_gazetteer(additions).entities()}
    if whole:
        warehouse.replace_resolution({Entity: list(listed.values()), Place: []})
    offices = entities.load_gazetteer(additions).offices()
    warehouse.replace_resolution({Source: _sources(held, declared), Office: offices})
    named: dict[str, list[Entity]] = defaultdict(list)
    for entity_id, name, entity_type, country_code, sector_type in _named(
        held, Entity, _NAMED_ENTITIES, listed, whole=whole
    ):
        entity = Entity(
            entity_id=entity_id, name=name, entity_type=entity_type, country_code=country_code, sector_type=sector_type
        )
        named[entity_id].append(entity)
    found = [min(same, key=Entity.model_dump_json) for same in named.values()]
    held.replace_looked_up(Entity, _changed(held, Entity) - listed.keys(), found)
    known = places.load_places(additions)
    spellings: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for place_id, name, country_code in _named(held, Place, _NAMED_PLACES, (), whole=whole):
        spellings[place_id].add((name, country_code))
    held.replace_looked_up(Place, _changed(held, Place), [_place(known, *row) for row in sorted(spellings.items())])


def _changed(held: Resolved, record: type[Record]) -> set[str]:
    now, before = held.named(record)
    return {*now, *before}


def _named(
    held: Resolved, record: type[Record], sql: str, without: Collection[str], *, whole: bool
) -> list[tuple[str, ...]]:
    """The spellings of what partitions name: of a name that some named before, by all that the warehouse holds, else
    by what is new beside the one that is known."""
    if whole:
        ids = held.all_names(record) - set(without)
        return held.select(sql.format(since=date.min, is_known="false"), ids)
    now, before = held.named(record)
    found = held.select(sql.format(since=date.min, is_known="false"), before - set(without))
    arrived = now.keys() - before - set(without)
    if arrived:
        since = min(now[name] for name in arrived)
        found += held.select(sql.format(since=since, is_known="true"), arrived)
    return found


def _place(known: places.Places, place_id: str, spellings: Iterable[tuple[str, str | None]]) -> Place:
    """A place as the gazetteer has it, else by the first of its spellings."""
    name, country_code = min(spellings, key=lambda spelling: (spelling[0], spelling[1] or ""))
    other = Place(place_id=place_id, name=name, country_code=country_code, place_type="country")
    return known.with_id(place_id) or other


def _sources(held: Resolved, declared: Sequence[Declaration]) -> list[Source]:
    """The outlets of the documents, as they were declared, and the agencies that wrote some of them."""
    from demarche.documents import agencies

    named = held.select("SELECT DISTINCT source_id, source_name FROM core.documents", ())
    written = {agency_id for (agency_id,) in held.select("SELECT DISTINCT agency_id FROM core.documents", ())}
    found = {source_id: Source(source_id=source_id, name=name) for source_id, name in named}
    for source in declared:
        if source.outlet and (known := found.get(record_id("o", source.outlet))):
            found[known.source_id] = known.model_copy(update=source.of_outlet)
    for agency in agencies():
        if agency.source_id in written or agency.source_id in found:
            found[agency.source_id] = agency
    return [found[source_id] for source_id in sorted(found)]
