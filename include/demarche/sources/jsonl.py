"""JSON Lines: one object a line; also a single JSON object, or an array of them.

Names of fields differ from archive to archive; ``FIELDS`` lists the usual ones, the first that is filled wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources.bounds import TooMuch, check_json
from demarche.sources.encoding import EncodingError, decode
from demarche.sources.rejecting import reject

FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "maintext", "main_text", "full_text", "article_body", "articleBody",
             "article_text", "story", "content_text"),
    "html": ("html", "body_html", "content_html", "raw_html"),
    "title": ("title", "headline", "name"),
    "url": ("url", "canonical_url", "link", "source_url", "web_url", "uri"),
    "publisher_name": ("source", "source_name", "publisher", "outlet", "site_name", "site", "source_domain"),
    "published": ("published_at", "published_date", "published", "date_published", "datePublished", "date_publish",
                  "publication_date", "publish_date", "pub_date", "pubDate", "date", "timestamp", "created_at"),
    "byline": ("byline", "author", "authors", "creator"),
    "language_code": ("language_code", "language", "lang"),
    "section_name": ("section", "section_name", "category"),
    "external_id": ("id", "external_id", "document_id", "doc_id", "guid", "_id"),
}  # fmt: skip
MAX_LINE_BYTES = 8_000_000  # an article is a thousandth of it; a line that long is another kind of file
_NOTHING = frozenset({"nan", "NaN", "inf", "-inf", "NaT", "None", "null", "NULL", "<NA>"})
"""What programs write for a value that isn't there; JSON as Python writes it has NaN as a number."""
_HTML = re.compile(r"</(?:p|div|article|body)>", re.I)


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """A document per record; a record that can't be read is a reject with its position, from 0."""
    try:
        whole = _whole(data)
    except TooMuch as error:
        yield reject(fetch, "too_large", str(error))
        return
    if whole:
        for position, record in enumerate(whole):
            yield read_record(fetch, position, record, f"record {position + 1}")
        return
    position = 0
    for number, line in enumerate(_lines(data), 1):
        if not line.strip():
            continue
        yield _read_line(fetch, position, line, f"line {number}")
        position += 1


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines one after the other, without a second copy of the whole file."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _whole(data: bytes) -> list[Any] | None:
    """The records of a file that is one JSON array, or one object over several lines; None for JSON Lines. Raises
    TooMuch."""
    start = data[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"[", b"{\n", b"{\r\n")):
        return None
    check_json(data)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list) else [content]


def _read_line(fetch: Fetch, position: int, line: bytes, where: str) -> RawDocument | Reject:
    if len(line) > MAX_LINE_BYTES:
        size = f"has {len(line)} bytes, the limit is {MAX_LINE_BYTES}"
        return reject(fetch, "too_large", f"{where} {size}", position)
    try:
        record = json.loads(decode(line))
    except EncodingError as error:
        return reject(fetch, "encoding", f"{where} {error}", position)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deep" if isinstance(error, RecursionError) else f"is no JSON: {str(error)[:100]}"
        return reject(fetch, "malformed", f"{where} {reason}", position)
    return read_record(fetch, position, record, where)


def read_record(fetch: Fetch, position: int, record: Any, where: str) -> RawDocument | Reject:
    """The document in a record, by the fields' names; ``where`` names the record in a reject."""
    if not isinstance(record, dict):
        return reject(fetch, "malformed", f"{where} is no JSON object", position)
    fields = read_fields(record, fetch.column_values)
    text, html = fields.pop("text"), fields.pop("html")
    if text and not html and _HTML.search(text):
        text, html = None, text
    if not text and not html:
        return reject(fetch, "empty", f"{where} has no text; it is looked for in {', '.join(FIELDS['text'])}", position)
    return RawDocument(
        raw_hash=fetch.raw_hash,
        position=position,
        where=where,
        source_name=fetch.source_name,
        path=fetch.url,
        fetched_at=fetch.fetched_at,
        text=None if html else text,
        html=html,
        **fields,
    )


def read_fields(record: dict[str, Any], columns: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """The fields of ``FIELDS`` as a record fills them; ``columns`` names for a field the only one it is taken from."""
    mapped = {field: (column,) for field, column in (columns or {}).items()}
    fields = {name: _first(record, mapped.get(name, names)) for name, names in FIELDS.items()}
    return fields | {"published": _instant(fields["published"])}


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := words(record.get(name)))), None)


def words(value: Any) -> str | None:
    """A field's value as text: lists are joined, of objects their name is taken."""
    if isinstance(value, list):
        value = ", ".join(text for item in value[:20] if not isinstance(item, list) and (text := words(item)))
    if isinstance(value, dict):
        value = value.get("name") or value.get("title") or value.get("url")
    if isinstance(value, bool) or not isinstance(value, str | int | float) or str(value) in _NOTHING:
        return None
    text = str(value).encode("utf-8", "replace").decode()  # JSON may hold halves of characters
    return text if text.strip() else None


def _instant(published: str | None) -> str | None:
    """Seconds or milliseconds since 1970 as an ISO instant; anything else as it is."""
    if published and re.fullmatch(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}", published):
        seconds = float(published) / (1000 if len(published.partition(".")[0]) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    return published
