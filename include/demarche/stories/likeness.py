"""Whether two texts are one, by their sketches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demarche.stories.shelf import Hashes, Integers, Ragged, Shelf
from demarche.stories.signing import PADDING, settings

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Likeness:
    """Of each pair: Jaccard, the share of the shorter text that stands in the longer one, of the left text in the right
    and the right in the left, the share of the fewer names and numbers that the other text has too, and whether the two
    are one text, or related at least."""

    jaccard: Shares
    containment: Shares
    of_left: Shares
    of_right: Shares
    facts: Shares
    is_same: npt.NDArray[np.bool_]
    is_related: npt.NDArray[np.bool_]


def measure(left: Shelf, left_rows: Integers, right: Shelf, right_rows: Integers) -> Likeness:
    """The likeness of ``left_rows[i]`` to ``right_rows[i]`` for every i."""
    chosen = settings()
    shared, of_left, of_right = _compare(
        left.sketches.shingles, left_rows, right.sketches.shingles, right_rows, chosen.shingle_sketch_size
    )
    jaccard = shared / np.maximum(of_left + of_right - shared, 1)
    containment = shared / np.maximum(np.minimum(of_left, of_right), 1)
    facts_shared, facts_left, facts_right = _compare(
        left.sketches.facts, left_rows, right.sketches.facts, right_rows, chosen.fact_sketch_size
    )
    fewer = np.minimum(facts_left, facts_right)
    facts = facts_shared / np.maximum(fewer, 1)
    is_told = fewer >= chosen.minimum_facts
    wanted = np.clip(containment - chosen.facts_margin, chosen.facts, chosen.facts_ceiling)
    shorter = np.minimum(of_left, of_right)
    needed = np.where(shorter < chosen.brief_shingles, chosen.brief_containment, chosen.containment)
    is_same = (containment >= needed) & ((facts >= wanted) | (fewer == 0))
    is_long = shorter >= chosen.rewritten_shingles
    may_be_rewritten = is_long & (containment >= chosen.rewritten_containment) & (facts >= chosen.rewritten_facts)
    open_cases = np.flatnonzero(~is_same & may_be_rewritten & (containment < chosen.containment))
    if len(open_cases):
        lead = _lead(left, left_rows[open_cases], right, right_rows[open_cases])
        is_same[open_cases] = lead >= chosen.rewritten_lead
    is_same[is_same] &= _keep_slots(left, left_rows[is_same], right, right_rows[is_same])
    is_related = (containment >= chosen.related_containment) | (is_told & (facts >= chosen.related_facts))
    left_share, right_share = shared / np.maximum(of_left, 1), shared / np.maximum(of_right, 1)
    return Likeness(jaccard, containment, left_share, right_share, facts, is_same, is_related)


def slots_agree(left: Shelf, left_rows: Integers, right: Shelf, right_rows: Integers) -> tuple[Integers, Integers]:
    """How many places both texts have for a name or number, and in how many of them both have the same."""
    ours, theirs = left.sketches.slots.matrix(left_rows), right.sketches.slots.matrix(right_rows)
    both = np.sort(np.concatenate([ours, theirs], axis=1), axis=1)
    places = both >> np.uint64(32)
    is_filled = both[:, 1:] != np.iinfo(np.uint64).max
    return (
        ((places[:, 1:] == places[:, :-1]) & is_filled).sum(axis=1),
        ((both[:, 1:] == both[:, :-1]) & is_filled).sum(axis=1),
    )


def _keep_slots(left: Shelf, left_rows: Integers, right: Shelf, right_rows: Integers) -> npt.NDArray[np.bool_]:
    places, same = slots_agree(left, left_rows, right, right_rows)
    return places - same <= settings().changed_slots * places + 0.5


def _lead(left: Shelf, left_rows: Integers, right: Shelf, right_rows: Integers) -> Shares:
    """The share of the one text's first words that stands anywhere in the other, whichever share is greater."""
    shares = []
    for one, rows, other, others in ((left, left_rows, right, right_rows), (right, right_rows, left, left_rows)):
        shared, of_lead, _ = _compare(
            one.sketches.leads, rows, other.sketches.shingles, others, settings().shingle_sketch_size
        )
        shares.append(shared / np.maximum(of_lead, 1))
    return np.maximum(*shares)


def _compare(
    left: Ragged, left_rows: Integers, right: Ragged, right_rows: Integers, size: int
) -> tuple[Integers, Integers, Integers]:
    """Hashes that both rows have, that the left has, that the right has, below the bound up to which both know all."""
    of_left, of_right = left.matrix(left_rows), right.matrix(right_rows)
    horizon = np.minimum(_horizon(left, left_rows, of_left, size), _horizon(right, right_rows, of_right, size))[:, None]
    merged = np.sort(np.concatenate([of_left, of_right], axis=1), axis=1)
    shared = ((merged[:, 1:] == merged[:, :-1]) & (merged[:, 1:] <= horizon)).sum(axis=1)
    return shared, (of_left <= horizon).sum(axis=1), (of_right <= horizon).sum(axis=1)


def _horizon(sketches: Ragged, rows: Integers, matrix: Hashes, size: int) -> Hashes:
    """A full sketch only knows the hashes up to its greatest; one that isn't full knows them all."""
    lengths = sketches.lengths(rows)
    last = matrix[np.arange(len(rows)), np.maximum(lengths - 1, 0)]
    return np.where(lengths < size, PADDING - 1, last).astype(np.uint32)
