"""Every task of a DAG is a process of its own, so a step loads what it uses and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "2024-05-06T07"
HEAVY = ("spacy", "thinc", "duckdb", "pyarrow", "numpy", "scipy", "pandas", "trafilatura", "htmldate", "py3langid",
         "airflow", "urllib3", "feedparser")  # fmt: skip
ARTICLE = "The premier of Samoa met the president of Kiribati in Apia on Monday. They signed a treaty on a patrol boat."


def loaded(folder: Path, code: str) -> set[str]:
    """Which of the heavy packages a process of its own holds after ``code``."""
    code = f"import sys\nfrom demarche import steps\n{code}\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    environment = os.environ | {"DEMARCHE_DATA_FOLDER": str(folder), "DEMARCHE_SETTLE_SECONDS": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("data")
    (found / "drop").mkdir()
    (found / "drop" / "a.txt").write_text(ARTICLE, encoding="utf-8")
    return found


def test_no_step_loads_for_another(folder: Path) -> None:
    assert loaded(folder, "") == set()
    assert loaded(folder, f"assert steps.fetch_documents({KEY!r}).written == 1") == set()
    arrow = {"pyarrow", "numpy", "pandas"}  # Arrow imports pandas, where there is one, as soon as it makes an array
    assert loaded(folder, f"assert steps.parse_documents({KEY!r}).written == 1") <= arrow | {"py3langid"}
    assert loaded(folder, f"assert steps.pending('tagged') == [{KEY!r}]") == set()
    assert loaded(folder, f"steps.tag_documents({KEY!r})").isdisjoint({"duckdb", "trafilatura", "airflow"})
    assert loaded(folder, f"assert steps.pair_documents({KEY!r}).read == 1") <= arrow | {"scipy"}  # with MinHash
    assert loaded(folder, "assert steps.load_warehouse().read == 1") <= arrow | {"duckdb"}
    assert loaded(folder, "assert steps.pending('warehouse') == []") <= {"duckdb"}
    assert loaded(folder, "steps.check(steps.list_checks()[0])") <= {"duckdb"}
