"""Reading the texts of a gold set, with the code that reads everything else, without lake and warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from demarche import evaluation, fetching
from demarche.evaluation import Evaluation, Gold, GoldDocument, GoldEvent, GoldHappening, Reading, Told
from demarche.records import Document, Reject, Report, ReportParticipant
from demarche.settings import Settings, load_settings
from demarche.steps.ingestion import parse_fetch
from demarche.steps.ledgers import hour_that_has_ended
from demarche.steps.results import Progress, StepError, no_progress
from demarche.steps.tagging import tag

_HOUR = "%Y-%m-%dT%H"
_Row = TypeVar("_Row", bound=BaseModel)


def evaluate(
    gold: Path,
    *,
    texts: Path | None = None,
    split: str = "all",
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> Evaluation:
    """How well the texts of a gold set are read. All of them are, whatever the split, because stories and happenings
    are formed over all. Raises StepError when the gold can't be used."""
    found = load_gold(gold)
    if not found.part(split).names:
        raise StepError(f"{gold}: no document belongs to the split {split!r} — documents.jsonl tells which are in it")
    return evaluation.evaluate(found, read_gold(found, texts or default_texts(gold), settings, progress), split)


def load_gold(path: Path) -> Gold:
    """The gold in a folder (events.jsonl, documents.jsonl and happenings.jsonl, of which the last two may be missing),
    or in one events.jsonl. Raises StepError that names file and line when something is wrong."""
    folder, events = (path, path / "events.jsonl") if path.is_dir() else (path.parent, path)
    if not events.is_file():
        raise StepError(f"{events}: no such file — name a folder that holds an events.jsonl, or such a file")
    documents, happenings = folder / "documents.jsonl", folder / "happenings.jsonl"
    has_more = path.is_dir()
    found = Gold(
        _rows(events, GoldEvent),
        _rows(documents, GoldDocument) if has_more and documents.is_file() else (),
        _rows(happenings, GoldHappening) if has_more and happenings.is_file() else (),
    )
    if not found.names:
        raise StepError(f"{path}: holds no gold")
    return found


def default_texts(gold: Path) -> Path:
    """The folder ``drop`` beside the gold's."""
    return (gold if gold.is_dir() else gold.parent).resolve().parent / "drop"


def _rows(path: Path, kind: type[_Row]) -> tuple[_Row, ...]:
    return tuple(_read_rows(path, kind))


def _read_rows(path: Path, kind: type[_Row]) -> Iterator[_Row]:
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            reason = first["msg"].removeprefix("Value error, ")  # ours, which names its column itself
            place = "" if first["type"] == "value_error" else f"{where or 'the line'}: "
            raise StepError(f"{path}, line {number}: {place}{reason}") from None


def read_gold(gold: Gold, texts: Path, settings: Settings | None = None, progress: Progress = no_progress) -> Reading:
    """What is read in the gold's texts, which lie in a folder. A text that is missing or rejected tells nothing.

    A text in a folder that is named like an hour is read as if it had come in that hour. Raises StepError when there is
    no such folder.
    """
    from demarche import events, stories

    settings = settings or load_settings()
    if not texts.is_dir():
        raise StepError(f"{texts}: no such folder — name the one with the gold's texts (--texts)")
    documents = read_texts(gold, texts, settings)
    found = list({document.document_id: document for document in documents.values()}.values())
    tables, _ = tag(found, settings, progress)
    reports, participants = tables[Report], tables[ReportParticipant]
    shelf = stories.Shelf.of(map(stories.sign, found))
    _, members = stories.group_stories(shelf, stories.find_pairs(shelf))
    resolution = events.resolve_events(reports, participants, events.document_facts(found, members))
    return Reading(
        documents=documents,
        told=_told(documents, reports, participants),
        story_ids={member.document_id: member.story_id for member in members},
        event_ids={row.report_id: row.event_id for row in resolution.event_reports},
        event_statuses={event.event_id: event.status_type for event in resolution.events},
    )


def read_texts(gold: Gold, texts: Path, settings: Settings) -> dict[str, Document]:
    """The documents of gold by their names in it: path below the folder, ``#n`` for the n-th record of a file."""
    wanted: dict[str, dict[int, str]] = defaultdict(dict)
    for name in gold.names:
        file, _, position = name.partition("#")
        wanted[file][int(position) if position.isdecimal() else 0] = name
    found = {}
    for file, names in wanted.items():
        for number, document in _read(file, texts, settings):
            if isinstance(document, Document) and number in names:
                found[names[number]] = document
    return found


def _read(file: str, texts: Path, settings: Settings) -> Iterator[tuple[int | None, Document | Reject]]:
    if Path(file).is_absolute() or ".." in Path(file).parts or "\x00" in file:
        raise StepError(f"{file!r}: gold names its texts by their path below {texts}")
    hour = _hour(file)
    order = fetching.Order(hour or hour_that_has_ended(), settings.source_name, settings.max_file_bytes)
    arrived = fetching.read_file(texts / file, order, root=texts)
    if isinstance(arrived, fetching.Fetched):
        fetch = arrived.fetch.model_copy(update={"url": file} | ({"fetched_at": _instant(hour)} if hour else {}))
        yield from parse_fetch(fetch, arrived.data, settings)


def _hour(file: str) -> str | None:
    """The hour that the first folder of a path is named by."""
    first = Path(file).parts[0] if file else ""
    try:
        return first if _instant(first).strftime(_HOUR) == first else None
    except ValueError:
        return None


def _instant(hour: str) -> datetime:
    return datetime.strptime(hour, _HOUR).replace(tzinfo=UTC)


def _told(
    documents: dict[str, Document], reports: list[Report], participants: list[ReportParticipant]
) -> dict[str, tuple[Told, ...]]:
    parties: dict[str, list[ReportParticipant]] = defaultdict(list)
    for party in participants:
        parties[party.report_id].append(party)
    told: dict[str, list[Told]] = defaultdict(list)
    for report in reports:
        if report.stage_type == "trace":  # it tells nothing by itself
            continue
        told[report.document_id].append(Told(report, tuple(parties[report.report_id])))
    return {name: tuple(told[document.document_id]) for name, document in documents.items()}
