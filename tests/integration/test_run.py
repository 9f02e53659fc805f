"""The line as a whole: from bytes to events, again, in another order, at once, and from the lake alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from demarche import cli, steps, warehouse
from demarche.records import Document, Event, QualityResult, Report
from demarche.steps import running
from demarche.storage import Lake
from news_world import HOURS, World
from receivers import receiving

KEYS = sorted(HOURS)


def core_and_mart(world: World) -> dict:
    return warehouse.snapshot(world.settings.warehouse_path)


def rows(world: World, sql: str) -> list[tuple]:
    return warehouse.query(world.settings.warehouse_path, sql).rows


# --- what comes out --------------------------------------------------------------------------------------------
def test_the_articles_become_events(loaded):
    found = {
        (event_type, status, actors, recipients)
        for event_type, status, actors, recipients in rows(
            loaded,
            "SELECT event_type, status_type, list_sort(actor_country_codes), list_sort(recipient_country_codes) "
            "FROM mart.events",
        )
        for actors, recipients in [(tuple(actors), tuple(recipients))]
    }
    countries = {
        (event_type, status, *sorted({*actors, *recipients})) for event_type, status, actors, recipients in found
    }
    assert ("CONSULT", "occurred", "BOL", "PER") in countries
    assert ("COERCE", "occurred", "CHL", "ECU") in countries or ("SANCTION", "occurred", "CHL", "ECU") in countries


def test_an_article_about_football_tells_no_event(loaded):
    (document_id,) = rows(loaded, "SELECT document_id FROM core.documents WHERE title = 'Cup'")[0]
    assert rows(loaded, f"SELECT count(*) FROM core.reports WHERE document_id = '{document_id}'") == [(0,)]


def test_reprints_are_one_story(loaded):
    found = rows(
        loaded,
        "SELECT count(DISTINCT story_id), count(*) FROM core.story_documents JOIN core.documents USING (document_id) "
        "WHERE title IN ('Lake talks', 'Talks')",
    )
    assert found == [(1, 2)]


def test_page_furniture_tells_nothing(loaded):
    assert rows(loaded, "SELECT count(*) FROM core.reports WHERE sentence_text LIKE '%newsletter%'") == [(0,)]


def test_every_event_leads_back_to_its_bytes(loaded):
    lake = Lake(loaded.settings.lake_url)
    found = rows(
        loaded,
        "SELECT r.report_id, r.trigger_text, r.trigger_start_offset, r.trigger_end_offset, d.document_id, "
        "d.partition_key, d.raw_hash FROM core.event_reports JOIN core.reports AS r USING (report_id) "
        "JOIN core.documents AS d ON d.document_id = r.document_id",
    )
    assert found
    for _, trigger, start, end, document_id, key, raw_hash in found:
        document = next(row for row in lake.read(Document, key, "documents") if row.document_id == document_id)
        assert document.body[start:end] == trigger
        assert lake.get_raw(raw_hash)


# --- again -----------------------------------------------------------------------------------------------------
def test_loading_again_changes_nothing(loaded, tmp_path):
    world = World(Path(shutil.copytree(loaded.folder, tmp_path / "copy")))
    before = core_and_mart(world)
    done = steps.load_warehouse(settings=world.settings)
    assert done.read == 0
    assert core_and_mart(world) == before


def test_nothing_is_pending_after_a_load(loaded):
    for station in ("documents", "tagged", "paired", "warehouse"):
        assert steps.pending(station, settings=loaded.settings) == []


def test_deriving_again_writes_the_same_files(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    derived = world.folder / "lake" / "derived"

    def files() -> dict[str, bytes]:
        found = [path for path in derived.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in found}

    before = files()
    for key in KEYS:
        steps.parse_documents(key, settings=world.settings)
        steps.tag_documents(key, settings=world.settings)
    assert files() == before


def test_shards_give_the_same_rows_as_one_pass(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw")
    small = world.settings.model_copy(update={"shard_size": 1})
    key = KEYS[0]
    steps.parse_documents(key, settings=small)
    assert steps.count_shards(key, settings=small) == 4
    for index in reversed(range(4)):
        steps.tag_shard(key, index, settings=small)
    steps.commit_tagged(key, settings=small)

    def reports(other: World) -> list[Report]:
        return sorted(Lake(other.settings.lake_url).read(Report, key, "tagged"), key=lambda row: row.report_id)

    assert reports(world) == reports(loaded)
    assert reports(world)


# --- in any order ----------------------------------------------------------------------------------------------
@given(st.data())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_partitions_does_not_matter(loaded, tmp_path_factory, data):
    """Partitions tagged as they are, paired and loaded late, twice, in any order, one by one or together."""
    world = loaded.copy(tmp_path_factory.mktemp("order") / "data", "raw")
    shutil.copytree(loaded.folder / "lake" / "derived", world.folder / "lake" / "derived",
                    ignore=shutil.ignore_patterns("paired*", "signatures", "pairs"))  # fmt: skip
    order = data.draw(st.permutations(KEYS))
    again = data.draw(st.lists(st.sampled_from(KEYS), max_size=2))
    for key in [*order, *again]:
        steps.pair_documents(key, settings=world.settings)
        if data.draw(st.booleans()):
            steps.load_warehouse(settings=world.settings)
    steps.load_warehouse(settings=world.settings)
    assert core_and_mart(world) == core_and_mart(loaded)


def test_a_partition_that_is_parsed_late_ends_the_same(fetched, loaded, tmp_path):
    world = fetched.copy(tmp_path / "data", "raw")
    for key in reversed(KEYS):
        world.derive(key)
        steps.load_warehouse(settings=world.settings)
    assert core_and_mart(world) == core_and_mart(loaded)


# --- from the lake alone ---------------------------------------------------------------------------------------
def test_a_rebuild_is_equal(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "journal")
    steps.rebuild(settings=world.settings)
    assert core_and_mart(world) == core_and_mart(loaded)
    revisions = "SELECT event_id, load_id, is_retracted FROM meta.event_revisions ORDER BY ALL"
    assert rows(world, revisions) == rows(loaded, revisions)
    versions = "SELECT load_id, component_name, code_version FROM meta.code_versions ORDER BY ALL"
    assert set(rows(world, versions)) > set(rows(loaded, versions)) > set(), "those of former loads, and of the rebuild"


# --- the command -----------------------------------------------------------------------------------------------
def run(*arguments: object):
    return CliRunner().invoke(cli.app, ["run", *map(str, arguments)], catch_exceptions=False)


def inputs(folder: Path) -> Path:
    for key, files in HOURS.items():
        (folder / key).mkdir(parents=True)
        for name, text in files.items():
            (folder / key / name).write_text(text, encoding="utf-8")
    return folder


def test_run_twice_changes_nothing_even_in_another_hour(tmp_path):
    folder = inputs(tmp_path / "in")
    first = run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T10")
    assert first.exit_code == 0, first.output
    assert "Bolivia" in first.stdout
    assert "documents: 6, rejected: 0" in first.stderr
    before = warehouse.snapshot(Path("w.duckdb"))
    second = run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T11")
    assert second.stdout == first.stdout
    assert second.stderr == first.stderr
    assert warehouse.snapshot(Path("w.duckdb")) == before
    assert Path("w.duckdb.lake").is_dir()
    assert sum(1 for path in folder.rglob("*.*") if path.is_file()) == 6


def test_two_runs_at_once_end_like_one(tmp_path):
    folder = inputs(tmp_path / "in")
    alone = run(folder, "--warehouse", "alone.duckdb", "--key", "2021-06-10T10")
    assert alone.exit_code == 0
    command = [sys.executable, "-c", "from demarche.cli import main; main()"]
    command += ["run", str(folder), "--warehouse", "both.duckdb", "--key", "2021-06-10T10"]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    ended = [(process.communicate(timeout=180)[1].decode(), process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended
    events = "SELECT * EXCLUDE (load_date) FROM mart.events ORDER BY event_id"
    assert warehouse.query(Path("both.duckdb"), events).rows == warehouse.query(Path("alone.duckdb"), events).rows


def test_a_verb_per_step(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMARCHE_SETTLE_SECONDS", "0")
    inputs(tmp_path / "data" / "drop")
    runner = CliRunner()
    for command in (
        ["fetch-documents", "2021-06-10T10"],
        ["parse-documents"],
        ["tag-documents"],
        ["pair-documents"],
        ["load-warehouse"],
        ["maintain-warehouse"],
        ["status"],
    ):
        done = runner.invoke(cli.app, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    status = runner.invoke(cli.app, ["status"]).stdout
    assert "2021-06-10T10" in status
    asked = runner.invoke(cli.app, ["query", "SELECT count(*) AS n FROM mart.events", "--format", "csv"])
    assert int(asked.stdout.split()[1]) > 0


def test_checks_pass_on_what_was_loaded(loaded):
    results = steps.check_all(steps.list_checks(), settings=loaded.settings)
    alarms = [
        result.message_text for result in results if result.severity_type == "error" and result.outcome_type != "passed"
    ]
    assert [result.check_id for result in results] == steps.list_checks(settings=loaded.settings)
    assert alarms == []
    assert [result.message_text for result in results if result.outcome_type == "broken"] == []
    assert all(result.load_id for result in results)


def test_a_partition_that_breaks_a_rule_is_held_back_and_the_others_are_loaded(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    lake = Lake(world.settings.lake_url)
    key, *others = KEYS
    told = lake.read(Report, key, "tagged")
    broken = [row.model_copy(update={"start_date": date(1500, 1, 1), "end_date": date(1500, 1, 1)}) for row in told]
    manifest = lake.manifest("tagged", key)
    lake.write(
        "tagged", key, {Report: broken}, input_hash=manifest.input_hash, code_version=manifest.code_version,
    )  # fmt: skip
    with pytest.raises(steps.StepError, match=f"held back.*{key}.*1500"):
        steps.load_warehouse(settings=world.settings)
    assert rows(world, "SELECT partition_key FROM meta.partitions ORDER BY 1") == [(other,) for other in others]
    steps.tag_documents(key, settings=world.settings)
    steps.load_warehouse(settings=world.settings)
    assert core_and_mart(world) == core_and_mart(loaded)


@pytest.mark.parametrize("verb", ["run", "rebuild"])
def test_steps_take_no_more_than_what_is_there(tmp_path, verb):
    done = CliRunner().invoke(cli.app, [verb, *(["nowhere.txt"] if verb == "run" else [])])
    if verb == "run":
        assert done.exit_code == 1
        assert "nowhere.txt: no such file or folder" in str(done.exception)
        assert not list(tmp_path.iterdir())
    else:
        assert done.exit_code == 0


def test_results_of_checks_come_into_the_warehouse_and_the_report(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    before = core_and_mart(world)
    for check_id in ("freshness", "ledger"):
        steps.check(check_id, settings=world.settings)
    steps.load_results(settings=world.settings)
    assert rows(world, "SELECT check_id, outcome_type FROM meta.quality_results ORDER BY 1") == [
        ("freshness", "failed"), ("ledger", "passed"),
    ]  # fmt: skip
    assert core_and_mart(world) == before
    steps.write_daily_report(settings=world.settings)
    names = ["2021-06-09.html", "2021-06-09.md", "latest.html", "latest.md"]
    assert sorted(path.name for path in world.settings.reports_folder.iterdir()) == names
    text = (world.settings.reports_folder / "latest.md").read_text()
    assert "| freshness | warn | failed | 1 | ✗ |" in text
    assert "| CONSULT |" in text


def test_the_report_on_a_past_day_tells_what_was_known_by_then(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    lake = Lake(world.settings.lake_url)

    def result(check_id: str, day: int, outcome: str) -> dict:
        at = datetime(2021, 5, day, 9, tzinfo=UTC)
        return QualityResult(
            result_id=f"{check_id}{day}", check_id=check_id, severity_type="error", checked_at=at,
            outcome_type=outcome, failing_count=0,
        ).model_dump()  # fmt: skip

    lake.append_journal("quality_results", [result("ledger", 4, "failed"), result("once_there_was", 4, "failed")])
    steps.check("ledger", settings=world.settings)

    def outcomes(day: date | None) -> list[tuple]:
        checks = steps.daily_report(day, settings=world.settings).sections[0]
        return [(check_id, outcome) for check_id, _, outcome, *_ in checks.rows]

    assert outcomes(date(2021, 5, 3)) == []
    assert outcomes(date(2021, 5, 4)) == [("ledger", "failed")]
    assert outcomes(date(2021, 6, 9)) == outcomes(None) == [("ledger", "passed")]
    lake.append_journal("quality_results", [result("freshness", 5, "passed"), result("ids_unique", 5, "failed")])
    assert outcomes(None) == [
        ("ids_unique", "failed, before the newest load"), ("freshness", "passed, before the newest load"),
        ("ledger", "passed"),
    ]  # fmt: skip
    told = steps.daily_report(settings=world.settings)
    assert dict(told.facts)["checks"] == "1 error, 2 passed; 2 checked before the newest load"
    assert told.sections[0].brief_from == 2
    with pytest.raises(steps.StepError, match="is to come"):
        outcomes(date(2999, 1, 1))


def test_checks_run_without_their_lake_and_leave_none_behind(loaded, tmp_path):
    shutil.copyfile(loaded.settings.warehouse_path, tmp_path / "w.duckdb")
    told = CliRunner().invoke(cli.app, ["check", "ledger", "events_have_reports", "--warehouse", "w.duckdb"])
    assert told.exit_code == 1
    ledger, events = told.stdout.splitlines()
    assert ledger.startswith("broken  ledger: could not be run: the lake data/lake has no partition of w.duckdb")
    assert "--lake" in ledger
    assert events == "passed  events_have_reports: 0 rows"
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


def test_a_failed_check_says_what_since_when_and_where_first(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw")
    shutil.copyfile(loaded.settings.warehouse_path, world.settings.warehouse_path)
    header = "check_id: no_visits; severity: error; threshold: 0; owner: me; why: None are wanted.; what to do: Ask me."
    query = "SELECT event_id FROM core.events WHERE mode_type = 'visit' ORDER BY event_id"
    (tmp_path / "no_visits.sql").write_text("".join(f"-- {entry}\n" for entry in header.split("; ")) + query)
    earlier = [
        QualityResult(
            result_id=f"q{day}", check_id="no_visits", severity_type="error", outcome_type=outcome, failing_count=0,
            checked_at=datetime(2021, 6, day, tzinfo=UTC),
        ).model_dump()
        for day, outcome in ((10, "failed"), (11, "passed"), (12, "failed"), (13, "broken"))
    ]  # fmt: skip
    Lake(world.settings.lake_url).append_journal(QualityResult.table, earlier)
    settings = world.settings.model_copy(update={"checks_folder": tmp_path})
    said = r'no_visits: \d rows?, since 2021-06-12, first \{"event_id": .* — None are wanted. What to do: Ask me. More'
    with pytest.raises(steps.StepError, match=said):
        steps.check("no_visits", settings=settings)


def test_what_there_is_to_know_of_checks_is_said_beside_them(loaded, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("demarche.warehouse.reading.SCHEMA_VERSION", 999)
    monkeypatch.setattr("demarche.steps.checking.PATIENCE_SECONDS", 0)
    settings = loaded.settings.model_copy(update={"checks_folder": tmp_path / "chekcs", "lake_url": str(tmp_path)})
    result, folder = steps.check_all(["freshness"], settings=settings)
    assert result.severity_type == "warn"
    assert (folder.check_id, folder.outcome_type) == ("checks_folder", "broken")
    assert f"{tmp_path}/chekcs: No such file or directory — DEMARCHE_CHECKS_FOLDER names" in folder.message_text
    assert steps.check("freshness", settings=settings), "the folder's is a check of its own"
    older, slow, *_ = caplog.messages
    assert "has the schema of an older Demarche" in older
    assert slow == "freshness is still running; after 120 s it is ended (DEMARCHE_CHECK_SECONDS)"
    with pytest.raises(steps.StepError, match="no check is called mine"):
        steps.check_all(["mine"], settings=settings)


def test_a_check_shows_the_rows_it_found_as_soon_as_it_found_them(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived", "journal")
    shutil.copyfile(loaded.settings.warehouse_path, world.settings.warehouse_path)
    told = CliRunner().invoke(cli.app, ["check", "freshness", "ids_unique"])
    assert told.exit_code == 0
    failed, row, passed = told.stdout.splitlines()
    assert failed.startswith("warn    freshness: 1 row — ")
    assert json.loads(row)["newest_load_date"] == "2021-06-09"
    assert passed == "passed  ids_unique: 0 rows"
    assert told.stderr == "1 passed, 0 info, 1 warn, 0 error, 0 broken\n"
    told = []
    steps.check_all(["ids_unique"], settings=world.settings, tell=lambda check, result: told.append((check, result)))
    assert [(check.check_id, result.outcome_type) for check, result in told] == [("ids_unique", "passed")]


def test_a_partition_that_waits_is_no_trouble_until_it_has_waited_long(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    shutil.copyfile(loaded.settings.warehouse_path, world.settings.warehouse_path)
    lake = Lake(world.settings.lake_url)
    changed, underived, *_ = KEYS
    manifest = lake.manifest("tagged", changed)
    told = lake.read(Report, changed, "tagged")[:-1]
    lake.write("tagged", changed, {Report: told}, input_hash=manifest.input_hash, code_version=manifest.code_version)
    ledgers = world.folder / "lake" / "derived"
    (ledgers / "tagged.manifests" / f"{underived}.json").unlink()

    def found() -> list[str]:
        (result,) = steps.check_all(["ledger"], settings=world.settings)
        return [json.loads(row)["partition_key"] for row in result.sample_rows]

    assert found() == []
    yesterday = time.time() - 86_400
    for file in ledgers.glob("*.manifests/*.json"):
        os.utime(file, (yesterday, yesterday))
    assert found() == [changed, underived]
    with pytest.raises(steps.StepError, match=f"first .*{changed}.* — .*What to do: .*More: docs/runbook"):
        steps.check("ledger", settings=world.settings)


def test_there_is_no_report_on_nothing(tmp_path):
    done = CliRunner().invoke(cli.app, ["daily-report", "--warehouse", str(tmp_path / "none.duckdb")])
    assert done.exit_code == 1
    assert "no such warehouse" in str(done.exception)


def test_a_watch_tells_of_what_each_load_brought_and_tells_it_once(fetched, tmp_path):
    world = fetched.copy(tmp_path / "data", "raw")
    path, lake = str(world.settings.warehouse_path), str(world.settings.lake_url)
    watch = ["watch", "country=PER type=CONSULT", "--warehouse", path, "--lake", lake]

    def heard(*options: str) -> list[str]:
        done = CliRunner().invoke(cli.app, [*watch, *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()

    first, _, last = KEYS
    for key in (first, last):
        world.derive(key)
        if key == first:
            steps.load_warehouse(settings=world.settings)
            assert heard("--peek") == heard()  # peeking doesn't count
            assert heard() == []
    steps.load_warehouse(settings=world.settings)
    (line, *others) = heard("--format", "jsonl")
    told = [json.loads(each) for each in (line, *others)]
    assert {one["kind"] for one in told} == {"new"}
    assert all("BOL" in one["actor_country_codes"] + one["recipient_country_codes"] for one in told)
    assert heard() == []


def test_what_is_watched_is_sent_after_a_load_and_again_only_if_nobody_took_it(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    watches = tmp_path / "watches.txt"
    watches.write_text("andes: country=PER,BOL type=CONSULT\nnothing: country=TUV\n")
    settings = world.settings.model_copy(update={"watches_file": tmp_path / "none.txt"})
    assert steps.tell_watches(settings=settings).counts == {"watches": 0, "events": 0}
    settings = settings.model_copy(update={"watches_file": watches})
    with pytest.raises(steps.StepError, match="DEMARCHE_NOTICE_WEBHOOK_URL"):
        steps.tell_watches(settings=settings)
    with pytest.raises(OSError, match="andes: not taken by the webhook"):
        steps.tell_watches(settings=settings.model_copy(update={"notice_webhook_url": "http://127.0.0.1:9/"}))
    with receiving() as webhook:
        settings = settings.model_copy(update={"notice_webhook_url": webhook.url})
        told = steps.tell_watches(settings=settings).counts
        assert steps.tell_watches(settings=settings).counts == {"watches": 2, "events": 0}
        (notice,) = webhook.wait_for(1)
    assert told["events"] > 0
    assert notice["title"] == f"Demarche: {told['events']} events of andes"
    assert notice["text"].count("CONSULT") >= told["events"]


# --- one event -------------------------------------------------------------------------------------------------
def show(world, event_id: str, *more: str):
    return CliRunner().invoke(cli.app, ["show", event_id, "--warehouse", str(world.settings.warehouse_path), *more])


def test_an_event_is_shown_with_its_life_claims_and_evidence(loaded):
    sql = "SELECT event_id, sentence_text, actor_names FROM mart.events ORDER BY report_count DESC LIMIT 1"
    ((event_id, sentence, actors),) = rows(loaded, sql)
    found = json.loads(show(loaded, event_id[:10], "--format", "json").stdout)
    assert found["event"]["event_id"] == event_id
    assert found["life"][-1]["status_type"] == found["event"]["status_type"]
    assert set(actors) <= {party["name"] for party in found["participants"]}
    assert sentence in [row["sentence_text"] for row in found["evidence"]]
    assert len(found["claims"]) == len(found["evidence"]) == found["event"]["report_count"] > 1
    assert found["revisions"][-1]["load_id"].startswith("l")
    for report in found["evidence"]:  # each report's id is a former id of the event
        former = json.loads(show(loaded, "e" + report["report_id"][1:], "--format", "json").stdout)
        assert former["event"]["event_id"] == event_id
    shown = show(loaded, event_id).stdout
    assert [line for line in shown.splitlines() if line.isupper()][:5] == [
        "EVENT", "PARTICIPANTS", "LIFE", "CLAIMS", "EVIDENCE",
    ]  # fmt: skip
    assert sentence in shown


@pytest.mark.parametrize(("event_id", "said"), [("x", "no event's id"), ("e" + "0" * 32, "no event e000")])
def test_no_such_event(loaded, event_id, said):
    with pytest.raises(steps.StepError, match=said):
        steps.show_event(event_id, settings=loaded.settings)


# --- a rebuild that is interrupted -----------------------------------------------------------------------------
def test_an_interrupted_rebuild_goes_on_where_it_was(loaded, tmp_path, monkeypatch):
    world = loaded.copy(tmp_path / "data", "raw", "journal")
    tag, tagged = running.tag_documents, []

    def fail_on_the_last(key, **more):
        tagged.append(key)
        if len(tagged) == len(KEYS):
            raise KeyboardInterrupt
        return tag(key, **more)

    monkeypatch.setattr(running, "tag_documents", fail_on_the_last)
    with pytest.raises(KeyboardInterrupt):
        steps.rebuild(settings=world.settings)
    broken = next(world.folder.glob(f"lake/derived/documents/{KEYS[0]}/*.parquet"))
    broken.write_bytes(broken.read_bytes()[:-1])
    done = steps.rebuild(settings=world.settings)
    assert tagged == [*KEYS, KEYS[0], KEYS[-1]]
    assert (done.counts["partitions"], done.counts["resumed"]) == (len(KEYS), len(KEYS) - 2)
    assert core_and_mart(world) == core_and_mart(loaded)
    assert steps.rebuild(settings=world.settings).counts["resumed"] == 0


# --- history ---------------------------------------------------------------------------------------------------
def test_what_was_known_after_each_load_can_be_asked_and_survives_a_rebuild(fetched, tmp_path):
    world = fetched.copy(tmp_path / "data", "raw")
    columns = ", ".join(column for column in Event.model_fields)
    believed = {}
    for key in reversed(KEYS):
        world.derive(key)
        steps.load_warehouse(settings=world.settings)
        ((loaded_at,),) = rows(world, "SELECT max(loaded_at) FROM meta.loads")
        believed[loaded_at] = rows(world, f"SELECT {columns} FROM core.events ORDER BY event_id")
    steps.rebuild(settings=world.settings)
    assert len({str(events) for events in believed.values()}) == len(KEYS)
    for loaded_at, events in believed.items():
        instant = f"TIMESTAMP '{loaded_at:%Y-%m-%d %H:%M:%S.%f}'"
        assert rows(world, f"SELECT {columns} FROM mart.events_as_of({instant}) ORDER BY event_id") == events
    nameless = "SELECT count(*) FROM meta.event_revisions ANTI JOIN meta.loads USING (load_id)"
    assert rows(world, nameless) == [(0,)]


# --- upkeep ----------------------------------------------------------------------------------------------------
def test_everything_comes_back_from_the_backup(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    kept = world.settings.model_copy(update={"backup_url": str(tmp_path / "backup")})
    done = steps.maintain_warehouse(settings=kept).counts
    assert (done["published"], done["compacted"], done["expired"]) == (0, 0, 0)
    assert done["verified"] > 0
    assert done["backed_up"] > len(KEYS)
    assert steps.maintain_warehouse(settings=kept).counts["backed_up"] == 0
    history = "SELECT event_id, load_id FROM meta.event_revisions ORDER BY ALL"
    before, revisions = core_and_mart(world), rows(world, history)

    shutil.rmtree(world.folder)
    command = ["restore", "--from", str(tmp_path / "backup"), "--lake", world.settings.lake_url]
    done = CliRunner().invoke(cli.app, [*command, "--warehouse", str(world.settings.warehouse_path)])
    assert done.exit_code == 0, done.output
    assert core_and_mart(world) == before
    steps.load_warehouse(settings=world.settings)  # nothing is derived yet: nothing is taken for forgotten
    assert core_and_mart(world) == before
    steps.rebuild(settings=world.settings)
    assert core_and_mart(world) == before
    assert rows(world, history) == revisions


def rot(path: Path) -> None:
    """Flip a bit of the rows of core.reports, as a bad disk does: nobody wrote to the file."""
    with duckdb.connect(str(path), read_only=True) as con:
        sql = "SELECT max(block_id) FROM pragma_storage_info('core.reports')"
        (block,) = con.execute(sql).fetchall()[0]
    found = path.stat()
    path.chmod(0o644)
    with open(path, "r+b") as file:
        place = 3 * 4096 + block * 262_144 + 100
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_maintenance_publishes_the_writers_copy_where_the_published_file_has_rotted(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    path, before = world.settings.warehouse_path, core_and_mart(world)
    rot(path)
    assert steps.maintain_warehouse(settings=world.settings).counts["mended"] == 1
    assert core_and_mart(world) == before
    rot(path)
    shutil.rmtree(path.with_name(f".{path.name}.work"))
    with pytest.raises(warehouse.WarehouseError, match=r"Corrupt.*demarche rebuild"):
        steps.maintain_warehouse(settings=world.settings)


def test_rows_that_the_last_load_did_not_count_are_taken_back_from_the_writers_copy_or_said(loaded, tmp_path):
    world = loaded.copy(tmp_path / "data", "raw", "derived")
    steps.load_warehouse(settings=world.settings)
    path, before = world.settings.warehouse_path, core_and_mart(world)

    def damage() -> None:
        path.chmod(0o644)
        with duckdb.connect(str(path)) as con:
            con.execute("DELETE FROM core.reports")

    damage()
    assert steps.maintain_warehouse(settings=world.settings).counts["published"] == 1
    assert core_and_mart(world) == before
    damage()
    shutil.rmtree(path.with_name(f".{path.name}.work"))
    with pytest.raises(warehouse.WarehouseError, match=r"its last load counted.*demarche rebuild"):
        steps.maintain_warehouse(settings=world.settings)
