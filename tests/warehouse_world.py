"""A tiny invented world for the warehouse's tests: two states, their ministers, a handful of documents.

Parquet files are written with pyarrow here, so that these tests need no lake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from demarche import records
from demarche.records import Document, Event, Record, Report, record_id
from demarche.warehouse import GateFailure, PartitionFiles, Place, Warehouse
from demarche.warehouse.resolved import derive
from demarche.warehouse.schema import OMITTED

LOADED_AT = datetime(2024, 3, 10, 12, tzinfo=UTC)
LEAD = "Envoys of Ruritania met their colleagues from Graustark on Monday."


def key(hour: int, day: int = 4) -> str:
    return f"2024-03-{day:02d}T{hour:02d}"


def day_of(partition_key: str) -> date:
    return date.fromisoformat(partition_key[:10])


def document(name: str, partition_key: str, **changes: Any) -> Document:
    """A document of the Strelsau Courier; ``name`` makes its identity."""
    values: dict[str, Any] = {
        "document_id": record_id("d", name),
        "article_id": record_id("a", name),
        "partition_key": partition_key,
        "source_id": record_id("o", "Strelsau Courier"),
        "source_name": "Strelsau Courier",
        "path": f"drop/{name}.txt",
        "canonical_url": f"https://courier.example/{name}",
        "title": f"Talks, part {name}",
        "lead": LEAD,
        "body": LEAD + " Nothing else was said.",
        "published_date": day_of(partition_key),
        "published_rule": "metadata",
        "fetched_at": datetime.fromisoformat(partition_key + ":30:00+00:00"),
        "language_code": "en",
        "content_hash": record_id("c", name),
        "raw_hash": record_id("x", name),
        "field_rules": {"title": "heading"},
    }
    return Document.model_validate(values | changes)


def report(of: Document, **changes: Any) -> Report:
    """The meeting that the lead of ``of`` tells."""
    values: dict[str, Any] = {
        "report_id": record_id("r", of.document_id, 0),
        "document_id": of.document_id,
        "partition_key": of.partition_key,
        "load_date": day_of(of.partition_key),
        "event_type": "CONSULT",
        "status_type": "occurred",
        "plover_type": "CONSULT",
        "quad_type": "verbal_cooperation",
        "goldstein_value": 2.5,
        "cameo_code": "040",
        "context_types": ("military",),
        "start_date": date(2024, 3, 4),
        "end_date": date(2024, 3, 4),
        "date_precision_type": "day",
        "date_text": "Monday",
        "anchor_date": of.published_date,
        "sentence_text": LEAD,
        "sentence_start_offset": 0,
        "sentence_end_offset": len(LEAD),
        "trigger_text": "met",
        "trigger_start_offset": LEAD.index("met"),
        "trigger_end_offset": LEAD.index("met") + 3,
        "confidence_score": 0.8,
        "coding_rule": "meet",
        "coder_version": "1",
    }
    return Report.model_validate(values | changes)


def participants(of: Report) -> list[records.ReportParticipant]:
    return [
        records.ReportParticipant(
            report_id=of.report_id, partition_key=of.partition_key, load_date=of.load_date, ordinal=ordinal,
            role_type="actor", entity_id=entity_id, name=name, entity_type="state", country_code=code,
            sector_type="GOV", text=name, start_offset=LEAD.index(name), end_offset=LEAD.index(name) + len(name),
        )
        for ordinal, (entity_id, name, code) in enumerate((("FRA", "Ruritania", "FRA"), ("DEU", "Graustark", "DEU")))
    ]  # fmt: skip


def mention(of: Document) -> records.Mention:
    return records.Mention(
        mention_id=record_id("m", of.document_id, 10), document_id=of.document_id, partition_key=of.partition_key,
        start_offset=10, end_offset=19, text="Ruritania", mention_type="state", entity_id="FRA", name="Ruritania",
        country_code="FRA", link_rule="name", link_score=1.0,
    )  # fmt: skip


def signature(of: Document) -> records.Signature:
    return records.Signature(
        document_id=of.document_id, partition_key=of.partition_key, source_id=of.source_id,
        published_date=of.published_date, content_hash=of.content_hash, shingle_count=3, sample_hashes=(1, 2, 3),
    )  # fmt: skip


_ARROW = {
    "str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"), "tuple[str, ...]": pa.list_(pa.string()),
    "tuple[int, ...]": pa.list_(pa.int64()), "dict[str, str]": pa.map_(pa.string(), pa.string()),
}  # fmt: skip


def _arrow_type(annotation: Any) -> pa.DataType:
    name = annotation.__name__ if isinstance(annotation, type) and not str(annotation).startswith("tuple") else None
    text = name if name in _ARROW else str(annotation)
    for alias, arrow in sorted(_ARROW.items(), key=lambda item: -len(item[0])):
        if alias in text.replace("datetime.datetime", "datetime").replace("datetime.date", "date"):
            return arrow
    raise TypeError(annotation)


def parquet(path: Path, record: type[Record], rows: Iterable[Record], without: Sequence[str] = ()) -> str:
    """Rows as a Parquet file; ``without`` leaves columns out, as an older program would have."""
    fields = {name: field for name, field in record.model_fields.items() if name not in without}
    table_schema = pa.schema([(name, _arrow_type(field.annotation)) for name, field in fields.items()])
    dumped = [{name: _plain(value) for name, value in row.model_dump().items() if name in fields} for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(dumped, schema=table_schema), path)
    return str(path)


def _plain(value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else value


def partition(
    folder: Path, documents: Sequence[Document], reports: Sequence[Report] | None = None, **changes: Any
) -> PartitionFiles:
    """A partition's files: its documents, each with a report, two participants, a mention and a signature."""
    told = [report(found) for found in documents] if reports is None else list(reports)
    rows: dict[type[Record], list[Any]] = {
        Document: list(documents),
        Report: told,
        records.ReportParticipant: [found for of in told for found in participants(of)],
        records.Mention: [mention(found) for found in documents],
        records.Signature: [signature(found) for found in documents],
    }
    named = record_id("h", *(found.model_dump_json() for found in (*documents, *told)))
    files = {
        record: [parquet(folder / named / f"{record.table}.parquet", record, found)] for record, found in rows.items()
    }
    return PartitionFiles(**{"input_hash": named, "files": files, **changes})


def resolution(
    reports: Sequence[Report], documents: Sequence[Document], **changes: Any
) -> Mapping[type[Record], Sequence[Record]]:
    """Every report an event of its own, every document a story; ``changes`` go into each event."""
    by_id = {found.document_id: found for found in documents}
    rows: dict[type[Record], list[Record]] = {
        record: []
        for record in (
            records.Story, records.StoryDocument, Event, records.EventReport, records.EventParticipant,
            records.EventStatus, records.EventLink,
        )
    }  # fmt: skip
    for found in documents:
        story_id = "s" + found.document_id[1:]
        rows[records.Story].append(
            records.Story(
                story_id=story_id, load_date=day_of(found.partition_key), title=found.title, document_count=1,
                independent_source_count=1, first_published_date=found.published_date,
            )
        )  # fmt: skip
        rows[records.StoryDocument].append(
            records.StoryDocument(
                story_id=story_id, document_id=found.document_id, load_date=day_of(found.partition_key),
                document_load_date=day_of(found.partition_key), is_copy=False, is_update=False, similarity_score=1.0,
            )
        )  # fmt: skip
    for told in reports:
        event_id = "e" + told.report_id[1:]
        day = told.load_date
        published = by_id[told.document_id].published_date
        shared = {name: getattr(told, name) for name in set(Report.model_fields) & set(Event.model_fields)}
        event = shared | {
            "event_id": event_id, "actor_names": ("Ruritania", "Graustark"), "actor_country_codes": ("FRA", "DEU"),
            "report_count": 1, "document_count": 1, "story_count": 1, "independent_source_count": 1,
            "first_reported_date": published, "last_reported_date": published, "best_report_id": told.report_id,
            "best_load_date": day,
        }  # fmt: skip
        rows[Event].append(Event.model_validate(event | changes))
        rows[records.EventReport].append(
            records.EventReport(
                event_id=event_id, report_id=told.report_id, document_id=told.document_id, load_date=day,
                report_load_date=day, merge_rule="first",
            )
        )  # fmt: skip
        rows[records.EventStatus].append(
            records.EventStatus(
                event_id=event_id, report_id=told.report_id, load_date=day, ordinal=0, status_type=told.status_type,
                reported_date=published,
            )
        )  # fmt: skip
        rows[records.EventParticipant] += [
            records.EventParticipant.model_validate(
                {name: getattr(found, name) for name in records.EventParticipant.model_fields if name != "event_id"}
                | {"event_id": event_id}
            )
            for found in participants(told)
        ]
    return rows


def looked_up() -> Mapping[type[Record], Sequence[Record]]:
    return {
        records.Source: [records.Source(source_id=record_id("o", "Strelsau Courier"), name="Strelsau Courier")],
        records.Entity: [
            records.Entity(
                entity_id=code, name=name, aliases=(f"Kingdom of {name}",), entity_type="state", country_code=code
            )
            for code, name in (("FRA", "Ruritania"), ("DEU", "Graustark"))
        ],
        records.Office: [],
        records.Place: [
            records.Place(
                place_id="1", name="Strelsau", country_code="FRA", latitude=48.5, longitude=2.5, place_type="city"
            )
        ],
    }


def resolve(warehouse: Warehouse, **changes: Any) -> None:
    """Replace everything that is formed over the partitions that the warehouse now holds."""
    warehouse.replace_resolution(looked_up())
    warehouse.replace_resolution(resolution(warehouse.read(Report), warehouse.read(Document), **changes))


NOTHING = PartitionFiles("nothing", {})
"""What is left of a partition whose documents are all gone."""


def load(
    path: Place,
    partitions: Mapping[str, PartitionFiles],
    *,
    emptied: Sequence[str] = (),
    after_hours: int = 0,
    fresh: bool = False,
    changes: Mapping[str, Any] | None = None,
) -> records.Load:
    """A whole load, as the steps do it, and its publication."""
    with Warehouse.writer(path, wait_seconds=0, fresh=fresh) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({**partitions, **dict.fromkeys(emptied, NOTHING)})
        resolve(warehouse, **(changes or {}))
        failures: list[GateFailure] = warehouse.gate(LOADED_AT)
        assert not failures, [failure.result for failure in failures]
        done = warehouse.commit(LOADED_AT + timedelta(hours=after_hours), code_versions={"coder": "1"})
        warehouse.publish()
    return done


def derive_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is made of events by SQL fit the events that a test changed."""
    con.execute("DELETE FROM core.event_pairs; DELETE FROM core.readable_events")
    derive(con)


def stored(document_: Document) -> Document:
    """As the warehouse gives it back."""
    return document_.model_copy(update=OMITTED[Document])
