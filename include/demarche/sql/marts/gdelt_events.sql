-- The events under the names and in the order of GDELT 2's event table, for tools that read that. What GDELT has and we
-- don't code is null. Denials of a charge, which have no CAMEO code, are left out.
CREATE OR REPLACE VIEW mart.gdelt_events AS
WITH sides AS (
    SELECT
        event_id,
        min(ordinal) FILTER (role_type = 'actor') AS first_ordinal,
        coalesce(
            min(ordinal) FILTER (role_type = 'recipient'),
            min(ordinal) FILTER (role_type = 'actor' AND ordinal > 0)
        ) AS second_ordinal
    FROM core.event_participants
    GROUP BY event_id
),
days AS (SELECT event_id, coalesce(start_date, first_reported_date, load_date) AS told_date FROM core.events)
SELECT
    CAST('0x' || substr(e.event_id, 2, 15) AS BIGINT) AS GLOBALEVENTID,
    CAST(strftime(days.told_date, '%Y%m%d') AS BIGINT) AS SQLDATE,
    CAST(strftime(days.told_date, '%Y%m') AS BIGINT) AS MonthYear,
    year(days.told_date) AS Year,
    round(year(days.told_date) + (month(days.told_date) * 30 + day(days.told_date)) / 365.0, 4) AS FractionDate,
    nullif(concat(first_actor.country_code, first_actor.sector_type), '') AS Actor1Code,
    upper(first_actor.name) AS Actor1Name,
    first_actor.country_code AS Actor1CountryCode,
    CASE
        WHEN first_actor.entity_type IN ('organisation', 'group') THEN first_actor.entity_id
    END AS Actor1KnownGroupCode,
    CAST(NULL AS VARCHAR) AS Actor1EthnicCode,
    CAST(NULL AS VARCHAR) AS Actor1Religion1Code,
    CAST(NULL AS VARCHAR) AS Actor1Religion2Code,
    first_actor.sector_type AS Actor1Type1Code,
    CAST(NULL AS VARCHAR) AS Actor1Type2Code,
    CAST(NULL AS VARCHAR) AS Actor1Type3Code,
    nullif(concat(second_actor.country_code, second_actor.sector_type), '') AS Actor2Code,
    upper(second_actor.name) AS Actor2Name,
    second_actor.country_code AS Actor2CountryCode,
    CASE
        WHEN second_actor.entity_type IN ('organisation', 'group') THEN second_actor.entity_id
    END AS Actor2KnownGroupCode,
    CAST(NULL AS VARCHAR) AS Actor2EthnicCode,
    CAST(NULL AS VARCHAR) AS Actor2Religion1Code,
    CAST(NULL AS VARCHAR) AS Actor2Religion2Code,
    second_actor.sector_type AS Actor2Type1Code,
    CAST(NULL AS VARCHAR) AS Actor2Type2Code,
    CAST(NULL AS VARCHAR) AS Actor2Type3Code,
    CAST(coalesce(r.sentence_start_offset < length(d.lead), false) AS BIGINT) AS IsRootEvent,
    e.cameo_code AS EventCode,
    left(e.cameo_code, 3) AS EventBaseCode,
    left(e.cameo_code, 2) AS EventRootCode,
    CASE e.quad_type
        WHEN 'verbal_cooperation' THEN 1
        WHEN 'material_cooperation' THEN 2
        WHEN 'verbal_conflict' THEN 3
        WHEN 'material_conflict' THEN 4
    END AS QuadClass,
    e.goldstein_value AS GoldsteinScale,
    e.report_count AS NumMentions,
    e.independent_source_count AS NumSources,
    e.document_count AS NumArticles,
    CAST(NULL AS DOUBLE) AS AvgTone,
    CAST(NULL AS BIGINT) AS Actor1Geo_Type,
    CAST(NULL AS VARCHAR) AS Actor1Geo_FullName,
    CAST(NULL AS VARCHAR) AS Actor1Geo_CountryCode,
    CAST(NULL AS VARCHAR) AS Actor1Geo_ADM1Code,
    CAST(NULL AS VARCHAR) AS Actor1Geo_ADM2Code,
    CAST(NULL AS DOUBLE) AS Actor1Geo_Lat,
    CAST(NULL AS DOUBLE) AS Actor1Geo_Long,
    CAST(NULL AS VARCHAR) AS Actor1Geo_FeatureID,
    CAST(NULL AS BIGINT) AS Actor2Geo_Type,
    CAST(NULL AS VARCHAR) AS Actor2Geo_FullName,
    CAST(NULL AS VARCHAR) AS Actor2Geo_CountryCode,
    CAST(NULL AS VARCHAR) AS Actor2Geo_ADM1Code,
    CAST(NULL AS VARCHAR) AS Actor2Geo_ADM2Code,
    CAST(NULL AS DOUBLE) AS Actor2Geo_Lat,
    CAST(NULL AS DOUBLE) AS Actor2Geo_Long,
    CAST(NULL AS VARCHAR) AS Actor2Geo_FeatureID,
    CASE e.place_precision_type
        WHEN 'country' THEN 1
        WHEN 'city' THEN 4
        WHEN 'site' THEN 4
        WHEN 'region' THEN 5
        ELSE 0
    END AS ActionGeo_Type,
    e.place_name AS ActionGeo_FullName,
    CAST(NULL AS VARCHAR) AS ActionGeo_CountryCode,
    CAST(NULL AS VARCHAR) AS ActionGeo_ADM1Code,
    CAST(NULL AS VARCHAR) AS ActionGeo_ADM2Code,
    p.latitude AS ActionGeo_Lat,
    p.longitude AS ActionGeo_Long,
    e.place_id AS ActionGeo_FeatureID,
    CAST(strftime(coalesce(e.first_reported_date, e.load_date), '%Y%m%d') || '000000' AS BIGINT) AS DATEADDED,
    coalesce(d.canonical_url, d.path) AS SOURCEURL
FROM core.events AS e
JOIN days ON days.event_id = e.event_id
LEFT JOIN core.reports AS r ON r.report_id = e.best_report_id AND r.load_date = e.best_load_date
LEFT JOIN core.documents AS d ON d.document_id = r.document_id AND d.load_date = r.load_date
LEFT JOIN core.places AS p ON p.place_id = e.place_id
LEFT JOIN sides ON sides.event_id = e.event_id
LEFT JOIN core.event_participants AS first_actor
    ON first_actor.event_id = e.event_id AND first_actor.ordinal = sides.first_ordinal
LEFT JOIN core.event_participants AS second_actor
    ON second_actor.event_id = e.event_id AND second_actor.ordinal = sides.second_ordinal
WHERE e.cameo_code IS NOT NULL;

COMMENT ON VIEW mart.gdelt_events IS 'The events with the 61 columns of GDELT 2; each column''s comment says where its meaning differs. Actor 2, the second side, is the first recipient, or the second actor where there is no recipient';
COMMENT ON COLUMN mart.gdelt_events.GLOBALEVENTID IS 'A number made of the first 60 bits of event_id: the same wherever the event is coded; not a counter';
COMMENT ON COLUMN mart.gdelt_events.SQLDATE IS 'First day of the event as YYYYMMDD; where it is unknown, the day of the first report, as GDELT does; where that is as well, the day of arrival';
COMMENT ON COLUMN mart.gdelt_events.MonthYear IS 'That day as YYYYMM';
COMMENT ON COLUMN mart.gdelt_events.Year IS 'Year of that day';
COMMENT ON COLUMN mart.gdelt_events.FractionDate IS 'That day as a year with a fraction, months taken as 30 days';
COMMENT ON COLUMN mart.gdelt_events.Actor1Code IS 'Country and sector of the first actor, joined; null where neither is known';
COMMENT ON COLUMN mart.gdelt_events.Actor1Name IS 'Name of the first actor';
COMMENT ON COLUMN mart.gdelt_events.Actor1CountryCode IS 'Country of the first actor: ISO 3166-1 alpha-3, where GDELT has CAMEO''s almost equal codes';
COMMENT ON COLUMN mart.gdelt_events.Actor1KnownGroupCode IS 'Our entity_id of the first actor, if an organisation or armed group';
COMMENT ON COLUMN mart.gdelt_events.Actor1EthnicCode IS 'Ethnic group of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Religion1Code IS 'Religion of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Religion2Code IS 'Second religion of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Type1Code IS 'Sector of the first actor: GOV, MIL, LEG, …';
COMMENT ON COLUMN mart.gdelt_events.Actor1Type2Code IS 'Further sector of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Type3Code IS 'Further sector of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Code IS 'Country and sector of the second side, joined; null where neither is known';
COMMENT ON COLUMN mart.gdelt_events.Actor2Name IS 'Name of the second side';
COMMENT ON COLUMN mart.gdelt_events.Actor2CountryCode IS 'Country of the second side: ISO 3166-1 alpha-3, where GDELT has CAMEO''s almost equal codes';
COMMENT ON COLUMN mart.gdelt_events.Actor2KnownGroupCode IS 'Our entity_id of the second side, if an organisation or armed group';
COMMENT ON COLUMN mart.gdelt_events.Actor2EthnicCode IS 'Ethnic group of the second side: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Religion1Code IS 'Religion of the second side: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Religion2Code IS 'Second religion of the second side: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Type1Code IS 'Sector of the second side: GOV, MIL, LEG, …';
COMMENT ON COLUMN mart.gdelt_events.Actor2Type2Code IS 'Further sector of the second side: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Type3Code IS 'Further sector of the second side: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.IsRootEvent IS '1 where the best sentence stands in its document''s first paragraph, else 0';
COMMENT ON COLUMN mart.gdelt_events.EventCode IS 'CAMEO code made from plover_type and mode_type; text, for its leading zero';
COMMENT ON COLUMN mart.gdelt_events.EventBaseCode IS 'That code''s first three digits';
COMMENT ON COLUMN mart.gdelt_events.EventRootCode IS 'That code''s first two digits';
COMMENT ON COLUMN mart.gdelt_events.QuadClass IS '1 cooperation in words, 2 in deed, 3 conflict in words, 4 in deed';
COMMENT ON COLUMN mart.gdelt_events.GoldsteinScale IS 'PLOVER''s intensity of type and mode, -10 to 10; GDELT has CAMEO''s';
COMMENT ON COLUMN mart.gdelt_events.NumMentions IS 'Reports of the event, over all time and not only the first quarter of an hour';
COMMENT ON COLUMN mart.gdelt_events.NumSources IS 'Sources that are left when copies and shared agencies are folded';
COMMENT ON COLUMN mart.gdelt_events.NumArticles IS 'Documents that tell of it';
COMMENT ON COLUMN mart.gdelt_events.AvgTone IS 'Tone of the documents: not measured here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_Type IS 'How exact the place of the first actor is: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_FullName IS 'Name of the place of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_CountryCode IS 'FIPS 10-4 country of the first actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_ADM1Code IS 'FIPS first-level division of the first actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_ADM2Code IS 'Second-level division of the first actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_Lat IS 'Degrees north of the place of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_Long IS 'Degrees east of the place of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor1Geo_FeatureID IS 'Gazetteer id of the place of the first actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_Type IS 'How exact the place of the second actor is: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_FullName IS 'Name of the place of the second actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_CountryCode IS 'FIPS 10-4 country of the second actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_ADM1Code IS 'FIPS first-level division of the second actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_ADM2Code IS 'Second-level division of the second actor: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_Lat IS 'Degrees north of the place of the second actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_Long IS 'Degrees east of the place of the second actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.Actor2Geo_FeatureID IS 'Gazetteer id of the place of the second actor: not coded here, always null';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_Type IS 'How exact the event''s place is: 0 none, 1 country, 4 city, 5 region; 2 and 3, kept for the United States, don''t occur';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_FullName IS 'Name of the place of the event';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_CountryCode IS 'FIPS 10-4 country of the event: not derived here, always null; mart.events has the ISO code';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_ADM1Code IS 'FIPS first-level division of the event: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_ADM2Code IS 'Second-level division of the event: not derived here, always null';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_Lat IS 'Degrees north of the place of the event';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_Long IS 'Degrees east of the place of the event';
COMMENT ON COLUMN mart.gdelt_events.ActionGeo_FeatureID IS 'GeoNames id of the place of the event; GDELT has GNS and GNIS ids';
COMMENT ON COLUMN mart.gdelt_events.DATEADDED IS 'Day of the first report, or of arrival where it is unknown, as YYYYMMDD000000';
COMMENT ON COLUMN mart.gdelt_events.SOURCEURL IS 'Address of the document with the best sentence, or its path where it has none';
