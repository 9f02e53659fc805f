"""Plain text: one file, one article, often with the page's furniture around it (see ``documents``)."""

from __future__ import annotations

from collections.abc import Iterator

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources.encoding import EncodingError, decode
from demarche.sources.rejecting import reject


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """The one document of the file."""
    try:
        text = decode(data)
    except EncodingError as error:
        yield reject(fetch, "encoding", str(error))
        return
    yield RawDocument(
        raw_hash=fetch.raw_hash,
        source_name=fetch.source_name,
        path=fetch.url,
        fetched_at=fetch.fetched_at,
        text=text,
        url=fetch.url if fetch.url.startswith(("http://", "https://")) else None,
    )
