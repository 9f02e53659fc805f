"""Events: one happening in the world, whoever tells it.

Reports become events in four steps: each is made ready for comparing (`tales`), pairs are judged (`likeness`), ties are
joined as far as no conflict forbids it (`grouping`), and what the members tell is brought to one row (`agreement`);
`links` then relates events to one another. The rule in plain words, and why: `docs/decisions/0002-one-event.md`. The
numbers that decide stand in `codebook/resolution.toml`.

``resolve_events`` does it for all reports at once. Who has too many for that takes the steps by themselves (`fold`,
`form`, `link`), each for the part that has changed: `docs/decisions/0010-only-what-a-load-touches.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from demarche.events.agreement import Agreed, agree
from demarche.events.decisions import (
    Applied,
    DecisionError,
    apply,
    checked_values,
    documents_of,
    judged_precision,
    place_of,
    reviewed_precision,
    standing,
    undone,
)
from demarche.events.grouping import Codings, Decision, Seat, blocks_of, group
from demarche.events.links import NEIGHBOURS, Node, link, node_of
from demarche.events.retelling import settle
from demarche.events.tales import DocumentFacts, Key, read_tale, settings
from demarche.records import (
    Document,
    Event,
    EventLink,
    EventParticipant,
    EventReport,
    EventStatus,
    Record,
    Report,
    ReportParticipant,
    StoryDocument,
)

__all__ = [
    "NEIGHBOURS",
    "Agreed",
    "Applied",
    "Codings",
    "Decision",
    "DecisionError",
    "DocumentFacts",
    "Node",
    "Resolution",
    "Seat",
    "apply",
    "block_keys",
    "block_size",
    "checked_values",
    "document_facts",
    "documents_of",
    "fold",
    "form",
    "judged_precision",
    "link",
    "node",
    "node_of",
    "place_of",
    "resolve_events",
    "reviewed_precision",
    "standing",
    "undone",
]


@dataclass(frozen=True)
class Resolution:
    """Events and what hangs on them, each sorted by its key."""

    events: tuple[Event, ...]
    event_reports: tuple[EventReport, ...]
    event_participants: tuple[EventParticipant, ...]
    event_statuses: tuple[EventStatus, ...]
    event_links: tuple[EventLink, ...]

    def tables(self) -> dict[type[Record], Sequence[Record]]:
        """The rows of each table."""
        return {
            Event: self.events,
            EventReport: self.event_reports,
            EventParticipant: self.event_participants,
            EventStatus: self.event_statuses,
            EventLink: self.event_links,
        }


def document_facts(
    documents: Iterable[Document], story_documents: Iterable[StoryDocument] = ()
) -> dict[str, DocumentFacts]:
    """What resolution needs of documents; a document in two partitions counts once."""
    members = {member.document_id: member for member in story_documents}
    facts = {}
    for document in documents:
        member = members.get(document.document_id)
        facts[document.document_id] = DocumentFacts(
            document_id=document.document_id,
            source_id=document.source_id,
            agency_id=document.agency_id,
            article_id=document.article_id,
            published_date=document.known_date,
            story_id=member.story_id if member else None,
            is_copy=member.is_copy if member else False,
        )
    return facts


def resolve_events(
    reports: Iterable[Report],
    participants: Iterable[ReportParticipant],
    documents: Mapping[str, DocumentFacts],
    *,
    decisions: Sequence[Decision] = (),
) -> Resolution:
    """Every report in its event; the same outcome whatever the order of the input.

    ``documents`` holds the facts of each report's document, and of the other documents of its story, from which the
    voice is known. A report that came with two partitions counts with the smaller. Traces of what no report tells stand
    among the reports under the id of no event. Raises KeyError for a report whose document isn't given.
    """
    formed = form(fold(reports, participants, documents, decisions=decisions), documents)
    agreed = [one for one in formed if one.is_told]
    nodes = [node_of(one.event, one.happening.tales) for one in agreed]
    return Resolution(
        events=tuple(one.event for one in agreed),
        event_reports=tuple(row for one in formed for row in one.reports),
        event_participants=tuple(row for one in agreed for row in one.participants),
        event_statuses=tuple(row for one in agreed for row in one.statuses),
        event_links=link(nodes),
    )


def fold(
    reports: Iterable[Report],
    participants: Iterable[ReportParticipant],
    documents: Mapping[str, DocumentFacts],
    *,
    decisions: Sequence[Decision] = (),
    only: Container[str] | None = None,
) -> Codings:
    """Reports made ready, those that are coded alike together, in the blocks where they meet.

    ``only`` names the reports that are to become events. The others are context, which has to hold the visits of the
    same documents, and whatever the same stories tell.
    """
    smallest: dict[str, Report] = {}
    for report in reports:
        held = smallest.get(report.report_id)
        if held is None or _key(report) < _key(held):
            smallest[report.report_id] = report
    parties: dict[str, dict[int, ReportParticipant]] = defaultdict(dict)
    for participant in participants:
        parties[participant.report_id].setdefault(participant.ordinal, participant)
    tales = [
        read_tale(report, list(parties[report_id].values()), documents[report.document_id])
        for report_id, report in smallest.items()
    ]
    return Codings(settle(tales), decisions, only=only)


def form(
    codings: Codings,
    documents: Mapping[str, DocumentFacts],
    elsewhere: Mapping[str, Collection[Seat]] | None = None,
) -> list[Agreed]:
    """The events that these reports amount to, by id.

    They must be whole clusters: whatever ties to one of them. ``elsewhere`` are the seats of all other codings in the
    blocks that are full with them, of more than ``block_size()``.
    """
    voices = _voices(documents)
    agreed = (agree(happening, voices) for happening in group(codings, elsewhere))
    return sorted(agreed, key=lambda one: one.event.event_id)


def node(event: Event, reports: Iterable[Report], participants: Iterable[ReportParticipant]) -> Node:
    """What linking looks at of an event that is formed already, from the reports that tell it."""
    parties: dict[str, list[ReportParticipant]] = defaultdict(list)
    for participant in participants:
        parties[participant.report_id].append(participant)
    return node_of(
        event,
        [read_tale(told, parties[told.report_id], DocumentFacts(told.document_id, "")) for told in reports],
    )


def block_size() -> int:
    """More codings than this make a block full."""
    size: int = settings()["block_size"]
    return size


def block_keys(
    report: Report, participants: Iterable[ReportParticipant], *, published_date: date | None = None
) -> frozenset[str]:
    """The blocks in which a report is compared: two reports without a common one are never tied, except by a story.

    ``published_date`` is its document's; without it the anchor of the report's dates stands in. No party or no time, no
    block.
    """
    facts = DocumentFacts(report.document_id, "", published_date=published_date or report.anchor_date)
    return blocks_of(read_tale(report, list(participants), facts))


def _key(report: Report) -> Key:
    return report.partition_key, report.report_id


def _voices(documents: Mapping[str, DocumentFacts]) -> dict[str, str]:
    """Whose voice each document is: its agency's, else that of the story it copies, else its source's own."""
    of_story: dict[str, list[DocumentFacts]] = defaultdict(list)
    for facts in documents.values():
        if facts.story_id is not None:
            of_story[facts.story_id].append(facts)
    story_voice = {}
    for story_id, members in of_story.items():
        agencies = sorted(facts.agency_id for facts in members if facts.agency_id)
        original = min(members, key=lambda facts: (facts.is_copy, facts.document_id))
        story_voice[story_id] = agencies[0] if agencies else original.source_id
    return {
        document_id: facts.agency_id or story_voice.get(facts.story_id or "", facts.source_id)
        for document_id, facts in documents.items()
    }
