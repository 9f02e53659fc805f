"""What a line of plain text is by itself: prose, a few words, furniture, a caption, or what ends articles.

Shape comes first: prose has sentences that end, menus and link lists are short lines that don't. Phrases
(`codebook/furniture.toml`) help where shape says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from demarche import codebook, dates
from demarche.documents.moments import days_in, label_of
from demarche.documents.names import is_byline
from demarche.documents.sentences import QUOTED, SAID, STRONG_END, TWO_LETTERS, count_words, is_prose, may_have_verb

_FURNITURE = ("line", "tools", "summary", "label")  # groups of phrases
_MAX_PHRASE_LENGTH = 400  # longer lines are never furniture by phrase, and regular expressions stay cheap


@dataclass(frozen=True)
class Page:
    """A page of plain text, taken apart; ``head`` and ``tail`` are the lines before and after the article."""

    paragraphs: tuple[str, ...]
    head: tuple[str, ...]
    tail: tuple[str, ...]
    inner: tuple[str, ...]
    """What was left out between and behind paragraphs: captions, credits; they still may hold a date or a name."""

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


@cache
def phrases(group: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in codebook.document("furniture")[group]), re.IGNORECASE)


@cache
def words_of(group: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(codebook.document('furniture')[group])})\b", re.IGNORECASE)


@cache
def _credit_at_end() -> re.Pattern[str]:
    """A sentence, then a name that signs pictures: "… on Monday. Yonhap", "… (AFP)", "Ana Lima/EPA"."""
    signs = [sign for row in codebook.table("agencies") for sign in row["signs"].split(";")]
    names = "|".join(re.escape(name) for name in sorted({*signs, *codebook.document("furniture")["credits"]}))
    slash = r"[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20}){0,3}/(?:[A-Z][\w.'’ -]{1,30})"
    words = r"[A-Z][\w.'’&-]{0,20}(?: [\w.'’&-]{1,20}){0,3} (?:Agency|Images?|Photos?|Pictures|Press|News|Pool)"
    return re.compile(rf".{{20,400}}(?:[.”\"’)]\s?|\s[-–—|/]\s?)[(\[]?(?:{names}|{slash}|{words}|[A-Z]{{3,6}})[)\]]?")


@cache
def agency_tail() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{phrases('agency_tail').pattern})\s*$", re.IGNORECASE)


_SEPARATED = re.compile(
    r"(?:[^|·•»›>/]{1,40}(?:\s?[|·•»›>]\s?|\s/\s)){2,}[^|·•»›>]{0,120}|[^|>»›]{1,30}\s(?:[|»›]|>{1,2}|::|//)\s[^|>»›]{1,30}"
)
BARRED = re.compile(r"\s[|·•–—]\s")
FINISHED = re.compile(r"\s*[■□▪◆♦●∎▲◼☐⬛❖]$")  # what magazines set behind the last sentence
_CLOCK = re.compile(r"(?i)\d{1,2}[.:h]\d\d(?:[.:]\d\d)?(?: ?[ap]\.?m\.?)?(?: ?\(?[a-z]{2,4}\)?)?")
_END_MARK = re.compile(r"#(?: {0,3}#)+|--|[-_=–—]{5,}")


@lru_cache(maxsize=64)  # the lines at a text's ends are asked about several times
def kind_of(line: str) -> str:
    """prose, short, furniture, caption or ending; an agency's tail on a paragraph doesn't count."""
    line = FINISHED.sub("", agency_tail().sub("", line) or line).removeprefix("- ")
    if not TWO_LETTERS.search(line):
        return "ending" if _END_MARK.fullmatch(line) else "furniture"
    if len(line) <= _MAX_PHRASE_LENGTH:
        if phrases("ending").fullmatch(line.rstrip(" :")):
            return "ending"
        bare = BRACKETED.fullmatch(line)
        plain = bare["inside"] if bare else line.strip("-–—*~= ") or line
        if any(phrases(group).fullmatch(text) for group in _FURNITURE for text in {line, plain}):
            return "furniture"
        parts = BARRED.split(line)
        if is_date_line(line) or _CLOCK.fullmatch(line):
            return "furniture"
        if len(parts) > 1 and all(phrases("line").fullmatch(part) for part in parts):
            return "furniture"
        if phrases("caption").fullmatch(line) or _credit_at_end().fullmatch(line):
            return "caption"
        if not STRONG_END.search(line) and _SEPARATED.fullmatch(line):
            return "furniture"
        if is_byline(line) or addresses_reader(line) or any(_speaks_of_page(text) for text in {line, plain}):
            return "furniture"
    return "prose" if is_prose(line) else "short"


@cache
def _imperative() -> re.Pattern[str]:
    """A verb that speaks to the reader at the start of a sentence; elsewhere somebody does what it says."""
    return re.compile(rf"(?:.*[.!?:;|–—-] )?{words_of('imperatives').pattern}", re.IGNORECASE)


def addresses_reader(line: str) -> bool:
    """The site speaks to its reader about itself: "you", "our" or an imperative, and a word like "newsletter"."""
    outside = QUOTED.sub("", line)
    return (
        count_words(line) <= 45
        and bool(words_of("site_words").search(outside))
        and bool(words_of("address_words").search(outside) or _imperative().match(outside))
        and not re.search(r"\b(?:said|told|says|tells|added|wrote)\b", outside)
    )


_OFFER_WORDS = 25


@cache
def _asks() -> re.Pattern[str]:
    """A sentence that asks the reader for something: "Help us to stay so."."""
    return re.compile(rf"(?:^|[.!?:]\s)(?i:{words_of('orders').pattern}) (?:us|our)\b")


def _speaks_of_page(line: str) -> bool:
    """A sentence on this very page, its text or its advertisements, or a bare order: "Never miss a story."."""
    outside = QUOTED.sub("", line)
    if count_words(line) > 45 or not STRONG_END.search(line) or SAID.search(outside):
        return False
    if words_of("this_page").search(outside) or _asks().search(outside):
        return True
    is_order = words_of("orders").match(outside) is not None and count_words(line) <= _OFFER_WORDS
    if is_order and outside == line and words_of("second_person").search(outside):
        return True
    return is_order and outside == line and not may_have_verb(line.partition(" ")[2].partition(" ")[2])


_MAX_DATE_WORDS = 18
_BESIDE_DAY = re.compile(
    r"(?i)\b(?:last|on|at|in|by|am|pm|a\.m|p\.m|gmt|utc|est|edt|et|ist|bst|cet|edition|mon|tue|wed|thu|fri|sat|sun)\b"
)
_MAY_BE_DATED = re.compile(r"(?i)\d|day\b")


@cache
def _issued() -> re.Pattern[str]:
    """What stands before a day of issue at the start of a line, and nothing else."""
    label = label_of("published", "modified").pattern
    return re.compile(rf"(?:first |last )?{label}(?: on| at| le| el| em| il| am)?\W{{1,3}}", re.IGNORECASE)


@lru_cache(maxsize=64)
def is_date_line(line: str) -> bool:
    """Hardly more than a date: what is left without it, numbers and the usual words is short."""
    first = BARRED.split(line, maxsplit=1)[0]
    if len(first) > 120 or len(first.split()) > _MAX_DATE_WORDS or not _MAY_BE_DATED.search(line) or len(line) > 240:
        return False
    if first != line and (len(line) > 120 or len(line.split()) > _MAX_DATE_WORDS):
        return _issued().match(first) is not None and is_date_line(first)
    spans = [(found.start_offset, found.end_offset) for found in dates.find(line)]
    spans = spans or [(start, end) for start, end, _ in days_in(line)]
    if not spans:
        return False
    is_issued = _issued().fullmatch(line[: spans[0][0]]) is not None
    if is_issued and (not STRONG_END.search(line) or BARRED.match(line, spans[0][1])):
        return True  # whoever and whatever stands behind
    rest = line
    for start, end in reversed(spans):
        rest = rest[:start] + rest[end:]
    rest = _BESIDE_DAY.sub("", label_of("published", "modified").sub("", rest))
    letters = len(re.findall(r"[^\W\d_]", rest))
    is_labelled = label_of("published", "modified").match(line) is not None
    return letters <= 3 or (letters <= 12 and (is_labelled or not (STRONG_END.search(line) and count_words(line) > 3)))


BRACKETED = re.compile(r"[(\[](?P<inside>[^()\[\]]{1,200})[)\]]")  # "(Received from the ministry.)" above an article


@cache
def agency_signature() -> re.Pattern[str]:
    """An agency's name after the last sentence."""
    signs = "|".join(re.escape(sign) for row in codebook.table("agencies") for sign in row["signs"].split(";"))
    signed = rf"(?:[(\[](?:{signs})[)\]]|(?:{signs}))"
    return re.compile(rf"(?<=[.”\"’])\s*(?:[-–—]{{1,2}}\s?)?{signed}(?:[/ ][\w/-]{{1,12}})?$")
