"""Sitemaps: plain, of news, indexes of sitemaps, gzip or not, and lists of addresses in plain text."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from lxml import etree

from demarche.records import Fetch
from demarche.sources.asking import Link, UnreadableIndex
from demarche.sources.bounds import TooMuch, root_element
from demarche.sources.encoding import EncodingError, declared_charset

MAX_BYTES = 60_000_000  # the protocol allows 50 MB, unpacked
MAX_ENTRIES = 50_000  # as the protocol
MAX_TAGS = 3_000_000  # sitemaps of pictures have many to an entry
_GIVEN = {"title": "title", "publication_date": "published", "language": "language_code", "name": "publisher_name"}
_READ = frozenset((*_GIVEN, "loc", "lastmod"))
_MAX_CHARACTERS = 2_000  # of what stands in a tag
_CHUNK = 65_536
_GZIP = 16 + zlib.MAX_WBITS


def links(fetch: Fetch, data: bytes) -> Iterator[Link]:
    """The pages and further sitemaps that are listed, in their order. Raises UnreadableIndex for what is no sitemap."""
    data = _unpacked(fetch, data)
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.lower().startswith((b"http://", b"https://")):
        yield from (Link(line) for line in data.decode("utf-8", "replace").split()[:MAX_ENTRIES] if _is_web(line))
        return
    reader = _Reader()
    try:
        markup = root_element(data, declared_charset(fetch.media_type))
        # Nothing is kept but the entry that is being read, and nothing loaded; libxml2 bounds the depth.
        parser = etree.XMLParser(target=reader, encoding="utf-8", recover=True, no_network=True, load_dtd=False)
        for place in range(0, len(markup), _CHUNK):
            parser.feed(markup[place : place + _CHUNK])
            yield from reader.taken()
            if reader.entry_count >= MAX_ENTRIES:
                return
        parser.close()
        yield from reader.taken()
    except etree.XMLSyntaxError as error:
        if not reader.entry_count:
            raise UnreadableIndex(f"{fetch.url} is no sitemap: {str(error)[:200]}") from None
    except (TooMuch, EncodingError) as error:
        raise UnreadableIndex(f"{fetch.url} {error}") from None
    if not reader.is_sitemap:
        raise UnreadableIndex(f"{fetch.url} is no sitemap: it holds neither <urlset> nor <sitemapindex>")


class _Reader:
    """What a parser hands over, element by element, gathered into links."""

    def __init__(self) -> None:
        self.is_sitemap = False
        self.entry_count = 0
        self._tag_count = 0
        self._name = ""
        self._said: dict[str, str] | None = None  # of the entry that is being read
        self._links: list[Link] = []

    def taken(self) -> list[Link]:
        """The links that were found since the last time."""
        links, self._links = self._links, []
        return links

    def start(self, tag: str, _: object) -> None:
        self._tag_count += 1
        if self._tag_count > MAX_TAGS:
            raise TooMuch(f"has more than {MAX_TAGS} tags")
        name, self._name = _name(tag), ""
        if name in ("urlset", "sitemapindex"):
            self.is_sitemap = True
        elif name in ("url", "sitemap") and self._said is None:
            self._said = {}
        elif self._said is not None and name in _READ and name not in self._said:  # of several the first
            self._said[name], self._name = "", name

    def data(self, text: str) -> None:
        if self._said is not None and self._name and len(self._said[self._name]) < _MAX_CHARACTERS:
            self._said[self._name] += text

    def end(self, tag: str) -> None:
        name = _name(tag)
        if name in ("url", "sitemap") and self._said is not None and self.is_sitemap:
            self.entry_count += 1
            if (link := _link(self._said, name)) is not None and self.entry_count <= MAX_ENTRIES:
                self._links.append(link)
            self._said = None
        self._name = ""

    def close(self) -> None:
        pass


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


def _link(said: Mapping[str, str], name: str) -> Link | None:
    words = {theirs: " ".join(text.split())[:_MAX_CHARACTERS] for theirs, text in said.items()}
    url = words.get("loc", "").partition("#")[0]
    if not _is_web(url) or len(url) >= _MAX_CHARACTERS:
        return None
    is_index = name == "sitemap"
    given = {ours: value for theirs, ours in _GIVEN.items() if (value := words.get(theirs)) and not is_index}
    return Link(url, "sitemap" if is_index else None, is_index, words.get("lastmod") or None, given)


def _name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
