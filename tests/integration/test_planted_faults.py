"""Faults planted in a simulated quarter: each is found by the check meant for it, that day; clean days pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from demarche.records import QualityResult
from demarche.warehouse import load_checks
from demarche.warehouse.checks import run_in
from quarter_world import FAULTS, LAST_DAY, forget_day, quarter

CHECKS = {check.check_id: check for check in load_checks()}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return quarter(tmp_path_factory.mktemp("quarter"))


@pytest.fixture
def con(simulated: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The quarter; whatever is done to it is undone."""
    simulated.execute("BEGIN")
    yield simulated
    simulated.execute("ROLLBACK")


def offered(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the lake holds: the ledger of a sound warehouse."""
    return dict(con.execute("SELECT partition_key, input_hash FROM meta.partitions").fetchall())


def look(con: duckdb.DuckDBPyConnection, check_id: str, day: date, lake: dict[str, str]) -> QualityResult:
    """The check on the morning after ``day``."""
    at = datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC) + timedelta(days=1)
    result, _ = run_in(con, CHECKS[check_id], (date.min, date.max), at, lake)
    assert result.outcome_type != "broken", result.message_text
    return result


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(con: duckdb.DuckDBPyConnection, fault: str) -> None:
    check_id, sql = FAULTS[fault]
    lake = offered(con)
    con.execute(sql)
    assert look(con, check_id, LAST_DAY, lake).outcome_type == "failed"


def test_clean_days_raise_no_error_and_hardly_a_warning(con: duckdb.DuckDBPyConnection) -> None:
    raised = []
    for day in (LAST_DAY - timedelta(days=number) for number in range(30)):
        lake = offered(con)
        for check_id, check in CHECKS.items():
            if look(con, check_id, day, lake).outcome_type == "failed":
                raised.append((check.severity_type, check_id, day))
        forget_day(con, day)
    assert [found for found in raised if found[0] == "error"] == []
    assert len([found for found in raised if found[0] == "warn"]) <= 2, raised
