"""Events as a calendar (RFC 5545): whole days, told apart by their ids, so that a later export replaces them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

_STATUSES = {"occurred": "CONFIRMED", "cancelled": "CANCELLED"}


def write_calendar(rows: Iterable[Mapping[str, Any]], *, made_at: datetime, version: str) -> tuple[bytes, int]:
    """The calendar file and how many events it holds; ``made_at`` is the instant of the load that the rows come from.

    Rows are those of ``mart.events`` with ``latitude``, ``longitude`` and ``revision_count``. One without a first day
    can't stand in a calendar, and is left out.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Demarche//Demarche {version}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Diplomatic events")
    count = 0
    for row in rows:
        if row["start_date"] is not None:
            calendar.add_component(_event(row, made_at))
            count += 1
    return calendar.to_ical(), count


def _event(row: Mapping[str, Any], made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{row['event_id']}@demarche")
    event.add("dtstamp", made_at)
    event.add("sequence", max(0, row["revision_count"] - 1))
    event.add("dtstart", row["start_date"])
    event.add("dtend", (row["end_date"] or row["start_date"]) + timedelta(days=1))  # its end is exclusive there
    event.add("summary", _summary(row))
    event.add("status", _STATUSES.get(row["status_type"], "TENTATIVE"))
    event.add("categories", [row["event_type"]])
    event.add("transp", "TRANSPARENT")
    told = (row["sentence_text"], row["source_name"], f"confidence {row['confidence_score']:.2f}")
    event.add("description", "\n".join(_plain(text) for text in told if text))
    if row["place_name"]:
        event.add("location", _plain(row["place_name"]))
    if row["latitude"] is not None:
        event.add("geo", (row["latitude"], row["longitude"]))
    if (row["document_url"] or "").startswith(("http://", "https://")):
        event.add("url", _plain(row["document_url"]))
    return event


def _summary(row: Mapping[str, Any]) -> str:
    act = " ".join(filter(None, (row["event_type"], row["mode_type"])))
    sides = " → ".join(filter(None, (row["actor_text"], row["recipient_text"])))
    return _plain(f"{act}: {sides}" if sides else act)


def _plain(text: str) -> str:
    """Text from the web in one line, without what a calendar's format forbids."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
