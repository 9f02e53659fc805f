"""What the program itself reads from a published warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from demarche.warehouse.connection import Place, reading
from demarche.warehouse.publication import read_all, reading_sound
from demarche.warehouse.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    import pandas as pd


OLDER = "the file has the schema of an older Demarche: the next load (`demarche load-warehouse`) brings it up to date"


@dataclass(frozen=True)
class Overview:
    """What a published warehouse holds and how fresh it is."""

    schema_version: int
    load_id: str | None
    loaded_at: datetime | None
    newest_published_date: date | None
    partition_count: int
    document_count: int
    report_count: int
    event_count: int
    reject_count: int

    @property
    def is_older(self) -> bool:
        """Whether an older Demarche wrote it, so that columns may be missing."""
        return self.schema_version < SCHEMA_VERSION


def overview(path: Place) -> Overview:
    """Counts and freshness of the warehouse published at ``path``. Raises WarehouseError when it can't be read."""
    with reading_sound(path) as con:
        load = con.execute("SELECT load_id, loaded_at FROM meta.loads ORDER BY loaded_at DESC LIMIT 1").fetchone()
        counts = con.execute(
            "SELECT (SELECT max(schema_version) FROM meta.schema_version), "
            "(SELECT max(published_date) FROM core.documents), (SELECT count(*) FROM meta.partitions), "
            "(SELECT count(*) FROM core.documents), (SELECT count(*) FROM core.reports), "
            "(SELECT count(*) FROM core.events), (SELECT count(*) FROM meta.rejects)"
        ).fetchone()
    assert counts is not None  # a SELECT without FROM always gives one row
    version, newest, *numbers = counts
    load_id, loaded_at = load or (None, None)
    return Overview(version, load_id, loaded_at, newest, *numbers)


def verify(path: Place) -> int:
    """Read every row of the warehouse published at ``path``, and with it every checksum of the file; how many rows.

    Raises WarehouseError when some can't be read, or the last load counted others than there are.
    """
    with reading_sound(path) as con:
        total = read_all(con, path)
    return total


def snapshot(path: Place, schemas: tuple[str, ...] = ("core", "mart")) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view of ``schemas``, sorted: two warehouses are equal when these are.

    Columns are in the order of their names, since an added column stands last in an older file.
    """
    with reading(path) as con:
        return {name: _rows(con, name) for name in _relations(con, schemas)}


def frame(path: Place, sql: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """The answer to SQL of our own as a data frame; ``parameters`` fill ``$name``. Raises WarehouseError when the
    warehouse can't be read."""
    with reading_sound(path) as con:
        return con.execute(sql, dict(parameters)).df()


def _relations(con: duckdb.DuckDBPyConnection, schemas: tuple[str, ...], kind: str = "%") -> list[str]:
    found = con.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables "
        "WHERE table_catalog = current_database() AND table_type LIKE ? ORDER BY 1",
        [kind],
    ).fetchall()
    return [name for (name,) in found if name.split(".")[0] in schemas]


def _rows(con: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[Any, ...]]:
    columns = sorted(column[0] for column in con.execute(f"DESCRIBE {relation}").fetchall())
    rows = con.execute(f"SELECT {', '.join(columns)} FROM {relation}").fetchall()
    return sorted(rows, key=repr)
