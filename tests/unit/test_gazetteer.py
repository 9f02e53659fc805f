"""The gazetteer's tables, a file of one's own, and what an endpoint tells: checked row by row, used for linking."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from demarche import cli, codebook, steps, wikidata
from demarche.codebook import CodebookError, additions, gazetteer
from demarche.entities import load_gazetteer
from demarche.places import load_places
from demarche.settings import Settings, load_settings
from demarche.steps.gazetteer import load_additions
from demarche.steps.ledgers import code_version

HEADER = "kind,id,name,aliases,country,sector,office,level,organisation,start_date,end_date,latitude,longitude\n"
GOOD = (
    HEADER
    + "person,,Ana Beltrao,A. Beltrao,PRT,,trade minister,,,2026-03-01,,,\n"
    + "group,,Red Dune Front,RDF,MLI,REB,,,,,,,\n"
    + "body,,House of Tides,,ISL,LEG,,,,,,,\n"
    + "place,,Camp Larkspur,,MLI,,,,,,,17.5,-3.25\n"
    + "alias,DEU,Bundesrepublik,,,,,,,,,,\n"
)


def read(text: str) -> additions.Additions:
    return additions.read(text.encode(), "own.csv")


# --- tables ------------------------------------------------------------------------------------------------------
def test_no_row_of_the_codebook_is_wrong() -> None:
    assert gazetteer.all_problems() == []


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("countries", {"iso3": "Xx", "name": "Nowhere", "status": "state"}, "line 7: iso3: 'Xx' is no ISO alpha-3"),
        ("persons", {"entity_id": "Q1", "name": "--"}, "line 7: name: '--' has no letters"),
        ("persons", {"entity_id": "Q1", "name": "A\u200bB"}, "can't be seen"),
        ("metonyms", {"name": "Hall", "country": "ATL", "sector": "GOV"}, "country: 'ATL'"),
        ("organisations", {"entity_id": "Q1", "name": "A", "entity_type": "club", "sector": "IGO"}, "no entity type"),
        ("places_extra", {"place_id": "p", "name": "P", "place_type": "site", "latitude": "91"}, "latitude: 91 is not"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(
    monkeypatch: pytest.MonkeyPatch, table: str, row: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(codebook, "numbered_table", lambda name: ((7, row),))
    with pytest.raises(CodebookError, match=said):
        gazetteer.rows(table)


def test_a_tenure_that_ends_before_it_starts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"entity_id": "Q1", "office_name": "king", "office_level": "head_of_state"}
    days = {"start_date": "2020-01-02", "end_date": "2020-01-01"}
    monkeypatch.setattr(codebook, "numbered_table", lambda name: ((9, row | days),))
    with pytest.raises(CodebookError, match=r"offices\.csv, line 9: ends on 2020-01-01"):
        gazetteer.rows("offices")


# --- a file of one's own -----------------------------------------------------------------------------------------
def test_what_the_file_adds_is_known() -> None:
    own = read(GOOD)
    known = load_gazetteer(own)
    person = known.person("Ana Beltrão")
    assert person == "person-ana-beltrao"
    assert [held.level for held in known.offices_of(person, date(2026, 4, 1))] == ["minister"]
    assert known.offices_of(person, date(2026, 2, 1)) == ()
    group = known.organisation("RDF")
    assert group is not None
    assert (group.entity_type, group.country_code, group.sector_type) == ("group", "MLI", "REB")
    assert known.state("Bundesrepublik") == "DEU"
    assert [place.country_code for place, _ in load_places(own).named("camp larkspur")] == ["MLI"]
    assert {"person-ana-beltrao", "group-red-dune-front"} <= {one.entity_id for one in known.entities()}


def test_a_name_of_the_file_goes_before_the_codebook() -> None:
    own = read(HEADER + "organisation,,NATO,,BEL,BUS,,,,,,,\nplace,,Paris,,USA,,,city,,,,33.66,-95.55\n")
    found = load_gazetteer(own).organisation("NATO")
    assert found is not None
    assert found.country_code == "BEL"
    assert [place.country_code for place, _ in load_places(own).named("paris")] == ["USA"]


def test_a_tenure_of_the_file_takes_the_place_of_the_codebooks() -> None:
    plain = load_gazetteer()
    day = date(2024, 1, 1)
    macron = plain.office_holder("FRA", "head_of_state", day)
    assert macron is not None
    (held,) = (one for one in plain.holdings[macron] if one.level == "head_of_state")
    row = f"person,{macron},Emmanuel Macron,,FRA,,president,,,{held.start_date},2019-12-31,,\n"
    known = load_gazetteer(read(HEADER + row))
    assert known.office_holder("FRA", "head_of_state", date(2019, 12, 31)) == macron
    assert known.office_holder("FRA", "head_of_state", day) is None


def test_a_person_without_id_is_the_known_one_of_that_name() -> None:
    own = read(HEADER + "person,,Emmanuel Macron,,FRA,,president,,,2017-05-14,,,\n")
    assert [entity_id for entity_id, _ in own.of("person")] == [load_gazetteer().person("Emmanuel Macron")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: is empty"),
        ("name\nX\n", "line 1: the header lacks kind"),
        ("kind;name\nperson;X\n", "line 1: columns are to be separated by commas"),
        ("kind,name,nick\nperson,X,Y\n", "line 1: no such column: nick"),
        ("kind,name\n# a comment\nperson,X,Y\n", "line 3: 3 values for 2 columns"),
        ("kind,name\nhero,X\n", "line 2: kind: 'hero' is no kind"),
        ("kind,name\nperson,...\n", "line 2: name: '...' has no letters"),
        ('kind,name\nperson,"a\nb"\n\nperson,\n', "line 5: name is empty"),
        ("kind,name\nbody,House of Tides\n", "line 2: a body needs the country"),
        ("kind,name,id\nalias,Bund,XXX\n", "line 2: id: nothing has the id 'XXX'"),
        ("kind,name\nalias,Bund\n", "line 2: an alias needs the id"),
        ("kind,name,country\nperson,Jo Doe,ATL\n", "line 2: country: 'ATL'"),
        ("kind,name,office\nperson,Jo Doe,king\n", "line 2: an office needs its country or its organisation"),
        ("kind,name,country,office\nperson,Jo Doe,ISL,tidemaster\n", "line 2: level: what office is 'tidemaster'"),
        ("kind,name,country,office,organisation\nperson,Jo,ISL,head,Q0x\n", "nothing has the id 'Q0x'"),
        ("kind,name,start_date\nperson,Jo Doe,2018-02-30\n", "line 2: start_date: '2018-02-30' is no day"),
        ("kind,name,latitude\nplace,Reef,12\n", "line 2: has one of latitude and longitude"),
        ("kind,name,gender\nbody,Reef,f\n", "line 2: gender belongs to a person"),
    ],
)
def test_a_wrong_row_of_the_file_is_named_by_its_line(text: str, said: str) -> None:
    with pytest.raises(CodebookError) as caught:
        read(text)
    assert f"own.csv, {said}" in str(caught.value) or said in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused_by_the_line() -> None:
    with pytest.raises(CodebookError, match=r"own\.csv, line 2: is not UTF-8"):
        additions.read("kind,name\nperson,Díaz\n".encode("latin-1"), "own.csv")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    content = ("kind,name,aliases\n" + text).encode("utf-8", "surrogatepass")
    try:
        found, said = additions.read(content, "own.csv"), ""
    except CodebookError as error:
        found, said = additions.NONE, str(error)
    assert len(list(found.of(*additions.KINDS))) == len(found.rows)
    assert not said or "own.csv, line " in said


def test_the_tag_stations_version_follows_the_file(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    before = {station: code_version(station, settings) for station in ("documents", "tagged", "paired")}
    (tmp_path / "gazetteer.csv").write_text(GOOD, encoding="utf-8")
    after = {station: code_version(station, settings) for station in before}
    assert [station for station in before if before[station] != after[station]] == ["tagged"]


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    assert load_additions(Settings(data_folder=tmp_path)) is additions.NONE
    with pytest.raises(steps.StepError, match="no such file — DEMARCHE_GAZETTEER_FILE names it"):
        load_additions(load_settings(gazetteer_file=tmp_path / "own.csv"))


def test_extract_links_by_the_file(tmp_path: Path) -> None:
    (tmp_path / "gazetteer.csv").write_text(GOOD, encoding="utf-8")
    text = "The Red Dune Front attacked Camp Larkspur on Monday, Ana Beltrão said."
    line = json.dumps({"id": "1", "text": text, "published_at": "2026-05-04"}).encode()
    (answer,) = steps.extract([line], settings=Settings(data_folder=tmp_path))
    ids = {entity["text"].removeprefix("The "): entity["entity_id"] for entity in answer["entities"]}
    assert ids["Red Dune Front"] == "group-red-dune-front"
    assert ids["Camp Larkspur"] == "place-camp-larkspur"
    assert ids["Ana Beltrão"] == "person-ana-beltrao"


def test_check_prints_every_wrong_row_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("kind,name\nhero,X\nperson,...\n", encoding="utf-8")
    shown = CliRunner().invoke(cli.app, ["gazetteer", "check", str(file)])
    assert shown.exit_code == 1
    assert [line.partition(": ")[0] for line in shown.stdout.splitlines()] == [f"{file}, line 2", f"{file}, line 3"]
    file.write_text(GOOD, encoding="utf-8")
    assert CliRunner().invoke(cli.app, ["gazetteer", "check", str(file)]).exit_code == 0


def test_tenures_that_do_not_fit_together_are_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [
        ("2015-02-01", "2016-05-01"),
        ("2016-05-01", "2018-09-01"),
        ("2018-03-01", ""),
        ("2019-01-01", "2019-06-01"),
        ("2020-01-01", ""),
    ]
    rows = [
        {"country": "NOR", "office_level": "foreign_minister", "start_date": start, "end_date": end, "known_until": ""}
        for start, end in days
    ]
    monkeypatch.setattr(gazetteer.codebook, "numbered_table", lambda name: tuple(enumerate(rows, 3)))
    assert list(gazetteer.tenure_doubts()) == [
        f"codebook/offices.csv, line {doubt}"
        for doubt in (
            "5: NOR, foreign_minister: starts on 2018-03-01, before 2018-09-01, when the one before ends",
            "6: NOR, foreign_minister: starts on 2019-01-01, and the one before has no end",
            "7: NOR, foreign_minister: starts on 2020-01-01; nobody is known since 2019-06-01",
        )
    ]
    rows[1]["start_date"] = rows[0]["start_date"]  # shared
    assert not list(gazetteer.tenure_doubts())


# --- an endpoint -------------------------------------------------------------------------------------------------
@dataclass
class Server:
    """A SPARQL endpoint on this machine that gives recorded answers."""

    url: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by what the question holds
    failures: list[int] = field(default_factory=list)  # statuses of the next answers
    raw: bytes | None = None
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status = found.failures.pop(0) if found.failures else 200
            rows = [row for mark, of_mark in found.rows.items() if mark in question for row in of_mark]
            found.asked.append(question)
            found.agents.append(self.headers["User-Agent"])
            body = found.raw or json.dumps({"results": {"bindings": rows}}).encode()
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{http.server_port}/sparql"
    yield found
    http.shutdown()
    http.server_close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikidata.Endpoint.__init__, "__kwdefaults__", {
        **(wikidata.Endpoint.__init__.__kwdefaults__ or {}), "sleep": lambda _: None,
    })  # fmt: skip


def tenure(body: str, person: str, name: str, start: str, end: str = "", precision: int = 11) -> dict[str, Any]:
    row = {"body": body, "person": f"http://www.wikidata.org/entity/{person}", "name": name}
    row |= {"officeName": "President of the Isles", "start": f"{start}T00:00:00Z", "startPrecision": str(precision)}
    row |= {"end": f"{end}T00:00:00Z", "endPrecision": str(precision)} if end else {}
    return {column: {"type": "literal", "value": value} for column, value in row.items()}


HEADS = ["head_of_state"]


def test_an_update_writes_what_is_new_and_linking_knows_it(server: Server, tmp_path: Path) -> None:
    server.rows["P1906"] = [tenure("CUB", "Q999000111", "Aurelio Pinto", "2026-10-02")]
    settings = Settings(data_folder=tmp_path)
    done = steps.update_gazetteer(HEADS, url=server.url, settings=settings, today=date(2026, 11, 25))
    assert done.changes == ("+ CUB president: Aurelio Pinto (Q999000111), 2026-10-02 to now",)
    known = load_gazetteer(load_additions(settings))
    assert known.office_holder("CUB", "head_of_state", date(2026, 11, 1)) == "Q999000111"
    assert steps.check_gazetteer(settings=settings).problems == ()
    assert all("demarche/" in agent for agent in server.agents)
    again = steps.update_gazetteer(HEADS, url=server.url, settings=settings, today=date(2026, 11, 26))
    assert (again.changes, again.is_written) == ((), False)


def test_a_dry_run_writes_nothing(server: Server, tmp_path: Path) -> None:
    server.rows["P1906"] = [tenure("CUB", "Q999000111", "Aurelio Pinto", "2026-10-02")]
    done = steps.update_gazetteer(HEADS, url=server.url, settings=Settings(data_folder=tmp_path), dry_run=True)
    assert (len(done.changes), done.is_written) == (1, False)
    assert list(tmp_path.iterdir()) == []


def test_the_analysts_own_rows_and_comments_stay(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "gazetteer.csv"
    file.write_text('# mine\nname,kind,country\n"Dune, the",group,MLI\n', encoding="utf-8")
    settings = Settings(data_folder=tmp_path)
    server.rows["P1906"] = [tenure("CUB", "Q999000111", "Aurelio Pinto", "2026-10-02")]
    steps.update_gazetteer(HEADS, url=server.url, settings=settings)
    server.rows["P1906"] = [tenure("CUB", "Q999000112", "Berta Pinto", "2026-10-03")]
    done = steps.update_gazetteer(HEADS, url=server.url, settings=settings)
    assert [change[:2] for change in done.changes] == ["- ", "+ "]
    own = load_additions(settings)
    assert [row["name"] for row in own.rows] == ["Dune, the", "Berta Pinto"]
    assert "# mine" in file.read_text(encoding="utf-8")
    assert "Aurelio" in (tmp_path / "gazetteer.csv.before").read_text(encoding="utf-8")


def test_what_the_codebook_knows_is_not_written(server: Server, tmp_path: Path) -> None:
    macron = load_gazetteer().person("Emmanuel Macron")
    server.rows["P1906"] = [tenure("FRA", str(macron), "Emmanuel Macron", "2017-05-07")]
    done = steps.update_gazetteer(HEADS, url=server.url, settings=Settings(data_folder=tmp_path))
    assert (done.changes, done.known_count) == ((), 1)


def test_months_and_years_become_intervals(server: Server) -> None:
    server.rows["P1906"] = [
        tenure("CUB", "Q1", "Year Man", "2019-01-01", "2020-01-01", precision=9),
        tenure("CUB", "Q2", "Month Man", "2019-02-01", "2020-02-01", precision=10),
    ]
    ((found, unusable),) = wikidata.Endpoint(server.url).tenures("head_of_state", ["CUB"], 2015)
    assert unusable == 0
    assert [(one.start_date.isoformat(), str(one.end_date)) for one in found] == [
        ("2019-01-01", "2020-12-31"),
        ("2019-02-01", "2020-02-29"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {},
        "no row",
        tenure("USA", "Q1", "Not asked for", "2019-01-01"),
        tenure("CUB", "Q1x", "No item", "2019-01-01"),
        tenure("CUB", "Q1", "=HYPERLINK(1)", "2019-01-01"),
        tenure("CUB", "Q1", "Two;names", "2019-01-01"),
        tenure("CUB", "Q1", "No day", "2019-13-01"),
        tenure("CUB", "Q1", "Backwards", "2019-01-02", "2019-01-01"),
        {**tenure("CUB", "Q1", "Unknown end", "2019-01-01"), "end": {"type": "bnode", "value": "t1"}},
    ],
)
def test_a_row_that_is_not_what_it_should_be_is_counted(server: Server, row: Any) -> None:
    server.rows["P1906"] = [row]
    assert list(wikidata.Endpoint(server.url).tenures("head_of_state", ["CUB"], 2015)) == [([], 1)]


def test_an_endpoint_that_is_busy_is_asked_again(server: Server) -> None:
    server.failures = [429, 503]
    assert list(wikidata.Endpoint(server.url).tenures("head_of_state", ["CUB"], 2015)) == [([], 0)]
    assert len(server.asked) == 3


@pytest.mark.parametrize("failures", [[503] * 9, [404], [301]])
def test_an_endpoint_that_fails_changes_nothing(server: Server, tmp_path: Path, failures: list[int]) -> None:
    server.failures = failures
    with pytest.raises(wikidata.WikidataError, match=f"HTTP {failures[0]}"):
        steps.update_gazetteer(HEADS, url=server.url, settings=Settings(data_folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b'{"results": {"bindings": 3}}', b"[" * 100_000])
def test_an_answer_that_is_no_result_is_refused(server: Server, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(wikidata.WikidataError, match="is no SPARQL result"):
        list(wikidata.Endpoint(server.url).tenures("head_of_state", ["CUB"], 2015))


def test_an_answer_that_is_too_long_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikidata, "MAX_ANSWER_BYTES", 10)
    with pytest.raises(wikidata.WikidataError, match="more than 10 bytes"):
        list(wikidata.Endpoint(server.url).tenures("head_of_state", ["CUB"], 2015))


@pytest.mark.parametrize("url", ["ftp://x/", "file:///etc/passwd", "http://example.org/sparql", "sparql"])
def test_only_an_endpoints_address_is_asked(url: str) -> None:
    with pytest.raises(wikidata.WikidataError, match="not the address of an endpoint"):
        wikidata.Endpoint(url)


def test_every_question_names_its_bodies_and_closes_its_braces() -> None:
    for role in wikidata.ROLES:
        bodies = ["Q1065", "Q7184"] if role == "organisation_head" else ["CUB", "USA", 'X"}']
        for question in wikidata.questions(role, bodies, 2015):
            assert question.count("{") == question.count("}")
            assert all(body in question for body in bodies[:2])
            assert 'X"}' not in question
            assert "%(" not in question
