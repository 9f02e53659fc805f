"""Every query of the analyst's guide answers on a warehouse made from the samples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demarche import steps, warehouse
from demarche.settings import Settings

ROOT = Path(__file__).parents[2]
_SECTION = re.compile(r"^## (\d+)\. (.+?)\n(.*?)(?=^## |\Z)", re.M | re.S)
_SQL = re.compile(r"```sql\n(.*?)```", re.S)
QUESTIONS = {
    int(number): (title, _SQL.findall(text))
    for page in sorted((ROOT / "docs" / "analyst_guide").glob("*.md"))
    for number, title, text in _SECTION.findall(page.read_text(encoding="utf-8"))
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data_folder=tmp_path_factory.mktemp("guide"))
    steps.run([ROOT / "samples" / "drop"], settings=settings)
    return settings.warehouse_path


def test_the_guide_has_thirty_questions_with_one_query_each():
    assert sorted(QUESTIONS) == list(range(1, 31))
    assert {number: len(queries) for number, (_, queries) in QUESTIONS.items()} == dict.fromkeys(QUESTIONS, 1)


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_a_question_is_answered(samples, number):
    _, (sql,) = QUESTIONS[number]
    assert warehouse.query(samples, sql, limit=100_000).rows
