"""The fitted weights, and the scores they give to candidates.

Two linear models over the features of `features.py`: a multinomial one for the type, and a binary one, the ranker,
for whether a candidate is what the sentence tells at all. Both are sums of feature weights, followed by a calibration
that was fitted on held-out sentences. Only numpy is needed here; `training/train.py` fits and writes the file.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche import codebook
from demarche.classifier.features import Featurizer
from demarche.classifier.frames import Candidate, Tree, Trigger, build_trigger, place_of
from demarche.lexicon import NO_EVENT, Entry, Lexicon, lexicon

Floats = NDArray[np.float32]
MODEL_FILE = "model/reader.npz"


@dataclass(frozen=True, slots=True)
class Weights:
    """The content of the model file: one row of type weights and one rank weight per feature."""

    classes: tuple[str, ...]
    type_index: dict[str, int]
    type_weights: Floats
    type_bias: Floats
    temperature: float
    rank_index: dict[str, int]
    rank_weights: Floats
    rank_bias: float
    rank_scale: tuple[float, float]

    @classmethod
    def from_bytes(cls, data: bytes) -> Weights:
        """Read what `to_bytes` wrote. Raises ValueError when it isn't such a file."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(
                classes=tuple(str(name) for name in arrays["classes"]),
                type_index={name: i for i, name in enumerate(_names(arrays["type_names"]))},
                type_weights=arrays["type_weights"].astype(np.float32),
                type_bias=arrays["type_bias"].astype(np.float32),
                temperature=float(arrays["temperature"]),
                rank_index={name: i for i, name in enumerate(_names(arrays["rank_names"]))},
                rank_weights=arrays["rank_weights"].astype(np.float32),
                rank_bias=float(arrays["rank_bias"]),
                rank_scale=(float(arrays["rank_scale"][0]), float(arrays["rank_scale"][1])),
            )

    def to_bytes(self) -> bytes:
        """The same weights, the same bytes."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            classes=np.array(self.classes),
            type_names=_packed(self.type_index),
            type_weights=self.type_weights.astype(np.float16),
            type_bias=self.type_bias.astype(np.float32),
            temperature=np.float32(self.temperature),
            rank_names=_packed(self.rank_index),
            rank_weights=self.rank_weights.astype(np.float16),
            rank_bias=np.float32(self.rank_bias),
            rank_scale=np.array(self.rank_scale, dtype=np.float32),
        )
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with what the models say of it.

    ``pair_score`` is the calibrated probability that the sentence tells of this trigger with these sides;
    ``type_scores`` gives each of PLOVER's types, and NONE, the probability that it is this one, given the pair.
    ``entries`` are the lexicon's most exact entries for the trigger (none where it knows no such word).
    """

    candidate: Candidate
    pair_score: float
    type_scores: dict[str, float]
    entries: tuple[Entry, ...]

    @property
    def plover_type(self) -> str:
        """The most probable type, NONE included."""
        return max(self.type_scores, key=lambda name: self.type_scores[name])

    def best_type(self) -> tuple[str, float]:
        """The most probable type other than NONE and its share of the probability without NONE."""
        event = 1 - self.type_scores.get(NO_EVENT, 0.0)
        name = max((name for name in self.type_scores if name != NO_EVENT), key=lambda name: self.type_scores[name])
        return name, self.type_scores[name] / event if event else 0.0

    @property
    def mode_type(self) -> str | None:
        """The mode of the lexicon's entry that agrees with the most probable type, where it names one."""
        name, _ = self.best_type()
        return next((e.mode_type for e in self.entries if e.mode_type and name in (e.event_type, e.plover_type)), None)


@cache
def load() -> Weights:
    """The weights that come with the codebook. Raises CodebookError when the file is missing."""
    return Weights.from_bytes(codebook.data(MODEL_FILE))


def classify(
    doc: Any,
    found: Sequence[Candidate],
    *,
    tree: Tree | None = None,
    weights: Weights | None = None,
    known: Lexicon | None = None,
) -> list[Scored]:
    """Score candidates of one document (a parsed spaCy Doc), in their order.

    ``tree`` is the document's Tree, if it is at hand. Candidates may come from elsewhere than `candidates`: how their
    sides hang on the trigger is then looked up.
    """
    if not found:
        return []
    known = known or lexicon()
    tree = tree or Tree(doc, known)
    weights = weights or load()
    parts = Parts(tree, known)
    scorer = _Scorer(weights)
    type_logits = np.empty((len(found), len(weights.classes)), dtype=np.float32)
    rank_logits = np.empty(len(found), dtype=np.float32)
    for row, candidate in enumerate(found):
        type_logits[row] = weights.type_bias
        rank_logits[row] = weights.rank_bias
        for key, type_names, rank_names in parts.of(candidate):
            type_part, rank_part = scorer.part(key, type_names, rank_names)
            type_logits[row] += type_part
            rank_logits[row] += rank_part
    probabilities = softmax(type_logits / weights.temperature)
    slope, offset = weights.rank_scale
    pairs = 1 / (1 + np.exp(-(slope * rank_logits + offset)))
    return [
        Scored(
            candidate,
            float(pairs[row]),
            dict(zip(weights.classes, probabilities[row].tolist(), strict=True)),
            tuple(parts.trigger(candidate.trigger).best),
        )
        for row, candidate in enumerate(found)
    ]


PartFeatures = tuple[object, list[str], list[str]]


class Parts:
    """A candidate's features in its four parts, each part under a key that equal parts share."""

    def __init__(self, tree: Tree, known: Lexicon) -> None:
        self._tree = tree
        self._lexicon = known
        self._features = Featurizer(tree, known)
        self._triggers: dict[int, Trigger] = {}
        self._parts: dict[object, PartFeatures] = {}

    def trigger(self, index: int) -> Trigger:
        """The trigger at a token, built once."""
        if index not in self._triggers:
            self._triggers[index] = build_trigger(self._tree, index, self._lexicon)
        return self._triggers[index]

    def of(self, candidate: Candidate) -> Iterable[PartFeatures]:
        """(key, type features, rank features) of the trigger, the actor, the recipient and the pair."""
        features = self._features
        trigger = self.trigger(candidate.trigger)
        if not (candidate.actor_by and candidate.recipient_by):
            candidate = replace(
                candidate,
                actor_by=candidate.actor_by or place_of(trigger, "a", candidate.actor),
                recipient_by=candidate.recipient_by or place_of(trigger, "r", candidate.recipient),
            )
        key: object = trigger.index
        if key not in self._parts:
            self._parts[key] = (key, features.trigger(trigger), features.rank_trigger(trigger))
        yield self._parts[key]
        for letter, index, how in (
            ("a", candidate.actor, candidate.actor_by),
            ("r", candidate.recipient, candidate.recipient_by),
        ):
            key = (letter, trigger.index, index, how)
            if key not in self._parts:
                self._parts[key] = (
                    key,
                    features.side(letter, index, how),
                    features.rank_side(letter, index, how, trigger),
                )
            yield self._parts[key]
        yield None, features.pair(candidate), features.rank_pair(candidate)


class _Scorer:
    """Sums of weights per part, remembered under the part's key."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._sums: dict[object, tuple[Floats, float]] = {}

    def part(self, key: object, type_names: list[str], rank_names: list[str]) -> tuple[Floats, float]:
        known = self._sums.get(key) if key is not None else None
        if known is None:
            weights = self._weights
            rows = rows_of(type_names, weights.type_index)
            places = rows_of(rank_names, weights.rank_index)
            known = (weights.type_weights[rows].sum(axis=0), float(weights.rank_weights[places].sum()))
            if key is not None:
                self._sums[key] = known
        return known


def rows_of(names: Iterable[str], index: dict[str, int]) -> list[int]:
    """The places of these features in the index, each once, in rising order; unknown ones are left out."""
    return sorted({index[name] for name in names if name in index})


def softmax(logits: Floats) -> Floats:
    """Rows of probabilities out of rows of logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return result


def grouped(scored: Iterable[Scored]) -> dict[int, list[Scored]]:
    """The scored candidates by trigger, the best pair first."""
    by_trigger: dict[int, list[Scored]] = defaultdict(list)
    for one in scored:
        by_trigger[one.candidate.trigger].append(one)
    for same in by_trigger.values():
        same.sort(key=lambda one: (-one.pair_score, str(one.candidate)))
    return dict(by_trigger)


def _packed(index: dict[str, int]) -> NDArray[np.uint8]:
    names = sorted(index, key=lambda name: index[name])
    return np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8)


def _names(packed: NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode("utf-8").split("\n")
