"""Declared sources, asked through the steps and a real web server: what is fetched, how often, and what is kept."""

from __future__ import annotations

import errno
import gzip
import io
import json
import random
import re
import signal
import subprocess
import sys
import threading
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demarche import sources, steps, warehouse
from demarche.fetching import SourceState, crawling, web
from demarche.records import Reject
from demarche.settings import Settings
from demarche.steps import archives
from demarche.steps import sources as asking
from demarche.storage import Lake
from tests.archives import compressed, record
from tests.news_server import NewsServer, send, serving, unless_known

XML = {"Content-Type": "application/rss+xml"}
OLD, KEY, NEXT, LATER = (f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H}" for hours in (9, 3, 2, 1))


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Attempts follow one another at once, and so do hours."""

    class Impatient(web.WebClient):
        def __init__(self, **given) -> None:
            super().__init__(**given, sleep=lambda _: None)

    monkeypatch.setattr(web, "WebClient", Impatient)
    monkeypatch.setattr(asking, "hour_that_has_ended", lambda: KEY)  # the tests' hours are past by then


@pytest.fixture
def desk(tmp_path, server):
    return Desk(tmp_path, server)


class Desk:
    """Settings, a sources file, and short words for what the tests ask for."""

    def __init__(self, folder: Path, server: NewsServer) -> None:
        self.folder, self.server = folder, server
        self.settings = Settings(
            data_folder=folder, sources_file=folder / "sources.toml", allowed_hosts="localhost", settle_seconds=0
        )
        self.declare()

    def declare(self, *tables: str) -> None:
        tables = tables or (f'id = "courier"\nkind = "feed"\nurl = "{self.server.root}/feed"\noutlet = "The Courier"',)
        body = "\n".join(f"[[source]]\n{table}\nrequests_per_second = 1000\n" for table in tables)
        (self.folder / "sources.toml").write_text(body)

    def fetch(self, key: str = KEY, **more):
        return steps.fetch_documents(key, settings=self.settings, **more)

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake_url)

    def documents(self, key: str = KEY) -> list:
        from demarche.records import Document

        steps.parse_documents(key, settings=self.settings)
        return sorted(self.lake.read(Document, key, "documents"), key=lambda document: document.path)

    def state(self, name: str = "courier") -> SourceState:
        return SourceState.model_validate_json(self.lake.source_state(name) or "{}")

    def health(self, name: str = "courier"):
        (found,) = [row for row in steps.list_sources(settings=self.settings) if row.source_name == name]
        return found

    def asked(self) -> list[str]:
        """What the server was asked since the last look, without robots.txt."""
        found = [path for path in self.server.asked if path != "/robots.txt"]
        self.server.asked.clear()
        return found


class Killed(BaseException):
    pass


def feed(*numbers: int) -> bytes:
    items = "".join(
        f"<item><title>Envoys meet for the {n}th time</title><link>/{n}</link><guid>{n}</guid>"
        f"<pubDate>Thu, 02 Jan 2020 0{n % 10}:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>World</title><language>en</language>{items}</channel></rss>'.encode()


def page(number: int) -> bytes:
    return (
        f"<html><body><article><p>The foreign ministers of Fiji and Tonga met in Suva for the {number}th time on "
        f"Thursday, a spokesman said.</p><p>They spoke about fishing rights, and parted after {number} hours without a "
        "word to the press, which had waited outside since the early morning.</p></article></body></html>"
    ).encode()


def put(server: NewsServer, *numbers: int, etag: str = "") -> None:
    """A feed of these entries, and their pages."""
    server.pages["/feed"] = unless_known(feed(*numbers), etag or f'"{numbers}"', **XML)
    for number in numbers:
        server.pages.setdefault(f"/{number}", page(number))


# --- feeds -----------------------------------------------------------------------------------------------------
def test_a_feed_and_its_pages_become_documents(desk, server):
    put(server, 1, 2)
    done = desk.fetch()
    assert (done.read, done.written, done.rejected, done.failures) == (2, 2, 0, ())
    first, second = desk.documents()
    assert first.title == "Envoys meet for the 1th time"
    assert first.body.startswith("The foreign ministers")
    assert (str(first.published_date), first.source_name, first.canonical_url) == (
        "2020-01-02", "The Courier", f"{server.root}/1",
    )  # fmt: skip
    assert second.path == f"{server.root}/2"
    assert (first.published_rule, first.field_rules["published"]) == ("feed", "given")
    assert {fetch.source_name for fetch in desk.lake.fetches(KEY)} == {"courier"}


def test_a_feed_of_500_entries_of_which_5_are_new_costs_6_requests(desk, server):
    put(server, *range(1, 501))
    desk.fetch()
    assert len(desk.asked()) == 501
    put(server, *range(6, 506))
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed", *(f"/{n}" for n in range(501, 506))]
    assert server.count("/robots.txt") == 0  # it was read an hour ago, and is still known
    assert [fetch.url for fetch in desk.lake.fetches(NEXT)] == [f"{server.root}/{n}" for n in range(501, 506)]


def test_an_unchanged_feed_costs_one_request_and_makes_no_partition(desk, server):
    put(server, 1)
    desk.fetch()
    desk.asked()
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed"]
    assert server.headers[-1]["If-None-Match"] == '"(1,)"'
    assert desk.lake.fetch_keys() == [KEY]


def test_a_sources_file_that_an_editor_began_with_a_mark(desk, server):
    put(server, 1)
    path = desk.folder / "sources.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert desk.fetch().written == 1


def test_nothing_is_fetched_twice_within_a_partition(desk, server):
    put(server, 1)
    desk.fetch()
    put(server, 1, 2)
    desk.asked()
    desk.fetch()
    assert desk.asked() == []
    desk.fetch(again=True)
    assert desk.asked() == ["/feed", "/2"]


def test_a_page_listed_with_several_campaigns_is_fetched_once(desk, server):
    put(server, 1)
    links = ("/1?utm_source=a", "/1?utm_source=b&utm_medium=rss", "/1", "/1?id=2")
    items = "".join(f"<item><title>Envoys</title><link>{link.replace('&', '&amp;')}</link></item>" for link in links)
    server.pages["/feed"] = (200, XML, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
    server.pages |= {link: page(number) for number, link in enumerate(links)}
    desk.fetch()
    assert desk.asked() == ["/feed", "/1?utm_source=a", "/1?id=2"]
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed"]


def test_what_could_not_be_fetched_is_listed_before_anything_is_parsed(desk, server):
    put(server, 1, 2)
    server.pages["/2"] = (410, {}, b"gone")
    desk.fetch()
    (found,) = steps.rejects(KEY, settings=desk.settings)
    assert found.path.endswith("/2")
    desk.documents()
    assert steps.rejects(KEY, settings=desk.settings) == (found,)


def declare_two(desk: Desk) -> None:
    desk.declare(*(
        f'id = "{name}"\nkind = "feed"\nurl = "{desk.server.root}/{path}"'
        for name, path in (("courier", "feed"), ("world", "world"))
    ))  # fmt: skip


def test_a_page_that_two_sources_list_is_fetched_once(desk, server):
    put(server, 1, 2)
    server.pages["/world"] = (200, XML, feed(2, 3))
    server.pages["/3"] = page(3)
    declare_two(desk)
    assert desk.fetch().written == 3
    assert sorted(desk.asked()) == ["/1", "/2", "/3", "/feed", "/world"]
    assert len(desk.documents()) == 3
    server.pages["/4"] = page(4)
    server.pages["/world"] = (200, XML, feed(1, 2, 3, 4))
    desk.fetch(again=True)
    assert sorted(desk.asked()) == ["/4", "/feed", "/world"]
    desk.fetch(NEXT)
    assert sorted(desk.asked()) == ["/feed", "/world"]
    assert desk.state("world").waiting == desk.state("courier").waiting == []


def test_a_page_that_another_source_took_waits_no_more(desk, server):
    put(server, 1, 2)
    server.pages["/world"] = server.pages["/feed"]
    declare_two(desk)
    desk.fetch()
    assert [desk.health(name).waiting_count for name in ("courier", "world")] == [0, 0]
    desk.asked()
    desk.fetch(NEXT)
    assert sorted(desk.asked()) == ["/feed", "/world"]


def test_a_page_that_the_other_source_could_not_have_is_not_lost(desk, server):
    put(server, 1)
    server.pages["/1"] = [(404, {}, b"")]
    server.pages["/world"] = server.pages["/feed"]
    declare_two(desk)
    assert desk.fetch().written == 0
    server.pages["/1"] = page(1)
    assert desk.fetch(NEXT).written == 1


def test_of_a_page_that_is_forgotten_no_word_stays_and_it_is_not_asked_for_again(desk, server):
    put(server, 1, 2)
    desk.fetch()
    desk.documents()
    steps.forget(f"{server.root}/1", settings=desk.settings)
    assert "1th time" not in desk.lake.source_state("courier")
    assert list(desk.state().visits) == [f"{server.root}/feed", f"{server.root}/2"]
    put(server, 1, 2, 3)
    desk.asked()
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed", "/3"]
    assert "1th time" not in desk.lake.source_state("courier")


def test_other_addresses_of_a_page_that_is_forgotten_are_forgotten_with_it(desk, server):
    put(server, 1, 2)
    server.pages["/feed"] = (200, XML, feed(1, 2).replace(b"/1<", b"/short<").replace(b"/2<", b"/amp/2<"))
    server.pages["/short"] = (301, {"Location": "/1"}, b"")
    amp = page(2).replace(b"<body>", f'<head><link rel="canonical" href="{server.root}/2"></head><body>'.encode())
    server.pages["/amp/2"] = amp
    desk.fetch()
    assert len(desk.documents()) == 2
    steps.forget(f"{server.root}/short", settings=desk.settings)
    steps.forget(f"{server.root}/2", settings=desk.settings)
    assert list(desk.state().visits) == [f"{server.root}/feed"]
    assert desk.documents() == []
    changed = server.pages["/feed"][2].replace(b"<pubDate>", b"<updated>2020-01-03T00:00:00Z</updated><pubDate>")
    server.pages["/feed"] = (200, XML, changed)
    desk.asked()
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed"]


def test_the_address_of_a_source_may_have_others_though_its_page_is_forgotten(desk, server):
    desk.declare(f'id = "front"\nkind = "page"\nurl = "{server.root}/latest"')
    today = page(1).replace(b"<body>", f'<head><link rel="canonical" href="{server.root}/1"></head><body>'.encode())
    server.pages["/latest"] = today
    desk.fetch()
    assert len(desk.documents()) == 1
    steps.forget(f"{server.root}/1", settings=desk.settings)
    server.pages["/latest"] = today.replace(b"/1", b"/2").replace(b"1th time", b"2th time")
    desk.fetch(NEXT)
    assert len(desk.documents(NEXT)) == 1


def test_a_page_that_was_rejected_can_be_forgotten(desk, server):
    put(server, 1, 2, 3)
    server.pages["/1"] = b"<html><head><title>Zanzimoria</title></head><body></body></html>"
    server.pages["/2"] = (404, {}, b"")
    desk.fetch()
    assert len(desk.documents()) == 1
    named = {row.path: row for row in desk.lake.read(Reject, KEY, "documents")}
    parsed, missed = (named[f"{server.root}/{number}"] for number in (1, 2))
    assert desk.lake.has_raw(parsed.raw_hash)
    assert steps.find_forgettable(missed.reject_id, settings=desk.settings) == [missed]
    steps.forget(f"{server.root}/1", settings=desk.settings)
    steps.forget(missed.reject_id, settings=desk.settings)
    assert not desk.lake.has_raw(parsed.raw_hash)
    assert desk.lake.fetch_rejects(KEY) == desk.lake.read(Reject, KEY, "documents") == []
    assert not re.search("[12]th time", desk.lake.source_state("courier"))
    put(server, 1, 2, 3)
    desk.asked()
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed"]
    assert len(desk.documents()) == 1


def test_of_a_document_that_is_forgotten_no_word_stays_and_its_page_may_have_others(desk, server):
    put(server, 1)
    desk.fetch()
    (document,) = desk.documents()
    steps.forget(document.document_id, settings=desk.settings)
    assert "1th time" not in desk.lake.source_state("courier")
    changed = feed(1).replace(b"<pubDate>", b"<updated>2020-01-03T00:00:00Z</updated><pubDate>")
    server.pages |= {"/feed": (200, XML, changed), "/1": page(7)}
    desk.fetch(NEXT)
    assert [document.body.count("7th time") for document in desk.documents(NEXT)] == [1]


def test_an_old_hour_is_not_asked_for_and_loses_nothing_when_the_feed_has_moved_on(desk, server):
    put(server, 1, 2)
    desk.fetch()
    first = desk.documents()
    put(server, 3)
    desk.fetch(NEXT)
    desk.asked()
    assert desk.fetch(OLD).read == 0
    assert desk.fetch(KEY).read == 0
    assert desk.asked() == []
    assert desk.documents() == first


def test_an_entry_that_was_changed_is_asked_for_again_and_its_unchanged_page_not_kept_twice(desk, server):
    def atom(updated: str) -> tuple:
        entry = f'<entry><title>T</title><link href="/1"/><id>1</id><updated>{updated}</updated></entry>'
        return 200, {}, f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()

    server.pages |= {"/feed": atom("2020-01-01T00:00:00Z"), "/1": page(1)}
    desk.fetch()
    server.pages["/feed"] = atom("2020-01-01T01:00:00Z")
    assert desk.fetch(NEXT).written == 0
    server.pages |= {"/feed": atom("2020-01-01T02:00:00Z"), "/1": page(2)}
    assert desk.fetch(LATER).written == 1
    assert server.count("/1") == 3


def test_articles_that_stand_in_the_feed_itself(desk, server):
    desk.declare(f'id = "courier"\nkind = "feed"\nurl = "{server.root}/feed"\nfollow = false')
    first, second = "The foreign ministers of Fiji and Tonga met in Suva.", "They parted late, and said nothing."
    text = f"<p>{first}</p><p>{second}</p>"
    item = f"<item><title>Envoys</title><link>/1</link><description><![CDATA[{text}]]></description></item>"
    server.pages["/feed"] = unless_known(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), '"1"', **XML)
    assert desk.fetch().written == 1
    (document,) = desk.documents()
    assert document.body == f"{first}\n\n{second}"
    assert desk.fetch(NEXT).written == 0
    assert desk.asked() == ["/feed", "/feed"]


def loose(*texts: str) -> bytes:
    """Entries without a link."""
    return "".join(f"<item><title>Note</title><description>{text}</description></item>" for text in texts).encode()


def test_entries_without_a_link_are_articles_or_rejects_of_a_followed_feed(desk, server):
    text = "The foreign ministers of Fiji and Tonga met in Suva on Thursday. They parted late, and said nothing."
    both = feed(1).replace(b"</channel>", loose(text, "") + b"</channel>")
    server.pages |= {"/feed": (200, XML, both), "/1": page(1)}
    done = desk.fetch()
    assert (done.written, desk.asked()) == (2, ["/feed", "/1"])
    page_, note = sorted(desk.documents(), key=lambda document: document.title, reverse=True)[::-1]
    assert (note.body, note.path, note.source_name) == (text, f"{server.root}/feed", "The Courier")
    assert page_.canonical_url == f"{server.root}/1"
    (reject,) = desk.lake.read(Reject, KEY, "documents")
    assert (reject.reason_type, reject.position) == ("empty", 2)
    assert desk.fetch(NEXT).written == 0  # the same bytes again
    desk.asked()
    server.pages["/feed"] = (200, XML, feed(1).replace(b"</channel>", loose("Another note.") + b"</channel>"))
    assert (desk.fetch(LATER).written, desk.asked()) == (1, ["/feed"])
    assert desk.state().waiting == []


def test_entries_without_a_link_are_not_lost_by_a_kill(desk, server, monkeypatch):
    text = "The foreign ministers of Fiji and Tonga met in Suva on Thursday."
    server.pages["/feed"] = (200, XML, feed().replace(b"</channel>", loose(text) + b"</channel>"))
    with monkeypatch.context() as patched:
        patched.setattr(crawling.Crawl, "take", lambda self: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            desk.fetch()
    assert desk.fetch().written == 1
    assert [document.body for document in desk.documents()] == [text]


def test_an_entry_of_ten_megabytes_is_a_reject_and_holds_up_no_other(desk, server):
    desk.declare(f'id = "courier"\nkind = "feed"\nurl = "{server.root}/feed"\nfollow = false')
    text = "The foreign ministers of Fiji and Tonga met in Suva, and parted late without a word to the press."
    items = "".join(
        f"<item><title>Envoys</title><link>/{number}</link><description>&lt;p&gt;{said}</description></item>"
        for number, said in ((1, "word " * 2_000_000), (2, text))
    )
    server.pages["/feed"] = (200, XML, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
    assert desk.fetch().written == 1
    assert [document.body for document in desk.documents()] == [text]
    (refused,) = desk.lake.read(Reject, KEY, "documents")
    assert refused.reason_type == "too_large"


def test_patterns_and_limits_choose_links_and_the_rest_waits(desk, server):
    desk.declare(
        f'id = "courier"\nkind = "feed"\nurl = "{server.root}/feed"\nmax_new = 2\nexclude = ["*/3"]',
    )
    put(server, 1, 2, 3, 4, 5)
    assert desk.fetch().written == 2
    assert desk.health().waiting_count == 2
    put(server, 9)
    assert desk.fetch(NEXT).written == 2
    assert desk.fetch(LATER).written == 1
    assert set(desk.asked()) == {"/feed", "/1", "/2", "/4", "/5", "/9"}


# --- other kinds -----------------------------------------------------------------------------------------------
def test_a_sitemap_of_sitemaps(desk, server):
    desk.declare(f'id = "courier"\nkind = "sitemap"\nurl = "{server.root}/index.xml"')
    listed = "".join(f"<sitemap><loc>{server.root}/{name}.xml</loc>{more}</sitemap>" for name, more in (
        ("old", "<lastmod>2019-01-01</lastmod>"), ("new", ""),
    ))  # fmt: skip
    urls = {name: f"<urlset><url><loc>{server.root}/{n}</loc></url></urlset>" for name, n in (("old", 1), ("new", 2))}
    server.pages |= {
        "/index.xml": unless_known(f"<sitemapindex>{listed}</sitemapindex>".encode(), '"i"'),
        "/old.xml": urls["old"].encode(),
        "/new.xml": urls["new"].encode(),
        "/1": page(1),
        "/2": page(2),
        "/3": page(3),
    }
    assert desk.fetch().written == 2
    assert desk.asked() == ["/index.xml", "/old.xml", "/new.xml", "/1", "/2"]
    server.pages["/new.xml"] = urls["new"].replace("/2<", "/3<").encode()
    assert desk.fetch(NEXT).written == 1
    assert desk.asked() == ["/index.xml", "/new.xml", "/3"]


def test_a_page_is_asked_each_hour_and_kept_when_it_has_changed(desk, server):
    desk.declare(f'id = "courier"\nkind = "page"\nurl = "{server.root}/front"\nlanguage = "en"')
    server.pages["/front"] = unless_known(page(1), '"1"', **{"Content-Type": "text/html"})
    assert [desk.fetch(key).written for key in (KEY, NEXT)] == [1, 0]
    server.pages["/front"] = unless_known(page(2), '"2"', **{"Content-Type": "text/html"})
    assert desk.fetch(LATER).written == 1
    assert desk.asked() == ["/front"] * 3


def test_records_with_columns_over_the_web_and_from_a_file(desk, server):
    columns = 'columns = { text = "words", title = "caption" }'
    (desk.folder / "archive.jsonl").write_bytes(b'{"caption": "From disk", "words": "Fiji recalled its envoy."}')
    desk.declare(
        f'id = "api"\nkind = "jsonl"\nurl = "{server.root}/records"\n{columns}',
        f'id = "disk"\nkind = "jsonl"\npath = "{desk.folder}/archive.jsonl"\noutlet = "The Archive"\n{columns}',
    )
    server.pages["/records"] = (200, {}, b'{"caption": "From afar", "words": "Tonga recalled its envoy."}')
    assert desk.fetch().written == 2
    disk, api = desk.documents()
    assert (disk.title, disk.source_name) == ("From disk", "The Archive")
    assert (api.title, api.body) == ("From afar", "Tonga recalled its envoy.")
    assert desk.fetch(NEXT).written == 0


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_with_columns_over_the_web_and_from_a_file(desk, server, kind):
    def table(caption: str, words: str) -> bytes:
        if kind == "csv":
            return f'caption;words\n{caption};"{words}"\n'.encode()
        sink = io.BytesIO()
        pq.write_table(pa.table({"caption": [caption], "words": [words]}), sink)
        return sink.getvalue()

    columns = 'columns = { text = "words", title = "caption" }'
    (desk.folder / "table").write_bytes(table("From disk", "Fiji recalled its envoy; Tonga did not."))
    desk.declare(
        f'id = "api"\nkind = "{kind}"\nurl = "{server.root}/rows"\n{columns}',
        f'id = "disk"\nkind = "{kind}"\npath = "{desk.folder}/table"\noutlet = "The Archive"\n{columns}',
    )
    server.pages["/rows"] = (200, {}, table("From afar", "Tonga recalled its envoy from Fiji."))
    assert desk.fetch().written == 2
    disk, api = desk.documents()
    assert (disk.title, disk.source_name) == ("From disk", "The Archive")
    assert (api.title, api.body) == ("From afar", "Tonga recalled its envoy from Fiji.")
    assert desk.fetch(NEXT).written == 0
    desk.declare(f'id = "api"\nkind = "{kind}"\nurl = "{server.root}/rows"\ncolumns = {{ text = "speech" }}')
    assert desk.fetch(LATER).written == 1
    steps.parse_documents(LATER, settings=desk.settings)
    (reject,) = desk.lake.read(Reject, LATER, "documents")
    assert "has no column speech; it has 'caption', 'words'" in reject.reason_text


def test_a_declaration_that_reads_differently_reads_again(desk, server):
    record = b'{"a": "The first text of it.", "b": "The second text of it."}'
    server.pages["/records"] = unless_known(record, '"1"')
    (desk.folder / "archive.jsonl").write_bytes(record)
    for key, column in ((KEY, "a"), (NEXT, "b")):
        desk.declare(
            f'id = "api"\nkind = "jsonl"\nurl = "{server.root}/records"\ncolumns = {{ text = "{column}" }}',
            f'id = "disk"\nkind = "jsonl"\npath = "{desk.folder}/archive.jsonl"\ncolumns = {{ text = "{column}" }}',
        )
        assert desk.fetch(key).written == 2
    assert {document.body for document in desk.documents(NEXT)} == {"The second text of it."}


def test_a_folder_is_read_as_the_drop_folder_is(desk):
    (desk.folder / "inbox").mkdir()
    (desk.folder / "drop").mkdir()
    (desk.folder / "inbox" / "a.html").write_bytes(page(1))
    (desk.folder / "drop" / "b.html").write_bytes(page(2))
    desk.declare(f'id = "inbox"\nkind = "folder"\npath = "{desk.folder}/inbox"\nlanguage = "en"')
    assert desk.fetch().written == 2
    assert {fetch.source_name for fetch in desk.lake.fetches(KEY)} == {"inbox", "drop"}
    assert desk.fetch(NEXT).written == 0


# --- web archives ----------------------------------------------------------------------------------------------
def pages_of_archive(*numbers: int) -> bytes:
    return compressed(*(record(f"https://a.example/{number}", page(number)) for number in numbers))


def ranges(body: bytes, etag: str = '"1"'):
    """Answers with the part that is asked for."""

    def answer(handler) -> None:
        first, last = map(int, handler.headers["Range"].removeprefix("bytes=").split("-"))
        part = body[first : last + 1]
        headers = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(body)}", "ETag": etag}
        send(handler, 206, {"Content-Type": "application/gzip", **headers}, part)

    return answer


def numbers_in(desk, *keys: str) -> list[int]:
    """Which pages of archives are kept, in the order of the log."""
    fetched = [fetch for key in keys or (KEY,) for fetch in desk.lake.fetches(key) if fetch.kind is None]
    return sorted(int(fetch.url.rpartition("/")[2]) for fetch in fetched)


def test_each_archive_is_a_task_of_its_own_and_is_read_once(desk, server):
    (desk.folder / "warc").mkdir()
    for number in (1, 2):
        (desk.folder / "warc" / f"{number}.warc.gz").write_bytes(pages_of_archive(number, number + 10))
    desk.declare(
        f'id = "disk"\nkind = "archive"\npath = "{desk.folder}/warc/*.warc.gz"\noutlet = "The Crawl"',
        f'id = "cc"\nkind = "archive"\nurls = ["{server.root}/3.warc.gz", "{server.root}/4.warc.gz"]',
    )
    server.pages |= {f"/{n}.warc.gz": ranges(pages_of_archive(n, n + 10)) for n in (3, 4)}
    dealt = steps.deal_sources(2, settings=desk.settings)
    assert [names for names in dealt if names] == [
        [f"disk#{desk.folder}/warc/1.warc.gz"], [f"disk#{desk.folder}/warc/2.warc.gz"],
        [f"cc#{server.root}/3.warc.gz"], [f"cc#{server.root}/4.warc.gz"],
    ]  # fmt: skip
    assert desk.health("cc").waiting_count == 2
    for names in dealt:
        assert desk.fetch(sources=names).written == 3  # two pages and the summary
    assert numbers_in(desk) == [1, 2, 3, 4, 11, 12, 13, 14]
    assert {document.source_name for document in desk.documents() if document.path.endswith("/1")} == {"The Crawl"}
    assert (desk.health("cc").waiting_count, desk.health("disk").new_count) == (0, 6)
    assert steps.deal_sources(2, settings=desk.settings) == [["disk", "cc"]]
    desk.asked()
    assert desk.fetch(NEXT).written == 0
    assert desk.asked() == []


@pytest.mark.parametrize("place", ["path", "url"])
@pytest.mark.parametrize("pack", ["gz", "whole", "plain"])
def test_killed_within_an_archive_goes_on_where_it_was(desk, server, monkeypatch, place, pack):
    data = pages_of_archive(*range(1, 8))
    data = {"gz": data, "plain": gzip.decompress(data), "whole": gzip.compress(gzip.decompress(data))}[pack]
    (desk.folder / "news.warc.gz").write_bytes(data)
    server.pages["/news.warc.gz"] = ranges(data)
    where = f'path = "{desk.folder}/news.warc.gz"' if place == "path" else f'url = "{server.root}/news.warc.gz"'
    desk.declare(f'id = "cc"\nkind = "archive"\n{where}')
    monkeypatch.setattr(archives, "PAGES_PER_APPEND", 2)
    put_raw = Lake.put_raw
    tried = []

    def killed(self, data):
        tried.append(data)
        if len(tried) == 6:
            raise Killed
        return put_raw(self, data)

    monkeypatch.setattr(Lake, "put_raw", killed)
    with pytest.raises(Killed):
        desk.fetch()
    assert numbers_in(desk) == [1, 2, 3, 4]
    tried[:] = [b""] * 10
    assert desk.fetch(NEXT).written == 4
    assert len(tried) == 10 + 4  # what was kept isn't written again
    assert numbers_in(desk, KEY, NEXT) == [1, 2, 3, 4, 5, 6, 7]
    summary = desk.lake.get_raw(next(fetch.raw_hash for fetch in desk.lake.fetches(NEXT) if fetch.kind == "archive"))
    assert json.loads(summary) == {"pages": 7, "unreadable": 0}
    assert steps.deal_sources(2, settings=desk.settings) == [["cc"]]


def test_a_part_of_an_archive_may_be_larger_than_a_page(desk, server):
    desk.settings = desk.settings.model_copy(update={"max_file_bytes": 500})
    desk.declare(f'id = "cc"\nkind = "archive"\nurl = "{server.root}/1.warc"')
    body = gzip.decompress(pages_of_archive(1, 2))
    assert len(page(1)) < 500 < len(body)
    server.pages["/1.warc"] = ranges(body)
    assert desk.fetch().written == 3


def test_an_archive_that_fails_is_said_and_tried_again(desk, server):
    desk.declare(
        f'id = "cc"\nkind = "archive"\nurls = ["{server.root}/1.warc.gz", "{server.root}/2.warc.gz"]',
        f'id = "disk"\nkind = "archive"\npath = "{desk.folder}/none.warc"',
    )
    body = pages_of_archive(2)
    server.pages |= {"/1.warc.gz": (200, {}, body), "/2.warc.gz": ranges(body)}
    done = desk.fetch()
    assert (done.written, len(done.failures)) == (2, 2)
    assert "1.warc.gz can't be had in parts (its server knows no ranges)" in done.failures[0]
    assert "download it, and declare the file's path" in done.failures[0]
    assert "none.warc: no such file" in done.failures[1]
    assert (desk.health("cc").is_failing, desk.health("cc").waiting_count) == (True, 1)
    server.pages["/1.warc.gz"] = ranges(pages_of_archive(1))
    assert desk.fetch(NEXT, sources=["cc"]).failures == ()
    assert not desk.health("cc").is_failing
    good, gone = steps.check_sources(settings=desk.settings)
    assert (good.is_good, good.link_count, gone.is_good) == (True, 2, False)


def test_an_archive_that_changes_while_it_is_read_is_begun_again(desk, server):
    desk.declare(f'id = "cc"\nkind = "archive"\nurl = "{server.root}/1.warc"')
    old, new = (gzip.decompress(pages_of_archive(*numbers)) for numbers in ((1, 2, 3), (7, 8, 9)))
    server.pages["/1.warc"] = [ranges(old), ranges(new, '"2"')]
    assert "was changed while it was read" in desk.fetch().failures[0]
    assert desk.fetch(NEXT).failures == ()
    assert numbers_in(desk, NEXT) == [7, 8, 9]


# --- what is remembered of files -------------------------------------------------------------------------------
def test_what_a_run_over_files_costs_does_not_grow_with_the_lake(desk, monkeypatch):
    (desk.folder / "drop").mkdir()
    desk.declare(f'id = "inbox"\nkind = "folder"\npath = "{desk.folder}/drop"')
    hours = [f"2020-01-{day:02}T{hour:02}" for day in (1, 2, 3) for hour in range(10)]
    for number, key in enumerate(hours):
        (desk.folder / "drop" / f"{number}.html").write_bytes(page(number))
        assert desk.fetch(key).written == 1
    read: list[str] = []
    log = Lake._log
    monkeypatch.setattr(Lake, "_log", lambda self, key: read.append(key) or log(self, key))
    assert desk.fetch("2020-02-01T00").written == 0
    assert set(read) == {"2020-02-01T00"}
    (desk.folder / "other.html").write_bytes(page(99))
    named = [desk.folder / "other.html", desk.folder / "drop" / "3.html"]
    assert [desk.fetch(f"2020-02-01T0{n}", inputs=named).written for n in (1, 2)] == [1, 0]
    read.clear()
    assert desk.fetch("2020-02-01T03", inputs=named).written == 0
    assert set(read) == {"2020-02-01T03"}


def test_files_are_known_though_what_was_remembered_is_lost(desk):
    (desk.folder / "drop").mkdir()
    (desk.folder / "drop" / "a.html").write_bytes(page(1))
    assert desk.fetch().written == 1
    for name in ("drop", "named"):
        (desk.folder / "lake" / "raw" / "sources" / f"{name}.json").unlink(missing_ok=True)
    assert desk.fetch(NEXT).written == 0
    assert desk.fetch(LATER, inputs=[desk.folder / "drop"]).written == 0


def test_files_that_a_killed_run_kept_are_known_to_the_next(desk, monkeypatch):
    (desk.folder / "drop").mkdir()
    monkeypatch.setattr("demarche.steps.appending.LOG_BATCH", 1)
    assert desk.fetch(OLD).written == 0
    for number in range(4):
        (desk.folder / "drop" / f"{number}.html").write_bytes(page(number))
    put_raw = Lake.put_raw

    def killed(self, data):
        if data == page(2):
            raise Killed
        return put_raw(self, data)

    monkeypatch.setattr(Lake, "put_raw", killed)
    with pytest.raises(Killed):
        desk.fetch()
    monkeypatch.setattr(Lake, "put_raw", put_raw)
    assert desk.fetch(NEXT).written == 2
    assert [len(desk.lake.fetches(key)) for key in (KEY, NEXT)] == [2, 2]


# --- what fails ------------------------------------------------------------------------------------------------
def test_a_source_that_fails_stops_no_other_and_since_when_is_kept(desk, server):
    desk.declare(
        f'id = "broken"\nkind = "feed"\nurl = "{server.root}/broken"',
        f'id = "courier"\nkind = "feed"\nurl = "{server.root}/feed"',
    )
    put(server, 1)
    server.pages["/broken"] = (500, {}, b"")
    first = desk.fetch()
    assert first.written == 1
    (said,) = first.failures
    assert "source broken fails since 20" in said
    assert "/broken answers 500" in said
    since = desk.health("broken").failing_since_at
    desk.fetch(NEXT)
    health = desk.health("broken")
    assert (health.is_failing, health.failing_since_at, health.failure_count) == (True, since, 2)
    assert (health.reason_type, health.succeeded_at) == ("server_error", None)
    server.pages["/broken"] = (200, XML, feed(1))
    assert desk.fetch(LATER).failures == ()
    assert not desk.health("broken").is_failing
    assert desk.health("broken").succeeded_at is not None
    assert not desk.health("courier").is_failing


@pytest.mark.parametrize(
    ("answer", "reason_type"),
    [
        ((200, {"Content-Type": "text/html"}, b"<!doctype html><p>We have moved"), "malformed"),
        ((200, XML, b"\x00\xff\xfe" * 10), "malformed"),
        ((302, {"Location": "http://169.254.169.254/latest"}, b""), "refused_address"),
        ((404, {}, b""), "not_there"),
        ((429, {"Retry-After": "7200"}, b""), "too_many_requests"),
    ],
)
def test_why_a_source_fails_is_told(desk, server, answer, reason_type):
    server.pages["/feed"] = answer
    assert len(desk.fetch().failures) == 1
    health = desk.health()
    assert (health.reason_type, health.is_failing) == (reason_type, True)
    assert "localhost" in health.reason_text


def test_since_when_a_source_fails_stands_in_the_warehouse(desk, server):
    desk.declare(
        f'id = "broken"\nkind = "feed"\nurl = "{server.root}/broken"',
        f'id = "courier"\nkind = "feed"\nurl = "{server.root}/feed"',
    )
    put(server, 1)
    desk.fetch()
    for step in (steps.parse_documents, steps.tag_documents, steps.pair_documents):
        step(KEY, settings=desk.settings)
    steps.load_warehouse(settings=desk.settings)
    sql = "SELECT source_name, failing_since_at IS NOT NULL, failure_count, reason_text FROM meta.source_health"
    rows = warehouse.query(desk.settings.warehouse_path, f"{sql} ORDER BY source_name").rows
    assert rows == [("broken", True, 1, f"{server.root}/broken answers 404"), ("courier", False, 0, None)]


def test_a_source_that_asks_to_be_left_alone_is(desk, server):
    server.pages["/feed"] = (429, {"Retry-After": "7200"}, b"")
    desk.fetch()
    desk.asked()
    (said,) = desk.fetch(NEXT).failures
    assert desk.asked() == []
    assert "asks to be left alone until" in said


def test_a_page_that_is_not_there_is_a_reject_and_never_asked_again(desk, server):
    put(server, 1, 2)
    server.pages["/1"] = (404, {}, b"")
    done = desk.fetch()
    assert (done.written, [reject.reason_type for reject in done.rejects], done.failures) == (1, ["not_there"], ())
    assert f"{server.root}/1 answers 404" in done.rejects[0].reason_text
    put(server, 1, 2, 3)
    desk.fetch(NEXT)
    assert server.count("/1") == 1
    assert len(desk.lake.fetch_rejects(KEY)) == 1


def test_a_page_that_may_answer_later_waits_even_if_the_feed_moves_on(desk, server):
    put(server, 1, 2)
    server.pages["/1"] = (503, {}, b"")
    assert (desk.fetch().written, desk.health().waiting_count) == (1, 1)
    put(server, 3)
    server.pages["/1"] = page(1)
    assert desk.fetch(NEXT).written == 2
    assert desk.health().waiting_count == 0


def test_a_page_that_never_answers_is_given_up_in_the_end(desk, server, monkeypatch):
    monkeypatch.setattr(crawling, "GIVEN_UP_AFTER", 2)
    put(server, 1, 2)
    server.pages["/1"] = (503, {}, b"")
    assert desk.fetch().rejects == ()
    put(server, 1, 3)
    (reject,) = desk.fetch(NEXT).rejects
    assert (reject.reason_type, reject.path) == ("server_error", f"{server.root}/1")
    assert desk.health().waiting_count == 0


def test_a_site_that_breaks_down_is_left_alone_and_loses_nothing(desk, server):
    put(server, *range(1, 9))
    for number in range(1, 9):
        server.pages[f"/{number}"] = (500, {}, b"")
    done = desk.fetch()
    assert len({path for path in desk.asked() if path != "/feed"}) == 3
    assert (done.rejects, len(done.failures), desk.health().waiting_count) == ((), 1, 8)
    for number in range(1, 9):
        server.pages[f"/{number}"] = page(number)
    assert desk.fetch(NEXT).written == 8
    assert not desk.health().is_failing


def test_pages_that_robots_txt_forbids_are_rejects(desk, server):
    put(server, 1, 2)
    server.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /1\n")
    done = desk.fetch()
    assert (done.written, done.rejects[0].reason_type) == (1, "robots")
    assert server.count("/1") == 0


def test_a_feed_that_robots_txt_forbids_is_a_failure(desk, server):
    put(server, 1)
    server.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /feed\n")
    assert "robots.txt" in desk.fetch().failures[0]
    assert server.count("/feed") == 0


def test_robots_txt_is_asked_once_a_day_by_all_sources_of_a_host(desk, server):
    put(server, 1, 2)
    server.pages["/world"] = (200, XML, feed(2, 3))
    server.pages["/3"] = page(3)
    declare_two(desk)
    desk.fetch()
    desk.fetch(NEXT)
    desk.fetch(LATER, sources=["world"])
    assert server.count("/robots.txt") == 1
    remembered = desk.state(asking.ROBOTS)
    for robots in remembered.robots.values():
        robots.read_at -= timedelta(days=1)
    desk.lake.put_source_state(asking.ROBOTS, remembered.model_dump_json())
    desk.fetch(LATER, again=True)
    assert server.count("/robots.txt") == 2


def test_links_to_private_places_are_rejects(desk, server):
    links = "".join(f"<item><link>{url}</link></item>" for url in (
        f"http://127.0.0.1:{server.port}/secret", "http://169.254.169.254/", "http://[::1]/x", f"{server.root}/1",
    ))  # fmt: skip
    server.pages |= {"/feed": (200, XML, f"<rss><channel>{links}</channel></rss>".encode()), "/1": page(1)}
    server.pages["/secret"] = b"s"
    done = desk.fetch()
    assert (done.written, [reject.reason_type for reject in done.rejects]) == (1, ["refused_address"] * 3)
    assert server.count("/secret") == 0


def test_a_password_in_a_link_is_told_to_nobody(desk, server):
    link = "http://me:secret@courier.example/1"
    server.pages |= {"/feed": (200, XML, f"<rss><channel><item><link>{link}</link></item></channel></rss>".encode())}
    (reject,) = desk.fetch().rejects
    assert reject.path == "http://***@courier.example/1"
    assert "secret" not in reject.model_dump_json()


def test_all_pages_refused_is_a_failure_although_the_feed_answers(desk, server):
    put(server, 1, 2, 3, 4)
    for number in range(1, 5):
        server.pages[f"/{number}"] = (404, {}, b"")
    done = desk.fetch()
    assert (len(done.rejects), len(done.failures)) == (4, 1)


def test_a_folder_that_is_not_there_fails_by_name(desk):
    desk.declare(f'id = "inbox"\nkind = "folder"\npath = "{desk.folder}/none"')
    (said,) = desk.fetch().failures
    assert "source inbox fails since" in said
    assert f"{desk.folder}/none: no such file or folder" in said


def test_a_charset_that_lies(desk, server):
    put(server, 1)
    body = page(1).replace(b"Suva", "Nukuʻalofa – “Tonga”".encode())
    server.pages["/1"] = (200, {"Content-Type": "text/html; charset=ascii"}, body)
    desk.fetch()
    assert "Nukuʻalofa – “Tonga”" in desk.documents()[0].body


# --- crashes ---------------------------------------------------------------------------------------------------
def test_killed_in_the_middle_loses_nothing_and_asks_for_nothing_that_was_kept(desk, server, monkeypatch):
    monkeypatch.setattr(asking, "PAGES_PER_APPEND", 2)
    put(server, *range(1, 8))
    put_raw = Lake.put_raw
    kept = []

    def killed(self, data):
        if len(kept) == 5:
            raise Killed
        kept.append(data)
        return put_raw(self, data)

    monkeypatch.setattr(Lake, "put_raw", killed)
    with pytest.raises(Killed):
        desk.fetch()
    monkeypatch.setattr(Lake, "put_raw", put_raw)
    assert len(desk.lake.fetches(KEY)) == 4
    put(server, 8)  # the feed has moved on
    desk.asked()
    desk.fetch()
    assert desk.asked() == ["/5", "/6", "/7"]
    desk.fetch(NEXT)
    assert desk.asked() == ["/feed", "/8"]
    assert len({fetch.url for fetch in desk.lake.all_fetches()}) == 8


def test_killed_between_log_and_state_fetches_nothing_twice(desk, server, monkeypatch):
    put(server, 1, 2)
    saved = []
    put_state = Lake.put_source_state

    def killed(self, name, state):
        if saved:
            raise Killed
        saved.append(name)
        put_state(self, name, state)

    monkeypatch.setattr(Lake, "put_source_state", killed)
    with pytest.raises(Killed):
        desk.fetch()
    monkeypatch.setattr(Lake, "put_source_state", put_state)
    desk.asked()
    assert desk.fetch().written == 0
    assert desk.asked() == []
    assert len(desk.lake.fetches(KEY)) == 2


def test_a_full_disk_is_the_lakes_error_and_not_the_sources(desk, server, monkeypatch):
    put(server, 1, 2)
    put_raw = Lake.put_raw

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Lake, "put_raw", full)
    with pytest.raises(OSError, match="No space left"):
        desk.fetch()
    assert not desk.health().is_failing
    monkeypatch.setattr(Lake, "put_raw", put_raw)
    assert desk.fetch().written == 2


PROGRAM = """
import sys
from pathlib import Path
from demarche import steps
from demarche.settings import Settings
folder, key = Path(sys.argv[1]), sys.argv[2]
steps.sources.hour_that_has_ended = lambda: key
steps.fetch_documents(key, settings=Settings(
    data_folder=folder, sources_file=folder / "sources.toml", allowed_hosts="localhost", settle_seconds=0))
"""


def lake_is_whole(desk) -> None:
    """Nothing half: every line of the log can be read, and every entry of raw bytes is what its name says."""
    fetched = desk.lake.all_fetches()
    raw = {path.name.removesuffix(".gz") for path in (desk.folder / "lake" / "raw").glob("??/*.gz")}
    assert {fetch.raw_hash for fetch in fetched} <= raw
    assert [desk.lake.get_raw(name) for name in raw]


def test_killed_in_mid_download_leaves_nothing_half_and_the_next_run_mends_it(desk, server):
    put(server, 1, 2, 3)
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def half(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(page(2))))
        handler.end_headers()
        handler.wfile.write(page(2)[:100])
        is_under_way.set()
        may_go_on.wait(30)

    server.pages["/2"] = [half, page(2)]
    run = subprocess.Popen([sys.executable, "-c", PROGRAM, str(desk.folder), KEY])
    assert is_under_way.wait(60)
    run.send_signal(signal.SIGKILL)
    assert run.wait(30) == -signal.SIGKILL
    may_go_on.set()
    lake_is_whole(desk)
    desk.asked()
    assert desk.fetch().failures == ()
    assert sorted(desk.asked()) == ["/1", "/2", "/3"]  # of which nothing had been kept yet
    lake_is_whole(desk)
    assert {document.path[-2:] for document in desk.documents()} == {"/1", "/2", "/3"}


def test_a_disk_that_fills_up_leaves_nothing_half_and_the_next_run_mends_it(desk, server, monkeypatch):
    monkeypatch.setattr(asking, "PAGES_PER_APPEND", 1)
    put(server, 1, 2, 3)
    noise = random.Random(5).randbytes(150_000).hex().encode()
    server.pages["/2"] = page(2) + b"<!-- " + noise + b" -->"
    # Files can't grow beyond this limit: writing fails in the middle of the page's bytes, as on a full disk.
    limited = f"import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{PROGRAM}".replace(
        "steps.fetch_documents", "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\nsteps.fetch_documents"
    )
    done = subprocess.run([sys.executable, "-c", limited, str(desk.folder), KEY], capture_output=True, text=True)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    lake_is_whole(desk)
    assert not desk.health().is_failing
    assert desk.fetch().failures == ()
    lake_is_whole(desk)
    assert {document.path[-2:] for document in desk.documents()} == {"/1", "/2", "/3"}
    assert len({fetch.url for fetch in desk.lake.all_fetches()}) == len(desk.lake.all_fetches()) == 3
    assert not [path for path in (desk.folder / "lake").rglob("*") if ".tmp" in path.name or path.suffix == ".part"]


def test_two_runs_of_one_partition_at_once_fetch_everything_once(desk, server):
    put(server, *range(1, 6))
    threads = [threading.Thread(target=desk.fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(desk.asked()) == ["/1", "/2", "/3", "/4", "/5", "/feed"]
    assert len(desk.lake.fetches(KEY)) == 5


def test_a_damaged_state_is_named(desk, server):
    from demarche.storage import LakeError

    desk.lake.put_source_state("courier", "{half")
    with pytest.raises(LakeError, match=r"raw/sources/courier\.json"):
        desk.fetch()


def test_what_is_listed_no_more_is_forgotten_after_a_while(desk, server, monkeypatch):
    put(server, 1)
    desk.fetch()
    state = desk.state()
    for visit in state.visits.values():
        visit.listed_on = (datetime.now(UTC) - timedelta(days=40)).date()
    desk.lake.put_source_state("courier", state.model_dump_json())
    put(server, 2)
    desk.fetch(NEXT)
    assert [url.rpartition("/")[2] for url in desk.state().visits] == ["feed", "2"]


def test_a_slow_source_leaves_the_rest_for_later(desk, server):
    desk.settings = desk.settings.model_copy(update={"source_seconds": 0.2})
    put(server, 1, 2, 3)

    def slow(handler) -> None:
        threading.Event().wait(0.3)
        send(handler, 200, {"Content-Type": "text/html"}, page(1))

    server.pages["/1"] = slow
    assert (desk.fetch().written, desk.health().waiting_count) == (1, 2)


# --- which sources ---------------------------------------------------------------------------------------------
def test_sources_of_one_host_are_dealt_to_one_task(desk, server):
    desk.declare(*(
        f'id = "s{n}"\nkind = "feed"\nurl = "https://{host}.example/{n}"' for n, host in enumerate("aabbbc")
    ), 'id = "off"\nkind = "feed"\nurl = "https://d.example"\nis_enabled = false')  # fmt: skip
    dealt = steps.deal_sources(2, settings=desk.settings)
    assert sorted(map(sorted, dealt)) == [["s0", "s1", "s5"], ["s2", "s3", "s4"]]
    assert len(steps.deal_sources(16, settings=desk.settings)) == 3


def test_one_source_is_fetched_by_its_id(desk, server):
    desk.declare(*(f'id = "s{n}"\nkind = "feed"\nurl = "{server.root}/feed{n}"' for n in (1, 2)))
    server.pages |= {"/feed1": (200, XML, feed()), "/feed2": (200, XML, feed())}
    desk.fetch(sources=["s2"])
    assert desk.asked() == ["/feed2"]
    with pytest.raises(steps.StepError, match="there are: s1, s2"):
        desk.fetch(sources=["s3"])


def test_without_a_sources_file_there_is_the_drop_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_folder=tmp_path)
    assert steps.deal_sources(16, settings=settings) == [["drop"]]
    with pytest.raises(steps.StepError, match=r"none\.toml: no such file"):
        steps.deal_sources(16, settings=Settings(data_folder=tmp_path, sources_file=tmp_path / "none.toml"))


def test_sources_are_tried_and_nothing_is_kept(desk, server):
    desk.declare(
        f'id = "good"\nkind = "feed"\nurl = "{server.root}/feed"',
        f'id = "bad"\nkind = "feed"\nurl = "{server.root}/none"',
        f'id = "empty"\nkind = "feed"\nurl = "{server.root}/empty"',
        f'id = "gone"\nkind = "folder"\npath = "{desk.folder}/gone"',
    )
    put(server, 1, 2)
    server.pages["/empty"] = (200, XML, feed())
    good, bad, empty, gone = steps.check_sources(settings=desk.settings)
    assert (good.is_good, good.link_count, good.document_count) == (True, 2, 1)
    assert "Envoys meet for the 1th time" in good.text
    assert (bad.is_good, "answers 404" in bad.text) == (False, True)
    assert (empty.is_good, "lists nothing" in empty.text) == (True, True)
    assert not gone.is_good
    assert desk.lake.fetch_keys() == []
    assert desk.lake.source_state("good") is None


# --- the page on adding a source -------------------------------------------------------------------------------
def test_a_source_is_added_by_the_words_of_the_page(desk, server, monkeypatch):
    """The module, its entry and its declaration as docs/adding_a_source.md prints them: one file and one entry."""
    page_text = (Path(__file__).resolve().parents[2] / "docs" / "adding_a_source.md").read_text(encoding="utf-8")
    chapter = page_text.partition("## A source of a new kind")[2]
    (code, entry), (declaration,) = (re.findall(rf"```{kind}\n(.*?)```", chapter, re.S) for kind in ("python", "toml"))
    module = types.ModuleType("demarche.sources.bulletin")
    exec(code, module.__dict__)
    kinds = eval("{" + entry + "}", {"Kind": sources.Kind, "bulletin": module})
    monkeypatch.setattr(sources, "KINDS", sources.KINDS | kinds)
    (desk.folder / "sources.toml").write_text(declaration.replace("https://ministry.example", server.root))
    desk.settings = desk.settings.model_copy(update={"request_seconds": 5})
    text = {"Content-Type": "text/plain"}
    server.pages |= {
        "/bulletins": b'<a class="bulletin" href="/b/1">2020-01-02</a> <a class="bulletin" href="/b/2">2020-01-03</a>',
        "/b/1": (200, text, b"Envoy recalled\nFiji recalled its envoy from Tonga on Thursday."),
        "/b/2": (200, text, b"Envoy returns\nFiji sent its envoy back to Tonga on Friday."),
    }
    assert desk.fetch().written == 2
    first, second = desk.documents()
    assert (first.title, str(first.published_date)) == ("Envoy recalled", "2020-01-02")
    assert second.body == "Fiji sent its envoy back to Tonga on Friday."
    assert second.source_name == "Ministry of Foreign Affairs"
    server.pages["/bulletins"] = b"<p>We have moved"
    assert "lists no bulletins" in desk.fetch(NEXT).failures[0]
