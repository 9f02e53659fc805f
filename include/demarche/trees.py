"""Small forests of boosted decision trees, and how probable they find what they were fitted to tell.

Only numpy is needed; the scripts in `training` fit the trees and write their files.
Trees that are added up: J. H. Friedman, Greedy function approximation: a gradient boosting machine, Annals of
Statistics 29 (2001).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demarche import codebook


@dataclass(frozen=True, slots=True)
class Trees:
    """Arrays of shape (trees, nodes). A node asks whether trait ``feature`` is at most ``threshold`` and goes to
    ``left`` or to ``right``; a leaf leads to itself and adds ``value`` to the logit, which begins with ``start``."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: NDArray[np.float32]
    start: float
    depth: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Trees:
        """Read what `to_bytes` wrote. Raises ValueError when it isn't such a file."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(
                feature=arrays["feature"],
                threshold=arrays["threshold"],
                left=arrays["left"],
                right=arrays["right"],
                value=arrays["value"],
                start=float(arrays["start"]),
                depth=int(arrays["depth"]),
            )

    def to_bytes(self) -> bytes:
        """The same trees, the same bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            feature=self.feature,
            threshold=self.threshold,
            left=self.left,
            right=self.right,
            value=self.value,
            start=np.float64(self.start),
            depth=np.int16(self.depth),
        )
        return buffer.getvalue()

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each row (rows, traits), how probable what the trees were fitted to tell is (rows)."""
        trees = np.arange(len(self.feature))
        nodes = np.zeros((len(rows), len(trees)), dtype=np.int16)
        numbers = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            is_left = rows[numbers, self.feature[trees, nodes]] <= self.threshold[trees, nodes]
            nodes = np.where(is_left, self.left[trees, nodes], self.right[trees, nodes])
        logits = self.start + self.value[trees, nodes].sum(axis=1, dtype=np.float64)
        return np.asarray(1 / (1 + np.exp(-logits)))


@cache
def load(name: str) -> Trees:
    """The trees of a file of the codebook, by its path in there. Raises CodebookError when it is missing."""
    return Trees.from_bytes(codebook.data(name))
