"""Watches: what the loads since the last look brought of what somebody wants to be told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake
from demarche.watches import News, Watch
from demarche.watches import news as news_of

MARKS = "watch_marks"  # the journal's kind: up to which load a watch was told


def news(watches: Sequence[Watch], *, settings: Settings | None = None) -> list[News]:
    """What the loads since each watch's last ``told`` changed of what it is for; at first: what the newest one did."""
    from demarche import warehouse

    settings = settings or load_settings()
    path = settings.warehouse_path
    known = warehouse.query(path, "SELECT load_id FROM meta.loads ORDER BY loaded_at").rows
    loads: list[str] = [load_id for (load_id,) in known]
    marks = {row["watch_text"]: row["load_id"] for row in open_lake(settings).journal(MARKS)}
    found: list[News] = []
    for watch in watches:
        after = marks.get(watch.text, "")
        if after not in loads:
            after = loads[-2] if len(loads) > 1 else ""
        found += news_of([watch], _revisions(path, after))
    return found


def mark_told(watches: Sequence[Watch], *, settings: Settings | None = None) -> None:
    """Note that these watches have been told everything up to the newest load."""
    from demarche import warehouse

    settings = settings or load_settings()
    load_id = warehouse.overview(settings.warehouse_path).load_id
    now = datetime.now(UTC).isoformat()
    rows = [{"watch_text": watch.text, "load_id": load_id, "told_at": now} for watch in watches]
    open_lake(settings).append_journal(MARKS, rows)


def _revisions(path: Any, after: str) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    from demarche import warehouse

    sql = files("demarche").joinpath("sql", "revisions.sql").read_text(encoding="utf-8")
    answer = warehouse.query(path, sql, limit=1_000_000, parameters={"after": after})
    before: dict[str, dict[str, Any]] = {}
    found = []
    for row in answer.rows:
        event = dict(zip(answer.columns, row, strict=True))
        if event["is_new"]:
            found.append((before.get(event["event_id"]), event))
        else:
            before[event["event_id"]] = event
    return found
