"""Reviewing: events that a person should look at, and what the person decided."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from demarche.dates import EARLIEST, years_later
from demarche.events import DecisionError, checked_values, standing, undone
from demarche.records import Decision, record_id
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake, own_lake, warehouse_of
from demarche.steps.loading import decisions as _decisions

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


_DAYS = """
SELECT start_date, end_date, status_type, first_reported_date, last_reported_date
FROM core.events
WHERE event_id = $event
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
    the report ``other`` from the rest. Raises DecisionError for what can't be decided.
    """
    settings = settings or load_settings()
    places = _places(event_id, settings)
    others: dict[str, str] = {}
    if decision_type == "merge":
        merged = _places(_named(other, "merge with what? Name the event that is the same"), settings)
        if merged == places:
            raise DecisionError(f"{other} is this event itself — name another one that is the same")
        places |= merged
    elif decision_type == "split":
        report_id = _named(other, "split off what? Name the report that is another event")
        if report_id not in places:
            raise DecisionError(f"{report_id} is no report of {event_id}; there are: {', '.join(sorted(places))}")
        if len(places) == 1:
            raise DecisionError(f"{event_id} has one report only, there is nothing to split")
        others = {key: place for key, place in places.items() if key != report_id}
        places = {report_id: places[report_id]}
    elif decision_type == "recode":
        if not new_values:
            raise DecisionError("nothing to recode — say what is right, like event_type=AID")
        checked_values(new_values)
        _refuse_impossible_days(event_id, new_values, settings)
    return _keep(
        settings,
        decision_type=decision_type,
        report_ids=tuple(sorted(places)),
        report_places=tuple(places[key] for key in sorted(places)),
        other_report_places=tuple(others[key] for key in sorted(others)),
        new_values=dict(new_values or {}),
        reason_text=reason,
        occasion_type=occasion,
        decided_by=by,
    )


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
    return _keep(settings, decision_type="undo", undone_decision_id=found[0], reason_text=reason, decided_by=by)


def rejection(event_id: str, *, settings: Settings | None = None) -> Decision | None:
    """The decision that took an event out of the warehouse, by its id or the beginning of that."""
    rejected = (one for one in standing(decisions(settings=settings)) if one.decision_type == "reject")
    beginning = f"r{event_id[1:]}"
    return next((one for one in rejected if any(key.startswith(beginning) for key in one.report_ids)), None)


def decisions(*, settings: Settings | None = None) -> list[Decision]:
    """Every decision of the journal, the earliest first."""
    return _decisions(open_lake(settings or load_settings()))


def _keep(settings: Settings, **values: object) -> Decision:
    lake, now, who = own_lake(settings), datetime.now(UTC), values.pop("decided_by", None) or getpass.getuser()
    decision_id = record_id("v", str(who), now.isoformat(), *map(str, values.values()))
    decision = Decision.model_validate({"decision_id": decision_id, "decided_at": now, "decided_by": who, **values})
    lake.append_journal(Decision.table, [decision.model_dump(mode="json")])
    return decision


def _places(event_id: str, settings: Settings) -> dict[str, str]:
    """The reports of an event by id, each with where its trigger stands."""
    from demarche import warehouse

    found = warehouse.query(warehouse_of(settings), _PLACES, limit=100_000, parameters={"event": event_id}).rows
    if not found:
        raise DecisionError(f"no event is called {event_id}")
    return dict(found)


def _refuse_impossible_days(event_id: str, new_values: Mapping[str, str], settings: Settings) -> None:
    """Days that the gate of the next load would refuse, or that resolution would leave out. Raises DecisionError."""
    from demarche import warehouse

    given = {name: date.fromisoformat(new_values[name]) for name in ("start_date", "end_date") if new_values.get(name)}
    if not given:
        return
    (held,) = warehouse.query(warehouse_of(settings), _DAYS, parameters={"event": event_id}).rows
    start, end, status, first_told, last_told = held
    start = given.get("start_date", start)
    end = given.get("end_date", given.get("start_date", end))
    if min(given.values()) < EARLIEST:
        raise DecisionError(
            f"nothing is coded before {EARLIEST:%Y} — leave the day out (start_date=) where it is older"
        )
    if start and end and end < start:
        raise DecisionError(f"it would end on {end}, before it begins on {start} — say both start_date and end_date")
    if last_told and max(given.values()) > years_later(last_told, 10):
        raise DecisionError(f"that is more than ten years after it was last told, on {last_told}")
    status = new_values.get("status_type", status)
    if status == "occurred" and start and first_told and start > first_told + timedelta(days=1):
        raise DecisionError(
            f"it was told on {first_told} as having occurred, so it didn't begin on {start} — if it is planned, recode "
            "status_type=planned with it"
        )


def _named(other: str | None, question: str) -> str:
    if not other:
        raise DecisionError(question)
    return other
