"""A warehouse copied from a file into DuckLake, and the way back. A copy is one transaction: readers see the former
state or the new one."""

from __future__ import annotations

from pathlib import Path

import duckdb

from demarche.warehouse import marts, schema
from demarche.warehouse.connection import reading
from demarche.warehouse.ducklake import DuckLake
from demarche.warehouse.errors import WarehouseError, reported
from demarche.warehouse.publication import refuse_damaged
from demarche.warehouse.schema import quoted
from demarche.warehouse.targets import rewriting

_MEMORY = "2GB"
"""What a copy may take; sorting by days is what needs it, and goes to the disk beyond."""


def copy_to_ducklake(path: Path, lake: DuckLake, *, wait_seconds: float) -> int:
    """Make the warehouse in ``lake`` what is published at ``path``; how many rows. Raises WarehouseError, and leaves
    what was there."""
    refuse_damaged(path)
    lake.folder.mkdir(parents=True, exist_ok=True)
    with lake.locked(wait_seconds), reading(path) as con, reported(f"{path}: not copied to DuckLake"):
        con.execute(f"SET memory_limit = {quoted(_MEMORY)}")
        con.execute(f"SET temp_directory = {quoted(str(lake.folder / 'spill'))}")
        lake.attach(con, read_only=False)
        con.execute("BEGIN")
        schema.bring_up_to_date(con)
        count = _copy_tables(con, "warehouse", "lake")
        marts.refresh(con)
        con.execute("COMMIT")
    return count


def copy_from_ducklake(lake: DuckLake, path: Path, *, wait_seconds: float, keep: int) -> int:
    """Publish at ``path`` what the warehouse in ``lake`` holds; how many rows. Raises WarehouseError, and leaves what
    was published."""
    publishing = rewriting(path, "not copied from DuckLake", fresh=True, wait_seconds=wait_seconds, keep=keep)
    with publishing as con:
        con.execute(f"SET memory_limit = {quoted(_MEMORY)}")
        name = con.execute("SELECT current_database()").fetchall()[0][0]
        lake.attach(con, read_only=True)
        con.execute(f'USE "{name}"')
        con.execute("BEGIN")
        schema.bring_up_to_date(con)
        count = _copy_tables(con, "lake", f'"{name}"')
        marts.refresh(con)
        con.execute("COMMIT")
    return count


def _copy_tables(con: duckdb.DuckDBPyConnection, origin: str, target: str) -> int:
    """Every table's rows, and that they are the same: their number and a checksum over all of them."""
    total = 0
    for table in schema.tables():
        names = ", ".join(f'"{name}"' for name in table.column_names)
        source, copy = f"{origin}.{table.qualified}", f"{target}.{table.qualified}"
        con.execute(f"DELETE FROM {copy}")
        order = "ORDER BY load_date" if "load_date" in table.column_names else ""  # bounds what a question reads
        con.execute(f"INSERT INTO {copy} ({names}) SELECT {names} FROM {source} {order}")
        sums = [
            con.execute(f"SELECT count(*), bit_xor(hash({names})) FROM {place}").fetchone() for place in (source, copy)
        ]
        if sums[0] is None or sums[0] != sums[1]:
            raise WarehouseError(f"{table.qualified} differs after it was copied — nothing was changed, try again")
        total += int(sums[0][0])
    con.execute(  # else the next load would form all stories and events anew
        f"UPDATE {target}.meta.schema_version SET resolution_hash = "
        f"(SELECT resolution_hash FROM {origin}.meta.schema_version)"
    )
    return total
