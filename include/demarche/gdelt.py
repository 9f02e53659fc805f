"""GDELT 2's files, line by line: their columns, and what is wrong with a line that isn't one of theirs.

Tabs between columns, no header, nothing is quoted, UTF-8; plain, or packed as .zip or .gz. Names, order and meaning of
the columns are GDELT's (event codebook 2.0); the words are ours.
"""

from __future__ import annotations

import codecs
import gzip
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, NamedTuple, cast

MAX_LINE_BYTES = 100_000

_CODE = re.compile(r"[0-9]{2,4}")
_INTEGER = re.compile(r"-?[0-9]{1,19}")  # no digits of other scripts: DuckDB reads none
_MAX_INTEGER = 2**63 - 1  # of the warehouse's columns; our own numbers of events have up to 60 bits
_MAX_COUNT = 10**9  # so that sums of them stay integers of the warehouse
_GZIP = b"\x1f\x8b"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # a file, or the end where there is none
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class GdeltError(ValueError):
    """A file that can't be read as one of GDELT's; the message says what it is instead."""


class Column(NamedTuple):
    name: str
    kind: str  # integer, number, text; with ! where a value must stand there
    meaning: str
    low: float = -math.inf
    high: float = math.inf


class Problem(NamedTuple):
    """A line that was not taken: its number from 1, the kind of reason, the reason in words."""

    line: int
    reason_type: str
    reason_text: str


@dataclass(frozen=True)
class Table:
    """One of GDELT's tables."""

    name: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _actor(number: int) -> tuple[Column, ...]:
    who = f"actor {number}"
    told = (
        ("Code", "CAMEO codes of {}, joined"), ("Name", "Name of {} as matched"),
        ("CountryCode", "CAMEO country of {}"), ("KnownGroupCode", "CAMEO code of a known group that {} is"),
        ("EthnicCode", "CAMEO ethnic code of {}"), ("Religion1Code", "Religion of {}"),
        ("Religion2Code", "Second religion of {}"), ("Type1Code", "CAMEO role of {}"),
        ("Type2Code", "Second role of {}"), ("Type3Code", "Third role of {}"),
    )  # fmt: skip
    return tuple(Column(f"Actor{number}{name}", "text", meaning.format(who)) for name, meaning in told)


def _place(prefix: str, what: str) -> tuple[Column, ...]:
    told = (
        (
            "Type", "integer",
            "How exact the place of {} is: 0 none, 1 country, 2 US state, 3 US city, 4 city, 5 region", 0, 5,
        ),
        ("FullName", "text", "Name of the place of {}"),
        ("CountryCode", "text", "FIPS 10-4 country of the place of {}"),
        ("ADM1Code", "text", "FIPS first-level division of the place of {}"),
        ("ADM2Code", "text", "Second-level division of the place of {}"),
        ("Lat", "number", "Degrees north of the place of {}", -90, 90),
        ("Long", "number", "Degrees east of the place of {}", -180, 180),
        ("FeatureID", "text", "GNS or GNIS id of the place of {}"),
    )  # fmt: skip
    return tuple(
        Column(f"{prefix}Geo_{name}", kind, meaning.format(what), *bounds) for name, kind, meaning, *bounds in told
    )


EVENTS = Table(
    "events",
    (
        Column("GLOBALEVENTID", "integer!", "Number of the record"),
        Column("SQLDATE", "integer!", "Day on which it is taken to have happened, YYYYMMDD"),
        Column("MonthYear", "integer", "That day as YYYYMM"),
        Column("Year", "integer", "Year of that day"),
        Column("FractionDate", "number", "That day as a year with a fraction"),
        *_actor(1),
        *_actor(2),
        Column("IsRootEvent", "integer", "1 where it was found in the first paragraph", 0, 1),
        Column("EventCode", "text!", "CAMEO code of the act"),
        Column("EventBaseCode", "text", "That code's first three digits"),
        Column("EventRootCode", "text!", "That code's first two digits"),
        Column("QuadClass", "integer", "1 cooperation in words, 2 in deed, 3 conflict in words, 4 in deed", 1, 4),
        Column("GoldsteinScale", "number", "Intensity of the code, -10 to 10", -10, 10),
        Column("NumMentions", "integer", "Mentions in the first quarter of an hour", 0, _MAX_COUNT),
        Column("NumSources", "integer", "Sources in the first quarter of an hour", 0, _MAX_COUNT),
        Column("NumArticles", "integer", "Documents in the first quarter of an hour", 0, _MAX_COUNT),
        Column("AvgTone", "number", "Mean tone of those documents, -100 to 100", -100, 100),
        *_place("Actor1", "actor 1"),
        *_place("Actor2", "actor 2"),
        *_place("Action", "the act"),
        Column("DATEADDED", "integer!", "When it was added (UTC), YYYYMMDDHHMMSS"),
        Column("SOURCEURL", "text", "Address of the first document"),
    ),
)
MENTIONS = Table(
    "mentions",
    (
        Column("GLOBALEVENTID", "integer!", "Number of the event"),
        Column("EventTimeDate", "integer", "When the event was first added (UTC), YYYYMMDDHHMMSS"),
        Column("MentionTimeDate", "integer!", "When the mention was added (UTC), YYYYMMDDHHMMSS"),
        Column("MentionType", "integer!", "1 web, 2 citation only, 3 CORE, 4 DTIC, 5 JSTOR, 6 not a text", 1, 6),
        Column("MentionSourceName", "text", "The source, of the web its domain"),
        Column("MentionIdentifier", "text", "Address or citation of the document"),
        Column("SentenceID", "integer", "Number of the sentence, from 1"),
        Column("Actor1CharOffset", "integer", "Where actor 1 stands, in characters"),
        Column("Actor2CharOffset", "integer", "Where actor 2 stands, in characters"),
        Column("ActionCharOffset", "integer", "Where the act stands, in characters"),
        Column("InRawText", "integer", "1 where it was found in the text as it is", 0, 1),
        Column("Confidence", "integer", "In per cent", 0, 100),
        Column("MentionDocLen", "integer", "Characters of the document", 0, _MAX_COUNT),
        Column("MentionDocTone", "number", "Tone of the document", -100, 100),
        Column("MentionDocTranslationInfo", "text", "How it was translated"),
        Column("Extras", "text", "Reserved"),
    ),
)
TABLES = {table.name: table for table in (EVENTS, MENTIONS)}
_BY_COUNT = {len(table.columns): table for table in TABLES.values()}


def unpacked(data: bytes) -> IO[bytes]:
    """The file's text as a stream. Raises GdeltError for an archive of none or several files, or that can't be read;
    what reading the stream raises for a damaged one, ``_lines`` tells."""
    if data[:2] == _GZIP:
        return cast(IO[bytes], gzip.open(io.BytesIO(data)))
    if data[:4] not in _ZIPS:
        return io.BytesIO(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) != 1:
        held = f"of {len(files)} files, where GDELT's have one" if files else "with nothing in it"
        raise GdeltError(f"a zip archive {held}")
    if files[0].flag_bits & 1:
        raise GdeltError("an encrypted zip archive — unpack it first")
    return archive.open(files[0])


def table_of(data: bytes) -> Table:
    """Which table a file is of, by the number of columns of its first line. Raises GdeltError when it is of none."""
    line = next(_lines(data, len(data) + MAX_LINE_BYTES), b"")
    count = line.count(b"\t") + 1
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise GdeltError("written as UTF-16, where GDELT's are UTF-8 — save it as that")
    if not line.strip(b"\r\n"):
        raise GdeltError("empty")
    if count not in _BY_COUNT:
        older = ", as GDELT 1 had" if count in (57, 58) else ""
        raise GdeltError(f"its first line has {count} columns{older}; GDELT 2's events have 61, its mentions 16")
    return _BY_COUNT[count]


def read(data: bytes, table: Table, max_bytes: int) -> Iterator[tuple[int, str] | Problem]:
    """The lines of a file in order: those that are rows of ``table`` with their number, the others as problems. Empty
    lines are passed over. Raises GdeltError when it is more than ``max_bytes`` unpacked, or breaks off."""
    for number, raw in enumerate(_lines(data, max_bytes), 1):
        if not raw.strip(b"\r\n"):
            continue
        try:
            line = raw.rstrip(b"\r\n").decode("utf-8")
        except UnicodeDecodeError as error:
            yield Problem(number, "encoding", f"is no UTF-8 at byte {error.start}")
            continue
        problem = wrong(line.split("\t"), table)
        yield Problem(number, *problem) if problem else (number, line)


def _lines(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """The lines, but for the mark that some programs write before UTF-8."""
    total = 0
    try:
        with unpacked(data) as stream:
            while line := stream.readline(MAX_LINE_BYTES):
                first, total = not total, total + len(line)
                if total > max_bytes:
                    raise GdeltError(f"more than {max_bytes} bytes unpacked — split it")
                yield line.removeprefix(codecs.BOM_UTF8) if first else line
    except NotImplementedError as error:
        raise GdeltError(f"a zip archive of a kind that can't be read here ({error}) — unpack it first") from error
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        what = "gzip file" if data[:2] == _GZIP else "zip archive"
        raise GdeltError(f"a {what} that breaks off or is damaged — fetch it again ({error})") from error


def wrong(fields: list[str], table: Table) -> tuple[str, str] | None:
    """What keeps fields from being a row of ``table``: the kind of reason and the reason; None when nothing does."""
    if len(fields) != len(table.columns):
        return "columns", f"has {len(fields)} columns, not {len(table.columns)}"
    for column, value in zip(table.columns, fields, strict=True):
        kind = column.kind.rstrip("!")
        if not value:
            if column.kind.endswith("!"):
                return "foreign", f"has no {column.name}"
        elif kind == "integer":
            if not _INTEGER.fullmatch(value) or abs(int(value)) > _MAX_INTEGER:
                return "foreign", f"{column.name} is no integer: {value[:40]!r}"
            if not column.low <= int(value) <= column.high:
                return "foreign", f"{column.name} isn't {_bounds(column)}: {value!r}"
        elif kind == "number":
            if not _is_number(value):
                return "foreign", f"{column.name} is no number: {value[:40]!r}"
            if not column.low <= float(value) <= column.high:
                return "foreign", f"{column.name} isn't {_bounds(column)}: {value[:40]!r}"
        elif _CONTROL.search(value):
            return "foreign", f"{column.name} holds a control character"
    return _wrong_event(fields) if table is EVENTS else _wrong_mention(fields)


_PLACE = {column.name: place for place, column in enumerate(EVENTS.columns)}
_MENTIONED = {column.name: place for place, column in enumerate(MENTIONS.columns)}

# a column, and the one of whose value it is the beginning, of so many characters
_BEGINNINGS = (
    ("Year", "SQLDATE", 4), ("MonthYear", "SQLDATE", 6), ("EventBaseCode", "EventCode", 3),
    ("EventRootCode", "EventCode", 2),
)  # fmt: skip


def _wrong_event(fields: list[str]) -> tuple[str, str] | None:
    day, code, added = (fields[_PLACE[name]] for name in ("SQLDATE", "EventCode", "DATEADDED"))
    if not _is_instant(day, "%Y%m%d"):
        return "foreign", f"SQLDATE is no day: {day!r}"
    if not _is_instant(added, "%Y%m%d%H%M%S"):
        return "foreign", f"DATEADDED is no instant: {added!r}"
    if not _CODE.fullmatch(code) or not 1 <= int(code[:2]) <= 20:
        return "foreign", f"EventCode is no CAMEO code: {code!r}"
    for name, of, length in _BEGINNINGS:
        value = fields[_PLACE[name]]
        if value and value != (expected := fields[_PLACE[of]])[:length]:
            return "contradictory", f"{name} {value!r} isn't that of {of} {expected}"
    return None


def _wrong_mention(fields: list[str]) -> tuple[str, str] | None:
    at = fields[_MENTIONED["MentionTimeDate"]]
    if not _is_instant(at, "%Y%m%d%H%M%S"):
        return "foreign", f"MentionTimeDate is no instant: {at!r}"
    return None


def _bounds(column: Column) -> str:
    return f"between {column.low:g} and {column.high:.10g}"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text and text == text.strip() and text.isascii()
    except ValueError:
        return False


def _is_instant(text: str, form: str) -> bool:
    if len(text) != (8 if form == "%Y%m%d" else 14) or text.startswith("0"):  # an integer has no zeros before it
        return False
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
