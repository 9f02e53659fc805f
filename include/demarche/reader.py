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
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from demarche.selection import CONDITION, SelectionError, Words, select

if TYPE_CHECKING:
    import pandas as pd

    from demarche.warehouse import Place

_EVENTS = f"""
SELECT * FROM {{source}} WHERE {CONDITION}
ORDER BY start_date NULLS LAST, event_id
"""
_OF_EVENTS = """
SELECT * FROM mart.{view} WHERE list_contains($event_ids, event_id) ORDER BY event_id, published_date, report_id
"""


class Reader:
    """A published warehouse; made by ``demarche.open``. Every answer is a pandas DataFrame, a row as in the view that
    it comes from. Raises WarehouseError for what can't be read, SelectionError (a ValueError) for words that it doesn't
    know."""

    def __init__(self, path: Place) -> None:
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
        as_of: datetime | date | str | None = None,
    ) -> pd.DataFrame:
        """Events, by date: rows of ``mart.events``, or of ``mart.events_as_of`` where ``as_of`` (UTC) is given.

        ``country``: codes (ISO 3166-1 alpha-3) or names, of a side or of the place. ``since`` and ``until``: days,
        the latter included; an event counts whose interval meets them, one without a date doesn't. ``event_type`` and
        ``status_type``: codes of the codebook. ``sure``: least ``confidence_score``.
        """
        given = select(
            country=country, since=since, until=until, event_type=event_type, status_type=status_type, sure=sure
        ).parameters
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


def _instant(given: datetime | date | str) -> datetime:
    """A day means its end: all that the warehouse said on it."""
    if isinstance(given, str):
        try:
            given = date.fromisoformat(given) if len(given) == len("2018-11-06") else datetime.fromisoformat(given)
        except ValueError:
            raise SelectionError(f"as_of={given!r}: no instant — write 2018-11-06 or 2018-11-06T14:00") from None
    return given if isinstance(given, datetime) else datetime.combine(given, time.max)
