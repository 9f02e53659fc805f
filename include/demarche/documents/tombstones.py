"""What was forgotten: which documents no rerun may bring back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from demarche.documents.addresses import canonical_url
from demarche.records import Document, Reject


class Tombstone(BaseModel):
    """A line of the journal: what somebody had forgotten, and where it was. Holds no word of its text."""

    model_config = ConfigDict(frozen=True)
    target: str
    forgotten_at: str
    urls: tuple[str, ...] = ()
    """Canonical addresses, and others that led to the page: whatever is fetched from them, whenever, is dropped."""
    article_ids: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    reject_ids: tuple[str, ...] = ()
    places: tuple[tuple[str, int | None], ...] = ()
    """Hash of raw bytes and position within, since other code may give the same text another id."""
    partition_keys: tuple[str, ...] = ()
    report_ids: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()


class Forgotten:
    """All tombstones together."""

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        self.tombstones = tuple(Tombstone.model_validate(row) for row in rows)
        self._urls = {url for stone in self.tombstones for url in stone.urls}
        self._ids = {
            found for stone in self.tombstones for found in (*stone.article_ids, *stone.document_ids, *stone.reject_ids)
        }
        self._places = {place for stone in self.tombstones for place in stone.places}
        self.raw_hashes = {raw_hash for raw_hash, _ in self._places}

    def names(self, row: Document | Reject, position: int | None = None) -> bool:
        """Whether a document or reject is one of those; ``position`` is its number within its raw bytes, where that is
        known."""
        if position is not None and (row.raw_hash, position) in self._places:
            return True
        if isinstance(row, Reject):
            return row.reject_id in self._ids or self.names_url(row.path)
        return row.canonical_url in self._urls or not self._ids.isdisjoint((row.document_id, row.article_id))

    def names_url(self, url: str) -> bool:
        """Whether nothing is to be fetched from an address."""
        return bool(self._urls) and canonical_url(url) in self._urls

    def of_partition(self, partition_key: str) -> list[str]:
        """The targets forgotten in a partition: they change what is derived from it."""
        return sorted(stone.target for stone in self.tombstones if partition_key in stone.partition_keys)
