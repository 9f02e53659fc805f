"""The main text that an extractor cut out of a web page, without the labels, repeats and credits that it left in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from demarche.documents.lines import addresses_reader, is_date_line, kind_of, phrases, words_of
from demarche.documents.moments import days_in
from demarche.documents.names import CLOCK, is_byline
from demarche.documents.sentences import QUOTED, SENTENCE_END, STRONG_END, count_words, stems_of

_LABELS = ("line", "tools", "summary", "label", "ending")
_EDGE_LINES = 4  # at either end of a main text, where extractors leave what stands around it


def without_labels(
    lines: list[str], title: str | None, byline: str | None = None, headlines: Sequence[str] = ()
) -> tuple[list[str], tuple[str, ...]]:
    """The paragraphs of a page whose main text is already found, without labels, repeats, credits, rows of prices, what
    comes behind its end, and at both ends without what can't be the article; and these. ``headlines`` are what the page
    shows as its title in other words."""
    lines, behind = _until_its_end(lines)
    lines, remarks = _until_remarks(lines)
    behind = [*remarks, *behind]
    if len(lines) > 1 and _is_lone_item(*lines[-2:]):
        lines, behind = lines[:-1], [lines[-1], *behind]
    repeated = find_repeated(lines) | find_quoted_again(lines)
    kept: list[str] = []
    out: list[str] = []
    offers = {number for number, line in enumerate(lines) if len(line) <= MAX_LABEL_LENGTH and addresses_reader(line)}
    edges = _edges(lines, frozenset())
    if own := _own_to_reader(lines, title) if offers or edges else frozenset():
        edges, offers = _edges(lines, own), offers - own
    captions, prices = _captions(lines), _prices(lines)
    heads = (title, byline, *headlines)
    for number, line in enumerate(lines):
        is_label = number in offers or (
            len(line) <= MAX_LABEL_LENGTH
            and (
                any(phrases(group).fullmatch(line.strip("-–—[] ")) for group in _LABELS)
                or is_byline(line)
                or is_date_line(line)
                or "©" in line
                or "ⓒ" in line
            )
        )
        is_head = (number < _EDGE_LINES or number >= len(lines) - _EDGE_LINES) and line in heads
        is_out = number in repeated or number in edges or number in captions or number in prices or is_label or is_head
        (out if is_out else kept).append(line)
    points = _points(kept)
    paragraphs, tails = without_agency_tails(kept[len(points) :])
    portraits = find_portraits(paragraphs, byline)
    paragraphs = paragraphs[: len(paragraphs) - len(portraits)]
    whence = [line for line in paragraphs[:2] if _says_whence(line, byline)]
    paragraphs = [line for number, line in enumerate(paragraphs) if number > 1 or line not in whence]
    return paragraphs, (*out, *points, *whence, *tails, *portraits, *behind)


_MOST_POINTS = 6
_TOLD_AGAIN = 0.6  # of what points speak of


def _points(paragraphs: list[str]) -> list[str]:
    """The points above a text that say beforehand what it says."""
    points = list(takewhile(lambda line: line.startswith("- ") and not STRONG_END.search(line), paragraphs))
    said = stems_of(" ".join(paragraphs[len(points) :]))
    stems = stems_of(" ".join(points))
    is_told = len(stems & said) >= _TOLD_AGAIN * len(stems)
    return points if 2 <= len(points) <= _MOST_POINTS and is_told else []


_SPEAKING_LINES = 2  # with "you" in them, that offer nothing: a text that speaks to its reader
_OF_TITLE, _OF_TEXT = 2, 4  # words that a sentence shares with either, and is the article's
_FIRST_PERSON = re.compile(r"(?i:\b(?:we|our|ours)\b)|\bus\b")


def _own_to_reader(lines: list[str], title: str | None) -> frozenset[int]:
    """Numbers of lines that speak to the reader, as offers of a page do, and are the article's: all, where the text
    speaks to its reader throughout, as advice does; else those of which title or text speaks. With "we" in them they
    are the article's only where others have it too, as in a letter."""
    outside = [QUOTED.sub("", line) for line in lines]
    found = [
        number
        for number, line in enumerate(lines)
        if words_of("second_person").search(outside[number]) or addresses_reader(line)
    ]
    offers = {number for number in found if addresses_reader(lines[number])}
    speaks_of_itself = sum(
        bool(_FIRST_PERSON.search(text)) for number, text in enumerate(outside) if number not in offers
    )
    sentences = [
        number
        for number in found
        if STRONG_END.search(lines[number])
        and (speaks_of_itself >= _SPEAKING_LINES or not _FIRST_PERSON.search(outside[number]))
        and not any(phrases(group).fullmatch(lines[number]) for group in _LABELS)
    ]
    if len([number for number in found if number not in offers]) >= _SPEAKING_LINES:
        return frozenset(sentences)
    of_title = stems_of(title or "")
    of_text = (
        stems_of(" ".join(line for number, line in enumerate(lines) if number not in offers)) if offers else of_title
    )
    return frozenset(
        number
        for number in offers.intersection(sentences)
        if len((stems := stems_of(lines[number])) & of_title) >= _OF_TITLE or len(stems & of_text) >= _OF_TEXT
    )


_WHENCE_WORDS = 25  # of "Ann Lee reported from Suva, and Bob Roe from Nadi." above a text


def _says_whence(line: str, byline: str | None) -> bool:
    """Whether a line says where those were who wrote."""
    return bool(find_portraits([line] * 4, byline)) and count_words(line) <= _WHENCE_WORDS


def _is_lone_item(before: str, line: str) -> bool:
    """Whether a line is a list of one item, and no sentence: a button."""
    return line.startswith("- ") and not before.startswith("- ") and not before.endswith(":") and _is_loose(line[2:])


_CHANGE = re.compile(r"\|\s*[+−–-]\s?\d+(?:[.,]\d+\s?%?|\s?%)\s*(?:\||$)")  # of a price, in a cell of its own
_FEWEST_PRICES = 3  # rows beside one another; a single one may be an example


def _prices(lines: list[str]) -> set[int]:
    """Numbers of lines that are rows of a table of prices: of stocks, of currencies."""
    found: set[int] = set()
    run: list[int] = []
    for number, line in enumerate([*lines, ""]):
        if _CHANGE.search(line):
            run.append(number)
            continue
        if len(run) >= _FEWEST_PRICES:
            is_headed = run[0] > 0 and " | " in lines[run[0] - 1]
            found.update(run, [run[0] - 1] if is_headed else [])
        run = []
    return found


_MOST_CAPTIONS = 0.2  # of a text; in a gallery they are the article


def _captions(lines: list[str]) -> set[int]:
    """Numbers of lines that are captions by their credits."""
    short = [(number, line) for number, line in enumerate(lines) if len(line) <= 2 * MAX_LABEL_LENGTH]
    found = {
        number
        for number, line in short
        if phrases("caption").fullmatch(line) and not (_ABOUT_PICTURES.match(line) and STRONG_END.search(line))
    }
    length = sum(len(lines[number]) for number in found)
    return found if length <= _MOST_CAPTIONS * sum(map(len, lines)) else set()


_ABOUT_PICTURES = re.compile(
    r"(?i)(?:photo|picture|image|illustration)s? "
    r"(?!caption|credit|source|courtesy|above|below|left|right|top|bottom|by|from)[a-z]{2,12}: "
)  # "Photo tip: …"
_OF_READERS = re.compile(
    r"(?i)\W*(?:\d+ )?(?:\w+ )?(?:comments?|thoughts?|responses?|repl(?:y|ies)|reactions?|pings?)\b"
)


def _until_its_end(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before one that ends articles, as what readers wrote does, or an offer to read on; and those behind."""
    words = 0
    for number, line in enumerate(lines):
        is_label = words >= BEGUN_WORDS and len(line) <= 2 * MAX_LABEL_LENGTH
        if is_label and phrases("ending").fullmatch(line):
            first = number if _OF_READERS.match(line) else 0  # readers' words are of the same matter
            near = lines[first : number + 6]
            if not resumes(near, [kind_of(one) for one in near], number - first):
                start = number - 1 if _is_loose(lines[number - 1]) else number
                return lines[:start], lines[start:]
        words += count_words(line) if STRONG_END.search(line) else 0
    return lines, []


_MOST_SIGNED = 6  # words of a name, and of what stands before it


def _until_remarks(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before those that readers signed, each with another name, a day and an hour, and these. Entries of a
    live blog are signed by few."""
    signed: dict[int, str] = {}
    words = 0
    for number, line in enumerate(lines):
        if words >= BEGUN_WORDS and (name := _signed_at(line)):
            signed[number] = name
        words += count_words(line) if STRONG_END.search(line) else 0
    if len(set(signed.values())) < 2 or len(set(signed.values())) <= _MOST_ALIKE * len(signed):
        return lines, []
    return lines[: min(signed)], lines[min(signed) :]


_MOST_ALIKE = 0.5  # of all who signed


def _signed_at(line: str) -> str | None:
    """The words beside day and hour in a line that has both and little else."""
    if len(line) > MAX_LABEL_LENGTH or not CLOCK.search(line) or not (days := days_in(line)):
        return None
    for start, end, _ in reversed(days):
        line = f"{line[:start]} {line[end:]}"
    name = " ".join(re.findall(r"[^\W\d_][\w.’'-]*", CLOCK.sub(" ", line)))
    return name if 0 < count_words(name) <= _MOST_SIGNED and name != name.lower() else None


def _is_loose(line: str) -> bool:
    """A few words that end nowhere: a kicker, a standfirst, a name; no item of a list."""
    return not SENTENCE_END.search(line) and not line.startswith(("- ", "* ", "• ")) and kind_of(line) == "short"


def _edges(lines: list[str], own: frozenset[int]) -> set[int]:
    """Numbers of lines before the first and behind the last that may belong to an article; few, or it is all.
    ``own`` are those that surely do."""
    count = len(lines)

    def may_go(number: int) -> bool:
        return number not in own and _may_go(lines[number])

    def is_little(number: int) -> bool:
        return may_go(number) or (number not in own and _is_loose(lines[number]))

    def is_prose(number: int) -> bool:
        return number in own or kind_of(lines[number]) == "prose"

    edges: set[int] = set()
    for numbers in (range(count), range(count - 1, -1, -1)):
        edge = set(takewhile(may_go, numbers))
        edges |= edge if len(edge) <= _EDGE_LINES else set()
    few = range(count)[: _EDGE_LINES + 1]
    head = len(list(takewhile(is_little, few)))
    if head <= _EDGE_LINES and head < count and is_prose(head):
        edges |= set(range(head))
    tail = len(list(takewhile(lambda number: is_little(count - 1 - number), few)))
    if 0 < tail <= _EDGE_LINES and tail < count and may_go(count - tail) and is_prose(count - tail - 1):
        edges |= set(range(count - tail, count))
    return edges


def _may_go(line: str) -> bool:
    is_long_prose = len(line) > 2 * MAX_LABEL_LENGTH and STRONG_END.search(line)
    return not is_long_prose and kind_of(line) in ("furniture", "ending")
