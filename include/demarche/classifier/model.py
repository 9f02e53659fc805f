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
    pair_floor: float = 0.0,
) -> list[Scored]:
    """Score candidates of one document (a parsed spaCy Doc), in their order, but for those below ``pair_floor``.

    ``tree`` is the document's Tree, if it is at hand. Candidates may come from elsewhere than `candidates`: how their
    sides hang on the trigger is then looked up. Types are only scored for pairs that reach the floor, which few do.
    """
    if not found:
        return []
    known = known or lexicon()
    tree = tree or Tree(doc, known)
    weights = weights or load()
    parts = Parts(tree, known)
    scorer = _Scorer(weights)
    placed = [parts.placed(candidate) for candidate in found]
    rank_logits = np.empty(len(found), dtype=np.float32)
    for row, candidate in enumerate(placed):
        rank_logits[row] = weights.rank_bias
        for key, names in parts.ranks(candidate):
            rank_logits[row] += scorer.rank(key, names)
    slope, offset = weights.rank_scale
    pairs = 1 / (1 + np.exp(-(slope * rank_logits + offset)))
    kept = np.flatnonzero(pairs >= pair_floor).tolist()
    if not kept:
        return []
    type_logits = np.empty((len(kept), len(weights.classes)), dtype=np.float32)
    for row, index in enumerate(kept):
        type_logits[row] = weights.type_bias
        for key, names in parts.types(placed[index]):
            type_logits[row] += scorer.types(key, names)
    probabilities = softmax(type_logits / weights.temperature)
    return [
        Scored(
            found[index],
            float(pairs[index]),
            dict(zip(weights.classes, probabilities[row].tolist(), strict=True)),
            tuple(parts.trigger(found[index].trigger).best),
        )
        for row, index in enumerate(kept)
    ]


PartFeatures = tuple[object, list[str]]


class Parts:
    """A candidate's features in its four parts (trigger, actor, recipient, pair), each part under a key that equal
    parts share; the pair's is None."""

    def __init__(self, tree: Tree, known: Lexicon) -> None:
        self._tree = tree
        self._lexicon = known
        self._features = Featurizer(tree, known)
        self._types: dict[object, list[str]] = {}
        self._ranks: dict[object, list[str]] = {}

    def trigger(self, index: int) -> Trigger:
        """The trigger at a token."""
        return build_trigger(self._tree, index, self._lexicon)

    def placed(self, candidate: Candidate) -> Candidate:
        """The candidate with how its sides hang on the trigger, looked up where it doesn't say."""
        if candidate.actor_by and candidate.recipient_by:
            return candidate
        trigger = self.trigger(candidate.trigger)
        return replace(
            candidate,
            actor_by=candidate.actor_by or place_of(trigger, "a", candidate.actor),
            recipient_by=candidate.recipient_by or place_of(trigger, "r", candidate.recipient),
        )

    def of(self, candidate: Candidate) -> Iterable[tuple[object, list[str], list[str]]]:
        """(key, type features, rank features) of each part."""
        candidate = self.placed(candidate)
        for (key, types), (_, ranks) in zip(self.types(candidate), self.ranks(candidate), strict=True):
            yield key, types, ranks

    def types(self, candidate: Candidate) -> Iterable[PartFeatures]:
        """(key, features) of each part, for which act it is."""
        trigger, features = self.trigger(candidate.trigger), self._features
        if trigger.index not in self._types:
            self._types[trigger.index] = features.trigger(trigger)
        yield trigger.index, self._types[trigger.index]
        for key, (letter, index, how) in _sides(candidate):
            if key not in self._types:
                self._types[key] = features.side(letter, index, how)
            yield key, self._types[key]
        yield None, features.pair(candidate)

    def ranks(self, candidate: Candidate) -> Iterable[PartFeatures]:
        """(key, features) of each part, for whether the sentence tells of the pair."""
        trigger, features = self.trigger(candidate.trigger), self._features
        if trigger.index not in self._ranks:
            self._ranks[trigger.index] = features.rank_trigger(trigger)
        yield trigger.index, self._ranks[trigger.index]
        for key, (letter, index, how) in _sides(candidate):
            if key not in self._ranks:
                self._ranks[key] = features.rank_side(letter, index, how, trigger)
            yield key, self._ranks[key]
        yield None, features.rank_pair(candidate)


def _sides(candidate: Candidate) -> Iterable[tuple[object, tuple[str, int | None, str]]]:
    for letter, index, how in (
        ("a", candidate.actor, candidate.actor_by),
        ("r", candidate.recipient, candidate.recipient_by),
    ):
        yield (letter, candidate.trigger, index, how), (letter, index, how)


class _Scorer:
    """Sums of weights per part, remembered under the part's key."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._types: dict[object, Floats] = {}
        self._ranks: dict[object, float] = {}

    def types(self, key: object, names: list[str]) -> Floats:
        found = self._types.get(key) if key is not None else None
        if found is None:
            rows = rows_of(names, self._weights.type_index)
            found = self._types[key] = self._weights.type_weights[rows].sum(axis=0)
        return found

    def rank(self, key: object, names: list[str]) -> float:
        found = self._ranks.get(key) if key is not None else None
        if found is None:
            places = rows_of(names, self._weights.rank_index)
            found = self._ranks[key] = float(self._weights.rank_weights[places].sum())
        return found


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
