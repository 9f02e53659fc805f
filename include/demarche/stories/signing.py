"""A document signed: what near-duplicate search needs of it, without its text.

Sketches are bottom-k: of the hashes of a text's shingles the smallest ones, which are a fair sample of them (Broder,
*On the resemblance and containment of documents*, 1997). The part of them below a fixed bound is the same sample in
every text: a shingle is in it wherever it occurs, so that two texts can be brought together by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from demarche import codebook
from demarche.records import Document, Signature

# Scripts written without spaces: each of their letters counts as a word.
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_WORD = re.compile(rf"{_UNSPACED}|\d+(?:[.,:]\d+)*(?!\w)|(?:(?!{_UNSPACED})\w)+")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\s+(?=[a-z])")  # "nego-\ntiations", of print and scans
_HEADER = re.compile(
    r"""\s*(?:
        [^\n.!?()]{0,60}\([^)\n]{2,40}\)\s*[-–—:]+\s+           # "ACCRA, May 4 (Agency) - "
      | [A-Z][A-Z .,'’/-]{2,40}(?:,\s[A-Z][a-z]{2,8}\.?\s\d{1,2})?\s*[-–—]+\s+   # "ACCRA, May 4 — "
    )""",
    re.VERBOSE,
)
_SENTENCE_ENDS = frozenset('.!?:\n"“”«»‘')

_SMALL = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
)
_NUMBERS = dict(zip(_SMALL, map(str, (*range(2, 21), *range(30, 100, 10))), strict=True))
_ORDINALS = frozenset(
    ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")
)
_CONFUSED = str.maketrans("015cbuif", "olsehnlt")

PADDING = 2**32 - 1
"""Fills the rows of a matrix of sketches; no hash has this value."""


@dataclass(frozen=True)
class Settings:
    """The section ``[stories]`` of `codebook/resolution.toml`; each number is explained there."""

    shingle_words: int
    shingle_sketch_size: int
    fact_sketch_size: int
    slot_sketch_size: int
    lead_words: int
    sample_share: int
    minimum_sample: int
    minimum_shingles: int
    minimum_facts: int
    shared_sample: float
    full_bucket: int
    star_leaders: int
    related_containment: float
    related_facts: float
    witness_count: int
    containment: float
    facts: float
    facts_margin: float
    facts_ceiling: float
    changed_slots: float
    rewritten_containment: float
    rewritten_facts: float
    rewritten_lead: float
    rewritten_shingles: int
    brief_shingles: int
    brief_containment: float
    reprint_days: int


@cache
def settings() -> Settings:
    return Settings(**codebook.document("resolution")["stories"])


def sign(document: Document) -> Signature:
    """What near-duplicate search needs of a document, without its text.

    The agency's header is left off, case, accents and punctuation are folded, so that an outlet's house style
    changes nothing. The title isn't signed: every desk writes its own.
    """
    chosen = settings()
    tokens = _tokens(_BROKEN_WORD.sub("", _without_header(document)))
    words = [token.word for token in tokens]
    shingles = shingles_of(words, chosen.shingle_words)
    lead = shingles_of(words[: chosen.lead_words], chosen.shingle_words)
    sample = int(np.searchsorted(shingles, 2**32 // chosen.sample_share))
    return Signature(
        document_id=document.document_id,
        partition_key=document.partition_key,
        article_id=document.article_id,
        source_id=document.source_id,
        agency_id=document.agency_id,
        title=document.title,
        published_date=document.known_date,
        published_at=document.published_at,
        content_hash=document.content_hash,
        shingle_count=len(shingles),
        sample_hashes=tuple(shingles[: max(sample, chosen.minimum_sample)].tolist()),
        shingle_hashes=tuple(shingles[: chosen.shingle_sketch_size].tolist()),
        lead_hashes=tuple(lead.tolist()),
        fact_hashes=tuple(_facts(tokens)[: chosen.fact_sketch_size]),
        slot_hashes=tuple(_slots(tokens)[: chosen.slot_sketch_size]),
    )


def _without_header(document: Document) -> str:
    body = document.body
    if document.dateline and body.startswith(document.dateline):
        return body[len(document.dateline) :]
    header = _HEADER.match(body)
    return body[header.end() :] if header else body


class _Token(NamedTuple):
    """A word as it is compared, and whether it is a fact: a name or a number."""

    word: str
    is_fact: bool


def _tokens(text: str) -> list[_Token]:
    """The words of a text. A name is a capitalised word that doesn't begin a sentence."""
    text = unicodedata.normalize("NFKC", text)
    found = []
    for match in _WORD.finditer(text):
        word, is_small_number = _read_word(match.group())
        is_name = match.group()[0].isupper() and not _begins_sentence(text, match.start())
        found.append(_Token(word, is_small_number or is_name or word[0].isdigit()))
    return found


@lru_cache(maxsize=2**16)
def _read_word(word: str) -> tuple[str, bool]:
    """Without case and accents, small numbers in figures, one letter for those that scans take for one another; and
    whether it is such a number."""
    folded = _fold(word)
    if folded in _NUMBERS:
        return _NUMBERS[folded], True
    if folded in _ORDINALS:
        return folded.translate(_CONFUSED), True  # the round, the session: what last year's mould changes
    return folded if folded.isdecimal() else folded.translate(_CONFUSED).replace("rn", "m"), False


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def shingles_of(words: Sequence[str], size: int) -> npt.NDArray[np.uint32]:
    """The hashes of all distinct runs of ``size`` words, ascending; of the whole text where it is shorter."""
    if not words:
        return np.empty(0, dtype=np.uint32)
    hashes = np.array([_word_hash(word) for word in words], dtype=np.uint64)
    size = min(size, len(hashes))
    mixed = np.full(len(hashes) - size + 1, size, dtype=np.uint64)
    for place in range(size):
        mixed = _stir(mixed ^ hashes[place : len(hashes) - size + 1 + place])
    return np.unique(np.minimum(mixed >> np.uint64(32), PADDING - 1).astype(np.uint32))


def _stir(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Every bit of the outcome hangs on every bit given (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@lru_cache(maxsize=2**18)
def _word_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _facts(tokens: Iterable[_Token]) -> list[int]:
    """The hashes of names and numbers, ascending.

    A reprint keeps them; next year's report from the same mould keeps the phrases and changes these.
    """
    return sorted({min(_word_hash(token.word) >> 32, PADDING - 1) for token in tokens if token.is_fact})


def _slots(tokens: Sequence[_Token]) -> list[int]:
    """Where facts stand, and which: 31 bits of hash over the words around, 32 over the fact, ascending.

    A name of several words is one fact. Words around that occur with two different facts are left out.
    """
    found: dict[int, int | None] = {}
    start = 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and tokens[end].is_fact:
            end += 1
        if end > start:
            around = [*tokens[max(0, start - 2) : start], *tokens[end : end + 1]]
            if len(around) == 3:
                place = _word_hash(" ".join("#" if token.is_fact else token.word for token in around)) >> 33
                fact = _word_hash(" ".join(token.word for token in tokens[start:end])) >> 32
                found[place] = fact if found.get(place, fact) == fact else None
        start = max(end, start + 1)
    return sorted((place << 32) | fact for place, fact in found.items() if fact is not None)


def _begins_sentence(text: str, offset: int) -> bool:
    before = text[max(0, offset - 4) : offset].rstrip(" \t\r")
    return not before or before[-1] in _SENTENCE_ENDS
