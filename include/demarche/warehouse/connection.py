"""How every connection to a warehouse is opened: to a file, or to a DuckLake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from demarche.warehouse.ducklake import DuckLake, told
from demarche.warehouse.errors import Unreadable, Unusable, WarehouseLocked, first_line, remedy
from demarche.warehouse.schema import quoted

# DuckDB has one exception for a file that is locked and one that is broken; only its words tell them apart.
_LOCK_HOLDER = re.compile(r"[Cc]onflicting lock is held.*\(PID (\d+)\)")
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # else a misspelt table name is looked up among Python variables
}
Place = Path | DuckLake
"""Where a warehouse is."""

STORAGE = "v1.5.0"
"""The storage version of the file: texts take half the room of the default's, and DuckDB 1.5 and 2 both read it."""


def connect(path: str = ":memory:", config: Mapping[str, Any] = CONFIG) -> duckdb.DuckDBPyConnection:
    """A connection whose instants are in UTC; DuckDB 1.5 takes a time zone only once it is open."""
    con = duckdb.connect(path, config=dict(config))
    con.execute("SET TimeZone = 'UTC'")
    return con


def refuse_irregular(path: Path) -> None:
    """Raises Unusable for a folder, device, pipe or socket, before anything is made beside it or in its place."""
    if path.is_dir():
        raise Unusable(f"{path}: a folder, not a warehouse file — name a file")
    if path.exists() and not path.is_file():
        raise Unusable(f"{path}: not a regular file, so no place for a warehouse — name another file")


@contextmanager
def reading(place: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose current database is the warehouse at ``place``, read-only.

    Raises WarehouseError when there is none, or it can't be read now.
    """
    with _reading_lake(place) if isinstance(place, DuckLake) else _reading_file(place) as con:
        yield con


@contextmanager
def _reading_lake(lake: DuckLake) -> Iterator[duckdb.DuckDBPyConnection]:
    """All that is read within the block is one snapshot's."""
    if not lake.exists():
        raise Unreadable(f"{lake}: no warehouse there yet — load one first (`demarche load-warehouse`)")
    con = connect()
    try:
        with told(lake):
            lake.attach(con, read_only=True)
            con.execute("SET parquet_metadata_cache = true")  # a data file never changes, nor does what its footer says
            con.execute("BEGIN")
            yield con
    finally:
        con.close()


@contextmanager
def _reading_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose current database is the file at ``path``, read-only.

    The file is attached to a fresh instance: DuckDB would go on serving the old file after a publication if one
    connection of this process still had it open. Raises Unreadable when there is none or it is damaged, WarehouseLocked
    when another program has it open for writing; what DuckDB finds wrong within the block is reported likewise.
    """
    refuse_irregular(path)
    if not path.exists():
        raise Unreadable(f"{path}: no such warehouse — load one first (`demarche run INPUT --warehouse {path}`)")
    con = connect()
    try:
        con.execute(f"ATTACH {quoted(str(path))} AS warehouse (READ_ONLY)")
        con.execute("USE warehouse")
        yield con
    except duckdb.IOException as error:
        if "file with version number" in str(error):
            raise Unusable(f"{path}: written by a newer DuckDB ({first_line(error)}) — update Demarche") from error
        if (holder := _LOCK_HOLDER.search(str(error))) is None:
            raise Unreadable(f"{path}: can't be read as a warehouse ({first_line(error)})") from error
        raise WarehouseLocked(
            f"{path}: process {holder[1]} has it open for writing — close it there, then run this again"
        ) from error
    except duckdb.Error as error:
        raise Unreadable(f"{path}: can't be read as a warehouse ({first_line(error)}){remedy(error)}") from error
    finally:
        con.close()
