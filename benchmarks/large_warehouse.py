"""A warehouse of made-up events in any number, by SQL alone: exports and questions cost by rows, not by texts.

Every event has one or two reports, each in a document of its own, and two participants; days go over ten years, pairs
over thirty countries, and one event in eight is only planned. The same number gives the same rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from demarche.warehouse import marts, schema
from demarche.warehouse.connection import STORAGE, connect
from demarche.warehouse.resolved import derive
from demarche.warehouse.schema import quoted

_COUNTRIES = [
    "ARG", "AUS", "BRA", "CAN", "CHN", "CUB", "DEU", "EGY", "ESP", "FRA", "GBR", "IDN", "IND", "IRN", "ISR", "ITA",
    "JPN", "KOR", "MEX", "NGA", "NOR", "PAK", "POL", "PRK", "RUS", "SAU", "TUR", "UKR", "USA", "ZAF",
]  # fmt: skip
_TYPES = {
    "CONSULT": ("meet", "040", "verbal_cooperation"),
    "AGREE": (None, "030", "verbal_cooperation"),
    "ACCUSE": (None, "110", "verbal_conflict"),
    "SANCTION": ("expel", "160", "verbal_conflict"),
    "AID": (None, "070", "material_cooperation"),
}
_FACTS = """
CREATE TEMP TABLE facts AS
SELECT
    i,
    md5('event' || i) AS id,
    DATE '2014-01-01' + CAST(i * 3650 // $count AS INTEGER) AS day,
    countries[CAST(1 + hash(i, 1) % len(countries) AS BIGINT)] AS first,
    countries[CAST(1 + hash(i, 2) % len(countries) AS BIGINT)] AS second,
    types[CAST(1 + hash(i, 3) % len(types) AS BIGINT)] AS type,
    CASE WHEN hash(i, 4) % 8 = 0 THEN 'planned' ELSE 'occurred' END AS status,
    'The foreign minister of state ' || hash(i, 1) % 30 || ' met envoys of state ' || hash(i, 2) % 30
        || ' to speak about question ' || i || ' on that day, officials said.' AS sentence
FROM range($count) AS r(i),
    (SELECT $countries AS countries, $types AS types)
"""
_REPORTS = """
CREATE TEMP TABLE told AS
SELECT facts.*, n, md5('report' || i || '-' || n) AS told_id FROM facts, range(2) AS r(n) WHERE n = 0 OR i % 2 = 0
"""
_CODING = """
    event_type := type.code, status_type := status, plover_type := type.code, mode_type := type.mode,
    context_types := ['military'], quad_type := type.quad, goldstein_value := 2.5, cameo_code := type.cameo,
    start_date := day, end_date := day, date_precision_type := 'day', place_id := '1', place_name := 'Strelsau',
    place_precision_type := 'city', country_code := first, confidence_score := 0.5 + (i % 50) / 100.0
"""
_ROWS = {
    "core.documents": """
        SELECT unnest(struct_pack(document_id := 'd' || told_id, article_id := 'a' || told_id,
            partition_key := strftime(day, '%Y-%m-%dT00'), source_id := 'o1', source_name := 'Courier ' || i % 200,
            path := 'drop/' || told_id, canonical_url := 'https://courier.example/' || told_id,
            title := 'Talks, part ' || i, lead := sentence, body_length := 1000, published_date := day,
            published_rule := 'metadata', fetched_at := CAST(day AS TIMESTAMPTZ), language_code := 'en',
            content_hash := told_id, raw_hash := told_id, field_rules := MAP {'title': 'heading'},
            load_date := day)) FROM told""",
    "core.reports": f"""
        SELECT unnest(struct_pack(report_id := 'r' || told_id, document_id := 'd' || told_id,
            partition_key := strftime(day, '%Y-%m-%dT00'), load_date := day, ordinal := 0, sentence_text := sentence,
            sentence_start_offset := 0, sentence_end_offset := length(sentence), trigger_text := 'met',
            trigger_start_offset := 35, trigger_end_offset := 38, coding_rule := 'meet', coder_version := '1',
            {_CODING})) FROM told""",
    "core.report_participants": """
        SELECT unnest(struct_pack(report_id := 'r' || told_id, partition_key := strftime(day, '%Y-%m-%dT00'),
            load_date := day, ordinal := o, role_type := 'actor', name := CASE o WHEN 0 THEN first ELSE second END,
            entity_id := CASE o WHEN 0 THEN first ELSE second END, entity_type := 'state', sector_type := 'GOV',
            country_code := CASE o WHEN 0 THEN first ELSE second END, text := 'state', start_offset := 24,
            end_offset := 29)) FROM told, range(2) AS r(o)""",
    "core.events": f"""
        SELECT unnest(struct_pack(event_id := 'e' || id, load_date := day, actor_names := [first, second],
            actor_country_codes := [first, second], recipient_names := CAST([] AS VARCHAR[]),
            recipient_country_codes := CAST([] AS VARCHAR[]), report_count := 2 - i % 2, document_count := 2 - i % 2,
            story_count := 1, independent_source_count := 1, first_reported_date := day, last_reported_date := day,
            is_disputed := false, best_report_id := 'r' || md5('report' || i || '-0'),
            best_load_date := day, {_CODING})) FROM facts""",
    "core.event_reports": """
        SELECT unnest(struct_pack(event_id := 'e' || id, report_id := 'r' || told_id, document_id := 'd' || told_id,
            load_date := day, report_load_date := day, merge_rule := 'first')) FROM told""",
    "core.event_participants": """
        SELECT unnest(struct_pack(event_id := 'e' || id, load_date := day, ordinal := o, role_type := 'actor',
            name := CASE o WHEN 0 THEN first ELSE second END, entity_id := CASE o WHEN 0 THEN first ELSE second END,
            entity_type := 'state', sector_type := 'GOV', country_code := CASE o WHEN 0 THEN first ELSE second END))
        FROM facts, range(2) AS r(o)""",
    "core.places": "SELECT '1' AS place_id, 'Strelsau' AS name, 'FRA' AS country_code, 48.5 AS latitude, "
    "2.5 AS longitude, 'city' AS place_type",
    "meta.loads": "SELECT 'l1' AS load_id, TIMESTAMPTZ '2024-03-10 12:00:00Z' AS loaded_at, 1 AS partition_count, "
    "(SELECT count(*) FROM told) AS document_count, (SELECT count(*) FROM told) AS report_count, "
    "(SELECT count(*) FROM facts) AS event_count, 0 AS revision_count",
}  # fmt: skip


def make(path: Path, event_count: int) -> None:
    """A warehouse file of so many events at ``path``, which must not be there."""
    con = connect()
    con.execute(f"ATTACH {quoted(str(path))} AS warehouse (STORAGE_VERSION '{STORAGE}')")
    con.execute("USE warehouse")
    fill(con, event_count)
    con.close()


def fill(con: duckdb.DuckDBPyConnection, event_count: int) -> None:
    """The same in the current database of ``con``, with every table and view of a warehouse."""
    schema.bring_up_to_date(con)
    types = [{"code": code, "mode": mode, "cameo": cameo, "quad": quad} for code, (mode, cameo, quad) in _TYPES.items()]
    con.execute(_FACTS, {"count": event_count, "countries": _COUNTRIES, "types": types})
    con.execute(_REPORTS)
    for table, rows in _ROWS.items():
        con.execute(f"INSERT INTO {table} BY NAME {rows}")
    con.execute("DROP TABLE told; DROP TABLE facts")
    derive(con)
    marts.refresh(con)
