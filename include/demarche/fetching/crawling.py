"""Asking one source: its indexes for what is new, then the pages that are new, each once.

``look`` and ``take`` change the ``SourceState`` that they are given, never a file: whoever keeps the state saves it
after ``look``, and again after what ``take`` yielded has been kept. A crash between the two asks again for what was not
saved, and loses nothing: a page waits until it has been fetched, whatever the feed lists by then.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from demarche import sources
from demarche.fetching.answers import Answer, FetchError
from demarche.fetching.files import Fetched
from demarche.fetching.states import SourceState, Visit
from demarche.records import Fetch, Reject, record_id
from demarche.sources.asking import Link, UnreadableIndex, is_part, without_campaign, without_password
from demarche.sources.declaring import Declaration

if TYPE_CHECKING:
    from demarche.fetching.web import WebClient  # urllib3 is for those who ask

MAX_INDEXES = 200  # asked in one run: sitemaps of sitemaps, pages of results
MAX_DEPTH = 3  # of indexes that lead to indexes
MAX_ENTRIES = 50_000  # taken from one index
MAX_VISITS = 200_000  # remembered of a source
FORGOTTEN_AFTER = timedelta(days=30)  # of not being listed
GIVEN_UP_AFTER = 5  # runs in which a page failed, each after several attempts
LEFT_ALONE_AFTER = 3  # pages in a row that failed: the source has other worries now
_ASKED_BY = {"kind", "url", "follow", "columns", "outlet", "language"}  # another value means: ask again


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Crawl:
    """One run over one source, for a partition.

    ``seconds`` bounds the run: what isn't fetched by then waits for the next. ``claims`` holds which source of the run
    asks for which page, and is shared by all of them: one that several list is asked for once. A link of which
    ``is_forgotten`` is true is neither asked for nor remembered.
    """

    def __init__(
        self,
        declaration: Declaration,
        partition_key: str,
        state: SourceState,
        client: WebClient,
        *,
        claims: MutableMapping[str, str] | None = None,
        is_forgotten: Callable[[str], bool] = lambda _: False,
        seconds: float = 300.0,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.declaration = declaration
        self.key = partition_key
        self.state = state
        self._client = client
        self._now = now
        self._clock = clock
        self._end = clock() + seconds
        self._asked_at = now()
        self._failure: FetchError | None = None
        self._standing: list[Link] = []
        self._claims: MutableMapping[str, str] = {} if claims is None else claims
        self._is_forgotten = is_forgotten
        self._had: dict[str, Fetch] = {}
        self._answers: dict[str, Answer] = {}
        self._same: dict[str, str] = {}
        self._listed: set[str] = set()
        self.left: list[str] = []
        """Pages that wait on, because another source of the run asks for them."""

    @property
    def failure(self) -> FetchError | None:
        """Why the source, or too many of its pages, could not be had in this run."""
        return self._failure

    def look(self, fetched: Iterable[Fetch] = ()) -> None:
        """Ask the source what there is; afterwards ``state`` says which pages wait. Never raises FetchError.

        ``fetched`` is what the fetch log has of this partition and the one before, whichever source it was: a run that
        was killed may have got further than the state says, and what another source has needn't be asked for again.
        """
        for fetch in fetched:
            if "archive" in fetch.given_values:  # a crawler's, maybe of long ago
                continue
            self._had |= {fetch.url: fetch, fetch.asked_url or fetch.url: fetch}
            if visit := self.state.visits.get(fetch.asked_url or fetch.url):
                is_ours = fetch.source_name == self.declaration.id and fetch.partition_key == self.key
                if is_ours or visit.raw_hash is None:
                    visit.is_waiting, visit.raw_hash, visit.etag = False, fetch.raw_hash, fetch.etag
        if self.state.declared != (declared := self.declaration.model_dump_json(include=_ASKED_BY)):
            self.state.declared, self.state.health.asked_key = declared, None
            if (standing := self.state.visits.get(self.declaration.url or "")) is not None:
                standing.etag = standing.last_modified = standing.raw_hash = None  # it is to be read differently
        retry_at = self.state.health.retry_at
        if retry_at is not None and retry_at > self._now():
            said = f"{self.declaration.place} asks to be left alone until {retry_at:%Y-%m-%d %H:%M} UTC"
            self._failure = FetchError("too_many_requests", said, is_passing=True, retry_at=retry_at)
            return
        if (self.state.health.asked_key or "") >= self.key:
            return  # nor is what it lists now for an hour before one that was asked for
        first = self._first()
        if first.is_index:
            self._look_at(first)
            self._forget()
            if self._failure is None:
                self.state.health.asked_key = self.key
        else:
            self._standing = [first]

    def take(self) -> Iterator[Fetched | Reject]:
        """Fetch what waits. Whatever is yielded is noted in ``state`` as done; the source's health is, at the end."""
        standing = [(link.url, self._visit(link)) for link in self._standing]
        waiting = [(url, self.state.visits[url]) for url in self.state.waiting[: self.declaration.max_new]]
        new_count = reject_count = 0
        failed: list[tuple[str, Visit, FetchError]] = []  # that may answer another time
        in_a_row = 0
        for url, visit in (*standing, *waiting):
            if visit.is_waiting and self._claims.setdefault(url, self.declaration.id) != self.declaration.id:
                self.left.append(url)  # if the other can't have it, the next run asks
                continue
            try:
                found = self._fetched(url, visit)
                in_a_row = 0
                if found is not None:
                    new_count += 1
                    yield found
            except FetchError as error:
                if not visit.is_waiting:
                    self._failure = error
                elif error.is_passing:
                    failed.append((url, visit, error))
                    in_a_row += 1
                else:
                    visit.is_waiting, reject_count = False, reject_count + 1
                    last_error = error
                    yield self._reject(url, error)
                if error.retry_at is not None or in_a_row >= LEFT_ALONE_AFTER:
                    self._failure = self._failure or error
                    break
            if self._clock() > self._end:
                break
        if self._failure is None:
            yield from self._rejects_of(failed)
        if reject_count >= LEFT_ALONE_AFTER and not new_count:
            self._failure = self._failure or last_error
        if self._failure is None:
            self.state.succeed(self.key, self._asked_at, new_count)
        else:
            self.state.fail(self._asked_at, self._failure, new_count)

    # --- indexes ---------------------------------------------------------------------------------------------
    def _first(self) -> Link:
        declaration = self.declaration
        is_index = sources.KINDS[declaration.kind].links is not None and declaration.follow
        return Link(declaration.url or "", declaration.kind, is_index)

    def _look_at(self, first: Link) -> None:
        """Ask an index and those that it leads to."""
        found = [(first, 0)]
        asked: set[str] = set()
        while found and len(asked) < MAX_INDEXES:
            index, depth = found.pop(0)
            if index.url in asked:
                continue
            asked.add(index.url)
            if self._clock() > self._end:
                return  # the others are asked in the next run, before those that are as they were
            try:
                links = self._links(index)
            except FetchError as error:
                self._failure = self._failure or error
                continue
            for link in map(self._as_listed, links):
                if link.is_index and depth < MAX_DEPTH:
                    found.append((link, depth + 1))
                elif not link.is_index and self._is_wanted(link) and not self._is_forgotten(link.url):
                    self._list(link)

    def _as_listed(self, link: Link) -> Link:
        """A link under the address by which it is known already, where only a campaign's name tells the two apart."""
        if link.is_index or link.url in self._answers:
            return link
        self._same = self._same or {without_campaign(url): url for url in self.state.visits}
        url = self._same.setdefault(without_campaign(link.url), link.url)
        is_repeated = url in self._listed and url != link.url  # what is said of the first counts
        self._listed.add(url)
        return replace(link, url=url, modified=None if is_repeated else link.modified)

    def _is_wanted(self, link: Link) -> bool:
        """Whether a link is to be taken: by its address, unless it is a part of its index."""
        return link.url in self._answers or self.declaration.wants(link.url)

    def _links(self, index: Link) -> list[Link]:
        """What an index says to ask for; nothing where it is as it was."""
        visit = self._visit(index)
        if index.modified and index.modified == visit.modified and visit.raw_hash:
            visit.listed_on = self._asked_at.date()
            return self._former_indexes(visit)  # the index that lists it says that it is as it was
        answer = self._client.get(
            index.url, etag=visit.etag, last_modified=visit.last_modified, seconds_apart=self._seconds_apart
        )
        visit.listed_on = self._asked_at.date()
        if answer.is_unchanged:
            return self._former_indexes(visit)
        fetch = self._fetch(index.url, answer, index.kind, {})
        try:
            links = list(islice(sources.links(fetch, answer.data), MAX_ENTRIES))
        except UnreadableIndex as error:
            raise FetchError("malformed", str(error)) from None
        except Exception as error:  # what a hostile feed does to a parser stops no other source
            raise FetchError("malformed", f"{index.url} can't be read: {type(error).__name__}: {error}"[:500]) from None
        visit.etag, visit.last_modified, visit.modified = answer.etag, answer.last_modified, index.modified
        visit.raw_hash = fetch.raw_hash
        visit.indexes = [link.url for link in links if link.is_index]
        self._answers |= {link.url: answer for link in links if is_part(link.url, fetch.url)}
        self.state.visits[index.url] = visit
        return links

    def _former_indexes(self, visit: Visit) -> list[Link]:
        """The indexes that an unchanged one leads to: they may have changed without it."""
        known = ((url, self.state.visits.get(url)) for url in visit.indexes)
        return [Link(url, found.kind, True, found.modified) for url, found in known if found is not None]

    def _list(self, link: Link) -> None:
        """Note a page; it waits if it is new, or was changed since."""
        known = self.state.visits.get(link.url)
        if known is None:
            if len(self.state.visits) < MAX_VISITS:
                had = self._had.get(link.url)
                visit = self.state.visits[link.url] = self._visit(link, is_waiting=had is None)
                visit.raw_hash, visit.etag = (had.raw_hash, had.etag) if had else (None, None)
            else:
                self._failure = FetchError("too_large", f"{self.declaration.place} lists more than {MAX_VISITS} pages")
            return
        known.listed_on = self._asked_at.date()
        if link.modified is not None and link.modified != known.modified:
            known.is_waiting = True
            known.failure_count = 0
            known.modified, known.given = link.modified, dict(link.given)

    def _visit(self, link: Link, *, is_waiting: bool = False) -> Visit:
        known = self.state.visits.get(link.url)
        return known or Visit(
            listed_on=self._asked_at.date(),
            kind=link.kind,
            modified=link.modified,
            given=dict(link.given),
            is_waiting=is_waiting,
        )

    def _forget(self) -> None:
        """Drop what no index has listed for long, so that the state doesn't grow for ever."""
        oldest = self._asked_at.date() - FORGOTTEN_AFTER
        self.state.visits = {
            url: visit for url, visit in self.state.visits.items() if visit.is_waiting or visit.listed_on >= oldest
        }

    # --- pages -----------------------------------------------------------------------------------------------
    def _fetched(self, url: str, visit: Visit) -> Fetched | None:
        """Fetch one address; None where it is as it was. Raises FetchError."""
        answer = self._answers.get(url) or self._client.get(
            url, etag=visit.etag, last_modified=visit.last_modified, seconds_apart=self._seconds_apart
        )
        self.state.visits[url] = visit
        visit.is_waiting, visit.failure_count = False, 0
        visit.listed_on = max(visit.listed_on, self._asked_at.date())
        if answer.is_unchanged:
            return None
        fetch = self._fetch(url, answer, visit.kind, visit.given)
        has_changed = fetch.raw_hash != visit.raw_hash
        visit.etag, visit.last_modified, visit.raw_hash = answer.etag, answer.last_modified, fetch.raw_hash
        return Fetched(fetch, answer.data) if has_changed else None

    def _rejects_of(self, failed: list[tuple[str, Visit, FetchError]]) -> Iterator[Reject]:
        """Pages that failed while others didn't wait on, and are given up after some runs."""
        for url, visit, error in failed:
            visit.failure_count += 1
            if visit.failure_count >= GIVEN_UP_AFTER:
                visit.is_waiting, visit.failure_count = False, 0
                yield self._reject(url, error)

    def _fetch(self, url: str, answer: Answer, kind: str | None, given: dict[str, str]) -> Fetch:
        return Fetch(
            partition_key=self.key,
            source_name=self.declaration.id,
            url=answer.url,
            asked_url=url if url != answer.url else None,
            raw_hash=hashlib.sha256(answer.data).hexdigest(),
            byte_count=len(answer.data),
            media_type=answer.media_type,
            fetched_at=self._now(),
            etag=answer.etag,
            kind=kind,
            given_values=self.declaration.given | given,
            column_values=dict(self.declaration.columns),
        )

    def _reject(self, url: str, error: FetchError) -> Reject:
        return Reject(
            reject_id=record_id("x", "fetch", url, None, error.reason_type),
            partition_key=self.key,
            station="fetch",
            path=without_password(url),
            reason_type=error.reason_type,
            reason_text=str(error),
        )

    @property
    def _seconds_apart(self) -> float:
        return 1.0 / self.declaration.requests_per_second
