"""Reviewers' decisions through the command line: applied by the next load, kept through a rebuild, taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demarche import cli, steps, warehouse
from demarche.events import DecisionError
from demarche.storage import Lake
from news_world import World


@pytest.fixture
def world(loaded: World, tmp_path: Path) -> World:
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    return world


def ask(world: World, *options: str, answers: str = "") -> list[str]:
    place = ("--warehouse", str(world.settings.warehouse_path), "--lake", str(world.settings.lake_url))
    done = CliRunner().invoke(cli.app, ["review", *options, *place], input=answers, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def events(world: World) -> dict[str, tuple[str, str]]:
    sql = "SELECT event_id, event_type, status_type FROM core.events"
    rows = warehouse.query(world.settings.warehouse_path, sql).rows
    return {event_id: (event_type, status) for event_id, event_type, status in rows}


def load(world: World) -> None:
    steps.load_warehouse(settings=world.settings)


def test_a_rejected_event_goes_and_comes_back_when_that_is_undone(world: World) -> None:
    before = events(world)
    told = ask(world, "--show", "sample", "--count", "1", answers="reject # a test\n")
    assert any(line.startswith("--- 1 of 1") for line in told)
    load(world)
    (gone,) = before.keys() - events(world).keys()
    steps.rebuild(settings=world.settings)
    assert events(world) == {key: value for key, value in before.items() if key != gone}
    (decision,) = map(json.loads, ask(world, "--list"))
    assert (decision["decision_type"], decision["reason_text"]) == ("reject", "a test")
    with pytest.raises(steps.StepError, match=f"rejected it on .*--undo {decision['decision_id']}"):
        ask(world, "--event", gone)
    ask(world, "--undo", decision["decision_id"][:12])
    with pytest.raises(DecisionError, match="was taken back already"):
        ask(world, "--undo", decision["decision_id"][:12])
    load(world)
    assert events(world) == before


def test_a_recoded_event_is_what_the_reviewer_says(world: World) -> None:
    chosen = next(key for key, (event_type, _) in events(world).items() if event_type == "CONSULT")
    told = ask(world, "--event", chosen, answers="recode event_type=DANCE\nrecode event_type=AID status_type=planned\n")
    assert any("'DANCE' is no event_type" in line for line in told)
    load(world)
    assert ("AID", "planned") in events(world).values()
    decided = warehouse.query(
        world.settings.warehouse_path, "SELECT decision_type, new_values FROM meta.decisions"
    ).rows
    assert [decision for decision, _ in decided] == ["recode"]


def test_two_events_are_made_one_and_parted_again(world: World) -> None:
    before = events(world)
    one, other, *_ = sorted(key for key, (event_type, _) in before.items() if event_type == "CONSULT")
    told = ask(
        world, "--event", one, answers=f"merge e0000000\nmerge {other[:9]}\n"
    )  # as everywhere, its beginning will do
    assert any("no event e0000000 is in" in line for line in told)
    load(world)
    assert len(events(world)) == len(before) - 1
    told = ask(world, "--event", one, answers="split r0\nnext\n")
    assert any("r0 is no report of" in line for line in told)
    sql = "SELECT report_id FROM core.event_reports WHERE event_id = $event ORDER BY report_id DESC"
    ((report, *_), *_) = warehouse.query(world.settings.warehouse_path, sql, parameters={"event": one}).rows
    ask(world, "--event", one, answers=f"split {report[:12]} # two talks\n")
    load(world)
    assert len(events(world)) == len(before)


def test_what_was_drawn_at_random_measures_the_release(world: World) -> None:
    ask(world, "--show", "sample", "--count", "3", answers="keep\nreject\nkeep\n")
    load(world)
    sql = "SELECT gold_count, precision_score FROM meta.accuracy WHERE corpus_name = 'reviewed random sample'"
    assert warehouse.query(world.settings.warehouse_path, sql).rows == [(3, 0.6667)]
    seen = set(steps.to_review("sample", 100, settings=world.settings))
    assert len(seen) == len(events(world)) - 2, "what was decided isn't shown again"


def test_what_was_decided_before_the_answers_ended_is_counted(world: World) -> None:
    chosen = next(key for key, (event_type, _) in events(world).items() if event_type == "CONSULT")
    told = ask(world, "--event", chosen, answers="recode status_type=planned\n")
    assert any(line.startswith("1 decided") for line in told)
    told = ask(world, "--event", chosen, "--event", chosen, answers="recode status_type=planned\nundo\nq\n")
    assert any(line == "nothing decided" for line in told)


def test_what_was_undone_is_shown_again(loaded: World, tmp_path: Path) -> None:
    world = loaded.copy(tmp_path / "data", "raw")
    shutil.copyfile(loaded.settings.warehouse_path, world.settings.warehouse_path)
    told = ask(
        world, "--show", "sample", "--count", "2", "--by", "a reader",
        answers="reject\nundo # a slip\nkeep\nundo\nreject # after all\nkeep\n",
    )  # fmt: skip
    assert [line[4] for line in told if line.startswith("--- ")] == ["1", "2", "1", "2", "1", "2"]
    assert any(line.startswith("2 decided") for line in told)
    kinds = [(one.decision_type, one.decided_by, one.reason_text) for one in steps.decisions(settings=world.settings)]
    assert kinds == [
        ("reject", "a reader", None), ("undo", "a reader", "a slip"), ("keep", "a reader", None),
        ("undo", "a reader", None), ("reject", "a reader", "after all"), ("keep", "a reader", None),
    ]  # fmt: skip


def test_nothing_is_written_into_a_lake_that_the_warehouse_is_not_made_from(loaded: World, tmp_path: Path) -> None:
    path, elsewhere = str(loaded.settings.warehouse_path), tmp_path / "elsewhere"
    for verb in (["review", "--list"], ["review", "--show", "sample"], ["watch", "country=USA"]):
        done = CliRunner().invoke(cli.app, [*verb, "--warehouse", path, "--lake", str(elsewhere)])
        assert done.exit_code == 1
        assert "name the lake that it was made from (--lake)" in str(done.exception)
    peek = ["watch", "country=USA", "--peek", "--warehouse", path, "--lake", str(elsewhere)]
    told = CliRunner().invoke(cli.app, peek)
    assert told.exit_code == 0
    assert not elsewhere.exists()


def test_an_event_is_not_merged_with_itself(world: World) -> None:
    one = min(events(world))
    told = ask(world, "--event", one, answers=f"merge {one}\n")
    assert any("is this event itself" in line for line in told)
    assert ask(world, "--list") == [f"the journal of {world.settings.lake_url} holds no decision"]


def test_answers_may_end_at_any_time(world: World) -> None:
    assert any("nothing decided" in line for line in ask(world, "--show", "sample", answers=""))
    assert any("nothing decided" in line for line in ask(world, "--show", "sample", answers="dance\nundo\n\nq\n"))
    assert any("nothing to review" in line for line in ask(world, "--show", "disputed"))


def test_days_that_can_not_be_are_refused_when_they_are_said(world: World) -> None:
    event_id = next(key for key, (_, status) in events(world).items() if status == "occurred")
    for answer, match in (
        ("start_date=1500-10-05", "nothing is coded before 1900"),
        ("start_date=2018-05-05 end_date=2018-01-01", "before it begins"),
        ("start_date=2031-01-01", "hasn't occurred with a beginning on 2031-01-01"),
        ("start_date=2041-01-01 status_type=planned", "ten years after it was told"),
    ):
        values = dict(one.split("=") for one in answer.split())
        with pytest.raises(DecisionError, match=match):
            steps.decide("recode", event_id, new_values=values, settings=world.settings)
    ask(world, "--event", event_id, answers="recode start_date=1500-10-05\nquit\n")
    assert steps.decisions(settings=world.settings) == []


def test_an_older_decision_with_days_that_can_not_be_is_set_aside_and_named(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """As former releases took them."""
    before = events(world)
    event_id = next(key for key, (_, status) in before.items() if status == "occurred")
    lawful = steps.decide("recode", event_id, new_values={"event_type": "AID"}, settings=world.settings)
    wrong = lawful.model_copy(update={"decision_id": "v1", "new_values": {"start_date": "2031-01-01"}})
    Lake(world.settings.lake_url).append_journal("decisions", [wrong.model_dump(mode="json")])
    load(world)
    assert [kind for kind, _ in events(world).values()].count("AID") == 1
    (told,) = [one.getMessage() for one in caplog.records if "v1" in one.getMessage()]
    assert told.startswith("the decision v1 is set aside: it was told on ")
    assert "so it hasn't occurred with a beginning on 2031-01-01 — if it is planned, say status_type=planned" in told
