"""Every record obeys the rules for names, and says what each of its columns is."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from demarche import records
from demarche.records import Record, record_id

NAMING = Path(__file__).resolve().parents[2] / "docs" / "naming.md"

TYPES: dict[str, tuple[object, ...]] = {
    "text": (str,),
    "list of text": (tuple[str, ...],),
    "day": (date,),
    "instant": (datetime,),
    "integer": (int,),
    "number": (float,),
    "list of integers": (tuple[int, ...],),
    "text by text": (dict[str, str],),
}


def suffixes() -> dict[str, tuple[object, ...]]:
    """The table of docs/naming.md: suffix → types."""
    rows = re.findall(r"^\| `(_\w+)` \| ([\w ]+) \|", NAMING.read_text(encoding="utf-8"), re.M)
    return {suffix: TYPES[name] for suffix, name in rows}


def all_records(base: type[Record] = Record) -> Iterator[type[Record]]:
    for record in base.__subclasses__():
        if record.__module__ == records.__name__:
            if "table" in vars(record):
                yield record
            yield from all_records(record)


RECORDS = sorted(set(all_records()), key=lambda record: record.__name__)
COLUMNS = [(record, name, info) for record in RECORDS for name, info in record.model_fields.items()]


def plain_type(info: FieldInfo) -> object:
    """The type without None."""
    annotation: Any = info.annotation
    if get_origin(annotation) is types.UnionType:
        (annotation,) = [option for option in get_args(annotation) if option is not type(None)]
    return annotation


def suffix_of(name: str) -> str | None:
    return next((suffix for suffix in suffixes() if name.endswith(suffix)), None)


def test_there_are_records_and_rules() -> None:
    assert len(RECORDS) > 25
    assert len(suffixes()) > 20


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_record_says_what_it_is_and_what_identifies_it(record: type[Record]) -> None:
    assert (record.__doc__ or "").strip()
    assert "key" in vars(record)
    assert set(record.key) <= set(record.model_fields)
    assert re.fullmatch(r"[a-z_]+", record.table)


def test_no_two_records_share_a_table() -> None:
    tables = [record.table for record in RECORDS]
    assert sorted(set(tables)) == sorted(tables)


def test_every_column_is_described() -> None:
    assert [f"{record.__name__}.{name}" for record, name, info in COLUMNS if not info.description] == []


def test_suffixes_have_their_types() -> None:
    wrong = [
        f"{record.__name__}.{name}: {plain_type(info)}"
        for record, name, info in COLUMNS
        if (suffix := suffix_of(name)) and plain_type(info) not in suffixes()[suffix]
    ]
    assert wrong == []


@pytest.mark.parametrize(("kind", "suffix"), [(date, "_date"), (datetime, "_at")])
def test_days_and_instants_have_their_suffix(kind: type, suffix: str) -> None:
    found = [(name, suffix_of(name)) for _, name, info in COLUMNS if plain_type(info) is kind]
    assert found
    assert {other for _, other in found} == {suffix}


def test_truth_values_begin_with_is_or_has_and_nothing_else_does() -> None:
    truths = {name for _, name, info in COLUMNS if plain_type(info) is bool}
    assert truths == {name for _, name, _ in COLUMNS if name.startswith(("is_", "has_"))}


def test_scores_are_bounded_and_offsets_begin_at_zero() -> None:
    for record, name, info in COLUMNS:
        bounds = {key: getattr(part, key) for part in info.metadata for key in ("ge", "le") if hasattr(part, key)}
        if name.endswith("_score"):
            assert (bounds.get("ge"), bounds.get("le")) == (0, 1), f"{record.__name__}.{name}"
        if name.endswith("_offset"):
            assert bounds.get("ge") == 0, f"{record.__name__}.{name}"


def test_a_name_has_one_type_everywhere() -> None:
    found: dict[str, set[object]] = {}
    for _, name, info in COLUMNS:
        found.setdefault(name, set()).add(plain_type(info))
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}


def test_every_suffix_of_the_page_is_used() -> None:
    assert {suffix_of(name) for _, name, _ in COLUMNS} - {None} == set(suffixes())


def test_rows_can_not_be_changed_and_refuse_unknown_columns() -> None:
    code = records.Code(list_name="role_type", code="actor")
    with pytest.raises(ValidationError, match="frozen"):
        code.code = "other"  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(ValidationError, match="extra"):
        records.Code.model_validate({"list_name": "role_type", "code": "actor", "colour": "red"})


parts = st.lists(st.text(alphabet=st.characters(exclude_characters="\x1f"), max_size=8), min_size=1, max_size=4)


@given(parts, parts)
def test_ids_differ_where_parts_differ(one: list[str], other: list[str]) -> None:
    assert (record_id("r", *one) == record_id("r", *other)) == (one == other)


def test_ids_are_the_same_on_every_machine() -> None:
    assert record_id("d", "a", None, 3) == "d7df150d482a8b385148ff9c81b5c775e"
