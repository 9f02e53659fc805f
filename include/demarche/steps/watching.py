"""Watches: what the loads since the last look brought of what somebody wants to be told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from demarche.sending import Ways, send
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake, own_lake, warehouse_of
from demarche.steps.results import StepError, StepResult
from demarche.watches import News, Watch, parse_watches, told
from demarche.watches import news as news_of

MARKS = "watch_marks"  # the journal's kind: up to which load a watch was told
MOST_TOLD = 50  # events that one notice names
_LOADS = """
SELECT load_id, load_id IN (SELECT load_id FROM meta.event_revisions) AS has_changed
FROM meta.loads ORDER BY loaded_at
"""


class NoticeError(OSError):
    """A notice that somebody is waiting for was not taken; what it tells is told again the next time."""


def news(
    watches: Sequence[Watch], *, is_peek: bool = False, is_sent: bool = False, settings: Settings | None = None
) -> Iterator[News]:
    """What the loads since each watch was last told changed of what it is for; at first: what the newest one did that
    changed any event.

    Once all of a watch is taken it is noted as told, unless ``is_peek``. With ``is_sent`` it is sent as a notice
    before. Raises NoticeError when somebody did not take it, StepError when nobody is set to be told, or it would be
    noted in a lake that the warehouse wasn't made from.
    """
    from demarche import warehouse

    settings = settings or load_settings()
    path, ways = warehouse_of(settings), ways_of(settings)
    lake = open_lake(settings) if is_peek else own_lake(settings)
    if is_sent and not ways:
        raise StepError(
            "nobody is set to be told — set DEMARCHE_NOTICE_WEBHOOK_URL, or DEMARCHE_NOTICE_MAIL_TO and "
            "DEMARCHE_NOTICE_SMTP_URL"
        )
    known = warehouse.query(path, _LOADS, limit=1_000_000).rows
    loads: list[str] = [load_id for load_id, _ in known]
    first_told = max((place for place, (_, has_changed) in enumerate(known) if has_changed), default=0)
    marks = {row["watch_text"]: row["load_id"] for row in lake.journal(MARKS)}
    for watch in watches:
        after = marks.get(watch.text, "")
        if after not in loads:
            after = loads[first_told - 1] if first_told else ""
        found = list(news_of([watch], _revisions(path, after, loads[-1]))) if loads else []
        if found and is_sent and (failures := send(*_notice(watch, found), ways)):
            raise NoticeError(f"{watch.name}: not taken by {', '.join(failures)}")
        yield from found
        if loads and not is_peek:
            now = datetime.now(UTC).isoformat()
            lake.append_journal(MARKS, [{"watch_text": watch.text, "load_id": loads[-1], "told_at": now}])


def tell_watches(*, settings: Settings | None = None) -> StepResult:
    """Send what the watches of ``watches_file`` are for, one notice a watch; nothing where there is no such file."""
    settings = settings or load_settings()
    watches = declared_watches(settings)
    count = sum(1 for _ in news(watches, is_sent=bool(watches), settings=settings))
    return StepResult("tell_watches", details={"watches": len(watches), "events": count})


def declared_watches(settings: Settings) -> Sequence[Watch]:
    """The watches of the watches file; none where there is no such file. Raises WatchError."""
    if not settings.watches_file.exists():
        return ()
    return parse_watches(settings.watches_file.read_text(encoding="utf-8"), str(settings.watches_file))


def ways_of(settings: Settings) -> Ways:
    """Where notices go."""
    return Ways(
        settings.notice_webhook_url, settings.notice_mail_to, settings.notice_mail_from, settings.notice_smtp_url
    )


def _notice(watch: Watch, found: Sequence[News]) -> tuple[str, str]:
    lines = [told(one) for one in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(f"and {len(found) - MOST_TOLD} more")
    return f"Demarche: {len(found)} event{'s' * (len(found) != 1)} of {watch.name}", "\n\n".join(lines)


def _revisions(path: Any, after: str, until: str) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    from demarche import warehouse

    sql = files("demarche").joinpath("sql", "revisions.sql").read_text(encoding="utf-8")
    answer = warehouse.query(path, sql, limit=1_000_000, parameters={"after": after, "until": until})
    before: dict[str, dict[str, Any]] = {}
    found = []
    for row in answer.rows:
        event = dict(zip(answer.columns, row, strict=True))
        if event["is_new"]:
            found.append((before.get(event["event_id"]), event))
        else:
            before[event["event_id"]] = event
    return found
