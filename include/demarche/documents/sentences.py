"""Sentences and words of plain text, whatever page they stand on: what ends, what tells, what carries meaning."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from demarche import codebook

SENTENCE_END = re.compile(r"[.!?…。！？][\"”’')\]»]*$|[,:;—–-]$|;\s(?:and|or)$|[.!?][\"”’')\]]*\s?\([^()]{1,60}\)$")
STRONG_END = re.compile(r"[.!?…。！？][\"”’')\]»]*(?:\[\d{1,3}\])*$")
_FUNCTION_WORD = re.compile(
    r"\b(?:the|a|an|of|to|in|and|that|was|were|is|are|has|have|had|said|by|for|with|on|from|at|as|its?|his|her|their|"
    r"he|she|they|who|which|will|would|be|been|not|but|after|before|than|this|de|la|le|les|et|der|die|und|el|los|que)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")
SAID = re.compile(r"\b(?:said|told|says|wrote|added)\b")
TELLS = re.compile(r"\b(?:said|told|will|would|has|have|had|was|were|added|did)\b")  # no caption does
_DENSE = re.compile("[\u3040-\u9fff]")


def count_words(line: str) -> int:
    """Words; for scripts without blanks, half the characters."""
    return len(line.split()) + len(_DENSE.findall(line)) // 2


TWO_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]")
_SPEAKER = re.compile(r"(?:Q|A|Question|Answer|[A-Z][A-Z .]{2,30})\s?:\s")  # of a transcript


def is_prose(line: str) -> bool:
    count = count_words(line)
    if STRONG_END.search(line):
        return count >= 4 or (_SPEAKER.match(line) is not None and count >= 2) or line[0] in "“\"‘'"
    if SENTENCE_END.search(line):
        return count >= 6
    function_words = len(_FUNCTION_WORD.findall(line))
    return count >= 25 and function_words >= 0.15 * count


PRESENT = re.compile(
    r"(?:\b(?!The|Two|Three|Four|Five|Six|Ten|Some|Many|All|Both|Its|His|Her|Their|These|Those|No|Several|Most|More|Other|"
    r"Few|A|An|In|At|On)[A-Z]\w+|\b(?:who|which|that|it|he|she)) [a-z]{2,}s (?!of\b|and\b|or\b)"
)  # "Peru opens", "who asks"


def may_have_verb(line: str) -> bool:
    """Whether a sentence has what may be a finite verb."""
    return any(pattern.search(text) for pattern, text in ((VERB, line.lower()), (PAST, line), (PRESENT, line)))


PAST = re.compile(
    r"(?i)\b(?:met|held|told|made|took|sent|gave|began|left|won|lost|set|put|cut|hit|led|fled|rose|fell|came|went|became|"
    r"saw|heard|felt|kept|brought|thought|sought|fought|bought|taught|caught|built|spent|dealt|meant|ran|sat|stood|drew|"
    r"withdrew|flew|grew|knew|threw|shook|spoke|broke|chose|froze|stole|wrote|rode|drove|swore|wore|bore|struck|hung|"
    r"sank|sang|rang|shot|shut|spread|split|quit|let|cost|hurt|cast|laid|paid|lay|slept|swept|bent|lent|found|sold|fed|"
    r"lit|hid|got|beat|ate|woke|says|say|'re|’re)\b|\w{2}(?:n't|n’t)\b"
)
ED = re.compile(rf"{PAST.pattern}|[a-z]{{2}}ed\b|\bwill\b")
VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|must|do|does|did|said)\b|[a-z]{2}ed\b"
)


@lru_cache(maxsize=16)  # an article's are asked for with each line that may be its title
def stems_of(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning, so that "meets" finds "meeting"."""
    words = (word for word in re.findall(r"\w{2,}", text) if len(word) > 3 or word.isupper())
    lower = (word.lower() for word in words if word.isalpha())
    return frozenset(_ENDING.sub("", word)[:5] for word in lower if word not in _common_words())


_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|e)$")


@cache
def _common_words() -> frozenset[str]:
    return binding_words() | frozenset(codebook.document("furniture")["wrapping"]["common"])


@cache
def binding_words() -> frozenset[str]:
    return frozenset(codebook.document("furniture")["wrapping"]["binding"])
