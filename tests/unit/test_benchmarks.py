"""The scripts of benchmarks/ run and print their ratio; what they measure is not judged here."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

import pytest

from benchmarks import (
    calibration,
    checks,
    faults_report,
    gazetteer,
    invented,
    mixed,
    page_mix,
    parsing,
    screening,
    small_files,
    speed,
)
from demarche.documents import pages
from demarche.evaluation import Evaluation


def test_speed_prints_medians_and_their_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.jsonl"
    text = "The ministers of both islands met on Monday and talked about the fish of their common waters."
    file.write_text(f'{{"id": "1", "text": "{text}"}}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["speed", str(file), "--repeat", "1"])
    speed.main()
    printed = capsys.readouterr().out
    assert printed.startswith("1 texts, ")
    assert re.search(r"ratio +\d+\.\d\d\n$", printed)


def test_parsing_prints_a_ratio_for_small_pages_and_for_usual_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parsing, "DEFAULT", [parsing.ROOT / "tests" / "fixtures" / "web_pages"][:1])
    monkeypatch.setattr(parsing, "INVENTED", 4)
    monkeypatch.setattr(sys, "argv", ["parsing", "--repeat", "1", "--processes", "1"])
    parsing.main()
    assert len(re.findall(r"(?m)^ratio +\d\.\d\d$", capsys.readouterr().out)) == 2


def test_invented_pages_weigh_what_news_pages_do_and_are_read() -> None:
    made = list(page_mix.pages(8, "s"))
    assert made == list(page_mix.pages(8, "s"))
    assert all(30_000 < len(page) < 300_000 for page in made)
    for page in made:
        text = pages.main_text(pages.parse_page(page))
        assert len(text) > 500
        assert "Opinion" not in text


def test_small_files_prints_how_the_cost_grows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        small_files, "run", lambda folder, warehouse: small_files.Cost(len(list(folder.iterdir())), 1, 9)
    )
    monkeypatch.setattr(sys, "argv", ["small_files", "--sizes", "3", "6"])
    small_files.main()
    assert "2.0 times the files: first 2.0 times, again 2.0 times" in capsys.readouterr().out


def test_screening_prints_what_is_saved_and_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.jsonl"
    texts = ("Norway and Sweden signed a treaty in Oslo on Monday.", "The police arrested a man of 34 on Monday night.")
    file.write_text("".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["screening", str(file)])
    screening.main()
    printed = capsys.readouterr().out
    assert printed.startswith("2 texts, 1 of them passed over")
    assert "0 of 1 (0.0 %) of those with both sides known" in printed


def test_mixed_news_fills_every_slot_and_is_the_same_each_time() -> None:
    made = [[mixed.article(random.Random(1), field) for field in mixed.FIELDS] for _ in range(2)]
    assert made[0] == made[1]
    assert not any("{" in text for text in made[0])


def test_speed_says_when_there_is_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["speed", str(tmp_path)])
    with pytest.raises(SystemExit, match="no English text"):
        speed.main()


def test_checks_are_timed_over_two_sound_warehouses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {check.check_id: check for check in checks.load_checks()}
    monkeypatch.setattr(checks, "load_checks", lambda: (found["ids_unique"],))
    monkeypatch.setattr(sys, "argv", ["checks", "--small", "50", "--large", "100", "--repeat", "1"])
    checks.main()
    head, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert head == ["seconds", "50", "100", "ratio"]
    assert [row[0] for row in rows] == ["ids_unique", "all", "all_by_the_clock"]
    assert all(float(number) > 0 for row in rows for number in row[1:])


def test_calibration_prints_a_row_per_bin(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = ((0.85, True), (0.87, False), (0.3, False))
    calibration.show("open", Evaluation("open", {}, (), (), outcomes), 10)
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["open:", "3", "reports"]
    assert ["0.30", "0.00", "1"] in rows
    assert ["0.86", "0.50", "2"] in rows


def test_invented_articles_are_many_texts_and_always_the_same():
    found = list(invented.articles(50, "seed"))
    assert found == list(invented.articles(50, "seed"))
    assert len({article["text"] for article in found}) == len({article["url"] for article in found}) == 50
    assert found != list(invented.articles(50, "another seed"))


def test_the_report_of_faults_hides_nothing(tmp_path: Path) -> None:
    def row(fault: str, moment: str, seconds: float | None, *happened: str, failures: tuple[str, ...] = ()) -> str:
        found = {"executor": "celery", "fault": fault, "moment": moment, "loaded_after": seconds}
        return json.dumps(found | {"happened": happened, "read_failures": failures, "load": seconds and 8.0})

    rows = [
        row("nothing", "tag_shards", 20.0),
        row("scheduler killed", "tag_shards", 31.0, "tag_shards: 2 tries"),
        row("random kill", "4 s after the start", 40.0, "redis"),
        row("random kill", "9 s after the start", None, "redis", "not healed", failures=("OSError: no",)),
        json.dumps({"executor": "celery", "same": False, "documents": 7}),
    ]
    (tmp_path / "found.jsonl").write_text("\n".join(rows))
    faults_report.report(tmp_path / "found.jsonl", tmp_path / "faults.md")
    page = (tmp_path / "faults.md").read_text()
    assert "| scheduler killed | `tag_shards` | tag_shards: 2 | 31 | 20 |" in page
    assert "1 of 2 were healed within 120 s" in page
    assert "| redis | 2 | 40 | not healed | 8 |" in page
    assert "1 times it could not be read: OSError: no" in page
    assert "in 0 of them" in page
    assert "**Wrong:** not healed" in page


def test_gazetteer_adds_names_and_prints_their_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.jsonl"
    text = "The ministers of both islands met on Monday and talked about the fish of their common waters."
    file.write_text(f'{{"id": "1", "text": "{text}"}}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["gazetteer", str(file), "--aliases", "40", "--repeat", "1"])
    monkeypatch.setattr(gazetteer, "middle_seconds", lambda code, repeat: 1.0)
    gazetteer.main()
    printed = capsys.readouterr().out
    assert "40 aliases read and checked" in printed
    assert re.search(r"ratio +\d+\.\d\d\n$", printed)
