"""Explanations: everything that decided is shown, and nothing of a text can act."""

from __future__ import annotations

import ast
import inspect
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from rich.console import Console
from typer.testing import CliRunner

from demarche import cli, ontology, steps
from demarche.events import grouping, likeness, links, tales
from demarche.explanation import EventExplanation, Explanation, ReportExplanation
from demarche.explanation.page import write_page
from demarche.explanation.terminal import draw
from demarche.records import Document, Mention, Reject, Report, ReportParticipant
from demarche.settings import Settings
from demarche.steps import StepError

runner = CliRunner()
DAY = date(2021, 5, 4)
KEY = "2021-05-04T10"
BODY = "Ana Tiro visited Tonga on Monday, the palace said."


def document(body: str = BODY, title: str = "A <b>visit</b>") -> Document:
    return Document(
        document_id="d1", article_id="a1", partition_key=KEY, source_id="o1", source_name="The Reef", path="a.txt",
        title=title, body=body, published_date=DAY, published_rule="text", fetched_at="2021-05-04T10:00:00Z",
        content_hash="c", raw_hash="h",
    )  # fmt: skip


def mention(start: int, end: int, body: str = BODY, **more: Any) -> Mention:
    return Mention(
        mention_id=f"m{start}-{end}", document_id="d1", partition_key=KEY, start_offset=start, end_offset=end,
        text=body[start:end], **({"mention_type": "person"} | more),
    )  # fmt: skip


PERSON = mention(
    0, 8, name="Ana Tiró", entity_id="Q0", country_code="FJI", office_name="premier", link_rule="office",
    link_score=0.91,
)  # fmt: skip
STATE = mention(17, 22, mention_type="state", name="Tonga", entity_id="TON", link_rule="name", link_score=0.95)
TIME = mention(26, 32, mention_type="time", link_rule="time")
PALACE = mention(34, 44, mention_type="body")


def explanation(**more: Any) -> Explanation:
    report = Report(
        report_id="r1", document_id="d1", partition_key=KEY, load_date=DAY, event_type="CONSULT", mode_type="visit",
        status_type="occurred", plover_type="CONSULT", sentence_text=BODY, sentence_start_offset=0,
        sentence_end_offset=len(BODY), trigger_text="visited", trigger_start_offset=9, trigger_end_offset=16,
        start_date=date(2021, 5, 3), end_date=date(2021, 5, 3), date_precision_type="day", date_text="on Monday",
        anchor_date=DAY, confidence_score=0.85, coding_rule="verb: visit", coder_version="1",
    )  # fmt: skip
    party = ReportParticipant(
        report_id="r1", partition_key=KEY, load_date=DAY, ordinal=0, role_type="actor", part_type="visitor",
        entity_id="Q0", name="Ana Tiró", country_code="FJI", text="Ana Tiro", start_offset=0, end_offset=8,
    )  # fmt: skip
    given = {
        "document": document(),
        "mentions": (PERSON, STATE, TIME, PALACE),
        "told": (ReportExplanation(report, (party,)),),
    }
    return Explanation(**(given | more))


def in_terminal(one: Explanation | EventExplanation, **console: Any) -> str:
    out = io.StringIO()
    Console(file=out, highlight=False, width=200, **console).print(draw(one))
    return out.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        *("Ana Tiró", "Q0", "FJI", "premier", "office", "0.91", "visitor"),
        *("verb: visit", "on Monday", "2021-05-03", "2021-05-04", "0.85"),
    ],
)
def test_everything_that_decided_is_shown(words: str) -> None:
    assert words in in_terminal(explanation())
    assert words in html.fromstring(write_page([explanation()])).text_content()
    assert words in json.dumps(explanation().as_dict(), ensure_ascii=False)


def test_mentions_are_coloured_and_numbered_in_the_text() -> None:
    assert "Ana Tiro[1] visited Tonga[2] on Monday[3]" in in_terminal(explanation(), color_system=None)
    assert "\x1b[33mAna Tiro" in in_terminal(explanation(), force_terminal=True, color_system="standard")
    marks = html.fromstring(write_page([explanation()])).xpath("//div[@class='text']/mark")
    assert [(mark.get("class"), mark.text) for mark in marks] == [
        ("person", "Ana Tiro"), ("state", "Tonga"), ("time", "Monday"), ("body open", "the palace"),
    ]  # fmt: skip
    assert marks[0].get("title") == "person, Ana Tiró, FJI, premier, by office, 0.91"


def test_a_text_without_events_says_so() -> None:
    assert "No event was found." in in_terminal(explanation(told=()))
    assert "No event was found." in write_page([explanation(told=())])


def test_of_mentions_that_overlap_the_first_and_longest_is_shown() -> None:
    inner, across = mention(4, 8), mention(4, 16)
    found = explanation(mentions=(across, inner, PERSON)).pieces(0, 22)
    assert [(text, shown and shown.mention_id) for text, shown in found] == [
        ("Ana Tiro", "m0-8"), (" visited Tonga", None),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, len(BODY)), st.integers(0, len(BODY))), max_size=8), st.data())
def test_pieces_are_the_text(spans: list[tuple[int, int]], data: st.DataObject) -> None:
    mentions = tuple({m.mention_id: m for m in (mention(*sorted(span)) for span in spans)}.values())
    start = data.draw(st.integers(0, len(BODY)))
    end = data.draw(st.integers(start, len(BODY)))
    pieces = list(explanation(mentions=mentions).pieces(start, end))
    assert "".join(text for text, _ in pieces) == BODY[start:end]
    assert all(shown is None or shown.text == text for text, shown in pieces)


@given(st.text(min_size=1))
def test_no_text_becomes_markup_or_steers_a_terminal(text: str) -> None:
    hostile = f"<script>alert(1)</script>\x1b[2J'\"{text}[/red]"
    named = mention(0, len(hostile), hostile, name=hostile, link_rule="name")
    one = Explanation(document(hostile, hostile), (named,), ())
    page = html.fromstring(write_page([one]).encode())
    assert not page.xpath("//script")
    assert {name for mark in page.iter("mark") for name in mark.attrib} <= {"class", "title"}
    printed = in_terminal(one, color_system=None)
    assert all(letter.isprintable() or letter == "\n" for letter in printed)


def test_a_page_needs_nothing_from_elsewhere() -> None:
    page = html.fromstring(write_page([explanation(), explanation()]))
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]
    assert not page.xpath("//@src | //@href | //script | //link | //img")
    assert len(page.xpath("//h1")) == 2


# --- from files, lake and warehouse ------------------------------------------------------------------------------
TEXT = """Premier visits Paris

May 4, 2021

The German foreign minister, Heiko Maas, met Antony Blinken in London on Monday. They talked about trade for an hour.
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    folder = tmp_path_factory.mktemp("explained")
    texts = folder / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text(TEXT, encoding="utf-8")
    settings = Settings(lake_url=str(folder / "lake"), warehouse_path=folder / "w.duckdb")
    steps.run([texts], settings=settings, partition_key=KEY)
    return folder, settings


def test_a_file_is_read_and_explained(world: tuple[Path, Settings]) -> None:
    folder, settings = world
    (found,) = steps.explain(str(folder / "texts" / "a.txt"), settings=settings)
    assert isinstance(found, Explanation)
    assert {one.report.event_type for one in found.told} == {"CONSULT"}
    assert {"Heiko Maas", "Antony Blinken"} <= {shown.name for shown in found.mentions}


def test_a_document_of_the_lake_is_shown_as_it_was_tagged(world: tuple[Path, Settings]) -> None:
    folder, settings = world
    (read,) = steps.explain(str(folder / "texts" / "a.txt"), settings=settings)
    assert isinstance(read, Explanation)
    document_id = read.document.document_id
    without_warehouse = settings.model_copy(update={"warehouse_path": folder / "none.duckdb"})
    for held in (settings, without_warehouse):
        (found,) = steps.explain(document_id, settings=held)
        assert isinstance(found, Explanation)
        assert found.told
        assert [one.report.trigger_text for one in found.told] == [one.report.trigger_text for one in read.told]


def test_an_event_shows_what_joined_its_reports(world: tuple[Path, Settings]) -> None:
    folder, settings = world
    (read,) = steps.explain(str(folder / "texts" / "a.txt"), settings=settings)
    assert isinstance(read, Explanation)
    event_id = "e" + read.told[0].report.report_id[1:]
    (found,) = steps.explain(event_id, settings=settings)
    assert isinstance(found, EventExplanation)
    assert found.event["event_type"] == "CONSULT"
    assert found.reports[0]["merge_rule"] == "first"
    for printed in (in_terminal(found), write_page([found]), json.dumps(found.as_dict())):
        assert "first" in printed
        assert "Heiko Maas" in printed
    where = ["--warehouse", str(settings.warehouse_path)]
    done = runner.invoke(cli.app, ["explain", event_id, *where, "--format", "json"])
    assert json.loads(done.stdout)["reports"][0]["merge_rule"] == "first"


def test_the_beginning_of_an_id_is_enough_unless_a_file_is_called_so(
    world: tuple[Path, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, settings = world
    monkeypatch.chdir(tmp_path)
    (read,) = steps.explain(str(folder / "texts" / "a.txt"), settings=settings)
    assert isinstance(read, Explanation)
    event_id = "e" + read.told[0].report.report_id[1:]
    (found,) = steps.explain(event_id[:9], settings=settings)
    assert isinstance(found, EventExplanation)
    (tmp_path / event_id[:9]).write_bytes((folder / "texts" / "a.txt").read_bytes())
    (of_file,) = steps.explain(event_id[:9], settings=settings)
    assert isinstance(of_file, Explanation)
    with pytest.raises(StepError, match="no event e000000 is in"):
        list(steps.explain("e000000", settings=settings))
    for what in ("e", event_id[:4], event_id + "0", ""):
        with pytest.raises(StepError, match="is no event's id"):
            list(steps.explain(what, settings=settings))


def test_what_is_neither_file_nor_id_is_named(world: tuple[Path, Settings]) -> None:
    for what in ("nothing.txt", "r108d25", "E108D25"):
        with pytest.raises(StepError, match=f"'{what}' is no file, and no id of a document"):
            list(steps.explain(what, settings=world[1]))


def test_a_rule_that_joins_or_links_is_told_in_words() -> None:
    report = {"merge_rule": "plan_fulfilled", "report_id": "r1", "sentence_text": BODY}
    link = {"event_id": "e1", "link_type": "ratifies", "other_event_id": "e2", "link_rule": "treaty_of_the_parties"}
    event = {"event_type": "CONSULT", "mode_type": None, "status_type": "occurred", "plover_type": "CONSULT"}
    one = EventExplanation(event, (report,), (), (), (link,))
    words = [ontology.MERGE_RULES["plan_fulfilled"], ontology.LINK_RULES["treaty_of_the_parties"]]
    for printed in (in_terminal(one), html.fromstring(write_page([one])).text_content()):
        assert all(meaning in " ".join(printed.split()) for meaning in words)


def test_every_rule_of_joining_and_linking_has_its_words() -> None:
    """What the code names a tie or a link: the words after a verdict's level, of a life's step and after a link's
    type."""
    found = {f"same_{unit}" for unit in ("week", "month", "year")}  # of the coarser of two dates
    for module in (grouping, likeness, links):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
            if called == "Verdict" and not {"conflict", "apart", "attests"} & set(_texts(node.args[0])):
                found |= set(_texts(node.args[1]))
            elif called == "_rule":
                found |= set(_texts(node.args[2]) if len(node.args) > 2 else ())
            elif isinstance(node, ast.FunctionDef) and node.name in ("_rule", "_copy_rule"):
                found |= {text for text in _texts(node) if "_" in text} - tales.settings().keys()
            elif isinstance(node, ast.Tuple) and len(node.elts) == 4 and module is links:
                found |= set(_texts(node.elts[3]))
    assert found >= {"same_day", "same_text", "common_tie", "plan_fulfilled", "next_round"}
    assert found <= ontology.MERGE_RULES.keys() | ontology.LINK_RULES.keys()


def _texts(node: ast.AST) -> list[str]:
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [text for text in texts if not text.endswith("_")]  # the beginning of a name that is put together


@pytest.mark.parametrize("letter", ["d", "e"])
def test_an_unknown_id_is_named(world: tuple[Path, Settings], letter: str) -> None:
    with pytest.raises(StepError, match=f"no (document|event) {letter}0+ is in"):
        list(steps.explain(letter + 32 * "0", settings=world[1]))


def test_the_command_writes_text_page_and_json_and_names_what_it_can_not_read(
    world: tuple[Path, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Reject(
        reject_id="x1", partition_key=KEY, station="parse", path="b.txt", reason_type="empty",
        reason_text="b.txt is empty",
    )  # fmt: skip
    monkeypatch.setattr(steps, "explain", lambda *_, **__: iter([refused, explanation()]))
    shown = {form: runner.invoke(cli.app, ["explain", "b.txt", "--format", form]) for form in ("text", "html", "json")}
    assert all(done.exit_code == 0 and "b.txt is empty" in done.stderr for done in shown.values())
    assert "Ana Tiro[1]" in shown["text"].stdout
    assert shown["html"].stdout.startswith("<!doctype html>")
    assert json.loads(shown["json"].stdout)["reports"][0]["participants"][0]["name"] == "Ana Tiró"
    monkeypatch.setattr(steps, "explain", lambda *_, **__: iter([refused]))
    assert runner.invoke(cli.app, ["explain", "b.txt"]).exit_code == 1
