"""What is held back, seen by nothing downstream, and released: for its rejects, or for rows that the gate refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demarche import cli, steps, warehouse
from demarche.records import Report
from demarche.settings import Settings
from demarche.storage import Lake
from news_world import HOURS, TALKS

KEY = "2021-05-04T10"


def held(settings: Settings) -> list[str]:
    return list(steps.held_back(settings=settings))


def loaded_keys(settings: Settings) -> list[str]:
    sql = "SELECT partition_key FROM meta.partitions ORDER BY 1"
    return [key for (key,) in warehouse.query(settings.warehouse_path, sql).rows]


@pytest.fixture
def half_empty(tmp_path: Path) -> Settings:
    """A partition of 60 files, of which 59 hold nothing."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "talks.txt").write_text(TALKS, encoding="utf-8")
    for number in range(59):
        (folder / f"{number}.txt").touch()
    settings = Settings(data_folder=tmp_path / "data", settle_seconds=0)
    steps.fetch_documents(KEY, inputs=[folder], settings=settings)
    steps.parse_documents(KEY, settings=settings)
    return settings


def test_a_partition_of_which_most_is_rejected_goes_no_further(half_empty: Settings) -> None:
    (reason,) = steps.held_back([KEY], settings=half_empty).values()
    assert "59 of 60 documents were rejected" in reason
    assert f"demarche accept {KEY}" in reason
    assert steps.held_back(["2021-05-04T11"], settings=half_empty) == {}
    for station in ("tagged", "paired"):
        assert steps.pending(station, settings=half_empty) == []
    steps.tag_documents(KEY, settings=half_empty)  # by hand, which is no way around
    steps.pair_documents(KEY, settings=half_empty)
    steps.load_warehouse(settings=half_empty)
    assert loaded_keys(half_empty) == []


def test_a_person_releases_it_as_it_is(half_empty: Settings) -> None:
    lake = str(half_empty.lake_url)
    listed = CliRunner().invoke(cli.app, ["rejects", KEY, "--lake", lake])
    assert len(listed.stdout.splitlines()) == 59
    done = CliRunner().invoke(cli.app, ["accept", KEY, "--reason", "test files", "--lake", lake])
    assert done.exit_code == 0, done.output
    (row,) = Lake(lake).journal("acceptances")
    assert (row["partition_key"], row["rejected_count"], row["reason_text"]) == (KEY, 59, "test files")
    assert row["accepted_by"]
    assert held(half_empty) == []
    assert steps.pending("tagged", settings=half_empty) == [KEY]


def test_with_more_rejects_than_were_accepted_it_is_held_back_again(half_empty: Settings, tmp_path: Path) -> None:
    steps.accept(KEY, reason="a test", settings=half_empty)
    (tmp_path / "in" / "late.txt").touch()
    steps.fetch_documents(KEY, inputs=[tmp_path / "in"], settings=half_empty)
    steps.parse_documents(KEY, settings=half_empty)
    assert held(half_empty) == [KEY]


def test_a_looser_limit_releases_it(half_empty: Settings) -> None:
    assert held(half_empty.model_copy(update={"max_reject_share": 1.0})) == []


def test_what_has_no_documents_can_not_be_accepted(half_empty: Settings) -> None:
    for key, reason in (("2021-05-04T11", "no documents yet"), ("yesterday", "no partition key")):
        done = CliRunner().invoke(cli.app, ["accept", key, "--reason", "why not", "--lake", str(half_empty.lake_url)])
        assert done.exit_code == 1
        assert reason in str(done.exception)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "has no partition 2021-05-04T11: there are 1, the newest is 2021-05-04T10"),
        (["--lake", "elsewhere"], "lake elsewhere has no partition 2021-05-04T11: nothing was fetched into it yet"),
        (["--warehouse", "none.duckdb"], "none.duckdb: no such warehouse"),
    ],
)
def test_a_partition_that_there_is_not_has_no_empty_list_of_rejects(half_empty: Settings, options, said) -> None:
    lake = [] if options else ["--lake", str(half_empty.lake_url)]
    done = CliRunner().invoke(cli.app, ["rejects", "2021-05-04T11", *options, *lake])
    assert done.exit_code == 1
    assert said in str(done.exception)


def test_a_run_says_what_it_held_back_and_that_is_released_beside_its_warehouse(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "talks.txt").write_text(TALKS, encoding="utf-8")
    for number in range(59):
        (folder / f"{number}.txt").touch()
    path = str(tmp_path / "w.duckdb")
    done = CliRunner().invoke(cli.app, ["run", str(folder), "--key", KEY, "--warehouse", path])
    assert done.exit_code == 1
    assert f"held back: {KEY}: 59 of 60" in done.stderr
    assert f"… and 39 more; `demarche rejects {KEY}` lists them" in done.stderr
    assert f"--warehouse {path}" in done.stderr
    assert "meta.rejects" not in done.stderr, "it isn't in the warehouse"

    def heard(*command: str) -> str:
        done = CliRunner().invoke(cli.app, [*command, "--warehouse", path], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    status = json.loads(heard("status", "--format", "json"))
    assert (status["not_loaded"], status["set_aside"]) == (0, {})
    assert "59 of 60" in status["held_back"][KEY]
    assert f"demarche accept {KEY}" in heard("status")
    page = heard("daily-report")
    assert "- rejects: 59\n" in page
    assert f"| {KEY} | 59 empty | 59 of 60 documents were rejected" in page, "though nothing came into the warehouse"
    (found,) = json.loads(heard("check", "held_back", "--format", "json"))
    assert (found["outcome_type"], found["severity_type"]) == ("failed", "warn")
    assert [row["partition_key"] for row in found["sample_rows"]] == [KEY]
    assert len(heard("rejects", KEY).splitlines()) == 59
    said = heard("accept", KEY, "--reason", "test files")
    for verb in ("tag-documents", "pair-documents", "load-warehouse"):
        assert verb in said, "what is to be done next is said"
        heard(verb)
    assert warehouse.query(Path(path), "SELECT partition_key FROM meta.partitions").rows == [(KEY,)]


def test_an_accepted_partition_passes_the_gate_and_opens_it_to_no_other(loaded, tmp_path: Path) -> None:
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    lake = Lake(world.settings.lake_url)
    first, second, *rest = sorted(HOURS)
    for key in (first, second):
        told = lake.read(Report, key, "tagged")
        broken = [row.model_copy(update={"start_date": date(1500, 1, 1), "end_date": date(1500, 1, 1)}) for row in told]
        manifest = lake.manifest("tagged", key)
        lake.write("tagged", key, {Report: broken}, input_hash=manifest.input_hash, code_version=manifest.code_version)
    with pytest.raises(steps.StepError, match="isn't held back"):
        steps.accept(first, reason="by mistake", settings=world.settings)
    with pytest.raises(steps.StepError, match=f"held back.*{first}"):
        steps.load_warehouse(settings=world.settings)
    with pytest.raises(steps.StepError, match="--reason"):
        steps.accept(first, reason=" ", settings=world.settings)
    steps.accept(first, reason="it was so long ago", settings=world.settings)
    with pytest.raises(steps.StepError, match=f"held back.*{second}.*demarche accept {second} --reason"):
        steps.load_warehouse(settings=world.settings)
    assert loaded_keys(world.settings) == [first, *rest]
    status = steps.status(settings=world.settings)
    assert (list(status["held_back"]), status["not_loaded_keys"]) == ([second], [])
    (warned,) = steps.check_all(["held_back"], settings=world.settings)
    assert [json.loads(row)["partition_key"] for row in warned.sample_rows] == [second]
    (tmp_path / "visit.txt").write_text(HOURS["2021-06-09T20"]["visit.txt"], encoding="utf-8")
    done = steps.run([tmp_path / "visit.txt"], settings=world.settings, partition_key="2021-06-10T08")
    assert done.document_count == 1, "what was asked for is told, whatever else is refused"
    assert list(done.held) == [second]
    assert "1500" in done.held[second]
    steps.accept(second, reason="this one too", settings=world.settings)
    steps.load_warehouse(settings=world.settings)
    assert loaded_keys(world.settings) == [first, second, *rest, "2021-06-10T08"]
