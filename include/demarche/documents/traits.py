"""What can be measured of a page's lines, so that a model can tell those of its article from the furniture.

Each line gets a row of numbers: its shape and words, what it shares with the page's prose, where it stands between
bylines, days, buttons and lists, and the same of the lines around it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

import numpy as np
from numpy.typing import NDArray

from demarche.documents.lines import BRACKETED, is_date_line, kind_of, phrases, words_of
from demarche.documents.names import are_names, is_byline
from demarche.documents.sentences import (
    ED,
    PAST,
    PRESENT,
    QUOTED,
    SAID,
    STRONG_END,
    TELLS,
    VERB,
    count_words,
    is_prose,
    may_have_verb,
    stems_of,
)

_KINDS = ("prose", "short", "furniture", "caption", "ending")
_CORE_WORDS = 12  # of prose that may be a paragraph
_REACH = 3  # lines above and below whose kinds and shapes are told of a line
_NEAR = 40  # lines above and below among which repeats are looked for
_ABSENT = -1.0  # where a line isn't there
_FAR = 99.0  # lines away, where none is there

_PHRASES = ("tools", "list", "summary", "label", "line", "caption", "ending")
_COUNTED = ("site_words", "text_words")
_WORDS = ("colophon", "this_page", "authors", "picture_verbs")
_LEADS = ("orders", "imperatives")  # at the start of a line
_WITHOUT_QUOTES = (TELLS, PAST, ED, PRESENT, SAID)
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        r".*\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|tonight|this week)\b",
        r"[•*·‣–-]\s",  # a point
        r"\(?(?:\d{1,2}|[a-z])[.)]\s",  # a numbered one
        r"(?:He|She|It|They|This|That|These|But|And|His|Her|Their|Both)\b",  # goes on
        r"(?:The (?:two|three|four)|This|These) ",
        r"[A-ZÀ-Þ][A-ZÀ-Þ .'-]{2,}[^.]{0,40}?(?:—|--|-|–|:)\s",  # a dateline, a speaker
        r"[A-Z][\w ]{1,30}(?:, [^—–:]{2,30})?(?: \([^)]{2,25}\))? ?(?:—|--|–|:)\s",
        r".*[a-z][.!?] [A-Z“\"]",  # several sentences
        r"(?:[^.!?]*[.!?]\s)*(?:What|Why|How|Where|Who)\b[^.?!]*\.$",  # says what the article tells
        r".*[.!?][”\"’)]?\s?[-–—(\[/]{1,3}[\w. ]{2,30}[)\]/]?$",  # signed
        r".*(?:https?:|www\.|@)",
        r".*\|",
        r".*©",
    )
)
_I = re.compile(r"\b(?:I|[Mm]y|[Mm]e)\b")
_WE = re.compile(r"(?i)\b(?:we|our)\b|\bus\b")
_YOU = re.compile(r"(?i)\byour?s?\b")


@dataclass(frozen=True)
class Measured:
    """A page's lines, what is measured of them (lines, traits), how many words each has, what it speaks of, how many
    lines stand without a blank one between, which are bylines, and how they stood (lines, traits of layout)."""

    lines: Sequence[str]
    rows: NDArray[np.float32]
    words: Sequence[int]
    stems: Sequence[frozenset[str]]
    blocks: Sequence[int]
    is_byline: Sequence[bool]
    layout: NDArray[np.float32]


def traits(
    lines: Sequence[str],
    signed: Sequence[bool],
    repeated: Set[int],
    blocks: Sequence[int],
    layout: NDArray[np.float32],
) -> Measured:
    """A row of numbers for each line. ``signed`` says whether agencies or desks had set something behind it, which is
    taken off, ``repeated`` are the numbers of lines that others say again, ``blocks`` the numbers of lines that stand
    without a blank one between, in their order, ``layout`` says how lines stood."""
    marked = np.array([[is_signed, number in repeated] for number, is_signed in enumerate(signed)], dtype=np.float32)
    found = [(kind_of(line), _of_line(line)) for line in lines]  # one after the other: both remember what they ask
    kinds = [kind for kind, _ in found]
    own = np.array([row for _, row in found], dtype=np.float32)
    one_hot = np.array([[kind == name for name in _KINDS] for kind in kinds], dtype=np.float32)
    shown = np.hstack([one_hot, own[:, :_SHOWN_TO_NEIGHBOURS]])
    around = [shifted(shown, step) for step in range(-_REACH, _REACH + 1) if step]
    words, stems = [count_words(line) for line in lines], [stems_of(line) for line in lines]
    rows = np.hstack([marked, one_hot, own, _places(lines, own, kinds, blocks, words, stems), *around])
    return Measured(lines, rows, words, stems, blocks, own[:, _BYLINE].astype(bool).tolist(), layout)


_SHOWN_TO_NEIGHBOURS = 16  # the first of a line's own traits
_BYLINE = 7
_SIGNS = [_BYLINE, 8, 11, 12]  # of these: bylines, days, buttons, what announces other articles


def _of_line(line: str) -> list[float]:
    outside = QUOTED.sub("", line)
    words = count_words(line)
    letters = [word for word in line.split() if word[0].isalpha()]
    return [
        words,
        STRONG_END.search(line) is not None,
        is_prose(line),
        may_have_verb(line),
        TELLS.search(outside) is not None,
        line.endswith("?"),
        line.endswith((":", ",")),
        is_byline(line),
        is_date_line(line),
        are_names(line),
        line.isupper(),
        *(phrases(group).fullmatch(line.rstrip(" :")) is not None for group in ("tools", "list", "summary")),
        line[0] in "\"“'‘«",
        line[-1] in "\"”'’»",
        math.log1p(words),
        len(line),
        *(
            phrases(group).fullmatch(line) is not None
            for group in ("label", "line", "caption", "ending", "picture_labels")
        ),
        *(pattern.search(outside) is not None for pattern in _WITHOUT_QUOTES),
        VERB.search(outside.lower()) is not None,
        QUOTED.search(line) is not None,
        line.endswith(("…", "...")),
        *(pattern.search(outside) is not None for pattern in (_I, _WE, _YOU)),
        *(len(words_of(group).findall(outside)) for group in _COUNTED),
        *(words_of(group).search(outside) is not None for group in _WORDS),
        *(words_of(group).match(outside) is not None for group in _LEADS),
        *(shape.match(line[:_LOOKED_AT]) is not None for shape in _SHAPES),
        BRACKETED.fullmatch(line) is not None,
        line[:1].islower(),
        sum(word[0].isupper() for word in letters) / max(1, len(letters)),
        sum(mark.isdigit() for mark in line) / len(line),
        sum(mark.isalpha() for mark in line) / len(line),
    ]


_LOOKED_AT = 400  # characters of a line, whose shape is looked at


def _places(
    lines: Sequence[str],
    shapes: NDArray[np.float32],
    kinds: Sequence[str],
    blocks: Sequence[int],
    words: Sequence[int],
    stems: Sequence[frozenset[str]],
) -> NDArray[np.float32]:
    count = len(lines)
    is_core = [kind == "prose" and size >= _CORE_WORDS for kind, size in zip(kinds, words, strict=True)]
    spoken = Counter(stem for own, core in zip(stems, is_core, strict=True) if core for stem in own)
    prose = [size if kind == "prose" else 0 for size, kind in zip(words, kinds, strict=True)]
    above = [0, *accumulate(prose)]
    total = above[-1]
    prose_lines = [0, *accumulate(int(size > 0) for size in prose)]
    before = _last_seen(range(count), lambda number: prose[number] > 0)
    after = [count - 1 - seen if seen >= 0 else -1 for seen in reversed(_last_seen(
        range(count), lambda number: prose[count - 1 - number] > 0
    ))]  # fmt: skip
    signs = [
        *shapes[:, _SIGNS].T.astype(bool).tolist(),
        [kind == "ending" for kind in kinds],
        [kind == "caption" for kind in kinds],
    ]
    seen = [[0, *accumulate(map(int, sign))] for sign in signs]
    first_end = next((number for number, is_end in enumerate(signs[4]) if is_end), None)
    last_end = _last_seen(range(count), lambda number: signs[4][number])
    sizes = [(size, place) for size in blocks for place in range(size)]
    alike = Counter(lines)
    usual = median([size for size, core in zip(words, is_core, strict=True) if core] or [0])
    cores = sum(is_core)
    alone = sum(core and size == 1 for core, (size, _) in zip(is_core, sizes, strict=True)) / max(1, cores)
    rows = []
    for number, own in enumerate(stems):
        mine = 1 if is_core[number] else 0
        shared = sum(spoken[stem] > mine for stem in own)
        upper, lower = before[number], after[number]
        until = lower if lower >= 0 else min(count, number + 5)
        size, place = sizes[number]
        rows.append([
            shared, sum(spoken[stem] > mine + 1 for stem in own), shared / max(1, len(own)), len(own),
            len(own & stems[upper]) if upper >= 0 else _ABSENT, len(own & stems[lower]) if lower >= 0 else _ABSENT,
            len(own & stems[lower]) / max(1, len(own)) if lower >= 0 else _ABSENT,
            above[number], total - above[number + 1], above[number] / max(1, total),
            prose_lines[number], prose_lines[-1] - prose_lines[number + 1],
            number - upper if upper >= 0 else _FAR, lower - number if lower >= 0 else _FAR,
            number, count - number, number / count, cores,
            *(one[number] > one[upper + 1] for one in seen),
            *(one[until] > one[number + 1] if until > number else 0.0 for one in seen),
            *(one[number] > 0 for one in seen[:2]), seen[0][min(count, number + 6)] > seen[0][number],
            seen[4][number], above[number] - above[first_end] if first_end is not None and first_end < number else
            _ABSENT, number - last_end[number] if last_end[number] >= 0 else _ABSENT,
            place == 0, place == size - 1, size, alike[lines[number]], _is_within_another(lines, number),
            max(words[max(0, number - 3) : number], default=0), max(words[number + 1 : number + 4], default=0),
            words[upper] if upper >= 0 else 0, words[lower] if lower >= 0 else 0, usual, alone,
        ])  # fmt: skip
    return np.array(rows, dtype=np.float32)


def _last_seen(numbers: Iterable[int], is_one: Callable[[int], bool]) -> list[int]:
    """For each number the last one before it that is one; -1 where there is none."""
    seen, last = [], -1
    for number in numbers:
        seen.append(last)
        last = number if is_one(number) else last
    return seen


def _is_within_another(lines: Sequence[str], number: int) -> bool:
    """Whether a line near by holds this one whole and says more."""
    bare = lines[number].strip("\"“”'‘’«». ").lower()
    near = lines[max(0, number - _NEAR) : number + _NEAR + 1]
    return count_words(bare) > 3 and any(len(one) > len(lines[number]) and bare in one.lower() for one in near)


def shifted(rows: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """The rows of the lines ``step`` further down."""
    out = np.full_like(rows, _ABSENT)
    if abs(step) < len(rows):
        if step > 0:
            out[:-step] = rows[step:]
        else:
            out[-step:] = rows[:step]
    return out
