"""Reviewing: events that a person should look at, and what the person decided."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime

from demarche.events import DecisionError, apply, checked_values, standing, undone
from demarche.records import Decision, Report, record_id
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake, own_lake, warehouse_of
from demarche.steps.loading import decisions as _decisions
from demarche.steps.results import StepError

OCCASIONS = {
    "sample": "true",
    "uncertain": "e.confidence_score BETWEEN 0.3 AND 0.7",
    "disputed": "e.is_disputed",
}
"""Why an event is shown: drawn at random, of middling confidence, or told differently by its sources."""
_DRAWN = """
SELECT e.event_id
FROM core.events AS e
WHERE {condition}
    AND NOT EXISTS (
        SELECT 1
        FROM core.event_reports AS m
        WHERE m.event_id = e.event_id AND list_contains(string_split($decided, ','), m.report_id)
    )
ORDER BY {order}
LIMIT {count:d}
"""
_PLACES = """
SELECT r.report_id, r.document_id || ':' || r.trigger_start_offset || '-' || r.trigger_end_offset
FROM core.event_reports AS m
JOIN core.reports AS r ON r.report_id = m.report_id
WHERE m.event_id = $event
"""
_REPORTS = f"""
SELECT {", ".join(f"r.{name}" for name in Report.model_fields)},
    coalesce(d.published_date, CAST(d.fetched_at AT TIME ZONE 'UTC' AS DATE)) AS told_date
FROM core.event_reports AS m
JOIN core.reports AS r ON r.report_id = m.report_id
JOIN core.documents AS d ON d.document_id = r.document_id
WHERE m.event_id = $event
"""


def to_review(occasion: str, count: int = 20, *, seed: str = "", settings: Settings | None = None) -> list[str]:
    """Ids of events that nobody has decided on: at random by ``seed``, or the newest that are uncertain or disputed."""
    from demarche import warehouse

    settings = settings or load_settings()
    decided = {report_id for one in standing(decisions(settings=settings)) for report_id in one.report_ids}
    order = "md5(e.event_id || $seed)" if occasion == "sample" else "e.last_reported_date DESC NULLS LAST, e.event_id"
    sql = _DRAWN.format(condition=OCCASIONS[occasion], order=order, count=count)
    given = {"decided": ",".join(sorted(decided)), "seed": seed}
    return [event_id for (event_id,) in warehouse.query(warehouse_of(settings), sql, parameters=given).rows]


def decide(
    decision_type: str,
    event_id: str,
    *,
    other: str | None = None,
    new_values: Mapping[str, str] | None = None,
    reason: str | None = None,
    occasion: str | None = None,
    by: str | None = None,
    settings: Settings | None = None,
) -> Decision:
    """Keep a decision on an event in the journal, as that of ``by`` or else of this user; the next load applies it.

    keep, reject and recode are about all reports of the event; merge makes it one with the event ``other``; split parts
    the report ``other`` from the rest; of either's id the beginning is enough. Raises DecisionError for
    what can't be decided.
    """
    settings = settings or load_settings()
    places = _places(event_id, settings)
    others: dict[str, str] = {}
    if decision_type == "merge":
        named = _named(other, "merge with what? Name the event that is the same")
        merged = _places(_meant(named, settings), settings)
        if merged == places:
            raise DecisionError(f"{other} is this event itself — name another one that is the same")
        places |= merged
    elif decision_type == "split":
        report_id = _named(other, "split off what? Name the report that is another event")
        begun = [key for key in places if key.startswith(report_id)]
        if len(begun) == 1:
            (report_id,) = begun
        else:
            raise DecisionError(f"{report_id} is no report of {event_id}; there are: {', '.join(sorted(places))}")
        if len(places) == 1:
            raise DecisionError(f"{event_id} has one report only, there is nothing to split")
        others = {key: place for key, place in places.items() if key != report_id}
        places = {report_id: places[report_id]}
    elif decision_type == "recode":
        if not new_values:
            raise DecisionError("nothing to recode — say what is right, like event_type=AID")
        checked_values(new_values)
    decision = _made(
        decision_type=decision_type,
        report_ids=tuple(sorted(places)),
        report_places=tuple(places[key] for key in sorted(places)),
        other_report_places=tuple(others[key] for key in sorted(others)),
        new_values=dict(new_values or {}),
        reason_text=reason,
        occasion_type=occasion,
        decided_by=by,
    )
    if decision_type == "recode":
        _refuse_unfit(decision, event_id, settings)
    return _kept(decision, settings)


def undo(
    decision_id: str, *, reason: str | None = None, by: str | None = None, settings: Settings | None = None
) -> Decision:
    """Take a decision back. Raises DecisionError when there is none of this id (its beginning is enough), or it was
    taken back already."""
    settings = settings or load_settings()
    known = decisions(settings=settings)
    found = [one.decision_id for one in known if one.decision_id.startswith(decision_id)]
    if len(found) != 1:
        there = f"{len(found)} decisions begin" if found else "no decision begins"
        raise DecisionError(f"{there} with {decision_id!r} — `demarche review --list` shows all")
    if found[0] in undone(known):
        raise DecisionError(f"{found[0]} was taken back already — `demarche review --list` shows by which")
    decision = _made(decision_type="undo", undone_decision_id=found[0], reason_text=reason, decided_by=by)
    return _kept(decision, settings)


def rejection(event_id: str, *, settings: Settings | None = None) -> Decision | None:
    """The decision that took an event out of the warehouse, by its id or the beginning of that."""
    rejected = (one for one in standing(decisions(settings=settings)) if one.decision_type == "reject")
    beginning = f"r{event_id[1:]}"
    return next((one for one in rejected if any(key.startswith(beginning) for key in one.report_ids)), None)


def decisions(*, settings: Settings | None = None) -> list[Decision]:
    """Every decision of the journal, the earliest first."""
    return _decisions(open_lake(settings or load_settings()))


def _made(**values: object) -> Decision:
    now, who = datetime.now(UTC), values.pop("decided_by", None) or getpass.getuser()
    decision_id = record_id("v", str(who), now.isoformat(), *map(str, values.values()))
    return Decision.model_validate({"decision_id": decision_id, "decided_at": now, "decided_by": who, **values})


def _kept(decision: Decision, settings: Settings) -> Decision:
    own_lake(settings).append_journal(Decision.table, [decision.model_dump(mode="json")])
    return decision


def _meant(event_id: str, settings: Settings) -> str:
    """The id of the event that an id, a former one, or the beginning of one means. Raises DecisionError."""
    from demarche.steps.showing import meant_event  # which asks who rejected an event

    try:
        return meant_event(event_id, settings)
    except StepError as error:
        raise DecisionError(str(error)) from None


def _places(event_id: str, settings: Settings) -> dict[str, str]:
    """The reports of an event by id, each with where its trigger stands."""
    from demarche import warehouse

    found = warehouse.query(warehouse_of(settings), _PLACES, limit=100_000, parameters={"event": event_id}).rows
    if not found:
        raise DecisionError(f"no event is called {event_id}")
    return dict(found)


def _refuse_unfit(decision: Decision, event_id: str, settings: Settings) -> None:
    """Raises DecisionError, saying why, when the next load would set a recoding of this event aside."""
    from demarche import warehouse

    given = {"event": event_id}
    found = warehouse.query(warehouse_of(settings), _REPORTS, limit=100_000, parameters=given)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    told_dates = {row["document_id"]: row.pop("told_date") for row in rows}
    known = [*decisions(settings=settings), decision]
    if why := apply(known, map(Report.model_validate, rows), told_dates).ignored.get(decision.decision_id):
        raise DecisionError(why)


def _named(other: str | None, question: str) -> str:
    if not other:
        raise DecisionError(question)
    return other
