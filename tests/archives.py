"""Web archives for tests and benchmarks: records as a crawler writes them."""

from __future__ import annotations

import gzip


def record(
    url: str, body: bytes, *, media_type: str = "text/html; charset=utf-8", status: str = "200 OK",
    date: str = "2018-11-06T10:00:00Z", headers: str = "", warc_type: str = "response",
) -> bytes:  # fmt: skip
    """One record, with the web server's whole answer in it."""
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {warc_type}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def compressed(*records: bytes) -> bytes:
    """An archive as CC-NEWS has them: each record a gzip member of its own."""
    return b"".join(gzip.compress(found, 1, mtime=0) for found in records)
