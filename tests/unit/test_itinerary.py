"""Visits as all clauses of a text tell them together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from demarche import reports
from demarche.records import Report

Visits = Callable[..., list[Report]]


@pytest.fixture(scope="module")
def visits(parsed: Callable[..., Any]) -> Visits:
    """The visits that a text tells of."""

    def code(text: str, *day: date) -> list[Report]:
        doc, mentions, document = parsed(text, *day)
        coded, _ = reports.code_reports(doc, mentions, document=document)
        return [report for report in coded if report.mode_type == "visit"]

    return code


@pytest.mark.parametrize(
    ("text", "status", "first", "last"),
    [
        ("Fijian premier Sitiveni Rabuka will come to Tonga on 28 March and remain until the following day.",
         "planned", 28, 29),
        ("Fijian premier Sitiveni Rabuka is due in Tonga on the evening of Monday 27 March. He will stay until "
         "Wednesday the 29th.", "planned", 27, 29),
        ("Fijian premier Sitiveni Rabuka will land in Tonga on Tuesday, 28 March. On Thursday he departs for Samoa.",
         "planned", 28, 30),
        ("Fijian premier Sitiveni Rabuka will travel to Tonga on 27 March, returning on the 29th.", "planned", 27, 29),
        ("Fijian premier Sitiveni Rabuka will fly to Tonga on 27 March before leaving on Wednesday, 29 March.",
         "planned", 27, 29),
        ("Fijian premier Sitiveni Rabuka landed in Tonga on Sunday. He spoke with its king. He left Tonga on Tuesday.",
         "occurred", 12, 14),
    ],
)  # fmt: skip
def test_each_clause_binds_a_day(visits: Visits, text: str, status: str, first: int, last: int) -> None:
    found = [r for r in visits(text) if r.country_code == "TON" or "Tonga" in (r.place_name or "")]
    assert [(r.status_type, r.start_date, r.end_date) for r in found[:1]] == [
        (status, date(2023, 3, first), date(2023, 3, last))
    ]


def test_a_day_between_is_not_the_last_one(visits: Visits) -> None:
    found = visits(
        "Fijian premier Sitiveni Rabuka arrived in Tonga on Monday. On Tuesday he met its king in Nuku'alofa."
    )
    assert found[0].start_date == found[0].end_date == date(2023, 3, 13)


def test_a_visit_told_only_by_its_clauses_is_added(visits: Visits) -> None:
    text = (
        "The king of Tonga spoke with Fijian premier Sitiveni Rabuka on Tuesday in Nuku'alofa. The Fijian premier had "
        "landed in Tonga on Monday afternoon with his family."
    )
    assert ("occurred", date(2023, 3, 13)) in {(r.status_type, r.start_date) for r in visits(text)}


def test_a_day_told_in_words_that_no_list_knows_is_that_of_the_departure(visits: Visits) -> None:
    text = (
        "NUKU'ALOFA - Fiji's prime minister, Sitiveni Rabuka, landed in Tonga on Monday evening for talks on fishing. "
        "He was received by Tonga's king on Tuesday. Farmers hope for more trade between the islands. "
        "He goes home on Wednesday night."
    )
    told = visits(text)
    assert {(report.start_date, report.end_date) for report in told} == {(date(2023, 3, 13), date(2023, 3, 15))}


def test_since_when_nobody_had_come_is_not_when_somebody_comes(visits: Visits) -> None:
    told = visits(
        "Fijian premier Sitiveni Rabuka, the first leader to visit Tonga since Sunday's storm, met its king on Tuesday."
    )
    assert all(report.start_date != date(2023, 3, 12) for report in told)


def test_what_somebody_is_to_be_sorry_for_lies_behind(visits: Visits) -> None:
    (told,) = visits(
        "Tonga's king asked Fijian premier Sitiveni Rabuka to apologise for calling him a liar in Suva on Sunday. "
        "Rabuka would not speak of it. Employers called for calm. He is expected in Tonga again on 28 March."
    )
    assert (told.status_type, told.start_date) == ("planned", date(2023, 3, 28))
