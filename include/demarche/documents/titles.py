"""The title of a page in plain text, chosen among the lines above its article by a small model.

Rules of `headings` are the first opinion; boosted trees (fitted by `training/titles.py`) are told it beside what can be
measured of each line: its shape, what the article makes of its words, and what stands around it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from demarche.documents.headings import find_title as by_rules
from demarche.documents.headings import may_be_title, without_label, without_tag
from demarche.documents.lines import BRACKETED, Page, is_date_line, kind_of, phrases
from demarche.documents.moments import days_in
from demarche.documents.names import NAME_LINE, are_names, is_byline
from demarche.documents.sentences import PAST, PRESENT, STRONG_END, VERB, binding_words, count_words, stems_of
from demarche.documents.traits import shifted
from demarche.trees import load

MODEL_FILE = "model/titles.npz"
MOST_LINES = 60  # above an article that may be its title, the nearest; as many as the longest menus have
_REACH = 3  # lines above and below of which a line is told
_LOOKED_AT = 300  # characters of a line; no title is longer
_FIRST, _WHOLE = 6, 40  # paragraphs whose words are compared with a line's
_AROUND = 200  # lines above the article that rules are asked about, and in which a title's words are counted
_ECHO = 0.34  # of a line's words that come back in the article, where it speaks of that
_ABSENT = -1.0
_FAR = 99.0
_LEAST, _LEAST_ALONE = 0.1, 0.3  # how probable a line must be, where the rules find a title, and where they find none

_KINDS = ("prose", "short", "furniture", "caption", "ending")
_PHRASES = ("line", "tools", "list", "label", "caption", "ending", "summary")
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        r".*\s(?:\||·|•|>|»|›|::|//|—|–|-)\s",
        r"[>»›•*·#^\[(]",
        r".*[\[(][^\[\]()]{1,40}[\])]$",
        r".*(?:©|\([cC]\)|[Cc]opyright)",
        r".*(?:https?:|www\.|[a-z\d]{3}\.[a-z]{2,8}\b|@)",
        r"[^:]{2,30}:\s",
        r".*[“\"‘']",
        r".*[A-Z]{2,}[^A-Z]",
        r".*\d{1,2}:\d\d",
        r".*\b(?:19|20)\d\d\b",
        r"(?i).*\b(?:no|nr|vol|issue|edition)\b\.? ?[\dIVXLC]+",
        r"(?i).*\b(?:since|founded|established|voice|independent|newspaper|newsletter|journal|magazine|weekly|daily)\b",
        r"(?i).*\b(?:ministry|department|office|embassy|agency|service|bulletin|gazette|secretariat)\b",
        r"\W*\d",
        r".*[-_=*.~─]{4,}",
    )
)
_OWNED = re.compile(r"(?i)©|\(c\)|copyright|https?:|www\.|@|all rights|(?-i:[a-z\d]{3}\.[a-z]{2,8}\b)")


def find_title(page: Page) -> tuple[str | None, str | None]:
    """The title, without tag and section, and the line above the article that holds it; None where there is none."""
    lines = page.head[-MOST_LINES:]
    if not lines:
        return None, None
    said = by_rules(replace(page, head=page.head[-_AROUND:]))
    return chosen(lines, said, load(MODEL_FILE).probabilities(measured(page, said)))


def chosen(
    lines: Sequence[str], by_rules: str | None, probabilities: NDArray[np.float64]
) -> tuple[str | None, str | None]:
    """What is the title by ``probabilities`` (lines), and its line; that of the rules where none is probable."""
    best = int(probabilities.argmax())
    if probabilities[best] < (_LEAST if by_rules else _LEAST_ALONE):
        line = next((line for line in lines if by_rules and by_rules in line), None)
        return by_rules, line
    return _tidied(lines[best], lines), lines[best]


_SECTION = re.compile(r"^[^\W\d_][\w&’']{1,20}(?: [\w&’']{1,20}){0,2}\s[│|/»›>]\s(?=\S+(?: \S+){3})")
_LEFT_OVER = re.compile(r"^[\^<>~│|]+\s*|\s*[<│|]+$")  # a wire's marks, the frame of a table


def _tidied(line: str, lines: Sequence[str]) -> str:
    """The title that a line holds, as it is written elsewhere above the article if here it is all capitals."""
    title = without_label(_SECTION.sub("", _LEFT_OVER.sub("", line), count=1)) or line
    if title.isupper():
        bare = (without_label(other) for other in lines if not other.isupper())
        return next((other for other in bare if other.casefold() == title.casefold()), title)
    return title


def measured(page: Page, by_rules: str | None) -> NDArray[np.float32]:
    """A row of numbers for each of the last lines above the article (lines, traits). ``by_rules`` is the title that the
    rules find."""
    lines = [line[:_LOOKED_AT] for line in page.head[-MOST_LINES:]]
    first, whole = (stems_of(" ".join(page.paragraphs[:count])) for count in (_FIRST, _WHOLE))
    around = (*page.head[-_AROUND:], *page.inner[:_WHOLE], *page.tail[:_WHOLE])
    site = stems_of(" ".join(line[:_LOOKED_AT] for line in around if _OWNED.search(line[:_LOOKED_AT])))
    elsewhere = Counter(stem for line in around for stem in stems_of(line[:_LOOKED_AT]))
    own = np.array([_of_line(line) for line in lines], dtype=np.float32)
    stems = [stems_of(without_label(line)) for line in lines]
    spoken = np.array([_shared(one, first) + _shared(one, whole) for one in stems], dtype=np.float32)
    others = Counter(around)
    bare = [line.casefold() for line in around]
    signs = {
        "byline": [is_byline(line) or are_names(line) for line in lines],
        "date": [is_date_line(line) or bool(days_in(line)) for line in lines],
        "furniture": [kind_of(line) == "furniture" for line in lines],
        "may_be": [may_be_title(line) for line in lines],
    }
    count = len(lines)
    echoed = [number for number in range(count) if spoken[number, 1] >= _ECHO and signs["may_be"][number]]
    places = []
    for number, line in enumerate(lines):
        chosen = by_rules is not None and without_label(line) == by_rules
        size = len(stems[number])
        places.append([
            number, count - number, number / count, count,
            *(_next(sign, number, 1) for sign in signs.values()),
            *(_next(sign, number, -1) for sign in signs.values()),
            *(sum(sign[number + 1 :]) for sign in signs.values()),
            *(sum(sign[:number]) for sign in signs.values()),
            chosen, without_label(line) != without_tag(line), signs["may_be"][number], number in echoed,
            echoed[:1] == [number], echoed[-1:] == [number],
            sum(one < number for one in echoed), sum(one > number for one in echoed),
            spoken[number, 0] - spoken[:, 0].max(), spoken[number, 1] - spoken[:, 1].max(),
            others[line], sum(line.casefold() in one for one in bare) if len(line) > 10 else 0,
            len(stems[number] & site), len(stems[number] & site) / max(1, size), size,
            sum(elsewhere[stem] > 1 for stem in stems[number]) / max(1, size),
            max((len(stems[number] & one) for place, one in enumerate(stems) if place != number), default=0),
            len(stems[number] & stems[number + 1]) if number + 1 < count else _ABSENT,
        ])  # fmt: skip
    placed = np.array(places, dtype=np.float32)
    shown = np.hstack([own[:, :_SHOWN], spoken])
    return np.hstack([own, spoken, placed, *(shifted(shown, step) for step in range(-_REACH, _REACH + 1) if step)])


def _shared(stems: frozenset[str], said: frozenset[str]) -> list[float]:
    """How many of a line's words the article has, and which share of them."""
    return [len(stems & said), len(stems & said) / max(1, len(stems))]


def _of_line(line: str) -> list[float]:
    words = line.split()
    letters = [word for word in words if word[0].isalpha()]
    kind = kind_of(line)
    named = NAME_LINE.fullmatch(line)
    return [
        count_words(line), STRONG_END.search(line) is not None, line.isupper(), is_byline(line), is_date_line(line),
        are_names(line), *(kind == name for name in _KINDS),
        sum(word[0].isupper() or word.lower() in binding_words() for word in letters) / max(1, len(letters)),
        VERB.search(line) is not None, math.log1p(len(line)),
        line.endswith("?"), line.endswith((":", ",")), line[:1].islower(), named is not None,
        PAST.search(line) is not None, PRESENT.search(line) is not None, BRACKETED.fullmatch(line) is not None,
        *(phrases(group).fullmatch(line.rstrip(" :")) is not None for group in _PHRASES),
        *(shape.match(line) is not None for shape in _SHAPES),
        len(days_in(line)),
        sum(mark.isdigit() for mark in line) / max(1, len(line)),
        sum(mark.isalpha() for mark in line) / max(1, len(line)),
        sum(word.lower() in binding_words() for word in words) / max(1, len(words)),
        sum(word[0].isupper() for word in letters) / max(1, len(letters)),
        max(map(len, words), default=0),
    ]  # fmt: skip


_SHOWN = 14  # the first of a line's own traits, which its neighbours are told


def _next(signs: Sequence[bool], number: int, step: int) -> float:
    """How many lines further down, or up, the next sign stands."""
    stop = len(signs) if step > 0 else -1
    return next((abs(place - number) for place in range(number + step, stop, step) if signs[place]), _FAR)
