"""The declared sources: which there are, how they fare, asking them, and trying whether they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import ValidationError

from demarche import fetching, sources
from demarche.fetching import Crawl, Fetched, FetchError, Known, Order, SourceState
from demarche.fetching.pacing import Pacer
from demarche.fetching.robots import SiteRules
from demarche.fetching.states import FileRow, Progress
from demarche.records import Document, Reject, SourceHealth
from demarche.settings import Settings, load_settings
from demarche.sources.declaring import ARCHIVE, FOLDER, Declaration, DeclarationError, read_declarations
from demarche.steps import archives
from demarche.steps.appending import Appended, append
from demarche.steps.ledgers import forgotten_in, hour_that_has_ended, open_lake
from demarche.steps.results import StepError
from demarche.storage import Lake, LakeFault

if TYPE_CHECKING:
    from demarche.fetching.web import WebClient

DROP = "drop"
"""The id of the drop folder among the sources."""
NAMED = "named"
"""Under which the lake remembers the files that were named on the command line."""
ROBOTS = "robots_txt"
"""Under which the lake remembers what sites say in robots.txt."""
MAX_PARTS = 500  # archives that one run deals out; the others wait
PAGES_PER_APPEND = 20  # fetches of a web source that one object of the log holds: what a crash makes us ask again


def declared_sources(settings: Settings) -> tuple[Declaration, ...]:
    """The sources of the sources file, and the drop folder, which needs no declaration.

    The drop folder is one of them where it exists, was set, or is all there is. Raises DeclarationError, and StepError
    for a file that was set and isn't there.
    """
    path = settings.sources_file
    found: tuple[Declaration, ...] = ()
    if path.is_file():
        try:
            text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
        except UnicodeDecodeError as error:
            raise DeclarationError(f"{path}: is no UTF-8 text: {error.reason} at byte {error.start}") from None
        found = read_declarations(text, str(path), sources.KINDS, taken=(DROP, NAMED, ROBOTS))
    elif "sources_file" in settings.model_fields_set:
        raise StepError(f"{path}: no such file — DEMARCHE_SOURCES_FILE names it")
    if not found or settings.drop_folder.is_dir() or "drop_folder" in settings.model_fields_set:
        drop = Declaration(id=DROP, kind=FOLDER, path=settings.drop_folder)
        return (drop, *found)
    return found


def chosen_sources(names: Sequence[str] | None, settings: Settings) -> list[Declaration]:
    """The declarations with these ids, or all that are enabled. Raises StepError for an id that there isn't."""
    declared = {source.id: source for source in declared_sources(settings)}
    if names is None:
        return [source for source in declared.values() if source.is_enabled]
    ids = {name: name.partition(archives.MARK)[0] for name in names}
    if strange := [source_id for source_id in ids.values() if source_id not in declared]:
        raise StepError(f"no source is called {strange[0]!r}; there are: {', '.join(declared)}")
    return [
        archives.one_part(declared[source_id], name) if archives.MARK in name else declared[source_id]
        for name, source_id in ids.items()
    ]


def deal_sources(width: int, *, settings: Settings | None = None) -> list[list[str]]:
    """The ids of all enabled sources in at most ``width`` groups, and each archive that isn't read yet by itself. Those
    of one host are in one group: a task keeps the pace of the hosts that it asks."""
    settings = settings or load_settings()
    by_host: dict[str, list[str]] = {}
    parts: list[list[str]] = []
    chosen = chosen_sources(None, settings)
    for source in chosen:
        if source.kind == ARCHIVE:
            parts += [[name] for name in _unread_parts(open_lake(settings), source)]
            continue
        by_host.setdefault(urlsplit(source.url or "").netloc.lower() or source.id, []).append(source.id)
    groups: list[list[str]] = [[] for _ in range(min(width, len(by_host)))]
    for names in sorted(by_host.values(), key=len, reverse=True):
        min(groups, key=len).extend(names)
    read = [source.id for source in chosen if source.kind == ARCHIVE]
    return groups + parts[:MAX_PARTS] or ([read] if read else [])  # that nothing is left to read is no failure


def _unread_parts(lake: Lake, source: Declaration) -> list[str]:
    names = archives.part_ids(source)
    parts = {name: archives.one_part(source, name) for name in names}
    states = {name: state_of(lake, archives.state_name(part)) for name, part in parts.items()}
    return [name for name, part in parts.items() if not archives.is_read(part, states[name])]


# --- how they fare -----------------------------------------------------------------------------------------------
def list_sources(*, settings: Settings | None = None) -> list[SourceHealth]:
    """Every declared source and how asking it went."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    return [health_of(lake, source) for source in declared_sources(settings)]


def health_of(lake: Lake, source: Declaration) -> SourceHealth:
    """How asking a source went, as the lake remembers it."""
    if source.kind == ARCHIVE:
        parts = [archives.one_part(source, name) for name in archives.part_ids(source)]
        health, waiting = archives.joint_health([state_of(lake, archives.state_name(part)) for part in parts])
    else:
        state = state_of(lake, source.id)
        health, waiting = state.health, len(state.waiting)
    return SourceHealth(
        source_name=source.id,
        kind=source.kind,
        place=source.place,
        outlet_name=source.outlet,
        is_enabled=source.is_enabled,
        is_failing=health.is_failing,
        failing_since_at=health.failing_since_at,
        failure_count=health.failure_count,
        reason_type=health.reason_type,
        reason_text=health.reason_text,
        asked_at=health.asked_at,
        succeeded_at=health.succeeded_at,
        waiting_count=waiting,
        new_count=health.new_count,
    )


def state_of(lake: Lake, name: str) -> SourceState:
    """What is remembered of a source, by its id, or of one of its archives. Raises LakeFault where it is damaged."""
    text = lake.source_state(name)
    try:
        return SourceState.model_validate_json(text) if text else SourceState()
    except ValidationError:
        raise LakeFault(
            f"{lake.url}: what is remembered of the source {name} is damaged — delete raw/sources/{name}.json, and it "
            "is asked as if for the first time"
        ) from None


# --- asking ------------------------------------------------------------------------------------------------------
@dataclass
class Asked:
    """What came of asking sources."""

    source_count: int
    appended: Appended = field(default_factory=Appended)
    failures: list[str] = field(default_factory=list)


def ask_sources(
    chosen: Sequence[Declaration], partition_key: str, lake: Lake, settings: Settings, *, again: bool = False
) -> Asked:
    """Fetch what the sources have that is new. One that fails stops no other; what the lake refuses stops all.

    On the web, an hour that is past isn't asked for: what a feed lists now belongs to the hour that has ended. Nor is
    one asked twice, unless ``again``.
    """
    if [source.id for source in chosen] == [DROP] and not settings.drop_folder.exists():
        raise FileNotFoundError(_missing(chosen[0]))  # most often a command in the wrong place: nothing is made there
    is_past = partition_key < hour_that_has_ended()
    of_web = [source for source in chosen if source.url and source.kind != ARCHIVE and not is_past]
    of_files = [source for source in chosen if source.path and source.kind != ARCHIVE]
    of_archives = [source for source in chosen if source.kind == ARCHIVE]
    web = _Web(settings, SiteRules(state_of(lake, ROBOTS).robots))
    asked = Asked(len(chosen))
    with ThreadPoolExecutor(settings.source_threads, "source") as threads:
        running = [
            threads.submit(_crawl, source, partition_key, lake, web, again) for source in of_web
        ]
        outcomes = [_read_files(source, partition_key, lake, settings) for source in of_files]
        outcomes += [
            _read_archive(archives.one_part(source, name), partition_key, lake, web)
            for source in of_archives
            for name in archives.part_ids(source)
        ]
        outcomes += [one.result() for one in running]  # the first error of the lake is raised when all are done
    _keep_robots(lake, web.robots)
    for name, urls in web.left.items():
        _give_up(lake, name, urls, web.claims)
    for appended, failure in outcomes:
        asked.appended.add(appended)
        if failure:
            asked.failures.append(failure)
    return asked


@dataclass
class _Web:
    """What the sources of a run share that ask the web."""

    settings: Settings
    robots: SiteRules = field(default_factory=SiteRules)
    pacer: Pacer = field(default_factory=Pacer)
    claims: dict[str, str] = field(default_factory=dict)
    """Which source asks for which page."""
    left: dict[str, list[str]] = field(default_factory=dict)
    """Of each source the pages that it left to others."""

    def client(self) -> WebClient:
        """A client as the settings want it."""
        from demarche.fetching.web import WebClient

        settings = self.settings
        return WebClient(
            user_agent=settings.user_agent or f"Demarche/{version('demarche')}",
            limits=fetching.Limits(max_bytes=settings.max_file_bytes, total_seconds=settings.request_seconds),
            allowed_hosts=[host.strip() for host in settings.allowed_hosts.split(",") if host.strip()],
            robots=self.robots,
            pacer=self.pacer,
        )


def _crawl(source: Declaration, key: str, lake: Lake, web: _Web, again: bool) -> tuple[Appended, str | None]:
    with lake.one_asking(source.id):
        state = state_of(lake, source.id)
        keys = dict.fromkeys(filter(None, (state.health.asked_key, key)))
        if again:
            state.health.asked_key = state.health.retry_at = None
        with web.client() as client:
            crawl = Crawl(
                source, key, state, client,
                claims=web.claims, is_forgotten=forgotten_in(lake).names_url, seconds=web.settings.source_seconds,
            )  # fmt: skip
            crawl.look([fetch for one in keys for fetch in lake.fetches(one)])
            save = _Saving(lake, source.id, state)
            save()  # the pages that wait, before the first of them is asked for
            appended = append(lake, crawl.take(), Known(), PAGES_PER_APPEND, save)
        if crawl.left:
            web.left[source.id] = crawl.left
        return appended, _failure(source, state)


def _keep_robots(lake: Lake, robots: SiteRules) -> None:
    """Remember what sites said in robots.txt, beside what other runs were told."""
    with lake.one_asking(ROBOTS):
        state = state_of(lake, ROBOTS)
        known = robots.fresh(state.robots)
        if known != state.robots:
            state.robots = known
            _Saving(lake, ROBOTS, state)()


def _give_up(lake: Lake, name: str, urls: Sequence[str], claims: Mapping[str, str]) -> None:
    """Note of pages that other sources have by now that a source needs them no more."""
    others = {claims[url]: state_of(lake, claims[url]) for url in urls}
    with lake.one_asking(name):
        state = state_of(lake, name)
        for url in urls:
            had, visit = others[claims[url]].visits.get(url), state.visits.get(url)
            if had and visit and had.raw_hash and not had.is_waiting:
                visit.is_waiting, visit.raw_hash, visit.etag = False, had.raw_hash, had.etag
        _Saving(lake, name, state)()


@dataclass(frozen=True)
class _Saving:
    lake: Lake
    name: str
    state: SourceState

    def __call__(self) -> None:
        self.lake.put_source_state(self.name, self.state.model_dump_json(exclude_defaults=True))


def _order(source: Declaration, key: str, settings: Settings) -> Order:
    return Order(
        partition_key=key,
        source_name=settings.source_name if source.id == DROP else source.id,
        max_file_bytes=settings.max_file_bytes,
        max_archive_bytes=settings.max_archive_bytes,
        max_files=settings.max_drop_files,
        settle_seconds=settings.settle_seconds,
        kind=_kind_of_files(source),
        given_values=source.given,
        column_values=source.columns,
    )


def _read_archive(part: Declaration, key: str, lake: Lake, web: _Web) -> tuple[Appended, str | None]:
    name = archives.state_name(part)
    with lake.one_asking(name):
        state = state_of(lake, name)
        if archives.is_read(part, state):
            return Appended(), None
        with archives.client_or_none(part, web.client) as client:
            order = _order(part, key, web.settings)
            appended = archives.read_part(part, order, lake, state, client, _Saving(lake, name, state))
        return appended, _failure(part, state)


def _read_files(source: Declaration, key: str, lake: Lake, settings: Settings) -> tuple[Appended, str | None]:
    assert source.path is not None
    order = _order(source, key, settings)
    with lake.one_asking(source.id):
        state = state_of(lake, source.id)
        at = datetime.now(UTC)
        try:
            if not source.path.exists():
                raise FileNotFoundError(_missing(source))
            known = known_files(lake, state, key, settings)
            state.open_key = key
            _Saving(lake, source.id, state)()
            appended = append(lake, _noting(fetching.drop_folder(source.path, order, known), known), known)
            state.files, state.open_key = known.looked_at(), None
            state.succeed(key, at, appended.written)
        except FileNotFoundError as error:
            appended = Appended()
            state.fail(at, FetchError("vanished", str(error)))
        _Saving(lake, source.id, state)()
        return appended, _failure(source, state)


def known_files(lake: Lake, state: SourceState, key: str, settings: Settings) -> Known:
    """What runs over files have fetched: as is remembered of each folder and of what was named, and as the fetch log
    says of this partition and of one whose run was broken off. The whole log is read where nothing is remembered."""
    if state.files is None:
        keys = lake.fetch_keys()
        return Known(lake.all_fetches(), [row for one in keys for row in lake.fetch_rejects(one)])
    folders = [source.id for source in declared_sources(settings) if source.path and source.kind != ARCHIVE]
    files: dict[str, FileRow] = {}
    for name in {DROP, NAMED, *folders}:
        files |= state_of(lake, name).files or {}
    keys = [key] if state.open_key in (None, key) else [state.open_key or key, key]
    fetches = [fetch for one in keys for fetch in lake.fetches(one)]
    return Known(fetches, [row for one in keys for row in lake.fetch_rejects(one)], files | state.files)


def count_unread_files(lake: Lake, settings: Settings) -> int | None:
    """How many files of the drop folder no run has read or rejected as they are now, but for archives, of whose pages
    the fetch log alone knows; None before the folder was asked for the first time, if the log has anything. Raises
    LakeFault."""
    dropped = state_of(lake, DROP).files
    if dropped is None and lake.fetch_keys():
        return None
    known = Known(files={**(state_of(lake, NAMED).files or {}), **(dropped or {})})
    files = fetching.files_in(settings.drop_folder)
    return sum(known.is_unread(path) for path in files if not fetching.is_archive(path))


def read_named(paths: Sequence[Path], key: str, lake: Lake, settings: Settings) -> Appended:
    """Fetch the files that were named, and those in folders that were named."""
    order = Order(key, settings.source_name, settings.max_file_bytes, settings.max_archive_bytes)
    with lake.one_asking(NAMED):
        state = state_of(lake, NAMED)
        files = (file for path in paths for file in (fetching.files_in(path) if path.is_dir() else [path]))
        if any(map(fetching.is_archive, files)):
            state.files = None  # of the pages in archives, the log alone knows
        known = known_files(lake, state, key, settings)
        state.open_key = key
        _Saving(lake, NAMED, state)()
        appended = append(lake, _noting(fetching.named_files(paths, order), known), known)
        state.files, state.open_key = known.files, None
        _Saving(lake, NAMED, state)()
    return appended


def _noting(found: Iterable[Fetched | Reject], known: Known) -> Iterator[Fetched | Reject]:
    """What was found, each noted when it has been kept; but not the pages of archives, which are too many."""
    for item in found:
        yield item
        if isinstance(item, Reject) or "archive" not in item.fetch.given_values:
            known.note(item)


def _kind_of_files(source: Declaration) -> str | None:
    """The kind that reads a source's files; None where each is told from itself."""
    return None if source.kind in (FOLDER, ARCHIVE) else source.kind


def _missing(source: Declaration) -> str:
    hint = "make it, or set DEMARCHE_DROP_FOLDER" if source.id == DROP else "make it, or correct the sources file"
    return f"{source.path}: no such file or folder — {hint}"


def _failure(source: Declaration, state: SourceState) -> str | None:
    health = state.health
    if health.failing_since_at is None:
        return None
    times = f", {health.failure_count} times" if health.failure_count > 1 else ""
    return f"source {source.id} fails since {health.failing_since_at:%Y-%m-%d %H:%M} UTC{times}: {health.reason_text}"


# --- trying ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SourceCheck:
    """Whether a source answers, and what it gives."""

    source_name: str
    is_good: bool
    link_count: int
    document_count: int
    text: str


def check_sources(names: Sequence[str] | None = None, *, settings: Settings | None = None) -> Iterator[SourceCheck]:
    """Ask each source as if for the first time, read the first thing that it leads to, and keep nothing."""
    settings = settings or load_settings()
    web = _Web(settings)
    for source in chosen_sources(names, settings):
        try:
            if source.kind == ARCHIVE:
                yield _tried_archive(source, web)
            elif source.url:
                with web.client() as client:
                    yield _tried(source, client, settings)
            else:
                yield _tried_files(source, settings)
        except (FetchError, sources.UnreadableIndex, OSError) as error:
            yield SourceCheck(source.id, False, 0, 0, str(error))


def _tried(source: Declaration, client: WebClient, settings: Settings) -> SourceCheck:
    state = SourceState()
    crawl = Crawl(source, hour_that_has_ended(), state, client, seconds=settings.source_seconds)
    crawl.look()
    if crawl.failure:
        raise crawl.failure
    links = len(state.waiting)
    found = next(crawl.take(), None)
    if found is None:
        if crawl.failure:
            raise crawl.failure
        return SourceCheck(source.id, True, links, 0, f"{source.place} answers, and lists nothing")
    return _judged(source, [found], links, settings)


def _tried_files(source: Declaration, settings: Settings) -> SourceCheck:
    assert source.path is not None
    order = Order(
        hour_that_has_ended(), source.id, settings.max_file_bytes, kind=_kind_of_files(source),
        given_values=source.given, column_values=source.columns, settle_seconds=0,
    )  # fmt: skip
    found = list(islice(fetching.drop_folder(source.path, order, Known()), 3))
    if not found:
        return SourceCheck(source.id, True, 0, 0, f"{source.place} is there, and holds nothing")
    return _judged(source, found, len(found), settings)


def _tried_archive(source: Declaration, web: _Web) -> SourceCheck:
    """The first pages of an archive source's first part."""
    names = archives.part_ids(source)
    if not names:
        return SourceCheck(source.id, True, 0, 0, f"{source.place} is there, and holds nothing")
    part = archives.one_part(source, names[0])
    order = replace(_order(part, hour_that_has_ended(), web.settings), settle_seconds=0)
    with archives.client_or_none(part, web.client) as client:
        found = list(islice(archives.pages_of(part, order, Progress(), client), 3))
    return _judged(source, found, len(names), web.settings)


def _judged(source: Declaration, found: Iterable[Fetched | Reject], links: int, settings: Settings) -> SourceCheck:
    from demarche.steps.ingestion import parse_fetch

    rejected: list[Reject] = []
    documents: list[Document] = []
    for item in found:
        read = [item] if isinstance(item, Reject) else [one for _, one in parse_fetch(item.fetch, item.data, settings)]
        rejected += [one for one in read if isinstance(one, Reject)]
        documents += [one for one in read if isinstance(one, Document)]
    if not documents:
        return SourceCheck(source.id, False, links, 0, rejected[0].reason_text if rejected else "holds no document")
    first = documents[0]
    return SourceCheck(source.id, True, links, len(documents), f"{first.published_date}: {first.title or first.lead}")
