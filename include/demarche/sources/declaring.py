"""The sources file: which sources there are, each a ``[[source]]`` table of TOML.

Pure: text in, declarations out. What is wrong is said all at once, each with file, line and field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator, model_validator

from demarche import codebook
from demarche.records import RawDocument
from demarche.sources.asking import without_password

FOLDER = "folder"
"""The kind of a folder whose files are read each by its own kind, as the drop folder's are."""
ARCHIVE = "archive"
"""The kind of web archives, which are too large to be asked for like a page."""

MAPPED_FIELDS = frozenset(
    {
        "text",
        "html",
        "title",
        "byline",
        "published",
        "url",
        "language_code",
        "section_name",
        "publisher_name",
        "external_id",
    }
)
assert set(RawDocument.model_fields) >= MAPPED_FIELDS


_NO_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f]")


class DeclarationError(ValueError):
    """The sources file is wrong; the message names every fault with its line."""


class Declaration(BaseModel):
    """A source as someone declared it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="Its name in logs, lake and warehouse")
    kind: str = Field(description="What it is: feed, sitemap, page, folder, jsonl, …")
    url: str | None = Field(None, description="Where it is asked: an http(s) address")
    urls: tuple[str, ...] = Field((), description="Archives: the addresses of several")
    path: Path | None = Field(None, description="Or a file or folder that is read; of archives also a pattern")
    outlet: str | None = Field(None, min_length=1, max_length=200, description="Who publishes it, as people call it")
    language: str | None = Field(None, pattern=r"^[a-z]{2}$", description="ISO 639-1, where articles don't say")
    country: str | None = Field(None, description="The outlet's, ISO 3166-1 alpha-3")
    homepage: str | None = Field(None, description="The outlet's site")
    is_wire_agency: StrictBool = Field(False, description="The outlet writes for others")
    is_state_media: StrictBool = Field(False, description="A state owns or directs the outlet")
    is_enabled: StrictBool = Field(True, description="false: it isn't asked")
    follow: StrictBool = Field(
        True, description="false: articles stand in the feed itself, no linked page is asked"
    )
    include: tuple[str, ...] = Field((), description="Only links that match one of these patterns, like */world/*")
    exclude: tuple[str, ...] = Field((), description="No links that match one of these patterns")
    max_new: int = Field(500, ge=1, le=100_000, description="New links taken in one run; the others wait for the next")
    requests_per_second: float = Field(1.0, gt=0, le=1000, description="To one host, at most")
    columns: dict[Literal[tuple(sorted(MAPPED_FIELDS))], str] = Field(  # type: ignore[valid-type]  # made from a set
        default_factory=dict, description="Tables and JSON: a field of the document = the column that holds it"
    )

    @field_validator("url", "homepage", "urls")
    @classmethod
    def _is_web_address(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for address in value if isinstance(value, tuple) else (value,) if value is not None else ():
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname or _NO_ADDRESS.search(address):
                raise ValueError("is no http(s) address")
            if parts.port == 0:  # to ask for it raises ValueError where it is beyond 65535
                raise ValueError("is no http(s) address: there is no port 0")
            if parts.username or parts.password:
                raise ValueError("holds a user name or password, which would be stored with every document")
        return value

    @field_validator("path", mode="before")
    @classmethod
    def _is_path(cls, value: Any) -> Any:
        if isinstance(value, str) and (not value.strip() or "\x00" in value):  # the empty one is the folder we are in
            raise ValueError("names no file or folder")
        return value

    @field_validator("country")
    @classmethod
    def _is_country(cls, value: str | None) -> str | None:
        if value is not None and value not in {row["iso3"] for row in codebook.table("countries")}:
            raise ValueError("is no ISO 3166-1 alpha-3 code, like FRA")
        return value

    @model_validator(mode="after")
    def _has_one_place(self) -> Declaration:
        if (self.url is not None) + (self.path is not None) + bool(self.urls) != 1:
            raise ValueError("needs one place: either url or path")
        if self.kind == FOLDER and self.path is None:
            raise ValueError(f"the kind {self.kind} needs path, not url")
        if self.kind != ARCHIVE and self.urls:
            raise ValueError("only archives have several addresses; declare a source for each")
        return self

    @property
    def place(self) -> str:
        """Where it is, as given."""
        return self.url or (str(self.path) if self.path else ", ".join(self.urls))

    @property
    def given(self) -> dict[str, str]:
        """What the declaration says of every document."""
        said = {"outlet_name": self.outlet, "language_code": self.language}
        return {name: value for name, value in said.items() if value}

    @property
    def of_outlet(self) -> dict[str, str | bool]:
        """What the declaration says of the outlet, by columns of ``Source``."""
        said: dict[str, str | bool | None] = {
            "homepage_url": self.homepage,
            "country_code": self.country,
            "language_code": self.language,
            "is_wire_agency": self.is_wire_agency,
            "is_state_media": self.is_state_media,
        }
        return {name: value for name, value in said.items() if value}

    def wants(self, url: str) -> bool:
        """Whether a link is one of those that are to be followed."""
        is_included = not self.include or any(fnmatchcase(url, pattern) for pattern in self.include)
        return is_included and not any(fnmatchcase(url, pattern) for pattern in self.exclude)


def read_declarations(
    text: str, name: str, kinds: Collection[str], taken: Collection[str] = ()
) -> tuple[Declaration, ...]:
    """The declarations of a sources file called ``name``, in its order; ``taken`` are ids that none may have. Raises
    DeclarationError for what is wrong."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{name}, line {line[1] if line else len(text.splitlines())}"  # "at end of document" has none
        raise DeclarationError(f"{where}: is no TOML: {re.sub(r' [(]at .*', '', str(error))}") from None
    tables = content.get("source", [])
    strange = sorted(set(content) - {"source"})
    if strange or not isinstance(tables, list):
        raise DeclarationError(
            f"{name}, line {_line(text, None, strange[0] if strange else 'source')}: only [[source]] tables can stand "
            f"here{f', not {strange[0]}' if strange else ''}"
        )
    found: list[Declaration] = []
    faults: list[str] = []
    for index, table in enumerate(tables):
        for field, fault in _faults(table, {*taken, *(one.id for one in found)}, kinds, found):
            label = table.get("id", index + 1) if isinstance(table, dict) else index + 1
            faults.append(f"{name}, line {_line(text, index, field)}: source {label}: {field or 'it'} {fault}".strip())
    if faults:
        raise DeclarationError("\n".join(faults))
    return tuple(found)


def _faults(
    table: Any, taken: Collection[str], kinds: Collection[str], found: list[Declaration]
) -> Iterator[tuple[str | None, str]]:
    """What is wrong with a table, by field; a sound one is appended to ``found``."""
    try:
        declaration = Declaration.model_validate(table)
    except ValidationError as error:
        for problem in error.errors():
            location = [str(part) for part in problem["loc"] if part != "[key]" and not isinstance(part, int)]
            if problem["type"] == "extra_forbidden":
                yield location[-1], "is no field of a source"
                continue
            message = str(problem["msg"]).removeprefix("Value error, ")
            given = "" if isinstance(problem["input"], dict) else f" (is {without_password(repr(problem['input']))})"
            yield (location[-1] if location else None), f"{message[:1].lower()}{message[1:]}{given}"
        return
    if declaration.kind not in kinds and declaration.kind != FOLDER:
        yield "kind", f"is {declaration.kind!r}; there are: {', '.join(sorted({*kinds, FOLDER}))}"
    elif declaration.id in taken:
        yield "id", f"is taken: there is a source {declaration.id} already"
    else:
        found.append(declaration)


def _line(text: str, index: int | None, field: str | None) -> int:
    """The line of a field in the ``index``-th table; the table's own line where the field isn't there."""
    lines = text.splitlines()
    start, end = 0, len(lines)
    if index is not None:
        heads = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*source\s*\]\]", line)]
        if index < len(heads):
            start = heads[index]
            end = heads[index + 1] if index + 1 < len(heads) else end
    if field:
        name = rf"[\"']?{re.escape(field)}\b"
        key = re.compile(rf"\s*(?:\[+\s*)?(?:[\w\"']+\s*\.\s*)*{name}|.*[{{,]\s*{name}")
        for number in range(start, end):
            if key.match(lines[number]):
                return number + 1
    return start + 1
