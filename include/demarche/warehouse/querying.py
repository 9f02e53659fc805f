"""An analyst's SQL: one SELECT in a locked-up child process (``query_child.py``) on what is published."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from demarche.warehouse.connection import Place
from demarche.warehouse.ducklake import CATALOG_SCHEMA, DuckLake, extension, extensions, secret
from demarche.warehouse.errors import QueryError, QueryStopped, Unreadable, Unusable, first_line, is_corrupt, remedy
from demarche.warehouse.publication import refuse_damaged, ways_out
from demarche.warehouse.schema import SCHEMA_VERSION, newer

_CHILD = Path(__file__).with_name("query_child.py")
_GRACE_SECONDS = 3.0  # between asking a query to stop and killing its process


class Answer(NamedTuple):
    """Column names, rows, and whether there were more rows than asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_truncated: bool


class ParquetAnswer(NamedTuple):
    """The rows as a Parquet file, and whether there were more than asked for."""

    data: bytes
    is_truncated: bool


def query(
    path: Place,
    sql: str,
    *,
    limit: int = 1000,
    timeout_seconds: float = 30.0,
    memory_mb: int = 2048,
    answer_mb: int = 64,
    parameters: Mapping[str, str | float] | None = None,
) -> Answer:
    """The first ``limit`` rows that one SELECT finds in the warehouse published at ``path``.

    ``parameters`` fill ``$name`` in the SQL; those that it doesn't name are left out. Dates, instants and decimals come
    back as such in plain columns, as text inside lists and structs. Raises QueryError when the query is no single
    SELECT, is wrong, or needs more time, memory or room than allowed; WarehouseError when there is no readable
    warehouse.
    """
    found, data = _asked(path, sql, "json", limit, timeout_seconds, memory_mb, answer_mb, parameters)
    types = [sql_type for _, sql_type in found["columns"]]
    rows = [tuple(map(_typed, row, types)) for row in json.loads(data)]
    return Answer(tuple(name for name, _ in found["columns"]), rows, found["is_truncated"])


def query_parquet(
    path: Place,
    sql: str,
    *,
    limit: int = 1000,
    timeout_seconds: float = 30.0,
    memory_mb: int = 2048,
    answer_mb: int = 64,
    parameters: Mapping[str, str | float] | None = None,
) -> ParquetAnswer:
    """The same rows as a Parquet file, with their types; errors as of ``query``."""
    found, data = _asked(path, sql, "parquet", limit, timeout_seconds, memory_mb, answer_mb, parameters)
    return ParquetAnswer(data, found["is_truncated"])


def _asked(
    path: Place, sql: str, form: str, limit: int, timeout_seconds: float, memory_mb: int, answer_mb: int,
    parameters: Mapping[str, str | float] | None,
) -> tuple[dict[str, Any], bytes]:  # fmt: skip
    if "\0" in sql or any(0xD800 <= ord(character) < 0xE000 for character in sql):
        raise QueryError("query refused: there are bytes in it that are no text — write it in UTF-8")
    job: dict[str, Any] = {
        "sql": sql,
        "form": form,
        "limit": limit,
        "timeout_seconds": max(1, round(timeout_seconds)),
        "memory_mb": memory_mb,
        "answer_mb": answer_mb,
        "parameters": dict(parameters or {}),
    }
    if isinstance(path, DuckLake):
        if not path.exists():
            raise Unreadable(f"{path}: no warehouse there yet — load one first (`demarche load-warehouse`)")
        job |= {"lake": path.url, "catalog_schema": CATALOG_SCHEMA, "folder": "/", "schema_version": SCHEMA_VERSION}
        access = path.storage_access()
        job["extensions"] = extensions() + [extension("httpfs")] * bool(access)
        job["storage"] = secret(access) if access else None
        found, data = _run(job, _of_servers())
        if "newer" in found:
            raise Unusable(newer(path, found["newer"]))
    else:
        refuse_damaged(path)
        with _out_of_reach(path) as file:
            found, data = _run(job | {"file": str(file), "folder": str(file.parent)})
        if is_corrupt(found.get("failed")):
            said = f"{path}: damaged ({first_line(ValueError(found['failed']))})"
            raise Unreadable(said + ways_out(path, said))
    if "columns" not in found:
        raise (QueryStopped if "interrupted" in found else QueryError)(_reason(found, job))
    return found, data


def _of_servers() -> dict[str, str]:
    """What the client of PostgreSQL looks for in the environment; it is to write nothing."""
    found = {name: value for name, value in os.environ.items() if name.startswith("PG") or name == "HOME"}
    return found | {"PGOPTIONS": f"{found.get('PGOPTIONS', '')} -c default_transaction_read_only=on"}


@contextmanager
def _out_of_reach(path: Path) -> Iterator[Path]:
    """The published file under a second name in a folder that can't be written to: what DuckDB would let a query
    overwrite is the file under the name that it was opened by."""
    path = path.resolve()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.query.", dir=path.parent))
    except OSError:  # whoever can't write beside the file can't write into it either
        yield path
        return
    try:
        linked = folder / path.name
        if not _is_linked(path, linked):
            linked = path
        folder.chmod(0o555)
        yield linked
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _is_linked(path: Path, linked: Path) -> bool:
    """Whether the file got a second name. Where a publication takes its place at this very moment, the name is there
    and the file behind it gone: then the next one is."""
    for _ in range(20):
        try:
            os.link(path, linked)
        except FileNotFoundError:
            continue
        except OSError:  # somebody else's file, or no hard links here
            return False
        return True
    return False


def _run(job: dict[str, Any], environment: Mapping[str, str] | None = None) -> tuple[dict[str, Any], bytes]:
    try:
        child = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=job["timeout_seconds"] + _GRACE_SECONDS,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **(environment or {})},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"interrupted": True}, b""
    head, _, data = child.stdout.partition(b"\n")
    try:
        found: dict[str, Any] = json.loads(head)
    except ValueError:
        said = child.stderr.decode("utf-8", "replace").strip().splitlines()
        if child.returncode < 0 or any("MemoryError" in line for line in said[-1:]):
            return {"exhausted": True}, b""
        return {"failed": said[-1] if said else f"the query's process ended with code {child.returncode}"}, b""
    return found, data


def _reason(found: dict[str, Any], job: dict[str, Any]) -> str:
    if "refused" in found:
        return f"query refused: {found['refused']}"
    if "interrupted" in found:
        more = "--seconds, DEMARCHE_QUERY_SECONDS"
        hint = "" if job["form"] == "parquet" else "; many come fastest as Parquet"
        said = f"query stopped after {job['timeout_seconds']} s: narrow it by date or pair, or allow more"
        return f"{said} ({more}){hint}"
    if "exhausted" in found:
        more = "DEMARCHE_QUERY_MEMORY_MB"
        return f"query needs more than {job['memory_mb']} MB of memory: narrow it, or allow more ({more})"
    failed = found["failed"]
    return f"query failed: {first_line(ValueError(failed))}{_hint(failed) or remedy(failed)}"


def _hint(said: str) -> str:
    """What DuckDB would have taken a wrong name for: it says so below its message."""
    lines = [line for line in said.splitlines()[1:] if line.startswith(("Did you mean", "Candidate bindings"))]
    return f" — {lines[0]}" if lines else ""


def _typed(value: Any, sql_type: str) -> Any:
    if not isinstance(value, str):
        return value
    if sql_type == "DATE":
        return _date(value)
    if sql_type.startswith("TIMESTAMP"):
        return _instant(value)
    if sql_type.startswith("DECIMAL"):
        return Decimal(value)
    if sql_type in ("DOUBLE", "FLOAT"):
        return float(value)
    return value


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:  # DuckDB knows years that Python doesn't
        return text


def _instant(text: str) -> datetime | str:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
