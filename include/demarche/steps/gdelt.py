"""GDELT in: its files are kept in the lake, and their rows in tables of their own, from which marts compare."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from demarche import gdelt
from demarche.records import GdeltFile, GdeltReject
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake, warehouse_of
from demarche.steps.results import Progress, StepResult, no_progress
from demarche.storage import Lake

if TYPE_CHECKING:
    from demarche.warehouse import GdeltRows

MAX_BYTES = 2_000_000_000  # of a file, unpacked
_JOURNAL = GdeltFile.table


def import_gdelt(
    paths: Sequence[Path], *, settings: Settings | None = None, progress: Progress = no_progress
) -> StepResult:
    """Take GDELT 2's files of events or mentions (.CSV, .zip, .gz); one that was taken before is passed over. Their
    bytes stay in the lake, so that a rebuild takes them again; without ``paths``, only what the warehouse lacks of it.

    A line that is no row of GDELT's, or says something else of a record than one that came before, is rejected, and
    stands in ``left_out``; a file that can't be read, or of which more lines are no rows than ``max_reject_share``, is
    refused as a whole, and stands in ``failures``.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    known = {row["raw_hash"] for row in lake.journal(_JOURNAL)}
    failures = []
    new = 0
    for number, path in enumerate(paths, 1):
        try:
            new += _keep(lake, path, known, settings.max_reject_share)
        except (gdelt.GdeltError, OSError) as error:
            said = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            failures.append(f"{path}: {said} — nothing of it was taken")
        progress("read", number, len(paths))
    taken = sync_gdelt(settings=settings, progress=progress)
    counts = {
        "files": new,
        "known": len(paths) - new - len(failures),
        "refused": len(failures),
        "rows": sum(one.file.row_count - one.file.repeated_count for one in taken),
        "repeated": sum(one.file.repeated_count for one in taken),
        "rejects": sum(one.file.reject_count for one in taken),
    }
    left_out = tuple(reject.reason_text for one in taken for reject in one.rejects)
    return StepResult("import", None, details=counts, left_out=left_out, failures=tuple(failures))


def sync_gdelt(
    *, settings: Settings | None = None, keep: int | None = None, progress: Progress = no_progress
) -> list[GdeltRows]:
    """Take into the warehouse what it lacks of the files that the lake keeps; which those were. Of former publications,
    ``keep`` stay, or as many as the settings say."""
    from demarche import warehouse

    settings = settings or load_settings()
    lake = open_lake(settings)
    files = [GdeltFile.model_validate(row) for row in lake.journal(_JOURNAL)]
    held = warehouse.gdelt_hashes(warehouse_of(settings)) if files else set()
    missing = list({file.raw_hash: file for file in files if file.raw_hash not in held}.values())
    if not missing:
        return []
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.warehouse_path.parent) as folder:
        rows = []
        for number, file in enumerate(missing, 1):
            rows.append(_rows(lake, file, Path(folder) / f"{number}.tsv"))
            progress("taken", number, len(missing))
        keep = settings.kept_publications if keep is None else keep
        return warehouse.take_gdelt(warehouse_of(settings), rows, wait_seconds=settings.lock_seconds, keep=keep)


def _keep(lake: Lake, path: Path, known: set[str], max_reject_share: float) -> int:
    """Keep a file's bytes and a line of the journal; 0 where that was done before. Raises GdeltError to refuse it."""
    if path.stat().st_size > MAX_BYTES:
        raise gdelt.GdeltError(f"larger than {MAX_BYTES} bytes — split it")
    data = path.read_bytes()
    raw_hash = hashlib.sha256(data).hexdigest()
    if raw_hash in known:
        return 0
    table = gdelt.table_of(data)
    first: gdelt.Problem | None = None
    good = bad = 0
    for line in gdelt.read(data, table, MAX_BYTES):
        if isinstance(line, gdelt.Problem):
            bad += 1
            first = first or line
        else:
            good += 1
    if first and bad > max_reject_share * (good + bad):
        raise gdelt.GdeltError(f"{bad} of {good + bad} lines are no {table.name} of GDELT's: line {_told(first)}")
    lake.put_raw(data)
    file = GdeltFile(
        raw_hash=raw_hash, file_name=path.name, table_name=table.name, imported_at=datetime.now(UTC), row_count=good,
        reject_count=bad,
    )  # fmt: skip
    lake.append_journal(_JOURNAL, [file.model_dump(mode="json")])
    known.add(raw_hash)
    return 1


def _rows(lake: Lake, file: GdeltFile, target: Path) -> GdeltRows:
    from demarche import warehouse

    rejects: list[GdeltReject] = []
    good = bad = 0
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        for line in gdelt.read(lake.get_raw(file.raw_hash), gdelt.TABLES[file.table_name], MAX_BYTES):
            if isinstance(line, gdelt.Problem):
                bad += 1
                rejects += [_reject(file, line)] if bad <= warehouse.KEPT_REJECTS else []
            else:
                good += 1
                out.write(f"{line[0]}\t{line[1]}\n")
    return warehouse.GdeltRows(file.model_copy(update={"row_count": good, "reject_count": bad}), target, rejects)


def _reject(file: GdeltFile, problem: gdelt.Problem) -> GdeltReject:
    return GdeltReject(
        raw_hash=file.raw_hash, line_number=problem.line, reason_type=problem.reason_type,
        reason_text=f"{file.file_name}: line {_told(problem)}",
    )  # fmt: skip


def _told(problem: gdelt.Problem) -> str:
    return f"{problem.line} {problem.reason_text}"
