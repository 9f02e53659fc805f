"""The benchmarks of growth: what they measure on is what they say, and they print what they promise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import growth, large_warehouse, scaling, synthetic
from demarche.settings import Settings
from demarche.warehouse import overview, query


def test_synthetic_news_is_fixed_by_its_seed_and_told_by_several() -> None:
    found = list(synthetic.articles(300, "seed"))
    assert found == list(synthetic.articles(300, "seed"))
    assert found != list(synthetic.articles(300, "another seed"))
    assert len({article["url"] for article in found}) == 300
    texts = [article["text"] for article in found]
    assert 200 < len(set(texts)) < 300, "some are copies"
    assert len({article["title"] for article in found}) < 200, "several tell of one happening"
    assert not any("{" in text or "None" in text for text in texts)
    days = [article["date"] for article in synthetic.articles(60, "seed", per_day=20)]
    assert days == sorted(days)
    assert (days[0], days[-1]) == ("2024-01-01", "2024-01-03")


def test_scaling_prints_stations_growth_and_a_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def alone(station: str, settings: Settings, keys: list[str]) -> scaling.Cost:
        count = sum(len((settings.data_folder / "hours" / f"{key}.jsonl").read_text().splitlines()) for key in keys)
        return scaling.Cost(count**2 / 100, 1.0, 0.5)

    monkeypatch.setattr(scaling, "alone", alone)
    monkeypatch.setattr(sys, "argv", ["scaling", "--sizes", "20", "40", "--hour", "10"])
    scaling.main()
    printed = capsys.readouterr().out
    assert "2 cores: 345,600 articles a day" in printed
    assert "20 to 40: fetch 2.00, parse 2.00, tag 2.00, pair 2.00, load 2.00" in printed


def test_a_large_warehouse_passes_for_one_of_ours(tmp_path: Path) -> None:
    large_warehouse.make(tmp_path / "w.duckdb", 40)
    assert overview(tmp_path / "w.duckdb").event_count == 40
    assert len(query(tmp_path / "w.duckdb", "SELECT * FROM mart.gdelt_events").rows) == 40


@pytest.mark.parametrize(
    ("kind", "pair_count", "largest"),
    [("text", 999, 1000), ("crowd", 4_000, 1000), ("word", 0, 1), ("chain", 2_000, 9)],
)
def test_texts_made_to_be_compared_make_few_pairs_and_no_giant_story_but_of_one_text(
    kind: str, pair_count: int, largest: int
) -> None:
    made = growth.alike(kind, 1000)
    pairs = growth.find_pairs(made)
    stories, _ = growth.group_stories(made, pairs)
    assert len(pairs) <= pair_count, "as many as documents, give or take, and not as their square"
    assert max(story.document_count for story in stories) <= largest
    assert (len(stories) == 1) == (kind in ("text", "crowd"))
