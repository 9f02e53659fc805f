"""What a page says of its article in JSON-LD (schema.org), which most outlets' pages carry, often broken or many times.

A page may describe several articles, teasers among them; the one that is meant is the one with the page's address or
headline. Where the JSON can't be parsed, the few fields that matter are read off its text.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

from demarche.documents.cleaning import clean_line

_MAX_CHARACTERS = 1_000_000
_MAX_OBJECTS = 500
_MAX_NAMES = 20
_DESCENDED = ("@graph", "mainEntity", "mainEntityOfPage")
_ARTICLE = re.compile(r"Article|BlogPosting|Report|LiveBlog")
_WRAPPING = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.{0,20}?\*/)+|(?:(?://|/\*)\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_SALVAGED = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,500})"')
_SALVAGED_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s]{0,20}[^\]}]{0,200}?"name"\s*:\s*"((?:[^"\\]|\\.){1,200})"')


def find_article(tree: HtmlElement, addresses: Sequence[str], headlines: Sequence[str]) -> dict[str, Any]:
    """The JSON-LD object of the page's article, empty where there is none.

    Of several articles it is the one with one of the page's own ``addresses``, else with one of its ``headlines``, else
    the first; without any, the first object that knows its date of publication.
    """
    objects = [item for script in tree.iter("script") for item in _objects(script)]
    by_id = {item["@id"]: item for item in objects if isinstance(item.get("@id"), str) and len(item) > 1}
    articles = [item for item in objects if _ARTICLE.search(" ".join(names(item.get("@type"))))]
    found = (_meant(articles, addresses, headlines) if len(articles) > 1 else articles[:1]) or [
        item for item in objects if item.get("datePublished") or item.get("uploadDate")
    ]
    return {name: _resolved(value, by_id) for name, value in found[0].items()} if found else {}


def names(value: Any) -> list[str]:
    """The names in a value: a word, an object with a name, or a list of these."""
    values = value[:_MAX_NAMES] if isinstance(value, list) else [value]
    named = [item.get("name") if isinstance(item, dict) else item for item in values]
    words = [item[0] if isinstance(item, list) and item else item for item in named]
    return [text for item in words if isinstance(item, str) and (text := clean_line(html.unescape(item)))]


def address(article: dict[str, Any]) -> str | None:
    """The article's own address."""
    page = article.get("mainEntityOfPage")
    found = (article.get("url"), page.get("@id") if isinstance(page, dict) else page, article.get("@id"))
    urls = (value for value in found if isinstance(value, str) and value.startswith(("http://", "https://")))
    return next(urls, None)


def body(article: dict[str, Any]) -> str:
    """The article's text, where the object carries it; without tags."""
    text = article.get("articleBody")
    if not isinstance(text, str):
        return ""
    text = html.unescape(text)
    return re.sub(r"<[^<>]{1,1000}>", "", re.sub(r"(?i)</p>|<br\s*/?>", "\n\n", text)).strip()


def _objects(script: HtmlElement) -> Iterator[dict[str, Any]]:
    text = script.text or ""
    if "ld+json" not in script.get("type", "").lower() or len(text) > _MAX_CHARACTERS:
        return
    queue = deque([_parsed(text)])
    for _ in range(_MAX_OBJECTS):
        if not queue:
            return
        item = queue.popleft()
        if isinstance(item, list):
            queue.extend(item[:_MAX_OBJECTS])
        elif isinstance(item, dict):
            yield item
            queue.extend(value for name in _DESCENDED if (value := item.get(name)))


def _parsed(text: str) -> Any:
    """The JSON of a script, mended where it is broken in the usual ways; else what can be read off its text."""
    text = _WRAPPING.sub("", text.strip()).strip().rstrip(";")
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    fields: dict[str, Any] = {}
    for name, value in _SALVAGED.findall(text):
        fields.setdefault(name, value.replace('\\"', '"'))
    if fields and (author := _SALVAGED_AUTHOR.search(text)):
        fields["author"] = author[1]
    return fields | {"@type": "Article"} if "datePublished" in fields else None


def _meant(articles: list[dict[str, Any]], addresses: Sequence[str], headlines: Sequence[str]) -> list[dict[str, Any]]:
    own = {_bare(url) for url in addresses}
    by_address = [item for item in articles if (url := address(item)) and _bare(url) in own]
    said = " ".join(map(_letters, headlines))
    by_headline = [
        item for item in articles if (words := _letters(" ".join(names(item.get("headline"))))) and words in said
    ]
    return by_address or by_headline or articles


def _bare(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    """A value with what it points to ("@id") in its place."""
    if isinstance(value, list):
        return [_resolved(item, by_id) for item in value[:_MAX_NAMES]]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
        return by_id.get(value["@id"], value)
    return value
