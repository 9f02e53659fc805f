"""Visits that an article says are off, whatever its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from demarche import codebook, reports
from demarche.reports import fates, told
from demarche.reports.merging import Draft
from demarche.trees import Trees

Read = Callable[[str], tuple[list[Draft], told.Text]]

PLANNED = (
    "Fijian premier Sitiveni Rabuka will travel to Tonga on Friday for a two-day visit. "
    "He is to dine with Tonga's king, Tupou VI. "
    "Rabuka said that Fiji would send engineers. "
    "The price of fish has risen."
)
SUNK = (
    "A quarrel over fish has sunk the visit of Fijian premier Sitiveni Rabuka to Tonga. "
    "Rabuka sent word to Tonga that he regretted it. "
    "The programme of the visit had been printed. "
    "The price of fish has risen."
)
NO_WORD_FOR_IT = (
    "Fijian premier Sitiveni Rabuka sent word to Tonga that he could not come. "
    "His visit was to have begun on Friday. "
    "Rabuka regretted it and will stay in Suva instead. "
    "The price of fish has risen."
)
UNTOLD = (
    "Tonga's king, Tupou VI, will wait in vain. "
    "Fijian premier Sitiveni Rabuka sends his regrets. "
    "The flags have been taken down in Nuku'alofa. "
    "The price of fish has risen."
)


@pytest.fixture(scope="module")
def read(parsed: Callable[..., Any]) -> Read:
    """A text's drafts, and the text."""
    return lambda text: reports._read_document(*parsed(text))


def candidate(drafts: Sequence[Draft], text: told.Text) -> told.Candidate:
    return next(one for one in told.candidates(drafts, text) if one.host == "TON")


def test_a_plan_in_an_article_that_says_it_is_off_is_off_and_keeps_its_days(read: Read) -> None:
    drafts, text = read(PLANNED)
    fate = fates.Fate(candidate(drafts, text), "cancelled", 0.6)
    (draft,) = [one for one in fates.complete(drafts, text, [fate]) if one.mode_type == "visit"]
    assert (draft.status_type, draft.when.start_date) == ("cancelled", date(2023, 3, 17))


def test_what_is_still_planned_is_not_off(read: Read) -> None:
    drafts, text = read(PLANNED.replace("will travel", "still plans to travel"))
    fate = fates.Fate(candidate(drafts, text), "cancelled", 0.9)
    (draft,) = [one for one in fates.complete(drafts, text, [fate]) if one.mode_type == "visit"]
    assert draft.status_type == "planned"


def test_what_was_there_for_days_is_not_off(read: Read) -> None:
    drafts, text = read(PLANNED.replace("will travel to Tonga on Friday", "came to Tonga on Sunday"))
    fate = fates.Fate(candidate(drafts, text), "postponed", 0.9)
    (draft,) = [one for one in fates.complete(drafts, text, [fate]) if one.mode_type == "visit"]
    assert (draft.status_type, draft.when.end_date) == ("occurred", date(2023, 3, 13))


def test_the_day_of_the_news_is_none_of_the_visit(read: Read) -> None:
    drafts, text = read(SUNK.replace("Tonga. R", "Tonga today. R"))
    fate = fates.Fate(candidate(drafts, text), "postponed", 0.9)
    (draft,) = [one for one in fates.complete(drafts, text, [fate]) if one.mode_type == "visit"]
    assert (draft.status_type, draft.when.start_date) == ("postponed", None)


@pytest.mark.parametrize(
    ("following", "first"),
    [
        ("It was to have begun on Friday. It will now begin on 4 April.", date(2023, 4, 4)),
        ("Instead of on Friday it will be held on 4 April. Rain fell.", date(2023, 4, 4)),
        ("New dates have been agreed: 4 April. It had been scheduled for Friday.", date(2023, 4, 4)),
        ("It was to have begun on Friday. Parliament meets on 4 April.", date(2023, 3, 17)),
    ],
)
def test_what_is_put_off_gets_its_new_days_of_the_next_sentences(read: Read, following: str, first: date) -> None:
    put_off = "The visit of Fijian premier Sitiveni Rabuka to Tonga has been postponed."
    drafts, text = read(f"{put_off} {following} The price of fish has risen.")
    (draft, *_) = [one for one in fates.complete(drafts, text, []) if one.status_type == "postponed"]
    assert draft.when.start_date == first


@pytest.mark.parametrize(("probability", "statuses"), [(0.8, ["cancelled"]), (0.7, [])])
def test_a_visit_that_is_off_is_told_where_no_report_tells_it_if_that_is_sure(
    read: Read, probability: float, statuses: list[str]
) -> None:
    drafts, text = read(UNTOLD)
    fate = fates.Fate(candidate(drafts, text), "cancelled", probability)
    found = [one for one in fates.complete(drafts, text, [fate]) if one.mode_type == "visit"]
    assert [one.status_type for one in found] == statuses


def test_that_a_visit_is_off_is_read_off_the_whole_text(read: Read) -> None:
    for words, statuses in ((NO_WORD_FOR_IT, ["cancelled"]), (PLANNED, [])):
        drafts, text = read(words)
        found = fates.judge(drafts, text, told.judge(drafts, text))
        assert [fate.status for fate in found if fate.candidate.host == "TON"] == statuses


def test_the_forests_ask_for_no_trait_that_is_not_measured(read: Read) -> None:
    drafts, text = read(PLANNED)
    row = fates.row(fates.measure(candidate(drafts, text), drafts, text))
    for name in (fates.OFF_FILE, fates.MOVED_FILE):
        assert Trees.from_bytes(codebook.data(name)).feature.max() < len(row)
