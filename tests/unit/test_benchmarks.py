"""The scripts of benchmarks/ run and print their ratio; what they measure is not judged here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from benchmarks import calibration, speed
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


def test_speed_says_when_there_is_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["speed", str(tmp_path)])
    with pytest.raises(SystemExit, match="no English text"):
        speed.main()


def test_calibration_prints_a_row_per_bin(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = ((0.85, True), (0.87, False), (0.3, False))
    calibration.show("open", Evaluation("open", {}, (), (), outcomes), 10)
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["open:", "3", "reports"]
    assert ["0.30", "0.00", "1"] in rows
    assert ["0.86", "0.50", "2"] in rows
