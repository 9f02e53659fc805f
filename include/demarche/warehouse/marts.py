"""The marts: one SQL file each under ``sql/marts``, made in the order of what they read from one another."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

import duckdb

from demarche import records
from demarche.warehouse import schema
from demarche.warehouse.connection import connect

_READS = re.compile(r"\bmart\.(\w+)")
_COMMENT = re.compile(r"^COMMENT ON .*$", re.M)


@cache
def sources() -> dict[str, str]:
    """Name → SQL of every mart, each after those that it reads."""
    folder = files("demarche").joinpath("sql", "marts")
    found = {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
    reads = {name: (set(_READS.findall(sql)) & set(found)) - {name} for name, sql in sorted(found.items())}
    return {name: found[name] for name in TopologicalSorter(reads).static_order()}


def _hash() -> str:
    described = [(table.qualified, *(column.comment for column in table.columns)) for table in schema.tables()]
    return hashlib.sha256(repr((sources(), described)).encode()).hexdigest()


def refresh(con: duckdb.DuckDBPyConnection) -> bool:
    """Make every view and macro anew if their SQL changed since; True when it did. Within the caller's transaction.

    DuckLake has no comments on views' columns: there they are left out."""
    wanted = _hash()
    row = con.execute("SELECT mart_hash FROM meta.schema_version").fetchone()
    if row and row[0] == wanted:
        return False
    row = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    has_comments = row != ("ducklake",)
    cascade = "CASCADE" if has_comments else ""
    for (view,) in con.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'mart' AND database_name = current_database()"
    ).fetchall():
        con.execute(f'DROP VIEW IF EXISTS mart."{view}" {cascade}')
    for sql in sources().values():
        con.execute(sql if has_comments else _COMMENT.sub("", sql))
    if has_comments:
        _inherit_comments(con)
    con.execute("UPDATE meta.schema_version SET mart_hash = ?", [wanted])
    return True


@cache
def meanings() -> dict[tuple[str, str], str]:
    """What the columns of marts mean, by mart and column: the comments that a file has, and DuckLake can't."""
    with connect() as con:
        schema.bring_up_to_date(con)
        refresh(con)
        rows = con.execute("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'mart'")
        return {(mart, column): comment for mart, column, comment in rows.fetchall()}


def _inherit_comments(con: duckdb.DuckDBPyConnection) -> None:
    """A view's column without a comment takes that of its namesake in mart.events, or else in the records' tables:
    those of events and reports before those of offices, whose days mean something else."""
    columns = "FROM duckdb_columns() WHERE schema_name = 'mart' AND NOT internal AND database_name = current_database()"
    known: dict[str, str] = {}
    for table in sorted(schema.tables(), key=lambda table: table.record not in (records.Event, records.Report)):
        for column in table.columns:
            known.setdefault(column.name, column.comment)
    known.update(
        con.execute(
            f"SELECT column_name, comment {columns} AND table_name = 'events' AND comment IS NOT NULL"
        ).fetchall()
    )
    for view, name in con.execute(f"SELECT table_name, column_name {columns} AND comment IS NULL").fetchall():
        if name in known:
            con.execute(f'COMMENT ON COLUMN mart."{view}"."{name}" IS {schema.quoted(known[name])}')
