"""Plain text that was broken to fit a width: its lines are joined to paragraphs before anybody judges them.

No width is known, so that breaks have to show themselves: a sentence that stops in its middle and goes on below. Where
a block (lines without a blank one between) shows enough of these, how far they reach is how far a line must reach to be
taken for a broken one where nothing else tells: at the end of a sentence, or before a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby, pairwise

from demarche import codebook
from demarche.documents.lines import is_date_line
from demarche.documents.names import is_byline
from demarche.documents.sentences import may_have_verb

Line = tuple[int, str]
"""White space before a line, in columns, and its text."""

_NARROWEST, _WIDEST = 30, 140  # columns: of a newspaper's column, and of the widest mail or terminal
_PROVEN_SHARE = 0.3  # of a block's lines that end no sentence; names hide the others, lists show hardly any
_PROVEN_SHARE_OF_ENDED = 0.2  # as many as there are where every line ends one: there, lines are paragraphs
_FEW = 3  # breaks of a block that may all stand before names by chance
_FEW_PROVEN = 2  # of a page: fewer may be chance
_LONG = 0.7  # of the width: how far lines reach that were broken unevenly
_UNEVEN = 15  # columns by which lines of one text differ
_LONGER_THAN_TITLES = 45  # characters, of a title in few words
_LONGER_THAN_MOST = 90  # of those in many
_LONG_WORD = 10  # characters
_SHORT = 0.5  # of the width: a line that ends before was not broken to fit it

_MOST_BETWEEN = 8  # lines between two printed pages
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?i)\W*(?:page |p\. ?|- ?)?0(?: ?(?:of|/) ?0)?\W*")

_CONTINUES = re.compile(r"(?i).{0,60}\b(?:from|on) page 0\W*|[^a-z]{0,80}\b(?-i:FROM|CONTINUED|CONT)\b[^a-z]{0,40}")

_ENDED = re.compile(r"[.!?…:;][\"”’')\]»]*$")
_OPENS_LOWER = re.compile(r"[\"“‘'(\[]?[a-zß-öø-ÿ]")
_LABEL = re.compile(r"[a-z][\w ]{0,20}\s?:\s?(?:\d|https?:|www\.)")  # "views: 1264"
_FIELD = re.compile(r"(?i)[a-z]{3,14}\s?:\s")  # of a record: "author: Ann Lee"
_LABELLED = re.compile(r"[^\W\d_a-zß-öø-ÿ]\w+(?: \w+)?\s?:\s?\S")  # "Published: 8 May"
_BYLINE = re.compile(r"(?:[Bb]y|BY) [^\W\d_a-zß-öø-ÿ].*(?<!,)")
_BULLET = re.compile(r"(?:[-–—*+•·‣◦▪●○►]|\(?(?:\d{1,2}|[a-z])[.)])\s+\S")


def is_item(line: str) -> bool:
    """Whether a line begins as those of a list do."""
    return _BULLET.match(line) is not None


def unwrap(lines: Sequence[Line]) -> list[str]:
    """The paragraphs: lines joined where they were broken, as they are where they weren't; no blank ones."""
    return [paragraph for block in unwrapped_blocks(lines) for paragraph in block]


def unwrapped_blocks(lines: Sequence[Line]) -> list[list[str]]:
    """The paragraphs of ``unwrap``, block by block: what stands without a blank line between."""
    spaced = _over_pages(lines)
    lines = _single_spaced(spaced)
    was_spaced = len(lines) < len(spaced)
    lines = _with_initials(lines)
    blocks = [list(block) for is_filled, block in groupby(lines, key=lambda line: bool(line[1])) if is_filled]
    wrapped = [_is_wrapped(block) for block in blocks]
    proven = [pair for block, known in zip(blocks, wrapped, strict=True) if known for pair in _proven(block)]
    if not proven:  # a page without blank lines may hide its article among its lists
        proven = [pair for block in blocks for pair in _proven(block) if _OPENS_LOWER.match(pair[1][1])]
        if len(proven) < _FEW_PROVEN:
            return [[text for _, text in block] for block in blocks]
    width = _width(proven)
    widest = max(_reach(line, after) for line, (_, after) in proven) + _LONG_WORD
    return [
        _joined(block, width, is_sure=known or was_spaced or _may_be_wrapped(block, widest))
        for block, known in zip(blocks, wrapped, strict=True)
    ]


_FEW_SPACED = 2  # broken lines of a page with a blank line behind each; fewer may be chance
_MOST_UNSPACED = 0.15  # of its lines


def _single_spaced(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines of a page on which a blank one follows each, without these."""
    filled = [line for line in lines if line[1]]
    if len(filled) < _FEW_SPACED or len(lines) < (2 - _MOST_UNSPACED) * len(filled) - 1:
        return lines
    unspaced = sum(1 for (_, text), (_, after) in pairwise(lines) if text and after)
    if unspaced > _MOST_UNSPACED * len(filled):
        return lines
    broken = sum(
        1
        for (_, text), (_, after) in pairwise(filled)
        if _NARROWEST <= len(text) <= _WIDEST and _OPENS_LOWER.match(after) and _runs_on(text, after)
    )
    if broken < _FEW_SPACED:
        return lines
    before = [("", False), *((text, True) for _, text in lines)]
    return [line for line, (above, _) in zip(lines, before, strict=False) if line[1] or not above]


_INITIAL = re.compile(r"[\"“‘']?[^\W\d_a-zß-öø-ÿ]")


def _with_initials(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines with an initial that was set large, and so stands on a line of its own, before its word."""
    if not any(len(text) <= 2 and _INITIAL.fullmatch(text) for _, text in lines):
        return lines
    text = " ".join(text.lower() for _, text in lines)
    kept: list[Line] = []
    for indent, line in lines:
        above = kept[-1][1] if kept else ""
        first = _bare(line.split(" ", 1)[0])
        if _INITIAL.fullmatch(above) and len(line) >= _NARROWEST and line[0].isalpha() and not line[0].isupper():
            is_word = above in ("A", "I") and f" {above.lower()}{first} " not in text and f" {first} " in text
            kept[-1] = (kept[-1][0], f"{above}{' ' if is_word else ''}{line}")
        else:
            kept.append((indent, line))
    return kept


def _over_pages(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without what stands between two printed pages, their numbers and running titles, where a sentence goes
    on behind it."""
    shapes = [_DIGITS.sub("0", text) for _, text in lines]
    counts = Counter(shape for shape in shapes if shape)
    is_running = [bool(shape) and (counts[shape] > 1 or _PAGE_NUMBER.fullmatch(shape) is not None) for shape in shapes]
    kept: list[Line] = []
    number = 0
    while number < len(lines):
        end = number
        while (
            end < len(lines)
            and end - number <= _MOST_BETWEEN
            and (is_running[end] or not shapes[end] or (end > number and _CONTINUES.fullmatch(shapes[end])))
        ):
            end += 1
        is_inside = any("0" in shape for shape in shapes[number:end]) and kept and end < len(lines)
        if is_inside and not _ENDED.search(kept[-1][1]) and _OPENS_LOWER.match(lines[end][1]):
            number = end
        kept.append(lines[number])
        number += 1
    return kept


def _is_wrapped(block: Sequence[Line]) -> bool:
    """Whether sentences go on below in most lines that end none, and the lines that end one aren't too many."""
    lines = [text for _, text in block[:-1] if _NARROWEST <= len(text) <= _WIDEST]
    too_long = sum(1 for _, text in block if len(text) > _WIDEST)
    ended = sum(1 for text in lines if _ENDED.search(text))
    proven = sum(1 for _ in _proven(block))
    return proven > max(too_long, _PROVEN_SHARE * (len(lines) - ended), _PROVEN_SHARE_OF_ENDED * ended)


def _may_be_wrapped(block: Sequence[Line], widest: int) -> bool:
    """Whether a block on a page of broken lines may be one of them, although its few breaks don't show it."""
    return len(block) <= _FEW + 1 and all(indent + len(text) <= widest for indent, text in block)


def _proven(block: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Neighbours of which the second must go on with the first one's sentence; in a few lines, those that may."""
    are_few = len(block) <= _FEW + 1
    for line, following in pairwise(block):
        text, after = line[1], following[1]
        if _NARROWEST <= len(text) <= _WIDEST and (
            _runs_on(text, after) or (are_few and _may_run_on(text, after, block))
        ):
            yield line, following


def _width(proven: Sequence[tuple[Line, Line]]) -> int:
    """What a line and the next word must exceed together: the longest line, less where lines were broken unevenly."""
    longest = sorted(indent + len(text) for (indent, text), _ in proven)
    reaches = sorted(_reach(line, after) for line, (_, after) in proven)
    return min(longest[len(longest) * 19 // 20], reaches[len(reaches) // 10] - 1)


def _reach(line: Line, after: str) -> int:
    """Columns that a line would have taken with the word after it."""
    indent, text = line
    return indent + len(text) + 1 + len(after.split(" ", 1)[0])


def _joined(block: Sequence[Line], width: int, *, is_sure: bool) -> list[str]:
    """The paragraphs of a block; where nothing says that it was broken, lines among which a sentence goes on."""
    runs: list[list[str]] = []
    margin = min(indent for indent, _ in block)
    in_list = bool(_BULLET.match(block[0][1]))
    for line, (indent, after) in zip([(0, ""), *block], block, strict=False):
        text = line[1]
        in_list = bool(_BULLET.match(text)) or (in_list and indent > margin)
        is_indented = indent > margin and not in_list
        is_site = len(runs) == 1 and len(runs[0]) == 1 and " " not in text  # its name, above what it says of itself
        shortest = 0 if is_sure and not is_site and _runs_on(text, after) else _SHORT * width
        if len(text) >= shortest and _was_broken(line, after, width, block, is_indented=is_indented):
            runs[-1].append(after)
        else:
            runs.append([after])
    paragraphs: list[str] = []
    for run in runs:
        if is_sure or any(_OPENS_LOWER.match(after) and not _ENDED.search(text) for text, after in pairwise(run)):
            end = _last_end(run)
            paragraphs += [_mended(part) for part in (run[:end], run[end:]) if part]
        else:
            paragraphs += run
    return paragraphs


_LOOSE_WORDS = 20


def _last_end(run: Sequence[str]) -> int:
    """Lines up to the last that ends a sentence, if what is behind it tells nothing: a caption, a reference."""
    end = next((number for number in range(len(run), 0, -1) if _ENDED.search(run[number - 1])), 0)
    rest = " ".join(run[end:])
    is_loose = 0 < end < len(run) and len(rest.split()) <= _LOOSE_WORDS and rest[:1].isupper()
    return end if is_loose and not may_have_verb(rest) else len(run)


def _was_broken(line: Line, after: str, width: int, block: Sequence[Line], *, is_indented: bool) -> bool:
    text = line[1]
    if len(text) > _WIDEST or not any(mark.isalpha() for mark in text):
        return False
    if after == block[-1][1] and not _ENDED.search(after) and is_byline(after):
        return False
    is_full = _reach(line, after) > width
    if _BULLET.match(after):  # a dash or a day of the month may stand there too
        return is_full and not _ENDED.search(text)
    if _stands_alone(after, width) or (_opens_sentence(after) and not _ENDED.search(text)):
        return False  # what is above is a title
    may_have_been = (is_full and not text.endswith(":")) or _may_run_on(text, after, block, width)
    return _runs_on(text, after) or (may_have_been and not is_indented)


def _stands_alone(line: str, width: int) -> bool:
    """Whether a short line is a byline or a date, as they stand below titles."""
    if _LABELLED.match(line) and is_date_line(line):
        return True
    if len(line) > _SHORT * width or _ENDED.search(line):
        return False
    return _BYLINE.fullmatch(line) is not None or is_date_line(line)


def _opens_sentence(line: str) -> bool:
    """Whether a line begins like "The ministers", which no name does."""
    first, _, rest = line.partition(" ")
    return first.istitle() and first.lower() in _words("binding") and rest[:1].islower()


def _runs_on(text: str, after: str) -> bool:
    """Whether a sentence stops in its middle: before a small letter, or behind a comma or a word that ends none."""
    if _ENDED.search(text) or _BULLET.match(after) or _LABEL.match(after) or _stands_alone(after, len(text)):
        return False
    if _FIELD.match(text) and _FIELD.match(after):
        return False
    if text.isupper() and _OPENS_LOWER.match(after):
        return False  # a heading, or the name of the site
    is_name = " " not in after and not _ENDED.search(after) and _bare(after) not in _words("binding")  # of a site
    if _OPENS_LOWER.match(after) and not is_name:
        return True
    if text.endswith(",") or _ends_in_hyphen(text):
        return True
    if _bare(text.rsplit(" ", 1)[-1]) in _words("binding"):
        return True
    return after.isupper() and _bare(after.split(" ", 1)[0]) in _words("continuing")


def _may_run_on(text: str, after: str, block: Sequence[Line], width: int = 0) -> bool:
    """Whether a line that ends no sentence, and isn't worded like a title, may go on in one that begins with a name.

    It needs a block that ends with a sentence, which lists of titles don't.
    """
    return (
        max(_LONGER_THAN_TITLES, _LONG * width) <= len(text) >= len(after) - _UNEVEN
        and not _ENDED.search(text)
        and not _BULLET.match(after)
        and not _BYLINE.fullmatch(after)
        and not _opens_sentence(after)
        and _ENDED.search(block[-1][1]) is not None
        and (len(text) > _LONGER_THAN_MOST or any(_bare(word) in _words("narrative") for word in text.split()))
    )


def _bare(word: str) -> str:
    return word.strip("\"“”‘’'()[],").lower()


@cache
def _words(group: str) -> frozenset[str]:
    return frozenset(codebook.document("furniture")["wrapping"][group])


# --- words broken at a hyphen ------------------------------------------------------------------------------------
def _mended(lines: Sequence[str]) -> str:
    """Lines as one. A hyphen at a break goes if it was put there, and stays in compounds and before names."""
    parts = [lines[0]]
    for text, after in pairwise(lines):
        if not _ends_in_hyphen(text):
            parts.append(" ")
        elif not _is_compound(text[:-1], after):
            parts[-1] = text[:-1]
        parts.append(after)
    return "".join(parts)


def _ends_in_hyphen(text: str) -> bool:
    return text.endswith(("-", "‐")) and text[-2:-1].isalnum()


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _is_compound(text: str, after: str) -> bool:
    head = text.rsplit(" ", 1)[-1]
    if f"{head}{after.split()[0]}".rstrip(".,").lower() in _WEEKDAYS:
        return False
    return (
        not (head.isalpha() and after[:1].islower())
        or head.lower() in _words("compound_heads")
        or re.split(r"[\W_]", after, maxsplit=1)[0] in _words("compound_tails")
    )
