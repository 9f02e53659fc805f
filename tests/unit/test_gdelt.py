"""GDELT in: its files line by line, their place in lake and warehouse, and what is compared."""

from __future__ import annotations

import codecs
import gzip
import io
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from demarche import gdelt, steps
from demarche.cli import app
from demarche.gdelt import EVENTS, MENTIONS, GdeltError, Problem
from demarche.settings import Settings
from demarche.warehouse import snapshot
from warehouse_world import document, key, load, partition, report


def event(number: int, **changes: Any) -> str:
    """A line of GDELT's events."""
    values = {
        "GLOBALEVENTID": number, "SQLDATE": 20240304, "MonthYear": 202403, "Year": 2024, "FractionDate": 2024.1753,
        "Actor1Code": "FRAGOV", "Actor1Name": "PARIS", "Actor1CountryCode": "FRA", "Actor2Code": "DEU",
        "Actor2CountryCode": "DEU", "IsRootEvent": 1, "EventCode": "040", "EventBaseCode": "040", "EventRootCode": "04",
        "QuadClass": 1, "GoldsteinScale": 1.0, "NumMentions": 4, "NumSources": 1, "NumArticles": 4, "AvgTone": -1.25,
        "ActionGeo_Type": 4, "ActionGeo_FullName": 'Zürich "Flughafen", Switzerland', "ActionGeo_Lat": 47.37,
        "ActionGeo_Long": 8.54, "DATEADDED": 20240304121500, "SOURCEURL": "https://courier.example/a",
    } | changes  # fmt: skip
    if "EventCode" in changes:
        code = str(changes["EventCode"])
        values = {**values, "EventBaseCode": code[:3], "EventRootCode": code[:2], **changes}
    return "\t".join(str(values.get(name, "")) for name in EVENTS.column_names)


def mention(number: int, **changes: Any) -> str:
    values = {
        "GLOBALEVENTID": number, "EventTimeDate": 20240304121500, "MentionTimeDate": 20240304121500, "MentionType": 1,
        "MentionSourceName": "courier.example", "MentionIdentifier": "https://courier.example/a", "SentenceID": 2,
        "Actor1CharOffset": -1, "ActionCharOffset": 77, "InRawText": 1, "Confidence": 60, "MentionDocLen": 900,
        "MentionDocTone": 0.5,
    } | changes  # fmt: skip
    return "\t".join(str(values.get(name, "")) for name in MENTIONS.column_names)


def data_of(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def zipped(*parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"{number}.CSV", part)
    return out.getvalue()


def flipped(data: bytes) -> bytes:
    """An archive of which a byte of what is packed is another."""
    return data[:60] + bytes([data[60] ^ 0xFF]) + data[61:]


def encrypted(data: bytes) -> bytes:
    """An archive that says of its file that it is encrypted."""
    directory = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01" + data[7 : directory + 8] + b"\x01" + data[directory + 9 :]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path)


@pytest.fixture
def ours(settings: Settings) -> Settings:
    """A warehouse with a meeting of France and Germany on 4 March, and one on a day without GDELT."""
    found = [document("met", key(1)), document("again", key(2, day=9))]
    told = [report(found[0]), report(found[1], start_date=date(2024, 3, 9), end_date=date(2024, 3, 9))]
    folder = settings.data_folder / "loaded"
    parts = {of.partition_key: partition(folder, [of], [one]) for of, one in zip(found, told, strict=True)}
    load(settings.warehouse_path, parts)
    return settings


def put(settings: Settings, name: str, data: bytes) -> Path:
    path = settings.data_folder / name
    path.write_bytes(data)
    return path


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as con:
        return con.execute(sql).fetchall()


# --- lines -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped])
def test_a_file_is_read_however_it_is_packed(pack: Any) -> None:
    data = pack(data_of(event(1), "", event(2)))
    assert gdelt.table_of(data) is EVENTS
    assert list(gdelt.read(data, EVENTS, 10_000)) == [(1, event(1)), (3, event(2))]


@pytest.mark.parametrize(
    ("line", "reason_type", "said"),
    [
        (event(1).rsplit("\t", 3)[0], "columns", "58 columns, not 61"),
        (event(1) + "\tmore", "columns", "62 columns"),
        ("\t" * 60, "foreign", "no GLOBALEVENTID"),
        (event(1, SQLDATE=20240230), "foreign", "SQLDATE is no day"),
        (event(1, SQLDATE="2024-03-04"), "foreign", "SQLDATE is no integer"),
        (event(1, DATEADDED=20240304), "foreign", "DATEADDED is no instant"),
        (event(1, EventCode="meet"), "foreign", "EventCode is no CAMEO code"),
        (event(1, EventCode="990"), "foreign", "EventCode is no CAMEO code"),
        (event(1, AvgTone="nan"), "foreign", "AvgTone is no number"),
        (event(1, AvgTone="1_0"), "foreign", "AvgTone is no number"),
        (event(1, AvgTone="١.٥"), "foreign", "AvgTone is no number"),
        (event(1, NumArticles="12.5"), "foreign", "NumArticles is no integer"),
        (event(1, NumArticles="٤"), "foreign", "NumArticles is no integer"),
        (event(1, NumArticles=2**62), "foreign", "NumArticles isn't between 0 and 1000000000"),
        (event(1, EventCode="٠٤٠"), "foreign", "EventCode is no CAMEO code"),
        (event(1, SQLDATE="00240304", MonthYear="", Year=""), "foreign", "SQLDATE is no day"),
        (event(1, SOURCEURL="https://a\x00b"), "foreign", "SOURCEURL holds a control character"),
        (event(2**63), "foreign", "GLOBALEVENTID is no integer"),
        (event(1, NumMentions=-4), "foreign", "NumMentions isn't between 0 and 1000000000: '-4'"),
        (event(1, QuadClass=5), "foreign", "QuadClass isn't between 1 and 4: '5'"),
        (event(1, ActionGeo_Lat=91.5), "foreign", "ActionGeo_Lat isn't between -90 and 90: '91.5'"),
        (event(1, Actor2Geo_Long=-180.5), "foreign", "Actor2Geo_Long isn't between -180 and 180"),
        (event(1, Actor1Geo_Type=6), "foreign", "Actor1Geo_Type isn't between 0 and 5"),
        (event(1, GoldsteinScale=11), "foreign", "GoldsteinScale isn't between -10 and 10"),
        (event(1, Year=2023), "contradictory", "Year '2023' isn't that of SQLDATE 20240304"),
        (event(1, MonthYear=202404), "contradictory", "MonthYear '202404' isn't that of SQLDATE 20240304"),
        (event(1, EventBaseCode="041"), "contradictory", "EventBaseCode '041' isn't that of EventCode 040"),
        (event(1, EventRootCode="05"), "contradictory", "EventRootCode '05' isn't that of EventCode 040"),
    ],
)
def test_what_is_no_row_is_told_why(line: str, reason_type: str, said: str) -> None:
    good, bad = gdelt.read(data_of(event(1), line), EVENTS, 10_000)
    assert good == (1, event(1))
    assert isinstance(bad, Problem)
    assert (bad.line, bad.reason_type) == (2, reason_type)
    assert said in bad.reason_text


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped])
def test_a_mark_of_utf8_before_the_first_row_costs_nothing(pack: Any) -> None:
    data = pack(codecs.BOM_UTF8 + data_of(event(1), event(2)))
    assert gdelt.table_of(data) is EVENTS
    assert list(gdelt.read(data, EVENTS, 10_000)) == [(1, event(1)), (2, event(2))]


def test_a_number_of_sixty_bits_is_one() -> None:
    """As our own export makes them of ids."""
    line = event(2**60 - 1)
    assert list(gdelt.read(data_of(line), EVENTS, 10_000)) == [(1, line)]


def test_another_encoding_is_told_by_its_place() -> None:
    data = data_of(event(1)) + event(2, Actor1Name="Zürich").encode("latin-1") + b"\n"
    *_, bad = gdelt.read(data, EVENTS, 10_000)
    assert isinstance(bad, Problem)
    assert (bad.line, bad.reason_type) == (2, "encoding")


@pytest.mark.parametrize(
    ("line", "said"),
    [(mention(1, MentionType=7), "MentionType"), (mention(1, MentionTimeDate=20240399000000), "MentionTimeDate")],
)
def test_mentions_are_looked_at_as_well(line: str, said: str) -> None:
    data = data_of(mention(1), line)
    assert gdelt.table_of(data) is MENTIONS
    good, bad = gdelt.read(data, MENTIONS, 10_000)
    assert good == (1, mention(1))
    assert isinstance(bad, Problem)
    assert said in bad.reason_text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a,b,c\n1,2,3\n", "1 columns; GDELT 2's events have 61"),
        (data_of("\t" * 57), "58 columns, as GDELT 1 had"),
        (zipped(b"a", b"b"), "a zip archive of 2 files, where GDELT's have one"),
        (zipped(), "a zip archive with nothing in it"),
        (zipped(b""), "^empty"),
        (zipped(data_of(event(1)))[:-30], "a zip archive that breaks off or is damaged — fetch it again"),
        (zipped(data_of(event(1)))[:40], "a zip archive that breaks off or is damaged — fetch it again"),
        (flipped(zipped(data_of(event(1)))), "a zip archive that breaks off or is damaged — fetch it again"),
        (gzip.compress(data_of(event(1)))[:-20], "a gzip file that breaks off or is damaged — fetch it again"),
        (b"\x1f\x8b", "a gzip file that breaks off or is damaged — fetch it again"),
        (encrypted(zipped(data_of(event(1)))), "an encrypted zip archive — unpack it first"),
        (data_of(event(1)).decode().encode("utf-16"), "written as UTF-16, where GDELT's are UTF-8"),
    ],
    ids=range(13),  # an archive holds when it was made, so its bytes name no test
)
def test_a_file_of_something_else_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(GdeltError, match=said):
        list(gdelt.read(data, gdelt.table_of(data), 10_000))


def test_what_unpacks_to_more_than_is_allowed_is_refused() -> None:
    with pytest.raises(GdeltError, match="more than 1000 bytes"):
        list(gdelt.read(gzip.compress(data_of(*[event(1)] * 10)), EVENTS, 1000))


# --- lake and warehouse ------------------------------------------------------------------------------------------
def test_rows_come_into_tables_of_their_own(ours: Settings) -> None:
    before = snapshot(ours.warehouse_path, ("core",))
    bad = event(3, SQLDATE=20241399)
    path = put(ours, "a.export.CSV", data_of(event(1), event(2, EventCode="0841"), bad, event(1)))
    done = steps.import_gdelt([path, put(ours, "a.mentions.CSV", data_of(mention(1), mention(1)))], settings=ours)
    assert done.counts == {"files": 2, "known": 0, "refused": 0, "rows": 3, "repeated": 2, "rejects": 1}
    assert rows(ours, "SELECT * EXCLUDE (raw_hash) FROM gdelt.events WHERE GLOBALEVENTID = 1") == [
        tuple(
            None if not text else int(text) if "integer" in column.kind else float(text) if column.kind == "number"
            else text
            for column, text in zip(EVENTS.columns, event(1).split("\t"), strict=True)
        )
    ]  # fmt: skip
    told = "SELECT line_number, reason_type, reason_text FROM meta.gdelt_rejects"
    assert rows(ours, told) == [(3, "foreign", "a.export.CSV: line 3 SQLDATE is no day: '20241399'")]
    assert snapshot(ours.warehouse_path, ("core",)) == before


def test_importing_again_changes_nothing(ours: Settings) -> None:
    path = put(ours, "a.CSV", data_of(event(1), event(2)))
    steps.import_gdelt([path], settings=ours)
    before, published = snapshot(ours.warehouse_path, ("gdelt",)), ours.warehouse_path.stat()
    done = steps.import_gdelt([path, put(ours, "same.CSV", path.read_bytes())], settings=ours)
    assert (done.counts["files"], done.counts["known"]) == (0, 2)
    assert ours.warehouse_path.stat() == published
    more = put(ours, "more.CSV", data_of(event(2), event(4)))
    assert steps.import_gdelt([more], settings=ours).counts["repeated"] == 1
    after = snapshot(ours.warehouse_path, ("gdelt",))["gdelt.events"]
    assert [row for row in after if row in before["gdelt.events"]] == before["gdelt.events"]
    assert len(after) == 3


def test_another_row_of_the_same_number_is_left_out_and_told(ours: Settings) -> None:
    """Wherever the first one is: in another file, in one that comes with it, or before it in its own."""
    first = put(ours, "first.CSV", data_of(event(1), event(2, NumArticles=9), event(2, NumArticles=3), event(3)))
    second = put(ours, "second.CSV", data_of(event(4), event(3, Actor1Name="LYON"), event(1)))
    done = steps.import_gdelt([first, second], settings=ours)
    assert (done.counts["rows"], done.counts["repeated"], done.counts["rejects"]) == (4, 1, 2)
    third = put(ours, "third.CSV", data_of(event(4, SOURCEURL="")))
    assert steps.import_gdelt([third], settings=ours).counts["rejects"] == 1
    told = "SELECT reason_type, reason_text FROM meta.gdelt_rejects ORDER BY ALL"
    assert rows(ours, told) == [
        ("contradictory", f"{name}: line {line} says something else of record {number} than {where} — the first stays")
        for name, line, number, where in (
            ("first.CSV", 3, 2, "an earlier line"), ("second.CSV", 2, 3, "first.CSV"), ("third.CSV", 1, 4, "second.CSV")
        )
    ]  # fmt: skip
    kept = rows(ours, "SELECT GLOBALEVENTID, NumArticles, Actor1Name FROM gdelt.events ORDER BY ALL")
    assert kept == [(1, 4, "PARIS"), (2, 9, "PARIS"), (3, 4, "PARIS"), (4, 4, "PARIS")]
    counted = "SELECT file_name, row_count, repeated_count, reject_count FROM meta.gdelt_files ORDER BY ALL"
    assert rows(ours, counted) == [("first.CSV", 3, 0, 1), ("second.CSV", 2, 1, 1), ("third.CSV", 0, 0, 1)]


def test_what_was_left_out_is_told_with_its_place(ours: Settings) -> None:
    good, bad = put(ours, "good.CSV", data_of(event(1))), put(ours, "bad.CSV", data_of(event(2), event(3, Year=1)))
    options = ["--lake", ours.lake_url, "--warehouse", str(ours.warehouse_path)]
    ran = CliRunner().invoke(app, ["import", "gdelt", str(good), str(bad), *options])
    assert ran.exit_code == 0
    assert "rejects 1" in ran.stdout
    assert f"left out: {bad.name}: line 2 Year '1' isn't that of SQLDATE 20240304" in ran.stderr
    many = put(ours, "many.CSV", data_of(*(event(n, Year=1 if n % 20 == 0 else 2024) for n in range(10, 611))))
    ran = CliRunner().invoke(app, ["import", "gdelt", str(many), *options])
    assert "rejects 30" in ran.stdout
    assert ran.stderr.count("left out: ") == 20
    assert "… and 10 more lines; `demarche query" in ran.stderr
    assert len(rows(ours, "SELECT reason_text FROM meta.gdelt_rejects")) == 31
    again = CliRunner().invoke(app, ["import", "gdelt", str(good), *options])
    assert (again.exit_code, again.stderr) == (0, "")


def test_of_a_file_that_is_mostly_wrong_nothing_is_taken(ours: Settings) -> None:
    foreign = put(ours, "foreign.CSV", data_of(event(1), *("\t" * 60 for _ in range(3))))
    other = put(ours, "other.txt", b"hello\n")
    wide = put(ours, "wide.CSV", data_of(event(1)).decode().encode("utf-16"))
    good = put(ours, "good.CSV", data_of(event(9)))
    done = steps.import_gdelt([foreign, ours.data_folder / "missing.CSV", other, wide, good], settings=ours)
    assert [failure.split(": ")[0] for failure in done.failures] == [
        str(ours.data_folder / name) for name in ("foreign.CSV", "missing.CSV", "other.txt", "wide.CSV")
    ]
    assert "UTF-16" in done.failures[-1]
    assert "3 of 4 lines are no events of GDELT's: line 2 has no GLOBALEVENTID" in done.failures[0]
    assert rows(ours, "SELECT GLOBALEVENTID FROM gdelt.events") == [(9,)]
    assert rows(ours, "SELECT file_name, row_count FROM meta.gdelt_files") == [("good.CSV", 1)]


def test_what_was_killed_before_the_warehouse_had_it_comes_with_the_next(
    ours: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(ours, "a.CSV", data_of(event(1)))
    with monkeypatch.context() as broken:
        broken.setattr("demarche.warehouse.take_gdelt", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            steps.import_gdelt([path], settings=ours)
    assert steps.import_gdelt([], settings=ours).counts["rows"] == 1
    assert rows(ours, "SELECT GLOBALEVENTID FROM gdelt.events") == [(1,)]


@pytest.mark.parametrize("again", [steps.rebuild, steps.load_warehouse])
def test_with_the_warehouse_it_is_not_lost(again: Any, settings: Settings) -> None:
    lines = data_of(event(1), event(2), event(3, SQLDATE="x"), mention(3)), data_of(mention(1))
    for number, data in enumerate(lines):
        steps.import_gdelt([put(settings, f"{number}.CSV", data)], settings=settings)
    before = snapshot(settings.warehouse_path, ("gdelt",)), rows(settings, "FROM meta.gdelt_rejects ORDER BY ALL")
    assert len(before[1]) == 2
    assert (len(before[0]["gdelt.events"]), len(before[0]["gdelt.mentions"])) == (2, 1)
    settings.warehouse_path.unlink()
    shutil.rmtree(settings.warehouse_path.with_name(".warehouse.duckdb.work"))
    again(settings=settings)
    found = snapshot(settings.warehouse_path, ("gdelt",)), rows(settings, "FROM meta.gdelt_rejects ORDER BY ALL")
    assert found == before


def test_before_the_first_load_all_is_theirs(settings: Settings) -> None:
    steps.import_gdelt([put(settings, "a.CSV", data_of(event(1), event(2)))], settings=settings)
    asked = "SELECT pair_code, gdelt_event_count, found_by_type FROM mart.gdelt_comparison"
    assert rows(settings, asked) == [("DEU-FRA", 2, "gdelt")]


def test_what_each_has_of_the_other(ours: Settings) -> None:
    lines = (
        event(1), event(2),  # the meeting, twice
        event(3, EventCode="190", Actor1CountryCode="USA", Actor2CountryCode="ROM"),
        event(4, EventCode="010", Actor1CountryCode="TMP"),
        event(5, Actor2CountryCode="FRA"), event(6, Actor2CountryCode=""), event(7, Actor2CountryCode="EUR"),
    )  # fmt: skip
    steps.import_gdelt([put(ours, "a.CSV", data_of(*lines))], settings=ours)
    asked = "SELECT * EXCLUDE (has_documents) FROM mart.gdelt_comparison ORDER BY pair_code"
    day = date(2024, 3, 4)
    assert rows(ours, asked) == [
        (day, "DEU-FRA", "CONSULT", 1, 1, 2, 8, "both"),
        (day, "DEU-TLS", None, 0, 0, 1, 4, "gdelt"),
        (day, "ROU-USA", "ASSAULT", 0, 0, 1, 4, "gdelt"),
    ]
    later = event(8, SQLDATE=20240308, DATEADDED=20240309000000)
    steps.import_gdelt([put(ours, "b.CSV", data_of(later))], settings=ours)
    found = rows(ours, f"SELECT day_date, found_by_type FROM ({asked}) WHERE day_date > '2024-03-05'")
    assert found == [(date(2024, 3, 9), "ours")], "the day before wasn't imported"


@pytest.fixture
def varied(settings: Settings) -> Settings:
    """A warehouse of fifty meetings, so that ids are of all sizes, and some of which nobody knows the day."""
    parts = {}
    for number in range(50):
        of = document(f"d{number}", key(number % 24, day=1 + number // 24), published_date=None, published_rule="")
        day = None if number % 5 == 0 else date(2024, 1, 1) + timedelta(days=number)
        told = report(of, start_date=day, end_date=day, date_precision_type="day" if day else "unknown")
        parts[of.partition_key] = partition(settings.data_folder / "loaded", [of], [told])
    load(settings.warehouse_path, parts)
    return settings


@pytest.mark.parametrize("form", ["gdelt", "gdelt-mentions"])
def test_nothing_of_an_export_is_lost_on_its_way_back(form: str, varied: Settings) -> None:
    exported = steps.export(form, varied.data_folder / "out", settings=varied).details[form]
    (path,) = (varied.data_folder / "out").glob("gdelt.*")
    done = steps.import_gdelt([path], settings=varied)
    assert (done.left_out, done.counts["rows"], exported) == ((), exported, 50)


@pytest.mark.parametrize(("form", "table"), [("gdelt", "events"), ("gdelt-mentions", "mentions")])
def test_what_is_exported_comes_back_as_it_was(form: str, table: str, ours: Settings) -> None:
    steps.export(form, ours.data_folder / "out", settings=ours)
    (path,) = (ours.data_folder / "out").glob("gdelt.*")
    done = steps.import_gdelt([path], settings=ours)
    assert (done.counts["rows"], done.counts["rejects"]) == (2, 0)
    view = {"events": "mart.gdelt_events", "mentions": "mart.gdelt_mentions"}[table]
    back = rows(ours, f"SELECT * EXCLUDE (raw_hash) FROM gdelt.{table} ORDER BY ALL")
    assert back == rows(ours, f"SELECT * FROM {view} ORDER BY ALL")
    assert len(back) == 2
