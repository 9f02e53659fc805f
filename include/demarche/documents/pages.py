"""Web pages: the main text through trafilatura, and what their metadata say, in orders of preference."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HTMLParser, document_fromstring

from demarche import codebook
from demarche.documents import json_ld
from demarche.documents.cleaning import clean_line, clean_lines
from demarche.documents.lines import phrases, words_of
from demarche.documents.moments import Moment, days_in, read_instant

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

MAX_PAGE_CHARACTERS = 5_000_000  # five times the largest news pages
MAX_TAGS = 60_000  # twice a long live blog's; time and memory of the extraction grow with them (60,000 take seconds)
MAX_ATTRIBUTES = 10_000  # of an element; the parser's time grows with their square
_LONG_TAG = 2 * MAX_ATTRIBUTES  # characters
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_TAG = re.compile(rf"<[a-zA-Z](?:[^>\"']++|{_QUOTED.pattern})*+")
TOO_DEEP = "is nested too deep to be a page of news; save its text as .txt"
_NO_XML = bytes(set(range(32)) - set(b"\t\n\r"))  # lxml gives these, but takes them nowhere

# The same as references: "&#12;".
_CONTROL = re.compile(r"(?i)&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[\da-f]))(?:;|(?![\da-f]))")

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
    scripts: tuple[str, ...]
    """The texts of its scripts, which only look for days needs."""
    is_cut: bool
    """Nested deeper than the parser follows."""


_CANONICAL = etree.XPath("//link[@rel='canonical']/@href")
_HEADS = etree.XPath("//h1//text()[normalize-space()]|/html/head/title/text()")


_NESTED = etree.XPath("//p[p]")
# Of all elements the same: to ask for each whether it is a form or a field costs a twentieth of all parsing.
_ELEMENT_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment)


def parse_page(page: str) -> Markup:
    """The page as a tree. Raises PageError where it is too large or nothing at all."""
    if len(page) > MAX_PAGE_CHARACTERS:
        raise PageError("too_large", f"has {len(page)} characters, the limit is {MAX_PAGE_CHARACTERS}")
    long = [tag for tag in _TAG.findall(page) if len(tag) > _LONG_TAG]
    if any(len(_QUOTED.sub("", tag).split()) > MAX_ATTRIBUTES for tag in long):
        raise PageError("too_large", f"has an element with more than {MAX_ATTRIBUTES} attributes")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENT_CLASSES)
    try:
        page = _CONTROL.sub(" ", page)
        data = page.replace("\ufffe", "").replace("\uffff", "").encode("utf-8", "replace").translate(None, _NO_XML)
        tree = document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageError("empty", "holds no page that can be read") from error
    is_cut = any("xcessive depth" in entry.message for entry in parser.error_log)
    if (count := page.count("<")) > MAX_TAGS:
        if is_cut:
            raise PageError("too_deep", TOO_DEEP)
        raise PageError("too_large", f"has {count} tags, the limit is {MAX_TAGS}; save its text as .txt")
    etree.strip_tags(tree, "font")  # around single breaks the extractor would run their lines together
    for outer in _NESTED(tree):
        outer.tag = "div"  # paragraphs whose ends nobody wrote: the extractor would make one of them all
    scripts = _taken_out(tree)
    names = sorted(set(_NAMES(tree)))
    _drop_comments(_with_class(tree, "comments", names))
    _drop_answered(tree)
    _drop_offers(_with_class(tree, "offers", names))
    _drop_boxes(tree, _with_class(tree, "boxes", names), _with_class(tree, "captions", names))
    meta = _meta(tree)
    own = (*_CANONICAL(tree)[:1], *(meta[name] for name in ("og:url",) if name in meta))
    heads = (*(meta[name] for name in ("og:title", "twitter:title") if name in meta), *_HEADS(tree)[:3])
    article = json_ld.find_article(tree, list(map(str, own)), list(map(str, heads)))
    return Markup(tree, meta, article, tuple(scripts), is_cut)


_NAMES = etree.XPath("//@class|//@id", smart_strings=False)
_NAMED = etree.XPath("//*[@class=$name or @id=$name]")


@cache
def _class_words(group: str) -> re.Pattern[str]:
    """What a class or id has in it that is of a group; of readers' comments, what it begins with."""
    words = "|".join(map(re.escape, codebook.document("furniture")["markup"][group]))
    return re.compile(f"^(?:{words})" if group == "comments" else words, re.IGNORECASE)


def _with_class(tree: HtmlElement, group: str, names: Iterable[str]) -> list[HtmlElement]:
    """The elements whose class or id, one of ``names``, is of a group."""
    pattern = _class_words(group)
    return [element for name in names if pattern.search(name) for element in _NAMED(tree, name=name)]


def _drop_comments(found: Iterable[HtmlElement]) -> None:
    """Takes out what holds readers' comments by its class in another language; English ones the extractor knows."""
    for element in found:
        if element.getparent() is not None and element.tag != "body":
            element.drop_tree()


_LONGEST_REMARK = 2_500  # characters, on the average
_ARTICLE_HEADING = etree.XPath("boolean(descendant-or-self::h1)")


def _drop_answered(tree: HtmlElement) -> None:
    """Takes out what readers wrote, in markup of whatever name: elements of one kind beside one another, each with a
    link by which it is answered."""
    words = _answers()
    links = [link for link in tree.iter("a", "button", "span") if link.text and link.text.strip().casefold() in words]
    if len(links) < 2:
        return
    counts: Counter[HtmlElement] = Counter(element for link in links for element in link.iterancestors())
    waiting = [tree]
    while waiting:
        kinds: dict[tuple[str, str], list[HtmlElement]] = {}
        for child in waiting.pop():
            if counts[child]:
                kinds.setdefault((child.tag, _NUMBER.sub("", child.get("class", ""))), []).append(child)
        for children in kinds.values():
            if len(children) > 1 and _are_remarks(children, counts):
                for child in children:
                    child.drop_tree()
            else:
                waiting += children


def _are_remarks(elements: Sequence[HtmlElement], counts: Mapping[HtmlElement, int]) -> bool:
    """Whether elements are no longer than readers' words are, by their links to answer, and none holds the headline."""
    size = sum(len(element.text_content()) for element in elements)
    is_short = size <= _LONGEST_REMARK * sum(counts[element] for element in elements)
    return is_short and not any(map(_ARTICLE_HEADING, elements))


@cache
def _answers() -> frozenset[str]:
    return frozenset(codebook.document("furniture")["markup"]["answers"])


_LONGEST_OFFER = 600  # characters; what is longer holds the article as well


def _drop_offers(found: Iterable[HtmlElement]) -> None:
    """Takes out what is an offer of the page by its class and by what it says to the reader."""
    for element in found:
        text = element.text_content()
        is_box = len(text) <= _LONGEST_OFFER and element.tag not in ("body", "html", "article", "main")
        speaks = is_box and words_of("site_words").search(text) and words_of("address_words").search(text)
        if speaks and element.getparent() is not None:
            element.drop_tree()


def _prose_length(tree: HtmlElement) -> int:
    return sum(len(_prose(paragraph)) for paragraph in tree.iter("p"))


_MOST_BESIDE_TEXT = 0.3  # of a page's prose; what has more holds the article, or is it


def _drop_boxes(tree: HtmlElement, boxes: list[HtmlElement], captions: list[HtmlElement]) -> None:
    """Takes out boxes of facts, tables of prices, advertisements and captions, by their class."""
    if not boxes and not captions:
        return
    size = _prose_length if _prose_length(tree) else _TEXT_LENGTH  # where a page has no paragraphs, all its text counts
    most = _MOST_BESIDE_TEXT * size(tree)
    half = _TEXT_LENGTH(tree) / 2
    found = [element for element in boxes if size(element) <= most and _TEXT_LENGTH(element) <= half]
    if sum(len(element.text_content()) for element in captions) <= most:  # in a gallery they are the article
        found += captions
    for element in found:
        is_page = element.tag in ("body", "html", "article", "main") or _ARTICLE_HEADING(element)
        if not is_page and element.getparent() is not None:
            element.drop_tree()


_LINKED_DATA = ("application/ld+json", "application/settings+json")


def _taken_out(tree: HtmlElement) -> list[str]:
    """Takes scripts and styles out of the page, but for data about its article, and gives the texts of all scripts. The
    extractor would copy them four times before it does so itself, and they are most of many pages."""
    scripts = []
    for element in list(tree.iter("script", "style")):
        if element.tag == "script" and element.text:
            scripts.append(element.text)
        if element.get("type", "").lower() not in _LINKED_DATA and element.getparent() is not None:
            element.drop_tree()
    return scripts


def main_text(markup: Markup) -> str:
    """The article's paragraphs, one a line; empty where there is none."""
    text = _with_lost(_with_plain_rows(_text_of(markup)), markup.tree)
    said = json_ld.body(markup.article)
    if "\n" not in text and "\n" in said and text.split() == said.split():
        return said  # the extractor found the same words there, and joined them
    return text


_MOST_BETWEEN = 300  # crossheads and lists of a page that are looked at
_MOST_LINKED_TEXT = 0.3  # of a list; one with more leads to other pages


def _with_lost(text: str, tree: HtmlElement) -> str:
    """A main text with the crossheads and lists between two of its paragraphs that the extractor lost."""
    if not text:
        return text
    lines = text.split("\n")
    for element in reversed(list(islice(tree.iter("h2", "h3", "h4", "ul", "ol"), _MOST_BETWEEN))):
        before = next(element.itersiblings("p", preceding=True), None)
        behind = next(element.itersiblings("p"), None)
        if before is None or behind is None:
            continue
        is_list = element.tag in ("ul", "ol")
        found = (clean_line(part.text_content()) for part in (element.iter("li") if is_list else [element]))
        lost = [f"- {line}" if is_list else line for line in found if line]
        if not lost or any(line.removeprefix("- ")[:_BEGINNING] in text for line in lost):
            continue
        if sum(len(_text(link)) for link in element.iter("a")) > _MOST_LINKED_TEXT * len(element.text_content()):
            continue
        above, below = _number_of(before, lines), _number_of(behind, lines)
        if above is not None and below is not None:
            lines[above + 1 : above + 1] = lost
    return "\n".join(lines)


def _number_of(paragraph: HtmlElement, lines: list[str]) -> int | None:
    """The number of the line that begins as a paragraph does."""
    begins = (clean_line(paragraph.text_content()) or "")[:_BEGINNING]
    return next((number for number, line in enumerate(lines) if begins and line.startswith(begins)), None)


def _with_plain_rows(text: str) -> str:
    """Rows of tables without the marks of a table at their ends, and without those between its head and its body."""
    lines = [line.strip(" |") if line.startswith("|") else line for line in text.split("\n")]
    return "\n".join(line for line in lines if line.strip("-| "))


def _text_of(markup: Markup) -> str:
    text = _extracted(markup.tree)
    is_part = len(text) < _MOST_FOUND * sum(len(_prose(paragraph)) for paragraph in markup.tree.iter("p"))
    joined = _joined(markup.tree) if is_part else None
    if joined is not None:
        whole = _extracted(joined)
        if len(whole) > len(text) and text[:_BEGINNING] in whole:
            return whole
    rows = sum(len(line) for line in text.split("\n") if line.startswith("|"))
    if rows > 0.5 * len(text) > 0:  # pages of old are laid out in tables; their cells are blocks, not data
        tree = deepcopy(markup.tree)
        for element in tree.iter("table", "tbody", "thead", "tr", "td", "th"):
            element.tag = "div"
        return _extracted(tree) or text
    return text


_MOST_FOUND = 0.7  # of a page's prose; a text that has less may be one part of several
_MOST_PARTS = 60
_NUMBER = re.compile(r"\d+")  # in a class that counts the parts
_NO_PART = re.compile(
    r"(?i)comment|repl(?:y|ies)|respon(?:d|ses?\b)|discuss|teaser|related|promo|widget|sidebar|footer|card|recommend|trending"
)


def _prose(paragraph: HtmlElement) -> str:
    """A paragraph's text if it is a sentence or more; else nothing."""
    text = paragraph.text_content().strip()
    return text if len(text) > _LONG_ENOUGH and _ENDS_SENTENCE.search(text, len(text) - 9) else ""


def _joined(tree: HtmlElement) -> HtmlElement | None:
    """A copy of a page with the parts of its article in one place, where it stands in several elements of one kind, as
    columns and advertisements divide it: the extractor knows only the first. None where there is one."""
    copy = deepcopy(tree)
    kinds: dict[tuple[str, ...], dict[HtmlElement, int]] = {}
    for paragraph in copy.iter("p"):
        parent = paragraph.getparent()
        if parent is None or not (length := len(_prose(paragraph))):
            continue
        above = list(islice(parent.iterancestors(), 2))
        kind = tuple(f"{element.tag} {_NUMBER.sub('', element.get('class', ''))}" for element in (parent, *above))
        parts = kinds.setdefault(kind, {})
        parts[parent] = parts.get(parent, 0) + length
    parts = max(kinds.values(), key=lambda parts: sum(parts.values()), default={})
    if not 1 < len(parts) <= _MOST_PARTS:
        return None
    first, *others = parts
    for element in (first, *first.iterancestors()):
        if _NO_PART.search(f"{element.get('class', '')} {element.get('id', '')}") and element.tag != "body":
            return None
    last = others[-1]
    whole = next(element for element in first.iterancestors() if element in set(last.iterancestors()))
    branch = next(element for element in (first, *first.iterancestors()) if element.getparent() is whole)
    until = next(element for element in (last, *last.iterancestors()) if element.getparent() is whole)
    between = []
    for element in branch.itersiblings():
        if element.tag in ("aside", "footer", "nav") or _OTHER_ARTICLE(element):
            break
        between.append(element)
        if element is until:
            break
    first.extend(between)
    return copy if between else None


_OTHER_ARTICLE = etree.XPath(
    "boolean(descendant-or-self::article|.//*[self::h1 or self::h2 or self::h3][.//a/@href]|.//a[.//h2 or .//h3])"
)  # or its teaser
_ENDS_SENTENCE = re.compile(r"[.!…。！][\"”’')\]»]*$")
_SHORTEST_LINK = 8  # characters of a title
_MAX_LINKED = 200  # lines that are compared with links
_MOST_LINKS = 0.3  # of a text's lines; more of them are a list that is the article


def without_links(lines: list[str], markup: Markup) -> list[str]:
    """The lines of a main text without those that are nothing but links to other pages, and no sentences."""
    maybe = [line for line in lines if len(line) <= 500 and not _ENDS_SENTENCE.search(line)]
    if not maybe or len(maybe) > _MAX_LINKED:
        return lines
    joined = " ".join(maybe)
    printed = {text for link in markup.tree.iter("a") if len(text := _text(link)) >= _SHORTEST_LINK}
    texts = {text for text in map(clean_line, printed) if text and len(text) >= _SHORTEST_LINK and text in joined}
    links = sorted(texts, key=len, reverse=True)
    linked = {line for line in maybe if len(_without(links, line)) <= _MOST_UNLINKED * len(line)}
    if len(linked) > _MOST_LINKS * len(lines):
        return lines
    announced = {line for line in maybe if _is_announced(line, links)}
    return [line for line in lines if line not in linked and line not in announced]


def _text(element: HtmlElement) -> str:
    """Its whole text; of most links there is nothing to be put together."""
    return str(element.text_content()) if len(element) else element.text or ""


_MOST_UNLINKED = 0.2  # of a line
_DAY_AND_HOUR = re.compile(
    r"(?:\d{1,2}\.? [^\W\d_]{3,12}\.?(?: \d{4})?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})?,?\s*(?:\d{1,2}:\d\d)?"
)
_TO_OTHERS = ("list", "ending", "line")  # how links to other articles are announced


def _without(links: Sequence[str], line: str) -> str:
    """What of a line is in none of the links."""
    for link in links:
        line = line.replace(link, "")
    return line


def _is_announced(line: str, links: Sequence[str]) -> bool:
    """Whether a line has a link, and beside it nothing but words that announce one, or the day of where it leads to."""
    rest = _without(links, line)
    if len(rest) == len(line):
        return False
    bare = rest.strip(" :|>[]()»→·•-–—")
    return any(phrases(group).fullmatch(bare) for group in _TO_OTHERS) or _DAY_AND_HOUR.fullmatch(bare) is not None


@cache
def _options() -> Extractor:
    """The extractor's defaults without comments; to read them from its configuration each time costs a tenth of it."""
    from trafilatura.settings import Extractor

    return Extractor(output_format="python", comments=False)


_LONG_ENOUGH = 80  # characters of text that stands bare and may be a paragraph
_MOST_LOOSE = 20


def _enclose_loose(tree: HtmlElement) -> None:
    """Gives a paragraph its tags that stands bare before a ``<p>``: the extractor would lose it."""
    count = 0
    for following in list(tree.iter("p")):
        before, parent = following.getprevious(), following.getparent()
        words = before.tail if before is not None else parent.text if parent is not None else None
        if not words or (len(words) <= _LONG_ENOUGH and (before is None or before.tag not in _INLINE)):
            continue
        inside: list[HtmlElement] = []  # what the paragraph has of links and the like
        while before is not None and before.tag in _INLINE and before.tag != "img":
            inside.insert(0, before)
            before = before.getprevious()
        text = before.tail if before is not None else parent.text
        bare = (text or "", *(one.tail or "" for one in inside))
        if sum(len(part.strip()) for part in bare) <= _LONG_ENOUGH:
            continue
        paragraph = etree.Element("p")
        paragraph.text = " ".join(clean_lines(text or ""))
        if inside and text and text[-1].isspace():
            paragraph.text += " "
        if before is not None:
            before.tail = None
        else:
            parent.text = None
        following.addprevious(paragraph)
        paragraph.extend(inside)
        count += 1
        if count == _MOST_LOOSE:
            return


def _extracted(tree: HtmlElement) -> str:
    from trafilatura import core

    _enclose_loose(tree)
    compare, measure = core.compare_extraction, core.html2txt
    length = 0  # of the text that was found first

    def compared(cleaned_tree: Any, raw_tree: Any, body: Any, text: str, options: Extractor) -> tuple[Any, str]:
        nonlocal length
        body, text = _compared(cleaned_tree, raw_tree, body, text, options)
        length = length or len(text)
        return body, text

    def page_text(content: Any, clean: bool = True) -> str:
        """The page's text, by whose length the extractor judges whether it missed most of it: none where it can't be
        so long that this would matter, because to measure it costs a sixth of the extraction."""
        return "" if length >= core.ESCALATION_PAGE_SHARE * _longest_text(content) else measure(content, clean)

    core.compare_extraction, core.html2txt = compared, page_text
    try:
        found = core.bare_extraction(tree, options=_options())
    except Exception:  # whatever a hostile page does to the library, the page is rejected and the next one is read
        return ""
    finally:
        core.compare_extraction, core.html2txt = compare, measure
    return (getattr(found, "text", None) or "") if found is not None else ""


_TEXT_LENGTH = etree.XPath("string-length(normalize-space(.))")
_PARAGRAPHS = etree.XPath("count(.//p[.//text()]) > 0 and count(.//table) <= count(.//p)")


_ELEMENTS = etree.XPath("count(.//*)")


def _longest_text(tree: HtmlElement) -> int:
    """No fewer characters than trafilatura's text of a page has: with nothing left out, and a blank at both sides of
    each element."""
    body = tree.find(".//body")
    body = tree if body is None else body
    return int(_TEXT_LENGTH(body)) + 2 * int(_ELEMENTS(body))


def _compared(cleaned_tree: Any, raw_tree: Any, body: Any, text: str, options: Extractor) -> tuple[Any, str]:
    """trafilatura's comparison of its text with readability's, which costs a fifth of the extraction, only where it may
    change anything: a sound text is given up for one more than twice as long, and most pages haven't that much."""
    from trafilatura import external

    if (
        len(text) >= options.min_extracted_size
        and options.focus == "balanced"
        and 2 * len(text) >= _TEXT_LENGTH(raw_tree) - sum(map(_TEXT_LENGTH, raw_tree.iter("script")))
        and _PARAGRAPHS(body)
        and not body.xpath(external.SANITIZED_XPATH)
    ):
        return body, text
    return external.compare_extraction(cleaned_tree, raw_tree, body, text, options)


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


Rule = Callable[[Markup], str | None]


def _json(name: str) -> Rule:
    return lambda markup: ", ".join(dict.fromkeys(json_ld.names(markup.article.get(name)))) or None


def _first_json(*fields: str) -> Rule:
    return lambda markup: next(filter(None, (_json(field)(markup) for field in fields)), None)


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


def _marked(attributes: etree.XPath, markup: Markup) -> Iterator[HtmlElement]:
    """The elements of attributes. To look for these takes a quarter of the time that looking at every element takes."""
    return (found.getparent() for found in attributes(markup.tree))


_HEADLINE = etree.XPath("//@class[contains(., 'entry-title') or contains(., 'headline')]|//@itemprop[.='headline']")


def _headline_element(markup: Markup) -> str | None:
    """What the page marks as a headline, if it marks a single one: teasers have theirs."""
    found = {clean_line(element.text_content()) for element in islice(_marked(_HEADLINE, markup), 20)} - {None}
    return found.pop() if len(found) == 1 else None


_MAYBE_AUTHOR = etree.XPath(
    "//@class[contains(., 'author') or contains(., 'yline') or contains(., 'riter') or contains(., 'autor')]"
    "|//@rel[.='author']|//@itemprop[.='author']"
)
_AUTHOR_CLASS = re.compile(
    r"(?:^|\s)author(?:\s|$)|[Bb]yline|author-name|author_name|authorName"
    r"|(?:^|[\s_-])(?:post|entry|article|story|content|news)[_-]{1,2}author(?:\s|$)|(?:^|\s)(?:[Ww]riter|autor)(?:\s|$)"
)
_MOST_AUTHORS = 5
_MAX_AUTHOR_CHARACTERS = 120  # an element that holds more than names is a box about the author
_AUTHOR_META = ("author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author",
                "byl", "sailthru.author", "citation_author", "cxenseparse:author")  # fmt: skip
_LOGIN = re.compile(r"https?:.*|[@\w.-]*[\d_@.][\w.-]*|[a-z][a-z0-9._-]*|[Aa]dmin\w*|[Ee]ditor")


def _author_meta(markup: Markup) -> str | None:
    """The names in metadata; not addresses of profiles and names by which people log in."""
    found = [clean_line(markup.meta[name]) for name in _AUTHOR_META if name in markup.meta]
    if markup.meta.get("twitter:label1", "").lower() in ("written by", "author", "by"):
        found.append(clean_line(markup.meta.get("twitter:data1")))
    return next((name for name in found if name and not _LOGIN.fullmatch(name)), None)


def _author_element(markup: Markup) -> str | None:
    """By the page's own marks, of several authors those beside one another; trafilatura's search for the author costs
    half as much as its main text."""
    marked = (
        element
        for element in _marked(_MAYBE_AUTHOR, markup)
        if "author" in (element.get("rel"), element.get("itemprop")) or _AUTHOR_CLASS.search(element.get("class", ""))
    )
    found: list[str] = []
    beside: HtmlElement | None = None
    for element in islice(marked, _MOST_AUTHORS):
        text = clean_line(element.text_content())
        if not text or len(text) > _MAX_AUTHOR_CHARACTERS:
            continue
        if beside is not None and element.getparent() is not beside:
            break  # of a teaser, or the same names again
        beside = element.getparent()
        if not any(text in other or other in text for other in found):
            found.append(text)
    return ", ".join(found) or None


_DAY_PROPERTY = etree.XPath("//@itemprop[.='datePublished']")
_STAMPS = "@*[starts-with(name(), 'data-') and (contains(name(), 'time') or contains(name(), 'date'))]"
_BELOW_HEADING = etree.XPath(
    "(//h1|//*[@role='heading' and @aria-level='1'])[1]"
    f"/following::*[(self::time or self::p or @title or {_STAMPS})"
    " and not(ancestor::aside or ancestor::footer or ancestor::nav)]"
)
_STAMPED = etree.XPath(_STAMPS)
_BESIDE_HEADING = etree.XPath("(//article[.//h1]//header//time|//article[.//h1]//time)/@datetime")
_CHANGED = re.compile(r"(?i)updat|modif|edit")
_PROSE = 150  # characters of a paragraph that belongs to the article


def _time_element(markup: Markup) -> str | None:
    """A ``<time>`` marked as the day of publication; the first between heading and text, or the day that another
    element's attributes give there; else the first beside the heading. Teasers have theirs elsewhere."""
    for element in markup.tree.iter("time"):
        is_marked = element.get("pubdate") is not None or "publish" in element.get("class", "")
        if is_marked and (given := element.get("datetime")):
            return str(given)
    for element in _marked(_DAY_PROPERTY, markup):
        if given := element.get("content") or element.get("datetime"):
            return str(given)
    prose = 0
    for element in _BELOW_HEADING(markup.tree)[:60]:
        if element.tag == "p":
            prose += len(element.text_content())
            if prose > _PROSE:
                break
        elif not _CHANGED.search(" ".join((element.get("class", ""), *map(str, element.attrib)))):
            if given := element.get("datetime"):
                return str(given)
            stamps = (str(said) for said in (*_STAMPED(element), element.get("title", "")) if element.tag != "img")
            if stamp := next(filter(_is_stamp, stamps), None):
                return stamp
    given_beside = _BESIDE_HEADING(markup.tree)[:1]
    return str(given_beside[0]) if given_beside else None


_MOST_BESIDE = 15  # letters beside a day in an attribute, as weekday and time have them


def _is_stamp(said: str) -> bool:
    """Whether an attribute holds a day and hardly anything else."""
    if read_instant(said) is None:
        return False
    for start, end, _ in reversed(days_in(said)):
        said = said[:start] + said[end:]
    return sum(map(str.isalpha, said)) <= _MOST_BESIDE


def _lone_time(markup: Markup) -> str | None:
    """The only day that the ``<time>`` elements of a page give, wherever they stand."""
    times = (
        given
        for element in markup.tree.iter("time")
        if (given := element.get("datetime")) and not any(map(is_aside, element.iterancestors()))
    )
    moments = [(given, read_instant(given)) for given in islice(times, 20)]
    return moments[0][0] if len({moment.day for _, moment in moments if moment}) == 1 else None


def as_printed(moment: Moment, markup: Markup) -> Moment:
    """The moment with the outlet's own day, where a ``<time>`` of the page gives the same instant in another zone."""
    if moment.instant is None:
        return moment
    times = (read_instant(element.get("datetime")) for element in islice(markup.tree.iter("time"), 20))
    return next((time for time in times if time and time.instant == moment.instant), moment)


_SCRIPT_DAY = re.compile(
    r"""(?<!\w)["']?(?:(?:article_?|first_?|original_?)?(?:publish(?:ed)?|publication|pub)_?(?:date|time|at|on|timestamp)?"""
    r"""(?:_?utc)?|date_?(?:published|publication)|published_?(?:first|time)|firstpublished)["']?\s*[:=]\s*["']?([^"'<>,{}\[\]]{6,60})""",
    re.IGNORECASE,
)
_MAY_NAME_DAY = re.compile(r"[pP](?:ubli|UBLI|ub_?[dDtT])")  # cheap to look for
_MAX_SCRIPT_CHARACTERS = 200_000


def _script_value(markup: Markup) -> str | None:
    """The only day of publication that the page's own scripts name (data layers for advertising and measuring)."""
    found = [
        (value, moment)
        for script in markup.scripts
        if len(script) <= _MAX_SCRIPT_CHARACTERS and _MAY_NAME_DAY.search(script)
        for value in _SCRIPT_DAY.findall(script)
        if (moment := read_instant(value))
    ]
    return found[0][0] if len({moment.day for _, moment in found}) == 1 else None


_BASE = etree.XPath("/html/head/base/@href|//base/@href")


def _absolute(rule: Rule) -> Rule:
    """A rule's address, with what the page says that addresses begin with."""

    def read(markup: Markup) -> str | None:
        found = rule(markup)
        base = next(iter(_BASE(markup.tree)), "")
        try:
            return urljoin(str(base), found) if found and base else found
        except ValueError:
            return found

    return read


def _own_address(markup: Markup) -> str | None:
    return json_ld.address(markup.article)


TITLE_RULES: dict[str, Rule] = {
    "json_ld": _json("headline"),
    "og_title": _meta_of("og:title"),
    "meta_title": _meta_of("twitter:title", "dc.title", "dcterms.title", "citation_title", "title", "headline"),
    "h1": _element("//h1|//*[@role='heading'][@aria-level='1']"),
    "headline_element": _headline_element,
    "title_element": _element("//head/title|//title"),
}
BYLINE_RULES: dict[str, Rule] = {
    "json_ld": _json("author"),
    "meta_author": _author_meta,
    "author_element": _author_element,
}  # fmt: skip
PUBLISHED_RULES: dict[str, Rule] = {
    "json_ld": _first_json("datePublished", "uploadDate"),
    "meta_published": _meta_of(
        "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
        "article:published", "article.published", "parsely-pub-date", "sailthru.date", "bt:pubdate",
        "cxenseparse:recs:publishtime", "publish-date", "publish_date", "publishdate", "published_at", "published",
        "pubdate", "pub_date", "publication_date", "originalpublicationdate", "citation_publication_date",
        "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date",
        "rnews:datepublished", "release_date", "uploaddate",
    ),
    "time_element": _time_element,
}  # fmt: skip
LIKELY_PUBLISHED_RULES: dict[str, Rule] = {  # which a day printed between title and text contradicts
    "lone_time": _lone_time,
    "meta_date": _meta_of("date"),  # of the article, or of the file
    "script": _script_value,
}
MODIFIED_RULES: dict[str, Rule] = {
    "json_ld": _json("dateModified"),
    "meta_modified": _meta_of("article:modified_time", "article:modified", "article.updated", "og:updated_time",
                              "datemodified", "dcterms.modified", "dc.date.modified", "lastmod", "last-modified",
                              "revised"),
    "time_element": _element("//time/@class[contains(., 'updated')]/../@datetime"
                             "|//@itemprop[.='dateModified']/../@datetime|//@itemprop[.='dateModified']/../@content"),
}  # fmt: skip
URL_RULES: dict[str, Rule] = {
    "canonical_link": _absolute(_element("//link[@rel='canonical']/@href")),
    "og_url": _absolute(_meta_of("og:url")),
    "json_ld": _own_address,
}
SECTION_RULES: dict[str, Rule] = {
    "json_ld": _json("articleSection"),
    "meta_section": _meta_of(
        "article:section",
        "article.section",
        "og:article:section",
        "section",
        "parsely-section",
        "dc.subject",
        "cxenseparse:section",
    ),
}
SOURCE_RULES: dict[str, Rule] = {
    "site_name": _meta_of("og:site_name", "application-name"),
    "json_ld_publisher": _json("publisher"),
    "meta_publisher": _meta_of("dc.publisher", "dcterms.publisher", "publisher", "citation_publisher"),
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


def shown_headlines(markup: Markup) -> list[str]:
    """The texts of a page's ``<h1>``."""
    return [text for element in markup.tree.iter("h1") if (text := clean_line(element.text_content()))]


def shown_title(markup: Markup, title: str) -> str | None:
    """The page's only ``<h1>``, where the title of its window says the same: whatever it tells search engines. Where
    the window has both it and ``title``, it is the outlet's name."""
    shown = shown_headlines(markup)
    if len(shown) != 1 or len(shown[0].split()) < 4:
        return None
    window, letters, told = map(_letters, (TITLE_RULES["title_element"](markup) or "", shown[0], title))
    is_outlet = told not in letters and told in window.replace(letters, "", 1)
    return shown[0] if window.startswith(letters) and not is_outlet else None


def named_heading(markup: Markup) -> str | None:
    """The only heading that the title of the page's window repeats: neither the outlet's name nor a crosshead."""
    window = _letters(TITLE_RULES["title_element"](markup) or "")
    found = {line for line in headings(markup) if len(line.split()) >= 4 and _letters(line) in window} if window else ()
    return next(iter(found)) if len(found) == 1 else None


_NEW_YEAR = re.compile(
    r"(?i)(?<!\d)0?1[-/.\s]{1,2}0?1(?!\d)|\bjan\w*\.? 0?1(?!\d)|(?<!\d)0?1(?:er|º|\.)? (?:de )?[jeя]\w{0,2}n"
)


def searched_date(markup: Markup, url: str | None, fetched: date) -> Moment | None:
    """The day that htmldate reads off the page's text and address, not after the fetch and not beside the article; a
    bare year or month is no day."""
    from htmldate import find_date

    try:
        tree = _without_asides(markup.tree)
        found = find_date(
            tree,
            extensive_search=True,
            original_date=True,
            url=url,
            max_date=(fetched + timedelta(days=1)).isoformat(),
        )
        if found and found.endswith("-01-01") and not _NEW_YEAR.search(tree.text_content()):
            return None
        if found and not _names_day(found, tree, url):
            return None
    except Exception:  # as in _extracted
        return None
    return read_instant(found)


def _names_day(day: str, tree: HtmlElement, url: str | None) -> bool:
    """Whether a page has the number of a day near its year: of a month alone, or a day that the calendar lacks,
    htmldate makes one of its own, even today's."""
    year, month, number = day.split("-")
    alone = rf"(?<!\d)0?{int(number)}(?!\d)"
    year_of = rf"(?:{year}|(?<!\d){year[2:]}(?!\d))"
    named = re.compile(rf"{alone}.{{1,20}}?{year_of}|{year_of}.{{1,20}}?{alone}|{year}{month}{number}", re.DOTALL)
    return any(named.search(text) for text in (url or "", tree.text_content(), *map(str, _SAID(tree))))


_SAID = etree.XPath("//@content|//@datetime|//@title|//@href|//@data-date|//script/text()")
_BESIDE = re.compile(
    r"(?i)(?:^|[\s_-])(?:related|teasers?|recommend\w*|trending|most-?read|popular|sidebar)(?:$|[\s_-])"
)
_HOLDS_ARTICLE = etree.XPath(f"boolean(.//h1|.//article|.//main|.//p[string-length() > {_PROSE}])")


def is_aside(element: HtmlElement) -> bool:
    """Whether an element stands beside the article: an ``<aside>``, or a box of related articles."""
    names = element.get("class", ""), element.get("id", "")
    if element.tag == "aside":
        return not any(map(_APART.search, names))
    return any(names) and _is_beside(*names) and not _HOLDS_ARTICLE(element)


@lru_cache(4_096)
def _is_beside(*names: str) -> bool:
    return any(map(_BESIDE.search, names))


def _without_asides(tree: HtmlElement) -> HtmlElement:
    copy = deepcopy(tree)
    for element in [element for element in copy.iter("aside", "div", "section", "ul") if is_aside(element)]:
        if element.getparent() is not None:
            element.drop_tree()
    return copy


# --- what a reader sees around the article -----------------------------------------------------------------------
_HIDDEN = {"script", "style", "noscript", "template", "svg", "head", "form", "button", "select", "iframe", "object"}
_INLINE = {"a", "b", "i", "em", "strong", "span", "u", "s", "small", "font", "abbr", "cite", "q", "sup", "sub", "mark",
           "code", "bdi", "bdo", "ins", "wbr", "label", "data", "img", "picture", "source"}  # fmt: skip
_APART = re.compile(r"(?i)date|time|author|byline|publish|updat|stamp")
_PART_OF_DAY = re.compile(r"(?i)(?:^|[\s_-])(?:day|month|year)")
_LINES_BEFORE, _LINES_AFTER, _LINES_BEHIND = 6, 14, 8
_BEGINNING = 60  # characters by which a paragraph is found again


@dataclass(frozen=True)
class Surroundings:
    """Lines of a page beside its article: before the title, between title and text, behind the text."""

    above: tuple[str, ...] = ()
    below_title: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def surroundings(markup: Markup, title: str | None, paragraphs: Sequence[str]) -> Surroundings:
    """What stands around the article; empty where its text isn't found among the page's lines."""
    if not paragraphs:
        return Surroundings()
    first, last = (paragraphs[number][:_PROSE] for number in (0, -1))
    lines: list[str] = []
    start = end = None
    for line in _visible_lines(markup.tree):
        lines.append(line)
        if start is None and line.startswith(first[:_BEGINNING]):
            start = len(lines) - 1
        if start is not None and line.startswith(last[:_BEGINNING]):
            end = len(lines)
        if end is not None and len(lines) == end + _LINES_BEHIND:
            break
    if start is None:
        return Surroundings()
    heads = [number for number, line in enumerate(lines[:end]) if title and _same(line, title)]
    head = next((number for number in reversed(heads) if number < start), None)
    if head is None and heads:  # what was found first stands beside the article
        begins = tuple(paragraph[:_BEGINNING] for paragraph in paragraphs)
        below = range(heads[0] + 1, len(lines))
        if found := next((number for number in below if lines[number].startswith(begins)), None):
            head, start = heads[0], found
    top = max(0, (start if head is None else head) - _LINES_BEFORE)
    return Surroundings(
        tuple(lines[top : start if head is None else head]),
        () if head is None else tuple(lines[head + 1 : start][:_LINES_AFTER]),
        () if end is None else tuple(lines[end : end + _LINES_BEHIND]),
    )


def _same(line: str, title: str) -> bool:
    return abs(len(line) - len(title)) < 20 and _letters(line) == _letters(title) != ""


_NO_LETTERS = re.compile(r"[\W_]+")


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())


def _visible_lines(tree: HtmlElement) -> Iterator[str]:
    """The text of the page's blocks, one after the other; what is marked as date or author stands apart."""
    words: list[str] = []
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if words:
            named = element.get("class", "")
            if tag not in _INLINE or _APART.search(named + element.get("itemprop", "")):
                if line := clean_line("".join(words)):
                    yield line
                words = []
            elif named and _PART_OF_DAY.search(named):
                words.append(" ")
        if event == "end":
            if element.tail:
                words.append(element.tail)
        elif tag in _HIDDEN or is_aside(element):
            walk.skip_subtree()
        elif element.text:
            if words and _touch(words[-1], element.text):
                words.append(" ")
            words.append(element.text)
    if line := clean_line("".join(words)):
        yield line


_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|[ºª°])\b")


def _touch(before: str, text: str) -> bool:
    """Whether words of two elements that touch are parts of a date, as "Mar", "5" and "2015" that styles set apart."""
    last, first = before[-1:], text[:1]
    is_number = last.isdigit() or first.isdigit()
    return is_number and last.isalnum() and first.isalnum() and not _ORDINAL.match(text)
