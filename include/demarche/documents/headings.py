"""Title and byline of a page of plain text: which of the lines around the article they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, filterfalse, pairwise, takewhile

from demarche import dates
from demarche.documents.lines import BARRED, BRACKETED, Page, kind_of, phrases
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
    without_role,
)
from demarche.documents.sentences import TWO_LETTERS, VERB, binding_words, count_words, stems_of

_TAG = re.compile(
    r"^(?:[\[【(][^\]】)]{1,40}[\]】)]\s*)+(?=\S)|^(?:UPDATE \d|FWD?|RE|EXCLUSIVE|BREAKING|WATCH|LIVE)\s?[:-]\s?",
    re.IGNORECASE,
)
_SIGN = re.compile(r"^(?:#{1,6} )?[\u2190-\u2bff\U0001f000-\U0001faff\s]+")  # arrows, stars, little pictures
_HEADER_TITLE = re.compile(r"(?:(?i:subject|title|headline)\s?:\s?|HD\s{1,9})(.{3,300})")  # of a mail, of a record


def without_tag(title: str) -> str:
    """A title without "[Exclusive]", "UPDATE 1-" and the like before it."""
    return _TAG.sub("", _SIGN.sub("", title)).strip() or title


def labelled_title(lines: Iterable[str]) -> str | None:
    """What the first line says that is a field of a mail's header or a record: "Subject: …"."""
    return next((without_label(line) for line in lines if _HEADER_TITLE.fullmatch(line)), None)


def without_label(line: str) -> str:
    """What a line says without a tag, and without the name of its field: "Subject: …"."""
    header = _HEADER_TITLE.fullmatch(line)
    return without_tag(_unquoted(header[1]) if header else line)


def _unquoted(words: str) -> str:
    """Words without quotation marks around them all."""
    words = words.strip()
    is_quoted = words[0] in _QUOTES and words[-1] in _QUOTES and not any(mark in _QUOTES for mark in words[1:-1])
    return words[1:-1].strip() if is_quoted else words


_QUOTES = "\"“”'"


def find_title(page: Page) -> str | None:
    """The line before the article whose words come back in the article; the first that does well."""
    if title := labelled_title(page.head):
        return title
    above_byline = list(takewhile(lambda line: not is_byline(line), page.head))
    candidates = _candidates(above_byline, page.paragraphs) or _candidates(page.head, page.paragraphs)
    # capitals are a letterhead, if others are not; what begins with a small letter says what the outlet is
    mixed = [line for line in candidates if not line.isupper() and not line[0].islower()]
    for lines in (mixed, candidates):
        echoed = [line for line in lines if echo(line, page.paragraphs) and count_words(line) >= 4]
        least = _NEARLY * max((_shared(line, page.paragraphs) for line in echoed), default=0)
        names = (line for line in echoed if _shared(line, page.paragraphs) >= least)
        if best := next(chain(filterfalse(_is_name, echoed), names), None):
            best = _above_standfirst(best, lines)
            return next((line for line in lines if f" {line} " in f" {best} " != f" {line} "), best)
    others = mixed or candidates
    shares = {line: _echo_share(line, page.paragraphs) for line in others}
    if not any(shares.values()):
        return next(reversed(others), None)
    return next(line for line in others if shares[line] >= _NEARLY * max(shares.values()))


def _candidates(lines: Iterable[str], paragraphs: Sequence[str]) -> list[str]:
    return [without_tag(line) for line in lines if may_be_title(line) or _is_labelled_title(line, paragraphs)]


_OTHER_ARTICLE = re.compile(
    r"(?i)\W*(?:also|further|related|more|see|must|don.?t|read|recommended|trending|tags?|up next)\b"
)


def _is_labelled_title(line: str, paragraphs: Sequence[str]) -> bool:
    """Whether a line is a title with its kind of text before it: "In pictures: …"."""
    label, _, rest = line.partition(": ")
    is_label = 4 <= count_words(rest) <= 30 and len(label) <= 30 and phrases("label").fullmatch(line) is not None
    return is_label and not _OTHER_ARTICLE.match(line) and may_be_title(rest) and _shared(rest, paragraphs) > 0


_STANDFIRST_WORDS = 15
_LOWER = re.compile(r"\b[a-z]{3,}")


def _above_standfirst(best: str, lines: list[str]) -> str:
    """The line above, if what speaks most of the article is as long as a standfirst and that above as a title."""
    above = lines[lines.index(best) - 1] if best != lines[0] else best
    is_title = 3 <= count_words(above) < _STANDFIRST_WORDS <= count_words(best)
    return above if is_title and _LOWER.search(above) and not _is_name(above) else best


def _is_name(line: str) -> bool:
    """Whether a line may be a letterhead or masthead: names alone; so is a title where all titles are capitalised."""
    return all(word[:1].isupper() or word.lower() in binding_words() for word in line.split())


_NEARLY = 0.5  # of the words of the best line that come back in the article


def _shared(title: str, paragraphs: Sequence[str]) -> int:
    return len(stems_of(title) & _said(paragraphs))


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


_TELLING_WORDS = 3  # in small letters behind what looks like a name: "S. Korea, Chile agree to upgrade pact"
_MASTHEAD_WORDS = 10
_NUMBERED_ISSUE = re.compile(r"(?i)\b(?:no|nr|vol|issue|edition)\b\.? ?[\dIVXLC]+\W*$")
_MASTHEAD = re.compile(r"[,|·•–—:-]\s*(?:[A-Z][a-z]+day,?\s*)?$")  # before the day on which a paper came out
_LETTERHEAD = re.compile(r"(?i)\b(?:ministry|department|office|embassy|agency|service|bulletin|gazette|secretariat)\b")


def may_be_title(line: str) -> bool:
    """Whether a line has the shape of a title."""
    words = sum(1 for word in line.split() if TWO_LETTERS.search(word))
    if count_words(line) < 3 or (words < 3 and line.isascii()):
        return False
    if count_words(line) > 30 or len(line) > 250 or kind_of(line) in ("furniture", "caption", "ending"):
        return False
    if re.search(r"[a-z]{2}\.(?:$|\s[A-Z])|\d\.$", line) or re.match(r"(?i)(?:from|by) our ", line):
        return False  # a sentence is the standfirst
    if (names := NAME_LINE.fullmatch(line)) and looks_like_names(names["names"]) and not VERB.search(line):
        told = [word for word in names["rest"].split() if word.islower() and word not in binding_words()]
        if len(told) < _TELLING_WORDS:
            return False
    if line[:1].islower() and line.split()[0] in binding_words():
        return False  # goes on with what stands above
    if BRACKETED.fullmatch(line) or (count_words(line) <= _MASTHEAD_WORDS and _NUMBERED_ISSUE.search(line)):
        return False
    if (
        count_words(line) <= _MASTHEAD_WORDS
        and (days := days_in(line))
        and days[-1][1] >= len(line) - 1
        and _MASTHEAD.search(line[: days[-1][0]])
        and _is_name(line[: days[-1][0]])
    ):
        return False
    return not (_LETTERHEAD.search(line) and count_words(line) <= _MASTHEAD_WORDS and _is_name(line))


_COMMENTS = re.compile(r"(?i)\s(?:leave a (?:comment|reply)|(?:\d+|no) (?:comments?|replies))$")


def find_byline(page: Page, title: str | None) -> tuple[str | None, str]:
    """Who wrote it and which rule says so: a line "By …" before or behind the article, a credit, a bare name."""
    names, rule = _find_byline(page, title)
    return (None, rule) if names and _is_outlet(names, page) else (names, rule)


_OWNS = r"(?i:©|\(c\)|copyright|belongs? to|[a-z]\.[a-z]{2,8} [|·–—-])\W*(?:\d{4}(?:\W\d{4})?\W*)?(?:(?i:by) )?"


def _is_outlet(names: str, page: Page) -> bool:
    """Whether the page is called so, and a line says that these own it."""
    owner = re.compile(_OWNS + re.escape(names))
    if not any(names in line and not is_byline(line) for line in page.head[:3]):
        return False
    return any(owner.search(line) for line in (*page.head, *page.tail) if names in line)


def _find_byline(page: Page, title: str | None) -> tuple[str | None, str]:
    tail = list(takewhile(lambda line: not _OTHERS.match(line), page.tail[:8]))
    head, behind, inner = (tuple(filterfalse(_HELPED.match, lines)) for lines in (page.head, tail, page.inner))
    if names := _by_line(head) or _by_line(behind):
        return names, "by_line"
    for line in (*head, *behind, *inner):
        if (match := REPORTING_BY.search(line)) and len(line) <= 600 and not NOBODY.match(match["names"]):
            return tidy_names(re.sub(IN_PLACE, "", match["names"])), "reporting_by"
    if names := _name_line(page, title):
        return names, "name_line"
    return _by_line((*page.inner, *page.head, *tail)), "by_line"


_HELPED = re.compile(r"(?i)\W*(?:edited|additional|further)\b")  # who helped is named where nobody else is
_OTHERS = re.compile(r"(?i)\W*(?:more|related|recommended|latest|most|other|popular|trending|top|also|read)\b")
_ILLUSTRATED = re.compile(r"(?P<words>.{5,80})\. (?i:photo|picture|image|illustration|video|graphic)")
_GOES_ON = re.compile(r"(?:and|&) (?P<names>[^\W\d_].{2,60})")


_LATER_BY = re.compile(r"(?<=[\d)|·•–—-] )(?:[Bb]y|BY) ")  # behind a day or an hour
_NEAR = 2  # lines below a byline, which say what its bearer is, and who else wrote


def _by_line(lines: Sequence[str]) -> str | None:
    """The names of the first line "By …", of one below that goes on with "and …", and of a second "By …" near by."""
    for number, line in enumerate(lines):
        below = lines[number + 1 : number + 1 + _NEAR]
        if names := _signed(line, below[0] if below else ""):
            others = (tidy_names(other) for other in map(names_in, below) if other)
            second = next((other for other in others if other != names), None) if names_in(line) else None
            return f"{names}, {second}" if second else names
    return None


def _signed(line: str, below: str) -> str | None:
    """The names of a line "By …", and of the line below if it goes on with "and …"."""
    if len(line) > 200:
        return None
    by = _LATER_BY.search(line)
    dated = [*_beside_date(_COMMENTS.sub("", line)), line[by.start() :]] if by and days_in(line) else []
    credit = _ILLUSTRATED.match(line)
    for part in (credit["words"] if credit else line, *BARRED.split(line)[1:], *dated):
        if names := names_in(part):
            more = _GOES_ON.fullmatch(below)
            is_more = more is not None and are_names(more["names"])
            return tidy_names(f"{names} and {more['names']}" if more and is_more else names)
    return None


_ASIDE = re.compile(r"\s\([^()]{1,40}\)")


def _name_line(page: Page, title: str | None) -> str | None:
    """A bare name just below the title, alone or with place, office or date behind it."""
    below = False
    for line, after in pairwise((*page.head, "")):
        is_words = phrases("line").fullmatch(line) is not None
        if (
            below
            and not is_words
            and not _is_picture(line, after)
            and len(line) <= 160
            and (kind_of(line) != "caption" or dates.find(line))
        ):
            bare = _ASIDE.sub("", line)
            if ", " in bare and are_names(bare):
                return tidy_names(bare)
            reports = _REPORTS.split(bare, maxsplit=1)
            for part in (bare, *_beside_date(bare), BARRED.split(bare)[-1], without_role(bare), *reports[:-1]):
                match = NAME_LINE.fullmatch(part)
                if match and looks_like_names(match["names"]):
                    return tidy_names(_with_more(match["names"], part, after, page.body))
        below = below or (title is not None and without_tag(line) == title)
    return None


_REPORTS = re.compile(r"\s(?:reports|writes)\b")


def _is_picture(line: str, below: str) -> bool:
    """Whether the line below tells, in more words, what this one names: a picture and its caption."""
    words = {word for word in line.split() if len(word) > 3}
    shared = words & set(re.findall(r"\w+", below))
    is_person = line.split()[0] in shared or line.split()[-1] in shared
    return bool(shared) and not is_person and len(below.split()) > 2 * len(line.split())


def _with_more(names: str, line: str, after: str, body: str) -> str:
    """The names of a line without the place behind them, and those of the next line if it is a name that the article
    doesn't speak of."""
    words = names.split()
    if names == line and " and " not in names and len(words) >= 3 and words[-1] in body and names not in body:
        names = " ".join(words[:-1])
    if names == line != after and line.isupper() and after.isupper() and are_names(after):
        return names if after.casefold() in body.casefold() else f"{names.title()} and {after.title()}"
    return names


def _beside_date(line: str) -> list[str]:
    """What a line says beside its date, if it has one: "2024-02-21  Ann Lee", "3 May 2019 | Ann Lee | 2 min"."""
    days = days_in(line)
    for start, end, _ in reversed(days):
        line = f"{line[:start]} | {line[end:]}"
    parts = re.split(r"\s[|·•–—]\s|\s{2,}", label_of("published", "modified").sub(" | ", line)) if days else []
    return [part.strip(" |,") for part in parts]
