"""What analysts read: each mart over a small world that a test changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse_world import derive_anew, document, key, load, partition

FIRST, SECOND = document("first", key(1)), document("second", key(1, day=9), source_name="Streslau Post")
D4, D9 = date(2024, 3, 4), date(2024, 3, 9)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marts")
    load(
        folder / "w.duckdb",
        {found.partition_key: partition(folder / "lake", [found]) for found in (FIRST, SECOND)},
    )
    return folder / "w.duckdb"


@pytest.fixture
def con(loaded: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    shutil.copyfile(loaded, tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def change(con: duckdb.DuckDBPyConnection, assignments: str, of: str = "first") -> None:
    """Change the event of one document."""
    con.execute(
        f"UPDATE core.events SET {assignments} WHERE best_report_id IN "
        f"(SELECT report_id FROM core.reports JOIN core.documents USING (document_id) WHERE path = 'drop/{of}.txt')"
    )
    derive_anew(con)


def test_meetings_are_those_that_were_held(con: duckdb.DuckDBPyConnection) -> None:
    assert len(rows(con, "FROM mart.meetings")) == 2
    change(con, "status_type = 'cancelled'")
    assert len(rows(con, "FROM mart.meetings")) == 1


def test_visits_say_who_came_and_who_received(con: duckdb.DuckDBPyConnection) -> None:
    assert rows(con, "FROM mart.visits") == []
    change(con, "mode_type = 'visit', actor_names = ['Ruritania'], recipient_names = ['Graustark']")
    assert rows(con, "SELECT visitor_text, host_text FROM mart.visits") == [("Ruritania", "Graustark")]


def test_plans_are_due_or_overdue_by_the_newest_day_known(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "status_type = 'planned', start_date = DATE '2024-03-08', end_date = DATE '2024-03-09'")
    change(con, "status_type = 'planned', start_date = DATE '2024-03-07', end_date = DATE '2024-03-08'", "second")
    found = "SELECT due_type, end_date, reference_date, silent_day_count FROM mart.upcoming ORDER BY end_date"
    assert rows(con, found) == [("overdue", date(2024, 3, 8), D9, 0), ("due", D9, D9, 5)]
    change(con, "start_date = NULL, end_date = NULL")
    assert ("undated", None, D9, 5) in rows(con, found)


def test_a_promise_is_not_overdue_on_the_day_after_it_was_made(con: duckdb.DuckDBPyConnection) -> None:
    days = "first_reported_date = DATE '2024-03-04', start_date = DATE '2024-03-04', end_date = DATE '2024-03-04'"
    change(con, f"status_type = 'planned', event_type = 'AID', {days}")
    assert rows(con, "SELECT due_type FROM mart.upcoming") == [("undated",)]
    change(con, "event_type = 'CONSULT'")
    assert rows(con, "SELECT due_type FROM mart.upcoming") == [("overdue",)]


def test_a_document_from_the_future_makes_nothing_overdue(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE core.documents SET published_date = DATE '2099-01-01' WHERE path LIKE '%second%'")
    change(con, "status_type = 'planned', start_date = DATE '2024-03-05', end_date = DATE '2024-03-05'")
    assert rows(con, "SELECT due_type FROM mart.upcoming") == [("due",)]


def test_the_day_of_fetching_makes_nothing_overdue_unless_no_other_is_known(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE core.documents SET published_rule = 'fetched' WHERE path LIKE '%second%'")
    change(con, "status_type = 'planned', start_date = DATE '2024-03-05', end_date = DATE '2024-03-05'")
    assert rows(con, "SELECT due_type, reference_date FROM mart.upcoming") == [("due", date(2024, 3, 4))]
    con.execute("UPDATE core.documents SET published_rule = 'fetched'")
    assert rows(con, "SELECT due_type, reference_date FROM mart.upcoming") == [("overdue", D9)]


def test_a_mutual_pair_is_one_row_in_the_order_of_the_alphabet(con: duckdb.DuckDBPyConnection) -> None:
    found = rows(con, "SELECT pair_code, actor_country_code, recipient_country_code, is_mutual FROM mart.dyads")
    assert found == [("DEU-FRA", "DEU", "FRA", True)] * 2


def test_a_directed_pair_keeps_its_direction(con: duckdb.DuckDBPyConnection) -> None:
    change(
        con,
        "actor_country_codes = ['FRA', 'ITA'], recipient_country_codes = ['DEU', 'FRA'], "
        "recipient_names = ['Graustark']",
    )
    found = rows(
        con, "SELECT actor_country_code, recipient_country_code FROM mart.dyads WHERE NOT is_mutual ORDER BY ALL"
    )
    assert found == [("FRA", "DEU"), ("ITA", "DEU"), ("ITA", "FRA")]


def test_a_recipient_without_country_leaves_no_pair_among_the_actors(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "recipient_names = ['the league']")
    assert len(rows(con, "FROM mart.dyads")) == 1


def test_months_count_events_once(con: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT pair_code, month_date, event_count, verbal_cooperation_count, meeting_count FROM mart.dyad_months"
    assert rows(con, sql) == [("DEU-FRA", date(2024, 3, 1), 2, 2, 2)]
    change(con, "status_type = 'planned'")
    assert rows(con, sql) == [("DEU-FRA", date(2024, 3, 1), 1, 1, 1)]


def test_expulsions_and_sanctions_stand_apart(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "event_type = 'SANCTION', mode_type = 'expel', quantity = 12, quantity_unit = 'diplomat'")
    change(con, "event_type = 'SANCTION', mode_type = 'discontinue', status_type = 'planned'", "second")
    assert rows(con, "SELECT quantity, quantity_unit FROM mart.expulsions") == [(12, "diplomat")]
    assert rows(con, "SELECT step_type FROM mart.sanctions") == [("planned",)]
    change(con, "event_type = 'THREATEN', mode_type = 'relations'")
    assert rows(con, "SELECT step_type FROM mart.sanctions ORDER BY 1") == [("planned",), ("threatened",)]


def test_praise_is_no_agreement(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "event_type = 'AGREE'")
    change(con, "event_type = 'SUPPORT'", "second")
    assert rows(con, "SELECT agreement_type FROM mart.agreements") == [("in_principle",)]
    con.execute("UPDATE core.reports SET sentence_text = 'Both ministers signed the fishing treaty.'")
    derive_anew(con)
    assert rows(con, "SELECT agreement_type FROM mart.agreements ORDER BY 1") == [("in_principle",), ("reached",)]


def test_claims_show_where_a_source_differs(con: duckdb.DuckDBPyConnection) -> None:
    flags = "has_other_status, has_other_date, has_other_place, has_other_quantity"
    assert rows(con, f"SELECT DISTINCT {flags} FROM mart.claims") == [(False, False, False, False)]
    con.execute(
        "UPDATE core.reports SET start_date = DATE '2024-03-01', end_date = DATE '2024-03-02', status_type = 'denied'"
    )
    assert rows(con, f"SELECT DISTINCT {flags} FROM mart.claims") == [(True, True, False, False)]


@pytest.mark.parametrize(
    ("precision", "country", "mode", "is_other"),
    [("city", "FRA", None, True), ("city", "FRA", "visit", False), ("country", "FRA", None, False),
     ("country", "DEU", None, True), ("city", "DEU", "visit", True)],
)  # fmt: skip
def test_another_place_is_no_larger_one_and_no_visits_other_city(
    con: duckdb.DuckDBPyConnection, precision: str, country: str, mode: str | None, is_other: bool
) -> None:
    con.execute("UPDATE core.events SET place_id = 'g1', place_precision_type = 'city', country_code = 'FRA'")
    con.execute("UPDATE core.events SET mode_type = ?", [mode])
    told = "place_id = 'g2', place_precision_type = ?, country_code = ?"
    con.execute(f"UPDATE core.reports SET {told}", [precision, country])
    assert rows(con, "SELECT DISTINCT has_other_place FROM mart.claims") == [(is_other,)]


@pytest.mark.parametrize(("stage", "is_other"), [("start", True), ("end", False), ("midst", False)])
def test_a_visits_other_first_day_is_another_date(con: duckdb.DuckDBPyConnection, stage: str, is_other: bool) -> None:
    con.execute("UPDATE core.events SET mode_type = 'visit', end_date = start_date + 2")
    con.execute(
        "UPDATE core.reports SET stage_type = ?, start_date = (SELECT min(end_date) FROM core.events), "
        "end_date = (SELECT min(end_date) FROM core.events)",
        [stage],
    )
    assert rows(con, "SELECT has_other_date FROM mart.claims ORDER BY published_date LIMIT 1") == [(is_other,)]


def test_evidence_leads_to_sentence_document_and_bytes(con: duckdb.DuckDBPyConnection) -> None:
    found = rows(con, "SELECT trigger_text, document_url, raw_hash, is_best, is_copy FROM mart.evidence ORDER BY 2")
    assert found[0] == ("met", FIRST.canonical_url, FIRST.raw_hash, True, False)


def test_coverage_shows_days_and_the_spans_between(con: duckdb.DuckDBPyConnection) -> None:
    columns = "first_date, last_date, day_count, document_count, is_gap"
    sql = f"SELECT {columns} FROM mart.coverage WHERE country_code {{}} ORDER BY 1"
    between = (date(2024, 3, 5), date(2024, 3, 8), 4, 0, True)
    assert rows(con, sql.format("IS NULL")) == [(D4, D4, 1, 1, False), between, (D9, D9, 1, 1, False)]
    con.execute("DELETE FROM core.mentions WHERE partition_key = ?", [FIRST.partition_key])
    assert rows(con, sql.format("= 'FRA'")) == [(D4, date(2024, 3, 8), 5, 0, True), (D9, D9, 1, 1, False)]


def test_gdelt_columns_are_those_of_gdelt(con: duckdb.DuckDBPyConnection) -> None:
    cursor = con.execute("FROM mart.gdelt_events ORDER BY SOURCEURL")
    names = [column[0] for column in cursor.description]
    assert (len(names), names[0], names[26], names[-1]) == (61, "GLOBALEVENTID", "EventCode", "SOURCEURL")
    row = dict(zip(names, cursor.fetchall()[0], strict=True))
    assert row["SQLDATE"] == 20240304
    assert row["MonthYear"] == 202403
    assert (row["Actor1Name"], row["Actor2Name"]) == ("RURITANIA", "GRAUSTARK")
    assert (row["Actor1Code"], row["EventCode"], row["EventRootCode"], row["QuadClass"]) == ("FRAGOV", "040", "04", 1)
    assert (row["NumMentions"], row["IsRootEvent"], row["DATEADDED"]) == (1, 1, 20240304000000)
    assert row["SOURCEURL"] == FIRST.canonical_url


def test_gdelt_has_no_row_for_a_bare_denial(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "cameo_code = NULL, plover_type = NULL")
    assert len(rows(con, "FROM mart.gdelt_events")) == 1


def test_no_mart_asks_the_clock() -> None:
    from demarche.warehouse.marts import sources

    clock = ("now(", "current_date", "current_timestamp", "today(", "random(", "uuid(")
    assert {name for name, sql in sources().items() if any(word in sql.lower() for word in clock)} == set()
