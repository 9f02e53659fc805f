"""Answers on standard output; complaints and progress on standard error; text from the web steers neither."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from numbers import Number
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 240  # of a table that goes to a file or another program; what is wider stands one column a line
_FEW_COLUMNS = 8  # are a table whatever its width: a line that is too long can be scrolled
_FORMULA = re.compile(r"(^|;)(\s*[=+\-@＝＋－＠])")
"""Where a spreadsheet would begin to run a cell; many take a semicolon for the end of one, quoted or not."""
_SECONDS_BETWEEN_LINES = 10.0  # of progress, where no bar can be drawn
_CELL_WIDTH = 14  # a terminal's table needs this much for each long column


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"


class OutputError(RuntimeError):
    """The answer could not be written out; the message says why and what to do."""


def check_streams() -> None:
    """Make standard error writable if it is closed. Raises OutputError when standard output or input is closed: there
    would be nobody to tell."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (lives as long as the process)
    for name, stream in (("output", sys.stdout), ("input", sys.stdin)):
        if stream is None:
            raise OutputError(f"standard {name} is closed — connect it to something, /dev/null if nothing else")


def drop_output() -> None:
    """Forget what couldn't be written: else Python tries again when it ends, and complains."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def writing() -> Iterator[TextIO]:
    """Standard output, flushed at the end. Raises OutputError for what can't be written; a reader that went away
    (``| head``) stays a BrokenPipeError, which ends the program without a word."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"standard output can't be written to: {error.strerror} — send it to a place with room for it"
        ) from error


# --- answers -----------------------------------------------------------------------------------------------------
def print_line(text: str) -> None:
    """A line that a program may read, without what would steer a terminal."""
    with writing() as out:
        print(*map(_plain, text.split("\n")), sep="\n", file=out)


def print_drawn(drawn: RenderableType) -> None:
    """What rich draws, in a terminal's width or, elsewhere, in a fixed one and without the spaces that fill it."""
    with writing() as out:
        if sys.stdout.isatty():
            Console(highlight=False).print(drawn)
            return
        console = Console(highlight=False, width=_PIPE_WIDTH)
        with console.capture() as captured:
            console.print(drawn)
        out.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())


def print_json(value: Any) -> None:
    """A value as one line of JSON. Numbers that JSON lacks are null; what has no JSON form is text."""
    try:
        line = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        line = json.dumps(_finite(value), ensure_ascii=False, default=str, allow_nan=False)
    with writing() as out:
        # Lone surrogates can't be encoded; as ASCII escapes they can, and every JSON reader takes them.
        out.write(line.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(member) for key, member in value.items()}
    return [_finite(member) for member in value] if isinstance(value, list | tuple) else value


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], format: Format, if_none: str = "") -> None:
    """Rows in the form that was asked for; ``if_none`` stands for a table without rows."""
    rows = list(rows)
    if format is Format.table:
        print_table(columns, rows, if_none)
    elif format is Format.csv:
        with writing() as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(map(safe_cell, columns))
            writer.writerows([safe_cell(value) for value in row] for row in rows)
    elif format is Format.markdown:
        lines = [columns, ["---"] * len(columns), *([_shown(value) for value in row] for row in rows)]
        with writing() as out:
            for line in lines:
                print("| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in line) + " |", file=out)
    else:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        for value in [records] if format is Format.json else records:
            print_json(value)


def safe_cell(value: Any) -> str:
    """A value for CSV; what a spreadsheet would run as a formula gets an apostrophe before it."""
    text = _shown(value)
    is_number = isinstance(value, Number) and not (isinstance(value, float) and math.isinf(value))
    return text if is_number else _FORMULA.sub(r"\1'\2", text)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], if_none: str = "") -> None:
    """Rows as a table, where it can be read as one; of too many or too wide columns, each on a line of its own."""
    if not rows:
        if if_none:
            print_line(if_none)
        return
    cells = [[_shown(value) for value in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(map(_plain, columns), *cells, strict=True)]
    is_terminal = sys.stdout.isatty()
    console = Console(highlight=False) if is_terminal else Console(highlight=False, width=sum(widths) + 3 * len(widths))
    if is_terminal:
        fits = sum(min(width, _CELL_WIDTH) + 3 for width in widths) <= console.width
    else:
        fits = len(widths) <= _FEW_COLUMNS or console.width <= _PIPE_WIDTH
    with writing() as out:
        if fits:
            console.print(_drawn_table(columns, cells, has_frame=is_terminal))
        else:
            _write_records(out, list(map(_plain, columns)), cells)


def _drawn_table(columns: Sequence[str], cells: Sequence[Sequence[str]], *, has_frame: bool) -> Table:
    table = Table(box=Table().box if has_frame else None, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(Text(_plain(column)), overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _write_records(out: TextIO, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    width = max(map(len, columns))
    for number, row in enumerate(cells, 1):
        print(f"row {number}", file=out)
        for column, cell in zip(columns, row, strict=True):
            if cell:
                print(f"  {column:<{width}}  {cell}", file=out)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):  # a STRUCT or MAP
        return _plain(json.dumps(_finite(value), ensure_ascii=False, default=str))
    if isinstance(value, list | tuple):
        return ", ".join("NULL" if item is None else _shown(item) for item in value)
    return _plain(str(value))


def _plain(text: str) -> str:
    """Text from the web in one line, without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def write_bytes(data: bytes) -> None:
    """What is no text, to a file or another program. Raises OutputError where it would go to a terminal."""
    if sys.stdout.isatty():
        raise OutputError("this format is no text for a terminal — send it to a file: … > answer.parquet")
    with writing() as out:
        out.buffer.write(data)


# --- complaints and progress -------------------------------------------------------------------------------------
def complain(message: str) -> None:
    """A line on standard error; no name or password that an address in it holds."""
    from demarche.sources.asking import without_password

    print(_plain(without_password(message)), file=sys.stderr)


@contextmanager
def progress_bars() -> Iterator[Any]:
    """A function of step, done and total, which draws a bar per step on standard error; where that is no terminal, it
    writes a line now and then."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield _told_in_lines()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total or None)
            bars.update(tasks[step], completed=done, total=total or None)

        yield show


def _told_in_lines() -> Callable[[str, int, int], None]:
    """Of work that lasts: a short one says nothing."""
    last = time.monotonic()

    def show(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_LINES:
            complain(f"{step}: {done}{f' of {total}' if total else ''}")
            last = now

    return show
