"""Feeds and sitemaps: what they say to ask for next, and the articles that stand in feeds."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.records import Fetch, RawDocument, Reject
from demarche.sources import Link, UnreadableIndex, links, parse

BASE = "https://courier.example/feeds/world"


def fetch(url: str = BASE, kind: str | None = "feed", **more) -> Fetch:
    return Fetch(
        partition_key="2020-01-02T03", source_name="courier", url=url, raw_hash="0" * 64, byte_count=1, kind=kind,
        media_type="application/xml", fetched_at=datetime(2020, 1, 2, 3, tzinfo=UTC), **more,
    )  # fmt: skip


ARTICLE = "<p>The envoys of Fiji met in Suva.</p><p>They parted late.</p>"
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>World</title><language>en</language>
<item><title>Envoys &amp; islands</title><link>/2020/envoys?a=1&amp;b=2#top</link><guid>e1</guid>
<pubDate>Thu, 02 Jan 2020 01:00:00 +0100</pubDate><dc:creator>Ana Silva</dc:creator>
<content:encoded><![CDATA[{ARTICLE}]]></content:encoded></item>
</channel></rss>""".encode()
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>World</title>
<entry><title>Envoys &amp; islands</title><link rel="self" href="https://courier.example/self"/>
<link href="https://courier.example/2020/envoys?a=1&amp;b=2"/><id>e1</id><author><name>Ana Silva</name></author>
<published>2020-01-02T01:00:00+01:00</published><updated>2020-01-02T02:00:00Z</updated>
<content type="html">{ARTICLE.replace("<", "&lt;")}</content></entry></feed>""".encode()
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>World</title><dc:language>en</dc:language></channel>
<item rdf:about="e1"><title>Envoys &amp; islands</title>
<link>https://courier.example/2020/envoys?a=1&amp;b=2</link><dc:creator>Ana Silva</dc:creator>
<dc:date>2020-01-02T01:00:00+01:00</dc:date><description>{ARTICLE.replace("<", "&lt;")}</description></item>
</rdf:RDF>""".encode()
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "World",
        "language": "en",
        "items": [
            {
                "id": "e1",
                "url": "https://courier.example/2020/envoys?a=1&b=2",
                "title": "Envoys & islands",
                "authors": [{"name": "Ana Silva"}],
                "date_published": "2020-01-02T01:00:00+01:00",
                "content_html": ARTICLE,
            }
        ],
    }
).encode()
FORMS = {"rss": RSS, "atom": ATOM, "rdf": RDF, "json": JSON_FEED}
each_form = pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)


@each_form
def test_an_entry_is_a_link_with_what_stands_beside_it(data):
    (link,) = links(fetch(), data)
    assert link.url == "https://courier.example/2020/envoys?a=1&b=2"
    assert (link.given["title"], link.given["byline"], link.given["language_code"]) == (
        "Envoys & islands", "Ana Silva", "en",
    )  # fmt: skip
    assert "2020" in link.given["published"]
    assert not link.is_index


@each_form
def test_an_entry_that_holds_its_article_is_a_document(data):
    (raw,) = parse(fetch(kind=None), data)
    assert isinstance(raw, RawDocument)
    assert (raw.html, raw.text) == (ARTICLE, None)
    assert (raw.title, raw.byline, raw.external_id, raw.language_code) == ("Envoys & islands", "Ana Silva", "e1", "en")
    assert raw.url == "https://courier.example/2020/envoys?a=1&b=2"
    assert raw.is_listed


def test_an_entry_of_a_json_feed_may_have_the_address_of_another_site_only():
    data = JSON_FEED.replace(b'"url"', b'"external_url"')
    (link,) = links(fetch(), data)
    (raw,) = parse(fetch(kind=None), data)
    assert link.url == raw.url == "https://courier.example/2020/envoys?a=1&b=2"


@pytest.mark.parametrize("form", ["rss", "atom", "rdf"])
def test_a_word_in_angle_brackets_stays_in_a_title_and_markup_goes(form):
    def title_of(title):
        (link,) = links(fetch(), FORMS[form].replace(b"Envoys &amp; islands", title))
        return link.given["title"]

    assert title_of(b"No talks before &lt;spring&gt;") == "No talks before <spring>"
    assert title_of(b"No &lt;b&gt;talks&lt;/b&gt; before spring") == "No talks before spring"


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_feed_written_with_its_own_entities_is_refused_with_that_reason(size):
    start = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"a" * size}">]>\n'.encode()
    (found,) = parse(fetch(kind=None), start + RSS.split(b"?>")[1].replace(b"They parted", b"&a;"))
    assert isinstance(found, Reject)
    assert "entities of its own (&a;)" in found.reason_text
    (usual,) = parse(fetch(kind=None), start.replace(b"ENTITY a", b"ENTITY nbsp") + RSS.split(b"?>")[1])
    assert isinstance(usual, RawDocument)


def test_what_was_changed_since_is_told():
    (link,) = links(fetch(), ATOM)
    assert link.modified == "2020-01-02T02:00:00Z"
    assert next(links(fetch(), RSS)).modified is None


def test_plain_text_in_a_feed_keeps_its_lines():
    data = RSS.replace(ARTICLE.encode(), b"One.\n\nTwo &amp; three.")
    (raw,) = parse(fetch(), data)
    assert (raw.text, raw.html) == ("One.\n\nTwo & three.", None)


def test_a_feed_that_is_cut_off_gives_what_it_holds():
    data = RSS.replace(b"</channel></rss>", b"") * 1 + b"<item><title>Half"
    whole, rest = links(fetch(), data)
    assert (whole.given["title"], rest.url) == ("Envoys & islands", f"{fetch().url}#unlinked")


def test_ampersands_and_charsets_that_lie():
    data = RSS.replace(b"Envoys &amp; islands", "Envoys & caf\xe9s".encode("latin-1")).replace(b"&amp;b", b"&b")
    (link,) = links(fetch(), data)
    assert link.given["title"] == "Envoys & cafés"
    assert link.url.endswith("?a=1&b=2")


@pytest.mark.parametrize(
    "definition",
    [
        '<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)),
        f'<!ENTITY i "{"a" * 100_000}">',
        '<!ENTITY i SYSTEM "file:///etc/passwd">',
    ],
    ids=["laughs", "quadratic", "file"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["feed", "sitemap"])
def test_entities_are_not_expanded(definition, form):
    bomb = f"<?xml version='1.0'?><!DOCTYPE r [{definition}]>"
    if form == "feed":
        bomb += "<rss version='2.0'><channel><item><link>https://a.example/1</link>"
        bomb += f"<title>{'&i;' * 1000}</title></item></channel></rss>"
    else:
        bomb += f"<urlset><url><loc>https://a.example/1</loc><title>{'&i;' * 1000}</title></url></urlset>"
    for link in links(fetch(kind=form), bomb.encode()):
        title = link.given.get("title", "")
        assert len(title) <= 2_000
        assert "aaaa" not in title
        assert "root:" not in title


def test_no_name_in_the_place_of_a_feed_is_opened(tmp_path):
    (tmp_path / "feed.xml").write_bytes(RSS)
    with pytest.raises(UnreadableIndex, match=BASE):
        list(links(fetch(), str(tmp_path / "feed.xml").encode()))


NO_FEEDS = [b"", b"<!doctype html><p>Not here", b"{}", b"\x00\xff" * 50, b"[1, 2]", b"{" * 100_000]


@pytest.mark.parametrize("data", NO_FEEDS)
def test_what_is_no_feed_is_said(data):
    with pytest.raises(UnreadableIndex, match=r"courier\.example"):
        list(links(fetch(), data))


def test_an_entry_of_ten_megabytes():
    data = RSS.replace(ARTICLE.encode(), b"<p>word</p> " * 850_000)
    assert len(list(links(fetch(), data))) == 1
    assert len(next(parse(fetch(), data)).html) > 10_000_000


def test_links_that_are_no_web_addresses_are_not_asked():
    addresses = ("javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/x", "http://[half", "mailto:a@b.c")
    entries = "".join(f"<item><link>{link}</link></item>" for link in (*addresses, "//ok.example/1"))
    found = links(fetch(), f"<rss version='2.0'><channel>{entries}</channel></rss>".encode())
    assert [link.url for link in found] == ["https://ok.example/1", f"{fetch().url}#unlinked"]


def test_an_entry_without_text_is_a_reject_and_holds_up_no_other():
    data = RSS.replace(b"<item>", b"<item><link>https://a.example/9</link></item><item>", 1)
    rejected, raw = parse(fetch(), data)
    assert isinstance(rejected, Reject)
    assert "https://a.example/9" in rejected.reason_text
    assert isinstance(raw, RawDocument)


@given(st.binary(max_size=300))
def test_no_bytes_break_a_feed_or_sitemap(data):
    starts = b"", b"<rss><channel><item><link>", b"<urlset><url><loc>", b'{"version":"https://jsonfeed.org/version/1",'
    for kind in ("feed", "sitemap"):
        for start in starts:
            with suppress(UnreadableIndex):
                assert all(isinstance(link, Link) for link in links(fetch(kind=kind), start + data))


# --- sitemaps --------------------------------------------------------------------------------------------------
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://courier.example/1 </loc><lastmod>2020-01-02</lastmod><news:news><news:publication><news:name>Courier
</news:name><news:language>en</news:language></news:publication><news:publication_date>2020-01-01T10:00:00Z
</news:publication_date><news:title>Envoys met</news:title></news:news></url>
<url><loc>https://courier.example/2</loc></url><url><loc>file:///etc/passwd</loc></url><url/></urlset>"""


def test_a_news_sitemap_lists_pages():
    first, second = links(fetch(kind="sitemap"), SITEMAP)
    assert (first.url, first.modified) == ("https://courier.example/1", "2020-01-02")
    assert first.given == {
        "title": "Envoys met", "published": "2020-01-01T10:00:00Z", "language_code": "en", "publisher_name": "Courier",
    }  # fmt: skip
    assert second == Link("https://courier.example/2")


def test_an_index_of_sitemaps_lists_sitemaps():
    data = (
        b"<sitemapindex><sitemap><loc>https://c.example/a.xml.gz</loc><lastmod>2020</lastmod></sitemap></sitemapindex>"
    )
    assert list(links(fetch(kind="sitemap"), data)) == [Link("https://c.example/a.xml.gz", "sitemap", True, "2020")]


def test_a_sitemap_may_be_packed_and_cut_off():
    assert len(list(links(fetch(kind="sitemap"), gzip.compress(SITEMAP)))) == 2
    assert len(list(links(fetch(kind="sitemap"), gzip.compress(SITEMAP)[:-20]))) >= 1


def test_a_sitemap_that_is_a_bomb_is_refused():
    bomb = gzip.compress(b"<urlset>" + b" " * 70_000_000)
    with pytest.raises(UnreadableIndex, match="when unpacked"):
        list(links(fetch(kind="sitemap"), bomb))


def test_a_list_of_addresses_is_a_sitemap():
    assert [link.url for link in links(fetch(kind="sitemap"), b"https://c.example/1\nhttps://c.example/2\nx\n")] == [
        "https://c.example/1", "https://c.example/2",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"<html><body>Not found", b"words", b"<urlset", b"\x1f\x8bdamaged"])
def test_what_is_no_sitemap_is_said(data):
    if data == b"<urlset":
        assert list(links(fetch(kind="sitemap"), data)) == []
        return
    with pytest.raises(UnreadableIndex, match=r"courier\.example"):
        list(links(fetch(kind="sitemap"), data))


# --- what stands beside ----------------------------------------------------------------------------------------
def test_what_stood_in_the_feed_fills_what_the_page_does_not_say():
    given_values = {"title": "Envoys met", "published": "2020-01-01", "outlet_name": "Courier", "strange": "x"}
    (raw,) = parse(fetch(kind="html", given_values=given_values), b"<p>Words.")
    assert (raw.title, raw.published, raw.outlet_name) == ("Envoys met", "2020-01-01", "Courier")
    assert raw.is_listed


def test_a_record_of_its_own_says_more_than_the_feed():
    data = b'{"title": "Its own", "text": "Words."}'
    (raw,) = parse(fetch(kind="jsonl", given_values={"title": "Elsewhere"}), data)
    assert raw.title == "Its own"
    assert not raw.is_listed


def test_columns_name_the_fields_of_a_record():
    data = b'{"caption": "A", "title": "B", "words": "W", "text": "T"}'
    (raw,) = parse(fetch(kind="jsonl", column_values={"title": "caption", "text": "words"}), data)
    assert (raw.title, raw.text) == ("A", "W")


def test_a_kind_that_holds_no_documents_is_said():
    (rejected,) = parse(fetch(kind="sitemap"), SITEMAP)
    assert isinstance(rejected, Reject)
    assert "holds no documents" in rejected.reason_text
