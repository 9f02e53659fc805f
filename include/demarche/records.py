"""Every record, each column said once: name, type, unit, allowed values, meaning.

From these classes come the Parquet schema (`storage.py`), `CREATE TABLE` with its comments (`warehouse.py`), the data
dictionary in `docs/` and the CLI's JSON. Records are frozen and refuse unknown fields. Identifiers are hashes of what
makes the row itself, so the same input gives the same ids everywhere.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from demarche import ontology


def record_id(letter: str, *parts: object) -> str:
    """A letter and 128 bits of hash over ``parts``: the identifier of a row, the same on every machine."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return letter + hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _member(name: str, allowed: tuple[str, ...]) -> Any:
    listed = frozenset(allowed)

    def check(value: str) -> str:
        if value not in listed:
            raise ValueError(f"{value!r} is no {name}; there are: {', '.join(allowed)}")
        return value

    return AfterValidator(check)


# --- columns that several records share -------------------------------------------------------------------------
PartitionKey = Annotated[
    str,
    Field(description="The hour of ingestion, by its start in UTC", pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}$"),
]
SourceId = Annotated[str, Field(description="The outlet or agency: a hash of its name")]
DocumentId = Annotated[
    str, Field(description="A text as fetched: a hash of content and canonical URL; of content and source without one")
]
ReportId = Annotated[str, Field(description="An event as one document tells it")]
EventId = Annotated[str, Field(description="One happening in the world: its smallest report's id, `e` for `r`")]
StoryId = Annotated[str, Field(description="One text, whoever prints it: its smallest document's id, `s` for `d`")]
EntityId = Annotated[
    str | None, Field(description="Wikidata QID, ISO 3166-1 alpha-3 for states, else a slug; null where left open")
]
PlaceId = Annotated[str | None, Field(description="The gazetteer's id of a place (GeoNames); null where none is named")]
CountryCode = Annotated[
    str | None,
    Field(description="ISO 3166-1 alpha-3 (Kosovo XKX); null for bodies of many states and where unknown"),
]
Offset = Annotated[int, Field(description="Characters into the body", ge=0)]
EndOffset = Annotated[int, Field(description="Characters into the body, end exclusive", ge=0)]
Score = Annotated[float, Field(description="0 to 1", ge=0, le=1)]
Precision = Annotated[str, Field(description="How exact the interval is"), _member("precision", ontology.PRECISIONS)]
EventType = Annotated[
    str, Field(description="The act itself, one of PLOVER's 16 types"), _member("event type", ontology.EVENT_TYPES)
]
StatusType = Annotated[str, Field(description="What is said of the act"), _member("status", ontology.STATUSES)]
PloverType = Annotated[
    str | None, Field(description="What a PLOVER coder writes: act and status folded; null for a bare denial")
]
ModeType = Annotated[str | None, Field(description="How the act is done: one of the type's modes")]
ContextTypes = Annotated[tuple[str, ...], Field(description="On what subject; several are possible")]
QuadType = Annotated[str | None, Field(description="Verbal or material, cooperation or conflict; from plover_type")]
Goldstein = Annotated[
    float | None,
    Field(description="PLOVER's intensity of type and mode: a property of the code, not of the event", ge=-10, le=10),
]
CameoCode = Annotated[str | None, Field(description="The nearest CAMEO code, from plover_type and mode")]
StartDate = Annotated[date | None, Field(description="First day of the interval in which it happened")]
EndDate = Annotated[date | None, Field(description="Last day of that interval, inclusive")]
DateText = Annotated[str | None, Field(description="The words that say when")]
AnchorDate = Annotated[date | None, Field(description="The day against which relative words were resolved")]
PlaceName = Annotated[str | None, Field(description="Where it happened, as the gazetteer calls it")]
Quantity = Annotated[float | None, Field(description="How many or how much, in quantity_unit")]
QuantityUnit = Annotated[str | None, Field(description="What is counted: diplomat, soldier, USD, …")]
LoadDate = Annotated[date, Field(description="Day of the smallest member's partition: bounds what a load replaces")]
RoleType = Annotated[str, Field(description="Who does it, or to whom it is done"), _member("role", ontology.ROLES)]
PartType = Annotated[str | None, Field(description="The part played: visitor, host, mediator, signatory, …")]
OfficeName = Annotated[str | None, Field(description="The office held on the day of the event, where known")]
SectorType = Annotated[str | None, Field(description="GOV, MIL, LEG, …: what kind of actor")]
ContentHash = Annotated[str, Field(description="Hash of the body's words: equal for the same text")]
RawHash = Annotated[str, Field(description="SHA-256 of the bytes as received; they lie in the lake under it")]


class Record(BaseModel):
    """A row. ``table`` is its table, ``key`` the columns that identify it."""

    # Validators are built when a record is first made: a task needs few of the records, and all take a while.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]


# --- ingestion ---------------------------------------------------------------------------------------------------
class Fetch(Record):
    """A line of the fetch log: bytes that arrived, and from where. Appended, never changed."""

    table = "fetches"
    key = ("partition_key", "url", "raw_hash")
    partition_key: PartitionKey
    source_name: str = Field(description="The source as configured; the drop folder's name for dropped files")
    url: str = Field(description="Where the bytes came from: a path or an http(s) address")
    asked_url: str | None = Field(None, description="The address that was asked, where it redirected to ``url``")
    raw_hash: RawHash
    byte_count: int = Field(description="Size of the bytes as received")
    media_type: str = Field(description="text/plain, text/html, application/jsonl, …")
    fetched_at: datetime = Field(description="When they were fetched (UTC)")
    etag: str | None = Field(None, description="The server's entity tag, for conditional requests")
    kind: str | None = Field(None, description="Which kind of source reads it; null: told from type, name and bytes")
    given_values: dict[str, str] = Field(
        default_factory=dict, description="Fields of its documents that stood in a feed, or in the declaration"
    )
    column_values: dict[str, str] = Field(
        default_factory=dict, description="Of a table: a document's field, and the column that holds it"
    )


class RawDocument(Record):
    """One article's worth of a fetch, as its source's parser cut it out; not stored.

    Exactly one of ``text`` and ``html`` is set; the other fields are metadata that stood beside it.
    """

    table = "raw_documents"
    key = ("raw_hash", "position")
    raw_hash: RawHash
    position: int = Field(0, description="Which document of the file, from 0")
    where: str | None = Field(None, description="Where it stands in a file of several, in words: line 12")
    source_name: str = Field(description="The source as configured")
    path: str = Field(description="The file or address as given")
    fetched_at: datetime = Field(description="When its bytes were fetched (UTC)")
    text: str | None = Field(None, description="The article as plain text, furniture and all")
    html: str | None = Field(None, description="The article as a page")
    external_id: str | None = Field(None, description="The id that the record carried")
    outlet_name: str | None = Field(None, description="The outlet as the source's declaration names it")
    publisher_name: str | None = Field(None, description="The outlet as the record itself names it")
    url: str | None = Field(None, description="The article's own address, where known")
    title: str | None = Field(None, description="The headline as given")
    byline: str | None = Field(None, description="Who wrote it, as given")
    published: str | None = Field(None, description="Publication date or instant as given")
    language_code: str | None = Field(None, description="The language as given")
    section_name: str | None = Field(None, description="The section or first category as given")
    is_listed: bool = Field(False, description="The date is that of the feed or sitemap that led to it")


AMBIGUOUS = "ambiguous"
"""The rule of a day of publication like 8/11/2016, where nothing says which of its two readings is meant."""


class Document(Record):
    """One text of an article as fetched, cleaned: the unit that is read for events."""

    table = "documents"
    key = ("document_id",)
    document_id: DocumentId
    article_id: str = Field(description="A hash of the canonical URL: the versions of one article share it")
    partition_key: PartitionKey
    source_id: SourceId
    source_name: str = Field(description="The outlet: as declared, as page, record or feed call it, or its host")
    path: str = Field(description="The file or address as given")
    canonical_url: str | None = Field(None, description="The address without tracking parameters")
    title: str | None = Field(None, description="The headline, without section tags")
    byline: str | None = Field(None, description="Who wrote it, as printed, without 'By'")
    dateline: str | None = Field(None, description="'PYONGYANG, Nov. 6 (Agency) -' as it stands")
    dateline_place_name: str | None = Field(None, description="The dateline's place")
    lead: str | None = Field(None, description="The first paragraph, cut at 500 characters")
    body: str = Field(description="The article's text without page furniture; offsets count in it")
    body_length: int | None = Field(None, description="Characters of the body")
    published_date: date | None = Field(None, description="The day of publication")
    published_at: datetime | None = Field(None, description="The instant of publication, where known (UTC)")
    published_rule: str = Field(description="How it is known: metadata, feed, text, inferred, fetched or none")
    modified_date: date | None = Field(None, description="The day it was last changed, where known")
    modified_at: datetime | None = Field(None, description="The instant it was last changed, where known (UTC)")
    section_name: str | None = Field(None, description="The outlet's section")
    fetched_at: datetime = Field(description="When its bytes were fetched (UTC)")
    language_code: str | None = Field(None, description="ISO 639-1")
    agency_id: str | None = Field(None, description="The wire agency that wrote it where the outlet only prints it")
    content_hash: ContentHash
    raw_hash: RawHash
    field_rules: dict[str, str] = Field(default_factory=dict, description="Which rule found title, byline, body, …")

    @property
    def known_date(self) -> date | None:
        """The day of publication, unless it is only the day on which the bytes came, or one of two readings."""
        is_guess = self.published_rule in ("fetched", "none") or self.field_rules.get("published") == AMBIGUOUS
        return None if is_guess else self.published_date


class Reject(Record):
    """Something that could not be read, and why. Nothing is dropped in silence."""

    table = "rejects"
    key = ("reject_id",)
    reject_id: str = Field(description="Hash of station, path, position and reason")
    partition_key: PartitionKey
    station: str = Field(description="fetch, parse or tag")
    path: str = Field(description="The file or address as given")
    position: int | None = Field(None, description="Which record of the file, from 0")
    raw_hash: str | None = Field(None, description="Where the bytes are, if they were read")
    reason_type: str = Field(description="empty, binary, encoding, too_large, not_a_file, unreadable, vanished, …")
    reason_text: str = Field(description="A sentence that names the file and the reason")


# --- who, where, when --------------------------------------------------------------------------------------------
class Entity(Record):
    """A person, state, organisation, body of government, armed group or place that can act or be acted upon."""

    table = "entities"
    key = ("entity_id",)
    entity_id: str = Field(description="Wikidata QID, ISO 3166-1 alpha-3 for states, else a slug")
    name: str = Field(description="The name that it is shown by")
    aliases: tuple[str, ...] = Field((), description="Other names, spellings and acronyms")
    entity_type: Annotated[str, _member("entity type", ontology.ENTITY_TYPES)] = Field(description="What it is")
    country_code: CountryCode = None
    sector_type: SectorType = None


class Office(Record):
    """Who held what office, from when to when."""

    table = "offices"
    key = ("entity_id", "office_name", "start_date")
    entity_id: str = Field(description="Who holds it")
    office_name: str = Field(description="president, prime minister, foreign minister, secretary-general, …")
    office_level_type: str = Field(description="head_of_state, head_of_government, foreign_minister, minister, …")
    country_code: CountryCode = None
    organisation_id: str | None = Field(None, description="The organisation, for offices of one")
    start_date: date | None = Field(None, description="First day in office; null where unknown")
    end_date: date | None = Field(None, description="Last day in office; null while it is held")


class Place(Record):
    """A place on the map."""

    table = "places"
    key = ("place_id",)
    place_id: str = Field(description="The gazetteer's id (GeoNames)")
    name: str = Field(description="The name that it is shown by")
    country_code: CountryCode = None
    latitude: float | None = Field(None, description="Degrees north")
    longitude: float | None = Field(None, description="Degrees east")
    place_type: str = Field(description="country, region, city or site")


class Mention(Record):
    """A span of a document that names an entity, a place or a time, and what it was taken to mean."""

    table = "mentions"
    key = ("mention_id",)
    mention_id: str = Field(description="Hash of document, offsets and type")
    document_id: DocumentId
    partition_key: PartitionKey
    start_offset: Offset
    end_offset: EndOffset
    text: str = Field(description="The words between the offsets")
    mention_type: Annotated[str, _member("mention type", ontology.MENTION_TYPES)] = Field(description="What it names")
    entity_id: EntityId = None
    name: str | None = Field(None, description="The entity's or place's name, where linked")
    country_code: CountryCode = None
    sector_type: SectorType = None
    office_name: OfficeName = None
    place_id: PlaceId = None
    link_rule: str | None = Field(None, description="name, alias, office, surname, pronoun, metonym, apposition, …")
    link_score: float | None = Field(None, description="0 to 1: how sure the link is", ge=0, le=1)


# --- events as documents tell them -------------------------------------------------------------------------------
class _Coding(Record):
    """The columns that a report and an event share."""

    event_type: EventType
    status_type: StatusType
    plover_type: PloverType
    mode_type: ModeType = None
    context_types: ContextTypes = ()
    quad_type: QuadType = None
    goldstein_value: Goldstein = None
    cameo_code: CameoCode = None
    start_date: StartDate = None
    end_date: EndDate = None
    date_precision_type: Precision = "unknown"
    place_id: PlaceId = None
    place_name: PlaceName = None
    place_precision_type: str | None = Field(None, description="city, region, country; null where no place is named")
    country_code: CountryCode = None
    quantity: Quantity = None
    quantity_unit: QuantityUnit = None


class Report(_Coding):
    """An event as one document tells it, with the words that say so."""

    table = "reports"
    key = ("report_id",)
    report_id: ReportId
    document_id: DocumentId
    partition_key: PartitionKey
    load_date: LoadDate
    ordinal: int = Field(0, description="Which event of the trigger ('met X on Monday and Y on Tuesday'), from 0")
    sentence_text: str = Field(description="The sentence that tells it")
    sentence_start_offset: Offset
    sentence_end_offset: EndOffset
    trigger_text: str = Field(description="The word or words that name the act")
    trigger_start_offset: Offset
    trigger_end_offset: EndOffset
    date_text: DateText = None
    anchor_date: AnchorDate = None
    day_count: int | None = Field(None, description="How many days a visit is told to last; null: not told", ge=1)
    stage_type: str | None = Field(
        None, description="Which part of a visit is told; trace: none; null: none, or the whole of it"
    )
    confidence_score: Score
    coding_rule: str = Field(description="The rule or example that decided")
    coder_version: str = Field(description="Version of coder and codebook")


class _Participation(Record):
    role_type: RoleType
    part_type: PartType = None
    entity_id: EntityId = None
    name: str | None = Field(None, description="The entity's name, else the words of the text")
    entity_type: str | None = Field(None, description="person, state, organisation, group or body")
    country_code: CountryCode = None
    sector_type: SectorType = None
    office_name: OfficeName = None


class ReportParticipant(_Participation):
    """Who takes part in an event, as one document tells it."""

    table = "report_participants"
    key = ("report_id", "ordinal")
    report_id: ReportId
    partition_key: PartitionKey
    load_date: LoadDate
    ordinal: int = Field(description="Actors first, in the order of the text, from 0")
    text: str = Field(description="The words that name the participant")
    start_offset: Offset
    end_offset: EndOffset


# --- the same text -----------------------------------------------------------------------------------------------
class Signature(Record):
    """What near-duplicate search needs of a document, without its text."""

    table = "signatures"
    key = ("document_id",)
    document_id: DocumentId
    partition_key: PartitionKey
    article_id: str = Field("", description="A hash of the canonical URL: the versions of one article share it")
    source_id: SourceId
    agency_id: str | None = Field(None, description="The wire agency that wrote it, where the outlet only prints it")
    title: str | None = Field(None, description="The headline")
    published_date: date | None = Field(None, description="The day of publication")
    published_at: datetime | None = Field(None, description="The instant of publication, where known (UTC)")
    content_hash: ContentHash
    shingle_count: int = Field(description="How many distinct word shingles the body has")
    sample_hashes: tuple[int, ...] = Field((), description="A sample of the shingles, by which alike texts are found")
    shingle_hashes: tuple[int, ...] = Field((), description="A bottom-k sketch of the shingles, for verifying")
    lead_hashes: tuple[int, ...] = Field((), description="The shingles of the first words")
    fact_hashes: tuple[int, ...] = Field((), description="A bottom-k sketch of the body's names and numbers")
    slot_hashes: tuple[int, ...] = Field((), description="Names and numbers in their places: words around and fact")


class Pair(Record):
    """Two documents with the same text, verified."""

    table = "pairs"
    key = ("document_id", "other_document_id")
    document_id: DocumentId = Field(description="The smaller by (partition key, id)")
    other_document_id: DocumentId
    partition_key: PartitionKey = Field(description="Of document_id")
    other_partition_key: PartitionKey
    similarity_score: Score
    containment_score: Score = Field(description="Share of the shorter text that stands in the longer one")


class Story(Record):
    """One text, whoever prints it."""

    table = "stories"
    key = ("story_id",)
    story_id: StoryId
    load_date: LoadDate
    title: str | None = Field(None, description="The headline of its earliest document")
    document_count: int = Field(description="Documents that print it")
    independent_source_count: int = Field(description="Sources after syndication and shared agencies are folded")
    first_published_date: date | None = Field(None, description="The first day of publication")


class StoryDocument(Record):
    """Which documents a story holds."""

    table = "story_documents"
    key = ("story_id", "document_id")
    story_id: StoryId
    document_id: DocumentId
    load_date: LoadDate
    document_load_date: date | None = Field(None, description="The document's load_date: where it lies among all")
    is_copy: bool = Field(description="Not the earliest of its story")
    is_update: bool = Field(description="A later version: of the same source, or with a name or number changed")
    similarity_score: Score = Field(description="To the story's earliest document")
    kept_score: float | None = Field(None, description="Share of the earliest one's text that it keeps", ge=0, le=1)
    added_score: float | None = Field(None, description="Share of its text that the earliest lacks", ge=0, le=1)
    changed_fact_count: int | None = Field(None, description="Names and numbers where the earliest has others")


# --- events ------------------------------------------------------------------------------------------------------
class Event(_Coding):
    """One happening in the world, whoever tells it: the thing that is counted."""

    table = "events"
    key: ClassVar[tuple[str, ...]] = ("event_id",)
    event_id: EventId
    load_date: LoadDate
    actor_names: tuple[str, ...] = Field((), description="Names of the actors")
    recipient_names: tuple[str, ...] = Field((), description="Names of the recipients")
    actor_country_codes: tuple[str, ...] = Field((), description="Countries of the actors")
    recipient_country_codes: tuple[str, ...] = Field((), description="Countries of the recipients")
    report_count: int = Field(description="Reports that tell of it")
    document_count: int = Field(description="Documents that tell of it")
    story_count: int = Field(description="Stories that tell of it: texts, however often they are printed")
    independent_source_count: int = Field(description="Sources after syndication and shared agencies are folded")
    first_reported_date: date | None = Field(None, description="Publication day of the first report")
    last_reported_date: date | None = Field(None, description="Publication day of the last report")
    is_disputed: bool = Field(False, description="Sources tell it differently: see mart.claims")
    confidence_score: Score
    best_report_id: ReportId = Field(description="The report whose sentence shows the event best")
    best_load_date: date | None = Field(None, description="Its load_date: where it lies among all")


class ReadableEvent(Event):
    """An event with the sentence that shows it best, and where that was printed: what mart.events shows.

    Made by SQL of events, reports and documents, so that no question about events need look through these.
    """

    table = "readable_events"
    key: ClassVar[tuple[str, ...]] = ("event_id",)
    actor_text: str = Field("", description="Names of the actors, joined by semicolons")
    recipient_text: str = Field("", description="Names of the recipients, joined by semicolons")
    sentence_text: str | None = Field(None, description="The sentence of the best report")
    trigger_text: str | None = Field(None, description="The words of that sentence that tell of the act")
    title: str | None = Field(None, description="Headline of the document that the sentence is from")
    source_name: str | None = Field(None, description="The outlet that the sentence is from")
    document_url: str | None = Field(None, description="Address of that document, or its path where it has none")


class EventReport(Record):
    """Which reports tell of an event, and why they were taken for the same."""

    table = "event_reports"
    key = ("event_id", "report_id")
    event_id: EventId
    report_id: ReportId
    document_id: DocumentId
    load_date: LoadDate
    report_load_date: date | None = Field(None, description="The report's load_date: where it lies among all")
    merge_rule: str = Field(description="first, or the rule that joined it: same_day, same_visit, plan_fulfilled, …")


class EventParticipant(_Participation):
    """Who takes part in an event, agreed over its reports."""

    table = "event_participants"
    key = ("event_id", "ordinal")
    event_id: EventId
    load_date: LoadDate
    ordinal: int = Field(description="Actors first, from 0")


class EventPair(Record):
    """Two countries of an event: each actor's with each recipient's; without recipients, the actors' among themselves.

    Made by SQL of the events, with what is asked of a pair, so that nothing else need be looked up.
    """

    table = "event_pairs"
    key = ("event_id", "actor_country_code", "recipient_country_code")
    event_id: EventId
    load_date: LoadDate
    pair_code: str = Field(description="Both countries in alphabetical order, like FRA-USA")
    actor_country_code: str = Field(description="Country of the actor")
    recipient_country_code: str = Field(description="Country of the recipient, or of another actor")
    is_mutual: bool = Field(description="The act has no direction: several actors, no recipient")
    start_date: StartDate = None
    end_date: EndDate = None
    date_precision_type: Precision = "unknown"
    event_type: EventType
    mode_type: ModeType = None
    status_type: StatusType
    plover_type: PloverType = None
    quad_type: QuadType = None
    goldstein_value: Goldstein = None
    report_count: int = Field(description="Reports that tell of it")
    independent_source_count: int = Field(description="Sources after syndication and shared agencies are folded")
    first_reported_date: date | None = Field(None, description="Publication day of the first report")


class EventStatus(Record):
    """A step in an event's life: what was said of it, by which report, when."""

    table = "event_statuses"
    key = ("event_id", "report_id")
    event_id: EventId
    report_id: ReportId
    load_date: LoadDate
    ordinal: int = Field(description="In the order reported, from 0")
    status_type: StatusType
    reported_date: date | None = Field(None, description="Publication day of the report")


class EventLink(Record):
    """How two events relate."""

    table = "event_links"
    key = ("event_id", "other_event_id", "link_type")
    event_id: EventId
    other_event_id: EventId
    link_type: Annotated[str, _member("link type", ontology.LINK_TYPES)] = Field(
        description="What event_id is to other_event_id: outcome_of, cancels, follows, part_of, …"
    )
    load_date: LoadDate
    link_rule: str = Field(description="The rule that linked them")


class Source(Record):
    """An outlet or agency."""

    table = "sources"
    key = ("source_id",)
    source_id: SourceId
    name: str = Field(description="Site name, host of the URL, or the configured source")
    homepage_url: str | None = Field(None, description="Its site")
    country_code: CountryCode = None
    language_code: str | None = Field(None, description="ISO 639-1")
    is_wire_agency: bool = Field(False, description="It writes for others")
    is_state_media: bool = Field(False, description="A state owns or directs it")


# --- what the next load needs ------------------------------------------------------------------------------------
class StoryCluster(Record):
    """Which documents may come to be one story: those that pairs and equal words connect."""

    table = "story_clusters"
    key = ("document_id",)
    document_id: DocumentId
    load_date: LoadDate
    cluster_number: int = Field(description="Made of the id of the cluster's smallest document")


class EventCluster(Record):
    """Which events hang together: those that ties between their reports connect, whether these joined them or not."""

    table = "event_clusters"
    key = ("event_id",)
    event_id: EventId
    load_date: LoadDate
    cluster_number: int = Field(description="Made of the id of the cluster's smallest report")


UNDATED = date(1900, 1, 1)
"""The month of blocks that have none."""


class BlockSeat(Record):
    """A report, or several that are coded alike, in a block: reports that share none are never compared."""

    table = "block_seats"
    key = ("month_date", "block_number", "coding_number")
    month_date: date = Field(description="The block's month; 1900-01-01 where it has none")
    block_number: int = Field(description="Hash of what its reports share: act and two parties, or a document")
    coding_number: int = Field(description="Made of the id of the smallest report that is coded so")
    cluster_number: int = Field(description="The cluster that these reports are in")
    seat_date: date = Field(description="When it was, else when it was printed: in a full block, neighbours meet")


class EventKey(Record):
    """Under what an event is found when links are drawn, or what it looks for itself."""

    table = "event_keys"
    key = ("event_id", "key_number", "is_sought")
    event_id: EventId
    load_date: LoadDate
    key_number: int = Field(description="Hash of the kind of event and two of its parties")
    is_sought: bool = Field(description="It looks for events under this key; else it is found there")
    first_date: date = Field(description="The day under which it is found, or from which on it looks")
    last_date: date = Field(description="The same day, or the last one of those it looks at")


# --- the warehouse about itself ----------------------------------------------------------------------------------
LoadId = Annotated[str, Field(description="A load of the warehouse: hash of its instant and of what it took")]
CheckId = Annotated[
    str, Field(description="A quality check: the name in its file's header", pattern=r"^[a-z][a-z0-9_]*$")
]


class Load(Record):
    """One load: the transaction that took new and changed partitions, and what the warehouse held after it."""

    table = "loads"
    key = ("load_id",)
    load_id: LoadId
    loaded_at: datetime = Field(description="When it began (UTC); each load is later than the one before")
    partition_count: int = Field(description="Partitions that it took or forgot")
    document_count: int = Field(description="Documents in core after it")
    report_count: int = Field(description="Reports in core after it")
    event_count: int = Field(description="Events in core after it")
    revision_count: int = Field(description="Events that it added, changed or retracted")


class EventRevision(Event):
    """An event as it was believed from one load on, until a later revision of it."""

    table = "event_revisions"
    key = ("event_id", "load_id")
    load_id: LoadId
    is_retracted: bool = Field(False, description="No longer an event from this load on; the columns are its last ones")


class Partition(Record):
    """The warehouse's ledger: a partition that it holds, and from which input."""

    table = "partitions"
    key = ("partition_key",)
    partition_key: PartitionKey
    input_hash: str = Field(description="Hash of everything that was taken; a different one means: take it again")
    load_id: LoadId
    document_count: int = Field(description="Documents that it brought, also those that a smaller partition shows")
    mention_count: int = Field(description="Mentions that it brought")
    report_count: int = Field(description="Reports that it brought")
    reject_count: int = Field(description="Rejects of whole documents and of single reports that it brought")
    found_count: int | None = Field(None, description="Documents found when parsing, where the parser counted them")
    parse_reject_count: int | None = Field(None, description="Of those found: rejected by fetching or parsing")
    repeated_count: int | None = Field(None, description="Of those found: repeated within the partition")
    forgotten_count: int | None = Field(None, description="Of those found: under a tombstone")


class SourceHealth(Record):
    """How asking a declared source went, as of the last load; `demarche sources list` has it as of now."""

    table = "source_health"
    key = ("source_name",)
    source_name: str = Field(description="The source as configured")
    kind: str = Field(description="feed, sitemap, page, folder, …")
    place: str = Field(description="Its address or path, as configured")
    outlet_name: str | None = Field(None, description="The outlet as configured")
    is_enabled: bool = Field(True, description="Whether it is asked")
    is_failing: bool = Field(False, description="Whether it could not be had the last time")
    failing_since_at: datetime | None = Field(None, description="Since when it can't be had, without a success between")
    failure_count: int = Field(0, description="Runs that failed since then")
    reason_type: str | None = Field(None, description="Why: timeout, unreachable, server_error, malformed, robots, …")
    reason_text: str | None = Field(None, description="A sentence that names the address and the reason")
    asked_at: datetime | None = Field(None, description="When it was last asked (UTC)")
    succeeded_at: datetime | None = Field(None, description="When it last answered as it should (UTC)")
    waiting_count: int = Field(0, description="Pages that it listed and that are not fetched yet")
    new_count: int = Field(0, description="What it brought the last time")


class CodeVersion(Record):
    """Which version of a part of the program made what a load took."""

    table = "code_versions"
    key = ("load_id", "component_name")
    load_id: LoadId
    component_name: str = Field(description="demarche, codebook, coder, model, …")
    code_version: str = Field(description="Its version")


class Decision(Record):
    """What a reviewer decided about reports; the next load applies it."""

    table = "decisions"
    key = ("decision_id",)
    decision_id: str = Field(description="Hash of who, when and what")
    decision_type: str = Field(
        description="keep, reject, recode, merge, split or undo", pattern="^(keep|reject|recode|merge|split|undo)$"
    )
    decided_at: datetime = Field(description="When (UTC); the latest wins")
    decided_by: str = Field(description="Who")
    report_ids: tuple[str, ...] = Field((), description="The reports that it is about, by id as they were then")
    report_places: tuple[str, ...] = Field(
        (), description="Where their triggers stand, `document:from-to`: what outlives another coding of the text"
    )
    other_report_places: tuple[str, ...] = Field((), description="For split: the reports that they are parted from")
    occasion_type: str | None = Field(None, description="Why it was shown: sample, uncertain, disputed, or asked for")
    new_values: dict[str, str] = Field(default_factory=dict, description="For recode: column and value")
    undone_decision_id: str | None = Field(None, description="For undo: the decision that no longer holds")
    reason_text: str | None = Field(None, description="Why, in the reviewer's words")


class Accuracy(Record):
    """How well a release reads: one measure over one set of texts."""

    table = "accuracy"
    key = ("release_version", "corpus_name", "measure_type", "group_name")
    release_version: str = Field(description="The program's version")
    corpus_name: str = Field(description="The texts that it was measured on")
    measure_type: str = Field(description="event, status, coding, date, link, happening, reviewed, …")
    group_name: str = Field(description="A type or status of its own, or all")
    gold_count: int = Field(description="What a careful reader finds; of a review, how many events were read")
    found_count: int | None = Field(None, description="What the coder found: precision is a share of these")
    precision_score: float | None = Field(None, description="Share of what was found that is right", ge=0, le=1)
    recall_score: float | None = Field(None, description="Share of what is there that was found", ge=0, le=1)
    f1_score: float | None = Field(None, description="Harmonic mean of both", ge=0, le=1)
    low_score: float | None = Field(None, description="Lower end of the 95 % interval of precision", ge=0, le=1)
    high_score: float | None = Field(None, description="Upper end of it", ge=0, le=1)


class Code(Record):
    """A member of a closed list of the ontology."""

    table = "codes"
    key = ("list_name", "parent_code", "code")
    list_name: str = Field(description="The column that the list is for: event_type, status_type, mode_type, …")
    parent_code: str = Field("", description="For modes: the event type; else empty")
    code: str = Field(description="The member")


class GdeltFile(Record):
    """A file of GDELT's that was imported; its rows stand in a table of the schema ``gdelt``."""

    table = "gdelt_files"
    key = ("raw_hash",)
    raw_hash: RawHash
    file_name: str = Field(description="Its name when it was imported")
    table_name: str = Field(description="events or mentions", pattern="^(events|mentions)$")
    imported_at: datetime = Field(description="When (UTC)")
    row_count: int = Field(description="Its lines that are rows of that table")
    reject_count: int = Field(description="Its lines that are none")
    repeated_count: int = Field(0, description="Of its rows: there already, or twice in it")


class GdeltReject(Record):
    """A line of GDELT's file that isn't a row of theirs, or contradicts one, and why; of a file the first thousand."""

    table = "gdelt_rejects"
    key = ("raw_hash", "line_number")
    raw_hash: RawHash
    line_number: int = Field(description="Which line of the file, from 1")
    reason_type: str = Field(description="columns, encoding, foreign or contradictory")
    reason_text: str = Field(description="A sentence that names the file and the reason")


class QualityCheck(Record):
    """A quality check: a query that selects offending rows, and what that means."""

    table = "quality_checks"
    key = ("check_id",)
    check_id: CheckId
    severity_type: str = Field(description="error, warn or info", pattern="^(error|warn|info)$")
    threshold_value: float = Field(description="What the query compares with; else how many rows are tolerated")
    owner_name: str = Field(description="Who answers for it")
    why_text: str = Field(description="Why it matters")
    remedy_text: str = Field(description="What to do when it fails")
    sql_text: str = Field(description="One SELECT that returns the offending rows")


class QualityResult(Record):
    """What a check found once."""

    table = "quality_results"
    key = ("result_id",)
    result_id: str = Field(description="Hash of check and instant")
    check_id: CheckId
    severity_type: str = Field(description="error, warn or info, as the check had it then")
    checked_at: datetime = Field(description="When (UTC)")
    load_id: str | None = Field(None, description="The load whose warehouse was looked at")
    outcome_type: str = Field(description="passed, failed, or broken where the check itself could not be run")
    failing_count: int = Field(description="Rows that it selected")
    sample_rows: tuple[str, ...] = Field((), description="The first of them, each as JSON")
    message_text: str = Field("", description="One sentence for a log or a mail")
