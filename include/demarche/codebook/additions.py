"""A file of one's own beside the codebook: persons with their offices, organisations, groups, bodies, places, aliases.

One CSV with a header; only ``kind`` and ``name`` need a column. `README.md` in this folder says what each column means.
What the file says goes before what the codebook says: a name in it means what its rows say, and a tenure in it takes
the place of the codebook's tenure of the same person, office and start.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from demarche.codebook import CodebookError
from demarche.codebook import gazetteer as cells
from demarche.codebook import table as codebook_table
from demarche.codebook.names import fold

KINDS = ("person", "organisation", "group", "body", "place", "alias")
COLUMNS = (
    "kind",
    "id",
    "name",
    "aliases",
    "country",
    "sector",
    "gender",
    "office",
    "level",
    "organisation",
    "start_date",
    "end_date",
    "known_until",
    "latitude",
    "longitude",
    "source",
)
DEFAULT_SECTORS = {"body": "GOV", "group": "UAF"}

_REQUIRED: Mapping[str, cells.Check] = {"kind": cells.one_of(KINDS, f"kind; there are {', '.join(KINDS)}")}
_OPTIONAL: Mapping[str, cells.Check] = {
    "id": cells.is_id,
    "aliases": cells.is_list,
    "country": cells.is_country,
    "sector": cells.is_sector,
    "gender": cells.one_of(("f", "m"), "gender, f or m"),
    "office": cells.is_name,
    "organisation": cells.is_id,
    "start_date": cells.is_day,
    "end_date": cells.is_day,
    "known_until": cells.is_day,
    "latitude": cells.is_latitude,
    "longitude": cells.is_longitude,
}
_OF_PERSONS = ("gender", "office", "organisation", "start_date", "end_date", "known_until")
_SHOWN = 20


@dataclass(frozen=True)
class Row:
    """One line of the file: its number, from 1, and its cells by column; columns that the file lacks are empty."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and the further names."""
        return (self["name"], *filter(None, self["aliases"].split(";")))


@dataclass(frozen=True, eq=False)
class Additions:
    """What a file adds to the gazetteer. ``file_hash`` changes whenever the file does, and is empty without one."""

    file_name: str = ""
    file_hash: str = ""
    rows: tuple[Row, ...] = ()
    entity_ids: Mapping[int, str] = field(default_factory=dict)  # by line

    def of(self, *kinds: str) -> Iterator[tuple[str, Row]]:
        """Id and row of every line of these kinds."""
        return ((self.entity_ids[row.number], row) for row in self.rows if row["kind"] in kinds)


NONE = Additions()


def read(content: bytes, file_name: str) -> Additions:
    """The additions of a CSV file. Raises CodebookError with the line of each wrong row, at most twenty of them."""
    numbered, problems = _records(content)
    problems += [(row.number, problem) for row in numbered for problem in _problems(row)]
    ids, unknown = _ids(numbered) if not problems else ({}, [])
    problems += unknown
    if problems:
        shown = [f"{file_name}, line {number}: {problem}" for number, problem in sorted(problems)[:_SHOWN]]
        more = len(problems) - len(shown)
        raise CodebookError("\n".join([*shown, *([f"… and {more} more"] if more else [])]))
    return Additions(file_name, hashlib.sha256(content).hexdigest(), tuple(numbered), ids)


def _records(content: bytes) -> tuple[list[Row], list[tuple[int, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [(content.count(b"\n", 0, error.start) + 1, "is not UTF-8 — save it as “CSV UTF-8”")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[Row] = []
    problems: list[tuple[int, str]] = []
    while True:
        number = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            return rows, [*problems, (number, str(error))]
        if values is None:
            return (rows, problems) if header else (rows, [*problems, (1, "is empty: a header is needed")])
        if not any(map(str.strip, values)) or values[0].startswith("#"):
            continue
        if not header:
            header = [value.strip() for value in values]
            if problem := _header_problem(header):
                return [], [(number, problem)]
        elif len(values) != len(header):
            problems.append((number, f"{len(values)} values for {len(header)} columns"))
        else:
            found = {column: value.strip() for column, value in zip(header, values, strict=True)}
            rows.append(Row(number, dict.fromkeys(COLUMNS, "") | found))


def _header_problem(header: list[str]) -> str | None:
    unknown = [column for column in header if column not in COLUMNS]
    missing = [column for column in ("kind", "name") if column not in header]
    twice = sorted({column for column in header if header.count(column) > 1})
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return "columns are to be separated by commas"
    if missing:
        return f"the header lacks {' and '.join(missing)}"
    if unknown:
        return f"no such column: {', '.join(unknown)}; there are {', '.join(COLUMNS)}"
    return f"columns that stand twice: {', '.join(twice)}" if twice else None


def _problems(row: Row) -> Iterator[str]:
    kind = row["kind"]
    required = {**_REQUIRED, "name": cells.is_name}
    found = [*cells.cell_problems(row.cells, required, _OPTIONAL)]
    yield from found
    if found:
        return
    if problem := cells.interval_problem(row.cells):
        yield problem
    if kind == "alias" and not row["id"]:
        yield "an alias needs the id of what it names: an ISO alpha-3 code, a Wikidata QID or an id of this file"
    if kind == "body" and not row["country"]:
        yield "a body needs the country whose it is"
    if bool(row["latitude"]) != bool(row["longitude"]):
        yield "has one of latitude and longitude without the other"
    yield from (f"{column} belongs to a person" for column in _OF_PERSONS if kind != "person" and row[column])
    yield from _level_problems(row)


def _level_problems(row: Row) -> Iterator[str]:
    level = row["level"]
    if row["kind"] == "place":
        if level and level not in cells.PLACE_TYPES:
            yield f"level: {level!r} is no kind of place; there are {', '.join(cells.PLACE_TYPES)}"
    elif row["kind"] != "person":
        if level:
            yield "level belongs to a person or a place"
    elif not row["office"]:
        for column in ("level", "organisation", "start_date", "end_date", "known_until"):
            if row[column]:
                yield f"has {column} without an office"
    else:
        if not row["country"] and not row["organisation"]:
            yield "an office needs its country or its organisation"
        if level and (problem := cells.is_level(level)):
            yield f"level: {problem}"
        elif not level and office_level(row) is None:
            yield f"level: what office is {row['office']!r}? There are {', '.join(sorted(cells.office_levels()))}"


def office_level(row: Row) -> str | None:
    """The level of a row's office: the one it gives, else that of the title; None where neither says."""
    if row["level"]:
        return row["level"]
    if row["organisation"]:
        return "organisation_head"
    levels = {fold(known["title"]): known["level"] for known in codebook_table("titles")}
    return levels.get(fold(row["office"]))


def _ids(rows: list[Row]) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """The id of every line, and the lines whose ids lead nowhere. Without an id, a line means whoever the codebook or a
    line before it has under that name, kind and country, and else somebody new."""
    known: dict[tuple[str, str, str], set[str]] = {}
    for table, kind, id_column in (("persons", "person", "entity_id"), ("organisations", "", "entity_id")):
        for entry in codebook_table(table):
            key = (kind or entry["entity_type"], fold(entry["name"]), entry["country"])
            known.setdefault(key, set()).add(entry[id_column])
    ids: dict[int, str] = {}
    for row in rows:
        key = (row["kind"], fold(row["name"]), row["country"])
        named = known.setdefault(key, set())
        made = f"{row['kind']}-{fold(row['name']).replace(' ', '-')}"
        ids[row.number] = row["id"] or (next(iter(named)) if len(named) == 1 else made)
        named.add(ids[row.number])
    organisations = {entry["entity_id"] for entry in codebook_table("organisations")}
    own = {ids[row.number] for row in rows if row["kind"] != "alias"}
    persons = {entry["entity_id"] for entry in codebook_table("persons")}
    problems = []
    for row in rows:
        if row["kind"] == "alias" and row["id"] not in own | organisations | persons | cells.country_codes():
            problems.append((row.number, f"id: nothing has the id {row['id']!r}, neither in the codebook nor here"))
        if row["organisation"] and row["organisation"] not in own | organisations:
            problems.append((row.number, f"organisation: nothing has the id {row['organisation']!r}"))
    return ids, problems
