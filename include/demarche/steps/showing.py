"""All that the published warehouse knows of one event: who takes part, its life, who says what, the evidence."""

from __future__ import annotations

import re
from typing import Any

from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import warehouse_of
from demarche.steps.results import StepError
from demarche.steps.reviewing import rejection

_LEAST_OF_ID = 6  # characters of an id that may stand for the whole
_ID = re.compile(rf"e[0-9a-f]{{{_LEAST_OF_ID - 1},32}}")
# A former id of an event is the id of a report that still belongs to it.
_NAMED = """
SELECT DISTINCT event_id FROM core.event_reports
WHERE starts_with(event_id, $id) OR starts_with(report_id, 'r' || substr($id, 2))
ORDER BY event_id
"""
_SECTIONS = {
    "event": "SELECT * EXCLUDE (load_date) FROM mart.events WHERE event_id = $id",
    "participants": """
        SELECT role_type, name, part_type, office_name, country_code, sector_type, entity_id
        FROM core.event_participants WHERE event_id = $id ORDER BY role_type, ordinal
    """,
    "life": """
        SELECT s.reported_date, s.status_type, e.source_name, e.sentence_text
        FROM core.event_statuses AS s
        JOIN mart.evidence AS e ON e.report_id = s.report_id AND e.event_id = s.event_id
        WHERE s.event_id = $id ORDER BY s.ordinal, s.report_id
    """,
    "claims": """
        SELECT source_name, published_date, status_type, start_date, end_date, place_name, quantity, quantity_unit,
            list_filter([
                CASE WHEN has_other_status THEN 'status' END, CASE WHEN has_other_date THEN 'date' END,
                CASE WHEN has_other_place THEN 'place' END, CASE WHEN has_other_quantity THEN 'quantity' END
            ], lambda word: word IS NOT NULL) AS differs_in
        FROM mart.claims WHERE event_id = $id ORDER BY published_date NULLS LAST, report_id
    """,
    "evidence": """
        SELECT sentence_text, source_name, published_date, title, document_url, is_copy, merge_rule, confidence_score,
            report_id
        FROM mart.evidence WHERE event_id = $id ORDER BY is_best DESC, published_date NULLS LAST, report_id
    """,
    "links": """
        SELECT l.event_id, l.link_type, l.other_event_id, e.event_type, e.status_type, e.start_date, e.actor_text,
            e.recipient_text
        FROM core.event_links AS l
        JOIN mart.events AS e ON e.event_id = CASE WHEN l.event_id = $id THEN l.other_event_id ELSE l.event_id END
        WHERE l.event_id = $id OR l.other_event_id = $id ORDER BY ALL
    """,
    "revisions": """
        SELECT l.loaded_at, r.load_id, r.is_retracted, r.status_type, r.start_date, r.end_date, r.place_name,
            r.report_count
        FROM meta.event_revisions AS r JOIN meta.loads AS l ON l.load_id = r.load_id
        WHERE r.event_id = $id ORDER BY l.loaded_at
    """,
}
# In one query: each is a process of its own.
_ALL_SECTIONS = "SELECT " + ", ".join(f"ARRAY(SELECT s FROM ({sql}) AS s) AS {name}" for name, sql in _SECTIONS.items())


def is_event_id(text: str) -> bool:
    """Whether a text is an event's id, or enough of its beginning."""
    return _ID.fullmatch(text) is not None


def meant_event(event_id: str, settings: Settings) -> str:
    """The id of the event that an id, a former one, or the beginning of one means.

    Raises StepError where no event or several are meant, WarehouseError when there is no readable warehouse.
    """
    if not is_event_id(event_id):
        raise StepError(
            f"{event_id!r} is no event's id — an id is an e and 32 hexadecimal digits, of which the first "
            f'{_LEAST_OF_ID - 1} may do; `demarche query "SELECT event_id, sentence_text FROM events"` lists them'
        )
    meant = [row["event_id"] for row in _rows(_NAMED, event_id, settings)]
    if not meant:
        said = f"no event {event_id} is in {warehouse_of(settings)}"
        if (decision := rejection(event_id, settings=settings)) is not None:
            when = f"{decision.decided_by} rejected it on {decision.decided_at:%Y-%m-%d}"
            said += f": {when} — `demarche review --undo {decision.decision_id}` takes that back"
        raise StepError(said)
    if len(meant) > 1 and event_id not in meant:
        raise StepError(f"{event_id} may be {', '.join(meant[:5])} — give more of the id")
    (found,) = {event_id} & set(meant) or meant
    return found


def show_event(event_id: str, *, settings: Settings | None = None) -> dict[str, list[dict[str, Any]]]:
    """Rows by section, each column by its name. ``event_id`` may be a former id of the event, or the beginning of one.

    Raises StepError where no event or several are meant, WarehouseError when there is no readable warehouse.
    """
    settings = settings or load_settings()
    found = meant_event(event_id, settings)
    (sections,) = _rows(_ALL_SECTIONS, found, settings)
    return {name: rows or [] for name, rows in sections.items()}


def _rows(sql: str, event_id: str, settings: Settings) -> list[dict[str, Any]]:
    from demarche import warehouse

    answer = warehouse.query(
        warehouse_of(settings), sql, parameters={"id": event_id}, limit=10_000, timeout_seconds=settings.query_seconds
    )
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
