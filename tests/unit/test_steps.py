from __future__ import annotations

import json
import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import language, reports, steps, stories
from demarche.records import Document, Mention, Reject, Report, ReportParticipant, Signature
from demarche.settings import Settings, load_settings
from demarche.steps import gazetteer, ledgers, limits, loading, pairing, resolving, tagging, texts
from demarche.steps.results import StepError
from demarche.storage import Lake
from demarche.warehouse import query, schema

KEY = "2021-05-04T10"
BODY = "Ministers met in Quito."


def document(body: str = BODY, number: int = 1, **other) -> Document:
    return Document(
        document_id=f"d{number}", article_id="a1", partition_key=KEY, source_id="o1", source_name="drop",
        path=f"{number}.txt", body=body, published_rule="metadata", content_hash=body, raw_hash="0" * 64,
        fetched_at=datetime(2021, 5, 4, 11, tzinfo=UTC), **{"published_date": date(2021, 5, 4), **other},
    )  # fmt: skip


def report(**other) -> Report:
    row = {
        "report_id": "r1", "document_id": "d1", "partition_key": KEY, "load_date": date(2021, 5, 4),
        "event_type": "CONSULT", "status_type": "occurred", "plover_type": "CONSULT", "sentence_text": BODY,
        "sentence_start_offset": 0, "sentence_end_offset": len(BODY), "trigger_text": "met",
        "trigger_start_offset": 10, "trigger_end_offset": 13, "confidence_score": 1, "coding_rule": "test",
        "coder_version": "1",
    }  # fmt: skip
    return Report(**{**row, **other})


def participant() -> ReportParticipant:
    return ReportParticipant(
        report_id="r1", partition_key=KEY, load_date=date(2021, 5, 4), ordinal=0, role_type="actor",
        text="Ministers", start_offset=0, end_offset=9,
    )  # fmt: skip


def keep_sound(*told: Report, mentions: tuple[Mention, ...] = (), **of_document):
    return tagging._keep_sound(document(**of_document), tagging.Coding(mentions, told, (participant(),)))


# --- row rules -------------------------------------------------------------------------------------------------
def test_a_sound_report_is_kept_with_who_takes_part():
    kept, rejects = keep_sound(report())
    assert (kept.reports, kept.participants, rejects) == ((report(),), (participant(),), [])


@pytest.mark.parametrize("wrong", [{"trigger_start_offset": 9}, {"sentence_end_offset": 5}])
def test_a_report_with_broken_offsets_is_rejected_with_who_takes_part(wrong):
    kept, (rejected,) = keep_sound(report(**wrong))
    assert kept.reports == kept.participants == ()
    assert rejected.reason_type == "unsound_report"
    assert "1.txt" in rejected.reason_text
    assert "offsets" in rejected.reason_text


def test_a_mention_with_broken_offsets_rejects_the_document():
    wrong = Mention(
        mention_id="m1", document_id="d1", partition_key=KEY, start_offset=0, end_offset=3, text="Quito",
        mention_type="place",
    )  # fmt: skip
    kept, rejects = keep_sound(report(), mentions=(wrong,))
    assert kept == tagging.Coding((), (), ())
    assert len(rejects) == 1


@pytest.mark.parametrize(
    ("start", "end", "status", "is_kept"),
    [
        ("2021-05-03", "2021-05-03", "occurred", True),
        ("2021-05-05", "2021-05-05", "occurred", True),
        ("2021-05-06", "2021-05-06", "occurred", False),
        ("2021-05-06", "2021-05-06", "planned", True),
        ("2031-05-04", "2031-05-04", "planned", True),
        ("2031-05-05", "2031-05-05", "planned", False),
        ("1900-01-01", "1900-12-31", "occurred", True),
        ("1899-12-31", "1899-12-31", "occurred", False),
        ("2021-05-03", "2021-05-02", "occurred", False),
        ("2021-05-03", None, "occurred", False),
    ],
)
def test_a_nonsense_interval_becomes_null(start, end, status, is_kept):
    days = {name: date.fromisoformat(day) for name, day in (("start_date", start), ("end_date", end)) if day}
    kept, rejects = keep_sound(report(status_type=status, date_precision_type="day", **days))
    assert rejects == []
    (row,) = kept.reports
    assert (row.start_date is not None) is is_kept
    assert row.date_precision_type == ("day" if is_kept else "unknown")


def test_ten_years_after_a_leap_day():
    planned = report(status_type="planned", start_date=date(2030, 2, 28), end_date=date(2030, 2, 28))
    kept, _ = keep_sound(planned, published_date=date(2020, 2, 29))
    assert kept.reports[0].start_date == date(2030, 2, 28)


# --- one bad document ------------------------------------------------------------------------------------------
def test_a_document_that_cannot_be_coded_does_not_stop_the_others(monkeypatch):
    code = reports.code_reports

    def fragile(doc, mentions, *, document):
        if document.document_id == "d2":
            raise RecursionError("too deep")
        return code(doc, mentions, document=document)

    monkeypatch.setattr(reports, "code_reports", fragile)
    found = [document(f"The envoy of Peru met the envoy of Bolivia in Quito on day {n}.", n) for n in (1, 2, 3)]
    tables, counts = tagging.tag(found, Settings())
    assert {row.document_id for row in tables[Report]} == {"d1", "d3"}
    (rejected,) = tables[Reject]
    assert (rejected.path, rejected.reason_type) == ("2.txt", "uncodable")
    assert counts["read"] == 3
    assert counts["rejected"] == 1


def test_documents_in_other_languages_are_not_coded():
    tables, counts = tagging.tag(
        [document("Los ministros de Perú y Bolivia se reunieron.", language_code="es")], Settings()
    )
    assert not any(tables.values())
    assert (counts["read"], counts["coded"]) == (1, 0)


def test_a_document_that_takes_too_long_is_given_up():
    def never_end() -> None:
        with limits.time_limit(0.05):
            while True:
                pass

    with pytest.raises(TimeoutError, match="more than"):
        never_end()


def test_the_time_limit_ends_with_its_block():
    with limits.time_limit(0.05):
        pass
    deadline = threading.Event()
    deadline.wait(0.1)
    assert sum(range(2_000_000)) > 0


def test_outside_the_main_thread_there_is_no_limit():
    done = []

    def work() -> None:
        with limits.time_limit(0.001):
            done.append(sum(range(300_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


# --- texts outside the lake ------------------------------------------------------------------------------------
WORDS = st.text(st.sampled_from("ab .\n\u00e9"), max_size=40)


@given(WORDS, WORDS)
def test_blanking_keeps_every_offset(text, body):
    blanked = texts._without_furniture(text, body)
    assert len(blanked) == len(text)
    assert all(kept == given_ or (kept == " " and given_ != "\n") for kept, given_ in zip(blanked, text, strict=True))


def test_what_is_not_of_the_article_is_blanked_out():
    text = "Home | Sport\n\nMinisters  met\nin Quito.\n\nSubscribe now\n"
    blanked = texts._without_furniture(text, "Ministers met in Quito.")
    assert blanked.split() == ["Ministers", "met", "in", "Quito."]
    assert blanked.index("met") == text.index("met")


def test_a_body_that_does_not_stand_in_the_text_changes_nothing():
    assert texts._without_furniture("one two", "three") == "one two"


def extract(*lines: str) -> list[dict]:
    return list(steps.extract(line.encode() for line in lines))


def test_extract_answers_each_line_in_order():
    found = extract(
        '{"id": "a", "text": "The president of Peru visited Bolivia on Monday.", "published_at": "2021-05-04"}',
        "",
        "{broken",
        '{"id": 7}',
        '{"id": "b", "text": ""}',
        '{"id": "c", "text": 3}',
        '{"id": "d", "text": "x", "published_at": "soon"}',
    )
    assert [row["id"] for row in found] == ["a", None, 7, "b", "c", "d"]
    assert ["error" in row for row in found[:5]] == [False, True, True, False, True]
    first = found[0]
    assert list(first) == ["id", "published_date", "language_code", "entities", "events", "skipped_sentences"]
    assert first["published_date"] == "2021-05-04"
    assert list(first["entities"][0]) == [
        "text", "name", "entity_id", "entity_type", "country_code", "start_offset", "end_offset",
    ]  # fmt: skip
    (event,) = first["events"]
    assert list(event) == [
        "event_type", "plover_type", "mode_type", "context_types", "status_type", "actors", "recipients", "start_date",
        "end_date", "date_precision_type", "place", "quantity", "quantity_unit", "trigger", "sentence", "start_offset",
        "end_offset", "confidence_score",
    ]  # fmt: skip
    assert (event["event_type"], event["mode_type"], event["start_date"]) == ("CONSULT", "visit", "2021-05-03")
    assert list(event["actors"][0]) == ["text", "name", "entity_id", "country_code"]


def test_extract_tells_how_many_and_what_it_skipped():
    counted, long = extract(
        '{"id": 1, "text": "Peru expelled three Bolivian diplomats."}',
        json.dumps({"id": 2, "text": "Peru expelled " + "one, two, " * 450 + "Bolivians."}),
    )
    assert (counted["events"][0]["quantity"], counted["events"][0]["quantity_unit"]) == (3, "diplomat")
    assert counted["skipped_sentences"] == 0
    assert long["skipped_sentences"] == 0


def test_the_items_of_a_list_are_told_apart():
    text = (
        "What to watch in the coming week:\n\n* Monday - Norway's premier begins a two-day visit to Chile\n"
        "* Thursday - Peru recalls its ambassador from Fiji\n"
    )
    (found,) = extract(json.dumps({"id": 1, "text": text}))
    sides = [[p["country_code"] for p in (*e["actors"], *e["recipients"])] for e in found["events"]]
    assert sides == [["NOR", "CHL"], ["PER", "FJI"]]


def test_a_headline_in_capitals_is_read_and_keeps_its_words():
    text = "PERU EXPELS THREE BOLIVIAN DIPLOMATS"
    (found,) = extract(json.dumps({"id": 1, "text": text}))
    (event,) = found["events"]
    assert (event["event_type"], event["trigger"], event["sentence"]) == ("SANCTION", "EXPELS", text)
    assert [(side["text"], side["country_code"]) for side in (*event["actors"], *event["recipients"])] == [
        ("PERU", "PER"),
        ("THREE BOLIVIAN DIPLOMATS", "BOL"),
    ]
    assert all(text[e["start_offset"] : e["end_offset"]] == e["text"] for e in found["entities"])


def test_extract_reads_no_other_language_and_says_which_it_is():
    text = "Le président du Tchad a rencontré lundi à Lomé le premier ministre du Mali, et les deux hommes ont signé "
    text += "un accord sur la pêche, la navigation et les échanges entre leurs pays, a dit le ministère de la pêche."
    (found,) = extract(json.dumps({"id": "a", "text": text, "published_at": "2021-05-04"}))
    assert (found["language_code"], found["entities"], found["events"]) == ("fr", [], [])


def test_extract_takes_half_characters_and_too_long_texts():
    half, long = extract('{"id": 1, "text": "\\ud800 Ministers met."}', '{"id": 2, "text": "%s"}' % ("x" * 200_001))
    assert half["events"] == []
    assert "limit" in long["error"]


def group(*lines: str) -> list[dict]:
    return list(steps.group_stories(line.encode() for line in lines))


DISPATCH = (
    "The foreign ministers of Peru and Bolivia opened a bridge over the Suches on Monday. Ana Rojas, who leads the "
    "delegation from La Paz, said that 40 lorries a day could cross. Traders in Puno had waited 12 years for it."
)


def test_stories_are_answered_in_the_order_of_the_lines():
    found = group(
        json.dumps(
            {"id": "late", "text": DISPATCH + " It cost 3 million dollars.", "published_at": "2021-05-05T08:00:00Z"}
        ),
        "",
        "{broken",
        json.dumps({"id": 2, "text": "Other news of Monday."}),
        json.dumps({"id": "early", "text": DISPATCH, "published_at": "2021-05-04"}),
        json.dumps({"id": "empty", "text": ""}),
    )
    assert [row["id"] for row in found] == ["late", None, 2, "early", "empty"]
    late, broken, alone, early, empty = found
    assert "error" in broken
    assert list(early) == ["id", "story_id", "is_copy", "similarity_score"]
    assert late["story_id"] == early["story_id"] != alone["story_id"] != empty["story_id"]
    assert [row["is_copy"] for row in (late, early, alone, empty)] == [True, False, False, False]
    assert early["similarity_score"] == 1.0 > late["similarity_score"] > 0.5


def test_of_equal_texts_the_one_published_first_is_the_original():
    days = ["2021-05-06", None, "2021-05-04T09:00:00Z", "2021-05-04T08:00:00Z"]
    lines = [json.dumps({"id": n, "text": DISPATCH, "published_at": day}) for n, day in enumerate(days)]
    lines.append(json.dumps({"id": 4, "text": DISPATCH + " It cost 3 million dollars.", "published_at": "2021-05-03"}))
    assert [row["is_copy"] for row in group(*lines[:4])] == [True, True, True, False]
    found = group(*lines)
    assert len({row["story_id"] for row in found}) == 1
    assert [row["is_copy"] for row in found] == [True, True, True, True, False]
    assert len({row["similarity_score"] for row in found[:4]}) == 1


def test_equal_texts_are_signed_once(monkeypatch):
    signed = []
    monkeypatch.setattr(stories, "sign", lambda document: signed.append(document) or sign(document))
    sign = stories.signing.sign
    assert len(group(*(json.dumps({"id": number, "text": DISPATCH}) for number in range(50)))) == 50
    assert len(signed) == 1


def test_of_texts_without_a_date_the_first_is_the_original():
    found = group(*(json.dumps({"id": number, "text": DISPATCH}) for number in range(3)))
    assert [row["is_copy"] for row in found] == [False, True, True]


def test_many_equal_texts_are_one_story():
    found = group(*(json.dumps({"id": number, "text": DISPATCH}) for number in range(3000)))
    assert len({row["story_id"] for row in found}) == 1


# --- ledgers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["", "2021-05-04", "2021-13-01T00", "2021-05-04T24", "../etc", "２０２１-05-04T10"])
def test_only_hours_are_keys(key):
    with pytest.raises(StepError, match="2018-11-06T14"):
        ledgers.checked_key(key)


def test_the_hour_that_has_ended():
    assert steps.hour_that_has_ended(datetime(2021, 1, 1, 0, 59, tzinfo=UTC)) == "2020-12-31T23"


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data_folder=tmp_path, pair_window_days=1)


def test_status_counts_the_dropped_files_that_no_run_has_read(tmp_path):
    settings = Settings(data_folder=tmp_path, settle_seconds=0)
    settings.drop_folder.mkdir()
    for name in ("a.txt", "b.exe"):
        (settings.drop_folder / name).write_text("Ministers of Peru and Bolivia met in Quito on Monday.")
    assert steps.status(settings=settings)["not_read"] == 2
    steps.fetch_documents("2018-11-06T14", settings=settings)
    assert steps.status(settings=settings)["not_read"] == 0, "a file that was rejected counts as read"
    (settings.drop_folder / "c.txt").write_text("Ministers of Chile and Bolivia met in Lima on Friday.")
    found = steps.status(settings=settings)
    assert (found["dropped_files"], found["not_read"]) == (3, 1)
    steps.fetch_documents("2018-11-06T15", settings=settings)
    changed = settings.drop_folder / "a.txt"
    changed.write_text("Ministers of Peru and Bolivia met in Quito on Monday, and again on Tuesday.")
    assert steps.status(settings=settings)["not_read"] == 1
    steps.fetch_documents("2018-11-06T16", settings=settings)
    os.utime(changed, (1, 1))
    assert steps.fetch_documents("2018-11-06T17", settings=settings).written == 0
    assert steps.status(settings=settings)["not_read"] == 0, "it says what it said before"


def test_work_is_found_in_the_ledgers(settings, tmp_path):
    assert steps.pending("documents", settings=settings) == []
    (tmp_path / "a.txt").write_text("Ministers of Peru and Bolivia met in Quito on Monday to speak about fish.")
    steps.fetch_documents(KEY, inputs=[tmp_path / "a.txt"], settings=settings)
    assert steps.pending("documents", settings=settings) == [KEY]
    steps.parse_documents(KEY, settings=settings)
    assert steps.pending("documents", settings=settings) == []
    assert steps.pending("tagged", settings=settings) == [KEY]
    assert steps.pending("paired", settings=settings) == [KEY]
    assert steps.pending("tagged", "2021-05-04T12", settings=settings) == [KEY, "2021-05-04T12"]


def test_a_run_takes_what_is_asked_for_and_then_the_newest(settings, tmp_path):
    """So that the present hour never waits for a backfill's rest."""
    hours = [f"2021-05-04T{hour:02}" for hour in range(5)]
    for key in hours:
        (tmp_path / f"{key}.txt").write_text(f"At {key} ministers of Peru met in Quito.")
        steps.fetch_documents(key, inputs=[tmp_path / f"{key}.txt"], settings=settings)
    assert steps.next_pending("documents", settings=settings) == hours[::-1]
    assert steps.next_pending("documents", most=2, settings=settings) == [hours[4], hours[3]]
    assert steps.next_pending("documents", hours[0], most=2, settings=settings) == [hours[0], hours[4]]
    assert steps.next_pending("documents", hours[4], settings=settings) == hours[::-1], "it is taken once"


def test_what_steps_did_is_told_in_words_and_numbers(caplog):
    caplog.set_level("INFO")
    several = [
        steps.StepResult("tag_documents", KEY, 3, 5, 0, {"mentions": 7, "reports": 5}),
        steps.StepResult("tag_documents", KEY, 2, 1, 1, {"mentions": 1, "reports": 1}),
        steps.StepResult("tag_documents", "2021-05-04T11", 1, 0, 0, {"mentions": 0, "reports": 0}),
    ]
    assert steps.tell(iter(several)) == {
        "documents": 6, "reports": 6, "rejects": 1, "mentions": 8,
        "partitions": {
            KEY: {"documents": 5, "reports": 6, "rejects": 1, "mentions": 8},
            "2021-05-04T11": {"documents": 1, "reports": 0, "rejects": 0, "mentions": 0},
        },
    }  # fmt: skip
    assert caplog.messages[0] == f"tag_documents {KEY}: documents 3, reports 5, rejects 0, mentions 7"
    assert steps.tell([]) == {"partitions": {}}


def test_rejects_are_told_bounded_and_without_control_characters(caplog):
    row = {"partition_key": KEY, "station": "parse", "path": "a", "reason_type": "empty"}
    rejects = tuple(Reject(reject_id=f"x{n}", reason_text=f"\x1b[2J{n}", **row) for n in range(25))
    caplog.set_level("INFO")
    steps.tell([steps.StepResult("parse_documents", KEY, 25, 0, 25, rejects=rejects)])
    lines = caplog.messages
    assert lines[1] == "rejected: \ufffd[2J0"
    assert lines[-1] == "and 5 more rejects"
    assert len(lines) == 22


def test_what_cannot_be_loaded_keeps_no_scheduler_from_starting(tmp_path, monkeypatch):
    broken = tmp_path / "names.csv"
    broken.write_text("no,such,columns\n1,2,3\n")
    monkeypatch.setenv("DEMARCHE_GAZETTEER_FILE", str(broken))
    monkeypatch.setattr(language, "load_model", lambda name: None)
    with pytest.raises(ValueError, match=r"names\.csv"):
        gazetteer.load_additions(load_settings())
    steps.warm_up()


def test_each_step_names_what_it_counts():
    names = {step: tuple(steps.StepResult(step).counts) for step in ("fetch_documents", "parse_documents", "check")}
    assert names == {
        "fetch_documents": ("files", "new_files", "rejects"),
        "parse_documents": ("files", "documents", "rejects"),
        "check": (),
    }


def test_changed_code_makes_everything_pending(settings, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("Ministers of Peru and Bolivia met in Quito on Monday to speak about fish.")
    steps.fetch_documents(KEY, inputs=[tmp_path / "a.txt"], settings=settings)
    steps.parse_documents(KEY, settings=settings)
    monkeypatch.setattr(ledgers, "_code_hash", lambda: "other")
    assert steps.pending("documents", settings=settings) == [KEY]


def test_no_such_station(settings):
    with pytest.raises(StepError, match="documents, tagged, paired, warehouse"):
        steps.pending("nonsense", settings=settings)


def sign(settings: Settings, key: str, **compared: str) -> None:
    lake = Lake(settings.lake_url)
    parsed = lake.write("documents", key, {Document: []}, input_hash=key, code_version="1")
    version = ledgers.code_version("paired", settings)
    known = dict.fromkeys(compared.values(), parsed.output_hash)
    paired = lake.write("paired", key, {}, input_hash=parsed.output_hash, code_version=version)
    ledgers.note_compared(lake, paired, known)


def test_signatures_come_back_from_the_lake_as_columns(settings):
    lake = Lake(settings.lake_url)
    signatures = [stories.sign(document(DISPATCH * number, number)) for number in (1, 2)]
    lake.write("paired", KEY, {Signature: signatures}, input_hash="in", code_version="1")
    ordered = sorted(signatures, key=lambda signature: signature.document_id)
    kept, read = stories.Shelf.of(ordered), pairing.signed(lake, KEY)
    assert list(read.cards) == list(kept.cards)
    for one, other in zip(
        (read.samples, *read.sketches.columns()), (kept.samples, *kept.sketches.columns()), strict=True
    ):
        assert one.values.dtype == other.values.dtype
        assert (one.values.tolist(), one.offsets.tolist()) == (other.values.tolist(), other.offsets.tolist())


def test_sketches_stay_in_the_lake_and_are_there_for_grouping(settings):
    """The two halves of a dispatch have little in common: only their sketches tell that they belong to the whole."""
    lake = Lake(settings.lake_url)
    sentences = (
        "Peru and Bolivia opened a bridge over the Suches on Monday after twelve years of delays.",
        "Ana Rojas, who led the delegation from La Paz, cut a ribbon in the colours of both countries.",
        "Some 40 lorries a day are expected to use it, most of them with soya for the port of Ilo.",
        "Traders in Puno fear for their market stalls, of which 300 line the old road.",
        "The mayor of Desaguadero, Luis Mamani, promised Ana Rojas that no toll would be taken before June.",
        "Engineers of Peru and Bolivia blamed the floods for the delay and showed visitors from Puno a broken pillar.",
        "Customs officers will work in one building, a novelty that Peru hopes to repeat near Tacna.",
        "A brass band played until the rain came over from Lake Titicaca and sent 900 guests home.",
    )
    bodies = (" ".join(sentences[:4]), " ".join(sentences), " ".join(sentences[4:]))
    keys = [f"2021-05-04T{hour:02}" for hour in range(3)]
    signatures = [
        stories.sign(document(body, number).model_copy(update={"partition_key": key}))
        for number, (key, body) in enumerate(zip(keys, bodies, strict=True))
    ]
    for key, signature in zip(keys, signatures, strict=True):
        lake.write("paired", key, {Signature: [signature]}, input_hash="in", code_version="1")
    pairs = stories.find_pairs(stories.Shelf.of(signatures))
    assert len(pairs) == 2
    bare = dict.fromkeys(schema.OMITTED[Signature], ())
    stored = [signature.model_copy(update=bare) for signature in signatures]
    grouped, _ = stories.group_stories(resolving._with_sketches(stored, pairs, lake), pairs)
    assert [story.document_count for story in grouped] == [3]


def test_of_two_partitions_that_have_not_met_the_later_is_pending(settings):
    for key in ("2021-05-04T10", "2021-05-04T11"):
        sign(settings, key)
    assert steps.pending("paired", settings=settings) == ["2021-05-04T11"]


def test_a_loader_reads_what_was_compared_of_new_partitions_only(settings, monkeypatch):
    old, known, new = keys = ["2021-05-04T10", "2021-05-04T11", "2021-05-04T12"]
    for key in keys:
        sign(settings, key)
    read = []
    former = ledgers.compared_with
    monkeypatch.setattr(
        ledgers, "compared_with", lambda lake, asked: read.extend(m.partition_key for m in asked) or former(lake, asked)
    )
    lake = Lake(settings.lake_url)
    assert ledgers.unpaired(lake, settings, keys) == read == []
    assert ledgers.unpaired(lake, settings, [old, known]) == [new]
    sign(settings, new, a=old, b=known)
    read.clear()
    assert ledgers.unpaired(lake, settings, [old, known]) == []
    assert read == [new]
    assert ledgers.unpaired(lake, settings, [known, new]) == [known]  # whoever is settled has to meet the others, too


def test_what_a_partition_was_compared_with_counts_for_what_was_made_then(settings):
    old, new = "2021-05-04T10", "2021-05-04T11"
    sign(settings, old)
    sign(settings, new, a=old)
    assert steps.pending("paired", settings=settings) == []
    lake = Lake(settings.lake_url)
    made = lake.manifest("paired", new)
    signatures = {Signature: [stories.sign(document(DISPATCH, 1))]}
    lake.write("paired", new, signatures, input_hash=made.input_hash, code_version=made.code_version)
    assert steps.pending("paired", settings=settings) == [new]


def test_what_former_code_signed_is_not_compared_but_signed_again(settings, tmp_path):
    """Its signatures may lack a column of today's."""
    old, new = "2021-05-04T10", "2021-05-04T11"
    for key in (old, new):
        (tmp_path / f"{key}.txt").write_text("Ministers of Peru and Bolivia met in Quito.")
        steps.fetch_documents(key, inputs=[tmp_path / f"{key}.txt"], settings=settings)
        steps.parse_documents(key, settings=settings)
    steps.pair_documents(old, settings=settings)
    lake = Lake(settings.lake_url)
    made = lake.manifest("paired", old)
    lake.write("paired", old, {}, input_hash=made.input_hash, code_version="former")
    steps.pair_documents(new, settings=settings)
    assert ledgers.compared_with(lake, [lake.manifest("paired", new)]) == {new: {}}
    assert steps.pending("paired", settings=settings) == [old]
    steps.pair_documents(old, settings=settings)
    assert set(ledgers.compared_with(lake, [lake.manifest("paired", old)])[old]) == {new}
    assert steps.pending("paired", settings=settings) == []


def test_a_partition_that_ends_its_process_twice_is_set_aside_and_named_while_others_go_on(settings, tmp_path):
    bad, good = "2021-05-04T10", "2021-05-04T11"
    for key in (bad, good):
        (tmp_path / f"{key}.txt").write_text(f"Ministers of Peru and Bolivia met in Quito at {key}.")
        steps.fetch_documents(key, inputs=[tmp_path / f"{key}.txt"], settings=settings)
        steps.parse_documents(key, settings=settings)
        lake = Lake(settings.lake_url)
        made = lake.manifest("documents", key)
        version = ledgers.code_version("tagged", settings)
        lake.write("tagged", key, {}, input_hash=made.output_hash, code_version=version)
    for _ in range(2):
        assert steps.pending("paired", settings=settings) == [bad, good]
        ledgers.pairing_attempts(lake, bad, settings).begin(bad)  # and the process is gone
    assert steps.pending("paired", settings=settings) == [good]
    with pytest.raises(loading.GateError, match=f"{bad}: .*2 times.*`demarche pair-documents {bad}`"):
        steps.load_warehouse(settings=settings)
    held = query(settings.warehouse_path, "SELECT partition_key FROM meta.partitions")
    assert held.rows == [(good,)]
    steps.pair_documents(bad, settings=settings)
    steps.load_warehouse(settings=settings)
    assert query(settings.warehouse_path, "SELECT count(*) FROM meta.partitions").rows == [(2,)]


def test_it_does_not_matter_which_of_two_met_the_other(settings):
    sign(settings, "2021-05-04T10", met="2021-05-04T11")
    sign(settings, "2021-05-04T11")
    assert steps.pending("paired", settings=settings) == []


def test_partitions_far_apart_need_not_meet(settings):
    for key in ("2021-05-04T10", "2021-05-05T11"):
        sign(settings, key)
    assert steps.pending("paired", settings=settings) == []


# --- files that somebody names -----------------------------------------------------------------------------------
def test_the_version_of_the_code_covers_the_whole_package(monkeypatch, tmp_path):
    """Ledgers know by it that rows are out of date."""
    hashed = set()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: hashed.add(path.name) or read(path))
    ledgers._code_hash.__wrapped__()
    assert {"dates.py", "frames.py", "lexicon.csv", "ledgers.py"} <= hashed
    assert not {"arguments.py", "printing.py", "settings.py", "publication.sql"} & hashed


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("./a.txt", "./a.txt"), ("sub/./../a.txt", "sub/./../a.txt"), ("sub/../sub", "sub/../sub/b.txt"),
        ("./", "./a.txt"), ("sub", "sub/b.txt"),
    ],
)  # fmt: skip
def test_parsed_documents_carry_the_path_as_it_was_given(tmp_path, monkeypatch, given, shown):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("a.txt", "sub/b.txt"):
        (tmp_path / name).write_text("Ministers of Peru and Bolivia met in Lima on Thursday.", encoding="utf-8")
    assert next(iter(steps.parse_files([given]))).path == shown


def test_a_reject_of_a_line_names_the_line(tmp_path):
    lines = ['{"html": "<p></p>"}', "", '{"html": "<p></p>"}', '{"text": "' + "x" * 2000 + '"}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = list(steps.parse_files([tmp_path / "a.jsonl"], settings=Settings(max_body_characters=1000)))
    said = [reject.reason_text.removeprefix(f"{tmp_path}/a.jsonl line ")[:2] for reject in found]
    assert said == ["1 ", "3 ", "4 "]


@pytest.mark.parametrize(
    ("changed", "taken", "lag"),
    [
        (["2018-11-06T14"], [], 90),
        (["2018-11-06T13", "2018-11-06T14"], ["2018-11-06T12", "2018-11-06T14"], 90),
        (["2018-11-06T15"], ["2018-11-06T14"], 0),
        (["2010-01-01T00"], ["2018-11-06T14"], None),
        ([], ["2018-11-06T14"], None),
    ],
)
def test_only_what_is_new_can_be_late(changed, taken, lag):
    assert loading.lag_seconds(changed, taken, datetime(2018, 11, 6, 15, 1, 30, tzinfo=UTC)) == lag


@pytest.mark.parametrize("key", ["2999-01-01T00", "1900-01-01T00", "1000-01-01T00", "0001-01-01T00"])
def test_nothing_arrives_in_the_future_or_before_there_were_computers(key, tmp_path):
    with pytest.raises(StepError, match="nothing can have arrived then"):
        steps.fetch_documents(key, inputs=[tmp_path], settings=Settings(lake_url=str(tmp_path / "lake")))
    assert not list(tmp_path.iterdir())


def test_what_decides_no_row_is_there_to_be_left_out() -> None:
    from demarche.steps import ledgers

    package = Path(ledgers.__file__).parent.parent
    assert [part for part in sorted(ledgers.RIM) if not (package / part).exists()] == []
