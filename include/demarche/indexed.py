"""The gazetteer with a prebuilt index behind it: names that the tables and the analyst's file don't have.

An index holds names of persons, organisations, groups and bodies, and aliases; no offices and no places, and it never
speaks where the gazetteer does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from demarche.codebook.additions import DEFAULT_SECTORS, NONE, Additions
from demarche.codebook.names import fold, longest_phrases
from demarche.entities import Gazetteer, Name, Person, is_acronym, load_gazetteer

if TYPE_CHECKING:
    from demarche.codebook.index import Index

_FIRST, _ID = "^", "#"  # before keys that are no folded phrase: a first word, an id
_KINDS = ("person", "organisation", "group", "body", "alias")

Value = TypeVar("Value")


class _Layered(Mapping[str, Value]):
    """A mapping, and behind it what an index has; iterating gives what is in memory only."""

    def __init__(self, near: Mapping[str, Value], index: Index) -> None:
        self._near = near
        self._index = index
        self._remembered = lru_cache(maxsize=50_000)(self._looked_up)

    def _looked_up(self, key: str) -> Value | None:
        raise NotImplementedError

    def __getitem__(self, key: str) -> Value:
        found = self._near.get(key)
        found = self._remembered(key) if found is None else found
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._near)

    def __len__(self) -> int:
        return len(self._near)


class _Names(_Layered[tuple[Name, ...]]):
    def _looked_up(self, key: str) -> tuple[Name, ...] | None:
        return tuple(map(_name, self._index.lines(key))) or None


class _Persons(_Layered[Person]):
    def _looked_up(self, key: str) -> Person | None:
        return next(map(_person, self._index.lines(_ID + key)), None)


class _Longest(_Layered[int]):
    def __getitem__(self, key: str) -> int:
        return max(self._near.get(key, 0), self._remembered(key) or 0)

    def _looked_up(self, key: str) -> int | None:
        return max(map(int, self._index.lines(_FIRST + key)), default=None)


@lru_cache(maxsize=2)
def load_indexed(additions: Additions, index: Index | None) -> Gazetteer:
    """The gazetteer of codebook and additions, with the index behind it where there is one. Raises CodebookError like
    ``load_gazetteer``."""
    gazetteer = load_gazetteer(additions)
    if index is None:
        return gazetteer
    return replace(
        gazetteer,
        names=_Names(gazetteer.names, index),
        persons=_Persons(gazetteer.persons, index),
        longest=_Longest(gazetteer.longest, index),
    )


def entries(given: Additions) -> Iterator[tuple[str, str]]:
    """What an index of a file's rows holds, as keys and lines. Raises ValueError naming the line of a row with an
    office, or of a kind that an index has not."""
    meanings: dict[str, list[Name]] = {}
    persons: dict[str, Person] = {}
    for entity_id, row in given.of(*_KINDS):
        meaning = _meaning(entity_id, row.cells, meanings)
        meanings.setdefault(entity_id, []).append(meaning)
        if meaning.kind == "person" and entity_id not in persons:
            persons[entity_id] = Person(entity_id, meaning.name, (), row["gender"] or None, meaning.country_code)
    phrases = {}
    for entity_id, row in given.of(*_KINDS):
        for spelling in row.names:
            one = meanings[entity_id][0]._replace(is_acronym=is_acronym(spelling))
            if len(spelling) > 3 or one.kind != "person":
                phrases[fold(spelling), one.entity_id] = one
    for row in given.rows:
        if row["kind"] not in _KINDS or row["office"]:
            raise ValueError(f"line {row.number}: an index holds no offices and no places; gazetteer.csv does")
    firsts = longest_phrases(phrase for phrase, _ in phrases).items()
    return chain(
        ((phrase, _line(one)) for (phrase, _), one in phrases.items()),
        (
            (_ID + one.entity_id, _cells(one.name, one.gender, one.country_code, one.entity_id))
            for one in persons.values()
        ),
        ((_FIRST + word, str(length)) for word, length in firsts),
    )


def _meaning(entity_id: str, cells: Mapping[str, str], before: Mapping[str, list[Name]]) -> Name:
    kind, country = cells["kind"], cells["country"] or None
    if kind == "alias":
        return before[entity_id][0] if entity_id in before else _known(entity_id)
    if kind == "person":
        return Name("person", entity_id, cells["name"], country, None, "person", False)
    sector = cells["sector"] or DEFAULT_SECTORS.get(kind)
    return Name("metonym" if kind == "body" else "organisation", entity_id, cells["name"], country, sector, kind, False)


def _known(entity_id: str) -> Name:
    """What the codebook means by an id."""
    gazetteer = load_gazetteer(NONE)
    if state := gazetteer.states.get(entity_id):
        return Name("state", entity_id, state.name, entity_id, "GOV", "state", False)
    if person := gazetteer.persons.get(entity_id):
        return Name("person", entity_id, person.name, person.country_code, None, "person", False)
    return gazetteer.organisations[entity_id]


def _line(name: Name) -> str:
    marks = "acronym" if name.is_acronym else ""
    return _cells(name.kind, name.entity_id, name.name, name.country_code, name.sector_type, name.entity_type, marks)


def _cells(*values: str | None) -> str:
    return "\t".join(value or "" for value in values)


def _name(line: str) -> Name:
    kind, entity_id, name, country, sector, entity_type, marks = line.split("\t")
    return Name(kind, entity_id, name, country or None, sector or None, entity_type, bool(marks))


def _person(key_line: str) -> Person:
    name, gender, country, entity_id = key_line.split("\t")
    return Person(entity_id, name, (), gender or None, country or None)
