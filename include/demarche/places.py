"""Where: a place's name, and the place on the map.

Cities of 15,000 people or more and all capitals (GeoNames, CC BY 4.0), regions, seas and sites (own compilation).
A name that several places bear is decided by the country that the text speaks of, then by size; see
`codebook/README.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from demarche import codebook
from demarche.codebook import additions as own
from demarche.codebook import gazetteer
from demarche.codebook.additions import Additions
from demarche.codebook.names import fold, longest_phrases
from demarche.records import Place

_NAMING_AFTER = frozenset({"AUS", "CAN", "USA"})
"""Countries with many towns that are named after cities elsewhere."""
_DWARFED = 8  # times as many people: whoever means the smaller of two cities says so
_CITY = "city"


@dataclass(frozen=True)
class Places:
    """Places by folded name. City rows stay text until they are asked for, so that loading takes no time."""

    cities: Mapping[str, str]  # folded name → its rows, a line each
    sites: Mapping[str, tuple[Place, ...]]
    longest: Mapping[str, int]

    def named(self, folded: str) -> tuple[tuple[Place, int], ...]:
        """Every place of that folded name with its population (0 where unknown), the largest first."""
        found = [(place, 0) for place in self.sites.get(folded, ())]
        return (*found, *map(_city, self.cities.get(folded, "").splitlines()))

    def with_id(self, place_id: str) -> Place | None:
        """The place of that id; None where it isn't in the gazetteer."""
        found = self._by_id.get(place_id)
        return _city(found)[0] if isinstance(found, str) else found

    @cached_property
    def _by_id(self) -> Mapping[str, Place | str]:
        lines = {line.partition(",")[0]: line for rows in self.cities.values() for line in rows.splitlines()}
        return {**lines, **{place.place_id: place for found in self.sites.values() for place in found}}

    def capital(self, folded: str, country_code: str) -> Place | None:
        """The capital of that name in a country, else its largest city of that name."""
        cities = [place for place, _ in self.named(folded) if place.place_type == _CITY]
        return next((place for place in cities if place.country_code == country_code), None)

    def find(self, folded: str, countries: Collection[str] = (), *, is_sure: bool = False) -> Place | None:
        """The place meant by a folded name: a region or site, else a city of ``countries``, else the largest city.

        ``is_sure``: the text says that it lies in one of ``countries``, which it else only speaks of.
        None when there is none, and when two cities of much the same size compete without a country to decide.
        """
        found = self.named(folded)
        if not found:
            return None
        near = [row for row in found if row[0].country_code in countries]
        is_namesake = all(row[0].country_code in _NAMING_AFTER for row in near)
        if is_namesake and not is_sure and near and _largest(found) > _DWARFED * _largest(near) > 0:
            near = []  # "met in Geneva" by an American: not the one in Illinois
        candidates = near or list(found)
        place, population = candidates[0]
        if len(candidates) == 1 or place.place_type != _CITY or not population:
            return place  # the only one, or one that was listed by hand
        largest, second = sorted((row[1] for row in candidates), reverse=True)[:2]
        if largest < 2 * second and not near and candidates[0][0].country_code != candidates[1][0].country_code:
            return None
        return max(candidates, key=lambda row: row[1])[0]


def _largest(found: Iterable[tuple[Place, int]]) -> int:
    return max(population for _, population in found)


def _city(line: str) -> tuple[Place, int]:
    """A city and its population."""
    place_id, name, country, latitude, longitude, population, _ = line.split(",")
    city = Place(
        place_id=place_id,
        name=name,
        country_code=country,
        latitude=float(latitude),
        longitude=float(longitude),
        place_type=_CITY,
    )
    return city, int(population)


@lru_cache(maxsize=2)
def load_places(additions: Additions = own.NONE) -> Places:
    """The places of the codebook and of a file of one's own; read at the first call. Raises CodebookError naming the
    line of a malformed row."""
    cities: dict[str, str] = {}
    for line in codebook.text("cities.csv").splitlines()[2:]:
        key, _, rest = line.partition(",")
        known = cities.get(key)
        cities[key] = rest if known is None else f"{known}\n{rest}"
    sites: dict[str, list[Place]] = defaultdict(list)
    for row in gazetteer.rows("places_extra"):
        place = _place(row["place_id"], row["place_type"], row)
        for spelling in (row["name"], *(alias for alias in row["aliases"].split(";") if alias)):
            sites[fold(spelling)].append(place)
    given: dict[str, list[Place]] = defaultdict(list)
    for place_id, own_row in additions.of("place"):
        place = _place(place_id, own_row["level"] or "site", own_row.cells)
        for spelling in own_row.names:
            given[fold(spelling)].append(place)
    sites.update(given)
    return Places(
        cities=MappingProxyType({key: rows for key, rows in cities.items() if key not in given} if given else cities),
        sites=MappingProxyType({key: tuple(found) for key, found in sites.items()}),
        longest=MappingProxyType(longest_phrases([*cities, *sites])),
    )


def _place(place_id: str, place_type: str, row: Mapping[str, str]) -> Place:
    return Place(
        place_id=place_id,
        name=row["name"],
        country_code=row["country"] or None,
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
        place_type=place_type,
    )
