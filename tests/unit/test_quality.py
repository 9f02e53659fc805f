"""What a check is, and that each of ours fails where it must and passes where it may."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from demarche import quality
from demarche.quality import CheckError, parse_check
from demarche.records import QualityCheck
from demarche.warehouse import Warehouse, WarehouseError, load_checks, run_checks
from demarche.warehouse.checks import run_in
from quarter_world import FAULTS as PLANTED
from warehouse_world import derive_anew, document, key, load, partition, report

HEADER = """-- check_id: moods
-- severity: warn
-- threshold: 2
-- owner: nobody
-- why: Moods matter
--   a lot.
-- what to do: Look at them.
"""
AT = datetime(2024, 3, 5, 9, tzinfo=UTC)
ALL_DATES = (date.min, date.max)
FIRST, SECOND = document("first", key(1)), document("second", key(2))
AFTER = {"start_date": date(2024, 3, 3), "end_date": date(2024, 3, 3)}


# --- the file ----------------------------------------------------------------------------------------------------
def test_a_file_is_a_header_and_a_query() -> None:
    check = parse_check(HEADER + "SELECT 1\n;\n", "moods.sql")
    assert (check.check_id, check.severity_type, check.threshold_value) == ("moods", "warn", 2)
    assert (check.why_text, check.remedy_text) == ("Moods matter a lot.", "Look at them.")
    assert check.sql_text == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER, "no query"),
        ("SELECT 1", "lacks check_id, severity"),
        (HEADER.replace("-- owner: nobody\n", "") + "SELECT 1", "lacks owner"),
        (HEADER.replace("warn", "fatal") + "SELECT 1", "severity_type"),
        (HEADER.replace(": 2", ": many") + "SELECT 1", "threshold_value"),
        (HEADER.replace("moods", "Moods!") + "SELECT 1", "check_id"),
        (HEADER + "-- mood: bad\nSELECT 1", "unknown entry 'mood'"),
        (HEADER + "-- owner: me\nSELECT 1", "'owner' twice"),
        ("--nothing\n" + HEADER + "SELECT 1", "is no 'entry: text'"),
    ],
)
def test_a_malformed_file_is_named_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(CheckError, match=rf"^moods\.sql: .*{reason}"):
        parse_check(text, "moods.sql")


# --- the judgement -----------------------------------------------------------------------------------------------
def outcome(check: QualityCheck, failing_count: int) -> str:
    return quality.judge(check, failing_count, [], checked_at=AT).outcome_type


def test_more_rows_than_the_threshold_fail() -> None:
    check = parse_check(HEADER + "SELECT 1", "moods.sql")
    assert [outcome(check, count) for count in (0, 2, 3)] == ["passed", "passed", "failed"]


def test_each_row_of_a_query_that_compares_itself_fails() -> None:
    check = parse_check(HEADER + "SELECT 1 HAVING 1 > $threshold", "moods.sql")
    assert [outcome(check, count) for count in (0, 1)] == ["passed", "failed"]


def test_a_failure_says_why_it_matters_and_what_to_do() -> None:
    check = parse_check(HEADER + "SELECT 1", "moods.sql")
    message = quality.judge(check, 3, [], checked_at=AT).message_text
    assert message == "moods: 3 rows — Moods matter a lot. What to do: Look at them."


def test_only_errors_and_broken_checks_are_alarms() -> None:
    warn = parse_check(HEADER + "SELECT 1", "moods.sql")
    error = warn.model_copy(update={"severity_type": "error"})
    assert not quality.is_alarm(quality.judge(warn, 9, [], checked_at=AT))
    assert quality.is_alarm(quality.judge(error, 9, [], checked_at=AT))
    assert not quality.is_alarm(quality.judge(error, 0, [], checked_at=AT))
    assert quality.is_alarm(quality.broken(warn, "nonsense", checked_at=AT))


def test_a_check_and_what_it_found_are_told_whole() -> None:
    check = parse_check(HEADER + "SELECT 1", "moods.sql")
    told = quality.told(check, quality.judge(check, 3, ['{"mood": "sad"}'], checked_at=AT))
    assert (told["threshold_value"], told["owner_name"], told["why_text"]) == (2, "nobody", "Moods matter a lot.")
    assert (told["remedy_text"], told["outcome_type"]) == ("Look at them.", "failed")
    assert told["sample_rows"] == [{"mood": "sad"}]


def test_a_result_keeps_a_sample() -> None:
    check = parse_check(HEADER + "SELECT 1", "moods.sql")
    found = quality.judge(check, 100, [str(number) for number in range(100)], checked_at=AT)
    assert len(found.sample_rows) == quality.SAMPLE_SIZE


# --- our own checks ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    reports = [report(FIRST), report(SECOND, **AFTER)]
    load(
        folder / "w.duckdb",
        {
            key(1): partition(
                folder / "lake", [FIRST], reports[:1], found_count=3, parse_reject_count=1, repeated_count=1
            ),
            key(2): partition(folder / "lake", [SECOND], reports[1:]),
        },
    )
    return folder / "w.duckdb"


@pytest.fixture
def con(clean: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writable copy."""
    shutil.copyfile(clean, tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
        yield con


CHECKS = {check.check_id: check for check in load_checks()}

TWENTY_EVENTS = "INSERT INTO core.events SELECT e.* FROM core.events AS e, range(20)"
THREE_WEEKS = (
    "INSERT INTO core.documents BY NAME SELECT d.* "
    "REPLACE (d.document_id || n AS document_id, d.load_date + CAST(n AS INTEGER) AS load_date) "
    "FROM core.documents AS d, range(21) AS r(n) WHERE d.path LIKE '%first%'"
)
OFTEN = (
    "INSERT INTO core.documents SELECT d.* FROM core.documents AS d, range(30) "
    "WHERE d.load_date = (SELECT max(load_date) FROM core.documents)"
)

REVIEWED = """
INSERT INTO core.reports
    SELECT r.* REPLACE (n || 'r' AS report_id)
    FROM core.reports AS r, range({number}) AS s(n)
    WHERE r.partition_key LIKE '%T01';
INSERT INTO meta.decisions BY NAME
    SELECT 'd' || n AS decision_id, TIMESTAMPTZ '2024-03-05 00:00:00+00' AS decided_at, 'me' AS decided_by,
        CASE WHEN n < {kept} THEN 'keep' ELSE 'reject' END AS decision_type, [n || 'r'] AS report_ids,
        MAP {{}} AS new_values, [] AS report_places, [] AS other_report_places
    FROM range({number}) AS s(n);
"""
UNDONE = """
INSERT INTO meta.decisions BY NAME
    SELECT 'u' || n AS decision_id, TIMESTAMPTZ '2024-03-06 00:00:00+00' AS decided_at, 'undo' AS decision_type,
        'me' AS decided_by, [] AS report_ids, [] AS report_places, [] AS other_report_places, MAP {} AS new_values,
        'd' || n AS undone_decision_id
    FROM range(40) AS s(n);
"""


def reviewed(kept: int, rejected: int) -> str:
    """So many reports of confidence 0.8, the first of them kept by a reviewer, the others rejected."""
    return REVIEWED.format(kept=kept, number=kept + rejected)


FAULTS = {
    "codes_in_lists": [
        "UPDATE core.events SET event_type = 'DANCE'",
        "UPDATE core.events SET plover_type = 'DANCE'",
        "UPDATE core.reports SET status_type = 'dreamt'",
        "UPDATE core.events SET mode_type = 'troops'",
        "UPDATE core.reports SET context_types = ['military', 'cookery']",
        "UPDATE core.events SET country_code = 'ZZZ'",
        "UPDATE core.event_participants SET sector_type = 'POET'",
        "UPDATE core.mentions SET mention_type = 'mood'",
    ],
    "confidence_calibration": [reviewed(10, 30)],
    "counts_agree": [
        "UPDATE core.events SET report_count = 5",
        "UPDATE core.events SET document_count = 0",
        "UPDATE core.stories SET document_count = 2",
    ],
    "dates_in_bounds": [
        "UPDATE core.reports SET start_date = DATE '1812-06-24'",
        "UPDATE core.reports SET end_date = DATE '2044-01-01'",
        "UPDATE core.events SET end_date = DATE '2044-01-01'",
    ],
    "documents_accounted_for": ["UPDATE meta.partitions SET found_count = found_count + 1"],
    "duplicate_suspects": ["UPDATE core.events SET start_date = DATE '2024-03-03', end_date = DATE '2024-03-03'"],
    "events_have_reports": ["DELETE FROM core.event_reports"],
    "events_without_country": [
        TWENTY_EVENTS + "; UPDATE core.events SET actor_country_codes = [], recipient_country_codes = []"
    ],
    "events_without_date": [TWENTY_EVENTS + "; UPDATE core.events SET start_date = NULL"],
    "events_without_participants": [TWENTY_EVENTS + "; UPDATE core.events SET actor_names = []"],
    "events_without_place": [TWENTY_EVENTS + "; UPDATE core.events SET place_name = NULL"],
    "freshness": ["UPDATE core.documents SET load_date = DATE '2024-03-01'", "DELETE FROM core.documents"],
    "ids_resolve": [
        "DELETE FROM core.sources",
        "DELETE FROM core.documents",
        "DELETE FROM core.entities",
        "DELETE FROM core.reports",
        "DELETE FROM core.events",
        "DELETE FROM core.stories",
        "UPDATE core.events SET place_id = '77'",
        "UPDATE core.documents SET agency_id = 'nobody'",
    ],
    "ids_unique": [
        "INSERT INTO core.events FROM core.events",
        "INSERT INTO core.documents FROM core.documents",
        "INSERT INTO core.entities FROM core.entities",
        "INSERT INTO core.event_participants FROM core.event_participants",
        "UPDATE core.story_documents SET document_id = 'd1'",
    ],
    "intervals_in_order": [
        "UPDATE core.reports SET end_date = DATE '2020-01-01'",
        "UPDATE core.events SET end_date = NULL",
    ],
    "occurred_before_reported": [
        "UPDATE core.events SET start_date = DATE '2024-03-06', end_date = DATE '2024-03-06'",
        "DELETE FROM core.event_statuses; UPDATE core.events SET first_reported_date = DATE '2024-03-01'",
    ],
    "planned_overdue": [
        "UPDATE core.events SET status_type = 'planned', start_date = DATE '2024-03-01', end_date = DATE '2024-03-01'"
    ],
    "reject_rate": [
        "UPDATE meta.partitions SET document_count = 50, reject_count = 15",
        "UPDATE meta.partitions SET document_count = 0, reject_count = 2 WHERE partition_key LIKE '%T01'",
        "UPDATE meta.partitions SET document_count = 9, reject_count = 3",  # of the day, not of an hour by itself
    ],
    "sources_within_documents": [
        "UPDATE core.events SET independent_source_count = 2",
        "UPDATE core.stories SET independent_source_count = 0",
    ],
    "triggers_match_sentences": [
        "UPDATE core.reports SET trigger_text = 'ate'",
        "UPDATE core.reports SET trigger_start_offset = trigger_start_offset + 1",
        "UPDATE core.reports SET sentence_end_offset = 9999",
    ],
    "volume_per_source": [THREE_WEEKS + "; " + OFTEN],
}

HARMLESS = {
    "confidence_calibration": [reviewed(32, 8), reviewed(0, 10), reviewed(10, 30) + UNDONE],
    "duplicate_suspects": ["UPDATE core.events SET start_date = NULL, end_date = NULL"],
    "events_without_date": [TWENTY_EVENTS, "UPDATE core.events SET start_date = NULL"],
    "events_without_participants": [TWENTY_EVENTS],
    "events_without_place": [TWENTY_EVENTS + "; UPDATE core.events SET place_name = 'Strelsau'"],
    "intervals_in_order": ["UPDATE core.events SET start_date = NULL, end_date = NULL"],
    "occurred_before_reported": [
        "UPDATE core.events SET status_type = 'planned', start_date = DATE '2024-03-09', end_date = DATE '2024-03-09'"
    ],
    "planned_overdue": [
        "UPDATE core.events SET status_type = 'planned', start_date = DATE '2024-03-09', end_date = DATE '2024-03-09'"
    ],
    "reject_rate": [
        "UPDATE meta.partitions SET document_count = 60, reject_count = 5",
        "UPDATE meta.partitions SET document_count = 5, reject_count = 1",
    ],
    "volume_per_source": [THREE_WEEKS, OFTEN],
}


def run(con: duckdb.DuckDBPyConnection, check_id: str) -> str:
    result, _ = run_in(con, CHECKS[check_id], ALL_DATES, AT, offered(con))
    assert result.outcome_type != "broken", result.message_text
    return result.outcome_type


@pytest.mark.parametrize(
    ("lake", "keys"),
    [
        ({}, []),
        ({key(1): "other"}, [key(1)]),
        ({key(1): None, key(3): None}, []),
        ({key(3): "new"}, [key(3)]),
        ({key(1): "not derived"}, [key(1)]),
    ],
)
def test_lake_and_warehouse_are_compared_but_for_what_is_on_its_way(
    con: duckdb.DuckDBPyConnection, lake: dict[str, str | None], keys: list[str]
) -> None:
    assert run_in(con, CHECKS["ledger"], ALL_DATES, AT, offered(con) | lake)[1] == tuple(keys)


def offered(con: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """What the lake holds where it is all loaded."""
    return dict(con.execute("SELECT partition_key, input_hash FROM meta.partitions").fetchall())


def test_what_is_held_back_on_purpose_is_told_by_a_check_of_its_own(con: duckdb.DuckDBPyConnection) -> None:
    lake = offered(con) | {key(1): "held back: 59 of 60 were rejected", key(3): "held back: half of it"}
    assert run_in(con, CHECKS["ledger"], ALL_DATES, AT, lake)[0].outcome_type == "passed"
    result, keys = run_in(con, CHECKS["held_back"], ALL_DATES, AT, lake)
    assert (result.outcome_type, result.severity_type, keys) == ("failed", "warn", (key(1), key(3)))
    assert '"reason_text": "59 of 60 were rejected"' in result.sample_rows[0]


def test_every_check_has_a_fault() -> None:
    assert {*FAULTS, *(check_id for check_id, _ in PLANTED.values()), "held_back"} == set(CHECKS)


@pytest.mark.parametrize("check_id", sorted(CHECKS))
def test_each_check_passes_where_all_is_well(con: duckdb.DuckDBPyConnection, check_id: str) -> None:
    assert run(con, check_id) == "passed"


@pytest.mark.parametrize(("check_id", "fault"), [(name, sql) for name, faults in FAULTS.items() for sql in faults])
def test_each_check_finds_its_fault(con: duckdb.DuckDBPyConnection, check_id: str, fault: str) -> None:
    con.execute(fault)
    derive_anew(con)
    assert run(con, check_id) == "failed"


@pytest.mark.parametrize(("check_id", "change"), [(name, sql) for name, found in HARMLESS.items() for sql in found])
def test_each_check_lets_pass_what_it_may(con: duckdb.DuckDBPyConnection, check_id: str, change: str) -> None:
    con.execute(change)
    derive_anew(con)
    assert run(con, check_id) == "passed"


def test_offsets_count_characters_and_not_bytes(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE core.reports SET sentence_text = 'Zoë–𝔘𝔯𝔦 met', sentence_end_offset = 11")
    con.execute("UPDATE core.reports SET trigger_start_offset = 8, trigger_end_offset = 11")
    assert run(con, "triggers_match_sentences") == "passed"


def test_the_gate_looks_at_the_dates_it_is_given(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM core.event_reports")
    check = CHECKS["events_have_reports"]
    assert run_in(con, check, (date(2024, 3, 4), date(2024, 3, 4)), AT)[0].outcome_type == "failed"
    assert run_in(con, check, (date(2024, 3, 5), date.max), AT)[0].outcome_type == "passed"


# --- the gate and the daily run ----------------------------------------------------------------------------------
def test_the_gate_names_rows_and_partitions_and_nothing_is_committed(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copyfile(clean, path)
    third = document("third", key(3))
    broken = report(third, trigger_text="ate")
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(3): partition(tmp_path / "lake", [third], [broken])})
        (failure,) = warehouse.gate(AT)
    assert failure.result.check_id == "triggers_match_sentences"
    assert failure.partition_keys == (key(3),)
    assert '"trigger_text": "ate"' in failure.result.sample_rows[0]
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)]


def test_a_bad_check_breaks_alone(clean: Path, tmp_path: Path) -> None:
    own = {
        "wrong": "SELECT nonsense FROM core.events",
        "writes": "DELETE FROM core.events",
        "escapes": "SELECT 1) SELECT 1; DROP TABLE core.events; --",
        "endless": "SELECT count(*) AS n FROM range(1_000_000_000_000)",
        "many": "SELECT * FROM range(1_000_000)",
        "wide": "SELECT repeat('x', 5000) AS word, range(5000) AS numbers, 'here' AS place FROM range(3)",
        "numberless": "SELECT CAST('nan' AS DOUBLE) AS x, [CAST('inf' AS DOUBLE), 1.0] AS xs FROM range(3)",
        "good": "SELECT * FROM core.events WHERE false",
    }
    for name, sql in own.items():
        (tmp_path / f"{name}.sql").write_text(HEADER.replace("moods", name) + sql)
    checks = [check for check in load_checks(tmp_path) if check.check_id in own]
    results = {result.check_id: result for result in run_checks(clean, AT, checks=checks, timeout_seconds=2)}
    outcomes = {name: result.outcome_type for name, result in results.items()}
    assert outcomes == {
        "wrong": "broken",
        "writes": "broken",
        "escapes": "broken",
        "endless": "broken",
        "many": "failed",
        "wide": "failed",
        "numberless": "failed",
        "good": "passed",
    }
    assert (results["many"].failing_count, len(results["many"].sample_rows)) == (1_000_000, quality.SAMPLE_SIZE)
    row, *_ = map(json.loads, results["wide"].sample_rows)
    assert [len(value) for value in row.values()] == [1000, 1000, 4]
    assert set(results["numberless"].sample_rows) == {'{"x": "nan", "xs": ["inf", 1.0]}'}, "which is JSON"
    assert "stopped after 2 s — narrow it" in results["endless"].message_text
    assert "DEMARCHE_CHECK_SECONDS" in results["endless"].message_text
    assert "nonsense" in results["wrong"].message_text
    assert "a check may only read: it is one SELECT, and this is DELETE" in results["writes"].message_text


@pytest.mark.parametrize(
    ("data", "name", "check_id", "reason"),
    [
        (b"SELECT 1", "mine.sql", "mine", "mine.sql: the header lacks check_id"),
        (HEADER.replace("warn", "dire").encode() + b"SELECT 1", "It's 9 o'clock.sql", "it_s_9_o_clock", "severity"),
        (b"\xff\xfe\x00", "utf16.sql", "utf", "utf16.sql: 'utf-8' codec"),
        (HEADER.replace("moods", "freshness").encode() + b"SELECT 1", "freshness.sql", "freshness_again", "already is"),
    ],
)
def test_a_users_file_that_is_no_check_is_broken_by_itself(
    clean: Path, tmp_path: Path, data: bytes, name: str, check_id: str, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "a_good_one.sql").write_text(HEADER + "SELECT 1")
    checks = {check.check_id: check for check in load_checks(tmp_path)}
    assert checks.keys() == {*CHECKS, "moods", check_id}
    good, bad = run_checks(clean, AT, checks=[checks["moods"], checks[check_id]])
    assert good.outcome_type == "passed"
    assert bad.outcome_type == "broken"
    assert quality.is_alarm(bad)
    assert reason in bad.message_text


def test_a_folder_of_checks_that_is_not_there_is_broken_by_itself(clean: Path, tmp_path: Path) -> None:
    checks = {check.check_id: check for check in load_checks(tmp_path / "nowhere")}
    assert checks.keys() == {*CHECKS, "checks_folder"}
    (result,) = run_checks(clean, AT, checks=[checks["checks_folder"]])
    assert quality.is_alarm(result)
    assert "nowhere: No such file or directory — DEMARCHE_CHECKS_FOLDER names" in result.message_text


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "w.duckdb"
    load(path, {})
    return path


def test_of_an_empty_warehouse_only_freshness_has_something_to_say(empty: Path) -> None:
    with duckdb.connect(str(empty), read_only=True) as con:
        outcomes = {check_id: run_in(con, check, ALL_DATES, AT)[0].outcome_type for check_id, check in CHECKS.items()}
    assert {check_id for check_id, outcome in outcomes.items() if outcome != "passed"} == {"freshness"}
    assert outcomes["freshness"] == "failed"


def test_a_column_that_an_older_file_lacks_breaks_the_checks_that_ask_for_it_alone(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copyfile(clean, path)
    with duckdb.connect(str(path)) as con:
        con.execute("ALTER TABLE meta.partitions DROP COLUMN repeated_count")
        con.execute("UPDATE meta.schema_version SET schema_version = 1")
    lacking, other = run_checks(path, AT, checks=[CHECKS["documents_accounted_for"], CHECKS["events_have_reports"]])
    assert (lacking.outcome_type, other.outcome_type) == ("broken", "passed")
    assert "repeated_count" in lacking.message_text
    assert "`demarche load-warehouse`" in lacking.message_text


def test_a_file_that_is_replaced_meanwhile_is_seen_before_or_after(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copyfile(clean, path)
    is_over = threading.Event()

    def replace() -> None:
        while not is_over.is_set():
            shutil.copyfile(clean, tmp_path / "new")
            (tmp_path / "new").replace(path)

    publishing = threading.Thread(target=replace)
    publishing.start()
    try:
        results = run_checks(path, AT, checks=[CHECKS["ids_unique"], CHECKS["ids_resolve"], CHECKS["counts_agree"]])
    finally:
        is_over.set()
        publishing.join()
    assert [result.message_text for result in results if result.outcome_type != "passed"] == []


def test_no_warehouse_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such warehouse"):
        run_checks(tmp_path / "none.duckdb", AT)
