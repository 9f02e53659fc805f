"""The daily report as one page that needs nothing from anywhere, and as Markdown. Every word of a text is escaped.

A report is a list of sections, each a table. A cell is text, a number, a course of numbers (`Course`, drawn as bars) or
the outcomes of a check (`Outcomes`, drawn as squares).
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


Cell = str | int | float | date | Course | Outcomes | None


@dataclass(frozen=True)
class Section:
    """A table with a title and a sentence on what it shows."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class DailyReport:
    """All sections for one day; ``facts`` stand above them, as name and value."""

    day: date
    written_at: datetime
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


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
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem; } p { margin: .2rem 0 .6rem; color: #495057; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dt { color: #868e96; } dd { margin: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #e9ecef; }
td.words { min-width: 16rem; overflow-wrap: anywhere; }
th { font-weight: 600; color: #868e96; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { vertical-align: middle; } rect.last { fill: #1971c2; } rect { fill: #a5d8ff; }
rect.passed { fill: #8ce99a; } rect.failed { fill: #e03131; } rect.broken { fill: #862e9c; }
rect.warned { fill: #f08c00; } rect.noted { fill: #4dabf7; }
"""


def write_page(report: DailyReport) -> str:
    """The page; the same for the same report."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts)
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>Demarche, {report.day}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>Daily report, {report.day:%A %d %B %Y}</h1>\n<dl>{facts}</dl>\n"
        + "\n".join(map(_section, report.sections))
        + "\n</body></html>\n"
    )


def _section(section: Section) -> str:
    head = f"<h2>{escape(section.title)}</h2>\n<p>{escape(section.note)}</p>\n"
    if not section.rows:
        return head + "<p>Nothing.</p>"
    columns = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in section.columns)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in section.rows)
    return f"{head}<table><thead><tr>{columns}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Course):
        return f"<td>{_bars(cell.numbers)}</td>"
    if isinstance(cell, Outcomes):
        squares = "".join(
            f"<rect class='{_shade(outcome, cell.severity)}' x='{8 * place}' width='7' height='12'/>"
            for place, outcome in enumerate(cell.outcomes)
        )
        title = f"<title>{escape(', '.join(cell.outcomes))}</title>"
        return f"<td><svg width='{8 * len(cell.outcomes)}' height='12' role='img'>{title}{squares}</svg></td>"
    if isinstance(cell, int | float):
        return f"<td class='number'>{_number(cell)}</td>"
    words = escape(_text(cell))
    return f"<td class='words'>{words}</td>" if len(words) > WIDE else f"<td>{words}</td>"


def _shade(outcome: str, severity: str) -> str:
    if outcome == "failed":
        return SHADES.get(severity, outcome)
    return outcome if outcome in MARKS else "broken"


def _bars(numbers: Sequence[float]) -> str:
    highest = max(numbers, default=0) or 1
    bars = []
    for place, number in enumerate(numbers):
        height = round(22 * number / highest, 1)
        kind = " class='last'" if place == len(numbers) - 1 else ""
        bars.append(f"<rect{kind} x='{5 * place}' y='{22 - height}' width='4' height='{height}'/>")
    label = f"from {_number(min(numbers, default=0))} to {_number(max(numbers, default=0))}"
    return f"<svg width='{5 * len(numbers)}' height='22' role='img'><title>{label}</title>{''.join(bars)}</svg>"


# --- Markdown ----------------------------------------------------------------------------------------------------
def write_markdown(report: DailyReport) -> str:
    """The same as Markdown."""
    lines = [f"# Daily report, {report.day:%A %d %B %Y}", ""]
    lines += [f"- {_plain(name)}: {_plain(value)}" for name, value in report.facts]
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
    return _number(cell) if isinstance(cell, int | float) else _plain(_text(cell))


def _plain(text: str) -> str:
    """Words that are nothing but words in Markdown and in the HTML that is made of it."""
    return re.sub(r"([\\`*_\[\]<>&|#~!])", r"\\\1", text)


def _number(number: float) -> str:
    """With thousands parted; of a fraction two digits."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _text(cell: str | date | None) -> str:
    words = " ".join(str("" if cell is None else cell).split())
    return words if len(words) <= MAX_CELL else words[: MAX_CELL - 1] + "…"
