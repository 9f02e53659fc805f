"""One pass of the language model: who, where and when a document names, and which events it reports."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from demarche import language
from demarche.dates import impossible
from demarche.records import Document, Mention, Record, Reject, Report, ReportParticipant, record_id
from demarche.settings import Settings, load_settings
from demarche.steps.attempts import Attempts, Poison
from demarche.steps.gazetteer import load_additions, load_index
from demarche.steps.ingestion import reject_of
from demarche.steps.ledgers import code_version, documents_manifest, mended_later, open_lake
from demarche.steps.limits import time_limit
from demarche.steps.results import Progress, StepResult, by_path, first_line, no_progress

if TYPE_CHECKING:
    from spacy.tokens import Doc


def tag_documents(
    partition_key: str, *, settings: Settings | None = None, progress: Progress = no_progress
) -> StepResult:
    """One pass of the model over a partition's documents: mentions linked to entities, reports of events coded."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    manifest = documents_manifest(lake, partition_key)
    total = manifest.row_count(Document)
    done = 0

    def tell(step: str, number: int, _: int) -> None:
        progress(step, done + number, total)

    for index in range(count_shards(partition_key, settings=settings)):
        done += tag_shard(partition_key, index, settings=settings, progress=tell).read
    return commit_tagged(partition_key, settings=settings)


def count_shards(partition_key: str, *, settings: Settings | None = None) -> int:
    """In how many parts a partition's documents can be tagged at once."""
    manifest = documents_manifest(open_lake(settings or load_settings()), partition_key)
    files = manifest.tables.get(Document.table)
    return len(files.files) if files else 0


def tag_shard(
    partition_key: str, index: int, *, settings: Settings | None = None, progress: Progress = no_progress
) -> StepResult:
    """Tag one part of a partition; nobody sees it before ``commit_tagged``."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    input_hash = documents_manifest(lake, partition_key).output_hash
    version = code_version("tagged", settings)
    with mended_later(lake, "documents", partition_key):
        found = lake.read(Document, partition_key, "documents", index)
    with Attempts(lake, "tagged", partition_key, str(index), f"{input_hash} {version}") as attempts:
        tables, counts = tag(found, settings, progress, attempts)
        lake.write_shard(
            "tagged", partition_key, index, tables, input_hash=input_hash, code_version=version, counts=counts
        )
    return _tagged_result(partition_key, counts, ())


def commit_tagged(partition_key: str, *, settings: Settings | None = None) -> StepResult:
    """Make the tagged parts of a partition its tagged documents."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    manifest = lake.commit(
        "tagged",
        partition_key,
        count_shards(partition_key, settings=settings),
        input_hash=documents_manifest(lake, partition_key).output_hash,
        code_version=code_version("tagged", settings),
    )
    return _tagged_result(partition_key, manifest.counts, by_path(lake.read(Reject, partition_key, "tagged")))


def _tagged_result(partition_key: str, counts: Mapping[str, int], rejects: tuple[Reject, ...]) -> StepResult:
    details = {name: counts.get(name, 0) for name in ("coded", "skipped", "mentions", "reports")}
    read, rejected = counts.get("read", 0), counts.get("rejected", 0)
    return StepResult("tag_documents", partition_key, read, details["reports"], rejected, details, rejects)


def tag(
    found: Sequence[Document],
    settings: Settings,
    progress: Progress = no_progress,
    attempts: Attempts | None = None,
) -> tuple[dict[type[Record], list[Any]], Counter[str]]:
    """The rows that tagging makes of documents, by their table, and how many of each."""
    mentions: list[Mention] = []
    reports: list[Report] = []
    participants: list[ReportParticipant] = []
    rejects: list[Reject] = []
    coded, skipped = _screened([document for document in found if is_coded(document)], settings)
    for number, (document, coding) in enumerate(_codings(coded, settings, attempts or Attempts()), 1):
        progress("tag_documents", number, len(coded))
        if isinstance(coding, Exception):
            rejects.append(_tag_reject(document, coding))
            continue
        kept, broken = _keep_sound(document, coding)
        mentions += kept.mentions
        reports += kept.reports
        participants += kept.participants
        rejects += broken
    counts = Counter(
        read=len(found),
        coded=len(coded),
        skipped=skipped,
        mentions=len(mentions),
        reports=len(reports),
        rejected=len(rejects),
    )
    return {Mention: mentions, Report: reports, ReportParticipant: participants, Reject: rejects}, counts


def _screened(coded: Sequence[Document], settings: Settings) -> tuple[Sequence[Document], int]:
    """The documents that are worth parsing, and how many aren't; all are unless the prefilter is on."""
    if not settings.prefilter:
        return coded, 0
    from demarche.indexed import load_indexed
    from demarche.screening import Screen

    screen = Screen(load_indexed(load_additions(settings), load_index(settings)))
    promising = [document for document in coded if screen.is_promising(document.body)]
    return promising, len(coded) - len(promising)


def is_coded(document: Document) -> bool:
    """Whether a document is read for events: only English is, and what is too short to tell is taken for it."""
    return document.language_code in (None, "en")


def _codings(
    coded: Sequence[Document], settings: Settings, attempts: Attempts
) -> Iterator[tuple[Document, Coding | Exception]]:
    """Each document with its coding, or with why there is none."""
    sound = []
    for document in coded:
        if attempts.is_poison(document.document_id):
            yield document, Poison()
        else:
            sound.append(document)
    for group in attempts.groups(sound, lambda document: document.document_id, settings.batch_size):
        yield from zip(group, code_documents(group, settings), strict=True)


@dataclass(frozen=True)
class Coding:
    """What one document says."""

    mentions: tuple[Mention, ...] = ()
    reports: tuple[Report, ...] = ()
    participants: tuple[ReportParticipant, ...] = ()
    skipped_sentences: int = 0
    """How many of its sentences were too long to be read for events."""


def code_documents(found: Sequence[Document], settings: Settings) -> Iterator[Coding | Exception]:
    """The coding of each document, in order; the exception where one could not be coded."""
    from demarche import reports

    find_mentions = _finder(settings)
    for document, doc in zip(found, _parses(found, settings), strict=True):
        if isinstance(doc, Exception):
            yield doc
            continue
        try:
            with time_limit(settings.document_seconds):
                spans = find_mentions(document, doc)
                told, taking_part = reports.code_reports(doc, spans, document=document)
            yield Coding(
                _as_written(spans, document.body),
                told,
                _as_written(taking_part, document.body),
                reports.count_skipped(doc),
            )
        except Exception as error:  # one bad document never stops the others
            yield error


def parse_documents(found: Sequence[Document], settings: Settings) -> Iterator[tuple[Document, Doc, Sequence[Mention]]]:
    """Documents with their parses and mentions, in order, for what learns from them. Raises what parsing raises."""
    find_mentions = _finder(settings)
    for document, doc in zip(found, _parses(found, settings), strict=True):
        if isinstance(doc, Exception):
            raise doc
        yield document, doc, find_mentions(document, doc)


def _parses(found: Sequence[Document], settings: Settings) -> Iterator[Doc | Exception]:
    from demarche import indexed, recasing

    nlp = language.load_model(settings.model_name)
    gazetteer = indexed.load_indexed(load_additions(settings), load_index(settings))
    is_common = language.dictionary(settings.model_name)
    texts = (recasing.recase(_readable(document), gazetteer, is_common) for document in found)
    return language.read(nlp, texts, settings.batch_size)


def _finder(settings: Settings) -> Callable[[Document, Doc], Sequence[Mention]]:
    """What finds a document's mentions in its parse."""
    from demarche import indexed, mentions, places

    language.load_model(settings.model_name)
    additions = load_additions(settings)
    gazetteer = indexed.load_indexed(additions, load_index(settings))
    known_places = places.load_places(additions)
    _keep_for_good()

    def find(document: Document, doc: Doc) -> Sequence[Mention]:
        return mentions.find_mentions(
            doc,
            document_id=document.document_id,
            partition_key=document.partition_key,
            published_date=document.known_date,
            gazetteer=gazetteer,
            places=known_places,
        )

    return find


_Worded = TypeVar("_Worded", Mention, ReportParticipant)


def _as_written(rows: Iterable[_Worded], body: str) -> tuple[_Worded, ...]:
    """Rows with their words as they stand in the text, whatever case they were read in."""
    written = ((row, body[row.start_offset : row.end_offset]) for row in rows)
    return tuple(row if row.text == text else row.model_copy(update={"text": text}) for row, text in written)


@cache
def _keep_for_good() -> None:
    """Model, gazetteer and lexicon stay until the process ends: the collector of garbage needn't look through their
    million objects again and again, which would take a fifth of the time."""
    gc.collect()
    gc.freeze()


def _readable(document: Document) -> str:
    """The body as the model reads it: the dateline blanked out, which it would take for the sentence's subject."""
    dateline = document.dateline
    if not dateline or not document.body.startswith(dateline):
        return document.body
    return " " * len(dateline) + document.body[len(dateline) :]


def _tag_reject(document: Document, error: Exception) -> Reject:
    kinds = ((TimeoutError, "too_slow"), (Poison, "poison"), (Exception, "uncodable"))
    reason_type = next(name for kind, name in kinds if isinstance(error, kind))
    reason = f"({document.document_id}) can't be coded: {first_line(error)}"
    return reject_of(
        "tag", document.partition_key, document.path, None, document.raw_hash, reason_type, reason
    ).model_copy(update={"reject_id": record_id("x", "tag", document.document_id, reason_type)})


def _keep_sound(document: Document, coding: Coding) -> tuple[Coding, list[Reject]]:
    """The rows that keep the rules for rows; a reject for each report that breaks one. A mention whose words aren't
    those at its offsets is a fault of ours and breaks the whole document."""
    for mention in coding.mentions:
        if document.body[mention.start_offset : mention.end_offset] != mention.text:
            fault = ValueError(f"mention {mention.text!r} does not stand at its offsets")
            return Coding((), (), ()), [_tag_reject(document, fault)]
    rejects = []
    sound = []
    for report in coding.reports:
        reason = _broken_rule(report, document)
        if reason is None:
            sound.append(_with_sound_interval(report, document))
        else:
            row = _tag_reject(document, ValueError(f"report {report.trigger_text!r} {reason}"))
            reject_id = record_id("x", "tag", report.report_id, reason)
            rejects.append(row.model_copy(update={"reject_id": reject_id, "reason_type": "unsound_report"}))
    kept = {report.report_id for report in sound}
    participants = tuple(row for row in coding.participants if row.report_id in kept)
    return replace(coding, reports=tuple(sound), participants=participants), rejects


def _broken_rule(report: Report, document: Document) -> str | None:
    body = document.body
    if body[report.sentence_start_offset : report.sentence_end_offset] != report.sentence_text:
        return "has a sentence that does not stand at its offsets"
    if body[report.trigger_start_offset : report.trigger_end_offset] != report.trigger_text:
        return "has a trigger that does not stand at its offsets"
    return None


def _with_sound_interval(report: Report, document: Document) -> Report:
    """Days that can't be become null."""
    told = document.published_date or document.fetched_at.date()
    if not impossible(report.start_date, report.end_date, told, has_occurred=report.status_type == "occurred"):
        return report
    return report.model_copy(update={"start_date": None, "end_date": None, "date_precision_type": "unknown"})
