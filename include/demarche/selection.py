"""Which events somebody wants: by country, days, type, status and confidence. Said in words, asked in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from demarche import ontology

Words = str | Iterable[str]

CONDITION = """
($countries IS NULL OR list_has_any(
        list_concat(actor_country_codes, recipient_country_codes, [country_code]), $countries))
    AND ($since IS NULL OR coalesce(end_date, start_date) >= CAST($since AS DATE))
    AND ($until IS NULL OR start_date <= CAST($until AS DATE))
    AND ($event_types IS NULL OR list_contains($event_types, event_type))
    AND ($status_types IS NULL OR list_contains($status_types, status_type))
    AND confidence_score >= $sure
"""
"""What holds of the rows that ``Selection.parameters`` choose, of mart.events or core.events."""


class SelectionError(ValueError):
    """A word that a selection doesn't know; the message lists those that it does."""


@dataclass(frozen=True)
class Selection:
    """Which events; None is all of them. ``since`` and ``until`` are ISO days, the latter included: an event counts
    whose interval meets them, one without a date doesn't."""

    countries: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    event_types: tuple[str, ...] | None = None
    status_types: tuple[str, ...] | None = None
    sure: float = 0.0

    @property
    def parameters(self) -> dict[str, Any]:
        """What fills the ``$names`` of CONDITION."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @property
    def told(self) -> dict[str, Any]:
        """What narrows it, as plain data."""
        return {name: value for name, value in self.parameters.items() if value is not None and value != 0.0}


def select(
    *,
    country: Words | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    event_type: Words | None = None,
    status_type: Words | None = None,
    sure: float = 0.0,
) -> Selection:
    """A selection in words: countries by code (ISO 3166-1 alpha-3) or name, of a side or of the place; types and
    statuses by the codebook's codes; ``sure`` is the least ``confidence_score``. Raises SelectionError."""
    if not 0 <= sure <= 1:
        raise SelectionError(f"sure={sure:g}: a confidence lies between 0 and 1")
    first, last = _day(since), _day(until)
    if first and last and last < first:
        raise SelectionError(f"until {last} is before since {first}: no event meets that — exchange them")
    return Selection(
        countries=None if country is None else tuple(map(_country_code, _listed(country))),
        since=first,
        until=last,
        event_types=_members(event_type, ontology.EVENT_TYPES, "event_type", str.upper),
        status_types=_members(status_type, ontology.STATUSES, "status_type", str.lower),
        sure=sure,
    )


def _listed(words: Words) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def _day(given: date | str | None) -> str | None:
    if given is None:
        return None
    try:
        return (given if isinstance(given, date) else date.fromisoformat(given)).isoformat()[:10]
    except ValueError:
        raise SelectionError(f"{given!r} is no day — write it like 2018-11-06") from None


def _members(
    given: Words | None, members: tuple[str, ...], name: str, written: Callable[[str], str]
) -> tuple[str, ...] | None:
    if given is None:
        return None
    found = tuple(written(word) for word in _listed(given))
    unknown = [word for word in found if word not in members]
    if unknown:
        raise SelectionError(f"no {name} is called {', '.join(unknown)}; there are: {', '.join(members)}")
    return found


def _country_code(given: str) -> str:
    try:
        return ontology.country_code(given)
    except ValueError as error:
        raise SelectionError(str(error)) from None
