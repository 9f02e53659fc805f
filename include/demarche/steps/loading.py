"""One writer's work: stories and events of everything that is pending, the gate, the commit, the publication."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import events, language
from demarche.records import (
    Accuracy,
    CodeVersion,
    Decision,
    Document,
    EventRevision,
    Load,
    Mention,
    Pair,
    QualityResult,
    Record,
    Reject,
    Report,
    ReportParticipant,
    Signature,
    SourceHealth,
)
from demarche.settings import Settings, load_settings
from demarche.sources.declaring import Declaration, DeclarationError
from demarche.steps import resolving
from demarche.steps.gazetteer import load_additions
from demarche.steps.gdelt import sync_gdelt
from demarche.steps.ledgers import (
    ACCEPTANCES,
    KEY_FORMAT,
    code_version,
    note_held,
    open_lake,
    released,
    take_again,
    unpairable,
    unpaired,
    warehouse_of,
)
from demarche.steps.pairing import pair_documents
from demarche.steps.results import Progress, StepError, StepResult, no_progress
from demarche.steps.sources import declared_sources, health_of
from demarche.storage import Lake, LakeFault

if TYPE_CHECKING:
    from demarche.warehouse import GateFailure, PartitionFiles, Warehouse

_BROUGHT: dict[str, tuple[type[Record], ...]] = {
    "documents": (Document, Reject),
    "tagged": (Mention, Report, ReportParticipant, Reject),
    "paired": (Signature, Pair),
}


_CONFLICTS = 3  # so often may somebody else's commit be in a load's way


class GateError(StepError):
    """The checks of the gate refuse a load: all of it, and nothing is kept, or the partitions ``held``, each with why,
    and all others are loaded."""

    def __init__(self, message: str, held: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.held = dict(held or {})


# --- load --------------------------------------------------------------------------------------------------------
def load_warehouse(*, settings: Settings | None = None, progress: Progress = no_progress) -> StepResult:
    """Take every partition that the warehouse lacks, form stories and events, and publish.

    Raises GateError when an error check fails (the published file stays), WarehouseError for what the disk or another
    writer refuses.
    """
    settings = settings or load_settings()
    done = _load(settings, progress, fresh=False)
    sync_gdelt(settings=settings, progress=progress)  # where the warehouse was lost, or a former one restored
    return done


def rebuild_warehouse(
    *, settings: Settings | None = None, progress: Progress = no_progress, keep: int | None = None
) -> StepResult:
    """Load all that is derived into an empty warehouse, replay the journal, and publish it in the old one's place;
    of former publications, ``keep`` stay, or as many as the settings say."""
    settings = settings or load_settings()
    done = _load(settings, progress, fresh=True, keep=keep)
    sync_gdelt(settings=settings, keep=keep, progress=progress)
    return done


@contextmanager
def open_writer(settings: Settings, *, fresh: bool = False, keep: int | None = None) -> Iterator[Warehouse]:
    """The writer of the warehouse that the settings name; former publications stay as they say, or else ``keep``."""
    from demarche.warehouse import Warehouse

    place = warehouse_of(settings)
    keep = settings.kept_publications if keep is None else keep
    with Warehouse.writer(place, wait_seconds=settings.lock_seconds, fresh=fresh, keep=keep) as warehouse:
        yield warehouse


def refuse_foreign_warehouse(settings: Settings) -> None:
    """Raises WarehouseError, before hours are spent on a run, when its warehouse could not be written to."""
    if warehouse_of(settings).exists():
        with open_writer(settings):
            pass


def refuse_lesser_lake(settings: Settings) -> None:
    """Raises StepError when the lake lacks partitions that the warehouse holds: a load would take them away.

    That is another warehouse's lake, or a mistyped one. Where that is lost, the writer's own copy is asked.
    """
    from demarche import warehouse

    try:
        taken = _taken(settings)
    except warehouse.WarehouseLocked:
        raise
    except warehouse.WarehouseError:  # the load or the rebuild says so itself
        return
    _refuse_lesser(open_lake(settings), taken, settings)


def _taken(settings: Settings) -> set[str]:
    from demarche import warehouse

    place = warehouse_of(settings)
    try:
        if place.exists():
            found = warehouse.query(place, "SELECT partition_key FROM meta.partitions", limit=10_000_000)
            return {key for (key,) in found.rows}
    except warehouse.WarehouseLocked:
        raise
    except warehouse.WarehouseError:
        if isinstance(place, warehouse.DuckLake):
            raise
    if isinstance(place, warehouse.DuckLake) or not warehouse.has_copies(place):
        return set()
    with open_writer(settings) as writer:
        return set(writer.taken())


def _refuse_lesser(lake: Lake, taken: Iterable[str], settings: Settings) -> None:
    if missing := sorted(set(taken) - {*lake.fetch_keys(), *lake.taken_keys("documents")}):
        named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise StepError(
            f"{warehouse_of(settings)} holds {named}, which the lake {settings.lake_url} lacks — name the lake that "
            "it was made from (--lake), or another warehouse (--warehouse)"
        )


def unloaded(settings: Settings) -> list[str]:
    """Partitions that the published warehouse lacks, or holds in another state than the lake."""
    wanted = loadable(open_lake(settings), settings)
    return sorted(wanted.keys() - _loaded(settings, wanted))


def loaded(settings: Settings) -> set[str]:
    """Partitions that the published warehouse holds as they are in the lake; none where it can't be read."""
    from demarche import warehouse

    try:
        return _loaded(settings, loadable(open_lake(settings), settings))
    except warehouse.WarehouseError:
        return set()


def _loaded(settings: Settings, wanted: Mapping[str, PartitionFiles]) -> set[str]:
    from demarche import warehouse

    if not warehouse_of(settings).exists():
        return set()
    sql = "SELECT partition_key, input_hash FROM meta.partitions"
    taken = dict(warehouse.query(warehouse_of(settings), sql, limit=10_000_000).rows)
    return {key for key, partition in wanted.items() if taken.get(key) == partition.input_hash}


def _load(settings: Settings, progress: Progress, *, fresh: bool, keep: int | None = None) -> StepResult:
    refuse_lesser_lake(settings)
    lake = open_lake(settings)
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    with open_writer(settings, fresh=fresh, keep=keep) as warehouse, _copies(lake, warehouse.folder) as at_hand:
        if not fresh:
            keep_journal(lake, warehouse)  # of a load that was killed before it could
        wanted = loadable(lake, settings)
        taken = {} if fresh else warehouse.taken()
        settled = {key for key, found in wanted.items() if taken.get(key) == found.input_hash}
        incomparable = _pair(lake, settings, settled)
        wanted = loadable(lake, settings)
        due = {key: found for key, found in wanted.items() if taken.get(key) != found.input_hash}
        changed, held = _whole(lake, at_hand, due)
        held |= incomparable
        load: Load | None = None
        is_decided = {decision.decision_id for decision in decisions(lake)} != warehouse.decision_ids()
        if changed or fresh or is_decided or not warehouse.loads():
            load, refused = _load_sound(warehouse, lake, changed, settings, progress)
            held |= refused
            keep_journal(lake, warehouse)
        progress("load_warehouse", 3, 3)
        warehouse.publish()
    note_held(lake, held)
    held |= unpairable(lake, settings, settled)
    if held:
        said = "; ".join(f"{key}: {reason}" for key, reason in sorted(held.items()))
        raise GateError(f"held back, while all other partitions are loaded: {said}", held)
    counts = {} if load is None else {"documents": load.document_count, "reports": load.report_count}
    counts |= {} if load is None else {"events": load.event_count, "revisions": load.revision_count}
    if load and (lag := lag_seconds(changed, taken, load.loaded_at)) is not None:
        counts["lag_seconds"] = lag
    return StepResult("load_warehouse", None, len(changed), counts.get("events", 0), 0, counts)


def lag_seconds(changed: Iterable[str], taken: Iterable[str], loaded_at: datetime) -> int | None:
    """From the end of the newest hour that was loaded to its load. None where a newer one was there before: that a past
    hour comes again, or for the first time, isn't late."""
    newest = max(changed, default="")
    if not newest or newest < max(taken, default=""):
        return None
    ended_at = datetime.strptime(newest, KEY_FORMAT).replace(tzinfo=UTC) + timedelta(hours=1)
    return max(0, round((loaded_at - ended_at).total_seconds()))


def _pair(lake: Lake, settings: Settings, settled: Collection[str] = ()) -> dict[str, str]:
    """Compare what isn't compared yet; by partition what is wrong with those that can't be, since their documents are
    damaged. Where another's signatures are, these are made anew, and it is tried again."""
    held: dict[str, str] = {}
    said: set[str] = set()
    while late := [key for key in unpaired(lake, settings, settled) if key not in held]:
        for key in late:
            try:
                pair_documents(key, settings=settings)
            except LakeFault as error:
                if lake.damage("documents", key):
                    held[key] = str(error)
                elif str(error) in said:
                    raise
                said.add(str(error))
    return held


def _whole(
    lake: Lake, at_hand: Callable[[PartitionFiles], PartitionFiles], changed: Mapping[str, PartitionFiles]
) -> tuple[dict[str, PartitionFiles], dict[str, str]]:
    """The partitions whose files are all there as they were written, at hand; of the others, what is wrong. One that is
    being replaced just now is in neither: the next load takes it."""
    whole, held = {}, {}
    for key, found in changed.items():
        try:
            whole[key] = at_hand(found)
        except LakeFault:
            if damage := take_again(lake, key):
                held[key] = damage
    return whole, held


@contextmanager
def _copies(lake: Lake, place: Path) -> Iterator[Callable[[PartitionFiles], PartitionFiles]]:
    """Gives a partition's files as files of this machine: DuckDB reads none in object storage. The copies go again."""
    with tempfile.TemporaryDirectory(prefix="load.", dir=place) as folder:

        def at_hand(found: PartitionFiles) -> PartitionFiles:
            files = {kind: lake.at_hand(paths, Path(folder)) for kind, paths in found.files.items()}
            return replace(found, files=files)

        yield at_hand


def loadable(lake: Lake, settings: Settings) -> dict[str, PartitionFiles]:
    """What the lake has of each partition that all stations have taken in its present state."""
    from demarche.warehouse import PartitionFiles

    ledgers = {
        station: released(lake, settings) if station == "documents" else lake.manifests(station) for station in _BROUGHT
    }
    found = {}
    for key, parsed in ledgers["documents"].items():
        manifests = {station: ledger[key] for station, ledger in ledgers.items() if key in ledger}
        has_met_all = len(manifests) == len(_BROUGHT)
        if not has_met_all or any(m.input_hash != parsed.output_hash for m in manifests.values() if m is not parsed):
            continue
        files: dict[type[Record], list[str]] = {}
        for station, manifest in manifests.items():
            for kind in _BROUGHT[station]:
                files.setdefault(kind, []).extend(lake.listed_paths(manifest, kind))
        outputs = "\n".join(manifest.output_hash for manifest in manifests.values())
        found[key] = PartitionFiles(
            input_hash=hashlib.sha256(outputs.encode()).hexdigest(),
            files=files,
            found_count=parsed.counts.get("found"),
            parse_reject_count=parsed.counts.get("rejected"),
            repeated_count=parsed.counts.get("repeated"),
            forgotten_count=parsed.counts.get("forgotten"),
        )
    return found


def _load_sound(
    warehouse: Warehouse,
    lake: Lake,
    changed: Mapping[str, PartitionFiles],
    settings: Settings,
    progress: Progress,
) -> tuple[Load, dict[str, str]]:
    """Load what passes the gate. A partition that its checks name, or whose rows don't fit, is held back, and the rest
    tried again; what was held back, and why, is the second answer. What a person has accepted holds up nothing. Raises
    GateError when a failing check names none of them."""
    from demarche.warehouse import UnusablePartition, WarehouseConflict

    accepted = {row["partition_key"] for row in lake.journal(ACCEPTANCES)}
    remaining = dict(changed)
    held: dict[str, str] = {}
    conflicts = 0
    declared = _declared(settings)
    while True:
        progress("load_warehouse", 0, 3)
        warehouse.begin()
        decided = _newly_decided(warehouse, lake)
        _replay(warehouse, lake, declared)
        try:
            warehouse.replace_partitions(remaining)
            progress("load_warehouse", 1, 3)
            _resolve(warehouse, lake, decided, declared, settings)
        except UnusablePartition as error:
            warehouse.rollback()
            held[error.partition_key] = str(error)
            del remaining[error.partition_key]
            continue
        except LakeFault:  # in signatures of another partition, which are made anew of its documents
            warehouse.rollback()
            if not unpaired(lake, settings) or _pair(lake, settings):
                raise
            continue
        progress("load_warehouse", 2, 3)
        now = datetime.now(UTC)
        failures = [failure for failure in warehouse.gate(now) if not _is_accepted(failure, accepted)]
        if not failures:
            try:
                return warehouse.commit(now, code_versions=_code_versions(settings)), held
            except WarehouseConflict:
                conflicts += 1
                if conflicts == _CONFLICTS:
                    raise
                continue
        warehouse.rollback()
        named = {
            key: _reason(failure)
            for failure in failures
            for key in failure.partition_keys
            if key in remaining and key not in accepted
        }
        if not named:
            raise GateError(f"not loaded, the published warehouse stays: {'; '.join(map(_reason, failures))}")
        accepting = "Mend the cause, or load it all the same after `demarche accept"
        held |= {key: f"{reason} {accepting} {key} --reason WHY`." for key, reason in named.items()}
        remaining = {key: files for key, files in remaining.items() if key not in named}


def _resolve(
    warehouse: Warehouse, lake: Lake, named: Collection[str], declared: Sequence[Declaration], settings: Settings
) -> None:
    """Form stories and events: of what changed, or of everything where other code or names formed them; and what their
    ids lead to."""
    is_same = warehouse.is_resolved_by(code_version("resolved", settings))
    decided = decisions(lake)
    with warehouse.resolving() as held:
        changed = held.changed_documents() | set(named) if is_same else None
        for documents in resolving.portions(held, changed):
            resolving.resolve_changed(held, lake, decided, documents)
        resolving.replace_looked_up(warehouse, declared, load_additions(settings), whole=not is_same)


def _newly_decided(warehouse: Warehouse, lake: Lake) -> set[str]:
    """The documents of the decisions that the last load didn't know, and of those that they undo."""
    known = {decision.decision_id: decision for decision in decisions(lake)}
    new = set(known) ^ warehouse.decision_ids()
    while undone := {known[one].undone_decision_id for one in new & known.keys()} - {None, *new}:
        new |= undone  # type: ignore[arg-type]  # without None
    return {name for one in new & known.keys() for name in events.documents_of(known[one])}


def _is_accepted(failure: GateFailure, accepted: set[str]) -> bool:
    return bool(failure.partition_keys) and accepted.issuperset(failure.partition_keys)


def _reason(failure: GateFailure) -> str:
    return f"{failure.result.message_text} First row: {''.join(failure.result.sample_rows[:1])}"


def _declared(settings: Settings) -> Sequence[Declaration]:
    """The declared sources; a sources file that is wrong stops fetching, and not the load of what was fetched."""
    try:
        return declared_sources(settings)
    except (DeclarationError, StepError, OSError):
        return ()


def _code_versions(settings: Settings) -> dict[str, str]:
    return {"demarche": version("demarche"), "model": language.model_version(settings.model_name)}


# --- the journal -------------------------------------------------------------------------------------------------
def keep_journal(lake: Lake, warehouse: Warehouse) -> None:
    """Append the loads that the journal lacks, each after its revisions and what made it: a load in the journal is
    whole."""
    kept = {row["load_id"] for row in lake.journal("loads")}
    for load in warehouse.loads():
        if load.load_id not in kept:
            for kind, rows in (
                (EventRevision, warehouse.revisions(load.load_id)),
                (CodeVersion, warehouse.code_versions(load.load_id)),
            ):
                lake.append_journal(kind.table, [row.model_dump() for row in rows])
            lake.append_journal("loads", [load.model_dump()])


def decisions(lake: Lake) -> list[Decision]:
    """What reviewers decided, in the order of the journal."""
    return [Decision.model_validate(row) for row in lake.journal(Decision.table)]


def _replay(warehouse: Warehouse, lake: Lake, declared: Sequence[Declaration]) -> None:
    """Bring what only the journal knows into the open load: all of it into a warehouse that lacks some of its loads,
    since it is new or a former publication that was restored. How the declared sources fare is remembered beside it."""
    from demarche.warehouse import accuracy

    warehouse.replay(SourceHealth, [health_of(lake, source) for source in declared])
    kinds: tuple[type[Record], ...] = (QualityResult, Decision)
    if {row["load_id"] for row in lake.journal(Load.table)} - {load.load_id for load in warehouse.loads()}:
        kinds = (Load, EventRevision, CodeVersion, *kinds)
    for kind in kinds:
        _bring(warehouse, lake, kind)
    reviewed = events.reviewed_precision(decisions(lake), version("demarche"))
    warehouse.replay(Accuracy, [*accuracy(), *reviewed])


def _bring(warehouse: Warehouse, lake: Lake, kind: type[Record]) -> None:
    rows = [kind.model_validate(row) for row in lake.journal(kind.table)]
    if kind in (EventRevision, CodeVersion):
        loads = {row["load_id"] for row in lake.journal(Load.table)}
        rows = [row for row in rows if row.load_id in loads]  # type: ignore[attr-defined]  # both have one
    unique = {tuple(getattr(row, name) for name in kind.key): row for row in rows}
    warehouse.replay(kind, [unique[key] for key in sorted(unique)])


def load_results(*, settings: Settings | None = None) -> StepResult:
    """Bring the journal's newest results of checks into the warehouse, and how sources fare, and publish it; partitions
    stay as they are."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    with open_writer(settings) as warehouse:
        keep_journal(lake, warehouse)
        warehouse.begin()
        _bring(warehouse, lake, QualityResult)
        warehouse.replay(SourceHealth, [health_of(lake, source) for source in _declared(settings)])
        warehouse.commit(datetime.now(UTC), code_versions=_code_versions(settings))
        keep_journal(lake, warehouse)
        warehouse.publish()
    return StepResult("load_results", None, written=len(lake.journal(QualityResult.table)))


# --- upkeep and looking ------------------------------------------------------------------------------------------
_EVENTS = """
SELECT start_date, end_date, date_precision_type, event_type, mode_type, status_type, actor_text, recipient_text,
    place_name, document_count, confidence_score
FROM mart.events
WHERE event_id IN (
    SELECT event_id FROM core.event_reports JOIN core.documents USING (document_id)
    WHERE list_contains(string_split($hashes, ','), raw_hash)
)
ORDER BY start_date NULLS LAST, event_type, event_id
"""


def events_of(raw_hashes: Sequence[str], *, settings: Settings | None = None) -> list[dict[str, Any]]:
    """The events that the files with these hashes tell of, each as a readable row, by date."""
    from demarche import warehouse

    settings = settings or load_settings()
    hashes = {"hashes": ",".join(raw_hashes)}
    found = warehouse.query(warehouse_of(settings), _EVENTS, limit=1_000_000, parameters=hashes)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
