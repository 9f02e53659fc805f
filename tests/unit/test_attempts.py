"""What is noted of documents while they are read, and what the next attempt makes of it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from demarche.steps.attempts import Attempts
from demarche.storage import Lake

NAMES = list("abcdefg")
KEY = "2019-03-04T09"


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path))


def attempts(lake: Lake, state: str = "1") -> Attempts:
    return Attempts(lake, "tagged", KEY, "0", state)


def groups(found: Attempts, size: int = 3) -> list[list[str]]:
    return [list(group) for group in found.groups(NAMES, str, size)]


def die_at(lake: Lake, name: str, state: str = "1") -> None:
    """An attempt whose process ends while ``name`` is read: nobody leaves the context."""
    for group in attempts(lake, state).groups(NAMES, str, 3):
        if name in group:
            return


def test_a_good_end_leaves_nothing(lake, tmp_path):
    with attempts(lake) as found:
        assert groups(found) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_company_of_the_dead_is_taken_one_by_one_and_in_order(lake):
    die_at(lake, "e")
    with attempts(lake) as found:
        assert groups(found) == [["a", "b", "c"], ["d"], ["e"], ["f"], ["g"]]
        assert not any(map(found.is_poison, NAMES))
    assert groups(attempts(lake))[1] == ["d", "e", "f"], "who lived through it is no longer suspected"


def test_who_dies_alone_after_company_is_set_aside(lake):
    die_at(lake, "e")
    die_at(lake, "e")
    assert [name for name in NAMES if attempts(lake).is_poison(name)] == ["e"]


def test_one_death_is_no_proof(lake):
    die_at(lake, "g")
    assert not attempts(lake).is_poison("g")


def test_two_deaths_in_company_are_no_proof(lake):
    lake.put_note("tagged", KEY, "0", {"state": "1", "begun": ["a", "b"], "deaths": {"a": 1, "b": 1}})
    assert not any(map(attempts(lake).is_poison, NAMES))


def test_a_part_dies_for_its_whole(lake):
    die_at(lake, "e")
    found = attempts(lake)
    assert found.begin("e#0")
    assert found.begin("e#1")
    again = attempts(lake)
    assert again.is_suspect("e")
    assert (again.is_poison("e#0"), again.is_poison("e#1")) == (False, True)
    assert not again.begin("e#1")


def fail(lake: Lake) -> None:
    """An attempt that an exception ends, in its first group."""
    with suppress(KeyError), attempts(lake) as found:
        next(iter(found.groups(NAMES, str, 3)))
        raise KeyError


def test_an_exception_accuses_nobody_but_keeps_what_was_known(lake):
    fail(lake)
    assert not any(map(attempts(lake).is_suspect, NAMES))
    die_at(lake, "e")
    fail(lake)
    assert attempts(lake).is_suspect("e")


def test_other_code_or_input_begins_anew(lake):
    die_at(lake, "e")
    die_at(lake, "e")
    assert not attempts(lake, state="2").is_suspect("e")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]"])
def test_a_damaged_note_says_nothing(lake, tmp_path, damage):
    die_at(lake, "e")
    (note,) = (path for path in tmp_path.rglob("*.json"))
    note.write_bytes(damage)
    assert not any(map(attempts(lake).is_suspect, NAMES))


def test_without_a_lake_nothing_is_noted():
    with Attempts() as found:
        assert len(groups(found)) == 3
