"""One HTTP client for all sources: polite, patient and distrustful.

Polite: robots.txt, one request at a time to a host and not too many, Retry-After, no bytes twice (ETag, Last-Modified).
Patient: what may pass is tried again. Distrustful: addresses are checked (``addresses``), redirects, time and bytes are
bounded, also those that compressed bytes grow to.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import tenacity
import urllib3
from protego import Protego
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from demarche.fetching.addresses import AddressRefused, connect
from demarche.fetching.answers import Answer, FetchError, Limits, Robots
from demarche.fetching.pacing import Pacer
from demarche.fetching.robots import SiteRules

_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_CHUNK = 65_536
_MAX_ROBOTS_BYTES = 512_000  # RFC 9309 asks for 500 KiB
_ROBOTS_NAME = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)\s*(\S.*?)\s*", re.IGNORECASE)
_US = "us"
_MAX_URL = 8_000
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})")
_MAX_CRAWL_DELAY = 60.0
_NO_ARTICLES = ("image/", "video/", "audio/", "font/")
_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, application/feed+json;q=0.9, */*;q=0.5"


@dataclass(frozen=True)
class _Request:
    etag: str | None = None
    last_modified: str | None = None
    seconds_apart: float = 1.0
    max_bytes: int = 0
    part: tuple[int, int] | None = None  # offset and number of bytes


class WebClient:
    """Fetches addresses, from any number of threads.

    ``robots`` holds what robots.txt of which site said, and may be shared with other clients. Hosts in
    ``allowed_hosts`` may have addresses that are not public. Closing it closes its connections.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits | None = None,
        allowed_hosts: Collection[str] = (),
        robots: SiteRules | None = None,
        pacer: Pacer | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.user_agent = user_agent
        self.limits = limits or Limits()
        self._robots = robots or SiteRules(now=now)
        self._parsed: dict[str, tuple[Robots, Protego]] = {}
        self._pacer = pacer or Pacer()
        self._now = now
        self._sleep = sleep
        self._watch = _Watch()
        self._pools = urllib3.PoolManager(num_pools=50, maxsize=1, retries=False)
        self._pools.pool_classes_by_scheme = _guarded_pools(
            frozenset(host.lower().strip("[]") for host in allowed_hosts), self._watch, self.limits.stall_seconds
        )

    def __enter__(self) -> WebClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._pools.clear()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        seconds_apart: float = 1.0,
        part: tuple[int, int] | None = None,
    ) -> Answer:
        """What the address holds, or ``part`` of it: offset and number of bytes. Raises FetchError."""
        max_bytes = part[1] if part else self.limits.max_bytes
        request = _Request(etag, last_modified, seconds_apart, max_bytes, part)
        return self._get(url, request, self._obey_robots)

    def _get(self, url: str, request: _Request, permit: Callable[[str, _Request], float]) -> Answer:
        """Follow redirects, each hop with its own robots.txt, pace and attempts."""
        asked = [url]
        while True:
            try:
                seconds_apart = permit(asked[-1], request)
                answer = self._attempts(asked[-1], request, seconds_apart)
            except FetchError as error:
                if len(asked) > 1:
                    error.args = (f"{url} redirects: {error}",)
                raise
            if isinstance(answer, Answer):
                return answer
            if answer in asked:
                raise FetchError("redirects", f"{url} redirects in a circle: {answer}")
            if len(asked) > self.limits.max_redirects:
                raise FetchError("redirects", f"{url} redirects more than {self.limits.max_redirects} times")
            asked.append(answer)

    # --- robots.txt ------------------------------------------------------------------------------------------
    def _obey_robots(self, url: str, request: _Request) -> float:
        """How long to wait between requests. Raises FetchError where robots.txt forbids the address."""
        rules = self._rules(url, request)
        if not rules.can_fetch(url, _US):
            raise FetchError("robots", f"{url} is forbidden by the site's robots.txt")
        delay = rules.crawl_delay(_US) or 0.0
        return max(request.seconds_apart, min(float(delay), _MAX_CRAWL_DELAY))

    def _rules(self, url: str, request: _Request) -> Protego:
        parts = _checked(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._robots.of(origin, lambda: self._read_robots(origin, request))
        parsed = self._parsed.get(origin)
        if parsed is None or parsed[0] is not known:
            parsed = self._parsed[origin] = known, Protego.parse(_told_to_us(known.text, self.user_agent))
        return parsed[1]

    def _read_robots(self, origin: str, request: _Request) -> str:
        """Its text; empty where there is none. Where the site fails to say, nothing is permitted for now (RFC 9309)."""
        whole = _Request(None, None, request.seconds_apart, -_MAX_ROBOTS_BYTES)
        try:
            answer = self._get(f"{origin}/robots.txt", whole, lambda _, asked: asked.seconds_apart)
        except FetchError as error:
            if error.reason_type in ("not_there", "forbidden", "redirects", "unusable"):
                return ""
            if error.reason_type == "refused_address":
                raise
            raise FetchError(
                error.reason_type, f"{error} — robots.txt is needed before anything else is asked of the site",
                is_passing=error.is_passing, retry_at=error.retry_at,
            ) from None  # fmt: skip
        return answer.data.decode("utf-8-sig", "replace")  # behind a mark, the first rule would be none

    # --- attempts --------------------------------------------------------------------------------------------
    def _attempts(self, url: str, request: _Request, seconds_apart: float) -> Answer | str:
        """The answer, or where it redirects to; what may pass is tried again, unless it took long to fail: a server
        that has gone silent would hold up all that is still to be asked."""
        limits = self.limits
        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(limits.max_attempts) | tenacity.stop_after_delay(limits.patience_seconds),
            wait=self._wait,
            retry=tenacity.retry_if_exception(self._is_worth_another_attempt),
            sleep=self._sleep,
            reraise=True,
        )(self._ask, url, request, seconds_apart)

    def _is_worth_another_attempt(self, error: BaseException) -> bool:
        if not isinstance(error, FetchError) or not error.is_passing or error.reason_type == "forbidden":
            return False
        return error.retry_at is None or self._until(error.retry_at) <= self.limits.longest_wait_seconds

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, FetchError) and error.retry_at is not None:
            return max(0.0, self._until(error.retry_at))
        return tenacity.wait_exponential_jitter(initial=1, max=self.limits.longest_wait_seconds)(state)

    def _until(self, instant: datetime) -> float:
        return (instant - self._now()).total_seconds()

    def _ask(self, url: str, request: _Request, seconds_apart: float) -> Answer | str:
        """One request. Raises FetchError."""
        parts = _checked(url)
        headers = {"User-Agent": self.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if request.part:
            first, count = request.part
            headers |= {"Range": f"bytes={first}-{first + count - 1}", "Accept-Encoding": "identity"}
        timeout = urllib3.Timeout(connect=self.limits.connect_seconds, read=self.limits.read_seconds)
        host = parts.netloc.lower()
        with self._pacer.turn(host, seconds_apart), self._watch.until(self.limits.total_seconds) as over:
            try:
                response = self._pools.request(
                    "GET", url, headers=headers, timeout=timeout, redirect=False, preload_content=False, retries=False
                )
                try:
                    found = self._read(url, request, response)
                finally:
                    if response.status == 304:
                        response.release_conn()
                    response.close()  # of what wasn't read to its end, the rest may have none
            except AddressRefused as error:
                raise FetchError("refused_address", f"{url}: {error}") from None
            except (FetchError, HTTPError, OSError, ValueError) as error:
                if not over.is_set():
                    raise (error if isinstance(error, FetchError) else _failed(url, error)) from None
            if over.is_set():  # what was cut off may look whole
                reason = f"took more than {self.limits.total_seconds:g} seconds"
                raise FetchError("timeout", f"{url} {reason}", is_passing=True)
            return found

    def _read(self, url: str, request: _Request, response: Any) -> Answer | str:
        status = response.status
        headers = response.headers
        if status == 304 and (request.etag or request.last_modified):
            return Answer(url, b"", "", request.etag, request.last_modified, is_unchanged=True)
        if status in _REDIRECTS and headers.get("Location"):
            return _target(url, headers["Location"])
        if status in _PASSING:
            retry_at = _retry_at(headers.get("Retry-After"), self._now()) if status in (429, 503) else None
            raise FetchError(
                "server_error" if status >= 500 else "too_many_requests" if status == 429 else "timeout",
                f"{url} answers {status}", is_passing=True, retry_at=retry_at,
            )  # fmt: skip
        if status == 206 and request.part:
            return self._part(url, request, response)
        if status == 200 and request.part:
            raise FetchError(
                "unusable",
                f"{url} can't be had in parts (its server knows no ranges), so that reading couldn't go on where "
                "it was broken off — download it, and declare the file's path",
            )
        if status != 200:
            kinds = {401: "forbidden", 402: "forbidden", 403: "forbidden", 451: "forbidden", 404: "not_there"}
            reason_type = kinds.get(status, "not_there" if status == 410 else "unusable")
            raise FetchError(reason_type, f"{url} answers {status}", is_passing=reason_type == "forbidden")
        media_type = str(headers.get("Content-Type") or "application/octet-stream")[:200]
        if media_type.lower().startswith(_NO_ARTICLES):
            raise FetchError("binary", f"{url} is of the type {media_type}, which holds no article")
        data = self._body(url, request.max_bytes, response)
        return Answer(url, data, media_type, headers.get("ETag"), headers.get("Last-Modified"))

    def _part(self, url: str, request: _Request, response: Any) -> Answer:
        """A part of a file, and how large the whole is."""
        headers = response.headers
        said = _RANGE.fullmatch(headers.get("Content-Range") or "")
        if not said or not request.part or int(said[1]) != request.part[0]:
            raise FetchError("broken", f"{url} answers with another part than was asked for")
        data = self._body(url, request.max_bytes, response)
        media_type = str(headers.get("Content-Type") or "application/octet-stream")[:200]
        etag, last_modified = headers.get("ETag"), headers.get("Last-Modified")
        return Answer(url, data, media_type, etag, last_modified, whole_bytes=int(said[2]))

    @staticmethod
    def _body(url: str, max_bytes: int, response: Any) -> bytes:
        """The bytes, unpacked; no more than ``max_bytes``, of which a negative one means: cut there."""
        limit = abs(max_bytes)
        if (response.length_remaining or 0) > limit and max_bytes > 0:
            raise FetchError("too_large", f"{url} has {response.length_remaining} bytes, the limit is {limit}")
        parts: list[bytes] = []
        count = 0
        try:
            while count <= limit and (part := response.read(_CHUNK, decode_content=True)):
                parts.append(part)
                count += len(part)
        except (ReadTimeoutError, ProtocolError) as error:
            how = "stops sending" if isinstance(error, ReadTimeoutError) else "breaks off"
            length = response.headers.get("Content-Length")
            whole = f"the {length[:20]} bytes that it announces have come" if length else "its end"
            raise FetchError("broken", f"{url} {how} before {whole}", is_passing=True) from None
        if count > limit:
            if max_bytes > 0:
                raise FetchError("too_large", f"{url} has more than {limit} bytes, the limit")
            return b"".join(parts)[:limit]
        return b"".join(parts)


def _checked(url: str) -> Any:
    """The parts of an http(s) address. Raises FetchError for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError("refused_address", f"{url[:200]}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or len(url) > _MAX_URL:
        raise FetchError("refused_address", f"{url[:200]} is no http(s) address that can be asked")
    if parts.username or parts.password:
        raise FetchError("refused_address", f"{parts.hostname}: an address with a user name isn't asked")
    return parts


def _told_to_us(robots: str, user_agent: str) -> str:
    """A robots.txt in which the name that fits ``user_agent`` best is ours, and all others are one: Protego keeps the
    rules of a group once for each name of it, and within the allowed size 12,000 names can have 17,000 rules."""

    def name_of(line: str) -> str | None:
        found = _ROBOTS_NAME.fullmatch(line.partition("#")[0])
        return found and (found[1].lower().replace("*", "") or found[1][:1])

    def fits(name: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(name)}", user_agent.lower()) is not None

    lines = robots.splitlines()
    names = [name_of(line) for line in lines]
    ours = max(filter(fits, filter(None, names)), key=len, default="*")
    return "\n".join(
        f"User-agent: {_US if name == ours else 'others'}" if name else line
        for line, name in zip(lines, names, strict=True)
    )


def _target(url: str, location: str) -> str:
    try:
        target = urljoin(url, location.strip()).partition("#")[0]
    except ValueError as error:
        raise FetchError("redirects", f"{url} redirects to no address: {error}") from None
    _checked(target)
    return target


def _retry_at(value: str | None, now: datetime) -> datetime | None:
    """The instant that Retry-After names, in seconds or as a date; None where it names none."""
    if not value:
        return None
    if value.strip().isdecimal():
        return now + timedelta(seconds=min(int(value.strip()[:9]), 7 * 86_400))
    try:
        instant = parsedate_to_datetime(value)
    except ValueError:
        return None
    return min(instant if instant.tzinfo else instant.replace(tzinfo=UTC), now + timedelta(days=7))


def _failed(url: str, error: Exception) -> FetchError:
    """What became of a connection, in words."""
    if isinstance(error, NewConnectionError | socket.gaierror):  # which is a ConnectTimeoutError, too
        return FetchError("unreachable", f"{url} can't be reached: {_short(error.__cause__ or error)}", is_passing=True)
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError):
        return FetchError("timeout", f"{url} doesn't answer in time", is_passing=True)
    if isinstance(error, SSLError):
        return FetchError("unreachable", f"{url}: its encryption fails: {_short(error)}", is_passing=True)
    if isinstance(error, urllib3.exceptions.DecodeError):
        return FetchError("broken", f"{url} is damaged: {_short(error)}")
    if isinstance(error, ValueError):
        return FetchError("refused_address", f"{url} is no http(s) address that can be asked: {_short(error)}")
    return FetchError("broken", f"{url} breaks off: {_short(error)}", is_passing=True)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


# --- connections -------------------------------------------------------------------------------------------------
class _Watch:
    """Cuts a thread's connection off when its time is over: a timeout of sockets only bounds each single wait."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    @contextmanager
    def until(self, seconds: float) -> Iterator[threading.Event]:
        """Cut off what this thread asks within the context when ``seconds`` have passed, and set the event."""
        over = threading.Event()
        held: list[HTTPConnection | socket.socket] = []
        self._of_thread.held = held

        def cut() -> None:
            over.set()
            for found in held:
                sock = found.sock if isinstance(found, HTTPConnection) else found
                if sock is not None:
                    with suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield over
        finally:
            timer.cancel()

    def hold(self, used: HTTPConnection | socket.socket) -> None:
        """Tell that the thread is about to use a connection or socket."""
        self._of_thread.held.append(used)


def _guarded_pools(allowed_hosts: Collection[str], watch: _Watch, stall_seconds: float) -> dict[str, Any]:
    """urllib3's pools, with connections to checked addresses that the watch may cut off, and that wait no longer than
    ``stall_seconds`` for an answer that has begun to go on."""

    def opened(connection: HTTPConnection) -> socket.socket:
        timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
        try:
            return connect(connection.host, connection.port, timeout, allowed_hosts)
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, f"no connection to {connection.host} in time") from error
        except UnicodeError as error:
            raise ValueError(f"{connection.host} is no name of a host") from error
        except OSError as error:
            raise NewConnectionError(connection, str(error)) from error

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return opened(self)

        def request(self, *args: Any, **options: Any) -> None:
            watch.hold(self)
            super().request(*args, **options)

        def getresponse(self) -> Any:
            sock = self.sock  # the connection lets go of it where the server says that it will close
            watch.hold(sock)
            answer = super().getresponse()
            sock.settimeout(stall_seconds)
            return answer

    class Secure(Plain, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
