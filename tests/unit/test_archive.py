"""Web archives: every page is kept as if it had been fetched, and what can't be read is told and passed over."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import compressed, record
from demarche import fetching, steps
from demarche.records import Document, Reject
from demarche.settings import Settings
from demarche.sources import archive
from demarche.storage import Lake

KEY = "2018-11-06T14"
LIMIT = 100_000
ONE, TWO, THREE = (record(f"https://a.example/{name}", f"<p>{name}</p>".encode() * 20) for name in ("1", "2", "3"))


def pages(data: bytes) -> list[str]:
    """Address of each page, and the kind of each fault."""
    found = archive.pages(io.BytesIO(data), LIMIT)
    return [item.url[-1] if isinstance(item, archive.Page) else item.reason_type for item in found]


@pytest.mark.parametrize(
    "data",
    [ONE + TWO + THREE, compressed(ONE, TWO, THREE), gzip.compress(ONE + TWO + THREE)],
    ids=["plain", "gz", "one"],
)
def test_pages_come_in_order(data: bytes) -> None:
    found = list(archive.pages(io.BytesIO(data), LIMIT))
    assert [item.url for item in found] == [f"https://a.example/{number}" for number in (1, 2, 3)]
    assert found[0] == archive.Page(
        "https://a.example/1", "text/html; charset=utf-8", datetime(2018, 11, 6, 10, tzinfo=UTC), b"<p>1</p>" * 20
    )


@pytest.mark.parametrize("lost", [9, 30, 60])
def test_a_page_whose_packing_was_cut_off_is_told_and_no_article(lost: int) -> None:
    """What is missing is filled up by the packed bytes of the next record, which unpack to rubbish."""
    filled = [record(f"https://a.example/{number}", article(number)) for number in (1, 2, 3)]
    cut = compressed(filled[0]) + compressed(filled[1])[:-lost] + compressed(filled[2])
    (fault,) = (item for item in archive.pages(io.BytesIO(cut), LIMIT) if isinstance(item, archive.Fault))
    assert pages(cut) == ["1", "truncated", "3"]
    assert (fault.number, fault.url) == (1, "https://a.example/2")


def test_an_archive_packed_as_a_whole_keeps_the_page_before_a_damaged_record() -> None:
    assert pages(gzip.compress(ONE + b"rubbish\r\n\r\n" + TWO))[0] == "1"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "../../etc/passwd", "", "javascript:1"])
def test_a_page_without_an_address_of_the_web_is_told(address: str) -> None:
    assert pages(ONE + record(address, b"<p>x</p>") + TWO) == ["1", "malformed", "2"]
    assert pages(ONE + record(address, b"<p>x</p>", warc_type="metadata") + TWO) == ["1", "2"]


@pytest.mark.parametrize("date", ["2150-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_a_date_on_which_no_crawler_fetched_it_is_not_believed(date: str, tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(record("https://a.example/1", article(1), date=date))
    (found,) = steps.parse_files([path])
    assert isinstance(found, Document), found
    assert abs(datetime.now(UTC) - found.fetched_at).days == 0


@pytest.mark.parametrize(
    "other",
    [
        record("https://a.example/x", b"gone", status="404 Not Found"),
        record("https://a.example/x", b"", status="301 Moved"),
        record("https://a.example/x.png", b"\x89PNG", media_type="image/png"),
        record("https://a.example/robots.txt", b"User-agent: *", media_type="text/plain"),
        record("dns:a.example", b"1.2.3.4", media_type="text/dns"),
        record("https://a.example/x", b"GET / HTTP/1.1", warc_type="request"),
        record("https://a.example/x", b"", warc_type="revisit"),
    ],
)
def test_what_is_no_page_is_passed_over(other: bytes) -> None:
    assert pages(ONE + other + TWO) == ["1", "2"]


def answered(answer: bytes) -> bytes:
    """A record with just this answer of a web server."""
    head = record("https://a.example/x", b"").partition(b"Content-Length")[0]
    return head + b"Content-Length: %d\r\n\r\n" % len(answer) + answer + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<p>x</p>", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: \r\n\r\n<p>x</p>", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\r\n\r\n<p>x</p>", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\nServer: x\n\n<p>x</p>", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\n\n<p>x</p>", b"<p>x</p>"),
        (b"HTTP/1.1 200 OK\nServer: x\n\n", b""),
        (b"HTTP/1.1 404 Not Found\nContent-Type: text/html\n\n<p>x</p>", None),
        (b"HTTP/1.1 200 OK\nContent-Type: image/png\n\n<p>x</p>", None),
        (b"<p>x</p>", "malformed"),
        (b"", "malformed"),
    ],
)
def test_an_answer_of_200_is_a_page_or_a_fault_however_its_head_is_written(answer: bytes, found: object) -> None:
    first, *told, last = archive.pages(io.BytesIO(ONE + answered(answer) + TWO), LIMIT)
    assert (first.url, last.url) == ("https://a.example/1", "https://a.example/2")
    data = [item.data if isinstance(item, archive.Page) else item.reason_type for item in told]
    assert data == ([] if found is None else [found])


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (ONE + TWO[:250], ["1", "truncated"]),
        (ONE + TWO[:150], ["1", "truncated"]),
        (compressed(ONE, TWO)[: len(compressed(ONE)) + 30], ["1", "truncated"]),
        (gzip.compress(ONE)[:30], ["truncated"]),
        (ONE + b"rubbish\r\n\r\nmore of it\r\n" * 5 + THREE, ["1", "malformed", "3"]),
        (ONE.replace(b"Content-Length: ", b"Content-Length: 9") + TWO + THREE, ["truncated", "2", "3"]),
        (ONE + TWO.replace(b"Content-Length: ", b"Content-Length: -") + THREE, ["1", "malformed", "3"]),
        (ONE + TWO.replace(b"Content-Length", b"X-Length") + THREE, ["1", "malformed", "3"]),
        (compressed(ONE) + compressed(TWO)[:60] + b"\x00\xff" * 20 + compressed(THREE), ["1", "malformed", "3"]),
        (ONE + b"rubbish\r\n" * 9 + TWO + TWO + b"rubbish\r\n" * 9 + THREE + ONE,
         ["1", "malformed", "2", "2", "malformed", "3", "1"]),
        (ONE + record("https://a.example/l", b"x" * (LIMIT + 1)) + THREE, ["1", "too_large", "3"]),
        (ONE + b"WARC/1.0\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n" + THREE, ["1", "malformed", "3"]),
        (ONE + record(f"https://a.example/{'y' * 2_000}", b"<p>x</p>") + THREE, ["1", "malformed", "3"]),
        (b"just some text\n" * 50, ["malformed"]),
        (b"", []),
    ],
    ids=["cut", "cut head", "cut compressed head", "cut stream",
         "rubbish", "too long", "negative", "no length", "gzip", "twice", "large", "head", "address",
         "text", "empty"],
)
def test_a_damaged_record_is_told_and_the_others_are_read(data: bytes, found: list[str]) -> None:
    assert pages(data) == found


PICTURE = record("https://a.example/x.png", b"\x89PNG" * 9, media_type="image/png")
REQUEST = record("https://a.example/x", b"Accept: text/html" * 9, warc_type="request")


@pytest.mark.parametrize("pack", [bytes, compressed], ids=["plain", "gz"])
@pytest.mark.parametrize("last", [TWO, PICTURE, REQUEST], ids=["page", "picture", "request"])
def test_wherever_an_archive_is_cut_it_is_told(pack: Callable[[bytes], bytes], last: bytes) -> None:
    whole = pack(last)
    for size in range(2, len(whole) - 12):  # the end of a plain record is no part of what it holds
        assert pages(pack(ONE) + whole[:size]) in (["1", "truncated"], ["1", "malformed"]), size


def test_a_cut_head_of_http_is_no_other_answer() -> None:
    begin = TWO.index(b"HTTP/1.1")
    for size in range(begin, TWO.index(b"<p>")):
        (_, fault) = archive.pages(io.BytesIO(ONE + TWO[:size]), LIMIT)
        assert isinstance(fault, archive.Fault)
        assert f"ends after {size - begin} of its" in fault.reason or "ends after 0 of its" in fault.reason


def test_records_without_a_type_are_told_once_and_end_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A billion of them fit into a few megabytes of gzip."""
    none = b"WARC/1.0\r\n\r\n\r\n"
    assert pages(ONE + none * 900 + TWO + none + THREE) == ["1", "malformed", "2", "malformed", "3"]
    assert pages(compressed(ONE, none * 5_000, TWO)) == ["1", "malformed", "2"]
    monkeypatch.setattr(archive, "MAX_FAULTS", 10)
    assert pages(ONE + none * 20 + TWO) == ["1", "malformed", "malformed"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<p>news</p>"), "Content-Encoding: gzip\r\n"),
        (brotli.compress(b"<p>news</p>"), "Content-Encoding: br\r\n"),
        (b"5\r\n<p>ne\r\n6\r\nws</p>\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
        (b"<p>news</p>", "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        (b"<p>news</p>", "Content-Encoding: br\r\n"),
    ],
    ids=["gzip", "brotli", "chunks", "taken off", "brotli taken off"],
)
def test_what_the_web_server_wrapped_is_unwrapped(body: bytes, headers: str) -> None:
    (page,) = archive.pages(io.BytesIO(record("https://a.example/1", body, headers=headers)), LIMIT)
    assert isinstance(page, archive.Page)
    assert page.data == b"<p>news</p>"


@pytest.mark.parametrize("pack", [gzip.compress, brotli.compress], ids=["gzip", "brotli"])
def test_a_bomb_is_a_fault(pack) -> None:
    name = "gzip" if pack is gzip.compress else "br"
    bomb = record("https://a.example/b", pack(bytes(50_000_000)), headers=f"Content-Encoding: {name}\r\n")
    assert pages(bomb + THREE) == ["too_large", "3"]


@pytest.mark.parametrize("data", [ONE + TWO + THREE, compressed(ONE, TWO, THREE)], ids=["plain", "gz"])
def test_reading_goes_on_at_any_record(data: bytes) -> None:
    for number, found in enumerate(archive.pages(io.BytesIO(data), LIMIT)):
        assert archive.begins_at(io.BytesIO(data), found.offset)
        rest = list(archive.pages(io.BytesIO(data), LIMIT, found.offset, found.number))
        assert [item.number for item in rest] == [0, 1, 2][number:]
        assert rest[0].url == f"https://a.example/{number + 1}"


def test_within_an_archive_compressed_as_a_whole_no_record_begins() -> None:
    file = io.BytesIO(gzip.compress(ONE + TWO + THREE))
    first, *others = list(archive.pages(file, LIMIT))
    assert archive.begins_at(file, first.offset)
    assert not any(archive.begins_at(file, page.offset) for page in others)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 700), st.binary(max_size=40), st.booleans())
def test_whatever_is_overwritten_nothing_is_raised(place: int, rubbish: bytes, is_compressed: bool) -> None:
    data = bytearray(compressed(ONE, TWO, THREE) if is_compressed else ONE + TWO + THREE)
    data[place : place + len(rubbish)] = rubbish
    pages(bytes(data))


# --- in the lake -------------------------------------------------------------------------------------------------
PROSE = "The ministers of both islands met in port {number} on Monday and talked about the fish of their waters. "


def article(number: int) -> bytes:
    body = "".join(f"<p>{PROSE.format(number=number)}</p>" for _ in range(3))
    return f"<html><head><title>Talks {number}</title></head><body><h1>Talks {number}</h1>{body}</body></html>".encode()


def test_an_archive_is_taken_once_and_each_page_is_kept(tmp_path: Path) -> None:
    settings_ = Settings(data_folder=tmp_path, settle_seconds=0)
    settings_.drop_folder.mkdir()
    records = [record(f"https://a.example/{number}", article(number)) for number in range(7)]
    again = record("https://b.example/copy", article(3))
    file = settings_.drop_folder / "news.warc.gz"
    file.write_bytes(compressed(*records, again, b"rubbish\r\n"))
    first = steps.fetch_documents(KEY, settings=settings_)
    assert (first.written, len(first.rejects)) == (9, 1)  # eight pages and the archive's summary
    lake = Lake(settings_.lake_url)
    raw = list((tmp_path / "lake" / "raw").rglob("*.gz"))
    assert len(raw) == 8  # the copy costs no second entry
    assert {fetch.fetched_at for fetch in lake.fetches(KEY) if fetch.kind is None} == {
        datetime(2018, 11, 6, 10, tzinfo=UTC)
    }
    assert steps.fetch_documents("2018-11-06T15", settings=settings_).written == 0
    parsed = steps.parse_documents(KEY, settings=settings_.model_copy(update={"shard_size": 3}))
    assert (parsed.written, len(parsed.rejects)) == (8, 1)
    assert {row.canonical_url for row in lake.read(Document, KEY, "documents")} == {
        *(f"https://a.example/{number}" for number in range(7)),
        "https://b.example/copy",
    }
    assert [row.reason_type for row in lake.read(Reject, KEY, "documents")] == ["malformed"]
    assert len(lake.paths(Document, "documents", KEY)) == 3  # of three rows each, so many are in memory at once


def test_a_run_that_was_killed_within_an_archive_is_gone_on_with(tmp_path: Path, monkeypatch) -> None:
    settings_ = Settings(data_folder=tmp_path, settle_seconds=0)
    settings_.drop_folder.mkdir()
    records = [record(f"https://a.example/{number}", article(number)) for number in range(7)]
    (settings_.drop_folder / "news.warc").write_bytes(b"".join(records))
    monkeypatch.setattr("demarche.steps.appending.LOG_BATCH", 2)
    kept = Lake.put_raw

    def killed(lake: Lake, data: bytes) -> str:
        if b"Talks 5" in data:
            raise KeyboardInterrupt
        return kept(lake, data)

    monkeypatch.setattr(Lake, "put_raw", killed)
    with pytest.raises(KeyboardInterrupt):
        steps.fetch_documents(KEY, settings=settings_)
    monkeypatch.setattr(Lake, "put_raw", kept)
    lake = Lake(settings_.lake_url)
    assert len(lake.fetches(KEY)) == 4
    assert steps.fetch_documents(KEY, settings=settings_).written == 4
    assert sorted(fetch.url[-1] for fetch in lake.fetches(KEY) if fetch.kind is None) == [*"0123456"]


def test_an_archive_beyond_the_limit_is_rejected_unread(tmp_path: Path) -> None:
    (tmp_path / "large.warc").write_bytes(ONE + TWO)
    order = fetching.Order(KEY, "drop", max_file_bytes=1_000, max_archive_bytes=100)
    (found,) = fetching.named_files([tmp_path], order)
    assert isinstance(found, Reject)
    assert found.reason_type == "too_large"
