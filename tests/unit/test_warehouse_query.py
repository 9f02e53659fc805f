"""Analysts' SQL on the published warehouse: what it may do, and the many things it may not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demarche.warehouse import QueryError, WarehouseError, query, query_parquet, querying
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


@pytest.mark.parametrize("ask", [query, query_parquet])
def test_no_question_waits_for_pandas(path: Path, ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB and Arrow look for it, and its import takes a second; nothing but root's lock-up keeps them from it."""
    imported = []

    def traced(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        done = run([command[0], "-X", "importtime", *command[1:]], **options)
        imported.extend(line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines())
        return done

    run = subprocess.run
    monkeypatch.setattr(querying.subprocess, "run", traced)
    monkeypatch.setattr(querying, "_CHILD", without_rights(path.parent, querying._CHILD))
    ask(path, "SELECT $word AS word", parameters={"word": "talks"})
    assert "duckdb" in imported
    assert not [name for name in imported if name.startswith("pandas.")]


def without_rights(folder: Path, child: Path) -> Path:
    """The child as somebody runs it who isn't root: it can't be locked up, and sees what is installed."""
    made = folder / child.name
    made.write_text(f"import os\nos.geteuid = lambda: 1000\n{child.read_text()}".replace("from __future__", "#", 1))
    return made


def test_the_marts_can_be_listed_and_described(path: Path) -> None:
    assert ("meetings",) in query(path, "SHOW TABLES").rows
    assert "event_id" in [row[0] for row in query(path, "DESCRIBE meetings").rows]
    assert query(path, "FROM events").rows == query(path, "FROM mart.events").rows


def test_a_query_of_nothing_is_named_so(path: Path) -> None:
    with pytest.raises(QueryError, match="no statement in it"):
        query(path, "-- only a comment")


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "", "SELEKT 1", "SELECT nonsense FROM core.events", "SELECT * FROM job"]
)
def test_what_is_no_select_or_a_wrong_one_is_said(path: Path, sql: str) -> None:
    with pytest.raises(QueryError, match=r"^query (refused|failed)"):
        query(path, sql)


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("SELECT * FROM evnts", 'Did you mean "events"'),
        ("SELECT event_tpe FROM events", '"event_type"'),
        ("PIVOT events ON event_type USING count(*)", "FOR status_type IN"),
    ],
)
def test_a_wrong_name_is_told_with_what_was_meant(path: Path, sql: str, meant: str) -> None:
    with pytest.raises(QueryError, match=meant):
        query(path, sql)


def test_a_pivot_whose_values_are_named_is_a_select(path: Path) -> None:
    sql = "FROM (SELECT event_type FROM events) PIVOT (count(*) FOR event_type IN ('CONSULT', 'AID'))"
    assert query(path, sql).rows == [(1, 0)]


@pytest.mark.parametrize("sql", ["SELECT '\ud800'", "SELECT 1\0; SELECT 2"])
def test_what_is_no_text_is_refused(path: Path, sql: str) -> None:
    with pytest.raises(QueryError, match="write it in UTF-8"):
        query(path, sql)


def test_columns_of_one_name_are_told_apart(path: Path) -> None:
    assert query(path, "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a").columns == ("a", "a_2", "a_1", "a_3")


def test_parquet_keeps_types(path: Path) -> None:
    sql = "SELECT 1 AS n, 2 AS n, DATE '2024-02-29' AS d, [1.5, 'nan'::DOUBLE] AS l, now() AS t, NULL AS e"
    table = pq.read_table(io.BytesIO(query_parquet(path, sql).data))
    assert table.column_names == ["n", "n_1", "d", "l", "t", "e"]
    assert table.to_pylist()[0]["d"] == date(2024, 2, 29)
    assert table.schema.field("l").type == pa.list_(pa.field("l", pa.float64()))
    assert pa.types.is_timestamp(table.schema.field("t").type)


@pytest.mark.parametrize(
    ("rows", "limit", "cut"), [(0, 5, False), (5, 5, False), (25_000, 12_345, True), (25_000, 1, True)]
)
def test_a_long_answer_in_parquet_is_cut_and_says_so(path: Path, rows: int, limit: int, cut: bool) -> None:
    answer = query_parquet(path, f"FROM range({rows})", limit=limit)
    assert answer.is_truncated == cut
    assert pq.read_table(io.BytesIO(answer.data))["range"].to_pylist() == list(range(min(rows, limit)))


def test_what_parquet_lacks_is_named(path: Path) -> None:
    with pytest.raises(QueryError, match="cast span to VARCHAR"):
        query_parquet(path, "SELECT INTERVAL 1 DAY AS span")


def test_an_answer_in_parquet_that_is_too_large_is_refused(path: Path) -> None:
    with pytest.raises(QueryError, match="larger than 1 MB"):
        query_parquet(path, "SELECT uuid() FROM range(100_000)", limit=100_000, answer_mb=1)


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


def test_a_file_that_is_replaced_while_it_is_linked_is_linked_then(tmp_path, monkeypatch):
    (tmp_path / "w.duckdb").write_bytes(b"new")
    link, missing = os.link, iter([True, True, False])

    def meanwhile(path, linked):
        if next(missing):
            raise FileNotFoundError(2, "replaced")
        link(path, linked)

    monkeypatch.setattr(os, "link", meanwhile)
    assert querying._is_linked(tmp_path / "w.duckdb", tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == b"new"


def test_a_query_that_is_told_to_end_leaves_nothing_behind(path: Path) -> None:
    program = [
        str(Path(sys.executable).with_name("demarche")),
        "query",
        "SELECT count(*) FROM range(1_000_000_000_000)",
        "--seconds",
        "50",
    ]
    command = subprocess.Popen([*program, "--warehouse", str(path)], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (children := subprocess.run(["pgrep", "-P", str(command.pid)], capture_output=True).stdout.split()):
        assert time.monotonic() < deadline, "no process was started"
        time.sleep(0.1)
    assert list(path.parent.glob(f".{path.name}.query.*"))
    command.terminate()
    assert command.wait(timeout=30) == 143
    assert not list(path.parent.glob(f".{path.name}.query.*"))
    assert not any(Path(f"/proc/{int(child)}").exists() for child in children)
