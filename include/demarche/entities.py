"""Who is meant: a name, an office on a day, a demonym or a body of government, and the entity behind it.

The gazetteer is built once from the codebook and never changes. It answers with what a text leaves open, too: a name
that several people bear, or an office on a day for which no holder is known, gives None. States go by ISO 3166-1
alpha-3, everybody else by Wikidata QID or, where none is known, by a slug.

Sources: ISO 3166, Wikidata (CC0), own compilation; see `codebook/README.md`.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from demarche import codebook
from demarche.codebook import additions as own
from demarche.codebook import gazetteer as tables
from demarche.codebook.additions import Additions
from demarche.codebook.names import fold, longest_phrases
from demarche.records import Entity, Office

EXECUTIVE_LEVELS = ("head_of_state", "head_of_government")
FAMILY_FIRST = frozenset({"CHN", "KOR", "PRK", "TWN", "VNM", "HKG", "MAC", "KHM"})
"""Countries whose names are written family name first, in English too."""
WITH_ENGLISH_NAMES = frozenset({"HKG", "MAC", "TWN"})
"""Of these, where many bear an English name."""
CALLED_BY_GIVEN_NAME = frozenset({"ERI", "ETH", "IDN", "ISL", "LAO", "MMR", "MYS", "THA"})
"""Countries whose people are called by the first of their names as well, because the last is the father's, or rare."""
NAME_SUFFIXES = frozenset(codebook.document("mention_words")["name_suffixes"])
"""What makes another person of a name: a son, a father."""
HANDOVER = timedelta(days=62)
"""For how long two holders of an office are taken for one who goes and one who comes."""
_NAMED = timedelta(days=25 * 365), timedelta(days=30 * 365)
_KNOWN_BY_SURNAME = timedelta(days=10 * 365), timedelta(days=20 * 365)
"""How long before and after an office that the tables know a name, or a surname alone, means that person."""
_PRESENT = date(2000, 1, 1)
"""A text without a day speaks of those who have held an office since."""
_WRITTEN_EITHER_WAY = FAMILY_FIRST | {"JPN", "HUN"}


class Name(NamedTuple):
    """One thing that a name may mean."""

    kind: str  # state, adjective, people, capital, metonym, organisation, person
    entity_id: str | None
    name: str
    country_code: str | None
    sector_type: str | None
    entity_type: str
    is_acronym: bool  # holds only when written in capitals
    until: date | None = None  # a former name, official before this day


class Term(NamedTuple):
    """A common noun that names a kind of actor: a body of state, a group of people, a title."""

    kind: str  # body, group, title
    word: str
    sector_type: str | None
    level: str | None = None
    country_code: str | None = None  # of a title that one state alone has: pope, taoiseach


class Holding(NamedTuple):
    """An office that somebody held."""

    entity_id: str
    office_name: str
    level: str
    country_code: str | None
    organisation_id: str | None
    start_date: date | None
    end_date: date | None
    known_until: date | None

    def covers(self, day: date) -> bool:
        """Whether the office is known to be held on that day."""
        return (self.start_date is None or self.start_date <= day) and (self.end_date is None or day <= self.end_date)

    def gives_way(self, start: date) -> bool:
        """Whether somebody who took the office on ``start`` came after this holder, and not beside: sources end a
        tenure some weeks late."""
        return (self.start_date or date.min) < start and (
            self.end_date is not None and self.end_date - start <= HANDOVER
        )


class Person(NamedTuple):
    """Somebody known by name."""

    entity_id: str
    name: str
    aliases: tuple[str, ...]
    gender: str | None
    country_code: str | None


class State(NamedTuple):
    """A state or territory."""

    country_code: str
    name: str
    place_id: str | None
    aliases: tuple[str, ...]
    capital: str | None
    leader_level: str


@dataclass(frozen=True)
class Gazetteer:
    """Every name that the codebook knows, folded, with what it may mean.

    ``names`` and ``terms`` map a folded phrase to its meanings; ``longest`` and ``longest_term`` map a first word to
    the number of words of the longest phrase that begins with it, so that a text is matched in one pass.
    """

    states: Mapping[str, State]
    persons: Mapping[str, Person]
    names: Mapping[str, tuple[Name, ...]]
    longest: Mapping[str, int]
    terms: Mapping[str, tuple[Term, ...]]
    longest_term: Mapping[str, int]
    holdings: Mapping[str, tuple[Holding, ...]]
    holders: Mapping[tuple[str, str], tuple[Holding, ...]]
    by_ends: Mapping[tuple[str, str], tuple[str, ...]]
    surnames: Mapping[str, tuple[str, ...]]
    hints: Mapping[str, tuple[tuple[str, str, bool, frozenset[str]], ...]]
    organisations: Mapping[str, Name]

    # --- names ---------------------------------------------------------------------------------------------------
    def state(self, name: str) -> str | None:
        """ISO alpha-3 of a state by any of its names, also former ones; None for no state or more than one."""
        return self._single(name, "state")

    def demonym(self, word: str) -> str | None:
        """ISO alpha-3 for an adjective or the name of a people ("Dutch", "Swedes"); None where two states share it."""
        return self._single(word, "adjective") or self._single(word, "people")

    def organisation(self, name: str) -> Name | None:
        """The organisation or armed group of that name or acronym."""
        found = [meaning for meaning in self.names.get(fold(name), ()) if meaning.kind == "organisation"]
        return found[0] if len({meaning.entity_id for meaning in found}) == 1 else None

    def _single(self, name: str, kind: str) -> str | None:
        folded = fold(name)
        if not folded.isascii() or (folded in self.hints and len(self.hints[folded]) > 1):
            candidates = [known for kind_, known, is_default, _ in self.hints.get(folded, ()) if is_default]
            return candidates[0] if candidates and kind in ("state", "adjective") else None
        found = {meaning.entity_id for meaning in self.names.get(folded, ()) if meaning.kind == kind}
        return found.pop() if len(found) == 1 else None

    def person(self, name: str, day: date | None = None, country_code: str | None = None) -> str | None:
        """The person of that name: any spelling, additional names, family name first or last.

        Of several bearers the one of ``country_code`` is taken, then the one in office on ``day``; None if that
        leaves more than one.
        """
        folded = fold(name)
        found = [str(meaning.entity_id) for meaning in self.names.get(folded, ()) if meaning.kind == "person"]
        if not found:
            found = self._with_additional_names(folded.split())
        found = [one for one in found if self.is_of_time(one, day)]
        if country_code and len(found) > 1:
            found = [one for one in found if self.persons[one].country_code == country_code] or found
        if day and len(found) > 1:
            found = [one for one in found if self.offices_of(one, day)] or found
        return found[0] if len(set(found)) == 1 else None

    def may_be_called(self, entity_id: str, name: str, *, is_whole: bool = False) -> bool:
        """Whether a name may be a person's, spelt another way: its last word, or with ``is_whole`` its first one, too,
        has most letters of a word of the name in common, in order."""
        told, known = fold(name).split(), self.persons[entity_id]
        if not told or (is_whole and len(told) < 2):
            return False
        words = [word for one in (known.name, *known.aliases) for word in fold(one).split() if len(word) > 3]
        wanted = told[:: len(told) - 1] if is_whole else told[-1:]
        return all(any(_is_alike(one, word) for word in words) for one in wanted)

    def _with_additional_names(self, words: Sequence[str]) -> list[str]:
        """Persons whose name's words all stand in ``words``, in order, from the first on; not their sons."""
        found = []
        suffixes = NAME_SUFFIXES.intersection(words)
        for last in range(len(words) - 1, 0, -1):
            for entity_id in self.by_ends.get((words[0], words[last]), ()):
                rest = iter(words[: last + 1])
                name = fold(self.persons[entity_id].name).split()
                if all(word in rest for word in name) and suffixes.issubset(name):
                    found.append(entity_id)
            if found:
                break
        return found

    def bearers(self, surname: str, day: date | None) -> tuple[str, ...]:
        """Whom a folded surname alone may mean in a text of that day: nobody who left office decades before it."""
        found = self.surnames.get(surname, ())
        return tuple(known for known in found if self.is_of_time(known, day, is_surname=True))

    def is_of_time(self, entity_id: str, day: date | None, *, is_surname: bool = False) -> bool:
        """Whether a text of that day may mean the person by the name in full, or by the surname alone: names come
        again, and who held an office a lifetime ago is seldom meant. Who never held one is of every time."""
        held = self.holdings.get(entity_id)
        if not held:
            return True
        first = min(one.start_date or date.min for one in held)
        last = max(one.end_date or date.max for one in held)
        if day is None:
            return last >= _PRESENT
        before, after = _KNOWN_BY_SURNAME if is_surname else _NAMED
        return (first == date.min or day >= first - before) and (last == date.max or day <= last + after)

    # --- offices -------------------------------------------------------------------------------------------------
    def offices_of(self, entity_id: str | None, day: date | None) -> tuple[Holding, ...]:
        """What the person holds on that day, the highest first; without a day nothing is known."""
        if entity_id is None or day is None:
            return ()
        return tuple(held for held in self.holdings.get(entity_id, ()) if held.covers(day))

    def office_holder(self, country: str, office: str, day: date | None) -> str | None:
        """Who held an office on a day: ``country`` is an ISO alpha-3 or an organisation's id, ``office`` a level
        (head_of_state, head_of_government, foreign_minister, …), "leader", or an office's name.

        None without a day, where the office was shared or two claimed it, and where no holder is known for certain.
        """
        if day is None:
            return None
        held = [one for one in self._tenures(country, office) if one.covers(day)]
        held = [one for one in held if one.end_date or one.known_until is None or day <= one.known_until] or (
            [one for one in held if one.level in EXECUTIVE_LEVELS]
        )
        if not held:
            return None
        latest = max(one.start_date or date.min for one in held)
        people = {one.entity_id for one in held if not one.gives_way(latest)}
        return people.pop() if len(people) == 1 else None

    def holder_on_all(self, body: str, office: str, days: Sequence[date]) -> str | None:
        """Who held an office on each of ``days``, as ``office_holder``, and from the first of them to the last."""
        if not days:
            return None
        changes = {held.start_date for held in self._tenures(body, office) if held.start_date is not None}
        asked = {*days, *(day for day in changes if min(days) < day <= max(days))}
        found = {self.office_holder(body, office, day) for day in asked}
        return found.pop() if len(found) == 1 else None

    def _tenures(self, body: str, office: str) -> tuple[Holding, ...]:
        if office == "leader":
            state = self.states.get(body)
            office = state.leader_level if state else "organisation_head"
        return self.holders.get((body, office), ())

    # --- context -------------------------------------------------------------------------------------------------
    def decide(self, folded: str, context: frozenset[str] | set[str]) -> tuple[str, str] | None:
        """(kind, id) of an ambiguous name by the words of the text around it; None leaves it open."""
        candidates = self.hints[folded]
        scored = [(len(hints & context), is_default, kind, known) for kind, known, is_default, hints in candidates]
        best = max(scored, key=lambda row: (row[0], row[1]))
        if best[0] == 0 and not best[1]:
            return None
        rivals = [row for row in scored if row[0] == best[0] and row[1] == best[1]]
        return (best[2], best[3]) if len(rivals) == 1 else None

    # --- rows ----------------------------------------------------------------------------------------------------
    def entities(self) -> tuple[Entity, ...]:
        """Every known entity as a record, by id."""
        rows = [
            Entity(
                entity_id=state.country_code,
                name=state.name,
                aliases=state.aliases,
                entity_type="state",
                country_code=state.country_code,
                sector_type="GOV",
            )
            for state in self.states.values()
        ]
        rows += [
            Entity(
                entity_id=person.entity_id,
                name=person.name,
                aliases=person.aliases,
                entity_type="person",
                country_code=person.country_code,
            )
            for person in self.persons.values()
        ]
        rows += [
            Entity(
                entity_id=known_id,
                name=known.name,
                entity_type=known.entity_type,
                country_code=known.country_code,
                sector_type=known.sector_type,
            )
            for known_id, known in self.organisations.items()
        ]
        return tuple(sorted(rows, key=lambda row: row.entity_id))

    def offices(self) -> tuple[Office, ...]:
        """Every known tenure as a record, by person, office and start."""
        rows = {
            (held.entity_id, held.office_name, held.start_date): Office(
                entity_id=held.entity_id,
                office_name=held.office_name,
                office_level_type=held.level,
                country_code=held.country_code,
                organisation_id=held.organisation_id,
                start_date=held.start_date,
                end_date=held.end_date,
            )
            for known in self.holdings.values()
            for held in known
        }
        return tuple(rows[key] for key in sorted(rows, key=str))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def is_acronym(name: str) -> bool:
    """Whether a name holds only when written in capitals."""
    letters = name.replace(".", "")
    return len(letters) <= 8 and " " not in letters and letters[:1].isupper() and sum(map(str.isupper, letters)) > 1


@lru_cache(maxsize=100_000)
def _is_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


_ALIKE = 0.8  # "Akaev" and "Akayev", "Porochenko" and "Poroshenko"; not "Mapou" and "Pou"
_SPELT_TWO_WAYS = (("isation", "ization"), ("Defence", "Defense"), ("Centre", "Center"))


def _both_spellings(name: str) -> tuple[str, ...]:
    """A name as British and as American papers write it."""
    for pair in _SPELT_TWO_WAYS:
        for one, other in (pair, pair[::-1]):
            if one in name:
                return name, name.replace(one, other)
    return (name,)


_LEVEL_ORDER = ("head_of_state", "head_of_government", "organisation_head", "foreign_minister", "deputy")


def _level_rank(level: str) -> int:
    return _LEVEL_ORDER.index(level) if level in _LEVEL_ORDER else len(_LEVEL_ORDER)


class _Builder:
    """Collects the names while the tables are read."""

    def __init__(self) -> None:
        self.names: dict[str, list[Name]] = defaultdict(list)

    def add(self, written: Iterable[str], meaning: Name) -> None:
        for spelling in (each for one in written for each in _both_spellings(one)):
            folded = fold(spelling)
            one = meaning._replace(is_acronym=True) if is_acronym(spelling) else meaning
            known = self.names[folded]
            if not any((old.kind, old.entity_id) == (one.kind, one.entity_id) for old in known):
                known.append(one)


def _person_spellings(name: str, country: str | None) -> tuple[list[str], list[str]]:
    """Spellings that are the name, and shorter ones that hold only while one person bears them."""
    parts = name.split()
    sure, weak = [name], []
    if len(parts) > 1 and country in _WRITTEN_EITHER_WAY:
        family_first = country != "JPN" and country != "HUN"
        turned = parts[1:] + parts[:1] if family_first else parts[-1:] + parts[:-1]
        sure.append(" ".join(turned))
    elif len(parts) > 2 and len(parts[1].rstrip(".")) == 1:  # "William J." is everybody of that first name
        weak.append(f"{parts[0]} {parts[-1]}")
    elif len(parts) > 2:
        weak += [f"{parts[0]} {parts[-1]}", f"{parts[0]} {parts[1]}", " ".join(parts[1:])]
    return sure, weak


@lru_cache(maxsize=2)
def load_gazetteer(additions: Additions = own.NONE) -> Gazetteer:
    """The gazetteer of the codebook and of a file of one's own; built at the first call. Raises CodebookError naming
    the line of a malformed row."""
    with _without_collector():
        return _built(additions)


@contextmanager
def _without_collector() -> Iterator[None]:
    """So many new objects wake the collector of cycles again and again; there are none, and it took a third of the
    time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _built(additions: Additions) -> Gazetteer:
    build = _Builder()
    states = _read_states(build)
    organisations = _read_organisations(build)
    hints = _read_ambiguous(build, states)
    persons = {str(row["entity_id"]): _person(row) for row in tables.rows("persons")}
    renamed = _add_own(build, additions, states, organisations, persons)
    holdings, holders = _offices(additions)
    by_ends = _name_persons(build, persons, renamed, holdings)
    terms: dict[str, list[Term]] = defaultdict(list)
    for kind, column in (("title", "title"), ("body", "word"), ("group", "word")):
        for row in tables.rows({"title": "titles", "body": "bodies", "group": "groups"}[kind]):
            word = fold(row[column])
            if not any(known.kind == kind for known in terms[word]):
                alone = row.get("country") or None
                terms[word].append(Term(kind, word, row["sector"] or None, row.get("level"), alone))
    names = {key: tuple(found) for key, found in build.names.items()}
    return Gazetteer(
        states=MappingProxyType(states),
        persons=MappingProxyType(persons),
        names=MappingProxyType(names),
        longest=MappingProxyType(longest_phrases(names)),
        terms=MappingProxyType({key: tuple(found) for key, found in terms.items()}),
        longest_term=MappingProxyType(longest_phrases(terms)),
        holdings=MappingProxyType(holdings),
        holders=MappingProxyType(holders),
        by_ends=MappingProxyType(by_ends),
        surnames=MappingProxyType(_surnames(persons.values())),
        hints=MappingProxyType({key: tuple(rows) for key, rows in hints.items() if key not in renamed}),
        organisations=MappingProxyType(organisations),
    )


def _read_ambiguous(
    build: _Builder, states: Mapping[str, State]
) -> dict[str, list[tuple[str, str, bool, frozenset[str]]]]:
    hints: dict[str, list[tuple[str, str, bool, frozenset[str]]]] = defaultdict(list)
    for row in tables.rows("ambiguous"):
        hints[row["name"]].append((row["kind"], row["id"], row["is_default"] == "yes", frozenset(_list(row["hints"]))))
        if row["kind"] in ("state", "adjective", "people"):
            state = states[row["id"]]
            meaning = Name(row["kind"], row["id"], state.name, row["id"], "GOV", "state", False)
            build.add(
                [row["name"].upper() if row["name"] in ("car", "nk", "roc", "pa") else row["name"].title()], meaning
            )
    return hints


def _add_own(
    build: _Builder,
    additions: Additions,
    states: Mapping[str, State],
    organisations: dict[str, Name],
    persons: dict[str, Person],
) -> frozenset[str]:
    """Adds what a file of one's own says, but for offices. Its names mean what it says and nothing else; they are
    returned, folded, so that nobody else is given them."""
    own_names = _Builder()
    for entity_id, row in additions.of("organisation", "group", "body"):
        known = organisations.get(entity_id)
        sector = row["sector"] or (known.sector_type if known else own.DEFAULT_SECTORS.get(row["kind"]))
        country = row["country"] or (known.country_code if known else None)
        kind = "metonym" if row["kind"] == "body" else "organisation"
        meaning = Name(kind, entity_id, row["name"], country or None, sector, row["kind"], False)
        organisations.setdefault(entity_id, meaning)
        own_names.add(row.names, meaning)
    for entity_id, row in additions.of("person"):
        person = persons.get(entity_id)
        before = (person.name, *person.aliases) if person else ()
        name, *aliases = dict.fromkeys([*before, *row.names])
        country = row["country"] or (person.country_code if person else None)
        gender = row["gender"] or (person.gender if person else None)
        persons[entity_id] = Person(entity_id, name, tuple(aliases), gender or None, country or None)
        meaning = Name("person", entity_id, name, country or None, None, "person", False)
        own_names.add([spelling for spelling in row.names if len(spelling) > 3], meaning)
    for entity_id, row in additions.of("alias"):
        if state := states.get(entity_id):
            own_names.add(row.names, Name("state", entity_id, state.name, entity_id, "GOV", "state", False))
        elif person := persons.get(entity_id):
            own_names.add(row.names, Name("person", entity_id, person.name, person.country_code, None, "person", False))
        elif organisation := organisations.get(entity_id):
            own_names.add(row.names, organisation)
    build.names.update(own_names.names)
    return frozenset(own_names.names)


def _read_states(build: _Builder) -> dict[str, State]:
    states = {}
    for row in tables.rows("countries"):
        code = row["iso3"]
        states[code] = State(
            code, row["name"], row["geonames_id"] or None, _list(row["aliases"]), row["capital"] or None,
            row["leader_level"] or "head_of_government",
        )  # fmt: skip
        meaning = Name("state", code, row["name"], code, "GOV", "state", False)
        build.add([row["name"], *_list(row["aliases"])], meaning)
        for former in _list(row["former_names"]):
            spelling, _, until = former.partition("<")
            build.add([spelling], meaning._replace(until=_day(until)))
        build.add(_list(row["adjectives"]), meaning._replace(kind="adjective"))
        for former in _list(row["former_adjectives"]):
            spelling, _, until = former.partition("<")
            build.add([spelling], meaning._replace(kind="adjective", until=_day(until)))
        build.add(_list(row["people"]), meaning._replace(kind="people", sector_type="CVL"))
        seats = [row["capital"], *_list(row["seats"])]
        if row["capital"]:
            build.add([seat for seat in seats if seat], meaning._replace(kind="capital"))
    for row in tables.rows("metonyms"):
        slug = "body-" + fold(row["name"]).replace(" ", "-")
        build.add([row["name"]], Name("metonym", slug, row["name"], row["country"], row["sector"], "body", False))
    for row in tables.rows("peoples"):
        country = row["country"] or None
        meaning = Name("people", None, row["name"], country, "CVL", "group", False)
        build.add([name for name in (row["name"], row["plural"]) if name], meaning)
    return states


def _read_organisations(build: _Builder) -> dict[str, Name]:
    organisations = {}
    for row in tables.rows("organisations"):
        meaning = Name(
            "organisation",
            row["entity_id"],
            row["name"],
            row["country"] or None,
            row["sector"],
            row["entity_type"],
            False,
        )
        organisations[row["entity_id"]] = meaning
        build.add([name for name in (row["name"], row["acronym"], *_list(row["aliases"])) if name], meaning)
    return organisations


_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe"})
"""How some papers write the letters that others print without their marks: "Schroeder"."""


def _person(row: Mapping[str, str]) -> Person:
    names = (row["name"], *_list(row["aliases"]))
    names += tuple(plain for name in names if (plain := name.translate(_TWO_LETTERS)) != name)
    return Person(row["entity_id"], names[0], names[1:], row["gender"] or None, row["country"] or None)


def _name_persons(
    build: _Builder, persons: Mapping[str, Person], taken: frozenset[str], holdings: Mapping[str, Sequence[Holding]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Adds the spellings of persons' names, but for those ``taken``; gives persons by first and last word of a name.

    A shorter spelling that several bear holds where they held their offices one after the other: the day decides."""
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    weak: dict[str, set[str]] = defaultdict(set)
    for known in persons.values():
        meaning = Name("person", known.entity_id, known.name, known.country_code, None, "person", False)
        for spelling in (known.name, *known.aliases):
            sure, shorter = _person_spellings(spelling, known.country_code)
            named = [one for one in sure if " " in one or "-" in one or len(one) > 3]
            build.add([one for one in named if fold(one) not in taken], meaning)
            for one in shorter:
                weak[fold(one)].add(known.entity_id)
        words = fold(known.name).split()
        if len(words) > 1:
            ends[words[0], words[-1]].append(known.entity_id)
    for spelling, bearers in weak.items():
        if " " not in spelling:
            continue
        others = build.names.get(spelling, ())
        rivals = sorted({*bearers, *(str(one.entity_id) for one in others)})
        if len(rivals) > 1 and (any(one.kind != "person" for one in others) or not _held_in_turn(rivals, holdings)):
            continue
        for known in (persons[one] for one in sorted(bearers)):
            meaning = Name("person", known.entity_id, known.name, known.country_code, None, "person", False)
            build.add([spelling], meaning)
    return {key: tuple(found) for key, found in ends.items()}


def _held_in_turn(rivals: Sequence[str], holdings: Mapping[str, Sequence[Holding]]) -> bool:
    """Whether persons held their offices one after the other, none beside another."""
    tenures = [
        (min(one.start_date or date.min for one in held), max(one.end_date or date.max for one in held))
        for held in (holdings.get(known, ()) for known in rivals)
        if held
    ]
    tenures.sort()
    return len(tenures) == len(rivals) and all(one[1] <= other[0] for one, other in pairwise(tenures))


def family_names(name: str, country: str | None) -> tuple[str, ...]:
    """What a person is called by alone, folded: the family name, and the longer forms of it.

    >>> family_names("Kim Jong-un", "PRK"), family_names("Miguel Díaz-Canel", "CUB")
    (('kim',), ('diaz canel',))
    """
    parts = name.split()
    if len(parts) > 2 and fold(parts[-1]) in NAME_SUFFIXES:
        parts.pop()
    if len(parts) < 2:
        return (fold(name),)
    if country == "VNM":  # where people are called by the last part, which is the given name
        return (fold(parts[-1]),)
    if is_family_first(fold(name).split(), country):
        return (fold(parts[0]),)
    tails = [" ".join(parts[start:]) for start in range(1, len(parts))]
    tails += parts[:1] if country in CALLED_BY_GIVEN_NAME else []
    return tuple(dict.fromkeys(fold(tail) for tail in tails))


def is_family_first(words: Sequence[str], country: str | None) -> bool:
    """Whether a folded name begins with the family name. In Hong Kong, Macau and Taiwan people with a given name of
    one word write it first, in English: "John Lee", but "Lee Ka-chiu"."""
    return country in FAMILY_FIRST and not (country in WITH_ENGLISH_NAMES and len(words) == 2)


def _surnames(persons: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    bearers: dict[str, dict[str, None]] = defaultdict(dict)
    for person in persons:
        for spelling in (person.name, *person.aliases):
            for short in family_names(spelling, person.country_code):
                bearers[short].setdefault(person.entity_id)
    return {short: tuple(found) for short, found in bearers.items()}


def _offices(
    additions: Additions,
) -> tuple[dict[str, tuple[Holding, ...]], dict[tuple[str, str], tuple[Holding, ...]]]:
    """Every tenure by person, the highest first, and by (country or organisation, level or name of the office)."""
    given = [_own_holding(entity_id, row) for entity_id, row in additions.of("person") if row["office"]]
    replaced = {_tenure(held) for held in given}
    listed = [_holding(row) for row in tables.rows("offices")]
    holdings: dict[str, list[Holding]] = defaultdict(list)
    holders: dict[tuple[str, str], list[Holding]] = defaultdict(list)
    for held in (*(one for one in listed if _tenure(one) not in replaced), *given):
        holdings[held.entity_id].append(held)
        body = held.organisation_id or held.country_code or ""
        for office in {held.level, held.office_name}:
            holders[body, office].append(held)
    ranked = {
        key: tuple(sorted(found, key=lambda one: (_level_rank(one.level), str(one.start_date), one.office_name)))
        for key, found in holdings.items()
    }
    return ranked, {key: tuple(found) for key, found in holders.items()}


def _tenure(held: Holding) -> tuple[str, str, str | None, str | None, date | None]:
    return held.entity_id, held.level, held.country_code, held.organisation_id, held.start_date


def _holding(row: Mapping[str, str]) -> Holding:
    return Holding(
        row["entity_id"], row["office_name"], row["office_level"], row["country"] or None,
        row["organisation_id"] or None, _day(row["start_date"]), _day(row["end_date"]), _day(row["known_until"]),
    )  # fmt: skip


def _own_holding(entity_id: str, row: own.Row) -> Holding:
    return _holding(
        {
            **{column: row[column] for column in ("start_date", "end_date", "known_until")},
            "entity_id": entity_id,
            "office_name": row["office"],
            "office_level": own.office_level(row) or "official",
            "country": "" if row["organisation"] else row["country"],
            "organisation_id": row["organisation"],
        }
    )
