"""One bag of DAGs for all tests here, read as Airflow reads it, with an Airflow home of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Airflow reads these when it is first imported, so they are set before any test module of this folder is.
os.environ.update(
    {
        "AIRFLOW_HOME": tempfile.mkdtemp(prefix="demarche-airflow-"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "x" * 64,
    }
)


@pytest.fixture(scope="session")
def bag():
    from airflow.dag_processing.dagbag import DagBag

    read = DagBag(dag_folder=str(ROOT / "dags"))
    assert read.import_errors == {}
    return read


@pytest.fixture(scope="session")
def dags(bag) -> dict:
    assert bag.dags, f"no DAG was found under {ROOT / 'dags'}"
    return dict(bag.dags)
