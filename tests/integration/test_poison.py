"""Documents that kill the process that reads them are set aside after some tries, and the rest goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.deadly import sitecustomize as deadly
from demarche.warehouse import query

HARMLESS = "Kenya's President Uhuru Kenyatta visited Ghana on Sunday and met his counterpart Nana Akufo-Addo in Accra."


def told(name: str, text: str) -> dict[str, str]:
    return {"url": f"https://example.org/{name}", "title": name, "text": text, "date": "2019-03-04"}


@pytest.fixture
def demarche(tmp_path):
    """The command line in a process that some sentences kill; answers how it ended."""
    path = os.pathsep.join([str(Path(deadly.__file__).parent), os.environ.get("PYTHONPATH", "")])
    command = [str(Path(sys.executable).with_name("demarche"))]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": path, "DEMARCHE_DATA_FOLDER": str(tmp_path / "data")}
        return subprocess.run(
            [*command, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
        )

    return run


def test_run_sets_aside_what_kills_parser_and_model(demarche, tmp_path):
    records = [told(f"harmless-{number}", f"{HARMLESS} The choir sang {number} songs.") for number in range(6)]
    records.insert(2, told("first-cup", f"{HARMLESS} {deadly.TO_PARSE}"))
    records.insert(5, told("second-cup", f"{HARMLESS} {deadly.TO_READ}"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "wire.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "in" / "other.txt").write_text(f"Envoys at dinner\n\nMarch 4, 2019\n\n{HARMLESS}\n")

    ends = []
    while not ends or ends[-1].returncode == -signal.SIGSEGV:
        ends.append(demarche("run", "in"))
        assert len(ends) <= 5, "it kills its process for ever"
    assert [end.returncode for end in ends[:-1]] == [-signal.SIGSEGV] * 4, "each of the two needs two"
    assert ends[-1].returncode in (0, 1), ends[-1].stderr

    warehouse = tmp_path / "data" / "warehouse.duckdb"
    found = query(warehouse, "SELECT station, reason_type, reason_text FROM meta.rejects ORDER BY station").rows
    assert [row[:2] for row in found] == [("parse", "poison"), ("tag", "poison")]
    assert "wire.jsonl line 3" in found[0][2]
    assert "ended its process 2 times" in found[1][2]
    titles = query(warehouse, "SELECT count(*) FROM core.documents").rows
    assert titles == [(8,)], "six harmless ones, the second cup, which can be parsed, and the other file"
    reported = query(warehouse, "SELECT DISTINCT title FROM core.reports JOIN core.documents USING (document_id)").rows
    assert len(reported) == 7

    notes = (tmp_path / "data" / "lake").rglob("*.notes/*/*.json")
    assert [path for path in notes if "compared.notes" not in path.parts] == [], "of attempts"
