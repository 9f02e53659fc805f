"""The main text that an extractor cut out of a web page, without the labels, repeats and credits that it left in it."""

from __future__ import annotations

from itertools import takewhile

from demarche.documents.furniture import (
    BEGUN_WORDS,
    MAX_LABEL_LENGTH,
    find_portraits,
    find_quoted_again,
    find_repeated,
    resumes,
    without_agency_tails,
)
from demarche.documents.lines import addresses_reader, is_date_line, kind_of, phrases
from demarche.documents.names import is_byline
from demarche.documents.sentences import SENTENCE_END, STRONG_END, count_words

_EDGE_LINES = 4  # at either end of a main text, where extractors leave what stands around it


def without_labels(lines: list[str], title: str | None, byline: str | None = None) -> tuple[list[str], tuple[str, ...]]:
    """The paragraphs of a page whose main text is already found, without labels, repeats, credits, what comes behind
    its end, and at both ends without what can't be the article; and these."""
    lines, behind = _until_its_end(lines)
    if len(lines) > 1 and _is_lone_item(*lines[-2:]):
        lines, behind = lines[:-1], [lines[-1], *behind]
    repeated = find_repeated(lines) | find_quoted_again(lines)
    kept: list[str] = []
    out: list[str] = []
    edges = _edges(lines)
    captions = _captions(lines)
    for number, line in enumerate(lines):
        is_label = len(line) <= MAX_LABEL_LENGTH and (
            any(
                phrases(group).fullmatch(line.removeprefix("- "))
                for group in ("line", "tools", "summary", "label", "ending")
            )
            or is_byline(line)
            or is_date_line(line)
            or addresses_reader(line)
            or "©" in line
        )
        is_head = number < _EDGE_LINES and line in (title, byline)
        is_out = number in repeated or number in edges or number in captions or is_label or is_head
        (out if is_out else kept).append(line)
    paragraphs, tails = without_agency_tails(kept)
    portraits = find_portraits(paragraphs, byline)
    paragraphs = paragraphs[: len(paragraphs) - len(portraits)]
    is_whence = find_portraits(paragraphs[:1] * 4, byline) and count_words(paragraphs[0]) <= _WHENCE_WORDS
    whence = paragraphs[:1] if is_whence else []
    return paragraphs[len(whence) :], (*out, *whence, *tails, *portraits, *behind)


_WHENCE_WORDS = 25  # of "Ann Lee reported from Suva, and Bob Roe from Nadi." above a text


def _is_lone_item(before: str, line: str) -> bool:
    """Whether a line is a list of one item, and no sentence: a button."""
    return line.startswith("- ") and not before.startswith("- ") and not before.endswith(":") and _is_loose(line[2:])


_MOST_CAPTIONS = 0.2  # of a text; in a gallery they are the article


def _captions(lines: list[str]) -> set[int]:
    """Numbers of lines that are captions by their credits."""
    short = [(number, line) for number, line in enumerate(lines) if len(line) <= 2 * MAX_LABEL_LENGTH]
    found = {number for number, line in short if phrases("caption").fullmatch(line)}
    length = sum(len(lines[number]) for number in found)
    return found if length <= _MOST_CAPTIONS * sum(map(len, lines)) else set()


def _until_its_end(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before one that ends articles, as what readers wrote does, or an offer to read on; and those behind."""
    words = 0
    for number, line in enumerate(lines):
        is_label = words >= BEGUN_WORDS and len(line) <= 2 * MAX_LABEL_LENGTH
        if is_label and phrases("ending").fullmatch(line):
            near = lines[number : number + 6]
            if not resumes(near, [kind_of(one) for one in near], 0):
                start = number - 1 if _is_loose(lines[number - 1]) else number
                return lines[:start], lines[start:]
        words += count_words(line) if STRONG_END.search(line) else 0
    return lines, []


def _is_loose(line: str) -> bool:
    """A few words that end nowhere: a kicker, a standfirst, a name; no item of a list."""
    return not SENTENCE_END.search(line) and not line.startswith(("- ", "* ", "• ")) and kind_of(line) == "short"


def _edges(lines: list[str]) -> set[int]:
    """Numbers of lines before the first and behind the last that may belong to an article; few, or it is all."""
    edges: set[int] = set()
    for numbers in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        edge = set(takewhile(lambda number: _may_go(lines[number]), numbers))
        edges |= edge if len(edge) <= _EDGE_LINES else set()
    head = len(list(takewhile(lambda line: _may_go(line) or _is_loose(line), lines[: _EDGE_LINES + 1])))
    if head <= _EDGE_LINES and head < len(lines) and kind_of(lines[head]) == "prose":
        edges |= set(range(head))
    tail = len(list(takewhile(lambda line: _may_go(line) or _is_loose(line), lines[: -_EDGE_LINES - 2 : -1])))
    if 0 < tail <= _EDGE_LINES and tail < len(lines) and _may_go(lines[-tail]) and kind_of(lines[-tail - 1]) == "prose":
        edges |= set(range(len(lines) - tail, len(lines)))
    return edges


def _may_go(line: str) -> bool:
    is_long_prose = len(line) > 2 * MAX_LABEL_LENGTH and STRONG_END.search(line)
    return not is_long_prose and kind_of(line) in ("furniture", "ending")
