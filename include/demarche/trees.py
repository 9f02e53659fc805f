"""Small forests of boosted decision trees, and how probable they find what they were fitted to tell.

Only numpy is needed; the scripts in `training` fit the trees and write their files.
Trees that are added up: J. H. Friedman, Greedy function approximation: a gradient boosting machine, Annals of
Statistics 29 (2001).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

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
            return cls.from_arrays(arrays)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Trees:
        """Read what `arrays` gave. Raises KeyError when something is missing."""
        own: dict[str, Any] = {field.name: arrays[prefix + field.name] for field in fields(cls)}
        return cls(**own | {"start": float(own["start"]), "depth": int(own["depth"])})

    def to_bytes(self) -> bytes:
        """The same trees, the same bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **self.arrays())
        return buffer.getvalue()

    def arrays(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """The arrays by name, for a file that holds more than one forest with a prefix before each name."""
        own: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        own |= {"start": np.float64(self.start), "depth": np.int16(self.depth)}
        return {prefix + name: np.asarray(array) for name, array in own.items()}

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each row (rows, traits), how probable what the trees were fitted to tell is (rows)."""
        count, size = self.feature.shape
        roots = (np.arange(count, dtype=np.int32) * size)[:, None]
        features, thresholds = self.feature.ravel(), self.threshold.ravel()
        children = np.stack([self.right + roots, self.left + roots], axis=-1).ravel()  # `take` likes flat arrays
        seen, begins = rows.ravel(), np.arange(len(rows)) * rows.shape[1]
        nodes = np.repeat(roots, len(rows), axis=1)
        for _ in range(self.depth):
            is_left = seen.take(begins + features.take(nodes)) <= thresholds.take(nodes)
            nodes = children.take(2 * nodes + is_left)
        logits = self.start + self.value.ravel().take(nodes).sum(axis=0, dtype=np.float64)
        return np.asarray(1 / (1 + np.exp(-logits)))


@cache
def load(name: str) -> Trees:
    """The trees of a file of the codebook, by its path in there. Raises CodebookError when it is missing."""
    return Trees.from_bytes(codebook.data(name))
