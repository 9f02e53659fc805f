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


class GdeltRows(NamedTuple):
    """A file to take: what the journal says of it, its rows as GDELT writes them, and what was wrong with others."""

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


def take_gdelt(path: Place, taken: Sequence[GdeltRows], *, wait_seconds: float, keep: int) -> list[records.GdeltFile]:
    """Add the rows of these files in one transaction, and publish; the files as they were taken, with the number of
    rows that were there already.

    Of rows with one number the first to come stays, whichever file brought it: GDELT never changes a row. Raises
    WarehouseError for whatever DuckDB, the disk or another writer refuses; nothing of it is there then.
    """
    failed = "GDELT's rows can't be taken"
    with rewriting(path, failed, fresh=False, wait_seconds=wait_seconds, keep=keep) as con:
        con.execute("BEGIN")
        schema.bring_up_to_date(con)
        marts.refresh(con)
        found = [_take(con, one) for one in taken]
        con.execute("COMMIT")
    return found


def _take(con: duckdb.DuckDBPyConnection, one: GdeltRows) -> records.GdeltFile:
    table = gdelt.TABLES[one.file.table_name]
    target = f"gdelt.{table.name}"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    types = ", ".join(f"{quoted(column.name)}: {quoted(schema.GDELT_TYPES[column.kind])}" for column in table.columns)
    source = (
        f"read_csv(?, delim => '\t', header => false, quote => '', escape => '', nullstr => '', auto_detect => false, "
        f"columns => {{{types}}})"
    )
    if table is gdelt.EVENTS:
        new = (
            f"SELECT {names} FROM {source} WHERE GLOBALEVENTID NOT IN (SELECT GLOBALEVENTID FROM {target}) "
            f"QUALIFY row_number() OVER (PARTITION BY GLOBALEVENTID ORDER BY {names}) = 1"
        )
    else:
        new = f"SELECT {names} FROM {source} EXCEPT SELECT {names} FROM {target}"
    row = con.execute(
        f"INSERT INTO {target} ({names}, raw_hash) SELECT {names}, ? FROM ({new}) ORDER BY {names}",
        [one.file.raw_hash, str(one.rows)],
    ).fetchone()
    added = int(row[0]) if row else 0
    file = one.file.model_copy(update={"repeated_count": one.file.row_count - added})
    columns = ", ".join(records.GdeltFile.model_fields)
    marks = ", ".join("?" * len(records.GdeltFile.model_fields))
    con.execute(f"INSERT INTO meta.gdelt_files ({columns}) VALUES ({marks})", list(file.model_dump().values()))
    for reject in one.rejects:
        con.execute("INSERT INTO meta.gdelt_rejects BY NAME SELECT unnest($row)", {"row": reject.model_dump()})
    return file
