"""Analysts' SQL on the published warehouse: what it may do, and the many things it may not."""

from __future__ import annotations

import contextlib
import hashlib
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from demarche.warehouse import QueryError, WarehouseError, query
from warehouse_world import document, key, load, partition


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queried")
    load(folder / "w.duckdb", {key(1): partition(folder / "lake", [document("first", key(1))])})
    return folder / "w.duckdb"


def test_a_select_gives_columns_and_rows(path: Path) -> None:
    answer = query(path, "SELECT event_type, start_date, actor_names FROM mart.events -- a comment;")
    assert answer.columns == ("event_type", "start_date", "actor_names")
    assert answer.rows == [("CONSULT", date(2024, 3, 4), ["Ruritania", "Graustark"])]
    assert not answer.is_truncated


def test_values_keep_their_types(path: Path) -> None:
    sql = (
        "SELECT 1, 1.25::DECIMAL(5, 2), 0.5::DOUBLE, 'nan'::DOUBLE, true, NULL, 'é', DATE '2024-02-29', "
        "TIMESTAMPTZ '2024-02-29 12:00:00+00', {'a': [DATE '2024-02-29']}, 'x'::BLOB, INTERVAL 1 DAY"
    )
    (row,) = query(path, sql).rows
    assert row[:3] == (1, Decimal("1.25"), 0.5)
    assert str(row[3]) == "nan"
    assert row[4:9] == (True, None, "é", date(2024, 2, 29), datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert row[9:] == ({"a": ["2024-02-29"]}, "eA==", "1 day, 0:00:00")


def test_a_long_answer_is_cut_and_says_so(path: Path) -> None:
    answer = query(path, "FROM range(1_000_000)", limit=10)
    assert (len(answer.rows), answer.is_truncated) == (10, True)
    assert not query(path, "FROM range(10)", limit=10).is_truncated


def test_parameters_are_values(path: Path) -> None:
    answer = query(path, "SELECT $name, $many + 1", parameters={"name": "'; DROP", "many": 2, "unused": 3})
    assert answer.rows == [("'; DROP", 3)]


def test_the_marts_can_be_listed_and_described(path: Path) -> None:
    assert ("meetings",) in query(path, "SHOW TABLES").rows
    assert "event_id" in [row[0] for row in query(path, "DESCRIBE meetings").rows]
    assert query(path, "FROM events").rows == query(path, "FROM mart.events").rows


def test_a_query_of_nothing_is_named_so(path: Path) -> None:
    with pytest.raises(QueryError, match="no statement in it"):
        query(path, "-- only a comment")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "DELETE FROM core.events",
        "INSERT INTO core.places VALUES (1)",
        "DROP TABLE core.events",
        "CREATE TABLE t (a INTEGER)",
        "CREATE TEMP TABLE t AS SELECT 1",
        "COPY (SELECT 'junk') TO '{path}' (USE_TMP_FILE false, FORMAT csv)",
        "COPY (SELECT 'junk') TO '{path}.wal' (USE_TMP_FILE false, FORMAT csv)",
        "EXPLAIN ANALYZE COPY (SELECT 'junk') TO '{path}' (USE_TMP_FILE false, FORMAT csv)",
        "PREPARE p AS COPY (SELECT 'junk') TO '{path}'",
        "EXPORT DATABASE '/tmp/x'",
        "ATTACH '{path}' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH w",
        "USE memory",
        "LOAD httpfs",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "CALL enable_logging()",
        "CHECKPOINT",
        "WITH gone AS (DELETE FROM core.events RETURNING *) FROM gone",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('{path}.previous')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('s3://bucket/file')",
        "SELECT getenv('HOME')",
        "SELECT * FROM job",
        "SELECT * FROM query('DELETE FROM core.events')",
        "SELECT nonsense FROM core.events",
        "SELEKT 1",
    ],
)
def test_whatever_is_no_harmless_select_fails_and_changes_nothing(path: Path, sql: str) -> None:
    before = hashlib.sha256(path.read_bytes()).digest()
    files = sorted(path.parent.iterdir())
    with pytest.raises(QueryError, match=r"^query (refused|failed)"):
        query(path, sql.replace("{path}", str(path)))
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert sorted(path.parent.iterdir()) == files


def test_logging_that_a_select_turns_on_writes_nothing(path: Path) -> None:
    """DuckDB 1.5 lets a SELECT call it; the child may write no file, so nothing comes of it (2.0 refuses)."""
    files = sorted(path.parent.iterdir())
    with contextlib.suppress(QueryError):
        query(path, "SELECT * FROM enable_logging(level='trace', storage='file', storage_path='/tmp/demarche-log')")
    assert sorted(path.parent.iterdir()) == files
    assert not Path("/tmp/demarche-log").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1_000_000_000_000)",
        "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    ],
)
def test_what_would_take_an_hour_is_stopped(path: Path, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match="stopped after 1 s"):
        query(path, sql, timeout_seconds=1)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 4_000_000_000))",
        "SELECT length(list(r.range)::VARCHAR) FROM range(50_000_000) AS r",
        "SELECT list_transform(range(300_000_000), lambda x: x::VARCHAR)",
    ],
)
def test_what_would_take_all_memory_is_stopped(path: Path, sql: str) -> None:
    with pytest.raises(QueryError, match=r"memory|stopped|failed|larger"):
        query(path, sql, memory_mb=1024, timeout_seconds=5)


def test_an_answer_that_is_too_large_is_refused(path: Path) -> None:
    with pytest.raises(QueryError, match="larger than 1 MB"):
        query(path, "SELECT repeat('x', 1000) FROM range(10_000)", limit=10_000, answer_mb=1)


def test_no_warehouse_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such warehouse"):
        query(tmp_path / "none.duckdb", "SELECT 1")


def test_no_trace_of_a_query_is_left(path: Path) -> None:
    query(path, "SELECT 1")
    assert not list(path.parent.glob(".*.query.*"))
