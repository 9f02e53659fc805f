"""How a text was read, and why reports are one event: gathered from a file, the lake or the warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from demarche.explanation import EventExplanation, Explanation, ReportExplanation
from demarche.records import Document, Mention, Reject, Report, ReportParticipant
from demarche.settings import Settings, load_settings
from demarche.steps.ingestion import parse_files
from demarche.steps.ledgers import open_lake, warehouse_of
from demarche.steps.results import StepError
from demarche.steps.showing import meant_event
from demarche.steps.tagging import tag
from demarche.storage import Lake

_DOCUMENT_ID = re.compile(r"d[0-9a-f]{32}")
_MAY_BE_EVENT_ID = re.compile(r"e[0-9a-f]*")  # one that is too short or too long is told so


def explain(what: str, *, settings: Settings | None = None) -> Iterator[Explanation | EventExplanation | Reject]:
    """How each text of a file is read; how a document of the lake was, by its id; or why an event of the warehouse is
    one, by its id, a former one, or the beginning of one. A file of such a name is read. Raises StepError when there is
    no such file, document or event."""
    settings = settings or load_settings()
    if _DOCUMENT_ID.fullmatch(what):
        yield explain_document(what, settings=settings)
    elif not what or (_MAY_BE_EVENT_ID.fullmatch(what) and not Path(what).exists()):
        yield explain_event(what, settings=settings)
    elif not Path(what).exists():
        raise StepError(
            f"{what!r} is no file, and no id of a document (a d and 32 hexadecimal digits) or an event (an e and 5 to"
            ' 32); look at the name, or ask `demarche query "SELECT event_id, sentence_text FROM events"`'
        )
    else:
        yield from explain_file(Path(what), settings=settings)


def explain_file(path: Path, *, settings: Settings | None = None) -> Iterator[Explanation | Reject]:
    """How the texts of a file are read, and rejects for what can't be; nothing is passed over."""
    settings = (settings or load_settings()).model_copy(update={"prefilter": False})
    for item in parse_files([path], settings=settings):
        if isinstance(item, Reject):
            yield item
            continue
        tables, _ = tag([item], settings)
        if tables[Reject]:
            yield from tables[Reject]
        else:
            yield _explanation(item, tables[Mention], tables[Report], tables[ReportParticipant])


def explain_document(document_id: str, *, settings: Settings | None = None) -> Explanation:
    """How a document of the lake was read when it was tagged. Raises StepError when it isn't there, or not tagged."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    for key in _partitions_of(document_id, lake, settings):
        for document in lake.read(Document, key, "documents"):
            if document.document_id == document_id:
                return _as_tagged(document, key, lake)
    raise StepError(f"no document {document_id} is in {settings.lake_url}")


def _partitions_of(document_id: str, lake: Lake, settings: Settings) -> Sequence[str]:
    """Where to look: the warehouse knows of what it holds, otherwise it may be anywhere."""
    sql = "SELECT partition_key FROM core.documents WHERE document_id = $id"
    known = [row["partition_key"] for row in _rows(sql, document_id, settings)] if _has_warehouse(settings) else []
    return known or lake.taken_keys("documents")


def _as_tagged(document: Document, key: str, lake: Lake) -> Explanation:
    if lake.manifest("tagged", key) is None:
        raise StepError(f"{document.document_id} is not tagged yet — demarche tag-documents {key}")
    tables = (lake.read(Mention, key, "tagged"), lake.read(Report, key, "tagged"))
    return _explanation(document, *tables, lake.read(ReportParticipant, key, "tagged"))


def _explanation(
    document: Document,
    mentions: Iterable[Mention],
    reports: Iterable[Report],
    participants: Iterable[ReportParticipant],
) -> Explanation:
    told = [report for report in reports if report.document_id == document.document_id]
    parties: dict[str, list[ReportParticipant]] = {report.report_id: [] for report in told}
    for party in participants:
        if party.report_id in parties:
            parties[party.report_id].append(party)
    told.sort(key=lambda report: (report.trigger_start_offset, report.ordinal, report.report_id))
    return Explanation(
        document,
        tuple(mention for mention in mentions if mention.document_id == document.document_id),
        tuple(
            ReportExplanation(report, tuple(sorted(parties[report.report_id], key=lambda party: party.ordinal)))
            for report in told
        ),
    )


# --- events ------------------------------------------------------------------------------------------------------
_EVENT_ROW = """
SELECT event_id, event_type, mode_type, status_type, plover_type, actor_names, recipient_names, start_date, end_date,
    date_precision_type, place_name, country_code, quantity, quantity_unit, report_count, document_count, story_count,
    independent_source_count, first_reported_date, last_reported_date, is_disputed, confidence_score
FROM core.events WHERE event_id = $id
"""
_REPORTS = """
SELECT m.merge_rule, m.report_id, e.source_name, e.published_date, r.status_type, r.start_date, r.end_date,
    r.place_name, e.sentence_text, r.coding_rule, r.confidence_score, e.document_id, e.document_url,
    coalesce(e.is_copy, false) AS is_copy
FROM core.event_reports AS m
JOIN core.reports AS r ON r.report_id = m.report_id
JOIN mart.evidence AS e ON e.report_id = m.report_id AND e.event_id = m.event_id
WHERE m.event_id = $id
ORDER BY m.merge_rule <> 'first', e.published_date NULLS LAST, m.report_id
"""
_PARTICIPANTS = """
SELECT role_type, name, entity_id, country_code, part_type, office_name
FROM core.event_participants WHERE event_id = $id ORDER BY ordinal
"""
_STATUSES = """
SELECT status_type, reported_date, report_id FROM core.event_statuses WHERE event_id = $id ORDER BY ordinal, report_id
"""
_LINKS = """
SELECT event_id, link_type, other_event_id, link_rule FROM core.event_links
WHERE event_id = $id OR other_event_id = $id ORDER BY event_id, other_event_id, link_type
"""


def explain_event(event_id: str, *, settings: Settings | None = None) -> EventExplanation:
    """Why an event of the published warehouse is one. A former id, or the beginning of one, still leads to it, because
    an event's id is that of one of its reports. Raises StepError when none or several are meant, WarehouseError when
    there is no warehouse."""
    settings = settings or load_settings()
    current = meant_event(event_id, settings)
    reports, participants, statuses, links = (
        tuple(_rows(sql, current, settings)) for sql in (_REPORTS, _PARTICIPANTS, _STATUSES, _LINKS)
    )
    (row,) = _rows(_EVENT_ROW, current, settings)
    return EventExplanation(row, reports, participants, statuses, links)


def _has_warehouse(settings: Settings) -> bool:
    return warehouse_of(settings).exists()


def _rows(sql: str, key: str, settings: Settings) -> list[dict[str, Any]]:
    from demarche import warehouse

    answer = warehouse.query(
        warehouse_of(settings), sql, parameters={"id": key}, limit=10_000, timeout_seconds=settings.query_seconds
    )
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
