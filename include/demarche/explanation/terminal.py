"""Explanations for a terminal. What would steer one is taken out of every word of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from demarche.explanation import (
    MENTION_COLUMNS,
    ONE_BECAUSE,
    PARTY_COLUMNS,
    EventExplanation,
    Explanation,
    ReportExplanation,
    party_rows,
)

_STYLES = {
    "person": "yellow",
    "state": "blue",
    "organisation": "green",
    "group": "magenta",
    "body": "cyan",
    "place": "bright_green",
    "office": "bright_yellow",
    "time": "bright_black",
}
_TRIGGER = "bold red"


def draw(one: Explanation | EventExplanation) -> RenderableType:
    """What a rich console prints."""
    return Group(*(_event(one) if isinstance(one, EventExplanation) else _document(one)))


def _document(one: Explanation) -> Iterator[RenderableType]:
    document = one.document
    yield Text(_words(document.title or "Without a title"), style="bold")
    yield _facts(one.facts)
    yield Text()
    yield _marked(one, 0, len(document.body))
    yield _heading("Events that it tells of" if one.told else "No event was found.")
    for told in one.told:
        yield Padding(Group(*_report(one, told)), (0, 0, 1, 2))
    if one.mentions:
        yield _heading("Why names were taken for whom")
        yield _table(MENTION_COLUMNS, one.mention_rows())


def _report(one: Explanation, told: ReportExplanation) -> Iterator[RenderableType]:
    report = told.report
    yield Text(told.act, style="bold")
    yield Text.assemble(
        _marked(one, report.sentence_start_offset, report.trigger_start_offset),
        (_words(report.trigger_text), _TRIGGER),
        _marked(one, report.trigger_end_offset, report.sentence_end_offset),
    )
    if told.participants:
        yield _table(PARTY_COLUMNS, party_rows(told.participants))
    yield _facts(told.facts)


def _marked(one: Explanation, start: int, end: int) -> Text:
    """Words of the body between offsets, with its mentions coloured and numbered."""
    text = Text()
    for words, mention in one.pieces(start, end):
        if mention is None:
            text.append(_words(words))
        else:
            text.append(_words(words), style=_STYLES[mention.mention_type])
            text.append(f"[{one.numbers[mention.mention_id]}]", style="dim")
    return text


def _event(one: EventExplanation) -> Iterator[RenderableType]:
    yield Text(one.act, style="bold")
    yield _facts(one.facts)
    yield _heading(ONE_BECAUSE)
    for rule, sentence, facts in one.members():
        parts = (Text(_words(rule), style="bold"), Text(_words(sentence)), _facts(facts))
        yield Padding(Group(*parts), (0, 0, 1, 2))
    for heading, columns, rows in one.tables():
        yield _heading(heading)
        yield _table(columns, rows)


def _heading(words: str) -> Text:
    return Text(f"\n{words}\n", style="bold underline")


def _facts(facts: Sequence[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in facts:
        grid.add_row(Text(name, style="dim"), Text(_words(value)))
    return grid


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(Text(column, style="dim"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_words(cell).replace("\n", " ")) for cell in row))
    return table


def _words(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
