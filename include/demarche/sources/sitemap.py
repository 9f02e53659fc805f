"""Sitemaps: plain, of news, indexes of sitemaps, gzip or not, and lists of addresses in plain text."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from demarche.records import Fetch
from demarche.sources.asking import Link, UnreadableIndex

MAX_BYTES = 60_000_000  # the protocol allows 50 MB, unpacked
MAX_ENTRIES = 50_000  # as the protocol
_GIVEN = {"title": "title", "publication_date": "published", "language": "language_code", "name": "publisher_name"}
_GZIP = 16 + zlib.MAX_WBITS


def links(fetch: Fetch, data: bytes) -> Iterator[Link]:
    """The pages and further sitemaps that are listed, in their order. Raises UnreadableIndex for what is no sitemap."""
    data = _unpacked(fetch, data)
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.lower().startswith((b"http://", b"https://")):
        yield from (Link(line) for line in data.decode("utf-8", "replace").split()[:MAX_ENTRIES] if _is_web(line))
        return
    is_sitemap = False
    count = 0
    # Entities stay what they are, nothing is loaded, depth is bounded by libxml2: a sitemap needs none of it.
    parser = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for event, element in parser:
            name = _name(element)
            if event == "start":
                is_sitemap = is_sitemap or name in ("urlset", "sitemapindex")
                continue
            if name in ("url", "sitemap") and is_sitemap:
                count += 1
                if (link := _link(element, name)) is not None:
                    yield link
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            if count == MAX_ENTRIES:
                return
    except etree.XMLSyntaxError as error:
        if not count:
            raise UnreadableIndex(f"{fetch.url} is no sitemap: {str(error)[:200]}") from None
    if not is_sitemap:
        raise UnreadableIndex(f"{fetch.url} is no sitemap: it holds neither <urlset> nor <sitemapindex>")


def _unpacked(fetch: Fetch, data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        unpacked = zlib.decompressobj(_GZIP).decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise UnreadableIndex(f"{fetch.url} is a damaged gzip file: {error}") from None
    if len(unpacked) > MAX_BYTES:
        raise UnreadableIndex(f"{fetch.url} has more than {MAX_BYTES} bytes when unpacked")
    return unpacked


def _link(element: Any, name: str) -> Link | None:
    said: dict[str, str] = {}
    for child in element.iterdescendants():
        said.setdefault(_name(child), " ".join((child.text or "").split())[:2_000])
    url = said.get("loc", "").partition("#")[0]
    if not _is_web(url):
        return None
    is_index = name == "sitemap"
    given = {ours: value for theirs, ours in _GIVEN.items() if (value := said.get(theirs)) and not is_index}
    return Link(url, "sitemap" if is_index else None, is_index, said.get("lastmod") or None, given)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
