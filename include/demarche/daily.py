"""The daily report as one page that needs nothing from anywhere, and as Markdown. Every word of a text is escaped.

A report is a list of sections, each a table, below some figures that say how the day was. A cell is text, a number (as
a `Part` with a bar for its size), a course of numbers (`Course`, drawn as bars) or the outcomes of a check
(`Outcomes`, drawn as squares).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

BLOCKS = "▁▂▃▄▅▆▇█"
MARKS = {"passed": "·", "failed": "✗", "broken": "!"}
SHADES = {"warn": "warned", "info": "noted"}  # as what a failure of less severity is drawn
MAX_CELL = 300  # characters of a text that a cell shows
UNBROKEN = 16  # characters up to which words are not parted at their hyphens: days and hours
WIDE = 40  # characters from which a cell keeps some width of its own, and breaks words that don't fit into it


@dataclass(frozen=True)
class Course:
    """Numbers over time, the oldest first, none negative."""

    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Outcomes:
    """What a check said over time, the oldest first: passed, failed or broken; and how severe it is that it failed
    (error, warn or info)."""

    outcomes: tuple[str, ...]
    severity: str = "error"


@dataclass(frozen=True)
class Part:
    """A number beside the greatest of its column, neither negative."""

    number: float
    greatest: float


Cell = str | int | float | date | Part | Course | Outcomes | None


@dataclass(frozen=True)
class Section:
    """A table with a title and a sentence on what it shows. The page shows rows from ``brief_from`` on briefly: their
    first cell and what is drawn of them, many to a line."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    brief_from: int | None = None


@dataclass(frozen=True)
class Figure:
    """A number in large letters: what of, and how it looks (passed, warned, failed, or plain: nobody can tell)."""

    name: str
    number: int
    shade: str = "plain"


@dataclass(frozen=True)
class DailyReport:
    """All sections for one day; ``figures`` and ``facts``, as name and value, stand above them."""

    day: date
    written_at: datetime
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    figures: Sequence[Figure] = ()


def parse_section(text: str, name: str) -> tuple[str, str, str]:
    """Title, note and query of a section's file. Raises ValueError naming ``name`` when its header is incomplete."""
    found = re.fullmatch(r"-- title: (.+)\n-- note: (.+)\n((?:.|\n)+)", text.strip())
    if found is None:
        raise ValueError(f"{name}: a section begins with '-- title: …' and '-- note: …', then its query")
    return found[1], found[2], found[3]


# --- HTML --------------------------------------------------------------------------------------------------------
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #212529;
  background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .2rem; } p { margin: .2rem 0 .6rem; color: #495057; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dt { color: #868e96; } dd { margin: 0; }
.figures { display: flex; flex-wrap: wrap; gap: .7rem; margin: 1.2rem 0; }
.figures div { min-width: 6.5rem; padding: .5rem .9rem; border-radius: .4rem; border-left: 5px solid #adb5bd;
  background: #f8f9fa; color: #495057; }
.figures b { display: block; font-size: 1.6rem; line-height: 1.2; color: #212529; font-variant-numeric: tabular-nums; }
.figures .passed { border-color: #40c057; background: #ebfbee; }
.figures .warned { border-color: #f08c00; background: #fff4e6; }
.figures .failed { border-color: #e03131; background: #fff5f5; }
.brief { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .15rem 1.5rem; padding: 0;
  margin: .8rem 0; list-style: none; color: #495057; }
.brief li { display: flex; justify-content: space-between; align-items: center; gap: .6rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #e9ecef; }
td.words { min-width: 16rem; overflow-wrap: anywhere; } td.whole { white-space: nowrap; }
td.part + td { padding-left: .8rem; }
th { font-weight: 600; color: #868e96; } td.part { padding-left: 2.5rem; padding-right: .3rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { vertical-align: middle; } rect.last { fill: #1971c2; } rect { fill: #a5d8ff; }
rect.passed { fill: #8ce99a; } rect.failed { fill: #e03131; } rect.broken { fill: #862e9c; }
rect.warned { fill: #f08c00; } rect.noted { fill: #4dabf7; } rect.none { fill: #dee2e6; }
"""


def write_page(report: DailyReport) -> str:
    """The page; the same for the same report."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts)
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>Demarche, {report.day}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>Daily report, {report.day:%A %d %B %Y}</h1>\n{_figures(report.figures)}<dl>{facts}</dl>\n"
        + "\n".join(map(_section, report.sections))
        + "\n</body></html>\n"
    )


def _section(section: Section) -> str:
    head = f"<h2>{escape(section.title)}</h2>\n<p>{escape(section.note)}</p>\n"
    if not section.rows:
        return head + "<p>Nothing.</p>"
    columns = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in section.columns)
    whole = section.rows[: section.brief_from]
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in whole)
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>\n{rows}\n</tbody></table>" if whole else ""
    return head + table + _brief(section.rows[len(whole) :])


def _brief(rows: Sequence[Sequence[Cell]]) -> str:
    if not rows:
        return ""
    items = (f"<li>{escape(str(row[0]))}{''.join(map(_drawn, row[1:]))}</li>" for row in rows)
    return "<ul class='brief'>\n" + "\n".join(items) + "\n</ul>"


def _figures(figures: Sequence[Figure]) -> str:
    shown = (f"<div class='{one.shade}'><b>{_number(one.number)}</b>{escape(one.name)}</div>" for one in figures)
    return f"<div class='figures'>{''.join(shown)}</div>\n" if figures else ""


def _drawn(cell: Cell) -> str:
    """What of a cell is a picture."""
    if isinstance(cell, Course):
        return _bars(cell.numbers)
    if isinstance(cell, Outcomes):
        squares = "".join(
            f"<rect class='{_shade(outcome, cell.severity)}' x='{8 * place}' width='7' height='12'/>"
            for place, outcome in enumerate(cell.outcomes)
        )
        title = f"<title>{escape(', '.join(cell.outcomes))}</title>"
        return f"<svg width='{8 * len(cell.outcomes)}' height='12' role='img'>{title}{squares}</svg>"
    return ""


def _cell(cell: Cell) -> str:
    if isinstance(cell, Course | Outcomes):
        return f"<td>{_drawn(cell)}</td>"
    if isinstance(cell, Part):
        bar = f"linear-gradient(to left, #d0ebff {round(100 * cell.number / (cell.greatest or 1))}%, transparent 0)"
        return f"<td class='number part' style='background-image: {bar}'>{_number(cell.number)}</td>"
    if isinstance(cell, int | float):
        return f"<td class='number'>{_number(cell)}</td>"
    words = escape(_text(cell))
    if len(words) > WIDE:
        return f"<td class='words'>{words}</td>"
    return f"<td class='whole'>{words}</td>" if "-" in words and len(words) <= UNBROKEN else f"<td>{words}</td>"


def _shade(outcome: str, severity: str) -> str:
    if outcome == "failed":
        return SHADES.get(severity, outcome)
    return outcome if outcome in MARKS else "broken"


def _bars(numbers: Sequence[float]) -> str:
    highest = max(numbers, default=0) or 1
    bars = []
    for place, number in enumerate(numbers):
        height = round(22 * number / highest, 1) or 1
        kind = " class='none'" if not number else " class='last'" if place == len(numbers) - 1 else ""
        bars.append(f"<rect{kind} x='{5 * place}' y='{22 - height}' width='4' height='{height}'/>")
    label = f"from {_number(min(numbers, default=0))} to {_number(max(numbers, default=0))}"
    return f"<svg width='{5 * len(numbers)}' height='22' role='img'><title>{label}</title>{''.join(bars)}</svg>"


# --- Markdown ----------------------------------------------------------------------------------------------------
def write_markdown(report: DailyReport) -> str:
    """The same as Markdown."""
    lines = [f"# Daily report, {report.day:%A %d %B %Y}", ""]
    figures = [(one.name, _number(one.number)) for one in report.figures]
    lines += [f"- {_plain(name)}: {_plain(value)}" for name, value in [*figures, *report.facts]]
    for section in report.sections:
        lines += ["", f"## {section.title}", "", section.note, ""]
        lines += _table(section) if section.rows else ["Nothing."]
    return "\n".join(lines) + "\n"


def _table(section: Section) -> Iterable[str]:
    yield "| " + " | ".join(column.replace("_", " ") for column in section.columns) + " |"
    yield "|" + " --- |" * len(section.columns)
    for row in section.rows:
        yield "| " + " | ".join(map(_markdown, row)) + " |"


def _markdown(cell: Cell) -> str:
    if isinstance(cell, Course):
        highest = max(cell.numbers, default=0) or 1
        return "".join(BLOCKS[round((len(BLOCKS) - 1) * number / highest)] for number in cell.numbers)
    if isinstance(cell, Outcomes):
        return "".join(MARKS.get(outcome, "!") for outcome in cell.outcomes)
    if isinstance(cell, Part):
        return _number(cell.number)
    return _number(cell) if isinstance(cell, int | float) else _plain(_text(cell))


def _plain(text: str) -> str:
    """Words that are nothing but words in Markdown and in the HTML that is made of it."""
    return re.sub(r"([\\`*_\[\]<>&|#~!])", r"\\\1", text)


def _number(number: float) -> str:
    """With thousands parted; of a fraction two digits."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _text(cell: str | date | None) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in str("" if cell is None else cell))
    words = " ".join(text.split())
    return words if len(words) <= MAX_CELL else words[: MAX_CELL - 1] + "…"
