"""Boosted trees of scikit-learn as the arrays that `demarche.trees` reads."""

from __future__ import annotations

import numpy as np
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
