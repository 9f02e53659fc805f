"""Page dumps in plain text with what a reader finds in them; ``open`` may be read, frozen ones are only measured."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demarche import documents
from demarche.records import Document, RawDocument

HALVES = ("open", "frozen", "frozen_b", "frozen_c", "frozen_d")
FIELDS = ("body", "prose", "title", "byline", "published_date")
"""``prose`` is the body without crossheads, which these dumps' hand left out and other fixtures keep."""

_MAX_CROSSHEAD_WORDS = 8


@dataclass(frozen=True)
class Compared:
    """A dump: what a reader finds in it, and what is found."""

    path: Path
    wanted: dict[str, str | None]
    found: dict[str, str | None]

    def is_right(self, field: str) -> bool:
        if field == "prose":
            return _without_crossheads(self.wanted["body"]) == _without_crossheads(self.found["body"])
        if field == "byline":
            return _names(self.wanted[field]) == _names(self.found[field])
        return self.wanted[field] == self.found[field]


def compare(folder: Path) -> list[Compared]:
    """Every dump of a folder, read as a dropped file."""
    return [_compared(path) for path in sorted(folder.glob("*.txt"))]


def _compared(path: Path) -> Compared:
    gold = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    raw = RawDocument(
        raw_hash="0" * 64, source_name="drop", path=path.name, fetched_at=datetime(2026, 11, 25, tzinfo=UTC),
        text=path.read_text(encoding="utf-8"),
    )  # fmt: skip
    document = documents.read_document(raw, "2026-11-25T07")
    wanted = {field: str(gold[field]) if gold.get(field) else None for field in FIELDS if field != "prose"}
    found: dict[str, str | None] = dict.fromkeys(wanted)
    if isinstance(document, Document):
        day = None if document.published_rule == "fetched" else str(document.published_date)
        found |= {"body": document.body, "title": document.title, "byline": document.byline, "published_date": day}
    return Compared(path, {**wanted, "body": _normal(wanted["body"])}, {**found, "body": _normal(found["body"])})


def _normal(body: str | None) -> str:
    lines = (" ".join(line.split()) for line in (body or "").split("\n"))
    return "\n".join(line for line in lines if line)


def _without_crossheads(body: str | None) -> list[str]:
    lines = (body or "").split("\n")
    return [line for line in lines if len(line.split()) > _MAX_CROSSHEAD_WORDS or _ENDED.search(line)]


_ENDED = re.compile(r"[.!?:;,…—][\"”’')\]»]*$")


def _names(byline: str | None) -> set[str]:
    """Names however they are joined and set."""
    return {name.casefold() for name in re.split(r",? and |, | & ", byline or "") if name}


def figures() -> dict[str, float]:
    """The share of dumps of which a field is right, in per cent, by half."""
    found: dict[str, float] = {}
    for half in HALVES:
        dumps = compare(Path(__file__).parent / half)
        for field in FIELDS:
            found[f"{half}/dump/{field}"] = 100 * sum(one.is_right(field) for one in dumps) / len(dumps)
    return found
