"""The codebook: what Demarche knows, as data that a political scientist can read and change.

Every table is a CSV (or TOML) file in this folder; `README.md` beside it gives origin, licence and date of each.
This module is their only reader.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


class CodebookError(ValueError):
    """A codebook file is malformed; the message names the file and the line."""


def text(name: str) -> str:
    """The content of a codebook file, e.g. ``text("types.csv")``. Raises CodebookError when there is none."""
    path = files(__name__).joinpath(name)
    if not path.is_file():
        raise CodebookError(f"codebook/{name}: no such file")
    return path.read_text(encoding="utf-8")


def data(name: str) -> bytes:
    """The bytes of a codebook file that isn't text. Raises CodebookError when there is none."""
    path = files(__name__).joinpath(name)
    if not path.is_file():
        raise CodebookError(f"codebook/{name}: no such file")
    return path.read_bytes()


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``<name>.csv`` as dicts of strings; every row must have exactly the header's columns.

    Lines that start with ``#`` are comments. Raises CodebookError naming the line otherwise.
    """
    return tuple(row for _, row in numbered_table(name))


@cache
def numbered_table(name: str) -> tuple[tuple[int, dict[str, str]], ...]:
    """The rows of ``<name>.csv``, each with the number of its line, from 1. Raises CodebookError like ``table``."""
    lines = text(f"{name}.csv").splitlines()
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    reader = csv.reader([line for _, line in numbered])
    header = next(reader, None)
    if not header:
        raise CodebookError(f"codebook/{name}.csv: empty")
    rows = []
    for (number, _), values in zip(numbered[1:], reader, strict=True):
        if len(values) != len(header):
            raise CodebookError(f"codebook/{name}.csv, line {number}: {len(values)} values for {len(header)} columns")
        rows.append((number, dict(zip(header, values, strict=True))))
    return tuple(rows)


@cache
def document(name: str) -> dict[str, Any]:
    """The content of ``<name>.toml``. Raises CodebookError naming the line when it is not TOML."""
    try:
        return tomllib.loads(text(f"{name}.toml"))
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"codebook/{name}.toml: {error}") from error


@cache
def words(name: str) -> frozenset[str]:
    """A list of words of `event_words.toml`. Raises CodebookError when there is none of that name."""
    lists = document("event_words")
    if name not in lists:
        raise CodebookError(f"codebook/event_words.toml: no list {name!r}")
    return frozenset(lists[name].split())


@cache
def fingerprint() -> str:
    """Eight hex digits over every file of the codebook: they change when any of it does."""
    digest = hashlib.blake2b(digest_size=4)
    found = [path for folder in (files(__name__), files(__name__) / "model") for path in folder.iterdir()]
    for path in sorted((path for path in found if path.is_file() and path.name[-3:] != ".py"), key=lambda p: p.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
