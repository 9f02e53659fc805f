"""Web archives (WARC): the answers that a crawler was given, news pages among them, as CC-NEWS publishes them.

An archive is read as a stream when it is fetched, one record in memory at a time, and each page is kept as if it had
been fetched by itself. A record that can't be read is told with its reason, and reading goes on at the next beginning
of a record. Of the archive itself, the lake keeps a summary, so that the next run knows that it was read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from demarche.records import Fetch, RawDocument, Reject

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

MAX_FAULTS = 1_000  # beginnings behind which nothing can be read; with more of them it is no archive
_PAGES = ("text/html", "application/xhtml+xml", "text/plain")
_BEGINNINGS = (b"\nWARC/1.", b"\nWARC/0.1", b"\x1f\x8b\x08")
_CHUNK = 1_048_576
_MOST_CHUNKS = 64  # that are unpacked to see whether a member of gzip has an end
_MOST_BEGINNINGS = 64  # that are looked at for the record behind a damaged one
_CUT = "the archive is cut off there, or damaged; get it again"
_MAX_URL = 2_000
_EITHER_WRAPPING = 47  # of zlib: gzip's or its own, told by the first bytes


@dataclass(frozen=True)
class Page:
    """A page as a crawler was given it."""

    url: str
    media_type: str
    fetched_at: datetime | None
    data: bytes
    number: int = field(default=0, compare=False)
    """Of its record in the archive, from 0."""
    offset: int = field(default=0, compare=False)
    """Where the record begins, in bytes."""


@dataclass(frozen=True)
class Fault:
    """A record that can't be read: its number in the archive, from 0, why, and its page's address, if it has one."""

    number: int
    reason_type: str
    reason: str
    offset: int = field(default=0, compare=False)
    url: str | None = field(default=None, compare=False)


class _Unreadable(ValueError):
    def __init__(self, reason_type: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_type = reason_type


def summary(page_count: int, fault_count: int) -> bytes:
    """What is kept of an archive whose pages are kept one by one."""
    return (json.dumps({"pages": page_count, "unreadable": fault_count}) + "\n").encode()


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """The documents in an archive's summary: none."""
    return iter(())


def begins_at(file: BinaryIO, offset: int) -> bool:
    """Whether a record begins there, so that reading can go on with it. In an archive that was compressed as a whole
    none does but the first."""
    file.seek(offset)
    return file.read(8).startswith((b"WARC/", b"\x1f\x8b\x08"))


def pages(file: BinaryIO, max_bytes: int, start: int = 0, number: int = 0) -> Iterator[Page | Fault]:
    """The pages of an archive, compressed or not, in its order, none longer than ``max_bytes``, from the record on that
    begins at ``start`` and is the ``number``-th. Records of other kinds (requests, metadata, pictures, redirects,
    errors) are passed over. ``file`` must be seekable."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with_pages = (WarcRecordType.response, WarcRecordType.resource)
    faults = 0
    was_sound = True
    while True:
        file.seek(start)
        latest = start
        is_cut = is_at_end = False
        held: Page | None = None  # until the next record begins: so its own packing is whole
        error: Exception | None = None
        try:
            # Of every type, though only two hold pages: a billion records without one would be passed over for hours.
            for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
                latest = record.stream_pos
                if not record.headers.get("WARC-Type"):
                    raise ValueError("it has no type")
                if held:
                    yield held
                    held = None
                is_of_pages = record.record_type in with_pages
                found: Page | Fault | None = None
                try:
                    if is_of_pages:
                        found = _page(record, max_bytes, number)
                    else:
                        _pass_over(record)
                except _Unreadable as fault:
                    is_cut = fault.reason_type == "truncated"
                    reason = f"record {number + 1} {fault}"
                    found = Fault(number, fault.reason_type, reason, latest, _page_address(record))
                number += bool(is_of_pages or found)
                was_sound = True
                if isinstance(found, Page):
                    held = found
                elif found:
                    yield found
                if is_cut:
                    break
            else:
                is_at_end = True
        except (OSError, ValueError) as caught:
            error = caught
        if held and _runs_over(file, held.offset):
            latest = held.offset
            reason = f"record {held.number + 1} ({held.url[:200]}) doesn't end where the next begins: {_CUT}"
            yield Fault(held.number, "truncated", reason, held.offset, held.url)
        else:
            if held:
                yield held
            if is_at_end:
                if _ends_between_records(file):
                    reason = f"record {number + 1}, or one behind it, ends within its head or packing: {_CUT}"
                    yield Fault(number, "truncated", reason, latest)
                return
            if error:
                if was_sound:  # of several false beginnings in a row, one is told
                    yield Fault(number, "malformed", f"record {number + 1} can't be read: {str(error)[:200]}", latest)
                    number += 1
                was_sound = False
        faults += 1
        start = _next_beginning(file, latest)
        if start < 0:
            return
        if faults >= MAX_FAULTS:
            reason = f"is left at byte {start}: {MAX_FAULTS} records before can't be read"
            yield Fault(number, "malformed", reason, start)
            return


def _runs_over(file: BinaryIO, start: int) -> bool:
    """Whether the member of gzip that begins there is cut off, and what it unpacks to goes on with the packed bytes of
    a record behind it."""
    file.seek(start)
    if file.read(2) != b"\x1f\x8b":
        return False
    end = start
    for _ in range(_MOST_BEGINNINGS):
        end = _next_beginning(file, end)
        if end < 0:
            return False
        if _is_packed_record(file, end):
            return not _ends_within(file, start, end)
    return False


def _is_packed_record(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    try:
        return zlib.decompressobj(_EITHER_WRAPPING).decompress(file.read(4_096), 5) == b"WARC/"
    except zlib.error:
        return False


def _ends_within(file: BinaryIO, start: int, end: int) -> bool:
    """Whether a whole member of gzip stands between two places."""
    member = zlib.decompressobj(_EITHER_WRAPPING)
    file.seek(start)
    try:
        while not member.eof and start < end and (packed := file.read(min(_CHUNK, end - start))):
            start += len(packed)
            while packed and not member.eof:
                member.decompress(packed, _CHUNK)
                packed = member.unconsumed_tail
    except zlib.error:
        return False
    return member.eof


def _ends_between_records(file: BinaryIO) -> bool:
    """Whether the archive ends within a record's head or a member of gzip, which the reader passes over. Not seen in
    members of more than a megabyte."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _CHUNK))
    tail = file.read(_CHUNK)
    file.seek(0)
    if file.read(2) != b"\x1f\x8b":
        start = max(tail.rfind(b"\nWARC/") + 1, 0)
        return tail.startswith(b"WARC/", start) and b"\r\n\r\n" not in tail[start:]
    start = len(tail)
    while (start := tail.rfind(b"\x1f\x8b", 0, start)) >= 0:
        member, rest = zlib.decompressobj(_EITHER_WRAPPING), tail[start:]
        try:
            for _ in range(_MOST_CHUNKS):
                member.decompress(rest, _CHUNK)
                rest = member.unconsumed_tail
                if not rest:
                    return not member.eof
        except zlib.error:  # these two bytes were something else
            continue
        return False
    return False


def _next_beginning(file: BinaryIO, start: int) -> int:
    """Where behind ``start`` the next record may begin; -1 where none does."""
    position = start + 1
    overlap = max(map(len, _BEGINNINGS))
    while True:
        file.seek(position)
        chunk = file.read(_CHUNK)
        found = [place + (mark[:1] == b"\n") for mark in _BEGINNINGS if (place := chunk.find(mark)) >= 0]
        if found:
            return position + min(found)
        if len(chunk) <= overlap:
            return -1
        position += len(chunk) - overlap


def _page(record: WarcRecord, max_bytes: int, number: int) -> Page | None:
    """The page in a record, or None where it holds none. What has no type may be one. Raises _Unreadable."""
    if not (record.headers.get("Content-Length") or "").strip().isdecimal():
        return None  # it is taken for empty, and what stands behind it for no record
    record.parse_http(quirks_mode=True)  # there are servers that end their lines with LF alone
    http = record.http_headers if record.is_http_parsed else None
    media_type = ((record.headers if http is None else http).get("Content-Type") or "").strip()
    url = _address(record)
    length = record.content_length
    if http is not None and (not isinstance(http.status_code, int) or (media_type and "/" not in media_type)):
        _pass_over(record)
        raise _Unreadable("malformed", f"({url[:200]}) holds no whole answer of a web server")
    is_of_web = url.startswith(("http://", "https://"))
    if (
        (http.status_code != 200 if http is not None else not is_of_web)
        or (media_type and media_type.partition(";")[0].strip().lower() not in _PAGES)
        or url.partition("?")[0].endswith("/robots.txt")
    ):
        _pass_over(record)  # unless it is cut: half a head of HTTP doesn't say that it is a page's
        return None
    if not is_of_web:
        _pass_over(record)
        raise _Unreadable("malformed", f"holds a page without an address of the web, but {url[:80]!r}")
    if len(url) > _MAX_URL:
        raise _Unreadable("malformed", f"({url[:80]}…) has an address of more than {_MAX_URL} characters")
    block = record.reader.read(max_bytes + 1)
    if len(block) > max_bytes:
        raise _Unreadable("too_large", f"({url}) is a page beyond the limit of {max_bytes} bytes")
    _check_whole(len(block), length, url)
    data = _decoded(block, {} if http is None else http.to_dict(), url, max_bytes)
    return Page(url, media_type or "application/octet-stream", record.record_date, data, number, record.stream_pos)


def _address(record: WarcRecord) -> str:
    return (record.headers.get("WARC-Target-URI") or "").strip().strip("<>")


def _page_address(record: WarcRecord) -> str | None:
    """The address of the page that a record is of, where it may be one's."""
    url = _address(record)
    return url if url.startswith(("http://", "https://")) and len(url) <= _MAX_URL else None


def _pass_over(record: WarcRecord) -> None:
    """Leave a record unread, that holds no page. Raises _Unreadable if it is cut off."""
    length = record.content_length
    _check_whole(record.reader.consume(), length, _address(record) or "without an address")


def _check_whole(count: int, length: int, url: str) -> None:
    """Raises _Unreadable for a record that has fewer bytes than it says."""
    if count < length:
        raise _Unreadable("truncated", f"({url[:200]}) ends after {count} of its {length} bytes: {_CUT}")


def _decoded(block: bytes, headers: dict[str, str], url: str, max_bytes: int) -> bytes:
    """A body without what HTTP wrapped it in; what was taken off already is left as it is."""
    import brotli

    said = {name.lower(): value.strip().lower() for name, value in headers.items()}
    if said.get("transfer-encoding") == "chunked":
        block = _without_chunks(block)
    encoding = said.get("content-encoding", "")
    try:
        if encoding == "br":
            block = brotli.Decompressor().process(block, output_buffer_limit=max_bytes + 1)
        elif encoding in ("gzip", "x-gzip", "deflate"):
            block = zlib.decompressobj(_EITHER_WRAPPING).decompress(block, max_bytes + 1)
    except (zlib.error, brotli.error):
        return block  # crawlers often take it off and leave the header
    if len(block) > max_bytes:
        raise _Unreadable("too_large", f"({url}) unpacks to a page beyond the limit of {max_bytes} bytes")
    return block


def _without_chunks(block: bytes) -> bytes:
    """The body of an answer in chunks; as it is where it has none, because they were taken off already."""
    parts: list[bytes] = []
    position = 0
    while position < len(block):
        end = block.find(b"\r\n", position, position + 100)
        try:
            size = int(block[position:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0:
            return b"".join(parts) or block
        if size == 0:
            break
        parts.append(block[end + 2 : end + 2 + size])
        position = end + 2 + size + 2
    return b"".join(parts)
