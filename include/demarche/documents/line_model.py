"""How probable it is that a line of a page is its article's: by words, by trees, and by trees that know what those say.

`training/lines.py` fits it on pages whose articles people marked, and writes the file; only numpy is needed to read it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche import codebook
from demarche.documents import wording
from demarche.documents.flow import flow
from demarche.documents.headings import find_title
from demarche.documents.layout import alike
from demarche.documents.lines import Page
from demarche.documents.neighbours import neighbours, of_the_same
from demarche.documents.sentences import stems_of
from demarche.documents.traits import Measured
from demarche.trees import Trees

MODEL_FILE = "model/lines.npz"
_BOUNDS = 1e-4, 1 - 1e-4  # of what the first trees find, so that logits stay small


@dataclass(frozen=True)
class LineModel:
    """``weights`` of hashed words (2, buckets): of all lines and of prose alone; ``starts`` (2) are their constants."""

    weights: NDArray[np.float16]
    starts: NDArray[np.float32]
    first: Trees
    second: Trees

    @classmethod
    def from_bytes(cls, data: bytes) -> LineModel:
        """Read what `to_bytes` wrote. Raises ValueError when it isn't such a file."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            first, second = (Trees.from_arrays(arrays, name) for name in ("first_", "second_"))
            return cls(arrays["weights"], arrays["starts"], first, second)

    def to_bytes(self) -> bytes:
        """The same model, the same bytes."""
        buffer = io.BytesIO()
        arrays: dict[str, NDArray[Any]] = {"weights": self.weights, "starts": self.starts}
        arrays |= self.first.arrays("first_") | self.second.arrays("second_")
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()

    def probabilities(self, page: Measured) -> NDArray[np.float64]:
        """Of each line of a page (lines)."""
        rows = with_words(page, word_scores(page.lines, self.weights, self.starts))
        return self.second.probabilities(with_neighbours(page, rows, self.first.probabilities(rows)))


def word_scores(lines: Sequence[str], weights: NDArray[np.float16], starts: NDArray[np.float32]) -> NDArray[np.float32]:
    """What words say of each line (lines, 2)."""
    both = zip(weights, starts, strict=True)
    return np.stack([wording.scores(lines, own.astype(np.float32), float(start)) for own, start in both], axis=1)


def with_words(page: Measured, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the first trees see: a page's rows with the scores of the lines' words and of those above and below."""
    padded = np.pad(scores, ((1, 1), (0, 0)))
    return np.hstack([page.rows, scores, padded[2:], padded[:-2]])


def with_neighbours(page: Measured, rows: NDArray[np.float32], found: NDArray[np.float64]) -> NDArray[np.float32]:
    """What the second trees see: all that, and what the first made of the page."""
    kept = [number for number, share in enumerate(found) if share > 0.5]
    first = kept[0] if kept else 0
    title = find_title(Page(tuple(page.lines[number] for number in kept), tuple(page.lines[:first]), (), ()))
    number = next((number for number, line in enumerate(page.lines) if title and title in line), None)
    titled = (number, stems_of(title)) if title and number is not None else None
    found = np.clip(found, *_BOUNDS)
    logits = np.log(found / (1 - found))
    standing = [column for keys in alike(page.layout) for column in of_the_same(keys, logits)]
    return np.hstack([
        rows,
        neighbours(page.lines, page.words, page.stems, page.blocks, titled, found),
        flow(page.lines, page.words, page.stems, page.is_byline, found),
        page.layout,
        np.array(standing, dtype=np.float32).T,
    ])  # fmt: skip


@cache
def load() -> LineModel:
    """The model that comes with the codebook. Raises CodebookError when the file is missing."""
    return LineModel.from_bytes(codebook.data(MODEL_FILE))
