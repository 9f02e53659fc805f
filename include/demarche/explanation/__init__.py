"""Explanation: how a text was read, and why reports are one event, shown so that a person can judge it.

What is shown is gathered here; ``page`` writes it as HTML, ``terminal`` in colours for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from demarche.ontology import LINK_RULES, MERGE_RULES
from demarche.records import Document, Mention, Report, ReportParticipant

DOCUMENT_COLUMNS = (
    "document_id", "title", "source_name", "byline", "published_date", "published_rule", "dateline", "language_code",
    "agency_id", "canonical_url", "path",
)  # fmt: skip
OPEN = "left open"
ONE_BECAUSE = "Its reports, and what joined each"


@dataclass(frozen=True)
class ReportExplanation:
    """A report, and who takes part in it."""

    report: Report
    participants: tuple[ReportParticipant, ...]

    @property
    def act(self) -> str:
        """Act, mode and status in a few words."""
        report = self.report
        words = " ".join(filter(None, (report.event_type, report.mode_type, report.status_type)))
        return f"{words} → {report.plover_type or 'no category'}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What decided, when, where and how many, each under its name."""
        report = self.report
        when = " to ".join(map(str, dict.fromkeys(filter(None, (report.start_date, report.end_date)))))
        precision = f"({report.date_precision_type})" if when else ""
        words = f"from “{report.date_text}”" if report.date_text else ""
        anchor = f"seen from {report.anchor_date}" if report.anchor_date else ""
        found = [
            ("trigger", report.trigger_text),
            ("decided by", report.coding_rule),
            ("when", " ".join(filter(None, (when or "open", precision, words, anchor)))),
            ("where", " ".join(filter(None, (report.place_name, report.country_code)))),
            ("how many", " ".join(filter(None, (_number(report.quantity), report.quantity_unit)))),
            ("contexts", ", ".join(report.context_types)),
            ("confidence", f"{report.confidence_score:.2f}"),
        ]
        return [(name, value) for name, value in found if value]


def _unread(language_code: str) -> str:
    return f"{language_code}: not in English, so stored, not coded"


@dataclass(frozen=True)
class Explanation:
    """A document, what was found in it, and what it tells."""

    document: Document
    mentions: tuple[Mention, ...]
    told: tuple[ReportExplanation, ...]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Each mention's number in the text, from 1."""
        ordered = sorted(self.mentions, key=lambda mention: (mention.start_offset, -mention.end_offset))
        return {mention.mention_id: number for number, mention in enumerate(ordered, 1)}

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Where the text is from and what is known of it, each under its name."""
        document = self.document
        published = f"{document.published_date} ({document.published_rule})" if document.published_date else ""
        found = [
            ("source", document.source_name),
            ("published", published or f"unknown ({document.published_rule})"),
            ("byline", document.byline or ""),
            ("dateline", document.dateline or ""),
            ("language", "" if document.language_code in (None, "en") else _unread(document.language_code)),
            ("address", document.canonical_url or document.path),
            ("document", document.document_id),
        ]
        return [(name, value) for name, value in found if value]

    def mention_rows(self) -> list[tuple[str, ...]]:
        """A row per mention, in the order of ``MENTION_COLUMNS``."""
        ordered = sorted(self.mentions, key=lambda mention: self.numbers[mention.mention_id])
        return [
            (
                str(self.numbers[mention.mention_id]),
                mention.text,
                mention.mention_type,
                taken_for(mention),
                mention.entity_id or mention.place_id or "",
                mention.country_code or "",
                mention.office_name or "",
                mention.link_rule or "",
                "" if mention.link_score is None else f"{mention.link_score:.2f}",
            )
            for mention in ordered
        ]

    def pieces(self, start: int, end: int) -> Iterator[tuple[str, Mention | None]]:
        """The body between two offsets, cut at mentions. Of mentions that overlap, the first and longest is shown."""
        body, position = self.document.body, start
        for mention in sorted(self.mentions, key=lambda mention: (mention.start_offset, -mention.end_offset)):
            if mention.start_offset < position or mention.end_offset > end:
                continue
            if mention.start_offset > position:
                yield body[position : mention.start_offset], None
            yield body[mention.start_offset : mention.end_offset], mention
            position = mention.end_offset
        if position < end:
            yield body[position:end], None

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        document = self.document.model_dump(mode="json")
        return {
            "document": {name: document[name] for name in (*DOCUMENT_COLUMNS, "body", "field_rules")},
            "mentions": [mention.model_dump(mode="json") for mention in self.mentions],
            "reports": [
                {
                    **one.report.model_dump(mode="json"),
                    "participants": [party.model_dump(mode="json") for party in one.participants],
                }
                for one in self.told
            ],
        }


def taken_for(mention: Mention) -> str:
    """Whom or what a mention was taken for; a time names nobody."""
    is_nobody = mention.mention_type == "time" or mention.country_code
    return mention.name or ("" if is_nobody else OPEN)


MENTION_COLUMNS = ("no.", "words", "type", "taken for", "id", "country", "office", "rule", "score")
PARTY_COLUMNS = ("role", "words", "taken for", "id", "country", "part", "office")


def party_rows(participants: Sequence[ReportParticipant]) -> list[tuple[str, ...]]:
    """A row per participant, in the order of ``PARTY_COLUMNS``."""
    return [
        (
            party.role_type,
            party.text,
            party.name or "",
            party.entity_id or "",
            party.country_code or "",
            party.part_type or "",
            party.office_name or "",
        )
        for party in participants
    ]


@dataclass(frozen=True)
class EventExplanation:
    """An event of a warehouse: its row, the reports that are it and why, who takes part, its life, what it relates to.

    Rows are plain data, as the warehouse's tables and views name their columns.
    """

    event: Mapping[str, Any]
    reports: tuple[Mapping[str, Any], ...]
    participants: tuple[Mapping[str, Any], ...]
    statuses: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]

    @property
    def act(self) -> str:
        """Act, mode and status in a few words."""
        event = self.event
        words = " ".join(filter(None, (event["event_type"], event["mode_type"], event["status_type"])))
        return f"{words} → {event['plover_type'] or 'no category'}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the event's row says, each under its name."""
        return _said(self.event)

    def members(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Of each report: what joined it, its sentence, why that joins, and everything else that is said of it."""
        return [
            (
                row["merge_rule"],
                row["sentence_text"],
                [fact for fact in _said({"why": MERGE_RULES.get(row["merge_rule"]), **row}) if fact[0] not in _HEAD],
            )
            for row in self.reports
        ]

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """Headings, columns and rows of what else hangs on the event."""
        found = [
            ("Who takes part", self.participants),
            ("Its life", self.statuses),
            ("What it relates to", [{**row, "why": LINK_RULES.get(row["link_rule"])} for row in self.links]),
        ]
        return [
            (heading, tuple(rows[0]), [tuple(shown(value) for value in row.values()) for row in rows])
            for heading, rows in found
            if rows
        ]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "event": _plain(self.event),
            "reports": [_plain(row) for row in self.reports],
            "participants": [_plain(row) for row in self.participants],
            "statuses": [_plain(row) for row in self.statuses],
            "links": [_plain(row) for row in self.links],
        }


_HEAD = ("merge rule", "sentence text")


def _said(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), words) for name, value in row.items() if (words := shown(value))]


def shown(value: Any) -> str:
    """A value of a warehouse's row in words."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
