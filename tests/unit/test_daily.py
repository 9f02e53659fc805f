"""The daily report's page and its Markdown: all that came is there, and nothing of it is markup."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from demarche.daily import (
    Course,
    DailyReport,
    Figure,
    Outcomes,
    Part,
    Section,
    parse_section,
    write_markdown,
    write_page,
)

DAY = date(2024, 3, 4)
AT = datetime(2024, 3, 5, 4, 30, tzinfo=UTC)
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "div", "b", "ul", "li"),
}


def report(*rows: tuple, columns: tuple[str, ...] = ("name", "number", "course", "checks")) -> DailyReport:
    return DailyReport(DAY, AT, [("warehouse", "w.duckdb")], [Section("What came", "Of the day.", columns, rows)])


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_shows_words_numbers_courses_and_outcomes() -> None:
    page = write_page(report(("Courier", 12, Course((0, 6, 12)), Outcomes(("passed", "failed", "broken")))))
    assert "Monday 04 March 2024" in page
    assert "<td>Courier</td><td class='number'>12</td>" in page
    assert "y='0.0' width='4' height='22.0'" in page
    assert [page.count(f"class='{outcome}'") for outcome in ("passed", "failed", "broken")] == [1, 1, 1]


def test_a_number_has_a_bar_as_long_as_its_part_of_the_greatest() -> None:
    page = write_page(report(("Courier", Part(1_500, 6_000)), ("Post", Part(0, 0))))
    assert "#d0ebff 25%, transparent 0)'>1,500</td>" in page
    assert "#d0ebff 0%, transparent 0)'>0</td>" in page
    assert "| Courier | 1,500 |" in write_markdown(report(("Courier", Part(1_500, 6_000))))


def test_a_day_without_any_is_seen_as_such() -> None:
    assert "<rect class='none' x='0' y='21' width='4' height='1'/>" in write_page(report(("Courier", Course((0, 5)))))


def test_rows_of_less_interest_are_brief_in_the_page_and_whole_in_markdown() -> None:
    rows = [("ledger", "failed", 3, Outcomes(("failed",))), ("dates & co", "passed", 7, Outcomes(("passed", "passed")))]
    section = Section("Checks", "All.", ("check", "outcome", "rows", "last"), rows, 1)
    whole = DailyReport(DAY, AT, [], [section])
    page = write_page(whole)
    assert page.count("<tr>") == 2, "the head and what failed"
    assert page.count("class='passed'") == 2
    assert "<li>dates &amp; co<svg" in page
    assert "| dates \\& co | passed | 7 | ·· |" in write_markdown(whole)
    assert "<table>" not in write_page(DailyReport(DAY, AT, [], [Section("Checks", "All.", ("check",), rows[1:], 0)]))


def test_figures_stand_above_all() -> None:
    whole = DailyReport(DAY, AT, [], [], [Figure("documents", 1_234), Figure("checks failed", 2, "failed")])
    page = write_page(whole)
    assert "<div class='plain'><b>1,234</b>documents</div><div class='failed'><b>2</b>checks failed</div>" in page
    assert "- documents: 1,234\n- checks failed: 2\n" in write_markdown(whole)


def test_what_is_less_severe_is_no_alarm() -> None:
    page = write_page(report(("Courier", 1, Outcomes(("failed", "broken"), "warn"), Outcomes(("failed",), "info"))))
    assert [page.count(f"class='{name}'") for name in ("failed", "warned", "noted", "broken")] == [0, 1, 1, 1]
    assert "<title>failed, broken</title>" in page


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (7, "7"), (1_000_000, "1,000,000"), (1_234_567.0, "1,234,567"), (2.5, "2.5"), (0.333333, "0.33")],
)
def test_numbers_are_written_out(number: float, shown: str) -> None:
    assert f"<td class='number'>{shown}</td>" in write_page(report(("Courier", number, None, None)))
    assert f"| Courier | {shown} |" in write_markdown(report(("Courier", number, None, None)))


def test_what_is_long_keeps_its_width_and_lets_the_others_have_theirs() -> None:
    page = write_page(report(("x" * 200, 1, None, None), ("Courier", 1, None, None)))
    assert f"<td class='words'>{'x' * 200}</td>" in page
    assert "<td>Courier</td>" in page
    assert "td.words { min-width: 16rem; overflow-wrap: anywhere; }" in page


def test_markdown_shows_the_same() -> None:
    text = write_markdown(report(("Courier", 12, Course((0, 6, 12)), Outcomes(("passed", "failed", "broken")))))
    assert "| Courier | 12 | ▁▅█ | ·✗! |" in text


def test_a_section_without_rows_says_so() -> None:
    assert "Nothing." in write_page(report())
    assert "Nothing." in write_markdown(report())


@given(st.text(max_size=60))
def test_hostile_words_stay_words(words: str) -> None:
    hostile = f"<script>alert(1)</script>{words}<img src=x onerror=y> [a](javascript:b) | c"
    told = report((hostile, 1, None, None))
    assert Seen(write_page(told)).tags <= ALLOWED
    rendered = Seen(MarkdownIt("commonmark", {"html": True}).enable("table").render(write_markdown(told)))
    assert rendered.tags <= {"h1", "h2", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}


def test_control_characters_reach_neither_form() -> None:
    told = report(("a\0b\x1b[31mc\u202ed", 1, None, None))
    for text in (write_page(told), write_markdown(told)):
        assert {letter for letter in text if not letter.isprintable()} == {"\n"}


def test_long_words_are_cut() -> None:
    assert len(write_markdown(report(("x" * 100_000, 1, None, None)))) < 1000


def test_our_own_sections_are_well_formed() -> None:
    found = sorted(entry.name for entry in files("demarche").joinpath("sql", "daily").iterdir())
    assert len(found) >= 7
    for name in found:
        title, note, sql = parse_section(files("demarche").joinpath("sql", "daily", name).read_text("utf-8"), name)
        assert title
        assert note.endswith(".")
        assert "SELECT" in sql


def test_a_malformed_section_is_named() -> None:
    with pytest.raises(ValueError, match=r"mine\.sql"):
        parse_section("SELECT 1", "mine.sql")
