"""The article without its page: one test per rung of each rule list, the invented pages, and whatever else may come."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st
from trafilatura import core, external, html2txt

from benchmarks import page_mix
from demarche import codebook, documents, sources
from demarche.documents import (
    addresses,
    flow,
    furniture,
    headings,
    languages,
    layout,
    line_model,
    moments,
    neighbours,
    pages,
    publication,
    titles,
    wording,
)
from demarche.documents.lines import Page
from demarche.documents.moments import days_in
from demarche.records import Document, Fetch, RawDocument, Reject, record_id
from demarche.sources.encoding import decode

PAGES = Path(__file__).parents[1] / "fixtures" / "pages"
WEB_PAGES = Path(__file__).parents[1] / "fixtures" / "web_pages"
KEY = "2024-05-06T07"
FETCHED = datetime(2024, 5, 6, 7, 30, tzinfo=UTC)

PARAGRAPHS = (
    "The foreign ministers of Fiji and Tonga met in Suva on Monday and agreed to open a joint consulate in Auckland.",
    "It is the first time that the two island states share a mission abroad, and both spoke of what it will save them.",
    "“We are neighbours, and neighbours share,” Fiji’s minister told reporters after a meeting of three hours.",
    "The two ministers also discussed fishing, and the return of a trawler that had been held since the spring.",
)


def raw(**fields: Any) -> RawDocument:
    given: dict[str, Any] = {"raw_hash": "0" * 64, "source_name": "drop", "path": "drop/a.txt", "fetched_at": FETCHED}
    return RawDocument(**(given | fields))


def read(**fields: Any) -> Document:
    found = documents.read_document(raw(**fields), KEY)
    assert isinstance(found, Document), found
    return found


def rejected(**fields: Any) -> Reject:
    found = documents.read_document(raw(**fields), KEY)
    assert isinstance(found, Reject), found
    assert "drop/a.txt" in found.reason_text
    return found


def text(*head: str, tail: tuple[str, ...] = (), body: tuple[str, ...] = PARAGRAPHS) -> str:
    return "\n\n".join((*head, *body, *tail))


def page(head: str = "", article: str = "", body: tuple[str, ...] = PARAGRAPHS, attributes: str = "") -> str:
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>"
        f"<nav><a href='/a'>World</a> <a href='/b'>Sport</a></nav><article>{article}{prose}</article>"
        "<footer>© The Courier</footer></body></html>"
    )


JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "X"}, {"@type": "NewsArticle",
"headline": "By JSON", "author": [{"@type": "Person", "name": "Ann Json"}], "articleSection": "Pacific",
"datePublished": "2019-03-04T22:30:00+13:00", "dateModified": "2019-03-05T10:00:00Z",
"publisher": {"name": "The Json Times"}}]}</script>"""


# --- the invented pages ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", sorted(PAGES.glob("*.txt")), ids=lambda path: path.stem)
def test_page_dump(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    found = read(text=path.read_text(encoding="utf-8"))
    assert found.body == expected["body"]
    assert found.title == expected.get("title")
    assert found.byline == expected.get("byline")
    day = found.published_date if found.published_rule != "fetched" else None
    assert (str(day) if day else None) == expected.get("published_date")


BLOCKS = tomllib.loads((PAGES.parent / "furniture.toml").read_text(encoding="utf-8"))
RIVER = (
    "Peru’s foreign minister flew to Quito on Tuesday to sign an agreement on the water of the Zarumilla,"
    " ending fourteen months of talks.",
    "“We have shared this river for two hundred years, and now we have written down how,” Luz Tapia told "
    "reporters at the airport.",
    "Under the accord Peru gets fifty-five per cent of the flow from December to May, and forty per cent "
    "in the dry months.",
    "Ecuador’s president, Marta Correa, called the treaty a gift to the farmers on both banks and said "
    "she would send it to parliament within a week.",
    "Opposition leaders in Lima said they would not vote on it before they had seen the annex.",
)
MENU = ("The Pacific Courier", "Home", "World", "Sign in", "Peru and Ecuador sign treaty on shared river")
SIGNED = ("By Ana Lima", "4 March 2014")
FOOT = ("More from The Courier", "Bus fares to rise in June", "© 2014 The Pacific Courier. All rights reserved.")


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["dense", "spaced"])
@pytest.mark.parametrize("place", BLOCKS)
def test_what_stands_around_an_article_is_left_out(place: str, gap: str) -> None:
    """Nearly all of it: a model tells, which promises no single phrase."""
    around = {
        "below": [((*MENU, *SIGNED, *RIVER), FOOT)],
        "above": [((*MENU, *SIGNED), (*RIVER, *FOOT)), (MENU, (*SIGNED, *RIVER, *FOOT))],
        "inside": [((*MENU, *SIGNED, *RIVER[:3]), (*RIVER[3:], *FOOT))],
    }
    texts = [gap.join((*upper, *block, *lower)) for upper, lower in around[place] for block in BLOCKS[place]]
    wrong = [text for text in texts if read(text=text).body.split("\n\n") != list(RIVER)]
    assert len(wrong) <= 0.03 * len(texts), wrong


@pytest.mark.parametrize(
    "line",
    [
        "A further meeting is to be held in Lima in March.",
        "Support for the treaty has grown in both capitals.",
        "Luz Tapia speaks for a government that has changed twice since.",
        "“This story is over,” Tapia said.",
        "Peru opens its new bridge next week.",
        "Tapia, who is a professor of law, wrote most of the text herself.",
        "“Never again will we quarrel over water,” she said.",
        "Share prices of both water companies fell.",
    ],
)
def test_what_belongs_to_an_article_stays(line: str) -> None:
    for place in (1, 3, 5):
        body = (*RIVER[:place], line, *RIVER[place:])
        for gap in ("\n", "\n\n"):
            assert read(text=gap.join((*MENU, *SIGNED, *body, *FOOT))).body.split("\n\n") == list(body)


@pytest.mark.parametrize(
    "sign",
    [" – Reuters", " (AFP)", "/.", " #", " ENDS", " [end]", " ana/hp", " (al/hp)", " AL", " -30-", " ###",
     " (agencies)", " – Ana Lima", " (Ana Lima)", " (MORE)", " Andina News Agency", " (KCNA) -0-"],
)  # fmt: skip
def test_a_signature_goes_and_its_paragraph_stays(sign: str) -> None:
    for gap in ("\n", "\n\n"):
        found = read(text=gap.join((*MENU, *SIGNED, *RIVER[:4], RIVER[4] + sign, *FOOT)))
        assert found.body.split("\n\n") == list(RIVER)


def test_a_mark_behind_the_last_sentence_is_no_sign_of_furniture() -> None:
    body = [*RIVER[:4], f"{RIVER[4]} ■"]
    for gap in ("\n", "\n\n"):
        assert read(text=gap.join((*MENU, *SIGNED, *body, *FOOT))).body.split("\n\n") == body


def test_a_heading_between_offers_stays_if_the_paragraph_takes_it_up() -> None:
    body = (*RIVER[:3], "Parliament and the farmers", *RIVER[3:])
    lines = (*MENU, *SIGNED, *RIVER[:3], "FEATURED", "Storm closes Callao", *body[3:], *FOOT)
    assert read(text="\n".join(lines)).body.split("\n\n") == list(body)


def test_marks_of_emphasis_and_of_quoted_mail_go() -> None:
    marked = [f"> {line}".replace("Luz Tapia", "*Luz Tapia*").replace("Peru gets", "_Peru_ gets") for line in RIVER]
    assert read(text="\n>\n".join((*MENU, *SIGNED, *marked))).body.split("\n\n") == list(RIVER)


@pytest.mark.parametrize("path", sorted(WEB_PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_web_page(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    data = path.read_bytes()
    fetch = Fetch(
        partition_key=KEY, source_name="web", url="page.html", raw_hash="0" * 64, byte_count=len(data),
        media_type="text/html", fetched_at=datetime(2026, 11, 25, tzinfo=UTC),
    )  # fmt: skip
    (cut_out,) = sources.parse(fetch, data)
    assert isinstance(cut_out, RawDocument)
    found = documents.read_document(cut_out, KEY)
    assert isinstance(found, Document)
    values = {
        "body": found.body,
        "title": found.title,
        "byline": found.byline,
        "published_date": "none" if found.published_rule == "fetched" else str(found.published_date),
        "published_at": found.published_at and found.published_at.isoformat(),
        "modified_date": str(found.modified_date),
        "modified_at": found.modified_at and found.modified_at.isoformat(),
        "url": found.canonical_url,
        "section": found.section_name,
        "source": found.source_name,
        "language": found.language_code,
        "dateline": found.dateline,
        "agency": next((agency.name for agency in documents.agencies() if agency.source_id == found.agency_id), None),
    }
    reference = expected.pop("reference", None)
    assert {name: values[name] for name in expected} == expected
    if reference:
        assert likeness(found.body, reference) > 0.8


def likeness(found: str, wanted: str) -> float:
    """F1 over words."""
    ours, theirs = (Counter(re.findall(r"\w+", text)) for text in (found, wanted))
    shared = (ours & theirs).total()
    return 2 * shared / max(1, ours.total() + theirs.total())


def test_the_extractors_comparison_is_left_out_only_where_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [decode(path.read_bytes()) for path in sorted(WEB_PAGES.glob("*.html"))]
    found = [pages.main_text(pages.parse_page(text)) for text in texts]
    asked = []

    def compared(*arguments: Any) -> Any:
        asked.append(arguments)
        return external.compare_extraction(*arguments)

    monkeypatch.setattr(pages, "_compared", compared)
    assert [pages.main_text(pages.parse_page(text)) for text in texts] == found
    assert len(asked) >= len(texts)


def test_a_page_is_measured_only_where_that_changes_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*(decode(path.read_bytes()) for path in sorted(WEB_PAGES.glob("*.html"))), *page_mix.pages(12, "s")]
    measured = []

    def measure(tree: Any, clean: bool) -> str:
        measured.append(tree)
        return html2txt(tree, clean)

    monkeypatch.setattr(core, "html2txt", measure)
    found = [pages.main_text(pages.parse_page(text)) for text in texts]
    some = len(measured)
    monkeypatch.setattr(pages, "_longest_text", lambda tree: float("inf"))
    assert [pages.main_text(pages.parse_page(text)) for text in texts] == found
    assert 3 * some < len(measured) - some


def test_what_stands_above_a_dateline_is_no_paragraph() -> None:
    body = (f"SUVA, May 3 (Agency) - {PARAGRAPHS[0]}", *PARAGRAPHS[1:])
    found = read(text=text("Fiji and Tonga share a consulate", "The two ministers leave a hotel in Suva.", body=body))
    assert found.body == "\n\n".join(body)
    assert found.title == "Fiji and Tonga share a consulate"


@pytest.mark.parametrize(
    "line",
    [
        "[Also read: What the trawler had in its nets]",
        "“We are neighbours, and neighbours share”",  # set in large type
        "Read more about trawlers here.",
        "Skip advertisement",
        "View this post on Instagram",
        "Poll: Should the consulate be in Auckland?",
        "With inputs from agencies",
        "This is a developing story. Please check back for updates.",
        "Lesen Sie auch: Wem gehört der Fisch?",
    ],
)
def test_what_is_set_between_paragraphs_is_no_paragraph(line: str) -> None:
    body = (*PARAGRAPHS[:2], line, *PARAGRAPHS[2:])
    assert read(text=text("Fiji and Tonga share a consulate", body=body)).body == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    ["저작권자 © 한강신문, 무단전재 및 재배포 금지", "Julkaistu 12.3.2020 klo 15.31. Päivitetty 13.3.2020 klo 8."],
)
def test_what_a_page_says_of_itself_is_no_paragraph(line: str) -> None:
    article = "".join(f"<p>{paragraph}</p>" for paragraph in (*PARAGRAPHS, line))
    assert read(html=page(article=f"<h1>Fiji and Tonga share a consulate</h1>{article}", body=())).body == "\n\n".join(
        PARAGRAPHS
    )


ADVICE = (
    "If your inbox looks like mine, you get forty newsletters a day and read two of them.",
    "Open your e-mail and search for the word “unsubscribe”.",
    "Write down who writes to you, and how often.",
    "If the page asks you to sign in, close it and mark the mail as spam.",
    "In the settings of your account there is a list of rules.",
    "Sign up for nothing for a month: it feels like a holiday.",
)
VERDICT = (
    "The court will decide this week whether a website may keep your photo after you close your account.",
    "The case began when a nurse from Leeds deleted her account, and her pictures stayed where they were.",
    "The judges seemed doubtful on Tuesday, when the company’s lawyer told them of terms that nobody reads.",
    "A decision is expected on Friday, and other networks have asked to be heard before that.",
)


@pytest.mark.parametrize(
    ("title", "body"), [("How to get rid of newsletters", ADVICE), ("Court to rule on photos of an account", VERDICT)]
)
def test_sentences_that_speak_to_the_reader_stay_where_the_article_does(title: str, body: tuple[str, ...]) -> None:
    assert read(html=page(article=f"<h1>{title}</h1>", body=body)).body == "\n\n".join(body)
    offer = "Sign up for our newsletter and get the five stories that you need in your inbox."
    offered = (*body[:2], offer, *body[2:], offer.replace("five", "ten"))
    assert read(html=page(article=f"<h1>{title}</h1>", body=offered)).body == "\n\n".join(body)


def test_a_line_of_copyright_among_paragraphs_ends_no_article() -> None:
    notice = "Copyright Channel 6. This page is best viewed in our app."
    last = "Both ministers said that the consulate in Auckland is to open before the end of the year."
    html = page(
        article="<h1>Fiji and Tonga share a consulate</h1>", body=(*PARAGRAPHS[:2], notice, PARAGRAPHS[2], last)
    )
    assert read(html=html).body == "\n\n".join((*PARAGRAPHS[:3], last))


COLUMN = "<div class='row'><div class='wpb_text_column'><div class='{}'><p>{}</p></div></div></div>"


@pytest.mark.parametrize("kind", ["inside", "inside part-{}"])
def test_an_article_in_several_columns_is_found_whole(kind: str) -> None:
    parts = (COLUMN.format(kind.format(number), paragraph) for number, paragraph in enumerate(PARAGRAPHS))
    columns = "<div class='row'><img></div>".join(parts)
    html = page(body=()).replace("<article>", f"<h1>Joint consulate</h1><div class='page'>{columns}</div><article>")
    assert read(html=html).body == "\n\n".join(PARAGRAPHS)


def test_the_next_post_of_a_blog_is_no_column_of_this_one() -> None:
    posts = "".join(
        f"<div class='post'><h2><a href='/{number}'>A post of a blog</a></h2><div class='entry'>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        + "</div></div>"
        for number, paragraphs in enumerate((PARAGRAPHS, VERDICT, VERDICT[1:]))
    )
    assert read(html=page(body=()).replace("<article>", f"{posts}<article>")).body == "\n\n".join(PARAGRAPHS)


def test_lines_of_a_table_that_single_breaks_part_are_no_paragraph() -> None:
    head = (
        "<font size=4>Joint consulate for Fiji</font><br><font>Monday, March 4, 2019</font><br><font>By Ann Lee</font>"
    )
    prose = "<br><br>".join(PARAGRAPHS)
    table = f"<table><tr><td>World<br>Sport</td><td>{head}<br><br><font>{prose}</font></td></tr></table>"
    found = read(html=page("<title>Joint consulate for Fiji</title>", table, ()))
    assert (found.body, found.known_date) == ("\n\n".join(PARAGRAPHS), date(2019, 3, 4))


def test_an_offer_is_known_by_its_class_and_by_what_it_says() -> None:
    box = "<div class='{}'><h3>Keep reading</h3><p>{}</p><ul><li>Crosswords and puzzles for all</li></ul></div>"
    offer, told = "To read on, subscribe for $3 a week.", "The consulate is offered for three years."
    html = page(article="<h1>Joint consulate for Fiji</h1>", body=(*PARAGRAPHS, "{}"))
    assert read(html=html.format(box.format("paywall-box", offer))).body == "\n\n".join(PARAGRAPHS)
    assert told in read(html=html.format(box.format("subscriber-part", told))).body


@pytest.mark.parametrize("reference", ["&#12;", "&#x0C;", "&#0", "&#31;"])
def test_a_reference_to_a_control_character_before_a_script_harms_nothing(reference: str) -> None:
    article = f"<p>{reference}<script>x()</script>{PARAGRAPHS[0]}</p>"
    assert read(html=page(article=article)).body.startswith(PARAGRAPHS[0])


def test_paragraphs_that_are_links_alone_are_none() -> None:
    link = "<a href='/n/1'>Trawler leaves Suva with empty nets</a>"
    article = "".join(f"<p>{paragraph}</p>" for paragraph in (*PARAGRAPHS[:2], f"<i>[{link}]</i>", *PARAGRAPHS[2:]))
    assert read(html=page(article=f"<h1>Fiji and Tonga share a consulate</h1>{article}", body=())).body == "\n\n".join(
        PARAGRAPHS
    )


def test_a_page_printed_later_is_of_the_day_in_its_address() -> None:
    head = ("http://courier.example/2019/03/14/consulate.html", "3/15/2019 8:14 AM", "Fiji and Tonga share a consulate")
    assert str(read(text=text(*head)).published_date) == "2019-03-14"


def test_a_page_of_a_video_has_the_day_of_its_upload() -> None:
    said = '{"@type": "VideoObject", "name": "X", "uploadDate": "2019-03-04"}'
    found = read(html=page(f'<script type="application/ld+json">{said}</script>'))
    assert str(found.published_date) == "2019-03-04"


def test_the_words_of_web_pages_are_found_better_than_by_the_extractor_alone() -> None:
    ours, alone = [], []
    for path in sorted(WEB_PAGES.glob("*.html")):
        expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
        wanted = expected.get("body") or expected["reference"]
        page = decode(path.read_bytes())
        ours.append(likeness(read(html=page).body, wanted))
        alone.append(likeness(trafilatura.extract(page) or "", wanted))
    assert sum(ours) / len(ours) > 0.98
    assert all(one >= other for one, other in zip(ours, alone, strict=True)), (ours, alone)


# --- title -------------------------------------------------------------------------------------------------------
def test_title_by_rung() -> None:
    og = '<meta property="og:title" content="By OG">'
    twitter = '<meta name="twitter:title" content="By Twitter">'
    element = "<title>By title element | The Courier</title><meta property='og:site_name' content='The Courier'>"
    h1 = "<h1>By heading</h1>"
    assert read(html=page(JSON_LD + og + twitter + element, h1), title="Given").title == "Given"
    assert read(html=page(JSON_LD + og + twitter + element, h1)).title == "By JSON"
    assert read(html=page(og + twitter + element, h1)).title == "By OG"
    assert read(html=page(twitter + element, h1)).title == "By Twitter"
    assert read(html=page(element, h1)).title == "By heading"
    assert read(html=page(element)).title == "By title element"
    assert read(html=page()).title is None


def test_title_of_text_by_rung() -> None:
    head = "Fiji and Tonga to open joint consulate"
    assert read(text=text(head), title="[Focus] Given").title == "Given"
    assert read(text=text("From: Sione Tau", "Subject: Consulate matters")).title == "Consulate matters"
    assert read(text=text("World news today", head)).title == head
    assert read(text=text()).title is None


def test_the_heading_that_the_window_repeats_is_the_title() -> None:
    article = "<h1>City Paper</h1><h2>Two islands under one roof</h2>"
    crosshead = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:2]) + "<h2>Joint consulate saves both money</h2>"
    html = page("<title>Two islands under one roof – City Paper</title>", article + crosshead, PARAGRAPHS[2:])
    assert read(html=html).title == "Two islands under one roof"
    alone = page("", "<h1>Two under one roof</h1>" + crosshead, PARAGRAPHS[2:])
    assert read(html=alone).title == "Two under one roof"


def test_a_title_without_blanks_loses_its_site() -> None:
    site = '<meta property="og:site_name" content="東洋朝報デジタル">'
    title = "ノルウェーとフィジー、海洋ごみで基金設立へ"
    assert read(html=page(f"{site}<title>{title}：東洋朝報デジタル</title>")).title == title


def test_a_heading_may_be_one_by_its_role() -> None:
    title = "Joint consulate for Fiji"
    heading = f'<div role="heading" aria-level="1">{title}</div>'
    assert read(html=page(f"<title>{title} - Courier</title>", heading)).title == title


@pytest.mark.parametrize("tag", ["[Newsmaker] ", "[Exclusive][Video] ", "【Focus】", "UPDATE 2-", "BREAKING: "])
def test_tags_are_no_part_of_a_title(tag: str) -> None:
    assert headings.without_tag(f"{tag}Ministers meet") == "Ministers meet"


# --- byline ------------------------------------------------------------------------------------------------------
def test_byline_by_rung() -> None:
    meta = '<meta name="author" content="Ann Meta">'
    element = '<span class="byline">By Ann Element</span>'
    assert read(html=page(JSON_LD + meta, element), byline="By Ann Given (ann@x.example)").byline == "Ann Given"
    assert read(html=page(JSON_LD + meta, element)).byline == "Ann Json"
    assert read(html=page(meta, element)).byline == "Ann Meta"
    assert read(html=page("", element)).byline == "Ann Element"
    assert read(html=page()).byline is None


def test_authors_beside_one_another_sign_together() -> None:
    marked = "<div>By <a rel='author'>Ann Lee</a> and <a rel='author'>Bob Roe</a>, <a rel='author'>Ann Lee</a></div>"
    teaser = "<div><a rel='author'>Cy Poe</a></div>"
    assert read(html=page("", marked + teaser)).byline == "Ann Lee, Bob Roe"


@pytest.mark.parametrize("behind", [", The Courier", " | Courier", " for The Courier", " - Courier"])
def test_the_outlet_is_no_author(behind: str) -> None:
    site = '<meta property="og:site_name" content="The Courier">'
    assert read(html=page(f'{site}<meta name="author" content="Ann Lee{behind}">')).byline == "Ann Lee"
    assert read(html=page(f'{site}<meta name="author" content="The Courier">')).byline == "The Courier"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee", "Ann Lee"),
        ("BY ANN LEE", "Ann Lee"),
        ("By Ann Lee and Bob Roe", "Ann Lee and Bob Roe"),
        ("By Ann Lee (ann@x.example)", "Ann Lee"),
        ("By Ann Lee in Suva", "Ann Lee"),
        ("By Ann Lee, Diplomatic Correspondent", "Ann Lee"),
        ("Written by Jan van der Meer", "Jan van der Meer"),
        ("Ann Lee, Suva", "Ann Lee"),
        ("Ann Lee | 4 March 2019", "Ann Lee"),
        ("Share this article", None),
        ("Pacific News Agency", None),
        ("By agreeing, both sides won.", None),
        ("Ana Rifaat-Lima reports on a guest", "Ana Rifaat-Lima"),
        ("Sr. Agathe Lima reports", "Sr. Agathe Lima"),
        ("By Achieng' Lima and Peter Roe | 1 month ago", "Achieng' Lima and Peter Roe"),
        (".- By Ann Lee", "Ann Lee"),
        ("Interview Conducted By Ann Lee", "Ann Lee"),
        ("Written and read by Ann Lee", "Ann Lee"),
        ("Escrito por Ann Lee", "Ann Lee"),
        ("Pewarta: Ann Lee", "Ann Lee"),
        ("THURSDAY, 12 AUGUST 2010 00:00 BY ANN LEE | STAFF", "Ann Lee"),
        ("By ANN LEE FOR THE DAILY LANTERN", "Ann Lee"),
        ("By Our Staff Reporter", "Our Staff Reporter"),
    ],
)
def test_byline_of_text(line: str, names: str | None) -> None:
    assert read(text=text("Fiji and Tonga to open joint consulate", line)).byline == names


def test_byline_behind_the_article() -> None:
    assert read(text=text("Fiji and Tonga open consulate", tail=("By Ann Lee (ann@x.example)",))).byline == "Ann Lee"
    found = read(text=text("Fiji and Tonga open consulate", tail=("(Reporting by Ann Lee; Editing by Bob Roe)",)))
    assert found.byline == "Ann Lee"
    assert found.body == "\n\n".join(PARAGRAPHS)


# --- publication -------------------------------------------------------------------------------------------------
def test_published_by_rung() -> None:
    meta = '<meta property="article:published_time" content="2018-01-02">'
    element = '<time datetime="2017-01-02T10:00:00Z">yesterday</time>'
    searched = "<p>Published on January 2, 2016</p>"
    everything = page(JSON_LD + meta, element + searched)
    given = read(html=everything, published="2020-01-02")
    assert (given.published_date, given.published_rule) == (date(2020, 1, 2), "metadata")
    listed = read(html=everything, published="2020-01-02", is_listed=True)
    assert (listed.published_date, listed.published_rule) == (date(2020, 1, 2), "feed")
    json_ld = read(html=everything)
    assert (json_ld.published_date, json_ld.published_rule) == (date(2019, 3, 4), "metadata")
    assert json_ld.published_at == datetime(2019, 3, 4, 9, 30, tzinfo=UTC)
    assert json_ld.modified_at == datetime(2019, 3, 5, 10, tzinfo=UTC)
    assert read(html=page(meta, element + searched)).published_date == date(2018, 1, 2)
    assert read(html=page("", element + searched)).published_date == date(2017, 1, 2)
    found = read(html=page("", searched))
    assert (found.published_date, found.published_rule) == (date(2016, 1, 2), "text")
    nothing = read(html=page())
    assert (nothing.published_date, nothing.published_rule) == (FETCHED.date(), "fetched")


def test_published_of_text_by_rung() -> None:
    story = (*PARAGRAPHS, "The two states last had a joint mission in 2015, a government spokesman said on Tuesday.")
    caption = "The two ministers greet each other in Suva on Nov. 5. (Photo: Ann Lee)"
    dates = "Published: 4 March 2019 | Updated: 5 March 2019"
    printed = text("Fiji and Tonga open consulate", dates, caption, body=story)
    found = read(text=printed, published="Tue, 05 Mar 2019 01:00:00 +0200")
    assert (found.published_date, found.published_rule) == (date(2019, 3, 5), "metadata")
    assert found.published_at == datetime(2019, 3, 4, 23, tzinfo=UTC)
    found = read(text=printed)
    assert (found.published_date, found.published_rule) == (date(2019, 3, 4), "text")
    found = read(text=text("Fiji and Tonga open consulate", caption, body=story))
    assert (found.published_date, found.published_rule) == (date(2018, 11, 6), "inferred")
    dated = "SUVA, Monday, March 4, 2019 - " + PARAGRAPHS[0]
    found = read(text=text("Fiji and Tonga open consulate", body=(dated, *PARAGRAPHS[1:])))
    assert (found.published_date, found.published_rule) == (date(2019, 3, 4), "text")
    found = read(text=text("Fiji and Tonga open consulate"))
    assert (found.published_date, found.published_rule) == (FETCHED.date(), "fetched")


LEAD = "The minister met the envoy in Suva on Monday, the palace reported Tuesday."
PAST = "They had last met in 2015."


@pytest.mark.parametrize(
    ("paragraphs", "others", "day"),
    [
        ((LEAD, PAST), ("The two men on Nov. 5.",), date(2018, 11, 6)),  # the event's day in a caption
        ((LEAD + " The talks of Monday, Nov. 5, were long.", PAST), (), date(2018, 11, 6)),  # a day beside its weekday
        (("SUVA, Nov. 6 (PNA) - " + LEAD, PAST), (), date(2018, 11, 6)),  # a dateline is of the day of reporting
        ((LEAD, PAST, "They are to meet again by 2030."), ("On Nov. 5.",), date(2018, 11, 6)),  # the future is no bound
        ((LEAD,), ("The two men on Nov. 5, 2018.",), date(2018, 11, 6)),  # the caption's own year
        (("They met in Suva on Monday.",), ("The two men on Nov. 5, 2018.",), date(2018, 11, 5)),  # no day of reporting
        (("They met in Suva on Friday.",), ("The two men on Nov. 5, 2018.",), None),  # a picture of another day
        ((LEAD,), ("The two men on Nov. 5.",), None),  # no year to start from
        ((LEAD, PAST), (), None),  # no day of a month
        (("The minister met the envoy in Suva.", PAST), ("On Nov. 5.",), None),  # no weekday
        ((LEAD, PAST), ("On Nov. 5.", "On Nov. 3."), None),  # two days that contradict each other
        ((LEAD, PAST), ("On Nov. 5, 2017.",), None),  # that day has its own year, in which it was no such weekday
        # the weekday above the article, and a day that the text names in full
        (("The visit began on Monday, November 5, 2018.",), ("Suva, Tuesday",), date(2018, 11, 6)),
        (("SUVA, Tuesday - They will meet again on Friday, 9 November 2018.",), (), date(2018, 11, 6)),
        (("SUVA, Tuesday - They signed it on Friday, 9 November 2017.",), (), None),  # which was a Thursday
        (("SUVA, Tuesday - They signed it on 5 November 2018.",), (), None),  # history is told without weekdays
    ],
)
def test_inferred_day(paragraphs: tuple[str, ...], others: tuple[str, ...], day: date | None) -> None:
    assert publication.inferred(paragraphs, others, date(2024, 1, 1)) == day


def test_nothing_is_inferred_beyond_the_fetch() -> None:
    assert publication.inferred((LEAD, PAST), ("On Nov. 5.",), date(2018, 10, 1)) is None


@pytest.mark.parametrize(
    ("given", "day", "instant"),
    [
        ("2018-11-06", date(2018, 11, 6), None),
        ("2018-11-06T23:30:00-05:00", date(2018, 11, 6), datetime(2018, 11, 7, 4, 30, tzinfo=UTC)),
        ("2018-11-06T23:30:00", date(2018, 11, 6), None),
        ("2018-11-06 04:30:00 UTC", date(2018, 11, 6), datetime(2018, 11, 6, 4, 30, tzinfo=UTC)),
        ("Tue, 06 Nov 2018 10:00:00 GMT", date(2018, 11, 6), datetime(2018, 11, 6, 10, tzinfo=UTC)),
        ("2018-11-06 04:30:00 -0400 EDT", date(2018, 11, 6), datetime(2018, 11, 6, 8, 30, tzinfo=UTC)),
        ("Tue Nov 06 2018 23:30:00 GMT+0200 (EET)", date(2018, 11, 6), datetime(2018, 11, 6, 21, 30, tzinfo=UTC)),
        ("November 6, 2018, 11:30 p.m. ET", date(2018, 11, 6), datetime(2018, 11, 7, 4, 30, tzinfo=UTC)),
        ("6 Nov 2018 00:30 IST", date(2018, 11, 6), datetime(2018, 11, 5, 19, tzinfo=UTC)),
        ("1541498400", date(2018, 11, 6), datetime(2018, 11, 6, 10, tzinfo=UTC)),
        ("1541498400000", date(2018, 11, 6), datetime(2018, 11, 6, 10, tzinfo=UTC)),
        ("20181106103000", date(2018, 11, 6), None),
        ("2018/11/6 9:05", date(2018, 11, 6), None),
        ("2018.11.06.", date(2018, 11, 6), None),
        ("06-Nov-2018", date(2018, 11, 6), None),
        ("23/11/2018 - 22:30", date(2018, 11, 23), None),
        ("6. November 2018", date(2018, 11, 6), None),
        ("6 de noviembre de 2018", date(2018, 11, 6), None),
        ("6 ноября 2018", date(2018, 11, 6), None),
        ("1er août 2018", date(2018, 8, 1), None),
        ("2018年11月6日", date(2018, 11, 6), None),
        ("Tue Nov  6 23:30:00 2018", date(2018, 11, 6), None),
        ("6. 11. 2018 23:30", date(2018, 11, 6), None),
        ("2018. 11. 6. 23:30", date(2018, 11, 6), None),
        ("٦ نوفمبر ٢٠١٨", date(2018, 11, 6), None),
        ("6 نوفمبر/تشرين الثاني 2018", date(2018, 11, 6), None),
        ("۶ نوامبر ۲۰۱۸", date(2018, 11, 6), None),
        ("६ नवंबर 2018", date(2018, 11, 6), None),
        ("6 בנובמבר 2018", date(2018, 11, 6), None),
        ("2018 m. lapkričio 6 d.", date(2018, 11, 6), None),
        ("2018. gada 6. novembris", date(2018, 11, 6), None),
        (
            "9:30 p.m. ET November 5, 2018 | Updated 11:02 p.m. ET November 6, 2018",
            date(2018, 11, 5),
            datetime(2018, 11, 6, 2, 30, tzinfo=UTC),
        ),
        ("06/11/2018", None, None),
        ("1970-01-01T00:00:00Z", None, None),
        ("2018-02-30", None, None),
        ("November 6, 2018", date(2018, 11, 6), None),
        ("November 2018", None, None),
        ("0001-01-01T00:00:00Z", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_read_instant(given: str, day: date | None, instant: datetime | None) -> None:
    moment = moments.read_instant(given)
    assert (moment.day if moment else None) == day
    assert (moment.instant if moment else None) == instant


@pytest.mark.parametrize(
    ("stamp", "line", "day"),
    [
        ("2019-03-13T01:47:00Z", "Published 9:47 p.m. ET March 12, 2019", "2019-03-12"),
        ("2019-03-13T01:47:00Z", "March 12, 2019", "2019-03-12"),
        ("2019-03-13T13:47:00Z", "March 12, 2019", "2019-03-13"),  # no zone has the 12th then
        ("2019-03-13T01:47:00Z", "Updated March 12, 2019", "2019-03-12"),  # no change comes before
        ("2019-03-13T01:47:00Z", "March 14, 2019", "2019-03-13"),  # of a change, maybe
        ("2019-03-13T01:47:00+01:00", "March 12, 2019", "2019-03-13"),  # the outlet's own zone
        ("2016-07-07T13:10:00Z", "8 Jul, 2016 01:10 AM NZST", "2016-07-08"),
        ("2016-07-07T13:10:00Z", "8 Jul, 2016 03:10 AM NZST", "2016-07-07"),
    ],
)
def test_an_instant_of_greenwich_has_the_day_that_the_outlet_prints(stamp: str, line: str, day: str) -> None:
    meta = f'<meta property="article:published_time" content="{stamp}">'
    found = read(html=page(meta, f"<h1>Joint consulate for Fiji</h1><p>By Ann Lee</p><p>{line}</p>"))
    assert (str(found.published_date), found.field_rules["published"]) == (day, "meta_published")
    assert found.published_at == datetime.fromisoformat(stamp)


@pytest.mark.parametrize(("month_first", "day"), [(True, date(2018, 6, 11)), (False, date(2018, 11, 6)), (None, None)])
def test_slashed_dates_are_read_as_the_country_writes_them(month_first: bool | None, day: date | None) -> None:
    moment = moments.read_instant("06/11/2018", month_first=month_first)
    assert (moment and moment.day) == day


@pytest.mark.parametrize("given", ["16.V.2023", "16. V. 2023", "16 V 2023", "16/V/2023"])
def test_months_may_be_roman(given: str) -> None:
    assert read(text=text("Joint consulate for Fiji", given)).published_date == date(2023, 5, 16)


DATED = "<h1>Joint consulate for Fiji and Tonga</h1><p class='date'>03/04/2021</p>"


@pytest.mark.parametrize(
    ("attributes", "address", "day", "rule"),
    [
        ("", "https://courier.example/talks", date(2021, 4, 3), "ambiguous"),
        ("lang='en'", "https://courier.co.uk/talks", date(2021, 4, 3), "printed"),
        ("lang='en'", "https://courier.gov/talks", date(2021, 3, 4), "printed"),
        ("lang='en-US'", "https://courier.example/talks", date(2021, 3, 4), "printed"),
        ("lang='en-GB'", "https://courier.example/talks", date(2021, 4, 3), "printed"),
        ("", "https://courier.example/2021/03/talks", date(2021, 3, 4), "printed"),
        ("lang='en-US'", "https://courier.example/2021/04/talks", date(2021, 4, 3), "printed"),
    ],
)
def test_a_day_with_two_readings_is_told_by_country_or_address(
    attributes: str, address: str, day: date, rule: str
) -> None:
    found = read(html=page(article=DATED, attributes=attributes), url=address)
    assert (found.published_date, found.field_rules["published"]) == (day, rule)
    assert found.known_date == (None if rule == "ambiguous" else day)


def test_of_two_readings_one_may_lie_ahead() -> None:
    found = read(text=text("Joint consulate for Fiji", "04/06/2024"))  # fetched on 6 May
    assert (found.published_date, found.field_rules["published"]) == (date(2024, 4, 6), "printed")
    found = read(text=text("Joint consulate for Fiji", "04/05/2024"))
    assert (found.published_date, found.known_date) == (date(2024, 5, 4), None)


@pytest.mark.parametrize(
    "aside",
    [
        "<aside><a href='/x'>Chile names envoy</a> <time datetime='2022-05-03'>3 May 2022</time></aside>",
        "<aside><p>Updated 3 May 2022</p></aside>",
        "<div class='box related'><a href='/x'>Chile names envoy</a> <span>3 May 2022</span></div>",
        "<div id='sidebar'><p>Concert on 12 June 2023</p></div>",
    ],
)
def test_a_day_beside_the_article_is_not_its_own(aside: str) -> None:
    html = page(article="<h1>Joint consulate for Fiji and Tonga</h1>").replace("<footer>", f"{aside}<footer>")
    assert read(html=html).published_rule == "fetched"
    assert read(html=html.replace("<article>", "<article><p>Published 4 March 2019</p>")).known_date == date(2019, 3, 4)


@pytest.mark.parametrize(
    ("head", "elsewhere"),
    [
        ("", "<time datetime='2023-02-03'>Friday</time>"),
        ("<meta name='date' content='2023-02-03'>", ""),
        ("<script>var publishDate = '2023-02-03';</script>", ""),
        ("<script>var page = {datePublication: '2023-02-03'};</script>", ""),
    ],
)
def test_what_may_be_the_day_gives_way_to_one_below_the_title(head: str, elsewhere: str) -> None:
    html = page(head, "<h1>Joint consulate for Fiji and Tonga</h1>").replace("<footer>", f"{elsewhere}<footer>")
    assert read(html=html).known_date == date(2023, 2, 3)
    printed = html.replace("</h1>", "</h1><div>4 March 2019</div>")
    assert read(html=printed).known_date == date(2019, 3, 4)


@pytest.mark.parametrize(
    "above",
    [
        "<span class='m'>Mar</span><span class='d'>4</span><span class='y'>2019</span>",
        "<span>04</span><span>March</span><span>2019</span>",
    ],
)
def test_parts_of_a_day_that_touch_are_read_apart(above: str) -> None:
    html = page(article=f"<div>{above}</div><h1>Joint consulate for Fiji and Tonga</h1>")
    assert read(html=html).known_date == date(2019, 3, 4)


@pytest.mark.parametrize(
    ("line", "language", "day"),
    [
        ("3/4/19 10:22 AM", "en-US", date(2019, 3, 4)),
        ("3/4/19 10:22 AM", "en-GB", date(2019, 4, 3)),
        ("Posted 3/24/19", "en", date(2019, 3, 24)),
    ],
)
def test_years_of_two_digits_below_a_title(line: str, language: str, day: date) -> None:
    html = page(article=f"<h1>Joint consulate for Fiji and Tonga</h1><div>{line}</div>", attributes=f"lang={language}")
    assert read(html=html).known_date == day


@pytest.mark.parametrize(
    ("line", "day"), [("Mar 4", date(2019, 3, 4)), ("by Ann Lee | 4 March", date(2019, 3, 4)), ("4 April", None)]
)
def test_a_day_without_a_year_is_of_the_month_in_the_address(line: str, day: date | None) -> None:
    html = page(article=f"<h1>Joint consulate for Fiji and Tonga</h1><div>{line}</div>")
    assert read(html=html, url="https://courier.example/2019/03/consulate.html").known_date == day


def test_a_day_below_the_title_is_found_whatever_stands_before_both() -> None:
    beside = (
        "<div><p>The Courier has been published every morning since 1902, from its office in Market Street.</p></div>"
    )
    article = f"{beside}<h1>Joint consulate for Fiji and Tonga</h1><div>4 March 2019</div>"
    assert read(html=page("<meta name='date' content='2023-02-03'>", article)).known_date == date(2019, 3, 4)


@pytest.mark.parametrize(
    ("attribute", "is_day"),
    [
        ("data-timestamp='1551687720'", True),
        ("title='Monday, March 4, 2019 at 8:22am'", True),
        ("title='The two ministers, who last met on 4 March 2019, before the hotel'", False),
        ("data-update-time='2019-03-04'", False),
    ],
)
def test_a_day_may_stand_in_an_attribute_below_the_title(attribute: str, is_day: bool) -> None:
    html = page(article=f"<h1>Joint consulate for Fiji and Tonga</h1><div class='when' {attribute}>5 years ago</div>")
    assert (read(html=html).field_rules["published"] == "time_element") is is_day


@pytest.mark.parametrize(
    "head",
    [
        "<meta property='article:published_time' content='2023-02-29'>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2023-02-30T08:00:00Z"}</script>',
        "<meta name='date' content='2023-06'>",
    ],
)
def test_a_day_that_the_calendar_lacks_is_none(head: str) -> None:
    assert read(html=page(head=head)).published_rule == "fetched"
    assert read(html=page(head=head.replace("-29", "-01").replace("-30", "-01").replace("-06'", "-06-01'"))).known_date


def test_slashed_dates_are_told_apart_by_the_weekday_of_the_text() -> None:
    spoken = ("Both ministers met on Thursday to speak about a consulate in Auckland.", *PARAGRAPHS[1:])
    assert read(text=text("Joint consulate for Fiji", "08/11/2016", body=spoken)).published_date == date(2016, 8, 11)


# --- address, section, outlet ------------------------------------------------------------------------------------
def test_url_by_rung() -> None:
    canonical = '<link rel="canonical" href="https://www.x.example/a?utm_source=feed&amp;id=3#top">'
    og = '<meta property="og:url" content="https://x.example/og">'
    given = "https://x.example/given?fbclid=1"
    assert read(html=page(canonical + og), url=given).canonical_url == "https://www.x.example/a?id=3"
    assert read(html=page(og), url=given).canonical_url == "https://x.example/og"
    assert read(html=page(), url=given).canonical_url == "https://x.example/given"
    assert read(html=page('<link rel="canonical" href="https://x.example/">'), url=given).canonical_url == (
        "https://x.example/given"
    )
    assert read(html=page()).canonical_url is None
    assert read(text=text(), url="javascript:alert(1)").canonical_url is None


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("https://a.example/x?utm_source=a&id=5&fbclid=1#top", "https://a.example/x?id=5"),
        ("https://a.example/x?ref=home&cmpid=rss&source=mail", "https://a.example/x"),
        ("https://a.example/x?mod=7&via=3", "https://a.example/x?mod=7&via=3"),
        ("https://a.example/x?mod=mail&via=friend", "https://a.example/x"),
        ("https://a.example/x?at_medium=RSS&xtor=RSS-1&ns_mchannel=social", "https://a.example/x"),
        ("https://a.example:443/x;jsessionid=AB12?b=2&a=1", "https://a.example/x?a=1&b=2"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("http://[broken/x", None),
        ("ftp://a.example/x", None),
        ("javascript:alert(1)", None),
    ],
)
def test_an_article_has_one_address(given: str, canonical: str | None) -> None:
    assert documents.canonical_url(given) == canonical


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2019/07/03/talks", date(2019, 7, 3)),
        ("https://a.example/2019/7/3/talks.html", date(2019, 7, 3)),
        ("https://a.example/world/2019/jul/03/talks", date(2019, 7, 3)),
        ("https://a.example/2013/middle_east/8/3/talks/index.html", date(2013, 8, 3)),
        ("https://a.example/talks-20190703.html", date(2019, 7, 3)),
        ("https://a.example/talks-2019-07-03", date(2019, 7, 3)),
        ("https://a.example/2019/07/talks", None),
        ("https://a.example/2019/13/03/talks", None),
        ("https://a.example/20190703/since-20180101", None),
        ("https://a.example/article-120190703999", None),
    ],
)
def test_day_of_an_address(url: str, day: date | None) -> None:
    assert addresses.day_of(url) == day


def test_section_by_rung() -> None:
    meta = '<meta property="article:section" content="World">'
    assert read(html=page(JSON_LD + meta)).section_name == "Pacific"
    assert read(html=page(meta)).section_name == "World"
    assert read(html=page()).section_name is None


def test_source_by_rung() -> None:
    site = '<meta property="og:site_name" content="The Courier">'
    given = {"publisher_name": "Given Post", "url": "https://www.host.example/a"}
    assert read(html=page(JSON_LD + site), **given).source_name == "The Courier"
    assert read(html=page(JSON_LD), **given).source_name == "The Json Times"
    assert read(html=page(), **given).source_name == "Given Post"
    assert read(html=page(), url="https://www.host.example/a").source_name == "host.example"
    assert read(html=page()).source_name == "drop"


# --- dateline, agency, language ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "dateline", "place"),
    [
        ("SUVA, March 4 (Reuters) - The", "SUVA, March 4 (Reuters) -", "Suva"),
        ("SUVA, Fiji — The", "SUVA, Fiji —", "Suva"),
        ("NUKU’ALOFA (AFP) – The", "NUKU’ALOFA (AFP) –", "Nuku’Alofa"),
        ("Suva (dpa) - The", "Suva (dpa) -", "Suva"),
        ("Suva, 4 March - The", "Suva, 4 March -", "Suva"),
        ("SUVA: The", "SUVA:", "Suva"),
        ("SUVA. The", "SUVA.", "Suva"),
        ("SUVA, March 4—The", "SUVA, March 4—", "Suva"),
        ("SUVA, March 4 (AWS)—The", "SUVA, March 4 (AWS)—", "Suva"),
        ("SUVA—The", "SUVA—", "Suva"),
        ("SUVA, March 4. (SNA) The", "SUVA, March 4. (SNA)", "Suva"),
        ("SUVA, March 4. /Interpress/. The", "SUVA, March 4. /Interpress/.", "Suva"),
        ("SUVA (PTB), 4 March - The", "SUVA (PTB), 4 March -", "Suva"),
        ("Suva (PTB), March 4 - The", "Suva (PTB), March 4 -", "Suva"),
        ("SUVA/APIA, March 4 (CW) - The", "SUVA/APIA, March 4 (CW) -", "Suva/Apia"),
        ("SUVA, 4th March, 2024 (EPB) - The", "SUVA, 4th March, 2024 (EPB) -", "Suva"),
        ("SUVA, Mon. March 4, 2024 – The", "SUVA, Mon. March 4, 2024 –", "Suva"),
        ("SUVA, Fiji—The", "SUVA, Fiji—", "Suva"),
        ("SUVA, Monday, March 4 - The", "SUVA, Monday, March 4 -", "Suva"),
        ("SUVA, March 4, 1987, BNA - The", "SUVA, March 4, 1987, BNA -", "Suva"),
        ("SUVA, Fiji, Mar 4, 2010 / 05:06 pm (K&L).- The", "SUVA, Fiji, Mar 4, 2010 / 05:06 pm (K&L).-", "Suva"),
        ("(From our correspondent) SUVA, March 4 — The", "(From our correspondent) SUVA, March 4 —", "Suva"),
        ("Suva, March 4. For the first time", "Suva, March 4.", "Suva"),
        ("Suva, 4 March 2021. The", "Suva, 4 March 2021.", "Suva"),
        ("Dar es Salaam, 4 Mar (GNO) --- The", "Dar es Salaam, 4 Mar (GNO) ---", "Dar es Salaam"),
        ("Suva, March 4 Many thousands saw", "Suva, March 4", "Suva"),
        ("Suva, March 4 was the day on which", None, None),
        ("In Suva, March 4 was a holiday: the", None, None),
        ("He landed in Suva, March 4. The", None, None),
        ("In Suva, March 4. The", None, None),
        ("Suva, where the", None, None),
        ("BACON.—The", None, None),
        ("Ms Te RANGI (Kaipara)—What the", None, None),
        ("Suva, Article 4. The", None, None),
        ("The treaty, March 4 Many say", None, None),
        ("The minister - a lawyer - met", None, None),
        ("WHO: The", None, None),
    ],
)
def test_dateline(start: str, dateline: str | None, place: str | None) -> None:
    found = documents.find_dateline(f"{start} two ministers met.")
    assert found == ((dateline, place) if dateline else None)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": text(body=("SUVA, March 4 (Reuters) - " + PARAGRAPHS[0], *PARAGRAPHS[1:]))},
        {"text": text("REUTERS")},
        {"text": text(), "byline": "Ann Lee, Reuters"},
        {"text": text(body=(*PARAGRAPHS[:3], PARAGRAPHS[3] + " (Reuters)"))},
        {"text": text(), "url": "https://www.reuters.com/a"},
    ],
    ids=["dateline", "header", "byline", "signature", "host"],
)
def test_agency_by_rung(fields: dict[str, Any]) -> None:
    found = read(**fields)
    assert found.agency_id == record_id("o", "Reuters")
    assert found.body.endswith(PARAGRAPHS[3])


def test_an_agency_that_is_only_named_did_not_write_it() -> None:
    told = ("The ministers met, Reuters reported on Monday from Suva, where both spend the week.", *PARAGRAPHS[1:])
    assert read(text=text(body=told)).agency_id is None


def test_language() -> None:
    french = "Le président a reçu lundi son homologue tongien, avec lequel il a évoqué la pêche et les écoles des îles."
    assert read(text=french).language_code == "fr"
    assert read(text=text()).language_code == "en"
    assert read(text="Kim met Lee.").language_code is None
    assert read(text="Kim met Lee.", language_code="en-GB").language_code == "en"


@pytest.mark.parametrize(
    ("declared", "found", "said"),
    [
        (None, "zh", "秘鲁外交部长星期二在基多会见了玻利维亚外长。两国签署了一项贸易协定，并谴责了制裁。"),
        ("en", "zh", "秘鲁外交部长星期二在基多会见了玻利维亚外长。两国签署了一项贸易协定，并谴责了制裁。"),
        ("id", "id", "Menteri Luar Negeri Peru bertemu dengan mitranya dari Bolivia di Quito pada hari Selasa."),
        ("en", "ms", "Menteri Luar Negeri Peru bertemu dengan mitranya dari Bolivia di Quito pada hari Selasa."),
        ("sr-Latn", "sr", "Ministar vanjskih poslova sastao se u utorak u Quitu sa svojim bolivijskim kolegom."),
        (None, "hr", "Ministar vanjskih poslova sastao se u utorak u Quitu sa svojim bolivijskim kolegom."),
        (None, None, "Dodik, Komšić; Vučić; Đukanović; Meta; Thaçi; Plenković; Pahor; Zaev; Orbán; Fiala"),
        ("en", "en", "On Tuesday he met Ugandan President Yoweri Museveni and Ali Bongo Ondimba in Entebbe."),
        (None, "en", "Nigerian President Bola Tinubu arrived in Ghana on Monday."),
        (None, "en", "Kenyan President William Ruto will visit Uganda from October 10 to October 12."),
        (None, "pcm", "Tinubu don land for Ghana on Monday, wia im dey meet oda leaders ontop mata of trade."),
    ],
)
def test_what_is_surely_not_english_is_not_taken_for_it(declared: str | None, found: str | None, said: str) -> None:
    """Where languages are so close that the identifier can't tell them apart, too."""
    assert languages.find_language(said, declared) == found


def test_a_text_of_which_half_is_in_another_language_is_not_read_as_english() -> None:
    french = (
        "Les ministres des affaires étrangères des îles Fidji et des Tonga se sont rencontrés lundi à Suva, où ils ont "
        "décidé d’ouvrir un consulat commun à Auckland.",
        "C’est la première fois que les deux États insulaires partagent une mission à l’étranger, et chacun a parlé de "
        "ce qu’elle lui épargnera.",
        "Ils ont également évoqué la pêche, ainsi que le retour d’un chalutier retenu depuis le printemps.",
        "« Nous sommes voisins, et des voisins partagent », a déclaré le ministre après trois heures de réunion.",
    )
    assert read(html=page(body=(*PARAGRAPHS, *french))).language_code == "fr"
    assert read(html=page(body=(*french, *PARAGRAPHS))).language_code == "fr"
    assert read(html=page(body=(french[0], *PARAGRAPHS, *PARAGRAPHS))).language_code == "en"
    assert read(html=page(body=(*PARAGRAPHS, french[0]))).language_code == "en"


# --- the body ----------------------------------------------------------------------------------------------------
def test_body_of_a_page_by_rung() -> None:
    assert read(html=page()).body == "\n\n".join(PARAGRAPHS)
    assert read(html=page()).field_rules["body"] == "trafilatura"
    json_ld = '<script type="application/ld+json">{"@type": "Article", "articleBody": "Both met in Suva."}</script>'
    assert read(html=f"<html><head>{json_ld}</head><body></body></html>").body == "Both met in Suva."


def test_a_page_laid_out_in_tables_is_no_table() -> None:
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    cells = f"<td><a href='/a'>Region</a></td><td><h2>Fiji and Tonga to share a house</h2>{prose}</td>"
    layout = f"<html><head><title>Old Letter</title></head><body><table><tr>{cells}</tr></table></body></html>"
    found = read(html=layout)
    assert found.body == "\n\n".join(PARAGRAPHS)
    assert (found.title, found.field_rules["title"]) == ("Fiji and Tonga to share a house", "heading")


def test_offsets_count_in_visible_text() -> None:
    hidden = "The\u200b two minis\u00adters\x07 met\u00a0in  Suva on\ufeff Monday."
    assert read(text=hidden).body == "The two ministers met in Suva on Monday."


def test_lines_broken_to_a_width_are_joined() -> None:
    wrapped = (
        "The foreign ministers of Fiji and Tonga met in Suva on Monday and\n"
        "agreed to open a joint consulate in Auckland, which both had\n"
        "wanted for years, officials of the two countries said after\nthe meeting.\n\n"
        "The next meeting is planned for May, when the building should\nbe ready."
    )
    assert read(text=wrapped).body == "\n\n".join(part.replace("\n", " ") for part in wrapped.split("\n\n"))


def test_what_is_printed_twice_stands_once() -> None:
    caption = "Ministers of both countries raise their glasses to the new house"
    found = read(text=text("Joint consulate", caption, f"{caption} in Auckland on Monday."))
    assert found.body == "\n\n".join(PARAGRAPHS)
    assert read(text=text(body=(*PARAGRAPHS, PARAGRAPHS[1]))).body == "\n\n".join(PARAGRAPHS)


def test_half_a_page_gives_what_is_there() -> None:
    whole = page()
    found = read(html=whole[: whole.index(PARAGRAPHS[3]) + 30])
    assert found.body.startswith("\n\n".join(PARAGRAPHS[:3]))


# --- identity ----------------------------------------------------------------------------------------------------
def test_identity_hangs_on_source_address_and_words_alone() -> None:
    first = read(text=text("Joint consulate for Fiji and Tonga"), path="a/1.txt")
    same = read(text=text("Joint consulate for Fiji and Tonga"), path="b/2.txt", fetched_at=FETCHED + timedelta(days=3))
    assert (first.document_id, first.article_id) == (same.document_id, same.article_id)
    quotes = read(text=text().replace("“", '"').replace("”", '"'))
    assert quotes.content_hash == first.content_hash
    other = read(text=text(body=PARAGRAPHS[:3]))
    assert other.document_id != first.document_id
    assert other.source_id == first.source_id
    address = "https://x.example/a"
    versions = [read(text=text(body=body), url=address) for body in (PARAGRAPHS, PARAGRAPHS[:3])]
    assert versions[0].article_id == versions[1].article_id
    assert versions[0].document_id != versions[1].document_id


# --- rejects -----------------------------------------------------------------------------------------------------
def test_rejects_say_why() -> None:
    assert rejected(text=" \n ").reason_type == "empty"
    assert rejected(text="12 34 -- !!").reason_type == "empty"
    assert rejected(html="<html><body><img src='a.png'></body></html>").reason_type == "empty"
    assert rejected(html="").reason_type == "empty"
    assert rejected(html=f"<article><p>{'The two ministers met. ' * 50_000}").reason_type == "too_large"
    assert rejected(text="x" * (documents.MAX_TEXT_CHARACTERS + 1)).reason_type == "too_large"
    assert rejected(text="Word.\n" * (documents.MAX_LINES + 1)).reason_type == "too_large"
    assert rejected(html="<p>" + "x" * pages.MAX_PAGE_CHARACTERS).reason_type == "too_large"
    assert rejected(html="<p>word</p>" * pages.MAX_TAGS).reason_type == "too_large"


@pytest.mark.parametrize("depth", [3_000, 100_000])
def test_a_page_nested_without_end_is_rejected(depth: int) -> None:
    assert rejected(html="<div>" * depth + f"<p>{PARAGRAPHS[0]}</p>").reason_type == "too_deep"


# --- whatever comes ----------------------------------------------------------------------------------------------
LINES = st.sampled_from(
    [*PARAGRAPHS, "Share", "By Ann Lee", "[Tag] Title of it", "", "MOST READ", "(END)", "Nov. 5", "5 May 2019",
     "A | B | C", "Read more: this", "###", "Photo: AP", "Ministers (left) meet. (AFP)",
     "SUVA (AP) -", "“", "1 / 3", "피터"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(LINES, max_size=25).map("\n".join))
TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<article>", "<h1>", "<script>", "<time datetime='x'>", "<meta name=author",
     JSON_LD, "<table>", "<!--", "<![CDATA[", "&amp;", "&#0;", "&#12;", "<html lang='xx'>"]
)  # fmt: skip
HTML = st.lists(st.one_of(TAGS, LINES, st.text(max_size=20)), max_size=20).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.one_of(st.none(), st.text(max_size=40)))
def test_any_text_gives_a_document_or_a_reject(content: str, field: str | None) -> None:
    given = raw(text=content, title=field, byline=field, url=field, published=field, language_code=field)
    found = documents.read_document(given, KEY)
    assert found == documents.read_document(given, KEY)
    check(found)


@settings(max_examples=150, deadline=None)
@given(HTML)
def test_any_page_gives_a_document_or_a_reject(content: str) -> None:
    found = documents.read_document(raw(html=content), KEY)
    assert found == documents.read_document(raw(html=content), KEY)
    check(found)


def check(found: Document | Reject) -> None:
    if isinstance(found, Reject):
        assert found.reason_text.startswith("drop/a.txt ")
        return
    assert found.body.strip()
    assert found.lead
    assert found.body.startswith(found.lead[:100])
    assert not set(found.body) & set("\x00\r\t\u200b\ufeff")
    assert "\n\n\n" not in found.body
    found.model_dump_json().encode()


@pytest.mark.parametrize(
    "quoted",
    [
        "The minister wrote: Мы подпишем всё во вторник в Москве, и это решено.",
        "«Мы подпишем всё во вторник», заявил министр.",
    ],
)
def test_a_sentence_in_another_script_is_quoted_where_the_article_goes_on(quoted: str) -> None:
    first = "The foreign ministers of both states met in Suva and signed an agreement on fisheries and shipping."
    last = "The ministers of both states then left the capital, officials of the ministry said on Friday."
    text = f"Ministers sign pact\n\n{first}\n\n{quoted}\n\n{last}\n"
    assert tuple(furniture.split_page(text).paragraphs) == (first, quoted, last)


# --- blocks of lines between blank ones --------------------------------------------------------------------------
HEAD = "Peru and Ecuador sign treaty on shared river\n\nBy Ana Lima\n\n4 March 2014\n\n"


@pytest.mark.parametrize(
    "block",
    [
        "You may like\nWhy landlocked Chad wants a port\nWho owns the oil under Corisco Bay?",
        "Ministers at the pump in Lima\nMinisters at the pump in Lima",
    ],
)
def test_a_block_among_spaced_paragraphs_is_no_paragraph(block: str) -> None:
    for place in (2, 3):
        found = read(text=HEAD + "\n\n".join((*RIVER[:place], block, *RIVER[place:])))
        assert found.body.split("\n\n") == list(RIVER)


@pytest.mark.parametrize(
    "standfirst",
    [
        "Farmers on both banks are content with what they get.",
        "The two states have agreed who gets the water. What was decided, and why it took so long.",
    ],
)
def test_a_standfirst_below_the_byline_is_no_lead(standfirst: str) -> None:
    assert read(text=HEAD + "\n\n".join((standfirst, *RIVER))).body.split("\n\n") == list(RIVER)


@pytest.mark.parametrize(
    ("lines", "byline"),
    [
        (("Interview by Ana Lima", "Photographs by Jo Paz"), "Ana Lima"),
        (("Ana Lima (The Pacific Courier)",), "Ana Lima"),
        (("Ana Lima (now) and Jo Paz (earlier)",), "Ana Lima and Jo Paz"),
        (("Pacific Courier", "By Pacific Courier | Updated: 2014-03-04", "Copyright 2014 Pacific Courier"), None),
    ],
)
def test_byline_below_a_title(lines: tuple[str, ...], byline: str | None) -> None:
    head = ("Peru and Ecuador sign treaty on shared river", *lines)
    assert read(text="\n\n".join((*head, *RIVER))).byline == byline


def test_a_byline_is_told_from_what_stands_beside_it() -> None:
    for lines, byline in (
        (("Ana Lima Europe Correspondent",), "Ana Lima"),
        (("ANA LIMA", "JO PAZ"), "Ana Lima and Jo Paz"),
        (("Ana Lima Lima", "Jo Paz"), "Ana Lima"),
    ):
        head = ("Peru and Ecuador sign treaty on shared river", *lines, "4 March 2014")
        body = (*RIVER, "The treaty was signed in Lima, the capital.")
        assert read(text="\n".join((*head, *body))).byline == byline


def test_the_byline_of_another_article_is_not_this_ones() -> None:
    page = ("Peru and Ecuador sign treaty on shared river", "Ana Lima", *RIVER, "MORE OPINION", "A myth", "By Jo Paz")
    assert read(text="\n\n".join(page)).byline == "Ana Lima"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (("notes on Peru and its treaty with Ecuador", "A river is shared at last"), "A river is shared at last"),
        (("In pictures: Peru and Ecuador share a river",), "In pictures: Peru and Ecuador share a river"),
        (("Welcome to the Republic of Peru", "Peru And Ecuador Sign Treaty On Shared River And End Talks"),
         "Peru And Ecuador Sign Treaty On Shared River And End Talks"),
        (("Fwd: Peru and Ecuador share a river",), "Peru and Ecuador share a river"),
    ],
)  # fmt: skip
def test_title_among_lines_that_speak_of_the_same(head: tuple[str, ...], title: str) -> None:
    assert read(text="\n\n".join((*head, *RIVER))).title == title


def test_a_weekday_beside_a_slashed_date_decides_its_order() -> None:
    head = ("Peru and Ecuador sign treaty on shared river", "Submitted by Ana Lima on Fri, 02/07/2020 - 11:35")
    found = read(text="\n\n".join((*head, *RIVER)), fetched_at=datetime(2024, 5, 6, tzinfo=UTC))
    assert (str(found.published_date), found.byline) == ("2020-02-07", "Ana Lima")


def test_who_says_we_in_an_article_that_does_not_makes_an_offer() -> None:
    offer = "The Courier has been free since 2004, and with your help our desk will stay so."
    assert read(text=HEAD + "\n\n".join((*RIVER, offer))).body.split("\n\n") == list(RIVER)
    spoken = [f"We have seen it ourselves: {paragraph}" for paragraph in RIVER]
    last = "None of us was surprised that the canals of the two countries were empty in May."
    assert read(text=HEAD + "\n\n".join((*spoken, last))).body.split("\n\n") == [*spoken, last]


@pytest.mark.parametrize(
    "lines",
    [
        ("“Water is for both of us.”", "— Luz Tapia (@luztapia) March 4, 2014"),
        ("FOR COUGHS AND COLDS TAKE PEPPERMINT.",),
        ("The full annex reads as follows:",),
    ],
)
def test_what_is_shown_below_an_article_is_no_paragraph(lines: tuple[str, ...]) -> None:
    assert read(text=HEAD + "\n\n".join((*RIVER, "\n".join(lines)))).body.split("\n\n") == list(RIVER)


def test_notes_at_the_foot_go_and_brackets_without_a_mark_stay() -> None:
    body = (f"{RIVER[0]}[1]", *RIVER[1:])
    assert read(text=HEAD + "\n\n".join((*body, "[1] The treaty was read in the hall."))).body.endswith(RIVER[4])
    found = read(text=HEAD + "\n\n".join((*RIVER, "[1] Peru signed the treaty in the hall of Quito.")))
    assert found.body.endswith("hall of Quito.")


def test_a_salutation_opens_an_address() -> None:
    body = ("Colleagues,", *RIVER)
    head = "Foreign Minister's remarks on the river, Quito, July 6, 2022\n\n"
    found = read(text=head + "\n\n".join(body))
    assert (found.body.split("\n\n"), found.title) == (list(body), head.strip())


@pytest.mark.parametrize(
    "line",
    [
        "Courier Weekly is printed on paper made of straw.",
        "This bulletin is compiled from press sources for the use of the mission.",
        "83 users have voted.",
    ],
)
def test_what_a_page_says_of_itself_behind_its_article_is_no_paragraph(line: str) -> None:
    head = ("Courier Weekly Online", "Peru and Ecuador sign treaty on shared river", "4 March 2014")
    assert read(text="\n\n".join((*head, *RIVER, "Listen live", line))).body.split("\n\n") == list(RIVER)


def test_who_took_the_pictures_beside_a_byline_is_no_part_of_it() -> None:
    head = ("Peru and Ecuador sign treaty on shared river", "By Ana Lima. Photographs by Jo Paz.", "4 March 2014")
    found = read(text="\n\n".join((*head, *RIVER)))
    assert (found.byline, found.body.split("\n\n")) == ("Ana Lima", list(RIVER))


def test_the_model_tells_paragraphs_from_what_stands_around_them() -> None:
    page = furniture.read_page("\n\n".join((*MENU, *SIGNED, *RIVER, *FOOT)))
    found = line_model.load().probabilities(furniture.measured(page))
    assert [line for line, share in zip(page.lines, found, strict=True) if share > 0.5] == list(RIVER)


def test_an_article_without_furniture_stays_whole_whatever_its_last_sentence_says() -> None:
    body = (*RIVER, "She met her colleague in 2009, when the latter came to Lima as a student.")
    for head in ((), MENU[-1:], (MENU[-1], SIGNED[0])):
        assert furniture.split_page("\n\n".join((*head, *body))).paragraphs == body


def test_a_first_sentence_that_sums_up_stays_where_nothing_stands_above_it() -> None:
    body = (
        "Peru’s foreign minister met with her counterpart at his office in Quito amid talks on a river.",
        *RIVER[1:],
    )
    for gap in ("\n", "\n\n"):
        assert furniture.split_page(gap.join(body)).paragraphs == body


def test_of_a_page_that_is_too_long_for_the_model_all_prose_is_kept() -> None:
    paragraphs = [f"{line} It was meeting {number}." for number in range(500) for line in RIVER]
    page = furniture.split_page("\n\n".join((*MENU, *paragraphs)))
    assert page.paragraphs == tuple(paragraphs)


@pytest.mark.parametrize("text", ["", "\n\n", "x", "Peru", "?", "Peru signs.", "- \n- \n-"])
def test_a_page_of_hardly_a_line_is_taken_apart(text: str) -> None:
    page = furniture.split_page(text)
    lines = furniture.read_page(text).lines
    assert sorted((*page.head, *page.paragraphs, *page.inner, *page.tail)) == sorted(lines)


def test_what_the_first_trees_think_is_told_of_the_lines_around() -> None:
    lines = ("Home", "Peru signs a treaty.", "The dry months", "Ecuador signs it, too.")
    stems = [frozenset(line.split()) for line in lines]
    found = np.array([0.1, 0.9, 0.5, 0.9])
    rows = neighbours.neighbours(lines, [1, 4, 3, 4], stems, (1, 3), None, found)
    logits = np.log(found / (1 - found))
    assert np.allclose(rows[:, 0], logits)
    assert np.allclose(rows[1, 1:9], [-9, -9, -9, logits[0], logits[2], logits[3], -9, -9])
    assert np.isfinite(rows).all()


def test_speakers_and_rows_of_a_table_are_told_what_is_thought_of_their_like() -> None:
    lines = ("ANA: Did it rain?", "LUZ: It did.", "ANA: There?", "Suva .... 12 mm", "Nadi .. 7 mm", "Home")
    stems = [frozenset(line.split()) for line in lines]
    found = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.1])
    rows = neighbours.neighbours(lines, [4, 3, 2, 4, 4, 1], stems, (6,), None, found)
    logits = np.log(found / (1 - found))
    assert np.allclose(rows[[0, 1], -4:-2], [[1, logits[2]], [0, -9]])
    assert np.allclose(rows[[3, 5], -2:], [[1, logits[4]], [0, -9]])


def test_how_lines_stood_is_told_of_them_after_they_were_joined() -> None:
    text = """
  **The harbour**

   Peru and Ecuador signed a treaty
   on a shared river on Monday, and
   both parliaments must ratify it.

   [Fares rise](https://wire.example/fares)
   -----
     Read more
"""
    lines = furniture.read_page(text).lines
    assert lines[:2] == [
        "The harbour",
        "Peru and Ecuador signed a treaty on a shared river on Monday, and both parliaments must ratify it.",
    ]
    rows = dict(zip(lines, layout.layout(text, lines).tolist(), strict=True))
    broken, indent, _, above, below = np.array([rows[line][:5] for line in lines[:2]]).T.tolist()
    assert (broken, indent, above, below) == ([1, 3], [2, 3], [4, 1], [1, 1])
    bold, linked, is_ruled_above, is_ruled_below = np.array([row[8:12] for row in rows.values()]).T.tolist()
    assert (bold[0], bold[1]) == (1, 0)
    last = len(lines) - 1
    assert (is_ruled_above[last], is_ruled_below[last]) == (1, 0)
    assert linked[0] == 0 < max(linked)


def test_lines_that_are_not_found_again_are_like_no_others() -> None:
    rows = layout.layout("Home\n\nPeru signs a treaty.", ["Home", "***", "Peru signs a treaty."])
    whole, indents, gaps = layout.alike(rows)
    assert whole[1] is indents[1] is gaps[1] is None
    assert indents[0] == indents[2] == 0


def test_a_second_paragraph_takes_up_in_short_whom_the_first_gave_in_full() -> None:
    lead = "Foreign Minister Ana Lima met her counterpart in Quito on Monday for talks on a river."
    second, standfirst = "There, Lima said that both must wait.", "Two ministers met in Quito for talks on a river."

    def taken_up(line: str, after: str) -> list[float]:
        return flow._taken_up([flow._names(line), flow._names(after)], 0, -1, 1)

    full, _, full_after, _, in_short, _, in_common, _, _ = taken_up(lead, second)
    assert (full, full_after, in_short, in_common) == (1, 0, 1, 1)
    full, _, full_after, _, in_short, _, in_common, _, _ = taken_up(standfirst, lead)
    assert (full, full_after, in_short, in_common) == (0, 1, 0, 1)


@pytest.mark.parametrize("lines", [("x",), ("Home", "?"), ("A:", "B:", "C."), ("Peru signs a treaty.",)])
def test_of_hardly_a_line_as_many_numbers_are_told(lines: tuple[str, ...]) -> None:
    words, stems = [len(line.split()) for line in lines], [frozenset(line.split()) for line in lines]
    rows = flow.flow(lines, words, stems, [False] * len(lines), np.linspace(0, 1, len(lines)))
    assert np.isfinite(rows).all()
    assert rows.shape == (len(lines), flow.flow(RIVER, [9] * 5, [frozenset()] * 5, [True] * 5, np.ones(5)).shape[1])


def test_what_a_colon_announces_is_told_what_is_thought_of_all_of_it() -> None:
    lines = ("They agreed on this:", "fares", "rivers", "Both will meet again.", "Home")
    found = np.array([0.9, 0.4, 0.6, 0.95, 0.1])
    logits = np.log(found / (1 - found))
    gaps = np.array(flow._gaps(lines, [False, False, False, True, False], found)).T
    size, mean, high, low, place, left, since, lowest, is_within = gaps[2]
    assert (size, high, low) == (3, logits[0], logits[1])
    assert np.isclose(mean, logits[:3].mean())
    assert (place, left, since, lowest, is_within) == (2, 1, 2, logits[1], 0)


def test_numbers_and_names_are_not_what_the_model_learns_words_of() -> None:
    found, other = "The council of Suva met 12 envoys.", "The council of Lima met 47 envoys."
    assert wording.buckets_of(found) == wording.buckets_of(other)
    assert wording.buckets_of(found) != wording.buckets_of(found.replace("envoys", "readers"))


def test_the_model_of_lines_is_the_same_when_written_and_read_again() -> None:
    data = codebook.data(line_model.MODEL_FILE)
    assert line_model.LineModel.from_bytes(data).to_bytes() == data


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("November 4, 20213:47 PM UTC Updated 2 hours ago", "2021-11-04"),
        ("August 1, 202210:21", "2022-08-01"),
        ("Issue No. 1619 (17 - 23 November 2022)", "2022-11-17"),
        ("Weekend, September 30 - October 6, 2017", "2017-09-30"),
        ("Issue #313 (01 September 06 - 07 September 06)", "2006-09-01"),
        ("Sent 21 Apr 94 17:52:08 GMT", "1994-04-21"),
        ("From wire.national Wed Dec 21 15:40:11 1994", "1994-12-21"),
        ("KN-LM-07-05-99 1422EDT", "1999-07-05"),
        ("19991217", "1999-12-17"),
        ("12 May 20 boats", None),
        ("14:31 March 29, 2011", "2011-03-29"),
        ("1234567890", None),
    ],
)
def test_days_as_pages_print_them(line: str, day: str | None) -> None:
    assert next((str(found.day) for _, _, found in days_in(line)), None) == day


def test_a_day_run_together_with_its_time_keeps_both() -> None:
    (found,) = days_in("October 2, 20252:06 PM GMT")
    assert str(found[2].instant) == "2025-10-02 14:06:00+00:00"


@pytest.mark.parametrize(
    ("paragraph", "day"),
    [
        ("Rome, Italy, Apr 12, 2010 / 05:06 pm (KLN).- A chapel will be built.", "2010-04-12"),
        ("Suva, August 20, 2020 (PNS) -- A ferry sank.", "2020-08-20"),
        ("HELSINKI, Oct 22, 1987, BNA - A boundary was agreed.", "1987-10-22"),
        ("Djibouti, 30 March 2015: The council met.", "2015-03-30"),
        ("SUVA, 8th January, 2024 (EPB) - A ferry sank.", "2024-01-08"),
        ("Suva, 18 March 2021. A ferry sank.", "2021-03-18"),
        ("SUVA, March 4 (PNS) - A ferry sank.", None),
        ("In Geneva, 3 May 2019 was a day of rest.", None),
    ],
)
def test_day_of_a_dateline(paragraph: str, day: str | None) -> None:
    found = publication.dateline_day([paragraph])
    assert (str(found.day) if found else None) == day


def test_a_text_is_older_than_the_mail_that_passes_it_on() -> None:
    header = ("From: Sione Tau", "Date: Tue, 21 Dec 2021 07:15:00 +0000", "Subject: Worth reading")
    assert printed_day(*header, "Tuesday, December 20, 2021") == "2021-12-20"
    assert printed_day(*header) == "2021-12-21"
    assert printed_day("Date: 21 December 2021", "Printed on 3 May 2022") == "2021-12-21"


def test_a_record_says_its_day_behind_the_text() -> None:
    tail = ("Links", *["Subject: Timber"] * 8, "Publication date: Aug 11, 2001", "Last updated: Sep 3, 2017")
    assert printed_day(tail=tail) == "2001-08-11"


def test_a_weekday_finds_its_year_in_the_copyright() -> None:
    tail = ("Copyright (c) 1997 Continental News. All rights reserved.",)
    assert printed_day("Monday September 22 3:14 PM EDT", tail=tail) == "1997-09-22"
    assert printed_day("Tuesday September 22 3:14 PM EDT", tail=tail) is None
    assert printed_day("Monday September 22", tail=(*tail, "© 1998 Others")) is None


def printed_day(*head: str, tail: tuple[str, ...] = ()) -> str | None:
    found, _ = publication.printed(head, tail, "")
    return str(found.day) if found else None


SITE = ("Home | World | Sport", "The independent voice of Larkin since 1921")
ABOUT = "Peru and Ecuador sign treaty on shared river"


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ((*SITE, ABOUT, *SIGNED), ABOUT),
        ((*SITE, f"World / {ABOUT}", *SIGNED), ABOUT),
        ((*SITE, f"^{ABOUT.upper()}<", *SIGNED), ABOUT.upper()),
        ((ABOUT, *SITE, ABOUT.upper(), *SIGNED), ABOUT),
        ((f"HD {ABOUT}", "WC 412 words"), ABOUT),
        ((*SITE, ABOUT, "After nine years both banks of the river get the same rules", *SIGNED), ABOUT),
    ],
)
def test_title_among_the_lines_above_an_article(above: tuple[str, ...], title: str) -> None:
    assert read(text="\n".join((*above, "", *RIVER, *FOOT))).title == title


def test_titles_are_sought_among_any_number_of_lines() -> None:
    begun = monotonic()
    lines = [f"Ministers of {number} states / sign » a treaty | on rivers" for number in range(5_000)]
    page = Page(RIVER, tuple(lines), (), ())
    titles.find_title(page)
    assert monotonic() - begun < 5


@pytest.mark.parametrize(
    ("signed", "byline"),
    [
        (("By ANA LIMA", "Staff writer", "By LUZ TAPIA"), "Ana Lima, Luz Tapia"),
        (("By Ana Lima", "By Ana Lima"), "Ana Lima"),
        (("Edited by Luz Tapia", "Ana Lima", "4 March 2014"), "Ana Lima"),
        (("Ana Lima in Lima", "Additional reporting by Luz Tapia"), "Ana Lima"),
        (("Edited by Luz Tapia", "4 March 2014"), "Luz Tapia"),
        (("Zarumilla Stone Pumps", "The old pumps at the Stone of Kings, on the Peruvian bank"), None),
    ],
)
def test_who_wrote_goes_before_who_helped(signed: tuple[str, ...], byline: str | None) -> None:
    assert read(text="\n".join((*SITE, ABOUT, *signed, "", *RIVER, *FOOT))).byline == byline
