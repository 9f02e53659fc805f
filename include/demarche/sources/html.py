"""A web page: one file, one article; what is truncated is read as far as it goes."""

from __future__ import annotations

from collections.abc import Iterator

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources.encoding import EncodingError, declared_charset, decode
from demarche.sources.rejecting import reject


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """The one document of the page; the charset is the server's word, else the page's own."""
    try:
        page = decode(data, declared_charset(fetch.media_type))
    except EncodingError as error:
        yield reject(fetch, "encoding", str(error))
        return
    yield RawDocument(
        raw_hash=fetch.raw_hash,
        source_name=fetch.source_name,
        path=fetch.url,
        fetched_at=fetch.fetched_at,
        html=page,
        url=fetch.url if fetch.url.startswith(("http://", "https://")) else None,
    )
