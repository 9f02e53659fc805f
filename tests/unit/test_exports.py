"""Exports: each form over a small world that holds what breaks formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from icalendar import Calendar

from demarche import steps
from demarche.exports import FORMS
from demarche.printing import safe_cell
from demarche.selection import SelectionError, select
from demarche.settings import Settings
from demarche.warehouse import WarehouseError
from warehouse_world import LEAD, LOADED_AT, document, key, load, partition, report

HOSTILE = '=cmd|"x",\tone\nline\u0007 "quoted"'
SENTENCE = "=" + LEAD[1:] + HOSTILE
TOLD: dict[str, dict[str, Any]] = {
    "met": {"place_id": "1", "place_name": "Strelsau", "place_precision_type": "city", "country_code": "FRA"},
    "visit": {
        "start_date": date(2024, 5, 30), "end_date": date(2024, 6, 2), "status_type": "planned",
        "sentence_text": SENTENCE, "sentence_end_offset": len(SENTENCE), "confidence_score": 0.3,
        "place_id": "1", "place_name": "Strelsau",
    },
    "off": {"start_date": date(2024, 5, 1), "end_date": date(2024, 5, 1), "status_type": "cancelled"},
    "undated": {"event_type": "ACCUSE", "start_date": None, "end_date": None, "date_precision_type": "unknown",
                "status_type": "planned"},
    "denied": {"event_type": "ASSAULT", "status_type": "denied", "plover_type": None, "cameo_code": None},
}  # fmt: skip


def world(folder: Path, names: list[str], hour: int = 1) -> Any:
    documents = [document(name, key(hour), title=HOSTILE) for name in names]
    return partition(folder, documents, [report(of, **TOLD[name]) for name, of in zip(names, documents, strict=True)])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("exports")
    load(folder / "w.duckdb", {key(1): world(folder / "lake", list(TOLD))})
    return Settings(data_folder=folder, warehouse_path=folder / "w.duckdb")


@pytest.fixture
def con(loaded: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(loaded.warehouse_path), read_only=True) as con:
        yield con


def package(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.mark.parametrize("form", FORMS)
def test_the_package_tells_files_columns_counts_and_whence(form: str, loaded: Settings, tmp_path: Path) -> None:
    done = steps.export(form, tmp_path / "out", settings=loaded)
    described = package(tmp_path / "out")
    assert (described["name"], described["licenses"][0]["name"]) == (f"demarche-{form}", "CC-BY-SA-4.0")
    assert described["demarche"]["counts"]["events"] == done.details["of_events"]
    named: set[str] = {"datapackage.json"}
    for resource in described["resources"]:
        paths = resource["path"] if isinstance(resource["path"], list) else [resource["path"]]
        named |= set(paths)
        assert resource["bytes"] == sum((tmp_path / "out" / path).stat().st_size for path in paths)
        assert resource["rowCount"] == done.details[resource["name"]] > 0
        fields = resource.get("schema", resource).get("fields", resource.get("properties"))
        assert fields
        assert [field["name"] for field in fields if "description" not in field or field["type"] == "any"] == []
    there = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert there == named
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "nothing of the work stays beside"


@pytest.mark.parametrize("form", FORMS)
def test_the_same_warehouse_gives_the_same_bytes(form: str, loaded: Settings, tmp_path: Path) -> None:
    for name in ("one", "two"):
        steps.export(form, tmp_path / name, settings=loaded)
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_parquet_lies_by_month_and_is_the_mart(loaded: Settings, con: Any, tmp_path: Path) -> None:
    steps.export("parquet", tmp_path / "out", settings=loaded)
    assert {path.name for path in (tmp_path / "out/events").iterdir()} == {
        "month=2024-03", "month=2024-05",
    }  # fmt: skip
    written = f"read_parquet('{tmp_path}/out/events/*/*.parquet', hive_partitioning = false)"
    assert (
        con.sql(f"FROM {written} ORDER BY event_id").fetchall()
        == con.sql("FROM mart.events ORDER BY event_id").fetchall()
    )
    types = "SELECT column_name, column_type FROM (DESCRIBE FROM {})"
    assert con.sql(types.format(written)).fetchall() == con.sql(types.format("mart.events")).fetchall()


def test_an_empty_export_has_its_columns(loaded: Settings, con: Any, tmp_path: Path) -> None:
    for form in FORMS:
        done = steps.export(form, tmp_path / form, select(country="PER"), settings=loaded)
        assert set(done.details.values()) == {0}
    written = f"read_parquet('{tmp_path}/parquet/events/*.parquet')"
    assert con.sql(f"SELECT count(*), count(event_id) FROM {written}").fetchall() == [(0, 0)]
    assert json.loads((tmp_path / "geojson/events.geojson").read_text())["features"] == []
    assert Calendar.from_ical((tmp_path / "icalendar/planned.ics").read_bytes()).events == []


def test_csv_is_as_safe_as_what_is_printed(loaded: Settings, con: Any, tmp_path: Path) -> None:
    steps.export("csv", tmp_path / "out", settings=loaded)
    head, *rows = rows_of(tmp_path / "out/events.csv")
    cursor = con.execute("FROM mart.events ORDER BY event_id")
    assert head == [column[0] for column in cursor.description]
    found = [dict(zip(head, row, strict=True)) for row in rows]
    for row, wanted in zip(found, cursor.fetchall(), strict=True):
        for name, value in zip(head, wanted, strict=True):
            expected = str(value).lower() if isinstance(value, bool) else safe_cell(value)
            assert row[name] == expected, name
    assert {row["title"] for row in found} == {'\'=cmd|"x", one line  "quoted"'}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "  @x", "\u00a0=x", "＝x", "+1", "-1", "'=x", "a=b", "\ufeff=x", "\u200b=1", "\r\n-x", "", "日本", "a;=1",
     "=1;\t@x;-2;;+3", "a; b", "a,=1"],
)  # fmt: skip
def test_the_rule_for_formulas_is_that_of_printing(text: str) -> None:
    from demarche.exports import Described
    from demarche.warehouse.exporting import _safe

    sql = f"SELECT {_safe(Described('x', 'VARCHAR', None))} FROM (SELECT $x AS x) AS t"
    assert duckdb.execute(sql, {"x": text}).fetchall() == [(safe_cell(text),)]


def test_geojson_has_a_point_where_a_place_is_known(loaded: Settings, tmp_path: Path) -> None:
    steps.export("geojson", tmp_path / "out", settings=loaded)
    collection = json.loads((tmp_path / "out/events.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == len(TOLD)
    points = [feature["geometry"] for feature in collection["features"]]
    assert [point for point in points if point] == [{"type": "Point", "coordinates": [2.5, 48.5]}] * 2
    assert {feature["id"] for feature in collection["features"]} == {
        feature["properties"]["event_id"] for feature in collection["features"]
    }
    assert SENTENCE in {feature["properties"]["sentence_text"] for feature in collection["features"]}


@pytest.mark.parametrize(("form", "columns"), [("gdelt", 61), ("gdelt-mentions", 16)])
def test_gdelt_files_have_neither_header_nor_quotes(form: str, columns: int, loaded: Settings, tmp_path: Path) -> None:
    steps.export(form, tmp_path / "out", settings=loaded)
    (path,) = (tmp_path / "out").glob("gdelt.*")
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(TOLD) - 1, "a bare denial has no CAMEO code"
    assert {len(line.split("\t")) for line in lines} == {columns}


def test_the_calendar_holds_what_is_planned_and_what_was_called_off(loaded: Settings, tmp_path: Path) -> None:
    steps.export("icalendar", tmp_path / "out", settings=loaded)
    data = (tmp_path / "out/planned.ics").read_bytes()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    events = {event["status"]: event for event in Calendar.from_ical(data).events}
    assert set(events) == {"TENTATIVE", "CANCELLED"}
    visit = events["TENTATIVE"]
    assert (visit.start, visit.end) == (date(2024, 5, 30), date(2024, 6, 3)), "the last day is exclusive"
    assert (visit["location"], visit["geo"].to_ical()) == ("Strelsau", "48.5;2.5")
    assert visit["description"].startswith(f'={LEAD[1:]}=cmd|"x", one line  "quoted"')
    assert str(visit["uid"]).endswith("@demarche")


def test_what_is_chosen_is_what_stands_in_it(loaded: Settings, tmp_path: Path) -> None:
    asked = [
        ({"event_type": "accuse"}, 1), ({"status_type": ["planned", "denied"]}, 3), ({"since": "2024-05-02"}, 1),
        ({"until": date(2024, 3, 31)}, 2), ({"country": "France"}, 5), ({"sure": 0.5}, 4),
    ]  # fmt: skip
    for number, (words, count) in enumerate(asked):
        done = steps.export("csv", tmp_path / str(number), select(**words), settings=loaded)
        assert done.details == {"of_events": count, "events": count, "participants": 2 * count, "evidence": count}
        assert package(tmp_path / str(number))["demarche"]["selection"]


@pytest.mark.parametrize("words", [{"country": "Atlantis"}, {"since": "May"}, {"event_type": "DINE"}])
def test_an_unknown_word_is_named(words: dict[str, str]) -> None:
    with pytest.raises(SelectionError, match=next(iter(words.values()))):
        select(**words)


def test_days_in_the_wrong_order_are_told() -> None:
    with pytest.raises(SelectionError, match="until 2023-01-01 is before since 2024-01-01"):
        select(since="2024-01-01", until=date(2023, 1, 1))


def test_since_a_load_tells_what_changed_and_what_is_gone(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, warehouse_path=tmp_path / "w.duckdb")
    names = ["met", "visit", "off"]
    parts = {key(hour): world(tmp_path / "lake", [name], hour) for hour, name in enumerate(names)}
    first = load(settings.warehouse_path, parts)
    moved = document("visit", key(1), title=HOSTILE)
    later = {"start_date": date(2024, 6, 1), "end_date": date(2024, 6, 2), "status_type": "cancelled"}
    changed = partition(tmp_path / "lake", [moved], [report(moved, **later)])
    new = world(tmp_path / "lake", ["undated"], 5)
    load(settings.warehouse_path, {key(1): changed, key(5): new}, emptied=[key(0)], after_hours=1)
    since = first.load_id[:8]
    done = steps.export("csv", tmp_path / "all", since_load=since, settings=settings)
    assert done.details == {"of_events": 2, "events": 2, "participants": 4, "evidence": 2, "removed": 1}
    told = package(tmp_path / "all")
    assert told["demarche"]["since_load"] == first.load_id
    assert all("description" in field for field in told["resources"][-1]["schema"]["fields"])
    planned = select(status_type="planned")
    done = steps.export("gdelt", tmp_path / "planned", planned, since_load=since, settings=settings)
    assert done.details == {"of_events": 1, "gdelt": 1, "removed": 2}
    head, *removed = rows_of(tmp_path / "planned/removed.csv")
    assert head == ["event_id", "GLOBALEVENTID"]
    gone = {report(document(name, key(0))).report_id.replace("r", "e", 1) for name in ("met", "visit")}
    assert {row[0] for row in removed} == gone
    assert [int(row[1]) for row in removed] == [int(row[0][1:16], 16) for row in removed]
    with pytest.raises(WarehouseError, match="no load begins"):
        steps.export("csv", tmp_path / "none", since_load="nosuch", settings=settings)
    assert not (tmp_path / "none").exists()


def test_what_is_there_is_not_touched(loaded: Settings, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/mine.txt").write_text("mine")
    with pytest.raises(steps.StepError, match="there is something already"):
        steps.export("csv", tmp_path / "kept", settings=loaded)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    steps.export("csv", tmp_path / "empty", settings=loaded)
    assert (tmp_path / "empty/events.csv").exists()


def test_an_empty_folder_may_be_a_link_or_where_one_stands(
    loaded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("there")
    monkeypatch.chdir(tmp_path / "here")
    for folder in (tmp_path / "link", Path()):
        steps.export("geojson", folder, settings=loaded)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "here/events.geojson").exists()
    assert (tmp_path / "there/events.geojson").exists()


def test_what_fails_leaves_nothing(loaded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demarche.steps.exporting.write_package", lambda package: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        steps.export("parquet", tmp_path / "out", settings=loaded)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told(loaded: Settings, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    steps.export("geojson", tmp_path / "g", settings=loaded, progress=lambda *one: told.append(one))
    steps.export("gdelt", tmp_path / "e", settings=loaded, progress=lambda *one: told.append(one))
    assert told[0] == ("events", 5, 5)
    *before, done = told[1:]
    assert done == ("gdelt", 100, 100)
    assert [one for one in before if one[0] != "gdelt" or one[1] > 100] == [], "whatever a busy machine tells meanwhile"


def test_a_calendar_is_of_one_instant(loaded: Settings, tmp_path: Path) -> None:
    steps.export("icalendar", tmp_path / "out", settings=loaded)
    (first, *_) = Calendar.from_ical((tmp_path / "out/planned.ics").read_bytes()).events
    assert first["dtstamp"].dt - LOADED_AT == timedelta(0)
    assert first["sequence"] == 0
