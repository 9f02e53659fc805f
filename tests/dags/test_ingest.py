"""What a person sees of a source that fails: its task, with since when and why."""

from __future__ import annotations

import sys

import pytest
from airflow.exceptions import AirflowException

from demarche import steps
from demarche.steps.results import StepResult


def test_the_task_of_a_failing_source_fails_with_since_when_and_why(dags, monkeypatch):
    task = dags["ingest_documents"].get_task("fetch_documents")
    said = "source broken fails since 2020-01-02 03:04 UTC, 3 times: https://courier.example/feed answers 500"
    done = StepResult("fetch_documents", "2020-01-02T03", 2, 2, 0, failures=(said,))
    context: dict[str, str] = {}
    fetch = task.python_callable
    monkeypatch.setattr(steps, "fetch_documents", lambda key, sources: done)
    monkeypatch.setattr(steps, "tell", lambda results: {"read": 2})
    module = sys.modules[fetch.__module__]
    monkeypatch.setattr(module, "get_current_context", lambda: context)
    monkeypatch.setattr(module, "key_of", lambda dag_run, params: "2020-01-02T03")
    with pytest.raises(AirflowException, match="broken fails since 2020-01-02 03:04 UTC"):
        fetch(["broken", "courier"], dag_run=None, params={})
    assert context["sources"] == "broken courier"
