"""Taking things back: a document, or a page that was rejected, that must not be kept any longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demarche.documents.addresses import canonical_url
from demarche.documents.tombstones import Forgotten, Tombstone
from demarche.records import Document, Fetch, Reject, Report
from demarche.settings import Settings, load_settings
from demarche.steps.ingestion import parse_documents, parse_fetch
from demarche.steps.ledgers import STATIONS, TOMBSTONES, open_lake, warehouse_of
from demarche.steps.loading import rebuild_warehouse
from demarche.steps.maintaining import back_up
from demarche.steps.pairing import pair_documents
from demarche.steps.reporting import rewrite_daily_reports
from demarche.steps.results import Progress, StepError, StepResult, no_progress
from demarche.steps.sources import declared_sources, state_of
from demarche.steps.tagging import tag_documents
from demarche.storage import Backup, Lake


@dataclass(frozen=True)
class _Found:
    partition_key: str
    row: Document | Reject


def find_forgettable(target: str, *, settings: Settings | None = None) -> list[Document | Reject]:
    """The documents and rejects that ``forget`` would take away. Raises StepError when there are none."""
    settings = settings or load_settings()
    found = _named(open_lake(settings), target)
    if not found:
        raise StepError(_UNKNOWN.format(target=target))
    return [one.row for one in found]


_UNKNOWN = (
    'no document or reject has the address or id {target} — `demarche query "SELECT document_id, canonical_url FROM '
    'core.documents"` lists what was read, `demarche query "SELECT reject_id, path FROM meta.rejects"` what was not'
)


def forget(target: str, *, settings: Settings | None = None, progress: Progress = no_progress) -> StepResult:
    """Take away a document or a reject, by its address (all its versions, and whatever comes from there later) or an id
    of it: from all that is derived, the raw bytes that nothing else uses, what feeds said of it, revisions, samples of
    checks, daily reports, former publications, what reviewers said of it, and all of these in the settings' backup.
    Doing it again finishes what a kill left undone. Raises StepError when nothing is called so.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    with lake.one_run():
        found = _named(lake, target)
        stones = [stone for stone in Forgotten(lake.journal(TOMBSTONES)).tombstones if stone.target == target]
        if found:
            stone = _tombstone(lake, target, found, settings)
            lake.append_journal(TOMBSTONES, [stone.model_dump()])
            stones.append(stone)
        if not stones:
            raise StepError(_UNKNOWN.format(target=target))
        for number, key in enumerate(keys := sorted({key for stone in stones for key in stone.partition_keys}), 1):
            parse_documents(key, settings=settings)
            tag_documents(key, settings=settings, progress=progress)
            pair_documents(key, settings=settings)
            for station in STATIONS:
                lake.sweep(station, key)
            progress("forget", number, len(keys))
        uses = _uses(lake, stones)
        unused = _unused(lake, uses)
        removed = _purge(lake, stones, uses, unused)
        if warehouse_of(settings).exists():
            rebuild_warehouse(settings=settings, progress=progress, keep=0)
            rewrite_daily_reports(_words(stones), settings=settings)
        if settings.backup_url:
            backup = Backup(settings.backup_url)
            _purge(backup.lake, stones, uses, unused)
            back_up(backup, lake, settings, keep=1)
    details = {"partitions": len(keys), "raw_removed": removed}
    return StepResult("forget", None, read=len(found), written=len(keys), details=details)


def _named(lake: Lake, target: str) -> list[_Found]:
    url = canonical_url(target)
    found: list[_Found] = []
    for key in lake.taken_keys("documents"):
        led_to = {
            (fetch.raw_hash, fetch.url)
            for fetch in (lake.fetches(key) if url else ())
            if fetch.asked_url and canonical_url(fetch.asked_url) == url
        }
        for document in lake.read(Document, key, "documents"):
            names = (document.document_id, document.article_id, document.path)
            is_at = url is not None and document.canonical_url == url
            if target in names or is_at or (document.raw_hash, document.path) in led_to:
                found.append(_Found(key, document))
        for reject in lake.read(Reject, key, "documents"):
            is_at = url is not None and canonical_url(reject.path) == url
            if target in (reject.reject_id, reject.path) or is_at or (reject.raw_hash, reject.path) in led_to:
                found.append(_Found(key, reject))
    return found


def _tombstone(lake: Lake, target: str, found: list[_Found], settings: Settings) -> Tombstone:
    documents = [one.row for one in found if isinstance(one.row, Document)]
    rejects = [one.row for one in found if isinstance(one.row, Reject)]
    keys = sorted({one.partition_key for one in found})
    ids = {document.document_id for document in documents}
    reject_ids = {reject.reject_id for reject in rejects}
    is_address = target not in ids | reject_ids | {document.article_id for document in documents}
    places = _places(lake, keys, documents, settings)
    places |= {(reject.raw_hash, reject.position) for reject in rejects if reject.raw_hash}
    # of a page that could not be fetched there is nothing but its address, and what a feed said of it
    unread = [reject for reject in rejects if reject.raw_hash is None and reject.position is None]
    urls = {canonical_url(reject.path) for reject in (rejects if is_address else unread)}
    if is_address:
        urls |= {document.canonical_url for document in documents} | _led_to(lake, found, settings)
    reports = [row.report_id for key in keys for row in lake.read(Report, key, "tagged") if row.document_id in ids]
    return Tombstone(
        target=target,
        forgotten_at=datetime.now(UTC).isoformat(timespec="seconds"),
        urls=tuple(sorted(filter(None, urls))),
        article_ids=(target,) if any(document.article_id == target for document in documents) else (),
        document_ids=tuple(sorted(ids)),
        reject_ids=tuple(sorted(reject_ids)),
        places=tuple(sorted(places, key=str)),
        partition_keys=tuple(keys),
        report_ids=tuple(sorted(reports)),
        event_ids=tuple(sorted(_events_with(reports, settings))),
    )


def _places(
    lake: Lake, keys: Iterable[str], documents: list[Document], settings: Settings
) -> set[tuple[str, int | None]]:
    """Where in the raw bytes the documents are; bytes that are gone already, or read otherwise by now, are named as a
    whole."""
    ids = {document.document_id for document in documents}
    hashes = {document.raw_hash for document in documents}
    places: set[tuple[str, int | None]] = set()
    for fetch in (fetch for key in keys for fetch in lake.fetches(key) if fetch.raw_hash in hashes):
        items = parse_fetch(fetch, lake.get_raw(fetch.raw_hash), settings) if lake.has_raw(fetch.raw_hash) else ()
        found = [position for position, item in items if isinstance(item, Document) and item.document_id in ids]
        places |= {(fetch.raw_hash, position) for position in found or [None]}
    return places


def _led_to(lake: Lake, found: list[_Found], settings: Settings) -> set[str | None]:
    """Other addresses that led to pages of these: before redirects, or in other dress than the one that the page calls
    its own. Where other documents came from too there is none, nor is a source's own: it will have other pages."""
    declared = {canonical_url(source.url) for source in declared_sources(settings)}
    rows = [one.row for one in found]
    ids = {row.document_id for row in rows if isinstance(row, Document)}
    urls: set[str | None] = set()
    for key in {one.partition_key for one in found}:
        others = {
            (row.raw_hash, row.path) for row in lake.read(Document, key, "documents") if row.document_id not in ids
        }
        pages = {(row.raw_hash, row.path) for row in rows} - others
        for fetch in lake.fetches(key):
            if (fetch.raw_hash, fetch.url) in pages:
                of_fetch = {canonical_url(fetch.url), canonical_url(fetch.asked_url)} - {None}
                urls |= set() if of_fetch & declared else of_fetch
    return urls


def _events_with(report_ids: list[str], settings: Settings) -> set[str]:
    """Events that the published warehouse made of these reports, and those that ever bore their id."""
    from demarche import warehouse

    found = {f"e{report_id[1:]}" for report_id in report_ids}
    if warehouse_of(settings).exists() and report_ids:
        sql = "SELECT event_id FROM core.event_reports WHERE list_contains(string_split($ids, ','), report_id)"
        rows = warehouse.query(warehouse_of(settings), sql, limit=1_000_000, parameters={"ids": ",".join(report_ids)})
        found |= {event_id for (event_id,) in rows.rows}
    return found


# --- what is purged ----------------------------------------------------------------------------------------------
def _uses(lake: Lake, stones: list[Tombstone]) -> dict[str, set[str]]:
    """The raw bytes in which something forgotten was found, each with the partitions that it was fetched for."""
    hashes = {raw_hash for stone in stones for raw_hash, _ in stone.places}
    uses: dict[str, set[str]] = {}
    for fetch in lake.all_fetches():
        if fetch.raw_hash in hashes:
            uses.setdefault(fetch.raw_hash, set()).add(fetch.partition_key)
    return uses


def _unused(lake: Lake, uses: Mapping[str, set[str]]) -> set[str]:
    """Those of them that no document is made of any more."""
    unused = set()
    for raw_hash, keys in uses.items():
        rows = (row for key in keys for row in lake.read(Document, key, "documents"))
        if not any(row.raw_hash == raw_hash for row in rows):
            unused.add(raw_hash)
    return unused


def _purge(lake: Lake, stones: list[Tombstone], uses: Mapping[str, set[str]], unused: Iterable[str]) -> int:
    """Remove unused raw bytes from a lake or its backup, and every row of log, journal and what is remembered of
    sources that tells of what is forgotten; answer how many raw entries went."""
    hashes = {raw_hash for stone in stones for raw_hash, _ in stone.places}
    forgotten = Forgotten(stone.model_dump() for stone in stones)
    removed = sum(map(lake.remove_raw, unused))
    for key in sorted({key for stone in stones for key in stone.partition_keys}.union(*uses.values())):
        lake.rewrite_log(key, lambda row: _without_words(row, hashes, forgotten))
    for source in lake.asked_sources():
        with lake.one_asking(source):
            _forget_visits(lake, source, hashes, forgotten)
    reports = {report_id for stone in stones for report_id in stone.report_ids}
    events = {event_id for stone in stones for event_id in stone.event_ids}
    lake.rewrite_journal(
        "event_revisions",
        lambda row: None if row["event_id"] in events or row["best_report_id"] in reports else row,
    )
    documents = {document_id for stone in stones for document_id in stone.document_ids}
    lake.rewrite_journal("decisions", lambda row: _without_reports(row, reports, documents))
    words = _words(stones)
    lake.rewrite_journal("quality_results", lambda row: _without_samples(row, words))
    return removed


def _words(stones: Iterable[Tombstone]) -> set[str]:
    """By which a sample of a check or a daily report tells of what is forgotten: ids and addresses."""
    return {
        word
        for stone in stones
        for word in (*stone.report_ids, *stone.event_ids, *stone.document_ids, *stone.reject_ids, *stone.urls)
    }


def _without_words(row: Fetch | Reject, hashes: set[str], forgotten: Forgotten) -> Fetch | Reject | None:
    """A line of the fetch log without title and names that stood in a feed; hash and address stay, so that the file or
    page isn't taken for a new one. Of what could not be fetched, none."""
    if isinstance(row, Reject):
        return None if forgotten.names(row) else row
    if row.raw_hash in hashes or forgotten.names_url(row.url):
        return row.model_copy(update={"given_values": {}})
    return row


def _forget_visits(lake: Lake, source: str, hashes: set[str], forgotten: Forgotten) -> None:
    """Take out of what is remembered of a source the pages that are forgotten, with the titles and names that a feed
    gave them. Of a page whose address may have others one day, what was fetched from it stays known."""
    state = state_of(lake, source)
    kept = {
        url: visit.model_copy(update={"given": {}}) if visit.raw_hash in hashes else visit
        for url, visit in state.visits.items()
        if not forgotten.names_url(url)
    }
    if kept != state.visits:
        state.visits = kept
        lake.put_source_state(source, state.model_dump_json(exclude_defaults=True))


def _without_reports(row: dict[str, Any], reports: set[str], documents: set[str]) -> dict[str, Any] | None:
    """A reviewer's decision without the reports that are forgotten, and without the reviewer's words if it named one;
    None where it was about nothing else."""
    kept: dict[str, Any] = {
        "report_ids": [one for one in row.get("report_ids") or () if one not in reports],
        **{
            name: [place for place in row.get(name) or () if place.partition(":")[0] not in documents]
            for name in ("report_places", "other_report_places")
        },
    }
    if all(len(left) == len(row.get(name) or ()) for name, left in kept.items()):
        return row
    return row | kept | {"reason_text": None} if kept["report_places"] else None


def _without_samples(row: dict[str, Any], words: Iterable[str]) -> dict[str, Any]:
    samples = row.get("sample_rows") or []
    kept = [sample for sample in samples if not any(word in sample for word in words)]
    return row if len(kept) == len(samples) else row | {"sample_rows": kept}
