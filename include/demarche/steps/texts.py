"""Texts that stay outside the lake: documents as JSON lines in; what they report, or which are one text, out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from demarche import ontology
from demarche.records import (
    Document,
    Mention,
    RawDocument,
    Report,
    ReportParticipant,
    Signature,
    StoryDocument,
    record_id,
)
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import hour_that_has_ended
from demarche.steps.results import Progress, first_line, no_progress
from demarche.steps.tagging import Coding, code_documents, is_coded

if TYPE_CHECKING:
    from demarche.stories import Card

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: JSON lets it in, UTF-8 doesn't

_TELLING_WORDS = 30  # names look like any language
_BROKEN_LINE = re.compile(r"(?<=[^\s])\r?\n(?=[^\s])(?![*•‣▪–—-]\s)")  # inside a paragraph, and no item of a list


def extract(lines: Iterable[bytes], *, settings: Settings | None = None) -> Iterator[dict[str, Any]]:
    """For each JSON line ``{"id", "text"}`` (and ``title``, ``url``, ``published_at``), in order, who and what it
    names, which events it reports, and how many of its sentences were too long to be read; of a text in another
    language than English only which it is (``language_code``; null where the text is too short to tell, and read as
    English). A line that can't be read gives ``{"id", "error"}``; blank lines give nothing."""
    settings = settings or load_settings()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, settings.batch_size)):
        asked = [_question(number, line, settings, _given_document) for number, line in batch]
        questions = [item for item in asked if isinstance(item, _Question)]
        codings = code_documents([item.document for item in questions if is_coded(item.document)], settings)
        for item in asked:
            if not isinstance(item, _Question):
                yield item
            else:
                yield _answer(item, next(codings) if is_coded(item.document) else Coding())


def group_stories(
    lines: Iterable[bytes], *, settings: Settings | None = None, progress: Progress = no_progress
) -> Iterator[dict[str, Any]]:
    """For each JSON line as ``extract`` reads it, in order, its story: ``id``, ``story_id``, ``is_copy`` and
    ``similarity_score`` (0–1, to the earliest text of the story).

    Of texts without a time of publication the one that comes first is the earliest. Everything is read before anything
    is answered; about 2 kB are kept of each text, half a kB of each further line with the same words. A line that can't
    be read gives ``{"id", "error"}``.
    """
    from demarche import stories

    settings = settings or load_settings()
    asked: list[dict[str, Any]] = []
    first_places: dict[tuple[str, date | None], int] = {}  # by the hash of its words and its day, where a text is first
    place_of_text: dict[int, int] = {}  # for each line, where its text stands first
    earliest: dict[int, _Published] = {}  # by that place, which line with this text was published first

    def signatures() -> Iterator[Signature]:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            place = len(asked)
            item = _question(number, line, settings, _given_text)
            asked.append({"id": item.external_id} if isinstance(item, _Question) else item)
            progress("group_stories", len(asked), 0)
            if not isinstance(item, _Question):
                continue
            text = item.document.content_hash, item.document.known_date
            first = place_of_text[place] = first_places.setdefault(text, place)
            published = _Published.of(item.document, place)
            earliest[first] = min(published, earliest.get(first, published))
            if first == place:
                # a number for its name, so that the order of the lines decides between equals
                yield stories.sign(item.document.model_copy(update={"document_id": f"d{place:032x}"}))

    shelf = stories.Shelf.of(signatures())
    shelf.cards = [earliest[_place(card)].dating(card) for card in shelf.cards]
    _, members = stories.group_stories(shelf, stories.find_pairs(shelf))
    found = {_place(member): member for member in members}
    for place, first in place_of_text.items():
        member = found[first]
        asked[place] |= {
            "story_id": member.story_id,
            "is_copy": member.is_copy or place != earliest[first].place,
            "similarity_score": member.similarity_score,
        }
    yield from asked


def _place(row: Card | StoryDocument) -> int:
    return int(row.document_id[1:], 16)


@dataclass(frozen=True, order=True)
class _Published:
    """When a line's text was published; what is unknown comes last, and of equals the line that comes first."""

    sort_key: tuple[date, datetime, int]
    day: date | None = field(compare=False)
    instant: datetime | None = field(compare=False)

    @classmethod
    def of(cls, document: Document, place: int) -> _Published:
        day, instant = document.known_date, document.published_at
        key = (day or date.max, instant or datetime.max.replace(tzinfo=UTC), place)
        return cls(key, day, instant)

    @property
    def place(self) -> int:
        return self.sort_key[-1]

    def dating(self, card: Card) -> Card:
        return card._replace(published_date=self.day, published_at=self.instant)


@dataclass(frozen=True)
class _Question:
    external_id: Any
    document: Document


def _question(
    number: int, line: bytes, settings: Settings, read: Callable[[RawDocument], Document]
) -> _Question | dict[str, Any]:
    external_id = None
    try:
        given = json.loads(line)
        if not isinstance(given, dict):
            raise ValueError("not a JSON object")
        external_id = given.get("id")
        return _Question(external_id, read(_given_raw(given, settings)))
    except Exception as error:  # one bad line, whatever it does to a parser, never stops the others
        return {"id": external_id, "error": f"line {number}: {first_line(error)}"}


def _given_raw(given: Mapping[str, Any], settings: Settings) -> RawDocument:
    text, *others = (given.get(name) for name in ("text", "title", "url", "published_at"))
    if not isinstance(text, str):
        raise ValueError('no "text"')
    if len(text) > settings.max_body_characters:
        raise ValueError(f"the text has {len(text)} characters, the limit is {settings.max_body_characters}")
    if any(other is not None and not isinstance(other, str) for other in others):
        raise ValueError("title, url and published_at are strings")
    text = _BROKEN_LINE.sub(lambda found: " " * len(found[0]), _LONE_SURROGATE.sub("\ufffd", text))
    title, url, published = others
    return RawDocument(
        raw_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        source_name=settings.source_name,
        path=str(given.get("id")),
        fetched_at=datetime.now(UTC),
        text=text,
        url=url,
        title=title,
        published=published,
    )


def _given_document(raw: RawDocument) -> Document:
    """The article in a text, furniture blanked out."""
    from demarche import documents

    found = documents.read_document(raw, hour_that_has_ended())
    if isinstance(found, Document):
        return found.model_copy(update={"body": _without_furniture(raw.text or "", found.body)})
    text = raw.text or ""
    language = documents.find_language(text, raw.language_code) if len(text.split()) >= _TELLING_WORDS else None
    return _bare_document(raw).model_copy(update={"language_code": language})


def _given_text(raw: RawDocument) -> Document:
    """A text as it stands, with the instant of its publication."""
    from demarche.documents.moments import read_instant

    moment = read_instant(raw.published)
    document = _bare_document(raw.model_copy(update={"published": None}))
    if moment is None:
        return document
    known = {"published_date": moment.day, "published_at": moment.instant, "published_rule": "metadata"}
    return document.model_copy(update=known)


def _bare_document(raw: RawDocument) -> Document:
    """A text too small for an article, taken as it stands."""
    text = raw.text or ""
    published = date.fromisoformat(raw.published[:10]) if raw.published else None
    return Document(
        document_id=record_id("d", raw.source_name, raw.path, text),
        article_id=record_id("a", raw.source_name, raw.path),
        partition_key=hour_that_has_ended(),
        source_id=record_id("o", raw.source_name),
        source_name=raw.source_name,
        path=raw.path,
        body=text,
        published_date=published,
        published_rule="metadata" if published else "none",
        fetched_at=raw.fetched_at,
        content_hash=raw.raw_hash,
        raw_hash=raw.raw_hash,
    )


def _without_furniture(text: str, body: str) -> str:
    """The text with everything blanked out that isn't of the article's body, so that offsets stay those of the text.

    The body's paragraphs are sought in their order, whatever white space stands between their words. A text none of
    whose paragraphs are found stays as it is.
    """
    kept = []
    position = 0
    for paragraph in filter(None, map(str.split, body.split("\n"))):
        found = re.compile(r"\s+".join(map(re.escape, paragraph))).search(text, position)
        if found:
            kept.append(found.span())
            position = found.end()
    if not kept:
        return text
    pieces = []
    position = 0
    for start, end in kept:
        pieces += [_blank(text[position:start]), text[start:end]]
        position = end
    return "".join([*pieces, _blank(text[position:])])


def _blank(text: str) -> str:
    return re.sub(r"\S", " ", text)


def _answer(question: _Question, coding: Coding | Exception) -> dict[str, Any]:
    if isinstance(coding, Exception):
        return {"id": question.external_id, "error": f"can't be coded: {first_line(coding)}"}
    document = question.document
    return {
        "id": question.external_id,
        "published_date": document.known_date.isoformat() if document.known_date else None,
        "language_code": document.language_code,
        "entities": [_entity(mention) for mention in coding.mentions if mention.mention_type in ontology.ENTITY_TYPES],
        "events": [_event(report, coding.participants) for report in coding.reports if report.stage_type != "trace"],
        "skipped_sentences": coding.skipped_sentences,
    }


def _entity(mention: Mention) -> dict[str, Any]:
    return {
        "text": mention.text,
        "name": mention.name,
        "entity_id": mention.entity_id or mention.place_id,
        "entity_type": mention.mention_type,
        "country_code": mention.country_code,
        "start_offset": mention.start_offset,
        "end_offset": mention.end_offset,
    }


def _event(report: Report, participants: Sequence[ReportParticipant]) -> dict[str, Any]:
    row = report.model_dump(mode="json")
    sides: dict[str, list[dict[str, Any]]] = {"actor": [], "recipient": []}
    for participant in participants:
        if participant.report_id == report.report_id:
            columns = ("text", "name", "entity_id", "country_code")
            sides[participant.role_type].append({name: getattr(participant, name) for name in columns})
    place = {"name": report.place_name, "country_code": report.country_code} if report.place_name else None
    coding = ("event_type", "plover_type", "mode_type", "context_types", "status_type")
    days = ("start_date", "end_date", "date_precision_type")
    return {
        **{name: row[name] for name in coding},
        "actors": sides["actor"],
        "recipients": sides["recipient"],
        **{name: row[name] for name in days},
        "place": place,
        **{name: row[name] for name in ("quantity", "quantity_unit")},
        "trigger": report.trigger_text,
        "sentence": report.sentence_text,
        "start_offset": report.trigger_start_offset,
        "end_offset": report.trigger_end_offset,
        "confidence_score": report.confidence_score,
    }
