"""Feeds: RSS, Atom, RDF and JSON Feed. An entry is a link to a page, or, where the text stands in it, an article."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources import jsonl
from demarche.sources.asking import Link, UnreadableIndex
from demarche.sources.bounds import TooMuch, check_json, check_markup, own_entity, root_element
from demarche.sources.encoding import EncodingError, declared_charset, decode
from demarche.sources.rejecting import reject

MAX_ENTRIES = 50_000
UNLINKED = "#unlinked"
"""Behind a feed's address: those of its entries that have no link."""
_ROOT = re.compile(
    rb"(?>\s+|<!--.*?-->|<\?.*?>|<!doctype[^<>[]*(?:\[.*?\]\s*)?>)*+<(?:rss|feed|[\w.-]{1,20}:rdf)\b", re.I | re.S
)
_DECLARATIONS = re.compile(rb"<!doctype[^<>[]{0,500}\[", re.I)  # what they end with may stand far behind
_DECLARATIONS_END = re.compile(rb"\]\s{0,100}>")
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/')
_HEAD = 4_096  # bytes that decide whether it is a feed
_IN_UTF_8 = {"content-type": "application/xml; charset=utf-8"}
_TAGS = re.compile(r"<[^>]{0,500}>")


@dataclass(frozen=True)
class _Entry:
    url: str | None
    content: str | None
    is_html: bool
    external_id: str | None
    modified: str | None
    given: dict[str, str]  # title, published, byline, language_code, section_name, publisher_name


def is_feed(data: bytes) -> bool:
    """Whether the first bytes are those of a feed."""
    declarations = _DECLARATIONS.search(data[:_HEAD])
    end = _DECLARATIONS_END.search(data, declarations.end()) if declarations else None
    head = data[end.end() : end.end() + _HEAD] if end else data[:_HEAD]
    head = head.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"")
    start = head.lstrip()
    return bool(_ROOT.match(start)) or (start.startswith(b"{") and bool(_JSON_FEED.search(head)))


def links(fetch: Fetch, data: bytes) -> Iterator[Link]:
    """The pages that the entries link to, in the feed's order, and last, if some entries have no link, these. Raises
    UnreadableIndex for what is no feed."""
    try:
        entries = list(_entries(fetch, data))
    except (TooMuch, EncodingError) as error:
        raise UnreadableIndex(f"{fetch.url} {error}") from None
    if not entries and not is_feed(data):
        raise UnreadableIndex(f"{fetch.url} is no RSS, Atom, RDF or JSON feed")
    for entry in entries:
        if entry.url:
            yield Link(entry.url, modified=entry.modified, given=entry.given)
    if not all(entry.url for entry in entries):
        yield Link(f"{fetch.url}{UNLINKED}", kind="feed", modified=fetch.raw_hash)


def parse(fetch: Fetch, data: bytes) -> Iterator[RawDocument | Reject]:
    """A document per entry that holds its article; an entry without text is a reject. Of a feed whose links are
    followed, only the entries without one are read."""
    is_followed = (fetch.asked_url or "").endswith(UNLINKED)
    position = -1
    try:
        entries = list(_entries(fetch, data))
    except (TooMuch, EncodingError) as error:
        yield reject(fetch, "too_large" if isinstance(error, TooMuch) else "encoding", str(error))
        return
    if not is_followed and (name := own_entity(data)):
        reason = f"is written with entities of its own (&{name[:40]};), which aren't resolved"
        yield reject(fetch, "malformed", reason)
        return
    for position, entry in enumerate(entries):
        if is_followed and entry.url:
            continue
        if not entry.content:
            name = entry.url or entry.given.get("title") or "without a link"
            yield reject(fetch, "empty", f"entry {position + 1} ({name[:200]}) holds no text of an article", position)
            continue
        yield RawDocument(
            raw_hash=fetch.raw_hash,
            position=position,
            source_name=fetch.source_name,
            path=fetch.url,
            fetched_at=fetch.fetched_at,
            html=entry.content if entry.is_html else None,
            text=None if entry.is_html else entry.content,
            external_id=entry.external_id,
            url=entry.url,
            is_listed="published" in entry.given,
            **entry.given,
        )
    if position < 0:
        yield reject(fetch, "empty", "is a feed without entries" if is_feed(data) else "is no feed that can be read")


def _entries(fetch: Fetch, data: bytes) -> Iterator[_Entry]:
    if data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from _json_entries(fetch, data)
        return
    import feedparser

    markup = root_element(data, declared_charset(fetch.media_type))
    check_markup(markup)
    # As a stream: of bytes, the parser would open the file that they name.
    found = feedparser.parse(
        io.BytesIO(markup), sanitize_html=False, resolve_relative_uris=False, response_headers=_IN_UTF_8
    )
    language = str(found.feed.get("language") or "")
    outlet = _clean(_plain(found.feed.get("title")))
    for entry in found.entries[:MAX_ENTRIES]:
        content, is_html = _content(entry)
        url = _absolute(fetch.url, _clean(entry.get("link")))
        given = {
            "title": _clean(_title(entry)),
            "byline": _clean(entry.get("author")),
            "published": _clean(entry.get("published") or entry.get("updated")),
            "language_code": _clean(language),
            "section_name": _clean(next((tag.get("label") or tag.get("term") for tag in entry.get("tags", ())), None)),
            "publisher_name": _clean(_plain(entry.get("source", {}).get("title"))) or _outlet(outlet, url or fetch.url),
        }
        yield _Entry(
            url=url,
            content=content,
            is_html=is_html,
            external_id=_clean(entry.get("id")),
            modified=_clean(entry.get("updated")) if "updated" in entry.keys() else None,  # noqa: SIM118
            given={name: value for name, value in given.items() if value},
        )


def _content(entry: Any) -> tuple[str | None, bool]:
    """The longest text of an entry, and whether it is HTML; what holds no tag keeps its lines as plain text."""
    parts = [str(part.get("value") or "") for part in entry.get("content") or ()] + [str(entry.get("summary") or "")]
    best = max(parts, key=len)
    if not best.strip():
        return None, False
    is_html = bool(_TAGS.search(best))
    return best if is_html else unescape(best), is_html


def _json_entries(fetch: Fetch, data: bytes) -> Iterator[_Entry]:
    check_json(data)
    try:
        content = json.loads(decode(data))
    except (ValueError, RecursionError):
        return
    if not isinstance(content, dict):
        return
    items = content.get("items")
    outlet = _clean(jsonl.words(content.get("title")))
    for item in (items if isinstance(items, list) else [])[:MAX_ENTRIES]:
        if isinstance(item, dict):
            fields = jsonl.read_fields({"language": content.get("language"), **item})
            text, html = fields.pop("text"), fields.pop("html")
            link, external_id = fields.pop("url"), fields.pop("external_id")
            url = _absolute(fetch.url, link or jsonl.words(item.get("external_url")))
            tags = item.get("tags")
            if isinstance(tags, list) and tags:
                fields["section_name"] = fields["section_name"] or jsonl.words(tags[0])
            fields["publisher_name"] = fields["publisher_name"] or _outlet(outlet, url or fetch.url)
            yield _Entry(
                url=url,
                content=html or text,
                is_html=bool(html),
                external_id=external_id,
                modified=jsonl.words(item.get("date_modified")),
                given={name: value for name, value in fields.items() if value},
            )


_PARTS = re.compile(r"\s+(?:[|–—»·:>/-]|::|--|\|\|)\s+|\s?[：｜]\s?")
_SHORTEST_NAME = 3  # letters by which a part of a feed's title is known to be the site's name


def _outlet(title: str | None, url: str) -> str | None:
    """The outlet by its feed's title: of "World news – The Courier" the part that names the site, else all of it."""
    try:
        site = _letters((urlsplit(url).hostname or "").removeprefix("www."))
    except ValueError:
        site = ""
    names = [(part, _letters(part).removeprefix("the")) for part in _PARTS.split(title or "")]
    of_site = (part for part, name in names if len(name) >= _SHORTEST_NAME and name in site)
    return next(of_site, title)


def _letters(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())


def _absolute(base: str, link: str | None) -> str | None:
    """The link as an http(s) address without its fragment; None for any other."""
    if not link:
        return None
    try:
        url = urljoin(base, link.strip()).partition("#")[0]
    except ValueError:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None


def _title(entry: Any) -> str:
    """An entry's title without its markup; a single "<word>" in plain text is none."""
    title = str(entry.get("title") or "")
    is_markup = "</" in title or entry.get("title_detail", {}).get("type") != "text/plain"
    return _plain(title) if is_markup else title


def _plain(title: Any) -> str:
    return _TAGS.sub("", str(title or ""))


def _clean(value: Any) -> str | None:
    text = " ".join(str(value or "").encode("utf-8", "replace").decode().split())
    return text[:2_000] or None
