"""The warehouse as data frames, for notebooks and scripts.

    import demarche

    news = demarche.open("news.duckdb")
    news.events(country="PRK", since="2018-01-01", event_type="CONSULT")
    news.evidence("e00bc7a6273755669778203d4cb60391d")
    news.query("SELECT * FROM mart.dyad_months WHERE pair_code = 'PRK-USA'")

Each call opens the published file anew and closes it: what a later load publishes is seen by the next call, and nobody
is kept from publishing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import codebook, ontology

if TYPE_CHECKING:
    import pandas as pd

Words = str | Iterable[str]

_EVENTS = """
SELECT * FROM {source}
WHERE ($countries IS NULL OR list_has_any(
        list_concat(actor_country_codes, recipient_country_codes, [country_code]), $countries))
    AND ($since IS NULL OR coalesce(end_date, start_date) >= CAST($since AS DATE))
    AND ($until IS NULL OR start_date <= CAST($until AS DATE))
    AND ($event_types IS NULL OR list_contains($event_types, event_type))
    AND ($status_types IS NULL OR list_contains($status_types, status_type))
    AND confidence_score >= $sure
ORDER BY start_date NULLS LAST, event_id
"""
_OF_EVENTS = """
SELECT * FROM mart.{view} WHERE list_contains($event_ids, event_id) ORDER BY event_id, published_date, report_id
"""


class Reader:
    """A published warehouse; made by ``demarche.open``. Every answer is a pandas DataFrame, a row as in the view that
    it comes from. Raises WarehouseError for what can't be read, ValueError for words that it doesn't know."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"demarche.open({str(self.path)!r})"

    def events(
        self,
        *,
        country: Words | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        event_type: Words | None = None,
        status_type: Words | None = None,
        sure: float = 0.0,
        as_of: datetime | str | None = None,
    ) -> pd.DataFrame:
        """Events, by date: rows of ``mart.events``, or of ``mart.events_as_of`` where ``as_of`` (UTC) is given.

        ``country``: codes (ISO 3166-1 alpha-3) or names, of a side or of the place. ``since`` and ``until``: days,
        the latter included; an event counts whose interval meets them, one without a date doesn't. ``event_type`` and
        ``status_type``: codes of the codebook. ``sure``: least ``confidence_score``.
        """
        given = {
            "countries": None if country is None else [_country_code(name) for name in _listed(country)],
            "since": _day(since),
            "until": _day(until),
            "event_types": _members(event_type, ontology.EVENT_TYPES, "event_type", str.upper),
            "status_types": _members(status_type, ontology.STATUSES, "status_type", str.lower),
            "sure": sure,
        }
        if as_of is None:
            return self._frame(_EVENTS.format(source="mart.events"), given)
        return self._frame(_EVENTS.format(source="mart.events_as_of($as_of)"), {**given, "as_of": _instant(as_of)})

    def evidence(self, event_id: Words) -> pd.DataFrame:
        """What these events rest on: a row per report, with its sentence, document and address."""
        return self._frame(_OF_EVENTS.format(view="evidence"), {"event_ids": _listed(event_id)})

    def claims(self, event_id: Words) -> pd.DataFrame:
        """What each source says of these events, and where that differs from what was agreed."""
        return self._frame(_OF_EVENTS.format(view="claims"), {"event_ids": _listed(event_id)})

    def query(
        self, sql: str, parameters: Mapping[str, str | float] | None = None, *, limit: int = 1_000_000
    ) -> pd.DataFrame:
        """The first ``limit`` rows of one SELECT, run as ``demarche query`` does; ``parameters`` fill ``$name``.

        Raises QueryError when it is no single SELECT, is wrong, or takes too much.
        """
        import pandas as pd

        from demarche import warehouse

        found = warehouse.query_parquet(self.path, sql, limit=limit, answer_mb=1024, parameters=parameters)
        return pd.read_parquet(io.BytesIO(found.data))

    def _frame(self, sql: str, given: Mapping[str, Any]) -> pd.DataFrame:
        from demarche import warehouse

        return warehouse.frame(self.path, sql, given)


def _listed(words: Words) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def _day(given: date | str | None) -> str | None:
    """A day as ISO text. Raises ValueError for text that is none."""
    if given is None:
        return None
    return (given if isinstance(given, date) else date.fromisoformat(given)).isoformat()[:10]


def _instant(given: datetime | str) -> datetime:
    return given if isinstance(given, datetime) else datetime.fromisoformat(given)


def _members(given: Words | None, members: tuple[str, ...], name: str, written: Any) -> list[str] | None:
    if given is None:
        return None
    found = [written(word) for word in _listed(given)]
    unknown = [word for word in found if word not in members]
    if unknown:
        raise ValueError(f"no {name} is called {', '.join(unknown)}; there are: {', '.join(members)}")
    return found


def _country_code(given: str) -> str:
    """The code of a country given by code, name or another name. Raises ValueError for one that isn't known."""
    known: dict[str, str] = {}
    for row in codebook.table("countries"):
        for name in (row["iso3"], row["name"], *filter(None, row["aliases"].split(";"))):
            known.setdefault(name.casefold(), row["iso3"])
    code = known.get(given.casefold())
    if code is None:
        near = ", ".join(get_close_matches(given.casefold(), known, n=3))
        raise ValueError(f"no country is called {given!r}{f'; did you mean {near}?' if near else ''}")
    return code
