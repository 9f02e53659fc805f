"""Ways out of the cage that an analyst's query runs in: each is tried, and none may change, read or tell anything."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from demarche.warehouse import QueryError, query, query_parquet
from warehouse_world import document, key, load, partition

SECRET = "the-canary-sings-at-midnight"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cage")
    load(folder / "w.duckdb", {key(1): partition(folder / "lake", [document("first", key(1))])})
    for name in ("secret.csv", "secret.parquet", "secret.json", "secret.txt", "secret.sql"):
        (folder / name).write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(folder / "secret.csv")
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A web server on this machine, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    thread.join()
    server.server_close()


def state(path: Path) -> dict[str, object]:
    """All that lies beside the warehouse, and in the folders where a query might leave something."""
    beside = {
        str(found): hashlib.sha256(found.read_bytes()).hexdigest() if found.is_file() else oct(found.stat().st_mode)
        for found in sorted(path.parent.rglob("*"))
    }
    return beside | {place: sorted(os.listdir(place)) for place in ("/", os.path.expanduser("~"))}


WRITES = [
    "COPY (SELECT 'junk') TO '{file}' (USE_TMP_FILE false, FORMAT csv)",
    "COPY (SELECT 'junk') TO '{file}.wal' (USE_TMP_FILE false, FORMAT csv)",
    "COPY (SELECT 'junk') TO '{file}.wal.checkpoint' (USE_TMP_FILE false, FORMAT csv)",
    "COPY (SELECT 'junk') TO '{folder}/new.csv'",
    "COPY (SELECT 'junk') TO '/dev/stdout' (FORMAT csv)",
    "EXPLAIN ANALYZE COPY (SELECT 'junk') TO '{file}' (USE_TMP_FILE false, FORMAT csv)",
    "PREPARE p AS COPY (SELECT 'junk') TO '{file}' (USE_TMP_FILE false); EXECUTE p",
    "EXPORT DATABASE '{folder}/copy'",
    "IMPORT DATABASE '{folder}'",
    "SELECT 1; COPY (SELECT 'junk') TO '{file}' (USE_TMP_FILE false, FORMAT csv)",
    "SELECT 1 -- \n; DROP TABLE core.events",
    "DELETE FROM core.events",
    "UPDATE core.events SET place_name = 'x'",
    "TRUNCATE core.events",
    "INSERT INTO core.places VALUES (1)",
    "MERGE INTO core.events USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM core.events RETURNING *) SELECT * FROM gone",
    "SELECT * FROM query('DELETE FROM core.events')",
    "SELECT * FROM query('SELECT 1; DROP TABLE core.events')",
    "DROP SCHEMA core CASCADE",
    "ALTER TABLE core.events ADD COLUMN x INTEGER",
    "CREATE OR REPLACE VIEW mart.events AS SELECT 1",
    "CREATE MACRO mart.f(x) AS x",
    "CREATE TEMP TABLE t AS SELECT * FROM read_text('{folder}/secret.txt')",
    "COMMENT ON TABLE core.events IS 'x'",
    "ATTACH '{file}' AS again; DELETE FROM again.core.events",
    "USE memory; DETACH w; ATTACH '{file}' AS w; DROP TABLE w.core.events",
    "ATTACH '{folder}/other.duckdb' AS other",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "BEGIN; DROP TABLE core.events; COMMIT",
]
READS = [
    "SELECT * FROM read_csv('{folder}/secret.csv')",
    "SELECT * FROM read_csv_auto('{folder}/link.csv')",
    "SELECT * FROM read_text('{folder}/secret.txt')",
    "SELECT * FROM read_text('{folder}/*')",
    "SELECT * FROM read_blob('{folder}/../*/secret.txt')",
    "SELECT * FROM read_json('{folder}/secret.json')",
    "SELECT * FROM read_parquet('{folder}/secret.parquet')",
    "SELECT * FROM parquet_metadata('{folder}/secret.parquet')",
    "SELECT * FROM sniff_csv('{folder}/secret.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM '/proc/self/environ'",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM query_table('{folder}/secret.csv')",
    "SELECT * FROM query('SELECT * FROM read_text(''{folder}/secret.txt'')')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{folder}/secret.txt'')'))",
    "SELECT (SELECT content FROM read_text('{folder}/secret.txt'))",
    "FROM (DESCRIBE SELECT * FROM read_csv('{folder}/secret.csv'))",
    "SELECT * FROM sqlite_scan('{folder}/w.duckdb', 'x')",
    "SELECT getenv('CANARY')",
    "SELECT * FROM canary",
    "SELECT * FROM os",
]
SETTINGS = [
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET allowed_directories = ['/']",
    "SET allowed_paths = ['{folder}/secret.txt']",
    "SET GLOBAL memory_limit = '100GB'",
    "SET temp_directory = '{folder}'",
    "SET home_directory = '{folder}'",
    "SET extension_directory = '{folder}'",
    "SET log_query_path = '{folder}/log'",
    "PRAGMA profiling_output = '{folder}/profile'",
    "PRAGMA enable_profiling",
    "CALL enable_logging()",
    "CALL pragma_version()",
    "LOAD '{folder}/secret.txt'",
    "LOAD httpfs",
    "INSTALL httpfs",
    "FORCE INSTALL spatial FROM 'http://127.0.0.1:{port}'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "SET VARIABLE x = 1",
]
NETWORK = [
    "SELECT * FROM read_csv('http://127.0.0.1:{port}/a.csv')",
    "SELECT * FROM read_parquet('s3://127.0.0.1:{port}/bucket/a.parquet')",
    "SELECT * FROM 'https://127.0.0.1:{port}/a.csv'",
    "ATTACH 'http://127.0.0.1:{port}/a.duckdb' AS far",
]


@pytest.mark.parametrize("sql", WRITES + READS + SETTINGS + NETWORK)
def test_no_way_out(path: Path, listener: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setenv("CANARY", SECRET)
    port, asked = listener
    before = state(path)
    with pytest.raises(QueryError, match=r"^query (refused|failed)") as refusal:
        query(path, sql.replace("{file}", str(path)).replace("{folder}", str(path.parent)).replace("{port}", str(port)))
    assert SECRET not in str(refusal.value)
    assert state(path) == before
    assert asked == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM enable_logging(level='trace', storage='file', storage_path='{folder}/log')",
        "SELECT * FROM enable_profiling(save_location = '{folder}/profile')",
        "SELECT * FROM checkpoint()",
        "SELECT * FROM force_checkpoint()",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM duckdb_temporary_files()",
        "SELECT md5(content) FROM read_blob('{file}')",
        "SELECT current_setting('temp_directory'), current_setting('home_directory')",
    ],
)
def test_what_may_be_asked_tells_and_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """DuckDB lets a SELECT call these. Where it answers at all, nothing of this machine may stand in it."""
    monkeypatch.setenv("CANARY", SECRET)
    before = state(path)
    try:
        said = str(query(path, sql.replace("{file}", str(path)).replace("{folder}", str(path.parent))).rows)
    except QueryError as refusal:
        said = str(refusal)
    assert SECRET not in said
    assert "secret.txt" not in said
    assert state(path) == before


def test_the_door_for_parquet_is_the_same_door(path: Path) -> None:
    before = state(path)
    for sql in (WRITES[0], READS[2], SETTINGS[0]):
        with pytest.raises(QueryError, match=r"^query (refused|failed)"):
            query_parquet(path, sql.replace("{file}", str(path)).replace("{folder}", str(path.parent)))
    assert state(path) == before
