"""What is held back, and a person's release of it."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from datetime import UTC, datetime

from demarche.records import Reject
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import ACCEPTANCES, checked_key, documents_manifest, forgotten_in, held_by_load, open_lake
from demarche.steps.ledgers import held_back as _held_back
from demarche.steps.results import StepError, StepResult, by_path


def held_back(keys: Iterable[str] | None = None, *, settings: Settings | None = None) -> dict[str, str]:
    """The partitions (of ``keys``, or all) that are held back, for what was rejected of them or by the last load, each
    with the reason and what to do."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    found = held_by_load(lake) | _held_back(lake, settings)
    return found if keys is None else {key: found[key] for key in keys if key in found}


def rejects(partition_key: str, *, settings: Settings | None = None) -> tuple[Reject, ...]:
    """What could not be fetched or read of a partition, by path; also of one that isn't parsed yet. Raises StepError
    for a partition that there isn't."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    if checked_key(partition_key) not in (known := sorted({*lake.fetch_keys(), *lake.taken_keys("documents")})):
        there = f"there are {len(known)}, the newest is {known[-1]}" if known else "nothing was fetched into it yet"
        raise StepError(f"the lake {lake.url} has no partition {partition_key}: {there} — name the lake (--lake)?")
    stations = ("documents", "tagged")
    found = {row.reject_id: row for station in stations for row in lake.read(Reject, partition_key, station)}
    forgotten = forgotten_in(lake)
    fetched = (row for row in lake.fetch_rejects(partition_key) if not forgotten.names(row))
    return by_path(({row.reject_id: row for row in fetched} | found).values())


def accept(partition_key: str, *, reason: str, settings: Settings | None = None) -> StepResult:
    """Release a partition as it is: its rejects, and rows of it that break a rule of the gate, hold up nothing more.

    Who, when and why stand in the journal. Raises StepError for a partition that has no documents yet or isn't held
    back, and when no reason is given.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    rejected = documents_manifest(lake, partition_key).counts.get("rejected", 0)
    if not held_back([partition_key], settings=settings):
        raise StepError(f"{partition_key} isn't held back — `demarche status` names what is")
    if not reason.strip():
        raise StepError('say why it may go on, for whoever asks later: --reason "…"')
    row = {
        "partition_key": partition_key,
        "rejected_count": rejected,
        "accepted_at": datetime.now(UTC).isoformat(),
        "accepted_by": getpass.getuser(),
        "reason_text": reason,
    }
    lake.append_journal(ACCEPTANCES, [row])
    return StepResult("accept", partition_key, rejected=rejected)
