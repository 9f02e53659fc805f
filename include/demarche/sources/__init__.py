"""From bytes to raw documents, and to what is to be asked for next: one small module for each kind of source.

A module answers one or both of two questions, and does nothing else: no file, network, clock or settings.

    parse(fetch, data)            the documents in the bytes of a fetch, and rejects for what can't be read
    links(fetch, data)            what an index (a feed, a sitemap) says to ask for next

A further kind is one such module and one entry in ``KINDS``. Nothing here raises on bad bytes of an article: what
can't be read is a ``Reject`` that names the file and the reason. What is no index raises ``UnreadableIndex``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources import archive, feed, html, jsonl, sitemap, tables, text
from demarche.sources.asking import Link, UnreadableIndex
from demarche.sources.encoding import in_utf8
from demarche.sources.rejecting import reject

__all__ = ["KINDS", "Kind", "Link", "UnreadableIndex", "links", "parse"]

Parser = Callable[[Fetch, bytes], Iterator[RawDocument | Reject]]
Index = Callable[[Fetch, bytes], Iterator[Link]]


@dataclass(frozen=True)
class Kind:
    """What a module of this folder answers."""

    parse: Parser | None = None
    links: Index | None = None
    is_text: bool = True  # bytes that look like another kind of file are rejected by name


KINDS: dict[str, Kind] = {
    "text": Kind(text.parse),
    "html": Kind(html.parse),
    "page": Kind(html.parse),
    "jsonl": Kind(jsonl.parse),
    "feed": Kind(feed.parse, feed.links),
    "sitemap": Kind(links=sitemap.links),
    "csv": Kind(tables.parse_csv),
    "parquet": Kind(tables.parse_parquet, is_text=False),
    "archive": Kind(archive.parse),
}

_BY_MEDIA_TYPE = {
    "text/plain": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/json": "jsonl",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/vnd.apache.parquet": "parquet",
}
_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}

_MAGIC = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive or office file",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a media file",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\xd0\xcf\x11\xe0": "an old office file",
    b"SQLite format 3": "a database",
    b"ID3": "an audio file",
    b"{\\rtf": "a rich text file",
}
_SAMPLE = 65_536  # bytes that decide whether a file is text
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))
_MAX_CONTROL_SHARE = 0.01  # a stray NUL is removed later; more of them are no text


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """The documents that the bytes of one fetch hold, and rejects for what in them can't be read."""
    data = in_utf8(data)
    name = fetch.kind or _kind(fetch, data)
    kind = KINDS.get(name)
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        yield reject(fetch, "empty", "is empty")
    elif kind is None or kind.parse is None:
        yield reject(fetch, "unreadable", f"is of the kind {name}, which holds no documents")
    elif kind.is_text and (found := _binary(data)):
        yield reject(fetch, "binary", f"is {found}, not text; save the article as .txt, .html or .jsonl")
    else:
        for item in kind.parse(fetch, data):
            yield item if isinstance(item, Reject) else _with_given(item, fetch.given_values)


def links(fetch: Fetch, data: bytes) -> Iterator[Link]:
    """What an index says to ask for next. Raises UnreadableIndex for bytes that are none."""
    data = in_utf8(data)
    kind = KINDS[fetch.kind or _kind(fetch, data)]
    if kind.links is None:
        raise UnreadableIndex(f"{fetch.url} is no feed and no sitemap")
    yield from kind.links(fetch, data)


def _with_given(raw: RawDocument, given: Mapping[str, str]) -> RawDocument:
    """What stood beside the link fills what the document itself doesn't say."""
    known = {name: value for name, value in given.items() if name in RawDocument.model_fields}
    lacking = {name: value for name, value in known.items() if getattr(raw, name) is None}
    is_listed = {"is_listed": True} if "published" in lacking else {}
    return raw.model_copy(update=lacking | is_listed) if lacking else raw


def _kind(fetch: Fetch, data: bytes) -> str:
    declared = _BY_MEDIA_TYPE.get(fetch.media_type.partition(";")[0].strip().lower())
    by_suffix = _BY_SUFFIX.get(PurePath(fetch.url.partition("?")[0]).suffix.lower())
    if data.startswith(b"PAR1"):
        return "parquet"
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"  # whatever its name says
    if feed.is_feed(data):
        return "feed"
    by_start = "jsonl" if start.startswith(b"{") else "html" if start.startswith(b"<") else "text"
    return declared or by_suffix or by_start


def _binary(data: bytes) -> str | None:
    """What kind of binary file this is, or None for text."""
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return name
    sample = data[:_SAMPLE]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_like_utf16(sample):
        return None
    control = len(sample) - len(sample.translate(None, _CONTROL))
    return "binary data" if control > _MAX_CONTROL_SHARE * len(sample) else None


def _looks_like_utf16(sample: bytes) -> bool:
    """Every other byte is NUL: Latin text in UTF-16 without a byte order mark."""
    return 0 in sample and any(half.count(0) > 0.9 * len(half) > 0 and rest.count(0) == 0 for half, rest in (
        (sample[1::2], sample[0::2]), (sample[0::2], sample[1::2])
    ))  # fmt: skip
