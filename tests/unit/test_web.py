"""The HTTP client against a real server of this process, in all the ways in which servers misbehave."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from demarche.fetching import FetchError, Limits, addresses
from demarche.fetching.pacing import Pacer
from demarche.fetching.web import WebClient
from tests.news_server import send, serving, unless_known

HTML = {"Content-Type": "text/html"}


@pytest.fixture
def server():
    with serving() as found:
        yield found


class Sleeper:
    """Notes how long it was to sleep, and doesn't."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def client(sleep: Sleeper | None = None, **more) -> WebClient:
    limits = Limits(**{"connect_seconds": 2, "read_seconds": 2, "total_seconds": 5, "max_bytes": 1_000_000} | more)
    return WebClient(
        user_agent="Demarche/0 (test)", limits=limits, allowed_hosts=["localhost"], sleep=sleep or Sleeper(),
        pacer=Pacer(sleep=lambda _: None),
    )  # fmt: skip


def failure(url: str, sleep: Sleeper | None = None, **more) -> FetchError:
    with client(sleep, **more) as asking, pytest.raises(FetchError) as raised:
        asking.get(url)
    return raised.value


def hang_up(handler) -> None:
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


# --- what goes well --------------------------------------------------------------------------------------------
def test_a_page_is_fetched_with_its_type_and_validators(server):
    headers = {"Content-Type": "text/html; charset=koi8-r", "ETag": '"1"', "Last-Modified": "x"}
    server.pages["/a"] = (200, headers, b"hi")
    with client() as asking:
        answer = asking.get(server.root + "/a")
    assert (answer.data, answer.media_type, answer.etag, answer.last_modified) == (
        b"hi", "text/html; charset=koi8-r", '"1"', "x",
    )  # fmt: skip
    assert server.headers[-1]["User-Agent"] == "Demarche/0 (test)"


def test_what_is_unchanged_is_not_sent_again(server):
    server.pages["/a"] = unless_known(b"hi", '"1"')
    with client() as asking:
        answer = asking.get(server.root + "/a", etag='"1"')
        assert (answer.is_unchanged, answer.data, answer.etag) == (True, b"", '"1"')
        assert asking.get(server.root + "/a", etag='"2"').data == b"hi"


def test_the_last_change_is_told_where_there_is_no_etag(server):
    server.pages["/a"] = (304, {}, b"")
    with client() as asking:
        assert asking.get(server.root + "/a", last_modified="Wed, 01 Jan 2020 00:00:00 GMT").is_unchanged
    assert server.headers[-1]["If-Modified-Since"] == "Wed, 01 Jan 2020 00:00:00 GMT"


def test_an_unasked_304_is_no_answer(server):
    server.pages["/a"] = (304, {}, b"")
    assert failure(server.root + "/a").reason_type == "unusable"


def test_connections_are_used_again(server):
    ports = []
    server.pages["/a"] = lambda handler: (ports.append(handler.client_address), send(handler, 200, HTML, b"x"))
    with client() as asking:
        for _ in range(3):
            asking.get(server.root + "/a")
    assert len(set(ports)) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_packed_pages_are_unpacked(server, coding):
    packed = gzip.compress(b"words " * 1000) if coding == "gzip" else zlib.compress(b"words " * 1000)
    server.pages["/a"] = (200, {"Content-Encoding": coding}, packed)
    with client() as asking:
        assert asking.get(server.root + "/a").data == b"words " * 1000


# --- what may pass ---------------------------------------------------------------------------------------------
def test_a_server_error_is_tried_again(server):
    sleep = Sleeper()
    server.pages["/a"] = [(500, {}, b""), (503, {}, b""), (200, HTML, b"hi")]
    with client(sleep) as asking:
        assert asking.get(server.root + "/a").data == b"hi"
    assert server.count("/a") == 3
    assert len(sleep.slept) == 2
    assert 0 < sleep.slept[0] <= sleep.slept[1] + 1


def test_a_server_that_stays_broken_is_left_in_the_end(server):
    server.pages["/a"] = (502, {}, b"")
    error = failure(server.root + "/a", max_attempts=3)
    assert (error.reason_type, error.is_passing) == ("server_error", True)
    assert "/a answers 502" in str(error)
    assert server.count("/a") == 3


def test_retry_after_is_waited_for(server):
    sleep = Sleeper()
    server.pages["/a"] = [(429, {"Retry-After": "7"}, b""), (200, HTML, b"hi")]
    with client(sleep) as asking:
        assert asking.get(server.root + "/a").data == b"hi"
    assert sleep.slept == [pytest.approx(7, abs=1)]


def test_retry_after_may_be_a_date(server):
    sleep = Sleeper()
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.pages["/a"] = [(503, {"Retry-After": date}, b""), (200, HTML, b"hi")]
    with client(sleep) as asking:
        assert asking.get(server.root + "/a").data == b"hi"
    assert 20 < sleep.slept[0] <= 30


def test_a_long_retry_after_is_left_to_a_later_run(server):
    sleep = Sleeper()
    server.pages["/a"] = (429, {"Retry-After": "3600"}, b"")
    error = failure(server.root + "/a", sleep)
    assert (error.reason_type, sleep.slept, server.count("/a")) == ("too_many_requests", [], 1)
    assert error.retry_at is not None
    assert timedelta(minutes=59) < error.retry_at - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize("value", ["soon", "-5", "99999999999999999999", "Wed, 99 Foo 2020"])
def test_a_strange_retry_after_harms_nothing(server, value):
    server.pages["/a"] = (429, {"Retry-After": value}, b"")
    assert failure(server.root + "/a").reason_type == "too_many_requests"


@pytest.mark.parametrize(
    ("status", "reason_type", "is_passing"),
    [
        (404, "not_there", False),
        (410, "not_there", False),
        (403, "forbidden", True),
        (451, "forbidden", True),
        (418, "unusable", False),
    ],
)
def test_other_answers_are_not_tried_again_at_once(server, status, reason_type, is_passing):
    server.pages["/a"] = (status, {}, b"")
    error = failure(server.root + "/a")
    assert (error.reason_type, error.is_passing, server.count("/a")) == (reason_type, is_passing, 1)


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = failure(f"http://localhost:{taken.getsockname()[1]}/a", max_attempts=2)
    assert (error.reason_type, error.is_passing) == ("unreachable", True)


def test_a_name_that_leads_nowhere():
    assert failure("http://nowhere.invalid/a", max_attempts=1).reason_type == "unreachable"


# --- bounds ----------------------------------------------------------------------------------------------------
def test_a_server_that_says_nothing_is_left(server):
    server.pages["/a"] = lambda handler: threading.Event().wait(3)
    error = failure(server.root + "/a", read_seconds=0.2, max_attempts=1)
    assert (error.reason_type, error.is_passing) == ("timeout", True)


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "kept"])
def test_a_body_that_drips_is_cut_off(server, is_closed):
    def drip(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        if is_closed:
            handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            threading.Event().wait(0.05)

    server.pages["/a"] = drip
    begin = time.monotonic()
    error = failure(server.root + "/a", total_seconds=0.5, max_attempts=1)
    assert (error.reason_type, "more than 0.5 seconds" in str(error)) == ("timeout", True)
    assert time.monotonic() - begin < 2


def test_headers_that_drip_are_cut_off(server):
    def drip(handler) -> None:
        for letter in "HTTP/1.1 200 OK\r\n" + "X-A: b\r\n" * 200:
            handler.wfile.write(letter.encode())
            handler.wfile.flush()
            threading.Event().wait(0.02)

    server.pages["/a"] = drip
    assert failure(server.root + "/a", total_seconds=0.5, max_attempts=1).reason_type == "timeout"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_an_endless_body_is_cut_off(server, is_chunked):
    def endless(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header(*("Transfer-Encoding", "chunked") if is_chunked else ("Connection", "close"))
        handler.end_headers()
        while True:
            handler.wfile.write(b"2000\r\n" + b"x" * 8192 + b"\r\n" if is_chunked else b"x" * 8192)

    server.pages["/a"] = endless
    error = failure(server.root + "/a")
    assert (error.reason_type, error.is_passing) == ("too_large", False)


def test_a_body_that_is_announced_as_too_large_is_not_read(server):
    server.pages["/a"] = (200, {"Content-Length": "5000000000"}, b"x")
    assert failure(server.root + "/a", max_attempts=1).reason_type == "too_large"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_gzip_bomb_is_not_unpacked(server, is_chunked):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    headers = {"Content-Encoding": "gzip"}
    if is_chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = f"{len(bomb):x}\r\n".encode() + bomb + b"\r\n0\r\n\r\n"
    else:
        body = bomb
    server.pages["/a"] = (200, headers, body)
    assert failure(server.root + "/a").reason_type == "too_large"


def test_gzip_within_gzip_is_bounded_too(server):
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000))
    server.pages["/a"] = (200, {"Content-Encoding": "gzip, gzip"}, bomb)
    assert failure(server.root + "/a").reason_type == "too_large"


def test_damaged_gzip_is_said(server):
    server.pages["/a"] = (200, {"Content-Encoding": "gzip"}, b"no gzip at all")
    assert failure(server.root + "/a").reason_type == "broken"


def test_a_body_that_breaks_off_is_no_page(server):
    server.pages["/a"] = lambda handler: (send(handler, 200, {"Content-Length": "100"}, b"x"), hang_up(handler))
    error = failure(server.root + "/a", max_attempts=1)
    assert (error.reason_type, error.is_passing) == ("broken", True)
    assert str(error).endswith("/a breaks off before the 100 bytes that it announces have come")


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_less_than_was_announced_is_left_soon(server, connection):
    def lie(handler) -> None:
        send(handler, 200, HTML | {"Content-Length": "5000", "Connection": connection}, b"x" * 1_000)
        threading.Event().wait(5)

    server.pages["/a"] = lie
    begin = time.monotonic()
    error = failure(server.root + "/a", stall_seconds=0.2, patience_seconds=0.3)
    assert time.monotonic() - begin < 1
    assert (error.reason_type, error.is_passing, server.count("/a")) == ("broken", True, 2)
    assert str(error).endswith("/a stops sending before the 5000 bytes that it announces have come")


def test_what_took_long_to_fail_is_not_tried_again_at_once(server):
    server.pages["/a"] = lambda handler: threading.Event().wait(1)
    assert failure(server.root + "/a", read_seconds=0.3, patience_seconds=0.2).reason_type == "timeout"
    assert server.count("/a") == 1


def test_more_than_was_announced_harms_no_later_page(server):
    server.pages["/a"] = (200, {"Content-Length": "2"}, b"hiHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad")
    server.pages["/b"] = b"good"
    with client() as asking:
        assert asking.get(server.root + "/a").data == b"hi"
        threading.Event().wait(0.1)
        assert asking.get(server.root + "/b").data == b"good"


TOO_MANY_HEADERS = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"


@pytest.mark.parametrize("line", [b"HTTP/9 what\r\n\r\n", b"\x00\x01\x02", TOO_MANY_HEADERS])
def test_what_is_no_http_is_said(server, line):
    server.pages["/a"] = lambda handler: (handler.wfile.write(line), hang_up(handler))
    assert failure(server.root + "/a", max_attempts=1).reason_type == "broken"


def test_pictures_are_not_loaded(server):
    server.pages["/a"] = (200, {"Content-Type": "image/png", "Content-Length": "900000"}, b"")
    assert failure(server.root + "/a").reason_type == "binary"


# --- redirects -------------------------------------------------------------------------------------------------
def test_redirects_are_followed_to_where_they_lead(server):
    server.pages |= {"/a": (301, {"Location": "/b#top"}, b""), "/b": (307, {"Location": "c"}, b""), "/c": b"hi"}
    with client() as asking:
        answer = asking.get(server.root + "/a")
    assert (answer.url, answer.data) == (server.root + "/c", b"hi")


def test_a_circle_of_redirects_is_left(server):
    server.pages |= {"/a": (302, {"Location": "/b"}, b""), "/b": (302, {"Location": "/a"}, b"")}
    assert failure(server.root + "/a").reason_type == "redirects"


def test_redirects_without_end_are_left(server):
    for number in range(20):
        server.pages[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    assert "more than 5 times" in str(failure(server.root + "/0"))
    assert len([path for path in server.asked if path != "/robots.txt"]) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://0.0.0.0:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0x7f.1:{port}/secret",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://localhost/secret",
        "gopher://localhost/1",
        "http://user:password@localhost:{port}/secret",
        "http://[half",
        "javascript:alert(1)",
    ],
)
def test_redirects_to_forbidden_places_are_refused(server, target):
    server.pages |= {"/a": (302, {"Location": target.format(port=server.port)}, b""), "/secret": b"secret"}
    error = failure(server.root + "/a", max_attempts=1)
    assert error.reason_type in ("refused_address", "redirects")
    assert not error.is_passing
    assert server.count("/secret") == 0


HIDDEN = ["127.0.0.1", "[::1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"]


@pytest.mark.parametrize("host", HIDDEN)
def test_addresses_that_are_not_public_are_refused(host):
    error = failure(f"http://{host}:9/a")
    assert (error.reason_type, error.is_passing) == ("refused_address", False)
    assert "no public address" in str(error)


def test_a_name_that_changes_its_address_gains_nothing(server, monkeypatch):
    """The first answer is public, every later one leads here: the connection goes to what was checked."""
    looked_up = []
    look_up = socket.getaddrinfo

    def rebinding(host, port, *args, **options):
        if host != "rebind.example":
            return look_up(host, port, *args, **options)
        looked_up.append(host)
        address = "93.184.215.14" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    tried = []

    def connect(self, address):
        tried.append(address[0])
        raise ConnectionRefusedError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", connect)
    failure(f"http://rebind.example:{server.port}/robots.txt", max_attempts=1)
    assert tried == ["93.184.215.14"]
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("nonsense", False),
    ],
)
def test_which_addresses_are_public(address, is_public):
    assert addresses.is_public(address) == is_public


@pytest.mark.parametrize(
    "url", ["", "localhost/a", "file:///etc/passwd", "ftp://a.example", "http://", "http://a.example:99999/"]
)
def test_what_is_no_web_address_is_not_asked(url):
    assert failure(url).reason_type == "refused_address"


# --- robots.txt ------------------------------------------------------------------------------------------------
ROBOTS = b"""User-agent: *
Disallow: /private
Crawl-delay: 3

User-agent: Demarche
Disallow: /secret
Crawl-delay: 2
"""


def test_robots_txt_is_obeyed_and_read_once(server):
    server.pages |= {"/robots.txt": (200, {"Content-Type": "text/plain"}, ROBOTS), "/private": b"p", "/secret": b"s"}
    with client() as asking:
        assert asking.get(server.root + "/private").data == b"p"  # what names us goes before what names all
        with pytest.raises(FetchError, match=r"forbidden by the site's robots\.txt") as raised:
            asking.get(server.root + "/secret")
    assert (raised.value.reason_type, server.count("/secret"), server.count("/robots.txt")) == ("robots", 0, 1)


def test_a_mark_before_robots_txt_takes_no_rule_away(server):
    server.pages["/robots.txt"] = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n"
    assert failure(server.root + "/a").reason_type == "robots"


def test_robots_txt_is_asked_of_each_site_that_redirects_lead_to(server):
    with serving({"/robots.txt": b"User-agent: *\nDisallow: /", "/b": b"x"}) as other:
        server.pages["/a"] = (302, {"Location": other.root + "/b"}, b"")
        assert failure(server.root + "/a").reason_type == "robots"
        assert other.count("/b") == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_robots_txt_permits_all(server, status):
    server.pages |= {"/robots.txt": (status, {}, b""), "/a": b"hi"}
    with client() as asking:
        assert asking.get(server.root + "/a").data == b"hi"


def test_a_site_that_fails_to_say_permits_nothing_for_now(server):
    server.pages |= {"/robots.txt": (500, {}, b""), "/a": b"hi"}
    error = failure(server.root + "/a", max_attempts=2)
    assert (error.reason_type, error.is_passing, server.count("/a")) == ("server_error", True, 0)
    assert "robots.txt is needed" in str(error)


def test_a_huge_robots_txt_is_read_as_far_as_it_must_be(server):
    rules = b"User-agent: *\nDisallow: /secret\n" + b"Allow: /x\n" * 100_000
    server.pages |= {"/robots.txt": (200, {"Content-Type": "text/plain"}, rules), "/secret": b"s"}
    assert failure(server.root + "/secret").reason_type == "robots"


def test_many_names_with_many_rules_in_robots_txt_take_no_time(server):
    names = b"".join(b"User-agent: b%d\n" % number for number in range(12_000))
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(17_000))
    mine = b"User-agent: *\n" + names + b"User-agent: Demarche # and nobody else\n" + rules + b"Disallow: /secret\n"
    server.pages |= {"/robots.txt": (200, {"Content-Type": "text/plain"}, mine), "/secret": b"s"}
    begin = time.process_time()
    assert failure(server.root + "/secret").reason_type == "robots"
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("robots", "is_permitted"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: demarche\nAllow: /", True),
        ("USER AGENT Demarche*\nDisallow: /", False),
        ("User-agent: arche\nDisallow: /", True),
        ("User-agent: others\nDisallow: /", True),
        ("User-agent: us\nDisallow: /", True),
        ("User-agent: de\nAllow: /\nUser-agent: demarche\nUser-agent: x\nDisallow: /", False),
        ("User-agent: demarche\nDisallow: /b\nUser-agent: x\nDisallow: /\nUser-agent: demarche\nDisallow: /a", False),
        ("User-agent: ***\nDisallow: /", False),
        ("User-agents: demarche\nDisallow: /", True),
        ("User-agent:\nDisallow: /", True),
    ],
)
def test_which_rules_of_robots_txt_are_ours(server, robots, is_permitted):
    server.pages |= {"/robots.txt": (200, {"Content-Type": "text/plain"}, robots.encode()), "/a": b"hi"}
    with client() as asking:
        if is_permitted:
            assert asking.get(server.root + "/a").data == b"hi"
        else:
            with pytest.raises(FetchError, match="forbidden"):
                asking.get(server.root + "/a")


def test_robots_txt_is_read_again_after_a_day(server):
    server.pages["/a"] = b"hi"
    instant = [datetime(2020, 1, 1, tzinfo=UTC)]
    with client() as asking:
        asking._robots._now = lambda: instant[0]
        for hours in (0, 23, 2, 23):
            instant[0] += timedelta(hours=hours)
            asking.get(server.root + "/a")
    assert server.count("/robots.txt") == 2


# --- pace ------------------------------------------------------------------------------------------------------
def test_requests_to_a_host_keep_apart_and_others_do_not_wait():
    time = [100.0]
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds

    pacer = Pacer(lambda: time[0], sleep)
    for host, seconds in (("a", 2.0), ("b", 2.0), ("a", 2.0), ("a", 0.5)):
        with pacer.turn(host, seconds):
            pass
    assert slept == [2.0, 0.5]


def test_the_pace_that_robots_txt_asks_for_is_kept(server):
    server.pages |= {"/robots.txt": ROBOTS, "/a": b"x"}
    slept = []
    asking = WebClient(user_agent="Demarche/0", allowed_hosts=["localhost"], pacer=Pacer(lambda: 0.0, slept.append))
    with asking:
        asking.get(server.root + "/a", seconds_apart=0.1)
        asking.get(server.root + "/a", seconds_apart=5)
    assert slept == [2.0, 5.0]


def test_one_request_at_a_time_to_a_host(server):
    together, most = [0], [0]
    guard = threading.Lock()

    def slow(handler) -> None:
        with guard:
            together[0] += 1
            most[0] = max(most[0], together[0])
        threading.Event().wait(0.05)
        with guard:
            together[0] -= 1
        send(handler, 200, HTML, b"x")

    server.pages["/a"] = slow
    with client() as asking:
        threads = [threading.Thread(target=asking.get, args=(server.root + "/a",)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert (server.count("/a"), most[0]) == (5, 1)
