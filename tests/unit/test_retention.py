"""Raw bytes go by age and for want of space, whole partitions at a time, and never before they were read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demarche import steps
from demarche.records import Document
from demarche.settings import Settings
from demarche.steps.ledgers import outdated
from demarche.steps.retention import expire_raw
from demarche.storage import Lake, LakeError

OLD, YOUNG = "2021-06-01T10", "2021-06-09T10"
NOW = datetime(2021, 6, 10, 12, tzinfo=UTC)
TEXT = "The ministers of both islands met in {} on Monday and talked about the fish of their common waters for hours. "


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_folder=tmp_path, settle_seconds=0)
    for key, names in ((OLD, ("Suva", "Apia")), (YOUNG, ("Nauru", "Suva"))):
        folder = tmp_path / key
        folder.mkdir()
        for name in names:
            (folder / f"{name}.txt").write_text(TEXT.format(name) * 3, encoding="utf-8")
        steps.fetch_documents(key, inputs=[folder], settings=made)
        steps.parse_documents(key, settings=made)
    return made


def bodies(settings: Settings) -> list[str]:
    lake = Lake(settings.lake_url)
    return sorted(row.body for key in (OLD, YOUNG) for row in lake.read(Document, key, "documents"))


def test_nothing_goes_unless_it_is_asked_for(settings: Settings) -> None:
    assert expire_raw(Lake(settings.lake_url), settings, NOW) == {"expired_partitions": 0, "raw_removed": 0}


def test_what_is_old_goes_and_what_was_derived_stays(settings: Settings) -> None:
    before = bodies(settings)
    aged = settings.model_copy(update={"raw_days": 5})
    lake = Lake(settings.lake_url)
    assert expire_raw(lake, aged, NOW) == {"expired_partitions": 1, "raw_removed": 1}  # Suva is needed by the young one
    assert expire_raw(lake, aged, NOW) == {"expired_partitions": 0, "raw_removed": 0}
    assert len(lake.raw_sizes()) == 2
    assert outdated(lake, "documents", settings) == []
    for key in (OLD, YOUNG):
        again = steps.parse_documents(key, settings=settings.model_copy(update={"max_body_characters": 199_999}))
        assert again.written == 2
    assert bodies(settings) == before


def test_what_is_beyond_the_budget_goes_the_oldest_first(settings: Settings) -> None:
    lake = Lake(settings.lake_url)
    total = sum(lake.raw_sizes().values())
    small = settings.model_copy(update={"raw_gigabytes": (total - 1) / 1e9})
    assert expire_raw(lake, small, NOW) == {"expired_partitions": 1, "raw_removed": 1}


def test_what_was_imported_from_gdelt_is_no_part_of_the_budget(settings: Settings) -> None:
    lake = Lake(settings.lake_url)
    total = sum(lake.raw_sizes().values())
    imported = lake.put_raw(b"1\t20250101\t\n" * 1_000)
    row = {"raw_hash": imported, "file_name": "a.CSV", "table_name": "events", "row_count": 1, "reject_count": 0}
    lake.append_journal("gdelt_files", [row | {"imported_at": NOW}])
    enough = settings.model_copy(update={"raw_gigabytes": total / 1e9})
    assert expire_raw(lake, enough, NOW) == {"expired_partitions": 0, "raw_removed": 0}
    expire_raw(lake, settings.model_copy(update={"raw_days": 1}), NOW)
    assert set(lake.raw_sizes()) == {imported}


def test_what_was_not_read_yet_stays(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / OLD / "late.txt").write_text(TEXT.format("Lae") * 3, encoding="utf-8")
    steps.fetch_documents(OLD, inputs=[tmp_path / OLD / "late.txt"], settings=settings)
    aged = settings.model_copy(update={"raw_days": 5})
    assert expire_raw(Lake(settings.lake_url), aged, NOW)["expired_partitions"] == 0


def test_what_comes_late_into_an_expired_partition_is_read(settings: Settings, tmp_path: Path) -> None:
    aged = settings.model_copy(update={"raw_days": 5})
    expire_raw(Lake(settings.lake_url), aged, NOW)
    (tmp_path / OLD / "late.txt").write_text(TEXT.format("Lae") * 3, encoding="utf-8")
    steps.fetch_documents(OLD, inputs=[tmp_path / OLD / "late.txt"], settings=settings)
    assert steps.parse_documents(OLD, settings=settings).written == 3


def test_what_came_late_into_an_expired_partition_goes_too_once_it_was_read(settings: Settings, tmp_path: Path) -> None:
    aged = settings.model_copy(update={"raw_days": 5})
    lake = Lake(settings.lake_url)
    expire_raw(lake, aged, NOW)
    kept = set(lake.raw_sizes())
    (tmp_path / OLD / "late.txt").write_text(TEXT.format("Lae") * 3, encoding="utf-8")
    steps.fetch_documents(OLD, inputs=[tmp_path / OLD / "late.txt"], settings=settings)
    assert expire_raw(lake, aged, NOW) == {"expired_partitions": 0, "raw_removed": 0}
    steps.parse_documents(OLD, settings=settings)
    assert expire_raw(lake, aged, NOW) == {"expired_partitions": 0, "raw_removed": 1}
    assert set(lake.raw_sizes()) == kept
    assert len(lake.journal("expired")) == 1


def test_late_bytes_do_not_push_out_younger_partitions(settings: Settings, tmp_path: Path) -> None:
    lake = Lake(settings.lake_url)
    expire_raw(lake, settings.model_copy(update={"raw_days": 5}), NOW)
    (tmp_path / OLD / "late.txt").write_text(TEXT.format("Lae") * 3, encoding="utf-8")
    steps.fetch_documents(OLD, inputs=[tmp_path / OLD / "late.txt"], settings=settings)
    steps.parse_documents(OLD, settings=settings)
    small = settings.model_copy(update={"raw_gigabytes": (sum(lake.raw_sizes().values()) - 1) / 1e9})
    assert expire_raw(lake, small, NOW) == {"expired_partitions": 0, "raw_removed": 1}


def test_what_a_kill_left_goes_the_next_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    aged = settings.model_copy(update={"raw_days": 5})
    with monkeypatch.context() as patched:
        patched.setattr(Lake, "remove_raw", _killed)
        with pytest.raises(KeyboardInterrupt):
            expire_raw(Lake(settings.lake_url), aged, NOW)
    assert expire_raw(Lake(settings.lake_url), aged, NOW) == {"expired_partitions": 0, "raw_removed": 1}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_bytes_that_are_gone_without_a_reason_are_an_error(settings: Settings) -> None:
    lake = Lake(settings.lake_url)
    for raw_hash in lake.raw_sizes():
        lake.remove_raw(raw_hash)
    with pytest.raises(LakeError, match="gone"):
        steps.parse_documents(OLD, settings=settings)
