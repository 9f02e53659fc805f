"""Pairs: documents with the same text.

Texts meet by the shingles of their samples. A common shingle alone proposes nothing, a few of them make a candidate,
and the sketches decide. What is compared are different texts: of those with equal words and day only
the smallest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from demarche.records import Pair
from demarche.stories.likeness import measure
from demarche.stories.shelf import Card, Edition, Hashes, Integers, Shelf
from demarche.stories.signing import settings

_ROWS_AT_ONCE = 5_000  # texts whose candidates are gathered together
_PAIRS_AT_ONCE = 20_000  # pairs verified together: about 60 MB of sketches
_FILTER_BITS = 24


def find_pairs(new: Shelf, known: Iterable[Shelf] = ()) -> tuple[Pair, ...]:
    """Every pair with the same text in which a document of ``new`` takes part, sorted by its documents' keys.

    Texts with equal words (of one ``edition``) are paired as a star with the smallest of them, and only that one is
    compared further; so a million equal texts cost a million, not its square. ``known`` may be a generator: its shelves
    are looked at one after the other, and of each only what ``new`` has a shingle in common with. It may contain
    ``new``. A pair doesn't depend on what else is known, except among more than ``full_bucket`` texts of a shelf that
    share a shingle: there each is only compared with the smallest ones.
    """
    texts = _Texts(new)
    pairs = list(texts.equal())
    if not len(new):
        return ()
    index = _Index(new, texts.rows)
    for left, right in index.pairs_within():
        pairs += _verified(new, left, new, right)
    smallest: dict[Edition, Card] = {}
    for shelf in known:
        others = _Texts(shelf)
        for content in texts.first.keys() & others.first.keys():
            card = shelf.cards[others.first[content]]
            held = smallest.get(content)
            if (held is None or card.key < held.key) and not texts.holds(card):
                smallest[content] = card
        for left, right in index.pairs_with(shelf, others.rows_without(texts.first)):
            pairs += _verified(shelf, left, new, right)
    pairs += [_pair(card, new.cards[texts.first[content]], 1.0, 1.0) for content, card in smallest.items()]
    return tuple(sorted(pairs, key=lambda pair: (_left_key(pair), _right_key(pair))))


def _left_key(pair: Pair) -> tuple[str, str]:
    return pair.partition_key, pair.document_id


def _right_key(pair: Pair) -> tuple[str, str]:
    return pair.other_partition_key, pair.other_document_id


def _pair(one: Card, other: Card, jaccard: float, containment: float) -> Pair:
    first, second = sorted((one, other), key=lambda card: card.key)
    return Pair(
        document_id=first.document_id,
        other_document_id=second.document_id,
        partition_key=first.partition_key,
        other_partition_key=second.partition_key,
        similarity_score=round(jaccard, 4),
        containment_score=round(containment, 4),
    )


class _Texts:
    """The different texts of a shelf: of documents with equal words and day the smallest."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        contents = [card.edition for card in shelf.cards]
        self.first: dict[Edition, int] = dict(zip(contents, range(len(contents)), strict=True))
        self._groups: dict[Edition, list[int]] = {}
        if len(self.first) < len(contents):
            counted = Counter(contents)
            for row, content in enumerate(contents):
                if counted[content] > 1:
                    self._groups.setdefault(content, []).append(row)
            for content, rows in self._groups.items():
                rows.sort(key=lambda row: shelf.cards[row].key)
                self.first[content] = rows[0]

    @property
    def rows(self) -> Integers:
        """One row for each text, in the order of keys."""
        ordered = sorted(self.first.values(), key=lambda row: self._shelf.cards[row].key)
        return np.array(ordered, dtype=np.int64)

    def rows_without(self, contents: Container[Edition]) -> Integers:
        """One row for each text that isn't among these."""
        rows = [row for content, row in self.first.items() if content not in contents]
        return np.array(rows, dtype=np.int64)

    def equal(self) -> Iterator[Pair]:
        """The star of each text that several documents have."""
        for rows in self._groups.values():
            first = self._shelf.cards[rows[0]]
            for row in rows[1:]:
                if self._shelf.cards[row].document_id != first.document_id:
                    yield _pair(first, self._shelf.cards[row], 1.0, 1.0)

    def holds(self, card: Card) -> bool:
        """Whether the document is one of this text's here."""
        rows = self._groups.get(card.edition) or [self.first[card.edition]]
        return any(self._shelf.cards[row].document_id == card.document_id for row in rows)


_Candidates = tuple[Integers, Integers]
_Indices = npt.NDArray[np.signedinteger[Any]]


class _Index:
    """The texts of a shelf by the shingles of their samples."""

    def __init__(self, shelf: Shelf, rows: Integers) -> None:
        self._rows = _long_enough(shelf, rows)
        self._sizes = shelf.samples.lengths(self._rows)
        hashes, places = shelf.samples.flat(self._rows)
        order = np.argsort(hashes, kind="stable")  # texts come in the order of keys, and so they stay in each bucket
        hashes = hashes[order]
        self._places = places[order].astype(np.int32)
        self._order = order.astype(np.int32) if len(order) < 2**31 else order
        is_first = np.concatenate([[True], hashes[1:] != hashes[:-1]]) if len(order) else np.zeros(0, bool)
        self._starts: Integers = np.flatnonzero(is_first)
        self._counts: Integers = np.diff(np.append(self._starts, len(order)))
        self._keys: Hashes = hashes[self._starts]
        self._filter = np.zeros(2**_FILTER_BITS, dtype=bool)
        self._filter[self._keys >> np.uint32(32 - _FILTER_BITS)] = True

    def pairs_within(self) -> Iterator[_Candidates]:
        """Candidates among these texts, as rows of the shelf."""
        chosen = settings()
        # 32 bits where they do: there is one number for each shingle
        kind: type[np.signedinteger[Any]] = np.int32 if len(self._order) < 2**31 else np.int64
        start = np.repeat(self._starts.astype(kind), self._counts)
        partners = np.arange(len(start), dtype=kind)
        partners -= start
        is_full = np.repeat(self._counts > chosen.full_bucket, self._counts)
        partners[is_full] = np.minimum(partners[is_full], chosen.star_leaders)
        # back from the order of hashes to that of texts, so that a text's partners come together
        by_text_start, by_text_partners = np.empty_like(start), np.empty_like(partners)
        by_text_start[self._order], by_text_partners[self._order] = start, partners
        ends = np.cumsum(self._sizes)
        for first in range(0, len(self._rows), _ROWS_AT_ONCE):
            last = min(first + _ROWS_AT_ONCE, len(self._rows))
            piece = slice(int(ends[first] - self._sizes[first]), int(ends[last - 1]))
            texts = np.repeat(np.arange(first, last), self._sizes[first:last])
            left, right = self._counted(texts, by_text_start[piece], by_text_partners[piece], self._sizes, self._sizes)
            yield self._rows[left], self._rows[right]

    def pairs_with(self, shelf: Shelf, rows: Integers) -> Iterator[_Candidates]:
        """Candidates between texts of another shelf and these, as rows of the other and of this one."""
        chosen = settings()
        rows = _long_enough(shelf, rows)
        sizes = shelf.samples.lengths(rows)
        hashes, texts = shelf.samples.flat(rows)
        may_be_known = self._filter[hashes >> np.uint32(32 - _FILTER_BITS)]
        hashes, texts = hashes[may_be_known], texts[may_be_known]
        if not len(hashes) or not len(self._keys):
            return
        bucket = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
        is_known = self._keys[bucket] == hashes
        is_known &= _rank_in_bucket(hashes) < chosen.star_leaders
        texts, bucket = texts[is_known], bucket[is_known]
        count = self._counts[bucket]
        partners = np.where(count > chosen.full_bucket, chosen.star_leaders, count)
        left, right = self._counted(texts, self._starts[bucket], partners, sizes, self._sizes)
        yield rows[left], self._rows[right]

    def _counted(
        self, texts: Integers, starts: _Indices, partners: _Indices, sizes: Integers, other_sizes: Integers
    ) -> _Candidates:
        """Texts and those that stand from ``starts`` on in a bucket, where they meet often enough."""
        chosen = settings()
        left: Integers = np.repeat(texts, partners)
        within = np.arange(len(left)) - np.repeat(np.cumsum(partners, dtype=np.int64) - partners, partners)
        right = self._places[np.repeat(starts, partners) + within].astype(np.int64)
        met, shared = np.unique(_packed(left, right), return_counts=True)
        left, right = _unpacked(met)
        smaller = np.minimum(sizes[left], other_sizes[right])
        wanted = np.where(smaller > chosen.minimum_sample, np.maximum(2, chosen.shared_sample * smaller), 1)
        enough = shared >= wanted
        return left[enough], right[enough]


def _long_enough(shelf: Shelf, rows: Integers) -> Integers:
    return rows[shelf.samples.lengths(rows) >= settings().minimum_shingles]


def _rank_in_bucket(hashes: Hashes) -> Integers:
    """Of each hash, how many of the same stand before it; 0 for all in buckets that aren't full."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    counts = np.diff(np.append(starts, len(ordered)))
    rank = np.arange(len(ordered)) - np.repeat(starts, counts)
    rank[np.repeat(counts, counts) <= settings().full_bucket] = 0
    ranks = np.empty_like(rank)
    ranks[order] = rank
    return ranks


def _packed(left: Integers, right: Integers) -> npt.NDArray[np.uint64]:
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)


def _unpacked(pairs: npt.NDArray[np.uint64]) -> _Candidates:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(2**32 - 1)).astype(np.int64)


def _are_near(one: Card, other: Card) -> bool:
    """Whether one may be printed after the other: what a year lies between was written anew from the same mould."""
    if one.published_date is None or other.published_date is None:
        return True
    return abs((one.published_date - other.published_date).days) <= settings().reprint_days


def _verified(left: Shelf, left_rows: Integers, right: Shelf, right_rows: Integers) -> Iterator[Pair]:
    """The candidates that are one text."""
    for start in range(0, len(left_rows), _PAIRS_AT_ONCE):
        ours, theirs = left_rows[start : start + _PAIRS_AT_ONCE], right_rows[start : start + _PAIRS_AT_ONCE]
        found = measure(left, ours, right, theirs)
        for index in np.flatnonzero(found.is_same):
            one, other = left.cards[ours[index]], right.cards[theirs[index]]
            if one.document_id != other.document_id and _are_near(one, other):
                yield _pair(one, other, float(found.jaccard[index]), float(found.containment[index]))
