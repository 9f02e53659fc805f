"""Web pages as outlets make them: what is the article's, and what the extractor would lose or leave in it."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from demarche import documents
from demarche.records import Document, RawDocument

FETCHED = datetime(2024, 5, 6, 7, 30, tzinfo=UTC)
PARAGRAPHS = (
    "The foreign ministers of Fiji and Tonga met in Suva on Monday and agreed to open a joint consulate in Auckland.",
    "It is the first time that the two island states share a mission abroad, and both spoke of what it will save them.",
    "“We are neighbours, and neighbours share,” Fiji’s minister told reporters after a meeting of three hours.",
    "The two ministers also discussed fishing, and the return of a trawler that had been held since the spring.",
)
BODY = "\n\n".join(PARAGRAPHS)
PROSE = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
REMARKS = (
    "About time too. My cousin in Auckland had to fly to Wellington for every stamp in her passport, twice a year.",
    "And who pays for it? Nobody has told us what a house in Auckland costs these days, nor who will sit in it.",
    "Well said. They should have done this ten years ago, when the trawler was taken for the first time.",
)


def read(html: str, **fields: Any) -> Document:
    given: dict[str, Any] = {"raw_hash": "0" * 64, "source_name": "drop", "path": "drop/a.html", "fetched_at": FETCHED}
    found = documents.read_document(RawDocument(**given, html=html, **fields), "2024-05-06T07")
    assert isinstance(found, Document), found
    return found


def page(body: str, head: str = "<title>Fiji and Tonga share a consulate</title>") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><nav><a href='/a'>World</a> <a href='/b'>Sport</a></nav>"
        f"<div id='page'><h1>Fiji and Tonga share a consulate</h1>{body}</div>"
        "<footer>© The Courier</footer></body></html>"
    )


# --- text --------------------------------------------------------------------------------------------------------
def test_text_that_stands_bare_keeps_its_links() -> None:
    first = PARAGRAPHS[0].replace("Fiji and Tonga", "<a href='/f'>Fiji</a> and <b><a href='/t'>Tonga</a></b>")
    picture = "<div class='image'><img src='a.jpg'><p class='source'>Image: <a href='/c'>Ann Lee</a></p></div>"
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[1:])
    assert read(page(f"<div class='post-content'><p>{picture}{first}</p>{rest}</div>")).body == BODY


@pytest.mark.parametrize(
    "remark",
    [
        "<li><b>sione_{n}</b> <i>{n} May</i><div class='t'><p>{text}</p></div><a href='#r{n}'>Reply</a></li>",
        "<div class='box'><span>Mere {n}</span><p>{text}</p><span><a>Gefällt mir</a> <a>Antworten</a></span></div>",
        "<article class='m'><header>Ana <time>{n}:10</time></header><p>{text}</p><button>Répondre</button></article>",
    ],
)
def test_what_readers_wrote_is_known_by_the_links_to_answer(remark: str) -> None:
    remarks = "".join(remark.format(n=number, text=text) for number, text in enumerate(REMARKS, 1))
    assert read(page(f"<div>{PROSE}</div><div class='x9'>{remarks}</div>")).body == BODY
    assert read(page(f"<div>{PROSE}<ul class='x9'>{remarks}</ul></div>")).body == BODY


def test_what_readers_wrote_is_known_by_names_with_a_day_and_hour() -> None:
    names = (
        "Posted by: Mere T, 27 Sep 2011 | 15:22",
        "Posted by: Joe J., 28 Sep 2011 | 05:41",
        "Posted by: K9, 01 Oct 2011 | 18:12",
    )
    remarks = "".join(f"<p>{name}</p><p>{text}</p>" for name, text in zip(names, REMARKS, strict=True))
    assert read(page(f"<div class='post'>{PROSE}{remarks}</div>")).body == BODY


def test_entries_of_a_live_blog_are_the_article() -> None:
    entries = "".join(
        f"<p>Posted by Ann Lee, 4 March 2019, {hour}:15</p><p>{text}</p>" for hour, text in enumerate(PARAGRAPHS, 10)
    )
    found = read(page(f"<div class='post'>{PROSE}{entries}</div>".replace("Monday", "Sunday", 1))).body
    assert all(text in found for text in PARAGRAPHS)


@pytest.mark.parametrize("name", ["factbox", "fact-box right", "article-infobox", "stock-table", "market_data"])
def test_boxes_of_facts_and_prices_are_not_the_text(name: str) -> None:
    rows = "".join(f"<tr><td>Fiji Sugar {n}</td><td>{n}.25</td><td>+0.{n}%</td></tr>" for n in range(4))
    table = f"<table class='{name}'>{rows}</table>"
    facts = "<h4>Fiji and Tonga</h4><ul><li>Distance: 800 km</li><li>Trade: 9 million dollars</li></ul>"
    box = f"<div class='{name}'>{facts}</div>"
    for beside in (table, box):
        parts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
        assert read(page(f"<article>{''.join((*parts[:2], beside, *parts[2:]))}</article>")).body == BODY


def test_a_list_and_a_crosshead_between_two_paragraphs_are_the_text() -> None:
    first, second, *rest = (f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    listed = "<h3>What was agreed</h3><ul><li>a consulate in Auckland by June;</li><li>a ferry from Suva.</li></ul>"
    links = "<ul><li><a href='/1'>Ferry painted blue</a></li><li><a href='/2'>A house for two states</a></li></ul>"
    found = read(page("".join((first, second, listed, links, *rest)))).body.split("\n\n")
    agreed = ["What was agreed", "- a consulate in Auckland by June;", "- a ferry from Suva."]
    assert found == [*PARAGRAPHS[:2], *agreed, *PARAGRAPHS[2:]]


def test_rows_of_prices_are_not_the_text() -> None:
    rows = "".join(f"<tr><td>Fiji Sugar {n}</td><td>{n}.25</td><td>+0.{n}%</td></tr>" for n in range(4))
    table = f"<table><tr><th>Share</th><th>Price</th><th>Change</th></tr>{rows}</table>"
    parts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    assert read(page(f"<article>{''.join((*parts[:2], table, *parts[2:]))}</article>")).body == BODY


def test_the_headline_in_other_words_is_not_the_text() -> None:
    head = '<title>x</title><meta property="og:title" content="Fiji and Tonga share a house">'
    headline = "<h1>Fiji and Tonga share a consulate</h1>"
    html = page("", head).replace(headline, f"<article>{headline}{PROSE}</article>")
    assert read(html).body == BODY


def test_points_that_say_beforehand_what_the_text_says_are_not_the_text() -> None:
    points = ("Fiji and Tonga to open joint consulate in Auckland", "Ministers discussed trawler held since spring")
    listed = "".join(f"<li>{point}</li>" for point in points)
    assert read(page(f"<article><ul>{listed}</ul>{PROSE}</article>")).body == BODY
    told = "".join(f"<li>{remark}</li>" for remark in REMARKS)
    assert REMARKS[0] in read(page(f"<article><ul>{told}</ul>{PROSE}</article>")).body


def test_captions_are_known_where_no_paragraphs_are() -> None:
    prose = "<br><br>".join(PARAGRAPHS)
    caption = "<em class='imgDesc'>The two ministers in front of the house on Monday</em>"
    assert read(page(f"<div id='articleBody'><span><img src='a.jpg'>{caption}</span>{prose}</div>")).body == BODY


def test_a_box_that_holds_the_article_stays() -> None:
    assert read(page(f"<div class='factbox'>{PROSE}</div>")).body == BODY
    divs = "".join(f"<div>{paragraph}</div>" for paragraph in PARAGRAPHS)
    assert read(page(f"<div class='with-adverts'>{divs}</div>")).body == BODY
    assert read(page(f"<div class='captioned'>{divs}</div>")).body == BODY


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 10 + "<a>Reply</a>" * 20_000,
        "".join(f"<div class='c{n}'><a>Reply</a></div>" for n in range(15_000)),
        "<ul>" + "<li><a>Reply</a><ul>" * 15_000,
        "<i class='caption'>a</i>" * 15_000,
        "<p>" + "a <i>b</i>" * 15_000 + "</p>" + "<i>b</i> a<p>" * 9_000,
        "".join(f"<p>Ann{n} B, 3 May 2019, 10:15</p><p>So it is, and so it will be long.</p>" for n in range(8_000)),
    ],
    ids=["flat", "kinds", "nested", "captions", "bare", "signed"],
)
def test_pages_made_to_be_slow_are_not(html: str) -> None:
    begun = monotonic()
    given: dict[str, Any] = {"raw_hash": "0" * 64, "source_name": "drop", "path": "drop/a.html", "fetched_at": FETCHED}
    documents.read_document(RawDocument(**given, html=page(html + PROSE)), "2024-05-06T07")
    assert monotonic() - begun < 30


def test_a_table_that_the_article_tells_of_stays() -> None:
    rows = (("State", "Boats"), ("Fiji", 41), ("Tonga", 7))
    table = f"<table>{''.join(f'<tr><td>{state}</td><td>{boats}</td></tr>' for state, boats in rows)}</table>"
    assert "Fiji | 41" in read(page(f"<article>{PROSE}{table}<p>{REMARKS[0]}</p></article>")).body


@pytest.mark.parametrize("lead", ["Photo tip", "Picture puzzle", "Image problem", "Photo essay"])
def test_a_paragraph_about_pictures_is_no_caption(lead: str) -> None:
    advice = f"{lead}: hold the camera with both hands, breathe out, and wait until the boat is in the middle of it."
    parts = [f"<p>{paragraph}</p>" for paragraph in (PARAGRAPHS[0], advice, *PARAGRAPHS[1:])]
    assert advice in read(page(f"<article>{''.join(parts)}</article>")).body


# --- days --------------------------------------------------------------------------------------------------------
def test_a_day_far_from_that_in_the_address_is_one_that_the_article_tells_of() -> None:
    points = "<ul><li>Treaty of 14 August 1935</li><li>Consulate opens in June</li></ul>"
    html = page(f"<div>{points}{PROSE}</div>")
    found = read(html, url="https://news.example/2010/POLITICS/08/13/consulate/index.html")
    assert (str(found.published_date), found.field_rules["published"]) == ("2010-08-13", "address")


def test_no_web_page_is_older_than_the_web() -> None:
    found = read(page(f"<p>Treaty of 14 August 1935</p><div>{PROSE}</div>"))
    assert found.published_rule == "fetched"


# --- title and byline --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "title",
    [
        "The Courier | Fiji and Tonga share a consulate",
        "Courier.example - Fiji and Tonga share a consulate",
        "Fiji and Tonga share a consulate - World News, The Courier",
    ],
)
def test_the_outlet_is_no_part_of_the_title(title: str) -> None:
    html = page(f"<article>{PROSE}</article>", f"<title>x</title><meta property='og:title' content='{title}'>")
    found = read(
        html.replace("<h1>Fiji and Tonga share a consulate</h1>", ""),
        url="https://courier.example/1",
        publisher_name="The Courier",
    )
    assert found.title == "Fiji and Tonga share a consulate"


def test_a_place_before_a_title_is_a_part_of_it() -> None:
    title = "Fiji - consulate shared with Tonga"
    html = page(PROSE, f"<title>x</title><meta property='og:title' content='{title}'>").replace(
        "<h1>Fiji and Tonga share a consulate</h1>", ""
    )
    assert read(html, url="https://fijitimes.example/1").title == title


@pytest.mark.parametrize(
    "said",
    [
        "Ann Lee, THE COURIER 3:53 p.m. EST January 25, 2014",
        "Ann Lee | 9:39AM BST 05 Oct 2011",
        "Ann Lee, Senior Washington Correspondent",
        "Ann Lee Senior Washington Correspondent",
    ],
)
def test_a_byline_is_names_alone(said: str) -> None:
    html = page(f"<div class='byline'>{said}</div><article>{PROSE}</article>")
    assert read(html, publisher_name="The Courier").byline == "Ann Lee"


def test_a_time_alone_is_no_byline() -> None:
    assert read(page(f"<div class='byline'>9:39AM BST 05 Oct 2011</div><article>{PROSE}</article>")).byline is None
