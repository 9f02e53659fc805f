"""The forms of an export, and which relation of the warehouse stands in which of their files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    """A file, or a folder of files by month: the rows of ``relation`` that belong to chosen events."""

    name: str
    path: str
    relation: str
    encoding: str  # parquet, csv (safe for spreadsheets), tsv (GDELT's: no header, no quotes), geojson, icalendar
    media_type: str
    title: str
    key: tuple[str, ...]  # what identifies a row, and by which rows are sorted
    event_column: str = "event_id"  # by which a row belongs to an event
    refers_to: str | None = None  # the resource that has a row for each event


@dataclass(frozen=True)
class Form:
    """A form of export: its files, and which statuses it is about where nobody names others."""

    name: str
    resources: tuple[Resource, ...]
    status_types: tuple[str, ...] | None = None


_TABLES = (
    ("events", "mart.events", ("event_id",), "Events: one row per happening"),
    ("participants", "core.event_participants", ("event_id", "ordinal"), "Who takes part in an event"),
    ("evidence", "mart.evidence", ("event_id", "report_id"), "The sentences that an event rests on"),
)


def _tables(encoding: str, ending: str, media_type: str) -> tuple[Resource, ...]:
    return tuple(
        Resource(
            name, f"{name}{ending}", relation, encoding, media_type, title, key,
            refers_to=None if name == "events" else "events",
        )
        for name, relation, key, title in _TABLES
    )  # fmt: skip


def _gdelt(name: str, path: str, relation: str, title: str, key: tuple[str, ...]) -> Form:
    resource = Resource(
        name, path, relation, "tsv", "text/tab-separated-values", title, key, event_column="GLOBALEVENTID"
    )
    return Form(name, (resource,))


_MENTIONS = ("GLOBALEVENTID", "MentionTimeDate", "MentionIdentifier", "ActionCharOffset")

FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form("parquet", _tables("parquet", "", "application/vnd.apache.parquet")),
        Form("csv", _tables("csv", ".csv", "text/csv")),
        Form(
            "geojson",
            (
                Resource(
                    "events", "events.geojson", "mart.events", "geojson", "application/geo+json",
                    "Events as points; without geometry where no place is named", ("event_id",),
                ),
            ),
        ),
        _gdelt("gdelt", "gdelt.export.CSV", "mart.gdelt_events", "Events as in GDELT 2", ("GLOBALEVENTID",)),
        _gdelt("gdelt-mentions", "gdelt.mentions.CSV", "mart.gdelt_mentions", "Mentions as in GDELT 2", _MENTIONS),
        Form(
            "icalendar",
            (
                Resource(
                    "planned", "planned.ics", "mart.events", "icalendar", "text/calendar",
                    "What is planned on known days, and what was called off", ("event_id",),
                ),
            ),
            status_types=("planned", "cancelled"),
        ),
    )
}  # fmt: skip

REMOVED = Resource(
    "removed", "removed.csv", "removed", "csv", "text/csv",
    "Events that were changed or taken back since the former load and are in this export no more: remove them first",
    ("event_id",),
)  # fmt: skip
