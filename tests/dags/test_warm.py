"""The executor that warms up: tasks that it forks have what they need, and Airflow takes it for its LocalExecutor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from ops.services import Site

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
FORKED = """
import os, sys
sys.path.insert(0, {plugins!r})
from unittest import mock
from airflow.executors.executor_loader import ExecutorLoader
from airflow.executors.local_executor import LocalExecutor
found, _ = ExecutorLoader.import_executor_cls(ExecutorLoader.lookup_executor_name_by_str({name!r}))
assert issubclass(found, LocalExecutor)
before = set(sys.modules)
with mock.patch.object(LocalExecutor, "start", lambda self: print(*set(sys.modules) - before)):
    found().start()
from demarche import language, settings
assert language.load_model.cache_info().currsize == 1
language.load_model(settings.load_settings().model_name)
assert language.load_model.cache_info().hits == 1, "tasks would load it again"
"""


def test_the_executor_has_imported_what_tasks_need_before_it_forks(tmp_path):
    name = Site(tmp_path, tmp_path, 1).environment()["AIRFLOW__CORE__EXECUTOR"]
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__EXECUTOR": name}
    environment |= {"PYTHONPATH": os.pathsep.join([str(PLUGINS), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", FORKED.format(plugins=str(PLUGINS), name=name)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {
        "demarche.reports",
        "demarche.warehouse",
        "demarche.stories",
        "spacy",
        "duckdb",
        "pyarrow.parquet",
    } <= loaded


WORKER = """
import json, sys
from celery import Celery
worker = Celery("worker")
worker.conf.update(json.loads(sys.argv[1]))
worker.loader.init_worker()
from demarche import language
assert language.load_model.cache_info().currsize == 1
"""


def test_a_celery_worker_has_loaded_it_before_it_forks():
    compose = yaml.safe_load((PLUGINS.parent / "docker-compose.yaml").read_text())
    given = compose["services"]["worker"]["environment"]["AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"]
    done = subprocess.run(
        [sys.executable, "-c", WORKER, given], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
