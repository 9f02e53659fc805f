"""The gazetteer's tables: what each column may hold, and which rows hold something else.

`demarche gazetteer check` lists every wrong row; loading refuses the first. What a cell of names may hold is the same
for the tables of this folder and for a file of one's own (`additions.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from demarche import codebook
from demarche.codebook.names import fold

Check = Callable[[str], str | None]
"""Takes a cell that isn't empty; gives what is wrong with it, or None."""

MAX_NAME_CHARACTERS = 200
ENTITY_TYPES = ("organisation", "group", "body")
PLACE_TYPES = ("city", "region", "site")
_CODE = re.compile(r"[A-Z]{3}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def is_name(cell: str) -> str | None:
    if not fold(cell):
        return f"{cell!r} has no letters"
    if len(cell) > MAX_NAME_CHARACTERS:
        return f"{cell[:30]!r}… has {len(cell)} characters, the limit is {MAX_NAME_CHARACTERS}"
    if _UNSEEN.search(cell):
        return f"{cell!r} holds characters that can't be seen"
    return None if cell == cell.strip() else f"{cell!r} begins or ends with a blank"


def is_list(cell: str) -> str | None:
    """Names with ";" between them."""
    parts = cell.split(";")
    return "has an empty name between two ';'" if "" in parts else next(filter(None, map(is_name, parts)), None)


def is_dated_list(cell: str) -> str | None:
    """Names with "<" and a day after each, and ";" between them."""
    for part in cell.split(";"):
        name, _, day = part.partition("<")
        if problem := is_name(name) or (is_day(day) if day else None):
            return problem
    return None


def is_id(cell: str) -> str | None:
    return None if _ID.fullmatch(cell) else f"{cell!r} is no id: letters, digits and - _ . : without blanks"


def is_day(cell: str) -> str | None:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return f"{cell!r} is no day, like 2018-11-06"
    return None


def one_of(allowed: Collection[str], what: str) -> Check:
    """Whether a cell is one of a closed list."""
    return lambda cell: None if cell in allowed else f"{cell!r} is no {what}"


def number_within(low: float, high: float) -> Check:
    """Whether a cell is a number of an interval."""

    def check(cell: str) -> str | None:
        try:
            is_within = low <= float(cell) <= high
        except ValueError:
            return f"{cell!r} is no number"
        return None if is_within else f"{cell} is not between {low:g} and {high:g}"

    return check


is_latitude, is_longitude = number_within(-90, 90), number_within(-180, 180)


@cache
def country_codes() -> frozenset[str]:
    """ISO alpha-3 of every state and territory of `countries.csv`."""
    return frozenset(row["iso3"] for row in codebook.table("countries"))


@cache
def office_levels() -> frozenset[str]:
    """Every level that an office can have."""
    return frozenset({row["level"] for row in codebook.table("titles")} | {"president", "spy_chief"})


def is_country(cell: str) -> str | None:
    return one_of(country_codes(), "ISO alpha-3 code of a state of countries.csv")(cell)


def is_level(cell: str) -> str | None:
    return one_of(office_levels(), f"level of an office; there are {', '.join(sorted(office_levels()))}")(cell)


def is_sector(cell: str) -> str | None:
    sectors = [row["sector"] for row in codebook.table("sectors")]
    return one_of(sectors, f"sector; there are {', '.join(sectors)}")(cell)


def _is_code(cell: str) -> str | None:
    return None if _CODE.fullmatch(cell) else f"{cell!r} is no ISO alpha-3 code"


def _is_word(cell: str) -> str | None:
    return is_name(cell) or (None if cell == cell.lower() else f"{cell!r} is to be in lower case")


_REQUIRED: Mapping[str, Mapping[str, Check]] = {
    "countries": {"iso3": _is_code, "name": is_name, "status": one_of(("state", "territory", "disputed"), "status")},
    "organisations": {
        "entity_id": is_id, "name": is_name, "entity_type": one_of(ENTITY_TYPES, "entity type"), "sector": is_sector,
    },
    "metonyms": {"name": is_name, "country": is_country, "sector": is_sector},
    "peoples": {"name": is_name},
    "persons": {"entity_id": is_id, "name": is_name},
    "offices": {"entity_id": is_id, "office_name": is_name, "office_level": is_level},
    "places_extra": {"place_id": is_id, "name": is_name, "place_type": one_of(PLACE_TYPES, "type of place")},
    "cities": {
        "key": _is_word, "geonames_id": is_id, "name": is_name, "country": is_country, "latitude": is_latitude,
        "longitude": is_longitude, "population": number_within(0, 1e9), "is_capital": one_of(("0", "1"), "0 or 1"),
    },
    "ambiguous": {
        "name": _is_word, "id": is_id,
        "kind": one_of(("state", "adjective", "people", "capital", "place", "organisation", "person"), "kind of name"),
    },
    "titles": {"title": _is_word, "level": is_id},
    "bodies": {"word": _is_word, "sector": is_sector},
    "groups": {"word": _is_word},
}  # fmt: skip
_OPTIONAL: Mapping[str, Mapping[str, Check]] = {
    "countries": {
        "aliases": is_list, "adjectives": is_list, "people": is_list, "capital": is_name, "seats": is_list,
        "former_names": is_dated_list, "former_adjectives": is_dated_list, "leader_level": is_level,
        "wikidata_id": is_id,
    },
    "organisations": {"acronym": is_name, "country": is_country, "aliases": is_list},
    "peoples": {"country": is_country, "plural": is_name},
    "persons": {"aliases": is_list, "country": is_country, "gender": one_of(("f", "m"), "gender, f or m")},
    "offices": {"country": is_country, "start_date": is_day, "end_date": is_day, "known_until": is_day},
    "places_extra": {
        "country": is_country, "latitude": is_latitude, "longitude": is_longitude, "aliases": is_list,
    },
    "ambiguous": {"hints": is_list, "is_default": one_of(("yes",), "yes")},
    "titles": {"sector": is_sector, "country": is_country},
    "bodies": {"country": is_country},
    "groups": {"sector": is_sector},
}  # fmt: skip
_KEYS = {
    "countries": ("iso3",), "organisations": ("entity_id",), "persons": ("entity_id",), "places_extra": ("place_id",),
    "cities": ("key", "geonames_id"),
    "offices": ("entity_id", "office_name", "country", "organisation_id", "start_date"),
}  # fmt: skip

TABLES = tuple(_REQUIRED)
"""The tables of which the gazetteer is built."""


def cell_problems(
    row: Mapping[str, str], required: Mapping[str, Check], optional: Mapping[str, Check]
) -> Iterator[str]:
    """What is wrong with single cells of a row."""
    for column, check in required.items():
        if column not in row:
            yield f"there is no column {column!r}"
        elif not row[column]:
            yield f"{column} is empty"
        elif problem := check(row[column]):
            yield f"{column}: {problem}"
    for column, check in optional.items():
        if row.get(column) and (problem := check(row[column])):
            yield f"{column}: {problem}"


def interval_problem(row: Mapping[str, str]) -> str | None:
    """What is wrong with the days of a tenure whose cells are days."""
    if row["start_date"] and row["end_date"] and row["end_date"] < row["start_date"]:
        return f"ends on {row['end_date']}, before it starts on {row['start_date']}"
    return None


def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table of the gazetteer. Raises CodebookError naming the line of the first wrong cell."""
    for problem in _table_problems(name):
        raise codebook.CodebookError(problem)
    return codebook.table(name)


def _table_problems(name: str) -> Iterator[str]:
    required, optional = _REQUIRED[name], _OPTIONAL.get(name, {})
    for number, row in codebook.numbered_table(name):
        found = [*cell_problems(row, required, optional)]
        if name == "offices" and not found and (problem := interval_problem(row)):
            found.append(problem)
        yield from (f"codebook/{name}.csv, line {number}: {problem}" for problem in found)


def problems(name: str) -> Iterator[str]:
    """Everything that is wrong with a table, a line each: cells, keys that stand twice, ids that lead nowhere."""
    try:
        yield from _table_problems(name)
        yield from (f"codebook/{name}.csv, line {number}: {problem}" for number, problem in _relations(name))
    except codebook.CodebookError as error:
        yield str(error)


def _relations(name: str) -> Iterator[tuple[int, str]]:
    numbered = codebook.numbered_table(name)
    seen: Counter[tuple[str, ...]] = Counter()
    for number, row in numbered:
        if columns := _KEYS.get(name):
            key = tuple(row.get(column, "") for column in columns)
            seen[key] += 1
            if seen[key] > 1:
                yield number, f"stands a second time: {', '.join(filter(None, key))}"
        if name == "offices":
            if row["entity_id"] not in _ids("persons", "entity_id"):
                yield number, f"no person of persons.csv has the id {row['entity_id']}"
            if row["organisation_id"] and row["organisation_id"] not in _ids("organisations", "entity_id"):
                yield number, f"no organisation of organisations.csv has the id {row['organisation_id']}"
            if not row["organisation_id"] and not row["country"]:
                yield number, "is an office of no country and no organisation"
        is_of_state = name == "ambiguous" and row["kind"] in ("state", "adjective", "people", "capital")
        if is_of_state and row["id"] not in country_codes():
            yield number, f"no state of countries.csv has the code {row['id']}"
        if name == "places_extra" and bool(row["latitude"]) != bool(row["longitude"]):
            yield number, "has one of latitude and longitude without the other"


_SINGLE_OFFICES = ("head_of_state", "head_of_government", "foreign_minister")
_SLACK = timedelta(days=31)  # sources differ in the day on which a tenure begins
_VACANCY = timedelta(days=120)
_SINCE = date(2015, 1, 1)  # from when on `offices.csv` is to know every holder


class _Tenure(NamedTuple):
    start: date
    number: int  # of its line
    until: date | None
    has_end: bool


def tenure_doubts() -> Iterator[str]:
    """Tenures of `offices.csv` that don't fit together, a line each: two at once, an open end with a successor, nobody
    for months. Sources have such, and states too, so they are no faults; offices that several share are left out."""
    tenures: dict[tuple[str, str], list[_Tenure]] = defaultdict(list)
    for number, row in codebook.numbered_table("offices"):
        country, level = row["country"], row["office_level"]
        if country and level in _SINGLE_OFFICES and row["start_date"]:
            end = row["end_date"] or (row["known_until"] if level == "foreign_minister" else "")
            until = date.fromisoformat(end) if end else None
            tenure = _Tenure(date.fromisoformat(row["start_date"]), number, until, bool(row["end_date"]))
            tenures[country, level].append(tenure)
    for (country, level), found in sorted(tenures.items()):
        found.sort()
        if max(Counter(one.start for one in found).values()) > 1:
            continue  # shared, as in Switzerland
        known = _SINCE  # the last day for which anybody is known so far
        for before, one in pairwise(found):
            where = f"codebook/offices.csv, line {one.number}: {country}, {level}: starts on {one.start}"
            until = before.until
            known = max(known, until or _SINCE)
            if one.start < _SINCE:
                continue
            if not before.has_end and (until is None or until > one.start):
                yield f"{where}, and the one before has no end"
            elif until and until - one.start > _SLACK:
                yield f"{where}, before {until}, when the one before ends"
            elif until and until >= _SINCE and one.start - known > _VACANCY:
                yield f"{where}; nobody is known since {until}"


@cache
def _ids(name: str, column: str) -> frozenset[str]:
    return frozenset(row[column] for row in codebook.table(name))


def all_problems(names: Iterable[str] = TABLES) -> list[str]:
    """Everything that is wrong with the gazetteer's tables, a line each."""
    return [problem for name in names for problem in problems(name)]
