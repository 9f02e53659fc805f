"""GDELT's own rows in tables of their own, beside what our loads make: never mixed with reports, never a source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from demarche import gdelt, records
from demarche.warehouse import marts, schema
from demarche.warehouse.connection import Place, reading
from demarche.warehouse.errors import Unreadable
from demarche.warehouse.schema import quoted
from demarche.warehouse.targets import rewriting

KEPT_REJECTS = 1_000  # of a file, by line; all are counted


class GdeltRows(NamedTuple):
    """A file to take: what the journal says of it, its rows as GDELT writes them, each with the number of its line
    before it, and what was wrong with others."""

    file: records.GdeltFile
    rows: Path
    rejects: Sequence[records.GdeltReject]


def gdelt_hashes(path: Place) -> set[str]:
    """The files of GDELT that the warehouse published at ``path`` holds, by hash."""
    if not path.exists():
        return set()
    try:
        with reading(path) as con:
            return {raw_hash for (raw_hash,) in con.execute("SELECT raw_hash FROM meta.gdelt_files").fetchall()}
    except Unreadable as error:
        if isinstance(error.__cause__, duckdb.CatalogException):  # of a program that didn't know the table
            return set()
        raise


def take_gdelt(path: Place, taken: Sequence[GdeltRows], *, wait_seconds: float, keep: int) -> list[GdeltRows]:
    """Add the rows of these files in one transaction, and publish; the files as they were taken, with the number of
    rows that were there already.

    Of events with one number the first to come stays, whichever file brought it, since GDELT never changes a row: one
    that says something else is among the rejects. Raises WarehouseError for whatever DuckDB, the disk or another writer
    refuses; nothing of it is there then.
    """
    failed = "GDELT's rows can't be taken"
    with rewriting(path, failed, fresh=False, wait_seconds=wait_seconds, keep=keep) as con:
        con.execute("BEGIN")
        schema.bring_up_to_date(con)
        schema.list_codes(con)
        marts.refresh(con)
        found = [_take(con, one) for one in taken]
        con.execute("COMMIT")
    return found


def _take(con: duckdb.DuckDBPyConnection, one: GdeltRows) -> GdeltRows:
    table = gdelt.TABLES[one.file.table_name]
    target = f"gdelt.{table.name}"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    types = ", ".join(f"{quoted(column.name)}: {quoted(schema.GDELT_TYPES[column.kind])}" for column in table.columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS FROM read_csv(?, delim => '\t', header => false, quote => '', "
        f"escape => '', nullstr => '', auto_detect => false, columns => {{line_number: 'BIGINT', {types}}})",
        [str(one.rows)],
    )
    if table is gdelt.EVENTS:
        new = (
            f"FROM incoming WHERE GLOBALEVENTID NOT IN (SELECT GLOBALEVENTID FROM {target}) "
            f"QUALIFY row_number() OVER (PARTITION BY GLOBALEVENTID ORDER BY line_number) = 1"
        )
    else:
        new = f"(SELECT {names} FROM incoming EXCEPT SELECT {names} FROM {target})"
    row = con.execute(
        f"INSERT INTO {target} ({names}, raw_hash) SELECT {names}, ? FROM ({new}) ORDER BY {names}",
        [one.file.raw_hash],
    ).fetchone()
    added = int(row[0]) if row else 0
    number, contradicting = _contradicting(con, one.file, target) if table is gdelt.EVENTS else (0, [])
    con.execute("DROP TABLE incoming")
    row_count = one.file.row_count - number
    file = one.file.model_copy(
        update={
            "row_count": row_count,
            "reject_count": one.file.reject_count + number,
            "repeated_count": row_count - added,
        }
    )
    columns = ", ".join(records.GdeltFile.model_fields)
    marks = ", ".join("?" * len(records.GdeltFile.model_fields))
    con.execute(f"INSERT INTO meta.gdelt_files ({columns}) VALUES ({marks})", list(file.model_dump().values()))
    rejects = [*one.rejects, *contradicting][:KEPT_REJECTS]
    for reject in rejects:
        con.execute("INSERT INTO meta.gdelt_rejects BY NAME SELECT unnest($row)", {"row": reject.model_dump()})
    return one._replace(file=file, rejects=rejects)


def _contradicting(
    con: duckdb.DuckDBPyConnection, file: records.GdeltFile, target: str
) -> tuple[int, list[records.GdeltReject]]:
    """How many incoming rows say something else than the one of their number that is there, and the first of them."""
    differs = " OR ".join(f'i."{name}" IS DISTINCT FROM t."{name}"' for name in gdelt.EVENTS.column_names)
    found = con.execute(
        f"SELECT line_number, i.GLOBALEVENTID, CASE WHEN t.raw_hash <> ? THEN f.file_name END, count(*) OVER () "
        f"FROM incoming AS i JOIN {target} AS t USING (GLOBALEVENTID) "
        f"LEFT JOIN meta.gdelt_files AS f USING (raw_hash) WHERE {differs} "
        f"ORDER BY line_number LIMIT {KEPT_REJECTS}",
        [file.raw_hash],
    ).fetchall()
    return (found[0][-1] if found else 0), [
        records.GdeltReject(
            raw_hash=file.raw_hash, line_number=line, reason_type="contradictory",
            reason_text=f"{file.file_name}: line {line} says something else of record {number} than "
            f"{other or 'an earlier line'} — the first stays",
        )
        for line, number, other, _ in found
    ]  # fmt: skip
