"""The language of a text: what isn't English is kept and marked, and no reader of English is let near it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_WINDOW = 500  # characters
_SHORTEST_WINDOW = 250
_COUNTS = (5, 3, 1)  # of windows; where they are odd, most of them say one thing or the other
_MIN_WORDS = 8  # names alone look like any language
_MIN_SCORE = 0.8
_EXCLUDED = 1e-6  # a share so small that English sentences and lists of names, however foreign, lie far above it
_DENSE_SCRIPT = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\ud7a3]{12}")  # no blanks between words

# No other language has these words as often; where they are, the identifier, which takes milliseconds, isn't asked.
_ENGLISH = frozenset(
    ("of", "and", "to", "that", "for", "with", "was", "said", "by", "on", "at", "from", "has", "have", "were", "are",
     "as", "his", "be", "an", "in", "it", "its")
)  # fmt: skip
_MIN_THE, _MIN_ENGLISH = 0.03, 0.2  # shares of a text's words; news has twice as many
_MIN_SURE_WORDS = 30

# Nigerian Pidgin has English words beside these. Short English sentences with African names are taken for it (13 of 60
# with one or two sentences): one with hardly any of these words is English.
_PIDGIN = frozenset(("dey", "wey", "na", "una", "wetin", "sabi", "dem", "im", "pikin", "don", "fit", "nor", "oga"))
_MIN_PIDGIN = 0.04


def find_language(body: str, declared: str | None) -> str | None:
    """ISO 639-1 of a text by its letters; of a short or doubtful one what was declared, else None.

    A text is looked at in several places: one of which only the beginning is in English isn't English. Languages that
    are close to one another (Indonesian and Malay, Croatian and Bosnian, kinds of Chinese) may leave it in doubt which
    of them a text is in, and none that it isn't English: it is marked as what was declared or is likeliest of them.
    """
    given = re.match(r"([a-zA-Z]{2})(?:[-_].*)?$", (declared or "").strip())
    fallback = given[1].lower() if given else None
    windows = list(_windows(body))
    others = [window for window in windows if not _is_english(window)]
    if 2 * len(others) < len(windows):
        return "en"
    sample = " ".join(others)[: 2 * _WINDOW]
    if len(sample.split()) < _MIN_WORDS and not _DENSE_SCRIPT.search(sample):
        return fallback
    shares = {str(language): float(share) for language, share in _identifier().rank(sample)}
    language, score = next(iter(shares.items()))
    if language == "pcm" and not _is_pidgin(sample):
        language, score = "en", score + shares["en"]
    if score >= _MIN_SCORE:
        return language
    if shares["en"] >= _EXCLUDED or shares.get(fallback or "", 0.0) >= _EXCLUDED:
        return fallback
    return next(language for language in shares if len(language) == 2)  # three letters: a kind of one of these


def _windows(body: str) -> Iterator[str]:
    """Parts of a text, evenly spread."""
    count = next((count for count in _COUNTS if len(body) >= count * _SHORTEST_WINDOW), 1)
    for number in range(count):
        start = number * len(body) // count
        yield body[start : min(start + _WINDOW, (number + 1) * len(body) // count)]


def _is_english(sample: str) -> bool:
    words = sample.lower().split()
    articles = words.count("the")
    if len(words) < _MIN_SURE_WORDS or articles < _MIN_THE * len(words):
        return False
    return articles + sum(1 for word in words if word in _ENGLISH) >= _MIN_ENGLISH * len(words)


def _is_pidgin(sample: str) -> bool:
    words = sample.lower().split()
    return sum(1 for word in words if word in _PIDGIN) >= _MIN_PIDGIN * len(words)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
