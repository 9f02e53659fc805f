"""Counts as metrics: numbers only, nothing where nobody listens; the dashboard asks for what is sent."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def metrics():
    spec = importlib.util.spec_from_file_location("demarche_metrics", ROOT / "plugins" / "demarche_metrics.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sent(metrics, monkeypatch) -> list[tuple[str, str, int]]:
    from airflow.sdk.observability import stats

    found: list[tuple[str, str, int]] = []
    monkeypatch.setattr(stats, "incr", lambda name, count=1: found.append(("incr", name, count)))
    monkeypatch.setattr(stats, "gauge", lambda name, value: found.append(("gauge", name, value)))
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    return found


def task(pulled: dict[str, object], index: int = -1) -> SimpleNamespace:
    def xcom_pull(task_ids: str, key: str, map_indexes: int) -> object:
        assert (task_ids, map_indexes) == ("parse_documents", index)
        return pulled.get(key)

    return SimpleNamespace(task_id="parse_documents", map_index=index, xcom_pull=xcom_pull)


def test_numbers_are_sent_seconds_as_gauges_and_nothing_else(metrics, sent):
    counts = {"documents": 3, "rejects": 0, "lag_seconds": 60, "partitions": {"2018-11-06T14": {}}, "is_new": True}
    metrics.on_task_instance_success("running", task({"return_value": counts}, index=4))
    assert sent == [
        ("incr", "demarche.parse_documents.documents", 3),
        ("incr", "demarche.parse_documents.rejects", 0),
        ("gauge", "demarche.parse_documents.lag_seconds", 60),
    ]


def test_counts_beside_the_answer_are_sent_too(metrics, sent):
    metrics.on_task_instance_success("running", task({"return_value": [["a"]], "counts": {"new_files": 2}}))
    assert sent == [("incr", "demarche.parse_documents.new_files", 2)]


def test_failed_attempts_are_counted(metrics, sent):
    metrics.on_task_instance_failed("running", task({}), ValueError("x"))
    metrics.on_task_instance_failed("running", task({}), None)  # elsewhere than in the task's process
    assert sent == [("incr", "demarche.failed.parse_documents", 1)]


def test_where_nobody_listens_nothing_is_asked(metrics, sent, monkeypatch):
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "False")
    metrics.on_task_instance_success("running", SimpleNamespace(task_id="parse_documents", xcom_pull=None))
    assert sent == []


def test_the_dashboard_asks_for_tasks_that_there_are(dags):
    dashboard = json.loads((ROOT / "ops" / "grafana" / "demarche.json").read_text())
    tasks = {task.task_id for dag in dags.values() for task in dag.tasks}
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    names = re.findall(r"airflow_demarche_(\w+)", " ".join(asked))
    assert len(names) >= 10
    for name in names:
        assert name.startswith("failed_") or any(name.startswith(f"{known}_") for known in tasks), name


def test_importing_it_is_cheap():
    code = "import sys; import demarche_metrics; print('airflow.configuration' in sys.modules, 'statsd' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "plugins", capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "False"
