"""Visits that a whole text tells, though none of its clauses says so in a word that means one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from demarche import codebook, reports
from demarche.records import Document, Mention
from demarche.reports import told
from demarche.trees import Trees

Parsed = Callable[[str], tuple[object, Sequence[Mention], Document]]

AT_THE_PORT = (
    "Fijian premier Sitiveni Rabuka walked through the harbour of Nuku'alofa on Tuesday and spoke with fishermen. "
    "He said that Fiji would send engineers to Tonga within the month. "
    "In the evening Rabuka dined with Tonga's king, Tupou VI. "
    "Rabuka told reporters on leaving Tonga that he had been touched by the welcome. "
    "The price of fish has risen."
)
BY_TELEPHONE = (
    "Fijian premier Sitiveni Rabuka spoke by telephone with Tonga's prime minister, Siaosi Sovaleni, on Tuesday. "
    "He said that Fiji would send engineers to Tonga within the month. "
    "Sovaleni thanked him. "
    "The price of fish has risen."
)


def visits(parsed: Parsed, text: str) -> list[tuple[str, str | None, str]]:
    doc, mentions, document = parsed(text)
    coded, parties = reports.code_reports(doc, mentions, document=document)  # type: ignore[arg-type]
    guests = {party.report_id: party.country_code for party in parties if party.role_type == "actor"}
    return [
        (report.status_type, guests.get(report.report_id), report.coding_rule)
        for report in coded
        if report.mode_type == "visit"
    ]


def test_a_visit_is_told_without_a_word_for_it(parsed: Parsed) -> None:
    found = visits(parsed, AT_THE_PORT)
    assert {(status, guest) for status, guest, _ in found} == {("occurred", "FJI")}


def test_a_call_is_no_visit(parsed: Parsed) -> None:
    assert visits(parsed, BY_TELEPHONE) == []


def test_what_a_draft_tells_is_not_told_twice(parsed: Parsed) -> None:
    text = "Fijian premier Sitiveni Rabuka arrived in Tonga on Tuesday for a two-day visit. " + AT_THE_PORT
    found = visits(parsed, text)
    assert "whole text" not in {rule for _, _, rule in found}


def test_a_visit_that_is_hardly_told_leaves_a_trace(parsed: Parsed) -> None:
    doc, mentions, document = parsed(AT_THE_PORT)
    drafts, text = reports._read_document(doc, mentions, document)  # type: ignore[arg-type]
    (guest, _) = sorted(told.candidates(drafts, text), key=lambda one: one.host, reverse=True)
    for probabilities, stages in (((0.5, 0.9), ["trace"]), ((0.1, 0.9), []), ((0.5, 0.3), [])):
        found = told.traces(drafts, text, [told.Judged(guest, *probabilities)])
        assert [draft.stay.stage_type for draft in found] == stages
        assert all(draft.status_type == "occurred" and draft.when.start_date is None for draft in found)


def test_every_leader_is_weighed_with_every_other_state(parsed: Parsed) -> None:
    doc, mentions, document = parsed(AT_THE_PORT)
    found = reports.measure_visits(doc, mentions, document=document)  # type: ignore[arg-type]
    assert {(one.leader.country_code, one.host) for one in found} == {("FJI", "TON"), ("TON", "FJI")}


def test_the_forests_ask_for_no_trait_that_is_not_measured(parsed: Parsed) -> None:
    doc, mentions, document = parsed(AT_THE_PORT)
    rows = [one.row for one in reports.measure_visits(doc, mentions, document=document)]  # type: ignore[arg-type]
    for name in (told.TOLD_FILE, told.BEGUN_FILE):
        assert Trees.from_bytes(codebook.data(name)).feature.max() < len(rows[0])


def test_a_text_of_nobody_and_of_nothing(parsed: Parsed) -> None:
    for text in ("", "Rain fell. It fell again. It stopped. It fell."):
        doc, mentions, document = parsed(text or " ")
        assert reports.measure_visits(doc, mentions, document=document) == []  # type: ignore[arg-type]


def test_a_headline_says_who_and_what_an_article_is_about(parsed: Parsed) -> None:
    doc, mentions, document = parsed(AT_THE_PORT)
    titled = document.model_copy(update={"title": "Rabuka ends visit to Tonga"})
    found = reports.measure_visits(doc, mentions, document=titled)  # type: ignore[arg-type]
    guest, host = sorted(found, key=lambda one: one.host, reverse=True)
    assert all(guest.traits[f"title_{name}"] for name in ("guest", "host", "going", "over"))
    assert not any(guest.traits[f"title_{name}"] for name in ("home", "others", "elsewhere", "off"))
    assert (host.traits["title_guest"], host.traits["title_host_leader"]) == (0, 1)
    bare = reports.measure_visits(doc, mentions, document=document)  # type: ignore[arg-type]
    assert not any(value for one in bare for name, value in one.traits.items() if name.startswith("title_"))
