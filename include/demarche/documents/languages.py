"""The language of a text: what isn't English is kept and marked, and no reader of English is let near it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1_000  # characters
_MIN_WORDS = 8  # names alone look like any language
_MIN_SCORE = 0.8
_DENSE_SCRIPT = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\ud7a3]{12}")  # no blanks between words

# No other language has these words as often; where they are, the identifier, which takes milliseconds, isn't asked.
_ENGLISH = re.compile(r"\b(?:of|and|to|that|for|with|was|said|by|on|at|from|has|have|were|are|as|his|be|an|in|its?)\b")
_THE = re.compile(r"\b[Tt]he\b")
_MIN_THE, _MIN_ENGLISH = 0.03, 0.2  # shares of a text's words; news has twice as many
_MIN_SURE_WORDS = 30


def find_language(body: str, declared: str | None) -> str | None:
    """ISO 639-1 of a text by its letters; of a short or doubtful one what was declared, else None."""
    given = re.match(r"([a-zA-Z]{2})(?:[-_].*)?$", (declared or "").strip())
    fallback = given[1].lower() if given else None
    sample = body[:_SAMPLE]
    words = len(re.findall(r"\w+", sample))
    if words < _MIN_WORDS and not _DENSE_SCRIPT.search(sample):
        return fallback
    if _is_english(sample, words):
        return "en"
    language, score = _identifier().classify(sample)
    return str(language) if score >= _MIN_SCORE else fallback


def _is_english(sample: str, words: int) -> bool:
    articles = len(_THE.findall(sample))
    if words < _MIN_SURE_WORDS or articles < _MIN_THE * words:
        return False
    return articles + len(_ENGLISH.findall(sample)) >= _MIN_ENGLISH * words


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
