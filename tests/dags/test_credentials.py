"""Credentials of a warehouse or lake elsewhere come from Airflow's connections, and are in no log."""

from __future__ import annotations

import os

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

KEPT = {
    "demarche_warehouse": "postgresql://me:kept-4711@db.example:5433/news",
    "demarche_lake": "aws://AKIA1:kept-0815@/?endpoint_url=https%3A%2F%2Fs3.example&region_name=eu-1",
}
NAMES = (
    "PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGDATABASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION",
)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The connections that were asked for; the environment is as it was afterwards."""
    found: list[str] = []

    def get(name: str) -> Connection:
        found.append(name)
        if name not in KEPT:
            raise AirflowNotFoundException(name)
        return Connection.from_uri(KEPT[name], conn_id=name)

    monkeypatch.setattr(Connection, "get", get)
    for name in (*NAMES, "DEMARCHE_WAREHOUSE_URL", "DEMARCHE_LAKE_URL", "DEMARCHE_WAREHOUSE_FILES"):
        monkeypatch.setenv(name, "")  # so that it is put back, whoever sets it meanwhile
        monkeypatch.delenv(name)
    return found


def set_here() -> dict[str, str]:
    return {name: os.environ[name] for name in NAMES if name in os.environ}


def test_nobody_is_asked_where_all_is_on_this_machine(asked: list[str]) -> None:
    from demarche_credentials import take_credentials

    take_credentials({})
    assert (asked, set_here()) == ([], {})


def test_they_go_where_their_clients_look(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from demarche_credentials import take_credentials

    caplog.set_level("DEBUG")
    monkeypatch.setenv("DEMARCHE_WAREHOUSE_URL", "ducklake:postgres:")
    monkeypatch.setenv("DEMARCHE_LAKE_URL", "s3://bucket/demarche")
    monkeypatch.setenv("PGUSER", "somebody")
    take_credentials({})
    assert asked == ["demarche_warehouse", "demarche_lake"]
    assert set_here() == {
        "PGUSER": "somebody", "PGPASSWORD": "kept-4711", "PGHOST": "db.example", "PGPORT": "5433",
        "PGDATABASE": "news", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "kept-0815",
        "AWS_ENDPOINT_URL": "https://s3.example", "AWS_DEFAULT_REGION": "eu-1",
    }  # fmt: skip
    assert "4711" not in caplog.text
    assert "0815" not in caplog.text


def test_without_connections_the_environment_says_it(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from demarche_credentials import take_credentials

    monkeypatch.setattr("test_credentials.KEPT", {})
    monkeypatch.setenv("DEMARCHE_WAREHOUSE_URL", "ducklake:postgres:dbname=news")
    monkeypatch.setenv("DEMARCHE_WAREHOUSE_FILES", "s3://bucket/files")
    monkeypatch.setenv("PGPASSWORD", "mine")
    take_credentials({})
    assert asked == ["demarche_warehouse", "demarche_lake"]
    assert set_here() == {"PGPASSWORD": "mine"}


def test_every_task_takes_them_first(dags: dict) -> None:
    from demarche_credentials import take_credentials

    for dag in dags.values():
        for task in dag.tasks:
            hook = task.partial_kwargs.get("pre_execute") if task.is_mapped else task._pre_execute_hook
            assert hook is take_credentials, f"{dag.dag_id}.{task.task_id}: pass task_defaults() on"
