"""What a DAG file may hold, read with ``ast``: wiring, docs, and nothing that is slow to import."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
KNOWN = {
    "check_quality",
    "deduplicate_documents",
    "ingest_documents",
    "load_warehouse",
    "maintain_warehouse",
    "tag_documents",
}
HEADINGS = ("**What it does.**", "**If it fails.**", "**Running it again.**")
MOST_LINES = 110
HEAVY = {"demarche", "duckdb", "numpy", "pandas", "pyarrow", "spacy"}
ALLOWED_AT_TOP = {"__future__", "airflow", "collections", "datetime", "demarche_policy"}

by_file = pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)


def test_every_file_is_known():
    assert {path.stem for path in DAG_FILES} == KNOWN, "a DAG file was added or lost: name it here and in docs/dags.md"


@by_file
def test_it_is_short(path: Path):
    lines = len(path.read_text().splitlines())
    assert lines < MOST_LINES, f"{path.name} has {lines} lines: a DAG is wiring, move the work to demarche.steps"


@by_file
def test_the_docstring_says_what_an_operator_needs(path: Path):
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    places = [text.find(heading) for heading in HEADINGS]
    assert -1 not in places, f"{path.name}: its docstring lacks one of {', '.join(HEADINGS)}"
    assert places == sorted(places), f"{path.name}: the headings stand in the order {', '.join(HEADINGS)}"


@by_file
def test_nothing_slow_is_imported_at_the_top(path: Path):
    top = ast.parse(path.read_text()).body
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in names}
    assert roots <= ALLOWED_AT_TOP, f"{path.name}: import {sorted(roots - ALLOWED_AT_TOP)} inside the task functions"


@by_file
def test_tasks_call_only_the_steps(path: Path):
    """The library is reached through one door, and no DAG file imports another."""
    imported = {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    ours = {pair for pair in imported if (pair[0] or "").split(".")[0] in {"demarche", *KNOWN}}
    assert ours == {("demarche", "steps")}


PARSE_ALL = """
import socket, sys

def closed(*_, **__):
    raise OSError("a DAG file opened a socket while it was read")

socket.socket.connect = closed
socket.create_connection = closed
socket.getaddrinfo = closed

from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag(dag_folder=sys.argv[1])
assert bag.import_errors == {}, bag.import_errors
print(len(bag.dags), *sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""


def test_reading_all_dags_is_cheap_and_offline():
    """In a process of its own, since this one has imported much already; without a database: none was made."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", PARSE_ALL, str(ROOT / "dags")],
            env=os.environ | {"AIRFLOW_HOME": home},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    count, *modules = done.stdout.splitlines()[-1].split()
    assert int(count) == len(KNOWN)
    assert not HEAVY & set(modules)
