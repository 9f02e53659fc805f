"""A damaged Parquet file of the lake holds back its partition alone, and its station makes it anew."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from demarche import cli, steps, warehouse
from demarche.records import Document, Mention, Signature
from demarche.settings import Settings
from demarche.storage import Lake, LakeFault, parquet_bytes
from news_world import HOURS, World

KEYS = sorted(HOURS)


def loaded_keys(settings: Settings) -> list[str]:
    sql = "SELECT partition_key FROM meta.partitions ORDER BY 1"
    return [key for (key,) in warehouse.query(settings.warehouse_path, sql).rows]


def heard(world: World, *command: str) -> str:
    places = ("--lake", str(world.settings.lake_url), "--warehouse", str(world.settings.warehouse_path))
    done = CliRunner().invoke(cli.app, [*command, *places], catch_exceptions=False)
    return " ".join(done.output.split())


@pytest.fixture
def world(loaded: World, tmp_path: Path) -> World:
    """Derived and not yet loaded."""
    return loaded.copy(tmp_path / "data", "raw", "derived")


def test_it_holds_back_its_partition_alone_until_it_is_made_anew(world: World) -> None:
    settings, lake = world.settings, Lake(world.settings.lake_url)
    (gone,) = lake.paths(Document, "documents", KEYS[0])
    (foreign,) = lake.paths(Mention, "tagged", KEYS[1])
    Path(gone).unlink()
    Path(foreign).write_bytes(parquet_bytes(Mention, []))
    with pytest.raises(steps.StepError, match="held back, while all other partitions are loaded") as refused:
        steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == [KEYS[2]]
    for file, key, command in ((gone, KEYS[0], "parse-documents"), (foreign, KEYS[1], "tag-documents")):
        for said in (str(refused.value), heard(world, "rejects", key), heard(world, "status")):
            assert f"demarche {command} {key}" in said
            assert Path(file).name in said.replace(" ", "")
    assert steps.pending("documents", settings=settings) == [KEYS[0]], "the next run takes it"
    assert steps.pending("tagged", settings=settings) == [KEYS[1]]
    steps.parse_documents(KEYS[0], settings=settings)
    steps.tag_documents(KEYS[1], settings=settings)
    steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == KEYS
    assert steps.held_back(settings=settings) == {}
    assert [steps.pending(station, settings=settings) for station in ("documents", "tagged", "paired")] == [[], [], []]


def test_signatures_of_others_that_a_load_needs_are_made_anew_by_it(world: World) -> None:
    settings, lake = world.settings, Lake(world.settings.lake_url)
    for name in ("documents", "tagged", "paired"):  # the reprint of the first comes later
        manifest = Path(settings.lake_url, "derived", f"{name}.manifests", f"{KEYS[1]}.json")
        manifest.rename(manifest.with_suffix(".away"))
    steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == [KEYS[0], KEYS[2]]
    for away in Path(settings.lake_url, "derived").rglob("*.away"):
        away.rename(away.with_suffix(".json"))
    (file,) = lake.paths(Signature, "paired", KEYS[0])
    Path(file).write_bytes(Path(file).read_bytes()[:-20])
    steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == KEYS
    assert lake.is_whole("paired", KEYS[0])


def test_documents_that_are_gone_before_they_were_compared_hold_back_their_partition_alone(world: World) -> None:
    settings, lake = world.settings, Lake(world.settings.lake_url)
    for manifest in Path(settings.lake_url, "derived", "paired.manifests").iterdir():
        manifest.unlink()
    (gone,) = lake.paths(Document, "documents", KEYS[0])
    Path(gone).unlink()
    with pytest.raises(steps.StepError, match=f"held back.*{KEYS[0]}: .*is gone.*demarche parse-documents {KEYS[0]}"):
        steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == KEYS[1:]
    assert list(steps.held_back(settings=settings)) == [KEYS[0]]
    steps.parse_documents(KEYS[0], settings=settings)
    steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == KEYS


def test_whoever_needs_it_before_the_load_says_the_same(world: World) -> None:
    settings, lake = world.settings, Lake(world.settings.lake_url)
    file = Path(lake.paths(Document, "documents", KEYS[2])[0])
    file.write_bytes(file.read_bytes()[:-20])
    for step in (steps.tag_documents, steps.pair_documents):
        with pytest.raises(LakeFault, match=rf"documents-\w+\.parquet: isn't.*demarche parse-documents {KEYS[2]}"):
            step(KEYS[2], settings=settings)
    steps.parse_documents(KEYS[2], settings=settings)
    steps.pair_documents(KEYS[2], settings=settings)


def test_a_documents_file_whose_bytes_have_expired_is_left_to_a_person(world: World) -> None:
    settings, lake = world.settings, Lake(world.settings.lake_url)
    lake.append_journal("expired", [{"partition_key": KEYS[2]}])
    Path(lake.paths(Document, "documents", KEYS[2])[0]).unlink()
    with pytest.raises(LakeFault, match=r"is gone, and the raw bytes have expired.*put it back"):
        steps.pair_documents(KEYS[2], settings=settings)
    assert steps.pending("documents", settings=settings) == []


def test_rows_that_do_not_fit_hold_back_their_partition_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = world.settings
    (path,) = Lake(settings.lake_url).paths(Document, "documents", KEYS[1])
    pq.write_table(pq.read_table(path).drop_columns(["fetched_at"]), path)
    monkeypatch.setattr(Lake, "at_hand", lambda _, paths, folder: list(paths))  # as if it had been written so
    with pytest.raises(steps.StepError, match=f"held back.*{KEYS[1]}: documents can't be taken.*parse-documents"):
        steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == [KEYS[0], KEYS[2]]


@pytest.mark.parametrize("station", ["documents", "tagged", "paired"])
def test_a_manifest_of_junk_stops_nothing_and_the_next_run_makes_it_anew(
    loaded: World, tmp_path: Path, station: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    settings = world.settings
    steps.load_warehouse(settings=settings)
    manifest = Path(settings.lake_url) / "derived" / f"{station}.manifests" / f"{KEYS[1]}.json"
    before = manifest.read_bytes()
    manifest.write_bytes(b"junk{")
    steps.load_warehouse(settings=settings)
    assert loaded_keys(settings) == KEYS, "what was loaded stays"
    assert manifest.name in caplog.text
    waiting = [] if station == "paired" else [KEYS[1]]  # a load compares itself what isn't compared
    assert steps.pending(station, settings=settings) == waiting, "the next run takes it"
    for key in KEYS:
        world.derive(key)
    assert manifest.read_bytes() == before


def test_what_cannot_be_made_anew_is_not_made_empty(loaded: World, tmp_path: Path) -> None:
    world = loaded.copy(tmp_path / "data", "raw", "derived", "journal")
    lake = Lake(world.settings.lake_url)
    for fetch in lake.all_fetches():
        lake.remove_raw(fetch.raw_hash)
    lake.append_journal("expired", [{"partition_key": key, "expired_at": "2021-06-11T00:00:00+00:00"} for key in KEYS])
    (Path(world.settings.lake_url) / "derived" / "documents.manifests" / f"{KEYS[1]}.json").write_bytes(b"junk{")
    with pytest.raises(LakeFault, match=f"raw bytes have expired.*put back from a copy.*{KEYS[1]}.json"):
        steps.parse_documents(KEYS[1], settings=world.settings)
