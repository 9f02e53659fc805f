"""Title and byline of a page of plain text: which of the lines around the article they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, filterfalse, takewhile

from demarche import dates
from demarche.documents.lines import BARRED, Page, kind_of, phrases
from demarche.documents.moments import days_in, label_of
from demarche.documents.names import (
    IN_PLACE,
    NAME_LINE,
    NOBODY,
    REPORTING_BY,
    are_names,
    is_byline,
    looks_like_names,
    names_in,
    tidy_names,
)
from demarche.documents.sentences import VERB, binding_words, count_words, stems_of

_TAG = re.compile(
    r"^(?:[\[【(][^\]】)]{1,40}[\]】)]\s*)+(?=\S)|^(?:UPDATE \d|EXCLUSIVE|BREAKING|WATCH|LIVE)\s?[:-]\s?", re.IGNORECASE
)
_SIGN = re.compile(r"^[\u2190-\u2bff\U0001f000-\U0001faff\s]+")  # arrows, stars, little pictures
_HEADER_TITLE = re.compile(r"(?i)(?:subject|title|headline)\s?:\s?(.{3,300})")


def without_tag(title: str) -> str:
    """A title without "[Exclusive]", "UPDATE 1-" and the like before it."""
    return _TAG.sub("", _SIGN.sub("", title)).strip() or title


def find_title(page: Page) -> str | None:
    """The line before the article whose words come back in the article; the first that does well."""
    for line in page.head:
        if header := _HEADER_TITLE.fullmatch(line):
            return without_tag(header[1].strip())
    above_byline = [line for line in takewhile(lambda line: not is_byline(line), page.head) if may_be_title(line)]
    candidates = [without_tag(line) for line in above_byline or page.head if may_be_title(line)]
    mixed = [line for line in candidates if not line.isupper()]  # capitals are a letterhead, if others are not
    for lines in (mixed, candidates):
        echoed = [line for line in lines if echo(line, page.paragraphs) and count_words(line) >= 4]
        if best := next(chain(filterfalse(_is_name, echoed), echoed), None):
            return next((line for line in lines if f" {line} " in f" {best} " != f" {line} "), best)
    others = mixed or candidates
    shares = {line: _echo_share(line, page.paragraphs) for line in others}
    return max(others, key=lambda line: shares[line]) if any(shares.values()) else next(reversed(others), None)


def _is_name(line: str) -> bool:
    """Whether a line may be a letterhead or masthead: names alone; so is a title where all titles are capitalised."""
    return all(word[:1].isupper() or word.lower() in binding_words() for word in line.split())


_ECHO_SHARE = 0.34  # of a title's words that come back in the article's first paragraphs; navigation has none


def echo(title: str, paragraphs: Sequence[str]) -> bool:
    """Whether the article speaks of what the line speaks of."""
    return any(echoing([title], paragraphs))


def echoing(titles: Iterable[str], paragraphs: Sequence[str]) -> Iterator[str]:
    """Those lines of which the article speaks, in their order."""
    said = _said(paragraphs)
    return (line for line in titles if (stems := stems_of(line)) and len(stems & said) >= _ECHO_SHARE * len(stems))


def _echo_share(title: str, paragraphs: Sequence[str]) -> float:
    stems = stems_of(title)
    return len(stems & _said(paragraphs)) / len(stems) if stems else 0.0


def _said(paragraphs: Sequence[str]) -> frozenset[str]:
    """What the article speaks of at its beginning."""
    return stems_of(" ".join(paragraphs[:6]))


_MASTHEAD = re.compile(r"[,|·•–—:-]\s*(?:[A-Z][a-z]+day,?\s*)?$")  # before the day on which a paper came out
_LETTERHEAD = re.compile(r"(?i)\b(?:ministry|department|office|embassy|agency|service|bulletin|gazette|secretariat)\b")


def may_be_title(line: str) -> bool:
    """Whether a line has the shape of a title."""
    if not 3 <= count_words(line) <= 30 or len(line) > 250 or kind_of(line) in ("furniture", "caption", "ending"):
        return False
    if re.search(r"[a-z]{2}\.(?:$|\s[A-Z])", line) or re.match(r"(?i)(?:from|by) our ", line):
        return False  # a sentence is the standfirst
    if (names := NAME_LINE.fullmatch(line)) and looks_like_names(names["names"]) and not VERB.search(line):
        return False
    if line[:1].islower() and line.split()[0] in binding_words():
        return False  # goes on with what stands above
    if (days := days_in(line)) and days[-1][1] >= len(line) - 1 and _MASTHEAD.search(line[: days[-1][0]]):
        return False
    return not (_LETTERHEAD.search(line) and count_words(line) <= 6 and _is_name(line))


_COMMENTS = re.compile(r"(?i)\s(?:leave a (?:comment|reply)|(?:\d+|no) (?:comments?|replies))$")


def find_byline(page: Page, title: str | None) -> tuple[str | None, str]:
    """Who wrote it and which rule says so: a line "By …" before or behind the article, a credit, a bare name."""
    around = (*page.head, *page.tail[:8])
    for line in around:
        if len(line) > 200:
            continue
        dated = _beside_date(_COMMENTS.sub("", line)) if " by " in line.lower() else []
        for part in (line, *BARRED.split(line)[1:], *dated):
            if names := names_in(part):
                return tidy_names(names), "by_line"
    for line in (*page.head, *page.tail[:8], *page.inner):
        if (match := REPORTING_BY.search(line)) and len(line) <= 600 and not NOBODY.match(match["names"]):
            return tidy_names(re.sub(IN_PLACE, "", match["names"])), "reporting_by"
    return _name_line(page, title), "name_line"


def _name_line(page: Page, title: str | None) -> str | None:
    """A bare name just below the title, alone or with place, office or date behind it."""
    below = False
    for line in page.head:
        is_words = phrases("line").fullmatch(line) is not None
        if below and not is_words and len(line) <= 160 and (kind_of(line) != "caption" or dates.find(line)):
            if ", " in line and are_names(line):
                return tidy_names(line)
            for part in (line, *_beside_date(line), BARRED.split(line)[-1]):
                match = NAME_LINE.fullmatch(part)
                if match and looks_like_names(match["names"]):
                    return tidy_names(match["names"])
        below = below or (title is not None and without_tag(line) == title)
    return None


def _beside_date(line: str) -> list[str]:
    """What a line says beside its date, if it has one: "2024-02-21  Ann Lee", "3 May 2019 | Ann Lee | 2 min"."""
    days = days_in(line)
    for start, end, _ in reversed(days):
        line = f"{line[:start]} | {line[end:]}"
    parts = re.split(r"\s[|·•–—]\s|\s{2,}", label_of("published", "modified").sub(" | ", line)) if days else []
    return [part.strip(" |,") for part in parts]
