"""A data package: ``datapackage.json`` beside the files, by the Data Package standard 2.0 (https://datapackage.org)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from demarche.exports.forms import Resource

_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
_DIALECTS = {
    "csv": {"header": True, "delimiter": ",", "quoteChar": '"', "doubleQuote": True},
    "tsv": {"header": False, "delimiter": "\t", "quoteChar": "\u0001", "doubleQuote": False},  # nothing is quoted
}
_LICENCES = {
    "CC-BY-SA-4.0": ("Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
_SOURCES = (
    {"title": "PLOVER, Open Event Data Alliance (names of types and modes; CC BY-SA 4.0)",
     "path": "https://github.com/openeventdata/PLOVER"},
    {"title": "GeoNames (places; CC BY 4.0)", "path": "https://www.geonames.org"},
    {"title": "Wikidata (ids of people and bodies; CC0 1.0)", "path": "https://www.wikidata.org"},
)  # fmt: skip
_RIGHTS = "Titles and sentences are quoted from the articles that they name; rights in them stay with their publishers."


class Described(NamedTuple):
    """A column as the warehouse describes it."""

    name: str
    sql_type: str
    comment: str | None
    is_required: bool = False


class Written(NamedTuple):
    """A resource as it was written: its files relative to the package, their bytes, and the hash of a single one."""

    resource: Resource
    columns: Sequence[Described]
    row_count: int
    paths: tuple[str, ...]
    byte_count: int
    sha256: str | None


@dataclass
class Package:
    """What the package says of itself; ``written`` are its resources in order."""

    form: str
    program_version: str
    licence: str
    load_id: str
    loaded_at: datetime
    since_load: str | None
    selection: Mapping[str, Any]
    event_count: int
    written: list[Written] = field(default_factory=list)


def write_package(package: Package) -> bytes:
    """``datapackage.json``; the same warehouse and selection give the same bytes."""
    title, path = _LICENCES.get(package.licence, (package.licence, None))
    licence = {"name": package.licence, "title": title, **({"path": path} if path else {})}
    described = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"demarche-{package.form}",
        "title": "Diplomatic events from news",
        "description": f"Events that Demarche found in news articles, each with its evidence. {_RIGHTS}",
        "version": f"{package.program_version}+{package.load_id}",
        "created": package.loaded_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "licenses": [licence],
        "sources": list(_SOURCES),
        "resources": [_resource(one) for one in package.written],
        "demarche": {
            "load_id": package.load_id,
            "since_load": package.since_load,
            "selection": dict(package.selection),
            "counts": {"events": package.event_count, **{one.resource.name: one.row_count for one in package.written}},
        },
    }
    return (json.dumps(described, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _resource(one: Written) -> dict[str, Any]:
    resource = one.resource
    described: dict[str, Any] = {
        "name": resource.name,
        "title": resource.title,
        "path": one.paths[0] if len(one.paths) == 1 else list(one.paths),
        "format": {"tsv": "csv", "icalendar": "ics"}.get(resource.encoding, resource.encoding),
        "mediatype": resource.media_type,
        "bytes": one.byte_count,
        "rowCount": one.row_count,
    }
    if one.sha256:
        described["hash"] = f"sha256:{one.sha256}"
    if resource.encoding != "parquet":
        described["encoding"] = "utf-8"
    fields = list(_fields(one))
    if resource.encoding in ("geojson", "icalendar"):
        return {**described, "properties": fields}  # no table, so no table schema; what its values mean all the same
    described["$schema"] = "https://datapackage.org/profiles/2.0/dataresource.json"
    if resource.encoding in _DIALECTS:
        described["dialect"] = _DIALECTS[resource.encoding]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if resource.encoding != "tsv":
        schema["primaryKey"] = list(resource.key)
    if resource.refers_to:
        reference = {"resource": resource.refers_to, "fields": ["event_id"]}
        schema["foreignKeys"] = [{"fields": ["event_id"], "reference": reference}]
    return {**described, "type": "table", "schema": schema}


def _fields(one: Written) -> Iterable[dict[str, Any]]:
    for column in one.columns:
        found: dict[str, Any] = {"name": column.name, "type": _type(column.sql_type, one.resource.encoding)}
        if column.comment:
            found["description"] = column.comment
        if column.is_required:
            found["constraints"] = {"required": True}
        yield found


def _type(sql_type: str, encoding: str) -> str:
    if sql_type.endswith("[]"):
        return "string" if encoding == "csv" else "array"  # in CSV its members are joined by commas
    return _TYPES.get(sql_type, "any")
