"""Signatures as columns: what pairing and grouping read of many documents, without an object per number."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from demarche.records import Signature

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.unsignedinteger[Any]]
Key = tuple[str, str]
"""(partition_key, document_id): what "smallest" goes by."""
Edition = tuple[str, date | None]
"""The hash of a text's words, and the day on which they were printed."""


class Card(NamedTuple):
    """A document's signature without its sketches."""

    partition_key: str
    document_id: str
    content_hash: str
    article_id: str = ""
    source_id: str = ""
    agency_id: str | None = None
    title: str | None = None
    published_date: date | None = None
    published_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.partition_key, self.document_id

    @property
    def edition(self) -> Edition:
        """One document of an edition stands for all."""
        return self.content_hash, self.published_date


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths: row i is ``values[offsets[i] : offsets[i + 1]]``."""

    values: Hashes
    offsets: Integers

    @classmethod
    def of(cls, column: tuple[Integers, Integers], bits: int = 32) -> Ragged:
        """From values and offsets of any integers; the values are kept with so many bits."""
        values, offsets = column
        return cls(values.astype(np.uint64 if bits == 64 else np.uint32), offsets.astype(np.int64))

    def lengths(self, rows: Integers) -> Integers:
        lengths: Integers = self.offsets[rows + 1] - self.offsets[rows]
        return lengths

    def flat(self, rows: Integers) -> tuple[Hashes, Integers]:
        """The values of some rows one after the other, and for each the position of its row in ``rows``."""
        lengths = self.lengths(rows)
        place = np.arange(int(lengths.sum())) + np.repeat(self.offsets[rows] - (np.cumsum(lengths) - lengths), lengths)
        return self.values[place], np.repeat(np.arange(len(rows)), lengths)

    def picked(self, rows: Integers) -> Ragged:
        return Ragged(self.flat(rows)[0], np.append(0, np.cumsum(self.lengths(rows))))

    def matrix(self, rows: Integers) -> Hashes:
        """Some rows, filled up to the longest of them."""
        lengths = self.lengths(rows)
        width = max(1, int(lengths.max(initial=0)))
        matrix = np.full((len(rows), width), np.iinfo(self.values.dtype).max, dtype=self.values.dtype)
        matrix[np.arange(matrix.shape[1]) < lengths[:, None]] = self.flat(rows)[0]
        return matrix


class _Growing:
    """A ragged column while it grows: of 32 bits ("I") or 64 ("Q")."""

    def __init__(self, typecode: str) -> None:
        self._values = array(typecode)
        self._offsets = array("q", [0])

    def append(self, values: Sequence[int]) -> None:
        self._values.extend(values)
        self._offsets.append(len(self._values))

    def ragged(self) -> Ragged:
        return Ragged(np.frombuffer(self._values, self._values.typecode), np.frombuffer(self._offsets, "q"))


@dataclass(frozen=True)
class Sketches:
    """What two texts are compared by: see `signing`."""

    shingles: Ragged
    leads: Ragged
    facts: Ragged
    slots: Ragged

    def columns(self) -> tuple[Ragged, ...]:
        return self.shingles, self.leads, self.facts, self.slots


class Shelf:
    """The signatures of some documents, one row each. Sketches are fetched when they are looked at first."""

    def __init__(self, cards: Sequence[Card], samples: Ragged, fetch: Callable[[], Sketches]) -> None:
        self.cards = cards
        self.samples = samples
        self._fetch = fetch

    @cached_property
    def sketches(self) -> Sketches:
        return self._fetch()

    @classmethod
    def of(cls, signatures: Iterable[Signature]) -> Shelf:
        """From signatures, which may be a generator: about 2 kB are kept of each."""
        cards: list[Card] = []
        samples, shingles, leads, facts, slots = (_Growing(kind) for kind in ("I", "I", "I", "I", "Q"))
        for signature in signatures:
            cards.append(Card(*(getattr(signature, name) for name in Card._fields)))
            samples.append(signature.sample_hashes)
            shingles.append(signature.shingle_hashes)
            leads.append(signature.lead_hashes)
            facts.append(signature.fact_hashes)
            slots.append(signature.slot_hashes)
        sketches = Sketches(shingles.ragged(), leads.ragged(), facts.ragged(), slots.ragged())
        return cls(cards, samples.ragged(), lambda: sketches)

    @classmethod
    def joined(cls, shelves: Sequence[Shelf]) -> Shelf:
        """The rows of several shelves, one after the other."""
        cards = [card for shelf in shelves for card in shelf.cards]
        samples = _joined([shelf.samples for shelf in shelves])

        def fetch() -> Sketches:
            columns = zip(*(shelf.sketches.columns() for shelf in shelves), strict=True)
            return Sketches(*map(_joined, columns))

        return cls(cards, samples, fetch)

    def picked(self, rows: Sequence[int]) -> Shelf:
        """Some rows."""
        chosen = np.array(rows, dtype=np.int64)
        sketches = Sketches(*(column.picked(chosen) for column in self.sketches.columns()))
        return Shelf([self.cards[row] for row in rows], self.samples.picked(chosen), lambda: sketches)

    def __len__(self) -> int:
        return len(self.cards)


def _joined(columns: Sequence[Ragged]) -> Ragged:
    if not columns:
        return Ragged(np.empty(0, dtype=np.uint32), np.zeros(1, dtype=np.int64))
    lengths = [np.diff(column.offsets) for column in columns]
    return Ragged(
        np.concatenate([column.values for column in columns]), np.append(0, np.cumsum(np.concatenate(lengths)))
    )
