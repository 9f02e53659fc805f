"""The ledgers: which partitions a station has taken, from what and by which code, and so which it still has to take."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from demarche import language
from demarche.records import Load
from demarche.settings import Settings
from demarche.steps.attempts import DEATHS, Attempts
from demarche.steps.gazetteer import additions_hash, load_index
from demarche.steps.results import StepError
from demarche.storage import Lake, LakeFault, Manifest

if TYPE_CHECKING:
    from demarche.documents.tombstones import Forgotten
    from demarche.warehouse import DuckLake, Place

STATIONS = ("documents", "tagged", "paired")
_COMMANDS = {"documents": "parse-documents", "tagged": "tag-documents", "paired": "pair-documents"}
WAREHOUSE, HELD = "warehouse", "held"  # the loader's notes of what it left out
KEY_FORMAT = "%Y-%m-%dT%H"
COMPARED = "compared"
"""Under this name lies what each partition was compared with."""
_TOGETHER = 64  # notes of a month of hours: 4 MB
FIRST_KEY = "1970-01-01T00"  # nothing was fetched before
ACCEPTANCES = "acceptances"  # the journal's kind for what a person released
TOMBSTONES = "tombstones"  # for what was forgotten
EXPIRED = "expired"  # for partitions whose raw bytes were removed for their age or for want of space
HELD_FROM = 50  # documents of a partition; the reject rate of fewer says little


def open_lake(settings: Settings) -> Lake:
    """The lake that the settings name. Raises LakeFault for one that can't be."""
    if settings.lake_url.partition("://")[0] == "memory":
        raise LakeFault(
            f"lake {settings.lake_url}: what is in memory is gone when the command ends, and the warehouse can't read "
            "it — name a folder, or a URL that lasts"
        )
    return Lake(settings.lake_url)


def taken_by(path: Place) -> dict[str, str]:
    """By partition the hash of what the warehouse at ``path`` holds of it. Raises WarehouseError when there is none."""
    from demarche import warehouse

    return dict(warehouse.query(path, "SELECT partition_key, input_hash FROM meta.partitions", limit=10_000_000).rows)


def is_made_from(taken: Iterable[str], lake: Lake) -> bool:
    """Whether a warehouse that holds the partitions ``taken`` was made from this lake, as far as can be seen."""
    keys = set(taken)
    return not keys.isdisjoint(lake.fetch_keys()) if keys else bool(lake.journal(Load.table))


def not_its_lake(lake: Lake, path: Place) -> str:
    """What a person is told who names a warehouse, and not the lake that it was made from."""
    return f"the lake {lake.url} has no partition of {path} — name the lake that it was made from (--lake)"


def own_lake(settings: Settings) -> Lake:
    """The lake that the settings name, for what is written into it on the word of the warehouse. Raises StepError when
    that was made from another one, WarehouseError when there is none."""
    lake, path = open_lake(settings), warehouse_of(settings)
    if not is_made_from(taken_by(path), lake):
        raise StepError(not_its_lake(lake, path))
    return lake


def warehouse_of(settings: Settings) -> Place:
    """The warehouse that the settings name: a file, or a DuckLake."""
    if not settings.warehouse_url:
        return settings.warehouse_path
    return ducklake_at(settings.warehouse_url, settings.warehouse_files, settings)


def ducklake_at(url: str, files: str, settings: Settings) -> DuckLake:
    """The DuckLake whose catalog is at ``url``, with its data files at ``files``."""
    from demarche.warehouse import DuckLake

    return DuckLake(url, files_at(files), settings.warehouse_path.absolute().with_name(".ducklake.work"))


def files_at(place: str) -> str:
    """Where DuckLake's data files lie, as it wants it: an absolute path, or s3://bucket/prefix, with a slash behind it.
    Raises StepError for another URL."""
    if place.startswith("s3://"):
        return place.rstrip("/") + "/"
    if "://" in place:
        raise StepError(f"{place}: DuckLake's data files lie in a folder or in s3:// — name one of these")
    return f"{Path(place).absolute()}/"


def checked_key(partition_key: str) -> str:
    """The key itself. Raises StepError when it names no hour."""
    try:
        written = f"{datetime.strptime(partition_key, KEY_FORMAT):%Y-%m-%dT%H}".zfill(13)  # a year below 1000 is cut
    except ValueError:
        written = None
    if written != partition_key:
        raise StepError(f"{partition_key!r} is no partition key — a key is an hour in UTC, like 2018-11-06T14")
    return partition_key


def arrival_key(partition_key: str) -> str:
    """The key itself. Raises StepError when nothing can have arrived in that hour: it is still to come, or before
    FIRST_KEY."""
    now = datetime.now(UTC).strftime(KEY_FORMAT)
    if not FIRST_KEY <= checked_key(partition_key) <= now:
        raise StepError(
            f"{partition_key}: nothing can have arrived then — name the hour in which files are taken in, from "
            f"{FIRST_KEY} to {now} (now, in UTC); what day an article is of is read from the article"
        )
    return partition_key


def hour_that_has_ended(now: datetime | None = None) -> str:
    """The partition key for what is fetched now."""
    return ((now or datetime.now(UTC)) - timedelta(hours=1)).strftime(KEY_FORMAT)


def outdated(lake: Lake, station: str, settings: Settings) -> list[str]:
    """Partitions whose input or code is not what ``station`` last took, in order."""
    return _outdated(lake.manifests(station), inputs(lake, station, settings), code_version(station, settings))


def _outdated(ledger: Mapping[str, Manifest], wanted: Mapping[str, str], version_now: str) -> list[str]:
    return [key for key, input_hash in wanted.items() if not is_current(ledger.get(key), input_hash, version_now)]


def inputs(lake: Lake, station: str, settings: Settings) -> dict[str, str]:
    """The hash of what a station is to take, by partition; downstream of parsing, without those that are held back."""
    if station == "documents":
        forgotten = forgotten_in(lake)
        return {key: parsed_from(lake, key, forgotten) for key in lake.fetch_keys()}
    if station in ("tagged", "paired"):
        return {key: manifest.output_hash for key, manifest in released(lake, settings).items()}
    raise StepError(f"no station is called {station!r}; there are: {', '.join(STATIONS)}, warehouse")


def released(lake: Lake, settings: Settings) -> dict[str, Manifest]:
    """The parsed partitions that go on to the stations after, by key."""
    ledger = lake.manifests("documents")
    held = held_back(lake, settings, ledger)
    return {key: manifest for key, manifest in ledger.items() if key not in held}


def held_back(lake: Lake, settings: Settings, ledger: Mapping[str, Manifest] | None = None) -> dict[str, str]:
    """Partitions of which too much was rejected for anything downstream to see them, each with the reason.

    `demarche accept` releases one, as it is: with more rejects than were there then, it is held back again.
    """
    accepted = {row["partition_key"]: row["rejected_count"] for row in lake.journal(ACCEPTANCES)}
    held = {}
    for key, manifest in (lake.manifests("documents") if ledger is None else ledger).items():
        found, rejected = manifest.counts.get("found", 0), manifest.counts.get("rejected", 0)
        if found < HELD_FROM or rejected <= settings.max_reject_share * found or rejected <= accepted.get(key, -1):
            continue
        held[key] = (
            f"{rejected} of {found} documents were rejected, more than DEMARCHE_MAX_REJECT_SHARE "
            f"({settings.max_reject_share:g}) allows — see why with `demarche rejects {key}`, then mend what reads "
            f"them, or release it: `demarche accept {key} --reason WHY`"
        )
    return held


def held_by_load(lake: Lake) -> dict[str, str]:
    """Partitions that the last load left out, each with the reason and what to do."""
    return {key: note["reason_text"] for key, note in lake.notes(WAREHOUSE, HELD).items()}


def note_held(lake: Lake, held: Mapping[str, str]) -> None:
    """Note what a load leaves out, in the place of what the last one did."""
    for key in held_by_load(lake).keys() - held.keys():
        lake.remove_note(WAREHOUSE, key, HELD)
    for key, reason in held.items():
        lake.put_note(WAREHOUSE, key, HELD, {"reason_text": reason})


def take_again(lake: Lake, partition_key: str, stations: Iterable[str] = STATIONS) -> str | None:
    """Have the stations whose files of a partition aren't as they were written take it again in their next runs. What
    is wrong, and what to do; None when nothing is."""
    said = []
    for station in stations:
        if (damage := lake.damage(station, partition_key)) is None:
            continue
        if station == "documents" and partition_key in {row["partition_key"] for row in lake.journal(EXPIRED)}:
            said.append(f"{damage}, and the raw bytes have expired that it was made from — put it back from a copy")
            continue
        lake.distrust(station, partition_key)
        said.append(f"{damage} — `demarche {_COMMANDS[station]} {partition_key}` makes it anew, as does the next run")
    return "; ".join(said) or None


@contextmanager
def mended_later(lake: Lake, station: str, partition_key: str) -> Iterator[None]:
    """What a station made of a partition and turns out damaged within the block, it makes anew in its next run."""
    try:
        yield
    except LakeFault as error:
        raise LakeFault(take_again(lake, partition_key, [station]) or str(error)) from error


def parsed_from(lake: Lake, partition_key: str, forgotten: Forgotten | None = None) -> str:
    """The hash of what documents are made from: what was fetched, and what of it was forgotten."""
    targets = (forgotten or forgotten_in(lake)).of_partition(partition_key)
    log_hash = lake.log_hash(partition_key)
    return hashlib.sha256("\n".join((log_hash, *targets)).encode()).hexdigest() if targets else log_hash


def forgotten_in(lake: Lake) -> Forgotten:
    """What was forgotten, as the journal says."""
    from demarche.documents.tombstones import Forgotten

    return Forgotten(lake.journal(TOMBSTONES))


def is_current(manifest: Manifest | None, input_hash: str, code_version: str) -> bool:
    return manifest is not None and (manifest.input_hash, manifest.code_version) == (input_hash, code_version)


def code_version(station: str, settings: Settings) -> str:
    """Changes whenever the code or data behind a station's rows change."""
    parts = [version("demarche"), _code_hash()]
    if station == "documents":
        parts.append(str(settings.max_body_characters))
    if station in ("tagged", "resolved"):
        parts += [language.model_version(settings.model_name), additions_hash(settings)]
        parts += [names.digest] if (names := load_index(settings)) else []
        parts += ["prefilter"] * settings.prefilter
    if station == "paired":
        parts.append(str(settings.pair_window_days))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


RIM = frozenset({
    "cli", "daily.py", "evaluation.py", "explanation", "exports", "fetching", "printing.py", "quality.py",
    "sending.py", "settings.py", "sql", "storage", "warehouse", "watches.py", "wikidata.py",
})  # fmt: skip
"""Parts of the package that decide no row of a station: with them changed, what was derived stays."""


@cache
def _code_hash() -> str:
    """A hash over what decides rows: every module and table of the package but the rim around them."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        part = path.relative_to(root).parts[0]
        if path.is_file() and part not in RIM and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def are_near(key: str, other: str, settings: Settings) -> bool:
    distance = datetime.fromisoformat(key) - datetime.fromisoformat(other)
    return abs(distance) <= timedelta(days=settings.pair_window_days)


def unpaired(lake: Lake, settings: Settings, settled: Collection[str] = ()) -> list[str]:
    """Partitions that are to be compared (again) and aren't set aside for having ended the process each time.

    Of the ``settled`` ones the caller knows that they have met one another: a loader that has taken them as they are,
    so that it only has to look at what is new."""
    found = _unpaired(lake, settings, settled)
    return [key for key in found if not pairing_attempts(lake, key, settings).is_poison(key)]


def unpairable(lake: Lake, settings: Settings, settled: Collection[str] = ()) -> dict[str, str]:
    """Partitions that are set aside, since comparing them has ended the process each time, with what to do."""
    return {
        key: f"comparing it has ended the process {DEATHS} times, for lack of memory or by a crash (the log of "
        f"pair_documents says where) — mend that, then `demarche pair-documents {key}`"
        for key in _unpaired(lake, settings, settled)
        if pairing_attempts(lake, key, settings).is_poison(key)
    }


def pairing_attempts(lake: Lake, partition_key: str, settings: Settings) -> Attempts:
    """What came of comparing a partition, as it is and by the code as it is, and ended with its process."""
    made_from = f"{documents_manifest(lake, partition_key).output_hash} {code_version('paired', settings)}"
    return Attempts(lake, "paired", partition_key, "all", made_from)


def _unpaired(lake: Lake, settings: Settings, settled: Collection[str]) -> list[str]:
    """Partitions that are not signed as they are now, or are the later of two that haven't met."""
    wanted = inputs(lake, "paired", settings)
    ledger = lake.manifests("paired")
    found = set(_outdated(ledger, wanted, code_version("paired", settings)))
    signed = sorted(set(wanted) - found)
    unsettled = [key for key in signed if key not in settled]

    @lru_cache(maxsize=4)
    def noted(first: int) -> Mapping[str, Mapping[str, str]]:
        """Read together, as a lake far away answers many requests as fast as one."""
        return compared_with(lake, [ledger[key] for key in unsettled[first : first + _TOGETHER]])

    def met(key: str) -> Mapping[str, str]:
        if key in settled:
            return compared_with(lake, [ledger[key]])[key]
        return noted(bisect_left(unsettled, key) // _TOGETHER * _TOGETHER)[key]

    first = 0  # the earliest that is near
    for position, key in enumerate(signed):
        while not are_near(key, signed[first], settings):
            first += 1
        earlier = signed[first:position]
        if key in settled:
            earlier = unsettled[bisect_left(unsettled, signed[first]) : bisect_left(unsettled, key)]
        for other in earlier:
            if wanted[other] != met(key).get(other) and wanted[key] != met(other).get(key):
                found.add(key)
    return sorted(found)


def compared_with(lake: Lake, manifests: Sequence[Manifest]) -> dict[str, Mapping[str, str]]:
    """What these partitions were compared with, each: key → the hash of the documents that were met. It lies beside the
    ledger, which every load reads whole, since of a month of hours it would be 60 kB of each line."""
    notes = lake.notes(COMPARED, "all", [manifest.partition_key for manifest in manifests])
    found: dict[str, Mapping[str, str]] = {}
    for manifest in manifests:
        note = notes.get(manifest.partition_key, {})
        found[manifest.partition_key] = note["partitions"] if note.get("of") == _made(manifest) else manifest.compared
    return found


def note_compared(lake: Lake, manifest: Manifest, compared: Mapping[str, str]) -> None:
    """Note what a partition, as this manifest says it is, was compared with."""
    lake.put_note(COMPARED, manifest.partition_key, "all", {"of": _made(manifest), "partitions": dict(compared)})


def _made(manifest: Manifest) -> str:
    """What a partition was made from and what came of it: whoever finds the same again has found the same pairs."""
    return f"{manifest.input_hash} {manifest.code_version} {manifest.output_hash}"


def documents_manifest(lake: Lake, partition_key: str) -> Manifest:
    manifest = lake.manifest("documents", checked_key(partition_key))
    if manifest is None:
        raise StepError(f"{partition_key} has no documents yet — run `demarche parse-documents {partition_key}` first")
    return manifest
