"""What a first opinion of a page's lines tells of each of them: what stands around it, and what the article speaks of.

Two forests judge a page. The first sees a line and the shape of those beside it; the second sees also what the first
made of the whole page (stacking: D. H. Wolpert, Stacked generalization, Neural Networks 5, 1992).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from demarche.documents.sentences import STRONG_END

Numbers = NDArray[np.float64]

_REACH = 4  # lines above and below whose logits are told
_SURE, _LIKELY, _MAYBE, _UNLIKELY = 0.8, 0.5, 0.3, 0.2  # how probable a line is its article's
_CROSSHEAD_WORDS = 9
_FAR = 99.0  # lines away, where none is there
_NONE = -9.0  # the logit of a line that isn't there


def neighbours(
    lines: Sequence[str],
    words: Sequence[int],
    stems: Sequence[frozenset[str]],
    blocks: Sequence[int],
    title: tuple[int, frozenset[str]] | None,
    found: Numbers,
) -> NDArray[np.float32]:
    """A row of numbers for each line (lines, traits). ``words`` counts each line's, ``stems`` are what it speaks of,
    ``blocks`` how many lines stand without a blank one between, ``title`` is the number of the title's line and what it
    speaks of, ``found`` how probable the first trees find it that a line is its article's (lines)."""
    found = np.clip(found, 1e-4, 1 - 1e-4)
    logits = np.log(found / (1 - found))
    size = np.array(words, dtype=float)
    sure = found > _SURE
    body = np.sort(size[sure] if sure.any() else size)
    is_short = np.array([not STRONG_END.search(line) for line in lines]) & (size <= _CROSSHEAD_WORDS)
    marks = np.array([_mark(line) for line in lines])
    columns = [
        logits,
        *(_shifted(logits, step) for step in range(-_REACH, _REACH + 1) if step),
        *(part for what in (found, found * size, sure) for part in _above_and_below(what)),
        *_distances(sure, found < _UNLIKELY),
        *_shared(stems, found),
        size / max(1.0, float(np.median(body))),
        np.searchsorted(body, size, side="right") / len(body),
        np.full(len(lines), np.median(body)),
        *_crossheads(lines, is_short, found, logits),
        *_runs(logits, (marks[1:] == marks[:-1]) & (marks[1:] != _LETTER)),
        *_runs(logits, is_short[1:] == is_short[:-1]),
        *_blocks(logits, blocks),
        *_titled(stems, found, title),
        *of_the_same([_speaker(line) for line in lines], logits),
        *of_the_same([_shape(line) for line in lines], logits),
    ]
    return np.array(columns, dtype=np.float32).T


_LETTER = "a"


def _mark(line: str) -> str:
    """The mark with which a line begins, as those of a list do; all digits are one, and all letters."""
    return "0" if line[0].isdigit() else _LETTER if line[0].isalpha() else line[0]


def _shifted(values: Numbers, step: int) -> Numbers:
    """The values of the lines ``step`` further down."""
    out = np.full(len(values), _NONE)
    if abs(step) < len(values):
        out[max(0, -step) : len(values) - max(0, step)] = values[max(0, step) : len(values) - max(0, -step)]
    return out


def _above_and_below(values: NDArray[np.generic]) -> tuple[Numbers, Numbers, Numbers]:
    """The sums over the lines above and below, and the share of all that is above."""
    until = np.cumsum(values, dtype=float)
    above = until - values
    return above, until[-1] - until, above / max(1.0, float(until[-1]))


def _distances(sure: NDArray[np.bool_], unlikely: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """How far the nearest sure lines above and below are, and how many unlikely ones stand between."""
    above, between_above = _until_sure(sure, unlikely)
    below, between_below = _until_sure(sure[::-1], unlikely[::-1])
    return above, between_above, below[::-1], between_below[::-1]


def _until_sure(sure: NDArray[np.bool_], unlikely: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    numbers = np.arange(len(sure))
    last = np.concatenate([[-1], np.maximum.accumulate(np.where(sure, numbers, -1))[:-1]])
    counts = np.concatenate([[0], np.cumsum(unlikely)])
    return np.where(last >= 0, numbers - last, _FAR), (counts[:-1] - counts[last + 1]).astype(float)


def _shared(stems: Sequence[frozenset[str]], found: Numbers) -> list[Numbers]:
    """What a line shares with the article without it, the rest of the page, and the likely lines next to it."""
    said: dict[str, float] = {}
    everywhere = Counter(stem for own in stems for stem in own)
    for own, share in zip(stems, found, strict=True):
        if share > _MAYBE:
            for stem in own:
                said[stem] = said.get(stem, 0.0) + share
    rows = []
    for own, share in zip(stems, found, strict=True):
        others = [said.get(stem, 0.0) - (share if share > _MAYBE else 0.0) for stem in own]
        once, twice = sum(min(one, 1.0) for one in others if one > 0.5), sum(one > 1.5 for one in others)
        elsewhere = sum(everywhere[stem] - 1 - one > 0.9 for stem, one in zip(own, others, strict=True))
        count = max(1, len(own))
        rows.append((once, once / count, twice, elsewhere, elsewhere / count))
    return [*np.array(rows, dtype=float).T, _with_next(stems, found, 1), _with_next(stems, found, -1)]


def _with_next(stems: Sequence[frozenset[str]], found: Numbers, direction: int) -> Numbers:
    out = np.full(len(stems), -1.0)
    last: frozenset[str] | None = None
    for number in range(len(stems))[::direction]:
        if last is not None:
            out[number] = len(stems[number] & last)
        if found[number] > _LIKELY:
            last = stems[number]
    return out


def _crossheads(lines: Sequence[str], is_short: NDArray[np.bool_], found: Numbers, logits: Numbers) -> list[Numbers]:
    """Whether a line may be a crosshead, how many others may, and what is thought of these, and of those that are
    capitals: an article has several or none."""
    is_inner = np.zeros(len(lines), dtype=bool)
    is_inner[1:-1] = is_short[1:-1] & (found[:-2] > _LIKELY) & (found[2:] > _LIKELY)
    is_capitals = is_inner & np.array([line.isupper() for line in lines])
    return [
        is_inner.astype(float),
        is_inner.sum() - is_inner.astype(float),
        *(_mean_of_others(logits, among) for among in (is_inner, is_capitals)),
    ]


def _mean_of_others(values: Numbers, among: NDArray[np.bool_]) -> Numbers:
    count = among.sum() - among
    return np.where(count > 0, (values[among].sum() - np.where(among, values, 0)) / np.maximum(1, count), _NONE)


def _runs(logits: Numbers, goes_on: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """How long the run of like lines is in which a line stands, and what is thought of it; ``goes_on`` says of each
    line but the first whether it is like the one above."""
    run = np.concatenate([[0], np.cumsum(~goes_on)])
    size = np.bincount(run)
    return size[run].astype(float), (np.bincount(run, logits) / size)[run]


def _blocks(logits: Numbers, blocks: Sequence[int]) -> list[Numbers]:
    """What is thought of a line's block and of those above and below, and the size of its own."""
    sizes = np.array([size for size in blocks if size])
    block = np.repeat(np.arange(len(sizes)), sizes)
    mean = np.bincount(block, logits) / sizes
    return [mean[block], sizes[block].astype(float), _shifted(mean, -1)[block], _shifted(mean, 1)[block]]


def _titled(stems: Sequence[frozenset[str]], found: Numbers, title: tuple[int, frozenset[str]] | None) -> list[Numbers]:
    """What a line shares with the title, how much of that the article doesn't say, and how far below it stands."""
    number, titled = title or (None, frozenset())
    said = frozenset().union(*(own for own, share in zip(stems, found, strict=True) if share > _MAYBE))
    shared = np.array([len(own & titled) for own in stems], dtype=float)
    alone = np.array([len((own & titled) - said) for own in stems], dtype=float)
    counts = np.array([max(1, len(own)) for own in stems])
    below = np.arange(len(stems)) - number if number is not None else np.full(len(stems), -_FAR)
    return [shared, shared / counts, alone, below.astype(float)]


_SPEAKER = re.compile(r"([^\s:.!?][^:.!?]{0,30}):\s")
_LONGEST_ROW = 80  # characters of a line that may be a table's
_PART = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*|\d+|(\W)\1+")


def _speaker(line: str) -> str | None:
    """What stands before a colon: who speaks in a transcript, the letter of a question."""
    speaker = _SPEAKER.match(line)
    return speaker[1] if speaker else None


def _shape(line: str) -> str | None:
    """A short line with its words, numbers and rows of points masked, as those of a table's rows are alike; None where
    nothing but words is in it."""
    if len(line) > _LONGEST_ROW:
        return None
    shape = _PART.sub(lambda part: "0" if part[0][0].isdigit() else "a" if part[0][0].isalpha() else part[0][0], line)
    return shape if shape != "a" else None


def of_the_same(keys: Sequence[Hashable | None], logits: Numbers) -> tuple[Numbers, Numbers]:
    """How many other lines have the same key as a line, and what is thought of them."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    group = np.array([numbers[key] for key in keys])
    others = np.where([key is None for key in keys], 0, np.bincount(group)[group] - 1)
    mean = (np.bincount(group, logits)[group] - logits) / np.maximum(1, others)
    return others.astype(float), np.where(others > 0, mean, _NONE)
