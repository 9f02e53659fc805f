"""A raw document becomes a document: the article without its page, and what is known about it.

Every field is found by an ordered list of rules, the first that finds something wins, and ``field_rules`` says which it
was. What can't be read becomes a ``Reject``; nothing here raises on bad input.

Published is, in this order: what the record gave beside the text; the page's metadata; what is printed on the page; the
day worked out from weekdays and dates of the text; the day of the fetch, which is marked and is no anchor for "Monday".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from functools import cache
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from demarche import codebook
from demarche.documents import furniture, headings, json_ld, leftovers, names, pages, publication
from demarche.documents.addresses import canonical_url, day_of, month_of, puts_month_first
from demarche.documents.cleaning import clean_line, clean_lines
from demarche.documents.datelines import find_dateline
from demarche.documents.languages import find_language
from demarche.documents.lines import Page
from demarche.documents.moments import Moment, order_of_days, read_instant
from demarche.records import AMBIGUOUS, Document, RawDocument, Reject, Source, record_id

MAX_BODY_CHARACTERS = 1_000_000  # whatever a setting says; the longest reportage has a twentieth of it
MAX_TEXT_CHARACTERS = 1_000_000  # of a page in plain text, furniture included
MAX_LINES = 20_000  # of a page in plain text; each is looked at by many rules
_SOME_LETTERS = re.compile(r"[^\W\d_](?s:.)*?[^\W\d_]")
_LEAD_CHARACTERS = 500
_ADDRESS = re.compile(r"(?P<label>[^\W\d_][\w ]{1,30}:\s)?(?P<url>https?://[^\s/]+/\S+?)(?:\s\d{1,3}/\d{1,3})?")
_WEB_BEGAN = 1991
_LATE_PRINT = 7  # days after which somebody printed a page from a browser, which prints its own day
_MISSED = 1.5  # by so much longer is what the page says its text is: then the extractor missed most of it


@dataclass
class _Draft:
    """What is known of a document so far, and by which rules."""

    paragraphs: list[str]
    title: str | None = None
    byline: str | None = None
    published: Moment | None = None
    published_rule: str = "none"
    modified: Moment | None = None
    url: str | None = None
    section: str | None = None
    source_name: str = ""
    language: str | None = None
    around: tuple[str, ...] = ()
    """Lines outside the body: heads, captions, credits."""
    rules: dict[str, str] = field(default_factory=dict)


class _Unreadable(ValueError):
    def __init__(self, reason_type: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_type = reason_type


def read_document(raw: RawDocument, partition_key: str) -> Document | Reject:
    """The article in ``raw``, or why there is none. The same input always gives the same document."""
    try:
        draft = _from_page(raw) if raw.html is not None else _from_text(raw)
        return _finished(draft, raw, partition_key)
    except (_Unreadable, pages.PageError) as error:
        return Reject(
            reject_id=record_id("x", "parse", raw.path, raw.position, error.reason_type),
            partition_key=partition_key,
            station="parse",
            path=raw.path,
            position=raw.position,
            raw_hash=raw.raw_hash,
            reason_type=error.reason_type,
            reason_text=" ".join(filter(None, (raw.path, raw.where, str(error)))),
        )


def _first(candidates: Iterable[tuple[str, str | None]]) -> tuple[str | None, str | None]:
    """Value and rule of the first candidate (rule, value) that has one."""
    return next(((value, rule) for rule, value in candidates if value), (None, None))


# --- plain text --------------------------------------------------------------------------------------------------
def _from_text(raw: RawDocument) -> _Draft:
    text = raw.text or ""
    if len(text) > MAX_TEXT_CHARACTERS:
        raise _Unreadable("too_large", f"has {len(text)} characters, the limit is {MAX_TEXT_CHARACTERS}; split it")
    if (lines := text.count("\n")) > MAX_LINES:
        raise _Unreadable("too_large", f"has {lines} lines, the limit is {MAX_LINES}; split it")
    page = _from_dateline(furniture.split_page(text))
    draft = _Draft(list(page.paragraphs), around=_ends((*page.head, *page.inner, *page.tail[:8])))
    draft.rules["body"] = "plain_text"
    from demarche.documents import titles  # numpy, which those who read no pages do without

    printed_title, title_line = titles.find_title(page)
    title = clean_line(raw.title)
    _set(draft, "title", _first((("given", title and headings.without_tag(title)), ("head_line", printed_title))))
    byline, rule = headings.find_byline(page, headings.without_tag(title_line or ""))
    _set(draft, "byline", _first((("given", _given_byline(raw)), (rule, byline))))
    places = [number for number, line in enumerate(page.head) if line == title_line]
    below = places[-1] + 1 if places else 0
    head = [*page.head[below:], *page.head[: max(0, below - 1)]]  # a day below the title is nearer than a masthead's
    address = _printed_address(page)
    month_first = order_of_days("\n".join((*page.head, *page.inner, *page.tail)))
    order = _order(raw, raw.url or address, _month_first(raw.language_code), month_first)
    published, draft.modified = publication.printed(head, page.tail, page.body, order)
    by_address = day_of(address)
    if by_address and (not published or 0 < (published.day - by_address).days <= _LATE_PRINT):
        published, rule = Moment(by_address), "address"
    else:
        rule = "printed"
    dateline = publication.dateline_day(page.paragraphs)
    guess = publication.printed(head, page.tail, page.body, replace(order, guesses=True))[0]
    days = (("text", rule, published), ("text", "dateline", dateline), ("inferred", AMBIGUOUS, guess))
    _set_published(draft, raw, days)
    _set(draft, "url", _first((("given", raw.url), ("printed", address))))
    _set(draft, "section", _first([("given", clean_line(raw.section_name))]))
    _set_source(draft, raw, ())
    draft.language = raw.language_code
    return draft


def _printed_address(page: Page) -> str | None:
    """The address that stands alone on a line above the article, or with a label around it, if there is only one."""
    above, behind = ([_ADDRESS.fullmatch(line) for line in lines] for lines in (page.head, page.tail))
    found = [match["url"] for match in above if match and (not match["label"] or _names_address(match["label"]))]
    found += [match["url"] for match in behind if match and match["label"] and _names_address(match["label"])]
    return found[0] if len({canonical_url(url) for url in found}) == 1 else None


def _names_address(label: str) -> bool:
    return label.rstrip(": ").lower() in codebook.document("furniture")["address"]["label"]


_MOST_ABOVE = 40  # words of what may stand above a dateline


def _from_dateline(page: Page) -> Page:
    """A page whose article begins where its dateline stands, if only one of its first paragraphs has one: what is above
    is a caption or a standfirst."""
    dated = [number for number, line in enumerate(page.paragraphs[:4]) if find_dateline(line)]
    above = page.paragraphs[: dated[0]] if len(dated) == 1 else ()
    if not above or sum(len(line.split()) for line in above) > _MOST_ABOVE or len(page.paragraphs) - len(above) < 2:
        return page
    return replace(page, paragraphs=page.paragraphs[len(above) :], head=(*page.head, *above))


# --- web pages ---------------------------------------------------------------------------------------------------
def _from_page(raw: RawDocument) -> _Draft:
    markup = pages.parse_page(raw.html or "")
    draft = _Draft([])
    _set(draft, "url", _first(_urls(raw, markup)))
    _set(draft, "title", _first(chain([("given", clean_line(raw.title))], _found(pages.TITLE_RULES, markup))))
    given_section = ("given", clean_line(raw.section_name))
    _set(draft, "section", _first(chain(_found(pages.SECTION_RULES, markup), [given_section])))
    _set_source(draft, raw, _found(pages.SOURCE_RULES, markup))
    if draft.title:
        draft.title = headings.without_tag(_without_site(draft.title, draft.source_name))
    site = _SITE_SEPARATOR.split(pages.TITLE_RULES["title_element"](markup) or "")[1:]
    outlets = (draft.source_name, *site[-1:])
    said = ((rule, _without_outlets(value or "", outlets)) for rule, value in _found(pages.BYLINE_RULES, markup))
    bylines = ((rule, names.tidy_byline(value)) for rule, value in said)
    _set(draft, "byline", _first(chain([("given", _given_byline(raw))], bylines)))
    _set_page_body(draft, markup)
    told = draft.title if draft.rules.get("title") in ("json_ld", "og_title", "meta_title") else None
    if told and (shown := pages.shown_title(markup, told)):
        draft.title, draft.rules["title"] = shown, "h1"
    if draft.rules.get("title") in (None, "h1", "title_element"):
        _set(draft, "title", _first(("heading", line) for line in _better_headings(draft, markup)))
    month_first = _month_first(_first(_found(pages.LANGUAGE_RULES, markup))[0])
    latest = raw.fetched_at.date() + timedelta(days=1)

    def marked(rules: dict[str, pages.Rule]) -> tuple[str, Moment | None]:
        moments = ((rule, read_instant(value, month_first=month_first)) for rule, value in _found(rules, markup))
        found = next(((rule, moment) for rule, moment in moments if moment and moment.day <= latest), None)
        return (found[0], pages.as_printed(found[1], markup)) if found else ("", None)

    around: pages.Surroundings | None = None
    rule, published = marked(pages.PUBLISHED_RULES)
    if published and published.is_of_greenwich:
        around = pages.surroundings(markup, draft.title, draft.paragraphs)
        published = publication.as_printed(published, (*around.below_title, *draft.around))
    changed_rule, changed = marked(pages.MODIFIED_RULES)
    if changed:
        draft.modified, draft.rules["modified"] = changed, changed_rule
    candidates: Iterable[tuple[str, str, Moment | None]] = [("metadata", rule, published)]
    is_dated = published is not None or read_instant(raw.published) is not None
    if not is_dated or not draft.byline:
        around = around or pages.surroundings(markup, draft.title, draft.paragraphs)
        if draft.rules.get("title") == "title_element" and (title := _title_above(draft, around)):
            draft.title, draft.rules["title"] = title, "head_line"
            around = pages.surroundings(markup, title, draft.paragraphs)
        if not draft.byline:
            byline, rule = headings.find_byline(_as_page(draft, around), draft.title)
            _set(draft, "byline", (_without_outlets(byline or "", outlets), rule))
        if not is_dated:
            by_page = order_of_days(" ".join(markup.tree.itertext())) if month_first is None else None
            order = replace(_order(raw, draft.url, month_first, by_page), has_short_years=True)
            likely_rule, likely = marked(pages.LIKELY_PUBLISHED_RULES)
            on_page = _days_on_page(draft, markup, around, raw.fetched_at.date(), order, (likely_rule, likely))
            candidates = chain(candidates, on_page)
    _set_published(draft, raw, candidates)
    draft.language = raw.language_code or _first(_found(pages.LANGUAGE_RULES, markup))[0]
    return draft


def _month_first(language: str | None) -> bool | None:
    """How a page's language writes 8/11/2016; English without a country doesn't say."""
    code = (language or "").lower().replace("_", "-")
    return None if code in ("", "en") else code in ("en-us", "en-ph", "es-us")


def _order(raw: RawDocument, url: str | None, *month_first: bool | None) -> publication.Order:
    """How a page writes 8/11/2016: by the first who knows, else by the country in its address."""
    known = next((one for one in (*month_first, puts_month_first(url)) if one is not None), None)
    return publication.Order(known, month_of(url), raw.fetched_at.date())


def _title_above(draft: _Draft, around: pages.Surroundings) -> str | None:
    """The line above the text of which the article speaks, where it doesn't speak of the page's title."""
    if around.below_title or headings.echo(draft.title or "", draft.paragraphs):
        return None
    title = headings.find_title(Page(tuple(draft.paragraphs), around.above, (), ()))
    return title if title and headings.echo(title, draft.paragraphs) else None


def _as_page(draft: _Draft, around: pages.Surroundings) -> Page:
    head = (draft.title or "", *around.below_title)
    return Page(tuple(draft.paragraphs), head, around.behind, tuple(draft.around))


def _days_on_page(
    draft: _Draft,
    markup: pages.Markup,
    around: pages.Surroundings,
    fetched: date,
    order: publication.Order,
    likely: tuple[str, Moment | None],
) -> Iterator[tuple[str, str, Moment | None]]:
    """Publication as the page prints it between title and text; what its metadata may say of it (``likely``, with its
    rule); as it is printed on what the text was freed of, in the address, above the title (the nearest day first),
    behind the text; else its last change as printed; by dateline; by a search over the whole page (the dearest); by its
    last change as marked."""
    body = "\n".join(draft.paragraphs)
    changes: list[Moment] = []
    by_address = day_of(draft.url)
    by_address = by_address if by_address and by_address <= fetched else None

    def is_told_of(day: date) -> bool:
        """Whether a day is the article's matter: older than the web, or far from that in the page's address."""
        return day.year < _WEB_BEGAN or (by_address is not None and abs((day - by_address).days) > _LATE_PRINT)

    def printed(head: Sequence[str], tail: Sequence[str] = ()) -> tuple[str, str, Moment | None]:
        found, changed = publication.printed(head, tail, body, order)
        if found and is_told_of(found.day):
            found = None
        if changed:
            changes.append(changed)
            if not draft.modified:
                draft.modified, draft.rules["modified"] = changed, "printed"
        is_day = found and found.day <= fetched and found != changed
        return "text", "printed", found if is_day else None

    yield printed(around.below_title)
    yield "metadata", *likely
    yield printed((*around.below_title, *draft.around))
    yield "metadata", "address", Moment(by_address) if by_address else None
    above = around.above if "title" in draft.rules else ()
    yield from (printed(above[number:]) for number in range(len(above) - 1, -1, -1))
    yield printed((), around.behind)
    yield "text", "printed", next((day for day in changes if day.day <= fetched), None)
    yield "text", "dateline", publication.dateline_day(draft.paragraphs)
    near = (*around.below_title, *draft.around, *around.above)
    guess = publication.printed(near, around.behind, body, replace(order, guesses=True))[0]
    yield "inferred", AMBIGUOUS, guess if guess and guess.day <= fetched and not is_told_of(guess.day) else None
    yield "text", "searched", pages.searched_date(markup, draft.url, fetched)
    yield "metadata", "modified", draft.modified


def _better_headings(draft: _Draft, markup: pages.Markup) -> Iterable[str]:
    """The heading that the window's title repeats; else those of which the article speaks, but for its crossheads, else
    the only one there is, if it doesn't speak of what was taken."""
    if named := pages.named_heading(markup):
        return [named] if named != draft.title else []
    if draft.title and headings.echo(draft.title, draft.paragraphs):
        return ()
    crossheads = {draft.title, *draft.paragraphs}
    shown = [line for line in pages.headings(markup) if line not in crossheads]
    echoing = (line for line in headings.echoing(shown, draft.paragraphs) if headings.may_be_title(line))
    if best := next(echoing, None):
        return [best]
    if draft.rules.get("title") == "h1":
        return []
    titles = list(islice(filter(headings.may_be_title, shown), 2))
    return titles if len(titles) == 1 else []


def _found(rules: dict[str, pages.Rule], markup: pages.Markup) -> Iterable[tuple[str, str | None]]:
    return ((name, rule(markup)) for name, rule in rules.items())


def _set_page_body(draft: _Draft, markup: pages.Markup) -> None:
    """Main text by trafilatura; else the text in the page's JSON-LD; else all its text, read like a plain page."""
    text = pages.main_text(markup)
    draft.rules["body"] = "trafilatura"
    said = json_ld.body(markup.article)
    if len(said) > _MISSED * len(text):
        text, draft.rules["body"] = said, "json_ld"
    if text:
        lines = pages.without_links([line for line in clean_lines(text) if line], markup)
        if draft.rules.get("title") == "title_element":
            draft.title = _printed_part(draft.title or "", lines) or draft.title
        draft.paragraphs, around = leftovers.without_labels(
            lines, draft.title, draft.byline, pages.shown_headlines(markup)
        )
        draft.around = _ends(around)
        return
    if markup.is_cut:
        raise _Unreadable("too_deep", pages.TOO_DEEP)
    page = furniture.split_page(pages.all_text(markup)[:MAX_TEXT_CHARACTERS])
    draft.paragraphs, draft.around = list(page.paragraphs), _ends((*page.head, *page.inner, *page.tail[:8]))
    draft.rules["body"] = "all_text"


def _urls(raw: RawDocument, markup: pages.Markup) -> Iterable[tuple[str, str | None]]:
    """The page's word for its own address, unless that is only the outlet's front page."""
    for rule, value in _found(pages.URL_RULES, markup):
        address = _joined(raw.url, value)
        if address and (not raw.url or len(_path(address)) > 1):
            yield rule, address
    yield "given", raw.url


def _joined(url: str | None, value: str | None) -> str | None:
    """An address that may lack what the page's own begins with; None where it is no address of the web."""
    try:
        address = urljoin(url or "", value or "") if value else ""
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # brackets that are no IPv6 address
        return ""


_SITE_SEPARATOR = re.compile(r"\s+(?:[|–—»·:-]|::|--|\|\|)\s+|\s?[：｜]\s?|_(?=\w+$)")


def _without_outlets(byline: str, outlets: Iterable[str]) -> str:
    """A byline without hour and outlet behind the names."""
    byline = names.without_moment(byline)
    for outlet in outlets:
        byline = names.without_outlet(byline, outlet)
    return byline


_EAST_ASIAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")  # which is written without blanks


def _says_something(title: str) -> bool:
    """Whether words are enough to be a title by themselves."""
    return len(title.split()) >= 3 or len(_EAST_ASIAN.findall(title)) >= 8


def _without_site(title: str, site: str) -> str:
    """A title without " | The Courier" behind it, or "The Courier | " before it."""
    parts = _SITE_SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    first, last = parts[0], parts[-1]
    if _says_something(" ".join(parts[:-1])) and _is_site(last, site):
        return title[: title.rindex(last)].rstrip(_SEPARATORS)
    if _says_something(" ".join(parts[1:])) and _is_site(first, site, _MOST_OF_SITE):
        return title[len(first) :].lstrip(_SEPARATORS)
    return title


_SEPARATORS = " |–—»·:：｜_-"
_MOST_OF_SITE = 0.5  # of its letters: what stands first may be a place that the outlet is named for


def _is_site(words: str, site: str, share: float = 0.0) -> bool:
    """Whether words name the site: with the letters of its name, of which they have such a share."""
    letters, site_letters = (re.sub(r"^the\s|\W", "", name.lower()) for name in (words, site))
    if not letters or not site_letters or len(letters) < share * len(site_letters):
        return False
    named = [re.sub(r"\W", "", word) for word in re.sub(r"^the\s", "", words.lower()).split()]
    return letters in site_letters or site_letters in letters or all(word in site_letters for word in named if word)


def _printed_part(title: str, lines: list[str]) -> str | None:
    """The part of "The Courier - Ministers meet" that stands alone above the text."""
    parts = [part for part in _SITE_SEPARATOR.split(title) if len(part.split()) >= 3]
    return next((line for line in lines[:4] if line in parts), None)


_MAX_AROUND = 100  # lines around an article that are searched for dates and names


def _ends(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first and the last of many lines."""
    return lines if len(lines) <= _MAX_AROUND else (*lines[: _MAX_AROUND // 2], *lines[-_MAX_AROUND // 2 :])


# --- fields that both kinds have ---------------------------------------------------------------------------------
def _set(draft: _Draft, name: str, found: tuple[str | None, str | None]) -> None:
    value, rule = found
    if value and rule:
        setattr(draft, name, value)
        draft.rules[name] = rule


def _given_byline(raw: RawDocument) -> str | None:
    return names.tidy_byline(clean_line(raw.byline) or "")


def _set_source(draft: _Draft, raw: RawDocument, by_page: Iterable[tuple[str, str | None]]) -> None:
    """The outlet: as its source was declared, as the page calls itself, as the record names it, its host, else where
    the bytes came from."""
    declared = (("declared", clean_line(raw.outlet_name, 200)),)
    elsewhere = (
        ("given", clean_line(raw.publisher_name, 200)),
        ("host", _host(draft.url)),
        ("fetch", raw.source_name),
    )
    _set(draft, "source_name", _first(chain(declared, by_page, elsewhere)))


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _set_published(draft: _Draft, raw: RawDocument, by_page: Iterable[tuple[str, str, Moment | None]]) -> None:
    given = "feed" if raw.is_listed else "metadata"
    candidates = [(given, "given", read_instant(raw.published)), *by_page]
    for rule, detail, moment in candidates:
        if moment:
            draft.published, draft.published_rule, draft.rules["published"] = moment, rule, detail
            return
    fetched = raw.fetched_at.date()
    if day := publication.inferred(draft.paragraphs, draft.around, fetched):
        draft.published, draft.published_rule, draft.rules["published"] = Moment(day), "inferred", "weekdays"
    else:
        draft.published, draft.published_rule, draft.rules["published"] = Moment(fetched), "fetched", "fetched"


def _finished(draft: _Draft, raw: RawDocument, partition_key: str) -> Document:
    body = "\n\n".join(draft.paragraphs)
    if not _SOME_LETTERS.search(body):
        raise _Unreadable("empty", "holds no text of an article")
    if len(body) > MAX_BODY_CHARACTERS:
        raise _Unreadable("too_large", f"has an article of {len(body)} characters, the limit is {MAX_BODY_CHARACTERS}")
    url = canonical_url(draft.url)
    source_id = record_id("o", draft.source_name)
    content_hash = record_id("h", "\x1f".join(_content_words(body)))
    dateline = find_dateline(draft.paragraphs[0])
    published = draft.published
    return Document(
        document_id=record_id("d", url or source_id, content_hash),
        article_id=record_id("a", url) if url else record_id("a", source_id, content_hash),
        partition_key=partition_key,
        source_id=source_id,
        source_name=draft.source_name,
        path=raw.path,
        canonical_url=url,
        title=draft.title,
        byline=draft.byline,
        dateline=dateline[0] if dateline else None,
        dateline_place_name=dateline[1] if dateline else None,
        lead=draft.paragraphs[0][:_LEAD_CHARACTERS],
        body=body,
        body_length=len(body),
        published_date=published.day if published else None,
        published_at=published.instant if published else None,
        published_rule=draft.published_rule,
        modified_date=draft.modified.day if draft.modified else None,
        modified_at=draft.modified.instant if draft.modified else None,
        section_name=draft.section,
        fetched_at=raw.fetched_at.astimezone(UTC) if raw.fetched_at.tzinfo else raw.fetched_at.replace(tzinfo=UTC),
        language_code=find_language(body, draft.language),
        agency_id=find_agency(draft.paragraphs, draft.around, draft.byline, url),
        content_hash=content_hash,
        raw_hash=raw.raw_hash,
        field_rules=dict(sorted(draft.rules.items())),
    )


def _content_words(body: str) -> list[str]:
    """The words alone, so that quotes, dashes and white space make no other text."""
    return re.findall(r"\w+", body.casefold())


# --- agency ------------------------------------------------------------------------------------------------------
@cache
def _agency_names() -> tuple[dict[str, str], dict[str, str]]:
    """Names of agencies by how they sign, and by host."""
    by_sign: dict[str, str] = {}
    by_host: dict[str, str] = {}
    for row in codebook.table("agencies"):
        by_sign |= dict.fromkeys((row["name"], *row["signs"].split(";")), row["name"])
        by_host |= dict.fromkeys(row["hosts"].split(";"), row["name"])
    return by_sign, by_host


@cache
def _agency_credit() -> re.Pattern[str]:
    signs = "|".join(re.escape(sign) for sign in sorted(_agency_names()[0], key=lambda sign: (-len(sign), sign)))
    return re.compile(
        rf"[(\[](?:\w[\w .]{{0,20}}[/-]\s?)?(?P<inside>{signs})(?:[/-][\w .]{{1,20}})?[)\]]|^(?P<line>{signs})$"
        rf"|[-–—]{{1,2}}\s?(?P<behind>{signs})(?:[/ ][\w/]{{1,10}})?$"
    )


_OPENING = re.compile(
    r"[^.!?()]{0,40}(?:[A-Z][a-z]{2,3}\.)?[^.!?()]{0,20}[(\[][^()\[\]]{2,30}[)\]](?=\s?[-–—:]|\s[A-Z])"
)
"""From the start to a bracket that may hold an agency's name."""
_OPENING_CHARACTERS = 100


def agencies() -> tuple[Source, ...]:
    """The wire agencies of `codebook/agencies.csv` as sources; their ids are what `agency_id` holds."""
    return tuple(
        Source(
            source_id=record_id("o", row["name"]),
            name=row["name"],
            homepage_url=f"https://{host}" if (host := row["hosts"].split(";")[0]) else None,
            country_code=row["country"] or None,
            is_wire_agency=True,
            is_state_media=row["is_state_media"] == "yes",
        )
        for row in codebook.table("agencies")
    )


_MAY_BE_SIGNED = re.compile(r"[(\[–—-]")


def find_agency(paragraphs: list[str], around: Iterable[str], byline: str | None, url: str | None) -> str | None:
    """The id of the wire agency that wrote the text: by dateline, byline, signature, header line, or its own host."""
    by_sign, by_host = _agency_names()
    opening = paragraphs[0][:_OPENING_CHARACTERS]
    first = _OPENING.match(opening) if _MAY_BE_SIGNED.search(opening) else None
    lines = [line for line in around if len(line) <= 60 and not re.search(r"(?i)photo|image|file", line)]
    for text in (first[0] if first else "", *re.split(r", | and |/", byline or ""), paragraphs[-1][-40:], *lines):
        text = text.strip()
        match = _agency_credit().search(text) if text in by_sign or _MAY_BE_SIGNED.search(text) else None
        sign = match and (match["inside"] or match["line"] or match["behind"])
        if sign:
            return record_id("o", by_sign[sign])
    parts = (_host(url) or "").split(".")
    names = (by_host.get(".".join(parts[number:])) for number in range(len(parts)))
    name = next(filter(None, names), None)
    return record_id("o", name) if name else None


__all__ = [
    "MAX_BODY_CHARACTERS",
    "agencies",
    "canonical_url",
    "find_agency",
    "find_dateline",
    "find_language",
    "read_document",
]
