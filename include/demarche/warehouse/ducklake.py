"""A copy of the warehouse in DuckLake (catalog in PostgreSQL, data in a folder), and the way back into a file.

One writer at a time, by an advisory lock of PostgreSQL that falls with the process. A copy is one transaction: readers
see the former snapshot or the new one. Passwords are libpq's business (``PGPASSWORD``, ``~/.pgpass``): a URL that holds
one is refused, so that no message can tell it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from demarche.warehouse import marts, publication, schema
from demarche.warehouse.connection import reading
from demarche.warehouse.errors import WarehouseError, WarehouseLocked, reported
from demarche.warehouse.publication import refuse_damaged
from demarche.warehouse.schema import quoted

PREFIX = "ducklake:postgres:"
CATALOG_SCHEMA = "demarche"
"""The schema of the PostgreSQL database that holds DuckLake's catalog."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('demarche warehouse', 0))"
_SECRET = re.compile(r"password\s*=|://[^/@]*:[^/@]*@", re.I)


def is_ducklake(place: str) -> bool:
    return place.startswith("ducklake:")


def copy_to_ducklake(path: Path, url: str, data_path: str, *, wait_seconds: float) -> int:
    """Make the warehouse at ``url`` what is published at ``path``; how many rows. ``data_path`` is where its data files
    lie, and can't be changed later. Raises WarehouseError, and leaves what was there."""
    refuse_damaged(path)
    with _locked(url, wait_seconds), reading(path) as con, reported(f"{path}: not copied to DuckLake"):
        _attach(con, url, f"DATA_PATH {quoted(data_path)}")
        con.execute("USE lake")
        con.execute("BEGIN")
        schema.bring_up_to_date(con)
        count = _copy_tables(con, "warehouse", "lake")
        marts.refresh(con, has_comments=False)
        con.execute("COMMIT")
    return count


def copy_from_ducklake(url: str, path: Path, *, wait_seconds: float, keep: int) -> int:
    """Publish at ``path`` what the warehouse at ``url`` holds; how many rows. Raises WarehouseError, and leaves what
    was published."""
    publishing = publication.rewriting(
        path, "not copied from DuckLake", fresh=True, wait_seconds=wait_seconds, keep=keep
    )
    with publishing as con:
        _attach(con, url, "READ_ONLY")
        name = con.execute("SELECT current_database()").fetchall()[0][0]
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
    return total


def _attach(con: duckdb.DuckDBPyConnection, url: str, option: str) -> None:
    _refuse_secrets(url)
    for name in ("ducklake", "postgres_scanner"):
        try:
            binary = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
            con.execute(f"LOAD {quoted(str(binary / f'{name}.duckdb_extension'))}")
        except ModuleNotFoundError:
            raise WarehouseError('DuckLake isn\'t installed — pip install "demarche[ducklake]"') from None
    con.execute(f"ATTACH {quoted(url)} AS lake ({option}, METADATA_SCHEMA {quoted(CATALOG_SCHEMA)})")


def _refuse_secrets(url: str) -> None:
    if not url.startswith(PREFIX):
        raise WarehouseError(f"a DuckLake is named {PREFIX}DSN, like {PREFIX}dbname=news host=db user=demarche")
    if _SECRET.search(url):
        raise WarehouseError("the address holds a password — leave it to PGPASSWORD or ~/.pgpass")


@contextmanager
def _locked(url: str, wait_seconds: float) -> Iterator[None]:
    """The writer's lock of this DuckLake. Raises WarehouseLocked when another has it after ``wait_seconds``."""
    _refuse_secrets(url)
    try:
        import psycopg
    except ModuleNotFoundError:
        raise WarehouseError('DuckLake isn\'t installed — pip install "demarche[ducklake]"') from None
    try:
        con = psycopg.connect(url.removeprefix(PREFIX), autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or ["no answer"])[0]
        raise WarehouseError(f"DuckLake's catalog can't be reached: {said} — look at address and password") from error
    with con:
        deadline = time.monotonic() + wait_seconds
        while not (con.execute(_LOCK).fetchone() or (False,))[0]:
            if time.monotonic() >= deadline:
                raise WarehouseLocked("another process writes to this DuckLake — wait for it to end")
            time.sleep(0.1)
        yield
