"""How an article flows: what its paragraphs take up of one another, which a standfirst, a caption or an offer doesn't.

A standfirst says what the first paragraph says again; that one introduces everybody anew, with first name, office and
day, where a second paragraph would have surnames and pronouns. Captions and pull quotes repeat one paragraph, notes on
authors name who signed the page, and of what a colon announces all is the article's or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from demarche.documents.sentences import QUOTED, SAID, STRONG_END

Numbers = NDArray[np.float64]
Names = list[tuple[str, ...]]
"""The names in a line, each as its words in small letters."""

_SURE, _LIKELY, _MAYBE, _UNLIKELY = 0.8, 0.5, 0.3, 0.2  # how probable a line is its article's
_ABSENT = -1.0  # where no line is there
_NONE = -9.0  # the logit of a line that isn't there
_FAR = 99.0  # lines away, where none is there
_CROSSHEAD_WORDS = 9
_FEWEST_WORDS = 5  # of a paragraph
_NEAR = 3  # paragraphs that are near
_LOOKED_AT = 400  # characters of a line, whose names are looked for

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_OF_NAMES = r"(?:al|bin|da|de|del|den|der|di|dos|du|el|la|le|van|von)"
_NAME = re.compile(rf"{_CAPITAL}[\w’'.-]*[^\W\d_](?: (?:{_OF_NAMES} )?{_CAPITAL}[\w’'.-]*[^\W\d_])*")
_BEGINS = re.compile(r"(?:^|[.!?:;—–(|“\"‘-])\W*$")
_WORD = re.compile(r"\w{4,}")
_OPENINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[A-ZÀ-Þ][A-ZÀ-Þ .,'/-]{2,40}(?:\([^()]{2,25}\))?,? ?[^.]{0,30}?(?:—|--|-|–|:)\s",  # a dateline
        r"[A-ZÀ-Þ][A-ZÀ-Þ’'-]+(?: [A-ZÀ-Þ’'-]{2,}){0,4} [a-zà-ÿ]",  # the first words are set in capitals
        r"(?:He|She|It|They|This|That|These|Those|But|And|His|Her|Their|Its|Both|Yet|So|Still|There|Then|Another)\b",
        r"The\b",
        r"(?:An?|One|Two|Three|Some|Several|More|Most)\b",
        r"[“\"‘'«]",
    )
)
_TOLD = (
    re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b(?:yester|to)day\b|\b(?:last|to)night\b"),
    SAID,
    re.compile(r"\d"),
)


def flow(
    lines: Sequence[str],
    words: Sequence[int],
    stems: Sequence[frozenset[str]],
    is_byline: Sequence[bool],
    found: Numbers,
) -> NDArray[np.float32]:
    """A row of numbers for each line (lines, traits). ``words`` counts each line's, ``stems`` are what it speaks of,
    ``is_byline`` says which name authors, ``found`` how probable the first trees find it that a line is its article's
    (lines)."""
    found = np.clip(found, 1e-4, 1 - 1e-4)
    ended = [STRONG_END.search(line) is not None for line in lines]
    is_prose = [end and size >= _FEWEST_WORDS for end, size in zip(ended, words, strict=True)]
    text = [number for number, share in enumerate(found) if share > _LIKELY and is_prose[number]]
    before = np.searchsorted(text, np.arange(len(lines)))  # how many of the text's stand above each
    after = np.searchsorted(text, np.arange(len(lines)), side="right")
    above = [text[place - 1] if place else -1 for place in before]
    below = [text[place] if place < len(text) else -1 for place in after]
    openings = [_opening(line) for line in lines]
    names = [_names(line[:_LOOKED_AT]) for line in lines]
    rows = np.array([
        [
            *openings[number], *_of(openings, below[number]), *_of(openings, above[number]),
            *_taken_up(names, number, above[number], below[number]),
        ]
        for number in range(len(lines))
    ], dtype=np.float32)  # fmt: skip
    columns = [
        *_shared_names(lines, names, is_byline, found),
        *_repeated(lines, found, below),
        *_gaps(lines, ended, found),
        *_crossheads(lines, words, stems, ended, found, text),
    ]
    return np.hstack([rows, np.array(columns, dtype=np.float32).T])


def _opening(line: str) -> list[float]:
    outside = QUOTED.sub("", line)
    return [
        *(pattern.match(line) is not None for pattern in _OPENINGS),
        *(pattern.search(outside) is not None for pattern in _TOLD),
    ]


def _of(openings: Sequence[list[float]], number: int) -> list[float]:
    return openings[number] if number >= 0 else [_ABSENT] * (len(_OPENINGS) + len(_TOLD))


def _names(line: str) -> Names:
    """Runs of words with capitals, without single ones at the start of a sentence, which may be any word."""
    found = []
    for name in _NAME.finditer(line):
        parts = tuple(
            part.lower().removesuffix("’s").removesuffix("'s") for part in name[0].split() if part[0].isupper()
        )
        if len(parts) > 1 or (parts and not _BEGINS.search(line, max(0, name.start() - 3), name.start())):
            found.append(parts)
    return found


def _taken_up(names: Sequence[Names], number: int, above: int, below: int) -> list[float]:
    """How many of a line's names are full ones, and which the paragraphs around it take up, in short or in full."""
    own = names[number]
    before, after = (names[one] if one >= 0 else [] for one in (above, below))
    full, full_after = (sum(len(name) > 1 for name in some) for some in (own, after))
    return [
        full, len(own) - full, full_after, len(after) - full_after,
        _in_short(own, after), _in_short(before, own), _in_common(own, after), _in_common(before, own),
        sum(len(name) > len(one) and set(one) <= set(name) for name in after for one in own),
    ]  # fmt: skip


def _in_short(one: Names, later: Names) -> int:
    """Names that are given in full, and later otherwise by their last part."""
    last = {name[-1] for name in one if len(name) > 1}
    return sum(name[-1] in last and len(name) <= 2 and name not in one for name in later)


def _in_common(one: Names, other: Names) -> int:
    return len({part for name in one for part in name} & {part for name in other for part in name})


def _shared_names(
    lines: Sequence[str], names: Sequence[Names], is_byline: Sequence[bool], found: Numbers
) -> list[Numbers]:
    """Of a line's names, how many the article has elsewhere, and before, the rest of the page alone, nobody else, and
    those who sign it; and whether the line begins with one of these."""
    parts = [frozenset(part for name in own for part in name if len(part) > 1) for own in names]
    of_article, of_rest, signed = (
        _where(parts, flags) for flags in (found > _LIKELY, found <= _LIKELY, np.asarray(is_byline, dtype=bool))
    )
    rows = []
    for number, own in enumerate(parts):
        article = [part for part in own if of_article.get(part, set()) - {number}]
        rest = sum(bool(of_rest.get(part, set()) - {number}) for part in own.difference(article))
        signs = sum(bool(signed.get(part, set()) - {number}) for part in own)
        first = lines[number].lstrip("• *-_").split(" ", 1)[0].lower().rstrip(":,")
        count = max(1, len(own))
        rows.append((
            len(article), len(article) / count, sum(min(of_article[part]) < number for part in article),
            rest, rest / count, len(own) - len(article) - rest, signs, signs / count,
            bool(signed.get(first, set()) - {number}),
        ))  # fmt: skip
    return [*np.array(rows, dtype=float).T]


def _where(parts: Sequence[frozenset[str]], flags: NDArray[np.bool_]) -> dict[str, set[int]]:
    """The numbers of the flagged lines with each part of a name."""
    where: dict[str, set[int]] = {}
    for number in np.flatnonzero(flags).tolist():
        for part in parts[number]:
            where.setdefault(part, set()).add(number)
    return where


def _repeated(lines: Sequence[str], found: Numbers, below: Sequence[int]) -> list[Numbers]:
    """How much of a line's words the next paragraph has, all others, and the one that has most; how far that one is
    away; and how many pairs of words one has, and the next."""
    words = [_WORD.findall(line.lower()) for line in lines]
    pairs = [frozenset(pairwise(own)) for own in words]
    sets = [frozenset(own) for own in words]
    likely = [number for number, share in enumerate(found) if share > _MAYBE and len(sets[number]) >= _FEWEST_WORDS]
    said: dict[str, set[int]] = {}
    for number in likely:
        for word in sets[number]:
            said.setdefault(word, set()).add(number)
    rows = []
    for number, own in enumerate(sets):
        count, next_one = max(1, len(own)), below[number]
        most, where = max(((len(own & sets[other]), other) for other in likely if other != number), default=(0, number))
        elsewhere = sum(bool(said.get(word, set()) - {number, next_one}) for word in own)
        rows.append((
            len(own & sets[next_one]) / count if next_one >= 0 else _ABSENT, elsewhere / count,
            most / count, where - number,
            max((len(pairs[number] & pairs[other]) for other in likely if other != number), default=0),
            len(pairs[number] & pairs[next_one]) if next_one >= 0 else _ABSENT,
        ))  # fmt: skip
    return [*np.array(rows, dtype=float).T]


def _gaps(lines: Sequence[str], ended: Sequence[bool], found: Numbers) -> list[Numbers]:
    """Of the lines between two sentences that surely are the article's: how many there are, what is thought of them, a
    line's place, whether there is a second such sentence; and how far above a colon announces them, and what is thought
    of the lines since."""
    logits = np.log(found / (1 - found))
    is_sure = (found > _SURE) & np.asarray(ended)
    gap = np.cumsum(is_sure)  # lines of a gap share their number with the sure one above them
    count = int(gap[-1]) + 1
    size = np.bincount(gap, ~is_sure, minlength=count)
    mean = np.bincount(gap, np.where(is_sure, 0.0, logits), minlength=count) / np.maximum(1, size)
    high, low = np.full(count, _NONE), np.full(count, -_NONE)
    np.maximum.at(high, gap[~is_sure], logits[~is_sure])
    np.minimum.at(low, gap[~is_sure], logits[~is_sure])
    place = np.arange(len(lines)) - np.searchsorted(gap, gap)
    since, lowest = np.full(len(lines), _FAR), np.full(len(lines), _NONE)
    colon: int | None = None
    for number, line in enumerate(lines):
        if colon is not None:
            since[number] = number - colon
            lowest[number] = logits[colon + 1 : number].min(initial=-_NONE)
        if line.endswith(":") and found[number] > _LIKELY:
            colon = number
        elif is_sure[number]:
            colon = None
    is_within = (gap > 0) & (gap < count - 1)
    return [size[gap], mean[gap], high[gap], low[gap], place.astype(float), size[gap] - place, since, lowest,
            is_within.astype(float)]  # fmt: skip


def _crossheads(
    lines: Sequence[str],
    words: Sequence[int],
    stems: Sequence[frozenset[str]],
    ended: Sequence[bool],
    found: Numbers,
    text: Sequence[int],
) -> list[Numbers]:
    """What a line shares with the paragraphs below it and with those above, and how far its capitals differ from those
    of the article's short lines, and of the rest's."""
    capitals = np.array([_capitals(line) for line in lines])
    is_short = (np.asarray(words) <= _CROSSHEAD_WORDS) & ~np.asarray(ended)
    rows = []
    for number, own in enumerate(stems):
        at = int(np.searchsorted(text, number))
        after = frozenset().union(*(stems[one] for one in text[at : at + _NEAR] if one != number))
        before = frozenset().union(*(stems[one] for one in text[max(0, at - _NEAR) : at]))
        rows.append((len(own & after), len(own & before)))
    of_article, of_rest = (
        _mean_of_others(capitals, is_short & among) for among in (found > _LIKELY, found < _UNLIKELY)
    )
    return [*np.array(rows, dtype=float).T, np.abs(capitals - of_article), np.abs(capitals - of_rest), capitals]


def _capitals(line: str) -> float:
    """The share of a line's longer words behind its first that begin with a capital; 2 where all is in capitals."""
    if line.isupper():
        return 2.0
    rest = [word for word in line.split()[1:] if word[0].isalpha() and len(word) > 3]
    return sum(word[0].isupper() for word in rest) / len(rest) if rest else 0.5


def _mean_of_others(values: Numbers, among: NDArray[np.bool_]) -> Numbers:
    count = among.sum() - among
    return np.where(count > 0, (values[among].sum() - np.where(among, values, 0)) / np.maximum(1, count), _NONE)
