"""How much an index may hold: what costs a parser far more than its bytes is refused before one reads it.

Feeds and sitemaps are read by threads, which nothing can interrupt: what they cost is bounded by what they hold.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any
from xml.parsers import expat

from demarche.sources.encoding import decode

MAX_TAGS = 1_000_000  # with their attributes; a feed of 50 MB has a third of it
MAX_DEPTH = 500
MAX_ATTRIBUTES = 500  # of one tag; parsers compare each with each
MAX_MALFORMED_BYTES = 5_000_000  # what isn't well-formed is read by guessing, which takes long
MAX_MALFORMED_TAGS = 300_000
MAX_VALUES = 3_000_000  # of JSON; the smallest takes 20 times its bytes

_ENTITY = re.compile(rb"<!ENTITY\s{1,9}([\w:.-]{1,200})\s")
_FIRST_TAG = re.compile(r"<\w")
_TAG = re.compile(rb"<(/?)([\w:.-]+)([^<>]*)")
_NEVER_CLOSED = frozenset((b"p", b"br", b"li", b"img", b"hr", b"input", b"meta", b"td", b"tr"))


class TooMuch(ValueError):
    """What it is that is too much, as the end of a sentence that begins with its name."""


def root_element(data: bytes, charset: str | None = None) -> bytes:
    """XML in UTF-8 from its first tag on: what stands before it says nothing of articles, and may declare entities that
    fill the memory. Raises EncodingError."""
    text = decode(data, charset)
    root = _FIRST_TAG.search(text)
    return text[root.start() if root else 0 :].encode("utf-8", "replace")


def own_entity(data: bytes) -> str | None:
    """The name of an entity that XML declares itself and is written with: nothing resolves it."""
    declared = {name for name in _ENTITY.findall(data) if f"{name.decode('ascii', 'replace')};" not in html5}
    return next((name.decode("ascii", "replace") for name in sorted(declared) if b"&%b;" % name in data), None)


def check_markup(data: bytes) -> None:
    """Raises TooMuch for XML, well-formed or not, in UTF-8 that a parser shouldn't be given."""
    try:
        _check_well_formed(data)
    except expat.ExpatError:
        _check_malformed(data)


def check_json(data: bytes) -> None:
    """Raises TooMuch for JSON with more values than should be held in memory at once."""
    count = data.count(b"{") + data.count(b"[") + data.count(b",")
    if count > MAX_VALUES:
        raise TooMuch(f"holds {count} values, the limit is {MAX_VALUES}; split it")


def _check_well_formed(data: bytes) -> None:
    """Raises TooMuch, and ExpatError where it isn't well-formed; nothing is kept of what is read."""
    depth = count = 0

    def start(_: str, attributes: list[str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1 + len(attributes) // 2
        if depth > MAX_DEPTH:
            raise TooMuch(f"is nested deeper than {MAX_DEPTH} tags")
        if len(attributes) // 2 > MAX_ATTRIBUTES:
            raise TooMuch(f"has a tag with more than {MAX_ATTRIBUTES} attributes")
        if count > MAX_TAGS:
            raise TooMuch(f"has more than {MAX_TAGS} tags and attributes")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser: Any = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(data, True)


def _check_malformed(data: bytes) -> None:
    """Raises TooMuch, counting whatever looks like a tag, wherever it stands."""
    if len(data) > MAX_MALFORMED_BYTES:
        raise TooMuch(f"has {len(data)} bytes and isn't well-formed, where the limit is {MAX_MALFORMED_BYTES}")
    if data.count(b"<") > MAX_MALFORMED_TAGS:
        raise TooMuch(f"isn't well-formed, and has more than {MAX_MALFORMED_TAGS} tags")
    depth = 0
    for closing, name, attributes in _TAG.findall(data):
        if closing:
            depth = max(0, depth - 1)
        elif not attributes.endswith(b"/") and name.lower() not in _NEVER_CLOSED:
            depth += 1
        if depth > MAX_DEPTH:
            raise TooMuch(f"isn't well-formed, and more than {MAX_DEPTH} of its tags are never closed")
        if len(attributes) > MAX_ATTRIBUTES and len(attributes.split()) > MAX_ATTRIBUTES:
            raise TooMuch(f"isn't well-formed, and has a tag with more than {MAX_ATTRIBUTES} attributes")
