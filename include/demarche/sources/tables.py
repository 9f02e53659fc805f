"""Tables: CSV with a header, and Parquet; a row is an article, as a record is in ``jsonl``.

Which column is which field is told by its name, as in ``jsonl.FIELDS``, in any case, or by the declaration's columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import Any

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources import jsonl
from demarche.sources.encoding import EncodingError, decode
from demarche.sources.packing import bytes_at_once
from demarche.sources.rejecting import reject

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELL_CHARACTERS = 8_000_000  # as of a line in jsonl
_MAX_CELL_BYTES = 4 * MAX_CELL_CHARACTERS
MAX_UNPACKED_BYTES = 1_000_000_000  # of a column in a row group of Parquet, as its metadata say
MAX_BYTES_AT_ONCE = 300_000_000  # of the pages of Parquet that are unpacked together; most programs write 1 MB each
_DELIMITERS = ",;\t|"
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")  # a form feed or U+2028 ends none, other than for splitlines()
_MARK = re.compile(r"\ufeff?\"?sep=(.)\"?\s*")
"""What Excel writes above a header to say what separates its names."""
_END = "\x00"
"""A line of its own behind the last: where it comes back within a cell, a quote was never closed."""
_BATCH = 4  # rows of Parquet at once: each may be as large as a cell


def parse_csv(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """A document per row; a row that can't be read is a reject with its position, from 0, and its line."""
    try:
        text = decode(data).replace("\x00", "")
    except EncodingError as error:
        yield reject(fetch, "encoding", str(error))
        return
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    lines = (match[0] for match in _LINE.finditer(text))
    head = list(islice(lines, 50))
    marked = _MARK.fullmatch(head[0]) if head else None
    rest = chain(head[1:] if marked else head, lines, [_END])
    reader = csv.reader(rest, delimiter=marked[1] if marked else _delimiter(head))
    above = 2 if marked else 1
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        yield reject(fetch, "malformed", f"has no header of columns: {error}")
        return
    if problem := _unfit(header, fetch):
        yield reject(fetch, "malformed", problem)
        return
    is_filled = False
    for position in range(MAX_ROWS + 1):
        where = f"line {reader.line_num + above}"
        try:
            row = next(reader, [_END])
        except csv.Error as error:
            yield reject(fetch, "malformed", f"{where} is no row of a table: {error}", position)
            continue
        if row == [_END]:
            if not is_filled:
                yield reject(fetch, "empty", "is a table without rows")
            return
        if not any(cell.strip() for cell in row):
            continue
        is_filled = True
        if row[-1].endswith(_END):
            reason = f"{where} opens a quote that nothing closes: it and all behind it would be one cell"
            yield reject(fetch, "malformed", reason, position)
            continue
        if position == MAX_ROWS:
            reason = f"{where} is beyond the limit of {MAX_ROWS} rows; split the file"
            yield reject(fetch, "too_large", reason, position)
        elif len(row) > len(header):
            reason = f"{where} has {len(row)} values for {len(header)} columns; is a comma or quote in it unquoted?"
            yield reject(fetch, "malformed", reason, position)
        else:
            yield jsonl.read_record(fetch, position, _record(header, row), where)


def _delimiter(head: Sequence[str]) -> str:
    """What separates the header's names: the mark that stands in it most often."""
    header = next((line for line in head if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _record(header: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row by its columns' names, as they are and in small letters; of two columns of one name the first filled."""
    record: dict[str, Any] = {}
    for name, value in zip(header, row, strict=False):
        if value is not None and value != "":
            record.setdefault(name, value)
            record.setdefault(name.lower(), value)
    return record


def _unfit(header: Sequence[str], fetch: Fetch) -> str | None:
    """Why a table holds no articles that could be found, or None."""
    if len(header) > MAX_COLUMNS:
        return f"has {len(header)} columns, the limit is {MAX_COLUMNS}"
    missing = sorted(set(fetch.column_values.values()) - set(header))
    if missing:
        return f"has no column {', '.join(missing)}; it has {_named(header)}"
    mapped = {name for field in ("text", "html") if (name := fetch.column_values.get(field))}
    usual = {*jsonl.FIELDS["text"], *jsonl.FIELDS["html"]}
    if not mapped and not usual & {name for given in header for name in (given, given.lower())}:
        return f"has no column with a text; it has {_named(header)}: name the text's in the source's columns"
    return None


def _named(header: Sequence[str]) -> str:
    names = ", ".join(repr(name[:60]) for name in header[:12])
    return names + (f" and {len(header) - 12} more" if len(header) > 12 else "") or "none"


def parse_parquet(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """A document per row; only the columns that hold a field are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    position = 0
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        header = list(file.schema_arrow.names)
        if problem := _unfit(header, fetch) or _too_large(file):
            yield reject(fetch, "malformed", problem)
            return
        wanted = set(fetch.column_values.values()) | {name for names in jsonl.FIELDS.values() for name in names}
        columns = [name for name in header if name in wanted or name.lower() in wanted]
        if (at_once := bytes_at_once(data, columns, _BATCH)) > MAX_BYTES_AT_ONCE:
            reason = f"has pages that unpack to {at_once} bytes at once, the limit is {MAX_BYTES_AT_ONCE}"
            yield reject(fetch, "too_large", f"{reason}; write it with smaller pages")
            return
        for batch in file.iter_batches(batch_size=_BATCH, columns=columns, use_threads=False):
            for row in _rows(batch):
                values = [_readable(row[name]) for name in columns] if row else []
                if row is None or any(isinstance(it, str) and len(it) > MAX_CELL_CHARACTERS for it in values):
                    reason = f"row {position + 1} has a cell beyond the limit of {MAX_CELL_CHARACTERS} characters"
                    yield reject(fetch, "too_large", reason, position)
                else:
                    yield jsonl.read_record(fetch, position, _record(columns, values), f"row {position + 1}")
                position += 1
        if not position:
            yield reject(fetch, "empty", "is a table without rows")
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        yield reject(fetch, "malformed", f"can't be read as Parquet from row {position + 1} on: {reason}", position)


def _rows(batch: Any) -> Iterator[dict[str, Any] | None]:
    """Rows by their columns' names; None for one with a cell so large that no second copy of it should be made."""
    if batch.nbytes <= MAX_CELL_CHARACTERS:
        yield from batch.to_pylist()
        return
    for number in range(batch.num_rows):
        row = batch.slice(number, 1)
        yield row.to_pylist()[0] if max(cell.nbytes for cell in row.columns) <= _MAX_CELL_BYTES else None


def _too_large(file: Any) -> str | None:
    """What a small file may hide: rows and columns of which Parquet stores a single value."""
    metadata = file.metadata
    if metadata.num_rows > MAX_ROWS:
        return f"has {metadata.num_rows} rows, the limit is {MAX_ROWS}; split the file"
    # by group: asked for the size of a column whose description is damaged, Arrow ends the process
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    if max(sizes, default=0) > MAX_UNPACKED_BYTES:
        return f"has a group of rows of {max(sizes)} bytes unpacked, the limit is {MAX_UNPACKED_BYTES}; split the file"
    return None


def _readable(value: Any) -> Any:
    """Days and instants as text, bytes as characters."""
    if isinstance(value, date):  # an instant is a date, too
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return decode(value)
        except EncodingError:
            return None
    return value
