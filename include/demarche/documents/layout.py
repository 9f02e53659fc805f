"""How lines stood on the page before they were joined and rid of marks: how far indented, over how many lines broken,
how far from the next, in bold or as a link.

Paragraphs of one article stand alike; captions, standfirsts and offers often stand a little otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from demarche.documents.cleaning import indented_lines
from demarche.documents.sentences import STRONG_END, count_words

_ABSENT, _NOT_COMPARED = -1.0, -9.0  # where a line isn't found again
_CORE_WORDS = 12  # of a sentence that may be a paragraph
_MOST_BLANK = 4  # lines; more are as many
_ENDS = 12  # letters at both ends by which a line is found that had addresses of links in it
_FARTHEST = 4_000  # letters to the next line; farther, it's another one that reads alike
_LINK_LETTERS = 20  # that a numbered link may have

_NO_LETTERS = re.compile(r"[\W_]+")
_STRONG = re.compile(r"(\*\*|__)\S.*\1")
_EMPHASIS = re.compile(r"([*_])[^*_\s].*\1")
_LINK = re.compile(r"\[([^\[\]]+)\]\(")
_NUMBERED = re.compile(r"\[\d+\]\S")
_BULLETS = frozenset("-*+•·>|")

_BROKEN, _INDENT, _ABOVE, _BELOW, _HEADING, _BOLD = 0, 1, 3, 4, 7, 8
_TOLD = (_INDENT, _ABOVE, _BELOW, _HEADING, _BOLD)
_COMPARED = {_INDENT: 2, _ABOVE: 5, _BELOW: 6}  # columns, and where they stand less what most paragraphs have
_TRAITS = 16


def layout(text: str, lines: Sequence[str]) -> NDArray[np.float32]:
    """A row of numbers for each of the lines that ``text`` was read as (lines, traits)."""
    raw = indented_lines(text)
    rows = np.array(
        [
            [_ABSENT] * _TRAITS if span is None else _of_line(raw, *span, line)
            for line, span in zip(lines, _spans(raw, lines), strict=True)
        ],
        dtype=np.float32,
    )
    is_found = rows[:, -1] == 1
    is_core = is_found & [count_words(line) >= _CORE_WORDS and STRONG_END.search(line) is not None for line in lines]
    for column, compared in _COMPARED.items():
        usual = float(np.median(rows[is_core, column])) if is_core.any() else 0.0
        rows[:, compared] = np.where(is_found, rows[:, column] - usual, _NOT_COMPARED)
    return rows


def alike(rows: NDArray[np.float32]) -> list[list[Hashable | None]]:
    """Keys by which lines stand alike: in all that is told of it, by how far they are indented, and by the blank lines
    around; None for lines that weren't found."""
    found = rows.tolist()
    whole = [(row[_BROKEN] > 1, *(row[column] for column in _TOLD)) for row in found]
    around = [(row[_ABOVE], row[_BELOW]) for row in found]
    return [
        [key if row[-1] == 1 else None for key, row in zip(keys, found, strict=True)]
        for keys in (whole, [row[_INDENT] for row in found], around)
    ]


def _spans(raw: Sequence[tuple[int, str]], lines: Sequence[str]) -> list[tuple[int, int] | None]:
    """The first and the last raw line of each line, found by its letters and digits; None where they aren't."""
    letters = [_NO_LETTERS.sub("", text) for _, text in raw]
    starts = [0, *accumulate(map(len, letters))]
    joined = "".join(letters)
    spans: list[tuple[int, int] | None] = []
    at = 0
    for line in lines:
        own = _NO_LETTERS.sub("", line)
        start = joined.find(own, at) if own else -1
        end = start + len(own)
        if own and start < 0:
            start = joined.find(own[:_ENDS], at)
            tail = joined.find(own[-_ENDS:], start + max(0, len(own) - _ENDS))
            end = tail + _ENDS if 0 <= tail < start + 3 * len(own) + 300 else start + len(own)
        if start < 0 or start - at > _FARTHEST:
            spans.append(None)
            continue
        at = min(end, len(joined))
        spans.append((bisect_right(starts, start) - 1, bisect_right(starts, at - 1) - 1))
    return spans


def _of_line(raw: Sequence[tuple[int, str]], first: int, last: int, line: str) -> list[float]:
    indent, text = raw[first]
    above, is_ruled_above = _distance(raw, first, -1)
    below, is_ruled_below = _distance(raw, last, 1)
    whole = " ".join(part for _, part in raw[first : last + 1])
    linked = sum(len(link[1]) for link in _LINK.finditer(whole)) + _LINK_LETTERS * len(_NUMBERED.findall(whole))
    return [
        last - first + 1, indent, 0.0, above, below, 0.0, 0.0,
        len(text) - len(text.lstrip("#")),
        1.0 if _STRONG.fullmatch(text) else 2.0 if _EMPHASIS.fullmatch(text) else 0.0,
        min(1.0, linked / max(1, len(line))), is_ruled_above, is_ruled_below,
        max(begin + len(part) for begin, part in raw[first : last + 1]), indent + len(text),
        text[:1] in _BULLETS, 1.0,
    ]  # fmt: skip


def _distance(raw: Sequence[tuple[int, str]], number: int, step: int) -> tuple[int, bool]:
    """Blank lines to the next line with letters, and whether a ruled one stands between."""
    blank, is_ruled = 0, False
    number += step
    while 0 <= number < len(raw) and not _NO_LETTERS.sub("", raw[number][1]):
        is_ruled = is_ruled or bool(raw[number][1])
        blank += not raw[number][1]
        number += step
    return (min(blank, _MOST_BLANK) if 0 <= number < len(raw) else _MOST_BLANK), is_ruled
