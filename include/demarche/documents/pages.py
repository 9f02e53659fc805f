"""Web pages: the main text through trafilatura, and what their metadata say, in orders of preference."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from demarche.documents.cleaning import clean_line
from demarche.documents.publication import Moment, read_instant

MAX_PAGE_CHARACTERS = 5_000_000  # five times the largest news pages
MAX_TAGS = 60_000  # twice a long live blog's; time and memory of the extraction grow with them (60,000 take seconds)
TOO_DEEP = "is nested too deep to be a page of news; save its text as .txt"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # lxml gives these, but takes them nowhere
_MAX_JSON_CHARACTERS = 1_000_000
_MAX_JSON_OBJECTS = 500

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is our reject, not their error
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


class PageError(ValueError):
    """A page that can't be read; ``reason_type`` is the reject's."""

    def __init__(self, reason_type: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_type = reason_type


@dataclass(frozen=True)
class Markup:
    """A parsed page and its metadata."""

    tree: HtmlElement
    meta: dict[str, str]
    """``<meta>`` by name, property or itemprop in lower case; the first that is filled."""
    article: dict[str, Any]
    """The page's JSON-LD object of an article; empty where there is none."""
    is_cut: bool
    """Nested deeper than the parser follows."""


def parse_page(page: str) -> Markup:
    """The page as a tree. Raises PageError where it is too large or nothing at all."""
    if len(page) > MAX_PAGE_CHARACTERS:
        raise PageError("too_large", f"has {len(page)} characters, the limit is {MAX_PAGE_CHARACTERS}")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(_NO_XML.sub("", page).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageError("empty", "holds no page that can be read") from error
    is_cut = any("xcessive depth" in entry.message for entry in parser.error_log)
    if (tags := page.count("<")) > MAX_TAGS:
        if is_cut:
            raise PageError("too_deep", TOO_DEEP)
        raise PageError("too_large", f"has {tags} tags, the limit is {MAX_TAGS}; save its text as .txt")
    return Markup(tree, _meta(tree), _article(tree), is_cut)


def main_text(markup: Markup, url: str | None) -> str:
    """The article's paragraphs, one a line; empty where there is none."""
    text = _extracted(markup.tree, url)
    rows = sum(len(line) for line in text.split("\n") if line.startswith("|"))
    if rows > 0.5 * len(text) > 0:  # pages of old are laid out in tables; their cells are blocks, not data
        tree = deepcopy(markup.tree)
        for element in tree.iter("table", "tbody", "thead", "tr", "td", "th"):
            element.tag = "div"
        return _extracted(tree, url) or text
    return text


def _extracted(tree: HtmlElement, url: str | None) -> str:
    import trafilatura

    try:
        found = trafilatura.bare_extraction(tree, url=url, include_comments=False, with_metadata=False)
    except Exception:  # whatever a hostile page does to the library, the page is rejected and the next one is read
        return ""
    return (getattr(found, "text", None) or "") if found is not None else ""


def all_text(markup: Markup) -> str:
    """All visible text, for pages in which no main text is found."""
    import trafilatura

    try:
        return trafilatura.html2txt(markup.tree)
    except Exception:  # as in _extracted
        return ""


# --- metadata ----------------------------------------------------------------------------------------------------
def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content", "").strip()
        for attribute in ("property", "name", "itemprop"):
            name = element.get(attribute, "").strip().lower()
            if name and content:
                found.setdefault(name, content[:2_000])
    return found


def _article(tree: HtmlElement) -> dict[str, Any]:
    """The first JSON-LD object that is an article, else the first page that knows its date of publication."""
    objects = [item for script in tree.iter("script") for item in _json_objects(script)]
    for item in objects:
        if re.search(r"Article|BlogPosting|Report|LiveBlog", " ".join(_texts(item.get("@type")))):
            return item
    return next((item for item in objects if item.get("datePublished")), {})


def _json_objects(script: HtmlElement) -> Iterator[dict[str, Any]]:
    text = script.text or ""
    if "ld+json" not in script.get("type", "").lower() or len(text) > _MAX_JSON_CHARACTERS:
        return
    try:
        queue = [json.loads(text.strip().strip(";"), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MAX_JSON_OBJECTS):
        if not queue:
            return
        item = queue.pop(0)
        if isinstance(item, list):
            queue.extend(item[:_MAX_JSON_OBJECTS])
        elif isinstance(item, dict):
            yield item
            queue.extend(value for name in ("@graph", "mainEntity", "mainEntityOfPage") if (value := item.get(name)))


def _texts(value: Any) -> list[str]:
    """The names in a JSON-LD value: a word, an object with a name, or a list of these."""
    values = value[:20] if isinstance(value, list) else [value]
    named = [item.get("name") if isinstance(item, dict) else item for item in values]
    return [text for item in named if isinstance(item, str) and (text := clean_line(item))]


Rule = Callable[[Markup], str | None]


def _json(*path: str) -> Rule:
    def read(markup: Markup) -> str | None:
        value: Any = markup.article
        for step in path:
            value = value[0] if isinstance(value, list) and value else value
            value = value.get(step) if isinstance(value, dict) else None
        return ", ".join(dict.fromkeys(_texts(value))) or None

    return read


def _meta_of(*names: str) -> Rule:
    return lambda markup: next((clean_line(markup.meta[name]) for name in names if name in markup.meta), None)


def _element(path: str) -> Rule:
    compiled = etree.XPath(path)

    def read(markup: Markup) -> str | None:
        for found in compiled(markup.tree)[:5]:
            if text := clean_line(str(found) if isinstance(found, str) else found.text_content()):
                return text
        return None

    return read


_AUTHOR_PATH = etree.XPath(
    "//*[@rel='author' or @itemprop='author' or contains(concat(' ', @class, ' '), ' author ')"
    " or contains(@class, 'byline')"
    " or contains(@class, 'author-name') or contains(@class, 'author_name') or contains(@class, 'authorName')]"
)
_MAX_AUTHOR_CHARACTERS = 120  # an element that holds more than names is a box about the author


def _author_element(markup: Markup) -> str | None:
    """By the page's own marks; trafilatura's search for the author costs half as much as its main text."""
    texts = (clean_line(element.text_content()) for element in _AUTHOR_PATH(markup.tree)[:5])
    return next((text for text in texts if text and len(text) <= _MAX_AUTHOR_CHARACTERS), None)


def _time_element(markup: Markup) -> str | None:
    """A ``<time>`` marked as the day of publication, else in the article, else the only day that ``<time>`` give."""
    for path in (
        "//time[@pubdate or @itemprop='datePublished' or contains(@class, 'publish')]/@datetime",
        "(//article//header//time|//article//time)[1]/@datetime",
        "//*[@itemprop='datePublished']/@content",
    ):
        if found := markup.tree.xpath(path):
            return str(found[0])
    moments = [(given, read_instant(given)) for given in map(str, markup.tree.xpath("//time/@datetime")[:20])]
    return moments[0][0] if len({moment.day for _, moment in moments if moment}) == 1 else None


TITLE_RULES: dict[str, Rule] = {
    "json_ld": _json("headline"),
    "og_title": _meta_of("og:title"),
    "meta_title": _meta_of("twitter:title", "dc.title", "dcterms.title", "citation_title", "title", "headline"),
    "h1": _element("//h1"),
    "title_element": _element("//head/title|//title"),
}
BYLINE_RULES: dict[str, Rule] = {
    "json_ld": _json("author"),
    "meta_author": _meta_of("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl",
                            "sailthru.author", "citation_author"),
    "author_element": _author_element,
}  # fmt: skip
PUBLISHED_RULES: dict[str, Rule] = {
    "json_ld": _json("datePublished"),
    "meta_published": _meta_of(
        "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
        "article:published", "article.published", "parsely-pub-date", "sailthru.date", "bt:pubdate",
        "cxenseparse:recs:publishtime", "publish-date", "publish_date", "publishdate", "published_at", "published",
        "pubdate", "pub_date", "publication_date", "originalpublicationdate", "citation_publication_date",
        "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date",
        "rnews:datepublished", "release_date", "date",
    ),
    "time_element": _time_element,
}  # fmt: skip
MODIFIED_RULES: dict[str, Rule] = {
    "json_ld": _json("dateModified"),
    "meta_modified": _meta_of("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "lastmod",
                              "last-modified"),
}  # fmt: skip
URL_RULES: dict[str, Rule] = {
    "canonical_link": _element("//link[@rel='canonical']/@href"),
    "og_url": _meta_of("og:url"),
}
SECTION_RULES: dict[str, Rule] = {
    "json_ld": _json("articleSection"),
    "meta_section": _meta_of("article:section", "og:article:section", "section", "parsely-section"),
}
SOURCE_RULES: dict[str, Rule] = {
    "site_name": _meta_of("og:site_name", "application-name"),
    "json_ld_publisher": _json("publisher"),
}
LANGUAGE_RULES: dict[str, Rule] = {
    "html_lang": _element("/html/@lang"),
    "meta_language": _meta_of("og:locale", "content-language", "language"),
}


_HEADINGS = etree.XPath("//h1|//h2|//h3")


def headings(markup: Markup) -> list[str]:
    """The page's headings, largest first, at most forty; one of them is the title where metadata give none."""
    found = sorted(_HEADINGS(markup.tree)[:40], key=lambda element: ("h1", "h2", "h3").index(element.tag))
    return [text for element in found if (text := clean_line(element.text_content()))]


def searched_date(markup: Markup, url: str | None, fetched: date) -> Moment | None:
    """The day that htmldate reads off the page's text and address, not after the fetch."""
    from htmldate import find_date

    try:
        found = find_date(
            markup.tree,
            extensive_search=True,
            original_date=True,
            url=url,
            max_date=(fetched + timedelta(days=1)).isoformat(),
        )
    except Exception:  # as in _extracted
        return None
    return read_instant(found)
