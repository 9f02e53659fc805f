"""A simulated quarter of an invented desk: eight sources, some 400 texts a day, a report in each; a seed fixes it all.

Written straight into the warehouse's tables, so that faults can be planted day by day without a lake.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from demarche.warehouse import marts, schema
from demarche.warehouse.resolved import derive

FIRST_DAY = date(2024, 1, 1)
DAYS = 91
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
VOLUMES = {"Strelsau Courier": 90, "Hentzau Post": 75, "Zenda Wire": 70, "Tarlenheim Times": 55,
           "Graustark Echo": 40, "Edelweiss Radio": 30, "Axphain Daily": 25, "Ganlook Gazette": 16}  # fmt: skip
WEEKEND = {"Hentzau Post": 0.4, "Axphain Daily": 0.5}  # these print less on Saturday and Sunday
TYPES = {"CONSULT": 38, "SUPPORT": 12, "AGREE": 12, "REQUEST": 10, "ACCUSE": 10, "REJECT": 8, "SANCTION": 5, "AID": 5}
STATUSES = {"occurred": 75, "planned": 18, "requested": 7}
COUNTRIES = {"FRA": 20, "DEU": 18, "ITA": 12, "JPN": 10, "BRA": 10, "KEN": 10, "EGY": 8, "CAN": 6, "PER": 6}
LAGS = {0: 90, 1: 10}  # days from publication to fetching

NEWEST = "load_date = DATE '2024-03-31'"
OF_COURIER = f"{NEWEST} AND source_name = 'Strelsau Courier'"

FAULTS = {
    # what is wrong: (the check that must find it, how it came about)
    "a source is silent": ("volume_per_source", f"DELETE FROM core.documents WHERE {OF_COURIER}"),
    "a source has been silent for days": (
        "silent_sources",
        "DELETE FROM core.documents WHERE source_name = 'Ganlook Gazette' AND load_date > DATE '2024-03-26'",
    ),
    "a source comes twice": (
        "volume_per_source",
        "INSERT INTO core.documents SELECT * REPLACE (document_id || 'x' AS document_id) FROM core.documents "
        f"WHERE {OF_COURIER}",
    ),
    "a source is dated a day early": (
        "publication_lag",
        f"UPDATE core.documents SET published_date = published_date - 1 WHERE {OF_COURIER}",
    ),
    "a source is dated a day late": (
        "publication_lag",
        f"UPDATE core.documents SET published_date = published_date + 1 WHERE {OF_COURIER}",
    ),
    "a source changes its language": (
        "language_shift",
        f"UPDATE core.documents SET language_code = 'de' WHERE {OF_COURIER}",
    ),
    "bodies are cut": ("extraction_collapse", f"UPDATE core.documents SET body_length = 120 WHERE {OF_COURIER}"),
    "bodies are all the cookie notice": (
        "extraction_collapse",
        f"UPDATE core.documents SET lead = 'We value your privacy.' WHERE {OF_COURIER}",
    ),
    "the coder sees one type only": (
        "coding_drift",
        f"UPDATE core.reports SET event_type = 'CONSULT' WHERE {NEWEST}",
    ),
    "the coder takes every plan for a deed": (
        "coding_drift",
        f"UPDATE core.reports SET status_type = 'occurred' WHERE {NEWEST}",
    ),
    "every actor is one country": (
        "coding_drift",
        f"UPDATE core.report_participants SET country_code = 'FRA' WHERE {NEWEST}",
    ),
    "the coder sees nothing": ("reports_per_document", f"DELETE FROM core.reports WHERE {NEWEST}"),
    "names are no longer linked": ("link_rate", f"UPDATE core.mentions SET entity_id = NULL WHERE {NEWEST}"),
    "offsets are broken": (
        "triggers_match_sentences",
        f"UPDATE core.reports SET trigger_start_offset = 4, trigger_end_offset = 7 WHERE {NEWEST}",
    ),
    "reports without a document": ("ids_resolve", f"DELETE FROM core.documents WHERE {OF_COURIER}"),
    "an event without a report": (
        "events_have_reports",
        f"DELETE FROM core.event_reports WHERE {NEWEST} AND event_id LIKE '%7'",
    ),
    "events are loaded twice": ("ids_unique", f"INSERT INTO core.events SELECT * FROM core.events WHERE {NEWEST}"),
    "the same event under two ids": (
        "duplicate_suspects",
        "INSERT INTO core.events SELECT * REPLACE (event_id || 'x' AS event_id, NULL AS place_id) FROM core.events "
        f"WHERE {NEWEST} LIMIT 3",
    ),
    "texts from the future": (
        "documents_from_future",
        f"UPDATE core.documents SET published_date = DATE '2031-01-01' WHERE {OF_COURIER} AND document_id LIKE '%3'",
    ),
    "events of the far future": (
        "dates_in_bounds",
        f"UPDATE core.events SET start_date = DATE '2094-01-01', end_date = DATE '2094-01-01' WHERE {NEWEST}",
    ),
    "deeds told before they were done": (
        "occurred_before_reported",
        "UPDATE core.events SET start_date = last_reported_date + 3, end_date = last_reported_date + 3 "
        f"WHERE {NEWEST} AND status_type = 'occurred'",
    ),
    "an hour is lost": ("missing_hours", "DELETE FROM meta.partitions WHERE partition_key = '2024-03-31T13'"),
    "the lake has what the warehouse lacks": (
        "ledger",
        "DELETE FROM meta.partitions WHERE partition_key = '2024-03-30T13'",
    ),
    "half of an hour's files are rejected": (
        "reject_rate",
        "UPDATE meta.partitions SET reject_count = 60 WHERE partition_key = '2024-03-31T13'",
    ),
    "documents vanish while parsing": (
        "documents_accounted_for",
        "UPDATE meta.partitions SET found_count = found_count + 5 WHERE partition_key = '2024-03-31T13'",
    ),
    "a code that no list has": ("codes_in_lists", f"UPDATE core.reports SET event_type = 'MINGLE' WHERE {NEWEST}"),
    "copies counted as sources": (
        "sources_within_documents",
        f"UPDATE core.events SET independent_source_count = 9 WHERE {NEWEST}",
    ),
    "nothing came since last week": ("freshness", "DELETE FROM core.documents WHERE load_date > DATE '2024-03-24'"),
}


def _drawn(rng: random.Random, shares: dict[Any, int]) -> Any:
    return rng.choices(list(shares), list(shares.values()))[0]


def _texts(rng: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        for source, volume in VOLUMES.items():
            usual = volume * (WEEKEND.get(source, 1.0) if day.weekday() >= 5 else 1.0)
            for _ in range(max(1, round(rng.gauss(usual, usual**0.5)))):
                published = day - timedelta(days=_drawn(rng, LAGS))
                status = _drawn(rng, STATUSES)
                rows.append(
                    {
                        "n": f"{len(rows):032d}",
                        "source_name": source,
                        "load_date": day.isoformat(),
                        "hour": f"{rng.randrange(24):02d}",
                        "published_date": published.isoformat(),
                        "body_length": round(rng.lognormvariate(7.5, 0.4)),
                        "language_code": "en" if rng.random() < 0.97 else "fr",
                        "event_type": _drawn(rng, TYPES),
                        "status_type": status,
                        "start_date": (published + timedelta(days=40 if status != "occurred" else -1)).isoformat(),
                        "actor": _drawn(rng, COUNTRIES),
                        "recipient": _drawn(rng, COUNTRIES),
                        "is_linked": rng.random() < 0.8,
                    }
                )
    return rows


_READ = """
CREATE TEMP TABLE texts AS SELECT *, load_date || 'T' || hour AS partition_key, 'o' || md5(source_name) AS source_id
    FROM read_json(?, columns = {n: 'VARCHAR', source_name: 'VARCHAR', load_date: 'DATE', hour: 'VARCHAR',
        published_date: 'DATE', body_length: 'BIGINT', language_code: 'VARCHAR', event_type: 'VARCHAR',
        status_type: 'VARCHAR', start_date: 'DATE', actor: 'VARCHAR', recipient: 'VARCHAR', is_linked: 'BOOLEAN'});
"""
_FILL = """
INSERT INTO core.sources BY NAME
    SELECT DISTINCT source_id, source_name AS name, false AS is_wire_agency, false AS is_state_media FROM texts;
INSERT INTO core.entities BY NAME
    SELECT DISTINCT actor AS entity_id, actor AS name, [] AS aliases, 'state' AS entity_type, actor AS country_code
    FROM texts;
INSERT INTO core.documents BY NAME
    SELECT 'd' || n AS document_id, 'a' || n AS article_id, partition_key, source_id, source_name, n AS path,
        'Text ' || n AS title, 'Lead of ' || n AS lead, body_length, published_date, 'metadata' AS published_rule,
        load_date + to_hours(CAST(hour AS BIGINT)) AS fetched_at, language_code, n AS content_hash, n AS raw_hash,
        MAP {} AS field_rules, load_date
    FROM texts;
INSERT INTO core.stories BY NAME
    SELECT 's' || n AS story_id, load_date, 1 AS document_count, 1 AS independent_source_count FROM texts;
INSERT INTO core.story_documents BY NAME
    SELECT 's' || n AS story_id, 'd' || n AS document_id, load_date, load_date AS document_load_date, false AS is_copy,
        false AS is_update, 1.0 AS similarity_score
    FROM texts;
INSERT INTO core.mentions BY NAME
    SELECT 'm' || n || i AS mention_id, 'd' || n AS document_id, partition_key, load_date, 10 * i AS start_offset,
        10 * i + 3 AS end_offset, actor AS text, 'state' AS mention_type,
        CASE WHEN is_linked OR i = 0 THEN actor END AS entity_id
    FROM texts, range(2) AS r(i);
INSERT INTO core.reports BY NAME
    SELECT 'r' || n AS report_id, 'd' || n AS document_id, partition_key, load_date, 0 AS ordinal, event_type,
        status_type, event_type AS plover_type, 'verbal_cooperation' AS quad_type, [] AS context_types, start_date,
        start_date AS end_date, 'day' AS date_precision_type, 'They met.' AS sentence_text, 0 AS sentence_start_offset,
        9 AS sentence_end_offset, 'met' AS trigger_text, 5 AS trigger_start_offset, 8 AS trigger_end_offset,
        0.8 AS confidence_score, 'meet' AS coding_rule, '1' AS coder_version
    FROM texts WHERE language_code = 'en';
INSERT INTO core.report_participants BY NAME
    SELECT 'r' || n AS report_id, partition_key, load_date, i AS ordinal, ['actor', 'recipient'][i + 1] AS role_type,
        [actor, recipient][i + 1] AS entity_id, [actor, recipient][i + 1] AS country_code, 'state' AS entity_type,
        [actor, recipient][i + 1] AS name, [actor, recipient][i + 1] AS text, 0 AS start_offset, 4 AS end_offset
    FROM texts, range(2) AS r(i) WHERE language_code = 'en';
INSERT INTO core.events BY NAME
    SELECT 'e' || n AS event_id, load_date, event_type, status_type, event_type AS plover_type,
        'verbal_cooperation' AS quad_type, [] AS context_types, start_date, start_date AS end_date,
        'day' AS date_precision_type, 'Strelsau ' || n AS place_name, [actor] AS actor_names,
        [recipient] AS recipient_names,
        [actor] AS actor_country_codes, [recipient] AS recipient_country_codes, 1 AS report_count, 1 AS document_count,
        1 AS story_count, 1 AS independent_source_count, published_date AS first_reported_date,
        published_date AS last_reported_date, false AS is_disputed, 0.8 AS confidence_score, 'r' || n AS best_report_id,
        load_date AS best_load_date
    FROM texts WHERE language_code = 'en';
-- One pair's happenings of one day and type are one event; which of them stands for it does not matter here.
DELETE FROM core.events WHERE event_id NOT IN (
    SELECT min(event_id) FROM core.events GROUP BY event_type, actor_names, recipient_names, start_date);
INSERT INTO core.event_reports BY NAME
    SELECT event_id, 'r' || event_id[2:] AS report_id, 'd' || event_id[2:] AS document_id, load_date,
        load_date AS report_load_date,
        'first' AS merge_rule
    FROM core.events;
INSERT INTO core.event_participants BY NAME
    SELECT 'e' || report_id[2:] AS event_id, load_date, ordinal, role_type, entity_id, name, entity_type, country_code
    FROM core.report_participants WHERE 'e' || report_id[2:] IN (SELECT event_id FROM core.events);
INSERT INTO core.event_statuses BY NAME
    SELECT event_id, 'r' || event_id[2:] AS report_id, load_date, 0 AS ordinal, status_type,
        first_reported_date AS reported_date
    FROM core.events;
INSERT INTO meta.partitions BY NAME
    SELECT partition_key, md5(partition_key) AS input_hash, 'l1' AS load_id, count(*) AS document_count,
        2 * count(*) AS mention_count, count(*) AS report_count, 0 AS reject_count, count(*) AS found_count
    FROM texts GROUP BY partition_key;
DROP TABLE texts;
"""


def quarter(folder: Path, seed: int = 1) -> duckdb.DuckDBPyConnection:
    """An open warehouse in memory that holds the quarter, all of it sound."""
    source = folder / "texts.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in _texts(random.Random(seed))), encoding="utf-8")
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(_READ, [str(source)])
    fill(con)
    return con


def fill(con: duckdb.DuckDBPyConnection) -> None:
    """Make a sound warehouse of the current database, from its table ``texts`` (a text a row, see ``_READ``)."""
    schema.bring_up_to_date(con)
    codes = [(row.list_name, row.parent_code, row.code) for row in schema.codes()]
    con.executemany("INSERT INTO meta.codes (list_name, parent_code, code) VALUES (?, ?, ?)", codes)
    con.execute(_FILL)
    derive(con)
    marts.refresh(con)


def forget_day(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Take the newest day away, as if it had not come yet."""
    for table in schema.tables():
        if table.schema == "core" and "load_date" in table.column_names:
            con.execute(f"DELETE FROM {table.qualified} WHERE load_date = ?", [day])
    con.execute("DELETE FROM meta.partitions WHERE partition_key LIKE ?", [f"{day}T%"])
