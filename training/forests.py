"""Boosted trees of scikit-learn as the arrays that `demarche.trees` reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from demarche.trees import Trees


def as_trees(model: GradientBoostingClassifier, share: float) -> Trees:
    """The trees of a fitted model of two classes; ``share`` is that of the second class in what it was fitted to."""
    grown = [estimator[0].tree_ for estimator in model.estimators_]
    shape = (len(grown), max(tree.node_count for tree in grown))
    feature, left, right = (np.zeros(shape, dtype=np.int16) for _ in range(3))
    threshold, value = (np.zeros(shape, dtype=np.float32) for _ in range(2))
    for number, tree in enumerate(grown):
        own = np.arange(tree.node_count)
        is_leaf = tree.children_left < 0
        feature[number, own] = np.where(is_leaf, 0, tree.feature)
        threshold[number, own] = np.where(is_leaf, 0, tree.threshold)
        left[number, own] = np.where(is_leaf, own, tree.children_left)
        right[number, own] = np.where(is_leaf, own, tree.children_right)
        value[number, own] = np.where(is_leaf, model.learning_rate * tree.value[:, 0, 0], 0)
    start = float(np.log(share / (1 - share)))
    return Trees(feature, threshold, left, right, value, start, max(tree.max_depth for tree in grown))


def mean_of(forests: Sequence[Trees]) -> Trees:
    """One forest whose logit is the mean of theirs."""

    def joined(name: str) -> NDArray[Any]:
        arrays = [getattr(forest, name) for forest in forests]
        nodes = max(array.shape[1] for array in arrays)
        return np.vstack([np.pad(array, ((0, 0), (0, nodes - array.shape[1]))) for array in arrays])

    return Trees(
        *(joined(name) for name in ("feature", "threshold", "left", "right")),
        joined("value") / np.float32(len(forests)),
        float(np.mean([forest.start for forest in forests])),
        max(forest.depth for forest in forests),
    )
