"""Runs one foreign SELECT in a process of its own, locked up; started by ``querying.py``, never imported.

A job as JSON on standard input; on standard output the answer as a line of JSON, behind it its rows, as JSON or as a
Parquet file. What holds it, each for itself enough against what DuckDB alone lets through: one statement, and that a
SELECT; a read-only connection without access to files and with a locked configuration; the file is a hard link of mode
0444 in a folder of mode 0555; no file may grow (so nothing can be written anywhere); limits on memory, processor time
and answer. As root, for whom modes don't bind, the process sees nothing but that folder (chroot) and becomes nobody.

Of a DuckLake the process has to reach catalog and data files, so that it keeps its user and sees the machine. There
no file but those can be read, PostgreSQL is told to write nothing, none of its own tables can be named, and of
functions that answer tables a query may call those alone that ask no server.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import io
import json
import math
import os
import re
import resource
import sys
import threading
from collections.abc import Iterator
from typing import Any

import duckdb

NOBODY = 65534
LOCKED: dict[str, Any] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "2",
}
HARMLESS = frozenset({"unnest", "range", "generate_series", "duckdb_tables", "duckdb_columns", "duckdb_views"})
"""Of DuckDB's functions that answer tables, those that a query of a DuckLake may call beside the marts' own."""
CATALOG = "__ducklake_metadata_lake"
"""The database under which DuckDB has the whole of PostgreSQL's, be it the catalog's or somebody else's."""
WARM_UP = "SELECT now(), current_date, current_time, 1.5::DECIMAL(3, 1), uuid(), INTERVAL 1 DAY, [1], MAP {'a': 1}"


class Refused(Exception):
    """What was asked isn't allowed."""


class Newer(Exception):
    """The warehouse is a newer program's; the argument is its schema's version."""


def confine(folder: str, memory_mb: int, seconds: int) -> None:
    """Give up what the query must not have; ``folder`` becomes the working directory. Whatever is imported must be so
    before."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_mb << 20),
        (resource.RLIMIT_CPU, 2 * seconds + 5),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (bound, bound))
    os.chdir(folder)
    if os.geteuid() == 0 and folder != "/":
        warm = duckdb.connect()  # loads the Python modules and time zones that results need, while they can be found
        warm.execute("SET TimeZone = 'UTC'")
        warm.execute(WARM_UP).fetchall()
        warm.close()
        os.chroot(folder)
        os.chdir("/")
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def only_select(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one SELECT that ``sql`` is. Raises Refused for anything else."""
    statements = con.extract_statements(sql)
    if not statements:
        raise Refused("there is no statement in it, only comments or blanks — ask one SELECT")
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        if re.search(r"\bpivot\b", sql, re.IGNORECASE):  # without its values, DuckDB makes a type of them first
            raise Refused("PIVOT needs its values named: FROM visits PIVOT (count(*) FOR status_type IN ('planned'))")
        raise Refused(
            "only one SELECT is allowed (or DESCRIBE mart.events, SHOW TABLES; columns are described in "
            "docs/data_dictionary.md)"
        )
    return statements[0]


def only_harmless(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raises Refused for a SELECT that names a table of PostgreSQL, or calls a function which may ask a server: as
    DuckDB itself has parsed it."""
    (text,) = con.execute("SELECT json_serialize_sql(?)", [sql]).fetchone() or ("{}",)
    parsed = json.loads(text)
    if parsed.get("error", True):
        raise Refused("of a DuckLake only a plain SELECT can be asked")
    own = con.execute("SELECT DISTINCT function_name FROM duckdb_functions() WHERE database_name = 'lake'").fetchall()
    if any(CATALOG in (table["catalog_name"].lower(), table["schema_name"].lower()) for table in tables(parsed)):
        raise Refused("only tables of the warehouse can be asked, none of its catalog's database")
    called = set(table_functions(parsed)) - HARMLESS - {name for (name,) in own}
    if called:
        raise Refused(f"{', '.join(sorted(called))} can't be called here")


def table_functions(parsed: Any) -> Iterator[str]:
    """The names of the functions that answer tables anywhere in a parsed statement."""
    for node in nodes(parsed):
        if node.get("type") == "TABLE_FUNCTION":
            yield node["function"]["function_name"].lower()


def tables(parsed: Any) -> Iterator[dict[str, Any]]:
    """Whatever names a table anywhere in it, with its schema and database where they are said."""
    for node in nodes(parsed):
        if "catalog_name" in node and "schema_name" in node:
            yield node


def nodes(parsed: Any) -> Iterator[dict[str, Any]]:
    if isinstance(parsed, dict):
        yield parsed
        parsed = list(parsed.values())
    if isinstance(parsed, list):
        for part in parsed:
            yield from nodes(part)


def opened(job: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A connection to the published file, or to the lake, that reads nothing else."""
    limits = {**LOCKED, "memory_limit": f"{job['memory_mb'] // 2}MB"}
    if "lake" not in job:
        con = duckdb.connect(job["file"], read_only=True, config=limits)
        con.execute("SET search_path = 'mart'")  # SHOW TABLES lists it, and names without a schema are looked up there
        return con
    con = duckdb.connect(config={**limits, "enable_external_access": "true"})
    for binary in job["extensions"]:
        con.execute(f"LOAD {quoted(binary)}")
    if job["storage"]:
        con.execute(*job["storage"])
    where = f"READ_ONLY, METADATA_SCHEMA {quoted(job['catalog_schema'])}"
    con.execute(f"ATTACH {quoted(job['lake'])} AS lake ({where})")
    version = con.execute("SELECT max(schema_version) FROM lake.meta.schema_version").fetchone()
    if version and version[0] and version[0] > job["schema_version"]:
        raise Newer(version[0])
    found = con.execute(
        f"SELECT value FROM {CATALOG}.{job['catalog_schema']}.ducklake_metadata WHERE key = 'data_path'"
    ).fetchone()
    files = str(found[0]) if found else ""
    con.execute(f"SET allowed_directories = [{quoted(files)}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET search_path = 'lake.mart'")
    return con


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def plain(value: Any) -> Any:
    """A value as JSON has it; what JSON lacks is text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return str(value)


def distinct(columns: list[str]) -> list[str]:
    """The names of columns, with a number behind those that come again: in JSON and Parquet they must differ."""
    found: list[str] = []
    for name in columns:
        free = (f"{name}_{number}" for number in range(1, len(columns) + 1))
        taken = {*found, *columns}
        found.append(name if name not in found else next(other for other in free if other not in taken))
    return found


def answer(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run the job's query and give its columns, and at most ``limit`` rows in the form that is asked for."""
    con = opened(job)
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET lock_configuration = true")
    statement = only_select(con, job["sql"])
    if "lake" in job:
        only_harmless(con, job["sql"])
    wanted = statement.named_parameters
    parameters = {name: value for name, value in job["parameters"].items() if name in wanted}
    timer = threading.Timer(job["timeout_seconds"], con.interrupt)
    timer.daemon = True
    timer.start()
    cursor = con.execute(statement, parameters) if parameters else con.execute(statement)
    names = distinct([column[0] for column in cursor.description])
    try:
        return (_as_parquet if job["form"] == "parquet" else _as_json)(cursor, names, job)
    finally:
        timer.cancel()


def _as_parquet(
    cursor: duckdb.DuckDBPyConnection, names: list[str], job: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    batches = cursor.to_arrow_reader(10_000)
    fields = [field.with_name(name) for name, field in zip(names, batches.schema, strict=True)]
    for field in fields:
        if pa.types.is_interval(field.type) or pa.types.is_union(field.type):
            raise Refused(f"Parquet has no {field.type}: cast {field.name} to VARCHAR")
    schema = pa.schema(fields)
    room, is_truncated = job["limit"], False
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            is_truncated = batch.num_rows > room
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema).slice(0, room))
            room -= min(room, batch.num_rows)
            _refuse_too_large(sink.tell(), job)
            if is_truncated:
                break
    columns = [[field.name, str(field.type)] for field in fields]
    return {"columns": columns, "is_truncated": is_truncated}, sink.getvalue()


def _as_json(cursor: duckdb.DuckDBPyConnection, names: list[str], job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    columns = [[name, str(column[1])] for name, column in zip(names, cursor.description, strict=True)]
    lines: list[str] = []
    size = 0
    while len(lines) <= job["limit"] and (rows := cursor.fetchmany(min(1000, job["limit"] + 1 - len(lines)))):
        for row in rows:
            lines.append(json.dumps(plain(row), ensure_ascii=True, allow_nan=False))
            size += len(lines[-1])
        _refuse_too_large(size, job)
    found = {"columns": columns, "is_truncated": len(lines) > job["limit"]}
    return found, f"[{','.join(lines[: job['limit']])}]".encode("ascii")


def _refuse_too_large(size: int, job: dict[str, Any]) -> None:
    if size > job["answer_mb"] << 20:
        raise Refused(f"the answer is larger than {job['answer_mb']} MB: ask for fewer columns or rows")


def main() -> None:
    # DuckDB looks for it at the first parameter, Arrow at the first array: its import takes longer than most questions.
    sys.modules["pandas"] = None  # type: ignore[assignment]  # how Python is told that there is none
    job = json.load(sys.stdin)
    if job["form"] == "parquet":
        import pyarrow.parquet  # noqa: F401 (once confined, it can't be found)
    data = b""
    try:
        confine(job["folder"], job["memory_mb"], job["timeout_seconds"])
        if "file" in job and os.geteuid() == NOBODY and os.path.exists("/" + os.path.basename(job["file"])):
            job["file"] = "/" + os.path.basename(job["file"])
        found: dict[str, Any]
        found, data = answer(job)
    except Newer as error:
        found = {"newer": error.args[0]}
    except Refused as error:
        found = {"refused": str(error)}
    except duckdb.InterruptException:
        found = {"interrupted": True}
    except (duckdb.OutOfMemoryException, MemoryError):
        found = {"exhausted": True}
    except duckdb.Error as error:
        found = {"failed": str(error)}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main()
