"""The reject of a parser, in one form."""

from __future__ import annotations

from demarche.records import Fetch, Reject, record_id


def reject(fetch: Fetch, reason_type: str, reason: str, position: int | None = None) -> Reject:
    """A reject of the station ``parse``; its text is the file's name, then ``reason``."""
    return Reject(
        reject_id=record_id("x", "parse", fetch.url, position, reason_type),
        partition_key=fetch.partition_key,
        station="parse",
        path=fetch.url,
        position=position,
        raw_hash=fetch.raw_hash,
        reason_type=reason_type,
        reason_text=f"{fetch.url} {reason}",
    )
