"""Characters and white space: what is stored is what a reader sees, so that offsets count in visible text."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile(r"\r+\n|\r|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SOFT_BREAK = re.compile(r"\u00ad[^\S\n]*\n[^\S\n]*")  # a word broken by a soft hyphen
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


def clean_lines(text: str) -> list[str]:
    """The lines of ``text`` without invisible characters, white space squeezed, ends stripped; composed (NFC)."""
    return [" ".join(line.split()) for line in _visible(text).split("\n")]


def indented_lines(text: str) -> list[tuple[int, str]]:
    """The lines of ``text`` as ``clean_lines`` gives them, each with the columns of white space before it."""
    found = []
    for line in _visible(text).split("\n"):
        inner = line.lstrip()
        indent = len(line[: len(line) - len(inner)].expandtabs()) if inner else 0
        found.append((indent, " ".join(inner.split())))
    return found


# What needs no mending: ASCII, Western letters as one character each, the usual quotes and dashes.
_PLAIN = re.compile("[\t\n -~\u00a0-\u00ac\u00ae-\u017f\u2010-\u2027\u2030-\u205e\u20ac]*")


_LONG_RUN = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MAX_MARKS = 30  # on a letter, as in Unicode's stream-safe form; to sort more takes the square of the time


def _with_few_marks(run: str) -> str:
    kept = []
    marks = 0
    for mark in run:
        marks = marks + 1 if unicodedata.combining(mark) else 0
        if marks <= _MAX_MARKS:
            kept.append(mark)
    return "".join(kept)


def _visible(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = _LONG_RUN.sub(lambda run: _with_few_marks(run[0]), text)
    text = _INVISIBLE.sub("", _SOFT_BREAK.sub("", _LINE_BREAKS.sub("\n", text)))
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def clean_line(text: str | None, limit: int = 500) -> str | None:
    """``text`` on one line, cut at ``limit`` characters; None where nothing is left."""
    return " ".join(_visible(text or "").split())[:limit].strip() or None
