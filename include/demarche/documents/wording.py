"""How much the words of a line sound like an article's: a weight for each word and each pair of neighbours.

A linear model over hashed words, fitted by `training/lines.py`. Numbers and names are masked, so that it learns how
sites and writers speak, in whatever language, and not of what. Hashing of features: K. Weinberger and others, Feature
hashing for large scale multitask learning, ICML 2009.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 14
_LOOKED_AT = 400  # characters of a line
_WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
_BEGINS = frozenset('.!?:"“«(•')  # what stands behind is written with a capital whether it is a name or not


def buckets_of(line: str) -> list[int]:
    """Where the weights of a line's words and pairs of words are, each once, in rising order; never empty."""
    words = list(_masked(line[:_LOOKED_AT]))
    ends = ["$"] if len(line) <= _LOOKED_AT else []
    words = ["^", *words, *ends]
    features = {*words, *(f"{one} {other}" for one, other in pairwise(words))}
    return sorted({zlib.crc32(feature.encode()) % BUCKETS for feature in features})


def _masked(line: str) -> Iterator[str]:
    is_begun = False
    for word in _WORD.findall(line):
        if word[0].isdigit():
            yield "0" * min(len(word), 4)
        elif word[0].isalpha():
            is_name = is_begun and word[0].isupper()
            yield ("AA" if word.isupper() and len(word) > 1 else "A") if is_name else word.lower()
            is_begun = True
        else:
            yield word
            is_begun = is_begun and word not in _BEGINS


def scores(lines: Sequence[str], weights: NDArray[np.float32], start: float) -> NDArray[np.float32]:
    """The logit of each line (lines): its weights' sum over the root of their number, from ``start``."""
    found = [buckets_of(line) for line in lines]
    counts = np.array([len(one) for one in found])
    sums = np.add.reduceat(weights[list(chain.from_iterable(found))], np.cumsum(counts) - counts)
    return np.asarray(start + sums / np.sqrt(counts), dtype=np.float32)
