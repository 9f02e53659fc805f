"""From bytes to raw documents: one small module per kind of file, each answering how to parse.

``parse`` picks the module by media type, by suffix where the type says nothing, and by the first bytes where the suffix
says nothing either. A further kind is one module with ``parse(fetch, data)`` and one line in ``KINDS``. Nothing here
raises on bad bytes: what can't be read is a ``Reject`` that names the file and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources import html, jsonl, text
from demarche.sources.rejecting import reject

Parser = Callable[[Fetch, bytes], Iterator[RawDocument | Reject]]

KINDS: dict[str, Parser] = {"text": text.parse, "html": html.parse, "jsonl": jsonl.parse}

_BY_MEDIA_TYPE = {
    "text/plain": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/json": "jsonl",
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
    b"PAR1": "a Parquet file",
    b"ID3": "an audio file",
    b"{\\rtf": "a rich text file",
}
_SAMPLE = 65_536  # bytes that decide whether a file is text
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))
_MAX_CONTROL_SHARE = 0.01  # a stray NUL is removed later; more of them are no text


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """The documents that the bytes of one fetch hold, and rejects for what in them can't be read."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        yield reject(fetch, "empty", "is empty")
    elif found := _binary(data):
        yield reject(fetch, "binary", f"is {found}, not text; save the article as .txt, .html or .jsonl")
    else:
        yield from KINDS[_kind(fetch, data)](fetch, data)


def _kind(fetch: Fetch, data: bytes) -> str:
    declared = _BY_MEDIA_TYPE.get(fetch.media_type.partition(";")[0].strip().lower())
    by_suffix = _BY_SUFFIX.get(PurePath(fetch.url.partition("?")[0]).suffix.lower())
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"  # whatever its name says
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
    return any(half.count(0) > 0.9 * len(half) > 0 and rest.count(0) == 0 for half, rest in (
        (sample[1::2], sample[0::2]), (sample[0::2], sample[1::2])
    ))  # fmt: skip
