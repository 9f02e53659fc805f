"""Reads the checks' files and runs them: in the load's transaction before its commit, or over the published file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import duckdb

from demarche import quality
from demarche.records import QualityCheck, QualityResult
from demarche.warehouse.connection import Place
from demarche.warehouse.errors import QueryError, QueryStopped, WarehouseError, first_line
from demarche.warehouse.querying import query
from demarche.warehouse.reading import OLDER, Overview, overview

_ALL_DATES = (date.min, date.max)
CHECKS_FOLDER = "checks_folder"
"""The check that stands for a folder of checks that can't be read."""
MAX_VALUE = 1000  # characters of a value that a sample keeps


def load_checks(folder: Path | None = None) -> tuple[QualityCheck, ...]:
    """Our own checks and those of a user's ``folder``, by name. A user's file that is no check, or has another one's
    name, becomes one that is broken whenever it is run, for the others to run all the same; so does a folder that can't
    be read."""
    found = {check.check_id: check for check in map(_read, _files(files("demarche").joinpath("sql", "checks")))}
    if folder is not None:
        try:
            entries = _files(folder)
        except OSError as error:
            reason = f"{folder}: {error.strerror} — DEMARCHE_CHECKS_FOLDER names a folder of checks of your own"
            found[CHECKS_FOLDER] = quality.unusable(CHECKS_FOLDER, reason)
            entries = []
        for entry in entries:
            check = _read_users(entry, found)
            found[check.check_id] = check
    return tuple(found[name] for name in sorted(found))


def _files(folder: Traversable) -> list[Traversable]:
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)


def _read(entry: Traversable) -> QualityCheck:
    return quality.parse_check(entry.read_text(encoding="utf-8"), entry.name)


def _read_users(entry: Traversable, taken: Collection[str]) -> QualityCheck:
    try:
        check = _read(entry)
    except (quality.CheckError, UnicodeDecodeError, OSError) as error:
        check = quality.unusable(entry.name, str(error) if entry.name in str(error) else f"{entry.name}: {error}")
    else:
        if check.check_id in taken:
            check = quality.unusable(
                entry.name, f"{entry.name}: there already is a check '{check.check_id}' — name it otherwise"
            )
    while check.check_id in taken:
        check = check.model_copy(update={"check_id": f"{check.check_id}_again"})
    return check


def _counted(check: QualityCheck) -> str:
    """The check's query with the number of its rows in front, cut to the sample. Raises QueryError when it is none."""
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(check.sql_text)]
    except duckdb.Error as error:
        raise QueryError(first_line(error)) from error
    if kinds != [duckdb.StatementType.SELECT]:
        named = ", ".join(kind.name for kind in kinds)
        raise QueryError(f"a check may only read: it is one SELECT, and this is {named or 'nothing but comments'}")
    return (
        f"WITH failing AS MATERIALIZED (\n{check.sql_text}\n)\n"
        f"SELECT (SELECT count(*) FROM failing) AS failing_count, failing.* FROM failing LIMIT {quality.SAMPLE_SIZE}"
    )


def _parameters(
    check: QualityCheck, dates: tuple[date, date], today: date, lake_partitions: Mapping[str, str | None] | None = None
) -> dict[str, str | float]:
    return {
        "threshold": check.threshold_value,
        "first_date": dates[0].isoformat(),
        "last_date": dates[1].isoformat(),
        "today": today.isoformat(),
        "lake_partitions": json.dumps(dict(lake_partitions or {})),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _brief(value: Any) -> Any:
    """A value, or as text the beginning of one that is too long for a log, a mail and the journal, and a number that
    JSON lacks."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        value = {key: _brief(member) for key, member in value.items()}
    elif isinstance(value, list | tuple):
        value = [_brief(member) for member in value]
    text = value if isinstance(value, str) else _json(value)
    return value if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _judged(
    check: QualityCheck, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], at: datetime, load_id: str | None
) -> QualityResult:
    sample = [_json(dict(zip(columns[1:], map(_brief, row[1:]), strict=True))) for row in rows]
    return quality.judge(check, rows[0][0] if rows else 0, sample, checked_at=at, load_id=load_id)


def run_in(
    con: duckdb.DuckDBPyConnection,
    check: QualityCheck,
    dates: tuple[date, date],
    checked_at: datetime,
    lake_partitions: Mapping[str, str | None] | None = None,
    *,
    shadowed: Sequence[str] = (),
) -> tuple[QualityResult, tuple[str, ...]]:
    """What a check finds in an open load, between these load dates, and which partitions its rows name. Of tables that
    are ``shadowed`` it sees the temporary ones of the same name."""
    if shadowed:
        sql = re.sub(rf"\bcore\.({'|'.join(shadowed)})\b", r"temp.\1", check.sql_text)
        check = check.model_copy(update={"sql_text": sql})
    try:
        statement = con.extract_statements(_counted(check))[0]
        wanted = statement.named_parameters
        parameters = {
            name: value
            for name, value in _parameters(check, dates, checked_at.date(), lake_partitions).items()
            if name in wanted
        }
        cursor = con.execute(statement, parameters)
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        keys = _partitions(con, check, columns, parameters)
    except (duckdb.Error, QueryError) as error:
        return quality.broken(check, first_line(error), checked_at=checked_at), ()
    return _judged(check, columns, rows, checked_at, None), keys


def _partitions(
    con: duckdb.DuckDBPyConnection, check: QualityCheck, columns: Sequence[str], parameters: Mapping[str, str | float]
) -> tuple[str, ...]:
    """Every partition that the check's rows name, also beyond the sample."""
    if "partition_key" not in columns:
        return ()
    sql = f"SELECT DISTINCT partition_key FROM (\n{check.sql_text}\n) WHERE partition_key IS NOT NULL ORDER BY 1"
    return tuple(key for (key,) in con.execute(sql, parameters).fetchall())


def run_checks(
    path: Place,
    checked_at: datetime,
    *,
    checks: Sequence[QualityCheck] | None = None,
    lake_partitions: Mapping[str, str | None] | None = None,
    **bounds: Any,
) -> list[QualityResult]:
    """What each check finds in the whole warehouse published at ``path`` (`run_check`); one that can't be run stops no
    other. Raises WarehouseError when there is no readable warehouse."""
    state = overview(path)
    wanted = load_checks() if checks is None else checks
    return [run_check(path, check, checked_at, state, lake_partitions, **bounds) for check in wanted]


def run_check(
    path: Place,
    check: QualityCheck,
    checked_at: datetime,
    state: Overview,
    lake_partitions: Mapping[str, str | None] | None = None,
    *,
    timeout_seconds: float = 60.0,
    memory_mb: int = 8192,
) -> QualityResult:
    """What a check finds in the whole warehouse published at ``path``, whose ``state`` is known, asked for the day of
    ``checked_at``.

    ``lake_partitions`` is what the lake offers, by partition key the hash of what is to be loaded, None where that is
    on its way.

    It runs in a guarded process: one that is wrong, writes, or takes too long is a broken result. The bounds are for a
    large warehouse: of a million events, ids_unique needs more than 2 GB.
    """
    reason = ""
    try:
        found = query(
            path,
            _counted(check),
            limit=quality.SAMPLE_SIZE,
            timeout_seconds=timeout_seconds,
            memory_mb=memory_mb,
            parameters=_parameters(check, _ALL_DATES, checked_at.date(), lake_partitions),
        )
    except QueryStopped:
        reason = f"stopped after {timeout_seconds:g} s — narrow it, or allow more time (DEMARCHE_CHECK_SECONDS)"
    except WarehouseError as error:
        reason = f"{error} — {OLDER}" if state.is_older and "Binder Error" in str(error) else str(error)
    else:
        return _judged(check, found.columns, found.rows, checked_at, state.load_id)
    return quality.broken(check, reason, checked_at=checked_at, load_id=state.load_id)
