"""Runs one foreign SELECT in a process of its own, locked up; started by ``querying.py``, never imported.

A job as JSON on standard input, the answer as JSON on standard output. What holds it, each for itself enough against
what DuckDB alone lets through: one statement, and that a SELECT; a read-only connection without access to files and
with a locked configuration; the file is a hard link of mode 0444 in a folder of mode 0555; no file may grow (so
nothing can be written anywhere); limits on memory, processor time and answer. As root, for whom modes don't bind, the
process sees nothing but that folder (chroot) and becomes nobody.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import os
import resource
import sys
import threading
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
WARM_UP = "SELECT now(), current_date, current_time, 1.5::DECIMAL(3, 1), uuid(), INTERVAL 1 DAY, [1], MAP {'a': 1}"


class Refused(Exception):
    """What was asked isn't allowed."""


def confine(folder: str, memory_mb: int, seconds: int) -> None:
    """Give up what the query must not have; ``folder`` becomes the working directory."""
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
    if os.geteuid() == 0:
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
        raise Refused(
            "only one SELECT is allowed (or DESCRIBE mart.events, SHOW TABLES; columns are described in "
            "docs/data_dictionary.md)"
        )
    return statements[0]


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


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Run the job's query and give its columns and at most ``limit`` rows."""
    con = duckdb.connect(job["file"], read_only=True, config={**LOCKED, "memory_limit": f"{job['memory_mb'] // 2}MB"})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET search_path = 'mart'")  # SHOW TABLES lists it, and names without a schema are looked up there
    con.execute("SET lock_configuration = true")
    statement = only_select(con, job["sql"])
    names = statement.named_parameters
    parameters = {name: value for name, value in job["parameters"].items() if name in names}
    timer = threading.Timer(job["timeout_seconds"], con.interrupt)
    timer.daemon = True
    timer.start()
    cursor = con.execute(statement, parameters) if parameters else con.execute(statement)
    columns = [[column[0], str(column[1])] for column in cursor.description]
    lines: list[str] = []
    size = 0
    while len(lines) <= job["limit"] and (row := cursor.fetchone()) is not None:
        lines.append(json.dumps(plain(row), ensure_ascii=True, allow_nan=False))
        size += len(lines[-1])
        if size > job["answer_mb"] << 20:
            raise Refused(f"the answer is larger than {job['answer_mb']} MB: ask for fewer columns or rows")
    timer.cancel()
    rows = [json.loads(line) for line in lines[: job["limit"]]]
    return {"columns": columns, "rows": rows, "is_truncated": len(lines) > job["limit"]}


def main() -> None:
    job = json.load(sys.stdin)
    try:
        confine(job["folder"], job["memory_mb"], job["timeout_seconds"])
        if os.geteuid() == NOBODY and os.path.exists("/" + os.path.basename(job["file"])):
            job["file"] = "/" + os.path.basename(job["file"])
        found: dict[str, Any] = answer(job)
    except Refused as error:
        found = {"refused": str(error)}
    except duckdb.InterruptException:
        found = {"interrupted": True}
    except (duckdb.OutOfMemoryException, MemoryError):
        found = {"exhausted": True}
    except duckdb.Error as error:
        found = {"failed": str(error)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
