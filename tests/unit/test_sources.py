"""From bytes to raw documents: every kind of file, every way of being broken."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import compressed
from archives import record as archived
from demarche import steps
from demarche.records import Document, Fetch, RawDocument, Reject, record_id
from demarche.sources import jsonl, parse
from demarche.sources.packing import bytes_at_once


def fetch(url: str = "drop/a.txt", media_type: str = "application/octet-stream") -> Fetch:
    return Fetch(
        partition_key="2020-01-02T03", source_name="drop", url=url, raw_hash="0" * 64, byte_count=1,
        media_type=media_type, fetched_at=datetime(2020, 1, 2, 3, tzinfo=UTC),
    )  # fmt: skip


def only_document(data: bytes, url: str = "drop/a.txt", media_type: str = "application/octet-stream") -> RawDocument:
    (found,) = parse(fetch(url, media_type), data)
    assert isinstance(found, RawDocument), found
    return found


def only_reject(data: bytes, url: str = "drop/a.txt") -> Reject:
    (found,) = parse(fetch(url), data)
    assert isinstance(found, Reject), found
    assert url in found.reason_text
    return found


WORDS = "“Über die Brücke”, said Señora Núñez – at last."


# --- which kind --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "media_type", "data", "kind"),
    [
        ("a.txt", "text/plain", b"Words.", "text"),
        ("a.html", "application/octet-stream", b"<p>Words.</p>", "html"),
        ("http://x.example/a", "text/html; charset=utf-8", b"<p>Words.</p>", "html"),
        ("a.txt", "text/plain", b"\n<!DOCTYPE html><p>Words.", "html"),
        ("a.jsonl", "application/octet-stream", b'{"text": "Words."}', "text"),
        ("a.dat", "application/octet-stream", b'{"text": "Words."}', "text"),
        ("a.dat", "application/octet-stream", b"<p>Words.</p>", "html"),
        ("a.dat", "application/octet-stream", b"Words.", "text"),
    ],
)
def test_kind(url: str, media_type: str, data: bytes, kind: str) -> None:
    document = only_document(data, url, media_type)
    assert "Words." in (getattr(document, kind) or "")
    assert (document.text is None) != (document.html is None)


def test_a_page_that_was_fetched_knows_its_address() -> None:
    assert only_document(b"Words.", "https://x.example/a").url == "https://x.example/a"
    assert only_document(b"Words.", "drop/a.txt").url is None


# --- encodings ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encoding(encoding: str) -> None:
    assert only_document(WORDS.encode(encoding)).text == WORDS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["feed.xml", "feed.atom", "feed"])
def test_a_feed_with_a_byte_order_mark_is_a_feed(name: str, encoding: str) -> None:
    feed = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><item><title>Zürich talks</title>'
        "<description>Ministers met on Monday and agreed.</description></item></channel></rss>"
    )
    data = (feed if encoding in ("utf-16", "utf-32") else f"\ufeff{feed}").encode(encoding)
    (found,) = rows_of(data, name)
    assert isinstance(found, RawDocument)
    assert (found.title, found.text) == ("Zürich talks", "Ministers met on Monday and agreed.")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    assert only_document("Two ministers met.".encode(encoding)).text == "Two ministers met."


def test_declared_charset_is_believed() -> None:
    page = '<html><head><meta charset="koi8-r"></head><p>Встреча в Москве.</p>'
    assert "Встреча" in (only_document(page.encode("koi8-r"), "a.html").html or "")


def test_the_server_may_declare_it() -> None:
    document = only_document("<p>Встреча</p>".encode("koi8-r"), "a.html", "text/html; charset=KOI8-R")
    assert "Встреча" in (document.html or "")


def test_charset_that_lies_is_not_believed() -> None:
    page = f'<meta charset="ascii"><p>{WORDS}</p>'
    assert WORDS in (only_document(page.encode(), "a.html").html or "")
    page = f'<meta charset="base64"><p>{WORDS}</p>'
    assert WORDS in (only_document(page.encode(), "a.html").html or "")


def test_a_character_cut_off_at_the_end_spoils_nothing() -> None:
    text = only_document((WORDS * 3 + "é").encode()[:-1]).text or ""
    assert text.startswith(WORDS * 3)


def test_utf16_that_is_cut_and_broken_is_an_encoding_reject() -> None:
    assert only_reject(b"\xff\xfe" + b"\x00\xd8\x41\x00" * 50).reason_type == "encoding"


# --- what is no article ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("data", [b"", b"  \n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00\x00\x00"])
def test_empty(data: bytes) -> None:
    assert only_reject(data).reason_type == "empty"


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7 words", b"PK\x03\x04 words", b"\x89PNG\r\n", b"\x1f\x8b words", b"GIF89a", bytes(range(256)) * 4],
)
def test_binary(data: bytes) -> None:
    found = only_reject(data)
    assert found.reason_type == "binary"
    assert ".jsonl" in found.reason_text


def test_one_stray_nul_is_no_binary_file() -> None:
    assert "spoke" in (only_document(b"The two ministers spoke.\x00 " + b"They spoke again. " * 20).text or "")


# --- JSON Lines --------------------------------------------------------------------------------------------------
def lines(*records: object) -> list[RawDocument | Reject]:
    return list(parse(fetch("a.jsonl"), "\n".join(json.dumps(record) for record in records).encode()))


def test_fields_under_their_usual_names() -> None:
    (first, second) = lines(
        {"id": 7, "text": "Words.", "title": "T", "url": "https://x.example/1", "source": "X",
         "published_at": "2020-01-01", "byline": "Jane Doe", "language": "en"},
        {"guid": "7", "articleBody": "Words.", "headline": "T", "link": "https://x.example/1",
         "publisher": {"name": "X"}, "datePublished": "2020-01-01", "authors": [{"name": "Jane Doe"}], "lang": "en"},
    )  # fmt: skip
    assert isinstance(first, RawDocument)
    assert first == second.model_copy(update={"position": 0, "where": "line 1"})
    assert (first.external_id, first.publisher_name, first.byline) == ("7", "X", "Jane Doe")


def test_text_that_is_a_page_is_read_as_one() -> None:
    (document,) = lines({"content": "<div><p>Words.</p></div>"})
    assert isinstance(document, RawDocument)
    assert document.html
    assert document.text is None


def test_seconds_since_1970_are_an_instant() -> None:
    (document, other) = lines({"text": "W.", "timestamp": 1541491200}, {"text": "W.", "timestamp": 1541491200000})
    assert isinstance(document, RawDocument)
    assert isinstance(other, RawDocument)
    assert document.published == other.published == "2018-11-06T08:00:00+00:00"


def test_a_bad_line_stops_no_other() -> None:
    data = b'{"text": "One."}\n\n{"text": \n[1]\n{"title": "no text"}\n{"text": "\xff\xfe\x81"}\n{"text": "Two."}'
    found = list(parse(fetch("a.jsonl"), data))
    assert [item.position for item in found] == [0, 1, 2, 3, 4, 5]
    assert [getattr(item, "reason_type", None) for item in found[:4]] == [None, "malformed", "malformed", "empty"]
    assert isinstance(found[1], Reject)
    assert "line 3" in found[1].reason_text
    assert isinstance(found[5], RawDocument)


def test_a_line_too_long_or_too_deep_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE_BYTES", 300_000)
    data = b'{"text": "' + b"x" * 300_001 + b'"}\n' + b'{"a":' + b"[" * 100_000 + b"\n" + b'{"text": "Two."}'
    found = list(parse(fetch("a.jsonl"), data))
    assert [getattr(item, "reason_type", None) for item in found] == ["too_large", "malformed", None]


def test_an_array_and_a_single_object_are_read_too() -> None:
    assert len(list(parse(fetch("a.json"), b'[{"text": "One."}, {"text": "Two."}, 3]'))) == 3
    assert only_document(b'{\n "text": "One."\n}', "a.json").text == "One."


def test_half_a_character_does_no_harm() -> None:
    (document,) = parse(fetch("a.jsonl"), b'{"text": "One \\ud800 two."}')
    assert isinstance(document, RawDocument)
    document.model_dump_json().encode()


# --- whatever comes ----------------------------------------------------------------------------------------------
FIELD_NAMES = st.sampled_from([name for names in jsonl.FIELDS.values() for name in names])
NAMES = st.sampled_from(["a.txt", "a.html", "a.jsonl", "a.json", "a.bin", "https://x.example/?q=.html"])
BYTES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(FIELD_NAMES, inner, max_size=6),
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=300, deadline=None)
@given(BYTES, NAMES)
def test_any_bytes_give_documents_or_rejects(data: bytes, url: str) -> None:
    found = list(parse(fetch(url), data))
    assert found == list(parse(fetch(url), data))
    for item in found:
        if isinstance(item, Reject):
            assert item.path == url
            assert item.reason_text
        else:
            assert (item.text is None) != (item.html is None)


def test_a_document_knows_its_line():
    lines = b'{"text": "One."}\n\n{"text": "Two."}\n'
    assert [raw.where for raw in parse(fetch("a.jsonl"), lines)] == ["line 1", "line 3"]


# --- tables ------------------------------------------------------------------------------------------------------
def rows_of(data: bytes, url: str = "drop/a.csv", **fields: object) -> list[RawDocument | Reject]:
    return list(parse(fetch(url).model_copy(update=fields), data))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_table_is_read_by_its_columns(mark: str) -> None:
    header = ["Title", "TEXT", "url", "Date"]
    row = ["Talks", '"Line one\nline, two; three | ""x"""', "https://x.example", "2018"]
    (found,) = rows_of(f"{mark.join(header)}\n{mark.join(row)}\n".encode())
    assert isinstance(found, RawDocument)
    assert (found.title, found.text, found.url, found.published, found.position) == (
        "Talks", 'Line one\nline, two; three | "x"', "https://x.example", "2018", 0
    )  # fmt: skip


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c"])
def test_only_ends_of_lines_end_rows(mark: str) -> None:
    found = rows_of(f"title,text\nA,one{mark}two\r\nB,three\rC,four\n".encode())
    assert [one.text for one in found if isinstance(one, RawDocument)] == [f"one{mark}two", "three", "four"]
    assert len(found) == 3


def test_a_table_may_say_what_separates_its_columns() -> None:
    found, reject = rows_of(b"sep=;\r\ntitle, as told;text\r\nA;one, two, three\r\nB;1;2\r\n")
    assert isinstance(found, RawDocument)
    assert found.text == "one, two, three"
    assert isinstance(reject, Reject)
    assert " line 4 has 3 values" in reject.reason_text


def test_columns_of_other_names_are_mapped() -> None:
    data = b"kop;tekst;text\nTalks;The words.;other words\n"
    (found,) = rows_of(data, column_values={"title": "kop", "text": "tekst"})
    assert isinstance(found, RawDocument)
    assert (found.title, found.text) == ("Talks", "The words.")
    (reject,) = rows_of(data, column_values={"text": "corps"})
    assert isinstance(reject, Reject)
    assert "no column corps" in reject.reason_text
    assert "'kop'" in reject.reason_text


def test_a_table_without_a_text_says_which_columns_it_has() -> None:
    (found,) = rows_of(b"a,b\n1,2\n")
    assert isinstance(found, Reject)
    assert "'a', 'b'" in found.reason_text


def test_a_bad_row_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demarche.sources.tables.MAX_CELL_CHARACTERS", 1_000)
    data = b"title,text\nA,one\nB,two,three\nC\nD," + b"x" * 2_000 + b"\nE,\x00five\n\n"
    found = rows_of(data)
    assert [item.text if isinstance(item, RawDocument) else item.reason_type for item in found] == [
        "one", "malformed", "empty", "malformed", "five",
    ]  # fmt: skip
    assert isinstance(found[1], Reject)
    assert "line 3 has 3 values for 2 columns" in found[1].reason_text


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quote_that_nothing_closes_makes_no_article_of_the_rest(end: str) -> None:
    whole, cut = rows_of(f'title,text\nA,"one\ntwo"\nB,"three\nC,four\nD,five{end}'.encode())
    assert isinstance(whole, RawDocument)
    assert whole.text == "one\ntwo"
    assert isinstance(cut, Reject)
    assert cut.reason_type == "malformed"
    assert "line 4 opens a quote" in cut.reason_text
    assert len(rows_of(f'title,text\nA,one\nB,"two"{end}'.encode())) == 2


def test_a_table_of_as_many_blank_lines_as_it_may_have_rows_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demarche.sources.tables.MAX_ROWS", 3)
    (found,) = rows_of(b"title,text\n\n\n\n")
    assert isinstance(found, Reject)
    assert found.reason_type == "empty"


def parquet(options: dict | None = None, /, **columns: list) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options or {})
    return sink.getvalue()


def test_parquet_is_read_by_its_columns() -> None:
    data = parquet(
        Headline=["Talks", None], body=["The words.", None], published_at=[datetime(2018, 11, 6, 9, tzinfo=UTC)] * 2,
        authors=[["Ann Lee", "Bob Roe"], []], other=[1, 2],
    )  # fmt: skip
    found = rows_of(data, "drop/a.parquet")
    assert isinstance(found[0], RawDocument)
    assert (found[0].title, found[0].text, found[0].byline) == ("Talks", "The words.", "Ann Lee, Bob Roe")
    assert found[0].published == "2018-11-06T09:00:00+00:00"
    assert [type(item) for item in found] == [RawDocument, Reject]
    assert rows_of(data, "drop/whatever")[0] == found[0].model_copy(update={"path": "drop/whatever"})


@pytest.mark.parametrize("cut", [4, 100, -1])
def test_damaged_parquet_is_a_reject(cut: int) -> None:
    (found,) = rows_of(parquet(text=["The words."])[:cut], "drop/a.parquet")
    assert isinstance(found, Reject)
    assert found.reason_type == "malformed"


def test_parquet_that_unpacks_to_too_much_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet(text=["x" * 100] * 50)
    monkeypatch.setattr("demarche.sources.tables.MAX_CELL_CHARACTERS", 50)
    assert {item.reason_type for item in rows_of(data, "a.parquet") if isinstance(item, Reject)} == {"too_large"}
    monkeypatch.setattr("demarche.sources.tables.MAX_ROWS", 49)
    (found,) = rows_of(data, "a.parquet")
    assert isinstance(found, Reject)
    assert "50 rows" in found.reason_text
    monkeypatch.undo()
    monkeypatch.setattr("demarche.sources.tables.MAX_UNPACKED_BYTES", 10)
    (found,) = rows_of(data, "a.parquet")
    assert isinstance(found, Reject)


@pytest.mark.parametrize("is_dictionary", [True, False])
def test_parquet_is_refused_by_the_sizes_of_its_pages_before_one_is_unpacked(
    is_dictionary: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = parquet(
        {"use_dictionary": is_dictionary}, title=["T"] * 3, text=["x" * 1_000_000] * 3, other=["y" * 9_000] * 3
    )
    at_once = bytes_at_once(data, ["text", "title"], rows=4)
    assert 0 < at_once - (5_000_000 if is_dictionary else 3_000_000) < 1_000
    monkeypatch.setattr("demarche.sources.tables.MAX_BYTES_AT_ONCE", at_once)
    assert all(isinstance(item, RawDocument) for item in rows_of(data, "a.parquet"))
    monkeypatch.setattr("demarche.sources.tables.MAX_BYTES_AT_ONCE", at_once - 1)
    (found,) = rows_of(data, "a.parquet")
    assert isinstance(found, Reject)
    assert found.reason_type == "too_large"
    assert "smaller pages" in found.reason_text


@pytest.mark.parametrize(
    "options",
    [{"compression": "none", "version": "1.0"}, {"data_page_version": "2.0", "write_page_index": True},
     {"row_group_size": 2, "write_page_checksum": True}],
)  # fmt: skip
def test_pages_are_found_however_parquet_was_written(options: dict) -> None:
    data = parquet(options, text=["The words."] * 5, tags=[["a", "b"], [], None, ["c"], []], deep=[{"a": [1]}] * 5)
    assert 10 < bytes_at_once(data, ["text", "tags"], rows=4) < 500
    assert len([item for item in rows_of(data, "a.parquet") if isinstance(item, RawDocument)]) == 5
    (nothing,) = rows_of(parquet(options, text=[]), "a.parquet")
    assert isinstance(nothing, Reject)
    assert nothing.reason_type == "empty"


@settings(max_examples=100)
@given(st.integers(0, 600), st.binary(min_size=1, max_size=20))
def test_whatever_is_overwritten_in_parquet_nothing_is_raised(place: int, rubbish: bytes) -> None:
    data = bytearray(parquet(text=["The words.", "Others."], title=["A", "B"]))
    data[place : place + len(rubbish)] = rubbish
    rows_of(b"PAR1" + bytes(data[4:]), "a.parquet")


# --- one article in nine forms -----------------------------------------------------------------------------------
ADDRESS = "https://courier.example/2018/11/06/talks"
TITLE = "Fiji and Tonga to open joint consulate"
STAMP = "2018-11-06T09:30:00+00:00"
PARAGRAPHS = (
    "The foreign ministers of Fiji & Tonga met in Suva on Monday and agreed to open a joint consulate in Auckland.",
    "It is the first time that the two island states share a mission abroad, and both spoke of what it will save them.",
    "“We are neighbours, and neighbours share,” Fiji’s minister told reporters after a meeting of three hours.",
)
HTML = "".join(f"<p>{paragraph.replace('&', '&amp;')}</p>" for paragraph in PARAGRAPHS)
ESCAPED = HTML.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
TEXT = "\n\n".join(PARAGRAPHS)


def forms() -> dict[str, tuple[str, bytes]]:
    """The article by form: the file's name and its bytes. Each form says all that it has words for."""
    import csv
    import io

    rss = f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>The Courier – World</title><language>en</language>
        <item><title>{TITLE}</title><link>{ADDRESS}</link><dc:creator>Ann Lee</dc:creator><category>Pacific</category>
        <pubDate>Tue, 06 Nov 2018 09:30:00 GMT</pubDate><description>{ESCAPED}</description></item></channel></rss>"""
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>The Courier</title><entry><title>{TITLE}</title>
        <link href="{ADDRESS}"/><author><name>Ann Lee</name></author><published>{STAMP}</published>
        <category term="Pacific"/><content type="html">{ESCAPED}</content></entry></feed>"""
    rdf = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://courier.example/">
        <title>News | The Courier</title></channel>
        <item rdf:about="{ADDRESS}"><title>{TITLE}</title><link>{ADDRESS}</link><dc:creator>Ann Lee</dc:creator>
        <dc:date>{STAMP}</dc:date><dc:subject>Pacific</dc:subject><description>{ESCAPED}</description></item></rdf:RDF>"""
    item = {"id": ADDRESS, "url": ADDRESS, "title": TITLE, "content_html": HTML, "date_published": STAMP,
            "tags": ["Pacific", "Suva"], "authors": [{"name": "Ann Lee"}]}  # fmt: skip
    json_feed = {"version": "https://jsonfeed.org/version/1.1", "title": "The Courier", "items": [item]}
    record = {"url": ADDRESS, "title": TITLE, "text": TEXT, "published_at": STAMP, "author": "Ann Lee",
              "source": "The Courier", "section": "Pacific"}  # fmt: skip
    table = io.StringIO()
    writer = csv.DictWriter(table, list(record))
    writer.writeheader()
    writer.writerow(record)
    page = f"""<!DOCTYPE html><html><head><title>{TITLE}</title><link rel="canonical" href="{ADDRESS}">
        <meta property="og:site_name" content="The Courier">
        <meta name="author" content="Ann Lee"><meta property="article:section" content="Pacific">
        <meta property="article:published_time" content="{STAMP}"></head>
        <body><nav><a href="/">Home</a></nav><h1>{TITLE}</h1><article>{HTML}</article></body></html>"""
    said = {"@type": "NewsArticle", "headline": TITLE, "author": {"@type": "Person", "name": "Ann Lee"}, "url": ADDRESS,
            "datePublished": STAMP, "articleSection": "Pacific", "publisher": {"name": "The Courier"}}  # fmt: skip
    with_json_ld = f"""<!DOCTYPE html><html><head><title>{TITLE}</title>
        <script type="application/ld+json">{json.dumps(said)}</script></head>
        <body><nav><a href="/">Home</a></nav><h1>{TITLE}</h1><article>{HTML}</article></body></html>"""
    head = f"{TITLE}\n\nBy Ann Lee\n\nPublished 6 November 2018 09:30 GMT"
    plain = f"{head}\n\n{TEXT}\n\nURL: {ADDRESS}?utm_source=x\n"
    return {
        "RSS": ("a.xml", rss.encode()),
        "Atom": ("a.atom", atom.encode()),
        "RDF": ("a.rdf", rdf.encode()),
        "JSON Feed": ("a.json", json.dumps(json_feed).encode()),
        "JSONL": ("a.jsonl", json.dumps(record).encode()),
        "CSV": ("a.csv", table.getvalue().encode()),
        "WARC": ("a.warc.gz", compressed(archived(ADDRESS, page.encode()))),
        "HTML": ("a.html", page.encode()),
        "JSON-LD": ("b.html", with_json_ld.encode()),
        "text": ("a.txt", plain.encode()),
    }


@pytest.mark.parametrize("form", list(forms()))
def test_an_article_is_the_same_document_in_every_form(form: str, tmp_path: Path) -> None:
    name, data = forms()[form]
    (tmp_path / name).write_bytes(data)
    (found,) = steps.parse_files([tmp_path])
    assert isinstance(found, Document), found
    assert (found.title, found.byline, found.body) == (TITLE, "Ann Lee", TEXT)
    assert (found.published_date, found.published_at) == (date(2018, 11, 6), datetime.fromisoformat(STAMP))
    assert found.language_code == "en"
    assert found.section_name == (None if form == "text" else "Pacific")
    assert found.canonical_url == ADDRESS
    assert found.document_id == record_id("d", ADDRESS, found.content_hash)  # the same in all of them
    assert found.source_name == ("courier.example" if form == "text" else "The Courier")  # it has no place for a name


def test_an_article_in_all_forms_at_once_is_one_document(tmp_path: Path) -> None:
    for name, data in forms().values():
        (tmp_path / name).write_bytes(data)
    found = list(steps.parse_files([tmp_path]))
    assert len(found) == len(forms())
    assert len({(item.document_id, item.article_id) for item in found if isinstance(item, Document)}) == 1


@pytest.mark.parametrize("nothing", ["NaN", '"nan"', '"None"', "null", "-Infinity", '"NaT"'])
def test_a_value_that_is_not_there_names_nothing(nothing: str, tmp_path: Path) -> None:
    record = f'{{"text": {json.dumps(TEXT)}, "source": {nothing}, "title": {nothing}, "author": {nothing}}}'
    (tmp_path / "a.jsonl").write_text(record)
    (found,) = steps.parse_files([tmp_path])
    assert isinstance(found, Document)
    assert (found.source_name, found.title, found.byline) == ("drop", None, None)


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("The Courier", "The Courier"),
        ("World news - Courier", "Courier"),
        ("The Courier | Pacific | Politics", "The Courier"),
        ("Latest news", "Latest news"),
        ("World > Pacific", "World > Pacific"),
        (None, "courier.example"),
    ],
)
def test_a_feed_without_a_declared_outlet_is_named_by_its_title(title: str | None, outlet: str, tmp_path: Path) -> None:
    data = json.loads(forms()["JSON Feed"][1])
    data["title"] = title
    (tmp_path / "a.json").write_text(json.dumps(data))
    (found,) = steps.parse_files([tmp_path])
    assert isinstance(found, Document)
    assert found.source_name == outlet


def test_an_entry_of_a_gathered_feed_has_the_outlet_that_it_was_taken_from(tmp_path: Path) -> None:
    item = f"<title>{TITLE}</title><link>{ADDRESS}</link><description>{ESCAPED}</description>"
    rss = f"""<rss version="2.0"><channel><title>Gathered</title>
        <item>{item}<source url="https://courier.example/rss">The Courier</source></item></channel></rss>"""
    (tmp_path / "a.xml").write_text(rss)
    (found,) = steps.parse_files([tmp_path])
    assert isinstance(found, Document)
    assert found.source_name == "The Courier"


def test_a_text_without_a_single_address_of_its_own_has_none(tmp_path: Path) -> None:
    for number, lines in enumerate(("", f"Share: {ADDRESS}", f"{ADDRESS}", f"{ADDRESS}\n\n{ADDRESS}-2")):
        (tmp_path / f"{number}.txt").write_text(f"{TITLE}\n\n{lines}\n\n{TEXT}\n\nhttps://other.example/a/b\n")
    found = [item.canonical_url for item in steps.parse_files([tmp_path]) if isinstance(item, Document)]
    assert found == [None, None, ADDRESS, None]
