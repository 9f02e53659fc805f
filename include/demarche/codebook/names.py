"""How a name is looked up: the form under which the codebook's tables keep names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a"}
    | dict.fromkeys(".'`´‘’ʻʼʿʾ")
)
_REMEMBERED_LENGTH = 60
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """A name as it is looked up: no case, accents, apostrophes or full stops; other marks are spaces.

    >>> fold("Miguel Díaz-Canel"), fold("U.S."), fold("N’Djamena")
    ('miguel diaz canel', 'us', 'ndjamena')
    """
    return _folded_word(text) if len(text) <= _REMEMBERED_LENGTH else _fold(text)


def _fold(text: str) -> str:
    plain = text.casefold().translate(_LETTERS)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain).casefold().translate(_LETTERS)
        plain = "".join(mark for mark in decomposed if unicodedata.category(mark) not in ("Mn", "Cf"))
    return " ".join(_WORD.findall(plain))


_folded_word = lru_cache(maxsize=100_000)(_fold)


def longest_phrases(keys: Iterable[str]) -> dict[str, int]:
    """For each first word of the folded phrases, how many words the longest of them has.

    With it a text is matched against any number of phrases in one pass over its words.
    """
    longest: dict[str, int] = {}
    for key in keys:
        first, _, rest = key.partition(" ")
        length = rest.count(" ") + 2 if rest else 1
        if longest.get(first, 0) < length:
            longest[first] = length
    return longest
