"""The gazetteer of one's own: read for linking, checked, and refreshed from Wikidata.

`gazetteer update` writes into the same file, and only rows that it wrote itself: their ``source`` begins with
"wikidata". Whatever else stands in the file stays, in its place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.codebook import CodebookError, additions, gazetteer
from demarche.codebook.additions import Additions, Row
from demarche.settings import Settings, load_settings
from demarche.steps.results import Progress, StepError, no_progress

if TYPE_CHECKING:
    from demarche.codebook.index import Index
    from demarche.wikidata import Endpoint, Tenure

WIKIDATA = "wikidata"
_NEAR = timedelta(days=31)  # sources differ in when a term begins: election, oath, first day

Known = dict[tuple[str, str, str], list[tuple[date | None, date | None]]]
"""Start and end of tenures by person, level and body."""


def load_additions(settings: Settings) -> Additions:
    """What the analyst's file adds; nothing where there is none and none is named. Raises CodebookError with the lines
    of wrong rows, StepError when a file that is named isn't there."""
    state = _state(settings)
    return _read(*state) if state else additions.NONE


def additions_hash(settings: Settings) -> str:
    """Changes whenever the analyst's file does; the file isn't checked. Raises StepError like ``load_additions``."""
    state = _state(settings)
    return _hash(*state) if state else ""


def load_index(settings: Settings) -> Index | None:
    """The prebuilt index of names, as a memory map; None where there is none and none is named. Raises CodebookError
    when the file is no index, StepError when one that is named isn't there."""
    state = _state(settings, "gazetteer_index")
    return _mapped(*state) if state else None


@lru_cache(maxsize=2)
def _mapped(path: Path, modified_ns: int, size: int) -> Index:
    from demarche.codebook import index

    with path.open("rb") as file:
        try:
            return index.opened(mmap(file.fileno(), 0, access=ACCESS_READ), str(path))
        except ValueError:  # an empty file can't be mapped
            return index.opened(b"", str(path))


def build_index(path: Path, *, settings: Settings | None = None) -> tuple[Path, int]:
    """Make the prebuilt index of a CSV of names, in the place of the former; answer where it is, and how many names it
    has. Raises CodebookError naming the lines of wrong rows, and of those that an index doesn't hold."""
    from demarche import indexed
    from demarche.codebook import index

    settings = settings or load_settings()
    content = path.read_bytes()
    given = additions.read(content, str(path))
    try:
        made = index.made(indexed.entries(given), hashlib.sha256(content).digest())
    except ValueError as error:
        raise CodebookError(f"{path}, {error}") from None
    target = settings.gazetteer_index
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(made)
        beside.replace(target)  # processes that have the former one mapped keep it
    finally:
        beside.unlink(missing_ok=True)
    return target, sum(len(row.names) for row in given.rows)


def _state(settings: Settings, name: str = "gazetteer_file") -> tuple[Path, int, int] | None:
    path: Path = getattr(settings, name)
    try:
        state = path.stat()
    except FileNotFoundError:
        if name in settings.model_fields_set:
            raise StepError(f"{path}: no such file — DEMARCHE_{name.upper()} names it") from None
        return None
    return path, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=2)
def _read(path: Path, modified_ns: int, size: int) -> Additions:
    return additions.read(path.read_bytes(), str(path))


@lru_cache(maxsize=2)
def _hash(path: Path, modified_ns: int, size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- check -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checked:
    """What was looked at; all that is wrong with it, and tenures that don't fit together, a line each."""

    row_count: int
    problems: tuple[str, ...]
    doubts: tuple[str, ...]


def check_gazetteer(path: Path | None = None, *, settings: Settings | None = None) -> Checked:
    """Look at every table of the gazetteer and at the analyst's file, or at ``path`` in its place."""
    from demarche import codebook

    settings = settings or load_settings()
    problems = gazetteer.all_problems()
    count = sum(len(codebook.table(name)) for name in gazetteer.TABLES)
    try:
        found = additions.read(path.read_bytes(), str(path)) if path else load_additions(settings)
        count += len(found.rows)
    except CodebookError as error:
        problems += str(error).splitlines()
    return Checked(count, tuple(problems), tuple(gazetteer.tenure_doubts()))


# --- update ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Update:
    """What an update changes in the file: lines that begin with + (new), ~ (changed) or - (gone)."""

    path: Path
    changes: tuple[str, ...]
    told_count: int  # tenures that the endpoint told of
    known_count: int  # of those, the ones that codebook and file have already
    unusable_count: int
    is_written: bool


def update_gazetteer(
    roles: Sequence[str] = (),
    *,
    url: str | None = None,
    contact: str = "",
    since: int = 2015,
    dry_run: bool = False,
    settings: Settings | None = None,
    progress: Progress = no_progress,
    today: date | None = None,
) -> Update:
    """Ask Wikidata who holds the offices that matter, and write what codebook and file don't know into the file.

    Rows of roles that aren't asked for stay. Nothing is written unless every question was answered. Raises
    WikidataError, StepError for an unknown role.
    """
    from demarche import wikidata

    settings = settings or load_settings()
    roles = tuple(roles) or wikidata.ROLES
    if unknown := [role for role in roles if role not in wikidata.ROLES]:
        raise StepError(f"no such role: {', '.join(unknown)}; there are {', '.join(wikidata.ROLES)}")
    path = settings.gazetteer_file
    content = path.read_bytes() if path.exists() else b""
    given = additions.read(content, str(path)) if content.strip() else additions.NONE
    kept = [row for row in given.rows if not _is_ours(row) or row["level"] not in roles]
    former = [row for row in given.rows if _is_ours(row) and row["level"] in roles]
    endpoint = wikidata.Endpoint(url or wikidata.ENDPOINT, contact=contact)
    told, unusable = _ask(endpoint, roles, since, progress)
    known = _known(given, kept)
    day = today or date.today()
    new = {_key(row): row for row in (_row(one, day) for one in told if not _is_known(one, known))}
    changes = _changes({_key(row.cells): dict(row.cells) for row in former}, new)
    if not dry_run and changes:
        _write(path, content, [row.number for row in former], list(new.values()))
    return Update(path, tuple(changes), len(told), len(told) - len(new), unusable, bool(changes) and not dry_run)


def _is_ours(row: Row) -> bool:
    return row["source"].startswith(WIKIDATA)


def _ask(endpoint: Endpoint, roles: Sequence[str], since: int, progress: Progress) -> tuple[list[Tenure], int]:
    from demarche import codebook
    from demarche.wikidata import STATES_AT_ONCE

    states = [row["iso3"] for row in codebook.table("countries") if row["status"] != "territory"]
    organisations = [
        row["entity_id"]
        for row in codebook.table("organisations")
        if row["sector"] == "IGO" and re.fullmatch("Q[0-9]+", row["entity_id"])
    ]
    bodies = {role: organisations if role == "organisation_head" else states for role in roles}
    total = sum(len(of_role) for of_role in bodies.values())
    told: dict[tuple[str, ...], Tenure] = {}
    unusable = done = 0
    for role in roles:
        for number, (found, broken) in enumerate(endpoint.tenures(role, bodies[role], since), 1):
            unusable += broken
            for one in found:
                if role == "head_of_government" and _at(one, "head_of_state") in told:
                    continue  # a president who also heads the government keeps the presidency only
                told.setdefault(_at(one, role), one)
            progress("gazetteer update", done + min(number * STATES_AT_ONCE, len(bodies[role])), total)
        done += len(bodies[role])
    return list(told.values()), unusable


def _at(tenure: Tenure, role: str) -> tuple[str, ...]:
    return role, tenure.body, tenure.person_id, tenure.start_date.isoformat()


def _known(given: Additions, kept: Iterable[Row]) -> Known:
    """Tenures of the codebook and of the rows that stay, by person, level and body."""
    from demarche.entities import load_gazetteer

    ids = [row.number for row in kept]
    own = Additions(given.file_name, given.file_hash, tuple(kept), {key: given.entity_ids[key] for key in ids})
    known: Known = {}
    for held in (held for of_one in load_gazetteer(own).holdings.values() for held in of_one):
        key = held.entity_id, held.level, held.organisation_id or held.country_code or ""
        known.setdefault(key, []).append((held.start_date, held.end_date))
    return known


def _is_known(told: Tenure, known: Known) -> bool:
    """Whether such a tenure is known: begun, and ended or not, within a month of what is told."""
    for start, end in known.get((told.person_id, told.role, told.body), ()):
        begun = start is None or abs(start - told.start_date) <= _NEAR
        over = end is None if told.end_date is None else end is not None and abs(end - told.end_date) <= _NEAR
        if begun and over:
            return True
    return False


def _row(told: Tenure, day: date) -> dict[str, str]:
    is_state = told.role != "organisation_head"
    return dict.fromkeys(additions.COLUMNS, "") | {
        "kind": "person",
        "id": told.person_id,
        "name": told.name,
        "gender": told.gender,
        "country": told.body if is_state else "",
        "organisation": "" if is_state else told.body,
        "office": _office_name(told),
        "level": told.role,
        "start_date": told.start_date.isoformat(),
        "end_date": told.end_date.isoformat() if told.end_date else "",
        "known_until": "" if told.end_date else day.isoformat(),
        "source": f"{WIKIDATA} {day.isoformat()}",
    }


def _office_name(told: Tenure) -> str:
    """The office as texts call it: "President of the Republic of Cuba" is a president."""
    name = re.split(r" of | \(", told.office_name)[0].strip().lower()
    if told.role == "foreign_minister" and "secretary" not in name:
        return "foreign minister"
    defaults = {"head_of_state": "head of state", "head_of_government": "prime minister"}
    return name if name and not gazetteer.is_name(name) else defaults.get(told.role, "head")


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return row["level"], row["country"] or row["organisation"], row["id"], row["start_date"]


def _changes(former: dict[tuple[str, ...], dict[str, str]], new: dict[tuple[str, ...], dict[str, str]]) -> list[str]:
    lines = []
    for key in sorted({*former, *new}):
        before, after = former.get(key), new.get(key)
        if before is None and after is not None:
            lines.append(f"+ {_told(after)}")
        elif after is None and before is not None:
            lines.append(f"- {_told(before)}")
        elif before and after and _told(before) != _told(after):
            lines.append(f"~ {_told(before)} → {_told(after)}")
    return lines


def _told(row: dict[str, str]) -> str:
    body = row["country"] or row["organisation"]
    return f"{body} {row['office']}: {row['name']} ({row['id']}), {row['start_date']} to {row['end_date'] or 'now'}"


def _write(path: Path, content: bytes, dropped: Sequence[int], rows: Sequence[dict[str, str]]) -> None:
    """The file with its own rows and comments as they are, without the lines ``dropped``, and with ``rows`` at the
    end; put in its place at once, the former beside it under ".before"."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(additions.COLUMNS)
    header: list[str] = []
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    number = 1
    for values in reader:
        if not any(map(str.strip, values)) or values[0].startswith("#"):
            writer.writerow(values) if values else out.write("\n")
        elif not header:
            header = [value.strip() for value in values]
        elif number not in dropped:
            found = dict(zip(header, values, strict=True))
            writer.writerow([found.get(column, "") for column in additions.COLUMNS])
        number = reader.line_num + 1
    writer.writerows([row[column] for column in additions.COLUMNS] for row in rows)
    text = out.getvalue().encode()
    additions.read(text, str(path))  # what we write must be what we read
    path.parent.mkdir(parents=True, exist_ok=True)
    if content:
        path.with_name(path.name + ".before").write_bytes(content)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(text)
    os.replace(draft, path)
