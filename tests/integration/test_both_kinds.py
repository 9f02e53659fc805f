"""One matrix for both kinds of warehouse, a file and a DuckLake: what must be the same, once for each.

What differs between them is told in `docs/scaling.md`, and tested in `test_ducklake.py` (servers, snapshots, object
storage) and `tests/unit/test_warehouse.py` (the writer's private file, damage). The guide's questions are
asked of both in `test_analyst_guide.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest

from demarche import steps
from demarche.records import Document, Report
from demarche.selection import Selection
from demarche.settings import Settings
from demarche.warehouse import (
    DuckLake,
    Place,
    QueryError,
    Warehouse,
    WarehouseError,
    WarehouseLocked,
    load_checks,
    overview,
    query,
    snapshot,
    verify,
)
from demarche.warehouse.checks import run_in
from demarche.warehouse.connection import connect, reading
from news_world import World
from warehouse_world import LOADED_AT, NOTHING, document, key, load, partition, report, resolve, stored

ALL = ("core", "mart", "meta", "stage")
FIRST, SECOND = document("first", key(1)), document("second", key(2))


@pytest.fixture(scope="module", params=["file", "ducklake"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(kind: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    """A place of this kind where nothing is yet."""
    return folder / "w.duckdb" if kind == "file" else request.getfixturevalue("new_ducklake")(folder)


def settings_of(place: Place, world: Settings) -> Settings:
    if isinstance(place, DuckLake):
        return world.model_copy(update={"warehouse_url": place.url, "warehouse_files": place.files})
    return world.model_copy(update={"warehouse_path": place})


def loaded_with_two(place: Place, lake: Path) -> Place:
    """Two partitions, one after the other."""
    load(place, {key(1): partition(lake, [FIRST])})
    load(place, {key(2): partition(lake, [SECOND])}, after_hours=1)
    return place


@pytest.fixture(scope="module")
def standing(kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Place:
    """One that is only asked and copied."""
    folder = tmp_path_factory.mktemp("standing")
    return loaded_with_two(made(kind, folder, request), folder / "lake")


@pytest.fixture
def place(standing: Place, copied: Callable[[Place, Path], Place], tmp_path: Path) -> Place:
    """The same, to be written to."""
    return copied(standing, tmp_path)


def rows(place: Place, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in query(place, sql, limit=100_000).rows]


# --- loading -----------------------------------------------------------------------------------------------------
def test_what_went_in_comes_back(place: Place) -> None:
    with Warehouse.writer(place) as warehouse:
        assert warehouse.read(Document) == sorted([stored(FIRST), stored(SECOND)], key=lambda one: one.document_id)
        assert warehouse.read(Report) == sorted([report(FIRST), report(SECOND)], key=lambda one: one.report_id)
        assert sorted(warehouse.taken()) == [key(1), key(2)]
    assert overview(place).event_count == 2
    assert verify(place)


def test_the_same_again_changes_nothing_and_another_replaces_it(place: Place, tmp_path: Path) -> None:
    before = snapshot(place)
    load(place, {key(1): partition(tmp_path / "lake", [FIRST])}, after_hours=2)
    assert snapshot(place) == before
    third = document("third", key(1))
    load(place, {key(1): partition(tmp_path / "lake", [third])}, emptied=[key(2)], after_hours=3)
    assert rows(place, "SELECT document_id FROM core.documents") == [(third.document_id,)]
    assert rows(place, "SELECT DISTINCT partition_key FROM core.report_participants") == [(key(1),)]


def test_what_was_not_committed_leaves_no_trace(place: Place, tmp_path: Path) -> None:
    before = snapshot(place, ALL)
    with Warehouse.writer(place) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(7): partition(tmp_path / "lake", [document("lost", key(7))])})
        resolve(warehouse)
    with Warehouse.writer(place) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(1): NOTHING})
        warehouse.rollback()
        assert sorted(warehouse.taken()) == [key(1), key(2)]
    assert snapshot(place, ALL) == before


def test_the_gate_finds_what_breaks_a_rule(place: Place, tmp_path: Path) -> None:
    odd = document("odd", key(3))
    backwards = report(odd, end_date=date(2024, 3, 1))
    with Warehouse.writer(place) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(3): partition(tmp_path / "lake", [odd], [backwards])})
        resolve(warehouse)
        named = {failure.result.check_id: failure.partition_keys for failure in warehouse.gate(LOADED_AT)}
    assert named["intervals_in_order"] == (key(3),)
    assert sorted(rows(place, "SELECT partition_key FROM meta.partitions")) == [(key(1),), (key(2),)]


def test_a_damaged_file_of_the_lake_is_named(place: Place, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 this was cut")
    found = partition(tmp_path / "lake", [document("d", key(3))])
    damaged = {**found.files, Document: [str(bad)]}
    with Warehouse.writer(place) as warehouse:
        warehouse.begin()
        with pytest.raises(WarehouseError, match=r"bad\.parquet.*parse-documents 2024-03-04T03"):
            warehouse.replace_partitions({key(3): type(found)("x", damaged)})


def test_there_is_one_writer_and_the_second_is_told(place: Place) -> None:
    with Warehouse.writer(place), pytest.raises(WarehouseLocked, match="is writing to it"):  # noqa: SIM117
        with Warehouse.writer(place, wait_seconds=0):
            pass


def test_readers_during_loads_and_upkeep_see_a_whole_state_and_never_fail(place: Place, tmp_path: Path) -> None:
    """Three loads grow the warehouse by an event each; whoever asks meanwhile gets one state in all tables, never a
    former one again, and no error."""
    whole = """
        SELECT (SELECT count(*) FROM core.documents), (SELECT count(*) FROM core.reports),
               (SELECT count(*) FROM mart.events), (SELECT count(DISTINCT event_id) FROM mart.evidence)
    """
    seen: list[list[tuple[int, ...]]] = [[], []]
    is_over = Event()

    def ask(found: list[tuple[int, ...]]) -> None:
        while not is_over.wait(0.05):
            with reading(place) as con:
                found += con.execute(whole).fetchall()

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(ask, found) for found in seen]
        try:
            for hour in (3, 4, 5):
                load(
                    place,
                    {key(hour): partition(tmp_path / "lake", [document(f"n{hour}", key(hour))])},
                    after_hours=hour,
                )
                with Warehouse.writer(place, keep=1) as warehouse:
                    warehouse.compact()
                    warehouse.expire()
        finally:
            is_over.set()
        for reader in readers:
            reader.result()
    for found in seen:
        assert found == sorted(found)
        assert all(len(set(counts)) == 1 for counts in found), "parts of two states"
    assert len({counts for found in seen for counts in found}) > 1, "nobody asked meanwhile"


def test_a_newer_schema_is_refused_and_says_so(place: Place) -> None:
    con = connect()
    if isinstance(place, DuckLake):
        place.attach(con, read_only=False)
    else:
        place.chmod(0o644)
        con.execute(f"ATTACH '{place}' AS w; USE w")
    con.execute("UPDATE meta.schema_version SET schema_version = 999")
    con.close()
    with pytest.raises(WarehouseError, match="newer"):
        query(place, "SELECT 1")
    with pytest.raises(WarehouseError, match="newer"), Warehouse.writer(place):
        pass


# --- history -----------------------------------------------------------------------------------------------------
def test_what_was_believed_then_can_be_asked(place: Place) -> None:
    load(place, {}, after_hours=2, changes={"place_name": "Strelsau"})
    load(place, {}, after_hours=3, emptied=[key(1)], changes={"place_name": "Strelsau"})

    def believed(hours: float) -> list[tuple[Any, ...]]:
        instant = f"TIMESTAMP '{LOADED_AT + timedelta(hours=hours):%Y-%m-%d %H:%M}'"
        return rows(place, f"SELECT place_name FROM mart.events_as_of({instant}) ORDER BY 1")

    assert [believed(hours) for hours in (-1, 0.5, 1.5, 2.5, 3.5)] == [
        [], [(None,)], [(None,), (None,)], [("Strelsau",), ("Strelsau",)], [("Strelsau",)],
    ]  # fmt: skip
    assert [count for (count,) in rows(place, "SELECT revision_count FROM meta.loads ORDER BY loaded_at")] == [
        1, 1, 2, 1,
    ]  # fmt: skip


def test_a_rebuild_gives_equal_tables(place: Place, tmp_path: Path) -> None:
    before = snapshot(place)
    both = {key(1): partition(tmp_path / "lake", [FIRST]), key(2): partition(tmp_path / "lake", [SECOND])}
    load(place, both, fresh=True, after_hours=5)
    assert snapshot(place) == before


# --- asking ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM core.events", "CREATE TABLE core.x AS SELECT 1", "SELECT 1; SELECT 2",
        "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_text('/etc/hostname')", "ATTACH 'x.duckdb'",
        "COPY (SELECT 1) TO 'x.csv'", "SET memory_limit = '1TB'", "FROM core.no_such_table",
    ],
)  # fmt: skip
def test_what_may_not_be_asked_is_refused(standing: Place, sql: str) -> None:
    with pytest.raises(QueryError):
        query(standing, sql)
    assert len(rows(standing, "SELECT event_id FROM mart.events")) == 2


def test_a_question_without_end_is_stopped_and_an_answer_cut(standing: Place) -> None:
    with pytest.raises(QueryError, match="stopped after 2 s"):
        query(standing, "SELECT count(*) FROM range(1e6::BIGINT) a, range(1e6::BIGINT) b", timeout_seconds=2)
    cut = query(standing, "SELECT * FROM range(1000)", limit=10)
    assert (len(cut.rows), cut.is_truncated) == (10, True)


def test_every_check_can_be_run(standing: Place) -> None:
    with reading(standing) as con:
        results = [run_in(con, check, (date.min, date.max), LOADED_AT, {})[0] for check in load_checks()]
    assert [one.message_text for one in results if one.outcome_type == "broken"] == []
    assert len(results) > 25


# --- the whole line ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def line(
    kind: str, loaded: World, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Place, Settings]:
    """The small world of news, loaded by the step."""
    folder = tmp_path_factory.mktemp("line")
    world = loaded.copy(folder / "data", "raw", "derived", "journal")
    place = made(kind, folder, request)
    own = settings_of(place, world.settings)
    steps.load_warehouse(settings=own)
    return place, own


def test_the_step_makes_the_same_of_the_same_lake(line: tuple[Place, Settings], loaded: World) -> None:
    place, own = line
    assert snapshot(place) == snapshot(loaded.settings.warehouse_path)
    assert steps.load_warehouse(settings=own).read == 0
    assert steps.status(settings=own)["not_loaded"] == 0


@pytest.mark.parametrize("form", ["parquet", "csv", "geojson", "gdelt", "gdelt-mentions", "icalendar"])
def test_exports_are_the_same(line: tuple[Place, Settings], loaded: World, tmp_path: Path, form: str) -> None:
    for name, own in (("here", line[1]), ("there", loaded.settings)):
        steps.export(form, tmp_path / name, Selection(), settings=own)
    here, there = (
        {path.relative_to(tmp_path / name).as_posix(): path for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("here", "there")
    )
    assert here.keys() == there.keys()
    one, other = (json.loads(of["datapackage.json"].read_text(encoding="utf-8"))["resources"] for of in (here, there))
    told = ("name", "path", "schema", "properties", "rowCount")
    assert [[found.get(key) for key in told] for found in one] == [[found.get(key) for key in told] for found in other]
    for name in here.keys() - {"datapackage.json"}:  # that says when it was loaded
        if form == "parquet" and name.endswith(".parquet"):
            one, other = (sorted(map(repr, duckdb.read_parquet(str(of[name])).fetchall())) for of in (here, there))
            assert one == other
        else:
            assert sorted(here[name].read_bytes().splitlines()) == sorted(there[name].read_bytes().splitlines())


@pytest.fixture(scope="module")
def checks_of_file(loaded: World) -> dict[str, tuple[str, int | None]]:
    return checks_of(loaded.settings)


def checks_of(own: Settings) -> dict[str, tuple[str, int | None]]:
    """Outcome and count of each check; each is a process of its own."""
    return {one.check_id: (one.outcome_type, one.failing_count) for one in steps.check_all(settings=own)}


def test_checks_say_the_same(line: tuple[Place, Settings], checks_of_file: dict[str, tuple[str, int | None]]) -> None:
    assert checks_of(line[1]) == checks_of_file
