"""Boosted trees of scikit-learn as the arrays that `demarche.trees` reads, measured by hand and written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from demarche import codebook
from demarche.trees import Trees

MODEL = Path(codebook.__file__).parent


SEEDS = 3  # so many models are averaged: one alone hangs on chance


class OfHand(Protocol):
    """What is learned from, and whose hand wrote it."""

    @property
    def hand(self) -> str: ...
    @property
    def row(self) -> NDArray[np.float32]: ...


One = TypeVar("One", bound=OfHand)
Wanted = NDArray[np.bool_]
Fit = Callable[[Sequence[One], Wanted], Trees]


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


def grow(rows: NDArray[np.float32], wanted: Wanted, weights: NDArray[np.float64] | None = None, **shape: Any) -> Trees:
    """A forest fitted to rows of traits, of the shape that scikit-learn's names of settings give."""
    models = [
        GradientBoostingClassifier(subsample=0.6, max_features=0.2, random_state=seed, **shape).fit(
            rows, wanted, weights
        )
        for seed in range(SEEDS)
    ]
    share = float(np.average(wanted, weights=weights))
    return mean_of([as_trees(model, share) for model in models])


def cross_validate(name: str, examples: Sequence[One], wanted: Wanted, fit: Fit[One], floor: float) -> None:
    """Of each hand, how well forests of the others rank, how many of those above the floor are right, and how many of
    all that are so these are."""
    hands = np.array([one.hand for one in examples])
    found = np.zeros(len(examples))
    for hand in np.unique(hands):
        others = [one for one in examples if one.hand != hand]
        rows = np.stack([one.row for one in examples if one.hand == hand])
        found[hands == hand] = fit(others, wanted[hands != hand]).probabilities(rows)
    print(f"{name:8}{'':>8}  rows   are  area   of those above {floor} right, and share of all that these are")
    for hand in (*np.unique(hands), "all"):
        own = (hands == hand) | (hand == "all")
        is_sure = own & (found >= floor)
        right = 100 * wanted[is_sure].mean() if is_sure.any() else float("nan")
        share = 100 * (wanted & is_sure).sum() / max((wanted & own).sum(), 1)
        area = 100 * roc_auc_score(wanted[own], found[own]) if 0 < wanted[own].sum() < own.sum() else float("nan")
        print(f"{'':8}{hand:>8}{own.sum():6}{wanted[own].sum():6}{area:6.1f}{right:8.1f}{share:6.1f}")


def renew(models: Iterable[tuple[str, Sequence[One], Wanted]], fit: Fit[One], floor: float, *, is_check: bool) -> None:
    """Fit each model, print its figures and write its file; as a check, write nothing, say whether a file would change,
    and end with exit code 1 if one would."""
    is_same = True
    for name, examples, wanted in models:
        data = fit(examples, wanted).to_bytes()
        path = MODEL / name
        if is_check:
            is_same &= path.exists() and path.read_bytes() == data
            continue
        cross_validate(path.stem, examples, wanted, fit, floor)
        path.write_bytes(data)
        print(f"wrote {name}, {len(data) / 1024:.0f} KiB")
    if is_check:
        print(f"the forests {'are' if is_same else 'are not'} what these articles give")
        sys.exit(0 if is_same else 1)
