"""The tables of the warehouse, made from the records, and how an older file is brought up to them.

Only what native DuckDB and DuckLake share is used: no keys, indexes, sequences or enums. Uniqueness and references
are checks, closed lists are rows of ``meta.codes``.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, get_args, get_origin

import duckdb

from demarche import codebook, gdelt, ontology, records
from demarche.records import Record
from demarche.warehouse.errors import Unusable

SCHEMA_VERSION = 6
"""Raised whenever a table or column is added or changed, so that an older program refuses a newer file."""

CORE: tuple[type[Record], ...] = (
    records.Source,
    records.Document,
    records.Story,
    records.StoryDocument,
    records.Entity,
    records.Office,
    records.Place,
    records.Mention,
    records.Report,
    records.ReportParticipant,
    records.Event,
    records.ReadableEvent,
    records.EventReport,
    records.EventParticipant,
    records.EventPair,
    records.EventStatus,
    records.EventLink,
)
META: tuple[type[Record], ...] = (
    records.Load,
    records.EventRevision,
    records.Partition,
    records.Reject,
    records.SourceHealth,
    records.QualityCheck,
    records.QualityResult,
    records.Decision,
    records.CodeVersion,
    records.Accuracy,
    records.Code,
    records.GdeltFile,
    records.GdeltReject,
)
OF_DOCUMENTS: tuple[type[Record], ...] = (
    records.Document,
    records.Mention,
    records.Report,
    records.ReportParticipant,
)
"""Tables whose rows belong to a document of a partition; of a document in several, core shows one partition's."""

STAGE: tuple[type[Record], ...] = (*OF_DOCUMENTS, records.Signature, records.Pair)
CLUSTERED: tuple[type[Record], ...] = (
    records.StoryCluster,
    records.EventCluster,
    records.BlockSeat,
    records.EventKey,
)
"""How stories and events hang together, so that a load finds what it touches; lie in stage."""

OMITTED: dict[type[Record], dict[str, Any]] = {
    records.Document: {"body": ""},
    records.Signature: {
        "sample_hashes": (),
        "shingle_hashes": (),
        "lead_hashes": (),
        "fact_hashes": (),
        "slot_hashes": (),
    },
}
"""Columns that stay in the lake, for their size, and what stands for them in a record read from here."""

UNPACKED: dict[type[Record], str] = {
    records.Event: "event_id",
    records.ReadableEvent: "event_id",
    records.EventReport: "event_id",
}
"""Columns of a file in which an event is looked for: there is no index, and packed texts take four times as long to be
compared."""

SCHEMAS = {
    "core": "the facts",
    "meta": "the warehouse about itself",
    "stage": "what the next load needs: signatures, pairs, documents that another partition already shows, clusters",
    "gdelt": "events and mentions as GDELT codes them, imported to be compared: nothing else is made from them",
    "mart": "what analysts read",
}

_SQL_TYPES: dict[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP WITH TIME ZONE",
    tuple[str, ...]: "VARCHAR[]",
    tuple[int, ...]: "BIGINT[]",
    dict[str, str]: "MAP(VARCHAR, VARCHAR)",
}


GDELT_TYPES = {
    "integer": "BIGINT",
    "integer!": "BIGINT",
    "number": "DOUBLE",
    "text": "VARCHAR",
    "text!": "VARCHAR",
}


@dataclass(frozen=True)
class Column:
    name: str
    sql_type: str
    is_required: bool
    comment: str


@dataclass(frozen=True)
class Table:
    """A table of the warehouse; ``record`` is what a row of it is."""

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    record: type[Record]

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _column(record: type[Record], name: str) -> Column:
    field = record.model_fields[name]
    annotation: Any = field.annotation
    options = get_args(annotation) if get_origin(annotation) is types.UnionType else (annotation,)
    kinds = [option for option in options if option is not type(None)]
    sql_type = _SQL_TYPES.get(kinds[0]) if len(kinds) == 1 else None
    if sql_type is None:
        raise TypeError(f"{record.__name__}.{name}: no SQL type for {annotation}")
    return Column(name, sql_type, len(kinds) == len(options), field.description or name.replace("_", " "))


def _summary(record: type[Record]) -> str:
    return " ".join((record.__doc__ or "").split("\n\n")[0].split())


def _table(schema: str, record: type[Record]) -> Table:
    omitted = OMITTED.get(record, {})
    columns = [_column(record, name) for name in record.model_fields if name not in omitted]
    names = {column.name for column in columns}
    if "load_date" not in names and record in (*OF_DOCUMENTS, *STAGE):
        # min/max statistics of text only see its first 8 characters, a month of the key: a date bounds to the day
        columns.append(Column("load_date", "DATE", True, "Day of the partition: bounds what a load replaces"))
    if record is records.Pair:
        columns.append(Column("paired_key", "VARCHAR", True, "The partition whose pairing found it"))
    return Table(schema, record.table, _summary(record), tuple(columns), record)


def _gdelt_table(of: gdelt.Table) -> Table:
    """GDELT's columns under their names, and the file that a row is from."""
    columns = [
        Column(column.name, GDELT_TYPES[column.kind], column.kind.endswith("!"), column.meaning)
        for column in of.columns
    ]
    origin = Column("raw_hash", "VARCHAR", True, "The file that brought it, in meta.gdelt_files")
    comment = f"GDELT's {of.name}, as imported; each column as GDELT means it"
    return Table("gdelt", of.name, comment, (*columns, origin), Record)


@cache
def tables() -> tuple[Table, ...]:
    """Every table of the warehouse, by schema and name."""
    return tuple(
        [_table("core", record) for record in CORE]
        + [_table("meta", record) for record in META]
        + [_table("stage", record) for record in (*STAGE, *CLUSTERED)]
        + [_gdelt_table(of) for of in gdelt.TABLES.values()]
    )


@cache
def table(schema: str, record: type[Record]) -> Table:
    """The table of a record in a schema."""
    return next(found for found in tables() if found.schema == schema and found.record is record)


def quoted(text: str) -> str:
    """An SQL string literal. Only for our own words: comments and file paths, never for what the web sent."""
    return "'" + text.replace("'", "''") + "'"


@cache
def codes() -> tuple[records.Code, ...]:
    """The closed lists, as rows."""
    lists: dict[str, tuple[str, ...]] = {
        "event_type": ontology.EVENT_TYPES,
        "plover_type": ontology.EVENT_TYPES,
        "status_type": ontology.STATUSES,
        "date_precision_type": ontology.PRECISIONS,
        "context_type": ontology.CONTEXTS,
        "sector_type": ontology.SECTORS,
        "role_type": ontology.ROLES,
        "part_type": ontology.PARTS,
        "stage_type": ontology.STAGES,
        "entity_type": ontology.ENTITY_TYPES,
        "mention_type": ontology.MENTION_TYPES,
        "link_type": ontology.LINK_TYPES,
        "quad_type": tuple(sorted({ontology.quad_type(event_type) for event_type in ontology.EVENT_TYPES})),
        "country_code": tuple(row["iso3"] for row in codebook.table("countries")),
    }
    plain = [records.Code(list_name=name, code=code) for name, members in lists.items() for code in members]
    modes = [
        records.Code(list_name="mode_type", parent_code=event_type, code=mode)
        for event_type, members in ontology.MODES.items()
        for mode in members
    ]
    return tuple(sorted(plain + modes, key=lambda row: (row.list_name, row.parent_code, row.code)))


def _create(table: Table, *, is_file: bool) -> str:
    plain = UNPACKED.get(table.record) if is_file and table.schema == "core" else None
    columns = ", ".join(
        f"{column.name} {column.sql_type}{' NOT NULL' if column.is_required else ''}"
        f"{' USING COMPRESSION uncompressed' if column.name == plain else ''}"
        for column in table.columns
    )
    return f"CREATE TABLE {table.qualified} ({columns})"


def _comments(table: Table, present: dict[str | None, str | None]) -> Iterator[str]:
    """COMMENT statements for what isn't commented as it should be; ``present[None]`` is the table's own comment."""
    if present.get(None) != table.comment:
        yield f"COMMENT ON TABLE {table.qualified} IS {quoted(table.comment)}"
    for column in table.columns:
        if present.get(column.name) != column.comment:
            yield f"COMMENT ON COLUMN {table.qualified}.{column.name} IS {quoted(column.comment)}"


def _present_columns(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for schema, name, column, sql_type in con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = current_database() "
        "AND schema_name IN ('core', 'meta', 'stage', 'gdelt')"
    ).fetchall():
        found.setdefault(f"{schema}.{name}", {})[column] = sql_type
    return found


def _present_comments(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str | None, str | None]]:
    found: dict[str, dict[str | None, str | None]] = {}
    for schema, name, column, comment in con.execute(
        "SELECT schema_name, table_name, NULL, comment FROM duckdb_tables() WHERE database_name = current_database() "
        "UNION ALL SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = current_database()"
    ).fetchall():
        found.setdefault(f"{schema}.{name}", {})[column] = comment
    return found


def is_made(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the current database is a warehouse of ours; no row is read, which may be lost."""
    ours = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name = 'meta' AND table_name = 'schema_version'"
    ).fetchone()
    return bool(ours and ours[0])


def version(con: duckdb.DuckDBPyConnection) -> int | None:
    """The schema's version of the current database; None for one that isn't a warehouse of ours."""
    if not is_made(con):
        return None
    row = con.execute("SELECT max(schema_version) FROM meta.schema_version").fetchone()
    return row[0] if row else None


def refuse_foreign(con: duckdb.DuckDBPyConnection, path: object) -> None:
    """Raises Unusable for a database that isn't a warehouse of ours."""
    if version(con) is None:
        raise Unusable(f"{path}: a DuckDB file, but no Demarche warehouse — name another file")


def refuse_unless_ours(con: duckdb.DuckDBPyConnection, path: object) -> None:
    """Raises Unusable for a database that isn't a warehouse, is a newer program's, or needs a rebuild."""
    refuse_foreign(con, path)
    found = version(con)
    if found is not None and found > SCHEMA_VERSION:
        raise Unusable(newer(path, found))
    differing = list(_differences(_present_columns(con), is_older=found != SCHEMA_VERSION))
    if differing:
        raise Unusable(f"{path}: {differing[0]} — run `demarche rebuild` to make it anew from the lake")


def newer(path: object, version: int) -> str:
    """What is said of a newer program's warehouse."""
    return f"{path}: written by a newer Demarche (schema {version}, this one knows {SCHEMA_VERSION}) — update Demarche"


def _differences(present: dict[str, dict[str, str]], *, is_older: bool) -> Iterator[str]:
    """What can't be mended by making the tables and columns that an older warehouse doesn't have yet."""
    for expected in tables():
        columns = present.get(expected.qualified)
        if columns is None:
            if not is_older:
                yield f"the table {expected.qualified} is gone"
            continue
        for column in expected.columns:
            if column.name not in columns and column.is_required:
                yield f"{expected.qualified} lacks the required column {column.name}"
            elif column.name in columns and columns[column.name] != column.sql_type:
                yield f"{expected.qualified}.{column.name} is {columns[column.name]}, not {column.sql_type}"
        for name in columns:
            if name not in expected.column_names:
                yield f"{expected.qualified} has a column {name} that this version doesn't know"


def bring_up_to_date(con: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing, add columns and renew comments, within the caller's transaction."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    con.execute("CREATE TABLE IF NOT EXISTS meta.schema_version (schema_version BIGINT NOT NULL, mart_hash VARCHAR)")
    con.execute("ALTER TABLE meta.schema_version ADD COLUMN IF NOT EXISTS resolution_hash VARCHAR")
    row = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    is_file = row != ("ducklake",)
    present = _present_columns(con)
    for expected in tables():
        columns = present.get(expected.qualified)
        if columns is None:
            con.execute(_create(expected, is_file=is_file))
            continue
        for column in expected.columns:
            if column.name not in columns:
                con.execute(f"ALTER TABLE {expected.qualified} ADD COLUMN {column.name} {column.sql_type}")
    commented = _present_comments(con)
    for expected in (*tables(), _VERSION_TABLE):
        for statement in _comments(expected, commented.get(expected.qualified, {})):
            con.execute(statement)
    if version(con) is None:
        con.execute("INSERT INTO meta.schema_version VALUES (?, NULL, NULL)", [SCHEMA_VERSION])
    else:
        con.execute("UPDATE meta.schema_version SET schema_version = ?", [SCHEMA_VERSION])


def list_codes(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``meta.codes`` where no load has yet: what is imported before the first one is compared by them."""
    if con.execute("SELECT 1 FROM meta.codes LIMIT 1").fetchone() is None:
        rows = [code.model_dump() for code in codes()]
        told = "SELECT unnest(one) FROM (SELECT unnest($rows) AS one)"
        con.execute(f"INSERT INTO meta.codes BY NAME {told}", {"rows": rows})


_VERSION_TABLE = Table(
    "meta",
    "schema_version",
    "Which schema this file has, and which marts: one row.",
    (
        Column("schema_version", "BIGINT", True, "Raised with every change of tables or columns"),
        Column("mart_hash", "VARCHAR", False, "Hash of the marts' SQL; another one means: make the views anew"),
        Column("resolution_hash", "VARCHAR", False, "Hash of what stories and events are made by; another: all anew"),
    ),
    Record,
)
