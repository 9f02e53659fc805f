"""Every query of the analyst's guide answers on a warehouse made from the samples, and alike on a DuckLake of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from demarche import steps, warehouse
from demarche.settings import Settings
from demarche.warehouse import DuckLake

ROOT = Path(__file__).parents[2]
_SECTION = re.compile(r"^## (\d+)\. (.+?)\n(.*?)(?=^## |\Z)", re.M | re.S)
_SQL = re.compile(r"```sql\n(.*?)```", re.S)
QUESTIONS = {
    int(number): (title, _SQL.findall(text))
    for page in sorted((ROOT / "docs" / "analyst_guide").glob("*.md"))
    for number, title, text in _SECTION.findall(page.read_text(encoding="utf-8"))
}
KNOWN = {  # what the samples' texts say, by question: some row of its answer has these values
    1: {"start_date": date(2018, 11, 26), "place_name": "Havana"},
    5: {"month": date(2021, 4, 1), "expulsions": 2, "persons_told": 38, "answered_within_14_days": 1},
    6: {"recalled_date": date(2021, 3, 17), "returned_date": date(2021, 6, 20), "days_away": 95},
    8: {"promised_date": date(2020, 9, 11), "signed_date": date(2020, 10, 23), "days_until_signed": 42},
    9: {"start_date": date(2018, 11, 2), "sender": "United States", "step_type": "eased or lifted"},
    10: {"target": "BLR", "sender_codes": ["CAN", "GBR"], "days": 3},
    11: {"start_date": date(2022, 7, 26), "place_name": "Entebbe", "gap_days": 1, "is_impossible": False},
    14: {"recipient_text": "Mohammad bin Salman", "denied_in": "Quayside Dispatch", "told_in": "drop"},
    15: {"source_name": "Caspian Shore Times", "is_state_media": True, "told_by_state_media_only": 8},
    19: {"host": "Italy", "next_date": date(2021, 3, 31), "next_mode": "expel"},
    20: {"start_date": date(2018, 7, 16), "place_name": "Helsinki", "host_code": "FIN"},
    21: {"country": "FIN", "act": "membership", "day": date(2023, 4, 4)},
    28: {"sender": "USA", "target": "TUR", "days": 14},
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    declared = ROOT / "samples" / "sources.toml"
    settings = Settings(data_folder=tmp_path_factory.mktemp("guide"), sources_file=declared)
    steps.run([ROOT / "samples" / "drop"], settings=settings)
    return settings.warehouse_path


def test_the_guide_has_thirty_questions_with_one_query_each():
    assert sorted(QUESTIONS) == list(range(1, 31))
    assert {number: len(queries) for number, (_, queries) in QUESTIONS.items()} == dict.fromkeys(QUESTIONS, 1)


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_a_question_is_answered(samples, number):
    _, (sql,) = QUESTIONS[number]
    answer = warehouse.query(samples, sql, limit=100_000)
    assert answer.rows
    expected = KNOWN.get(number, {})
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    assert any(expected.items() <= {name: row[name] for name in expected}.items() for row in rows), rows


@pytest.fixture(scope="module")
def in_ducklake(
    samples: Path, new_ducklake: Callable[..., DuckLake], tmp_path_factory: pytest.TempPathFactory
) -> DuckLake:
    folder = tmp_path_factory.mktemp("guide")
    lake = new_ducklake(folder)
    steps.migrate_warehouse(str(samples), lake.url, data_path=lake.files, settings=Settings(data_folder=folder))
    return lake


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_a_ducklake_answers_alike(samples: Path, in_ducklake: DuckLake, number: int) -> None:
    _, (sql,) = QUESTIONS[number]
    here, there = (sorted(map(repr, warehouse.query(at, sql, limit=100_000).rows)) for at in (samples, in_ducklake))
    assert here == there
