"""What a quality check is: a query that selects offending rows, with a header that says what that means.

    -- check_id: events_have_reports
    -- severity: error
    -- threshold: 0
    -- owner: warehouse
    -- why: An event that nobody reports has no evidence.
    -- what to do: Load again; if it stays, run `demarche rebuild` and
    --   look at the merge rules.
    SELECT event_id FROM …

A line that begins with more than one space goes on with the entry above it; an empty line ends the header, so that
comments of the query may follow. A query may use ``$threshold``: then every row that it selects counts; otherwise more
rows than ``threshold`` must be selected for the check to fail. It may also use ``$today`` (the day for which it is
asked), ``$first_date`` and ``$last_date`` (the load dates to look at: all of them in the daily check, what a load
touched in the gate before its commit), and ``$lake_partitions`` (what the lake offers, as a JSON object from partition
key to hash, null where that is on its way, and why where it is held back; such a query is asked daily only, for
within a load the ledger is not yet written).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from demarche.records import QualityCheck, QualityResult, record_id

_ENTRIES = {
    "check_id": "check_id",
    "severity": "severity_type",
    "threshold": "threshold_value",
    "owner": "owner_name",
    "why": "why_text",
    "what to do": "remedy_text",
}
_ENTRY = re.compile(r"--\s?(\w[\w ]*?):\s+(.*)")
_CONTINUED = re.compile(r"--\s{2,}(.*)")
SAMPLE_SIZE = 20
"""How many of the offending rows a result keeps."""


class CheckError(ValueError):
    """A check's file is malformed; the message names the file and what is wrong."""


def parse_check(text: str, name: str) -> QualityCheck:
    """The check that a file says. Raises CheckError naming ``name`` when its header or query is missing or wrong."""
    entries: dict[str, str] = {}
    lines = text.strip().splitlines()
    key = ""
    while lines and lines[0].startswith("--"):
        line = lines.pop(0).rstrip()
        if found := _ENTRY.fullmatch(line):
            key, value = found.groups()
            if key not in _ENTRIES:
                raise CheckError(f"{name}: unknown entry {key!r} in the header; there are: {', '.join(_ENTRIES)}")
            if _ENTRIES[key] in entries:
                raise CheckError(f"{name}: the header says {key!r} twice")
            entries[_ENTRIES[key]] = value
        elif key and (found := _CONTINUED.fullmatch(line)):
            entries[_ENTRIES[key]] += " " + found.group(1)
        else:
            raise CheckError(f"{name}: {line!r} is no 'entry: text' of a header")
    missing = [entry for entry, field in _ENTRIES.items() if not entries.get(field)]
    if missing:
        raise CheckError(f"{name}: the header lacks {', '.join(missing)}")
    sql = "\n".join(lines).strip().rstrip(";").rstrip()
    if not sql:
        raise CheckError(f"{name}: no query below the header")
    try:
        return QualityCheck.model_validate({**entries, "sql_text": sql})
    except ValidationError as error:
        first = error.errors()[0]
        raise CheckError(f"{name}: {first['loc'][0]}: {first['msg']}") from error


def unusable(name: str, reason: str) -> QualityCheck:
    """What stands for a file that is no check: it can only be run to say why it can't be."""
    said = reason.replace("'", "''")
    return QualityCheck(
        check_id=re.sub(r"[^a-z0-9_]+", "_", name.removesuffix(".sql").lower()).strip("_0123456789") or "nameless",
        severity_type="error",
        threshold_value=0,
        owner_name="whoever wrote the file",
        why_text=f"It can't be run: {reason}",
        remedy_text=f"Correct {name}.",
        sql_text=f"SELECT error('{said}')",
    )


def looks_at_the_lake(check: QualityCheck) -> bool:
    """Whether the query compares the warehouse with the lake, which only makes sense after a load."""
    return re.search(r"\$lake_partitions\b", check.sql_text) is not None


def compares_itself(check: QualityCheck) -> bool:
    """Whether the query compares with the threshold itself, so that each row it selects counts."""
    return re.search(r"\$threshold\b", check.sql_text) is not None


def judge(
    check: QualityCheck,
    failing_count: int,
    sample_rows: Sequence[str],
    *,
    checked_at: datetime,
    load_id: str | None = None,
) -> QualityResult:
    """What it means that ``check`` selected ``failing_count`` rows, the first of them being ``sample_rows`` (JSON)."""
    tolerated = 0 if compares_itself(check) else check.threshold_value
    has_failed = failing_count > tolerated
    message = f"{check.check_id}: {failing_count} {'row' if failing_count == 1 else 'rows'}"
    if has_failed:
        message += f" — {check.why_text} What to do: {check.remedy_text}"
    return _result(
        check, checked_at, load_id, "failed" if has_failed else "passed", failing_count, tuple(sample_rows), message
    )


def broken(check: QualityCheck, reason: str, *, checked_at: datetime, load_id: str | None = None) -> QualityResult:
    """The result of a check that could not be run; it counts as an error, whatever the check's severity."""
    return _result(check, checked_at, load_id, "broken", 0, (), f"{check.check_id}: could not be run: {reason}")


def told(check: QualityCheck, result: QualityResult) -> dict[str, Any]:
    """A check and what it found, as plain data; the sample's rows as objects."""
    about = check.model_dump(exclude={"sql_text"})
    return {**about, **result.model_dump(mode="json"), "sample_rows": [json.loads(row) for row in result.sample_rows]}


def is_alarm(result: QualityResult) -> bool:
    """Whether the result must stop a load, or fail the daily check."""
    return result.outcome_type == "broken" or (result.outcome_type == "failed" and result.severity_type == "error")


def _result(
    check: QualityCheck,
    checked_at: datetime,
    load_id: str | None,
    outcome: str,
    failing_count: int,
    sample_rows: tuple[str, ...],
    message: str,
) -> QualityResult:
    return QualityResult(
        result_id=record_id("q", check.check_id, checked_at.isoformat()),
        check_id=check.check_id,
        severity_type=check.severity_type,
        checked_at=checked_at,
        load_id=load_id,
        outcome_type=outcome,
        failing_count=failing_count,
        sample_rows=sample_rows[:SAMPLE_SIZE],
        message_text=message,
    )
